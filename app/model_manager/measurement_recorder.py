"""Learns from every load: what fitted, and how far off the estimate was."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from app.model_manager.measurements import (
    Comparison,
    Measurements,
    load_measurements,
    machine_key,
    pace_key,
    plan_key,
    save_measurements,
    with_pace,
    with_plan,
    with_speeds,
)
from app.platform import log
from app.platform.task_pool import TaskQueue
from runtime.events import Buffer, Finished
from runtime.hardware.report import MachineReport
from runtime.models.load_plan import LoadPlan

# A shorter answer says more about its beginning than about the speed.
_LEAST_TOKENS = 32
# A few words are read in batches that leave the device half idle.
_LEAST_READ_TOKENS = 256
_LEAST_S = 0.5


def allocated_bytes(plan: LoadPlan, buffers: Sequence[Buffer]) -> int:
    """What was allocated where the plan expects the model."""
    return sum(
        buffer.size_bytes for buffer in buffers if not plan.device or buffer.device == plan.device
    )


class MeasurementRecorder:
    """Holds what was measured while the program runs, and saves each change.

    Attributes:
        measurements: the newest value
    """

    def __init__(self, path: Path, tasks: TaskQueue) -> None:
        self._path = path
        self._tasks = tasks
        self.measurements = Measurements()

    def read(self) -> Measurements:
        """What the file says; not for the GUI thread."""
        return load_measurements(self._path)

    def plan(self, machine: str, model: str, quantisation: str) -> LoadPlan | None:
        """How a model was loaded in the end, the last time that its first plan did not do."""
        return self.measurements.plans.get(plan_key(machine, model, quantisation))

    def remember(self, machine: str, plan: LoadPlan) -> None:
        """Begin with this plan from now on."""
        key = plan_key(machine, plan.model, plan.quantisation)
        self._set(with_plan(self.measurements, key, plan))

    def forget(self, machine: str, model: str, quantisation: str) -> None:
        """Plan this model anew: the user wants something else of it."""
        key = plan_key(machine, model, quantisation)
        plans = {name: plan for name, plan in self.measurements.plans.items() if name != key}
        self._set(replace(self.measurements, plans=plans))

    def keep_speeds(self, report: MachineReport) -> None:
        """Remember what this machine's devices did, so that they are measured only once."""
        key = machine_key(report)
        if key not in self.measurements.speeds:
            self._set(with_speeds(self.measurements, key, report.speeds))

    def compare(self, plan: LoadPlan, buffers: Sequence[Buffer]) -> None:
        """Hold the estimate against what llama.cpp allocated."""
        if not buffers or not plan.allocated_bytes:
            return
        comparison = Comparison(
            model=plan.model,
            quantisation=plan.quantisation,
            context=plan.context,
            kv_type=plan.kv_type.value,
            gpu_layers=plan.gpu_layers,
            device=plan.device,
            expected_bytes=plan.allocated_bytes,
            allocated_bytes=allocated_bytes(plan, buffers),
        )
        log.engine.info(
            "estimate: %d bytes expected, %d allocated, %+.1f %%",
            comparison.expected_bytes,
            comparison.allocated_bytes,
            comparison.difference_percent,
        )
        self._set(replace(self.measurements, comparison=comparison))

    def measure(self, machine: str, plan: LoadPlan, finished: Finished) -> None:
        """Hold the expected speeds against those of an answer, where it was long enough to tell."""
        key = pace_key(machine, plan.device, (plan.model, plan.quantisation))
        measurements = self.measurements
        writing, reading = _writing_pace(plan, finished), _reading_pace(plan, finished)
        if writing is not None:
            measurements = replace(measurements, paces=with_pace(measurements.paces, key, writing))
        if reading is not None:
            paces = with_pace(measurements.reading_paces, key, reading)
            measurements = replace(measurements, reading_paces=paces)
        self._set(measurements)

    def _set(self, measurements: Measurements) -> None:
        if measurements == self.measurements:
            return
        self.measurements = measurements
        # A cache that cannot be written only means that the same is measured again.
        self._tasks.run(partial(save_measurements, self._path, measurements))


def _writing_pace(plan: LoadPlan, finished: Finished) -> float | None:
    seconds = finished.seconds.total - finished.seconds.first_token
    tokens = finished.tokens.generated - 1
    if not plan.expected_tokens_per_s or tokens < _LEAST_TOKENS or seconds < _LEAST_S:
        return None
    return tokens / seconds / plan.expected_tokens_per_s


def _reading_pace(plan: LoadPlan, finished: Finished) -> float | None:
    seconds, tokens = finished.seconds.prefill, finished.tokens.read
    if not plan.expected_prompt_s or tokens < _LEAST_READ_TOKENS or seconds < _LEAST_S:
        return None
    return plan.expected_prompt_s * tokens / 1000 / seconds
