"""Papers of the welcome desk: the sheet people sign, and a page of badges to cut."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from babel.dates import format_date
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import pdf
from services.common.auth import Principal
from services.common.clock import in_paris
from services.common.db import Row, driver

from ..agenda import service as agenda
from ..agenda.schemas import SessionStatus
from ..networks import service as networks
from ..registrations import people
from ..registrations.schemas import Mode
from . import badges, rules, service
from .errors import UnknownBadge
from .schemas import BadgeFormat

_LETTERS = Path(__file__).resolve().parent.parent / "letters"
_MODES = {Mode.ON_SITE.value: "Sur place", Mode.VISIO.value: "À distance"}


async def badge(session: AsyncSession, key: str, kind: BadgeFormat) -> bytes:
    """The picture of a badge, for whoever holds its key; 404 once its registration no longer stands."""
    person = await people.by_key(await driver(session), key) if rules.key_in(key) == key else None
    standing = person is not None and person["erased_at"] is None and person["left_at"] is None
    if not standing or person is None or person["state"] in {"cancelled", "refused", "lapsed"}:
        raise UnknownBadge()
    return badges.picture(badges.content(key), kind)


async def sheet(session: AsyncSession, caller: Principal, event_id: UUID, session_id: UUID) -> tuple[bytes, str]:
    """The attendance sheet of a session, to be signed: the PDF and its name."""
    event = await agenda.seen_by_organiser(session, caller, event_id)
    sitting = await agenda.session_of(session, event_id, session_id)
    known = await service.known(session, event_id, session_id)
    network = await networks.get(session, event.network_id)
    expected = [row for row in known.expected(sitting) if row["erased_at"] is None]
    data = {
        **_heading(event, sitting, network.name),
        "people": [_person(row) for row in expected],
        "counts": _counts(expected),
    }
    return await pdf.render(_LETTERS / "attendance_sheet.typ", data), f"emargement-{event.reference}-{sitting.number}.pdf"


async def badge_sheet(session: AsyncSession, caller: Principal, event_id: UUID) -> tuple[bytes, str]:
    """Badges of everybody who comes on site, ten to a page: the PDF and its name."""
    event = await agenda.seen_by_organiser(session, caller, event_id)
    network = await networks.get(session, event.network_id)
    rows = [
        row
        for row in await people.seated(await driver(session), event_id)
        if row["mode"] == Mode.ON_SITE.value and row["state"] == "seated" and row["erased_at"] is None
    ]
    rows.sort(key=lambda row: (*rules.name_order(row["family_name"], row["given_name"]), row["id"]))
    data = {
        "title": f"Badges – {event.title}",
        "event": rules.printable(event.title),
        "network": rules.printable(network.name),
        "reference": event.reference,
        "people": [{**_person(row), "code": row["code"], "qr": badges.drawing(badges.content(row["key"]))} for row in rows],
    }
    return await pdf.render(_LETTERS / "badges.typ", data), f"badges-{event.reference}.pdf"


def when_in_words(starts_at: datetime, ends_at: datetime) -> str:
    """`jeudi 18 mars 2027, de 9 h à 17 h` in Paris; both days when it ends another day."""
    start, end = in_paris(starts_at), in_paris(ends_at)
    first = f"{day_in_full(start)}, de {clock_in_words(start)} à "
    return first + (clock_in_words(end) if start.date() == end.date() else f"{clock_in_words(end)} le {day_in_full(end)}")


def day_in_full(local: datetime) -> str:
    said = str(format_date(local.date(), "EEEE d MMMM yyyy", "fr"))
    return said.replace(" 1 ", " 1er ", 1) if local.day == 1 else said


def clock_in_words(local: datetime) -> str:
    """`9 h`, `9 h 05`."""
    return f"{local.hour}\u00a0h" + (f"\u00a0{local.minute:02d}" if local.minute else "")


def _heading(event: Any, sitting: Any, network: str) -> dict[str, Any]:
    place = sitting.place or {}
    where = ", ".join(part for part in (place.get("name", ""), sitting.room, place.get("city", "")) if part)
    title = rules.printable(event.title)
    return {
        "title": f"Feuille d'émargement – {title}",
        "event": title,
        "session": rules.printable(sitting.title) or f"Séance {sitting.number}",
        "is_cancelled": sitting.status is SessionStatus.CANCELLED,
        "when": when_in_words(sitting.starts_at, sitting.ends_at),
        "where": rules.printable(where) or ("À distance" if sitting.is_visio else ""),
        "network": rules.printable(network),
        "reference": event.reference,
    }


def _person(row: Row) -> dict[str, Any]:
    return {
        "family": rules.printable(row["family_name"]),
        "given": rules.printable(row["given_name"]),
        "organisation": rules.printable(row["organisation_name"]),
        "function": rules.printable(row["function"]),
        "mode": _MODES[row["mode"]],
        "is_visio": row["mode"] == Mode.VISIO.value,
    }


def _counts(rows: Sequence[Row]) -> str:
    on_site = sum(row["mode"] == Mode.ON_SITE.value for row in rows)
    visio = len(rows) - on_site
    said = f"{len(rows)} personne{'s' if len(rows) > 1 else ''} attendue{'s' if len(rows) > 1 else ''}"
    return f"{said}, dont {visio} à distance" if visio else said
