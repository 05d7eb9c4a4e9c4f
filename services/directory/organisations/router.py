"""HTTP of the organisations: parse, call one use case, answer."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Reader, Session
from services.common.etag import etag, expected_version, not_modified
from services.common.pagination import Cursor, Limit, Page, page, read_cursor
from services.common.resources import Held
from services.common.routing import ActRoute, right
from services.common.texts import Words

from . import dissolution, service
from .models import Kind, Organisation
from .schemas import (
    CerSignature,
    DissolutionCreate,
    OrganisationCreate,
    OrganisationPublic,
    OrganisationRead,
    OrganisationUpdate,
    ReinstatementCreate,
)

router = APIRouter(prefix="/directory/v1/organisations", tags=["organisations"], route_class=ActRoute)


def _whole(organisation: Organisation, response: Response) -> OrganisationRead:
    response.headers["ETag"] = etag(organisation.version, "full")
    return OrganisationRead.full(organisation.model_dump())


@router.post(
    "",
    status_code=201,
    operation_id="openOrganisation",
    summary="Open an organisation",
    response_model=OrganisationRead,
    openapi_extra=right("Anyone signed in; public kinds that may fund or lead a contract: administrators of the platform."),
)
async def open_organisation(wish: OrganisationCreate, caller: Caller, session: Session, now: Now, response: Response) -> Any:
    """You become its first manager. Refresh your access token afterwards: the other services read your part in it there.
    An association gives its SIRET or its RNA number, the others their SIRET."""
    organisation = await service.open_organisation(session, caller, wish, now=now)
    response.headers["Location"] = f"{router.prefix}/{organisation.id}"
    return _whole(organisation, response)


@router.get(
    "",
    operation_id="listOrganisations",
    summary="Look for organisations",
    response_model=Page[OrganisationPublic],
    openapi_extra=right("Anyone signed in; public fields only."),
)
async def listing(
    caller: Caller,
    reader: Reader,
    request: Request,
    response: Response,
    q: Annotated[Words, Query(description="Words of the name, the city, the SIRET or the RNA number.")] = "",
    kind: Annotated[list[Kind], Query(description="Any of these kinds.")] = [],  # noqa: B006
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Any:
    """By name. Every word of `q` has to be found, without regard for case or accents."""
    after = read_cursor(request, cursor) or []
    rows = await service.listing(reader, words=q, kinds=kind, after=after, limit=limit + 1)
    return page(request, response, rows, limit, key=lambda row: (row["sort_name"], row["id"]))


@router.get(
    "/{organisation_id}",
    operation_id="getOrganisation",
    summary="Read an organisation",
    response_model=OrganisationRead,
    openapi_extra=right("Anyone signed in; everything for its members and for administrators, the public view for others."),
)
async def read(organisation_id: UUID, caller: Caller, reader: Reader, request: Request, response: Response) -> Any:
    """`view` says which of the two representations this is; the `ETag` differs between them."""
    organisation = await service.seen_by(reader, caller, organisation_id)
    tag = etag(organisation.version, organisation.view)
    response.headers["ETag"] = tag
    return not_modified(request, tag) or organisation


@router.patch(
    "/{organisation_id}",
    operation_id="updateOrganisation",
    summary="Change an organisation",
    response_model=OrganisationRead,
    openapi_extra=right("A manager of the organisation, or an administrator of the platform."),
)
async def change(
    organisation_id: UUID,
    changes: OrganisationUpdate,
    caller: Caller,
    session: Session,
    now: Now,
    response: Response,
    version: int = Depends(expected_version),
) -> Any:
    """Merge patch; `address` and `legal_representative` are sent whole. The other services are told."""
    organisation = await service.change(session, caller, organisation_id, changes, version=version, now=now)
    return _whole(organisation, response)


@router.post(
    "/{organisation_id}/cer",
    operation_id="signContratEngagementRepublicain",
    summary="Sign the contrat d'engagement républicain",
    response_model=OrganisationRead,
    openapi_extra=right("A manager or a signatory of the association or foundation.", persons_only=True),
)
async def sign_cer(
    organisation_id: UUID, signature: CerSignature, caller: Caller, session: Session, now: Now, response: Response
) -> Any:
    """Records who signed it and when (décret n° 2021-1947). Public funders require it of associations and foundations;
    signing again replaces the date, the journal keeps both."""
    organisation = await service.sign_cer(session, caller, organisation_id, signature, now=now)
    return _whole(organisation, response)


@router.post(
    "/{organisation_id}/dissolution",
    status_code=201,
    operation_id="dissolveOrganisation",
    summary="Record that an organisation is dissolved",
    response_model=OrganisationRead,
    openapi_extra=right("A manager of the organisation, or an administrator of the platform."),
)
async def dissolve(
    organisation_id: UUID,
    wish: DissolutionCreate,
    caller: Caller,
    session: Session,
    resources: Held,
    now: Now,
    response: Response,
    version: int = Depends(expected_version),
) -> Any:
    """It keeps its page and its members keep reading, but it takes no new member and opens no dossier. When somebody takes
    over, its dossiers, drafts and awards are theirs within moments; what was submitted stays as it was. The successor's
    managers are told by mail. A chain is followed to its end: name a living organisation."""
    organisation = await dissolution.dissolve(session, resources, caller, organisation_id, wish, version=version, now=now)
    response.headers["Location"] = f"{router.prefix}/{organisation_id}"
    return _whole(organisation, response)


@router.post(
    "/{organisation_id}/reinstatement",
    status_code=201,
    operation_id="reinstateOrganisation",
    summary="Take a wrong dissolution back",
    response_model=OrganisationRead,
    openapi_extra=right("Administrators of the platform."),
)
async def reinstate(
    organisation_id: UUID,
    wish: ReinstatementCreate,
    caller: Caller,
    session: Session,
    now: Now,
    response: Response,
    version: int = Depends(expected_version),
) -> Any:
    """For a record made by mistake: the organisation lives again and what had passed to its successor comes back to it, but
    for what the successor has submitted since, which is its own. To mend a day or a successor, record the dissolution again."""
    organisation = await dissolution.reinstate(session, caller, organisation_id, wish, version=version, now=now)
    response.headers["Location"] = f"{router.prefix}/{organisation_id}"
    return _whole(organisation, response)
