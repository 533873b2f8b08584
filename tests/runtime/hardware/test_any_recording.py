"""Whatever a probe says, there is a report."""

import json
from copy import deepcopy
from typing import Any

from helpers.recorded import NAMES, recorded_document
from hypothesis import given, settings
from hypothesis import strategies as st

from app.notifications.hardware_messages import finding_in_words
from runtime.hardware.memory_budget import budgets
from runtime.hardware.readers import read_machine
from runtime.hardware.recording import recording_of

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(min_value=-(1 << 70), max_value=1 << 70)
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(["[N/A]", "0x", "-1", "18446744073709547520", "0x10de", "\x00", "NaN"])
)
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
DOCUMENTS = {name: recorded_document(name) for name in NAMES}


def check(document: object) -> None:
    recording = recording_of(document)
    assert recording is not None
    report = read_machine(recording)
    assert budgets(report)[-1].device == ""
    assert all(each.free_bytes <= each.total_bytes for each in budgets(report)[:-1])
    for finding in report.findings:
        assert finding_in_words(finding, report)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The ways to every value inside a document."""
    found = [path] if path else []
    if isinstance(value, dict):
        inner = list(value.items())
    else:
        inner = list(enumerate(value)) if isinstance(value, list) else []
    for key, each in inner:
        found += places(each, (*path, key))
    return found


@settings(max_examples=300, deadline=None)
@given(name=st.sampled_from(NAMES), data=st.data())
def test_that_any_value_anywhere_in_a_recording_gives_a_report(name: str, data: Any) -> None:
    document: Any = deepcopy(DOCUMENTS[name])
    for _ in range(data.draw(st.integers(min_value=1, max_value=3))):
        *path, last = data.draw(st.sampled_from(places(document["probes"])))
        parent = document["probes"]
        for key in path:
            parent = parent[key]
        parent[last] = data.draw(ANYTHING)
    # As it would come from a file or a child process.
    check(json.loads(json.dumps(document)))


@settings(max_examples=100, deadline=None)
@given(system=st.sampled_from(["linux", "win32", "darwin", "plan9"]), output=ANYTHING)
def test_that_probes_that_all_say_the_same_nonsense_give_a_report(
    system: str, output: object
) -> None:
    names = {probe for document in DOCUMENTS.values() for probe in _probes(document)}
    check({"format": 1, "system": system, "probes": {name: {"output": output} for name in names}})


def _probes(document: dict[str, object]) -> list[str]:
    probes = document["probes"]
    assert isinstance(probes, dict)
    return list(probes)
