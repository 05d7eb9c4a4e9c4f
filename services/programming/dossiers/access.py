"""Who writes a dossier: the members of its holder, and the people they invited. Every right is a row of `dossier_readers`."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.etag import etag
from services.common.language import Text
from services.common.problems import FieldError, NotFound, StaleVersion

from . import differences, repository
from .errors import DossierLocked, DraftDropped, FieldNotOpen, NotTheHolder, ReadingOnly
from .models import Dossier, DossierStatus


def reader_ids(caller: Principal) -> list[UUID]:
    """As whom a person reads dossiers: each of their organisations, and themselves where they were invited."""
    return [*caller.organisation_ids, caller.account_id]


async def seen_as(session: AsyncSession, caller: Principal, dossier_id: UUID) -> Any:
    """In what capacities the caller sees the dossier (as_holder, as_funder, as_lead, as_collaborator, may_edit), or None."""
    return await repository.capacities(session, dossier_id, reader_ids(caller))


async def read_by_writers(session: AsyncSession, caller: Principal, dossier_id: UUID, *, lock: bool = False) -> Dossier:
    """The dossier, for the holder's members and its collaborators (404 unseen, 403 for those who instruct it)."""
    dossier = await repository.get(session, dossier_id, lock=lock)
    seen = await seen_as(session, caller, dossier_id)
    if dossier is None or seen is None:
        raise NotFound()
    if caller.belongs_to(dossier.acting_holder_id) or seen.as_collaborator:
        return dossier
    if caller.belongs_to(dossier.organisation_id):
        said = Text("Une autre organisation a pris la suite.", "Another organisation has taken over.")
        raise NotTheHolder(said, successor_id=dossier.successor_id)
    raise NotTheHolder()


async def written_by(session: AsyncSession, caller: Principal, dossier_id: UUID) -> Dossier:
    """The dossier, locked, for who may change it: a member of its holder, or a collaborator who is an editor."""
    dossier = await read_by_writers(session, caller, dossier_id, lock=True)
    if caller.belongs_to(dossier.acting_holder_id):
        return dossier
    # Looked at once the row is held: an access withdrawn while this waited is gone.
    seen = await seen_as(session, caller, dossier_id)
    if seen is None or not seen.as_collaborator:
        raise NotFound()
    if not seen.may_edit:
        raise ReadingOnly()
    return dossier


def require_editable(dossier: Dossier) -> None:
    """A draft changes; a submitted dossier only while changes are requested."""
    if dossier.status is DossierStatus.DROPPED:
        raise DraftDropped()
    if dossier.status not in {DossierStatus.DRAFT, DossierStatus.CHANGES_REQUESTED}:
        raise DossierLocked(reference=dossier.reference)


def require_open(dossier: Dossier, pointers: Iterable[str], *, besides: Iterable[str] = ()) -> None:
    """While changes are requested, only what was named is edited, and what it makes necessary (`besides`)."""
    if dossier.status is not DossierStatus.CHANGES_REQUESTED:
        return
    said = Text("Ce champ ne fait pas l'objet d'une demande de compléments.", "No change was requested on this field.")
    errors = [FieldError(pointer, said, "not_open") for pointer in differences.outside(pointers, [*dossier.open_fields, *besides])]
    if errors:
        raise FieldNotOpen(errors=errors, open_fields=dossier.open_fields)


def writing_version(dossier: Dossier) -> int:
    """The version those who write the dossier read: once submitted it moves with what they write, never with the instruction."""
    return dossier.content_version if dossier.status is DossierStatus.CHANGES_REQUESTED else dossier.version


def require_fresh(dossier: Dossier, version: int) -> None:
    """Refuse (412) to save over what was not read, and say which fields changed since, and by whom, so that both can be merged."""
    current = writing_version(dossier)
    if current == version:
        return
    changed = {pointer: mark for pointer, mark in dossier.field_marks.items() if mark["version"] > version}
    said = Text("Ce champ a changé depuis votre lecture.", "This field changed since you read it.")
    raise StaleVersion(
        errors=[FieldError(pointer, said, "changed_since") for pointer in sorted(changed)],
        current_etag=etag(current),
        changed=[{"pointer": pointer, **changed[pointer]} for pointer in sorted(changed)],
    )


def mark(dossier: Dossier, caller: Principal, pointers: Iterable[str], now: datetime) -> None:
    """The dossier was written: its versions move, and each field remembers who changed it last."""
    touched = differences.fields(pointers)
    dossier.version += 1
    dossier.updated_at = now
    if not touched:
        return
    dossier.content_version += 1
    as_what = "holder" if caller.belongs_to(dossier.acting_holder_id) else "collaborator"
    line = {"version": writing_version(dossier), "account_id": str(caller.account_id), "as": as_what, "at": now.isoformat()}
    dossier.field_marks = {**dossier.field_marks, **dict.fromkeys(touched, line)}


# For the room of collaborators.


async def let_in(session: AsyncSession, dossier: Dossier, account_id: UUID, *, may_edit: bool) -> None:
    """A person reads the dossier, and writes it when they are an editor."""
    row = {
        "organisation_id": account_id,
        "dossier_id": dossier.id,
        "campaign_id": dossier.campaign_id,
        "submitted_at": dossier.submitted_at,
        "as_holder": False,
        "as_funder": False,
        "as_lead": False,
        "as_collaborator": True,
        "may_edit": may_edit,
    }
    await repository.let_read(session, [row])


async def let_out(session: AsyncSession, dossier_id: UUID, account_id: UUID) -> None:
    """From now on the person reads nothing of it."""
    await repository.stop_collaborating(session, dossier_id, account_id)
