"""What could run and is planned on whole machines, with the real catalogue and estimates."""

from dataclasses import replace
from pathlib import Path

import pytest
from helpers.machines import GIB, machine

from app.model_manager.inventory_snapshot import InventorySnapshot
from app.model_manager.measurements import Measurements, machine_key, pace_key, plan_key
from app.model_manager.model_options import Fit, ModelKey, ModelOption, ModelOptions
from app.model_manager.model_selection import DEMO_KEY
from app.model_manager.planner import target_of
from app.model_manager.runtime_planner import RuntimePlanner
from runtime.hardware.report import Finding, FindingKind
from runtime.models.installed_model import InstalledModel, demo_model_files
from runtime.models.library.library import Inventory
from runtime.problems import Problem
from runtime.requests import KvType, ModelFiles, ProjectorPlace

CARD = "NVIDIA GeForce RTX 3060"
SMALL: ModelKey = ("Qwen3.5 2B", "Q4_K_M")
LARGE: ModelKey = ("Qwen3.5 9B", "Q4_K_M")


@pytest.fixture(scope="module")
def planner() -> RuntimePlanner:
    return RuntimePlanner()


def snapshot(
    planner: RuntimePlanner, *installed: InstalledModel, card: float = 0, ram: float = 16
) -> InventorySnapshot:
    return InventorySnapshot(
        report=machine(ram, card, name=CARD),
        catalogue=planner.catalogue(),
        inventory=Inventory(installed=installed),
    )


def model(key: ModelKey) -> InstalledModel:
    return InstalledModel(
        name=key[0],
        quantisation=key[1],
        files=ModelFiles(model=Path(f"/models/{key[1]}.gguf")),
        size_bytes=1,
    )


def find(options: ModelOptions, key: ModelKey) -> ModelOption:
    return next(option for option in options.options if option.key == key)


def test_that_nothing_is_offered_before_this_computer_was_looked_at(
    planner: RuntimePlanner,
) -> None:
    assert planner.compose(replace(snapshot(planner), report=None)) == ModelOptions()


def test_that_every_model_is_offered_and_the_first_look_explains_ours(
    planner: RuntimePlanner,
) -> None:
    options = planner.compose(snapshot(planner, card=12, ram=32))
    assert len(options.options) == 4 * 22 + 1
    look = options.first_look
    assert look is not None
    assert look.found == (f"This computer has an {CARD} with 12 GB of memory and 32 GB of RAM.")
    assert look.recommendation is not None
    assert look.recommendation == options.recommended
    assert look.recommendation.size == "9B"
    assert look.recommendation.fit is Fit.FULLY
    assert look.recommendation.memory.place == CARD
    assert look.recommendation.memory.free > 0
    assert look.reason.startswith("Qwen3.5 9B")
    assert {each.size for each in look.alternatives} == {"4B", "2B", "0.8B"}
    assert options.is_first_run


def test_that_what_does_not_fit_is_offered_with_a_warning(planner: RuntimePlanner) -> None:
    option = find(planner.compose(snapshot(planner, ram=8)), ("Qwen3.5 9B", "BF16"))
    assert option.fit is Fit.NOT
    assert option.memory.free < 0
    assert option.warning.startswith("It needs ")
    assert option.quality == "the original"


def test_that_a_machine_for_nothing_still_offers_the_demonstration(planner: RuntimePlanner) -> None:
    options = planner.compose(snapshot(planner, ram=1))
    look = options.first_look
    assert look is not None
    assert look.recommendation is None
    assert look.reason.startswith("Even the smallest model needs ")
    assert find(options, DEMO_KEY).is_demo


def test_that_findings_become_notes(planner: RuntimePlanner) -> None:
    finding = Finding(kind=FindingKind.DEVICE_NOT_USED, detail=CARD)
    report = replace(machine(16), findings=(finding,))
    look = planner.compose(replace(snapshot(planner), report=report)).first_look
    assert look is not None
    assert look.notes[0].startswith(f"{CARD} is here, but")


def test_that_another_context_changes_what_it_costs(planner: RuntimePlanner) -> None:
    here = snapshot(planner, card=12, ram=32)
    usual = find(planner.compose(here), LARGE)
    long = find(planner.compose(replace(here, context=65536)), LARGE)
    assert (long.context, usual.context) == (65536, 32768)
    assert long.memory.context > usual.memory.context
    assert long.memory.weights == usual.memory.weights


def test_that_measured_speed_goes_before_the_estimate(planner: RuntimePlanner) -> None:
    here = snapshot(planner, card=12)
    assert here.report is not None
    key = machine_key(here.report)
    before = find(planner.compose(here), LARGE).tokens_per_s
    measurements = Measurements(paces={pace_key(key, "CUDA0", LARGE): 0.5})
    options = planner.compose(replace(here, measurements=measurements))
    assert before is not None
    assert find(options, LARGE).tokens_per_s == pytest.approx(before / 2)
    # What slows one model down on a device likely slows the others down as well.
    assert find(options, ("Qwen3.5 9B", "Q5_K_M")).tokens_per_s is not None


def test_that_a_measured_reading_pace_goes_before_the_estimate(planner: RuntimePlanner) -> None:
    here = snapshot(planner, card=12)
    assert here.report is not None
    before = find(planner.compose(here), LARGE)
    key = pace_key(machine_key(here.report), "CUDA0", LARGE)
    after = find(
        planner.compose(replace(here, measurements=Measurements(reading_paces={key: 0.5}))), LARGE
    )
    assert before.picture_s is not None
    assert after.picture_s == pytest.approx(2 * before.picture_s)
    assert after.tokens_per_s == before.tokens_per_s


def test_that_the_best_installed_model_is_the_one_worth_most_here(planner: RuntimePlanner) -> None:
    both = model(SMALL), model(LARGE)
    large = planner.best(snapshot(planner, *both, card=12))
    slow = planner.best(snapshot(planner, *both, ram=16))
    assert large is not None
    assert slow is not None
    assert (large.key, slow.key) == (LARGE, SMALL)
    assert planner.best(snapshot(planner)) is None


def test_that_a_model_is_best_even_if_none_fits(planner: RuntimePlanner) -> None:
    target = planner.best(snapshot(planner, model(SMALL), ram=1))
    assert target is not None
    assert target.key == SMALL


def test_that_a_plan_says_where_the_model_goes(planner: RuntimePlanner) -> None:
    plan = planner.target(snapshot(planner, model(LARGE), card=12), model(LARGE)).plan
    assert plan is not None
    assert (plan.device, plan.gpu_layers) == ("CUDA0", -1)
    assert (plan.context, plan.projector_on) == (32768, ProjectorPlace.GPU)
    assert plan.allocated_bytes > 5 * GIB


def test_that_what_held_before_goes_before_a_new_plan(planner: RuntimePlanner) -> None:
    here = snapshot(planner, model(LARGE), card=12)
    assert here.report is not None
    plan = planner.target(here, model(LARGE)).plan
    assert plan is not None
    proven = replace(plan, gpu_layers=20, kv_type=KvType.Q8_0)
    key = plan_key(machine_key(here.report), *LARGE)
    here = replace(here, measurements=Measurements(plans={key: proven}))
    assert planner.target(here, model(LARGE)).plan == proven
    # The user wants something else now, or the card is gone.
    other = planner.target(replace(here, context=8192), model(LARGE)).plan
    assert other is not None
    assert other.context == 8192
    gone = replace(here, report=machine(16))
    without = planner.target(gone, model(LARGE)).plan
    assert without is not None
    assert without.device == ""


def test_that_an_imported_file_is_offered_with_what_its_header_says(
    planner: RuntimePlanner,
) -> None:
    files = demo_model_files()
    size = files.model.stat().st_size
    mine = InstalledModel(name="Mine", quantisation="Q8_0", files=files, size_bytes=size)
    option = find(planner.compose(snapshot(planner, mine)), ("Mine", "Q8_0"))
    assert option.size == ""
    assert option.is_installed
    assert option.fit is Fit.FULLY
    assert option.picture_s is not None


def test_that_a_file_that_says_nothing_is_loaded_without_a_plan(
    planner: RuntimePlanner, tmp_path: Path
) -> None:
    path = tmp_path / "odd.gguf"
    path.write_bytes(b"GGUF")
    odd = InstalledModel(name="Odd", quantisation="", files=ModelFiles(model=path), size_bytes=4)
    here = snapshot(planner, odd)
    assert planner.target(here, odd).plan is None
    assert planner.next_target(here, target_of(odd.files)) is None
    assert all(option.model != "Odd" for option in planner.compose(here).options)


def test_that_the_fallbacks_end_at_a_smaller_file_that_is_here(planner: RuntimePlanner) -> None:
    smaller = model(("Qwen3.5 9B", "IQ4_XS"))
    here = snapshot(planner, model(LARGE), smaller, model(SMALL), card=12)
    target = planner.target(here, model(LARGE))
    seen = [target]
    while (following := planner.next_target(here, seen[-1])) is not None:
        seen.append(following)
    plans = [each.plan for each in seen if each.plan is not None]
    assert len(plans) == len(seen)
    assert plans[1].projector_on is ProjectorPlace.CPU
    assert {each.quantisation for each in seen} == {"Q4_K_M", "IQ4_XS"}
    assert seen[-1].files == smaller.files
    assert (plans[-1].device, plans[-1].gpu_layers) == ("", 0)


@pytest.mark.parametrize(
    ("inventory", "is_first_run"),
    [
        (Inventory(), True),
        (Inventory(installed=(model(SMALL),)), False),
        (Inventory(problem=Problem.MODELS_FOLDER_GONE), False),
    ],
)
def test_that_only_somebody_without_models_is_greeted(
    inventory: Inventory, is_first_run: bool
) -> None:
    assert InventorySnapshot(inventory=inventory).is_first_run is is_first_run
    assert not InventorySnapshot(inventory=inventory, has_own=True).is_first_run
