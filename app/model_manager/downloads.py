"""The downloads that run or stand still, and what they say."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from PySide6.QtCore import QObject, Signal, Slot

from app.model_manager.model_options import ModelKey
from app.notifications.notification_center import NotificationCenter
from app.platform import log
from app.platform.task_pool import TaskQueue
from runtime.models.download.progress import Paused, Transferring, TransferState
from runtime.models.installed_model import InstalledModel
from runtime.problems import RuntimeFailure

Report = Callable[[TransferState], None]


class Transfer(Protocol):
    """One download, from its beginning or from where it stood still."""

    def run(self, report: Report) -> InstalledModel | None:
        """Fetch until all is there and verified; None if it was paused or cancelled before.

        Raises:
            RuntimeFailure: it cannot go on by itself
        """

    def pause(self) -> None:
        """Have `run` return soon, with what is there kept."""

    def cancel(self) -> None:
        """Have `run` return soon, with nothing kept."""


MakeTransfer = Callable[[ModelKey], Transfer]


@dataclass(slots=True, kw_only=True)
class _Download:
    """A download of ours.

    Attributes:
        transfer: None while it stands still
        uses: whether the model shall be loaded once it is there
    """

    state: TransferState
    transfer: Transfer | None = None
    uses: bool = False
    is_cancelled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """A model is complete and verified.

    Attributes:
        uses: whether it was asked for to be loaded at once
    """

    key: ModelKey
    installed: InstalledModel
    uses: bool


class Downloads(QObject):
    """Runs downloads in the pool, and knows how far each is.

    Signals:
        changed: ModelKey of the download that said something, began or ended
        arrived: Arrived
    """

    changed = Signal(object)
    arrived = Signal(object)
    _reported = Signal(object)  # a download, its key and state, on the way to the GUI thread

    def __init__(
        self,
        *,
        tasks: TaskQueue,
        make_transfer: MakeTransfer,
        notification_center: NotificationCenter,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._make_transfer = make_transfer
        self._notification_center = notification_center
        self._downloads: dict[ModelKey, _Download] = {}
        self._reported.connect(self._on_reported)

    @property
    def states(self) -> Mapping[ModelKey, TransferState]:
        """How far each download is."""
        return {key: download.state for key, download in self._downloads.items()}

    def restore(self, unfinished: Mapping[ModelKey, Paused]) -> None:
        """Show what an earlier start left unfinished."""
        for key, state in unfinished.items():
            if key not in self._downloads:
                self._downloads[key] = _Download(state=state)
                self.changed.emit(key)

    def begin(self, key: ModelKey, *, total_bytes: int, uses: bool = False) -> None:
        """Download a model, or go on with it."""
        download = self._downloads.setdefault(
            key, _Download(state=Transferring(done_bytes=0, total_bytes=total_bytes))
        )
        download.uses = download.uses or uses
        if download.transfer is not None:
            return
        before = download.state
        download.state = Transferring(done_bytes=before.done_bytes, total_bytes=before.total_bytes)
        download.is_cancelled = False
        download.transfer = transfer = self._make_transfer(key)
        log.models.info("download begins: %s %s", *key)
        self._tasks.run(
            partial(transfer.run, partial(self._report, download, key)),
            then=partial(self._on_ended, key, download),
            failed=partial(self._on_failed, key, download),
        )
        self.changed.emit(key)

    def pause(self, key: ModelKey) -> None:
        """Let a download stand still until it is begun again."""
        download = self._downloads.get(key)
        if download is not None and download.transfer is not None:
            download.transfer.pause()

    def cancel(self, key: ModelKey) -> None:
        """End a download and keep nothing of it."""
        download = self._downloads.get(key)
        if download is None:
            return
        download.is_cancelled = True
        if download.transfer is not None:
            download.transfer.cancel()
            return
        transfer = self._make_transfer(key)
        transfer.cancel()
        # What stands still has files as well.
        self._tasks.run(
            partial(transfer.run, partial(self._report, download, key)),
            then=partial(self._on_ended, key, download),
            failed=partial(self._on_failed, key, download),
        )

    def end(self) -> None:
        """Let all downloads stand still: the window closes."""
        for download in self._downloads.values():
            if download.transfer is not None:
                download.transfer.pause()

    def _report(self, download: _Download, key: ModelKey, state: TransferState) -> None:
        # Not the GUI thread: emit and do nothing else.
        self._reported.emit((key, download, state))

    @Slot(object)
    def _on_reported(self, report: tuple[ModelKey, _Download, TransferState]) -> None:
        key, download, state = report
        if self._downloads.get(key) is download and download.transfer is not None:
            download.state = state
            self.changed.emit(key)

    def _on_ended(
        self, key: ModelKey, download: _Download, installed: InstalledModel | None
    ) -> None:
        download.transfer = None
        if installed is not None:
            log.models.info("download complete: %s %s", *key)
            del self._downloads[key]
            self.changed.emit(key)
            self.arrived.emit(Arrived(key=key, installed=installed, uses=download.uses))
            return
        if download.is_cancelled:
            self._downloads.pop(key, None)
        else:
            self._stand_still(download)
        self.changed.emit(key)

    def _on_failed(self, key: ModelKey, download: _Download, failure: RuntimeFailure) -> None:
        download.transfer = None
        if download.is_cancelled:
            self._downloads.pop(key, None)
        else:
            self._stand_still(download, failure)
            total = download.state.total_bytes
            self._notification_center.show_problem(
                failure.problem,
                failure.detail,
                lambda: self.begin(key, total_bytes=total),
            )
        self.changed.emit(key)

    @staticmethod
    def _stand_still(download: _Download, failure: RuntimeFailure | None = None) -> None:
        download.state = Paused(
            done_bytes=download.state.done_bytes,
            total_bytes=download.state.total_bytes,
            problem=failure.problem if failure else None,
            detail=failure.detail if failure else "",
        )
