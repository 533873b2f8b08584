"""Says that another window is open, in place of a second one."""

from PySide6.QtWidgets import QMessageBox

from app.notices import Notice


def show_already_open(notice: Notice) -> None:
    """Say so and wait until it was read."""
    box = QMessageBox()
    box.setIcon(QMessageBox.Icon.Information)
    box.setWindowTitle("Sideglance")
    box.setText(notice.title)
    box.setInformativeText(notice.explanation)
    box.exec()
