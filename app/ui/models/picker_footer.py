"""Below the models: how much context, what the selected one takes, and what is rarely wanted."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.model_manager.actions import ModelActions
from app.model_manager.model_options import ModelOption, ModelOptions
from app.model_manager.options.option_text import title_of
from app.ui.controls.buttons import make_button
from app.ui.controls.labels import make_label
from app.ui.controls.memory_bar import MemoryBar, MemoryLegend
from app.ui.models.context_slider import ContextSlider
from app.ui.style.theme import LARGE, MEDIUM, SMALL, TIGHT, Theme

_BAR_PX = 12


class PickerFooter(QFrame):
    """The slider, the large memory bar of one option and the quiet actions.

    Signals:
        import_wanted: the user has a model file
    """

    import_wanted = Signal()

    def __init__(self, theme: Theme, actions: ModelActions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("picker_foot")
        self._title = make_label(tone="quiet", size="caption")
        self._bar = MemoryBar(theme, _BAR_PX)
        self._legend = MemoryLegend(theme)
        self._context = ContextSlider()
        self._context.previewed.connect(actions.context_previewed)
        self._context.chosen.connect(actions.context_chosen)
        self._import = make_button("Import a file…", "quiet", "Import a model file")
        self._folder = make_button("Models folder…", "quiet", "Show the models folder")
        self._unload = make_button("Unload now", "quiet", "Unload the model now")
        self._unload.setAccessibleDescription("Frees its memory. Your next question loads it.")
        self._unload.setToolTip(self._unload.accessibleDescription())
        self._import.clicked.connect(self.import_wanted)
        self._folder.clicked.connect(actions.folder_requested)
        self._unload.clicked.connect(actions.unload_requested)
        self._lay_out()

    @property
    def bar(self) -> MemoryBar:
        """The large memory bar."""
        return self._bar

    def show_options(self, options: ModelOptions, selected: ModelOption | None) -> None:
        """Show what the selected one takes, else the one that is or should be used."""
        option = (
            selected or options.loaded or options.recommended or next(iter(options.options), None)
        )
        self._unload.setVisible(options.loaded is not None)
        for part in (self._title, self._bar, self._legend, self._context):
            part.setVisible(option is not None)
        if option is None:
            return
        self._title.setText(f"{title_of(option)} on {option.memory.place}")
        self._bar.show_memory(option.memory)
        self._legend.show_memory(option.memory)
        self._context.show_context(
            options.context or option.context, option.largest_context, is_ours=not options.context
        )

    def _lay_out(self) -> None:
        actions = QHBoxLayout()
        actions.setSpacing(TIGHT)
        actions.addWidget(self._import)
        actions.addWidget(self._folder)
        actions.addStretch()
        actions.addWidget(self._unload)
        inner = QVBoxLayout()
        inner.setContentsMargins(LARGE, 0, LARGE, 0)
        inner.setSpacing(SMALL)
        inner.addWidget(self._context)
        inner.addWidget(self._title)
        inner.addWidget(self._bar)
        inner.addWidget(self._legend)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, MEDIUM, 0, SMALL)
        column.setSpacing(SMALL)
        column.addLayout(inner)
        row = QHBoxLayout()
        row.setContentsMargins(SMALL, 0, SMALL, 0)
        row.addLayout(actions)
        column.addLayout(row)
