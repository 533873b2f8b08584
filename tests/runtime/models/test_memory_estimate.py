"""What a model takes, held against what llama.cpp reported."""

import pytest

from runtime.models.catalogue import load_catalogue
from runtime.models.memory_estimate import (
    MIB,
    LoadSetup,
    ModelBytes,
    Parts,
    estimate,
    kv_bytes,
    recurrent_bytes,
)
from runtime.requests import KvType, ProjectorPlace

CATALOGUE = {model.size: model for model in load_catalogue()}


def model(size: str, quantisation: str, *, sees: bool = True, drafts: bool = False) -> ModelBytes:
    known = CATALOGUE[size]
    file = next(each.file for each in known.quantisations if each.name == quantisation)
    return ModelBytes(
        architecture=known.architecture,
        file_bytes=file.size_bytes,
        vision=known.vision if sees else None,
        projector_bytes=known.projector.size_bytes if sees else 0,
        drafts=drafts,
    )


def on_cpu(context: int, kv_type: KvType = KvType.F16) -> LoadSetup:
    return LoadSetup(
        context=context, kv_type=kv_type, gpu_layers=0, projector_on=ProjectorPlace.CPU
    )


def on_gpu(context: int, layers: int = -1, device: str = "CUDA0") -> LoadSetup:
    return LoadSetup(
        context=context,
        kv_type=KvType.F16,
        gpu_layers=layers,
        projector_on=ProjectorPlace.GPU,
        device=device,
    )


@pytest.mark.parametrize(
    ("context", "kv_type", "reported_mib"),
    [
        # Sums of the buffers llama.cpp reported for the shapes of 0.8B at Q8_0 with a projector.
        (4096, KvType.F16, 1050.6),
        (4096, KvType.Q8_0, 1028.4),
        (32_768, KvType.F16, 1400.6),
        (32_768, KvType.Q8_0, 1220.9),
        (131_072, KvType.F16, 2600.6),
        (131_072, KvType.Q8_0, 1880.9),
    ],
)
def test_that_the_estimate_is_near_what_was_allocated(
    context: int, kv_type: KvType, reported_mib: float
) -> None:
    ram = estimate(model("0.8B", "Q8_0"), on_cpu(context, kv_type)).ram
    assert ram.allocated / MIB == pytest.approx(reported_mib, rel=0.01)


@pytest.mark.parametrize(("size", "kib"), [("0.8B", 12), ("2B", 12), ("4B", 32), ("9B", 32)])
def test_that_only_full_attention_has_a_cache(size: str, kib: int) -> None:
    assert kv_bytes(model(size, "Q4_K_M"), 1, KvType.F16) == kib * 1024


@pytest.mark.parametrize(("size", "mib"), [("0.8B", 19.27), ("2B", 19.27), ("4B", 50.25)])
def test_that_the_recurrent_state_is_what_llama_cpp_says(size: str, mib: float) -> None:
    assert recurrent_bytes(CATALOGUE[size].architecture) / MIB == pytest.approx(mib, abs=0.01)


def test_that_the_weights_of_9b_are_where_a_log_saw_them() -> None:
    """CPU_Mapped 545.62 MiB, CUDA0 4861.28 MiB (`facts/qwen35.md` §7d)."""
    found = estimate(model("9B", "Q4_K_M", sees=False), on_gpu(8192))
    assert found.device.weights / MIB == pytest.approx(4861, rel=0.01)
    assert found.ram.weights / MIB == pytest.approx(545.6, rel=0.05)


def test_that_parts_of_a_model_add_up_to_all_of_it() -> None:
    every = model("4B", "Q4_K_M")
    whole = estimate(every, on_gpu(8192)).device
    half = estimate(every, on_gpu(8192, layers=16))
    assert half.device.kv + half.ram.kv == pytest.approx(whole.kv, abs=2)
    assert half.device.weights < whole.weights
    assert half.device.weights + half.ram.weights == every.weight_bytes


def test_that_a_run_on_the_cpu_takes_nothing_of_a_device() -> None:
    assert estimate(model("2B", "Q8_0"), on_cpu(8192)).device == Parts()


def test_that_drafting_costs_copies_of_the_state() -> None:
    plain = estimate(model("4B", "Q4_K_M"), on_cpu(8192)).ram
    drafting = estimate(model("4B", "Q4_K_M", drafts=True), on_cpu(8192)).ram
    assert drafting.recurrent == 4 * plain.recurrent
    assert drafting.kv > plain.kv
