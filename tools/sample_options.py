"""Options with realistic figures, for screenshots and for tests of the widgets."""

from dataclasses import dataclass, replace

from app.model_manager.model_options import (
    FirstRunSummary,
    Fit,
    MemoryUse,
    ModelOption,
    ModelOptions,
)
from runtime.models.download.progress import Paused, Transferring

_MIB = 1 << 20
_GIB = 1 << 30
_PLACE = "RTX 3060"
# What a 12 GB card has free under a desktop.
_FREE = int(10.9 * _GIB)
# Sizes are those of the published files; qualities as they are usually felt.
_QUALITIES = {
    "UD-IQ2_M": "clearly worse",
    "Q3_K_M": "noticeably worse",
    "IQ4_XS": "slightly worse",
    "Q4_K_M": "close to the original",
    "UD-Q4_K_XL": "close to the original",
    "Q5_K_M": "very close",
    "Q6_K": "near lossless",
    "Q8_0": "near lossless",
    "BF16": "the original",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Size:
    """What decides memory and speed of one size, on the sample's device."""

    name: str
    files: tuple[float, ...]  # MiB, in the order of _QUALITIES
    projector: int  # MiB
    per_token: int  # bytes of KV cache
    fixed: int  # MiB of recurrent state and compute buffers


_SIZES = (
    _Size(
        name="0.8B",
        files=(354.7, 448.4, 469.8, 507.8, 532.9, 562.7, 609.4, 774.2, 1446.5),
        projector=195,
        per_token=12_288,
        fixed=70,
    ),
    _Size(
        name="2B",
        files=(820.0, 1055.9, 1118.7, 1221.5, 1277.7, 1368.7, 1502.0, 1918.8, 3600.8),
        projector=637,
        per_token=12_288,
        fixed=90,
    ),
    _Size(
        name="4B",
        files=(1678.5, 2187.1, 2362.3, 2614.0, 2777.2, 2998.0, 3362.6, 4274.8, 8034.1),
        projector=641,
        per_token=32_768,
        fixed=160,
    ),
    _Size(
        name="9B",
        files=(3480.3, 4457.1, 4929.2, 5417.4, 5689.7, 6272.2, 7112.8, 9086.1, 17090.5),
        projector=876,
        per_token=32_768,
        fixed=200,
    ),
)


def sample_options(*, context: int = 0) -> ModelOptions:
    """What a person with an RTX 3060 is shown before anything is installed."""
    tokens = context or 32_768
    options = [option for size in _SIZES for option in _options_of(size, tokens)]
    options = [replace(each, is_recommended=_is_best(each)) for each in options]
    recommended = next(each for each in options if each.is_recommended)
    alternatives = (_find(options, "4B", "Q8_0"), _find(options, "2B", "Q8_0"))
    look = FirstRunSummary(
        found="An NVIDIA GeForce RTX 3060 with 12 GB of memory, 32 GB of RAM and 210 GB of free"
        " disk.",
        recommendation=recommended,
        reason="The largest Qwen3.5 that runs wholly on your graphics card, with room for long"
        " chats and pictures.",
        next_better="The same model at Q8_0 would be a little better; it needs 13 GB of graphics"
        " memory.",
        notes=("Your Intel UHD Graphics 770 is not used: the RTX 3060 is faster.",),
        alternatives=alternatives,
    )
    return ModelOptions(
        options=(*options, demo_option()), first_look=look, is_first_run=True, context=context
    )


def sample_library() -> ModelOptions:
    """What the same person is shown later: one model in use, one installed, one coming."""
    options = sample_options()
    later = tuple(_later(option) for option in options.options)
    return replace(options, options=later, is_first_run=False)


def downloading(option: ModelOption, *, is_paused: bool = False) -> ModelOption:
    """An option a third of which is here."""
    total = option.download_bytes
    done = total * 34 // 100
    if is_paused:
        return replace(option, transfer=Paused(done_bytes=done, total_bytes=total))
    state = Transferring(done_bytes=done, total_bytes=total, bytes_per_s=11.6 * _MIB)
    return replace(option, transfer=state)


def demo_option() -> ModelOption:
    """The small model that ships with the program."""
    memory = MemoryUse(
        weights=6 * _MIB, context=22 * _MIB, pictures=4 * _MIB, free=_FREE, place=_PLACE
    )
    return ModelOption(
        model="Demonstration",
        size="",
        quantisation="",
        fit=Fit.FULLY,
        memory=memory,
        tokens_per_s=900.0,
        picture_s=0.2,
        quality="knows colours, shapes and short words",
        download_bytes=0,
        context=4096,
        largest_context=4096,
        is_installed=True,
        is_demo=True,
    )


def _options_of(size: _Size, context: int) -> list[ModelOption]:
    return [
        _option(size, quantisation, quality, megabytes, context)
        for (quantisation, quality), megabytes in zip(_QUALITIES.items(), size.files, strict=True)
    ]


def _option(
    size: _Size, quantisation: str, quality: str, megabytes: float, context: int
) -> ModelOption:
    weights = int(megabytes * _MIB)
    used_for_context = context * size.per_token + size.fixed * _MIB
    pictures = int(size.projector * 1.25 * _MIB)
    free = _FREE - weights - used_for_context - pictures
    fit = Fit.FULLY if free > 0 else Fit.PARTLY if free > -4 * _GIB else Fit.NOT
    slowed = {Fit.FULLY: 1.0, Fit.PARTLY: 0.3, Fit.NOT: 0.08}[fit]
    return ModelOption(
        model=f"Qwen3.5 {size.name}",
        size=size.name,
        quantisation=quantisation,
        fit=fit,
        memory=MemoryUse(
            weights=weights,
            context=used_for_context,
            pictures=pictures,
            free=free,
            place=_PLACE,
        ),
        tokens_per_s=slowed * 240 * _GIB / weights,
        picture_s=size.projector / 700 / slowed,
        quality=quality,
        download_bytes=weights + size.projector * _MIB,
        context=context,
        largest_context=262_144,
        is_installed=False,
        warning="" if fit is Fit.FULLY else _WARNINGS[fit],
    )


_WARNINGS = {
    Fit.PARTLY: "Part of it would run on the processor, because the graphics card's memory is"
    " too small. Answers come about three times as slowly.",
    Fit.NOT: "It needs more memory than the graphics card and the computer can spare. It may"
    " not load, or make the whole computer slow.",
}


def _is_best(option: ModelOption) -> bool:
    return (option.size, option.quantisation) == ("9B", "Q6_K")


def _find(options: list[ModelOption], size: str, quantisation: str) -> ModelOption:
    wanted = (size, quantisation)
    return next(each for each in options if (each.size, each.quantisation) == wanted)


def _later(option: ModelOption) -> ModelOption:
    match option.size, option.quantisation:
        case "9B", "Q6_K":
            return replace(option, is_installed=True, is_loaded=True)
        case "9B", "UD-Q4_K_XL":
            return replace(option, is_installed=True)
        case "9B", "Q8_0":
            return downloading(option)
        case _:
            return option
