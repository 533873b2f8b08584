"""What `sideglance pull` and `sideglance models` say."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from app.notifications.formatting import quoted, size_in_words
from app.notifications.hardware_messages import nothing_fits_in_words
from app.notifications.notification import Notification, NotificationKind
from app.notifications.problem_messages import explain
from runtime.models.installed_model import InstalledModel
from runtime.models.library.library import Inventory
from runtime.models.load_plan import LoadPlan


def inventory_in_words(inventory: Inventory, folder: Path) -> Iterator[str]:
    """What a models folder holds, a line for each model."""
    if inventory.problem is not None:
        yield sentence(explain(inventory.problem, inventory.detail))
        return
    yield f"Models in {folder}:"
    for model in inventory.installed:
        where = "" if model.is_ours else f", {model.files.model}"
        yield f"  {model.name} {model.quantisation}, {size_in_words(model.size_bytes)}{where}"
    for harm in inventory.damaged:
        words = explain(harm.problem, harm.file.name)
        yield f"  {harm.name} {harm.quantisation}, not usable. {sentence(words)}"
    for left in inventory.unfinished:
        amount = f"{size_in_words(left.done_bytes)} of {size_in_words(left.total_bytes)}"
        yield f"  {left.name} {left.quantisation}, {amount} downloaded"
    if not (inventory.installed or inventory.damaged or inventory.unfinished):
        yield '  None yet. Download one, such as: sideglance pull "Qwen3.5 4B"'


def installed_in_words(model: InstalledModel) -> str:
    """A model is there."""
    title = f"{model.name} {model.quantisation}".strip()
    size = size_in_words(model.size_bytes)
    if model.files.projector is None:
        return f"{title} is installed, {size}. It has no projector, so it cannot see."
    return f"{title} is installed, {size}."


def deleted_in_words(name: str, quantisation: str) -> str:
    """A model is gone."""
    return f"{name} {quantisation}".strip() + " was deleted."


def moved_in_words(folder: Path) -> str:
    """The models are elsewhere now."""
    return f"Your models are in {folder} now."


def download_stopped() -> Notification:
    """The user had enough of a download for now."""
    return Notification(
        title="The download was stopped and what came is kept.",
        explanation="Give the same command again to go on with it.",
        kind=NotificationKind.INFO,
    )


def nothing_changed() -> Notification:
    """The user had enough of an import or a move."""
    return Notification(title="It was stopped and nothing was changed.", kind=NotificationKind.INFO)


def quantisation_unknown(model: str, quantisation: str, snapshot: Sequence[str]) -> Notification:
    """A model does not come in this form."""
    return Notification(
        title=f"{model} does not come as {quoted(quantisation)}.",
        explanation=f"It comes as {', '.join(snapshot)}.",
    )


def quantisation_taken(plan: LoadPlan) -> str:
    """Which form of a model is fetched, and why."""
    speed = max(plan.expected_tokens_per_s or 0.0, 1.0)
    return (
        f"{plan.quantisation} is taken of {plan.model}: it suits this computer best, with about"
        f" {speed:.0f} tokens a second."
    )


def nothing_of_it_fits(model: str, quantisation: str) -> str:
    """A model is fetched that does not fit."""
    return (
        f"{quantisation} is taken of {model}: the smallest that is any good, though by what is"
        " known of this computer it has too little free memory for it."
    )


def going_on(model: str, quantisation: str) -> str:
    """A download was begun before."""
    return f"{model} {quantisation} is taken, because a part of it is here already."


def nothing_fits(missing_bytes: int) -> Notification:
    """No model can be recommended."""
    return Notification(title=nothing_fits_in_words(missing_bytes))


def picked(reason: str) -> Notification:
    """What is fetched, and why."""
    return Notification(title=reason, kind=NotificationKind.INFO)


def several_models(name: str, quantisations: Sequence[str]) -> Notification:
    """More than one model is meant."""
    return Notification(
        title=f"There are several models called {quoted(name)}.",
        explanation=f"Say which with --quantisation: {', '.join(sorted(quantisations))}.",
    )


def sentence(notification: Notification) -> str:
    """A notice in one line."""
    return " ".join(part for part in (notification.title, notification.explanation) if part)
