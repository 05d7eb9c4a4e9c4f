"""Who holds what about people in the directory: a room that comes to hold some writes an `export` and an `erase`, and a line here.

A test reads every table of the service and refuses a column nobody speaks for.
"""

from typing import Any

from psycopg import AsyncConnection

from services.common.db import Row, fetch
from services.common.personal_columns import said
from services.common.personal_data import Holding, Who

from ..accounts import erasure as accounts
from ..actors import personal as actors
from ..joining import personal as joining
from ..organisations import leaving
from ..sessions import service as sessions
from . import repository


async def _asked(reader: AsyncConnection[Any], who: Who) -> list[Row]:
    return await fetch(reader, repository.ASKED, {"account_id": who.account_id})


#: From the highest room to the lowest: erasing may need what rooms below still know of the person.
HOLDINGS: tuple[Holding, ...] = (
    Holding("privacy", "vos demandes sur vos données", ("data_requests", "data_request_parts"), _asked),
    Holding(
        "actors",
        "ce que vous montrez dans l'annuaire",
        ("actor_people", "actor_messages", "actor_cards"),
        actors.export,
        actors.erase,
    ),
    Holding(
        "sessions", "les appareils connectés", ("sessions", "refresh_tokens", "sign_in_failures"), sessions.export, sessions.erase
    ),
    Holding(
        "joining",
        "invitations, demandes d'adhésion, réclamations de gestion",
        ("invitations", "invitation_mails", "join_requests", "management_claims"),
        joining.export,
        joining.erase,
    ),
    Holding("organisations", "votre part dans des organisations", ("memberships", "organisations"), leaving.export, leaving.erase),
    Holding(
        "accounts", "le compte et ses actes", ("accounts", "mailed_tokens", "account_requests"), accounts.export, accounts.erase
    ),
)

_ID = "an account's id: kept, it names nobody once the account is erased"
_LIMITS = "what limits count; gone after an hour or a day"
_FACE = "what an organisation shows of itself"
_TECHNICAL = "a code, a role, a key, a digest: nobody's"
_HASHED = "a secret, hashed"
#: `table.column` → how privacy accounts for it. A test refuses a column that may name somebody and is not here.
ACCOUNTED: dict[str, str] = {
    **said(_HASHED, accounts="password_hash", api_client_secrets="hint secret_hash", mailed_tokens="password_hash token_hash"),
    **said(_HASHED, refresh_tokens="token_hash"),
    **said("which device, as its browser says; on request, gone when the session is over", sessions="user_agent"),
    **said(_FACE, actor_cards="city kind presentation search_text territory_codes theme_codes website"),
    **said(_FACE, organisations="city postcode rna search_text siret street website"),
    **said("what a service kept of somebody and why; names nobody", data_request_parts="kept"),
    **said(
        _TECHNICAL,
        api_clients="scopes",
        data_request_parts="file_key service",
        data_requests="file_key file_sha256 rule",
        erasures="digest previous rule",
        invitations="roles",
        join_requests="roles",
        memberships="roles",
        territories="code parent_code",
        territory_successions="new_code old_code",
        themes="code label parent_code synonyms",
    ),
    **dict.fromkeys(("accounts.email", "accounts.full_name"), "on request; retention rule inactive_accounts"),
    **dict.fromkeys(("mailed_tokens.account_id", "mailed_tokens.full_name"), "gone with the link"),
    **dict.fromkeys(
        (
            "account_requests.email_hash",
            "account_requests.origin",
            "sign_in_failures.email_hash",
            "sign_in_failures.origin",
            "invitation_mails.email_hash",
            "invitation_mails.sender_id",
        ),
        _LIMITS,
    ),
    "sessions.account_id": "on request; gone when the session is over",
    "invitations.email": "on request; gone three months after it is over",
    "join_requests.word": "on request; retention rule joining_words",
    "join_requests.reason": "on request; retention rule joining_words",
    "management_claims.reason": "on request; retention rule joining_words",
    "management_claims.answer": "on request; retention rule joining_words",
    **dict.fromkeys(
        (
            "invitations.account_id",
            "invitations.invited_by",
            "join_requests.account_id",
            "join_requests.decided_by",
            "management_claims.account_id",
            "management_claims.decided_by",
            "memberships.account_id",
            "api_clients.created_by",
            "data_requests.account_id",
        ),
        _ID,
    ),
    **dict.fromkeys(
        (
            "actor_people.account_id",
            "actor_people.function",
            "actor_people.topics",
            "actor_people.phone",
            "actor_people.shows_email",
        ),
        "theirs to withdraw; gone when they leave the organisation; on request",
    ),
    "actor_messages.sender_id": _LIMITS,
    **dict.fromkeys(
        ("actor_cards.name", "actor_cards.sort_name", "actor_cards.public_email", "actor_cards.public_phone"),
        "an organisation's own, public",
    ),
    "organisations.name": "an organisation's name",
    "organisations.legal_name": "an organisation's name",
    "organisations.sort_name": "an organisation's name",
    "organisations.representative_name": "on request, while the person belongs to it; corrected by its managers",
    "organisations.representative_function": "goes with the name",
    "organisations.cer_signatory_name": "on request, while the person belongs to it",
    "organisations.dissolution_reason": "how an organisation ended",
    "organisations.dissolution_note": "what administrators wrote of an organisation",
    "api_clients.name": "a program's name",
    "territories.name": "a territory's name",
    "territories.sort_name": "a territory's name",
}
