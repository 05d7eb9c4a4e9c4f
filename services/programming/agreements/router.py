"""Agreements over HTTP. Every act is on the agreement's latest version, the acts on its amendments included."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Reader, Session, Snapshot, fetch
from services.common.etag import Version, etag, not_modified
from services.common.files import ROUTE_LIMIT, Range, StoredFile, announced_length, download, file_content
from services.common.journal import JournalLine, lines_of
from services.common.pagination import LAST_ID, Cursor, Limit, Page, page, read_cursor
from services.common.problems import NotFound
from services.common.query import published, read_query
from services.common.resources import Held
from services.common.routing import ActRoute, UploadRoute, right

from ..permanent_files import arrivals
from ..permanent_files import scanning as antivirus
from ..tables import KERNEL
from . import drafting, repository, service, signing
from .errors import TextNotReady
from .models import Agreement, AgreementText
from .schemas import (
    PREFIX,
    AgreementDraft,
    AgreementListing,
    AgreementRead,
    AgreementSummary,
    AmendmentDraft,
    InKindUpdate,
    SignatureCreate,
    SignatureRead,
    TerminationCreate,
)

router = APIRouter(prefix=PREFIX, tags=["agreements"], route_class=ActRoute)
upload_router = APIRouter(prefix=PREFIX, tags=["agreements"], route_class=UploadRoute)

PARTIES = "Members of the funder and of the holder."
FUNDER = "Managers and signatories of the funder."
SIGNATORIES = "Signatories of the party given: the funder, or the organisation that answers for the holder."
_JOURNAL = lines_of(KERNEL.journal)
_PDF = file_content("application/pdf")
_DOWNLOAD: dict[int | str, dict[str, Any]] = {
    200: {**_PDF, "description": "The document."},
    206: {**_PDF, "description": "The range asked for."},
}


async def _shown(session: Any, agreement: Agreement, response: Response, *, made: str | None = None) -> dict[str, Any]:
    response.headers["ETag"] = etag(agreement.version)
    if made is not None:
        response.headers["Location"] = f"{PREFIX}/{agreement.id}{made}"
    return await service.whole(session, agreement)


@router.get(
    "",
    operation_id="listAgreements",
    summary="List the agreements",
    response_model=Page[AgreementSummary],
    openapi_extra=right(PARTIES) | published(AgreementListing),
)
async def list_agreements(request: Request, response: Response, reader: Reader, caller: Caller) -> Any:
    """One per funder, holder and year with a grant, latest first. `due=true` is the funder's list of what it has to write."""
    wish = read_query(request, AgreementListing)
    after = read_cursor(request, wish.cursor)
    given = wish.model_dump(mode="json", exclude={"limit", "cursor"}, exclude_none=True)
    values = {"organisations": caller.organisation_ids, "before": UUID(after[0]) if after else LAST_ID, "limit": wish.limit + 1}
    rows = await fetch(reader, repository.listing(frozenset(given)), {**given, **values})
    return page(request, response, rows, wish.limit, lambda row: [row["id"]])


@router.get(
    "/{agreement_id}",
    operation_id="getAgreement",
    summary="Read an agreement",
    response_model=AgreementRead,
    openapi_extra=right(PARTIES),
)
async def get_agreement(agreement_id: UUID, request: Request, response: Response, session: Snapshot, caller: Caller) -> Any:
    """The year's grants and their sum, the agreement's text, its amendments, and who signed what."""
    agreement = await service.seen(session, caller, agreement_id)
    return not_modified(request, etag(agreement.version)) or await _shown(session, agreement, response)


@router.get(
    "/{agreement_id}/journal",
    operation_id="readAgreementJournal",
    summary="Read an agreement's journal",
    response_model=Page[JournalLine],
    openapi_extra=right(PARTIES),
)
async def read_journal(
    agreement_id: UUID, request: Request, response: Response, reader: Reader, session: Snapshot, caller: Caller,
    limit: Limit = 50, cursor: Cursor = None,
) -> Any:  # fmt: skip
    """Who did what and when, newest first."""
    await service.seen(session, caller, agreement_id)
    after = read_cursor(request, cursor)
    before = UUID(after[0]) if after else LAST_ID
    values = {"resource_id": agreement_id, "before_id": before, "confidential_too": True, "limit": limit + 1}
    return page(request, response, await fetch(reader, _JOURNAL, values), limit, lambda row: [row["id"]])


@router.put(
    "/{agreement_id}/in-kind",
    operation_id="declareInKind",
    summary="Declare aid in kind",
    response_model=AgreementRead,
    openapi_extra=right(FUNDER),
)
async def declare_in_kind(
    agreement_id: UUID, wish: InKindUpdate, caller: Caller, session: Session, now: Now, version: Version, response: Response
) -> Any:
    """What the funder gives in kind this year, valued; it counts towards the threshold. In a signed year it makes an amendment due."""
    return await _shown(session, await service.set_in_kind(session, caller, agreement_id, wish, version=version, now=now), response)


@router.post(
    "/{agreement_id}/draft",
    status_code=201,
    operation_id="draftAgreement",
    summary="Draft the agreement",
    response_model=AgreementRead,
    openapi_extra=right(FUNDER),
)
async def draft_agreement(
    agreement_id: UUID, wish: AgreementDraft, caller: Caller, session: Session, held: Held, now: Now, version: Version,
    response: Response,
) -> Any:  # fmt: skip
    """The terms in words; parties, actions and amounts are taken from the year's grants. The PDF follows and goes to the holder.

    Drafted again before both have signed, the new text replaces the old one and the signature it may have had.
    """
    asking = drafting.Asking(held.database, held.siblings)
    agreement = await drafting.draft(session, asking, caller, agreement_id, wish, version=version, now=now)
    return await _shown(session, agreement, response, made="")


@router.get(
    "/{agreement_id}/document",
    operation_id="downloadAgreement",
    summary="Download the agreement",
    response_class=Response,
    openapi_extra=right(PARTIES),
    responses=_DOWNLOAD,
)
async def download_agreement(
    agreement_id: UUID, request: Request, session: Snapshot, caller: Caller, byte_range: Range = None
) -> Response:
    """The text both parties sign, as PDF."""
    agreement = await service.seen(session, caller, agreement_id)
    text = service.current(await repository.texts(session, agreement.id))
    if text is None:
        raise NotFound()
    return _document(request, agreement, text, byte_range)


@router.post(
    "/{agreement_id}/signatures",
    status_code=201,
    operation_id="signAgreement",
    summary="Sign the agreement",
    response_model=AgreementRead,
    openapi_extra=right(SIGNATORIES, persons_only=True),
)
async def sign_agreement(
    agreement_id: UUID, wish: SignatureCreate, caller: Caller, session: Session, now: Now, version: Version, response: Response
) -> Any:
    """One party's signature. With the second the agreement is in force, and the grants it covers may be committed."""
    agreement = await signing.sign(session, caller, agreement_id, None, wish, version=version, now=now)
    return await _shown(session, agreement, response, made="")


@router.post(
    "/{agreement_id}/amendments",
    status_code=201,
    operation_id="draftAmendment",
    summary="Draft an amendment",
    response_model=AgreementRead,
    openapi_extra=right(FUNDER),
)
async def draft_amendment(
    agreement_id: UUID, wish: AmendmentDraft, caller: Caller, session: Session, held: Held, now: Now, version: Version,
    response: Response,
) -> Any:  # fmt: skip
    """Sets grants anew and takes in those notified since the last text. One at a time; nothing moves before both have signed."""
    asking = drafting.Asking(held.database, held.siblings)
    await drafting.draft_amendment(session, asking, caller, agreement_id, wish, version=version, now=now)
    return await _shown(session, await service.seen(session, caller, agreement_id), response, made="")


@router.get(
    "/{agreement_id}/amendments/{amendment_id}/document",
    operation_id="downloadAmendment",
    summary="Download an amendment",
    response_class=Response,
    openapi_extra=right(PARTIES),
    responses=_DOWNLOAD,
)
async def download_amendment(
    agreement_id: UUID, amendment_id: UUID, request: Request, session: Snapshot, caller: Caller, byte_range: Range = None
) -> Response:
    """The amendment both parties sign, as PDF."""
    agreement = await service.seen(session, caller, agreement_id)
    return _document(request, agreement, await drafting.amendment_of(session, agreement, amendment_id), byte_range)


@router.post(
    "/{agreement_id}/amendments/{amendment_id}/signatures",
    status_code=201,
    operation_id="signAmendment",
    summary="Sign an amendment",
    response_model=AgreementRead,
    openapi_extra=right(SIGNATORIES, persons_only=True),
)
async def sign_amendment(
    agreement_id: UUID, amendment_id: UUID, wish: SignatureCreate, caller: Caller, session: Session, now: Now, version: Version,
    response: Response,
) -> Any:  # fmt: skip
    """One party's signature. With the second, grants and envelopes change at once, or nothing does and the refusal says why."""
    agreement = await signing.sign(session, caller, agreement_id, amendment_id, wish, version=version, now=now)
    return await _shown(session, agreement, response, made="")


@router.post(
    "/{agreement_id}/amendments/{amendment_id}/withdrawal",
    status_code=201,
    operation_id="withdrawAmendment",
    summary="Withdraw an amendment",
    response_model=AgreementRead,
    openapi_extra=right(FUNDER),
)
async def withdraw_amendment(
    agreement_id: UUID, amendment_id: UUID, caller: Caller, session: Session, now: Now, version: Version, response: Response
) -> Any:
    """Takes back an amendment that is not signed by both."""
    agreement = await drafting.withdraw_amendment(session, caller, agreement_id, amendment_id, version=version, now=now)
    return await _shown(session, agreement, response, made="")


@router.post(
    "/{agreement_id}/termination",
    status_code=201,
    operation_id="terminateAgreement",
    summary="Terminate the agreement",
    response_model=AgreementRead,
    openapi_extra=right(FUNDER),
)
async def terminate_agreement(
    agreement_id: UUID, wish: TerminationCreate, caller: Caller, session: Session, now: Now, version: Version, response: Response
) -> Any:
    """The funder ends a signed agreement and says why. What is committed may be paid; nothing more is committed."""
    agreement = await service.terminate(session, caller, agreement_id, wish.reason, version=version, now=now)
    return await _shown(session, agreement, response, made="")


@upload_router.put(
    "/{agreement_id}/signatures/{signature_id}/signed-file",
    operation_id="keepSignedFile",
    summary="Join the signed copy",
    response_model=SignatureRead,
    max_body_size=ROUTE_LIMIT,
    openapi_extra=right("Managers and signatories of the party that signed.")
    | {"requestBody": {"required": True, **file_content()}},
)
async def keep_signed_file(
    agreement_id: UUID, signature_id: UUID, request: Request, caller: Caller, session: Session, held: Held, now: Now
) -> Any:
    """Send the PDF itself as the body: the copy this party signed on paper. Sent again, it replaces the former one."""
    sent = arrivals.Sent(request.stream(), held.settings.upload_limit_mb * 1024 * 1024, announced_length(request))
    kept = await signing.keep_signed_file(session, held, caller, agreement_id, signature_id, sent, now=now)
    return {**kept.model_dump(), "agreement_id": agreement_id}


@router.get(
    "/{agreement_id}/signatures/{signature_id}/signed-file",
    operation_id="downloadSignedFile",
    summary="Download a signed copy",
    response_class=Response,
    openapi_extra=right(PARTIES),
    responses=_DOWNLOAD,
)
async def download_signed_file(
    agreement_id: UUID, signature_id: UUID, request: Request, session: Snapshot, caller: Caller, byte_range: Range = None
) -> Response:
    """The copy a party sent, as it was received. With a virus scanner, the other party waits for its verdict; a file in quarantine is
    handed to nobody."""
    agreement, signature = await signing.signature_of(session, caller, agreement_id, signature_id)
    if signature.file_key is None or signature.file_size is None or signature.file_sha256 is None:
        raise NotFound()
    own = caller.belongs_to(signature.organisation_id)
    antivirus.require_clean(signature.file_status, signature.file_status_reason, own=own)
    stored = StoredFile(signature.file_key, signature.file_size, signature.file_sha256, "application/pdf")
    name = f"convention-{agreement.year}-{signature.party.value}.pdf"
    return download(request.app.state.resources.files, stored, name, byte_range)


def _document(request: Request, agreement: Agreement, text: AgreementText, byte_range: str | None) -> Response:
    if text.file_key is None or text.file_size is None or text.file_sha256 is None:
        raise TextNotReady(headers={"Retry-After": "2"})
    stored = StoredFile(text.file_key, text.file_size, text.file_sha256, "application/pdf")
    name = drafting.file_name(agreement, text.number)
    return download(request.app.state.resources.files, stored, name, byte_range)
