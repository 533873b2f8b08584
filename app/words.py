"""Every sentence the user reads about a problem, and every notice."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from app.notices import Notice, NoticeKind
from runtime.models.load_plan import LoadPlan
from runtime.problems import Problem, RuntimeFailure

TRY_AGAIN = "Try again"
UNDO = "Undo"
RESTART_MODEL = "Restart the model"
CLOSE_ANYWAY = "Close anyway"
KEEP_AS_IT_WAS = "Keep it as it was"

PASTED_PICTURE = "Pasted picture"
NEW_CHAT = "New chat"
# What stands for a question or an answer that a damaged file has lost.
LOST_TURN = "[This part was lost: the file with your chats was damaged here.]"
RECOVERED_FILE = "Recovered file"

_MEGABYTE = 1 << 20
_GIGABYTE = 1 << 30

# Between a file's name and what is wrong with it, in a detail.
_REASON = "\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a problem is called.

    Attributes:
        title: with {it} where the file's name or another detail goes
        advice: the one thing to do
        otherwise: what stands for {it} when nothing is known
    """

    title: str
    advice: str
    otherwise: str = "This file"
    action: str | None = None


_MODEL = "The model file"
_SERVER = "The download server"
_FOLDER = "The models folder"
_ASK_AGAIN = "What was written so far is kept. Ask again: the model starts by itself."

_WORDS: dict[Problem, Words] = {
    Problem.FILE_MISSING: Words(
        title="{it} is not there any more",
        advice="It was moved or deleted. Find it and drop it in again.",
    ),
    Problem.FILE_IS_FOLDER: Words(
        title="{it} is a folder",
        advice="Open it and drop in the pictures or videos inside.",
        otherwise="This",
    ),
    Problem.FILE_EMPTY: Words(
        title="{it} is empty",
        advice="Its copy or download did not finish. Copy it again and drop in the new file.",
    ),
    Problem.FILE_UNREADABLE: Words(
        title="{it} cannot be read",
        advice="Check that you are allowed to open it, or copy it to another folder first.",
    ),
    Problem.FILE_KIND_UNKNOWN: Words(
        title="{it} is not a picture or a video",
        advice="Use a picture such as PNG, JPEG or HEIC, or a video such as MP4 or WebM.",
    ),
    Problem.PICTURE_DAMAGED: Words(
        title="{it} is damaged",
        advice="Export or copy it again and drop in the new file.",
    ),
    Problem.PICTURE_TOO_LARGE: Words(
        title="{it} has too many pixels",
        advice="Make it smaller, or cut out the part you want to ask about.",
    ),
    Problem.VIDEO_DAMAGED: Words(
        title="{it} is damaged",
        advice="Export or copy it again and drop in the new file.",
    ),
    Problem.VIDEO_WITHOUT_PICTURES: Words(
        title="{it} has sound but no pictures",
        advice="Sideglance looks at pictures only. Use a file that shows something.",
    ),
    Problem.VIDEO_EMPTY: Words(
        title="{it} has no pictures that can be shown",
        advice="Export it again and drop in the new file.",
    ),
    Problem.MEDIA_TOO_SLOW: Words(
        title="{it} takes too long to open",
        advice="Make it smaller or shorter and try again.",
    ),
    Problem.MEDIA_CRASHED: Words(
        title="{it} cannot be opened",
        advice="It is damaged or unusual. Save it in another format and drop that in.",
    ),
    Problem.MODEL_MISSING: Words(
        title="{it} is not there any more",
        advice="Put it back where it was, or start Sideglance with another model.",
        otherwise=_MODEL,
        action=TRY_AGAIN,
    ),
    Problem.MODEL_NOT_GGUF: Words(
        title="{it} is not a model",
        advice="Models for Sideglance are GGUF files. Download the model again.",
        otherwise=_MODEL,
    ),
    Problem.MODEL_TRUNCATED: Words(
        title="{it} is incomplete",
        advice="Its download did not finish. Download it again.",
        otherwise=_MODEL,
    ),
    Problem.MODEL_UNKNOWN_ARCHITECTURE: Words(
        title="{it} is a kind of model that Sideglance does not know",
        advice="Use a Qwen3.5 model, or update Sideglance.",
        otherwise=_MODEL,
    ),
    Problem.MODEL_IS_PROJECTOR: Words(
        title="{it} is only the part of a model that sees",
        advice="Give the model itself as the model, and this file as its projector.",
        otherwise=_MODEL,
    ),
    Problem.MODEL_WITHOUT_TEMPLATE: Words(
        title="{it} is not made for chatting",
        advice="Use the version of the model that is marked “Instruct” or “Chat”.",
        otherwise=_MODEL,
    ),
    Problem.MODEL_UNUSABLE: Words(
        title="{it} cannot be used",
        advice="It may be damaged. Download it again.",
        otherwise=_MODEL,
    ),
    Problem.PROJECTOR_MISMATCH: Words(
        title="{it} belongs to another model",
        advice="Use the projector (mmproj) that was published with this model.",
        otherwise="The projector",
    ),
    Problem.PROJECTOR_UNUSABLE: Words(
        title="{it} cannot be used as a projector",
        advice="It may be damaged. Download the projector (mmproj) again.",
        otherwise="The projector",
    ),
    Problem.MODEL_NOT_LOADED: Words(
        title="No model is running",
        advice="Ask again: the model is started first.",
        action=TRY_AGAIN,
    ),
    Problem.MODEL_CANNOT_SEE: Words(
        title="This model cannot look at pictures or videos",
        advice="Ask without them, or start the model together with its projector (mmproj).",
    ),
    Problem.LOAD_STOPPED: Words(
        title="Loading the model was stopped",
        advice="Ask again to load it.",
        action=TRY_AGAIN,
    ),
    Problem.PROMPT_TOO_LONG: Words(
        title="This conversation is too long for the model",
        advice="Begin a new chat, or send fewer or smaller pictures.",
    ),
    Problem.TEMPLATE_FAILED: Words(
        title="The model's file describes conversations in a way that does not fit",
        advice="Use another version of the model.",
    ),
    Problem.DEVICE_MISSING: Words(
        title="The graphics device {it} is not there any more",
        advice="Check its driver, or choose the model again to run it on what there is.",
    ),
    Problem.OUT_OF_MEMORY: Words(
        title="The computer's memory is full",
        advice="Close other programs, then ask again. What was written so far is kept.",
        action=TRY_AGAIN,
    ),
    Problem.ENGINE_KILLED: Words(
        title="The model was ended from outside",
        advice=f"Often the memory was full. {_ASK_AGAIN}",
        action=TRY_AGAIN,
    ),
    Problem.ENGINE_CRASHED: Words(
        title="The model stopped unexpectedly",
        advice=_ASK_AGAIN,
        action=TRY_AGAIN,
    ),
    Problem.ENGINE_SILENT: Words(
        title="The model did not react any more and was restarted",
        advice=_ASK_AGAIN,
        action=TRY_AGAIN,
    ),
    Problem.OFFLINE: Words(
        title="Sideglance is set to stay offline",
        advice="Nothing was fetched. Allow connections in the settings to download models.",
    ),
    Problem.DOWNLOAD_NO_CONNECTION: Words(
        title="{it} cannot be reached",
        advice="Check the internet connection. What was downloaded so far is kept.",
        otherwise=_SERVER,
        action=TRY_AGAIN,
    ),
    Problem.DOWNLOAD_NOT_SECURE: Words(
        title="{it} cannot prove who it is",
        advice="Check the date and time of this computer, and whether its network needs a sign-in.",
        otherwise=_SERVER,
        action=TRY_AGAIN,
    ),
    Problem.DOWNLOAD_PROXY: Words(
        title="The proxy does not let the download through",
        advice="Check the proxy's address in the settings, or leave it empty for the system's own.",
        action=TRY_AGAIN,
    ),
    Problem.DOWNLOAD_ENDPOINT: Words(
        title="{it} is not an address to download from",
        advice="Give one such as https://huggingface.co, or leave it empty for Hugging Face.",
        otherwise="This",
    ),
    Problem.DOWNLOAD_INTERRUPTED: Words(
        title="The connection to {it} broke off",
        advice="Check the internet connection. What was downloaded so far is kept.",
        otherwise="the download server",
        action=TRY_AGAIN,
    ),
    Problem.DOWNLOAD_SERVER_BUSY: Words(
        title="{it} is busy",
        advice="Try again later. What was downloaded so far is kept.",
        otherwise=_SERVER,
        action=TRY_AGAIN,
    ),
    Problem.DOWNLOAD_SERVER_FAILED: Words(
        title="{it} does not work at the moment",
        advice="Try again later. What was downloaded so far is kept.",
        otherwise=_SERVER,
        action=TRY_AGAIN,
    ),
    Problem.DOWNLOAD_REFUSED: Words(
        title="{it} refuses the download",
        advice="Check whether this network allows it, or set another download address.",
        otherwise=_SERVER,
        action=TRY_AGAIN,
    ),
    Problem.DOWNLOAD_NOT_THERE: Words(
        title="{it} does not have this model any more",
        advice="Update Sideglance, or set another download address in the settings.",
        otherwise=_SERVER,
    ),
    Problem.DOWNLOAD_WEB_PAGE: Words(
        title="{it} sent a web page in place of the model",
        advice="Often a network's sign-in page: open a browser, sign in, then try again.",
        otherwise=_SERVER,
        action=TRY_AGAIN,
    ),
    Problem.DOWNLOAD_CHANGED: Words(
        title="{it} has another file under this name",
        advice="It was not used. Update Sideglance, or set another download address.",
        otherwise=_SERVER,
        action=TRY_AGAIN,
    ),
    Problem.DOWNLOAD_RUNNING: Words(
        title="{it} is being downloaded already",
        advice="Wait for the other download, perhaps in another window or terminal.",
        otherwise="This model",
    ),
    Problem.MODEL_HASH_WRONG: Words(
        title="{it} arrived damaged and was thrown away",
        advice="Download it again. If that does not help, set another download address.",
        otherwise=_MODEL,
        action=TRY_AGAIN,
    ),
    Problem.MODEL_NAME_UNKNOWN: Words(
        title="There is no model called {it}",
        advice="Name one such as “4B” or “Qwen3.5 4B”.",
        otherwise="this",
    ),
    Problem.MODEL_CHANGED: Words(
        title="{it} was changed after it was checked",
        advice="Delete it and download it again.",
        otherwise=_MODEL,
    ),
    Problem.MODEL_IN_USE: Words(
        title="{it} is in use",
        advice="Choose another model, or close other programs that use it, then try again.",
        otherwise=_MODEL,
        action=TRY_AGAIN,
    ),
    Problem.MODELS_FOLDER_GONE: Words(
        title="{it} cannot be found",
        advice="Your models are there: connect its drive, or choose the folder in the settings.",
        otherwise=_FOLDER,
        action=TRY_AGAIN,
    ),
    Problem.MODELS_FOLDER_UNWRITABLE: Words(
        title="{it} cannot be written to",
        advice="Check that its drive is not write-protected, or choose another models folder.",
        otherwise=_FOLDER,
        action=TRY_AGAIN,
    ),
    Problem.MODELS_FOLDER_TAKEN: Words(
        title="{it} cannot become the models folder",
        advice="Choose an empty folder outside the present one.",
        otherwise="This folder",
    ),
    Problem.MODELS_DRIVE_LIMIT: Words(
        title="{it} is too large a file for this drive",
        advice="Drives formatted as FAT32 hold files up to 4 GB. Choose a folder on another one.",
        otherwise=_MODEL,
    ),
    Problem.CATALOGUE_UNUSABLE: Words(
        title="The list of models cannot be used",
        advice="Undo what was changed in models.toml, or install Sideglance again.",
    ),
    Problem.RECORDING_DAMAGED: Words(
        title="{it} is not a recorded computer",
        advice="Write one with “sideglance hardware --record FILE”.",
    ),
    Problem.DISK_FULL: Words(
        title="The disk is full",
        advice="Delete something you do not need, then try again.",
        action=TRY_AGAIN,
    ),
    Problem.STORE_UNREADABLE: Words(
        title="Your chats cannot be opened or saved",
        advice="Check that the disk is connected and that you may write to it, then try again.",
        action=TRY_AGAIN,
    ),
    Problem.STORE_BUSY: Words(
        title="Another program is using your chats",
        advice="Wait until it is done, such as a backup, or close it. Then try again.",
        action=TRY_AGAIN,
    ),
    Problem.UNEXPECTED: Words(
        title="Something unexpected went wrong",
        advice="Try again. If it happens again, restart Sideglance.",
        action=TRY_AGAIN,
    ),
}

# What the details of Problem.STORE_UNREADABLE mean.
_STORE_WORDS = {
    "newer": Words(
        title="Your chats were saved by a newer Sideglance",
        advice="Install the newest version to open them. Nothing was changed.",
    ),
    "damaged": Words(
        title="Your chats are damaged",
        advice="Start Sideglance again: what can still be read is copied into a new file, and"
        " the damaged one is kept.",
    ),
    "gone": Words(
        title="This chat is not there any more",
        advice="It was deleted in another window. Choose another chat.",
    ),
}

# Problems whose detail is a name, and maybe what is wrong with the file.
_ABOUT_A_FILE = frozenset(problem for problem, words in _WORDS.items() if "{it}" in words.title)


def file_detail(name: str, reason: str = "") -> str:
    """The detail of a problem with a file, for `explain`."""
    # A name may contain a line break; a reason does not.
    return _REASON.join([" ".join(name.split()), reason] if reason else [" ".join(name.split())])


def explain(problem: Problem, detail: str = "") -> Notice:
    """What to tell the user about a problem.

    Args:
        problem: what went wrong
        detail: the file's name, or the figures, that came with it
    """
    words = _WORDS[problem]
    if problem in _ABOUT_A_FILE:
        return _about_file(words, detail)
    if problem is Problem.PROMPT_TOO_LONG:
        return _about_length(words, detail)
    if problem is Problem.DISK_FULL:
        return _about_room(words, detail)
    if problem is Problem.CATALOGUE_UNUSABLE and detail:
        words = replace(words, advice=f"What is wrong: {detail.rstrip('.')}. {words.advice}")
    if problem is Problem.STORE_UNREADABLE:
        words = _STORE_WORDS.get(detail, words)
    return Notice(title=f"{words.title}.", explanation=words.advice, action=words.action)


def _about_file(words: Words, detail: str) -> Notice:
    name, _, reason = detail.partition(_REASON)
    it = quoted(name) if name else words.otherwise
    tail = f": {reason.rstrip('.')}." if reason else "."
    return Notice(
        title=words.title.format(it=it) + tail, explanation=words.advice, action=words.action
    )


def _about_length(words: Words, detail: str) -> Notice:
    needed, _, available = detail.partition("/")
    if not (needed.isdecimal() and available.isdecimal()):
        return Notice(title=f"{words.title}.", explanation=words.advice)
    figures = f"It takes {int(needed):,} tokens and there is room for {int(available):,}."
    return Notice(title=f"{words.title}.", explanation=f"{figures} {words.advice}")


def _about_room(words: Words, detail: str) -> Notice:
    needed, _, free = detail.partition("/")
    if not (needed.isdecimal() and free.isdecimal()):
        return Notice(title=f"{words.title}.", explanation=words.advice)
    return Notice(
        title="There is too little room on the disk.",
        explanation=f"{size_in_words(int(needed))} must be free and {size_in_words(int(free))}"
        f" is. {words.advice}",
    )


def quoted(name: str) -> str:
    """A name in quotation marks, its middle left out if it is long."""
    shown = name if len(name) <= 60 else f"{name[:40]}…{name[-18:]}"
    return f"“{shown}”"


def chat_deleted(title: str) -> Notice:
    """A chat was deleted and can be brought back."""
    return Notice(title=f"{quoted(title)} was deleted.", action=UNDO, kind=NoticeKind.INFO)


def editing() -> Notice:
    """An earlier question is back in the composer."""
    return Notice(
        title="You are changing an earlier question.",
        explanation="Sending it starts a new version. The old one is kept.",
        action=KEEP_AS_IT_WAS,
        kind=NoticeKind.INFO,
    )


def video_cut_short(name: str, readable_s: float, duration_s: float) -> Notice:
    """Only the beginning of a video can be read."""
    return Notice(
        title=f"{quoted(name)} is cut off.",
        explanation=f"Its first {clock_time(readable_s)} of {clock_time(duration_s)} can be"
        " looked at. Copy it again to have the rest.",
        kind=NoticeKind.WARNING,
    )


def remote_picture_refused() -> Notice:
    """What was dropped is only an address on the internet."""
    return Notice(
        title="This picture is only a link.",
        explanation="Sideglance never goes online for it. Save the picture, or copy it and"
        " paste it here.",
        kind=NoticeKind.WARNING,
    )


def store_moved_aside(path: Path, turns: int, lost: int | None) -> Notice:
    """The store was damaged; so many turns came back, and so many did not, if that is known."""
    kept = f"The damaged file is kept as {quoted(path.name)} in {path.parent}."
    if not turns:
        return Notice(
            title="Your chats were damaged and nothing in them can be read.",
            explanation=f"New ones were begun. {kept}",
            kind=NoticeKind.WARNING,
        )
    count = f"{turns:,}" if lost is None else f"{turns:,} of {turns + lost:,}"
    return Notice(
        title=f"Your chats were damaged. {count} questions and answers came back.",
        explanation=f"Where one is missing, the conversation says so. {kept}",
        kind=NoticeKind.WARNING,
    )


def store_missing() -> Notice:
    """There was no store, but there are files that were sent along in its chats."""
    return Notice(
        title="The file with your chats is missing, so new ones were begun.",
        explanation="The pictures and videos in them are kept. If you have the file “chats.db”"
        " somewhere, close Sideglance and put it back.",
        kind=NoticeKind.WARNING,
    )


def store_read_only() -> Notice:
    """The disk is too full to open the store for writing."""
    return Notice(
        title="The disk is full: your chats can be read, and nothing can be saved.",
        explanation="Delete something you do not need. Then go on; nothing has to be restarted.",
        kind=NoticeKind.WARNING,
    )


def answer_not_saved(failure: RuntimeFailure) -> Notice:
    """An answer could not be written to the disk."""
    reason = explain(failure.problem, failure.detail)
    return Notice(
        title="This answer is not saved yet.",
        explanation=f"{reason.title} It is tried again every second, until that has changed.",
        kind=NoticeKind.WARNING,
    )


def answers_saved() -> Notice:
    """Answers that could not be written before are on the disk now."""
    return Notice(title="Everything is saved now.", kind=NoticeKind.INFO)


def close_unsaved(failure: RuntimeFailure) -> Notice:
    """The window was closed while an answer could not be saved."""
    reason = explain(failure.problem, failure.detail)
    return Notice(
        title="An answer is not saved: closing would lose it.",
        explanation=f"{reason.title} It is tried again every second: wait, or close without it.",
        action=CLOSE_ANYWAY,
    )


def model_unresponsive() -> Notice:
    """Nothing has come from the engine for a while."""
    return Notice(
        title="The model has not reacted for ten seconds.",
        explanation="It may still be looking at a picture. Restarting it loses nothing of your"
        " chats; the question is asked again.",
        action=RESTART_MODEL,
        kind=NoticeKind.WARNING,
    )


def model_waits(name: str) -> Notice:
    """Another model was chosen in the middle of an answer."""
    return Notice(
        title=f"{name} is loaded when this answer is complete.",
        explanation="Stop the answer to load it now.",
        kind=NoticeKind.INFO,
    )


def loaded_differently(name: str, wanted: LoadPlan, found: LoadPlan) -> Notice:
    """Memory ran out while loading, and a smaller plan was found."""
    given_up = " ".join(f"{part[0].upper()}{part[1:]}." for part in _given_up(wanted, found))
    return Notice(
        title=f"There was too little memory for {name} as planned, so it was loaded differently.",
        explanation=f"{given_up} Closing other programs before you choose it again can help.",
        kind=NoticeKind.WARNING,
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


def model_in_memory(name: str) -> Notice:
    """The model that shall be deleted is the one that is used."""
    return Notice(
        title=f"{name} is in use.",
        explanation="Choose another model first, then delete this one.",
        kind=NoticeKind.WARNING,
    )


def model_deleted(name: str, freed_bytes: int, *, stays: bool) -> Notice:
    """A model is gone; files that the user keeps elsewhere stay where they are."""
    if stays:
        return Notice(
            title=f"{name} was taken off the list.",
            explanation="Its files stay where you have them.",
            kind=NoticeKind.INFO,
        )
    freed = f"{size_in_words(freed_bytes)} are free again." if freed_bytes else ""
    return Notice(title=f"{name} was deleted.", explanation=freed, kind=NoticeKind.INFO)


def model_arrived(name: str) -> Notice:
    """A download is complete; the user goes on with another model."""
    return Notice(
        title=f"{name} is here and verified.",
        explanation="Choose it from the list of models to use it.",
        kind=NoticeKind.INFO,
    )


def model_copied(name: str) -> Notice:
    """A model file is on its way into the models folder."""
    return Notice(
        title=f"{quoted(name)} is being copied.",
        explanation="It is loaded when that is done; you can go on meanwhile.",
        kind=NoticeKind.INFO,
    )


def models_move(folder: Path) -> Notice:
    """The models are on their way to another folder."""
    return Notice(
        title=f"Your models are being moved to {folder}.",
        explanation="This can take a while. Until it is done they stay where they were, too.",
        kind=NoticeKind.INFO,
    )


def models_moved(folder: Path) -> Notice:
    """The models folder is another one now."""
    return Notice(title=f"Models are now kept in {folder}.", kind=NoticeKind.INFO)


def models_move_waits() -> Notice:
    """A move was asked for while the model works."""
    return Notice(
        title="The model is at work.",
        explanation="Wait for the answer, or stop it, then choose the other folder.",
        kind=NoticeKind.WARNING,
    )


def models_move_already() -> Notice:
    """A move was asked for while another runs."""
    return Notice(
        title="Your models are being moved already.",
        explanation="Wait until that is done, then choose another folder.",
        kind=NoticeKind.WARNING,
    )


def already_open() -> Notice:
    """Another window has the same chats open."""
    return Notice(
        title="Sideglance is open already.",
        explanation="Look for its window. Two at once would write into the same chats.",
        kind=NoticeKind.INFO,
    )


def settings_fell_back(names: Sequence[str]) -> Notice:
    """Some settings could not be used."""
    return Notice(
        title="Some settings could not be read and are as they were at first.",
        explanation=f"Please check: {', '.join(names)}.",
        kind=NoticeKind.WARNING,
    )


def clock_time(seconds: float) -> str:
    """A length such as 0:07 or 1:02:03."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def readings_cleared(freed_bytes: int, left: int) -> Notice:
    """Readings were deleted from the disk, and so many files could not be."""
    title = f"{size_in_words(freed_bytes)} freed."
    if not left:
        return Notice(
            title=title,
            explanation="Chats still in memory are kept again later.",
            kind=NoticeKind.INFO,
        )
    files = "1 file" if left == 1 else f"{left} files"
    return Notice(
        title=f"{title[:-1]}, but {files} could not be deleted.",
        explanation="They may be in use, or you may not be allowed to. Try again later.",
        kind=NoticeKind.WARNING,
    )


def rounded(number: float) -> str:
    """A figure as exactly as matters: "9.5", but "25"."""
    return f"{number:.1f}" if number < 9.95 else f"{number:.0f}"


def size_in_words(size_bytes: int) -> str:
    """A size such as "3 MB" or "1.2 GB", in the same units as the budget."""
    if size_bytes >= _GIGABYTE:
        return f"{size_bytes / _GIGABYTE:.1f} GB"
    # Rounded up, so that only nothing is called nothing.
    megabytes = -(-size_bytes // _MEGABYTE)
    return f"{megabytes} MB" if megabytes < 1024 else "1.0 GB"
