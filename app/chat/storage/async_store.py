"""The door to the store: jobs go in, results come back on the GUI thread."""

import shutil
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

from app.chat.storage.records import OpenedStore
from app.chat.storage.store import Store
from app.platform import log
from app.platform.task_pool import OnFailure, TaskQueue
from runtime.problems import Problem, RuntimeFailure

T = TypeVar("T")

OnOpened = Callable[[OpenedStore], None]

# Each attempt can wait seconds for another program: not one for each of ten jobs in a row.
_BETWEEN_ATTEMPTS_S = 1.0


class AsyncStore:
    """Lends the store to one job after the other, in the one thread of its task queue.

    A store that could not be opened, or only for reading, is opened again for the next job
    that needs it: the disk that was full then may have space by now.

    Attributes:
        has_purged: whether chats were deleted for good when it was closed
    """

    def __init__(self, tasks: TaskQueue, folder: Path, engine_cache: Path | None = None) -> None:
        """Prepare to open the store.

        Args:
            tasks: of one thread
            folder: holds the store
            engine_cache: what the engine keeps of conversations, deleted ones among them
        """
        self._tasks = tasks
        self._folder = folder
        self._engine_cache = engine_cache
        self._begun_at = time.time()
        self._on_opened: OnOpened | None = None
        self.has_purged = False
        # What follows is touched by the queue's thread only.
        self._store: Store | None = None
        self._missing = RuntimeFailure(Problem.STORE_UNREADABLE, "closed")
        self._attempted_at = -_BETWEEN_ATTEMPTS_S
        self._is_closed = False
        # A quick hand sends a question before the first start-up step has run.
        self._early: list[Callable[[], None]] | None = []

    def open(self, then: OnOpened, failed: OnFailure) -> None:
        """Open the store and tidy it up.

        Args:
            then: told what was found, now or whenever the store is opened later
            failed: told why it could not be opened now
        """
        self._on_opened = then
        self._tasks.run(self._open_first, then, failed)
        early, self._early = self._early or [], None
        for run in early:
            run()

    def run(
        self,
        job: Callable[[Store], T],
        then: Callable[[T], None] | None = None,
        failed: OnFailure | None = None,
    ) -> None:
        """Let a job use the store once it is open; it fails as opening did if there is none."""
        run = partial(self._tasks.run, partial(self._use, job), then, failed)
        if self._early is None:
            run()
        else:
            self._early.append(run)

    def try_again(self, failed: OnFailure) -> None:
        """Open the store now if it is not open."""
        self.run(lambda store: None, failed=failed)

    def close(self) -> None:
        """Delete for good what was deleted and close, after everything that was given before."""
        self._tasks.run(self._close)

    def _open_first(self) -> OpenedStore:
        self._open()
        return self._found(self._opened())

    def _opened(self) -> Store:
        if self._store is None:
            raise RuntimeFailure(self._missing.problem, self._missing.detail)
        return self._store

    def _open(self) -> None:
        """Open the store, in place of one that is for reading only.

        Raises:
            RuntimeFailure: it cannot be opened at all
        """
        self._attempted_at = time.monotonic()
        old, self._store = self._store, None
        if old is not None:
            # It is alone with the file, and would keep us out.
            old.close()
        try:
            self._store = Store(self._folder)
        except RuntimeFailure as failure:
            self._missing = failure
            raise
        if not self._store.is_read_only:
            self._tidy_up(self._store)

    def _tidy_up(self, store: Store) -> None:
        try:
            store.purge(untouched_since=self._begun_at)
            store.sweep()
            if store.must_forget_prefill and self._engine_cache is not None:
                # What the engine remembers of a deleted chat must go with it. Nobody can tell
                # which file that is, and all of it can be read again.
                shutil.rmtree(self._engine_cache, ignore_errors=True)
                store.note_prefill_forgotten()
        except RuntimeFailure as failure:
            # What is left over is met again.
            log.store.info("not tidied up: %s", failure.problem)

    def _found(self, store: Store) -> OpenedStore:
        return OpenedStore(
            chats=store.chats(),
            is_read_only=store.is_read_only,
            is_bereft=store.is_bereft,
            moved_aside=store.moved_aside,
            recovered=store.recovered,
        )

    def _use(self, job: Callable[[Store], T]) -> T:
        if self._store is None:
            self._reopen()
        store = self._opened()
        try:
            return job(store)
        except RuntimeFailure as failure:
            if not (store.is_read_only and failure.problem is Problem.DISK_FULL):
                raise
        self._reopen()
        return job(self._opened())

    def _reopen(self) -> None:
        if self._is_closed or time.monotonic() - self._attempted_at < _BETWEEN_ATTEMPTS_S:
            return
        was_readable = self._store is not None
        self._open()
        store = self._opened()
        if self._on_opened is not None and not (was_readable and store.is_read_only):
            self._tasks.deliver(partial(self._on_opened, self._found(store)))

    def _close(self) -> None:
        self._is_closed = True
        store, self._store = self._store, None
        if store is None:
            return
        try:
            if not store.is_read_only:
                self.has_purged = store.purge()
        except RuntimeFailure as failure:
            log.store.info("not tidied up: %s", failure.problem)
        store.close()
