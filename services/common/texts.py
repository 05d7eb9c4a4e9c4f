"""Text that people type: cleaned when it enters, folded when it is searched."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

from .language import Text

#: Characters that turn the reading direction: they disguise a name.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
#: Controls and lone halves of characters.
_UNSEEN = frozenset(("Cc", "Cs"))


def one_line(text: str) -> str:
    """The text on one line, its spaces single; control and direction-changing characters are refused."""
    line = " ".join(text.split())
    if any(unicodedata.category(c) == "Cc" or c in _TURNING for c in line):
        raise ValueError(
            Text("Un caractère invisible est refusé dans ce texte.", "An invisible character is refused in this text.")
        )
    composed = unicodedata.normalize("NFC", line)
    return composed if len(composed) <= len(line) else line


def paragraphs(text: str) -> str:
    """The text with its lines; what would disguise it or break a document made of it (control and turning characters) is taken out."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        c for c in lines if c in "\n\t" or not (c in _TURNING or c in "\ufffe\uffff" or unicodedata.category(c) in _UNSEEN)
    )


def fold(text: str) -> str:
    """Without case, accents nor ligatures, so that `École` is found by `ecole`."""
    plain = text.casefold().replace("œ", "oe").replace("æ", "ae").replace("’", "'")
    return " ".join("".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c)).split())


def patterns(words: str) -> list[str]:
    """One LIKE pattern for each word looked for, its own wildcards disarmed."""
    escaped = (word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") for word in fold(words).split())
    return [f"%{word}%" for word in escaped]


Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(one_line)]
ShortName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120), AfterValidator(one_line)]
#: What is looked for; an empty one finds everything.
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100), AfterValidator(one_line)]
