"""What happens, told to the information systems that asked for it (Standard Webhooks). HTTP."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Query, Request, Response

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Reader, Session, Snapshot, fetch
from services.common.etag import Version, etag, not_modified
from services.common.journal import JournalLine, lines_of
from services.common.pagination import LAST_ID, Cursor, Limit, Page, page, read_cursor
from services.common.resources import Held
from services.common.routing import ActRoute, right

from ..announcements import TYPES
from ..tables import KERNEL
from . import deliveries, repository, service
from .models import WebhookDeliveryState, WebhookEndpoint
from .schemas import (
    WebhookActivation,
    WebhookCreate,
    WebhookDeliveryRead,
    WebhookDeliveryWhole,
    WebhookEventType,
    WebhookRead,
    WebhookReplayCreate,
    WebhookReplayRead,
    WebhookSecret,
    WebhookUpdate,
)

router = APIRouter(route_class=ActRoute, prefix="/programming/v1", tags=["webhooks"])

_ALL = "/webhooks"
_ONE = _ALL + "/{webhook_id}"
_SENT = _ONE + "/deliveries"
_DELIVERY = _SENT + "/{delivery_id}"
_JOURNAL = lines_of(KERNEL.journal)


def _managers(*, secret_answer: bool = False) -> dict[str, Any]:
    rule = "Managers of the organisation, in person: a program manages no webhook. 404 for those who are not in it."
    return {**right(rule, secret_answer=secret_answer), "x-persons-only": True}


def _answer(response: Response, endpoint: WebhookEndpoint) -> WebhookEndpoint:
    response.headers["ETag"] = etag(endpoint.version)
    return endpoint


def _secret(response: Response, endpoint: WebhookEndpoint, secret: str) -> dict[str, Any]:
    response.headers["Location"] = f"{router.prefix}/webhooks/{endpoint.id}"
    return {**_answer(response, endpoint).model_dump(), "secret": secret}


@router.get(
    "/webhook-event-types",
    operation_id="listWebhookEventTypes",
    summary="List the event types",
    response_model=Page[WebhookEventType],
    openapi_extra=right("Anyone.", public=True),
)
async def event_types(request: Request) -> Any:
    """Everything that is told, with who is told. All on one page; payloads are in the contract (`webhooks`)."""
    items = [
        {
            "type": kind.name,
            "label": kind.said.fr,
            "label_en": kind.said.en,
            "audience": kind.audience,
            "data_schema": kind.payload.__name__,
        }
        for kind in TYPES
    ]
    return {"items": items, "next": None}


@router.post(
    _ALL,
    status_code=201,
    operation_id="createWebhook",
    summary="Be told what happens",
    response_model=WebhookSecret,
    openapi_extra=_managers(secret_answer=True),
)
async def create(wish: WebhookCreate, caller: Caller, session: Session, resources: Held, now: Now, response: Response) -> Any:
    """An https address that is sent each event your organisation may read (Standard Webhooks, CloudEvents 1.0), at least once, in
    order for each resource, retried for a day. The secret is shown in this answer only: keep it."""
    endpoint, secret = await service.create(session, resources, caller, wish, now=now)
    return _secret(response, endpoint, secret)


@router.get(
    _ALL,
    operation_id="listWebhooks",
    summary="List your webhooks",
    response_model=Page[WebhookRead],
    openapi_extra={**right("Anyone signed in, for the organisations they manage."), "x-persons-only": True},
)
async def listing(
    request: Request, response: Response, reader: Reader, caller: Caller, limit: Limit = 20, cursor: Cursor = None
) -> Any:
    """Those of the organisations you manage, the newest first."""
    after = read_cursor(request, cursor)
    values = {
        "organisations": service.managed_organisations(caller),
        "before_id": UUID(after[0]) if after else LAST_ID,
        "limit": limit + 1,
    }
    return page(request, response, await fetch(reader, repository.ENDPOINTS, values), limit, lambda row: [row["id"]])


@router.get(_ONE, operation_id="getWebhook", summary="Read a webhook", response_model=WebhookRead, openapi_extra=_managers())
async def read(webhook_id: UUID, caller: Caller, session: Snapshot, request: Request, response: Response) -> Any:
    """Where it sends, and whether it fails."""
    endpoint = await service.managed(session, caller, webhook_id, lock=False)
    return not_modified(request, etag(endpoint.version)) or _answer(response, endpoint)


@router.patch(_ONE, operation_id="updateWebhook", summary="Change a webhook", response_model=WebhookRead, openapi_extra=_managers())
async def change(
    webhook_id: UUID,
    wish: WebhookUpdate,
    caller: Caller,
    session: Session,
    resources: Held,
    now: Now,
    version: Version,
    response: Response,
) -> Any:
    """What is sent replaces. What waits leaves for the new address; other types count for what happens from now on."""
    return _answer(response, await service.change(session, resources, caller, webhook_id, wish, version=version, now=now))


@router.delete(_ONE, status_code=204, operation_id="deleteWebhook", summary="Be told no more", openapi_extra=_managers())
async def delete(webhook_id: UUID, caller: Caller, session: Session, now: Now, version: Version) -> None:
    """Nothing more is sent, what waits included."""
    await service.delete(session, caller, webhook_id, version=version, now=now)


@router.post(
    _ONE + "/secret-rotation",
    status_code=201,
    operation_id="rotateWebhookSecret",
    summary="Draw a new secret",
    response_model=WebhookSecret,
    openapi_extra=_managers(secret_answer=True),
)
async def rotate(
    webhook_id: UUID, caller: Caller, session: Session, resources: Held, now: Now, version: Version, response: Response
) -> Any:
    """For 24 hours what is sent carries two signatures, by the new secret and by the one before. Shown in this answer only."""
    return _secret(response, *await service.rotate(session, resources, caller, webhook_id, version=version, now=now))


@router.post(
    _ONE + "/pause",
    status_code=201,
    operation_id="pauseWebhook",
    summary="Hold deliveries back",
    response_model=WebhookRead,
    openapi_extra=_managers(),
)
async def pause(webhook_id: UUID, caller: Caller, session: Session, now: Now, version: Version, response: Response) -> Any:
    """What happens is kept and waits, as long as events are kept."""
    response.headers["Location"] = f"{router.prefix}/webhooks/{webhook_id}"
    return _answer(response, await service.pause(session, caller, webhook_id, version=version, now=now))


@router.post(
    _ONE + "/activation",
    status_code=201,
    operation_id="activateWebhook",
    summary="Deliver again",
    response_model=WebhookRead,
    openapi_extra=_managers(),
)
async def activate(
    webhook_id: UUID,
    caller: Caller,
    session: Session,
    resources: Held,
    now: Now,
    version: Version,
    response: Response,
    wish: Annotated[WebhookActivation, Body()] = WebhookActivation(),
) -> Any:
    """After a pause, or once a receiver that failed is repaired. What waits leaves now, and what was missed with it."""
    endpoint, missed_since = await service.activate(session, caller, webhook_id, version=version, now=now)
    if missed_since is not None and wish.replay_missed:
        await deliveries.replay_missed(session, resources, endpoint, missed_since, now=now)
    response.headers["Location"] = f"{router.prefix}/webhooks/{webhook_id}"
    return _answer(response, endpoint)


@router.post(
    _ONE + "/tests",
    status_code=201,
    operation_id="testWebhook",
    summary="Send a test event",
    response_model=WebhookDeliveryRead,
    openapi_extra=_managers(),
)
async def test(webhook_id: UUID, caller: Caller, session: Session, now: Now, response: Response) -> Any:
    """An event `webhook.test` leaves at once; read the delivery to know what your receiver answered."""
    made = await service.test(session, caller, webhook_id, now=now)
    response.headers["Location"] = f"{router.prefix}/webhooks/{webhook_id}/deliveries/{made.id}"
    return made


@router.get(
    _SENT,
    operation_id="listWebhookDeliveries",
    summary="List a webhook's deliveries",
    response_model=Page[WebhookDeliveryRead],
    openapi_extra=_managers(),
)
async def list_deliveries(
    webhook_id: UUID,
    caller: Caller,
    session: Snapshot,
    request: Request,
    response: Response,
    state: Annotated[list[WebhookDeliveryState], Query(description="Any of these.")] = [],  # noqa: B006 - FastAPI copies it
    event_type: Annotated[list[str], Query(description="Any of these.", max_length=100)] = [],  # noqa: B006
    subject: Annotated[UUID | None, Query(description="Of this resource.")] = None,
    replay_id: Annotated[UUID | None, Query(description="Of this replay.")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Any:
    """What became of each, the latest first."""
    await service.managed(session, caller, webhook_id, lock=False)
    after = read_cursor(request, cursor)
    values = {
        "endpoint_id": webhook_id,
        "before_id": UUID(after[0]) if after else LAST_ID,
        "states": [one.value for one in state] or None,
        "types": event_type or None,
        "subject": str(subject) if subject else None,
        "replay_id": replay_id,
        "limit": limit + 1,
    }
    rows = [deliveries.shown(row) for row in await repository.listing(session, values)]
    return page(request, response, rows, limit, lambda row: [row["id"]])


@router.get(
    _DELIVERY,
    operation_id="getWebhookDelivery",
    summary="Read a delivery",
    response_model=WebhookDeliveryWhole,
    openapi_extra=_managers(),
)
async def read_delivery(webhook_id: UUID, delivery_id: UUID, caller: Caller, session: Snapshot) -> Any:
    """Its attempts, and the event as it is sent."""
    return await deliveries.one(session, caller, webhook_id, delivery_id)


@router.post(
    _DELIVERY + "/retry",
    status_code=201,
    operation_id="retryWebhookDelivery",
    summary="Try a delivery again",
    response_model=WebhookDeliveryRead,
    openapi_extra=_managers(),
)
async def retry(webhook_id: UUID, delivery_id: UUID, caller: Caller, session: Session, now: Now, response: Response) -> Any:
    """Now, whether it was given up or waits for its time; it keeps its place among the events of its resource."""
    response.headers["Location"] = f"{router.prefix}/webhooks/{webhook_id}/deliveries/{delivery_id}"
    return await deliveries.retry(session, caller, webhook_id, delivery_id, now=now)


@router.post(
    _ONE + "/replays",
    status_code=201,
    operation_id="replayWebhookEvents",
    summary="Receive a period again",
    response_model=WebhookReplayRead,
    openapi_extra=_managers(),
)
async def replay(
    webhook_id: UUID, wish: WebhookReplayCreate, caller: Caller, session: Session, resources: Held, now: Now, response: Response
) -> Any:
    """Events your organisation may read today, in order, under the same `webhook-id` as the first time: a receiver that remembers ids
    loses nothing and doubles nothing. At most 5,000 at once. Follow them in the deliveries (`replay_id`)."""
    made = await deliveries.replay(session, resources, caller, webhook_id, wish, now=now)
    response.headers["Location"] = f"{router.prefix}/webhooks/{webhook_id}/deliveries?replay_id={made.id}"
    return made


@router.get(
    _ONE + "/journal",
    operation_id="listWebhookJournal",
    summary="Who did what with a webhook",
    response_model=Page[JournalLine],
    openapi_extra=_managers(),
)
async def journal_of(
    webhook_id: UUID,
    caller: Caller,
    session: Snapshot,
    reader: Reader,
    request: Request,
    response: Response,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Any:
    """Every act on it, the latest first."""
    await service.managed(session, caller, webhook_id, lock=False)
    after = read_cursor(request, cursor)
    before_id = UUID(after[0]) if after else LAST_ID
    values = {"resource_id": webhook_id, "before_id": before_id, "confidential_too": True, "limit": limit + 1}
    return page(request, response, await fetch(reader, _JOURNAL, values), limit, lambda row: [row["id"]])
