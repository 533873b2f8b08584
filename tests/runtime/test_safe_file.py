import errno
from pathlib import Path

import pytest

from runtime.problems import Problem
from runtime.safe_file import file_failure, replace_file, written_aside


def test_that_a_file_is_replaced_in_one_step(tmp_path: Path) -> None:
    path = tmp_path / "file"
    replace_file(path, b"old")
    replace_file(path, b"new")
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_that_nothing_is_left_of_a_file_that_was_not_completed(tmp_path: Path) -> None:
    def write_half() -> None:
        with written_aside(tmp_path) as (file, _):
            file.write(b"half")
            raise InterruptedError

    with pytest.raises(InterruptedError):
        write_half()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("number", "problem"),
    [
        (errno.ENOSPC, Problem.DISK_FULL),
        (errno.EDQUOT, Problem.DISK_FULL),
        (errno.EACCES, Problem.STORE_UNREADABLE),
        (errno.EROFS, Problem.STORE_UNREADABLE),
    ],
)
def test_that_a_full_disk_is_told_apart_from_a_forbidden_one(number: int, problem: Problem) -> None:
    assert file_failure(OSError(number, "why")).problem is problem
