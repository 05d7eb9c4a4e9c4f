"""Use cases of citations, linked data and exports: what may be read is asked of documents, then written in another form."""

from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import aclosing
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from psycopg import AsyncConnection

from services.common.clock import today_in_paris
from services.common.db import Database, Row
from services.common.problems import NotFound
from services.common.settings import ServiceSettings
from services.common.streams import borrowed

from ..centres import service as centres
from ..centres.service import ANYONE, Audience
from ..documents import attached, holdings, rules, views
from ..documents.schemas import DocumentKind
from ..vocabulary import service as vocabulary
from . import citing, linked, sitemaps, tables
from .citing import Citation, CitationStyle
from .descriptions import Attachment, Description, describe, one_line


async def described(
    reader: AsyncConnection[Any], audience: Audience, document_id: UUID, settings: ServiceSettings, *, now: datetime
) -> Description:
    """A document the audience may read (404 otherwise, 410 once withdrawn)."""
    row = await views.face(reader, audience, document_id, settings, now=now)
    (description,) = await _all(reader, [row], settings)
    return description


async def bibliography(
    reader: AsyncConnection[Any], audience: Audience, ids: Sequence[UUID], settings: ServiceSettings, *, now: datetime
) -> list[Description]:
    """Those of these documents that the audience may read, in the order they were asked; 404 when there is none."""
    found = await views.faces(reader, audience, ids, now=now)
    kept = [found[each] for each in dict.fromkeys(ids) if each in found]
    if not kept:
        raise NotFound()
    return await _all(reader, kept, settings)


async def citation(
    reader: AsyncConnection[Any],
    audience: Audience,
    document_id: UUID,
    style: CitationStyle,
    settings: ServiceSettings,
    *,
    now: datetime,
) -> Citation:
    description = await described(reader, audience, document_id, settings, now=now)
    return citing.cite(description, style, today=today_in_paris(now))


async def linked_data(
    reader: AsyncConnection[Any], audience: Audience, document_id: UUID, settings: ServiceSettings, *, now: datetime
) -> dict[str, Any]:
    """The document in schema.org's words, with what it relates to that the audience may read."""
    description = await described(reader, audience, document_id, settings, now=now)
    relations = await views.relations(reader, audience, document_id, settings, now=now)
    related = [
        linked.Related(each["kind"], each["direction"], each["document"]["permalink"], each["document"]["title"])
        for each in relations["documents"]
    ]
    return linked.node(description, related)


async def public_page(
    reader: AsyncConnection[Any],
    centre_id: UUID | None,
    settings: ServiceSettings,
    *,
    after_id: UUID,
    limit: int,
    now: datetime,
) -> tuple[list[Row], list[Description]]:
    """A page of what anyone may read, by ids, with the centres it is of; the centre that was asked is always there (404 when there is
    none)."""
    asked = [await centres.one(reader, centre_id)] if centre_id else []
    rows = await holdings.public_page(reader, centre_id=centre_id, after_id=after_id, limit=limit, now=now)
    told = dict.fromkeys(row["centre_id"] for row in rows)
    found = asked or [await centres.one(reader, each) for each in told]
    return found, await _all(reader, rows, settings)


async def export_lines(
    database: Database, settings: ServiceSettings, *, centre_id: UUID | None, now: datetime
) -> AsyncGenerator[bytes, None]:
    """What anyone may read: a JSON object a line, `DocumentRead` with its number of `versions` and its `files` (`DocumentFile`)."""
    async with aclosing(holdings.public_faces(database, centre_id=centre_id, now=now)) as batches:
        async for rows in batches:
            async with database.readers.connection() as reader:
                files = await attached.of_faces(reader, rows, settings)
                rows = await views.with_readable_relations(reader, ANYONE, rows, now=now)
            yield _lines(
                {**views.whole(row, settings, now=now), "versions": row["published_version"], "files": files[row["id"]]}
                for row in rows
            )
    # An empty catalogue is an empty file.
    yield b""


async def export_table(
    database: Database, settings: ServiceSettings, *, centre_id: UUID | None, now: datetime
) -> AsyncGenerator[bytes, None]:
    """The same as CSV."""
    head = tables.HEADER
    async with aclosing(holdings.public_faces(database, centre_id=centre_id, now=now)) as batches:
        async for rows in batches:
            async with database.readers.connection() as reader:
                descriptions = await _all(reader, rows, settings)
            yield head + tables.lines(descriptions)
            head = b""
    yield head


async def centre_lines(database: Database, centre_id: UUID) -> AsyncGenerator[bytes, None]:
    """Everything of a centre, a JSON object a line. Who may is asked before."""
    async with borrowed(database) as connection, aclosing(holdings.of_centre(connection, centre_id)) as batches:
        async for rows in batches:
            yield _lines(rows)
    yield b""


async def sitemap_index(reader: AsyncConnection[Any], settings: ServiceSettings, *, size: int, now: datetime) -> bytes:
    parts = await holdings.public_parts(reader, size=size, now=now)
    return sitemaps.index([(part["first_id"], part["datestamp"]) for part in parts], settings.public_url)


async def sitemap_part(
    database: Database, settings: ServiceSettings, first_id: UUID, *, size: int, now: datetime
) -> AsyncGenerator[bytes, None]:
    """Addresses of at most `size` public documents from an id on (404 when there is none: the protocol wants one or more)."""
    head = sitemaps.URLS_BEGIN
    async with aclosing(holdings.public_addresses(database, first_id=first_id, most=size, now=now)) as batches:
        async for rows in batches:
            yield head + sitemaps.urls((views.permalink(settings, row["reference"]), row["datestamp"]) for row in rows)
            head = b""
    if head:
        raise NotFound()
    yield sitemaps.URLS_END


async def _all(reader: AsyncConnection[Any], rows: Sequence[Row], settings: ServiceSettings) -> list[Description]:
    """Descriptions of faces, in their order."""
    if not rows:
        return []
    themes = {code: row["label"] for code, row in (await vocabulary.theme_labels(reader)).items()}
    codes = {code for row in rows for code in row["content"]["territory_codes"]}
    known = await vocabulary.territory_labels(reader, codes) if codes else {}
    territories = {code: (row["label"], row["kind"]) for code, row in known.items()}
    files = await attached.of_faces(reader, rows, settings)
    return [_one(row, themes, territories, files[row["id"]], settings) for row in rows]


def _one(
    row: Row,
    themes: Mapping[str, str],
    territories: Mapping[str, tuple[str, str]],
    files: Sequence[Row],
    settings: ServiceSettings,
) -> Description:
    return describe(
        row,
        permalink=views.permalink(settings, row["reference"]),
        kind_label=rules.KIND_LABELS[DocumentKind(row["kind"])].fr,
        themes=themes,
        territories=territories,
        attachments=[
            Attachment(
                file["download_url"],
                one_line(file["label"]),
                media_type=file["media_type"],
                size=file["size"],
                sha256=file["sha256"],
            )
            for file in files
        ],
    )


def _lines(objects: Iterable[Mapping[str, Any]]) -> bytes:
    return b"".join(orjson.dumps(each, option=orjson.OPT_APPEND_NEWLINE) for each in objects)
