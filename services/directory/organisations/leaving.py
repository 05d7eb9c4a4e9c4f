"""Somebody leaves the platform: their parts in organisations are told to them, then end; their name leaves the organisations' cards."""

from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, fetch
from services.common.personal_data import ANONYMOUS, Forgotten, Who
from services.common.resources import Resources
from services.common.texts import fold

from .. import events
from . import enrolment, repository, rules, service

#: The organisations of one person are not so many.
MOST = 1000


async def export(reader: AsyncConnection[Any], who: Who) -> list[Row]:
    """Their part in each organisation."""
    asked = {"account_id": who.account_id, "after_id": UUID(int=0), "limit": MOST}
    return await fetch(reader, repository.OF_ACCOUNT, asked)


async def organisations_of(session: AsyncSession, account_id: UUID) -> tuple[UUID, ...]:
    return tuple(await repository.standing_of(session, account_id))


async def without_another_manager(session: AsyncSession, account_id: UUID) -> list[dict[str, Any]]:
    """Living organisations that nobody would manage any more, by name; they are held until the end of the act."""
    held = await repository.lock_all(session, (await repository.standing_of(session, account_id)).keys())
    left: list[dict[str, Any]] = []
    for organisation in held.values():
        membership = await repository.membership(session, organisation.id, account_id)
        if organisation.dissolved_on is not None or membership is None:
            continue
        others = await repository.other_managers(session, organisation.id, account_id)
        if rules.leaves_nobody(membership.roles, (), others):
            left.append({"organisation_id": str(organisation.id), "name": organisation.name})
    return left


async def erase(session: AsyncSession, resources: Resources, who: Who, now: datetime) -> Forgotten:
    """Memberships end as if the person left; where they are named as representative or signatory, the name goes."""
    forgotten = Forgotten()
    held = await repository.lock_all(session, (await repository.standing_of(session, who.account_id)).keys())
    for organisation in held.values():
        membership = await repository.membership(session, organisation.id, who.account_id)
        if membership is None:
            continue
        by = who.account_id
        await enrolment.strike_off(session, resources, organisation, membership, actor=None, by=by, now=now)
        forgotten.count += 1
        before = organisation.model_dump()
        if organisation.representative_name and fold(organisation.representative_name) == fold(who.full_name):
            organisation.representative_name = organisation.representative_function = None
        if organisation.cer_signatory_name and fold(organisation.cer_signatory_name) == fold(who.full_name):
            organisation.cer_signatory_name = ANONYMOUS
        await events.forget_representative(session, organisation.id, who.full_name)
        if organisation.model_dump() != before:
            forgotten.count += 1
            await service.save(session, organisation, "organisation.person_erased", None, now, before)
    return forgotten
