"""The one pool for short jobs: reading and writing chats, looking at files."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial
from typing import TypeVar

from PySide6.QtCore import QObject, Signal, Slot

from app.platform import log
from runtime.problems import Problem, RuntimeFailure
from runtime.safe_file import file_failure

T = TypeVar("T")

Delivery = Callable[[], None]
OnFailure = Callable[[RuntimeFailure], None]

# How long a file that is being copied may hold up the end of the program.
_PATIENCE_S = 5.0


class TaskQueue(QObject):
    """Some threads of the pool with a queue of their own.

    Jobs of a queue with one thread run one after the other, in the order they were given.
    """

    _finished = Signal(object)  # a Delivery, for the GUI thread

    def __init__(self, name: str, threads: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._pool = ThreadPoolExecutor(max_workers=threads, thread_name_prefix=name)
        self._closed = False
        self._jobs: set[Future[None]] = set()
        self._finished.connect(self._on_finished)

    def run(
        self,
        job: Callable[[], T],
        then: Callable[[T], None] | None = None,
        failed: OnFailure | None = None,
    ) -> None:
        """Run a job in this queue; `then` or `failed` is called on the GUI thread."""
        if self._closed:
            log.jobs.warning("%s queue is closed; a job was not run", self._name)
            return
        self._jobs.add(self._pool.submit(self._work, job, then, failed))
        self._jobs = {job for job in self._jobs if not job.done()}

    @property
    def is_closed(self) -> bool:
        """Whether no job is taken any more."""
        return self._closed

    def deliver(self, delivery: Delivery) -> None:
        """Have something called on the GUI thread; for a job in this queue."""
        self._finished.emit(delivery)

    def close(self, *, drop_waiting: bool = False, patience_s: float | None = None) -> bool:
        """Wait for the jobs that were given, or only for those that have begun.

        Args:
            drop_waiting: leave out those that have not begun
            patience_s: how long to wait; None as long as it takes

        Returns:
            whether all of them have ended
        """
        self._closed = True
        self._pool.shutdown(wait=False, cancel_futures=drop_waiting)
        # One that was dropped counts for `wait` as if it were still to come.
        jobs = [job for job in self._jobs if not job.cancelled()]
        running = wait(jobs, timeout=patience_s).not_done
        if not running:
            self._pool.shutdown(wait=True)
        return not running

    def _work(
        self,
        job: Callable[[], T],
        then: Callable[[T], None] | None,
        failed: OnFailure | None,
    ) -> None:
        # Not the GUI thread: emit and touch nothing.
        try:
            result = job()
        except RuntimeFailure as failure:
            log.jobs.info("%s: %s", self._name, failure.problem)
            self._deliver_failure(failed, failure)
        except OSError as error:
            log.jobs.warning("%s: %s", self._name, type(error).__name__)
            self._deliver_failure(failed, file_failure(error))
        except Exception as error:  # noqa: BLE001 - the outermost function of this thread
            # The message may quote a file's content, so only the place is logged.
            log.jobs.error("%s: unexpected %s", self._name, log.place_of(error))
            self._deliver_failure(failed, RuntimeFailure(Problem.UNEXPECTED, type(error).__name__))
        else:
            if then is not None:
                self.deliver(partial(then, result))

    def _deliver_failure(self, failed: OnFailure | None, failure: RuntimeFailure) -> None:
        if failed is not None:
            self.deliver(partial(failed, failure))

    @Slot(object)
    def _on_finished(self, delivery: Delivery) -> None:
        delivery()


class TaskPool(QObject):
    """The pool and its queues.

    Attributes:
        store: one thread, the only one that touches the store
        media: two threads that wait for the media process and copy files
        models: one thread that looks at this computer and at the models on it
        transfers: as many downloads and copies of models as may run at once
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.store = TaskQueue("store", 1, self)
        self.media = TaskQueue("media", 2, self)
        self.models = TaskQueue("models", 1, self)
        self.transfers = TaskQueue("transfers", 3, self)

    def close(self) -> bool:
        """Wait until everything is saved, and nothing runs any more.

        Returns:
            whether nothing runs; a file on a drive that does not answer can hold up a thread
        """
        # Nobody will send the files that were not looked at yet.
        is_free = self.media.close(drop_waiting=True, patience_s=_PATIENCE_S)
        # Whoever runs a transfer has asked it to stop by now; its part is kept.
        self.transfers.close(drop_waiting=True)
        self.models.close(drop_waiting=True)
        self.store.close()
        return is_free
