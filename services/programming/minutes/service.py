"""Use cases of printed agendas and minutes: asked for by the team, drawn by a job, read by those who sit.

What a paper says is kept when it is asked for: signed minutes tell of the session as it was signed, whatever comes after.
"""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal, pdf
from services.common.auth import Principal
from services.common.files import StoredFile
from services.common.jobs import enqueue, job
from services.common.problems import NotFound
from services.common.resources import Resources

from ..announcements import announce
from ..committees import service as committees
from ..committees.schemas import CommitteeStatus
from ..reviews import conflicts
from ..tables import KERNEL
from . import content, repository, rules
from .errors import MinutesAlreadySigned, MinutesNotSigned, SessionPaperNotReady
from .models import PaperKind, SessionPaper

if TYPE_CHECKING:
    from ..committees.models import Committee

_LETTERS = Path(__file__).resolve().parent.parent / "letters"
_TEMPLATES = {PaperKind.AGENDA: _LETTERS / "agenda.typ", PaperKind.MINUTES: _LETTERS / "minutes.typ"}


async def ask(session: AsyncSession, caller: Principal, committee_id: UUID, kind: PaperKind, *, now: datetime) -> SessionPaper:
    """The agenda as it stands (a draft until it is sent), or a draft of the minutes."""
    committee = await committees.led_locked(session, caller, committee_id)
    if kind is PaperKind.MINUTES and committee.status is CommitteeStatus.MINUTES_SIGNED:
        raise MinutesAlreadySigned()
    draft = kind is PaperKind.MINUTES or committee.status is CommitteeStatus.PLANNED
    return await _keep(session, caller, committee, kind, draft=draft, edition=None, reason="", now=now)


async def sign(session: AsyncSession, caller: Principal, committee_id: UUID, *, version: int, now: datetime) -> "Committee":
    """The minutes of a held session are signed: what they say is kept in the same transaction, their PDF follows."""
    committee = await committees.sign_minutes(session, caller, committee_id, version=version, now=now)
    await _keep(session, caller, committee, PaperKind.MINUTES, draft=False, edition=1, reason="", now=now)
    return committee


async def correct(session: AsyncSession, caller: Principal, committee_id: UUID, reason: str, *, now: datetime) -> SessionPaper:
    """A new numbered version, with its reason; the ones before stay as they are."""
    committee = await committees.led_locked(session, caller, committee_id)
    if committee.status is not CommitteeStatus.MINUTES_SIGNED:
        raise MinutesNotSigned()
    # Minutes signed before there was a printed paper are edition 1 all the same.
    edition = max(await repository.last_edition(session, committee_id), 1) + 1
    return await _keep(session, caller, committee, PaperKind.MINUTES, draft=False, edition=edition, reason=reason.strip(), now=now)


async def document(session: AsyncSession, caller: Principal, paper_id: UUID) -> tuple[SessionPaper, StoredFile]:
    paper = await repository.get(session, paper_id)
    if paper is None:
        raise NotFound()
    await committees.seen(session, caller, paper.committee_id)
    if paper.file_key is None or paper.file_size is None or paper.file_sha256 is None:
        raise SessionPaperNotReady(headers={"Retry-After": "2"})
    return paper, StoredFile(paper.file_key, paper.file_size, paper.file_sha256, "application/pdf")


async def own_copy(session: AsyncSession, caller: Principal, paper: SessionPaper) -> bytes | None:
    """For who has an interest in some of the dossiers: the agenda without the avis on those. None for everybody else, and of
    minutes, which tell what was decided and no avis."""
    if paper.kind is not PaperKind.AGENDA:
        return None
    items = paper.data["items"]
    silent = await conflicts.interests_of(session, caller.account_id, [UUID(item["dossier_id"]) for item in items])
    if not silent:
        return None
    data = {**paper.data, "items": [rules.without_avis(item) if UUID(item["dossier_id"]) in silent else item for item in items]}
    return await pdf.render(_TEMPLATES[paper.kind], data)


@job("programming:draw_session_paper")
async def draw_session_paper(session: AsyncSession, resources: Resources, paper_id: str) -> None:
    """Draw the PDF once. The hash of signed minutes goes into the journal, which nobody rewrites."""
    paper = await repository.get(session, UUID(paper_id))
    if paper is None or paper.ready_at is not None:
        return
    drawn = await pdf.render(_TEMPLATES[paper.kind], paper.data)
    taken = await repository.get(session, paper.id, lock=True)
    if taken is None or taken.ready_at is not None:
        return
    now = resources.clock.now()
    stored = await resources.files.write(f"session-paper-{taken.id.hex}", drawn)
    taken.file_key, taken.file_size, taken.file_sha256, taken.ready_at = stored.key, stored.size, stored.sha256, now
    await session.flush()
    if taken.edition is not None:
        committee = await committees.get(session, taken.committee_id)
        await _note(session, committee, "committee.minutes_sealed", None, now, edition=taken.edition, sha256=stored.sha256)


async def _keep(
    session: AsyncSession, caller: Principal, committee: "Committee", kind: PaperKind, *, draft: bool, edition: int | None,
    reason: str, now: datetime,
) -> SessionPaper:  # fmt: skip
    if kind is PaperKind.AGENDA:
        data = await content.agenda(session, committee, draft=draft, now=now)
    else:
        data = await content.minutes(session, committee, draft=draft, edition=edition, reason=reason, now=now)
    paper = SessionPaper(
        committee_id=committee.id,
        kind=kind,
        number=await repository.last_number(session, committee.id, kind) + 1,
        edition=edition,
        draft=draft,
        reason=reason,
        data=data,
        asked_by=caller.account_id,
        asked_at=now,
    )
    session.add(paper)
    await session.flush()
    act = "committee.minutes_corrected" if edition and edition > 1 else f"committee.{kind.value}_printed"
    await _note(session, committee, act, caller, now, reason=reason or None, number=paper.number, edition=edition)
    await enqueue(session, draw_session_paper, paper_id=str(paper.id))
    return paper


async def _note(
    session: AsyncSession, committee: "Committee", act: str, caller: Principal | None, now: datetime, *, reason: str | None = None,
    **changes: object,
) -> None:  # fmt: skip
    await journal.record(
        session,
        KERNEL.journal,
        at=now,
        act=act,
        resource=("committee", committee.id),
        actor=caller,
        organisation_id=committee.lead_organisation_id,
        reason=reason,
        changes=changes,
        confidential=True,
    )
    facts = {**changes, "committee_id": committee.id, "campaign_id": committee.campaign_id}
    facts |= {"kind": committee.kind.value, "status": committee.status.value}
    await announce(session, act, subject=committee.id, at=now, facts=facts, confidential=True)
