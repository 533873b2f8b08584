"""The memory estimate against what llama.cpp allocates and the process takes.

Each load is a process of its own, so that the resident memory is its own.
"""

import multiprocessing
import sys
from dataclasses import asdict, dataclass
from itertools import product
from typing import Any

import psutil
from bench.peer.models import synthetic_files
from bench.results import keep

from runtime.models.catalogue import load_catalogue
from runtime.models.memory_estimate import MIB, LoadSetup, ModelBytes, estimate
from runtime.requests import KvType, LoadRequest, ModelFiles, ProjectorPlace, RequestId

SIZES = ("0.8B", "2B")
CONTEXTS = (4096, 32_768, 131_072)
LIMIT = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One way of loading, in MiB.

    Attributes:
        expected: llama.cpp's buffers by our estimate
        allocated: the same as llama.cpp reports them
        expected_resident: all told, without a picture
        resident: of the process, once everything has been touched
    """

    size: str
    context: int
    kv_type: str
    projector: bool
    expected: float
    allocated: float
    expected_resident: float
    resident: float

    @property
    def ratio(self) -> float:
        return self.expected / self.allocated

    @property
    def resident_ratio(self) -> float:
        return self.expected_resident / self.resident


def measure(size: str, files: ModelFiles, context: int, kv_type: KvType) -> Case:
    """Load once and compare."""
    shape = next(model for model in load_catalogue() if model.size == size)
    projector = files.projector
    place = ProjectorPlace.CPU if projector else ProjectorPlace.NONE
    model = ModelBytes(
        architecture=shape.architecture,
        file_bytes=files.model.stat().st_size,
        vision=shape.vision if projector else None,
        projector_bytes=projector.stat().st_size if projector else 0,
    )
    setup = LoadSetup(context=context, kv_type=kv_type, gpu_layers=0, projector_on=place)
    parts = estimate(model, setup).ram
    request = LoadRequest(
        request_id=RequestId(1),
        files=files,
        context_length=context,
        kv_type=kv_type,
        gpu_layers=0,
    )
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        allocated, resident = pool.apply(load, (request,))
    return Case(
        size=size,
        context=context,
        kv_type=kv_type.value,
        projector=projector is not None,
        expected=parts.allocated / MIB,
        allocated=allocated / MIB,
        expected_resident=(parts.total - parts.picture) / MIB,
        resident=resident / MIB,
    )


def load(request: LoadRequest) -> tuple[int, int]:
    """Bytes of all buffers, and of the process; in a process of its own."""
    from runtime.engine.engine import Engine  # noqa: PLC0415 - not in the parent
    from runtime.engine.llama_library import start_llama  # noqa: PLC0415

    engine = Engine(request, start_llama(), lambda _fraction: True)
    allocated = sum(buffer.size_bytes for buffer in engine.buffers)
    resident = psutil.Process().memory_info().rss
    engine.close()
    return allocated, resident


def main() -> int:
    """The whole table; returns 1 if an estimate is further off than the limit."""
    cases = []
    for size in SIZES:
        files = synthetic_files(size)
        if files is None:
            sys.stdout.write("The script that makes models is not here; skipped\n")
            return 0
        for context, kv_type, sees in product(CONTEXTS, KvType, (True, False)):
            wanted = files if sees else ModelFiles(model=files.model)
            case = measure(size, wanted, context, kv_type)
            sys.stdout.write(
                f"{size:5} {context:7} {kv_type.value:5} "
                f"{'with' if sees else 'without':8} projector: expected {case.expected:7.1f} MiB, "
                f"allocated {case.allocated:7.1f} ({case.ratio - 1:+.1%}); resident "
                f"{case.resident:7.1f} ({case.resident_ratio - 1:+.1%})\n"
            )
            sys.stdout.flush()
            cases.append(case)
    keep("estimate", [record(case) for case in cases])
    return int(any(abs(case.ratio - 1) > LIMIT for case in cases))


def record(case: Case) -> dict[str, Any]:
    return {**asdict(case), "ratio": case.ratio, "resident_ratio": case.resident_ratio}
