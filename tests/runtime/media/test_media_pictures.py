import io
import struct
import zlib
from contextlib import suppress
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pillow_heif
import pytest
from PIL import Image, ImageCms

from runtime.media import pictures
from runtime.problems import FileFailure, Problem

RED, GREEN, WHITE = (250, 10, 10), (10, 200, 10), (255, 255, 255)
PLENTY = 1_000_000
Pixels = npt.NDArray[np.uint8]


def halves(width: int = 64, height: int = 48) -> Image.Image:
    """Red on the left, green on the right."""
    image = Image.new("RGB", (width, height), RED)
    image.paste(GREEN, (width // 2, 0, width, height))
    return image


def read(path: Path, max_pixels: int = PLENTY) -> Pixels:
    target = path.with_suffix(f".{max_pixels}.npy")
    pictures.read(path, target=target, max_pixels=max_pixels)
    pixels: Pixels = np.load(target, allow_pickle=False, mmap_mode="r")
    assert pixels.dtype == np.uint8
    return pixels


def is_near(
    pixel: npt.NDArray[np.uint8], colour: tuple[int, int, int], tolerance: int = 12
) -> bool:
    return bool(np.all(np.abs(pixel.astype(int) - colour) <= tolerance))


def problem_of(path: Path) -> FileFailure:
    with pytest.raises(FileFailure) as caught:
        read(path)
    return caught.value


def png_claiming(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is this large."""
    return (
        b"\x89PNG\r\n\x1a\n"
        + png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
        + png_chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + png_chunk(b"IEND", b"")
    )


def png_chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


@pytest.mark.parametrize(
    "kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "ICO", "PPM", "HEIF"]
)
def test_that_every_kind_is_read_whatever_it_is_called(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "holiday.txt"
    if kind == "HEIF":
        pillow_heif.from_pillow(halves()).save(path, quality=90)
    elif kind == "ICO":
        halves(48, 48).save(path, kind, sizes=[(48, 48)])
    else:
        halves().save(path, kind)
    pixels = read(path)
    assert pixels.shape == ((48, 48, 3) if kind == "ICO" else (48, 64, 3))
    assert is_near(pixels[24, 8], RED)
    assert is_near(pixels[24, 40], GREEN)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_that_a_picture_is_turned_upright(tmp_path: Path, kind: str, orientation: int) -> None:
    path = tmp_path / "turned"
    upright = halves()
    undo = {5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90}
    undo |= {7: Image.Transpose.TRANSVERSE, 8: Image.Transpose.ROTATE_270}
    undo |= {2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180}
    undo |= {4: Image.Transpose.FLIP_TOP_BOTTOM}
    stored = upright.transpose(undo[orientation]) if orientation in undo else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored.save(path, kind, exif=exif)
    pixels = read(path)
    assert pixels.shape == (48, 64, 3)
    assert is_near(pixels[24, 8], RED)
    assert is_near(pixels[24, 56], GREEN)


def test_that_a_turned_heic_is_turned_once(tmp_path: Path) -> None:
    path = tmp_path / "phone.heic"
    exif = Image.Exif()
    exif[0x0112] = 6
    stored = halves().transpose(Image.Transpose.ROTATE_90)
    pillow_heif.from_pillow(stored).save(path, quality=90, exif=exif.tobytes())
    pixels = read(path)
    assert pixels.shape == (48, 64, 3)
    assert is_near(pixels[24, 8], RED)


def test_that_broken_exif_does_not_spoil_a_picture(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    halves().save(path, exif=b"Exif\0\0MM\0*\xff\xff\xff\xff nonsense")
    assert read(path).shape == (48, 64, 3)


def test_that_a_colour_profile_is_applied(tmp_path: Path) -> None:
    path = tmp_path / "lab.tif"
    lab = ImageCms.createProfile("LAB")
    converted = ImageCms.profileToProfile(
        halves(), ImageCms.createProfile("sRGB"), lab, outputMode="LAB"
    )
    assert converted is not None
    converted.save(path)
    pixels = read(path)
    assert is_near(pixels[24, 8], RED)
    assert is_near(pixels[24, 56], GREEN)


def test_that_an_embedded_profile_changes_the_colours(tmp_path: Path) -> None:
    # sRGB with its red and green columns exchanged: the picture is green where it says red.
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = profile.replace(b"rXYZ", b"????").replace(b"gXYZ", b"rXYZ").replace(b"????", b"gXYZ")
    path = tmp_path / "swapped.png"
    halves().save(path, icc_profile=swapped)
    pixels = read(path)
    assert pixels[24, 8, 1] > pixels[24, 8, 0]
    assert pixels[24, 56, 0] > pixels[24, 56, 1]


@pytest.mark.parametrize("profile", [b"no profile", b"\0" * 128])
def test_that_a_broken_profile_is_ignored(tmp_path: Path, profile: bytes) -> None:
    path = tmp_path / "a.png"
    halves().save(path, icc_profile=profile)
    assert is_near(read(path)[24, 8], RED)


def test_that_a_profile_of_another_colour_space_is_ignored(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    halves().convert("L").save(path, icc_profile=profile)
    pixels = read(path)
    assert pixels[24, 8].tolist() == [halves().convert("L").getpixel((8, 24))] * 3


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_that_cmyk_is_read(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a"
    halves().convert("CMYK").save(path, kind)
    pixels = read(path)
    assert is_near(pixels[24, 8], RED)
    assert is_near(pixels[24, 56], GREEN)


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "PPM"])
def test_that_sixteen_bits_are_scaled_and_not_cut_off(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "deep"
    ramp = np.tile(np.linspace(0, 65535, 64).astype(np.uint16), (48, 1))
    Image.fromarray(ramp).save(path, kind)
    pixels = read(path)
    assert np.abs(pixels[24, :, 0].astype(int) - np.linspace(0, 255, 64)).max() <= 1.5


def test_that_a_dark_sixteen_bit_picture_stays_dark(tmp_path: Path) -> None:
    path = tmp_path / "dark.png"
    Image.fromarray(np.full((48, 64), 5140, np.uint16)).save(path)
    assert np.unique(read(path)).tolist() in ([19], [20])


def test_that_sixteen_bit_colour_is_read(tmp_path: Path) -> None:
    rows = b"".join(b"\0" + struct.pack(">HHH", 0xFA00, 0x0A00, 0x0A00) * 8 for _ in range(8))
    path = tmp_path / "deep.png"
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + png_chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 16, 2, 0, 0, 0))
        + png_chunk(b"IDAT", zlib.compress(rows))
        + png_chunk(b"IEND", b"")
    )
    assert is_near(read(path)[4, 4], RED)


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (-5.0, 5.0), (0.0, 40_000.0)])
def test_that_a_measurement_in_floats_is_shown_between_its_extremes(
    tmp_path: Path, low: float, high: float
) -> None:
    path = tmp_path / "a.tif"
    Image.fromarray(np.tile(np.linspace(low, high, 64, dtype=np.float32), (48, 1))).save(path)
    pixels = read(path)
    assert np.abs(pixels[24, :, 0].astype(int) - np.linspace(0, 255, 64)).max() <= 1.5


@pytest.mark.parametrize("mode", ["1", "L"])
def test_that_grey_and_black_and_white_are_read(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "a.png"
    image = Image.new("L", (64, 48), 0)
    image.paste(255, (32, 0, 64, 48))
    image.convert(mode).save(path)
    pixels = read(path)
    assert pixels[24, 8].tolist() == [0, 0, 0]
    assert pixels[24, 56].tolist() == [255, 255, 255]


def test_that_a_palette_picture_is_read_and_scaled_smoothly(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    halves(640, 480).quantize(8).save(path)
    pixels = read(path, 3000)
    assert is_near(pixels[10, 5], RED)
    assert is_near(pixels[10, -5], GREEN)


@pytest.mark.parametrize("mode", ["LA", "RGBA"])
def test_that_alpha_lies_on_white(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "a.png"
    image = Image.new("RGBA", (64, 48), (0, 0, 0, 0))
    image.paste((0, 0, 0, 255), (32, 0, 64, 48))
    image.convert(mode).save(path)
    pixels = read(path, 64 * 48 // 4)
    assert pixels[12, 4].tolist() == [255, 255, 255]
    assert pixels[12, 28].tolist() == [0, 0, 0]


@pytest.mark.parametrize("mode", ["P", "RGB", "L"])
def test_that_a_transparent_colour_lies_on_white(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "a.png"
    image = halves()
    if mode == "P":
        image = image.quantize(2)
        image.save(path, transparency=image.getpixel((0, 0)))
    elif mode == "L":
        image = image.convert("L")
        image.save(path, transparency=image.getpixel((0, 0)))
    else:
        image.save(path, transparency=RED)
    pixels = read(path)
    assert is_near(pixels[24, 8], WHITE)
    assert not is_near(pixels[24, 56], WHITE)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF"])
def test_that_an_animation_shows_its_first_frame(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a"
    others = [Image.new("RGB", (64, 48), (0, 0, number)) for number in (80, 160)]
    halves().save(path, kind, save_all=True, append_images=others)
    facts = pictures.inspect(path, thumbnail=tmp_path / "thumbnail.png")
    assert facts == {"width": 64, "height": 48, "frames": 3}
    assert is_near(read(path)[24, 8], RED, tolerance=16)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_that_a_picture_is_scaled_down_in_its_shape(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "large"
    halves(2000, 1000).save(path, kind)
    answer = pictures.read(path, target=tmp_path / "small.npy", max_pixels=20_000)
    assert answer == {"width": 200, "height": 100, "original_width": 2000, "original_height": 1000}
    assert np.load(tmp_path / "small.npy", allow_pickle=False).shape == (100, 200, 3)


def test_that_a_picture_is_never_scaled_up(tmp_path: Path) -> None:
    path = tmp_path / "tiny.png"
    Image.new("RGB", (1, 1), RED).save(path)
    assert read(path).shape == (1, 1, 3)


def test_that_a_thumbnail_is_small_and_a_png(tmp_path: Path) -> None:
    path, thumbnail = tmp_path / "a.jpg", tmp_path / "thumbnail.part"
    halves(1000, 500).save(path)
    pictures.inspect(path, thumbnail=thumbnail)
    with Image.open(thumbnail) as small:
        assert (small.format, small.size) == ("PNG", (256, 128))


def test_that_a_picture_beyond_all_bounds_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.png"
    path.write_bytes(png_claiming(30_000, 30_000))
    failure = problem_of(path)
    assert failure.problem is Problem.PICTURE_TOO_LARGE
    assert failure.detail == "30000 × 30000"  # noqa: RUF001


def test_that_an_icon_holding_a_huge_png_is_refused(tmp_path: Path) -> None:
    inner = png_claiming(30_000, 30_000)
    path = tmp_path / "a.ico"
    entry = struct.pack("<BBBBHHII", 16, 16, 0, 0, 1, 32, len(inner), 22)
    path.write_bytes(b"\0\0\1\0\1\0" + entry + inner)
    assert problem_of(path).problem is Problem.PICTURE_TOO_LARGE


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "HEIF"])
def test_that_a_truncated_picture_is_called_damaged(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "cat"
    noise = Image.effect_noise((200, 150), 80).convert("RGB")
    if kind == "HEIF":
        pillow_heif.from_pillow(noise).save(path)
    else:
        noise.save(path, kind)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    failure = problem_of(path)
    assert (failure.problem, failure.detail) == (Problem.PICTURE_DAMAGED, "cat")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "HEIF"])
def test_that_damage_anywhere_is_a_file_failure_or_still_a_picture(
    tmp_path: Path, kind: str
) -> None:
    buffer = io.BytesIO()
    if kind == "HEIF":
        pillow_heif.from_pillow(halves()).save(buffer)
    else:
        halves().save(buffer, kind)
    whole = buffer.getvalue()
    generator = np.random.default_rng(7)
    for number in range(25):
        damaged = bytearray(whole)
        for place in generator.integers(0, len(whole), 6):
            damaged[place] = generator.integers(0, 256)
        path = tmp_path / f"{number}"
        path.write_bytes(bytes(damaged))
        with suppress(FileFailure):
            assert read(path, 100_000).shape[2] == 3


def test_that_a_folder_that_cannot_be_written_is_not_blamed_on_the_picture(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    halves().save(path)
    with pytest.raises(FileFailure) as caught:
        pictures.read(path, target=tmp_path / "gone" / "a.npy", max_pixels=PLENTY)
    assert caught.value.problem is Problem.UNEXPECTED
