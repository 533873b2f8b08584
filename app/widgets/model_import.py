"""Lets the user choose a model file of theirs, and where it should live."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from app.models.offers import ModelImport
from app.widgets.choice_box import ChoiceBox
from app.widgets.model_wishes import ModelWishes
from app.words import quoted


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


def ask_where(path: Path, wishes: ModelWishes, parent: QWidget) -> ChoiceBox:
    """Ask whether the file is copied or used where it is, and say so."""
    question = ChoiceBox(
        "Import a model",
        f"Copy {quoted(path.name)} into the models folder?",
        "A copy stays when the original is moved or its drive is taken out. Used where it is,"
        " it takes no more space.",
        ("Copy it", "Use it where it is"),
        parent,
    )

    def on_answered(copies: bool) -> None:
        wishes.import_chosen.emit(ModelImport(path=path, copies=copies))

    question.answered.connect(on_answered)
    question.open()
    return question
