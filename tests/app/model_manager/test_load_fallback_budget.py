"""The real ladder and the real estimate, on a device that has less than it said."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.budget_engine import BudgetEngineClient
from helpers.machines import GIB, machine
from helpers.rooms import FILES, Rooms
from pytestqt.qtbot import QtBot

from app.engine.model_state import Broken, Ready
from app.model_manager.inventory_snapshot import Known
from app.model_manager.load_fallback import LadderWalk
from app.model_manager.measurement_recorder import Learning
from app.model_manager.runtime_planner import Counsel
from app.platform.task_pool import Background
from runtime.models.choose import candidate_of
from runtime.models.installed_model import InstalledModel
from runtime.models.library.library import Inventory
from runtime.models.memory_estimate import ModelBytes, Setup, estimate
from runtime.problems import Problem
from runtime.requests import LoadRequest

COUNSEL = Counsel()
MODEL = InstalledModel(name="Qwen3.5 9B", quantisation="Q4_K_M", files=FILES, size_bytes=1)
KNOWN = Known(
    report=machine(32, 12, name="A card"),
    catalogue=COUNSEL.catalogue(),
    inventory=Inventory(installed=(MODEL,)),
)


def model_bytes() -> ModelBytes:
    for model in KNOWN.catalogue:
        for quantisation in model.quantisations:
            if (model.name, quantisation.name) == (MODEL.name, MODEL.quantisation):
                return candidate_of(model, quantisation).model
    raise AssertionError


def needs(request: LoadRequest) -> int:
    """What the estimate says that the device must have."""
    assert request.context_length is not None
    setup = Setup(
        context=request.context_length,
        kv_type=request.kv_type,
        gpu_layers=request.gpu_layers,
        projector_on=request.projector_on,
        device=request.device or "",
    )
    return estimate(model_bytes(), setup).device.total


class Shrunken:
    """A 12 GB card of which somebody else has taken most."""

    def __init__(self, folder: Path, qtbot: QtBot, budget_bytes: int, end: Problem) -> None:
        self.background = Background()
        self.learning = Learning(folder / "learnt.json", self.background.models)
        self.engine = BudgetEngineClient(budget_bytes=budget_bytes, needs=needs, end=end)
        self.rooms = Rooms(
            folder / "chats",
            qtbot,
            self.engine,
            lambda desk: LadderWalk(
                next_target=lambda target: COUNSEL.next_target(KNOWN, target),
                learning=self.learning,
                machine=lambda: "machine",
                desk=desk,
            ),
        )
        self.rooms.begin(COUNSEL.target(KNOWN, MODEL))
        qtbot.waitUntil(lambda: isinstance(self.rooms.model_state.value, Ready | Broken))

    def close(self) -> None:
        self.rooms.close()
        self.background.close()


@pytest.fixture
def shrunken(request: pytest.FixtureRequest, tmp_path: Path, qtbot: QtBot) -> Iterator[Shrunken]:
    budget_bytes, end = request.param
    shrunken = Shrunken(tmp_path, qtbot, budget_bytes, end)
    yield shrunken
    shrunken.close()


@pytest.mark.parametrize(
    "shrunken",
    [
        (7 * GIB, Problem.OUT_OF_MEMORY),
        (6 * GIB, Problem.OUT_OF_MEMORY),
        (3 * GIB, Problem.OUT_OF_MEMORY),
        (0, Problem.OUT_OF_MEMORY),
        (7 * GIB, Problem.ENGINE_KILLED),
    ],
    indirect=True,
)
def test_that_the_first_rung_the_device_holds_is_loaded_and_remembered(shrunken: Shrunken) -> None:
    assert isinstance(shrunken.rooms.model_state.value, Ready)
    loads = shrunken.engine.loads()
    assert len(loads) > 1
    assert [needs(load) <= shrunken.engine.budget_bytes for load in loads[:-1]] == [False] * (
        len(loads) - 1
    )
    (notice,) = shrunken.rooms.front.notices
    assert "loaded differently" in notice.title
    plan = shrunken.learning.plan("machine", MODEL.name, MODEL.quantisation)
    assert plan is not None
    assert (plan.gpu_layers, plan.context) == (loads[-1].gpu_layers, loads[-1].context_length)
    assert plan.device == (loads[-1].device or "")
