"""How what people type is read, and what is asked of the index for it. Pure: no database, no clock, no I/O.

Typed            Read as
`accès droits`   both words, in any order, anywhere; their plurals too
`"droit commun"` these words side by side; « » and “ ” do the same
`-logement`      not this word; `-"droit commun"` not this phrase
`habit*`         words that begin so
Anything else that is neither letter nor digit separates words.
"""

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

from .words import OWN, SPELT, STOPS, TITLE, Stems, accented, words

#: Words of a query that are read; the rest is let go, and the answer says so.
MOST_WORDS = 32
_MOST_READ = 2_000
#: A single letter begins half of the language.
_SHORTEST_PREFIX = 2
#: From this many letters on, two slips are forgiven.
_LONG_WORD = 9
_QUOTED = re.compile(r'(?P<no>(?<!\S)-)?(?:"(?P<a>[^"]*)"|«(?P<b>[^»]*)»|“(?P<c>[^”]*)”)')
_CHUNK = re.compile(r"(?P<no>(?<!\S)-+)?(?P<text>[^\s]+)")
_JOINED = re.compile(r"\w[-/]\w")


@dataclass(frozen=True)
class Term:
    """A word, or a phrase of several, that is looked for or excluded."""

    words: tuple[str, ...]
    phrase: bool = False
    excluded: bool = False
    prefix: bool = False
    #: May stand for an acronym: typed alone, without accent.
    alone: bool = True


@dataclass(frozen=True)
class Query:
    """What was typed, read."""

    terms: tuple[Term, ...] = ()
    #: Words were left out, there were too many.
    shortened: bool = False

    @property
    def wanted(self) -> tuple[Term, ...]:
        return tuple(term for term in self.terms if not term.excluded)

    @property
    def all_words(self) -> set[str]:
        return {word for term in self.terms for word in term.words}


def read(typed: str) -> Query:
    """The query; whatever is typed has one, at worst empty."""
    clean = "".join(" " if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} else c for c in typed[:_MOST_READ])
    terms: list[Term] = []
    position = 0
    for found in _QUOTED.finditer(clean):
        terms += _loose(clean[position : found.start()])
        inside = next(each for each in (found["a"], found["b"], found["c"]) if each is not None)
        said = tuple(words(inside))
        if said:
            terms.append(Term(said, phrase=True, excluded=bool(found["no"])))
        position = found.end()
    terms += _loose(clean[position:])
    kept: list[Term] = []
    room = MOST_WORDS
    for term in terms:
        if len(term.words) > room:
            break
        room -= len(term.words)
        kept.append(term)
    return Query(tuple(kept), shortened=len(kept) < len(terms) or len(typed) > _MOST_READ)


def _loose(text: str) -> list[Term]:
    terms: list[Term] = []
    for found in _CHUNK.finditer(text):
        said = words(found["text"])
        if not said:
            continue
        if found["no"]:
            # -l'habitat excludes habitat, not every « l ».
            significant = [word for word in said if len(word) > 1] or said
            terms.append(Term(tuple(significant), phrase=len(significant) > 1, excluded=True))
            continue
        prefix = found["text"].endswith("*") and len(said[-1]) >= _SHORTEST_PREFIX
        alone = not (_JOINED.search(found["text"]) or accented(found["text"]))
        terms += [Term((word,), alone=alone, prefix=prefix and word is said[-1]) for word in said]
    return terms


@dataclass(frozen=True)
class Groups:
    """Words that mean the same, by the lexemes of each way to say it."""

    #: lexemes of a form → the other forms of its groups: (lexemes, as people write it)
    others: Mapping[tuple[str, ...], Sequence[tuple[tuple[str, ...], str]]] = field(default_factory=dict)
    longest: int = 1


def grouped(groups: Iterable[Sequence[str]], stems: Stems) -> Groups:
    """Groups ready to be looked up. Forms of one letter, or of stop words only, would match everything: they are left out."""
    others: dict[tuple[str, ...], dict[tuple[str, ...], str]] = {}
    for group in groups:
        forms: dict[tuple[str, ...], str] = {}
        for form in group:
            lexemes = significant(words(form), stems)
            if lexemes and sum(map(len, lexemes)) > 1:
                forms.setdefault(lexemes, form)
        for lexemes in forms:
            others.setdefault(lexemes, {}).update({each: form for each, form in forms.items() if each != lexemes})
    return Groups({key: list(value.items()) for key, value in others.items()}, max((len(key) for key in others), default=1))


def significant(said: Iterable[str], stems: Stems) -> tuple[str, ...]:
    """Lexemes of words, stop words left out."""
    return tuple(stems[word] for word in said if word not in STOPS and stems.get(word))


@dataclass(frozen=True)
class Node:
    """One of the things looked for: what was typed, or another way to say it. Each way is lexemes that must all be there."""

    ways: tuple[tuple[str, ...], ...]
    phrase: str = ""
    prefix: str = ""

    def anywhere(self) -> str:
        """In the files too as typed; other ways of several words in the document's own text only, where they mean it."""
        if self.phrase:
            return self.phrase
        said = [_all(way) if place == 0 or len(way) == 1 else _all(way, OWN) for place, way in enumerate(self.ways)]
        return self._or([*said, *self._begun(("", SPELT))])

    def within(self, mark: str) -> str:
        """In the title, or in the document's own text."""
        return self._or([*(_all(way, mark) for way in self.ways), *self._begun((mark,) if mark == TITLE else (mark, SPELT))])

    def _begun(self, marks: Sequence[str]) -> list[str]:
        return [f"'{mark}{self.prefix}':*" for mark in marks] if self.prefix else []

    @staticmethod
    def _or(said: Sequence[str]) -> str:
        return said[0] if len(said) == 1 else f"({' | '.join(said)})"


def _all(lexemes: Sequence[str], mark: str = "") -> str:
    said = [f"'{mark}{lexeme}'" for lexeme in lexemes]
    return said[0] if len(said) == 1 else f"({' & '.join(said)})"


@dataclass(frozen=True)
class Plan:
    """What is asked of the index. Texts are tsquery's own, made of lexemes only: nothing typed is in them."""

    nodes: tuple[Node, ...] = ()
    excluded: tuple[str, ...] = ()
    widened_with: tuple[str, ...] = ()
    #: Words looked for side by side, in their order: it is better to find them so.
    in_order: str = ""
    relaxed: bool = False

    @property
    def is_empty(self) -> bool:
        return not self.nodes and not self.excluded

    def matching(self) -> str:
        if self.relaxed:
            return self._but(_most([node.anywhere() for node in self.nodes]))
        return self._but(" & ".join(node.anywhere() for node in self.nodes))

    def in_title(self) -> str:
        return self._but(" & ".join(self._strictly(node, TITLE) for node in self.nodes))

    def in_own_text(self) -> str:
        return self._but(" & ".join(self._strictly(node, OWN) for node in self.nodes))

    def ranking(self) -> str:
        """What a document's rank is computed of: the words alone."""
        return " | ".join(node.anywhere() for node in self.nodes) if self.relaxed else " & ".join(n.anywhere() for n in self.nodes)

    @property
    def lexemes(self) -> frozenset[str]:
        """What is marked in results."""
        return frozenset(lexeme for node in self.nodes for way in node.ways for lexeme in way)

    @property
    def prefixes(self) -> tuple[str, ...]:
        return tuple(node.prefix for node in self.nodes if node.prefix)

    @staticmethod
    def _strictly(node: Node, mark: str) -> str:
        # Within the title the order is not known: a phrase is looked for as such besides.
        return f"{node.within(mark)} & {node.phrase}" if node.phrase else node.within(mark)

    def _but(self, said: str) -> str:
        return " & ".join([*([said] if said else []), *(f"!({each})" for each in self.excluded)])


def relaxed(strict: Plan) -> Plan:
    """The same with most of the words instead of all."""
    return replace(strict, relaxed=True)


def _most(said: Sequence[str]) -> str:
    """Most of these, when all of them are nowhere; any of them when they are many."""
    count = len(said)
    needed = count - 1 if count <= 3 else math.ceil(count * 2 / 3)
    if count > 8 or needed <= 1:
        return f"({' | '.join(said)})"
    return f"({' | '.join('(' + ' & '.join(some) + ')' for some in combinations(said, needed))})"


def plan(query: Query, stems: Stems, groups: Groups) -> Plan:
    """What is asked of the index for a query: each word in all the ways the vocabulary knows to say it."""
    nodes: list[Node] = []
    widened: dict[str, None] = {}
    loose: list[Term] = []

    def flush() -> None:
        nodes.extend(_nodes(loose, stems, groups, widened))
        loose.clear()

    for term in query.wanted:
        if not term.phrase:
            loose.append(term)
            continue
        flush()
        lexemes = significant(term.words, stems)
        if lexemes:
            nodes.append(Node((lexemes,), phrase=side_by_side(term.words, stems)))
    flush()
    excluded = [side_by_side(term.words, stems) for term in query.terms if term.excluded]
    loose_words = [word for term in query.wanted for word in term.words if not term.phrase]
    in_order = side_by_side(loose_words, stems) if len(significant(loose_words, stems)) > 1 else ""
    return Plan(tuple(dict.fromkeys(nodes)), tuple(each for each in excluded if each), tuple(widened), in_order)


def _nodes(terms: Sequence[Term], stems: Stems, groups: Groups, widened: dict[str, None]) -> Iterable[Node]:
    kept = [(term, stems.get(term.words[0], "")) for term in terms if term.words[0] not in STOPS or term.prefix]
    kept = [(term, lexeme) for term, lexeme in kept if lexeme or term.prefix]
    position = 0
    while position < len(kept):
        term, lexeme = kept[position]
        if term.prefix:
            ways = ((lexeme,),) if lexeme else ()
            yield Node(ways, prefix=term.words[0])
            position += 1
            continue
        taken = _longest(kept, position, groups)
        key = tuple(each for _, each in kept[position : position + taken])
        others = groups.others.get(key, ()) if taken > 1 or term.alone else ()
        widened.update({form: None for _, form in others})
        yield Node((key, *(lexemes for lexemes, _ in others)))
        position += taken


def _longest(kept: Sequence[tuple[Term, str]], position: int, groups: Groups) -> int:
    """How many words from there on are one form of the vocabulary; one when none is."""
    for count in range(min(groups.longest, len(kept) - position), 1, -1):
        some = kept[position : position + count]
        if tuple(lexeme for _, lexeme in some) in groups.others and not any(term.prefix for term, _ in some):
            return count
    return 1


def side_by_side(said: Sequence[str], stems: Stems) -> str:
    """`'polit' <3> 'vill'` for « politique de la ville »: stop words keep their place."""
    found = ""
    gap = 0
    for word in said:
        lexeme = stems.get(word)
        if lexeme:
            found += (f" <{gap + 1}> " if found else "") + f"'{lexeme}'"
            gap = 0
        elif found:
            gap += 1
    return found


def is_slip(typed: str, word: str) -> bool:
    """Whether one is the other but for a slip of the fingers: a letter missing, in excess, changed or in its neighbour's place; two
    in a long word. Not where there are digits: another number is another thing."""
    if any(c.isdigit() for c in typed + word):
        return False
    return _edits(typed, word) <= (1 if len(typed) < _LONG_WORD else 2)


def _edits(a: str, b: str) -> int:
    """Insertions, deletions, substitutions and swaps of neighbours from one to the other (optimal string alignment)."""
    before: list[int] = []
    last = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row = [i]
        for j, y in enumerate(b, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, last = last, row
    return last[-1]


#: What is never kept of a search that found nothing: an address, a number that may be a person's.
_PRIVATE = re.compile(r"@|www\.|https?:|\d{4,}|(?:\d[\s.-]*){6,}")


def worth_keeping(typed: str, query: Query) -> str | None:
    """The folded text of a search that found nothing, when it looks like words and says nothing of a person."""
    said = words(typed)
    text = " ".join(said)
    letters = sum(c.isalpha() for c in text) if all(len(word) <= 30 for word in said) else 0
    if query.shortened or not query.wanted or len(said) > 12 or not 3 <= len(text) <= 120 or letters < 3:
        return None
    return None if _PRIVATE.search(typed) else text
