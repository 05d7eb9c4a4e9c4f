"""Use cases of the organisations. Rights are read in the database, not in the token: who was just added can act at once, who
was just removed no longer can."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.auth import Principal
from services.common.clock import today_in_paris
from services.common.db import Row, fetch, fetch_one
from services.common.etag import require_version
from services.common.jobs import enqueue
from services.common.language import Text
from services.common.problems import FieldError, Forbidden, NotFound
from services.common.texts import patterns

from .. import events
from ..accounts import service as accounts
from ..tables import KERNEL
from . import repository, rules
from .errors import CerRefused, IdentifierRequired, KindReservedToAdministrators, OrganisationDissolved, RnaOfAssociationsOnly
from .models import Membership, Organisation
from .schemas import CerSignature, OrganisationCreate, OrganisationRead, OrganisationUpdate, nested

#: Job of the public directory (`actors`), by name: a card shows the organisation as it is now.
FOLLOW_CARD = "directory:follow_card"
#: Named in the journal without their value: it is never rewritten, and a person's name has to be forgotten one day.
_PERSONAL = {"representative_name", "representative_function", "cer_signatory_name", "dissolution_note"}


async def open_organisation(session: AsyncSession, caller: Principal, wish: OrganisationCreate, *, now: datetime) -> Organisation:
    """Open an organisation; the caller, or whom an administrator names, becomes its first manager."""
    if wish.kind in rules.ADMINISTERED_KINDS and not caller.is_administrator:
        raise KindReservedToAdministrators()
    if wish.manager_email and not caller.is_administrator:
        raise Forbidden(Text("Seule l'administration nomme quelqu'un d'autre.", "Only administrators name somebody else."))
    _refuse_unidentified(wish.kind, wish.siret, wish.rna)
    first_manager: UUID | None = None if wish.kind in rules.ADMINISTERED_KINDS else caller.account_id
    if wish.manager_email:
        first_manager = (await accounts.find(session, wish.manager_email, asked_by=caller, now=now)).id
    organisation = Organisation(**wish.columns(), created_at=now, sort_name="", search_text="")
    _index(organisation)
    session.add(organisation)
    await session.flush()
    if first_manager:
        roles = [rules.MANAGER, "member"]
        session.add(Membership(organisation_id=organisation.id, account_id=first_manager, roles=roles, created_at=now))
        await _record(session, organisation, "membership.added", caller, now, {"account_id": str(first_manager), "roles": roles})
    await _record(session, organisation, "organisation.opened", caller, now, {"kind": organisation.kind.value})
    await _announce(session, organisation, now)
    return organisation


async def change(
    session: AsyncSession,
    caller: Principal,
    organisation_id: UUID,
    changes: OrganisationUpdate,
    *,
    version: int,
    now: datetime,
) -> Organisation:
    organisation = await managed(session, caller, organisation_id)
    if not caller.is_administrator:
        require_living(organisation)
    require_version(organisation.version, version)
    before = organisation.model_dump()
    for column, value in changes.columns().items():
        setattr(organisation, column, value)
    _refuse_unidentified(organisation.kind, organisation.siret, organisation.rna)
    _index(organisation)
    await save(session, organisation, "organisation.changed", caller, now, before)
    return organisation


async def sign_cer(
    session: AsyncSession, caller: Principal, organisation_id: UUID, signature: CerSignature, *, now: datetime
) -> Organisation:
    """Take down the contrat d'engagement républicain (décret n° 2021-1947)."""
    organisation = await _locked(session, organisation_id)
    if not {rules.MANAGER, "signatory"} & await _roles(session, caller, organisation_id):
        raise Forbidden()
    require_living(organisation)
    if reason := rules.cer_refusal(organisation.kind, signature.signed_on, today=today_in_paris(now)):
        raise CerRefused(reason)
    before = organisation.model_dump()
    organisation.cer_signed_on, organisation.cer_signatory_name = signature.signed_on, signature.signatory_name
    await save(session, organisation, "organisation.cer_signed", caller, now, before)
    return organisation


async def seen_by(reader: AsyncConnection[Row], caller: Principal, organisation_id: UUID) -> OrganisationRead:
    """The organisation, whole for its members and for administrators."""
    organisation = await fetch_one(reader, repository.ORGANISATION, {"organisation_id": organisation_id})
    if organisation is None:
        raise NotFound()
    if caller.is_administrator or await is_member(reader, caller, organisation_id):
        return OrganisationRead.full(organisation)
    return OrganisationRead.public(organisation)


async def listing(reader: AsyncConnection[Row], *, words: str, kinds: Sequence[str], after: Sequence[str], limit: int) -> list[Row]:
    """Organisations by name; each word must be found in the name, the city or a number."""
    after_name, after_id = after or ("", str(UUID(int=0)))
    asked = {
        "patterns": patterns(words),
        "kinds": list(kinds) or None,
        "after_name": after_name,
        "after_id": UUID(after_id),
        "limit": limit,
    }
    return await fetch(reader, repository.LISTING, asked)


# ── For the rooms above, and for `members` ────────────────────────────────────────────────────────────────────────


async def standing_of(session: AsyncSession, account_id: UUID) -> dict[UUID, tuple[list[str], UUID]]:
    """For access tokens: a person's roles in each organisation, and the grant they stand on, which a role taken back closes."""
    return await repository.standing_of(session, account_id)


async def managed(session: AsyncSession, caller: Principal, organisation_id: UUID) -> Organisation:
    """The organisation, locked, for one of its managers or an administrator."""
    organisation = await _locked(session, organisation_id)
    if not caller.is_administrator and rules.MANAGER not in await _roles(session, caller, organisation_id):
        raise Forbidden()
    return organisation


def require_living(organisation: Organisation) -> None:
    """Refuse what only a living organisation does."""
    if organisation.dissolved_on is not None:
        raise OrganisationDissolved(dissolved_on=organisation.dissolved_on, successor_id=organisation.successor_id)


async def save(
    session: AsyncSession,
    organisation: Organisation,
    act: str,
    caller: Principal | None,
    now: datetime,
    before: Mapping[str, Any],
    reason: str | None = None,
) -> None:
    """The next version: written, told to the other services, and a line of the journal."""
    changes = {
        column: None if column in _PERSONAL else [_plain(before[column]), _plain(value)]
        for column, value in organisation.model_dump(exclude={"sort_name", "search_text"}).items()
        if value != before[column]
    }
    organisation.version += 1
    await session.flush()
    await _record(session, organisation, act, caller, now, changes, reason)
    await _announce(session, organisation, now, act)


# ── Steps ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def _locked(session: AsyncSession, organisation_id: UUID) -> Organisation:
    organisation = await repository.lock(session, organisation_id)
    if organisation is None:
        raise NotFound()
    return organisation


async def _roles(session: AsyncSession, caller: Principal, organisation_id: UUID) -> set[str]:
    membership = await repository.membership(session, organisation_id, caller.account_id)
    return set(membership.roles) if membership else set()


async def is_member(reader: AsyncConnection[Row], caller: Principal, organisation_id: UUID) -> bool:
    """A person by what the database says now; a program by its token, which its organisation can take back."""
    if caller.client_id is not None:
        return caller.belongs_to(organisation_id)
    asked = {"organisation_id": organisation_id, "account_id": caller.account_id}
    return await fetch_one(reader, repository.MEMBERSHIP, asked) is not None


def _refuse_unidentified(kind: str, siret: str | None, rna: str | None) -> None:
    if rna and kind != "association":
        raise RnaOfAssociationsOnly()
    if reason := rules.missing_identifier(kind, siret, rna):
        raise IdentifierRequired(reason, errors=[FieldError("/siret", reason)])


def _index(organisation: Organisation) -> None:
    """What lists sort and search by."""
    organisation.sort_name, organisation.search_text = rules.order_and_search(
        organisation.name, organisation.legal_name, organisation.siret, organisation.rna, organisation.city
    )


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value


def _face(organisation: Organisation) -> dict[str, Any]:
    return {
        "id": str(organisation.id),
        "kind": organisation.kind,
        "name": organisation.name,
        "siret": organisation.siret,
        "rna": organisation.rna,
        "cer_signed_on": _plain(organisation.cer_signed_on),
        "dissolved_on": _plain(organisation.dissolved_on),
        "successor_id": _plain(organisation.successor_id),
        "version": organisation.version,
        **nested(organisation.model_dump()),
    }


async def _announce(session: AsyncSession, organisation: Organisation, now: datetime, act: str = "") -> None:
    successor = await repository.get(session, organisation.successor_id) if organisation.successor_id else None
    data = {**_face(organisation), "successor": _face(successor) if successor else None}
    told = act if act in (events.ORGANISATION_DISSOLVED, events.ORGANISATION_REINSTATED) else events.ORGANISATION_CHANGED
    await events.organisation_changed(session, organisation.id, data, at=now, type=told)
    await enqueue(session, FOLLOW_CARD, lock=f"card:{organisation.id}", organisation_id=str(organisation.id))


async def _record(
    session: AsyncSession,
    organisation: Organisation,
    act: str,
    caller: Principal | None,
    now: datetime,
    changes: Mapping[str, Any],
    reason: str | None = None,
) -> None:
    await journal.record(
        session,
        KERNEL.journal,
        at=now,
        act=act,
        resource=("organisation", organisation.id),
        actor=caller,
        organisation_id=organisation.id,
        changes=changes,
        reason=reason,
    )


def told(organisation: Organisation) -> dict[str, Any]:
    """What siblings are told of a living organisation, for those who change many at once."""
    return {**_face(organisation), "successor": None}
