"""What a calendar program shows of a due list: what has a day, on that day. Pure."""

import hashlib
from collections.abc import Iterable

from services.common.calendars import Entry

from .schemas import DueItemRead

#: One resource may stand on several days: an agreement's years, a campaign's dossiers by day.
_SEVERAL = frozenset({"campaign", "cpo"})


def entries(items: Iterable[DueItemRead], address: str, sequence: int) -> list[Entry]:
    """Whole days, each thing under a `UID` of its own that follows it when its day moves. `address`: the platform's."""
    return [_entry(item, address, sequence) for item in items if item.due_on is not None]


def _entry(item: DueItemRead, address: str, sequence: int) -> Entry:
    what = " – ".join(part for part in (item.reference, item.label) if part)
    lines = (item.why, what, item.organisation_name or "")
    return Entry(
        uid=_uid(item),
        sequence=sequence,
        summary=f"{item.todo} – {what}" if what else item.todo,
        description="\n".join(line for line in lines if line),
        all_day=item.due_on,
        busy=False,
        url=f"{address}{item.link}",
    )


def _uid(item: DueItemRead) -> str:
    about: list[object] = [item.kind.value, item.organisation_id, item.resource_id, item.dossier_id]
    if item.resource_type in _SEVERAL:
        about.append(item.due_on)
    return f"due-{hashlib.sha256(repr([str(one) for one in about]).encode()).hexdigest()[:32]}@canevas"


def tag(written: Iterable[Entry]) -> str:
    """Strong tag of what is read; it does not move with the hour."""
    read = [(one.uid, one.summary, one.description, one.all_day, one.url) for one in written]
    return f'"{hashlib.sha256(repr(read).encode()).hexdigest()[:32]}"'
