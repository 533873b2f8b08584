"""List model of one chat's turns."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from app.chat.turns import Turn, TurnId

TurnRole = int(Qt.ItemDataRole.UserRole) + 1

_NO_PARENT = QModelIndex()


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnVersion:
    """One of the versions of a turn, counted from 1."""

    turn_id: TurnId
    version: int


class Transcript(QAbstractListModel):
    """The turns on screen, oldest first; one writer, any number of readers.

    Values are replaced, never changed, so a reader may keep what it was given.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._turns: list[Turn] = []
        self._rows: dict[TurnId, int] = {}

    def turns(self) -> tuple[Turn, ...]:
        """All turns, oldest first."""
        return tuple(self._turns)

    def turn(self, turn_id: TurnId) -> Turn:
        """The turn of this id.

        Raises:
            KeyError: it is not in this transcript
        """
        return self._turns[self._rows[turn_id]]

    def last(self) -> Turn | None:
        """The newest turn, if there is one."""
        return self._turns[-1] if self._turns else None

    def show_turns(self, turns: Sequence[Turn]) -> None:
        """Take these turns in place of all others."""
        self.beginResetModel()
        self._turns = list(turns)
        self._rows = {turn.turn_id: row for row, turn in enumerate(self._turns)}
        self.endResetModel()

    def append(self, turn: Turn) -> None:
        """Add a turn at the end."""
        row = len(self._turns)
        self.beginInsertRows(_NO_PARENT, row, row)
        self._turns.append(turn)
        self._rows[turn.turn_id] = row
        self.endInsertRows()

    def replace(self, turn: Turn) -> None:
        """Put a new value in the place of the turn with the same id."""
        row = self._rows[turn.turn_id]
        self._turns[row] = turn
        index = self.index(row)
        self.dataChanged.emit(index, index)

    def append_text(self, turn_id: TurnId, text: str) -> None:
        """Let an answer grow."""
        turn = self.turn(turn_id)
        self.replace(replace(turn, text=turn.text + text))

    def append_thinking(self, turn_id: TurnId, text: str) -> None:
        """Let the thinking before an answer grow."""
        turn = self.turn(turn_id)
        self.replace(replace(turn, thinking=turn.thinking + text))

    def remove_from(self, turn_id: TurnId) -> None:
        """Take this turn and all later ones away."""
        row = self._rows[turn_id]
        self.beginRemoveRows(_NO_PARENT, row, len(self._turns) - 1)
        for turn in self._turns[row:]:
            del self._rows[turn.turn_id]
        del self._turns[row:]
        self.endRemoveRows()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _NO_PARENT) -> int:
        """How many turns there are."""
        return 0 if parent.isValid() else len(self._turns)

    def data(
        self,
        index: QModelIndex | QPersistentModelIndex,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        """A turn's text, or the turn itself."""
        if not index.isValid():
            return None
        turn = self._turns[index.row()]
        if role == TurnRole:
            return turn
        return turn.text if role == Qt.ItemDataRole.DisplayRole else None
