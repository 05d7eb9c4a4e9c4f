"""What readers see: published documents, their versions and relations, each only to who may read it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from services.common.db import Row, fetch, fetch_one
from services.common.language import Language
from services.common.problems import NotFound
from services.common.settings import ServiceSettings

from ..centres.service import Audience
from ..permalinks import PERMALINK as PERMALINK
from ..permalinks import permalink as permalink
from . import repository, rules
from .errors import DocumentWithdrawn
from .models import Access, DocumentKind, TargetKind
from .schemas import without_hidden_contact


def _seen_by(audience: Audience, now: datetime) -> dict[str, Any]:
    return {"kept_ids": list(audience.kept_ids), "centre_ids": list(audience.centre_ids), "now": now}


def summary(row: Row, settings: ServiceSettings, *, now: datetime) -> Row:
    """`DocumentSummary` of a face."""
    content = row["content"]
    embargo = row["available_at"] > now
    return {
        **{name: row[name] for name in ("id", "reference", "kind", "published_version", "published_at")},
        "permalink": permalink(settings, row["reference"]),
        **{name: content.get(name) for name in ("title", "abstract", "language", "dated")},
        "centre": {"id": row["centre_id"], "code": row["centre_code"], "name": row["centre_name"]},
        "access": "embargo" if embargo else row["access"],
    }


def whole(row: Row, settings: ServiceSettings, *, language: Language = "fr", now: datetime) -> Row:
    """`DocumentRead` of a face."""
    return {
        **summary(row, settings, now=now),
        "kind_label": rules.KIND_LABELS[DocumentKind(row["kind"])].to(language),
        "content": without_hidden_contact(row["content"]),
        "first_published_at": row["first_published_at"],
        "available_at": row["available_at"],
    }


async def face(
    reader: AsyncConnection[Any], audience: Audience, document_id: UUID, settings: ServiceSettings, *, now: datetime
) -> Row:
    """The published document as stored, for who may read it: 404 when they may not, 410 when it was withdrawn."""
    row = await fetch_one(reader, repository.FACE, {"id": document_id})
    return await _shown(reader, row, audience, settings, now=now)


async def face_by_reference(
    reader: AsyncConnection[Any], audience: Audience, reference: str, settings: ServiceSettings, *, now: datetime
) -> Row:
    row = await fetch_one(reader, repository.FACE_BY_REFERENCE, {"reference": reference})
    return await _shown(reader, row, audience, settings, now=now)


async def _shown(
    reader: AsyncConnection[Any], row: Row | None, audience: Audience, settings: ServiceSettings, *, now: datetime
) -> Row:
    if row is None:
        raise NotFound()
    members_only = row["access"] == Access.MEMBERS.value
    if not audience.may_read(row["centre_id"], members_only=members_only, available_at=row["available_at"], now=now):
        raise NotFound()
    if row["withdrawn_at"] is None:
        return row
    extensions = {
        "reference": row["reference"],
        "reason": row["withdrawal_reason"],
        "withdrawn_at": row["withdrawn_at"].isoformat(),
    }
    if row["replaced_by_id"]:
        other = await fetch_one(reader, repository.FACE, {"id": row["replaced_by_id"]})
        if other is not None:
            extensions["replaced_by"] = permalink(settings, other["reference"])
    raise DocumentWithdrawn(**extensions)


async def listing(reader: AsyncConnection[Any], audience: Audience, asked: dict[str, Any], *, now: datetime) -> list[Row]:
    """Faces of what the audience may read, the latest published first."""
    return await fetch(reader, repository.LISTING, {**_seen_by(audience, now), **asked})


async def faces(reader: AsyncConnection[Any], audience: Audience, ids: Sequence[UUID], *, now: datetime) -> dict[UUID, Row]:
    """Faces of those of these documents that the audience may read."""
    rows = await fetch(reader, repository.FACES, {**_seen_by(audience, now), "ids": list(ids)})
    return {row["id"]: row for row in rows}


async def relations(
    reader: AsyncConnection[Any], audience: Audience, document_id: UUID, settings: ServiceSettings, *, now: datetime
) -> dict[str, Any]:
    """`Relations` of a document the audience may read."""
    await face(reader, audience, document_id, settings, now=now)
    rows = await fetch(reader, repository.RELATIONS, {"id": document_id})
    documents = [row for row in rows if row["target_kind"] == TargetKind.DOCUMENT.value]
    found = await faces(reader, audience, [row["other_id"] for row in documents], now=now)
    return {
        "documents": [
            {
                "kind": row["kind"],
                "direction": row["direction"],
                "document": summary(found[row["other_id"]], settings, now=now),
            }
            for row in documents
            if row["other_id"] in found
        ],
        "event_ids": [row["target_id"] for row in rows if row["target_kind"] == TargetKind.EVENT.value],
        "dossier_ids": [row["target_id"] for row in rows if row["target_kind"] == TargetKind.DOSSIER.value],
    }


async def versions(
    reader: AsyncConnection[Any],
    audience: Audience,
    document_id: UUID,
    settings: ServiceSettings,
    *,
    before: int,
    limit: int,
    now: datetime,
) -> list[Row]:
    """Its versions, the latest first, for who may read the document."""
    await face(reader, audience, document_id, settings, now=now)
    return await fetch(reader, repository.VERSIONS, {"id": document_id, "before": before, "limit": limit})


async def version(
    reader: AsyncConnection[Any], audience: Audience, document_id: UUID, number: int, settings: ServiceSettings, *, now: datetime
) -> Row:
    """One version, for who may read the document today: access is the document's, not the old version's."""
    await face(reader, audience, document_id, settings, now=now)
    row = await fetch_one(reader, repository.VERSION, {"id": document_id, "number": number})
    if row is None:
        raise NotFound()
    return {**row, "content": without_hidden_contact(row["content"])}
