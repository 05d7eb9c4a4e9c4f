"""HTTP of the accounts networks have at visio providers."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Session, Snapshot
from services.common.etag import Version, etag, not_modified
from services.common.pagination import Cursor, Limit, Page, page, read_cursor
from services.common.resources import Held, Resources
from services.common.routing import ActRoute, right

from ..networks.router import MANAGERS
from . import accounts
from .models import VisioAccount
from .schemas import VisioAccountCreate, VisioAccountRead, VisioAccountUpdate

router = APIRouter(prefix="/events/v1", tags=["visio"], route_class=ActRoute)


@router.post(
    "/networks/{network_id}/visio-accounts",
    status_code=201,
    operation_id="addVisioAccount",
    summary="Give an account at a visio provider",
    response_model=VisioAccountRead,
    openapi_extra=right(MANAGERS),
)
async def add(
    network_id: UUID, wish: VisioAccountCreate, caller: Caller, session: Session, resources: Held, now: Now, response: Response
) -> Any:
    """BigBlueButton, Jitsi, LiveKit or an external address. Secrets are kept sealed and never read back."""
    account = await accounts.add(session, resources, caller, network_id, wish, now=now)
    response.headers["Location"] = f"{router.prefix}/visio-accounts/{account.id}"
    return _shown(resources, account, response)


@router.get(
    "/networks/{network_id}/visio-accounts",
    operation_id="listVisioAccounts",
    summary="Accounts at visio providers",
    response_model=Page[VisioAccountRead],
    openapi_extra=right(MANAGERS),
)
async def listing(
    network_id: UUID,
    caller: Caller,
    session: Snapshot,
    resources: Held,
    request: Request,
    response: Response,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Any:
    """The network's, the oldest first, those that were retired too."""
    after = read_cursor(request, cursor)
    after_id = UUID(after[0]) if after else UUID(int=0)
    rows = await accounts.listing(session, caller, network_id, after_id=after_id, limit=limit + 1)
    return page(request, response, [accounts.shown(resources, row) for row in rows], limit, key=lambda row: (row["id"],))


@router.get(
    "/visio-accounts/{visio_account_id}",
    operation_id="getVisioAccount",
    summary="Read an account at a visio provider",
    response_model=VisioAccountRead,
    openapi_extra=right(MANAGERS),
)
async def read(
    visio_account_id: UUID, caller: Caller, session: Snapshot, resources: Held, request: Request, response: Response
) -> Any:
    """Everything but its secrets, and the address the provider tells its events to."""
    account = await accounts.one(session, caller, visio_account_id)
    return not_modified(request, etag(account.version)) or _shown(resources, account, response)


@router.patch(
    "/visio-accounts/{visio_account_id}",
    operation_id="updateVisioAccount",
    summary="Change an account at a visio provider",
    response_model=VisioAccountRead,
    openapi_extra=right(MANAGERS),
)
async def change(
    visio_account_id: UUID,
    wish: VisioAccountUpdate,
    caller: Caller,
    session: Session,
    resources: Held,
    now: Now,
    version: Version,
    response: Response,
) -> Any:
    """Only what is sent changes; a secret that is not sent stays."""
    account = await accounts.change(session, resources, caller, visio_account_id, wish, version=version, now=now)
    return _shown(resources, account, response)


@router.post(
    "/visio-accounts/{visio_account_id}/trial",
    status_code=201,
    operation_id="tryVisioAccount",
    summary="Try an account at a visio provider",
    response_model=VisioAccountRead,
    openapi_extra=right(MANAGERS),
)
async def try_out(visio_account_id: UUID, caller: Caller, resources: Held, now: Now, response: Response) -> Any:
    """Asks the server something harmless, signed with the account's secret; the problem says what does not work."""
    account = await accounts.try_out(resources, caller, visio_account_id, now=now)
    response.headers["Location"] = f"{router.prefix}/visio-accounts/{account.id}"
    return _shown(resources, account, response)


@router.post(
    "/visio-accounts/{visio_account_id}/retirement",
    status_code=201,
    operation_id="retireVisioAccount",
    summary="Use an account no more",
    response_model=VisioAccountRead,
    openapi_extra=right(MANAGERS),
)
async def retire(
    visio_account_id: UUID, caller: Caller, session: Session, resources: Held, now: Now, version: Version, response: Response
) -> Any:
    """Sessions that chose it have the network's default account from now on; links stay."""
    account = await accounts.retire(session, caller, visio_account_id, version=version, now=now)
    response.headers["Location"] = f"{router.prefix}/visio-accounts/{account.id}"
    return _shown(resources, account, response)


def _shown(resources: Resources, account: VisioAccount, response: Response) -> dict[str, Any]:
    response.headers["ETag"] = etag(account.version)
    return accounts.shown(resources, account.model_dump())
