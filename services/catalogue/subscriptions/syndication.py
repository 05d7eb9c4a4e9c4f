"""What feeds hold: public documents only, the newest first."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import NAMESPACE_URL, UUID, uuid5

from psycopg import AsyncConnection

from services.common.db import Row, fetch_one
from services.common.layout import plain
from services.common.pagination import LAST_ID
from services.common.problems import NotFound
from services.common.settings import ServiceSettings

from ..centres.service import ANYONE
from ..documents import rules as documents
from ..documents import views
from ..documents.schemas import DocumentKind, TargetKind
from ..search import service as search
from ..search.schemas import Criteria
from . import links, repository, rules
from .feeds import Entry, Feed

#: What a feed is dated of while it is empty.
_BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
_FAR = datetime(9999, 1, 1, tzinfo=UTC)
_SUMMARY = 2_000


async def of_criteria(
    reader: AsyncConnection[Row], criteria: Criteria, settings: ServiceSettings, how: str, *, now: datetime
) -> Feed:
    """Documents of public criteria; the same criteria always are the same feed."""
    given = sorted((key, value) for key, values in criteria.model_dump(mode="json").items() for value in _each(values))
    query = urlencode(given)
    address = f"{settings.public_url}{links.PREFIX}/feeds/documents"
    return Feed(
        id=uuid5(NAMESPACE_URL, f"{address}?{query}").urn,
        title="Documents du catalogue" + (f" – {_said(given)}" if given else ""),
        self_url=f"{address}.{how}" + (f"?{query}" if query else ""),
        page_url=f"{settings.public_url}{links.PREFIX}/documents",
        author="Catalogue",
        since=_BEGINNING,
        entries=await _entries(reader, criteria, settings, now=now),
    )


async def of_search(reader: AsyncConnection[Row], token: str, settings: ServiceSettings, how: str, *, now: datetime) -> Feed:
    """A saved search by its unguessable address (404 when it was renewed or is not ours)."""
    named = rules.feed_named(token)
    row = await fetch_one(reader, repository.SEARCH, {"id": named}) if named else None
    if row is None or not rules.is_feed(links.secret(settings), token, row["id"], row["feed_serial"]):
        raise NotFound()
    return Feed(
        id=row["id"].urn,
        title=row["name"],
        self_url=links.feed_url(settings, row["id"], row["feed_serial"], how),
        page_url=f"{settings.public_url}{links.PREFIX}/documents",
        author="Catalogue",
        since=row["created_at"],
        entries=await _entries(reader, Criteria.model_validate(row["criteria"]), settings, now=now),
    )


async def of_versions(
    reader: AsyncConnection[Row], document_id: UUID, settings: ServiceSettings, how: str, *, now: datetime
) -> Feed:
    """Each publication of one public document (410 once it is withdrawn)."""
    face = await views.face(reader, ANYONE, document_id, settings, now=now)
    numbers = await views.versions(reader, ANYONE, document_id, settings, before=2**31 - 1, limit=rules.MOST_ENTRIES, now=now)
    permalink = views.permalink(settings, face["reference"])
    address = f"{settings.public_url}{links.PREFIX}/documents/{document_id}/versions"
    title = face["content"]["title"]
    return Feed(
        id=uuid5(document_id, "versions").urn,
        title=f"Versions de « {plain(title, 200)} »",
        self_url=f"{address}.{how}",
        page_url=permalink,
        author=face["centre_name"],
        since=face["published_at"],
        entries=[
            Entry(
                id=uuid5(document_id, f"versions/{row['number']}").urn,
                title=f"{plain(title)} – version {row['number']}",
                summary=row["note"] or "Nouvelle version.",
                url=f"{address}/{row['number']}",
                updated=row["published_at"],
                published=row["published_at"],
                author=face["centre_name"],
            )
            for row in numbers
        ],
    )


async def _entries(reader: AsyncConnection[Row], criteria: Criteria, settings: ServiceSettings, *, now: datetime) -> list[Entry]:
    rows = await _latest(reader, criteria, now=now)
    entries = [_entry(row, settings) for row in rows]
    return sorted(entries, key=lambda entry: (entry.updated, entry.id), reverse=True)[: rules.MOST_ENTRIES]


async def _latest(reader: AsyncConnection[Row], criteria: Criteria, *, now: datetime) -> Sequence[Row]:
    if _is_plain(criteria):
        asked = {
            "kinds": criteria.kind or None,
            "centre_id": criteria.centre_id[0] if criteria.centre_id else None,
            "target_kind": TargetKind.EVENT.value,
            "target_id": None,
            "before_at": _FAR,
            "before_id": LAST_ID,
            "limit": rules.MOST_ENTRIES,
        }
        return await views.listing(reader, ANYONE, asked, now=now)
    found = await search.latest(reader, ANYONE, criteria, now=now, limit=rules.MOST_ENTRIES)
    faces = await views.faces(reader, ANYONE, found, now=now)
    return [faces[each] for each in found if each in faces]


def _is_plain(criteria: Criteria) -> bool:
    """Whether the listing of documents says the same, without the engine."""
    asked = {name for name, value in criteria.model_dump().items() if value}
    return asked <= {"kind", "centre_id"} and len(criteria.centre_id) <= 1


def _entry(row: Row, settings: ServiceSettings) -> Entry:
    content = row["content"]
    return Entry(
        id=row["id"].urn,
        title=plain(content["title"]),
        summary=plain(content.get("abstract") or "", _SUMMARY),
        url=views.permalink(settings, row["reference"]),
        updated=max(row["published_at"], row["available_at"]),
        published=max(row["first_published_at"], row["available_at"]),
        author=row["centre_name"],
        categories=[documents.KIND_LABELS[DocumentKind(row["kind"])].fr, *content.get("theme_codes", [])],
    )


def _each(values: Any) -> list[Any]:
    return values if isinstance(values, list) else [values] if values else []


def _said(given: Sequence[tuple[str, Any]]) -> str:
    return plain(", ".join(str(value) for _, value in given), 120)
