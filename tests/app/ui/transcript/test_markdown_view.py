import socket
from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.chat.turns import Attachment
from app.ui.style.theme import Theme
from app.ui.transcript.markdown_document import make_markdown_document
from app.ui.transcript.markdown_view import MarkdownTextView


@pytest.fixture
def view(qtbot: QtBot) -> MarkdownTextView:
    made = MarkdownTextView(Theme())
    qtbot.addWidget(made)
    return made


def test_that_a_picture_becomes_its_words(qtbot: QtBot) -> None:
    owner = QWidget()
    qtbot.addWidget(owner)
    for address in ("http://example.org/a.png", "file:///etc/hostname", "//host/share/a.png"):
        document = make_markdown_document(f"a ![bird]({address}) b", Theme(owner), owner)
        assert document.toPlainText() == "a [bird] b"


def test_that_no_resource_is_ever_loaded(
    qtbot: QtBot, tmp_path: Path, attachment: Attachment
) -> None:
    owner = QWidget()
    qtbot.addWidget(owner)
    document = make_markdown_document("a", Theme(owner), owner)
    kind = QTextDocument.ResourceType.ImageResource.value
    assert document.resource(kind, QUrl.fromLocalFile(str(attachment.path))) is None


def test_that_html_is_shown_as_it_is_written(view: MarkdownTextView) -> None:
    view.show_markdown("<img src='http://example.org/a.png'> <b>x</b>")
    assert "<b>x</b>" in view.toPlainText()
    assert "\ufffc" not in view.toPlainText()


def test_that_drawing_a_hostile_answer_opens_no_connection(
    view: MarkdownTextView, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    view.show_markdown("![a](http://127.0.0.1:9/a.png)\n\n[b](http://127.0.0.1:9/)")
    with qtbot.waitExposed(view):
        view.show()
    assert not view.grab().isNull()


def test_that_a_link_is_said_and_not_opened(view: MarkdownTextView, qtbot: QtBot) -> None:
    view.show_markdown("[b](https://example.org/b)")
    with qtbot.waitSignal(view.link_clicked) as blocker:
        view.anchorClicked.emit(QUrl("https://example.org/b"))
    assert blocker.args == ["https://example.org/b"]
    assert not view.openLinks()


def test_that_text_is_taller_where_it_is_narrower(view: MarkdownTextView) -> None:
    view.show_markdown("many words " * 40)
    assert view.heightForWidth(200) > view.heightForWidth(600)
