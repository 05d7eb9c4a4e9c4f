"""Where the words looked for are, in what a result shows: HTML in which `<mark>` is the only tag. Pure."""

from collections.abc import Callable
from html import escape

from .words import Reading, Token

#: Characters of an extract, and how far a long text is read for one.
EXTRACT = 280
READ = 6_000

Marked = Callable[[str], bool]


def read(text: str) -> Reading:
    """As much of a text as is read for a result."""
    return Reading(text[:READ])


def marked(text: str, is_marked: Marked, said: Reading | None = None) -> str | None:
    """The whole text with its words marked; None when there are none. `said` is the text, when it was read before."""
    found = (said or read(text)).where(is_marked)
    return _written(text, 0, len(text), found) if found else None


def extract(text: str, is_marked: Marked, said: Reading | None = None, *, length: int = EXTRACT) -> str | None:
    """The passage with most of the words, marked; None when there are none."""
    text = text[:READ]
    found = (said or read(text)).where(is_marked)
    if not found:
        return None
    best, most = 0, 0
    for first, token in enumerate(found):
        near = {each.word for each in found[first : first + 20] if each.end <= token.start + length}
        if len(near) > most:
            best, most = first, len(near)
    start = max(0, found[best].start - length // 4)
    if start:
        start = text.find(" ", start, found[best].start) + 1 or found[best].start
    end = min(len(text), start + length)
    if end < len(text):
        end = max(text.rfind(" ", start, end), found[best].end)
    inside = [token for token in found if token.start >= start and token.end <= end]
    shown = _written(text, start, end, inside)
    return f"{'… ' if start else ''}{shown}{' …' if end < len(text) else ''}"


def _written(text: str, start: int, end: int, found: list[Token]) -> str:
    parts = []
    position = start
    for token in found:
        if token.start < position:
            continue
        parts += [escape(text[position : token.start], quote=False), "<mark>", escape(text[token.start : token.end], quote=False)]
        parts.append("</mark>")
        position = token.end
    return "".join([*parts, escape(text[position:end], quote=False)])
