"""What rooms that hold personal data answer with when somebody asks for theirs or is erased, and how a name goes out of a document.

Pure. A name alone is nobody's: it counts as theirs only in what they did themselves, or did for an organisation they belonged to.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from services.common.personal_data import ANONYMOUS, Forgotten, Who
from services.common.texts import fold


@dataclass(frozen=True)
class Signature:
    """Who signed an act that binds public money: taken out of it, sealed until `kept_until`."""

    act: str
    act_id: UUID
    reference: str
    name: str
    function: str
    kept_until: date


@dataclass
class Erased(Forgotten):
    """What a room forgot of somebody, and the signatures taken out of acts in force."""

    signatures: list[Signature] = field(default_factory=list)

    def add(self, other: Forgotten) -> None:
        super().add(other)
        if isinstance(other, Erased):
            self.signatures += other.signatures


def is_named(name: str, who: Who) -> bool:
    return fold(name) == fold(who.full_name)


def is_address(email: Any, who: Who) -> bool:
    return isinstance(email, str) and email.strip().lower() == who.email


def without_contact(contact: Mapping[str, Any]) -> dict[str, Any]:
    """A contact nobody can be reached by."""
    return {**contact, "full_name": ANONYMOUS, "email": None, "phone": ""}


def is_contact(contact: Mapping[str, Any], who: Who, *, theirs: bool) -> bool:
    """Whether a contact is the person: by the address; by the name where no address says otherwise and the act is `theirs`."""
    if contact.get("email"):
        return is_address(contact["email"], who)
    return theirs and bool(contact.get("full_name")) and is_named(str(contact["full_name"]), who)


def mended(document: Any, who: Who) -> Any:
    """The document without them: a contact at their address loses its name and phone; their name is masked wherever it is said."""
    if isinstance(document, Mapping):
        if is_address(document.get("email"), who):
            document = {
                **without_contact(document),
                **{k: v for k, v in document.items() if k not in {"full_name", "email", "phone"}},
            }
        return {key: mended(value, who) for key, value in document.items()}
    if isinstance(document, list):
        return [mended(each, who) for each in document]
    return masked(document, who) if isinstance(document, str) else document


def masked(text: str, who: Who) -> str:
    """The text, or the file's name, without theirs, in either order, nor their address. One word alone is too little of a name."""
    if not text:
        return text
    if is_named(text, who):
        return ANONYMOUS
    words = _bare(who.full_name).split()
    said = _bare(text)
    if len(words) > 1 and all(word in said for word in words):
        for order in (words, [words[-1], *words[:-1]]):
            text = _without(text, " ".join(order))
    if who.email and who.email in text.lower():
        text = re.sub(rf"(?<![\w.+-]){re.escape(who.email)}(?![\w-])", NO_ADDRESS, text, flags=re.IGNORECASE)
    return text


#: Written in the place of an address in a sentence.
NO_ADDRESS = "[adresse effacée]"
#: What parts the words of a name, in files' names too.
_PARTS = " _-.\u00a0\t\n\r"


def _bare(text: str) -> str:
    return " ".join(fold("".join(" " if sign in _PARTS else sign for sign in text)).split())


def _without(text: str, name: str) -> str:
    """The text where each `name` (bare, its words parted by spaces) is masked, whatever its case, accents and spaces there."""
    bare, places = [" "], [0]
    for place, sign in enumerate(text):
        for each in " " if sign in _PARTS else fold(sign):
            if each != " " or bare[-1] != " ":
                bare.append(each)
                places.append(place)
    said = "".join([*bare, " "])
    end = len(text)
    for found in reversed(list(re.finditer(rf"(?<![^\W_]){re.escape(name)}(?![^\W_])", said))):
        first = places[found.start()]
        last = places[found.end()] if found.end() < len(places) else end
        text = text[:first] + ANONYMOUS + text[last:]
    return text


def end_of_retention(exercise_ends_on: date, years: int) -> date:
    """The last day of the year, so many years after the exercise: subsidies' papers are accounting papers."""
    return date(exercise_ends_on.year + years, 12, 31)
