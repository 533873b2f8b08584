from pathlib import Path

from PySide6.QtCore import qInfo

from app.platform import log, qt_log


def test_that_qts_messages_go_to_our_log(tmp_path: Path) -> None:
    handler = log.open_log_file(tmp_path / "logs")
    qt_log.take_qt_messages()
    try:
        qInfo("from Qt")
    finally:
        qt_log.release_qt_messages()
        log.close_log_file(handler)
    content = (tmp_path / "logs" / "window.log").read_text()
    assert "sideglance.qt MainThread: default: from Qt" in content
