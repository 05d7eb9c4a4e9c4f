"""What bilans hold of people: who signed them. The bilan stays, its PDF is drawn again without the name."""

from datetime import date, datetime
from typing import Any

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, fetch
from services.common.jobs import enqueue
from services.common.personal_data import ANONYMOUS, Who
from services.common.resources import Resources

from ..personal import Erased, Signature, end_of_retention, is_named, masked, mended
from . import documents, personal_repository
from .models import BilanSubmission


async def export(reader: AsyncConnection[Any], who: Who) -> list[Row]:
    """Each bilan they submitted."""
    return await fetch(reader, personal_repository.SUBMITTED, {"account_id": who.account_id})


async def erase(session: AsyncSession, resources: Resources, who: Who, now: datetime) -> Erased:
    erased = Erased()
    years = int(resources.settings.retention_signatures_years)
    for bilan, submission in await personal_repository.concerned(session, who):
        snapshot = mended(submission.snapshot, who)
        named = is_named(submission.signatory_name, who)
        if not named and snapshot == submission.snapshot:
            continue
        submission.snapshot = snapshot
        if named:
            until = end_of_retention(bilan.exercise_ends_on, years)
            name, function = submission.signatory_name, submission.signatory_function
            erased.signatures.append(Signature("bilan.submission", submission.id, bilan.reference, name, function, until))
            erased.kept.append({"reference": bilan.reference, "what": "signature", "until": until.isoformat()})
            submission.signatory_name, submission.signatory_function = ANONYMOUS, ""
        erased.count += 1
        await _draw_again(session, submission)
    for bilan in await personal_repository.bilans(session, who):
        if (content := mended(bilan.content, who)) != bilan.content:
            bilan.content, bilan.version, erased.count = content, bilan.version + 1, erased.count + 1
        for piece in await personal_repository.attachments(session, bilan.id):
            if (name := masked(piece.name, who)[:200]) != piece.name:
                piece.name, erased.count = name, erased.count + 1
    await session.flush()
    return erased


async def forget_signatories(session: AsyncSession, day: date, limit: int) -> int:
    """Who signed the bilan of what ended before that day; how many."""
    submissions = await personal_repository.signed_before(session, day, limit)
    for submission in submissions:
        submission.signatory_name, submission.signatory_function = ANONYMOUS, ""
        await _draw_again(session, submission)
    await session.flush()
    return len(submissions)


async def _draw_again(session: AsyncSession, submission: BilanSubmission) -> None:
    """Its PDF names somebody: it is drawn without them, under the same key."""
    if submission.document_key is not None:
        submission.document_key = submission.document_size = submission.document_sha256 = None
        await enqueue(session, documents.write_document, submission_id=str(submission.id))
