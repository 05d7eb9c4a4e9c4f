"""The coverage of decided campaigns over HTTP, for everybody: the latest figures, and every version ever published."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from services.common.db import Reader, Row, fetch, fetch_one
from services.common.files import Range
from services.common.pagination import Page, page, read_cursor
from services.common.problems import NotFound
from services.common.query import published, read_query
from services.common.resources import Held
from services.common.routing import ActRoute

from . import repository, rules
from .public_router import A_WHILE, ANYONE, FILE, FOR_EVER, SHARED, Decided, sent
from .router import CSV
from .schemas import CoverageVersion, PublishedMatrix, VersionListing

matrix_router = APIRouter(prefix=rules.PUBLIC, tags=["open-data"], route_class=ActRoute)

Version = Annotated[int, Path(ge=1, le=2**31 - 1, examples=[1])]
_JSON = "application/json"
_MATRIX: dict[int | str, dict[str, Any]] = {
    200: {"model": PublishedMatrix, "description": "The figures."},
    206: {"content": {_JSON: {}}, "description": "The range asked for."},
    304: {"description": "What is already held is the latest."},
}


@matrix_router.get(
    "/campaigns/{campaign}/coverage.csv",
    operation_id="downloadCoverage",
    summary="Download what a campaign covers, as CSV",
    response_class=Response,
    openapi_extra=ANYONE,
    responses=FILE,
)
async def download_coverage(campaign: Decided, request: Request, reader: Reader, byte_range: Range = None) -> Response:
    """The latest version: a line per objective × QPV, the last of each objective outside QPVs, with the actions, holders, people and
    euros voted. 404 until it is published, within the hour after the campaign is decided."""
    return _file(request, await fetch_one(reader, repository.LATEST_MATRIX, {"campaign_id": campaign}), "csv", A_WHILE, byte_range)


@matrix_router.get(
    "/campaigns/{campaign}/coverage.json",
    operation_id="getPublishedCoverage",
    summary="Read what a campaign covers",
    response_class=Response,
    openapi_extra=ANYONE,
    responses=_MATRIX,
)
async def get_published_coverage(campaign: Decided, request: Request, reader: Reader, byte_range: Range = None) -> Response:
    """The latest version as JSON, in euro cents: also what each funder grants, the cells nobody covers, droit commun and TFPB."""
    return _file(request, await fetch_one(reader, repository.LATEST_MATRIX, {"campaign_id": campaign}), "json", A_WHILE, byte_range)


@matrix_router.get(
    "/campaigns/{campaign}/coverage/versions",
    operation_id="listCoverageVersions",
    summary="Read the history of a campaign's coverage",
    response_model=Page[CoverageVersion],
    openapi_extra=ANYONE | published(VersionListing),
)
async def list_coverage_versions(campaign: Decided, request: Request, response: Response, reader: Reader, held: Held) -> Any:
    """Every version ever published, from the newest. Each keeps its addresses."""
    wish = read_query(request, VersionListing)
    after = read_cursor(request, wish.cursor)
    values = {"campaign_id": campaign, "before": int(after[0]) if after else 2**31 - 1, "limit": wish.limit + 1}
    rows = [_version(row, held.settings.public_url) for row in await fetch(reader, repository.MATRIX_VERSIONS, values)]
    if not rows and after is None:
        raise NotFound()
    response.headers.update(SHARED)
    return page(request, response, rows, wish.limit, lambda row: [row["version"]])


def _version(row: Row, public_url: str) -> Row:
    urls = {f"{kind}_url": public_url + rules.matrix_address(row["campaign_id"], row["version"], kind) for kind in ("csv", "json")}
    return {**row, **urls}


@matrix_router.get(
    "/campaigns/{campaign}/coverage/versions/{version}.csv",
    operation_id="downloadCoverageVersion",
    summary="Download one version of a campaign's coverage, as CSV",
    response_class=Response,
    openapi_extra=ANYONE,
    responses=FILE,
)
async def download_coverage_version(
    campaign: Decided, version: Version, request: Request, reader: Reader, byte_range: Range = None
) -> Response:
    """The figures as they were published that day. They never change."""
    row = await fetch_one(reader, repository.MATRIX_VERSION, {"campaign_id": campaign, "version": version})
    return _file(request, row, "csv", FOR_EVER, byte_range)


@matrix_router.get(
    "/campaigns/{campaign}/coverage/versions/{version}.json",
    operation_id="getPublishedCoverageVersion",
    summary="Read one version of a campaign's coverage",
    response_class=Response,
    openapi_extra=ANYONE,
    responses=_MATRIX,
)
async def get_published_coverage_version(
    campaign: Decided, version: Version, request: Request, reader: Reader, byte_range: Range = None
) -> Response:
    """The figures as they were published that day. They never change."""
    row = await fetch_one(reader, repository.MATRIX_VERSION, {"campaign_id": campaign, "version": version})
    return _file(request, row, "json", FOR_EVER, byte_range)


def _file(request: Request, row: Row | None, kind: str, caching: str, byte_range: str | None) -> Response:
    if row is None:
        raise NotFound()
    stored = {name: row[f"{kind}_{name}"] for name in ("key", "size", "sha256")}
    name = f"couverture-{row['campaign_id']}-v{row['version']}.{kind}"
    return sent(
        request, {**stored, "published_at": row["published_at"]}, name, CSV if kind == "csv" else _JSON, caching, byte_range
    )
