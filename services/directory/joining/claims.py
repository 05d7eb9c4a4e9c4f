"""Use cases of the claims of management: announced to all, granted after a delay unless a manager objects."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.db import Row, fetch, fetch_one
from services.common.jobs import enqueue
from services.common.mail import queue_mail
from services.common.problems import Forbidden, NotFound
from services.common.resources import Resources

from ..accounts import service as accounts
from ..accounts.schemas import AccountSummary
from ..organisations import doors, enrolment
from . import letters, repository
from .errors import AlreadyManager, ClaimDecided, ClaimPending
from .models import ClaimState, ManagementClaim
from .service import record

GRANT = "directory:grant_management_claim"
_AT_ONCE = 100


async def claim(
    session: AsyncSession, resources: Resources, caller: Principal, organisation_id: UUID, reason: str, *, now: datetime
) -> dict[str, Any]:
    organisation = await doors.held(session, organisation_id)
    part = await doors.part_of(session, organisation_id, caller.account_id)
    if part is None:
        raise Forbidden()
    if "manager" in part.roles:
        raise AlreadyManager()
    if (running := await repository.pending_claim(session, organisation_id)) is not None:
        raise ClaimPending(effective_at=running.effective_at)
    made = ManagementClaim(
        organisation_id=organisation_id,
        account_id=caller.account_id,
        reason=reason,
        created_at=now,
        effective_at=now + timedelta(days=resources.settings.claim_days),
    )
    session.add(made)
    await session.flush()
    await record(session, "management.claimed", organisation_id, caller, now, {"id": str(made.id)})
    person = await accounts.summary(session, caller.account_id)
    letter = letters.claimed(resources.settings.public_url, organisation.name, person.full_name, reason, made.effective_at)
    told = await doors.people(session, organisation_id)
    if not await doors.people(session, organisation_id, "manager"):
        told += await accounts.administrators(session)
    await _tell(session, told, letter)
    return _read(made.model_dump(), person)


async def object_to(
    session: AsyncSession, caller: Principal, organisation_id: UUID, claim_id: UUID, reason: str, *, now: datetime
) -> dict[str, Any]:
    """By a manager of the organisation; administrators decide instead."""
    organisation = await doors.held(session, organisation_id, living=False)
    part = await doors.part_of(session, organisation_id, caller.account_id)
    if part is None or "manager" not in part.roles:
        raise Forbidden()
    found = await _running(session, organisation_id, claim_id)
    return await _refuse(session, organisation, found, ClaimState.OBJECTED, reason, caller, now)


async def decide(
    session: AsyncSession,
    resources: Resources,
    caller: Principal,
    organisation_id: UUID,
    claim_id: UUID,
    *,
    is_granted: bool,
    reason: str,
    now: datetime,
) -> dict[str, Any]:
    """By an administrator of the platform, without waiting; also after an objection that hides the fault."""
    organisation = await doors.held(session, organisation_id, living=False)
    if not caller.is_administrator:
        raise Forbidden()
    found = await _running(session, organisation_id, claim_id, ClaimState.PENDING, ClaimState.OBJECTED)
    if not is_granted:
        return await _refuse(session, organisation, found, ClaimState.REFUSED, reason, caller, now)
    found.answer = reason
    return await _grant(session, resources, organisation, found, caller, now)


async def withdraw(
    session: AsyncSession, caller: Principal, organisation_id: UUID, claim_id: UUID, *, now: datetime
) -> dict[str, Any]:
    organisation = await doors.held(session, organisation_id, living=False)
    found = await _of(session, organisation.id, claim_id)
    if found.account_id != caller.account_id:
        raise Forbidden()
    if found.state is not ClaimState.PENDING:
        raise ClaimDecided()
    _end(found, ClaimState.WITHDRAWN, caller, now)
    await session.flush()
    await record(session, "management.claim_withdrawn", organisation_id, caller, now, {"id": str(found.id)})
    return _read(found.model_dump(), await accounts.summary(session, found.account_id))


async def grant_due(session: AsyncSession, now: datetime) -> None:
    """One job for each claim whose delay is over: one that fails holds none of the others up."""
    for claim_id in await repository.due_claims(session, now, _AT_ONCE):
        await enqueue(session, GRANT, lock=f"claim:{claim_id}", claim_id=str(claim_id))


async def grant_when_due(session: AsyncSession, resources: Resources, claim_id: UUID, *, now: datetime) -> None:
    """Nobody objected in time. Run twice it does no harm: the claim is then over."""
    known = await repository.claim(session, claim_id)
    if known is None:
        return
    organisation = await doors.held(session, known.organisation_id, living=False)
    found = await repository.claim(session, claim_id, locked=True)
    if found is not None and found.state is ClaimState.PENDING and found.effective_at <= now:
        await _grant(session, resources, organisation, found, None, now)


async def listing(
    reader: AsyncConnection[Row], caller: Principal, organisation_id: UUID, *, before: UUID, limit: int
) -> list[dict[str, Any]]:
    await doors.require_member(reader, caller, organisation_id)
    asked = {"organisation_id": organisation_id, "before_id": before, "limit": limit}
    return await _told(reader, await fetch(reader, repository.CLAIMS, asked))


async def one(reader: AsyncConnection[Row], caller: Principal, organisation_id: UUID, claim_id: UUID) -> dict[str, Any]:
    await doors.require_member(reader, caller, organisation_id)
    row = await fetch_one(reader, repository.CLAIM, {"claim_id": claim_id})
    if row is None or row["organisation_id"] != organisation_id:
        raise NotFound()
    return (await _told(reader, [row]))[0]


async def waiting(reader: AsyncConnection[Row], caller: Principal, *, after: UUID, limit: int) -> list[dict[str, Any]]:
    """Every claim that runs, for the platform's administrators."""
    if not caller.is_administrator:
        raise Forbidden()
    return await _told(reader, await fetch(reader, repository.WAITING_CLAIMS, {"after_id": after, "limit": limit}))


# ── Steps ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def _of(session: AsyncSession, organisation_id: UUID, claim_id: UUID) -> ManagementClaim:
    found = await repository.claim(session, claim_id, locked=True)
    if found is None or found.organisation_id != organisation_id:
        raise NotFound()
    return found


async def _running(session: AsyncSession, organisation_id: UUID, claim_id: UUID, *states: ClaimState) -> ManagementClaim:
    found = await _of(session, organisation_id, claim_id)
    if found.state not in (states or (ClaimState.PENDING,)):
        raise ClaimDecided()
    return found


async def _grant(
    session: AsyncSession,
    resources: Resources,
    organisation: doors.Organisation,
    found: ManagementClaim,
    actor: Principal | None,
    now: datetime,
) -> dict[str, Any]:
    """The claimant manages too; nobody loses the role. Nothing is left to grant to who left, or in a dissolved organisation."""
    person = await accounts.summary(session, found.account_id)
    part = await doors.part_of(session, organisation.id, person.id)
    if part is None or "manager" in part.roles or organisation.dissolved_on is not None:
        _end(found, ClaimState.LAPSED, actor, now)
        await session.flush()
        await record(session, "management.claim_lapsed", organisation.id, actor, now, {"id": str(found.id)})
        return _read(found.model_dump(), person)
    by = actor.account_id if actor else None
    roles = [*part.roles, "manager"]
    await enrolment.change(session, resources, organisation, part, roles, actor=actor, by=by, now=now, reason="claim")
    _end(found, ClaimState.GRANTED, actor, now)
    await session.flush()
    await record(session, "management.claim_granted", organisation.id, actor, now, {"id": str(found.id)})
    letter = letters.claim_granted(resources.settings.public_url, organisation.name, person.full_name)
    await _tell(session, await doors.people(session, organisation.id), letter)
    return _read(found.model_dump(), person)


async def _refuse(
    session: AsyncSession,
    organisation: doors.Organisation,
    found: ManagementClaim,
    state: ClaimState,
    reason: str,
    caller: Principal,
    now: datetime,
) -> dict[str, Any]:
    found.answer = reason
    _end(found, state, caller, now)
    await session.flush()
    await record(session, f"management.claim_{state.value}", organisation.id, caller, now, {"id": str(found.id)})
    person = await accounts.summary(session, found.account_id)
    await _tell(session, [person], letters.claim_refused(organisation.name, person.full_name, reason))
    return _read(found.model_dump(), person)


def _end(found: ManagementClaim, state: ClaimState, actor: Principal | None, now: datetime) -> None:
    found.state, found.decided_at, found.decided_by = state, now, actor.account_id if actor else None
    found.version += 1


async def _tell(session: AsyncSession, people: Sequence[AccountSummary], letter: letters.Letter) -> None:
    subject, text = letter
    for person in {each.id: each for each in people}.values():
        await queue_mail(session, to=person.email, subject=subject, text=text)


async def _told(reader: AsyncConnection[Row], rows: Sequence[Row]) -> list[dict[str, Any]]:
    people = await accounts.summaries(reader, [row["account_id"] for row in rows])
    return [_read(row, people[row["account_id"]]) for row in rows]


def _read(found: Row, person: AccountSummary) -> dict[str, Any]:
    return {**found, "full_name": person.full_name}
