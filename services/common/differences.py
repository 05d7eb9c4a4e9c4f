"""What changed between two texts or two lists. Pure, exact and bounded: applied to the old, a difference gives the new.

The shortest difference is looked for (E. Myers, "An O(ND) difference algorithm", 1986) among the lines and sentences, then among the
words of those that changed. Its cost is bounded by an effort shared by everything that is compared: once it is spent, what is left is
shown as taken out and written anew, which is true, if less fine.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, NamedTuple

#: Steps of the search, about half a microsecond each.
EFFORT = 800_000
#: Fewer common words than this between two changes are shown inside the change: alternating word by word is not readable.
_ISLET = 3
#: Words shown on each side of a change.
_AROUND = 12

_SENTENCES = re.compile(r"[^\n.!?…]*(?:[\n.!?…]+\s*|$)")
_WORDS = re.compile(r"\S+\s*|\s+")

SAME, REMOVED, ADDED = "same", "removed", "added"


@dataclass
class Effort:
    """Steps that may still be taken."""

    left: int = EFFORT


class Run(NamedTuple):
    """Elements `old[a:b]` became `new[c:d]`; they are the same when `same`."""

    same: bool
    a: int
    b: int
    c: int
    d: int


class Part(NamedTuple):
    """A piece of text: `same`, `removed` or `added`."""

    op: str
    text: str


@dataclass
class Hunk:
    """A place of the text that changed, with some words around it; positions count characters."""

    before_at: int
    after_at: int
    parts: list[Part] = field(default_factory=list)


class _Piece(NamedTuple):
    """A stretch of both texts, the same in both when `old is new`."""

    old: str
    new: str
    same: bool


def runs(old: Sequence[Any], new: Sequence[Any], effort: Effort) -> list[Run]:
    """How one sequence becomes the other, in order and covering both; the middle is one change when the effort is spent."""
    start, shortest = 0, min(len(old), len(new))
    while start < shortest and old[start] == new[start]:
        start += 1
    end = 0
    while end < shortest - start and old[-1 - end] == new[-1 - end]:
        end += 1
    matches = [(at, at) for at in range(start)]
    middle = _matches(old[start : len(old) - end], new[start : len(new) - end], effort)
    matches += [(x + start, y + start) for x, y in middle]
    matches += [(len(old) - at, len(new) - at) for at in range(end, 0, -1)]
    return _gathered(matches, len(old), len(new))


def _matches(old: Sequence[Any], new: Sequence[Any], effort: Effort) -> list[tuple[int, int]]:
    """Positions of what both keep, in order; none when the search costs more than is left."""
    n, m = len(old), len(new)
    if not n or not m:
        return []
    zero = n + m + 1
    furthest = [0] * (2 * zero + 1)
    trace: list[list[int]] = []
    for depth in range(n + m + 1):
        effort.left -= depth + 1
        if effort.left < 0:
            return []
        trace.append(furthest[zero - depth - 1 : zero + depth + 2])
        for k in range(-depth, depth + 1, 2):
            at = zero + k
            down = k == -depth or (k != depth and furthest[at - 1] < furthest[at + 1])
            x = furthest[at + 1] if down else furthest[at - 1] + 1
            y = x - k
            while x < n and y < m and old[x] == new[y]:
                x, y, effort.left = x + 1, y + 1, effort.left - 1
            furthest[at] = x
            if x >= n and y >= m:
                return _walked(trace, n, m)
    return []


def _walked(trace: list[list[int]], x: int, y: int) -> list[tuple[int, int]]:
    """The matches along the path that led to (x, y); `trace[depth][k + depth + 1]` is how far diagonal k went before that depth."""
    found = []
    for depth in range(len(trace) - 1, 0, -1):
        known, k = trace[depth], x - y
        down = k == -depth or (k != depth and known[k + depth] < known[k + depth + 2])
        before = k + 1 if down else k - 1
        x0 = known[before + depth + 1]
        y0 = x0 - before
        while x > x0 and y > y0:
            x, y = x - 1, y - 1
            found.append((x, y))
        x, y = x0, y0
    while x > 0 and y > 0:
        x, y = x - 1, y - 1
        found.append((x, y))
    return found[::-1]


def _gathered(matches: Iterable[tuple[int, int]], n: int, m: int) -> list[Run]:
    found: list[Run] = []
    a = c = 0
    for x, y in [*matches, (n, m)]:
        if x > a or y > c:
            found.append(Run(False, a, x, c, y))
        if x == n and y == m:
            break
        last = found[-1] if found else None
        if last is not None and last.same and (last.b, last.d) == (x, y):
            found[-1] = Run(True, last.a, x + 1, last.c, y + 1)
        else:
            found.append(Run(True, x, x + 1, y, y + 1))
        a, c = x + 1, y + 1
    return found


def text_hunks(old: str, new: str, effort: Effort) -> list[Hunk]:
    """Where a text changed, word by word, with some words around each change."""
    if old == new:
        return []
    return _hunks(_without_islets(_pieces(old, new, effort)))


def patched(old: str, hunks: Iterable[Hunk]) -> str:
    """The new text: what a reader of the difference does with it."""
    found, at = [], 0
    for hunk in hunks:
        found.append(old[at : hunk.before_at])
        found += [part.text for part in hunk.parts if part.op != REMOVED]
        at = hunk.before_at + sum(len(part.text) for part in hunk.parts if part.op != ADDED)
    return "".join([*found, old[at:]])


def _pieces(old: str, new: str, effort: Effort) -> list[_Piece]:
    before, after = _SENTENCES.findall(old), _SENTENCES.findall(new)
    # Half for the sentences, so that the words of those that changed have their share.
    own = Effort(effort.left // 2)
    spent = own.left
    found = []
    for run in runs(before, after, own):
        was, is_now = "".join(before[run.a : run.b]), "".join(after[run.c : run.d])
        if run.same:
            found.append(_Piece(was, was, True))
        else:
            found.append(_Piece(was, is_now, False))
    effort.left -= spent - max(own.left, 0)
    return [word for piece in found for word in ([piece] if piece.same else _words(piece, effort))]


def _words(piece: _Piece, effort: Effort) -> list[_Piece]:
    before, after = _WORDS.findall(piece.old), _WORDS.findall(piece.new)
    return [_Piece("".join(before[run.a : run.b]), "".join(after[run.c : run.d]), run.same) for run in runs(before, after, effort)]


def _without_islets(pieces: list[_Piece]) -> list[_Piece]:
    """Pieces where a change and a common stretch alternate, no common stretch between two changes being too short to be read."""
    merged = _merged(pieces)
    inner = range(1, len(merged) - 1)
    return _merged(
        [
            piece._replace(same=False) if position in inner and piece.same and _fewer_words(piece.old, _ISLET) else piece
            for position, piece in enumerate(merged)
        ]
    )


def _merged(pieces: Iterable[_Piece]) -> list[_Piece]:
    found: list[_Piece] = []
    for same, each in groupby(pieces, key=lambda piece: piece.same):
        together = list(each)
        found.append(_Piece("".join(piece.old for piece in together), "".join(piece.new for piece in together), same))
    return found


def _fewer_words(text: str, count: int) -> bool:
    return len(_WORDS.findall(text[: 40 * count])) < count and len(text) <= 40 * count


def _hunks(pieces: list[_Piece]) -> list[Hunk]:
    found: list[Hunk] = []
    x = y = 0
    waiting = ""  # what is common since the last change
    for piece in pieces:
        if piece.same:
            waiting = piece.old
        else:
            words = _WORDS.findall(waiting)
            if found and len(words) <= 2 * _AROUND:
                found[-1].parts.append(Part(SAME, waiting))
            else:
                if found:
                    found[-1].parts.append(Part(SAME, "".join(words[:_AROUND])))
                lead = "".join(words[-_AROUND:])
                found.append(Hunk(x - len(lead), y - len(lead), [Part(SAME, lead)]))
            found[-1].parts += [Part(REMOVED, piece.old), Part(ADDED, piece.new)]
            waiting = ""
        x, y = x + len(piece.old), y + len(piece.new)
    if found and waiting:
        found[-1].parts.append(Part(SAME, "".join(_WORDS.findall(waiting)[:_AROUND])))
    for hunk in found:
        hunk.parts = [part for part in hunk.parts if part.text]
    return found
