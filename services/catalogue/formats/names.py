"""People's names as they were typed, parted into what citations set apart. Pure."""

from typing import NamedTuple

#: They begin a family name, written small: « Jean de La Fontaine », « Ludwig van Beethoven ».
_PARTICLES = frozenset(
    {"de", "du", "des", "d'", "d’", "la", "le", "van", "von", "der", "den", "di", "da", "del", "della", "ben", "el", "al"}
)


class PersonName(NamedTuple):
    """`family` alone for a single name, or for what is not parted without a doubt."""

    family: str
    given: str = ""

    @property
    def initials(self) -> str:
        """`Jean-Marie` → `J.-M.`"""
        return " ".join("-".join(f"{part[0]}." for part in word.split("-") if part) for word in self.given.split())

    @property
    def inverted(self) -> str:
        return f"{self.family}, {self.given}" if self.given else self.family


def person(name: str) -> PersonName:
    """`Camille Exemple`, `Exemple, Camille` and `Camille EXEMPLE` are the same person. Without a comma the family name is what is
    in capitals, otherwise what follows the first particle, otherwise the last word."""
    if "," in name:
        family, _, given = (part.strip() for part in name.partition(","))
        return PersonName(family, given) if family else PersonName(given)
    words = name.split()
    if len(words) < 2:
        return PersonName(name)
    capitals = [word for word in words if len(word) > 1 and word.isupper() and "." not in word]
    if capitals and len(capitals) < len(words):
        first, last = words.index(capitals[0]), len(words) - words[::-1].index(capitals[-1])
        return PersonName(" ".join(words[first:last]), " ".join([*words[:first], *words[last:]]))
    for position, word in enumerate(words[1:], 1):
        begins = word in _PARTICLES or word.startswith(("d'", "d’"))
        if begins and (position < len(words) - 1 or word not in _PARTICLES):
            return PersonName(" ".join(words[position:]), " ".join(words[:position]))
    return PersonName(words[-1], " ".join(words[:-1]))
