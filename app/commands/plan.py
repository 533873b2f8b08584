"""`sideglance plan`: which model would be chosen for a computer, and why."""

from app.cli_plan import PlanArguments
from app.commands.console import Console
from app.commands.model_words import nothing_fits
from app.commands.this_computer import look_at_this_computer
from app.words import explain, rounded, size_in_words
from runtime.hardware.imagined import imagined_machine
from runtime.hardware.readers import read_machine
from runtime.hardware.recording import load_recording
from runtime.hardware.report import MachineReport
from runtime.models.catalogue_file import load_catalogue
from runtime.models.choose import NothingFits, choose
from runtime.models.load_plan import LoadPlan
from runtime.problems import RuntimeFailure

CHOSEN = 0
NOTHING = 4


def run_plan(arguments: PlanArguments, console: Console | None = None) -> int:
    """Choose and say it; returns the exit code."""
    console = console or Console()
    try:
        plan = choose(_machine(arguments), load_catalogue())
    except NothingFits as failure:
        console.notice(nothing_fits(failure.missing_bytes))
        return NOTHING
    except RuntimeFailure as failure:
        console.notice(explain(failure.problem, failure.detail))
        return NOTHING
    if arguments.as_json:
        console.record(plan_record(plan))
        return CHOSEN
    for line in plan_in_words(plan):
        console.piece(line)
        console.end_line()
    return CHOSEN


def plan_record(plan: LoadPlan) -> dict[str, object]:
    """What `--json` prints; scripts rely on these names, so each is written down here."""
    return {
        "model": plan.model,
        "quantisation": plan.quantisation,
        "context": plan.context,
        "kv_type": plan.kv_type.value,
        "gpu_layers": plan.gpu_layers,
        "device": plan.device,
        "projector_on": plan.projector_on.value,
        "expected_bytes": plan.expected_bytes,
        "expected_tokens_per_s": plan.expected_tokens_per_s,
        "expected_prompt_s": plan.expected_prompt_s,
        "expected_screenshot_s": plan.expected_screenshot_s,
        "reason": plan.reason,
        "next_better": plan.next_better,
    }


def plan_in_words(plan: LoadPlan) -> list[str]:
    """The same for people."""
    layers = "all layers" if plan.gpu_layers < 0 else f"{plan.gpu_layers} layers"
    place = f"{layers} on {plan.device}" if plan.device else "all on the processor"
    return [
        plan.reason,
        f"Context of {plan.context} tokens in {plan.kv_type.value}, {place}, pictures on the "
        f"{plan.projector_on.value.upper()}: {size_in_words(plan.expected_bytes)} of memory.",
        *_reading_in_words(plan),
        *([plan.next_better] if plan.next_better else []),
    ]


def _reading_in_words(plan: LoadPlan) -> list[str]:
    if plan.expected_prompt_s is None:
        return []
    sentence = f"It reads 1,000 tokens of text in about {rounded(plan.expected_prompt_s)} seconds"
    if plan.expected_screenshot_s is not None:
        sentence += f" and a screenshot in about {rounded(plan.expected_screenshot_s)} seconds"
    return [f"{sentence}."]


def _machine(arguments: PlanArguments) -> MachineReport:
    if arguments.machine is not None:
        return read_machine(load_recording(arguments.machine))
    if arguments.ram_bytes is not None:
        return imagined_machine(arguments.ram_bytes, arguments.vram_bytes)
    return look_at_this_computer()
