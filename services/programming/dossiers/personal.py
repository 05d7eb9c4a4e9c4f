"""What dossiers hold of people: told to them, forgotten when they are erased or its time is over. The act stays, the name goes."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, fetch
from services.common.jobs import enqueue
from services.common.personal_data import ANONYMOUS, Forgotten, Who
from services.common.resources import Resources

from ..personal import Erased, Signature, end_of_retention, is_contact, is_named, masked, mended, without_contact
from . import personal_repository, repository
from .models import Dossier, DossierStatus, Submission

#: The job that draws the PDF of a submission (`versions`), by name.
WRITE = "programming:write_dossier"
#: Once the funders have decided, a dossier without a granted euro binds nobody.
_DECIDED = {
    *(DossierStatus.DECIDED, DossierStatus.NOTIFIED, DossierStatus.RUNNING),
    *(DossierStatus.REPORT_DUE, DossierStatus.REPORT_SUBMITTED, DossierStatus.CLOSED),
}


async def export(reader: AsyncConnection[Any], who: Who) -> list[Row]:
    """`{reference, title, status, opened_by_you, contact, submissions}`: the contact only when it is them."""
    asked = personal_repository.asked(who)
    dossiers = await fetch(reader, personal_repository.HELD, asked)
    submissions = await fetch(reader, personal_repository.SUBMITTED, asked)
    found = []
    for row in dossiers:
        opened = row.pop("created_by") == who.account_id
        contact = row["contact"] if is_contact(row["contact"], who, theirs=opened) else None
        theirs = [each for each in submissions if each["reference"] == row["reference"]]
        found.append({**row, "contact": contact, "opened_by_you": opened, "submissions": theirs})
    return found


async def erase(session: AsyncSession, resources: Resources, who: Who, now: datetime) -> Erased:
    """Contacts, representatives and signatories that are them, in dossiers and in every snapshot. Again is no harm."""
    erased = Erased()
    years = int(resources.settings.retention_signatures_years)
    for dossier_id in await personal_repository.concerned(session, who):
        dossier = await repository.get(session, dossier_id, lock=True)
        if dossier is None:
            continue
        erased.count += _forget_in(dossier, who, now)
        for submission in await personal_repository.submissions(session, dossier_id):
            found = _forget_in_submission(dossier, submission, who, years)
            if found.count:
                await _draw_again(session, submission)
            erased.add(found)
        for piece in await personal_repository.attachments(session, dossier_id):
            if (name := masked(piece.name, who)[:200]) != piece.name:
                piece.name, erased.count = name, erased.count + 1
        renewal = await personal_repository.renewal(session, dossier_id)
        if renewal is not None and (start := mended(renewal.start, who), notes := mended(renewal.notes, who)) != (
            renewal.start,
            renewal.notes,
        ):
            renewal.start, renewal.notes, erased.count = start, notes, erased.count + 1
    await session.flush()
    return erased


async def concerned(session: AsyncSession, who: Who) -> list[UUID]:
    """For the rooms above: dossiers the person wrote, or those of organisations they belonged to."""
    return await personal_repository.concerned(session, who)


async def forget_contacts(session: AsyncSession, before: datetime, limit: int, *, funded: bool) -> list[UUID]:
    """Contacts of dossiers that are over (`funded`) or were not funded, that nobody touched since; which."""
    dossiers = await personal_repository.over(session, before, limit, funded=funded)
    for dossier in dossiers:
        dossier.contact, dossier.version = without_contact(dossier.contact), dossier.version + 1
        if not funded:
            dossier.holder = {**dossier.holder, "legal_representative": None}
        for submission in await personal_repository.submissions(session, dossier.id):
            contact = without_contact(submission.snapshot.get("contact") or {})
            submission.snapshot = {**submission.snapshot, "contact": contact}
            await _draw_again(session, submission)
        renewal = await personal_repository.renewal(session, dossier.id)
        if renewal is not None and renewal.start.get("contact"):
            renewal.start = {**renewal.start, "contact": without_contact(renewal.start["contact"])}
    await session.flush()
    return [dossier.id for dossier in dossiers]


async def forget_signatories(session: AsyncSession, day: date, limit: int) -> list[UUID]:
    """Who signed what ended before that day; the dossier of each submission."""
    submissions = await personal_repository.signed_before(session, day, limit)
    for submission in submissions:
        submission.signatory_name, submission.signatory_function = ANONYMOUS, ""
        submission.snapshot = without_representative(submission.snapshot)
        await _draw_again(session, submission)
        dossier = await repository.get(session, submission.dossier_id, lock=True)
        if dossier is not None and dossier.holder.get("legal_representative"):
            dossier.holder, dossier.version = {**dossier.holder, "legal_representative": None}, dossier.version + 1
    await session.flush()
    return [submission.dossier_id for submission in submissions]


def without_representative(snapshot: dict[str, Any]) -> dict[str, Any]:
    """A dossier as it was sent, its holder represented by nobody in particular."""
    holder = snapshot.get("holder") or {}
    return {**snapshot, "holder": {**holder, "legal_representative": None}} if holder.get("legal_representative") else snapshot


async def _draw_again(session: AsyncSession, submission: Submission) -> None:
    """Its PDF names somebody: it is drawn without them, under the same key."""
    if submission.document_key is not None:
        submission.document_key = submission.document_size = submission.document_sha256 = None
        await enqueue(session, WRITE, lock=f"dossier-pdf:{submission.id}", submission_id=str(submission.id))


def _forget_in(dossier: Dossier, who: Who, now: datetime) -> int:
    theirs = dossier.created_by == who.account_id
    contact = without_contact(dossier.contact) if is_contact(dossier.contact, who, theirs=theirs) else dossier.contact
    said = {name: getattr(dossier, name) for name in ("holder", "content", "answers", "budget")}
    without = {name: mended(value, who) for name, value in said.items()}
    if (contact, without) == (dossier.contact, said):
        return 0
    dossier.contact = contact
    for name, value in without.items():
        setattr(dossier, name, value)
    dossier.version, dossier.updated_at = dossier.version + 1, now
    return 1


def _forget_in_submission(dossier: Dossier, submission: Submission, who: Who, years: int) -> Forgotten:
    erased = Erased()
    snapshot = mended(submission.snapshot, who)
    if snapshot != submission.snapshot:
        submission.snapshot = snapshot
        erased.count += 1
    if is_named(submission.signatory_name, who):
        if not (dossier.status is DossierStatus.INADMISSIBLE or (dossier.status in _DECIDED and not dossier.granted_cents)):
            ends_on = dossier.exercise_ends_on or submission.submitted_at.date()
            until = end_of_retention(ends_on, years)
            name, function = submission.signatory_name, submission.signatory_function
            erased.signatures.append(Signature("dossier.submission", submission.id, submission.reference, name, function, until))
            erased.kept.append({"reference": submission.reference, "what": "signature", "until": until.isoformat()})
        submission.signatory_name, submission.signatory_function = ANONYMOUS, ""
        erased.count += 1
    return erased
