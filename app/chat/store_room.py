"""The door to the store: jobs go in, results come back on the GUI thread."""

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

from app import log
from app.background import Lane, OnFailure
from app.chat.records import OpenedStore
from app.chat.store import Store
from runtime.problems import Problem, RuntimeFailure

T = TypeVar("T")


class StoreRoom:
    """Lends the store to one job after the other, in the lane's one thread."""

    def __init__(self, lane: Lane, folder: Path, readings: Path | None = None) -> None:
        """Prepare to open the store.

        Args:
            lane: of one thread
            folder: holds the store
            readings: what the engine keeps of conversations, deleted ones among them
        """
        self._lane = lane
        self._folder = folder
        self._readings = readings
        # Both are touched by the lane's thread only.
        self._store: Store | None = None
        self._missing = RuntimeFailure(Problem.STORE_UNREADABLE, "closed")
        # A quick hand sends a question before the first start-up step has run.
        self._early: list[Callable[[], None]] | None = []

    def open(self, then: Callable[[OpenedStore], None], failed: OnFailure) -> None:
        """Open the store and tidy it up."""
        self._lane.run(self._open, then, failed)
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
        run = partial(self._lane.run, partial(self._use, job), then, failed)
        if self._early is None:
            run()
        else:
            self._early.append(run)

    def close(self) -> None:
        """Close the store after everything that was given before."""
        self._lane.run(self._close)

    def _open(self) -> OpenedStore:
        try:
            store = Store(self._folder)
        except RuntimeFailure as failure:
            self._missing = failure
            raise
        self._store = store
        try:
            if store.purge() and self._readings is not None:
                # What the engine remembers of a deleted chat must go with it. Nobody can tell
                # which file that is, and all of it can be read again.
                shutil.rmtree(self._readings, ignore_errors=True)
        except RuntimeFailure as failure:
            # Chats can be read from a disk that is full; what is left over is met again.
            log.store.info("not tidied up: %s", failure.problem)
        return OpenedStore(chats=store.chats(), moved_aside=store.moved_aside)

    def _use(self, job: Callable[[Store], T]) -> T:
        if self._store is None:
            raise RuntimeFailure(self._missing.problem, self._missing.detail)
        return job(self._store)

    def _close(self) -> None:
        if self._store is not None:
            self._store.close()
        self._store = None
