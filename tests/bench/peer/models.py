"""The models that are measured: the real shapes of Qwen3.5-0.8B, and the demonstration."""

import subprocess
import sys
from dataclasses import dataclass

from bench.results import PROJECT

from runtime.models.installed_model import demo_model_files
from runtime.requests import ModelFiles

_SYNTHESIZER = PROJECT.parent / "shared" / "tools" / "synth_qwen35.py"
_FOLDER = PROJECT / "build" / "synthetic"


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchModel:
    """A model to measure with.

    Attributes:
        writes_noise: its weights are random, so its answers never end by themselves
        context_length: tokens, the same for both sides
        longest_prompt: tokens of the longest prompt to measure
        picture_tokens: most tokens of a picture; None is llama.cpp's own limit
    """

    name: str
    files: ModelFiles
    writes_noise: bool
    context_length: int
    longest_prompt: int
    picture_tokens: int | None = None


def demonstration() -> BenchModel:
    return BenchModel(
        name="demonstration model",
        files=demo_model_files(),
        writes_noise=False,
        context_length=4096,
        longest_prompt=2000,
        # What `sampling_defaults` gives our engine; the peer must see the same picture.
        picture_tokens=24,
    )


def synthetic() -> BenchModel | None:
    """Random weights in the shapes of Qwen3.5-0.8B, made once; None without the script.

    Speed does not depend on the values of weights.
    """
    files = synthetic_files("0.8B")
    if files is None:
        return None
    return BenchModel(
        name="Qwen3.5-0.8B shapes, random weights, Q8_0",
        files=files,
        writes_noise=True,
        context_length=20_480,
        longest_prompt=16_000,
    )


def synthetic_files(size: str) -> ModelFiles | None:
    """A model in the shapes of one size, made once; None without the script."""
    model, projector = (
        _FOLDER / name for name in (f"synth-{size}-Q8_0.gguf", f"synth-{size}-mmproj-F16.gguf")
    )
    if not (model.exists() and projector.exists()):
        if not _SYNTHESIZER.exists():
            return None
        subprocess.run([sys.executable, str(_SYNTHESIZER), size, str(_FOLDER)], check=True)
    return ModelFiles(model=model, projector=projector)
