"""The panels of the window that show models, tied to each other."""

from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from app.engine.model_state import ModelState
from app.model_manager.actions import ModelActions
from app.model_manager.model_options import ModelImport, ModelOptions
from app.model_manager.options.options_model import OptionsModel
from app.notifications.formatting import quoted
from app.notifications.notification import Explain
from app.ui.controls.inline_question import ChoiceBox
from app.ui.first_run.first_run import FirstRun
from app.ui.models.model_picker import ModelPicker
from app.ui.models.model_status import ModelStatus
from app.ui.style.theme import Theme


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


def ask_where(path: Path, actions: ModelActions, parent: QWidget) -> ChoiceBox:
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
        actions.import_chosen.emit(ModelImport(path=path, copies=copies))

    question.answered.connect(on_answered)
    question.open()
    return question


class ModelPanels(QObject):
    """Status line, panel of models and first run.

    The window gives the status line and the first run their places; the panel lies over all.

    Attributes:
        status: the line that says what the model does
        first_run: what stands where the conversation will be
    Signals:
        first_run_shown: whether the first run should stand there now
    """

    first_run_shown = Signal(bool)

    def __init__(
        self,
        *,
        theme: Theme,
        state: ModelState,
        options: OptionsModel,
        explain: Explain,
        actions: ModelActions,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._options = options
        self._actions = actions
        self._has_left_first_run = False
        self.status = ModelStatus(theme, state, explain, actions)
        self.first_run = FirstRun(theme, actions, window)
        # Until it is given its place it would lie over the window.
        self.first_run.hide()
        self._picker = ModelPicker(theme, options, actions, window)
        self.status.models_wanted.connect(self.open_models)
        self.first_run.models_wanted.connect(self.open_models)
        self.first_run.import_wanted.connect(self._on_import_wanted)
        self._picker.import_wanted.connect(self._on_import_wanted)
        actions.demo_chosen.connect(self._on_demo_chosen)
        options.changed.connect(self._on_options_changed)
        self._on_options_changed(options.value)

    @property
    def is_first_run(self) -> bool:
        """Whether the first run should stand where the conversation will be."""
        return self._options.value.is_first_run and not self._has_left_first_run

    def open_models(self) -> None:
        """Show every model."""
        self._picker.open_panel(self.status)

    def _on_options_changed(self, options: ModelOptions) -> None:
        self.status.show_options(options)
        if self.is_first_run:
            self.first_run.show_options(options)
        self.first_run_shown.emit(self.is_first_run)

    def _on_demo_chosen(self) -> None:
        self._has_left_first_run = True
        self.first_run_shown.emit(False)

    def _on_import_wanted(self) -> None:
        picker = ModelFilePicker(self._window)
        picker.path_chosen.connect(self._on_model_file_chosen)
        picker.open()

    def _on_model_file_chosen(self, path: Path) -> None:
        ask_where(path, self._actions, self._window)
