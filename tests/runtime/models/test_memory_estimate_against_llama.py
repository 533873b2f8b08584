"""What a model takes by our estimate, and what llama.cpp and the system say once it is loaded."""

from collections.abc import Iterator

import pytest
from bench.estimate import LIMIT, measure
from helpers.synthetic_model import write_empty_model

from runtime.models.catalogue import load_catalogue
from runtime.requests import KvType, ModelFiles


@pytest.fixture(scope="module")
def smallest(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModelFiles]:
    model = load_catalogue()[0]
    files = write_empty_model(tmp_path_factory.mktemp("shapes"), model.architecture, model.vision)
    yield files
    # A gigabyte, which pytest would keep for some days.
    for path in (files.model, files.projector):
        if path is not None:
            path.unlink()


@pytest.mark.model
@pytest.mark.parametrize(
    ("context", "kv_type", "sees"),
    [(4096, KvType.F16, False), (32_768, KvType.Q8_0, True)],
)
def test_that_the_estimate_is_within_five_percent(
    smallest: ModelFiles, context: int, kv_type: KvType, sees: bool
) -> None:
    files = smallest if sees else ModelFiles(model=smallest.model)
    case = measure("0.8B", files, context, kv_type)
    assert case.ratio == pytest.approx(1, abs=LIMIT)
    assert case.resident_ratio == pytest.approx(1, abs=LIMIT)
