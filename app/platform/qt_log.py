"""Sends Qt's own messages to our log."""

import logging

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

from app.platform import log

_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


def take_qt_messages() -> None:
    """Send what Qt would print to our log."""
    qInstallMessageHandler(_log_qt_message)


def release_qt_messages() -> None:
    """Let Qt print its messages itself again."""
    qInstallMessageHandler(None)


def _log_qt_message(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    log.qt.log(_LEVELS.get(kind, logging.WARNING), "%s: %s", context.category, message)
