from app.chat.storage.branches import (
    Node,
    VersionPosition,
    newest_leaf,
    newest_leaf_below,
    path_to,
    version_of,
)
from app.chat.turns import TurnId


def node(turn_id: int, parent_id: int | None) -> Node:
    return Node(turn_id=TurnId(turn_id), parent_id=None if parent_id is None else TurnId(parent_id))


# 1 ─ 2 ─ 3 ─ 4
# │   └── 7 ─ 8
# 5 ─ 6            (5 is an edited 1)
TREE = [
    node(1, None),
    node(2, 1),
    node(3, 2),
    node(4, 3),
    node(5, None),
    node(6, 5),
    node(7, 2),
    node(8, 7),
]


def test_that_a_path_leads_from_the_first_turn_and_counts_versions() -> None:
    assert path_to(TREE, TurnId(4)) == (
        VersionPosition(turn_id=TurnId(1), version=1, versions=2),
        VersionPosition(turn_id=TurnId(2), version=1, versions=1),
        VersionPosition(turn_id=TurnId(3), version=1, versions=2),
        VersionPosition(turn_id=TurnId(4), version=1, versions=1),
    )


def test_that_a_version_is_found_among_the_first_turns_too() -> None:
    assert version_of(TREE, TurnId(1), 2) == 5


def test_that_a_version_out_of_range_is_the_nearest() -> None:
    assert version_of(TREE, TurnId(3), 9) == 7
    assert version_of(TREE, TurnId(3), 0) == 3


def test_that_the_newest_leaf_below_a_turn_is_on_the_newest_branch() -> None:
    assert newest_leaf_below(TREE, TurnId(1)) == 8
    assert newest_leaf_below(TREE, TurnId(3)) == 4
    assert newest_leaf_below(TREE, TurnId(6)) == 6


def test_that_an_empty_chat_has_no_leaf() -> None:
    assert newest_leaf([]) is None


def test_that_a_very_long_chat_has_a_path() -> None:
    chain = [node(1, None), *(node(number, number - 1) for number in range(2, 5001))]
    assert len(path_to(chain, TurnId(5000))) == 5000
