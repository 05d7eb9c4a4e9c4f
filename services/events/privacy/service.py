"""Use cases of retention: what is kept how long, what each night erases, and the register that proves it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.auth import Principal
from services.common.db import Row
from services.common.ids import new_id
from services.common.resources import Resources

from ..agenda import following
from ..networks import service as networks
from ..settings import Settings
from ..tables import KERNEL
from . import register, repository, rules
from .errors import ErasuresForManagers
from .schemas import ErasureVerification, RetentionRule

#: Events looked at in one transaction.
BATCH = 25
#: Records no event dates, forgotten in one transaction.
RECORDS = 5_000
_LABELS = {rule.code: rule.label for rule in rules.RULES} | {rules.REQUEST: rules.REQUEST_LABEL}


@dataclass(frozen=True)
class Progress:
    """Where a night's erasure stands: events up to `after_id` are done, so much was erased."""

    rule: str
    before: datetime
    after_id: UUID
    count: int


def carried_out() -> list[rules.Rule]:
    """Rules that some room carries out: nothing is promised that nobody does."""
    done = {code for holder in register.HOLDERS for code in (*holder.forgets, *holder.forgets_old)}
    return [rule for rule in rules.RULES if rule.code in done]


def retention(settings: Settings, now: datetime) -> list[RetentionRule]:
    """The public table."""
    return [
        RetentionRule(
            code=rule.code,
            label=rule.label,
            kept_for=_kept_for(settings, rule),
            unit=rule.unit,
            counted_from=rule.counted_from,
            then=rule.then,
            erased_before=rules.limit(rule, _kept_for(settings, rule), now),
        )
        for rule in carried_out()
    ]


def tonight(settings: Settings, now: datetime) -> list[Progress]:
    """What is to be erased: one piece of work for each rule."""
    return [Progress(each.code, each.erased_before, UUID(int=0), 0) for each in retention(settings, now)]


async def erase_some(session: AsyncSession, resources: Resources, progress: Progress, *, now: datetime) -> Progress | None:
    """Erase what a rule says of some events; how to go on, or None at the end, when the register has its line. Twice is no harm."""
    events = await following.over_before(session, progress.before, after_id=progress.after_id, limit=BATCH)
    count, some_left = progress.count, False
    for holder in register.HOLDERS:
        forget, forget_old = holder.forgets.get(progress.rule), holder.forgets_old.get(progress.rule)
        if forget is not None and events:
            count += await forget(session, events, now)
        if forget_old is not None and len(events) < BATCH:
            old = await forget_old(session, progress.before, RECORDS)
            count, some_left = count + old, some_left or old == RECORDS
    if len(events) == BATCH or some_left:
        return Progress(progress.rule, progress.before, events[-1] if events else progress.after_id, count)
    await record(session, resources, rule=progress.rule, before=progress.before, count=count, now=now)
    return None


async def record(
    session: AsyncSession, resources: Resources, *, rule: str, before: datetime | None, count: int, now: datetime
) -> None:
    """A line of the register, tied to the one before; its digest is in the journal too."""
    secret = resources.settings.secret_key
    line = await repository.REGISTER.record(session, secret, rule=rule, before=before, count=count, now=now)
    changes = {"number": line["number"], "rule": rule, "count": count, "digest": line["digest"]}
    await journal.record(
        session, KERNEL.journal, at=now, act="personal_data.erased", resource=("erasure", new_id()), actor=None, changes=changes
    )


async def listing(reader: AsyncConnection[Any], caller: Principal, *, before_number: int, limit: int) -> list[Row]:
    """The register, the newest first, for managers of a network and administrators."""
    await _require_manager(reader, caller)
    rows = await repository.REGISTER.lines(reader, before_number=before_number, limit=limit)
    return [{**row, "label": _LABELS.get(row["rule"], row["rule"])} for row in rows]


async def verification(reader: AsyncConnection[Any], caller: Principal, resources: Resources) -> ErasureVerification:
    """Every line again, from the first."""
    await _require_manager(reader, caller)
    found = await repository.REGISTER.verify(resources.database, resources.settings.secret_key)
    return ErasureVerification.model_validate(found.model_dump())


async def _require_manager(reader: AsyncConnection[Any], caller: Principal) -> None:
    if caller.is_administrator:
        return
    faces = await networks.faces(reader, await networks.organised_ids(reader, caller))
    if not any(caller.has_role(face["organisation_id"], "manager") for face in faces.values()):
        raise ErasuresForManagers()


def _kept_for(settings: Settings, rule: rules.Rule) -> int:
    kept_for: int = getattr(settings, rule.setting)
    return kept_for
