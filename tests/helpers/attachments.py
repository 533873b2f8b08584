"""Attachments for tests that need no decoder."""

from pathlib import Path

from app.chat.storage.attachment_files import AttachmentFiles
from app.chat.turns import Attachment, AttachmentKind


def make_attachment(folder: Path, name: str, content: bytes) -> Attachment:
    """Keep a file as if it were a picture."""
    source = folder.parent / name
    source.write_bytes(content)
    kept = AttachmentFiles(folder).keep(source)
    kept.thumbnail.write_bytes(b"a small picture")
    return Attachment(
        digest=kept.digest,
        kind=AttachmentKind.PICTURE,
        name=name,
        path=kept.path,
        thumbnail=kept.thumbnail,
        width=4,
        height=3,
    )
