"""What differs between two states of a dossier, by JSON pointer (RFC 6901). Pure.

A *field* is what people name: a first-level member (`/nature`), or a second-level one of the description, the contact, the
budget and the answers (`/content/need`, `/budget/charges`, `/answers/places`). Differences are told to the leaf, so that one figure of one line may be named.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

_NESTED = ("content", "contact", "budget", "answers")
#: What its holder writes, requests and attachments apart: they are rows of their own.
WRITTEN = (
    "title", "nature", "renewal", "multi_year", "starts_on", "ends_on", "exercise_starts_on", "renews_id", "qpv_codes", "objective_codes",
    "transversal_codes", *_NESTED,
)  # fmt: skip
_ABSENT = object()


def document(dossier: Any) -> dict[str, Any]:
    """What the holder wrote, as JSON."""
    kept: dict[str, Any] = dossier.model_dump(mode="json", include=set(WRITTEN))
    return kept


def differences(before: Any, after: Any, pointer: str = "") -> Iterator[str]:
    """Pointers of the leaves that differ; a list that grew or shrank differs at each line that came or went."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in sorted(before.keys() | after.keys()):
            yield from differences(before.get(name, _ABSENT), after.get(name, _ABSENT), f"{pointer}/{_escaped(name)}")
    elif isinstance(before, list) and isinstance(after, list):
        for i in range(max(len(before), len(after))):
            one, other = (side[i] if i < len(side) else _ABSENT for side in (before, after))
            yield from differences(one, other, f"{pointer}/{i}")
    elif before is _ABSENT or after is _ABSENT or before != after:
        yield pointer


def fields(pointers: Iterable[str]) -> list[str]:
    """The fields these pointers are in, once each."""
    return list(dict.fromkeys(field_of(pointer) for pointer in pointers))


def field_of(pointer: str) -> str:
    parts = pointer.split("/")[1:]
    return "/" + "/".join(parts[: 2 if parts[0] in _NESTED else 1])


def covers(named: str, pointer: str) -> bool:
    """The pointer is what is named, or inside it."""
    return pointer == named or pointer.startswith(f"{named}/")


def outside(pointers: Iterable[str], named: Sequence[str]) -> list[str]:
    """Pointers that nothing named covers."""
    return [pointer for pointer in pointers if not any(covers(name, pointer) for name in named)]


def value_at(document_: Any, pointer: str) -> tuple[bool, Any]:
    """Whether there is something at the pointer, and what."""
    found = document_
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(found, Mapping) and name in found:
            found = found[name]
        elif isinstance(found, list) and name.isascii() and name.isdigit() and str(int(name)) == name and int(name) < len(found):
            found = found[int(name)]
        else:
            return False, None
    return True, found


def with_fields(target: Mapping[str, Any], source: Mapping[str, Any], taken: Iterable[str]) -> dict[str, Any]:
    """The target with these fields as the source has them."""
    made = dict(target)
    for field in taken:
        head, *rest = field.split("/")[1:]
        if not rest:
            made[head] = source.get(head)
        else:
            inner = dict(made.get(head) or {})
            there = source.get(head) or {}
            if rest[0] in there:
                inner[rest[0]] = there[rest[0]]
            else:
                inner.pop(rest[0], None)
            made[head] = inner
    return made


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
