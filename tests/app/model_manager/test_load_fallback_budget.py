"""The real fallbacks and the real estimate, on a device that has less than it said."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.budget_engine import BudgetEngineClient
from helpers.chat_session import FILES, ChatSession
from helpers.machines import GIB, machine
from pytestqt.qtbot import QtBot

from app.engine.model_state import Broken, Ready
from app.model_manager.inventory_snapshot import InventorySnapshot
from app.model_manager.load_fallback import LoadFallback
from app.model_manager.measurement_recorder import MeasurementRecorder
from app.model_manager.runtime_planner import RuntimePlanner
from app.platform.task_pool import TaskPool
from runtime.models.choose import candidate_of
from runtime.models.installed_model import InstalledModel
from runtime.models.library.library import Inventory
from runtime.models.memory_estimate import LoadSetup, ModelBytes, estimate
from runtime.problems import Problem
from runtime.requests import LoadRequest

PLANNER = RuntimePlanner()
MODEL = InstalledModel(name="Qwen3.5 9B", quantisation="Q4_K_M", files=FILES, size_bytes=1)
KNOWN = InventorySnapshot(
    report=machine(32, 12, name="A card"),
    catalogue=PLANNER.catalogue(),
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
    setup = LoadSetup(
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
        self.task_pool = TaskPool()
        self.recorder = MeasurementRecorder(folder / "learnt.json", self.task_pool.models)
        self.engine = BudgetEngineClient(budget_bytes=budget_bytes, needs=needs, end=end)
        self.session = ChatSession(
            folder / "chats",
            qtbot,
            self.engine,
            lambda notification_center: LoadFallback(
                next_target=lambda target: PLANNER.next_target(KNOWN, target),
                recorder=self.recorder,
                machine=lambda: "machine",
                notification_center=notification_center,
            ),
        )
        self.session.begin(PLANNER.target(KNOWN, MODEL))
        qtbot.waitUntil(lambda: isinstance(self.session.model_state.value, Ready | Broken))

    def close(self) -> None:
        self.session.close()
        self.task_pool.close()


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
def test_that_the_first_fallback_the_device_holds_is_loaded_and_remembered(
    shrunken: Shrunken,
) -> None:
    assert isinstance(shrunken.session.model_state.value, Ready)
    loads = shrunken.engine.loads()
    assert len(loads) > 1
    assert [needs(load) <= shrunken.engine.budget_bytes for load in loads[:-1]] == [False] * (
        len(loads) - 1
    )
    (notification,) = shrunken.session.view.notifications
    assert "loaded differently" in notification.title
    plan = shrunken.recorder.plan("machine", MODEL.name, MODEL.quantisation)
    assert plan is not None
    assert (plan.gpu_layers, plan.context) == (loads[-1].gpu_layers, loads[-1].context_length)
    assert plan.device == (loads[-1].device or "")
