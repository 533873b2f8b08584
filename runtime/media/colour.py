"""Brings every kind of pixel Pillow can hold to 8-bit sRGB on white; media process only."""

import io

from PIL import Image, ImageCms

_ALPHA = {"LA", "La", "RGBA", "RGBa", "PA"}
_PLAIN = {"L", "LA", "RGB", "RGBA", "CMYK", "LAB"}


def plain(image: Image.Image) -> Image.Image:
    """The same picture in a mode of 8 bits a channel that can be scaled."""
    image.load()
    if image.mode == "F" or image.mode.startswith("I"):
        return _eight_bit(image)
    if image.has_transparency_data:
        return image if image.mode in {"LA", "RGBA"} else image.convert("RGBA")
    if image.mode == "1":
        return image.convert("L")
    return image if image.mode in _PLAIN else image.convert("RGB")


def flat_srgb(image: Image.Image, profile: object) -> Image.Image:
    """A picture of a plain mode as RGB: its colour profile applied, on white."""
    if image.mode not in _ALPHA:
        return _srgb(image, profile)
    alpha = image.getchannel("A")
    colours = _srgb(image.convert("L" if image.mode == "LA" else "RGB"), profile)
    white = Image.new("RGB", image.size, "white")
    white.paste(colours, mask=alpha)
    return white


def _srgb(image: Image.Image, profile: object) -> Image.Image:
    if image.mode == "LAB":
        # Pillow has no conversion of its own.
        return _transformed(image, ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")))
    if isinstance(profile, bytes) and profile:
        try:
            return _transformed(image, ImageCms.ImageCmsProfile(io.BytesIO(profile)))
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            # A profile that is broken, or of another colour space: as if there were none.
            pass
    return image.convert("RGB")


def _transformed(image: Image.Image, profile: ImageCms.ImageCmsProfile) -> Image.Image:
    result = ImageCms.profileToProfile(
        image, profile, ImageCms.createProfile("sRGB"), outputMode="RGB"
    )
    if result is None:
        raise ValueError(image.mode)
    return result


def _eight_bit(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I;16"):
        low, high = 0.0, 65535.0
    elif image.format == "PPM":
        # Pillow has scaled it to 16 bits already.
        low, high = 0.0, 65535.0
    else:
        # Measurements rather than a photo: show them between their extremes.
        low, high = _extremes(image)
    scale = 255 / (high - low) if high > low else 0.0
    if image.mode == "I":
        # Whole numbers are cut off, not rounded, and a scale below 1 would lose them all.
        image = image.convert("F")
    # In this form Pillow does it in one pass, without a table of 65,536 entries.
    return image.point(lambda value: value * scale + (-low * scale)).convert("L")


def _extremes(image: Image.Image) -> tuple[float, float]:
    extremes = image.getextrema()
    low, high = float(extremes[0]), float(extremes[1])  # type: ignore[arg-type]
    # Floats from 0 to 1 are the custom, and then a dark picture has to stay dark.
    return (0.0, 1.0) if image.mode == "F" and low >= 0 and high <= 1 else (low, high)
