"""What the user is told about each problem: the one place where errors are worded."""

from dataclasses import dataclass, replace

from app.notifications.formatting import quoted, size_in_words
from app.notifications.notification import Notification
from runtime.problems import Problem

TRY_AGAIN = "Try again"

# Between a file's name and what is wrong with it, in a detail.
_REASON = "\n"

_MODEL = "The model file"
_SERVER = "The download server"
_FOLDER = "The models folder"
_ASK_AGAIN = "What was written so far is kept. Ask again: the model starts by itself."


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemText:
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


_PROBLEMS: dict[Problem, ProblemText] = {
    Problem.FILE_MISSING: ProblemText(
        title="{it} is not there any more",
        advice="It was moved or deleted. Find it and drop it in again.",
    ),
    Problem.FILE_IS_FOLDER: ProblemText(
        title="{it} is a folder",
        advice="Open it and drop in the pictures or videos inside.",
        otherwise="This",
    ),
    Problem.FILE_EMPTY: ProblemText(
        title="{it} is empty",
        advice="Its copy or download did not finish. Copy it again and drop in the new file.",
    ),
    Problem.FILE_UNREADABLE: ProblemText(
        title="{it} cannot be read",
        advice="Check that you are allowed to open it, or copy it to another folder first.",
    ),
    Problem.FILE_KIND_UNKNOWN: ProblemText(
        title="{it} is not a picture or a video",
        advice="Use a picture such as PNG, JPEG or HEIC, or a video such as MP4 or WebM.",
    ),
    Problem.PICTURE_DAMAGED: ProblemText(
        title="{it} is damaged",
        advice="Export or copy it again and drop in the new file.",
    ),
    Problem.PICTURE_TOO_LARGE: ProblemText(
        title="{it} has too many pixels",
        advice="Make it smaller, or cut out the part you want to ask about.",
    ),
    Problem.VIDEO_DAMAGED: ProblemText(
        title="{it} is damaged",
        advice="Export or copy it again and drop in the new file.",
    ),
    Problem.VIDEO_WITHOUT_PICTURES: ProblemText(
        title="{it} has sound but no pictures",
        advice="Sideglance looks at pictures only. Use a file that shows something.",
    ),
    Problem.VIDEO_EMPTY: ProblemText(
        title="{it} has no pictures that can be shown",
        advice="Export it again and drop in the new file.",
    ),
    Problem.MEDIA_TOO_SLOW: ProblemText(
        title="{it} takes too long to open",
        advice="Make it smaller or shorter and try again.",
    ),
    Problem.MEDIA_CRASHED: ProblemText(
        title="{it} cannot be opened",
        advice="It is damaged or unusual. Save it in another format and drop that in.",
    ),
    Problem.MODEL_MISSING: ProblemText(
        title="{it} is not there any more",
        advice="Put it back where it was, or start Sideglance with another model.",
        otherwise=_MODEL,
        action=TRY_AGAIN,
    ),
    Problem.MODEL_NOT_GGUF: ProblemText(
        title="{it} is not a model",
        advice="Models for Sideglance are GGUF files. Download the model again.",
        otherwise=_MODEL,
    ),
    Problem.MODEL_TRUNCATED: ProblemText(
        title="{it} is incomplete",
        advice="Its download did not finish. Download it again.",
        otherwise=_MODEL,
    ),
    Problem.MODEL_UNKNOWN_ARCHITECTURE: ProblemText(
        title="{it} is a kind of model that Sideglance does not know",
        advice="Use a Qwen3.5 model, or update Sideglance.",
        otherwise=_MODEL,
    ),
    Problem.MODEL_IS_PROJECTOR: ProblemText(
        title="{it} is only the part of a model that sees",
        advice="Give the model itself as the model, and this file as its projector.",
        otherwise=_MODEL,
    ),
    Problem.MODEL_WITHOUT_TEMPLATE: ProblemText(
        title="{it} is not made for chatting",
        advice="Use the version of the model that is marked “Instruct” or “Chat”.",
        otherwise=_MODEL,
    ),
    Problem.MODEL_UNUSABLE: ProblemText(
        title="{it} cannot be used",
        advice="It may be damaged. Download it again.",
        otherwise=_MODEL,
    ),
    Problem.PROJECTOR_MISMATCH: ProblemText(
        title="{it} belongs to another model",
        advice="Use the projector (mmproj) that was published with this model.",
        otherwise="The projector",
    ),
    Problem.PROJECTOR_UNUSABLE: ProblemText(
        title="{it} cannot be used as a projector",
        advice="It may be damaged. Download the projector (mmproj) again.",
        otherwise="The projector",
    ),
    Problem.MODEL_NOT_LOADED: ProblemText(
        title="No model is running",
        advice="Ask again: the model is started first.",
        action=TRY_AGAIN,
    ),
    Problem.MODEL_CANNOT_SEE: ProblemText(
        title="This model cannot look at pictures or videos",
        advice="Ask without them, or start the model together with its projector (mmproj).",
    ),
    Problem.LOAD_STOPPED: ProblemText(
        title="Loading the model was stopped",
        advice="Ask again to load it.",
        action=TRY_AGAIN,
    ),
    Problem.PROMPT_TOO_LONG: ProblemText(
        title="This conversation is too long for the model",
        advice="Begin a new chat, or send fewer or smaller pictures.",
    ),
    Problem.TEMPLATE_FAILED: ProblemText(
        title="The model's file describes conversations in a way that does not fit",
        advice="Use another version of the model.",
    ),
    Problem.DEVICE_MISSING: ProblemText(
        title="The graphics device {it} is not there any more",
        advice="Check its driver, or choose the model again to run it on what there is.",
    ),
    Problem.OUT_OF_MEMORY: ProblemText(
        title="The computer's memory is full",
        advice="Close other programs, then ask again. What was written so far is kept.",
        action=TRY_AGAIN,
    ),
    Problem.ENGINE_KILLED: ProblemText(
        title="The model was ended from outside",
        advice=f"Often the memory was full. {_ASK_AGAIN}",
        action=TRY_AGAIN,
    ),
    Problem.ENGINE_CRASHED: ProblemText(
        title="The model stopped unexpectedly",
        advice=_ASK_AGAIN,
        action=TRY_AGAIN,
    ),
    Problem.ENGINE_SILENT: ProblemText(
        title="The model did not react any more and was restarted",
        advice=_ASK_AGAIN,
        action=TRY_AGAIN,
    ),
    Problem.OFFLINE: ProblemText(
        title="Sideglance is set to stay offline",
        advice="Nothing was fetched. Allow connections in the settings to download models.",
    ),
    Problem.DOWNLOAD_NO_CONNECTION: ProblemText(
        title="{it} cannot be reached",
        advice="Check the internet connection. What was downloaded so far is kept.",
        otherwise=_SERVER,
        action=TRY_AGAIN,
    ),
    Problem.DOWNLOAD_NOT_SECURE: ProblemText(
        title="{it} cannot prove who it is",
        advice="Check the date and time of this computer, and whether its network needs a sign-in.",
        otherwise=_SERVER,
        action=TRY_AGAIN,
    ),
    Problem.DOWNLOAD_PROXY: ProblemText(
        title="The proxy does not let the download through",
        advice="Check the proxy's address in the settings, or leave it empty for the system's own.",
        action=TRY_AGAIN,
    ),
    Problem.DOWNLOAD_ENDPOINT: ProblemText(
        title="{it} is not an address to download from",
        advice="Give one such as https://huggingface.co, or leave it empty for Hugging Face.",
        otherwise="This",
    ),
    Problem.DOWNLOAD_INTERRUPTED: ProblemText(
        title="The connection to {it} broke off",
        advice="Check the internet connection. What was downloaded so far is kept.",
        otherwise="the download server",
        action=TRY_AGAIN,
    ),
    Problem.DOWNLOAD_SERVER_BUSY: ProblemText(
        title="{it} is busy",
        advice="Try again later. What was downloaded so far is kept.",
        otherwise=_SERVER,
        action=TRY_AGAIN,
    ),
    Problem.DOWNLOAD_SERVER_FAILED: ProblemText(
        title="{it} does not work at the moment",
        advice="Try again later. What was downloaded so far is kept.",
        otherwise=_SERVER,
        action=TRY_AGAIN,
    ),
    Problem.DOWNLOAD_REFUSED: ProblemText(
        title="{it} refuses the download",
        advice="Check whether this network allows it, or set another download address.",
        otherwise=_SERVER,
        action=TRY_AGAIN,
    ),
    Problem.DOWNLOAD_NOT_THERE: ProblemText(
        title="{it} does not have this model any more",
        advice="Update Sideglance, or set another download address in the settings.",
        otherwise=_SERVER,
    ),
    Problem.DOWNLOAD_WEB_PAGE: ProblemText(
        title="{it} sent a web page in place of the model",
        advice="Often a network's sign-in page: open a browser, sign in, then try again.",
        otherwise=_SERVER,
        action=TRY_AGAIN,
    ),
    Problem.DOWNLOAD_CHANGED: ProblemText(
        title="{it} has another file under this name",
        advice="It was not used. Update Sideglance, or set another download address.",
        otherwise=_SERVER,
        action=TRY_AGAIN,
    ),
    Problem.DOWNLOAD_RUNNING: ProblemText(
        title="{it} is being downloaded already",
        advice="Wait for the other download, perhaps in another window or terminal.",
        otherwise="This model",
    ),
    Problem.MODEL_HASH_WRONG: ProblemText(
        title="{it} arrived damaged and was thrown away",
        advice="Download it again. If that does not help, set another download address.",
        otherwise=_MODEL,
        action=TRY_AGAIN,
    ),
    Problem.MODEL_NAME_UNKNOWN: ProblemText(
        title="There is no model called {it}",
        advice="Name one such as “4B” or “Qwen3.5 4B”.",
        otherwise="this",
    ),
    Problem.MODEL_CHANGED: ProblemText(
        title="{it} was changed after it was checked",
        advice="Delete it and download it again.",
        otherwise=_MODEL,
    ),
    Problem.MODEL_IN_USE: ProblemText(
        title="{it} is in use",
        advice="Choose another model, or close other programs that use it, then try again.",
        otherwise=_MODEL,
        action=TRY_AGAIN,
    ),
    Problem.MODELS_FOLDER_GONE: ProblemText(
        title="{it} cannot be found",
        advice="Your models are there: connect its drive, or choose the folder in the settings.",
        otherwise=_FOLDER,
        action=TRY_AGAIN,
    ),
    Problem.MODELS_FOLDER_UNWRITABLE: ProblemText(
        title="{it} cannot be written to",
        advice="Check that its drive is not write-protected, or choose another models folder.",
        otherwise=_FOLDER,
        action=TRY_AGAIN,
    ),
    Problem.MODELS_FOLDER_TAKEN: ProblemText(
        title="{it} cannot become the models folder",
        advice="Choose an empty folder outside the present one.",
        otherwise="This folder",
    ),
    Problem.MODELS_DRIVE_LIMIT: ProblemText(
        title="{it} is too large a file for this drive",
        advice="Drives formatted as FAT32 hold files up to 4 GB. Choose a folder on another one.",
        otherwise=_MODEL,
    ),
    Problem.CATALOGUE_UNUSABLE: ProblemText(
        title="The list of models cannot be used",
        advice="Undo what was changed in models.toml, or install Sideglance again.",
    ),
    Problem.RECORDING_DAMAGED: ProblemText(
        title="{it} is not a recorded computer",
        advice="Write one with “sideglance hardware --record FILE”.",
    ),
    Problem.DISK_FULL: ProblemText(
        title="The disk is full",
        advice="Delete something you do not need, then try again.",
        action=TRY_AGAIN,
    ),
    Problem.STORE_UNREADABLE: ProblemText(
        title="Your chats cannot be opened or saved",
        advice="Check that the disk is connected and that you may write to it, then try again.",
        action=TRY_AGAIN,
    ),
    Problem.STORE_BUSY: ProblemText(
        title="Another program is using your chats",
        advice="Wait until it is done, such as a backup, or close it. Then try again.",
        action=TRY_AGAIN,
    ),
    Problem.UNEXPECTED: ProblemText(
        title="Something unexpected went wrong",
        advice="Try again. If it happens again, restart Sideglance.",
        action=TRY_AGAIN,
    ),
}


# What the details of Problem.STORE_UNREADABLE mean.
_STORE_PROBLEMS = {
    "newer": ProblemText(
        title="Your chats were saved by a newer Sideglance",
        advice="Install the newest version to open them. Nothing was changed.",
    ),
    "damaged": ProblemText(
        title="Your chats are damaged",
        advice="Start Sideglance again: what can still be read is copied into a new file, and"
        " the damaged one is kept.",
    ),
    "gone": ProblemText(
        title="This chat is not there any more",
        advice="It was deleted in another window. Choose another chat.",
    ),
}


# Problems whose detail is a name, and maybe what is wrong with the file.
_ABOUT_A_FILE = frozenset(problem for problem, words in _PROBLEMS.items() if "{it}" in words.title)


def file_detail(name: str, reason: str = "") -> str:
    """The detail of a problem with a file, for `explain`."""
    # A name may contain a line break; a reason does not.
    return _REASON.join([" ".join(name.split()), reason] if reason else [" ".join(name.split())])


def explain(problem: Problem, detail: str = "") -> Notification:
    """What to tell the user about a problem.

    Args:
        problem: what went wrong
        detail: the file's name, or the figures, that came with it
    """
    words = _PROBLEMS[problem]
    if problem in _ABOUT_A_FILE:
        return _about_file(words, detail)
    if problem is Problem.PROMPT_TOO_LONG:
        return _about_length(words, detail)
    if problem is Problem.DISK_FULL:
        return _about_disk_space(words, detail)
    if problem is Problem.CATALOGUE_UNUSABLE and detail:
        words = replace(words, advice=f"What is wrong: {detail.rstrip('.')}. {words.advice}")
    if problem is Problem.STORE_UNREADABLE:
        words = _STORE_PROBLEMS.get(detail, words)
    return Notification(title=f"{words.title}.", explanation=words.advice, action=words.action)


def _about_file(words: ProblemText, detail: str) -> Notification:
    name, _, reason = detail.partition(_REASON)
    it = quoted(name) if name else words.otherwise
    tail = f": {reason.rstrip('.')}." if reason else "."
    return Notification(
        title=words.title.format(it=it) + tail, explanation=words.advice, action=words.action
    )


def _about_length(words: ProblemText, detail: str) -> Notification:
    needed, _, available = detail.partition("/")
    if not (needed.isdecimal() and available.isdecimal()):
        return Notification(title=f"{words.title}.", explanation=words.advice)
    figures = f"It takes {int(needed):,} tokens and there is room for {int(available):,}."
    return Notification(title=f"{words.title}.", explanation=f"{figures} {words.advice}")


def _about_disk_space(words: ProblemText, detail: str) -> Notification:
    needed, _, free = detail.partition("/")
    if not (needed.isdecimal() and free.isdecimal()):
        return Notification(title=f"{words.title}.", explanation=words.advice)
    return Notification(
        title="There is too little room on the disk.",
        explanation=f"{size_in_words(int(needed))} must be free and {size_in_words(int(free))}"
        f" is. {words.advice}",
    )
