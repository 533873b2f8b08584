"""Lets the user choose a model file of theirs, and where it should live."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from app.models.offers import ModelImport


class ModelFilePicker(QFileDialog):
    """The system's dialog for a GGUF file; opened without a loop of its own.

    Signals:
        path_chosen: the Path
    """

    path_chosen = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, "Import a model")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFileMode(QFileDialog.FileMode.ExistingFile)
        self.setNameFilters(["Models (*.gguf)", "All files (*)"])
        self.fileSelected.connect(self._on_file_selected)

    def _on_file_selected(self, name: str) -> None:
        self.path_chosen.emit(Path(name))


class ImportQuestion(QMessageBox):
    """Whether the file is copied or used where it is.

    Signals:
        import_chosen: the ModelImport
    """

    import_chosen = Signal(object)

    def __init__(self, path: Path, parent: QWidget) -> None:
        super().__init__(parent)
        self._path = path
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setWindowTitle("Import a model")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(f"Copy “{path.name}” into the models folder?")
        self.setInformativeText(
            "A copy stays when the original is moved or its drive is taken out. Used where it"
            " is, it takes no more space."
        )
        self._copy = self.addButton("Copy it", QMessageBox.ButtonRole.AcceptRole)
        self._use = self.addButton("Use it where it is", QMessageBox.ButtonRole.AcceptRole)
        cancel = self.addButton(QMessageBox.StandardButton.Cancel)
        for button in (self._copy, self._use, cancel):
            button.setProperty("kind", "plain")
            button.setAccessibleName(button.text())
        self.setDefaultButton(self._copy)
        self.setEscapeButton(cancel)
        self.finished.connect(self._on_finished)

    def _on_finished(self) -> None:
        chosen = self.clickedButton()
        if chosen in (self._copy, self._use):
            self.import_chosen.emit(ModelImport(path=self._path, copies=chosen is self._copy))
