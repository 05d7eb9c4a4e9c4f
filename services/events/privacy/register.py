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
from services.common.personal_columns import said

from ..agenda import personal as agenda
from ..attendance import personal as attendance
from ..certificates import personal as certificates
from ..feeds import personal as feeds
from ..invitations import personal as invitations
from ..needs import personal as needs
from ..personal import Erased, Who
from ..registrations import personal as registrations
from ..surveys import personal as surveys
from ..visio import personal as visio

Export = Callable[[AsyncConnection[Any], Who], Awaitable[list[Row]]]
Erase = Callable[[AsyncSession, Who, datetime], Awaitable[Erased]]
#: Of these events; how many records.
Forget = Callable[[AsyncSession, Sequence[UUID], datetime], Awaitable[int]]
#: What no event's end dates: from before an instant, so many records at most; how many.
ForgetOld = Callable[[AsyncSession, datetime, int], Awaitable[int]]


@dataclass(frozen=True)
class Holder:
    """A room that holds personal data: how it tells it, forgets somebody, and what each retention rule makes it forget.

    `erase` may need what rooms below still know of the person: holders are asked from the highest room to the lowest.
    """

    room: str
    export: Export | None = None
    erase: Erase | None = None
    forgets: Mapping[str, Forget] = field(default_factory=dict)
    forgets_old: Mapping[str, ForgetOld] = field(default_factory=dict)


#: From the highest room to the lowest.
HOLDERS: tuple[Holder, ...] = (
    Holder("surveys", export=surveys.export, erase=surveys.erase, forgets={"answers": surveys.forget_answers}),
    Holder(
        "certificates",
        export=certificates.export,
        erase=certificates.erase,
        forgets={"identity": certificates.forget_names, "certificates": certificates.expire},
    ),
    Holder("feeds", export=feeds.export, erase=feeds.erase),
    Holder("invitations", export=invitations.export, forgets={"identity": invitations.forget}),
    Holder("visio", export=visio.export, erase=visio.erase, forgets={"identity": visio.forget}),
    Holder("attendance", export=attendance.export, erase=attendance.erase, forgets={"identity": attendance.forget}),
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
        forgets_old={"needs": registrations.forget_useless_needs},
    ),
    Holder("needs", export=needs.export, erase=needs.erase, forgets_old={"wishes": needs.forget_old}),
    Holder("agenda", export=agenda.export, erase=agenda.erase),
)

_BY_RULE = "retention rule {}, and on request"
_STAFF = "who acted for the network; kept with the act, as in the journal"
_SHOWN = "what an event, a network or the vocabulary shows everybody"
_TECHNICAL = "a code, a key, a digest, a mark: nobody's"
#: `table.column` → how privacy accounts for it. A test refuses a column that may name somebody and is not here.
ACCOUNTED: dict[str, str] = {
    **said(
        _SHOWN,
        event_messages="modes states subject",
        event_series="description title",
        event_sessions="place room title",
        events="aims audiences cost_note description documents form reference summary territory_codes territory_path theme_codes"
        " theme_path title vague_date",
        networks="code description website",
        outcomes="abstract permalink reference title url",
        seat_pools="audiences label territory_codes",
        surveys="form",
        territories="code kind label path",
        themes="code label path",
    ),
    **said(
        _TECHNICAL,
        attendees="key",
        certificates="code file_key file_sha256 reference",
        check_ins="client_id device_id",
        erasures="digest previous rule",
        invitations="said",
        letters="edition news",
        personal_feeds="token_hash",
        plan_targets="code",
        presence_stays="mark source",
        registrations="code",
        visio_accounts="algorithm identifier key key_id secret_sealed subject webhook_secret_sealed",
        visio_links="revoked_because",
        visio_movements="connection",
        visio_recordings="playbacks provider_ref",
        visio_rooms="failure meeting_id",
    ),
    **said("where somebody comes from, counted without their name", attendees="territory_code territory_path"),
    **said("what is wished, not who wishes", training_needs="preferred_period territory_code theme_codes"),
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
    **dict.fromkeys(
        (
            "attendee_needs.attendee_id",
            "attendee_needs.dietary",
            "attendee_needs.dietary_kinds",
            "attendee_needs.accessibility",
            "attendee_needs.accessibility_kinds",
        ),
        _BY_RULE.format("needs"),
    ),
    **dict.fromkeys(
        (
            "certificates.holder_name",
            "certificates.ended_reason",
            "check_ins.attendee_id",
            "presence_stays.attendee_id",
            "presences.note",
            "visio_links.attendee_id",
            "visio_links.marks",
            "registrations.reason",
        ),
        _BY_RULE.format("identity"),
    ),
    **dict.fromkeys(("letters.recipient_id", "invitations.attendee_id"), "neither name nor address; retention rule identity"),
    **dict.fromkeys(("certificates.attendee_id", "presences.attendee_id"), "hours stay counted, to a participant nobody names"),
    "certificates.facts": "event, days and hours, no name; mostly gone by retention rule certificates",
    "visio_links.label": "a speaker's; retention rule identity",
    "survey_invitations.attendee_id": "whether they answered, not what; on request, and nobody is named once the participant is not",
    "training_needs.account_id": _BY_RULE.format("wishes"),
    "training_needs.email": "gone with the answer; retention rule wishes, and on request",
    "training_needs.wish": "what is wished, not who wishes; exported",
    "training_needs.reason": "what organisers answered",
    "personal_feeds.account_id": "theirs to revoke; on request",
    "email_changes.email": "until it confirms, or the day after; on request",
    **dict.fromkeys(
        ("link_requests.email_hash", "link_requests.origin"),
        "what limits count; gone after a day",
    ),
    **dict.fromkeys(
        ("registration_attempts.email_hash", "registration_attempts.origin"),
        "what limits count; gone after an hour",
    ),
    "survey_answers.answers": "anonymous from the first; texts go by retention rule answers",
    "attendees.organisation_name": "an organisation's name; follows the directory",
    "networks.name": "a network's name",
    "networks.contact_email": "a network's public address",
    "told_organisations.name": "an organisation's name, as the directory told it",
    "events.created_by": _STAFF,
    "outcomes.proposed_by": _STAFF,
    "certificates.issued_by": _STAFF,
    "check_ins.scanned_by": _STAFF + "; gone with the scan",
    "presences.validated_by": _STAFF + "; retention rule identity",
    "event_messages.author_id": _STAFF,
    "event_messages.text": "what organisers wrote to everybody registered",
    "events.status_reason": "what organisers told everybody",
    "event_sessions.cancelled_reason": "what organisers told everybody",
    "yearly_plans.note": "a network's own words about its offer",
    **dict.fromkeys(
        (
            "visio_accounts.address",
            "visio_accounts.name",
            "visio_accounts.server_address",
            "visio_recordings.name",
            "visio_rooms.account_id",
            "visio_settings.account_id",
            "visio_settings.address",
        ),
        "a provider's account, room or recording; nobody's",
    ),
    "event_sessions.programme": "speakers, public; exported, corrected by organisers",
    "events.partners": "organisations",
    "personal_data_requests.email": "gone once answered, or after 24 hours",
    "personal_data_requests.email_hash": "what limits count; gone after 24 hours",
    "personal_data_requests.origin": "what limits count; gone after 24 hours",
}
