"""Text that people type: cleaned when it enters, folded when it is searched."""

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

from .language import Text

#: Characters that turn the reading direction: they disguise a name.
_TURNING = "\u202a-\u202e\u2066-\u2069"
#: Controls (Unicode's `Cc`), and lone halves of characters (`Cs`).
_CONTROLS, _HALVES = "\x00-\x1f\x7f-\x9f", "\ud800-\udfff"
_REFUSED = re.compile(f"[{_CONTROLS}{_TURNING}]")
_UNSEEN = re.compile(rf"(?![\n\t])[{_CONTROLS}{_HALVES}{_TURNING}\ufffe\uffff]")


def one_line(text: str) -> str:
    """The text on one line, its spaces single; control and direction-changing characters are refused."""
    line = " ".join(text.split())
    if _REFUSED.search(line):
        raise ValueError(
            Text("Un caractère invisible est refusé dans ce texte.", "An invisible character is refused in this text.")
        )
    composed = unicodedata.normalize("NFC", line)
    return composed if len(composed) <= len(line) else line


def paragraphs(text: str) -> str:
    """The text with its lines; what would disguise it or break a document made of it (control and turning characters) is taken out."""
    return _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


_REMEMBERED = 10_000


class _Bare(dict[int, int | None]):
    """For `str.translate`: what only combines with a letter goes. Each character of usual texts is looked up once."""

    def __missing__(self, code: int) -> int | None:
        kept = None if unicodedata.combining(chr(code)) else code
        if len(self) < _REMEMBERED:
            self[code] = kept
        return kept


_BARE = _Bare()


def fold(text: str) -> str:
    """Without case, accents nor ligatures, so that `École` is found by `ecole`."""
    plain = text.casefold().replace("’", "'")
    if not plain.isascii():
        plain = unicodedata.normalize("NFKD", plain.replace("œ", "oe").replace("æ", "ae")).translate(_BARE)
    return " ".join(plain.split())


def patterns(words: str) -> list[str]:
    """One LIKE pattern for each word looked for, its own wildcards disarmed."""
    escaped = (word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") for word in fold(words).split())
    return [f"%{word}%" for word in escaped]


Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(one_line)]
ShortName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120), AfterValidator(one_line)]
#: What is looked for; an empty one finds everything.
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100), AfterValidator(one_line)]
