"""Use cases of organisers who approve or refuse requests, one by one or many at once."""

from collections import Counter
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.exc import DBAPIError
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.language import Language
from services.common.problems import NotFound, Problem, from_database

from ..agenda import service as agenda
from . import reaching, repository, seats, service
from .errors import NoSeatLeft, RegistrationActNotPossible
from .models import Registration, RegistrationState
from .people_schemas import DecisionKind, RegistrationDecision
from .reaching import Held
from .telling import News

S = RegistrationState


async def approve(session: AsyncSession, caller: Principal, registration_id: UUID, *, version: int, now: datetime) -> Registration:
    """Yes: seats at once when there are, otherwise a rank in the waiting list from this moment."""
    held = await _to_decide(session, caller, registration_id, version, now)
    found = held.found
    given = await reaching.seats_for_newcomers(
        session, held.event, held.desk, held.pools, [seats.person(each.model_dump(mode="json")) for each in held.people], now
    )
    if given is not None:
        found.state = S.SEATED
        await repository.take(session, dict(Counter(given)))
        await repository.set_seats(session, {each.id: seat for each, seat in zip(held.people, given, strict=True)})
    else:
        await to_wait(session, held)
    news = News.SEATED if given is not None else News.WAITING
    return await reaching.done(session, held, "approved", now, news, rank=found.rank, people=len(held.people))


async def refuse(
    session: AsyncSession, caller: Principal, registration_id: UUID, reason: str, *, version: int, now: datetime
) -> Registration:
    """No, and why: the person reads it."""
    held = await _to_decide(session, caller, registration_id, version, now)
    held.found.state, held.found.reason = S.REFUSED, reason
    return await reaching.done(session, held, "refused", now, News.REFUSED)


async def decide(
    session: AsyncSession,
    caller: Principal,
    event_id: UUID,
    decisions: list[RegistrationDecision],
    *,
    base_url: str,
    language: Language,
    now: datetime,
) -> list[dict[str, Any]]:
    """Each decision has its own result: one that cannot be carried out leaves the others be.

    All their desks are locked first, in the order of their ids, so that two organisers who decide at once do not wait for one another
    in a circle. Then the decisions are carried out in the order they were sent: the last seats go to the first of the list.
    """
    await agenda.seen_by_organiser(session, caller, event_id)
    await agenda.steady(session, event_id)
    found = [await repository.get(session, each.registration_id) for each in decisions]
    ours = {each.id: each.desk_id for each in found if each is not None and each.event_id == event_id}
    for desk_id in sorted(set(ours.values())):
        await seats.held(session, desk_id, now)
    results: list[dict[str, Any]] = []
    for decision in decisions:
        shown: dict[str, Any] = {"registration_id": decision.registration_id, "state": None, "rank": None, "problem": None}
        try:
            if decision.registration_id not in ours:
                raise NotFound()
            async with session.begin_nested():
                done = await _carry_out(session, caller, decision, now)
                shown |= {"state": done.state, "rank": (await service.shown(session, done))["rank"]}
        except (Problem, DBAPIError) as error:
            problem = error if isinstance(error, Problem) else from_database(error)
            if problem.status >= 500:
                raise
            title = problem.title.to(language)
            shown["problem"] = {"type": f"{base_url}/problems/{problem.slug()}", "title": title, "status": problem.status}
        results.append(shown)
    return results


async def _carry_out(session: AsyncSession, caller: Principal, decision: RegistrationDecision, now: datetime) -> Registration:
    if decision.decision is DecisionKind.APPROVAL:
        return await approve(session, caller, decision.registration_id, version=decision.version, now=now)
    return await refuse(session, caller, decision.registration_id, decision.reason or "", version=decision.version, now=now)


async def to_wait(session: AsyncSession, held: Held) -> None:
    """The last rank of the waiting list, under the desk's lock (409 where there is no waiting list)."""
    if not held.event["has_waiting_list"]:
        raise NoSeatLeft()
    desk, found = held.desk, held.found
    desk["last_rank"], desk["waiting_count"] = desk["last_rank"] + 1, desk["waiting_count"] + 1
    await repository.set_desk(session, desk["id"], last_rank=desk["last_rank"], waiting_count=desk["waiting_count"])
    found.state, found.rank, found.first_rank = S.WAITING, desk["last_rank"], desk["last_rank"]


async def _to_decide(session: AsyncSession, caller: Principal, registration_id: UUID, version: int, now: datetime) -> Held:
    reach = await reaching.by_organiser(session, caller, registration_id, version)
    held = await reaching.held(session, reach, now)
    if held.found.state is not S.TO_APPROVE:
        raise RegistrationActNotPossible(state=held.found.state.value)
    return held
