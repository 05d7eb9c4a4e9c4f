"""Who holds what about people: each room that does is listed here, and every column that looks like a person's is accounted for.

A room that comes to hold personal data writes a `personal.py` and a line in `HOLDERS`; its columns go to `ACCOUNTED`. A test reads
every table of the service and refuses a column nobody speaks for.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row

from ..agenda import personal as agenda
from ..personal import Erased, Who
from ..registrations import personal as registrations
from ..surveys import personal as surveys

Export = Callable[[AsyncConnection[Any], Who], Awaitable[list[Row]]]
Erase = Callable[[AsyncSession, Who, datetime], Awaitable[Erased]]
#: Of these events; how many records.
Forget = Callable[[AsyncSession, Sequence[UUID], datetime], Awaitable[int]]


@dataclass(frozen=True)
class Holder:
    """A room that holds personal data: how it tells it, forgets somebody, and what each retention rule makes it forget.

    `erase` may need what rooms below still know of the person: holders are asked from the highest room to the lowest.
    """

    room: str
    export: Export | None = None
    erase: Erase | None = None
    forgets: Mapping[str, Forget] = field(default_factory=dict)


#: From the highest room to the lowest.
HOLDERS: tuple[Holder, ...] = (
    Holder("surveys", forgets={"answers": surveys.forget_answers}),
    Holder(
        "registrations",
        export=registrations.export,
        erase=registrations.erase,
        forgets={
            "needs": registrations.forget_needs,
            "phones": registrations.forget_phones,
            "answers": registrations.forget_answers,
            "identity": registrations.forget_people,
        },
    ),
    Holder("agenda", export=agenda.export),
)

_BY_RULE = "retention rule {}, and on request"
_STAFF = "who acted for the network; kept with the act, as in the journal"
#: `table.column` → how privacy accounts for it.
ACCOUNTED: dict[str, str] = {
    **dict.fromkeys(
        (
            "registrations.contact_name",
            "registrations.contact_email",
            "registrations.account_id",
            "registrations.email_confirmed_at",
            "attendees.given_name",
            "attendees.family_name",
            "attendees.email",
            "attendees.function",
        ),
        _BY_RULE.format("identity"),
    ),
    "registrations.contact_phone": _BY_RULE.format("phones"),
    "attendees.answers": _BY_RULE.format("answers"),
    "attendee_needs.dietary": _BY_RULE.format("needs"),
    "attendee_needs.accessibility": _BY_RULE.format("needs"),
    "survey_answers.answers": "anonymous from the first; texts go by retention rule answers",
    "attendees.organisation_name": "an organisation's name; follows the directory",
    "networks.name": "a network's name",
    "networks.contact_email": "a network's public address",
    "told_organisations.name": "an organisation's name, as the directory told it",
    "events.created_by": _STAFF,
    "outcomes.proposed_by": _STAFF,
    "event_sessions.programme": "speakers, public; exported, corrected by organisers",
    "events.partners": "organisations",
    "personal_data_requests.email": "gone once answered, or after 24 hours",
    "personal_data_requests.email_hash": "what limits count; gone after 24 hours",
    "personal_data_requests.origin": "what limits count; gone after 24 hours",
}
