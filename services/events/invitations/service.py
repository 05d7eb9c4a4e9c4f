"""Use cases of invitations: who is to be written to, reminders and their plan, messages of organisers, previews."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import limits
from services.common.auth import Principal
from services.common.clock import in_paris
from services.common.db import Row, driver
from services.common.etag import require_version
from services.common.ids import new_id
from services.common.jobs import enqueue
from services.common.problems import NotFound, PreconditionRequired
from services.common.resources import Resources

from ..agenda import published
from ..agenda import service as agenda
from ..agenda.telling import News as EventNews
from ..networks import service as networks
from ..registrations import audiences
from ..registrations.schemas import Mode
from . import addresses, letters, repository, rules
from .errors import NobodyToWriteTo, TooManyMessages
from .letters import Letter, Matter
from .models import EventMessage, ReminderPlan
from .rules import Recipient, Told
from .schemas import LetterKind, MessageCreate
from .writing import News

K = LetterKind
#: `message_id`: writes it to everybody it is for.
SEND_MESSAGE = "events:send_message"
_OF_EVENT = {
    EventNews.CANCELLED: K.EVENT_CANCELLED,
    EventNews.POSTPONED: K.EVENT_POSTPONED,
    EventNews.MOVED: K.SESSION_MOVED,
    EventNews.SESSION_CANCELLED: K.SESSION_CANCELLED,
    EventNews.SESSION_ADDED: K.SESSION_ADDED,
    EventNews.RESUMED: K.EVENT_RESUMED,
}


async def of_event(
    session: AsyncSession, event_id: UUID, news: EventNews, session_id: UUID | None, telling_id: str
) -> tuple[News, list[UUID]]:
    """What is to be said of the event, and the registrations it is to be said to."""
    edition = telling_id
    if not telling_id:
        event = await agenda.row_in(session, event_id)
        edition = f"v{event['version']}" if event else ""
    if session_id is not None:
        rows = await agenda.session_rows(await driver(session), [event_id])
        sequence = next((row["sequence"] for row in rows if row["id"] == session_id), 0)
        # Two changes before anybody was told are told once.
        edition = f"{session_id}:{sequence}"
    return News(_OF_EVENT[news], edition, session_id), await _concerned(session, event_id, session_id)


async def of_reminder(session: AsyncSession, event_id: UUID, session_id: UUID, hours: int, held_on: str) -> tuple[News, list[UUID]]:
    """The reminder of a session, and the registrations that may have seats at it."""
    said = News(K.REMINDER, f"{session_id}:{hours}:{held_on}", session_id, hours=hours, held_on=held_on)
    return said, await _concerned(session, event_id, session_id, {"seated"})


async def of_message(session: AsyncSession, message_id: UUID) -> tuple[News, list[UUID]]:
    """A message of the organisers, and the registrations it is for."""
    said = News(K.MESSAGE, str(message_id), message_id=message_id)
    message = await repository.message(session, message_id)
    if message is None:
        return said, []
    states, modes = set(message.states), set(message.modes)
    return said, await _concerned(session, message.event_id, message.session_id, states, modes)


async def due_reminders(session: AsyncSession, now: datetime) -> list[tuple[UUID, UUID, int, str]]:
    """`(event_id, session_id, hours, held_on)` of the reminders whose time has come; each is given once."""
    upcoming = await published.upcoming_sessions(session, now, now + timedelta(hours=720))
    plans = await repository.plans(session, list({row["event_id"] for row in upcoming}))
    found = []
    for row in upcoming:
        hours = rules.due_reminder(plans.get(row["event_id"], rules.USUAL_REMINDERS), row["starts_at"], now)
        held_on = in_paris(row["starts_at"]).date()
        if hours is not None and await repository.claim_reminder(session, row["id"], hours, held_on, now):
            found.append((row["event_id"], row["id"], hours, held_on.isoformat()))
    return found


async def reminders(session: AsyncSession, caller: Principal, event_id: UUID) -> Row:
    """When participants are reminded, for the event's organisers."""
    await agenda.seen_by_organiser(session, caller, event_id)
    return _shown(await repository.plan(session, event_id))


async def put_reminders(
    session: AsyncSession, caller: Principal, event_id: UUID, hours: list[int], *, version: int | None, now: datetime
) -> Row:
    """An organiser chooses when participants are reminded of each session."""
    event = await agenda.held_by_organiser(session, caller, event_id)
    plan = await repository.plan(session, event_id)
    if plan is None:
        if version is not None:
            require_version(0, version)
        plan = ReminderPlan(event_id=event_id, hours=hours)
        session.add(plan)
    else:
        if version is None:
            raise PreconditionRequired()
        require_version(plan.version, version)
        plan.hours, plan.version = hours, plan.version + 1
    await session.flush()
    await agenda.note(session, event, "event.reminders_chosen", caller, now, {"hours": hours})
    return _shown(plan)


async def send(session: AsyncSession, caller: Principal, event_id: UUID, wish: MessageCreate, *, now: datetime) -> EventMessage:
    """An organiser writes to participants: each is written to once, and the message is kept."""
    event = await agenda.held_by_organiser(session, caller, event_id)
    if wish.to.session_id is not None:
        await agenda.session_of(session, event_id, wish.to.session_id)
    lately = await repository.message_instants(session, event_id, now - timedelta(days=1))
    if left := limits.wait(lately, rules.MOST_MESSAGES_A_DAY, timedelta(days=1), now):
        raise TooManyMessages(headers=limits.retry_after(left))
    states, modes = [each.value for each in wish.to.states], [each.value for each in wish.to.modes]
    concerned = await _concerned(session, event_id, wish.to.session_id, set(states), set(modes))
    if not concerned:
        raise NobodyToWriteTo()
    message = EventMessage(
        event_id=event_id,
        session_id=wish.to.session_id,
        subject=wish.subject,
        text=wish.text,
        states=states,
        modes=modes,
        author_id=caller.account_id,
        registrations=len(concerned),
        written_at=now,
    )
    session.add(message)
    await session.flush()
    await enqueue(session, SEND_MESSAGE, message_id=str(message.id))
    told = {"message_id": str(message.id), "registrations": len(concerned), "states": states, "modes": modes}
    await agenda.note(session, event, "event.message_sent", caller, now, told)
    return message


async def messages(session: AsyncSession, caller: Principal, event_id: UUID, *, before_id: UUID, limit: int) -> list[Row]:
    """What organisers wrote, the latest first."""
    await agenda.seen_by_organiser(session, caller, event_id)
    return await repository.messages(session, event_id, before_id=before_id, limit=limit)


async def told(reader: AsyncConnection[Any], attendee_ids: list[UUID]) -> dict[tuple[UUID, UUID], Told]:
    """What each participant's calendar was last told of each session: `(attendee_id, session_id) → Told`."""
    rows = await repository.read_invitations(reader, attendee_ids)
    return {(row["attendee_id"], row["session_id"]): Told(row["method"] == "REQUEST", row["sequence"], row["said"]) for row in rows}


async def preview(
    session: AsyncSession, resources: Resources, caller: Principal, event_id: UUID, kind: LetterKind, *, now: datetime
) -> Letter:
    """A mail of the event as somebody imaginary would receive it."""
    await agenda.seen_by_organiser(session, caller, event_id)
    event = await agenda.row_in(session, event_id)
    if event is None:
        raise NotFound()
    reader = await driver(session)
    network = (await networks.faces(reader, [event["network_id"]]))[event["network_id"]]
    sessions = await agenda.session_rows(reader, [event_id])
    settings, imaginary = resources.settings, new_id()
    somebody = SimpleNamespace(
        id=imaginary, given_name="Camille", family_name="Exemple", mode=Mode.ON_SITE if event["is_on_site"] else Mode.VISIO
    )
    visio = {imaginary: f"{settings.public_url}/…"} if somebody.mode is Mode.VISIO else {}
    matter = Matter(
        event=event,
        network=network,
        page_url=addresses.page(settings, event["reference"], event_id),
        sessions=[row for row in sessions if row["status"] == "planned"],
        recipient=Recipient("camille@exemple.invalid", "Camille Exemple", True, (somebody,)),
        state="seated" if kind.value not in {"to_confirm", "to_approve", "waiting", "offered"} else kind.value,
        session=sessions[0] if sessions else None,
        code="7KQ29FVM",
        link=addresses.page(settings, event["reference"], event_id),
        rank=3,
        due_at=now + timedelta(hours=event["offer_hours"]),
        reason="" if kind is K.LAPSED else event["status_reason"] or "La raison que vous donnerez.",
        visio=visio,
        badges={imaginary: f"{settings.public_url}/…"},
        message=("Objet de votre message", "Bonjour,\n\nLe texte de votre message."),
    )
    return letters.write(kind, matter)


async def _concerned(
    session: AsyncSession,
    event_id: UUID,
    session_id: UUID | None,
    states: set[str] | None = None,
    modes: set[str] | None = None,
) -> list[UUID]:
    """Registrations for the whole event, or for that session."""
    return [
        row["id"]
        for row in await audiences.active(session, event_id)
        if (session_id is None or row["session_id"] in {None, session_id})
        and (states is None or row["state"] in states)
        and (not modes or modes & set(row["modes"] or ()))
    ]


def _shown(plan: ReminderPlan | None) -> Row:
    usual: Mapping[str, Any] = {"hours": list(rules.USUAL_REMINDERS), "is_usual": True, "version": 0}
    return dict(usual) if plan is None else {"hours": plan.hours, "is_usual": False, "version": plan.version}
