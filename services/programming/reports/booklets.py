"""Use cases of the committee's booklet: the team asks for it, a job makes it, those who sit read it."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal, pdf
from services.common.auth import Principal
from services.common.files import DISCARD, StoredFile
from services.common.jobs import enqueue, job
from services.common.resources import Resources

from ..committees import service as committees
from ..reviews import conflicts
from ..tables import KERNEL
from . import booklet_pages, repository, rules
from .errors import BookletNotReady, BookletOutdated, NothingToPrint
from .models import Booklet

if TYPE_CHECKING:
    from ..committees.models import Committee

_TEMPLATE = Path(__file__).resolve().parent.parent / "letters" / "booklet.typ"


async def ask(session: AsyncSession, caller: Principal, committee_id: UUID, *, now: datetime) -> Booklet:
    """The team wants the booklet. While the same one is being made, whoever asks again is given that one.

    A job is queued each time: one whose making is done already does nothing, and asking again revives a making that failed.
    """
    committee = await committees.led(session, caller, committee_id)
    digest, dossier_ids = await _speaks_of(session, committee)
    if not dossier_ids:
        raise NothingToPrint()
    booklet = await repository.booklet_to_ask(session, committee_id, caller.account_id, now)
    under_way = booklet.wanted > booklet.made and booklet.wanted_digest == digest
    if not under_way:
        booklet.wanted, booklet.wanted_digest = booklet.wanted + 1, digest
        booklet.asked_by, booklet.asked_at = caller.account_id, now
        await session.flush()
        await _note(session, committee, caller, now, booklet.wanted)
    await enqueue(session, make_booklet, lock=f"booklet-{booklet.id}", booklet_id=str(booklet.id), number=booklet.wanted)
    return booklet


async def document(session: AsyncSession, caller: Principal, committee_id: UUID) -> tuple[Booklet, StoredFile]:
    """The booklet as it was made, if it still speaks of the session as it stands."""
    committee = await committees.seen(session, caller, committee_id)
    booklet = await repository.booklet(session, committee_id)
    if booklet is None or booklet.file_key is None or booklet.file_size is None or booklet.file_sha256 is None:
        raise BookletNotReady(headers={"Retry-After": "2"})
    digest, _ = await _speaks_of(session, committee)
    if booklet.digest != digest:
        raise BookletOutdated(committee_version=booklet.committee_version)
    return booklet, StoredFile(booklet.file_key, booklet.file_size, booklet.file_sha256, "application/pdf")


async def own_copy(session: AsyncSession, caller: Principal, committee_id: UUID, *, now: datetime) -> bytes | None:
    """For who has an interest in some of the dossiers: the booklet without the avis on those. None for everybody else."""
    committee = await committees.seen(session, caller, committee_id)
    _, dossier_ids = await _speaks_of(session, committee)
    silent = await conflicts.interests_of(session, caller.account_id, dossier_ids)
    if not silent:
        return None
    data = await booklet_pages.content(session, committee, dossier_ids, silent=silent, now=now)
    return await pdf.render(_TEMPLATE, data)


@job("programming:make_booklet")
async def make_booklet(session: AsyncSession, resources: Resources, booklet_id: str, number: int) -> None:
    """Make the PDF and keep it. Run twice, or after a later making, it does nothing."""
    booklet = await repository.booklet_by_id(session, UUID(booklet_id))
    if booklet is None or booklet.made >= number:
        return
    now = resources.clock.now()
    committee = await committees.get(session, booklet.committee_id)
    digest, dossier_ids = await _speaks_of(session, committee)
    version = committee.version
    data = await booklet_pages.content(session, committee, dossier_ids, now=now)
    # No row is held while it is drawn: somebody who asks again does not wait.
    key = f"booklet-{booklet.id.hex}-{number}"
    stored = await resources.files.write(key, await pdf.render(_TEMPLATE, data))
    kept = await repository.booklet_by_id(session, booklet.id, lock=True)
    if kept is None or kept.made >= number:
        return
    if kept.file_key is not None and kept.file_key != key:
        await enqueue(session, DISCARD, key=kept.file_key)
    kept.made, kept.digest, kept.committee_version, kept.dossiers = number, digest, version, len(dossier_ids)
    kept.file_key, kept.file_size, kept.file_sha256 = stored.key, stored.size, stored.sha256
    kept.made_at = now
    await session.flush()


async def _speaks_of(session: AsyncSession, committee: "Committee") -> tuple[str, list[UUID]]:
    dossier_ids = [item.dossier_id for item in await committees.agenda_of(session, committee.id)]
    return rules.digest(committee.model_dump(mode="json"), dossier_ids), dossier_ids


async def _note(session: AsyncSession, committee: "Committee", caller: Principal, now: datetime, number: int) -> None:
    await journal.record(
        session,
        KERNEL.journal,
        at=now,
        act="committee.booklet_asked",
        resource=("committee", committee.id),
        actor=caller,
        organisation_id=committee.lead_organisation_id,
        changes={"number": number},
        confidential=True,
    )
