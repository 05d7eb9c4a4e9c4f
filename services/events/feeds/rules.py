"""What calendars show of events. Pure functions."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from services.common.calendars import Entry, Party
from services.common.clock import in_paris

from ..agenda.schemas import AUDIENCE_LABELS, FORMAT_LABELS, Audience, EventFormat
from ..invitations import letters

Row = Mapping[str, Any]
#: How long a public calendar keeps what is past, and what was cancelled.
KEPT_DAYS, CANCELLED_DAYS = 90, 60
MOST_EVENTS = 2_000


def entries(event: Row, sessions: Sequence[Row], network: Row, page_url: str) -> list[Entry]:
    """A public event: one entry for each session (`UID`: the session), or the day it is expected while no date is sure."""
    said = {
        "stamp": event["updated_at"],
        "changed_at": event["updated_at"],
        "organizer": Party(network["name"], network["contact_email"]),
        "url": page_url,
        "categories": (
            FORMAT_LABELS[EventFormat(event["format"])],
            *(AUDIENCE_LABELS[Audience(each)] for each in event["audiences"]),
        ),
    }
    off = event["status"] in {"cancelled", "postponed"}
    if event["status"] == "tentative" or not sessions:
        day = in_paris(event["starts_at"]).date() if event["starts_at"] else event["expected_on"]
        if day is None:
            return []
        vague = event["vague_date"] or "Date à confirmer"
        return [
            Entry(
                uid=str(event["id"]),
                sequence=event["version"],
                summary=event["title"],
                all_day=day,
                status="CANCELLED" if off else "TENTATIVE",
                description="\n\n".join(part for part in (vague, event["summary"], event["description"]) if part),
                **said,
            )
        ]
    return [
        Entry(
            uid=str(row["id"]),
            sequence=row["sequence"],
            summary=event["title"] + (f" – {row['title']}" if row["title"] else ""),
            starts_at=row["starts_at"],
            ends_at=row["ends_at"],
            status="CANCELLED" if off or row["status"] == "cancelled" else "CONFIRMED",
            description=letters.entry_text(event, row),
            location=letters.location(row, "on_site", ""),
            position=letters.position(row),
            **said,
        )
        for row in sessions
    ]


def own_rows(seated: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """One person for each registration: the one whose invitations its contact receives, else the first."""
    chosen: dict[Any, dict[str, Any]] = {}
    for row in seated:
        known = chosen.get(row["registration_id"])
        if known is None or (_is_contact(row) and not _is_contact(known)):
            chosen[row["registration_id"]] = row
    return list(chosen.values())


def _is_contact(row: Row) -> bool:
    return bool((row["email"] or row["contact_email"]).casefold() == row["contact_email"].casefold())


def since(now: datetime) -> dict[str, Any]:
    """From when on a public calendar looks."""
    return {
        "since_on": in_paris(now - timedelta(days=KEPT_DAYS)).date(),
        "cancelled_since": now - timedelta(days=CANCELLED_DAYS),
    }
