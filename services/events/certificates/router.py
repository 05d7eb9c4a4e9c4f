"""HTTP of certificates: parse, call one use case, answer."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Reader, Row, Session, Snapshot
from services.common.etag import Version, etag, not_modified
from services.common.files import Range, StoredFile, download, file_content
from services.common.pagination import Cursor, Limit, Page, page, read_cursor
from services.common.resources import Held
from services.common.routing import ActRoute, right

from ..agenda.schemas import StatusReason
from ..networks.router import ORGANISERS
from . import documents, service
from .schemas import CertificateFace, CertificateRead, CertificateState, IssueRead

router = APIRouter(prefix="/events/v1", tags=["certificates"], route_class=ActRoute)

_HOLDER = "Who registered with their account; organisers of the event."
_BEARER = "Whoever holds the link received by e-mail."
_PDF: dict[int | str, dict[str, Any]] = {200: file_content("application/pdf"), 206: file_content("application/pdf")}


def _paper(resources: Held, row: Row, request: Request, range_header: str | None) -> Response:
    stored = StoredFile(row["file_key"], row["file_size"], row["file_sha256"], "application/pdf")
    return download(resources.files, stored, documents.name_of(row), range_header, request=request)


@router.post(
    "/events/{event_id}/certificates",
    status_code=201,
    operation_id="issueCertificates",
    summary="Issue certificates",
    response_model=IssueRead,
    openapi_extra=right(ORGANISERS),
)
async def issue(event_id: UUID, caller: Caller, session: Session, now: Now, response: Response) -> Any:
    """Once the event was held and every sheet validated: to each person their hours, by mail with the PDF.

    A certificate from the event's `certificate_share` on; below, an attestation that says the hours; nothing for no hour. Sessions
    that were cancelled count neither for nor against. Issuing again issues only what changed, and replaces what it corrects.
    """
    response.headers["Location"] = f"{router.prefix}/events/{event_id}/certificates"
    return await service.issue(session, caller, event_id, now=now)


@router.get(
    "/events/{event_id}/certificates",
    operation_id="listCertificates",
    summary="Certificates of an event",
    response_model=Page[CertificateRead],
    openapi_extra=right(ORGANISERS),
)
async def listing(
    event_id: UUID,
    caller: Caller,
    session: Snapshot,
    resources: Held,
    request: Request,
    response: Response,
    state: Annotated[list[CertificateState], Query(description="Any of these.")] = [],  # noqa: B006 - FastAPI copies it
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Any:
    """In the order of their numbers, those that no longer stand too."""
    after = read_cursor(request, cursor)
    asked = {"after": int(after[0]) if after else 0, "states": [each.value for each in state] or None, "limit": limit + 1}
    rows = await service.listing(session, caller, event_id, asked)
    shown = [{**service.shown(resources, row), "number": row["number"]} for row in rows]
    return page(request, response, shown, limit, key=lambda row: (row["number"],))


@router.get(
    "/events/{event_id}/certificates/{certificate_id}",
    operation_id="getCertificate",
    summary="Read a certificate",
    response_model=CertificateRead,
    openapi_extra=right(ORGANISERS),
)
async def read(
    event_id: UUID,
    certificate_id: UUID,
    caller: Caller,
    session: Snapshot,
    resources: Held,
    request: Request,
    response: Response,
) -> Any:
    """What it says, and whether it stands."""
    found = await service.one(session, caller, event_id, certificate_id)
    tag = response.headers["ETag"] = etag(found.version)
    return not_modified(request, tag) or service.shown(resources, found.model_dump())


@router.get(
    "/events/{event_id}/certificates/{certificate_id}/file",
    operation_id="downloadCertificate",
    summary="Download a certificate",
    response_class=Response,
    responses=_PDF,
    openapi_extra=right(ORGANISERS),
)
async def paper(
    event_id: UUID,
    certificate_id: UUID,
    caller: Caller,
    session: Snapshot,
    resources: Held,
    request: Request,
    range_header: Range = None,
) -> Response:
    """The PDF as it was sent, also when it no longer stands."""
    found = await service.one(session, caller, event_id, certificate_id)
    return _paper(resources, service.with_paper(found.model_dump()), request, range_header)


@router.post(
    "/events/{event_id}/certificates/{certificate_id}/revocation",
    status_code=201,
    operation_id="revokeCertificate",
    summary="Withdraw a certificate",
    response_model=CertificateRead,
    openapi_extra=right(ORGANISERS),
)
async def revoke(
    event_id: UUID,
    certificate_id: UUID,
    wish: StatusReason,
    caller: Caller,
    session: Session,
    resources: Held,
    now: Now,
    version: Version,
    response: Response,
) -> Any:
    """Its code says that it was withdrawn, and its holder is told why."""
    found = await service.revoke(session, caller, event_id, certificate_id, wish.reason, version=version, now=now)
    response.headers["ETag"] = etag(found.version)
    response.headers["Location"] = f"{router.prefix}/events/{event_id}/certificates/{certificate_id}"
    return service.shown(resources, found.model_dump())


@router.get(
    "/registrations/{registration_id}/certificates",
    operation_id="listRegistrationCertificates",
    summary="Your certificates",
    response_model=list[CertificateRead],
    openapi_extra=right(_HOLDER),
)
async def own(registration_id: UUID, caller: Caller, session: Snapshot, resources: Held) -> Any:
    """Of those you registered."""
    return [service.shown(resources, row) for row in await service.own(session, caller, registration_id)]


@router.get(
    "/registrations/{registration_id}/certificates/{certificate_id}/file",
    operation_id="downloadRegistrationCertificate",
    summary="Download your certificate",
    response_class=Response,
    responses=_PDF,
    openapi_extra=right(_HOLDER),
)
async def own_paper(
    registration_id: UUID,
    certificate_id: UUID,
    caller: Caller,
    session: Snapshot,
    resources: Held,
    request: Request,
    range_header: Range = None,
) -> Response:
    """The PDF, while it stands."""
    rows = await service.own(session, caller, registration_id)
    return _paper(resources, service.chosen(rows, certificate_id), request, range_header)


@router.get(
    "/my-registrations/{token}/certificates",
    operation_id="listCertificatesByLink",
    summary="Your certificates, by the link of your registration",
    response_model=list[CertificateRead],
    openapi_extra=right(_BEARER, public=True),
)
async def own_by_link(token: str, session: Snapshot, resources: Held) -> Any:
    """Of those you registered."""
    return [service.shown(resources, row) for row in await service.own_by_link(session, resources, token)]


@router.get(
    "/my-registrations/{token}/certificates/{certificate_id}/file",
    operation_id="downloadCertificateByLink",
    summary="Download your certificate, by the link of your registration",
    response_class=Response,
    responses=_PDF,
    openapi_extra=right(_BEARER, public=True),
)
async def own_paper_by_link(
    token: str, certificate_id: UUID, session: Snapshot, resources: Held, request: Request, range_header: Range = None
) -> Response:
    """The PDF, while it stands."""
    rows = await service.own_by_link(session, resources, token)
    return _paper(resources, service.chosen(rows, certificate_id), request, range_header)


@router.get(
    "/certificates/{certificate_code}",
    operation_id="verifyCertificate",
    summary="Verify a certificate",
    response_model=CertificateFace,
    openapi_extra=right("Anyone who has the code printed on it.", public=True),
)
async def verify(certificate_code: str, reader: Reader, response: Response) -> Any:
    """Whose it is, for which event, how many hours, and whether it stands; nothing more. Case, spaces and dashes do not matter."""
    response.headers["Cache-Control"] = "no-cache"
    return await service.verify(reader, certificate_code)
