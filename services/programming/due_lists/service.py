"""What one has to do, and how one wants to be reminded of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.auth import Principal
from services.common.clock import today_in_paris
from services.common.db import Row
from services.common.etag import require_version
from services.common.resources import Resources

from .. import clients
from ..organisations import names
from ..tables import KERNEL
from . import repository, rules, vocabulary
from .errors import AlwaysQuiet, ReminderAddressNotConfirmed
from .models import ReminderPreferences
from .schemas import DueBucket, DueItemRead, DueKind, ReminderFrequency, ReminderPreferencesRead, ReminderPreferencesWrite

#: Answers, payments and expiries beyond this are not listed yet.
HORIZON = timedelta(days=30)
_JOURNALLED = "reminder_preferences"


@dataclass(frozen=True)
class Filters:
    kinds: Sequence[DueKind] = ()
    organisation_id: UUID | None = None
    when: DueBucket | None = None


def parties(account_id: UUID, memberships: Mapping[UUID, Any], now: datetime) -> dict[str, Any]:
    """For whom, and on which day, the statement is run: what somebody's roles make them do."""
    today = today_in_paris(now)

    def those(*roles: str) -> list[UUID]:
        return [one for one, held in memberships.items() if not set(held).isdisjoint(roles)]

    return {
        "account_id": account_id,
        "organisations": list(memberships),
        "managed": those("manager"),
        "signed": those("signatory"),
        "paid": those("payer"),
        "led": those("manager", "signatory"),
        **{"today": today, "now": now, "horizon": today + HORIZON},
    }


async def listing(
    reader: AsyncConnection[Row], caller: Principal, wanted: Filters, *, after: list[str] | None, limit: int, now: datetime
) -> list[DueItemRead]:
    """The soonest first; three statements, however much there is."""
    values = parties(caller.account_id, caller.memberships, now) | {"limit": limit}
    filters = set()
    if wanted.kinds:
        filters.add("kinds")
        values["kinds"] = [each.value for each in wanted.kinds]
    if wanted.organisation_id is not None:
        filters.add("organisation_id")
        values["organisation_id"] = wanted.organisation_id
    if after is not None:
        values |= {"after_day": date.fromisoformat(after[0]), "after_kind": after[1], "after_resource": UUID(after[2])}
        values |= {"after_organisation": UUID(after[3]), "after_about": UUID(after[4])}
    when = wanted.when.value if wanted.when else None
    rows = await repository.items(reader, frozenset(filters), when, values, paged=after is not None)
    return await shown(reader, rows, now=now)


async def shown(reader: AsyncConnection[Any], rows: Sequence[Row], *, now: datetime) -> list[DueItemRead]:
    """With their words, and the names of organisations."""
    known = await names.of(reader, {row["organisation_id"] for row in rows})
    return [_item(row, known.get(row["organisation_id"]), today_in_paris(now)) for row in rows]


def _item(row: Row, organisation_name: str | None, today: date) -> DueItemRead:
    kind, due_on = DueKind(row["kind"]), row["due_on"]
    return DueItemRead(
        **{name: row[name] for name in DueItemRead.model_fields.keys() & row.keys() - {"kind"}},
        kind=kind,
        todo=vocabulary.words(kind, row["count"]),
        why=vocabulary.SAID[kind].why,
        organisation_name=organisation_name,
        days_left=(due_on - today).days if due_on else None,
        when=rules.bucket(due_on, today),
        link=vocabulary.link(kind, row),
    )


def cursor_key(item: DueItemRead) -> list[Any]:
    """What the next page begins after."""
    about = item.dossier_id or item.resource_id
    return [item.due_on or rules.NEVER, item.kind.value, item.resource_id, item.organisation_id, about]


async def counts(reader: AsyncConnection[Row], caller: Principal, *, now: datetime) -> dict[str, Any]:
    rows = await repository.counts(reader, parties(caller.account_id, caller.memberships, now))
    buckets = {each.value: sum(row[each.value] for row in rows) for each in DueBucket}
    kinds = {row["kind"]: sum(row[each.value] for each in DueBucket) for row in rows}
    return {**buckets, "total": sum(buckets.values()), "kinds": dict(sorted(kinds.items()))}


# Preferences.


async def preferences(session: AsyncSession, caller: Principal) -> ReminderPreferencesRead:
    """What is in force; before anything was set, what the platform proposes, and no mail."""
    found = await repository.preferences(session, caller.account_id)
    if found is not None:
        return _read(found)
    proposed = ReminderPreferencesWrite(frequency=ReminderFrequency.NONE)
    return ReminderPreferencesRead(**proposed.model_dump(), email=None, organisation_ids=[], paused=False, version=0)


async def choose(
    session: AsyncSession, resources: Resources, caller: Principal, wish: ReminderPreferencesWrite, *, version: int, now: datetime
) -> ReminderPreferencesRead:
    """Kept with the address and the rights of the day: asking to be reminded is what lets the platform write."""
    rhythm = rules.Rhythm(wish.frequency, wish.hour, wish.quiet_from, wish.quiet_until, wish.quiet_weekends)
    if wish.frequency is not ReminderFrequency.NONE and not rules.can_ever_write(rhythm):
        raise AlwaysQuiet()
    account = await clients.me(resources.siblings, caller)
    if account.verified_at is None and wish.frequency is not ReminderFrequency.NONE:
        raise ReminderAddressNotConfirmed()
    await repository.hold(session, caller.account_id)
    found = await repository.preferences(session, caller.account_id, lock=True)
    require_version(found.version if found else 0, version)
    if found is None:
        found = ReminderPreferences(account_id=caller.account_id, email="", version=0, **_stored(wish), set_at=now)
        session.add(found)
    for name, value in _stored(wish).items():
        setattr(found, name, value)
    found.email, found.paused_at, found.set_at = account.email, None, now
    found.memberships = {str(one): sorted(roles) for one, roles in caller.memberships.items()}
    found.standing = list(caller.standing)
    found.version += 1
    await session.flush()
    await _note(session, found, "reminders.chosen", caller, now)
    return _read(found)


def _stored(wish: ReminderPreferencesWrite) -> dict[str, Any]:
    return {**wish.model_dump(exclude={"muted_kinds"}), "muted_kinds": sorted({each.value for each in wish.muted_kinds})}


def _read(found: ReminderPreferences) -> ReminderPreferencesRead:
    return ReminderPreferencesRead(
        **{name: getattr(found, name) for name in ReminderPreferencesWrite.model_fields},
        email=found.email,
        organisation_ids=[UUID(one) for one in found.memberships],
        paused=found.paused_at is not None,
        version=found.version,
    )


async def end(session: AsyncSession, account_id: UUID, *, now: datetime) -> None:
    """From the link of a mail; done twice, no harm."""
    found = await repository.preferences(session, account_id, lock=True)
    if found is None or found.frequency is ReminderFrequency.NONE:
        return
    found.frequency, found.version = ReminderFrequency.NONE, found.version + 1
    await session.flush()
    await _note(session, found, "reminders.ended", None, now)


async def right_taken_back(session: AsyncSession, grant_id: UUID, *, now: datetime) -> None:
    """Whoever stood on it is written to no more until they come back with the rights they have now."""
    await repository.pause(session, grant_id, now)


async def forget(session: AsyncSession, account_id: UUID) -> None:
    """A person's data are erased: their address, their choices, what they were told."""
    await repository.forget(session, account_id)


async def _note(session: AsyncSession, found: ReminderPreferences, act: str, caller: Principal | None, now: datetime) -> None:
    await journal.record(
        session,
        KERNEL.journal,
        at=now,
        act=act,
        resource=(_JOURNALLED, found.account_id),
        actor=caller,
        changes={"frequency": found.frequency.value},
        confidential=True,
    )
