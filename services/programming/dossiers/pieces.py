"""Required documents of a dossier that its holder keeps in its permanent file: attached by reference, never copied."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.clock import today_in_paris
from services.common.language import Text
from services.common.problems import FieldError

from ..campaigns import service as campaigns
from ..permanent_files import rules as permanent
from ..permanent_files import scanning as antivirus
from ..permanent_files import service as permanent_files
from ..permanent_files.schemas import ScanStatus
from . import access, repository, service
from .attachment_schemas import PermanentFilesUse, PieceOutcome
from .errors import DossierLocked, PermanentFilesForMembers, TooManyAttachments, UnknownPermanentFile
from .models import Attachment, Dossier, DossierStatus

if TYPE_CHECKING:
    from ..campaigns.models import Campaign
    from ..permanent_files.models import PermanentFile


@dataclass(frozen=True)
class Told:
    """A document the campaign asks for, and what became of it."""

    code: str
    outcome: PieceOutcome

    @property
    def missing(self) -> bool:
        return self.outcome not in {PieceOutcome.ATTACHED, PieceOutcome.ALREADY_ATTACHED}


def required_codes(required: Mapping[str, Sequence[Mapping[str, str]]], holder_kind: str) -> list[str]:
    wanted = [*required.get("*", ()), *required.get(holder_kind, ())]
    return list(dict.fromkeys(piece["code"] for piece in wanted))


async def attach_kept(
    session: AsyncSession, dossier: Dossier, campaign: "Campaign", account_id: UUID, *, now: datetime, most: int = 30
) -> list[Attachment]:
    """Attach each required document that is missing and that the holder keeps, clean and still good."""
    kept = await permanent_files.current(session, dossier.acting_holder_id)
    if not kept:
        return []
    joined = await repository.attachments(session, dossier.id)
    there = {one.kind for one in joined if one.status is not ScanStatus.REFUSED}
    found: list[Attachment] = []
    for code in required_codes(campaign.required_attachments, str(dossier.holder.get("kind", ""))):
        if code in there or len(joined) + len(found) >= most:
            continue
        best = permanent.answer(code, kept, year=campaign.year, today=today_in_paris(now))
        held = best and await permanent_files.version(session, dossier.acting_holder_id, best.id)
        if held:
            found.append(_reference(dossier, code, held, account_id, now))
    session.add_all(found)
    await session.flush()
    return found


async def use(
    session: AsyncSession, caller: Principal, dossier_id: UUID, wish: PermanentFilesUse, *, most: int, now: datetime
) -> tuple[list[Attachment], list[Told], Dossier]:
    """One act of a member of the holder on a draft: what was attached, what became of each document asked for, the dossier.

    A document named replaces the reference that stood for the same kind, and only that: a file that was sent stays.
    """
    dossier = await access.written_by(session, caller, dossier_id)
    if not caller.belongs_to(dossier.acting_holder_id):
        raise PermanentFilesForMembers()
    if dossier.status is not DossierStatus.DRAFT:
        raise DossierLocked(reference=dossier.reference)
    campaign = await campaigns.get(session, dossier.campaign_id)
    if wish.files:
        attached = await _attach_named(session, dossier, wish, caller.account_id, most=most, now=now)
    else:
        attached = await attach_kept(session, dossier, campaign, caller.account_id, now=now, most=most)
    if attached:
        access.mark(dossier, caller, [f"/attachments/{one.kind}" for one in attached], now)
        await session.flush()
        files = [{"kind": one.kind, "permanent_file_id": str(one.permanent_file_id)} for one in attached]
        await service.note(session, dossier, "dossier.permanent_files_attached", caller, now, files=files)
    return attached, await _told(session, dossier, campaign, attached, most=most, now=now), dossier


async def _told(
    session: AsyncSession, dossier: Dossier, campaign: "Campaign", attached: Sequence[Attachment], *, most: int, now: datetime
) -> list[Told]:
    kept = await permanent_files.current(session, dossier.acting_holder_id)
    joined = await repository.attachments(session, dossier.id)
    there = {one.kind for one in joined if one.status is not ScanStatus.REFUSED}
    just, told = {one.kind for one in attached}, []
    for code in required_codes(campaign.required_attachments, str(dossier.holder.get("kind", ""))):
        if code in there:
            outcome = PieceOutcome.ATTACHED if code in just else PieceOutcome.ALREADY_ATTACHED
        elif len(joined) >= most:
            outcome = PieceOutcome.NO_ROOM
        else:
            outcome = PieceOutcome(permanent.lack(code, kept, year=campaign.year, today=today_in_paris(now)).value)
        told.append(Told(code, outcome))
    return told


async def _attach_named(
    session: AsyncSession, dossier: Dossier, wish: PermanentFilesUse, account_id: UUID, *, most: int, now: datetime
) -> list[Attachment]:
    joined = await repository.attachments(session, dossier.id)
    found: list[Attachment] = []
    for i, named in enumerate(wish.files):
        held = await permanent_files.version(session, dossier.acting_holder_id, named.permanent_file_id)
        if held is None:
            said = Text("Aucun document conservé n'a cet identifiant.", "No document kept has this id.")
            raise UnknownPermanentFile(errors=[FieldError(f"/files/{i}/permanent_file_id", said, "unknown")])
        antivirus.require_clean(held.status, held.status_reason, own=False)
        if permanent.is_expired(held.expires_on, today_in_paris(now)):
            said = Text("Ce document n'est plus valable.", "This document is not good any more.")
            raise UnknownPermanentFile(errors=[FieldError(f"/files/{i}/permanent_file_id", said, "expired")])
        kind = named.kind or held.kind
        for former in [one for one in joined if one.kind == kind and one.permanent_file_id is not None]:
            await session.delete(former)
            joined.remove(former)
        reference = _reference(dossier, kind, held, account_id, now)
        joined.append(reference)
        found = [one for one in found if one.kind != kind] + [reference]
    if len(joined) > most:
        raise TooManyAttachments(most=most)
    session.add_all(found)
    await session.flush()
    return found


def _reference(dossier: Dossier, kind: str, held: "PermanentFile", account_id: UUID, now: datetime) -> Attachment:
    return Attachment(
        dossier_id=dossier.id,
        kind=kind,
        name=held.name,
        key=held.key,
        size=held.size,
        sha256=held.sha256,
        media_type=held.media_type,
        permanent_file_id=held.id,
        added_by=account_id,
        added_at=now,
    )
