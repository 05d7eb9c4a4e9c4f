"""Whom a registration's mails go to, what calendars must be told, when people are reminded. Pure functions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from ..registrations.people import is_reachable
from ..registrations.schemas import RegistrationState
from ..registrations.telling import News
from .schemas import LetterKind

S = RegistrationState
#: Seven days and one day before.
USUAL_REMINDERS = (168, 24)
MOST_MESSAGES_A_DAY = 5
#: States each news is true in; what stopped being true while its mail waited is not said.
TRUE_IN: Mapping[LetterKind, frozenset[RegistrationState]] = {
    LetterKind.TO_CONFIRM: frozenset({S.UNCONFIRMED}),
    LetterKind.TO_APPROVE: frozenset({S.TO_APPROVE}),
    LetterKind.SEATED: frozenset({S.SEATED}),
    LetterKind.WAITING: frozenset({S.WAITING}),
    LetterKind.OFFERED: frozenset({S.OFFERED}),
    LetterKind.LAPSED: frozenset({S.LAPSED}),
    LetterKind.CANCELLED: frozenset({S.CANCELLED}),
    LetterKind.REFUSED: frozenset({S.REFUSED}),
    LetterKind.CHANGED: frozenset({S.SEATED, S.WAITING, S.OFFERED, S.TO_APPROVE}),
    # Whoever had no seat yet is told with the end of their request.
    LetterKind.EVENT_CANCELLED: frozenset({S.SEATED}),
    LetterKind.EVENT_RESUMED: frozenset({S.SEATED, S.WAITING, S.OFFERED, S.TO_APPROVE}),
    LetterKind.EVENT_POSTPONED: frozenset({S.SEATED, S.WAITING, S.OFFERED, S.TO_APPROVE}),
    LetterKind.SESSION_MOVED: frozenset({S.SEATED, S.WAITING, S.OFFERED, S.TO_APPROVE}),
    LetterKind.SESSION_CANCELLED: frozenset({S.SEATED, S.WAITING, S.OFFERED, S.TO_APPROVE}),
    LetterKind.SESSION_ADDED: frozenset({S.SEATED, S.WAITING, S.OFFERED, S.TO_APPROVE}),
    LetterKind.REMINDER: frozenset({S.SEATED}),
    LetterKind.MESSAGE: frozenset({S.SEATED, S.WAITING, S.OFFERED, S.TO_APPROVE}),
}
#: News of who asked for the seats; the others of a group are told of what is theirs.
_CONTACT_ALONE = frozenset(
    {LetterKind.TO_CONFIRM, LetterKind.TO_APPROVE, LetterKind.OFFERED, LetterKind.LAPSED, LetterKind.REFUSED}
)
OF_REGISTRATION = {news: LetterKind(news.value) for news in News}


@dataclass(frozen=True)
class Recipient:
    """An address, and those of the registration it stands for; the first one's calendar receives the invitations.

    `former` left the group: their calendar has something to forget.
    """

    email: str
    name: str
    is_contact: bool
    people: tuple[Any, ...]
    former: tuple[Any, ...] = ()

    def identity(self, registration_id: UUID) -> UUID:
        """Whom the letter is recorded as written to: the registration for its contact, else the first of those of the address."""
        if self.is_contact:
            return registration_id
        first: UUID = min((*self.people, *self.former), key=lambda each: each.position).id
        return first


def recipients(contact_name: str, contact_email: str, people: Sequence[Any], kind: LetterKind, *, seated: bool) -> list[Recipient]:
    """The contact, then each other address of the group, once; somebody without an address is the contact's to tell.

    Others than the contact hear of a registration once it has seats, or of its end.
    """
    known = [each for each in people if each.erased_at is None]
    by_address: dict[str, list[Any]] = {contact_email.casefold(): []}
    for each in known:
        by_address.setdefault((each.email or contact_email).casefold(), []).append(each)
    found = []
    for address, those in by_address.items():
        is_contact = address == contact_email.casefold()
        present = tuple(each for each in those if each.left_at is None)
        former = tuple(each for each in those if each.left_at is not None)
        if not is_reachable(address):
            continue
        if is_contact:
            # Who asked for others reads what became of it; the reminder is for those who come.
            if present or kind is not LetterKind.REMINDER:
                found.append(Recipient(contact_email, contact_name, True, present, former))
        elif kind not in _CONTACT_ALONE and (seated or kind is LetterKind.CANCELLED):
            first = those[0]
            found.append(Recipient(first.email, f"{first.given_name} {first.family_name}", False, present, former))
    return found


def uid(attendee_id: UUID, session_id: UUID) -> UUID:
    """The same for ever: one person's entry for one session, in every calendar."""
    return uuid5(attendee_id, f"session:{session_id}")


@dataclass(frozen=True)
class Told:
    """What calendars know of an entry."""

    is_request: bool
    sequence: int
    said: str


def said(session: Mapping[str, Any], mode: str) -> str:
    """What makes an invitation another one: the session's date, place or state, and how the person takes part."""
    return f"{session['sequence']}:{mode}"


def next_told(known: Told | None, wanted: str | None, floor: int) -> Told | None:
    """What calendars must be told, or None when they know it. `wanted` None: the person is not expected."""
    if wanted is None:
        if known is None or not known.is_request:
            return None
        return Told(False, max(known.sequence + 1, floor), known.said)
    if known is None:
        return Told(True, floor, wanted)
    if known.is_request and known.said == wanted:
        return None
    return Told(True, max(known.sequence + 1, floor), wanted)


def due_reminder(hours: Iterable[int], starts_at: datetime, now: datetime) -> int | None:
    """The reminder whose time has come: the nearest to the beginning, so that a late one does not join the next.

    One that is late by half its delay is not worth sending: who announces a meeting two days before reminds nobody a week before.
    """
    due = [each for each in hours if starts_at - timedelta(hours=each) <= now]
    if not due or now >= starts_at:
        return None
    nearest = min(due)
    return nearest if now < starts_at - timedelta(hours=nearest) / 2 else None
