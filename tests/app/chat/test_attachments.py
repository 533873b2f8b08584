"""Files through the real media process."""

import os
import sys
from pathlib import Path

import pytest
from helpers.chat_session import ChatSession
from PIL import Image
from PySide6.QtGui import QColor, QImage

from app.chat.attachments import Attachments, StoredAttachment
from app.chat.draft_attachments import EntryId
from app.chat.turns import Attachment, AttachmentKind
from app.notifications.notification import NotificationKind
from runtime.media.media_info import VideoFacts


def write_picture(path: Path, size: tuple[int, int] = (40, 30)) -> Path:
    Image.new("RGB", size, "teal").save(path)
    return path


def settled(session: ChatSession) -> list[Attachment]:
    session.qtbot.waitUntil(lambda: session.draft_attachments.is_settled, timeout=20_000)
    return [
        entry.attachment
        for entry in session.draft_attachments.entries()
        if entry.attachment is not None
    ]


def test_that_a_picture_becomes_an_attachment_with_a_thumbnail(
    session: ChatSession, tmp_path: Path
) -> None:
    session.attachments.add_files((write_picture(tmp_path / "holiday.png"),))
    (attachment,) = settled(session)
    assert (attachment.kind, attachment.name) == (AttachmentKind.PICTURE, "holiday.png")
    assert (attachment.width, attachment.height) == (40, 30)
    assert attachment.path.read_bytes() == (tmp_path / "holiday.png").read_bytes()
    assert not QImage(str(attachment.thumbnail)).isNull()


def test_that_the_same_picture_twice_is_two_attachments(
    session: ChatSession, tmp_path: Path
) -> None:
    path = write_picture(tmp_path / "holiday.png")
    session.attachments.add_files((path, path))
    first, second = settled(session)
    assert first == second


def test_that_pictures_keep_the_order_in_which_they_were_given(
    session: ChatSession, tmp_path: Path
) -> None:
    large = write_picture(tmp_path / "large.png", (4000, 3000))
    small = write_picture(tmp_path / "small.png")
    session.attachments.add_files((large, small))
    assert [each.name for each in settled(session)] == ["large.png", "small.png"]


def test_that_a_pasted_picture_is_kept_like_a_file(session: ChatSession) -> None:
    picture = QImage(12, 9, QImage.Format.Format_RGB32)
    picture.fill(QColor("teal"))
    session.attachments.add_picture(picture)
    picture.fill(QColor("red"))
    (attachment,) = settled(session)
    assert (attachment.name, attachment.width) == ("Pasted picture.png", 12)
    assert QImage(str(attachment.path)).pixelColor(3, 3) == QColor("teal")


@pytest.mark.parametrize(
    ("name", "content", "title"),
    [
        ("empty.png", b"", "“empty.png” is empty."),
        ("notes.txt", b"just words", "“notes.txt” is not a picture or a video."),
        ("gone.png", None, "“gone.png” is not there any more."),
    ],
)
def test_that_a_file_that_cannot_be_used_is_told_in_one_sentence(
    session: ChatSession, tmp_path: Path, name: str, content: bytes | None, title: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    session.attachments.add_files((tmp_path / name,))
    session.qtbot.waitUntil(lambda: len(session.view.notifications) == 1, timeout=20_000)
    assert session.view.notifications[0].title == title
    assert session.draft_attachments.entries() == ()


def test_that_a_truncated_picture_is_told_by_the_users_name_for_it(
    session: ChatSession, tmp_path: Path
) -> None:
    path = tmp_path / "photo.png"
    Image.effect_noise((400, 300), 90).save(path)
    path.write_bytes(path.read_bytes()[:-30_000])
    session.attachments.add_files((path,))
    session.qtbot.waitUntil(lambda: len(session.view.notifications) == 1, timeout=20_000)
    assert session.view.notifications[0].title.startswith("“photo.png” is damaged")
    assert session.draft_attachments.entries() == ()


def test_that_a_picture_of_too_many_pixels_is_told_with_its_size(
    session: ChatSession, tmp_path: Path
) -> None:
    Image.new("1", (30_000, 30_000)).save(tmp_path / "huge.png")
    session.attachments.add_files((tmp_path / "huge.png",))
    session.qtbot.waitUntil(lambda: len(session.view.notifications) == 1, timeout=20_000)
    title = session.view.notifications[0].title
    assert title == "“huge.png” has too many pixels: 30000 × 30000."  # noqa: RUF001


def test_that_a_folder_is_told(session: ChatSession, tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    session.attachments.add_files((tmp_path / "pictures",))
    session.qtbot.waitUntil(lambda: len(session.view.notifications) == 1)
    assert session.view.notifications[0].title == "“pictures” is a folder."


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such pipes")
def test_that_a_pipe_is_refused_without_waiting_for_it(
    session: ChatSession, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    session.attachments.add_files((tmp_path / "pipe.png",))
    session.qtbot.waitUntil(lambda: len(session.view.notifications) == 1)
    assert session.view.notifications[0].title == "“pipe.png” cannot be read."


def test_that_a_file_taken_out_while_it_is_looked_at_is_not_heard_of_again(
    session: ChatSession, tmp_path: Path
) -> None:
    (tmp_path / "empty.png").touch()
    session.attachments.add_files((tmp_path / "empty.png", write_picture(tmp_path / "a.png")))
    session.attachments.remove(session.draft_attachments.entries()[0].entry_id)
    assert [each.name for each in settled(session)] == ["a.png"]
    assert session.view.notifications == []


def test_that_a_picture_that_is_only_a_link_is_told(session: ChatSession) -> None:
    session.attachments.refuse_remote()
    assert session.view.notifications[0].kind is NotificationKind.WARNING


@pytest.mark.parametrize(
    ("readable_s", "told"),
    [(3.0, ["“clip.mp4” is cut off."]), (9.8, []), (10.0, [])],
)
def test_that_a_video_that_is_cut_off_is_told_and_sent_all_the_same(
    session: ChatSession, readable_s: float, told: list[str]
) -> None:
    entry = session.draft_attachments.add("clip.mp4")
    settle_video(session.attachments, entry, readable_s)
    assert [notification.title for notification in session.view.notifications] == told
    assert session.draft_attachments.is_settled


def settle_video(attachments: Attachments, entry: EntryId, readable_s: float) -> None:
    facts = VideoFacts(width=4, height=3, duration_s=10.0, readable_s=readable_s)
    attachment = Attachment(
        digest="ab",
        kind=AttachmentKind.VIDEO,
        name="clip.mp4",
        path=Path("clip.mp4"),
        thumbnail=Path("clip.png"),
        width=facts.width,
        height=facts.height,
        duration_s=facts.duration_s,
    )
    attachments._on_kept(
        entry, StoredAttachment(attachment=attachment, readable_s=facts.readable_s)
    )
