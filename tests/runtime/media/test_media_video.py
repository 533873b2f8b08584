import sys
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest
from av.audio.stream import AudioStream
from av.video.stream import VideoStream
from PIL import Image

from runtime.media import video, video_survey
from runtime.media.media_process import ReadVideo, run
from runtime.media.video_file import ShownFrame, VideoFile
from runtime.problems import FileFailure, Problem

PLENTY = 1_000_000
Pixels = npt.NDArray[np.uint8]
_QUIET = {"libsvtav1": {"preset": "12"}, "libx265": {"x265-params": "log-level=none"}}


def grey_frames(count: int, *, width: int = 64, height: int = 48) -> list[Pixels]:
    """Frames that get brighter; their upper half is red."""
    frames = []
    for number in range(count):
        frame = np.full((height, width, 3), 20 + 200 * number // count, np.uint8)
        frame[: height // 2] = (250, 0, 0)
        frames.append(frame)
    return frames


def write_clip(
    path: Path,
    frames: Sequence[Pixels],
    *,
    codec: str = "libx264",
    rate: int = 2,
    pix_fmt: str = "yuv420p",
    rotation: int | None = None,
    stamps: Sequence[int] | None = None,
    container: dict[str, str] | None = None,
    options: dict[str, str] | None = None,
) -> Path:
    """Encode frames; `stamps` are their times in units of 1/rate second."""
    with av.open(str(path), "w", container_options=container or {}) as file:
        quiet = _QUIET.get(codec, {})
        stream = file.add_stream(codec, rate=rate, options=quiet | (options or {}))
        assert isinstance(stream, VideoStream)
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt = pix_fmt
        if rotation is not None:
            stream.set_display_rotation(rotation)
        for number, pixels in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(pixels, "rgb24")
            if stamps is not None:
                frame.pts = stamps[number]
            file.mux(stream.encode(frame))
        file.mux(stream.encode())
    return path


def write_sound(path: Path, seconds: int = 1) -> Path:
    """Encode silence alone."""
    with av.open(str(path), "w") as file:
        stream = file.add_stream("aac", rate=16000)
        assert isinstance(stream, AudioStream)
        for number in range(seconds * 16):
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 1000), np.float32), "fltp", "mono")
            frame.sample_rate = 16000
            frame.pts = number * 1000
            file.mux(stream.encode(frame))
        file.mux(stream.encode())
    return path


def read(
    path: Path, *, max_frames: int = 32, max_pixels: int = PLENTY
) -> tuple[Pixels, list[float]]:
    target = path.with_name(f"{path.name}.{max_frames}.{max_pixels}.npy")
    answer = video.read(path, target=target, max_frames=max_frames, max_pixels=max_pixels)
    times = answer["times_s"]
    assert isinstance(times, list)
    pixels: Pixels = np.load(target, allow_pickle=False, mmap_mode="r")
    assert len(pixels) == len(times)
    assert len(times) % 2 == 0
    return pixels, times


def inspect(path: Path) -> dict[str, object]:
    return video.inspect(path, thumbnail=path.with_name(f"{path.name}.thumbnail"))


def greys(pixels: Pixels) -> list[int]:
    """How bright the lower half of each frame is."""
    return [round(float(frame[-4:].mean())) for frame in pixels]


def problem_of(path: Path) -> Problem:
    with pytest.raises(FileFailure) as caught:
        inspect(path)
    return caught.value.problem


@pytest.mark.parametrize(
    ("name", "codec", "pix_fmt"),
    [
        ("h264.mp4", "libx264", "yuv420p"),
        ("h264.mkv", "libx264", "yuv420p"),
        ("h264.ts", "libx264", "yuv420p"),
        ("ten_bit.mp4", "libx264", "yuv420p10le"),
        ("hevc.mp4", "libx265", "yuv420p10le"),
        ("vp9.webm", "libvpx-vp9", "yuv420p"),
        ("av1.mp4", "libsvtav1", "yuv420p"),
        ("av1.webm", "libsvtav1", "yuv420p10le"),
        ("mpeg4.avi", "mpeg4", "yuv420p"),
        ("mjpeg.avi", "mjpeg", "yuvj420p"),
        ("prores.mov", "prores_ks", "yuv422p10le"),
    ],
)
def test_that_a_clip_of_four_frames_gives_exactly_these(
    tmp_path: Path, name: str, codec: str, pix_fmt: str
) -> None:
    path = write_clip(tmp_path / name, grey_frames(4), codec=codec, pix_fmt=pix_fmt)
    pixels, times = read(path)
    assert pixels.shape == (4, 48, 64, 3)
    assert pixels.dtype == np.uint8
    assert times == pytest.approx([0.0, 0.5, 1.0, 1.5], abs=0.002)
    assert greys(pixels) == pytest.approx([20, 70, 120, 170], abs=6)
    assert pixels[:, :8, :, 0].min() > 225
    assert pixels[:, :8, :, 1:].max() < 40


@pytest.mark.parametrize(("frames", "taken"), [(1, 2), (2, 2), (3, 4), (5, 4), (7, 6), (8, 8)])
def test_that_frames_come_in_pairs_and_none_is_invented(
    tmp_path: Path, frames: int, taken: int
) -> None:
    pixels, times = read(write_clip(tmp_path / "a.mp4", grey_frames(frames)))
    assert len(pixels) == taken
    assert len(set(times)) == min(frames, taken)
    assert times[-1] == pytest.approx((frames - 1) / 2, abs=0.002)


def test_that_frames_are_spread_evenly_over_a_clip(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mp4", grey_frames(100), rate=10)
    _, times = read(path)
    assert len(times) == 20
    assert (times[0], times[-1]) == pytest.approx((0.0, 9.9), abs=0.002)
    assert np.diff(times) == pytest.approx(9.9 / 19, abs=0.101)


def test_that_no_more_frames_are_taken_than_allowed(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mp4", grey_frames(40))
    pixels, times = read(path, max_frames=7, max_pixels=1000)
    assert len(pixels) == 6
    assert pixels.shape[1] * pixels.shape[2] <= 1000
    assert times[-1] == pytest.approx(19.5, abs=0.002)


@pytest.mark.parametrize(
    ("rotation", "left", "right"),
    [(90, "red", "grey"), (-90, "grey", "red"), (180, "both", "both")],
)
def test_that_a_clip_is_turned_upright(
    tmp_path: Path, rotation: int, left: str, right: str
) -> None:
    path = write_clip(tmp_path / "phone.mp4", grey_frames(4), rotation=rotation)
    pixels, _ = read(path)
    facts = inspect(path)
    assert (facts["width"], facts["height"]) == (pixels.shape[2], pixels.shape[1])
    if rotation == 180:
        assert pixels[0, -4, 30, 0] > 225 > pixels[0, 4, 30, 0]
    else:
        assert pixels.shape[1:3] == (64, 48)
        for side, colour in ((4, left), (-4, right)):
            assert (pixels[0, 30, side, 0] > 225) == (colour == "red")


def test_that_wide_pixels_are_made_square(tmp_path: Path) -> None:
    path = tmp_path / "wide.mkv"
    with av.open(str(path), "w") as file:
        stream = file.add_stream("libx264", rate=2)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.codec_context.sample_aspect_ratio = Fraction(2)
        for pixels in grey_frames(4):
            file.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, "rgb24")))
        file.mux(stream.encode())
    assert read(path)[0].shape[1:3] == (48, 128)


def test_that_uneven_frames_keep_their_own_times(tmp_path: Path) -> None:
    # A screen recording: much at first, then nothing for long.
    stamps = [0, 1, 2, 3, 50, 100]
    path = write_clip(tmp_path / "a.mkv", grey_frames(6), rate=10, stamps=stamps)
    pixels, times = read(path)
    assert {round(time_s * 10) for time_s in times} <= set(stamps)
    assert times[0] == 0.0
    assert times[-1] == pytest.approx(10.0, abs=0.002)
    assert greys(pixels)[-1] == pytest.approx(20 + 200 * 5 // 6, abs=6)


@pytest.mark.parametrize("name", ["live.webm", "live.mkv"])
def test_that_a_clip_without_a_duration_is_measured(tmp_path: Path, name: str) -> None:
    codec = "libvpx-vp9" if name.endswith("webm") else "libx264"
    path = write_clip(tmp_path / name, grey_frames(20), codec=codec, container={"live": "1"})
    with av.open(str(path)) as file:
        assert file.duration is None
    facts = inspect(path)
    assert facts["duration_s"] == facts["readable_s"] == pytest.approx(10.0, abs=0.01)
    assert read(path)[1] == pytest.approx([number / 2 for number in range(20)], abs=0.01)


def test_that_a_large_whole_clip_is_measured_by_its_tail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(video_survey, "_SMALL_BYTES", 0)
    path = write_clip(tmp_path / "a.mp4", grey_frames(60), options={"g": "10"})
    facts = inspect(path)
    assert facts["duration_s"] == facts["readable_s"] == pytest.approx(30.0)
    assert read(path)[1][-1] == pytest.approx(29.5, abs=0.002)


@pytest.mark.parametrize("small_bytes", [0, 1 << 30])
@pytest.mark.parametrize("name", ["cut.mp4", "cut.mkv", "cut.avi"])
def test_that_what_is_left_of_a_truncated_clip_is_used(
    tmp_path: Path, name: str, small_bytes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(video_survey, "_SMALL_BYTES", small_bytes)
    noise = np.random.default_rng(7).integers(0, 256, (60, 48, 64, 3), np.uint8)
    faststart = {"movflags": "faststart"} if name.endswith("mp4") else {}
    codec = "mpeg4" if name.endswith("avi") else "libx264"
    path = write_clip(tmp_path / name, list(noise), codec=codec, container=faststart)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    facts = inspect(path)
    readable_s = facts["readable_s"]
    assert facts["duration_s"] == pytest.approx(30.0, abs=0.1)
    assert isinstance(readable_s, float)
    assert 5 < readable_s < 25
    _, times = read(path)
    assert readable_s - 2 < times[-1] < readable_s


def test_that_a_clip_cut_before_its_index_is_called_damaged(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mp4", grey_frames(20))
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert problem_of(path) is Problem.VIDEO_DAMAGED


def test_that_noise_behind_a_right_start_is_called_damaged(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    noise = np.random.default_rng(7).integers(0, 256, 10_000, np.uint8).tobytes()
    path.write_bytes(b"\0\0\0\x18ftypisom\0\0\0\0isomavc1" + noise)
    assert problem_of(path) is Problem.VIDEO_DAMAGED


def test_that_sound_alone_has_no_pictures(tmp_path: Path) -> None:
    assert problem_of(write_sound(tmp_path / "song.mp4")) is Problem.VIDEO_WITHOUT_PICTURES


@pytest.mark.parametrize("name", ["empty.mp4", "empty.mkv", "empty.avi"])
def test_that_a_clip_of_no_frames_is_called_empty(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with av.open(str(path), "w") as file:
        stream = file.add_stream("mpeg4", rate=2)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        file.start_encoding()
    assert problem_of(path) is Problem.VIDEO_EMPTY


def test_that_a_playlist_opens_no_other_file(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "a.mp4", grey_frames(4))
    playlist = tmp_path / "a.m3u8"
    playlist.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:2,\n{clip}\n#EXT-X-ENDLIST\n")
    assert problem_of(playlist) is Problem.VIDEO_DAMAGED


def test_that_a_file_named_like_an_address_is_a_file(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "a.mp4", grey_frames(4))
    odd = clip.rename(tmp_path / "http:—50%d#?.mp4")
    assert inspect(odd)["duration_s"] == pytest.approx(2.0)


def test_that_a_thumbnail_of_a_clip_is_small_and_a_png(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mp4", grey_frames(8, width=640, height=320))
    thumbnail = tmp_path / "thumbnail.part"
    video.inspect(path, thumbnail=thumbnail)
    with Image.open(thumbnail) as small:
        assert (small.format, small.size) == ("PNG", (256, 128))


def test_that_damage_inside_a_clip_is_a_file_failure_or_still_a_clip(tmp_path: Path) -> None:
    whole = write_clip(tmp_path / "a.mp4", grey_frames(8)).read_bytes()
    generator = np.random.default_rng(7)
    outcomes = set()
    for number in range(40):
        damaged = bytearray(whole)
        for place in generator.integers(0, len(whole), 8):
            damaged[place] = generator.integers(0, 256)
        path = tmp_path / f"{number}.mp4"
        path.write_bytes(bytes(damaged))
        try:
            read(path, max_pixels=4000)
            outcomes.add("read")
        except FileFailure:
            outcomes.add("refused")
    assert outcomes == {"read", "refused"}


class PeakMemory:
    """Does a job, and answers with the most memory its process took, in bytes."""

    def __init__(self, job: ReadVideo) -> None:
        self.job = job

    def __call__(self) -> object:
        self.job()
        # Not ru_maxrss: Linux lets it start at what the parent took.
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
        return None


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """Ten seconds and ten minutes of the same."""
    folder = tmp_path_factory.mktemp("clips")
    fast = {"preset": "ultrafast", "g": "50"}
    return {
        seconds: write_clip(
            folder / f"{seconds}.mp4", grey_frames(seconds * 5), rate=5, options=fast
        )
        for seconds in (10, 600)
    }


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak from /proc")
def test_that_memory_stays_flat_however_long_a_clip(clips: dict[int, Path], tmp_path: Path) -> None:
    peaks = []
    for seconds, path in clips.items():
        target = tmp_path / f"{seconds}.npy"
        job = ReadVideo(path=path, target=target, max_frames=20, max_pixels=PLENTY)
        peak = run(PeakMemory(job), name=path.name, timeout_s=60, stopped=lambda: False)
        assert isinstance(peak, int)
        peaks.append(peak)
    assert peaks[1] - peaks[0] < 8 << 20


def test_that_a_long_clip_is_not_decoded_as_a_whole(
    clips: dict[int, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded = []
    whole = VideoFile.frames

    def counted(self: VideoFile) -> Iterator[ShownFrame]:
        for shown in whole(self):
            decoded.append(shown.time_s)
            yield shown

    monkeypatch.setattr(VideoFile, "frames", counted)
    _, times = read(clips[600])
    assert len(times) == 32
    assert np.diff(times) == pytest.approx(599.8 / 31, abs=0.21)
    assert len(decoded) < 2000


def test_that_a_clip_with_one_key_frame_is_still_read_evenly(tmp_path: Path) -> None:
    options = {"preset": "ultrafast", "g": "100000", "sc_threshold": "0"}
    path = write_clip(tmp_path / "a.mkv", grey_frames(600), rate=2, options=options)
    pixels, times = read(path)
    assert np.diff(times) == pytest.approx(299.5 / 31, abs=0.51)
    assert np.all(np.diff(greys(pixels)) > 0)
