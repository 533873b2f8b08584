"""Runs the window from its first to its last moment."""

from PySide6.QtWidgets import QApplication

from app import log
from app.interrupts import Interrupts
from app.paths import find_paths
from app.program import Program, WindowArguments
from app.settings import load_settings
from app.version import VERSION
from runtime.client import EngineClient

__all__ = ["Program", "WindowArguments", "run"]


def run(arguments: WindowArguments) -> int:
    """Show the window until it is closed; returns the exit code."""
    paths = find_paths()
    log_file = log.open_log_file(paths.logs)
    log.take_qt_messages()
    log.take_uncaught()
    try:
        log.start.info("Sideglance %s", VERSION)
        application = QApplication(["sideglance"])
        application.setApplicationName("Sideglance")
        application.setApplicationVersion(VERSION)
        application.setDesktopFileName("sideglance")
        # We quit once everything is saved, not when the window is gone.
        application.setQuitOnLastWindowClosed(False)
        program = Program(
            arguments=arguments,
            paths=paths,
            loaded=load_settings(paths.settings),
            client=EngineClient(log_folder=paths.logs),
            parent=application,
        )
        interrupts = Interrupts(application)
        interrupts.interrupted.connect(program.window.close)
        application.commitDataRequest.connect(program.window.close)
        program.closed.connect(application.quit)
        program.begin()
        code = application.exec()
        # A display that goes away ends the loop without asking anybody.
        program.end()
        interrupts.close()
        return code
    finally:
        log.release_uncaught()
        log.release_qt_messages()
        log.close_log_file(log_file)
