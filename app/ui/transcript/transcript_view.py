"""Shows the transcript model as a column of cards, drawn no more often than it can be."""

from collections.abc import Sequence

from PySide6.QtCore import QElapsedTimer, QModelIndex, QObject, QTimer, Signal
from PySide6.QtWidgets import QStackedLayout, QVBoxLayout, QWidget

from app.chat.actions import ChatActions
from app.chat.transcript import Transcript
from app.chat.turns import Turn, TurnId
from app.notifications.notification import Explain
from app.ui.controls.sticky_scroll import StickyScroll
from app.ui.style.theme import MEDIUM, WIDE, Theme
from app.ui.transcript.card_builder import CardBuilder
from app.ui.transcript.empty_state import EmptyState
from app.ui.transcript.turn_card import TurnCard
from runtime.content import Role

FRAME_MS = 33
_REST_PER_COST = 4


class RenderThrottle(QObject):
    """Joins many requests to draw into few drawings.

    After a drawing it rests for a frame, or four times as long as the drawing took.

    Signals:
        due: draw now; the slots connected directly are what is measured
    """

    due = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._on_timeout)
        self._since_drawing = QElapsedTimer()
        self._rest_ms = 0

    def request(self) -> None:
        """Ask for a drawing as soon as it may be."""
        if not self._timer.isActive():
            rested = self._since_drawing.elapsed() if self._since_drawing.isValid() else FRAME_MS
            self._timer.start(max(0, self._rest_ms - rested))

    def _on_timeout(self) -> None:
        cost = QElapsedTimer()
        cost.start()
        self.due.emit()
        self._rest_ms = max(FRAME_MS, _REST_PER_COST * cost.elapsed())
        self._since_drawing.start()


class TranscriptView(QWidget):
    """The conversation, or what to do when there is none yet.

    Signals:
        link_clicked: the address of a link, which is not opened
        example_chosen: an example question
        files_wanted: the user wants to choose files
    """

    link_clicked = Signal(str)
    example_chosen = Signal(str)
    files_wanted = Signal()

    def __init__(
        self,
        theme: Theme,
        transcript: Transcript,
        explain: Explain,
        actions: ChatActions,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._transcript = transcript
        self._explain = explain
        self._actions = actions
        self._cards: dict[TurnId, TurnCard] = {}
        # What is on screen or about to be, oldest first; the model may be ahead of it.
        self._shown: list[TurnId] = []
        self._last: TurnId | None = None
        self._kept = 0
        self._changed: set[TurnId] = set()
        self._builder = CardBuilder(self._build_card, self)
        self._throttle = RenderThrottle(self)
        self._lay_out()
        self._connect()
        self._on_reset()

    @property
    def scroller(self) -> StickyScroll:
        """The area that scrolls."""
        return self._scroll

    def cards(self) -> tuple[TurnCard, ...]:
        """The cards built so far, oldest first."""
        return tuple(self._cards[each] for each in self._shown if each in self._cards)

    def _lay_out(self) -> None:
        column = QWidget()
        self._column = QVBoxLayout(column)
        self._column.setContentsMargins(0, WIDE, 0, WIDE)
        self._column.setSpacing(MEDIUM)
        self._column.addStretch()
        self._scroll = StickyScroll(self._theme, column)
        self._empty = EmptyState(self._theme)
        self._beginning: QWidget = self._empty
        self._pages = QStackedLayout(self)
        self._pages.addWidget(self._empty)
        self._pages.addWidget(self._scroll)

    def _connect(self) -> None:
        self._transcript.modelReset.connect(self._on_reset)
        self._transcript.rowsInserted.connect(self._on_rows_inserted)
        self._transcript.rowsRemoved.connect(self._on_rows_removed)
        self._transcript.dataChanged.connect(self._on_data_changed)
        self._builder.slice_built.connect(self._on_slice_built)
        self._throttle.due.connect(self._on_drawing_due)
        self._empty.example_chosen.connect(self.example_chosen)
        self._empty.files_wanted.connect(self.files_wanted)

    def show_before_first_question(self, beginning: QWidget | None) -> None:
        """Show this where there is no conversation; None is the usual friendly page."""
        if beginning is not None and self._pages.indexOf(beginning) < 0:
            self._pages.addWidget(beginning)
        self._beginning = beginning or self._empty
        self._show_page()

    def _show_page(self) -> None:
        self._pages.setCurrentWidget(self._scroll if self._shown else self._beginning)
        self._mark_last()

    def _mark_last(self) -> None:
        last = self._shown[-1] if self._shown else None
        for turn_id in (self._last, last):
            if turn_id is not None and turn_id in self._cards:
                self._cards[turn_id].show_as_last(is_last=turn_id == last)
        self._last = last

    def _build_card(self, turn_id: TurnId) -> None:
        """Build the newest card that is missing, below those that were kept."""
        self._add_card(self._transcript.turn(turn_id), self._kept)

    def _add_card(self, turn: Turn, place: int) -> None:
        card = TurnCard(self._theme, turn, self._explain, self._actions)
        card.link_clicked.connect(self.link_clicked)
        self._cards[turn.turn_id] = card
        card.show_as_last(is_last=turn.turn_id == self._shown[-1])
        self._column.insertWidget(place, card)

    def _drop_cards(self, turn_ids: Sequence[TurnId]) -> None:
        for turn_id in turn_ids:
            self._changed.discard(turn_id)
            if (card := self._cards.pop(turn_id, None)) is not None:
                self._column.removeWidget(card)
                card.hide()
                card.deleteLater()

    def _on_reset(self) -> None:
        """Take the new turns, but keep the cards at the start that stay the same turns."""
        turns = self._transcript.turns()
        turn_ids = [turn.turn_id for turn in turns]
        self._kept = self._count_kept(turn_ids)
        self._drop_cards(self._shown[self._kept :])
        self._shown = turn_ids
        self._changed.update(turn_ids[: self._kept])
        self._builder.start(turn_ids[self._kept :])
        if not self._kept:
            self._scroll.jump_to_end()
        self._scroll.keep_distance_to_end(not self._builder.is_done)
        self._throttle.request()
        self._show_page()

    def _count_kept(self, turn_ids: Sequence[TurnId]) -> int:
        count = 0
        for old, new in zip(self._shown, turn_ids, strict=False):
            if old != new or old not in self._cards:
                break
            count += 1
        return count

    def _on_slice_built(self) -> None:
        if self._builder.is_done:
            # The last of them changes the range once more, in the layout still to come.
            self._throttle.request()

    def _on_rows_inserted(self, parent: QModelIndex, first: int, last: int) -> None:
        for turn in self._transcript.turns()[first : last + 1]:
            self._shown.append(turn.turn_id)
            self._add_card(turn, self._column.count() - 1)
            if turn.role is Role.USER:
                self._scroll.jump_to_end()
        self._show_page()

    def _on_rows_removed(self, parent: QModelIndex, first: int, last: int) -> None:
        gone = self._shown[first : last + 1]
        del self._shown[first : last + 1]
        self._builder.forget(gone)
        self._kept = min(self._kept, first)
        self._drop_cards(gone)
        self._show_page()

    def _on_data_changed(self, first: QModelIndex, last: QModelIndex) -> None:
        self._changed.update(self._shown[first.row() : last.row() + 1])
        self._throttle.request()

    def _on_drawing_due(self) -> None:
        for turn_id in self._changed:
            if (card := self._cards.get(turn_id)) is not None:
                card.show_turn(self._transcript.turn(turn_id))
        self._changed.clear()
        # Laying out is most of the cost; doing it here lets the throttle measure it.
        self._column.activate()
        if self._builder.is_done:
            self._scroll.keep_distance_to_end(False)
