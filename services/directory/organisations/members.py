"""Use cases of the memberships: who has a part in an organisation, and which."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.db import Row, fetch, fetch_one
from services.common.etag import require_version
from services.common.mail import queue_mail
from services.common.problems import Forbidden, NotFound
from services.common.resources import Resources

from ..accounts import service as accounts
from ..accounts.schemas import AccountSummary
from . import doors, enrolment, letters, repository, rules
from .errors import HandoverRefused, LastManager, NotASignatory
from .models import Membership
from .schemas import HandoverCreate, MembershipCreate
from .service import managed, require_living


async def add(
    session: AsyncSession, resources: Resources, caller: Principal, organisation_id: UUID, wish: MembershipCreate, *, now: datetime
) -> dict[str, Any]:
    organisation = await managed(session, caller, organisation_id)
    require_living(organisation)
    person = await accounts.find(session, wish.email, asked_by=caller, now=now)
    by = caller.account_id
    membership = await enrolment.enrol(session, resources, organisation, person.id, wish.roles, actor=caller, by=by, now=now)
    subject, text = letters.added(resources.settings.public_url, person.full_name, organisation.name, membership.roles)
    await queue_mail(session, to=person.email, subject=subject, text=text)
    return shown(membership.model_dump(), person)


async def change_roles(
    session: AsyncSession,
    resources: Resources,
    caller: Principal,
    organisation_id: UUID,
    account_id: UUID,
    roles: Sequence[str],
    *,
    version: int,
    now: datetime,
) -> dict[str, Any]:
    organisation = await managed(session, caller, organisation_id)
    membership = await membership_of(session, organisation_id, account_id)
    require_version(membership.version, version)
    await _keep_a_manager(session, membership, roles)
    by = caller.account_id
    await enrolment.change(session, resources, organisation, membership, roles, actor=caller, by=by, now=now)
    return shown(membership.model_dump(), await accounts.summary(session, account_id))


async def remove(
    session: AsyncSession, resources: Resources, caller: Principal, organisation_id: UUID, account_id: UUID, *, now: datetime
) -> None:
    """By a manager, or by the person, who leaves. Access tokens that say the part are refused from now on."""
    if account_id == caller.account_id:
        organisation = await repository.lock(session, organisation_id)
        if organisation is None:
            raise NotFound()
    else:
        organisation = await managed(session, caller, organisation_id)
    membership = await membership_of(session, organisation_id, account_id)
    await _keep_a_manager(session, membership, ())
    by = caller.account_id
    await enrolment.strike_off(session, resources, organisation, membership, actor=caller, by=by, now=now)


async def hand_over(
    session: AsyncSession, resources: Resources, caller: Principal, organisation_id: UUID, wish: HandoverCreate, *, now: datetime
) -> dict[str, Any]:
    """A manager gives the role to another member and keeps none of it, in one act: the organisation is never without one."""
    organisation = await managed(session, caller, organisation_id)
    own = await repository.membership(session, organisation_id, caller.account_id)
    if own is None or rules.MANAGER not in own.roles:
        raise Forbidden()
    heir = await repository.membership(session, organisation_id, wish.account_id)
    if refusal := rules.handover_refusal(own.account_id, heir.account_id if heir else None, heir.roles if heir else ()):
        raise HandoverRefused(errors=[refusal])
    assert heir is not None  # noqa: S101 - refused above
    by = caller.account_id
    await enrolment.change(
        session, resources, organisation, heir, [*heir.roles, rules.MANAGER], actor=caller, by=by, now=now, reason="handover"
    )
    kept = [role for role in own.roles if role != rules.MANAGER] or ["member"]
    await enrolment.change(session, resources, organisation, own, kept, actor=caller, by=by, now=now, reason="handover")
    person, giver = await accounts.summary(session, heir.account_id), await accounts.summary(session, own.account_id)
    subject, text = letters.handed_over(resources.settings.public_url, person.full_name, organisation.name, giver.full_name)
    await queue_mail(session, to=person.email, subject=subject, text=text)
    return shown(heir.model_dump(), person)


async def declare_representative(
    session: AsyncSession,
    resources: Resources,
    caller: Principal,
    organisation_id: UUID,
    account_id: UUID,
    *,
    is_one: bool,
    version: int,
    now: datetime,
) -> dict[str, Any]:
    organisation = await managed(session, caller, organisation_id)
    membership = await membership_of(session, organisation_id, account_id)
    require_version(membership.version, version)
    if is_one and rules.SIGNATORY not in membership.roles:
        raise NotASignatory()
    await enrolment.mark_representative(session, resources, organisation, membership, is_one=is_one, actor=caller, now=now)
    return shown(membership.model_dump(), await accounts.summary(session, account_id))


async def signatories(reader: AsyncConnection[Row], caller: Principal, organisation_id: UUID) -> list[dict[str, Any]]:
    """Who signs for it, its legal representatives first; for its members."""
    await doors.require_member(reader, caller, organisation_id)
    rows = await fetch(reader, repository.SIGNATORIES, {"organisation_id": organisation_id})
    people = await accounts.summaries(reader, [row["account_id"] for row in rows])
    return [{**row, "full_name": people[row["account_id"]].full_name} for row in rows]


async def listing(
    reader: AsyncConnection[Row], caller: Principal, organisation_id: UUID, *, after: UUID, limit: int
) -> list[dict[str, Any]]:
    await doors.require_member(reader, caller, organisation_id)
    asked = {"organisation_id": organisation_id, "after_id": after, "limit": limit}
    rows = await fetch(reader, repository.MEMBERS, asked)
    people = await accounts.summaries(reader, [row["account_id"] for row in rows])
    return [shown(row, people[row["account_id"]]) for row in rows]


async def one(reader: AsyncConnection[Row], caller: Principal, organisation_id: UUID, account_id: UUID) -> dict[str, Any]:
    await doors.require_member(reader, caller, organisation_id)
    row = await fetch_one(reader, repository.MEMBERSHIP, {"organisation_id": organisation_id, "account_id": account_id})
    if row is None:
        raise NotFound()
    return shown(row, (await accounts.summaries(reader, [account_id]))[account_id])


async def own(reader: AsyncConnection[Row], caller: Principal, *, after: UUID, limit: int) -> list[Row]:
    asked = {"account_id": caller.account_id, "after_id": after, "limit": limit}
    return await fetch(reader, repository.OF_ACCOUNT, asked)


def shown(membership: Row, person: AccountSummary) -> dict[str, Any]:
    return {**membership, "full_name": person.full_name, "email": person.email}


async def membership_of(session: AsyncSession, organisation_id: UUID, account_id: UUID) -> Membership:
    membership = await repository.membership(session, organisation_id, account_id)
    if membership is None:
        raise NotFound()
    return membership


async def _keep_a_manager(session: AsyncSession, membership: Membership, roles: Sequence[str]) -> None:
    """The organisation is locked: two managers who leave at once are judged one after the other."""
    others = await repository.other_managers(session, membership.organisation_id, membership.account_id)
    if rules.leaves_nobody(membership.roles, roles, others):
        raise LastManager()
