"""Use cases of the requests to join. Who asks never learns who manages, nor who answered."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.db import Row, fetch, fetch_one
from services.common.limits import retry_after
from services.common.mail import queue_mail
from services.common.problems import Forbidden, NotFound
from services.common.resources import Resources

from ..accounts import service as accounts
from ..accounts.schemas import AccountSummary
from ..organisations import doors, enrolment
from ..organisations.service import managed, require_living
from . import letters, repository, rules
from .errors import JoinRequestDecided, JoinRequestPending, TooManyJoinRequests
from .models import JoinRequest, RequestState
from .schemas import JoinRequestCreate
from .service import record


async def ask(
    session: AsyncSession, resources: Resources, caller: Principal, wish: JoinRequestCreate, *, now: datetime
) -> dict[str, Any]:
    organisation_id = wish.organisation_id or await doors.by_number(session, siret=wish.siret, rna=wish.rna)
    organisation = await doors.held(session, organisation_id)
    await doors.refuse_member(session, organisation_id, caller.account_id)
    if await repository.pending_request(session, organisation_id, caller.account_id) is not None:
        raise JoinRequestPending()
    if await repository.requests_made(session, caller.account_id, now - rules.WINDOW) >= rules.REQUESTS_PER_HOUR:
        raise TooManyJoinRequests(headers=retry_after(rules.WINDOW))
    request = JoinRequest(organisation_id=organisation_id, account_id=caller.account_id, word=wish.word, created_at=now)
    session.add(request)
    await session.flush()
    await record(session, "join_request.made", organisation_id, caller, now, {"id": str(request.id)})
    person = await accounts.summary(session, caller.account_id)
    subject, text = letters.asked(resources.settings.public_url, organisation.name, person.full_name, person.email, wish.word)
    for reader in await doors.people(session, organisation_id, "manager") or await accounts.administrators(session):
        await queue_mail(session, to=reader.email, subject=subject, text=text)
    return {**request.model_dump(), "organisation_name": organisation.name}


async def withdraw(session: AsyncSession, caller: Principal, request_id: UUID, *, now: datetime) -> dict[str, Any]:
    found = await repository.request(session, request_id)
    if found is None or found.account_id != caller.account_id:
        raise NotFound()
    organisation = await doors.held(session, found.organisation_id, living=False)
    request = await _awaiting(session, organisation.id, request_id)
    _decide(request, RequestState.WITHDRAWN, caller, now)
    await session.flush()
    await record(session, "join_request.withdrawn", organisation.id, caller, now, {"id": str(request.id)})
    return {**request.model_dump(), "organisation_name": organisation.name}


async def approve(
    session: AsyncSession,
    resources: Resources,
    caller: Principal,
    organisation_id: UUID,
    request_id: UUID,
    roles: Sequence[str],
    *,
    now: datetime,
) -> dict[str, Any]:
    organisation = await managed(session, caller, organisation_id)
    require_living(organisation)
    request = await _awaiting(session, organisation_id, request_id)
    person = await accounts.summary(session, request.account_id)
    await enrolment.enrol(session, resources, organisation, person.id, roles, actor=caller, by=caller.account_id, now=now)
    _decide(request, RequestState.APPROVED, caller, now)
    request.roles = list(roles)
    await session.flush()
    await repository.accept_pending(session, organisation_id, person.email, person.id, now)
    await record(session, "join_request.approved", organisation_id, caller, now, {"id": str(request.id), "roles": request.roles})
    subject, text = letters.approved(resources.settings.public_url, organisation.name, person.full_name, request.roles)
    await queue_mail(session, to=person.email, subject=subject, text=text)
    return _read(request.model_dump(), organisation.name, person)


async def refuse(
    session: AsyncSession, caller: Principal, organisation_id: UUID, request_id: UUID, reason: str, *, now: datetime
) -> dict[str, Any]:
    organisation = await managed(session, caller, organisation_id)
    request = await _awaiting(session, organisation_id, request_id)
    _decide(request, RequestState.REFUSED, caller, now)
    request.reason = reason
    await session.flush()
    await record(session, "join_request.refused", organisation_id, caller, now, {"id": str(request.id)})
    person = await accounts.summary(session, request.account_id)
    subject, text = letters.refused(organisation.name, person.full_name, reason)
    await queue_mail(session, to=person.email, subject=subject, text=text)
    return _read(request.model_dump(), organisation.name, person)


async def own(reader: AsyncConnection[Row], caller: Principal, *, before: UUID, limit: int) -> list[dict[str, Any]]:
    asked = {"account_id": caller.account_id, "before_id": before, "limit": limit}
    rows = await fetch(reader, repository.OWN_REQUESTS, asked)
    names = await doors.names(reader, [row["organisation_id"] for row in rows])
    return [{**row, "organisation_name": names[row["organisation_id"]]} for row in rows]


async def own_one(reader: AsyncConnection[Row], caller: Principal, request_id: UUID) -> dict[str, Any]:
    row = await fetch_one(reader, repository.REQUEST, {"request_id": request_id})
    if row is None or row["account_id"] != caller.account_id:
        raise NotFound()
    names = await doors.names(reader, [row["organisation_id"]])
    return {**row, "organisation_name": names[row["organisation_id"]]}


async def listing(
    reader: AsyncConnection[Row], caller: Principal, organisation_id: UUID, *, states: Sequence[str], before: UUID, limit: int
) -> list[dict[str, Any]]:
    await doors.require_manager(reader, caller, organisation_id)
    asked = {"organisation_id": organisation_id, "states": list(states) or None, "before_id": before, "limit": limit}
    return await _told(reader, await fetch(reader, repository.REQUESTS, asked))


async def one(reader: AsyncConnection[Row], caller: Principal, organisation_id: UUID, request_id: UUID) -> dict[str, Any]:
    await doors.require_manager(reader, caller, organisation_id)
    row = await fetch_one(reader, repository.REQUEST, {"request_id": request_id})
    if row is None or row["organisation_id"] != organisation_id:
        raise NotFound()
    return (await _told(reader, [row]))[0]


async def without_manager(reader: AsyncConnection[Row], caller: Principal, *, after: UUID, limit: int) -> list[dict[str, Any]]:
    """Those that nobody in the organisation can answer: for the platform's administrators."""
    if not caller.is_administrator:
        raise Forbidden()
    found: list[Row] = []
    while len(found) < limit:
        rows = await fetch(reader, repository.WAITING_REQUESTS, {"after_id": after, "limit": limit})
        managed_ones = await doors.with_managers(reader, [row["organisation_id"] for row in rows])
        found += [row for row in rows if row["organisation_id"] not in managed_ones]
        if len(rows) < limit:
            break
        after = rows[-1]["id"]
    return await _told(reader, found[:limit])


# ── Steps ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def _awaiting(session: AsyncSession, organisation_id: UUID, request_id: UUID) -> JoinRequest:
    """With the organisation held: two managers who answer at once are heard one after the other."""
    request = await repository.request(session, request_id, locked=True)
    if request is None or request.organisation_id != organisation_id:
        raise NotFound()
    if request.state is not RequestState.PENDING:
        raise JoinRequestDecided()
    return request


def _decide(request: JoinRequest, state: RequestState, caller: Principal, now: datetime) -> None:
    request.state, request.decided_at, request.decided_by = state, now, caller.account_id
    request.version += 1


async def _told(reader: AsyncConnection[Row], rows: Sequence[Row]) -> list[dict[str, Any]]:
    people = await accounts.summaries(reader, [row["account_id"] for row in rows])
    names = await doors.names(reader, [row["organisation_id"] for row in rows])
    return [_read(row, names[row["organisation_id"]], people[row["account_id"]]) for row in rows]


def _read(request: Row, organisation: str, person: AccountSummary) -> dict[str, Any]:
    return {**request, "organisation_name": organisation, "full_name": person.full_name, "email": person.email}
