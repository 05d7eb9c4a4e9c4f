"""What readers see: published documents, their versions and relations, each only to who may read it."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from psycopg import AsyncConnection
from sqlalchemy import FromClause, Select

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
from .organisations import as_shown, credited
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
        "organisations": credited(row),
        "first_published_at": row["first_published_at"],
        "available_at": row["available_at"],
    }


async def with_readable_relations(
    reader: AsyncConnection[Any], audience: Audience, rows: Sequence[Row], *, now: datetime
) -> list[Row]:
    """These rows, their `content` naming only documents the audience may read; events and dossiers stay."""
    named = {each for row in rows for each in _documents_named(row["content"])}
    found = {str(each) for each in await _readable(reader, audience, named, now=now)} if named else set()
    return [{**row, "content": _naming_only(row["content"], found)} for row in rows]


async def _readable(reader: AsyncConnection[Any], audience: Audience, ids: Iterable[str], *, now: datetime) -> set[UUID]:
    asked = {**_seen_by(audience, now), "ids": [UUID(each) for each in ids]}
    return {row["id"] for row in await fetch(reader, repository.READABLE_IDS, asked)}


def _documents_named(content: Row) -> list[str]:
    return [each["target_id"] for each in content.get("relations", []) if each["target"] == TargetKind.DOCUMENT.value]


def _naming_only(content: Row, readable: set[str]) -> Row:
    relations = content.get("relations", [])
    kept = [each for each in relations if each["target"] != TargetKind.DOCUMENT.value or each["target_id"] in readable]
    return content if len(kept) == len(relations) else {**content, "relations": kept}


async def read(
    reader: AsyncConnection[Any], audience: Audience, face: Row, settings: ServiceSettings, *, language: Language, now: datetime
) -> Row:
    """`DocumentRead` of a face the audience may read, with what replaces it and what it relates to if they may read that too."""
    (row,) = await with_readable_relations(reader, audience, [face], now=now)
    successor = await replaced_by(reader, audience, row["id"], settings, now=now)
    return {**whole(row, settings, language=language, now=now), "replaced_by": successor}


def digest(shown: Row) -> str:
    """Of what is shown, for its ETag: names and what replaces it change without the document changing."""
    return hashlib.blake2s(orjson.dumps(shown, default=str), digest_size=8).hexdigest()


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
        return as_shown(row)
    extensions = {
        "reference": row["reference"],
        "reason": row["withdrawal_reason"],
        "withdrawn_at": row["withdrawn_at"].isoformat(),
    }
    successor = await _in_its_place(reader, row, audience, now=now)
    if successor is not None:
        extensions["replaced_by"] = permalink(settings, successor["reference"])
    raise DocumentWithdrawn(**extensions)


async def _in_its_place(reader: AsyncConnection[Any], row: Row, audience: Audience, *, now: datetime) -> Row | None:
    """What takes the place of a withdrawn document, when the audience may read it: as its manager said, or as the other says."""
    if row["replaced_by_id"]:
        found = await faces(reader, audience, [row["replaced_by_id"]], now=now)
        if found:
            return found[row["replaced_by_id"]]
    return await _successor(reader, audience, row["id"], now=now)


async def _successor(reader: AsyncConnection[Any], audience: Audience, document_id: UUID, *, now: datetime) -> Row | None:
    return await fetch_one(reader, repository.SUCCESSOR, {**_seen_by(audience, now), "id": document_id})


async def replaced_by(
    reader: AsyncConnection[Any], audience: Audience, document_id: UUID, settings: ServiceSettings, *, now: datetime
) -> Row | None:
    """`DocumentFace` of the published document that says it replaces this one, when the audience may read it."""
    row = await _successor(reader, audience, document_id, now=now)
    return document_face({**row, "title": row["content"]["title"]}, settings) if row else None


def document_face(row: Row, settings: ServiceSettings) -> Row:
    """`DocumentFace` of a row that has `id`, `reference` and `title`."""
    kept = {name: row[name] for name in ("id", "reference", "title")}
    return {**kept, "permalink": permalink(settings, row["reference"])}


async def listing(reader: AsyncConnection[Any], audience: Audience, asked: dict[str, Any], *, now: datetime) -> list[Row]:
    """Faces of what the audience may read, the latest published first.

    With `target_id`, what relates to that event or dossier, by kind first (`rank`): programme, supports, proceedings, replay.
    """
    statement = repository.RELATED if asked.get("target_id") else repository.LISTING
    rows = await fetch(reader, statement, {"after_rank": -1, **_seen_by(audience, now), **asked})
    return [as_shown(row) for row in rows]


async def faces(reader: AsyncConnection[Any], audience: Audience, ids: Sequence[UUID], *, now: datetime) -> dict[UUID, Row]:
    """Faces of those of these documents that the audience may read."""
    rows = await fetch(reader, repository.FACES, {**_seen_by(audience, now), "ids": list(ids)})
    return {row["id"]: as_shown(row) for row in rows}


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
        "event_ids": _targets(rows, TargetKind.EVENT),
        "dossier_ids": _targets(rows, TargetKind.DOSSIER),
    }


def _targets(rows: Sequence[Row], kind: TargetKind) -> list[UUID]:
    """Each once: a document may be both a support of an event and about it."""
    return list(dict.fromkeys(row["target_id"] for row in rows if row["target_kind"] == kind.value))


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
    """One version, for who may read the document today: access is the document's, not the old version's.

    Names are those of that day, but for who did not agree to be named or was erased since.
    """
    shown = await face(reader, audience, document_id, settings, now=now)
    row = await fetch_one(reader, repository.VERSION, {"id": document_id, "number": number})
    if row is None:
        raise NotFound()
    (row,) = await with_readable_relations(reader, audience, [row], now=now)
    return {**row, "content": without_hidden_contact(row["content"]), "document_version": shown["version"]}


def seen_by(audience: Audience, now: datetime) -> dict[str, Any]:
    """Parameters of a statement that shows what an audience may read (`scored`)."""
    return _seen_by(audience, now)


def scored(scores: FromClause, *, order: Sequence[str]) -> Select[Any]:
    """Statement: faces of the `document_id`s of some scores with its other columns, the highest of `order` first, of what the audience may read.

    Parameters: `seen_by`, `themes` and `territories` (any of these, or None), `limit`, and those of the scores.
    """
    return repository.scored(scores, order)


async def headings(reader: AsyncConnection[Any], ids: Iterable[UUID]) -> dict[UUID, Row]:
    """`{id, centre_id, reference, kind, kind_label, state, title}` of documents published once at least, whoever asks."""
    rows = await fetch(reader, repository.HEADINGS, {"ids": list(ids)})
    return {row["id"]: {**row, "kind_label": rules.KIND_LABELS[DocumentKind(row["kind"])].fr} for row in rows}


async def standings(reader: AsyncConnection[Any], audience: Audience, ids: Sequence[UUID], *, now: datetime) -> dict[UUID, Row]:
    """Like `faces`, those withdrawn too: `withdrawn_at`, `withdrawal_reason` and `replaced_by_id` say so."""
    rows = await fetch(reader, repository.STANDINGS, {**_seen_by(audience, now), "ids": list(ids)})
    return {row["id"]: row for row in rows}
