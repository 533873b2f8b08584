"""What the user lets the program read ahead and keep."""

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.notifications.formatting import size_in_words
from app.settings.settings import MOST_CACHE_GIGABYTES, MOST_MEMORY_PERCENT, Settings
from app.ui.controls.buttons import make_button
from app.ui.controls.form_fields import (
    NumberBox,
    TickBox,
    indented,
    make_quiet,
    make_row,
    make_rule,
)
from app.ui.controls.labels import make_label
from app.ui.style.theme import MEDIUM, SMALL, TIGHT, Theme


class PrefillPage(QWidget):
    """Reading ahead, and what was read that is kept.

    Signals:
        clear_requested: forget what was read
    """

    clear_requested = Signal()

    def __init__(self, theme: Theme, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._make_fields(theme)
        self._show(settings)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SMALL)
        column.addLayout(self._make_ahead_rows())
        column.addSpacing(SMALL)
        column.addWidget(make_rule())
        column.addSpacing(SMALL)
        column.addLayout(self._make_kept_rows())
        column.addStretch()
        self._prefill_ahead.toggled.connect(self._percent_row.setEnabled)
        self._clear.clicked.connect(self._on_clear_clicked)

    def edited(self, settings: Settings) -> Settings:
        """These settings with what is edited here."""
        return replace(
            settings,
            work_ahead=self._prefill_ahead.isChecked(),
            work_ahead_percent=self._percent.value(),
            cache_gigabytes=self._gigabytes.value(),
            memory_percent=self._memory.value(),
        )

    def show_used(self, used_bytes: int) -> None:
        """Say what is kept on disk now."""
        self._used.setText(f"Now used: {size_in_words(used_bytes)}")
        self._clear.setEnabled(used_bytes > 0)

    def _make_fields(self, theme: Theme) -> None:
        self._prefill_ahead = TickBox(theme, "Read pictures while I &type")
        self._prefill_ahead.setAccessibleName("Read pictures while I type")
        self._percent = NumberBox(
            theme, 100, " %", "On battery, read ahead only above this charge, in percent"
        )
        self._gigabytes = NumberBox(
            theme,
            MOST_CACHE_GIGABYTES,
            " GB",
            "Most that may be kept on this computer so that chats go on at once, in gigabytes",
        )
        self._memory = NumberBox(
            theme, MOST_MEMORY_PERCENT, " %", "Share of free memory for other chats, in percent"
        )
        self._used = make_label("Now used: …", tone="quiet")
        self._clear = make_button("C&lear", "plain", "Clear what was kept on this computer")
        # Until it is known that there is something to clear.
        self._clear.setEnabled(False)

    def _show(self, settings: Settings) -> None:
        self._prefill_ahead.setChecked(settings.work_ahead)
        self._percent.setValue(settings.work_ahead_percent)
        self._gigabytes.setValue(settings.cache_gigabytes)
        self._memory.setValue(settings.memory_percent)

    def _make_ahead_rows(self) -> QVBoxLayout:
        why = make_quiet("Answers begin sooner; the computer works a little more.")
        self._prefill_ahead.setAccessibleDescription(why.text())
        self._percent_row = make_row("On &battery, only above", self._percent)
        rows = QVBoxLayout()
        rows.setSpacing(TIGHT)
        rows.addWidget(self._prefill_ahead, 0, Qt.AlignmentFlag.AlignLeft)
        rows.addWidget(indented(why))
        rows.addSpacing(TIGHT)
        rows.addWidget(indented(self._percent_row))
        self._percent_row.setEnabled(self._prefill_ahead.isChecked())
        return rows

    def _make_kept_rows(self) -> QVBoxLayout:
        why = make_quiet("So that chats go on at once, also after a restart. 0 GB keeps nothing.")
        self._gigabytes.setAccessibleDescription(why.text())
        when = make_quiet("Both sizes count from the next time the model is loaded.")
        self._memory.setAccessibleDescription(when.text())
        used = QHBoxLayout()
        used.setSpacing(MEDIUM)
        used.addWidget(self._used)
        used.addWidget(self._clear)
        used.addStretch()
        rows = QVBoxLayout()
        rows.setSpacing(SMALL)
        rows.addWidget(make_label("Remember what was read", strong=True))
        rows.addWidget(make_row("&Keep up to", self._gigabytes, "on this computer"))
        rows.addWidget(why)
        rows.addLayout(used)
        rows.addSpacing(TIGHT)
        rows.addWidget(make_row("&Use up to", self._memory, "of free memory for other chats"))
        rows.addWidget(when)
        return rows

    def _on_clear_clicked(self) -> None:
        # Until `show_used` says that there is something again.
        self._clear.setEnabled(False)
        self.clear_requested.emit()
