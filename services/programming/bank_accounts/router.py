"""Bank accounts of holders over HTTP."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Reader, Session, Snapshot, fetch
from services.common.etag import Version, etag, not_modified
from services.common.journal import JournalLine, lines_of
from services.common.pagination import LAST_ID, Cursor, Limit, Page, page, read_cursor
from services.common.resources import Held
from services.common.routing import ActRoute, right

from ..tables import KERNEL
from . import repository, service
from .models import BankAccount
from .schemas import BankAccountDisclosed, BankAccountPropose, BankAccountRead, BankAccountReject

router = APIRouter(prefix="/programming/v1", tags=["bank-accounts"], route_class=ActRoute)

SEEN = "Managers and signatories of the organisation, and payers of a funder that has an award to it; 404 for everybody else."
_JOURNAL = lines_of(KERNEL.journal)


def _shown(account: BankAccount, response: Response) -> BankAccount:
    response.headers["ETag"] = etag(account.version)
    response.headers["Location"] = f"{router.prefix}/bank-accounts/{account.id}"
    return account


@router.post(
    "/organisations/{organisation_id}/bank-accounts",
    status_code=201,
    operation_id="proposeBankAccount",
    summary="Propose a bank account",
    response_model=BankAccountRead,
    openapi_extra=right("Managers and signatories of the organisation."),
)
async def propose_bank_account(
    organisation_id: UUID, wish: BankAccountPropose, caller: Caller, session: Session, resources: Held, now: Now, response: Response
) -> Any:
    """Say where your organisation is paid. The IBAN is checked and kept encrypted; a second person then confirms the account."""
    secret = resources.settings.secret_key
    return _shown(await service.propose(session, caller, organisation_id, wish, secret, now=now), response)


@router.get(
    "/organisations/{organisation_id}/bank-accounts",
    operation_id="listBankAccounts",
    summary="List an organisation's bank accounts",
    response_model=Page[BankAccountRead],
    openapi_extra=right(SEEN),
)
async def list_bank_accounts(
    organisation_id: UUID,
    request: Request,
    response: Response,
    reader: Reader,
    session: Snapshot,
    caller: Caller,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Any:
    """The account in use, the one that awaits confirmation and those of the past, latest first; IBANs are masked."""
    await service.require_seen(session, caller, organisation_id)
    after = read_cursor(request, cursor)
    values = {"organisation_id": organisation_id, "before": UUID(after[0]) if after else LAST_ID, "limit": limit + 1}
    return page(request, response, await fetch(reader, repository.LISTING, values), limit, lambda row: [row["id"]])


@router.get(
    "/bank-accounts/{bank_account_id}",
    operation_id="getBankAccount",
    summary="Read a bank account",
    response_model=BankAccountRead,
    openapi_extra=right(SEEN),
)
async def get_bank_account(bank_account_id: UUID, request: Request, response: Response, session: Snapshot, caller: Caller) -> Any:
    """One account, its IBAN masked. Those who pay read it in clear by `disclosure`."""
    account = await service.seen(session, caller, bank_account_id)
    tag = response.headers["ETag"] = etag(account.version)
    return not_modified(request, tag) or account


@router.post(
    "/bank-accounts/{bank_account_id}/confirmation",
    status_code=201,
    operation_id="confirmBankAccount",
    summary="Confirm a bank account",
    response_model=BankAccountRead,
    openapi_extra=right(f"{SEEN} Never who proposed it."),
)
async def confirm_bank_account(
    bank_account_id: UUID, caller: Caller, session: Session, now: Now, version: Version, response: Response
) -> Any:
    """You have checked the account against the bank statement: from now on the organisation is paid there."""
    return _shown(await service.confirm(session, caller, bank_account_id, version=version, now=now), response)


@router.post(
    "/bank-accounts/{bank_account_id}/rejection",
    status_code=201,
    operation_id="rejectBankAccount",
    summary="Reject a bank account",
    response_model=BankAccountRead,
    openapi_extra=right(SEEN),
)
async def reject_bank_account(
    bank_account_id: UUID, wish: BankAccountReject, caller: Caller, session: Session, now: Now, version: Version, response: Response
) -> Any:
    """The account proposed is not the right one: say why. The account in use stays."""
    return _shown(await service.reject(session, caller, bank_account_id, wish.reason, version=version, now=now), response)


@router.post(
    "/bank-accounts/{bank_account_id}/disclosure",
    status_code=201,
    operation_id="discloseBankAccount",
    summary="Read an IBAN in clear",
    response_model=BankAccountDisclosed,
    openapi_extra=right("Payers of a funder that has an award to the organisation.", secret_answer=True),
)
async def disclose_bank_account(
    bank_account_id: UUID, caller: Caller, session: Session, resources: Held, now: Now, response: Response
) -> Any:
    """The full IBAN, to pay on it. An act rather than a reading: each leaves a line that the organisation reads."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Location"] = f"{router.prefix}/bank-accounts/{bank_account_id}"
    return await service.disclose(session, caller, bank_account_id, resources.settings.secret_key, now=now)


@router.get(
    "/bank-accounts/{bank_account_id}/journal",
    operation_id="readBankAccountJournal",
    summary="Read a bank account's journal",
    response_model=Page[JournalLine],
    openapi_extra=right(SEEN),
)
async def read_bank_account_journal(
    bank_account_id: UUID,
    request: Request,
    response: Response,
    reader: Reader,
    session: Snapshot,
    caller: Caller,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Any:
    """Who proposed, confirmed or rejected the account, and who read its IBAN in clear, newest first."""
    await service.seen(session, caller, bank_account_id)
    after = read_cursor(request, cursor)
    values = {
        "resource_id": bank_account_id,
        "before_id": UUID(after[0]) if after else LAST_ID,
        "confidential_too": True,
        "limit": limit + 1,
    }
    return page(request, response, await fetch(reader, _JOURNAL, values), limit, lambda row: [row["id"]])
