"""What two texts share: words, shingles, a sketch to find candidates by, and the passages to quote. Pure.

The sketch is winnowing (Schleimer, Wilkerson, Aiken, "Winnowing: Local Algorithms for Document Fingerprinting", SIGMOD 2003): of
every `window` consecutive fingerprints the least is kept, so that a run of at least `window + PRINTED - 1` words that two texts
share always leaves them a fingerprint in common. MinHash estimates how alike two whole texts are and would miss a paragraph copied
into a longer one. The exact share is Broder's containment of word shingles ("On the resemblance and containment of documents",
1997), weighted.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from zlib import crc32

from services.common.texts import fold

#: Words of a shingle: what is compared exactly.
SHINGLE = 3
#: Words of a fingerprint: what candidates are found by; fewer would find everybody.
PRINTED = 4
_WINDOW = 4
#: Most fingerprints of one text: beyond, the window widens.
_MOST_PRINTS = 600
#: Words of the shortest passage worth quoting, passages quoted, characters of one quotation.
_QUOTED_WORDS, _QUOTED, _QUOTED_CHARACTERS = 6, 3, 400
#: Words of sentences about the neighbourhood: with two of them, a sentence says where the action is and nothing of what it is.
_SETTING = re.compile(
    r"\b(?:compte|pauvrete|menages?|chomage|revenus?|taux|diagnostic|population|recensement|insee|seuil|prioritaires?|contrat de ville"
    r"|moins de (?:25|vingt cinq) ans)\b"
)
_SENTENCE = re.compile(r"[^.!?\n]+")
#: What is done says more of an action than why: neighbours describe the same needs in the same words.
DONE, NEEDED = 3, 1

_WORD = re.compile(r"[^\W_]+")

Shingle = tuple[str, ...]


@dataclass(frozen=True)
class Described:
    """The two texts of an action: what is done, and the need it answers."""

    description: str
    need: str = ""

    @cached_property
    def weights(self) -> Mapping[Shingle, int]:
        """Every shingle, with what it counts for; sentences about the neighbourhood count for nothing, unless there are no others."""
        done, needed = _own_words(self.description), _own_words(self.need)
        if not (done or needed):
            done, needed = words(self.description), words(self.need)
        return {**dict.fromkeys(shingles(needed), NEEDED), **dict.fromkeys(shingles(done), DONE)}

    @cached_property
    def done(self) -> "Described":
        """What is done, alone."""
        return Described(self.description)


def _own_words(text: str) -> list[str]:
    """The words of the sentences that are not about the neighbourhood."""
    sentences = (words(sentence) for sentence in _SENTENCE.findall(text))
    return [word for sentence in sentences if len(set(_SETTING.findall(" ".join(sentence)))) < 2 for word in sentence]


def words(text: str) -> list[str]:
    """The words as they are compared: without case, accents, punctuation."""
    return _WORD.findall(fold(text))


def shingles(of: Sequence[str], size: int = SHINGLE) -> list[Shingle]:
    """Runs of `size` words, in order; a shorter text is one run."""
    if not of:
        return []
    return [tuple(of[at : at + size]) for at in range(max(1, len(of) - size + 1))]


def sketch(text: str) -> list[int]:
    """Fingerprints of the text (32 bits, signed), each once, in growing order."""
    prints = [crc32(" ".join(run).encode()) - 2**31 for run in shingles(words(text), PRINTED)]
    window = max(_WINDOW, -(-2 * len(prints) // _MOST_PRINTS))
    return sorted({min(prints[at : at + window]) for at in range(max(1, len(prints) - window + 1))}) if prints else []


def share(one: Described, other: Described) -> float:
    """How much of the smaller text the other one holds, in [0, 1]: 1 when it is there whole, in whatever order."""
    least = min(sum(one.weights.values()), sum(other.weights.values()))
    if not least:
        return 0.0
    return sum(min(one.weights[each], other.weights[each]) for each in one.weights.keys() & other.weights.keys()) / least


def shared_count(one: Described, other: Described) -> int:
    """Shingles both texts hold."""
    return len(one.weights.keys() & other.weights.keys())


def passages(one: Described, other: Described) -> list[str]:
    """The longest passages of `one` that `other` holds word for word, longest first, as they are written in `one`."""
    found: list[tuple[int, str]] = []
    places: dict[Shingle, list[int]] = {}
    there = [*words(other.description), "\n", *words(other.need)]
    for at, run in enumerate(shingles(there)):
        places.setdefault(run, []).append(at)
    for text in (one.description, one.need):
        found += _runs(text, there, places)
    longest = dict.fromkeys(quoted for _, quoted in sorted(found, key=lambda each: -each[0]))
    return list(longest)[:_QUOTED]


def _runs(text: str, there: Sequence[str], places: Mapping[Shingle, list[int]]) -> list[tuple[int, str]]:
    """Maximal runs of the text that are in `there`: how many words, and the text as it is written."""
    spans = [(fold(match[0]), match.start(), match.end()) for match in _WORD.finditer(text)]
    here = [word for word, _, _ in spans]
    found, at = [], 0
    while at <= len(here) - SHINGLE:
        length = max((_alike(here, at, there, place) for place in places.get(tuple(here[at : at + SHINGLE]), ())), default=0)
        if length >= _QUOTED_WORDS:
            found.append((length, _cut(text[spans[at][1] : spans[at + length - 1][2]])))
        at += max(1, length - SHINGLE + 1)
    return found


def _alike(here: Sequence[str], at: int, there: Sequence[str], place: int) -> int:
    length = 0
    while at + length < len(here) and place + length < len(there) and here[at + length] == there[place + length]:
        length += 1
    return length


def _cut(passage: str) -> str:
    return passage if len(passage) <= _QUOTED_CHARACTERS else passage[: _QUOTED_CHARACTERS - 1].rsplit(" ", 1)[0] + "…"
