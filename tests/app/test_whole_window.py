"""The program as a person meets it: drop, ask, read; and what happens when things break."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import av
import numpy as np
import psutil
import pytest
from helpers.model_files import write_wider_projector
from helpers.pictures import Codec, make_cases, make_clips, write_clip
from helpers.window import RealWindow, titles
from PIL import Image as PillowImage
from PySide6.QtCore import QMimeData
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from app.chat.turns import TurnState
from runtime.models.installed_model import demo_model_files
from runtime.problems import Problem
from runtime.requests import ModelFiles

pytestmark = [pytest.mark.model, pytest.mark.usefixtures("unmeasured")]

LONG = "Count from 1 to 20."
SCENES = 60
CLIPS = 20


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[RealWindow]:
    window = RealWindow(qtbot)
    yield window
    window.close()


def test_that_sixty_dropped_pictures_are_answered(window: RealWindow, tmp_path: Path) -> None:
    right = 0
    for number, case in enumerate(make_cases(seed=20261123, count=SCENES)):
        path = tmp_path / f"{number}.png"
        case.picture.save(path)
        window.new_chat()
        window.drop(path)
        right += window.ask(case.question).text == case.answer
    assert right >= SCENES * 0.95


def test_that_twenty_dropped_clips_are_answered(window: RealWindow, tmp_path: Path) -> None:
    right = 0
    codecs = list(Codec)
    for number, clip in enumerate(make_clips(seed=20261123, count=CLIPS)):
        path = write_clip(clip.frames, tmp_path, f"clip{number}", codecs[number % len(codecs)])
        window.new_chat()
        window.drop(path)
        right += window.ask(clip.question).text == clip.answer
    assert right >= CLIPS * 0.95


def test_that_a_pasted_picture_is_answered(window: RealWindow, tmp_path: Path) -> None:
    case = make_cases(seed=4, count=1)[0]
    case.picture.save(tmp_path / "pasted.png")
    window.paste(QImage(str(tmp_path / "pasted.png")))
    assert window.ask(case.question).text == case.answer


def test_that_a_question_sent_while_loading_is_answered(qtbot: QtBot) -> None:
    window = RealWindow(qtbot)
    try:
        window.wait(window.window.isVisible)
        assert window.ask("Hello!").text == "Hello! How can I help you?"
    finally:
        window.close()


def test_that_a_follow_up_reuses_what_was_read(window: RealWindow, tmp_path: Path) -> None:
    case = make_cases(seed=8, count=1)[0]
    case.picture.save(tmp_path / "scene.png")
    window.drop(tmp_path / "scene.png")
    first = window.ask(case.question)
    second = window.ask("Describe the picture.")
    assert first.tokens is not None
    assert second.tokens is not None
    assert second.tokens.reused >= first.tokens.prompt - 10


def test_that_a_dropped_picture_is_read_before_the_question(
    window: RealWindow, tmp_path: Path
) -> None:
    case = make_cases(seed=8, count=1)[0]
    case.picture.save(tmp_path / "scene.png")
    window.wait_until_ready()
    window.drop(tmp_path / "scene.png")
    window.wait_for_prefill_ahead()
    answer = window.ask(case.question)
    assert answer.text == case.answer
    assert answer.tokens is not None
    assert answer.tokens.reused >= answer.tokens.pictures > 0


def test_that_a_picture_taken_out_again_leaves_no_trace(window: RealWindow, tmp_path: Path) -> None:
    make_cases(seed=8, count=1)[0].picture.save(tmp_path / "scene.png")
    window.wait_until_ready()
    window.drop(tmp_path / "scene.png")
    window.wait_for_prefill_ahead()
    (entry,) = window.program.draft_attachments.entries()
    window.window.chat_actions.attachment_removed.emit(entry.entry_id)
    answer = window.ask("Hello!")
    assert answer.text == "Hello! How can I help you?"
    assert answer.tokens is not None
    assert answer.tokens.pictures == 0


@pytest.mark.logs_warnings
def test_that_a_killed_engine_keeps_the_text_and_answers_the_next_question(
    window: RealWindow,
) -> None:
    window.wait_until_ready()
    broken = window.kill_engine_while_it_answers(LONG)
    assert broken.text
    assert broken.state is TurnState.FAILED
    assert broken.problem is Problem.ENGINE_KILLED
    assert window.notifications or broken.problem
    assert window.ask("Hello!").text == "Hello! How can I help you?"


def test_that_stop_is_shown_at_once_and_the_next_question_is_answered(
    window: RealWindow, tmp_path: Path
) -> None:
    case = make_cases(seed=8, count=1)[0]
    case.picture.save(tmp_path / "scene.png")
    window.drop(tmp_path / "scene.png")
    window.wait_until_ready()
    window.type(case.question)
    window.window.chat_actions.stop_requested.emit()
    window.wait(lambda: window.turns[-1].state in {TurnState.STOPPED, TurnState.COMPLETE})
    assert window.ask("Hello!").text == "Hello! How can I help you?"


def test_that_closing_mid_answer_keeps_the_text_and_leaves_no_process(qtbot: QtBot) -> None:
    window = RealWindow(qtbot)
    window.wait_until_ready()
    window.type(LONG)
    window.wait_for_text()
    text = window.turns[-1].text
    process = psutil.Process(window.client.process_id)
    window.close()
    assert not process.is_running()
    again = RealWindow(qtbot)
    try:
        again.wait(lambda: bool(again.turns))
        assert again.turns[0].text == LONG
        assert again.turns[-1].text.startswith(text)
    finally:
        again.close()


def test_that_a_conversation_goes_on_after_a_restart(qtbot: QtBot, tmp_path: Path) -> None:
    case = make_cases(seed=8, count=1)[0]
    case.picture.save(tmp_path / "scene.png")
    window = RealWindow(qtbot)
    window.drop(tmp_path / "scene.png")
    window.ask("Hello!")
    window.close()
    again = RealWindow(qtbot)
    try:
        again.wait(lambda: bool(again.turns))
        assert again.ask(case.question).text == case.answer
    finally:
        again.close()


def test_that_nothing_is_read_again_after_a_restart(qtbot: QtBot, tmp_path: Path) -> None:
    case = make_cases(seed=8, count=1)[0]
    case.picture.save(tmp_path / "scene.png")
    window = RealWindow(qtbot)
    window.drop(tmp_path / "scene.png")
    before = window.ask(case.question).tokens
    window.close()
    again = RealWindow(qtbot)
    try:
        again.wait_for_prefill_ahead()
        after = again.ask("Describe the picture.").tokens
    finally:
        again.close()
    assert before is not None
    assert after is not None
    assert after.reused >= before.prompt - 10


def write_sound(path: Path) -> None:
    """An MP4 file with sound alone."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=44_100)
        frame = av.AudioFrame.from_ndarray(
            np.zeros((1, 1024), dtype=np.float32), format="fltp", layout="mono"
        )
        frame.sample_rate = 44_100
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def write_empty_video(path: Path) -> None:
    """A video file that ends before its first frame."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=2)
        stream.width = stream.height = 96
        container.start_encoding()


def bad_files(folder: Path) -> dict[Path, str]:
    """Files that cannot be used, and what the notice about each begins with."""
    whole = folder / "whole.png"
    make_cases(seed=1, count=1)[0].picture.save(whole)
    files = {name: folder / name for name in ("words.png", "cut.png", "empty.png", "cut.mp4")}
    files["words.png"].write_text("These are only words.")
    files["cut.png"].write_bytes(whole.read_bytes()[:200])
    files["empty.png"].write_bytes(b"")
    clip = write_clip(make_clips(seed=1, count=1)[0].frames, folder, "clip")
    files["cut.mp4"].write_bytes(clip.read_bytes()[:300])
    write_sound(folder / "sound.mp4")
    write_empty_video(folder / "empty.mkv")
    (folder / "folder").mkdir()
    return {
        files["words.png"]: "“words.png” is not a picture or a video.",
        files["cut.png"]: "“cut.png” is damaged",
        files["empty.png"]: "“empty.png” is empty.",
        files["cut.mp4"]: "“cut.mp4” is damaged",
        folder / "sound.mp4": "“sound.mp4” has sound but no pictures.",
        folder / "empty.mkv": "“empty.mkv” has no pictures that can be shown.",
        folder / "folder": "“folder” is a folder.",
        folder / "gone.png": "“gone.png” is not there any more.",
    }


def test_that_files_that_cannot_be_used_get_a_sentence_and_nothing_is_lost(
    window: RealWindow, tmp_path: Path
) -> None:
    window.window.show_draft("a question half typed")
    for path, beginning in bad_files(tmp_path).items():
        window.drop(path)
        window.wait(partial(is_told, window, beginning))
    assert window.window.composer_text() == "a question half typed"
    assert window.program.draft_attachments.entries() == ()
    assert window.ask("Hello!").text == "Hello! How can I help you?"


def is_told(window: RealWindow, beginning: str) -> bool:
    return any(title.startswith(beginning) for title in titles(window.notifications))


def test_that_a_gigantic_picture_is_refused(window: RealWindow, tmp_path: Path) -> None:
    path = tmp_path / "gigantic.png"
    PillowImage.new("1", (30_000, 30_000)).save(path)
    window.drop(path)
    window.wait(partial(is_told, window, "“gigantic.png” has too many pixels"))
    assert window.program.draft_attachments.entries() == ()


def test_that_a_web_address_is_never_fetched(window: RealWindow) -> None:
    mime = QMimeData()
    mime.setText("https://example.org/picture.png")
    mime.setHtml('<img src="https://example.org/picture.png">')
    mime.setData("text/uri-list", b"https://example.org/picture.png\r\n")
    window.drop_mime(mime)
    window.wait(lambda: bool(window.notifications))
    assert window.program.draft_attachments.entries() == ()


def test_that_a_prompt_longer_than_the_context_says_so_and_the_chat_goes_on(
    window: RealWindow,
) -> None:
    answer = window.ask("hello " * 5000)
    assert answer.problem is Problem.PROMPT_TOO_LONG
    window.new_chat()
    assert window.ask("Hello!").text == "Hello! How can I help you?"


def damaged_model(folder: Path, kind: str) -> ModelFiles:
    """Our own copy of the demo model, made unusable."""
    demo = demo_model_files()
    assert demo.projector is not None
    model, projector = folder / "model.gguf", folder / "projector.gguf"
    data = demo.model.read_bytes()
    model.write_bytes(data)
    match kind:
        case "truncated":
            model.write_bytes(data[:2_000_000])
        case "html":
            model.write_text("<html>404</html>")
        case "unknown":
            model.write_bytes(data.replace(b"qwen35", b"qwen99"))
        case "projector":
            model.write_bytes(demo.projector.read_bytes())
        case "mismatch":
            write_wider_projector(projector)
            return ModelFiles(model=model, projector=projector)
    return ModelFiles(model=model)


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("truncated", "“model.gguf” is incomplete."),
        ("html", "“model.gguf” is not a model."),
        ("unknown", "“model.gguf” is a kind of model that Sideglance does not know."),
        ("projector", "“model.gguf” is only the part of a model that sees."),
        ("mismatch", "“projector.gguf” belongs to another model."),
    ],
)
def test_that_a_model_that_cannot_be_loaded_gets_a_sentence(
    qtbot: QtBot, tmp_path: Path, kind: str, sentence: str
) -> None:
    window = RealWindow(qtbot, damaged_model(tmp_path, kind))
    try:
        window.wait_until_ready()
        window.wait(lambda: bool(window.notifications))
        assert titles(window.notifications) == [sentence]
        window.type("Hello!")
        assert window.wait_for_answer().state is TurnState.FAILED
        assert window.turns[0].text == "Hello!"
    finally:
        window.close()
