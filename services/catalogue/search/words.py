"""How text becomes words, the same way for documents, for what is looked for and for what is shown. Pure.

A word is folded (no case, accents nor ligatures); whatever is neither letter nor digit separates, so that both apostrophes, hyphens,
slashes and no-break spaces do what people mean by them. PostgreSQL's own parser is not asked: under the builtin `C.UTF-8` locale it takes
`d’insertion` for one word, `habitat/logement` for a path and `ville.Les` for a host name.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from services.common.texts import fold

#: Lexemes of a word (none for a stop word), as the French dictionary gives them.
Stems = Mapping[str, str]

#: Longer is no word: a key, an address, a drawing.
LONGEST = 60
#: Stop words the dictionary knows only with their accents. `été` is not one here: there are « Quartiers d'été ».
_STOPS = frozenset(
    [
        "a",
        "à",
        "même",
        "mêmes",
        "étée",
        "étées",
        "étés",
        "étant",
        "étante",
        "étants",
        "êtes",
        "était",
        "étaient",
        "étions",
        "étiez",
        "fûmes",
        "fûtes",
        "eût",
        "eûmes",
    ]
)
STOPS = frozenset(fold(word) for word in _STOPS)

_WORD = re.compile(r"[^\W_]+")
#: `Q.P.V.` is one word.
_DOTTED = re.compile(r"(?<!\w)(?:[^\W\d_]\.){2,}[^\W\d_]?(?!\w)")
#: Marks after a letter that folding takes away: they are part of the word they follow.
_MARKS = re.compile(r"[\u0300-\u036f]+")

#: What a lexeme is said of: a word of the title, of the document's own text (not its files), and as it is spelt there.
TITLE, OWN, SPELT = "=", "+", "^"
LAST_POSITION = 16_383
_MOST_LEXEMES = 40_000


class Token(NamedTuple):
    """A word where it stands in a text."""

    word: str
    start: int
    end: int


def tokens(text: str) -> Iterator[Token]:
    """Words of a text, in order."""
    dotted = {found.start(): found for found in _DOTTED.finditer(text)} if "." in text else {}
    position = 0
    for found in _WORD.finditer(_MARKS.sub(_letters, text)):
        start, end = found.span()
        if start < position:
            continue
        if start in dotted:
            end = dotted[start].end()
        position = end
        for part in _parts(text[start:end]):
            yield Token(part, start, end)


def _letters(found: re.Match[str]) -> str:
    return "x" * len(found.group())


@lru_cache(maxsize=200_000)
def _parts(raw: str) -> tuple[str, ...]:
    """Folded, the dots of an acronym taken away; a fraction written as one character is two numbers."""
    # Twice: some letters of mathematics are decomposed into capitals.
    return tuple(part[:LONGEST] for part in _WORD.findall(fold(fold(raw)).replace(".", "")))


def words(text: str) -> list[str]:
    return [token.word for token in tokens(text)] if _is_uncommon(text) else [part for raw in raws(text) for part in _parts(raw)]


def raws(text: str) -> list[str]:
    """Words as they are written, of a text without dotted acronyms nor marks that combine."""
    return _WORD.findall(text)


def _is_uncommon(text: str) -> bool:
    return _DOTTED.search(text) is not None or _MARKS.search(text) is not None


class Reading:
    """A text whose words are only told apart where they are looked for: most of them are never shown."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(tokens(text)) if _is_uncommon(text) else None
        self._raws = set() if self._tokens is not None else set(raws(text))

    @property
    def distinct(self) -> set[str]:
        """Its words, each once."""
        if self._tokens is not None:
            return {token.word for token in self._tokens}
        return {part for raw in self._raws for part in _parts(raw)}

    def where(self, is_wanted: Callable[[str], bool]) -> list[Token]:
        """The wanted words, where they stand."""
        if self._tokens is not None:
            return [token for token in self._tokens if is_wanted(token.word)]
        wanted = {raw: part for raw in self._raws for part in reversed(_parts(raw)) if is_wanted(part)}
        if not wanted:
            return []
        return [Token(wanted[found.group()], *found.span()) for found in _WORD.finditer(self._text) if found.group() in wanted]


def accented(text: str) -> bool:
    """Whether some letter has an accent: `pré` is not the acronym PRE."""
    return any(unicodedata.combining(c) for c in unicodedata.normalize("NFKD", text))


def vector(
    parts: Sequence[tuple[str, Sequence[str]]], stems: Stems, *, own: frozenset[str] = frozenset("ABC"), title: str = "A"
) -> str:
    """A tsvector's text from `(weight, words)` in order. Words of the title and of the document's own text are marked as such too."""
    places: dict[str, list[str]] = {}
    marks: dict[str, None] = {}
    position = 0
    for weight, said in parts:
        for word in said:
            position = min(position + 1, LAST_POSITION)
            lexeme = stems.get(word)
            if not lexeme:
                continue
            found = places.get(lexeme)
            if found is None:
                if len(places) >= _MOST_LEXEMES:
                    continue
                found = places[lexeme] = []
            place = f"{position}{weight}"
            if len(found) < 255 and (not found or found[-1] != place):
                found.append(place)
            if weight in own and len(marks) < _MOST_LEXEMES:
                marks[OWN + lexeme] = None
                if weight == title:
                    marks[TITLE + lexeme] = None
                if weight != "C":
                    marks[SPELT + word] = None
        position = min(position + 5, LAST_POSITION)  # a phrase does not run from a part into the next
    told = [f"'{lexeme}':{','.join(found)}" for lexeme, found in places.items()]
    return " ".join([*told, *(f"'{mark}'" for mark in marks)])


def sort_key(title: str) -> str:
    """What titles are ordered by: leading articles kept, accents and case aside."""
    return " ".join(words(title))[:80]
