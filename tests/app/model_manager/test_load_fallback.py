"""A load that fails for want of memory, with a conversation around it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from helpers.budget_engine import BudgetEngineClient
from helpers.chat_session import FILES, ChatSession
from helpers.plans import PLAN
from pytestqt.qtbot import QtBot

from app.chat.turns import TurnState
from app.engine.model_state import Broken, Ready
from app.model_manager.load_fallback import LoadFallback
from app.model_manager.measurement_recorder import MeasurementRecorder
from app.model_manager.planner import LoadTarget
from app.notifications.notification import NotificationKind
from app.platform.task_pool import TaskPool
from runtime.problems import Problem
from runtime.requests import LoadRequest, ProjectorPlace

TARGET = LoadTarget(files=FILES, name="Qwen3.5 4B", plan=PLAN)
GIGABYTE = 1 << 30


def needs(request: LoadRequest) -> int:
    """So much a layer, and a gigabyte for a projector on the device."""
    layers = 33 if request.gpu_layers < 0 else request.gpu_layers
    projector = GIGABYTE if request.projector_on is ProjectorPlace.GPU else 0
    return layers * (GIGABYTE // 8) + projector


def next_target(target: LoadTarget) -> LoadTarget | None:
    """The projector first, then eight layers at a time."""
    assert target.plan is not None
    plan = target.plan
    if plan.projector_on is ProjectorPlace.GPU:
        plan = replace(plan, projector_on=ProjectorPlace.CPU)
    elif plan.gpu_layers > 8:
        plan = replace(plan, gpu_layers=plan.gpu_layers - 8)
    elif plan.device:
        plan = replace(plan, gpu_layers=0, device="")
    else:
        return None
    return replace(target, plan=plan)


class Walking:
    """A chat on a machine with a device of some size."""

    def __init__(self, folder: Path, qtbot: QtBot, budget_bytes: int, end: Problem) -> None:
        self.qtbot = qtbot
        self.task_pool = TaskPool()
        self.recorder = MeasurementRecorder(folder / "learnt.json", self.task_pool.models)
        self.engine = BudgetEngineClient(budget_bytes=budget_bytes, needs=needs, end=end)
        self.session = ChatSession(
            folder / "chats",
            qtbot,
            self.engine,
            lambda notification_center: LoadFallback(
                next_target=next_target,
                recorder=self.recorder,
                machine=lambda: "machine",
                notification_center=notification_center,
            ),
        )
        self.session.begin(TARGET)

    def wait_until(self, kind: type[object]) -> None:
        self.qtbot.waitUntil(lambda: isinstance(self.session.model_state.value, kind))

    def close(self) -> None:
        self.session.close()
        self.task_pool.close()


Walk = Callable[..., Walking]


@pytest.fixture
def walk(tmp_path: Path, qtbot: QtBot) -> Iterator[Walk]:
    walking: list[Walking] = []

    def walk(budget_bytes: int, end: Problem = Problem.OUT_OF_MEMORY) -> Walking:
        walking.append(Walking(tmp_path, qtbot, budget_bytes, end))
        return walking[-1]

    yield walk
    for each in walking:
        each.close()


def test_that_the_first_plan_that_fits_is_found_told_and_remembered(walk: Walk) -> None:
    walking = walk(3 * GIGABYTE)
    walking.wait_until(Ready)
    loads = walking.engine.loads()
    assert [(load.gpu_layers, load.projector_on.value) for load in loads] == [
        (33, "gpu"),
        (33, "cpu"),
        (25, "cpu"),
        (17, "cpu"),
    ]
    (notification,) = walking.session.view.notifications
    assert notification.kind is NotificationKind.WARNING
    assert "Qwen3.5 4B" in notification.title
    assert "Only 17 of its layers run on the graphics device" in notification.explanation
    assert walking.recorder.plan("machine", "Qwen3.5 4B", "Q4_K_M") == replace(
        PLAN, gpu_layers=17, projector_on=ProjectorPlace.CPU
    )


def test_that_a_question_asked_meanwhile_is_answered(walk: Walk) -> None:
    walking = walk(0)
    walking.session.controller.send("Are you there?")
    walking.qtbot.waitUntil(lambda: len(walking.engine.answers()) == 1)
    assert walking.engine.loads()[-1].device is None
    walking.engine.write("Yes.")
    walking.engine.finish()
    walking.session.wait_for_state(TurnState.COMPLETE)


def test_that_a_model_that_fits_at_once_is_not_worth_a_word(walk: Walk) -> None:
    walking = walk(16 * GIGABYTE)
    walking.wait_until(Ready)
    assert walking.session.view.notifications == []
    assert walking.recorder.plan("machine", "Qwen3.5 4B", "Q4_K_M") is None


def test_that_a_model_for_which_nothing_helps_says_so_once(walk: Walk) -> None:
    walking = walk(-1)
    walking.wait_until(Broken)
    assert walking.session.model_state.value == Broken(problem=Problem.OUT_OF_MEMORY)
    assert len(walking.session.view.notifications) == 1
    assert len(walking.engine.loads()) == 7


@pytest.mark.parametrize("death", [Problem.ENGINE_KILLED, Problem.ENGINE_CRASHED])
def test_that_an_engine_that_dies_while_loading_is_given_less(walk: Walk, death: Problem) -> None:
    walking = walk(4 * GIGABYTE, death)
    walking.wait_until(Ready)
    assert [load.gpu_layers for load in walking.engine.loads()] == [33, 33, 25]


def test_that_an_engine_that_dies_again_and_again_is_left_alone(walk: Walk) -> None:
    walking = walk(0, Problem.ENGINE_CRASHED)
    walking.wait_until(Broken)
    assert len(walking.engine.loads()) == 3


def test_that_another_problem_is_no_reason_to_load_less(walk: Walk) -> None:
    walking = walk(0, Problem.MODEL_TRUNCATED)
    walking.wait_until(Broken)
    assert len(walking.engine.loads()) == 1


def test_that_choosing_it_again_begins_with_the_whole_plan(walk: Walk) -> None:
    walking = walk(-1)
    walking.wait_until(Broken)
    walking.engine.budget_bytes = 16 * GIGABYTE
    walking.session.loading.load(TARGET)
    walking.wait_until(Ready)
    assert walking.engine.loads()[-1].gpu_layers == 33
    assert len(walking.session.view.notifications) == 1
