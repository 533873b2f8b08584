"""A runtime that knows a small machine and two models by heart."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from helpers.plans import PLAN

from app.model_manager.inventory_snapshot import InventorySnapshot
from app.model_manager.measurements import Measurements
from app.model_manager.model_options import (
    DEMO_NAME,
    FirstRunSummary,
    Fit,
    MemoryUse,
    ModelOption,
    ModelOptions,
)
from app.model_manager.planner import LoadTarget
from runtime.hardware.report import LlamaBuild, MachineReport, Memory, Processor
from runtime.models.catalogue import CatalogueModel
from runtime.models.installed_model import InstalledModel
from runtime.problems import RuntimeFailure
from runtime.requests import ProjectorPlace

MACHINE = MachineReport(
    system="Linux",
    processor=Processor(name="CPU", architecture="x86_64", physical_cores=2, logical_cores=4),
    ram=Memory(total_bytes=16 << 30, free_bytes=9 << 30),
    disk=None,
    battery=None,
    devices=(),
    build=LlamaBuild(backends=("CPU",)),
)
QUANTISATIONS = ("Q4_K_M", "Q8_0")
_MEMORY = MemoryUse(weights=1, context=1, pictures=1, free=1, place="RAM")


class FakePlanner:
    """Answers at once.

    Attributes:
        looks: where the machine was looked at, and with which memory
        failure: raised by a look at the machine
    """

    def __init__(self) -> None:
        self.looks: list[tuple[Path, int | None]] = []
        self.failure: RuntimeFailure | None = None

    def look(
        self, models_folder: Path, device_bytes: int | None, measurements: Measurements
    ) -> MachineReport:
        self.looks.append((models_folder, device_bytes))
        if self.failure is not None:
            raise self.failure
        return MACHINE

    def catalogue(self) -> tuple[CatalogueModel, ...]:
        return ()

    def compose(self, snapshot: InventorySnapshot) -> ModelOptions:
        options = tuple(_option(quantisation, snapshot) for quantisation in QUANTISATIONS)
        look = FirstRunSummary(
            found="A computer.",
            recommendation=options[0],
            reason="It fits.",
            next_better="",
            notes=(),
            alternatives=options[1:],
        )
        demo = replace(_option("", snapshot), model=DEMO_NAME, is_installed=True, is_demo=True)
        return ModelOptions(
            options=(*options, demo),
            first_look=look,
            is_first_run=not snapshot.inventory.installed,
            context=snapshot.context,
        )

    def target(self, snapshot: InventorySnapshot, model: InstalledModel) -> LoadTarget:
        plan = replace(
            PLAN,
            model=model.name,
            quantisation=model.quantisation,
            context=snapshot.context or PLAN.context,
        )
        return LoadTarget(
            files=model.files, name=model.name, quantisation=model.quantisation, plan=plan
        )

    def best(self, snapshot: InventorySnapshot) -> LoadTarget | None:
        installed: Sequence[InstalledModel] = snapshot.inventory.installed
        return self.target(snapshot, installed[-1]) if installed else None

    def next_target(self, snapshot: InventorySnapshot, target: LoadTarget) -> LoadTarget | None:
        if target.plan is None or target.plan.projector_on is ProjectorPlace.CPU:
            return None
        return replace(target, plan=replace(target.plan, projector_on=ProjectorPlace.CPU))


def _option(quantisation: str, snapshot: InventorySnapshot) -> ModelOption:
    name = PLAN.model
    return ModelOption(
        model=name,
        size="4B",
        quantisation=quantisation,
        fit=Fit.FULLY,
        memory=_MEMORY,
        tokens_per_s=None,
        picture_s=None,
        quality="good",
        download_bytes=100,
        context=snapshot.context or PLAN.context,
        largest_context=262144,
        is_installed=snapshot.installed((name, quantisation)) is not None,
    )
