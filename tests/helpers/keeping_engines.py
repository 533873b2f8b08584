"""Engines that keep what they read in a folder, one of them a process to be killed at it."""

from pathlib import Path

from helpers.engines import NUMBER, ask, question

from runtime.engine.engine import Engine
from runtime.engine.llama_library import NativeLog, start_llama
from runtime.models.installed_model import demo_model_files
from runtime.requests import LoadRequest, ModelFiles

LONG_QUESTION = question("Repeat after me: " + "apple river house table " * 300)


def load_keeping(
    native_log: NativeLog,
    folder: Path | None,
    *,
    files: ModelFiles | None = None,
    context_length: int | None = None,
    cache_bytes: int = 1 << 30,
    memory_bytes: int = 1 << 30,
) -> Engine:
    """The demo model in this process, with a cache folder."""
    request = LoadRequest(
        request_id=NUMBER,
        files=files or demo_model_files(),
        gpu_layers=0,
        threads=1,
        context_length=context_length,
        cache_folder=folder,
        cache_bytes=cache_bytes,
        memory_bytes=memory_bytes,
        drafting=False,
    )
    return Engine(request, native_log, lambda _fraction: True)


def state_files(folder: Path) -> list[Path]:
    """The files of saved conversations."""
    return sorted((folder / "states").glob("*.cache"))


def save_for_ever(folder: Path) -> None:
    """Read a long conversation and save it again and again, until killed."""
    engine = load_keeping(start_llama(), folder)
    ask(engine, [LONG_QUESTION], max_tokens=4)
    while True:
        engine.save()
        for path in state_files(folder):
            path.unlink()
