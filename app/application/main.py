"""Runs the window from its first to its last moment."""

import logging
import os

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from app import VERSION
from app.application.application import Application, WindowArguments
from app.application.single_instance import InstanceLock, show_already_open
from app.application.termination import TerminationSignals
from app.notifications import messages
from app.platform import log
from app.platform.paths import find_paths
from app.settings.settings import load_settings
from runtime.client import EngineClient

ALREADY_OPEN = 1

_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


def run(arguments: WindowArguments) -> int:
    """Show the window until it is closed; returns the exit code."""
    paths = find_paths()
    log_file = log.open_log_file(paths.logs)
    take_qt_messages()
    log.take_uncaught()
    try:
        log.start.info("Sideglance %s", VERSION)
        application = _make_application()
        lock = InstanceLock(paths.chats)
        if not lock.take():
            log.start.info("another window is open already")
            show_already_open(messages.already_open())
            return ALREADY_OPEN
        program = Application(
            arguments=arguments,
            paths=paths,
            loaded=load_settings(paths.settings),
            client=EngineClient(log_folder=paths.logs),
            parent=application,
        )
        interrupts = TerminationSignals(application)
        interrupts.interrupted.connect(program.window.close)
        application.commitDataRequest.connect(program.window.close)
        # The chats are free long before the engine has left.
        program.released.connect(lock.release)
        program.closed.connect(application.quit)
        program.begin()
        code = application.exec()
        # A display that goes away ends the loop without asking anybody.
        program.end()
        interrupts.close()
        lock.release()
    finally:
        log.release_uncaught()
        release_qt_messages()
        log.close_log_file(log_file)
    if program.is_held_up:
        # Everything is saved. A thread that waits for a drive that does not answer would keep
        # Python from ending, perhaps for hours.
        os._exit(code)
    return code


def _make_application() -> QApplication:
    application = QApplication(["sideglance"])
    application.setApplicationName("Sideglance")
    application.setApplicationVersion(VERSION)
    application.setDesktopFileName("sideglance")
    # We quit once everything is saved, not when the window is gone.
    application.setQuitOnLastWindowClosed(False)
    return application


def take_qt_messages() -> None:
    """Send what Qt would print to our log."""
    qInstallMessageHandler(_log_qt_message)


def release_qt_messages() -> None:
    """Let Qt print its messages itself again."""
    qInstallMessageHandler(None)


def _log_qt_message(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    log.qt.log(_LEVELS.get(kind, logging.WARNING), "%s: %s", context.category, message)
