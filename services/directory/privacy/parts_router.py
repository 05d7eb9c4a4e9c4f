"""Where siblings hand over what they hold of somebody. Outside the contract: no engine routes it from outside."""

from uuid import UUID

from fastapi import APIRouter, Request, Response
from standardwebhooks import WebhookVerificationError

from services.common.clock import Now
from services.common.db import Session
from services.common.personal_data import verify
from services.common.problems import Unauthenticated
from services.common.resources import Held
from services.common.routing import ActRoute, right

from . import exports

router = APIRouter(route_class=ActRoute)


@router.post(
    "/directory/internal/personal-data/{request_id}/{service_name}",
    status_code=204,
    include_in_schema=False,
    openapi_extra=right("A sibling service, by signature.", public=True, secret_answer=True),
)
async def receive(request_id: UUID, service_name: str, request: Request, session: Session, resources: Held, now: Now) -> Response:
    content = await request.body()
    try:
        verify(resources, content, dict(request.headers), request.url.path)
        await exports.receive(session, resources, request_id, service_name, content, now=now)
    except (WebhookVerificationError, ValueError) as error:
        raise Unauthenticated() from error
    return Response(status_code=204)
