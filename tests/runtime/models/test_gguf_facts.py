import struct
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import gguf
import numpy as np
import pytest
from helpers.model_files import finish
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runtime.models.architecture import ModelArchitecture, VisionArchitecture
from runtime.models.gguf_facts import projector_fits, read_model_facts, read_projector_facts
from runtime.models.installed_model import demo_model_files
from runtime.problems import ModelFailure, Problem

DEMO = demo_model_files()
assert DEMO.projector is not None
MODEL, PROJECTOR = DEMO.model.read_bytes(), DEMO.projector.read_bytes()


def problem_of(read: Callable[[Path], object], path: Path) -> Problem:
    with pytest.raises(ModelFailure) as caught:
        read(path)
    assert caught.value.detail == path.name
    return caught.value.problem


def write_llama(path: Path, *, tied: bool = False) -> Path:
    """A model of another architecture: attention in every layer, no recurrent state."""
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_block_count(2)
    writer.add_context_length(8192)
    writer.add_embedding_length(64)
    writer.add_feed_forward_length(128)
    writer.add_head_count(4)
    writer.add_head_count_kv(2)
    writer.add_token_list(["a", "b", "c"])
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q4_K_M)
    writer.add_tensor("token_embd.weight", np.zeros((3, 64), np.float16))
    if not tied:
        writer.add_tensor("output.weight", np.zeros((3, 64), np.float16))
    finish(writer)
    return path


def test_that_the_demo_models_header_tells_its_shape() -> None:
    facts = read_model_facts(DEMO.model)
    assert facts.name == "Sideglance demo"
    assert facts.architecture_name == "qwen35"
    assert facts.quantisation == "Q8_0"
    assert facts.has_template
    assert facts.size_bytes == len(MODEL)
    assert facts.architecture == ModelArchitecture(
        layers=8,
        attention_layers=2,
        hidden=160,
        feed_forward=384,
        heads=4,
        kv_heads=2,
        head_width=64,
        ssm_inner=128,
        ssm_state=32,
        ssm_groups=2,
        convolution=4,
        vocabulary=2048,
        tied_embeddings=True,
        draft_layers=1,
        trained_context=4096,
        parameters=2_638_480,
    )
    # 34 bytes for 32 weights.
    assert facts.embedding_bytes == 2048 * 160 * 34 // 32


def test_that_a_projectors_header_tells_its_shape() -> None:
    assert DEMO.projector is not None
    facts = read_projector_facts(DEMO.projector)
    assert facts.vision == VisionArchitecture(depth=4, hidden=128, feed_forward=256, heads=4)
    assert facts.width == 160
    assert facts.size_bytes == len(PROJECTOR)


def test_that_a_projector_fits_a_model_of_its_width_only() -> None:
    assert DEMO.projector is not None
    model, projector = read_model_facts(DEMO.model), read_projector_facts(DEMO.projector)
    assert projector_fits(model, projector)
    assert not projector_fits(model, replace(projector, width=1024))


def test_that_a_model_of_another_architecture_has_attention_in_every_layer(tmp_path: Path) -> None:
    facts = read_model_facts(write_llama(tmp_path / "model.gguf"))
    assert facts.name == "model"
    assert facts.quantisation == "Q4_K_M"
    assert not facts.has_template
    assert facts.architecture.attention_layers == facts.architecture.layers == 2
    assert facts.architecture.head_width == 16
    assert facts.architecture.vocabulary == 3
    assert facts.architecture.ssm_inner == 0
    assert facts.architecture.parameters == 2 * 3 * 64
    assert not facts.architecture.tied_embeddings
    tied = read_model_facts(write_llama(tmp_path / "tied.gguf", tied=True))
    assert tied.architecture.tied_embeddings


@pytest.mark.parametrize(
    ("name", "quantisation"),
    [
        ("Qwen3.5-4B-UD-Q4_K_XL.gguf", "UD-Q4_K_XL"),
        ("Qwen3.5-4B-BF16.gguf", "BF16"),
        ("model.q8_0.gguf", "Q8_0"),
        ("Qwen3.5-9B-UD-IQ2_XXS.gguf", "UD-IQ2_XXS"),
        ("my holiday Q4.gguf", "Q4_K_M"),
    ],
)
def test_that_a_files_name_says_more_of_its_quantisation_than_its_header(
    tmp_path: Path, name: str, quantisation: str
) -> None:
    assert read_model_facts(write_llama(tmp_path / name)).quantisation == quantisation


def test_that_model_and_projector_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "p.gguf").write_bytes(PROJECTOR)
    assert problem_of(read_model_facts, tmp_path / "p.gguf") is Problem.MODEL_IS_PROJECTOR
    (tmp_path / "m.gguf").write_bytes(MODEL)
    assert problem_of(read_projector_facts, tmp_path / "m.gguf") is Problem.PROJECTOR_UNUSABLE


@pytest.mark.parametrize("read", [read_model_facts, read_projector_facts])
def test_that_what_is_no_model_is_refused(tmp_path: Path, read: Callable[[Path], object]) -> None:
    path = tmp_path / "file.gguf"
    assert problem_of(read, path) is Problem.MODEL_MISSING
    assert problem_of(read, tmp_path) is Problem.MODEL_UNUSABLE
    path.write_bytes(b"<!DOCTYPE html>")
    assert problem_of(read, path) is Problem.MODEL_NOT_GGUF
    path.write_bytes(b"")
    assert problem_of(read, path) is Problem.MODEL_NOT_GGUF


def test_that_a_file_without_its_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    for length in (5, 30, 1000, 70_000, len(MODEL) // 2, len(MODEL) - 1):
        path.write_bytes(MODEL[:length])
        assert problem_of(read_model_facts, path) is Problem.MODEL_TRUNCATED


@pytest.mark.parametrize(
    "behind_magic",
    [
        struct.pack("<IQQ", 1, 0, 0),
        struct.pack("<IQQ", 3, 1 << 60, 0),
        struct.pack("<IQQ", 3, 0, 1 << 60),
        struct.pack("<IQQQ", 3, 0, 1, 1 << 40),
        struct.pack("<IQQQ1sIIQ", 3, 0, 1, 1, b"k", 9, 8, 1 << 50),
        struct.pack("<IQQQ1sIIQ", 3, 0, 1, 1, b"k", 9, 9, 5),
        struct.pack("<IQQQ1sI", 3, 0, 1, 1, b"k", 77),
        struct.pack("<IQQQ1sI", 3, 1, 0, 1, b"t", 99),
        struct.pack("<IQQ", 3, 0, 0),
    ],
)
def test_that_absurd_lengths_and_kinds_are_refused_at_once(
    tmp_path: Path, behind_magic: bytes
) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(b"GGUF" + behind_magic + bytes(64))
    assert problem_of(read_model_facts, path) is Problem.MODEL_UNUSABLE


@given(position=st.integers(0, 4000), value=st.binary(min_size=1, max_size=8))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
def test_that_damage_anywhere_is_read_or_refused(
    tmp_path: Path, position: int, value: bytes
) -> None:
    path = tmp_path / "model.gguf"
    for whole, read in ((MODEL, read_model_facts), (PROJECTOR, read_projector_facts)):
        path.write_bytes(whole[:position] + value + whole[position + len(value) :])
        with suppress(ModelFailure):
            read(path)
