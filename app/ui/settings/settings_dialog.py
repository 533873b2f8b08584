"""Where the user says what the program may do and keep."""

from string import Template

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLayout,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from app.model_manager.actions import ModelActions
from app.model_manager.model_options import ModelsFolderUse
from app.notifications.notification import Notification
from app.settings.actions import SettingsActions
from app.settings.settings import Settings
from app.ui.controls.buttons import make_button
from app.ui.controls.notification_bar import NotificationBar
from app.ui.settings.models_page import ModelsPage
from app.ui.settings.prefill_page import PrefillPage
from app.ui.style.theme import LARGE, MEDIUM, SMALL, WIDE, Theme

_SHEET = Template("""
#settings { background: $ground; }
QCheckBox { spacing: 8px; padding: 3px 6px 3px 2px; border: 2px solid transparent;
    border-radius: 6px; }
QCheckBox:focus { border-color: $accent; }
QCheckBox::indicator { width: 16px; height: 16px; border: 1px solid $quiet; border-radius: 5px;
    background: $surface; }
QCheckBox::indicator:checked { background: $accent; border-color: $accent; }
QAbstractSpinBox { background: $surface; border: 1px solid $quiet; border-radius: 7px;
    padding: 4px 0;
    selection-background-color: $accent; selection-color: $on_accent; }
QAbstractSpinBox:focus { border: 2px solid $accent; padding: 3px 0; }
QAbstractSpinBox:disabled, QLabel:disabled { color: $quiet; }
QAbstractSpinBox:disabled { background: transparent; border-color: $line; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { background: transparent;
    border: none; width: 20px; }
QAbstractSpinBox::up-button { subcontrol-position: top right; }
QAbstractSpinBox::down-button { subcontrol-position: bottom right; }
QAbstractSpinBox::up-arrow, QAbstractSpinBox::down-arrow { image: none; }
QPushButton { padding: 6px 14px; border-radius: 8px; }
QPushButton[kind="plain"] { background: $surface; border: 1px solid $quiet; }
QPushButton[kind="plain"]:hover { background: $hover; }
QPushButton[kind="plain"]:focus { border: 2px solid $accent; padding: 5px 13px; }
QPushButton[kind="plain"]:disabled { background: transparent; border-color: $line; }
QPushButton[kind="chief"] { background: $accent; color: $on_accent; font-weight: 600; }
QPushButton[kind="chief"]:focus { border: 2px solid $text; }
QLineEdit { background: $surface; border: 1px solid $quiet; border-radius: 7px; padding: 5px 8px; }
QLineEdit:focus { border: 2px solid $accent; padding: 4px 7px; }
QAbstractSpinBox QLineEdit, QAbstractSpinBox QLineEdit:focus { background: transparent;
    border: none; padding: 0; }
QTabBar { border: none; background: transparent; }
QTabBar::tab { background: transparent; color: $quiet; padding: 6px 12px;
    border: 2px solid transparent; border-bottom-color: $line; font-weight: 600; }
QTabBar::tab:hover { color: $text; }
QTabBar::tab:selected { color: $accent; border-bottom-color: $accent; }
QTabBar::tab:focus { background: $hover; }
#rule { background: $line; }
""")


class SettingsDialog(QDialog):
    """Edits a copy of the settings; opened without a loop of its own, gone when it is closed.

    Another models folder is asked for at once, everything else with "Done".
    """

    def __init__(
        self,
        theme: Theme,
        settings: Settings,
        actions: SettingsActions,
        model_actions: ModelActions,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._actions = actions
        self._theme = theme
        self._settings = settings
        self._prefill = PrefillPage(theme, settings)
        self._models = ModelsPage(theme, settings)
        self._notifications = NotificationBar(theme)
        self._cancel = make_button("Cancel", "plain")
        self._done = make_button("Done", "chief")
        self._done.setDefault(True)
        self._lay_out()
        self._prefill.clear_requested.connect(actions.cache_clear_requested)
        self._models.folder_chosen.connect(model_actions.models_folder_chosen)
        self._cancel.clicked.connect(self.reject)
        self._done.clicked.connect(self._on_done_clicked)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def settings(self) -> Settings:
        """The settings as they are edited now."""
        return self._models.edited(self._prefill.edited(self._settings))

    def show_used(self, used_bytes: int) -> None:
        """Say what is kept on disk now."""
        self._prefill.show_used(used_bytes)

    def show_models_folder(self, place: ModelsFolderUse) -> None:
        """Say where models are kept and on what they run."""
        self._models.show_place(place)

    def show_notification(self, notification: Notification) -> None:
        """Tell the user something, where the eye is."""
        self._notifications.show_notification(notification)

    def _lay_out(self) -> None:
        self.setObjectName("settings")
        self.setWindowTitle("Settings")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        column = QVBoxLayout(self)
        column.setContentsMargins(WIDE, MEDIUM, WIDE, LARGE)
        column.setSpacing(SMALL)
        # As high as what it says, also when a notice comes and goes.
        column.setSizeConstraint(QLayout.SizeConstraint.SetFixedSize)
        column.addWidget(self._make_tabs())
        column.addSpacing(SMALL)
        column.addWidget(self._pages)
        column.addSpacing(SMALL)
        column.addWidget(self._notifications)
        footer = QHBoxLayout()
        footer.setSpacing(SMALL)
        footer.addStretch()
        footer.addWidget(self._cancel)
        footer.addWidget(self._done)
        column.addLayout(footer)

    def _make_tabs(self) -> QTabBar:
        tabs = QTabBar()
        tabs.setAccessibleName("Subjects")
        tabs.setDrawBase(False)
        tabs.setExpanding(False)
        self._pages = QStackedWidget()
        for title, page in (("Reading", self._prefill), ("Models", self._models)):
            tabs.addTab(title)
            self._pages.addWidget(page)
        tabs.currentChanged.connect(self._pages.setCurrentIndex)
        return tabs

    def _on_done_clicked(self) -> None:
        self._actions.settings_accepted.emit(self.settings())
        self.accept()

    def _on_theme_changed(self) -> None:
        colours = self._theme.colours
        self.setPalette(self._theme.palette())
        self.setStyleSheet(
            _SHEET.substitute({name: getattr(colours, name) for name in colours.__slots__})
        )
