"""What can go wrong, as values that cross processes and as exceptions inside one.

RuntimeFailure
├── FileFailure       a file a person gave cannot be used
├── ModelFailure      a model file cannot be used
├── DownloadFailure   a model could not be fetched
├── FolderFailure     the models folder cannot be used
├── PromptFailure     a conversation cannot be put to the model
├── Stopped           the user asked to stop; not an error
└── EngineFailure     llama.cpp refused a call
"""

from enum import StrEnum


class Problem(StrEnum):
    """Everything a person can be told about, in words by the app's notifications."""

    FILE_MISSING = "file_missing"
    FILE_IS_FOLDER = "file_is_folder"
    FILE_EMPTY = "file_empty"
    FILE_UNREADABLE = "file_unreadable"
    FILE_KIND_UNKNOWN = "file_kind_unknown"
    PICTURE_DAMAGED = "picture_damaged"
    PICTURE_TOO_LARGE = "picture_too_large"
    VIDEO_DAMAGED = "video_damaged"
    VIDEO_WITHOUT_PICTURES = "video_without_pictures"
    VIDEO_EMPTY = "video_empty"
    MEDIA_TOO_SLOW = "media_too_slow"
    MEDIA_CRASHED = "media_crashed"

    MODEL_MISSING = "model_missing"
    MODEL_NOT_GGUF = "model_not_gguf"
    MODEL_TRUNCATED = "model_truncated"
    MODEL_UNKNOWN_ARCHITECTURE = "model_unknown_architecture"
    MODEL_IS_PROJECTOR = "model_is_projector"
    MODEL_WITHOUT_TEMPLATE = "model_without_template"
    MODEL_UNUSABLE = "model_unusable"
    PROJECTOR_MISMATCH = "projector_mismatch"
    PROJECTOR_UNUSABLE = "projector_unusable"
    MODEL_NOT_LOADED = "model_not_loaded"
    MODEL_CANNOT_SEE = "model_cannot_see"
    LOAD_STOPPED = "load_stopped"

    PROMPT_TOO_LONG = "prompt_too_long"
    TEMPLATE_FAILED = "template_failed"

    DEVICE_MISSING = "device_missing"
    OUT_OF_MEMORY = "out_of_memory"
    ENGINE_KILLED = "engine_killed"
    ENGINE_CRASHED = "engine_crashed"
    ENGINE_SILENT = "engine_silent"

    OFFLINE = "offline"
    DOWNLOAD_NO_CONNECTION = "download_no_connection"
    DOWNLOAD_NOT_SECURE = "download_not_secure"
    DOWNLOAD_PROXY = "download_proxy"
    DOWNLOAD_ENDPOINT = "download_endpoint"
    DOWNLOAD_INTERRUPTED = "download_interrupted"
    DOWNLOAD_SERVER_BUSY = "download_server_busy"
    DOWNLOAD_SERVER_FAILED = "download_server_failed"
    DOWNLOAD_REFUSED = "download_refused"
    DOWNLOAD_NOT_THERE = "download_not_there"
    DOWNLOAD_WEB_PAGE = "download_web_page"
    DOWNLOAD_CHANGED = "download_changed"
    DOWNLOAD_RUNNING = "download_running"
    MODEL_HASH_WRONG = "model_hash_wrong"
    MODEL_NAME_UNKNOWN = "model_name_unknown"
    MODEL_CHANGED = "model_changed"
    MODEL_IN_USE = "model_in_use"
    MODELS_FOLDER_GONE = "models_folder_gone"
    MODELS_FOLDER_UNWRITABLE = "models_folder_unwritable"
    MODELS_FOLDER_TAKEN = "models_folder_taken"
    MODELS_DRIVE_LIMIT = "models_drive_limit"

    CATALOGUE_UNUSABLE = "catalogue_unusable"

    RECORDING_DAMAGED = "recording_damaged"
    DISK_FULL = "disk_full"
    STORE_UNREADABLE = "store_unreadable"
    STORE_BUSY = "store_busy"
    UNEXPECTED = "unexpected"


class RuntimeFailure(Exception):
    """Root of all our errors.

    Attributes:
        problem: what to tell the user
        detail: the figure, file name or log line behind it
    """

    def __init__(self, problem: Problem, detail: str = "") -> None:
        super().__init__(problem, detail)
        self.problem = problem
        self.detail = detail


class FileFailure(RuntimeFailure):
    """A file a person gave cannot be used."""


class ModelFailure(RuntimeFailure):
    """A model file cannot be used."""


class DownloadFailure(RuntimeFailure):
    """A model could not be fetched."""


class FolderFailure(RuntimeFailure):
    """The models folder cannot be used."""


class PromptFailure(RuntimeFailure):
    """A conversation cannot be put to the model."""


class EngineFailure(RuntimeFailure):
    """llama.cpp refused a call."""


class Stopped(Exception):
    """The user asked to stop."""
