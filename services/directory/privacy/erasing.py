"""Use cases of the erasure: asked for, thought over, done here and in every service; and of accounts nobody comes back to."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.db import Row, fetch, fetch_one
from services.common.erasures import REQUEST
from services.common.jobs import enqueue
from services.common.mail import queue_mail
from services.common.outbox import publish
from services.common.personal_data import ACCOUNT_ERASED, NAMING, Forgotten, Who
from services.common.problems import NotFound
from services.common.resources import Resources

from .. import events
from ..accounts import erasure as accounts
from ..accounts import service as account_service
from ..organisations import leaving
from ..sessions import service as sessions
from ..tables import KERNEL
from . import letters, repository, rules
from .errors import ErasureNotPending, LastAdministrator, LeavesOrganisationsWithoutManager, PersonalDataRequestPending
from .exports import HERE, note
from .models import DataRequest, DataRequestKind, DataRequestPart, DataRequestState
from .register import HOLDINGS
from .schemas import AccountErasureCreate

#: Job (`jobs.py`), by name.
ERASE = "directory:erase_account"


async def ask(
    session: AsyncSession, resources: Resources, caller: Principal, wish: AccountErasureCreate, *, origin: str, now: datetime
) -> dict[str, Any]:
    """Organisations are held before the account, as in every act on their people."""
    if left := await leaving.without_another_manager(session, caller.account_id):
        raise LeavesOrganisationsWithoutManager(organisations=left)
    person = await account_service.summary(session, caller.account_id)
    await sessions.prove(session, resources, sessions.Attempt(person.email, origin, now), wish.password)
    if await account_service.is_administrator(session, person.id) and len(await account_service.administrators(session)) == 1:
        raise LastAdministrator()
    if await repository.pending(session, person.id, DataRequestKind.ERASURE) is not None:
        raise PersonalDataRequestPending()
    due_at = now + timedelta(days=resources.settings.erasure_days)
    request = DataRequest(account_id=person.id, kind=DataRequestKind.ERASURE, asked_at=now, due_at=due_at)
    await repository.add(session, request)
    await note(session, request, "personal_data.erasure_asked", caller, now)
    subject, text = letters.erasure_asked(resources.settings.public_url, person.full_name, due_at)
    await queue_mail(session, to=person.email, subject=subject, text=text)
    return _read(request.model_dump(), [])


async def cancel(session: AsyncSession, caller: Principal, *, now: datetime) -> None:
    request = await repository.pending(session, caller.account_id, DataRequestKind.ERASURE)
    if request is None:
        raise ErasureNotPending()
    _close(request, DataRequestState.CANCELLED, now)
    await note(session, request, "personal_data.erasure_cancelled", caller, now)
    person = await account_service.summary(session, caller.account_id)
    subject, text = letters.erasure_cancelled(person.full_name)
    await queue_mail(session, to=person.email, subject=subject, text=text)


async def last(reader: AsyncConnection[Row], caller: Principal) -> dict[str, Any]:
    row = await fetch_one(reader, repository.LAST_ERASURE, {"account_id": caller.account_id})
    if row is None:
        raise NotFound()
    return _read(row, await fetch(reader, repository.PARTS, {"request_id": row["id"]}))


async def begin_due(session: AsyncSession, *, now: datetime, limit: int) -> None:
    """One piece of work for each account whose time has come."""
    for request_id in await repository.due_erasures(session, now, limit):
        await enqueue(session, ERASE, lock=f"erase:{request_id}", request_id=str(request_id))


async def erase(session: AsyncSession, resources: Resources, request_id: UUID, *, now: datetime) -> None:
    """Forget the person here, in one transaction which also tells the siblings. Twice, or after a change of mind, is nothing."""
    found = await repository.lock(session, request_id)
    if found is None or found.state is not DataRequestState.PENDING or found.due_at > now:
        return
    left = await leaving.without_another_manager(session, found.account_id)
    person = await accounts.living(session, found.account_id)
    if person is None:
        _close(found, DataRequestState.DONE, now)
        return
    if left:
        _close(found, DataRequestState.REFUSED, now)
        subject, text = letters.erasure_refused(resources.settings.public_url, person.full_name, [each["name"] for each in left])
        await queue_mail(session, to=person.email, subject=subject, text=text)
        await note(session, found, "personal_data.erasure_refused", None, now)
        return
    who = Who(person.id, person.email, person.full_name, await leaving.organisations_of(session, person.id))
    forgotten = Forgotten()
    for holding in HOLDINGS:
        if holding.erase is not None:
            forgotten.add(await holding.erase(session, resources, who, now))
    subject, text = letters.erased()
    await queue_mail(session, to=who.email, subject=subject, text=text)
    session.add(DataRequestPart(request_id=found.id, service=HERE, received_at=now, count=forgotten.count, kept=forgotten.kept))
    found.state, found.version = DataRequestState.ERASING, found.version + 1
    await _tell(session, found, {"erasure_id": str(found.id), **who.told()}, events.SUBSCRIBERS, now)
    await record(session, resources, rule=found.rule, before=None, count=forgotten.count, now=now)
    await note(session, found, "personal_data.erased", None, now, {"count": forgotten.count})


async def answered(session: AsyncSession, request_id: UUID, data: Mapping[str, Any], *, now: datetime) -> None:
    """A sibling forgot the person. Once all did, what named them in the outbox goes."""
    request = await repository.lock(session, request_id)
    service = str(data["service"])
    if request is None or request.kind is not DataRequestKind.ERASURE or service not in events.SUBSCRIBERS:
        return
    if await repository.part(session, request_id, service) is None:
        count, kept = int(data["count"]), list(data["kept"])
        session.add(DataRequestPart(request_id=request_id, service=service, received_at=now, count=count, kept=kept))
        await session.flush()
    if request.state is DataRequestState.ERASING and not await _silent(session, request_id):
        _close(request, DataRequestState.DONE, now)
        await repository.empty_event(session, request.account_id, *NAMING)
        await note(session, request, "personal_data.erased_everywhere", None, now)


async def tell_again(session: AsyncSession, *, now: datetime, limit: int) -> None:
    """Siblings that were away too long for an event to be delivered hear it again."""
    for request in await repository.unanswered(session, now - rules.TOLD_AGAIN, limit):
        data = await repository.told(session, request.event_id) if request.event_id else {}
        if data:
            await _tell(session, request, data, await _silent(session, request.id), now)


async def warn_inactive(session: AsyncSession, resources: Resources, before: datetime, *, now: datetime, limit: int) -> int:
    """Accounts nobody came back to: their person is told, once. How many."""
    people = await accounts.to_warn(session, before, limit)
    for person in people:
        subject, text = letters.inactive(resources.settings.public_url, person.full_name, now + rules.WARNED_FOR)
        await queue_mail(session, to=person.email, subject=subject, text=text)
        await accounts.warned(session, person.id, now)
    return len(people)


async def erase_inactive(session: AsyncSession, *, now: datetime, limit: int) -> int:
    """Those who did not come back: erased as if they had asked, unless an organisation would have no manager. How many."""
    begun = 0
    for person in await accounts.silent(session, now - rules.WARNED_FOR, limit):
        if await repository.pending(session, person.id, DataRequestKind.ERASURE) is not None:
            continue
        if await leaving.without_another_manager(session, person.id):
            continue
        request = DataRequest(account_id=person.id, kind=DataRequestKind.ERASURE, rule=rules.INACTIVE, asked_at=now, due_at=now)
        await repository.add(session, request)
        await enqueue(session, ERASE, lock=f"erase:{request.id}", request_id=str(request.id))
        begun += 1
    return begun


async def record(
    session: AsyncSession, resources: Resources, *, rule: str = REQUEST, before: datetime | None, count: int, now: datetime
) -> None:
    """A line of the register."""
    secret = resources.settings.secret_key
    await repository.REGISTER.record(session, secret, rule=rule, before=before, count=count, now=now)


async def _tell(session: AsyncSession, request: DataRequest, data: Mapping[str, Any], to: Any, now: datetime) -> None:
    request.event_id = await publish(
        session, KERNEL.outbox, type=ACCOUNT_ERASED, subject=request.account_id, data=data, at=now, to=tuple(to)
    )
    request.told_at = now
    await session.flush()


async def _silent(session: AsyncSession, request_id: UUID) -> list[str]:
    return rules.missing(events.SUBSCRIBERS, [part.service for part in await repository.parts(session, request_id)])


def _close(request: DataRequest, state: DataRequestState, now: datetime) -> None:
    request.state, request.closed_at, request.version = state, now, request.version + 1


def _read(request: Row, parts: list[Row]) -> dict[str, Any]:
    return {**request, "effective_at": request["due_at"], "answers": parts}
