"""Use cases of a dossier's versions: what was sent each time, and what changed between two."""

import asyncio
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.db import Row, fetch_in
from services.common.files import Files, StoredFile
from services.common.jobs import enqueue
from services.common.language import Language
from services.common.problems import NotFound
from services.common.resources import Resources

from ..dossiers import access, history, instruction, submission
from ..dossiers import service as dossiers
from ..permanent_files import scanning as antivirus
from . import rules
from .errors import HolderOnlyComparison, NotARenewal, SubmissionDocumentNotReady

WRITE = "programming:write_dossier"


async def seen(session: AsyncSession, caller: Principal, dossier_id: UUID) -> Any:
    """As what the caller sees the dossier (404 when they do not)."""
    found = await access.seen_as(session, caller, dossier_id)
    if found is None:
        raise NotFound()
    return found


def _writes(capacities: Any) -> bool:
    """On the holder's side: a member of it, or somebody it invited."""
    return bool(capacities.as_holder or capacities.as_collaborator)


async def listing(session: AsyncSession, caller: Principal, dossier_id: UUID, *, before: int, limit: int) -> list[Row]:
    await seen(session, caller, dossier_id)
    rows = await fetch_in(session, history.SUBMISSIONS, {"dossier_id": dossier_id, "before": before, "limit": limit})
    return [_face(row, dossier_id) for row in rows]


async def one(session: AsyncSession, caller: Principal, dossier_id: UUID, number: int) -> dict[str, Any]:
    """A submission and the dossier as it was sent."""
    await seen(session, caller, dossier_id)
    row = await _submission(session, dossier_id, number)
    return {**_face(row, dossier_id), "dossier": row["snapshot"]}


async def document(
    session: AsyncSession, resources: Resources, caller: Principal, dossier_id: UUID, number: int
) -> tuple[StoredFile, str]:
    """The PDF of a submission and its name. Until it is made it is asked for, and the caller told when to come back."""
    await seen(session, caller, dossier_id)
    row = await _submission(session, dossier_id, number)
    if row["document_key"] is None:
        async with resources.database.transaction() as asking:
            await enqueue(asking, WRITE, lock=f"dossier-pdf:{row['id']}", submission_id=str(row["id"]))
        raise SubmissionDocumentNotReady(headers={"Retry-After": "2"})
    stored = StoredFile(row["document_key"], row["document_size"], row["document_sha256"], "application/pdf")
    return stored, f"dossier-{row['reference']}-depot-{number}.pdf"


async def attachment(
    session: AsyncSession, files: Files, caller: Principal, dossier_id: UUID, number: int, attachment_id: UUID
) -> tuple[StoredFile, str]:
    """A file as it was sent, whatever became of the attachment or of the permanent file since."""
    capacities = await seen(session, caller, dossier_id)
    row = await _submission(session, dossier_id, number)
    sent = next((one for one in row["snapshot"].get("attachments") or () if one["id"] == str(attachment_id)), None)
    if sent is None:
        raise NotFound()
    kept = await history.attachment(session, attachment_id)
    if kept is not None:
        antivirus.require_clean(kept.status, kept.status_reason, own=_writes(capacities))
    if not await files.holds(sent["key"]):
        raise NotFound()
    return StoredFile(sent["key"], sent["size"], sent["sha256"], sent["media_type"]), sent["name"]


async def comparison(
    session: AsyncSession, caller: Principal, dossier_id: UUID, since: int, until: int | None, *, language: Language
) -> dict[str, Any]:
    """What changed between two submissions; or, for the holder, between one and the dossier as it stands."""
    capacities = await seen(session, caller, dossier_id)
    if until is None and not _writes(capacities):
        raise HolderOnlyComparison()
    old = (await _submission(session, dossier_id, since))["snapshot"]
    new = (await _submission(session, dossier_id, until))["snapshot"] if until else await _as_it_stands(session, dossier_id)
    # Long texts take up to a second: other requests go on meanwhile.
    found = await asyncio.to_thread(rules.between, old, new)
    return {
        "dossier_id": dossier_id,
        "since": since,
        "until": until,
        "charges_delta_cents": rules.delta(old, new, "charges_cents"),
        "asked_delta_cents": rules.delta(old, new, "asked_cents"),
        "differences": [rules.shown(one, language) for one in found],
    }


async def since_renewal(session: AsyncSession, caller: Principal, dossier_id: UUID, *, language: Language) -> dict[str, Any]:
    """What a dossier changes of the one it renews. Readers other than the holder need to see both, and see what was sent."""
    capacities = await seen(session, caller, dossier_id)
    found = await fetch_in(session, history.RENEWAL, {"dossier_id": dossier_id})
    if not found:
        raise NotARenewal()
    (kept,) = found
    if _writes(capacities):
        now = await _as_it_stands(session, dossier_id)
    else:
        await seen(session, caller, kept["renewed_id"])
        last = await history.last(session, dossier_id)
        if last is None:
            raise NotFound()
        now = last.snapshot
    # What is not the holder's to write in a copy: its identity, its files.
    start = {**kept["start"], "holder": now.get("holder"), "attachments": now.get("attachments"), "renewal": now.get("renewal")}
    told = await asyncio.to_thread(rules.marked, kept["snapshot"], start, now)
    return {
        "dossier_id": dossier_id,
        "renewed_id": kept["renewed_id"],
        "renewed_reference": kept["reference"],
        "notes": [{**note, "detail": note["fr"] if language == "fr" else note["en"]} for note in kept["notes"]],
        "differences": [{**rules.shown(one, language), "origin": origin} for one, origin in told],
    }


async def _as_it_stands(session: AsyncSession, dossier_id: UUID) -> dict[str, Any]:
    dossier = await instruction.read(session, dossier_id)
    requests = await dossiers.requests_of(session, dossier)
    joined = await dossiers.attachments_of(session, dossier_id)
    return dict(submission.as_sent(dossier, requests, joined))


async def _submission(session: AsyncSession, dossier_id: UUID, number: int | None) -> Row:
    rows = await fetch_in(session, history.SUBMISSION, {"dossier_id": dossier_id, "number": number})
    if not rows:
        raise NotFound()
    return rows[0]


def _face(row: Row, dossier_id: UUID) -> Row:
    where = f"/programming/v1/dossiers/{dossier_id}/submissions/{row['number']}/document"
    return {**row, "document": where, "document_ready": row["document_key"] is not None}
