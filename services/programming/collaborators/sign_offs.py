"""Use cases of the sign-off: ask for it, approve one version of the dossier, send it back."""

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.db import Row
from services.common.mail import queue_mail
from services.common.problems import NotFound

from ..dossiers import access, signing
from ..dossiers import service as dossiers
from . import letters, repository
from .errors import NotSignatory, SignOffNotPending, SignOffPending
from .models import SignOff, SignOffStatus

if TYPE_CHECKING:
    from ..dossiers.models import Dossier


async def ask(session: AsyncSession, caller: Principal, dossier_id: UUID, word: str, *, now: datetime) -> dict[str, Any]:
    """Whoever writes the dossier asks the signatories of its holder to sign it off."""
    dossier = await access.written_by(session, caller, dossier_id)
    access.require_editable(dossier)
    if await repository.pending_sign_off(session, dossier_id) is not None:
        raise SignOffPending()
    sign_off = SignOff(
        dossier_id=dossier.id,
        organisation_id=dossier.acting_holder_id,
        dossier_title=dossier.title,
        asked_by=caller.account_id,
        asked_at=now,
        word=word,
    )
    session.add(sign_off)
    await session.flush()
    await dossiers.note(session, dossier, "sign_off.asked", caller, now)
    return shown(dossier, sign_off)


async def approve(session: AsyncSession, caller: Principal, dossier_id: UUID, *, version: int, now: datetime) -> dict[str, Any]:
    """A signatory approves the version they read; another tab's newer one is said so (412), field by field."""
    dossier, sign_off = await _pending(session, caller, dossier_id)
    access.require_fresh(dossier, version)
    signing.sign(dossier, caller, now)
    sign_off.status, sign_off.content_version = SignOffStatus.APPROVED, dossier.content_version
    return await _decided(session, dossier, sign_off, "sign_off.given", caller, now)


async def send_back(session: AsyncSession, caller: Principal, dossier_id: UUID, word: str, *, now: datetime) -> dict[str, Any]:
    """A signatory sends it back to those who write it, and says why."""
    dossier, sign_off = await _pending(session, caller, dossier_id)
    sign_off.status, sign_off.answer = SignOffStatus.RETURNED, word
    if email := dossier.contact.get("email"):
        subject, text = letters.sign_off_returned(dossier.title, word)
        await queue_mail(session, to=str(email), subject=subject, text=text)
    return await _decided(session, dossier, sign_off, "sign_off.sent_back", caller, now)


async def last(session: AsyncSession, caller: Principal, dossier_id: UUID) -> dict[str, Any]:
    """The last sign-off asked for, and whether it still stands (404 when none was)."""
    dossier = await access.read_by_writers(session, caller, dossier_id)
    sign_off = await repository.last_sign_off(session, dossier_id)
    if sign_off is None:
        raise NotFound()
    return shown(dossier, sign_off)


def shown(dossier: "Dossier", sign_off: SignOff) -> dict[str, Any]:
    return as_row(dossier, {**sign_off.model_dump(), "status": sign_off.status.value})


def as_row(dossier: "Dossier", row: Row) -> dict[str, Any]:
    """A sign-off as it is read: whether what was approved is still what the dossier says."""
    approved = row["status"] == SignOffStatus.APPROVED.value
    valid = approved and signing.is_valid(dossier) and row["content_version"] == dossier.content_version
    return {**row, "valid": valid, "void": approved and not valid}


async def _pending(session: AsyncSession, caller: Principal, dossier_id: UUID) -> tuple["Dossier", SignOff]:
    dossier = await access.read_by_writers(session, caller, dossier_id, lock=True)
    if not caller.has_role(dossier.acting_holder_id, "signatory"):
        raise NotSignatory()
    access.require_editable(dossier)
    sign_off = await repository.pending_sign_off(session, dossier_id)
    if sign_off is None:
        raise SignOffNotPending()
    return dossier, sign_off


async def _decided(
    session: AsyncSession, dossier: "Dossier", sign_off: SignOff, act: str, caller: Principal, now: datetime
) -> dict[str, Any]:
    sign_off.decided_by, sign_off.decided_at = caller.account_id, now
    sign_off.dossier_title = dossier.title
    await session.flush()
    await dossiers.note(session, dossier, act, caller, now, content_version=dossier.content_version)
    return shown(dossier, sign_off)
