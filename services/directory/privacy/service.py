"""Use cases of retention: what is kept how long, what each night forgets, and the register that proves it."""

from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.db import Row
from services.common.erasures import RegisterVerification
from services.common.problems import Forbidden
from services.common.resources import Resources
from services.common.retention import RetentionTable, limit, shown

from .. import events
from ..joining import personal as joining
from ..settings import Settings
from . import erasing, exports, repository, rules

#: Accounts and requests looked at in one night's transaction; the others wait for the next.
BATCH = 500


def retention(settings: Settings, now: datetime) -> RetentionTable:
    """The public table."""
    return RetentionTable(items=[shown(rule, getattr(settings, rule.setting), now) for rule in rules.RULES], kept=rules.KEPT)


async def nightly(session: AsyncSession, resources: Resources, *, now: datetime) -> None:
    """What is too old goes; each rule leaves its line, zero included. Twice is no harm."""
    before = {rule.code: limit(rule.unit, getattr(resources.settings, rule.setting), now) for rule in rules.RULES}
    await erasing.tell_again(session, now=now, limit=BATCH)
    counts = {
        rules.INACTIVE: await erasing.erase_inactive(session, now=now, limit=BATCH),
        rules.WORDS: await joining.forget_old(session, before[rules.WORDS]),
        rules.EXPORTS: await exports.expire(session, now=now, limit=BATCH),
        rules.TOLD: await events.forget_old(session, before[rules.TOLD]),
    }
    await erasing.warn_inactive(session, resources, before[rules.INACTIVE], now=now, limit=BATCH)
    for code, count in counts.items():
        await erasing.record(session, resources, rule=code, before=before[code], count=count, now=now)


async def listing(reader: AsyncConnection[Any], caller: Principal, *, before_number: int, limit: int) -> list[Row]:
    _require_administrator(caller)
    rows = await repository.REGISTER.lines(reader, before_number=before_number, limit=limit)
    return [{**row, "label": rules.LABELS.get(row["rule"], row["rule"])} for row in rows]


async def verification(caller: Principal, resources: Resources) -> RegisterVerification:
    _require_administrator(caller)
    return await repository.REGISTER.verify(resources.database, resources.settings.secret_key)


def _require_administrator(caller: Principal) -> None:
    if not caller.is_administrator:
        raise Forbidden()
