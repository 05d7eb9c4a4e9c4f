"""What a calendar program shows of a due list: what has a day, on that day. Pure."""

import hashlib
from collections.abc import Iterable

from ..campaigns.ical import Mark
from .schemas import DueItemRead

#: One resource may stand on several days: an agreement's years, a campaign's dossiers by day.
_SEVERAL = frozenset({"campaign", "cpo"})


def entries(items: Iterable[DueItemRead], address: str, sequence: int) -> list[Mark]:
    """Whole days, each thing under a `UID` of its own that follows it when its day moves. `address`: the platform's."""
    return [_mark(item, address, sequence) for item in items if item.due_on is not None]


def _mark(item: DueItemRead, address: str, sequence: int) -> Mark:
    what = " – ".join(part for part in (item.reference, item.label) if part)
    lines = (item.why, what, item.organisation_name or "")
    return Mark(
        uid=_uid(item),
        sequence=sequence,
        summary=f"{item.todo} – {what}" if what else item.todo,
        description="\n".join(line for line in lines if line),
        day=item.due_on,
        url=f"{address}{item.link}",
    )


def _uid(item: DueItemRead) -> str:
    about: list[object] = [item.kind.value, item.organisation_id, item.resource_id, item.dossier_id]
    if item.resource_type in _SEVERAL:
        about.append(item.due_on)
    return f"due-{hashlib.sha256(repr([str(one) for one in about]).encode()).hexdigest()[:32]}@canevas"


def tag(marks: Iterable[Mark]) -> str:
    """Strong tag of what is read; it does not move with the hour."""
    read = [(mark.uid, mark.summary, mark.description, mark.day, mark.url) for mark in marks]
    return f'"{hashlib.sha256(repr(read).encode()).hexdigest()[:32]}"'
