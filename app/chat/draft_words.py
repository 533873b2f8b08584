"""Which words of a question will not change any more as it is typed on."""

# Longer than a word; text without blanks is Chinese, Japanese, Thai or the like.
_LONGEST_WORD = 40
# Characters at the end of such text that belong to a word not yet whole.
_UNSETTLED = 8
# Beyond this a draft is sent, not watched.
_LONGEST_DRAFT = 50_000


def whole_words(text: str) -> str:
    """A draft without the word that is being typed."""
    if len(text) > _LONGEST_DRAFT:
        return ""
    end = len(text)
    while end and not text[end - 1].isspace():
        end -= 1
    if len(text) - end > _LONGEST_WORD:
        end = len(text) - _UNSETTLED
    return text[:end].strip()
