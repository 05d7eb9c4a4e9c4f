"""What sessions hold of people: who sat for whom, who stepped out and why. That somebody did stays, who it was goes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, fetch
from services.common.personal_data import ANONYMOUS, Who
from services.common.resources import Resources

from ..personal import Erased, is_named, masked
from . import personal_repository
from .models import Deport


async def export(reader: AsyncConnection[Any], who: Who) -> list[Row]:
    """`{kind, …}`: sessions where they were noted around the table, then dossiers they stepped out for."""
    asked = {"around": orjson.dumps([{"account_id": str(who.account_id)}]).decode()}
    sat = await fetch(reader, personal_repository.SAT, asked)
    out = await fetch(reader, personal_repository.STEPPED_OUT, {"account_id": who.account_id})
    return [*({"kind": "session", **row} for row in sat), *({"kind": "deport", **row} for row in out)]


async def concerned(session: AsyncSession, who: Who) -> list[UUID]:
    """Sessions in which the person may be named: by their account, or as somebody of an organisation they belonged to."""
    return await personal_repository.concerned(session, who)


async def about(session: AsyncSession, dossier_ids: Sequence[UUID]) -> list[UUID]:
    """For the rooms above: sessions with some of these dossiers on their agenda."""
    return await personal_repository.about(session, dossier_ids)


async def erase(session: AsyncSession, resources: Resources, who: Who, now: datetime) -> Erased:
    erased = Erased()
    for committee in await personal_repository.locked(session, await concerned(session, who)):
        before = erased.count
        around = [_without(attendee, who) for attendee in committee.attendance]
        if around != committee.attendance:
            committee.attendance, erased.count = around, erased.count + 1
        erased.count += _step_out(await personal_repository.deports(session, committee.id), who)
        if erased.count > before:
            committee.version += 1
    await session.flush()
    return erased


async def forget_before(session: AsyncSession, before: datetime, limit: int) -> list[UUID]:
    """Sessions held before then in which somebody is still named: nobody is any more; which."""
    committees = await personal_repository.named_before(session, before, limit)
    for committee in committees:
        committee.attendance = [_nameless(attendee) for attendee in committee.attendance]
        _nobody(await personal_repository.deports(session, committee.id))
        committee.version += 1
    await session.flush()
    return [committee.id for committee in committees]


def _is_theirs(account_id: Any, person: str, organisation_id: Any, who: Who) -> bool:
    if account_id is not None:
        return str(account_id) == str(who.account_id)
    return is_named(person, who) and UUID(str(organisation_id)) in who.organisation_ids


def _without(attendee: Mapping[str, Any], who: Who) -> dict[str, Any]:
    person = str(attendee.get("person") or "")
    theirs = bool(person) and _is_theirs(attendee.get("account_id"), person, attendee["organisation_id"], who)
    return {**attendee, "person": ANONYMOUS} if theirs else dict(attendee)


def _nameless(attendee: Mapping[str, Any]) -> dict[str, Any]:
    return {**attendee, "person": ANONYMOUS} if attendee.get("person") else dict(attendee)


def _step_out(deports: Sequence[Deport], who: Who) -> int:
    """Their déports, and those of others that say their name; how many."""
    changed = 0
    for deport in deports:
        before = (deport.person, deport.interest)
        if _is_theirs(deport.account_id, deport.person, deport.organisation_id, who):
            deport.person, deport.interest = _nobody_else(deport, deports), ""
        else:
            deport.interest = masked(deport.interest, who)[:1000]
        changed += before != (deport.person, deport.interest)
    return changed


def _nobody(deports: Sequence[Deport]) -> None:
    for deport in deports:
        if deport.person and not deport.person.startswith(ANONYMOUS):
            deport.person = _nobody_else(deport, deports)
        deport.interest = ""


def _nobody_else(deport: Deport, deports: Sequence[Deport]) -> str:
    """Nothing where the account says who stepped out; otherwise nobody's name, told apart from another of the same dossier."""
    if deport.account_id is not None:
        return ""
    taken = {each.person for each in deports if each is not deport and each.dossier_id == deport.dossier_id}
    rank = next(n for n in range(1, len(deports) + 2) if (ANONYMOUS if n == 1 else f"{ANONYMOUS} {n}") not in taken)
    return ANONYMOUS if rank == 1 else f"{ANONYMOUS} {rank}"
