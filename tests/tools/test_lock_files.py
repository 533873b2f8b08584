"""The lock files name versions and hashes, and no host."""

import re
from pathlib import Path

import pytest
from helpers.project import ROOT

REQUIREMENTS = ROOT / "requirements"
LOCK_FILES = sorted(REQUIREMENTS.glob("*.txt"))


@pytest.mark.parametrize("file", LOCK_FILES, ids=lambda file: file.name)
def test_that_no_host_is_named(file: Path) -> None:
    text = file.read_text("utf-8")
    assert "://" not in text
    assert not re.search(r"^\s*-", re.sub(r"^ +--hash=", "", text, flags=re.M), flags=re.M)


@pytest.mark.parametrize("file", LOCK_FILES, ids=lambda file: file.name)
def test_that_everything_is_pinned_with_a_hash(file: Path) -> None:
    entries = re.split(r"\n(?=[a-z])", file.read_text("utf-8").strip())
    assert entries
    for entry in entries:
        assert re.match(r"[a-z0-9-]+==[0-9][^ ]*( ;[^\\]+)? \\\n", entry), entry
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry


def test_that_the_lock_files_agree_on_versions() -> None:
    versions: dict[str, set[str]] = {}
    for file in LOCK_FILES:
        for name, version in re.findall(r"^([a-z0-9-]+)==([^ ]+)", file.read_text("utf-8"), re.M):
            versions.setdefault(name, set()).add(version)
    assert {name: found for name, found in versions.items() if len(found) > 1} == {}
