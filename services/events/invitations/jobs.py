"""Jobs of invitations: what acts ask to be told, reminders by the clock, messages; one job per registration, one more per mail.

Run twice, each finds what was written already (`letters`) and goes on where the other stopped.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.jobs import Job, enqueue, job
from services.common.resources import Resources

from ..agenda.telling import TELL_PARTICIPANTS
from ..agenda.telling import News as EventNews
from ..registrations.telling import TELL_REGISTRANT
from ..registrations.telling import News as RegistrationNews
from . import rules, service, writing
from .schemas import LetterKind
from .writing import News


@job(TELL_REGISTRANT)
async def tell_registrant(
    session: AsyncSession,
    resources: Resources,
    registration_id: str,
    news: str,
    telling_id: str = "",
    former: dict[str, str] | None = None,
) -> None:
    """The news of a registration; calendars of addresses that people no longer have are told first."""
    said = News(rules.OF_REGISTRATION[RegistrationNews(news)], telling_id)
    if former:
        left = {UUID(attendee_id): address for attendee_id, address in former.items()}
        await writing.take_back(session, resources, UUID(registration_id), left, telling_id, now=resources.clock.now())
    await writing.write(session, resources, UUID(registration_id), said, now=resources.clock.now())


@job(TELL_PARTICIPANTS)
async def tell_participants(
    session: AsyncSession, resources: Resources, event_id: str, news: str, session_id: str | None = None, telling_id: str = ""
) -> None:
    """Everybody the event's news concerns, one by one."""
    of_session = UUID(session_id) if session_id else None
    await _spread(session, *await service.of_event(session, UUID(event_id), EventNews(news), of_session, telling_id))


@job("events:write_to_registration")
async def write_to_registration(
    session: AsyncSession,
    resources: Resources,
    registration_id: str,
    kind: str,
    edition: str,
    session_id: str | None = None,
    message_id: str | None = None,
    hours: int = 0,
    held_on: str = "",
) -> None:
    said = News(
        LetterKind(kind),
        edition,
        UUID(session_id) if session_id else None,
        UUID(message_id) if message_id else None,
        hours,
        held_on,
    )
    await writing.write(session, resources, UUID(registration_id), said, now=resources.clock.now())


@job("events:remind_session")
async def remind_session(
    session: AsyncSession, resources: Resources, event_id: str, session_id: str, hours: int, held_on: str
) -> None:
    await _spread(session, *await service.of_reminder(session, UUID(event_id), UUID(session_id), hours, held_on))


@job("events:remind_due", cron="*/10 * * * *")
async def remind_due(session: AsyncSession, resources: Resources, timestamp: int) -> None:
    """Every ten minutes: the reminders whose time has come, each once."""
    now = max(resources.clock.now(), datetime.fromtimestamp(timestamp, UTC))
    for event_id, session_id, hours, held_on in await service.due_reminders(session, now):
        await enqueue(session, remind_session, event_id=str(event_id), session_id=str(session_id), hours=hours, held_on=held_on)


@job(service.SEND_MESSAGE)
async def send_message(session: AsyncSession, resources: Resources, message_id: str) -> None:
    await _spread(session, *await service.of_message(session, UUID(message_id)))


async def _spread(session: AsyncSession, said: News, registration_ids: Sequence[UUID]) -> None:
    for registration_id in registration_ids:
        await enqueue(
            session,
            write_to_registration,
            lock=f"registration:{registration_id}",
            registration_id=str(registration_id),
            kind=said.kind.value,
            edition=said.edition,
            session_id=str(said.session_id) if said.session_id else None,
            message_id=str(said.message_id) if said.message_id else None,
            hours=said.hours,
            held_on=said.held_on,
        )


JOBS: list[Job] = [tell_registrant, tell_participants, write_to_registration, remind_session, remind_due, send_message]
