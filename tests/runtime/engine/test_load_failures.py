"""llama.cpp's words, and what they mean."""

from pathlib import Path

import pytest

from runtime.engine.llama_log import (
    check_model_file,
    device_used,
    model_failure,
    projector_failure,
)
from runtime.problems import ModelFailure, Problem

FILE = Path("model.gguf")


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("tensor 'x' data is not within the file bounds, model is", Problem.MODEL_TRUNCATED),
        ("unknown model architecture: 'gpt9'", Problem.MODEL_UNKNOWN_ARCHITECTURE),
        ("CLIP cannot be used as main model, use it with", Problem.MODEL_IS_PROJECTOR),
        ("unable to allocate Vulkan0 buffer", Problem.OUT_OF_MEMORY),
        ("something new", Problem.MODEL_UNUSABLE),
    ],
)
def test_that_a_refused_model_has_its_reason(line: str, problem: Problem) -> None:
    lines = ["loading", line, "failed to load model"]
    assert model_failure(FILE, lines).problem is problem


def test_that_a_foreign_projector_is_told_from_a_broken_one() -> None:
    mismatch = "mismatch between text model (n_embd = 1024) and mmproj (n_embd = 2048)"
    assert projector_failure(FILE, [mismatch]).problem is Problem.PROJECTOR_MISMATCH
    assert projector_failure(FILE, ["Failed"]).problem is Problem.PROJECTOR_UNUSABLE


DEVICE = "llama_prepare_model_devices: using device Vulkan0 (RTX 3060) (0000:01:00.0) - 8 MiB free"


@pytest.mark.parametrize(
    ("lines", "device"),
    [
        ([], "CPU"),
        ([DEVICE, "load_tensors: offloaded 26/26 layers to GPU"], "RTX 3060"),
        ([DEVICE, "load_tensors: offloaded 8/26 layers to GPU"], "RTX 3060 and CPU"),
        ([DEVICE, "load_tensors: offloaded 0/26 layers to GPU"], "CPU"),
    ],
)
def test_that_the_device_really_used_is_named(lines: list[str], device: str) -> None:
    assert device_used(lines) == device


@pytest.mark.parametrize("content", [b"", b"<!DOCTYPE html>", b"GGU"])
def test_that_a_file_that_is_no_gguf_is_refused_unread(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(content)
    with pytest.raises(ModelFailure) as failure:
        check_model_file(path)
    assert failure.value.problem is Problem.MODEL_NOT_GGUF
