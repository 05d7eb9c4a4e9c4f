"""Use cases of retention and erasure: what the directory asks or tells, what each night forgets, what proves it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

import orjson
from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.auth import Principal
from services.common.clock import PARIS, today_in_paris
from services.common.db import Row, fetch
from services.common.erasures import REQUEST, RegisterVerification
from services.common.ids import new_id
from services.common.personal_data import Forgotten, Who, gathered
from services.common.problems import Forbidden, NotFound
from services.common.resources import Resources
from services.common.retention import RetentionTable, limit, shown
from services.common.sealing import SealBroken, opened, seal

from ..agreements import personal as agreements
from ..bilans import personal as bilans
from ..change_requests import personal as change_requests
from ..collaborators import personal as collaborators
from ..committees import personal as committees
from ..conversations import personal as conversations
from ..cpos import personal as cpos
from ..dossiers import personal as dossiers
from ..minutes import personal as minutes
from ..notifications import personal as notifications
from ..personal import Erased
from ..reviews import personal as reviews
from ..settings import Settings
from ..tables import KERNEL
from . import repository, rules
from .errors import SealedSignatureUnreadable
from .register import HOLDINGS
from .schemas import OpenedSignature, SealOpening

#: Records looked at in one night's transaction; the others wait for the next.
BATCH = 1000


async def export(resources: Resources, reader: AsyncConnection[Any], who: Who) -> Mapping[str, Sequence[Row]]:
    """Room by room, all that is held of somebody."""
    return await gathered(HOLDINGS, reader, who)


async def erase(session: AsyncSession, resources: Resources, who: Who, now: datetime) -> Forgotten:
    """The person's name goes from every act; those that bind public money keep it sealed. The register has its line."""
    erased = Erased()
    for holding in HOLDINGS:
        if holding.erase is not None:
            erased.add(await holding.erase(session, resources, who, now))
    for each in erased.signatures:
        named = orjson.dumps({"name": each.name, "function": each.function}).decode()
        row = {"id": new_id(), "act": each.act, "act_id": each.act_id, "reference": each.reference, "kept_until": each.kept_until}
        hidden = seal(resources.settings.secret_key, rules.PURPOSE, named)
        await repository.seal(session, {**row, "sealed": hidden, "sealed_at": now})
    await _record(session, resources, REQUEST, None, erased.count, now)
    return erased


async def nightly(session: AsyncSession, resources: Resources, *, now: datetime) -> None:
    """What is too old goes; each rule leaves its line, zero included. Twice is no harm."""
    before = {rule.code: limit(rule.unit, _kept_for(resources.settings, rule), now) for rule in rules.RULES}
    # An exercise of the year Y is kept until the end of the year Y + n: what ended before the first of January that follows goes.
    signed = before[rules.SIGNATURES].date().replace(month=1, day=1)
    seated = datetime.combine(signed, time.min, PARIS)
    counts = {
        rules.UNFUNDED: await _forget_contacts(session, before[rules.UNFUNDED], funded=False),
        rules.CONTACTS: await _forget_contacts(session, before[rules.CONTACTS], funded=True)
        + await cpos.forget_contacts(session, before[rules.CONTACTS], BATCH),
        rules.SIGNATURES: await _forget_signatories(session, signed)
        + await bilans.forget_signatories(session, signed, BATCH)
        + await cpos.forget_signatories(session, signed, BATCH)
        + await agreements.forget_signatories(session, signed, BATCH)
        + await repository.forget_sealed(session, today_in_paris(now)),
        rules.SEATED: await _forget_seated(session, seated) + await reviews.forget_before(session, seated, BATCH),
    }
    for code, count in counts.items():
        await _record(session, resources, code, before[code], count, now)


async def _forget_contacts(session: AsyncSession, before: datetime, *, funded: bool) -> int:
    """Of dossiers nobody touched since; and in what was said, asked and sent about them."""
    dossier_ids = await dossiers.forget_contacts(session, before, BATCH, funded=funded)
    for room in (notifications, change_requests, conversations, collaborators):
        await room.forget_dossiers(session, dossier_ids)
    if not funded:
        await notifications.draw_again(session, dossier_ids)
    return len(dossier_ids)


async def _forget_signatories(session: AsyncSession, day: date) -> int:
    """Of dossiers whose exercise ended before that day, in the letters that answered them too."""
    dossier_ids = await dossiers.forget_signatories(session, day, BATCH)
    await notifications.draw_again(session, dossier_ids)
    return len(dossier_ids)


async def _forget_seated(session: AsyncSession, before: datetime) -> int:
    """Who sat and stepped out in sessions before then, in their printed papers too."""
    committee_ids = await committees.forget_before(session, before, BATCH)
    await minutes.forget(session, committee_ids)
    return len(committee_ids)


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


async def sealed(reader: AsyncConnection[Any], caller: Principal, *, before: UUID, limit: int) -> list[Row]:
    _require_administrator(caller)
    return await fetch(reader, repository.SEALED, {"before_id": before, "limit": limit})


async def open_seal(
    session: AsyncSession, resources: Resources, caller: Principal, sealed_id: UUID, wish: SealOpening, *, now: datetime
) -> OpenedSignature:
    """For a court or an auditor: who opened it, when and why stays in the journal."""
    _require_administrator(caller)
    found = await repository.sealed(session, sealed_id)
    if found is None:
        raise NotFound()
    try:
        named = orjson.loads(opened(resources.settings.secret_key, rules.PURPOSE, found.sealed))
    except SealBroken as error:
        raise SealedSignatureUnreadable() from error
    resource = ("sealed_signature", found.id)
    await journal.record(
        session,
        KERNEL.journal,
        at=now,
        act="signature.unsealed",
        resource=resource,
        actor=caller,
        reason=wish.reason,
        confidential=True,
    )
    return OpenedSignature(reference=found.reference, **named)


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
