"""What a holder held passes to whoever takes over from it, and comes back when that was a mistake."""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from ..organisations.service import Standing
from . import repository
from .models import Dossier, DossierStatus
from .service import note, reader_row


async def _let_go(session: AsyncSession, dossier: Dossier, now: datetime) -> None:
    """A draft does not go out in one holder's name with the statutes and the bank details of another: what it took by reference from the
    permanent file of who held it is detached, and stays in that file. What was joined to the draft itself stays joined."""
    gone = [one for one in await repository.attachments(session, dossier.id) if one.permanent_file_id is not None]
    for one in gone:
        await session.delete(one)
    if gone:
        await note(session, dossier, "dossier.permanent_files_detached", None, now, kinds=sorted({one.kind for one in gone}))


async def follow(session: AsyncSession, standing: Standing, *, now: datetime) -> None:
    """Every dossier of the organisation is answered for by the one that acts for it today, which reads it as its holder.

    What was submitted stays as it was, its holder's name included; a draft is the new holder's to submit, in its own name and with its own permanent file.
    The former holder keeps reading. Done twice, nothing is done.
    """
    for dossier in await repository.answered_for_otherwise(session, standing.organisation_id, standing.successor_id):
        before, dossier.successor_id = dossier.successor_id, standing.successor_id
        if dossier.status is DossierStatus.DRAFT:
            dossier.holder = standing.face or dossier.holder
            await _let_go(session, dossier, now)
        dossier.version += 1
        await session.flush()
        if before is not None:
            await repository.stop_holding(session, dossier.id, before)
        if standing.successor_id is not None:
            await repository.let_read(session, [reader_row(dossier, standing.successor_id, as_holder=True)])
        act = "dossier.succeeded" if standing.successor_id else "dossier.given_back"
        changes = [one and str(one) for one in (before, standing.successor_id)]
        await note(session, dossier, act, None, now, successor_id=changes)
