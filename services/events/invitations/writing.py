"""Writing to the people of one registration: its state is read at that moment, each letter is written once, calendars are told.

One invitation is one message (RFC 5546 §3.2: one `UID`), and mail programs show the first calendar they find in a mail: the letter
carries the first session's invitation, each further session of a cycle has a short mail of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import calendars
from services.common.calendars import Entry, Party
from services.common.clock import in_paris
from services.common.db import Row, driver
from services.common.mail import Calendar, queue_mail
from services.common.problems import NotFound
from services.common.resources import Resources

from ..agenda import service as agenda
from ..networks import service as networks
from ..registrations import links
from ..registrations import service as registrations
from ..registrations.people import is_reachable
from ..registrations.schemas import RegistrationState, Source
from ..visio import links as visio
from . import addresses, letters, repository, rules
from .letters import Matter
from .models import EventMessage, Method
from .rules import Recipient, Told
from .schemas import LetterKind

K = LetterKind
_OF_SESSION = frozenset({K.SESSION_MOVED, K.SESSION_ADDED, K.SESSION_CANCELLED, K.REMINDER})
#: Said of registrations that an organiser's act ended.
_DECIDED = frozenset({K.EVENT_CANCELLED, K.SESSION_CANCELLED})
#: What is still worth saying once the event is cancelled.
_AFTER_CANCELLATION = frozenset({K.EVENT_CANCELLED, K.CANCELLED, K.REFUSED, K.LAPSED, K.MESSAGE})


@dataclass(frozen=True)
class News:
    """What there is to say: `edition` tells it from the same news said another time."""

    kind: LetterKind
    edition: str
    session_id: UUID | None = None
    message_id: UUID | None = None
    hours: int = 0
    held_on: str = ""


@dataclass(frozen=True)
class Case:
    """A registration with all that its letters speak of."""

    registration: Any
    people: Sequence[Any]
    event: Row
    network: Row
    sessions: Sequence[Row]
    #: Sessions of the event it is not for: calendars that have them forget them.
    others: Sequence[Row]
    concerned: Row | None
    message: EventMessage | None


async def write(session: AsyncSession, resources: Resources, registration_id: UUID, news: News, *, now: datetime) -> None:
    """Write the letters of this news to those it concerns, unless it stopped being true or was written already."""
    case = await _read(session, registration_id, news)
    if case is None or not await _is_true(session, case, news, now):
        return
    registration = case.registration
    seated = registration.state is RegistrationState.SEATED
    found = rules.recipients(registration.contact_name, registration.contact_email, case.people, news.kind, seated=seated)
    case, news = _as_decided(case, news)
    if news.kind in _DECIDED and registration.source is not Source.WALK_IN and registration.email_confirmed_at is None:
        return  # an address that did not confirm was promised that nothing more would be written to it
    for recipient in found:
        if case.message is not None and not _is_meant(case.message, recipient):
            continue
        identity = recipient.identity(registration_id)
        said = {"news": news.kind.value, "edition": news.edition or f"v{registration.version}", "written_at": now}
        if not recipient.is_contact and not recipient.people:
            # Those who left are told of that alone, once, if they were ever written to.
            if not await repository.was_written_to(session, registration_id, identity):
                continue
            said |= {"news": K.CANCELLED.value, "edition": f"left:{max(each.position for each in recipient.former)}"}
        if await repository.claim(session, case.event["id"], registration_id, identity, said):
            await _write_one(session, resources, case, recipient, news, now)


async def take_back(
    session: AsyncSession, resources: Resources, registration_id: UUID, former: Mapping[UUID, str], edition: str, *, now: datetime
) -> None:
    """Calendars of addresses that people no longer have (`attendee id → address`) forget their entries, whatever follows; once."""
    news = News(K.CANCELLED, edition)
    case = await _read(session, registration_id, news)
    for person in case.people if case else ():
        address = former.get(person.id, "")
        if case is None or person.erased_at is not None or not is_reachable(address):
            continue
        said = {"news": "address_left", "edition": edition, "written_at": now}
        if await repository.claim(session, case.event["id"], registration_id, person.id, said):
            gone = Recipient(address, f"{person.given_name} {person.family_name}", False, (), (person,))
            matter = await _matter(session, resources, case, gone, news.kind, now)
            for each in await _settle(session, case, matter, news, now):
                letter = letters.write_invitation(matter, each.session, is_request=False, has_moved=True)
                await _queue(session, matter, letter, each)


def _as_decided(case: Case, news: News) -> tuple[Case, News]:
    """A registration that ended because its event, or the one session it was for, is cancelled: that is what is said, and why."""
    if news.kind is not K.CANCELLED or case.registration.reason is None:
        return case, news
    if case.event["status"] == "cancelled" and case.registration.reason == (case.event["status_reason"] or ""):
        return case, replace(news, kind=K.EVENT_CANCELLED)
    own = next((row for row in case.sessions if row["id"] == case.registration.session_id), None)
    if own is not None and own["status"] == "cancelled" and case.registration.reason == (own["cancelled_reason"] or ""):
        return replace(case, concerned=own), replace(news, kind=K.SESSION_CANCELLED, session_id=own["id"])
    return case, news


async def _read(session: AsyncSession, registration_id: UUID, news: News) -> Case | None:
    try:
        registration = await registrations.get(session, registration_id)
    except NotFound:
        return None
    event = await agenda.row_in(session, registration.event_id)
    if event is None:
        return None
    reader = await driver(session)
    rows = await agenda.session_rows(reader, [event["id"]])
    faces = await networks.faces(reader, [event["network_id"]])
    return Case(
        registration,
        await registrations.attendees_of(session, registration_id),
        event,
        faces[event["network_id"]],
        [row for row in rows if registration.session_id in {None, row["id"]}],
        [row for row in rows if registration.session_id not in {None, row["id"]}],
        next((row for row in rows if row["id"] == news.session_id), None),
        await repository.message(session, news.message_id) if news.message_id else None,
    )


async def _is_true(session: AsyncSession, case: Case, news: News, now: datetime) -> bool:
    """Whether the news still holds: much may happen while a mail waits."""
    kind, concerned, status = news.kind, case.concerned, case.event["status"]
    if case.registration.state not in rules.TRUE_IN[kind]:
        return False
    if kind is K.LAPSED and case.registration.email_confirmed_at is None:
        return False  # nobody ever answered at that address
    if status == "cancelled" and kind not in _AFTER_CANCELLATION:
        return False
    if (kind is K.EVENT_CANCELLED and status != "cancelled") or (kind is K.EVENT_POSTPONED and status != "postponed"):
        return False
    if kind is K.MESSAGE:
        return case.message is not None and case.registration.state.value in case.message.states
    if kind not in _OF_SESSION:
        return True
    if concerned is None or concerned not in case.sessions:
        return False
    if kind is K.SESSION_CANCELLED:
        # Who came to that session alone is told with the end of their registration.
        return bool(concerned["status"] == "cancelled") and case.registration.session_id is None
    if concerned["status"] != "planned" or concerned["ends_at"] <= now:
        return False
    if kind is not K.REMINDER:
        return True
    due_at = concerned["starts_at"] - timedelta(hours=news.hours)
    on_that_day = in_paris(concerned["starts_at"]).date().isoformat() == news.held_on
    # Who was given their seat since has just read all this.
    newly = await repository.was_told_since(session, case.registration.id, K.SEATED.value, due_at)
    return status != "postponed" and now < concerned["starts_at"] and on_that_day and not newly


def _is_meant(message: EventMessage, recipient: Recipient) -> bool:
    return not message.modes or any(each.mode.value in message.modes for each in recipient.people)


async def _write_one(
    session: AsyncSession, resources: Resources, case: Case, recipient: Recipient, news: News, now: datetime
) -> None:
    kind = news.kind if recipient.is_contact or recipient.people else K.CANCELLED
    matter = await _matter(session, resources, case, recipient, kind, now)
    told = await _settle(session, case, matter, news, now)
    if kind is K.EVENT_RESUMED and recipient.people and matter.state == "seated" and not told:
        return  # their calendars were told already, session by session
    letter = letters.write(kind, matter)
    await _queue(session, matter, letter, told[0] if told else None)
    for each in told[1:]:
        await _queue(session, matter, letters.write_invitation(matter, each.session, is_request=each.is_request), each)


@dataclass(frozen=True)
class _ToTell:
    """An entry a calendar must be told of."""

    session: Row
    is_request: bool
    entry: Entry


async def _settle(session: AsyncSession, case: Case, matter: Matter, news: News, now: datetime) -> list[_ToTell]:
    """What this address's calendar must be told so that it holds what is true; it is recorded as told."""
    recipient = matter.recipient
    everybody = (*recipient.people, *recipient.former)
    if not everybody:
        return []
    rows = await repository.invitations(session, [each.id for each in everybody])
    known = {
        (row["attendee_id"], row["session_id"]): Told(row["method"] == Method.REQUEST.value, row["sequence"], row["said"])
        for row in rows
    }
    lead: Any = recipient.people[0] if recipient.people else None
    found = []
    for row in (*case.sessions, *case.others):
        if row["ends_at"] <= now or (news.kind in _OF_SESSION and row["id"] != news.session_id):
            continue
        is_theirs = row in case.sessions
        for each in everybody:
            is_wanted = is_theirs and each is lead and _is_expected(case, each, row, news)
            wanted = rules.said(row, each.mode.value) if is_wanted else None
            told = rules.next_told(known.get((each.id, row["id"])), wanted, row["sequence"])
            if told is not None:
                method = Method.REQUEST if told.is_request else Method.CANCEL
                await repository.put_invitation(session, each.id, row["id"], method, told.sequence, told.said, now)
                found.append(_ToTell(row, told.is_request, _entry(matter, row, each, told, now)))
    return found


def _is_expected(case: Case, person: Any, row: Row, news: News) -> bool:
    if case.registration.state is not RegistrationState.SEATED or person.pool_id is None or row["status"] != "planned":
        return False
    # A postponed event is out of calendars until a session is given its new date.
    postponed = case.event["status"] == "postponed" and news.kind not in {K.SESSION_MOVED, K.SESSION_ADDED}
    return case.event["status"] != "cancelled" and not postponed


def _entry(matter: Matter, row: Row, person: Any, told: Told, now: datetime) -> Entry:
    recipient = matter.recipient
    name = recipient.name if recipient.is_contact and len(recipient.people) != 1 else f"{person.given_name} {person.family_name}"
    shown = calendar_entry(matter, row, person.id, person.mode.value, told.sequence, now)
    return replace(
        shown, attendee=Party(name, recipient.email), status="CONFIRMED" if told.is_request else "CANCELLED", changed_at=now
    )


def calendar_entry(matter: Matter, row: Row, attendee_id: UUID, mode: str, sequence: int, now: datetime) -> Entry:
    """A person's own entry for a session: where they take part, their link, their badge."""
    on_site = row["is_on_site"] and (mode == "on_site" or not row["is_visio"])
    visio_url = "" if on_site else matter.visio.get(attendee_id, "")
    title = matter.event["title"] + (f" – {row['title']}" if row["title"] else "")
    return Entry(
        uid=str(rules.uid(attendee_id, row["id"])),
        sequence=sequence,
        stamp=now,
        summary=title,
        organizer=Party(matter.network["name"], matter.network["contact_email"]),
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        status="CANCELLED" if row["status"] == "cancelled" else "CONFIRMED",
        description=letters.entry_text(
            matter.event, row, visio_url, matter.badges.get(attendee_id, "") if on_site else "", on_site=on_site
        ),
        location=letters.location(row, mode, visio_url),
        url=matter.page_url,
        position=letters.position(row) if on_site else None,
    )


async def _queue(session: AsyncSession, matter: Matter, letter: letters.Letter, told: _ToTell | None) -> None:
    calendar = None
    if told is not None:
        method = (Method.REQUEST if told.is_request else Method.CANCEL).value
        calendar = Calendar(method, calendars.write([told.entry], method).decode())
    await queue_mail(
        session,
        to=matter.recipient.email,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        calendar=calendar,
        reply_to=matter.network["contact_email"],
    )


async def _matter(
    session: AsyncSession, resources: Resources, case: Case, recipient: Recipient, kind: LetterKind, now: datetime
) -> Matter:
    registration, settings = case.registration, resources.settings
    seated = registration.state is RegistrationState.SEATED
    rank = (await registrations.shown(session, registration))["rank"] if registration.rank is not None else None
    kept = [row for row in case.sessions if row["ends_at"] > now and (row["status"] == "planned" or kind is K.EVENT_CANCELLED)]
    reasons = {
        K.EVENT_CANCELLED: case.event["status_reason"],
        K.EVENT_POSTPONED: case.event["status_reason"],
        K.SESSION_CANCELLED: case.concerned["cancelled_reason"] if case.concerned else "",
        K.CANCELLED: registration.reason,
        K.LAPSED: registration.reason,
        K.REFUSED: registration.reason,
    }
    token = links.token(settings, registration.id, registration.link_version)
    remote = any(not row["is_on_site"] for row in kept)
    by_visio = [each.id for each in recipient.people if seated and (remote or each.mode.value == "visio")]
    return Matter(
        event=case.event,
        network=case.network,
        page_url=addresses.page(settings, case.event["reference"], case.event["id"]),
        sessions=kept,
        recipient=recipient,
        state=registration.state.value,
        session=case.concerned,
        code=registration.code if seated else "",
        link=links.address(settings, settings.registration_page_url, registration.id, registration.link_version)
        if recipient.is_contact
        else "",
        calendar_url=addresses.calendar(settings, token) if recipient.is_contact and len(kept) > 1 else "",
        rank=rank,
        due_at=registration.due_at,
        reason=reasons.get(kind) or "",
        visio=await visio.addresses(session, resources, by_visio) if by_visio else {},
        badges={each.id: addresses.badge(settings, each.key) for each in recipient.people} if seated else {},
        message=(case.message.subject, case.message.text) if case.message else ("", ""),
    )
