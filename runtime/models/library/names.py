"""Names for folders that every system and every drive accepts."""

import re
import unicodedata
from collections.abc import Collection

_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
# A name may have 255 bytes on Linux; a part's suffix and a number are added to it.
_LONGEST_BYTES = 120


def safe_name(text: str) -> str:
    """A name as close to the text as any drive allows."""
    name = _FORBIDDEN.sub("_", unicodedata.normalize("NFC", text))
    name = name.encode("utf-8", errors="replace")[:_LONGEST_BYTES].decode(errors="ignore")
    # Names that begin with a dot are hidden, and ours; Windows cuts dots and spaces at the end.
    name = name.strip(". ")
    if not name or _RESERVED.fullmatch(name):
        return f"model {name}".strip()
    return name


def free_name(text: str, taken: Collection[str]) -> str:
    """A safe name that nothing else has, whatever the case of its letters."""
    folded = {name.casefold() for name in taken}
    name = safe_name(text)
    candidate, number = name, 1
    while candidate.casefold() in folded:
        number += 1
        candidate = f"{name} ({number})"
    return candidate
