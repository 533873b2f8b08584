"""Looks at this computer and plans loads for it, with what the runtime knows."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from app.model_manager.inventory_snapshot import InventorySnapshot
from app.model_manager.measurements import Measurements, machine_key, plan_key
from app.model_manager.model_options import ModelOptions
from app.model_manager.options.build_options import OptionsBuilder
from app.model_manager.options.candidates import Candidates
from app.model_manager.planner import LoadTarget
from app.platform import log
from runtime.hardware.memory_budget import budgets, with_memory_override
from runtime.hardware.report import MachineReport
from runtime.machine_probe import measure_speeds, probe_machine
from runtime.models.catalogue import CatalogueModel, load_catalogue
from runtime.models.choose import plan_of
from runtime.models.installed_model import InstalledModel
from runtime.models.load_option import Candidate, best_load_option
from runtime.models.load_plan import LoadPlan, next_step


def with_known_speeds(report: MachineReport, measurements: Measurements) -> MachineReport:
    """The report with what was measured before, or else is measured now; takes some seconds."""
    speeds = measurements.speeds.get(machine_key(report))
    if speeds is None:
        speeds = measure_speeds(report)
        log.models.info("devices measured: %d", len(speeds))
    return replace(report, speeds=speeds)


class RuntimePlanner:
    """The real answers to `app.model_manager.planner.Planner`."""

    def __init__(self) -> None:
        self._candidates = Candidates()
        self._options = OptionsBuilder(self._candidates)

    def look(
        self, models_folder: Path, device_bytes: int | None, measurements: Measurements
    ) -> MachineReport:
        """Look at this computer, and measure it once, in processes of their own."""
        report = probe_machine(models_folder)
        if device_bytes is not None:
            report = with_memory_override(report, device_bytes)
        return with_known_speeds(report, measurements)

    def catalogue(self) -> tuple[CatalogueModel, ...]:
        """The models that are listed in our resources."""
        return load_catalogue()

    def compose(self, snapshot: InventorySnapshot) -> ModelOptions:
        """Everything that could run, and what it would cost."""
        return self._options.compose(snapshot)

    def target(self, snapshot: InventorySnapshot, model: InstalledModel) -> LoadTarget:
        """A model with the plan that held before, or else the best there is."""
        target = LoadTarget(files=model.files, name=model.name, quantisation=model.quantisation)
        candidate = self._candidates.of_installed(snapshot, model)
        if snapshot.report is None or candidate is None:
            return target
        plan = _proven(snapshot, snapshot.report, model) or plan_of(
            best_load_option(snapshot.report, candidate, context=snapshot.context)
        )
        return replace(target, plan=plan)

    def best(self, snapshot: InventorySnapshot) -> LoadTarget | None:
        """The installed model that is worth most here; the smallest if none fits."""
        installed = snapshot.inventory.installed
        report = snapshot.report
        if not installed:
            return None
        found = [(self._candidates.of_installed(snapshot, model), model) for model in installed]
        load_options = [
            (best_load_option(report, candidate, context=snapshot.context), model)
            for candidate, model in found
            if candidate is not None and report is not None
        ]
        fitting = [each for each in load_options if each[0].fits]
        if fitting:
            return self.target(snapshot, max(fitting, key=lambda each: each[0].worth)[1])
        return self.target(snapshot, min(installed, key=lambda model: model.size_bytes))

    def next_target(self, snapshot: InventorySnapshot, target: LoadTarget) -> LoadTarget | None:
        """What to try when a target did not fit."""
        candidate = self._candidate(snapshot, target)
        if target.plan is None or candidate is None:
            return None
        smaller = self._smaller(snapshot, candidate)
        step = next_step(target.plan, candidate, [each for each, _model in smaller])
        if step is None:
            return None
        plan, found = step
        for each, model in smaller:
            if each is found:
                return LoadTarget(
                    files=model.files,
                    name=model.name,
                    quantisation=model.quantisation,
                    plan=plan,
                )
        return replace(target, plan=plan)

    def _candidate(self, snapshot: InventorySnapshot, target: LoadTarget) -> Candidate | None:
        model = snapshot.installed(target.key)
        if model is None:
            model = InstalledModel(
                name=target.name, quantisation=target.quantisation, files=target.files, size_bytes=0
            )
        return self._candidates.of_installed(snapshot, model)

    def _smaller(
        self, snapshot: InventorySnapshot, candidate: Candidate
    ) -> Sequence[tuple[Candidate, InstalledModel]]:
        """The same model at smaller quantisations that are here, largest first."""
        found = [
            (other, model)
            for model in snapshot.inventory.installed
            if model.name == candidate.name
            and (other := self._candidates.of_installed(snapshot, model)) is not None
            and other.model.file_bytes < candidate.model.file_bytes
        ]
        return sorted(found, key=lambda each: each[0].model.file_bytes, reverse=True)


def _proven(
    snapshot: InventorySnapshot, report: MachineReport, model: InstalledModel
) -> LoadPlan | None:
    """What loaded in the end when a first plan had not, if it is still what the user wants."""
    key = plan_key(machine_key(report), model.name, model.quantisation)
    plan = snapshot.measurements.plans.get(key)
    if plan is None or (snapshot.context and snapshot.context != plan.context):
        return None
    if plan.device not in {budget.device for budget in budgets(report)}:
        return None
    return plan
