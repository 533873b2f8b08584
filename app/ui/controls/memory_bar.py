"""What a model takes of a device's memory, as a bar and as its legend."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPainterPath, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QWidget

from app.model_manager.model_options import MemoryUse
from app.model_manager.options.option_text import memory_in_words, memory_parts
from app.notifications.formatting import size_in_words
from app.ui.controls.labels import make_label
from app.ui.style.theme import LARGE, SMALL, TIGHT, Colours, Theme

_GAP_PX = 2
_SWATCH_PX = 10
# Below this width the legend takes two lines.
_LEGEND_PX = 500


class MemoryBar(QWidget):
    """Weights, context and pictures, in this order, and what stays free.

    What does not fit is hatched behind the mark where the memory ends: colour says nothing
    that the order, the mark or the legend does not say as well.
    """

    def __init__(self, theme: Theme, height_px: int = 8, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._memory: MemoryUse | None = None
        self.setFixedHeight(height_px)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_memory(self, memory: MemoryUse) -> None:
        """Draw these figures."""
        if memory != self._memory:
            self._memory = memory
            words = memory_in_words(memory)
            self.setAccessibleName(words)
            self.setToolTip(words)
            self.update()

    def sizeHint(self) -> QSize:
        """Wide enough to tell the parts apart."""
        return QSize(160, self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the parts over the free rest."""
        if self._memory is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = QRectF(self.rect())
        whole = QPainterPath()
        whole.addRoundedRect(edge, edge.height() / 2, edge.height() / 2)
        painter.setClipPath(whole)
        painter.fillRect(edge, QColor(self._theme.colours.line))
        self._draw_parts(painter, edge, self._memory)

    def _draw_parts(self, painter: QPainter, edge: QRectF, memory: MemoryUse) -> None:
        colours = self._theme.colours
        used = memory.weights + memory.context + memory.pictures
        # What is too much is drawn as well, so the bar may mean more than there is.
        scale = edge.width() / max(used + max(memory.free, 0), 1)
        left = 0.0
        parts = zip(memory_parts(memory)[:3], _part_colours(colours), strict=True)
        for (_, size), colour in parts:
            width = size * scale
            place = QRectF(left, 0, max(width - _GAP_PX, 0), edge.height())
            painter.fillRect(place, QColor(colour))
            left += width
        if memory.free < 0:
            self._draw_overflow(painter, edge, (used + memory.free) * scale)

    def _draw_overflow(self, painter: QPainter, edge: QRectF, end: float) -> None:
        colours = self._theme.colours
        end = max(end, 0.0)
        beyond = QRectF(end, 0, edge.width() - end, edge.height())
        painter.fillRect(beyond, QColor(colours.surface))
        painter.fillRect(beyond, QBrush(QColor(colours.problem), Qt.BrushStyle.BDiagPattern))
        painter.fillRect(QRectF(end - 1, 0, 2, edge.height()), QColor(colours.problem))


class MemoryLegend(QWidget):
    """What the parts of the bar mean, with their sizes."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items = [_LegendItem(theme, index) for index in range(4)]
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(LARGE)
        self._grid.setVerticalSpacing(2)
        self._columns = 0
        self._arrange(len(self._items))

    def show_memory(self, memory: MemoryUse) -> None:
        """Say these figures."""
        for item, (name, size) in zip(self._items, memory_parts(memory), strict=True):
            place = f" on {memory.place}" if name == "Free" and memory.place else ""
            item.show_part(f"{name} {size_in_words(size)}{place}", is_missing=name == "Missing")

    def minimumSizeHint(self) -> QSize:
        """Two items wide: it can take two lines."""
        widest = max(item.sizeHint().width() for item in self._items)
        return QSize(widest, super().minimumSizeHint().height())

    def _arrange(self, columns: int) -> None:
        if columns == self._columns:
            return
        self._columns = columns
        for index, item in enumerate(self._items):
            self._grid.addWidget(item, index // columns, index % columns)
        self._grid.setColumnStretch(3, 1 if columns == len(self._items) else 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Take two lines where one is too short."""
        super().resizeEvent(event)
        self._arrange(len(self._items) if event.size().width() >= _LEGEND_PX else 2)


class _LegendItem(QWidget):
    """A swatch of the bar and its meaning."""

    def __init__(self, theme: Theme, index: int) -> None:
        super().__init__()
        self._theme = theme
        self._index = index
        self._is_missing = False
        self._words = make_label(tone="quiet", size="caption")
        row = QHBoxLayout(self)
        row.setContentsMargins(_SWATCH_PX + TIGHT + 2, 0, 0, 0)
        row.setSpacing(SMALL)
        row.addWidget(self._words)
        theme.changed.connect(self.update)

    def show_part(self, words: str, *, is_missing: bool) -> None:
        """Say what this part is."""
        self._words.setText(words)
        self._is_missing = is_missing
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the swatch as the bar draws the part."""
        colours = self._theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        brush = QBrush(QColor((*_part_colours(colours), colours.line)[self._index]))
        if self._is_missing:
            brush = QBrush(QColor(colours.problem), Qt.BrushStyle.BDiagPattern)
        painter.setBrush(brush)
        top = (self.height() - _SWATCH_PX) / 2
        painter.drawRoundedRect(QRectF(0, top, _SWATCH_PX, _SWATCH_PX), 3, 3)


def _part_colours(colours: Colours) -> tuple[str, str, str]:
    return colours.weights, colours.context, colours.pictures
