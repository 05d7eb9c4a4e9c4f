"""Use cases of retention and erasure: what the directory asks or tells, what each night forgets, what proves it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.db import Row
from services.common.erasures import REQUEST, RegisterVerification
from services.common.personal_data import Forgotten, Who, gathered
from services.common.problems import Forbidden
from services.common.resources import Resources
from services.common.retention import RetentionTable, limit, shown

from ..newsletters import lists
from ..questions import upkeep
from ..search import service as search
from ..settings import Settings
from . import repository, rules
from .register import HOLDINGS


async def export(resources: Resources, reader: AsyncConnection[Any], who: Who) -> Mapping[str, Sequence[Row]]:
    """Room by room, all that is held of somebody."""
    return await gathered(HOLDINGS, reader, who)


async def erase(session: AsyncSession, resources: Resources, who: Who, now: datetime) -> Forgotten:
    """The person is named nowhere but as an author. The register has its line."""
    forgotten = Forgotten()
    for holding in HOLDINGS:
        if holding.erase is not None:
            forgotten.add(await holding.erase(session, resources, who, now))
    await _record(session, resources, REQUEST, None, forgotten.count, now)
    return forgotten


async def nightly(session: AsyncSession, resources: Resources, *, now: datetime) -> None:
    """What is too old goes; each rule leaves its line, zero included. Twice is no harm."""
    addresses = await lists.forget_old(session, now=now)
    counts = {
        rules.QUESTIONS: await upkeep.anonymise(session, resources, now=now),
        rules.UNCONFIRMED: addresses.unconfirmed,
        rules.REFUSALS: addresses.refusals,
        rules.SEARCHES: await search.forget_old_unanswered(session, now=now),
    }
    before = {rule.code: limit(rule.unit, _kept_for(resources.settings, rule), now) for rule in rules.RULES}
    for code, count in counts.items():
        await _record(session, resources, code, before[code], count, now)


def retention(settings: Settings, now: datetime) -> RetentionTable:
    """The public table."""
    return RetentionTable(items=[shown(rule, _kept_for(settings, rule), now) for rule in rules.RULES], kept=rules.KEPT)


async def listing(reader: AsyncConnection[Any], caller: Principal, *, before_number: int, limit: int) -> list[Row]:
    _require_administrator(caller)
    rows = await repository.REGISTER.lines(reader, before_number=before_number, limit=limit)
    return [{**row, "label": rules.LABELS.get(row["rule"], row["rule"])} for row in rows]


async def verification(caller: Principal, resources: Resources) -> RegisterVerification:
    _require_administrator(caller)
    return await repository.REGISTER.verify(resources.database, resources.settings.secret_key)


async def _record(
    session: AsyncSession, resources: Resources, rule: str, before: datetime | None, count: int, now: datetime
) -> None:
    secret = resources.settings.secret_key
    await repository.REGISTER.record(session, secret, rule=rule, before=before, count=count, now=now)


def _kept_for(settings: Settings, rule: Any) -> int:
    kept_for: int = getattr(settings, rule.setting)
    return kept_for


def _require_administrator(caller: Principal) -> None:
    if not caller.is_administrator:
        raise Forbidden()
