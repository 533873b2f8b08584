"""Where the user says what the program may do and keep."""

from dataclasses import replace
from string import Template

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.kept_readings import MOST_GIGABYTES, MOST_MEMORY_PERCENT
from app.notices import Notice
from app.settings import Settings
from app.widgets.labels import make_label
from app.widgets.notice_bar import NoticeBar
from app.widgets.number_box import NumberBox
from app.widgets.theme import LARGE, MEDIUM, SMALL, TIGHT, WIDE, Theme
from app.widgets.tick_box import TickBox
from app.words import size_in_words

_WIDTH_PX = 480
# A tick's box with its border, and the distance to its words.
_INDENT_PX = 22 + SMALL

_SHEET = Template("""
#settings { background: $ground; }
QCheckBox { spacing: 8px; padding: 3px 6px 3px 2px; border: 2px solid transparent;
    border-radius: 6px; }
QCheckBox:focus { border-color: $accent; }
QCheckBox::indicator { width: 16px; height: 16px; border: 1px solid $quiet; border-radius: 5px;
    background: $surface; }
QCheckBox::indicator:checked { background: $accent; border-color: $accent; }
QSpinBox { background: $surface; border: 1px solid $quiet; border-radius: 7px;
    padding: 4px 0;
    selection-background-color: $accent; selection-color: $on_accent; }
QSpinBox:focus { border: 2px solid $accent; padding: 3px 0; }
QSpinBox:disabled, QLabel:disabled { color: $quiet; }
QSpinBox:disabled { background: transparent; border-color: $line; }
QSpinBox::up-button, QSpinBox::down-button { background: transparent; border: none; width: 20px; }
QSpinBox::up-button { subcontrol-position: top right; }
QSpinBox::down-button { subcontrol-position: bottom right; }
QSpinBox::up-arrow, QSpinBox::down-arrow { image: none; }
QPushButton { padding: 6px 14px; border-radius: 8px; }
QPushButton[kind="plain"] { background: $surface; border: 1px solid $quiet; }
QPushButton[kind="plain"]:hover { background: $hover; }
QPushButton[kind="plain"]:focus { border: 2px solid $accent; padding: 5px 13px; }
QPushButton[kind="plain"]:disabled { background: transparent; border-color: $line; }
QPushButton[kind="chief"] { background: $accent; color: $on_accent; font-weight: 600; }
QPushButton[kind="chief"]:focus { border: 2px solid $text; }
#rule { background: $line; }
""")


class SettingsDialog(QDialog):
    """Edits a copy of the settings; opened without a loop of its own, gone when it is closed.

    Signals:
        accepted_settings: Settings as the user wants them
        clear_requested: forget what was read
    """

    accepted_settings = Signal(object)
    clear_requested = Signal()

    def __init__(self, theme: Theme, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._settings = settings
        self._make_fields()
        self._show(settings)
        self._lay_out()
        self._work_ahead.toggled.connect(self._on_work_ahead_toggled)
        self._clear.clicked.connect(self._on_clear_clicked)
        self._cancel.clicked.connect(self.reject)
        self._done.clicked.connect(self._on_done_clicked)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def settings(self) -> Settings:
        """The settings as they are edited now."""
        return replace(
            self._settings,
            work_ahead=self._work_ahead.isChecked(),
            work_ahead_percent=self._percent.value(),
            cache_gigabytes=self._gigabytes.value(),
            memory_percent=self._memory.value(),
        )

    def show_used(self, used_bytes: int) -> None:
        """Say what is kept on disk now."""
        self._used.setText(f"Now used: {size_in_words(used_bytes)}")
        self._clear.setEnabled(used_bytes > 0)

    def show_notice(self, notice: Notice) -> None:
        """Tell the user something, where the eye is."""
        self._notices.show_notice(notice)

    def _make_fields(self) -> None:
        theme = self._theme
        self._work_ahead = TickBox(theme, "Read pictures while I &type")
        self._work_ahead.setAccessibleName("Read pictures while I type")
        self._percent = NumberBox(
            theme, 100, " %", "On battery, read ahead only above this charge, in percent"
        )
        self._gigabytes = NumberBox(
            theme,
            MOST_GIGABYTES,
            " GB",
            "Most that may be kept on this computer so that chats go on at once, in gigabytes",
        )
        self._memory = NumberBox(
            theme, MOST_MEMORY_PERCENT, " %", "Share of free memory for other chats, in percent"
        )
        self._used = make_label("Now used: …", tone="quiet")
        self._clear = _make_button("C&lear", "plain", "Clear what was kept on this computer")
        # Until it is known that there is something to clear.
        self._clear.setEnabled(False)
        self._notices = NoticeBar(theme)
        self._cancel = _make_button("Cancel", "plain", "Cancel")
        self._done = _make_button("Done", "chief", "Done")
        self._done.setDefault(True)

    def _show(self, settings: Settings) -> None:
        self._work_ahead.setChecked(settings.work_ahead)
        self._percent.setValue(settings.work_ahead_percent)
        self._gigabytes.setValue(settings.cache_gigabytes)
        self._memory.setValue(settings.memory_percent)

    def _lay_out(self) -> None:
        self.setObjectName("settings")
        self.setWindowTitle("Settings")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        column = QVBoxLayout(self)
        column.setContentsMargins(WIDE, WIDE, WIDE, LARGE)
        column.setSpacing(SMALL)
        # As high as what it says, also when a notice comes and goes.
        column.setSizeConstraint(QLayout.SizeConstraint.SetFixedSize)
        column.addLayout(self._make_ahead_rows())
        column.addSpacing(SMALL)
        column.addWidget(_make_rule())
        column.addSpacing(SMALL)
        column.addLayout(self._make_kept_rows())
        column.addSpacing(SMALL)
        column.addWidget(self._notices)
        foot = QHBoxLayout()
        foot.setSpacing(SMALL)
        foot.addStretch()
        foot.addWidget(self._cancel)
        foot.addWidget(self._done)
        column.addLayout(foot)

    def _make_ahead_rows(self) -> QVBoxLayout:
        why = _make_quiet("Answers begin sooner; the computer works a little more.")
        self._work_ahead.setAccessibleDescription(why.text())
        self._percent_row = _make_row("On &battery, only above", self._percent)
        rows = QVBoxLayout()
        rows.setSpacing(TIGHT)
        rows.addWidget(self._work_ahead, 0, Qt.AlignmentFlag.AlignLeft)
        rows.addWidget(_indented(why))
        rows.addSpacing(TIGHT)
        rows.addWidget(_indented(self._percent_row))
        self._percent_row.setEnabled(self._work_ahead.isChecked())
        return rows

    def _make_kept_rows(self) -> QVBoxLayout:
        why = _make_quiet("So that chats go on at once, also after a restart. 0 GB keeps nothing.")
        self._gigabytes.setAccessibleDescription(why.text())
        when = _make_quiet("Both sizes count from the next time the model is loaded.")
        self._memory.setAccessibleDescription(when.text())
        used = QHBoxLayout()
        used.setSpacing(MEDIUM)
        used.addWidget(self._used)
        used.addWidget(self._clear)
        used.addStretch()
        rows = QVBoxLayout()
        rows.setSpacing(SMALL)
        rows.addWidget(make_label("Remember what was read", strong=True))
        rows.addWidget(_make_row("&Keep up to", self._gigabytes, "on this computer"))
        rows.addWidget(why)
        rows.addLayout(used)
        rows.addSpacing(TIGHT)
        rows.addWidget(_make_row("&Use up to", self._memory, "of free memory for other chats"))
        rows.addWidget(when)
        return rows

    def _on_work_ahead_toggled(self, is_on: bool) -> None:
        self._percent_row.setEnabled(is_on)

    def _on_clear_clicked(self) -> None:
        # Until `show_used` says that there is something again.
        self._clear.setEnabled(False)
        self.clear_requested.emit()

    def _on_done_clicked(self) -> None:
        self.accepted_settings.emit(self.settings())
        self.accept()

    def _on_theme_changed(self) -> None:
        colours = self._theme.colours
        self.setPalette(self._theme.palette())
        self.setStyleSheet(
            _SHEET.substitute({name: getattr(colours, name) for name in colours.__slots__})
        )


def _make_button(text: str, kind: str, name: str) -> QPushButton:
    button = QPushButton(text)
    button.setProperty("kind", kind)
    button.setAccessibleName(name)
    button.setCursor(Qt.CursorShape.PointingHandCursor)
    return button


def _make_quiet(text: str) -> QLabel:
    label = make_label(text, tone="quiet", size="caption")
    label.setWordWrap(True)
    return label


def _make_rule() -> QWidget:
    rule = QWidget()
    rule.setObjectName("rule")
    rule.setFixedSize(_WIDTH_PX - 2 * WIDE, 1)
    return rule


def _make_row(before: str, field: QWidget, after: str = "") -> QWidget:
    """A field in the middle of its sentence."""
    label = make_label(before)
    label.setBuddy(field)
    row = QWidget()
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(SMALL)
    line.addWidget(label)
    line.addWidget(field)
    if after:
        line.addWidget(make_label(after))
    line.addStretch()
    return row


def _indented(widget: QWidget) -> QWidget:
    """Under the words of a tick rather than under its box."""
    margins = widget.contentsMargins()
    widget.setContentsMargins(margins.left() + _INDENT_PX, 0, 0, 0)
    return widget
