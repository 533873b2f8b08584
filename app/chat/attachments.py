"""Makes an attachment, or a problem, of every file that is given."""

import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import assert_never

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QImage

from app.chat.draft_attachments import DraftAttachments, EntryId
from app.chat.storage.attachment_files import AttachmentFiles, StoredFile
from app.chat.turns import Attachment, AttachmentKind
from app.notifications import messages, problem_messages
from app.notifications.notification_center import NotificationCenter
from app.platform.task_pool import TaskQueue
from runtime.media.client import inspect, never
from runtime.media.file_checks import kind_of
from runtime.media.media_info import PictureFacts, VideoFacts
from runtime.problems import FileFailure, Problem, RuntimeFailure, Stopped

# Containers round their length, and the last frame is shown for a moment.
_CUT_SHORT_S = 1.0
_CUT_SHORT_SHARE = 0.05

# Whether nobody wants the file any more.
Stop = Callable[[], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAttachment:
    """A file that can be sent along.

    Attributes:
        readable_s: how much of a video can be read
    """

    attachment: Attachment
    readable_s: float | None = None


class Attachments(QObject):
    """Copies what is given, has it looked at in the media process, and settles the tray.

    Signals:
        refused: a file cannot be used; the user was told why
    """

    refused = Signal()

    def __init__(
        self,
        *,
        draft_attachments: DraftAttachments,
        tasks: TaskQueue,
        files: AttachmentFiles,
        notification_center: NotificationCenter,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._draft_attachments = draft_attachments
        self._tasks = tasks
        self._files = files
        self._notification_center = notification_center
        # One for each file that is looked at: set when nobody wants it any more.
        self._unwanted: dict[EntryId, threading.Event] = {}
        draft_attachments.changed.connect(self._on_draft_attachments_changed)

    def end(self) -> None:
        """Look at nothing any more: the window closes."""
        for unwanted in self._unwanted.values():
            unwanted.set()

    @Slot(object)
    def add_files(self, paths: Sequence[Path]) -> None:
        """Take files that were dropped, pasted or picked."""
        for path in paths:
            self._take(path.name or str(path), partial(keep_file, self._files, path))

    @Slot(object)
    def add_picture(self, picture: QImage) -> None:
        """Take a picture that is no file yet."""
        # Shared until one side changes it; ours never changes.
        self._take(messages.PASTED_PICTURE, partial(keep_picture, self._files, QImage(picture)))

    @Slot()
    def refuse_remote(self) -> None:
        """Something was dropped that is only an address."""
        self._notification_center.show(messages.remote_picture_refused())

    @Slot(object)
    def remove(self, entry_id: EntryId) -> None:
        """Leave a file out."""
        self._draft_attachments.remove(entry_id)

    def _take(self, name: str, job: Callable[[Stop], StoredAttachment]) -> None:
        entry_id = self._draft_attachments.add(name)
        self._unwanted[entry_id] = unwanted = threading.Event()
        self._tasks.run(
            partial(job, unwanted.is_set),
            then=partial(self._on_kept, entry_id),
            failed=partial(self._on_refused, entry_id),
        )

    @Slot()
    def _on_draft_attachments_changed(self) -> None:
        """Give up what was taken out of the tray while it was looked at."""
        wanted = {entry.entry_id for entry in self._draft_attachments.entries()}
        for entry_id in self._unwanted.keys() - wanted:
            self._unwanted.pop(entry_id).set()

    def _on_kept(self, entry_id: EntryId, kept: StoredAttachment) -> None:
        self._unwanted.pop(entry_id, None)
        attachment, readable_s = kept.attachment, kept.readable_s
        duration_s = attachment.duration_s
        if duration_s is not None and readable_s is not None:
            missing_s = duration_s - readable_s
            if missing_s > max(_CUT_SHORT_S, duration_s * _CUT_SHORT_SHARE):
                self._notification_center.show(
                    messages.video_cut_short(attachment.name, readable_s, duration_s)
                )
        self._draft_attachments.settle(entry_id, attachment)

    def _on_refused(self, entry_id: EntryId, failure: RuntimeFailure) -> None:
        if all(entry.entry_id != entry_id for entry in self._draft_attachments.entries()):
            # The user has taken it out already.
            return
        self._unwanted.pop(entry_id, None)
        # Held back before the tray settles, or the question would leave without its file.
        self.refused.emit()
        self._draft_attachments.remove(entry_id)
        self._notification_center.show_failure(failure)


def keep_file(files: AttachmentFiles, path: Path, stopped: Stop = never) -> StoredAttachment:
    """Copy a file and find out what it is. Blocks.

    Raises:
        RuntimeFailure: the file cannot be used, or the copy cannot be written, or `stopped()`
            turned true
    """
    # Before the copy: whatever is dropped by mistake may be huge, or a pipe without an end.
    kind_of(path)
    kept = files.keep(path)
    try:
        return _look_at(kept, path.name, stopped)
    except Stopped as stop:
        raise FileFailure(Problem.MEDIA_TOO_SLOW, problem_messages.file_detail(path.name)) from stop


def keep_picture(
    files: AttachmentFiles, picture: QImage, stopped: Stop = never
) -> StoredAttachment:
    """Write a picture as a PNG and keep it like a file. Blocks.

    Raises:
        RuntimeFailure: the picture is empty, or the file cannot be written, or `stopped()`
            turned true
    """
    if picture.isNull():
        raise FileFailure(
            Problem.PICTURE_DAMAGED, problem_messages.file_detail(messages.PASTED_PICTURE)
        )
    with tempfile.TemporaryDirectory(prefix="sideglance-pasted-") as folder:
        path = Path(folder) / f"{messages.PASTED_PICTURE}.png"
        if not picture.save(str(path)):
            raise RuntimeFailure(Problem.DISK_FULL, folder)
        return keep_file(files, path, stopped)


def _look_at(kept: StoredFile, name: str, stopped: Stop) -> StoredAttachment:
    try:
        facts = inspect(kept.path, thumbnail=kept.thumbnail, stopped=stopped)
    except FileFailure as failure:
        if failure.problem in (Problem.DISK_FULL, Problem.UNEXPECTED):
            raise
        # The failure knows our copy's name, or an exception's; people know the name of theirs.
        is_reason = failure.problem is not Problem.MEDIA_CRASHED
        reason = failure.detail if is_reason and failure.detail != kept.path.name else ""
        raise FileFailure(failure.problem, problem_messages.file_detail(name, reason)) from failure
    return _kept(kept, name, facts)


def _kept(kept: StoredFile, name: str, facts: PictureFacts | VideoFacts) -> StoredAttachment:
    match facts:
        case PictureFacts():
            kind, duration_s, readable_s = AttachmentKind.PICTURE, None, None
        case VideoFacts():
            kind, duration_s, readable_s = AttachmentKind.VIDEO, facts.duration_s, facts.readable_s
        case _:
            assert_never(facts)
    return StoredAttachment(
        attachment=Attachment(
            digest=kept.digest,
            kind=kind,
            name=name,
            path=kept.path,
            thumbnail=kept.thumbnail,
            width=facts.width,
            height=facts.height,
            duration_s=duration_s,
        ),
        readable_s=readable_s,
    )
