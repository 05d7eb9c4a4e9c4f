"""Use cases of the memberships: who has a part in an organisation, and which."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.auth import Principal
from services.common.db import Row, fetch, fetch_one
from services.common.etag import require_version
from services.common.mail import queue_mail
from services.common.problems import Forbidden, NotFound
from services.common.resources import Resources

from ..accounts import service as accounts
from ..accounts.schemas import AccountSummary
from ..tables import KERNEL
from . import letters, repository, rules
from .errors import LastManager
from .models import Membership
from .schemas import MembershipCreate
from .service import managed, require_living


async def add(
    session: AsyncSession, resources: Resources, caller: Principal, organisation_id: UUID, wish: MembershipCreate, *, now: datetime
) -> dict[str, Any]:
    organisation = await managed(session, caller, organisation_id)
    require_living(organisation)
    person = await accounts.find(session, wish.email, asked_by=caller, now=now)
    membership = Membership(organisation_id=organisation_id, account_id=person.id, roles=list[str](wish.roles), created_at=now)
    session.add(membership)
    await session.flush()
    await _record(session, membership, "membership.added", caller, now, {"roles": membership.roles})
    subject, text = letters.added(resources.settings.public_url, person.full_name, organisation.name, membership.roles)
    await queue_mail(session, to=person.email, subject=subject, text=text)
    return shown(membership.model_dump(), person)


async def change_roles(
    session: AsyncSession,
    caller: Principal,
    organisation_id: UUID,
    account_id: UUID,
    roles: Sequence[str],
    *,
    version: int,
    now: datetime,
) -> dict[str, Any]:
    await managed(session, caller, organisation_id)
    membership = await _membership(session, organisation_id, account_id)
    require_version(membership.version, version)
    await _keep_a_manager(session, membership, roles)
    changes = {"roles": [membership.roles, list(roles)]}
    membership.roles, membership.version = list(roles), version + 1
    await session.flush()
    await _record(session, membership, "membership.changed", caller, now, changes)
    return shown(membership.model_dump(), await accounts.summary(session, account_id))


async def remove(session: AsyncSession, caller: Principal, organisation_id: UUID, account_id: UUID, *, now: datetime) -> None:
    """By a manager, or by the person, who leaves."""
    if account_id == caller.account_id:
        if await repository.lock(session, organisation_id) is None:
            raise NotFound()
    else:
        await managed(session, caller, organisation_id)
    membership = await _membership(session, organisation_id, account_id)
    await _keep_a_manager(session, membership, ())
    await repository.remove(session, organisation_id, account_id)
    await _record(session, membership, "membership.removed", caller, now, {"roles": [membership.roles, []]})


async def listing(
    reader: AsyncConnection[Row], caller: Principal, organisation_id: UUID, *, after: UUID, limit: int
) -> list[dict[str, Any]]:
    await _require_member(reader, caller, organisation_id)
    asked = {"organisation_id": organisation_id, "after_id": after, "limit": limit}
    rows = await fetch(reader, repository.MEMBERS, asked)
    people = await accounts.summaries(reader, [row["account_id"] for row in rows])
    return [shown(row, people[row["account_id"]]) for row in rows]


async def one(reader: AsyncConnection[Row], caller: Principal, organisation_id: UUID, account_id: UUID) -> dict[str, Any]:
    await _require_member(reader, caller, organisation_id)
    row = await fetch_one(reader, repository.MEMBERSHIP, {"organisation_id": organisation_id, "account_id": account_id})
    if row is None:
        raise NotFound()
    return shown(row, (await accounts.summaries(reader, [account_id]))[account_id])


async def own(reader: AsyncConnection[Row], caller: Principal, *, after: UUID, limit: int) -> list[Row]:
    asked = {"account_id": caller.account_id, "after_id": after, "limit": limit}
    return await fetch(reader, repository.OF_ACCOUNT, asked)


def shown(membership: Row, person: AccountSummary) -> dict[str, Any]:
    return {**membership, "full_name": person.full_name, "email": person.email}


async def _require_member(reader: AsyncConnection[Row], caller: Principal, organisation_id: UUID) -> None:
    if await fetch_one(reader, repository.ORGANISATION, {"organisation_id": organisation_id}) is None:
        raise NotFound()
    own_part = {"organisation_id": organisation_id, "account_id": caller.account_id}
    if not caller.is_administrator and await fetch_one(reader, repository.MEMBERSHIP, own_part) is None:
        raise Forbidden()


async def _membership(session: AsyncSession, organisation_id: UUID, account_id: UUID) -> Membership:
    membership = await repository.membership(session, organisation_id, account_id)
    if membership is None:
        raise NotFound()
    return membership


async def _keep_a_manager(session: AsyncSession, membership: Membership, roles: Sequence[str]) -> None:
    """The organisation is locked: two managers who leave at once are judged one after the other."""
    others = await repository.other_managers(session, membership.organisation_id, membership.account_id)
    if rules.leaves_nobody(membership.roles, roles, others):
        raise LastManager()


async def _record(
    session: AsyncSession, membership: Membership, act: str, caller: Principal, now: datetime, changes: dict[str, Any]
) -> None:
    await journal.record(
        session,
        KERNEL.journal,
        at=now,
        act=act,
        resource=("organisation", membership.organisation_id),
        actor=caller,
        organisation_id=membership.organisation_id,
        changes={"account_id": str(membership.account_id), **changes},
    )
