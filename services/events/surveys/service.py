"""Use cases of the surveys: organisers ask, people who had a seat answer once, without their name.

An invitation says that somebody may answer and whether they did; the answer says neither who nor when. Both are written in one
transaction and nothing that is stored ties them together, so that an answer cannot be changed either.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import forms, journal
from services.common.auth import Principal
from services.common.clock import today_in_paris
from services.common.db import Row, driver, fetch_in
from services.common.etag import require_version
from services.common.jobs import enqueue
from services.common.mail import queue_mail
from services.common.problems import NotFound, PreconditionRequired, StaleVersion
from services.common.resources import Resources

from ..agenda import following
from ..agenda import service as agenda
from ..agenda.schemas import EventStatus
from ..registrations import people
from ..registrations import service as registrations
from ..tables import KERNEL
from . import letters, links, repository, rules
from .errors import (
    BadSurveyDate,
    BadSurveyLink,
    SurveyActNotPossible,
    SurveyAnsweredAlready,
    SurveyAnswersMissing,
    SurveyClosed,
    SurveyFormInUse,
    SurveyTooEarly,
)
from .models import Survey
from .schemas import STATE_LABELS, SurveyResults, SurveyState, SurveyWrite

#: The job that writes to who may answer.
SEND = "events:send_survey"
#: People written to in one transaction.
_AT_ONCE = 200
#: An event said to be held later than this after its end is surveyed by hand, or not at all.
_STILL_FRESH = timedelta(days=30)


async def put(
    session: AsyncSession, caller: Principal, event_id: UUID, wish: SurveyWrite, *, version: int | None, now: datetime
) -> tuple[Row, bool]:
    """An organiser says what will be asked and until when; the survey, and whether it is new."""
    event = await agenda.held_by_organiser(session, caller, event_id)
    survey = await repository.of_event(session, event_id, lock=True)
    _require_read(survey, version)
    form = rules.DEFAULT_FORM if wish.form is None else wish.form
    forms.require_followable(form)
    if wish.closes_on is not None and wish.closes_on < today_in_paris(now):
        raise BadSurveyDate()
    is_new = survey is None
    if survey is None:
        survey = Survey(event_id=event_id, created_at=now, version=0)
        session.add(survey)
    elif form != survey.form and (await counts(session, survey.id))["answered_count"]:
        raise SurveyFormInUse()
    survey.form, survey.automatic = form, wish.automatic
    # Once open, leaving the day out keeps the one that was promised.
    survey.closes_on = wish.closes_on or (survey.closes_on if survey.opened_at else None)
    survey.version += 1
    await session.flush()
    await agenda.note(session, event, "event.survey_prepared", caller, now, {"closes_on": _written(survey)})
    return await shown(session, survey, now), is_new


async def open_by_hand(
    session: AsyncSession, resources: Resources, caller: Principal, event_id: UUID, *, version: int | None, now: datetime
) -> Row:
    """An organiser opens the survey, prepared or not: everybody who has a seat is written to."""
    event = await agenda.held_by_organiser(session, caller, event_id)
    survey = await repository.of_event(session, event_id, lock=True)
    _require_read(survey, version)
    if event.status in {EventStatus.CANCELLED, EventStatus.POSTPONED} or event.starts_at is None or event.starts_at > now:
        raise SurveyTooEarly()
    return await shown(session, await _open(session, resources, event, survey, caller, now), now)


async def open_when_held(session: AsyncSession, resources: Resources, event_id: UUID, *, now: datetime) -> None:
    """The event was said to be held: its survey opens, unless organisers said it does not by itself. Run twice, it opens once."""
    event = await agenda.get(session, event_id, lock=True)
    survey = await repository.of_event(session, event_id, lock=True)
    if event.status is not EventStatus.HELD or (survey is not None and (survey.opened_at is not None or not survey.automatic)):
        return
    await _open(session, resources, event, survey, None, now)


async def to_open(session: AsyncSession, *, now: datetime) -> list[UUID]:
    """Events held lately whose survey is still to open."""
    found: list[UUID] = []
    after_id = UUID(int=0)
    while batch := await following.held_between(session, now - _STILL_FRESH, now, after_id=after_id, limit=_AT_ONCE):
        settled = {row["event_id"] for row in await fetch_in(session, repository.SETTLED, {"ids": batch})}
        found += [event_id for event_id in batch if event_id not in settled]
        after_id = batch[-1]
    return found


async def close(session: AsyncSession, caller: Principal, event_id: UUID, *, version: int, now: datetime) -> Row:
    """An organiser ends it before its day."""
    event = await agenda.held_by_organiser(session, caller, event_id)
    survey = await repository.of_event(session, event_id, lock=True)
    if survey is None:
        raise NotFound()
    require_version(survey.version, version)
    _require_state(survey, SurveyState.OPEN, now)
    survey.closed_at, survey.version = now, survey.version + 1
    await session.flush()
    await agenda.note(session, event, "event.survey_closed", caller, now, {})
    return await shown(session, survey, now)


async def send(session: AsyncSession, resources: Resources, survey_id: UUID, *, now: datetime) -> bool:
    """Write to some of those who have a seat and were not written to; True when everybody was. Run twice, one mail each."""
    survey = await repository.get(session, survey_id, lock=True)
    if survey is None or survey.sent_at is not None or rules.state(survey.model_dump(), now) is not SurveyState.OPEN:
        return True
    event = await agenda.get(session, survey.event_id)
    already = {row["attendee_id"] for row in await fetch_in(session, repository.INVITED, {"id": survey.id})}
    seated = await registrations.seated(await driver(session), survey.event_id)
    wanted = rules.invited([person for person in seated if people.address_of(person)], already)
    for person in wanted[:_AT_ONCE]:
        address = people.address_of(person)
        if address and await repository.invite(session, survey.id, person["id"]):
            where = links.address(resources.settings, resources.settings.survey_page_url, survey.id, person["id"])
            subject, text = letters.invitation(event.title, person, survey.closes_on, where)
            await queue_mail(session, to=address, subject=subject, text=text)
    if len(wanted) > _AT_ONCE:
        return False
    survey.sent_at = now
    await session.flush()
    return True


async def unsent(session: AsyncSession) -> list[UUID]:
    return [row["id"] for row in await fetch_in(session, repository.UNSENT, {})]


async def of_event(session: AsyncSession, caller: Principal, event_id: UUID, *, now: datetime) -> Row:
    """The survey, for the event's organisers."""
    return await shown(session, await _seen(session, caller, event_id), now)


async def results(session: AsyncSession, caller: Principal, event_id: UUID, *, now: datetime) -> SurveyResults:
    """What people said, for the event's organisers."""
    survey = await _seen(session, caller, event_id)
    counted = await counts(session, survey.id)
    answers = await _answers(session, survey)
    return SurveyResults(
        event_id=event_id,
        state=rules.state(survey.model_dump(), now),
        **counted,
        share=rules.share(counted["answered_count"], counted["invited_count"]),
        questions=rules.results(survey.form, answers),
    )


async def table(session: AsyncSession, caller: Principal, event_id: UUID) -> tuple[str, Iterator[bytes]]:
    """The event's reference, and its answers as a table."""
    survey = await _seen(session, caller, event_id)
    event = await agenda.get(session, event_id)
    return event.reference, rules.table(survey.form, await _answers(session, survey))


async def by_link(session: AsyncSession, resources: Resources, token: str, *, now: datetime) -> Row:
    """What is asked of who holds the link, and whether it was answered."""
    survey, invitation = await _linked(session, resources, token)
    event = await agenda.get(session, survey.event_id)
    return {
        "event_title": event.title,
        "event_reference": event.reference,
        "state": rules.state(survey.model_dump(), now),
        "form": survey.form,
        "closes_on": survey.closes_on,
        "answered": invitation["answered"],
    }


async def answer(session: AsyncSession, resources: Resources, token: str, answers: dict[str, Any], *, now: datetime) -> None:
    """Somebody answers, once; what they said is kept without them."""
    survey, invitation = await _linked(session, resources, token)
    if rules.state(survey.model_dump(), now) is not SurveyState.OPEN:
        raise SurveyClosed()
    if errors := forms.errors_in(survey.form, answers, "/answers"):
        raise SurveyAnswersMissing(errors=errors)
    if not await repository.mark_answered(session, survey.id, invitation["attendee_id"]):
        raise SurveyAnsweredAlready()
    await repository.add_answer(session, survey.id, answers)
    await journal.record(session, KERNEL.journal, at=now, act="survey.answered", resource=("survey", survey.id), actor=None)


async def counts(session: AsyncSession, survey_id: UUID) -> Row:
    return (await fetch_in(session, repository.COUNTS, {"id": survey_id}))[0]


async def shown(session: AsyncSession, survey: Survey, now: datetime) -> Row:
    state = rules.state(survey.model_dump(), now)
    return {**survey.model_dump(), **await counts(session, survey.id), "state": state, "state_label": STATE_LABELS[state]}


async def _open(
    session: AsyncSession, resources: Resources, event: Any, survey: Survey | None, caller: Principal | None, now: datetime
) -> Survey:
    if survey is None:
        survey = Survey(event_id=event.id, form=rules.DEFAULT_FORM, created_at=now, version=0)
        session.add(survey)
    _require_state(survey, SurveyState.PREPARED, now)
    survey.opened_at, survey.version = now, survey.version + 1
    last = rules.last_day(now, resources.settings.survey_days)
    # A day that went by while the event was awaited is no promise any more.
    survey.closes_on = survey.closes_on if survey.closes_on and survey.closes_on >= today_in_paris(now) else last
    await session.flush()
    await enqueue(session, SEND, lock=f"survey:{survey.id}", survey_id=str(survey.id))
    await agenda.note(session, event, "event.survey_opened", caller, now, {"closes_on": _written(survey)})
    return survey


async def _answers(session: AsyncSession, survey: Survey) -> list[dict[str, Any]]:
    return [row["answers"] for row in await fetch_in(session, repository.ANSWERS, {"id": survey.id})]


async def _seen(session: AsyncSession, caller: Principal, event_id: UUID) -> Survey:
    await agenda.seen_by_organiser(session, caller, event_id)
    survey = await repository.of_event(session, event_id)
    if survey is None:
        raise NotFound()
    return survey


async def _linked(session: AsyncSession, resources: Resources, token: str) -> tuple[Survey, Row]:
    linked = links.read(resources.settings, token)
    survey = await repository.get(session, linked.survey_id)
    asked = {"id": linked.survey_id, "attendee_id": linked.attendee_id}
    invitations = await fetch_in(session, repository.INVITATION, asked)
    if survey is None or not invitations:
        raise BadSurveyLink()
    return survey, invitations[0]


def _require_read(survey: Survey | None, version: int | None) -> None:
    if survey is None and version is not None:
        raise StaleVersion()
    if survey is not None and version is None:
        raise PreconditionRequired()
    if survey is not None and version is not None:
        require_version(survey.version, version)


def _require_state(survey: Survey, wanted: SurveyState, now: datetime) -> None:
    found = rules.state(survey.model_dump(), now)
    if found is not wanted:
        raise SurveyActNotPossible(state=found.value)


def _written(survey: Survey) -> str | None:
    return survey.closes_on.isoformat() if survey.closes_on else None
