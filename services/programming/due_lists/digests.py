"""One mail for everything somebody has to do, written at most once a day, whatever runs twice, late, or dies in the middle.

A threshold is told for the due day in force: a line for it is written in the transaction that queues the mail, so that a day that
moves opens another series, and one that comes back repeats nothing.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.clock import today_in_paris
from services.common.db import Row, driver
from services.common.mail import queue_mail
from services.common.settings import ServiceSettings as Settings

from ..tables import KERNEL
from . import letters, links, repository, rules, service, vocabulary
from .models import ReminderPreferences
from .schemas import DueBucket, DueKind, ReminderFrequency

_AT_ONCE = 1000
#: Listed in a mail; the rest is counted.
MOST_LISTED = 40


def rhythm_of(row: Mapping[str, Any]) -> rules.Rhythm:
    names = ("hour", "quiet_from", "quiet_until", "quiet_weekends", "looked_on")
    return rules.Rhythm(ReminderFrequency(row["frequency"]), **{name: row[name] for name in names})


async def compose(session: AsyncSession, settings: Settings, account_id: UUID, *, now: datetime) -> bool:
    """The digest of the day if it is time for it, else what cannot wait; whether a mail was written."""
    found = await repository.preferences(session, account_id, lock=True)
    if found is None or found.paused_at is not None:
        return False
    rhythm = rhythm_of(found.model_dump())
    if rules.is_digest_due(rhythm, now):
        found.looked_on = today_in_paris(now)
        await session.flush()
        return await _write(session, settings, found, urgent=False, now=now)
    return rules.may_tell_urgent(rhythm, now) and await _write(session, settings, found, urgent=True, now=now)


async def _write(session: AsyncSession, settings: Settings, found: ReminderPreferences, *, urgent: bool, now: datetime) -> bool:
    counts = dict.fromkeys(DueBucket, 0)
    listed: list[Row] = []
    new = 0
    today = today_in_paris(now)
    after: Row | None = None
    while True:
        rows = await _batch(session, found, after, now)
        kept = [row for row in rows if row["kind"] not in found.muted_kinds and (not urgent or _is_urgent(row, now))]
        fresh = await _record(session, found.account_id, kept, now)
        new += len(fresh)
        shown = [row for row in kept if _key(row) in fresh] if urgent else kept
        for row in shown:
            counts[rules.bucket(row["due_on"], today)] += 1
        listed += shown[: MOST_LISTED - len(listed)]
        # What cannot wait is due tomorrow at the latest, and rows come by due day.
        if len(rows) < _AT_ONCE or (urgent and rows[-1]["day"] > today + timedelta(days=1)):
            break
        after = rows[-1]
    if not new:
        return False
    unsubscribing = links.reminders(settings, found.account_id)
    items = await service.shown(await driver(session), listed, now=now)
    digest = letters.DueDigest(
        items, {each: n for each, n in counts.items() if n}, settings.public_url, unsubscribing.unsubscribe_url, urgent
    )
    await queue_mail(
        session,
        to=found.email,
        subject=digest.subject,
        text=letters.as_text(digest),
        html=letters.as_html(digest),
        mailing_list=unsubscribing,
    )
    resource = ("reminder_preferences", found.account_id)
    changes = {"told": new, "urgent": urgent}
    await journal.record(
        session, KERNEL.journal, at=now, act="reminders.sent", resource=resource, actor=None, changes=changes, confidential=True
    )
    return True


async def _batch(session: AsyncSession, found: ReminderPreferences, after: Row | None, now: datetime) -> list[Row]:
    memberships = {UUID(one): frozenset(roles) for one, roles in found.memberships.items()}
    values = service.parties(found.account_id, memberships, now) | {"limit": _AT_ONCE}
    if after is not None:
        values |= {"after_day": after["day"], "after_kind": after["kind"], "after_resource": after["resource_id"]}
        values |= {"after_organisation": after["organisation_id"], "after_about": after["about_id"]}
    return await repository.items(await driver(session), frozenset(), None, values, paged=after is not None)


def _is_urgent(row: Row, now: datetime) -> bool:
    """Due today; a visa to give for tomorrow at the latest."""
    if row["due_on"] is None:
        return False
    left: int = (row["due_on"] - today_in_paris(now)).days
    return left == 0 or (left == 1 and DueKind(row["kind"]) is DueKind.SIGN_OFF_TO_GIVE)


def _key(row: Row) -> tuple[Any, ...]:
    return (row["kind"], row["organisation_id"], row["resource_id"], row["about_id"], rules.told(row["due_on"], row["since"]))


async def _record(session: AsyncSession, account_id: UUID, rows: list[Row], now: datetime) -> set[tuple[Any, ...]]:
    """Things with a threshold that was crossed and not told yet; it is, from now on."""
    today = today_in_paris(now)
    sent = [
        {
            **{name: row[name] for name in ("kind", "organisation_id", "resource_id", "about_id")},
            "account_id": account_id,
            "due_on": rules.told(row["due_on"], row["since"]),
            "threshold": step,
            "sent_at": now,
        }
        for row in rows
        if DueKind(row["kind"]) not in vocabulary.TOLD_ELSEWHERE
        for step in rules.crossed(row["due_on"], today)
    ]
    return {each[:-1] for each in await repository.record(session, sent)}
