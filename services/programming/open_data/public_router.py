"""Open data over HTTP, for everybody: stable addresses that any page, spreadsheet or harvester may read."""

from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Path, Request, Response

from services.common.db import Reader, Row, Snapshot, fetch, fetch_one
from services.common.etag import not_modified, tag_of
from services.common.files import Range, StoredFile, download
from services.common.pagination import Page, page, read_cursor
from services.common.problems import NotFound
from services.common.query import published, read_query
from services.common.resources import Held
from services.common.routing import ActRoute, right

from . import dcat, repository, rules, service
from .models import Licence
from .router import A_CSV, CSV, published_version
from .schemas import DatasetListing, DatasetRead, PublicationRead, SupportedActions, VersionListing, Year

public_router = APIRouter(prefix=rules.PUBLIC, tags=["open-data"], route_class=ActRoute)

ANYONE = right("Anyone.", public=True)
#: Any site may read them from its pages: there is nothing of anybody's session in them.
SHARED = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Last-Modified, Content-Digest, Content-Disposition, Content-Range, Link, X-Request-ID",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
A_WHILE = "public, max-age=300"
FOR_EVER = "public, max-age=31536000, immutable"
FILE: dict[int | str, dict[str, Any]] = {
    200: A_CSV | {"description": "The file."},
    206: A_CSV | {"description": "The range asked for."},
    304: {"description": "The file already held is the latest."},
}

Funder = Annotated[str, Path(max_length=100, description="Its slug or its id.", examples=["carcassonne-agglo"])]
Decided = Annotated[UUID, Path(description="Id of a campaign, once it is decided.")]
#: What is published of each decided campaign, as CSV and JSON: last part of its addresses, title, description.
_ACTIONS = ("actions", "Actions soutenues", "Actions soutenues au titre de la campagne, leurs financeurs et les montants accordés.")
_COVERAGE = (
    "coverage",
    "Couverture des objectifs et des quartiers",
    "Actions, porteurs, publics et montants votés de la campagne par objectif du contrat et par quartier prioritaire.",
)


@public_router.get(
    "/subventions",
    operation_id="listSubsidyDatasets",
    summary="List what funders publish",
    response_model=Page[DatasetRead],
    openapi_extra=ANYONE | published(DatasetListing),
)
async def list_subsidy_datasets(request: Request, response: Response, reader: Reader, held: Held) -> Any:
    """Every file published on the platform, by funder then year, in its latest version."""
    wish = read_query(request, DatasetListing)
    after = read_cursor(request, wish.cursor) or ["", "0"]
    values = {"after_slug": after[0], "after_year": int(after[1]), "year": wish.year, "limit": wish.limit + 1}
    response.headers.update(SHARED)
    rows = [_dataset(row, held.settings.public_url) for row in await fetch(reader, repository.DATASETS, values)]
    return page(request, response, rows, wish.limit, lambda row: [row["slug"], row["year"]])


def _dataset(row: Row, public_url: str) -> Row:
    licence = rules.LICENCE_URLS[Licence(row["licence"])]
    return {**row, "licence_url": licence, "url": public_url + rules.latest_address(row["slug"], row["year"])}


@public_router.get(
    "/subventions/{funder}/{year}.csv",
    operation_id="downloadSubsidies",
    summary="Download a funder's subsidies of a year",
    response_class=Response,
    openapi_extra=ANYONE,
    responses=FILE,
)
async def download_subsidies(funder: Funder, year: Year, request: Request, reader: Reader, byte_range: Range = None) -> Response:
    """The latest version, in the SCDL *subventions* 2.1.1 format (UTF-8, comma, 16 columns). 404 while nothing is published of that
    year: an empty file would say that nothing was granted."""
    row = await fetch_one(reader, repository.LATEST, {"funder": funder, "year": year})
    return _file(request, row, f"{year}.csv", A_WHILE, byte_range)


@public_router.get(
    "/subventions/{funder}/{year}/versions",
    operation_id="listSubsidyVersions",
    summary="Read the history of a file",
    response_model=Page[PublicationRead],
    openapi_extra=ANYONE | published(VersionListing),
)
async def list_subsidy_versions(
    funder: Funder, year: Year, request: Request, response: Response, reader: Reader, held: Held
) -> Any:
    """Every version ever published, from the newest. Each keeps its address."""
    wish = read_query(request, VersionListing)
    after = read_cursor(request, wish.cursor)
    values = {"funder": funder, "year": year, "before": int(after[0]) if after else 2**31 - 1, "limit": wish.limit + 1}
    rows = [published_version(row, held.settings.public_url) for row in await fetch(reader, repository.VERSIONS, values)]
    if not rows and after is None:
        raise NotFound()
    response.headers.update(SHARED)
    return page(request, response, rows, wish.limit, lambda row: [row["version"]])


@public_router.get(
    "/subventions/{funder}/{year}/versions/{version}.csv",
    operation_id="downloadSubsidyVersion",
    summary="Download one version of a file",
    response_class=Response,
    openapi_extra=ANYONE,
    responses=FILE,
)
async def download_subsidy_version(
    funder: Funder,
    year: Year,
    version: Annotated[int, Path(ge=1, le=2**31 - 1, examples=[1])],
    request: Request,
    reader: Reader,
    byte_range: Range = None,
) -> Response:
    """The file as it was published that day. It never changes."""
    row = await fetch_one(reader, repository.VERSION, {"funder": funder, "year": year, "version": version})
    return _file(request, row, f"{year}-v{version}.csv", FOR_EVER, byte_range)


def _file(request: Request, row: Row | None, name: str, caching: str, byte_range: str | None) -> Response:
    if row is None:
        raise NotFound()
    return sent(request, row, f"subventions-{row['slug']}-{name}", CSV, caching, byte_range)


def sent(request: Request, row: Row, name: str, media_type: str, caching: str, byte_range: str | None) -> Response:
    """A published file: `key`, `size`, `sha256` and `published_at` of a row."""
    published_at: datetime = row["published_at"].astimezone(UTC)
    headers = {**SHARED, "Cache-Control": caching, "Last-Modified": format_datetime(published_at, usegmt=True)}
    tag = f'"{row["sha256"]}"'
    answer = not_modified(request, tag) or _unmodified_since(request, published_at, tag)
    if answer is None:
        stored = StoredFile(row["key"], row["size"], row["sha256"], media_type)
        answer = download(request.app.state.resources.files, stored, name, byte_range)
    answer.headers.update(headers)
    return answer


def _unmodified_since(request: Request, published_at: datetime, tag: str) -> Response | None:
    """304 to who only has a date; an ETag goes before it (RFC 9110 §13.1.3)."""
    since = request.headers.get("if-modified-since")
    if since is None or "if-none-match" in request.headers:
        return None
    try:
        held_at = parsedate_to_datetime(since)
    except ValueError:
        return None
    fresh = held_at.tzinfo is not None and published_at.replace(microsecond=0) <= held_at
    return Response(status_code=304, headers={"ETag": tag}) if fresh else None


@public_router.get(
    "/campaigns/{campaign}/actions.csv",
    operation_id="downloadSupportedActions",
    summary="Download the actions a campaign supports, as CSV",
    response_class=Response,
    openapi_extra=ANYONE,
    responses={200: A_CSV | {"description": "The file."}},
)
async def download_supported_actions(campaign: Decided, request: Request, session: Snapshot) -> Response:
    """One line per action with a notified grant: euros with a decimal point, several codes or funders separated by `;`. The holder's
    name is left empty when it may be a person's. 404 until the campaign is decided."""
    decided = await service.decided_campaign(session, campaign)
    header = ("reference", "intitule", "porteur", "objectifs", "qpv", "financeurs", "montantAccorde", "annee")
    rows = [_action(row) for row in await service.supported_actions(session, decided)]
    return _table(request, f"actions-{decided.year}-{decided.id}.csv", header, rows)


def _action(row: Row) -> tuple[str, ...]:
    codes, qpvs, funders = (";".join(row[name]) for name in ("objective_codes", "qpv_codes", "funders"))
    title, holder = rules.one_line(row["title"]), rules.one_line(row["holder_name"] or "")
    return row["reference"], title, holder, codes, qpvs, funders, rules.in_euros(row["granted_cents"]), str(row["year"])


def _table(request: Request, name: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> Response:
    """A campaign's table as CSV."""
    content = (",".join(header) + "\n").encode() + rules.csv_lines(rows)
    return _made(request, content, CSV, {"Content-Disposition": f'attachment; filename="{name}"'})


@public_router.get(
    "/campaigns/{campaign}/actions.json",
    operation_id="getSupportedActions",
    summary="Read the actions a campaign supports",
    response_model=SupportedActions,
    openapi_extra=ANYONE,
)
async def get_supported_actions(campaign: Decided, request: Request, session: Snapshot) -> Any:
    """The same as JSON, amounts in euro cents, whole in one answer."""
    decided = await service.decided_campaign(session, campaign)
    items = await service.supported_actions(session, decided)
    told = SupportedActions.model_validate({"campaign_id": decided.id, "items": items}, from_attributes=True)
    return _made(request, told.model_dump_json().encode(), "application/json", {})


@public_router.get(
    "/catalog.jsonld",
    operation_id="getCatalog",
    summary="Read the catalogue of open data (DCAT)",
    response_class=Response,
    openapi_extra=ANYONE,
    responses={
        200: {
            "content": {"application/ld+json": {"schema": {"type": "object"}}},
            "description": "DCAT 3, profile DCAT-AP, in JSON-LD.",
        }
    },
)
async def get_catalog(request: Request, reader: Reader, session: Snapshot, held: Held) -> Response:
    """Every dataset with its files, for the harvesters of data.gouv.fr and others: a dataset per funder with a distribution per year,
    and the supported actions and the coverage of each decided campaign."""
    files = await fetch(reader, repository.EVERY_LATEST, {})
    matrices = {row["campaign_id"]: row for row in await fetch(reader, repository.EVERY_LATEST_MATRIX, {})}
    campaigns = []
    for each in await service.decided_campaigns(session):
        told = (each.id, each.title, each.year, each.contract, each.department)
        campaigns.append(dcat.CampaignData(*told, *_ACTIONS))
        if each.id in matrices:
            campaigns.append(dcat.CampaignData(*told, *_COVERAGE, matrices[each.id]))
    made = dcat.catalog(files, campaigns, held.settings.public_url)
    return _made(request, orjson.dumps(made), "application/ld+json", {})


def _made(request: Request, content: bytes, media_type: str, headers: dict[str, str]) -> Response:
    """What is made on demand; its tag is its content's."""
    tag = tag_of(content)
    answer = not_modified(request, tag) or Response(content, headers={"ETag": tag, **headers}, media_type=media_type)
    answer.headers.update({**SHARED, "Cache-Control": A_WHILE})
    return answer
