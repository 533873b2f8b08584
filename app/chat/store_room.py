"""The door to the store: jobs go in, results come back on the GUI thread."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

from app.background import Lane, OnFailure
from app.chat.records import OpenedStore
from app.chat.store import Store
from runtime.problems import Problem, RuntimeFailure

T = TypeVar("T")


class StoreRoom:
    """Lends the store to one job after the other, in the lane's one thread."""

    def __init__(self, lane: Lane, folder: Path) -> None:
        self._lane = lane
        self._folder = folder
        # Both are touched by the lane's thread only.
        self._store: Store | None = None
        self._missing = RuntimeFailure(Problem.STORE_UNREADABLE, "closed")

    def open(self, then: Callable[[OpenedStore], None], failed: OnFailure) -> None:
        """Open the store and tidy it up."""
        self._lane.run(self._open, then, failed)

    def run(
        self,
        job: Callable[[Store], T],
        then: Callable[[T], None] | None = None,
        failed: OnFailure | None = None,
    ) -> None:
        """Let a job use the store; it fails as opening did if there is none."""
        self._lane.run(partial(self._use, job), then, failed)

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
        store.purge()
        return OpenedStore(chats=store.chats(), moved_aside=store.moved_aside)

    def _use(self, job: Callable[[Store], T]) -> T:
        if self._store is None:
            raise RuntimeFailure(self._missing.problem, self._missing.detail)
        return job(self._store)

    def _close(self) -> None:
        if self._store is not None:
            self._store.close()
        self._store = None
