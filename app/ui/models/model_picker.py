"""The panel that opens from the status line: every model, what it costs here, what it may take."""

from PySide6.QtCore import QEvent, QObject, QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.model_manager.actions import ModelActions
from app.model_manager.model_options import ModelOption, ModelOptions
from app.model_manager.options.options_model import OptionsModel
from app.ui.controls.buttons import IconButton
from app.ui.controls.labels import make_label
from app.ui.models.option_list import OptionList
from app.ui.models.picker_footer import PickerFooter
from app.ui.style.theme import (
    LARGE,
    MEDIUM,
    PICKER_HEIGHT,
    PICKER_WIDTH,
    ROUND_LARGE,
    SMALL,
    SMALL_CONTROL_SIDE,
    TIGHT,
    Theme,
)

_SHADOW_PX = 14


class ModelPicker(QWidget):
    """Lies over the window and shows its panel above the line it belongs to.

    A part of the window rather than a window of its own: it is where it should be on every
    system, and a screen reader stays in the same window.

    Signals:
        import_wanted: the user has a model file
    """

    import_wanted = Signal()

    def __init__(
        self, theme: Theme, options: OptionsModel, actions: ModelActions, window: QWidget
    ) -> None:
        super().__init__(window)
        self._theme = theme
        self._window = window
        self._anchor: QWidget = window
        self._options = options
        self._selected: ModelOption | None = None
        self._before: QWidget | None = None
        self._panel = _Panel(self)
        self._list = OptionList(theme, actions)
        self._looking = make_label("Looking at this computer…", tone="quiet")
        self._looking.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._footer = PickerFooter(theme, actions)
        self._lay_out()
        self._list.current_changed.connect(self._on_current_changed)
        self._list.place_focused.connect(self._on_place_focused)
        self._footer.import_wanted.connect(self._on_import_wanted)
        self._panel.left.connect(self.close_panel)
        options.changed.connect(self._on_options_changed)
        theme.changed.connect(self.update)
        window.installEventFilter(self)
        self.hide()

    @property
    def list(self) -> OptionList:
        """The models in it."""
        return self._list

    def open_panel(self, anchor: QWidget) -> None:
        """Show the panel above a line of the window, with the keyboard in it."""
        if self.isVisible():
            return
        self._anchor = anchor
        self._before = QApplication.focusWidget()
        self._selected = None
        self._show(self._options.value)
        self._place()
        self.show()
        self.raise_()
        # Rows that cannot be seen yet take no focus.
        self._panel.setFocus(Qt.FocusReason.PopupFocusReason)
        self._list.open_at(self._options.value)

    def close_panel(self) -> None:
        """Put the panel away and give the keyboard back."""
        if self.isHidden():
            return
        self.hide()
        if self._before is not None and self._before.isVisible():
            self._before.setFocus(Qt.FocusReason.PopupFocusReason)
        self._before = None

    def _lay_out(self) -> None:
        close = IconButton(self._theme, "close", "Close the models", side_px=SMALL_CONTROL_SIDE)
        close.clicked.connect(self.close_panel)
        head = QHBoxLayout()
        head.setContentsMargins(LARGE, MEDIUM, MEDIUM, 0)
        head.addWidget(make_label("Models", strong=True, size="lead"))
        head.addStretch()
        head.addWidget(close)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(self._list)
        column = QVBoxLayout(self._panel)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(SMALL)
        column.addLayout(head)
        column.addWidget(self._looking, 1)
        column.addWidget(self._scroll, 1)
        column.addWidget(self._footer)
        self._panel.set_parts(self._scroll, self._footer)

    def _show(self, options: ModelOptions) -> None:
        self._looking.setVisible(not options.options)
        self._scroll.setVisible(bool(options.options))
        self._list.show_options(options.options)
        if self._selected is not None:
            key = self._selected.key
            self._selected = next((each for each in options.options if each.key == key), None)
        self._footer.show_options(options, self._selected)

    def _place(self) -> None:
        area = self._window.rect()
        self.setGeometry(area)
        anchor = self._anchor.mapTo(self._window, QPoint(0, 0))
        width = min(PICKER_WIDTH, area.width() - 2 * MEDIUM)
        height = min(PICKER_HEIGHT, anchor.y() - TIGHT - MEDIUM)
        left = min(anchor.x(), area.width() - width - MEDIUM)
        self._panel.setGeometry(left, anchor.y() - TIGHT - height, width, height)

    def _on_options_changed(self, options: ModelOptions) -> None:
        # Nobody sees it while it is closed; it is brought up to date when it opens.
        if self.isVisible():
            self._show(options)

    def _on_current_changed(self, option: ModelOption | None) -> None:
        self._selected = option
        self._footer.show_options(self._options.value, option)

    def _on_place_focused(self, place: QWidget) -> None:
        # With its neighbours, so that it is seen where the list goes on.
        self._scroll.ensureWidgetVisible(place, 0, self._scroll.viewport().height() // 3)

    def _on_import_wanted(self) -> None:
        self.close_panel()
        self.import_wanted.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay as large as the window."""
        if event.type() is QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click beside the panel closes it."""
        self.close_panel()
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the panel's soft shadow."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        shade = QColor(0, 0, 0, 9 if self._theme.is_dark else 4)
        painter.setBrush(shade)
        for grow in range(_SHADOW_PX, 0, -1):
            edge = QRectF(self._panel.geometry()).adjusted(-grow, 2 - grow, grow, grow + 2)
            painter.drawRoundedRect(edge, ROUND_LARGE + grow, ROUND_LARGE + grow)


class _Panel(QFrame):
    """What the keyboard does not leave until it is closed.

    Signals:
        left: Escape was pressed
    """

    left = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("picker")
        self.setAccessibleName("Models")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._parts: tuple[QWidget, ...] = ()

    def set_parts(self, *parts: QWidget) -> None:
        """What is below its head, from top to bottom."""
        self._parts = parts

    def focusNextPrevChild(self, is_next: bool) -> bool:
        """Go round inside the panel: what lies below it cannot be used now.

        In the order of the eye: rows are made late, so Qt's own order has them at the end.
        """
        stops = sorted(filter(self._takes_tab, self.findChildren(QWidget)), key=self._order)
        if not stops:
            return False
        here, step = QApplication.focusWidget(), 1 if is_next else -1
        place = stops.index(here) + step if here in stops else 0
        reasons = Qt.FocusReason
        reason = reasons.TabFocusReason if is_next else reasons.BacktabFocusReason
        stops[place % len(stops)].setFocus(reason)
        return True

    def _takes_tab(self, widget: QWidget) -> bool:
        takes_tab = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
        return takes_tab and widget.isEnabled() and widget.isVisible()

    def _order(self, widget: QWidget) -> tuple[int, int, int]:
        # A row that is scrolled away can lie above the head or below the foot.
        parts = [part for part in self._parts if part.isAncestorOf(widget)]
        part = self._parts.index(parts[0]) + 1 if parts else 0
        corner = widget.mapTo(self, QPoint(0, 0))
        return part, corner.y(), corner.x()

    def event(self, event: QEvent) -> bool:
        """Keep Escape from the window, which would stop an answer with it."""
        is_ours = event.type() is QEvent.Type.ShortcutOverride
        if is_ours and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close with Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click on the panel is not one beside it."""
        event.accept()
