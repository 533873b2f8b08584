"""What the user is told besides problems: news, warnings, and what a button does."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from app.notifications.formatting import clock_time, quoted, size_in_words
from app.notifications.notification import Notification, NotificationKind
from app.notifications.problem_messages import explain
from runtime.models.load_plan import LoadPlan
from runtime.problems import RuntimeFailure

UNDO = "Undo"

RESTART_MODEL = "Restart the model"

CLOSE_ANYWAY = "Close anyway"

KEEP_AS_IT_WAS = "Keep it as it was"

PASTED_PICTURE = "Pasted picture"

NEW_CHAT = "New chat"


# What stands for a question or an answer that a damaged file has lost.
LOST_TURN = "[This part was lost: the file with your chats was damaged here.]"

RECOVERED_FILE = "Recovered file"


def chat_deleted(title: str) -> Notification:
    """A chat was deleted and can be brought back."""
    return Notification(
        title=f"{quoted(title)} was deleted.", action=UNDO, kind=NotificationKind.INFO
    )


def editing() -> Notification:
    """An earlier question is back in the composer."""
    return Notification(
        title="You are changing an earlier question.",
        explanation="Sending it starts a new version. The old one is kept.",
        action=KEEP_AS_IT_WAS,
        kind=NotificationKind.INFO,
    )


def video_cut_short(name: str, readable_s: float, duration_s: float) -> Notification:
    """Only the beginning of a video can be read."""
    return Notification(
        title=f"{quoted(name)} is cut off.",
        explanation=f"Its first {clock_time(readable_s)} of {clock_time(duration_s)} can be"
        " looked at. Copy it again to have the rest.",
        kind=NotificationKind.WARNING,
    )


def remote_picture_refused() -> Notification:
    """What was dropped is only an address on the internet."""
    return Notification(
        title="This picture is only a link.",
        explanation="Sideglance never goes online for it. Save the picture, or copy it and"
        " paste it here.",
        kind=NotificationKind.WARNING,
    )


def store_moved_aside(path: Path, turns: int, lost: int | None) -> Notification:
    """The store was damaged; so many turns came back, and so many did not, if that is known."""
    kept = f"The damaged file is kept as {quoted(path.name)} in {path.parent}."
    if not turns:
        return Notification(
            title="Your chats were damaged and nothing in them can be read.",
            explanation=f"New ones were begun. {kept}",
            kind=NotificationKind.WARNING,
        )
    count = f"{turns:,}" if lost is None else f"{turns:,} of {turns + lost:,}"
    return Notification(
        title=f"Your chats were damaged. {count} questions and answers came back.",
        explanation=f"Where one is missing, the conversation says so. {kept}",
        kind=NotificationKind.WARNING,
    )


def store_missing() -> Notification:
    """There was no store, but there are files that were sent along in its chats."""
    return Notification(
        title="The file with your chats is missing, so new ones were begun.",
        explanation="The pictures and videos in them are kept. If you have the file “chats.db”"
        " somewhere, close Sideglance and put it back.",
        kind=NotificationKind.WARNING,
    )


def store_read_only() -> Notification:
    """The disk is too full to open the store for writing."""
    return Notification(
        title="The disk is full: your chats can be read, and nothing can be saved.",
        explanation="Delete something you do not need. Then go on; nothing has to be restarted.",
        kind=NotificationKind.WARNING,
    )


def answer_not_saved(failure: RuntimeFailure) -> Notification:
    """An answer could not be written to the disk."""
    reason = explain(failure.problem, failure.detail)
    return Notification(
        title="This answer is not saved yet.",
        explanation=f"{reason.title} It is tried again every second, until that has changed.",
        kind=NotificationKind.WARNING,
    )


def answers_saved() -> Notification:
    """Answers that could not be written before are on the disk now."""
    return Notification(title="Everything is saved now.", kind=NotificationKind.INFO)


def close_unsaved(failure: RuntimeFailure) -> Notification:
    """The window was closed while an answer could not be saved."""
    reason = explain(failure.problem, failure.detail)
    return Notification(
        title="An answer is not saved: closing would lose it.",
        explanation=f"{reason.title} It is tried again every second: wait, or close without it.",
        action=CLOSE_ANYWAY,
    )


def model_unresponsive() -> Notification:
    """Nothing has come from the engine for a while."""
    return Notification(
        title="The model has not reacted for ten seconds.",
        explanation="It may still be looking at a picture. Restarting it loses nothing of your"
        " chats; the question is asked again.",
        action=RESTART_MODEL,
        kind=NotificationKind.WARNING,
    )


def model_waits(name: str) -> Notification:
    """Another model was chosen in the middle of an answer."""
    return Notification(
        title=f"{name} is loaded when this answer is complete.",
        explanation="Stop the answer to load it now.",
        kind=NotificationKind.INFO,
    )


def loaded_differently(name: str, wanted: LoadPlan, found: LoadPlan) -> Notification:
    """Memory ran out while loading, and a smaller plan was found."""
    given_up = " ".join(f"{part[0].upper()}{part[1:]}." for part in _given_up(wanted, found))
    return Notification(
        title=f"There was too little memory for {name} as planned, so it was loaded differently.",
        explanation=f"{given_up} Closing other programs before you choose it again can help.",
        kind=NotificationKind.WARNING,
    )


def _given_up(wanted: LoadPlan, found: LoadPlan) -> Iterator[str]:
    if found.quantisation != wanted.quantisation:
        yield f"the smaller version {found.quantisation} stands in for {wanted.quantisation}"
    if not found.device and wanted.device:
        yield "it runs on the processor alone, which is slower"
    elif found.gpu_layers != wanted.gpu_layers:
        yield f"only {found.gpu_layers} of its layers run on the graphics device: it is slower"
    elif found.projector_on is not wanted.projector_on:
        yield "pictures are read on the processor, which is slower"
    if found.context != wanted.context:
        yield f"it looks back on {found.context:,} tokens in place of {wanted.context:,}"
    if found.kv_type is not wanted.kv_type:
        yield "it remembers the conversation a little less exactly"


def model_in_memory(name: str) -> Notification:
    """The model that shall be deleted is the one that is used."""
    return Notification(
        title=f"{name} is in use.",
        explanation="Choose another model first, then delete this one.",
        kind=NotificationKind.WARNING,
    )


def model_deleted(name: str, freed_bytes: int, *, stays: bool) -> Notification:
    """A model is gone; files that the user keeps elsewhere stay where they are."""
    if stays:
        return Notification(
            title=f"{name} was taken off the list.",
            explanation="Its files stay where you have them.",
            kind=NotificationKind.INFO,
        )
    freed = f"{size_in_words(freed_bytes)} are free again." if freed_bytes else ""
    return Notification(title=f"{name} was deleted.", explanation=freed, kind=NotificationKind.INFO)


def model_arrived(name: str) -> Notification:
    """A download is complete; the user goes on with another model."""
    return Notification(
        title=f"{name} is here and verified.",
        explanation="Choose it from the list of models to use it.",
        kind=NotificationKind.INFO,
    )


def model_copied(name: str) -> Notification:
    """A model file is on its way into the models folder."""
    return Notification(
        title=f"{quoted(name)} is being copied.",
        explanation="It is loaded when that is done; you can go on meanwhile.",
        kind=NotificationKind.INFO,
    )


def models_move(folder: Path) -> Notification:
    """The models are on their way to another folder."""
    return Notification(
        title=f"Your models are being moved to {folder}.",
        explanation="This can take a while. Until it is done they stay where they were, too.",
        kind=NotificationKind.INFO,
    )


def models_moved(folder: Path) -> Notification:
    """The models folder is another one now."""
    return Notification(title=f"Models are now kept in {folder}.", kind=NotificationKind.INFO)


def models_folder_not_shown(folder: Path) -> Notification:
    """This system has nothing that shows folders."""
    return Notification(
        title="No program on this computer shows folders.",
        explanation=f"Your models are kept in {folder}.",
        kind=NotificationKind.WARNING,
    )


def models_move_waits() -> Notification:
    """A move was asked for while the model works."""
    return Notification(
        title="The model is at work.",
        explanation="Wait for the answer, or stop it, then choose the other folder.",
        kind=NotificationKind.WARNING,
    )


def models_move_already() -> Notification:
    """A move was asked for while another runs."""
    return Notification(
        title="Your models are being moved already.",
        explanation="Wait until that is done, then choose another folder.",
        kind=NotificationKind.WARNING,
    )


def already_open() -> Notification:
    """Another window has the same chats open."""
    return Notification(
        title="Sideglance is open already.",
        explanation="Look for its window. Two at once would write into the same chats.",
        kind=NotificationKind.INFO,
    )


def settings_fell_back(names: Sequence[str]) -> Notification:
    """Some settings could not be used."""
    return Notification(
        title="Some settings could not be read and are as they were at first.",
        explanation=f"Please check: {', '.join(names)}.",
        kind=NotificationKind.WARNING,
    )


def cache_cleared(freed_bytes: int, left: int) -> Notification:
    """EngineCache were deleted from the disk, and so many files could not be."""
    title = f"{size_in_words(freed_bytes)} freed."
    if not left:
        return Notification(
            title=title,
            explanation="Chats still in memory are kept again later.",
            kind=NotificationKind.INFO,
        )
    files = "1 file" if left == 1 else f"{left} files"
    return Notification(
        title=f"{title[:-1]}, but {files} could not be deleted.",
        explanation="They may be in use, or you may not be allowed to. Try again later.",
        kind=NotificationKind.WARNING,
    )
