"""Open data over HTTP, for the funder: who it is, what is missing, publish."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request, Response

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Session, Snapshot
from services.common.etag import etag, expected_version, not_modified
from services.common.language import Language, preferred
from services.common.pagination import Page, page, read_cursor
from services.common.query import published, read_query
from services.common.resources import Held
from services.common.routing import ActRoute, right
from services.common.streams import streamed

from . import rules, service
from .schemas import (
    BeneficiaryRead,
    BeneficiaryWrite,
    GapListing,
    GapsSummary,
    IncompleteAward,
    PublicationCreate,
    PublicationRead,
    PublisherRead,
    PublisherWrite,
    Year,
)

router = APIRouter(prefix="/programming/v1", tags=["open-data"], route_class=ActRoute)

MEMBERS = "Members of the funder."
MANAGERS = "Managers of the funder."
CSV = "text/csv; charset=utf-8; header=present"
A_CSV = {"content": {"text/csv": {"schema": {"type": "string", "format": "binary"}}}}


async def _version_if_any(
    if_match: Annotated[str | None, Header(description="ETag of the version that was read; none the first time.")] = None,
) -> int | None:
    return None if if_match is None else await expected_version(if_match)


@router.get(
    "/funders/{funder_id}/publication",
    operation_id="getPublisher",
    summary="Read a funder's publication identity",
    response_model=PublisherRead,
    openapi_extra=right(MEMBERS),
)
async def get_publisher(funder_id: UUID, request: Request, response: Response, caller: Caller, session: Snapshot) -> Any:
    """How the funder appears in its publications, and its place in public addresses. 404 until a manager has given it."""
    publisher = await service.publisher_of(session, caller, funder_id)
    tag = response.headers["ETag"] = etag(publisher.version)
    return not_modified(request, tag) or publisher


@router.put(
    "/funders/{funder_id}/publication",
    operation_id="setPublisher",
    summary="Give a funder's publication identity",
    response_model=PublisherRead,
    openapi_extra=right(MANAGERS),
    responses={201: {"model": PublisherRead, "description": "Given for the first time."}},
)
async def set_publisher(
    funder_id: UUID,
    wish: PublisherWrite,
    caller: Caller,
    session: Session,
    now: Now,
    response: Response,
    version: Annotated[int | None, Depends(_version_if_any)],
) -> Any:
    """Official name, SIRET, licence, mailbox of the service: given once, then changed with `If-Match`. Files already published keep
    what they said; the next version says it anew. From then on the platform publishes by itself what would otherwise be late."""
    publisher, first = await service.identify(session, caller, funder_id, wish, version=version, now=now)
    response.headers["ETag"] = etag(publisher.version)
    if first:
        response.status_code = 201
        response.headers["Location"] = f"{router.prefix}/funders/{funder_id}/publication"
    return publisher


@router.get(
    "/funders/{funder_id}/publication/gaps",
    operation_id="listGaps",
    summary="What a funder's publications lack",
    response_model=Page[IncompleteAward],
    openapi_extra=right(MEMBERS) | published(GapListing),
)
async def list_gaps(funder_id: UUID, request: Request, response: Response, caller: Caller, session: Snapshot, now: Now) -> Any:
    """Awards whose row lacks something, oldest first: which SCDL column, why, and the way out. `blocking` keeps the row out of the
    file until mended; `advice` does not; `withheld` rows are a person's and never leave."""
    wish = read_query(request, GapListing)
    after = read_cursor(request, wish.cursor)
    found = await service.gaps(
        session, caller, funder_id, wish.year, after=UUID(after[0]) if after else None, most=wish.limit + 1, now=now
    )
    language = preferred(request.headers.get("accept-language"))
    rows = [_incomplete(each, language) for each in found]
    return page(request, response, rows, wish.limit, lambda row: [row["award_id"]])


def _incomplete(each: service.Incomplete, language: Language) -> dict[str, Any]:
    grant = each.grant
    return {
        "award_id": grant.id,
        **{name: getattr(grant, name) for name in ("dossier_id", "reference", "title", "holder_id", "holder_name", "year")},
        "granted_cents": grant.granted_cents,
        "published": rules.is_published(each.gaps),
        "publish_before_on": each.publish_before_on,
        "late": each.late,
        "gaps": _said(each.gaps, grant, language),
    }


def _said(gaps: Sequence[rules.Gap], grant: rules.Grant, language: Language) -> list[dict[str, Any]]:
    ids = {"funder_id": grant.funder_id, "holder_id": grant.holder_id}
    return [
        {
            "column": gap.column,
            "code": gap.code,
            "severity": gap.severity,
            "detail": gap.detail.to(language),
            "way_out": gap.way_out.to(language).format(**ids),
        }
        for gap in gaps
    ]


@router.get(
    "/open-data/subventions/gaps",
    operation_id="summariseGaps",
    summary="What is missing, in figures",
    response_model=GapsSummary,
    openapi_extra=right("Anyone signed in: the funders they belong to."),
)
async def summarise_gaps(caller: Caller, session: Snapshot, now: Now) -> Any:
    """« Ce qui manque »: for each funder you belong to and each year, how many subsidies are complete, what the others lack, how many
    are late, and which version is published."""
    return {"items": await service.summary(session, caller, now=now)}


@router.put(
    "/funders/{funder_id}/beneficiaries/{holder_id}",
    operation_id="stateBeneficiary",
    summary="Mend what a beneficiary's rows lack",
    response_model=BeneficiaryRead,
    openapi_extra=right(MANAGERS),
)
async def state_beneficiary(
    funder_id: UUID, holder_id: UUID, wish: BeneficiaryWrite, caller: Caller, session: Session, now: Now
) -> Any:
    """What the funder knows of a holder it supports: its SIRET, and whether it is a legal person. It replaces what was stated before
    and goes before what the dossier says; the dossier itself does not change."""
    return await service.state_beneficiary(session, caller, funder_id, holder_id, wish, now=now)


@router.post(
    "/funders/{funder_id}/publications",
    status_code=201,
    operation_id="publishSubsidies",
    summary="Publish a year's subsidies",
    response_model=PublicationRead,
    openapi_extra=right(MANAGERS),
    responses={200: {"model": PublicationRead, "description": "Nothing changed since this version: no other is made."}},
)
async def publish_subsidies(
    funder_id: UUID, wish: PublicationCreate, caller: Caller, session: Session, held: Held, now: Now, response: Response
) -> Any:
    """Write the SCDL file of a year now. It becomes a new version when its content changed; former versions stay at their address."""
    made, publisher, new = await service.publish(session, held.files, caller, funder_id, wish.year, now=now)
    if not new:
        response.status_code = 200
    row = {**made.model_dump(), "slug": publisher.slug, "funder": publisher.name}
    told = published_version(row, held.settings.public_url)
    response.headers["Location"] = rules.version_address(publisher.slug, made.year, made.version)
    return told


@router.get(
    "/funders/{funder_id}/subventions.csv",
    operation_id="exportSubsidies",
    summary="See a year's file before it is published",
    response_class=Response,
    openapi_extra=right(MEMBERS, refusals=[409]),
    responses={200: A_CSV | {"description": "The SCDL file, written while it is read."}},
)
async def export_subsidies(
    funder_id: UUID, year: Annotated[Year, Query()], caller: Caller, session: Snapshot, held: Held
) -> Response:
    """The file of a year as it would be published this instant; nothing is published by it."""
    chunks = await service.live(session, held.database, caller, funder_id, year)
    headers = {"Content-Disposition": f'attachment; filename="subventions-{year}.csv"', "Cache-Control": "private, no-store"}
    return await streamed(chunks, media_type=CSV, headers=headers)


def published_version(row: dict[str, Any], public_url: str) -> dict[str, Any]:
    """A row of a publication as people read it."""
    return {**row, "url": public_url + rules.version_address(row["slug"], row["year"], row["version"])}
