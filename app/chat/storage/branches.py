"""A chat as a tree of turns: which path is shown, and which versions a turn has."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from app.chat.turns import TurnId


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A turn's place in the tree."""

    turn_id: TurnId
    parent_id: TurnId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionPosition:
    """A turn on a path, and which of its siblings it is, counted from 1."""

    turn_id: TurnId
    version: int
    versions: int


def path_to(nodes: Sequence[Node], leaf: TurnId) -> tuple[VersionPosition, ...]:
    """The turns from a chat's first to this one."""
    parents = {node.turn_id: node.parent_id for node in nodes}
    siblings = _children(nodes)
    path: list[VersionPosition] = []
    turn_id: TurnId | None = leaf
    while turn_id is not None:
        parent = parents[turn_id]
        versions = siblings[parent]
        path.append(
            VersionPosition(
                turn_id=turn_id, version=versions.index(turn_id) + 1, versions=len(versions)
            )
        )
        turn_id = parent
    return tuple(reversed(path))


def version_of(nodes: Sequence[Node], turn_id: TurnId, version: int) -> TurnId:
    """The sibling with this number; the nearest one if there is none."""
    parent = next(node.parent_id for node in nodes if node.turn_id == turn_id)
    siblings = _children(nodes)[parent]
    return siblings[min(max(version, 1), len(siblings)) - 1]


def newest_leaf_below(nodes: Sequence[Node], turn_id: TurnId) -> TurnId:
    """Where the latest of the branches through this turn ends."""
    children = _children(nodes)
    newest = turn_id
    waiting = [turn_id]
    while waiting:
        below = children.get(waiting.pop(), [])
        # Ids only rise, so the highest one below has no children.
        newest = max([newest, *below])
        waiting.extend(below)
    return newest


def newest_leaf(nodes: Sequence[Node]) -> TurnId | None:
    """The turn that was added last."""
    return max((node.turn_id for node in nodes), default=None)


def _children(nodes: Sequence[Node]) -> dict[TurnId | None, list[TurnId]]:
    children: defaultdict[TurnId | None, list[TurnId]] = defaultdict(list)
    for node in sorted(nodes, key=lambda node: node.turn_id):
        children[node.parent_id].append(node.turn_id)
    return children
