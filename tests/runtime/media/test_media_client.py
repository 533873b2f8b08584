import os
from pathlib import Path

import numpy as np
import pytest
from helpers.project import FIXTURES
from PIL import Image

from runtime.media import media_process
from runtime.media.client import inspect, read_picture, read_video
from runtime.media.media_info import PictureFacts, VideoFacts
from runtime.media.media_process import Job
from runtime.problems import FileFailure, Problem, Stopped

FIXTURES = FIXTURES / "media"
# Four frames at two a second, H.264, 64 x 48.
CLIP = FIXTURES / "four_frames.mp4"


def failure_of(folder: Path, path: Path) -> FileFailure:
    """What is said about a file; nothing may be left in the folder for thumbnails."""
    folder = folder / "made"
    folder.mkdir(exist_ok=True)
    with pytest.raises(FileFailure) as caught:
        inspect(path, thumbnail=folder / "thumbnail.png")
    assert list(folder.iterdir()) == []
    return caught.value


@pytest.fixture
def _no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails the test that starts a media process."""

    def refuse(job: Job, **_others: object) -> object:
        raise AssertionError(job)

    monkeypatch.setattr("runtime.media.client.run", refuse)


@pytest.mark.usefixtures("_no_process")
class TestFilesThatAreRefusedFromOutside:
    """No process is started for these."""

    def test_that_a_missing_file_is_called_missing(self, tmp_path: Path) -> None:
        assert failure_of(tmp_path, tmp_path / "gone.png").problem is Problem.FILE_MISSING
        assert failure_of(tmp_path, tmp_path / "a\0b.png").problem is Problem.FILE_MISSING

    def test_that_a_folder_is_called_a_folder(self, tmp_path: Path) -> None:
        folder = tmp_path / "holiday.png"
        folder.mkdir()
        assert failure_of(tmp_path, folder).problem is Problem.FILE_IS_FOLDER

    def test_that_a_file_of_no_bytes_is_called_empty(self, tmp_path: Path) -> None:
        path = tmp_path / "a.png"
        path.touch()
        assert failure_of(tmp_path, path).problem is Problem.FILE_EMPTY

    def test_that_a_text_is_neither_picture_nor_video(self, tmp_path: Path) -> None:
        path = tmp_path / "cat.png"
        path.write_text("This is not a cat.")
        failure = failure_of(tmp_path, path)
        assert (failure.problem, failure.detail) == (Problem.FILE_KIND_UNKNOWN, "cat.png")

    def test_that_a_picture_is_no_video_and_a_video_no_picture(self, tmp_path: Path) -> None:
        picture = tmp_path / "a.png"
        Image.new("RGB", (8, 8)).save(picture)
        with pytest.raises(FileFailure) as caught:
            read_video(picture, into=tmp_path, max_frames=4, max_pixels=100)
        assert caught.value.problem is Problem.FILE_KIND_UNKNOWN
        with pytest.raises(FileFailure) as caught:
            read_picture(CLIP, into=tmp_path, max_pixels=100)
        assert caught.value.problem is Problem.FILE_KIND_UNKNOWN

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
    def test_that_a_pipe_is_not_waited_for(self, tmp_path: Path) -> None:
        path = tmp_path / "a.png"
        os.mkfifo(path)
        assert failure_of(tmp_path, path).problem is Problem.FILE_UNREADABLE

    def test_that_a_link_to_itself_cannot_be_read(self, tmp_path: Path) -> None:
        path = tmp_path / "a.png"
        path.symlink_to(path)
        assert failure_of(tmp_path, path).problem is Problem.FILE_UNREADABLE

    @pytest.mark.skipif(
        not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything"
    )
    def test_that_a_forbidden_file_cannot_be_read(self, tmp_path: Path) -> None:
        path = tmp_path / "a.png"
        Image.new("RGB", (8, 8)).save(path)
        path.chmod(0)
        assert failure_of(tmp_path, path).problem is Problem.FILE_UNREADABLE


def test_that_a_picture_is_inspected(tmp_path: Path) -> None:
    path, thumbnail = tmp_path / "a.png", tmp_path / "made" / "thumbnail.png"
    thumbnail.parent.mkdir()
    Image.new("RGB", (640, 480), "red").save(path)
    assert inspect(path, thumbnail=thumbnail) == PictureFacts(width=640, height=480, frames=1)
    assert list(thumbnail.parent.iterdir()) == [thumbnail]
    with Image.open(thumbnail) as small:
        assert small.size == (256, 192)


def test_that_a_video_is_inspected(tmp_path: Path) -> None:
    facts = inspect(CLIP, thumbnail=tmp_path / "thumbnail.png")
    assert facts == VideoFacts(width=64, height=48, duration_s=2.0, readable_s=2.0)
    assert (tmp_path / "thumbnail.png").exists()


def test_that_a_picture_is_prepared(tmp_path: Path) -> None:
    path, into = tmp_path / "a.jpg", tmp_path / "made"
    into.mkdir()
    Image.new("RGB", (400, 200), "red").save(path)
    prepared = read_picture(path, into=into, max_pixels=20_000)
    assert (prepared.width, prepared.height) == (200, 100)
    assert (prepared.original_width, prepared.original_height) == (400, 200)
    assert list(into.iterdir()) == [prepared.pixels]
    pixels = np.load(prepared.pixels, allow_pickle=False)
    assert (pixels.shape, pixels.dtype) == ((100, 200, 3), np.uint8)


def test_that_a_video_is_prepared(tmp_path: Path) -> None:
    into = tmp_path / "made"
    into.mkdir()
    prepared = read_video(CLIP, into=into, max_frames=32, max_pixels=100_000)
    assert prepared.times_s == (0.0, 0.5, 1.0, 1.5)
    assert prepared.duration_s == 2.0
    assert list(into.iterdir()) == [prepared.pixels]
    assert np.load(prepared.pixels, allow_pickle=False, mmap_mode="r").shape == (4, 48, 64, 3)


def test_that_a_truncated_png_is_called_damaged(tmp_path: Path) -> None:
    path = tmp_path / "cat.png"
    Image.effect_noise((100, 100), 80).save(path)
    path.write_bytes(path.read_bytes()[:-2000])
    failure = failure_of(tmp_path, path)
    assert (failure.problem, failure.detail) == (Problem.PICTURE_DAMAGED, "cat.png")


def test_that_a_picture_beyond_all_bounds_is_named_by_its_size(tmp_path: Path) -> None:
    failure = failure_of(tmp_path, FIXTURES / "claims_30000_x_30000.png")
    assert failure.problem is Problem.PICTURE_TOO_LARGE
    assert failure.detail == "30000 × 30000"  # noqa: RUF001


def test_that_sound_alone_is_a_video_without_pictures(tmp_path: Path) -> None:
    failure = failure_of(tmp_path, FIXTURES / "song.mp4")
    assert (failure.problem, failure.detail) == (Problem.VIDEO_WITHOUT_PICTURES, "song.mp4")


def test_that_a_stopped_job_leaves_no_file(tmp_path: Path) -> None:
    path, into = tmp_path / "a.png", tmp_path / "made"
    into.mkdir()
    # Large enough that its pixels are still being written when somebody looks again.
    Image.new("RGB", (6000, 6000)).save(path)
    with pytest.raises(Stopped):
        read_picture(path, into=into, max_pixels=36_000_000, stopped=lambda: any(into.iterdir()))
    assert list(into.iterdir()) == []


def test_that_a_file_too_slow_to_read_leaves_no_file(tmp_path: Path) -> None:
    path = tmp_path / "slow.png"
    Image.new("RGB", (8, 8)).save(path)
    with pytest.raises(FileFailure) as caught:
        inspect(path, thumbnail=tmp_path / "thumbnail.png", timeout_s=0.0)
    assert (caught.value.problem, caught.value.detail) == (Problem.MEDIA_TOO_SLOW, "slow.png")
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("answer", [None, {"width": 0, "height": 5, "frames": 1}, {"width": "9"}])
def test_that_an_absurd_answer_is_a_crash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: object
) -> None:
    path = tmp_path / "a.png"
    Image.new("RGB", (8, 8)).save(path)

    def lie(job: Job, **_others: object) -> object:
        del job
        return answer

    monkeypatch.setattr("runtime.media.client.run", lie)
    assert failure_of(tmp_path, path).problem is Problem.MEDIA_CRASHED
    assert media_process.run is not lie
