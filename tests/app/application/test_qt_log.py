from pathlib import Path

from PySide6.QtCore import qInfo

from app.application.main import release_qt_messages, take_qt_messages
from app.platform import log


def test_that_qts_messages_go_to_our_log(tmp_path: Path) -> None:
    handler = log.open_log_file(tmp_path / "logs")
    take_qt_messages()
    try:
        qInfo("from Qt")
    finally:
        release_qt_messages()
        log.close_log_file(handler)
    content = (tmp_path / "logs" / "window.log").read_text()
    assert "sideglance.qt MainThread: default: from Qt" in content
