"""What the user sets about models: where they are, where they come from, when they rest."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.model_manager.model_options import FolderChange, ModelsFolderUse
from app.notifications.formatting import size_in_words
from app.settings.settings import Settings
from app.ui.controls.buttons import make_button
from app.ui.controls.form_fields import (
    WIDTH_PX,
    AmountBox,
    NumberBox,
    TickBox,
    indented,
    make_quiet,
    make_row,
    make_rule,
)
from app.ui.controls.inline_question import ChoiceBox
from app.ui.controls.labels import make_label
from app.ui.style.theme import MEDIUM, SMALL, TIGHT, WIDE, Theme

_MOST_MINUTES = 24 * 60
_MOST_GIGABYTES = 1024.0
_OFFLINE = (
    "No connection is opened at all: nothing is downloaded or looked up. Models that are on"
    " this computer go on answering."
)


class ModelsPage(QWidget):
    """Folder, rest, downloads and the graphics device's memory.

    Signals:
        folder_chosen: the FolderChange to another models folder
    """

    folder_chosen = Signal(object)

    def __init__(self, theme: Theme, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._place: ModelsFolderUse | None = None
        self._make_fields(theme)
        self._show(settings)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SMALL)
        column.addLayout(self._make_folder_rows())
        for rows in (self._make_memory_rows(), self._make_download_rows()):
            column.addSpacing(TIGHT)
            column.addWidget(make_rule())
            column.addSpacing(TIGHT)
            column.addLayout(rows)
        column.addStretch()
        self._change.clicked.connect(self._on_change_clicked)
        self._offline.toggled.connect(self._on_offline_toggled)
        self._on_offline_toggled(self._offline.isChecked())

    def edited(self, settings: Settings) -> Settings:
        """These settings with what is edited here."""
        return replace(
            settings,
            idle_unload_minutes=self._minutes.value(),
            device_memory_gigabytes=self._gigabytes.value(),
            offline=self._offline.isChecked(),
            endpoint=self._endpoint.text().strip(),
            proxy=self._proxy.text().strip(),
        )

    def show_place(self, place: ModelsFolderUse) -> None:
        """Say where models are kept and on what they run."""
        self._place = place
        width = WIDTH_PX - 2 * WIDE - self._change.sizeHint().width() - 2 * MEDIUM
        words = self._folder.fontMetrics().elidedText(
            str(place.folder), Qt.TextElideMode.ElideMiddle, width
        )
        self._folder.setText(words)
        self._folder.setToolTip(str(place.folder))
        self._used.setText(f"Models in it: {size_in_words(place.used_bytes)}")
        self._change.setEnabled(True)
        self._change.setAccessibleDescription(f"Now {place.folder}")
        self._device_row.setVisible(bool(place.device))
        self._device_why.setVisible(bool(place.device))
        self._device_why.setText(_device_words(place))
        self._gigabytes.setAccessibleDescription(self._device_why.text())

    def _make_fields(self, theme: Theme) -> None:
        self._folder = make_label("…")
        self._used = make_quiet("Models in it: …")
        self._change = make_button("C&hange…", "plain", "Change the models folder")
        # Until it is known which it is.
        self._change.setEnabled(False)
        self._minutes = NumberBox(
            theme, _MOST_MINUTES, " min", "Unload the model after so many minutes without work"
        )
        self._minutes.setSpecialValueText("never")
        self._gigabytes = AmountBox(
            theme, _MOST_GIGABYTES, " GB", "Memory of the graphics device, in gigabytes"
        )
        self._gigabytes.setSpecialValueText("as found")
        self._offline = TickBox(theme, "Stay &offline")
        self._offline.setAccessibleName("Stay offline")
        self._offline.setAccessibleDescription(_OFFLINE)
        self._endpoint = _make_line("https://huggingface.co", "Address models are downloaded from")
        self._proxy = _make_line("as the system is set", "Address of a proxy for downloads")

    def _show(self, settings: Settings) -> None:
        self._minutes.setValue(settings.idle_unload_minutes)
        self._gigabytes.setValue(settings.device_memory_gigabytes)
        self._offline.setChecked(settings.offline)
        self._endpoint.setText(settings.endpoint)
        self._proxy.setText(settings.proxy)

    def _make_folder_rows(self) -> QVBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(MEDIUM)
        row.addWidget(self._folder, 1)
        row.addWidget(self._change)
        rows = QVBoxLayout()
        rows.setSpacing(TIGHT)
        rows.addWidget(make_label("Models folder", strong=True))
        rows.addLayout(row)
        rows.addWidget(self._used)
        return rows

    def _make_memory_rows(self) -> QVBoxLayout:
        why = make_quiet("Frees its memory for other programs. Your next question loads it again.")
        self._minutes.setAccessibleDescription(why.text())
        self._device_row = make_row("&Graphics memory to reckon with", self._gigabytes)
        self._device_why = make_quiet("")
        self._device_row.hide()
        self._device_why.hide()
        rows = QVBoxLayout()
        rows.setSpacing(TIGHT)
        rows.addWidget(make_label("Memory", strong=True))
        rows.addWidget(make_row("&Unload the model after", self._minutes, "without work"))
        rows.addWidget(why)
        rows.addSpacing(TIGHT)
        rows.addWidget(self._device_row)
        rows.addWidget(self._device_why)
        return rows

    def _make_download_rows(self) -> QVBoxLayout:
        rows = QVBoxLayout()
        rows.setSpacing(TIGHT)
        rows.addWidget(make_label("Downloads", strong=True))
        rows.addWidget(self._offline, 0, Qt.AlignmentFlag.AlignLeft)
        rows.addWidget(indented(make_quiet(_OFFLINE)))
        rows.addSpacing(TIGHT)
        for title, field in (("Download &from", self._endpoint), ("&Proxy", self._proxy)):
            label = make_label(title)
            label.setBuddy(field)
            rows.addWidget(label)
            rows.addWidget(field)
        return rows

    def _on_offline_toggled(self, is_on: bool) -> None:
        self._endpoint.setEnabled(not is_on)
        self._proxy.setEnabled(not is_on)

    def _on_change_clicked(self) -> None:
        picker = FolderPicker(self)
        picker.folder_chosen.connect(self._on_folder_chosen)
        picker.open()

    def _on_folder_chosen(self, folder: Path) -> None:
        place = self._place
        if place is None or folder == place.folder:
            return
        if not place.used_bytes:
            self.folder_chosen.emit(FolderChange(folder=folder, moves=False))
            return

        def on_answered(moves: bool) -> None:
            self.folder_chosen.emit(FolderChange(folder=folder, moves=moves))

        question = ChoiceBox(
            "Models folder",
            f"Move your models ({size_in_words(place.used_bytes)}) there?",
            "Those that are left behind stay on the disk, but are no longer listed.",
            ("Move them", "Leave them"),
            self,
        )
        question.answered.connect(on_answered)
        question.open()


class FolderPicker(QFileDialog):
    """The system's dialog for a folder; opened without a loop of its own.

    Signals:
        folder_chosen: the Path
    """

    folder_chosen = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, "Models folder")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFileMode(QFileDialog.FileMode.Directory)
        self.setOption(QFileDialog.Option.ShowDirsOnly)
        self.fileSelected.connect(self._on_file_selected)

    def _on_file_selected(self, name: str) -> None:
        self.folder_chosen.emit(Path(name))


def _make_line(placeholder: str, name: str) -> QLineEdit:
    line = QLineEdit()
    line.setPlaceholderText(placeholder)
    line.setAccessibleName(name)
    return line


def _device_words(place: ModelsFolderUse) -> str:
    if place.device_bytes is None:
        return f"How much memory the {place.device} has could not be found out."
    found = size_in_words(place.device_bytes)
    return f"{place.device}: {found} found. Change it only if that is wrong."
