"""Use cases of webhooks: an organisation's managers say where it is told what happens. Persons only."""

import base64
import secrets
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal, sealing
from services.common.auth import Principal
from services.common.etag import require_version
from services.common.language import Text
from services.common.outbound import Outbound, Resolver, Unreachable, resolve
from services.common.problems import FieldError, NotFound
from services.common.resources import Resources

from .. import announcements
from ..tables import KERNEL
from . import queueing, repository, sending
from .errors import (
    NotForYouToSubscribe,
    TooManyWebhooks,
    WebhookAddressRefused,
    WebhookAlreadyEnabled,
    WebhookNotEnabled,
)
from .models import WebhookDelivery, WebhookEndpoint, WebhookState
from .rules import LIFE, OVERLAP
from .schemas import WebhookCreate, WebhookUpdate


async def create(
    session: AsyncSession,
    resources: Resources,
    caller: Principal,
    wish: WebhookCreate,
    *,
    now: datetime,
    resolver: Resolver = resolve,
) -> tuple[WebhookEndpoint, str]:
    """Returns it with its secret, which is not shown again."""
    require_manager(caller, wish.organisation_id)
    # Asked before the first statement: no connection of ours waits for a name server.
    await require_callable(resources, wish.url, resolver=resolver)
    if await repository.count_endpoints(session, wish.organisation_id) >= resources.settings.webhooks_per_organisation:
        raise TooManyWebhooks(most=resources.settings.webhooks_per_organisation)
    secret = _draw()
    endpoint = WebhookEndpoint(
        **wish.model_dump(),
        secret_sealed=sealing.seal(resources.settings.secret_key, sending.PURPOSE, secret),
        created_by=caller.account_id,
        created_at=now,
    )
    endpoint.event_types = list(dict.fromkeys(wish.event_types))
    session.add(endpoint)
    await session.flush()
    await note(session, endpoint, "webhook.created", caller, now, event_types=endpoint.event_types)
    return endpoint, secret


async def change(
    session: AsyncSession,
    resources: Resources,
    caller: Principal,
    endpoint_id: UUID,
    wish: WebhookUpdate,
    *,
    version: int,
    now: datetime,
    resolver: Resolver = resolve,
) -> WebhookEndpoint:
    """What is sent replaces. What waits leaves for the new address."""
    if wish.url is not None:
        await require_callable(resources, wish.url, resolver=resolver)
    endpoint = await managed(session, caller, endpoint_id, version=version)
    for name in wish.model_fields_set:
        value = getattr(wish, name)
        if value is not None or name == "contact_email":
            setattr(endpoint, name, list(dict.fromkeys(value)) if name == "event_types" else value)
    if wish.url is not None:
        endpoint.failing_since = endpoint.held_until = None
    return await saved(session, endpoint, "webhook.changed", caller, now, fields=sorted(wish.model_fields_set))


async def delete(session: AsyncSession, caller: Principal, endpoint_id: UUID, *, version: int, now: datetime) -> None:
    """Nothing more is sent, what waits included; its deliveries are forgotten."""
    endpoint = await managed(session, caller, endpoint_id, version=version)
    await note(session, endpoint, "webhook.deleted", caller, now)
    await session.delete(endpoint)
    await session.flush()


async def rotate(
    session: AsyncSession, resources: Resources, caller: Principal, endpoint_id: UUID, *, version: int, now: datetime
) -> tuple[WebhookEndpoint, str]:
    """A new secret; for a day the one before signs too, so that the receiver changes when it can."""
    endpoint = await managed(session, caller, endpoint_id, version=version)
    secret = _draw()
    endpoint.previous_secret_sealed, endpoint.previous_until = endpoint.secret_sealed, now + OVERLAP
    endpoint.secret_sealed = sealing.seal(resources.settings.secret_key, sending.PURPOSE, secret)
    return await saved(session, endpoint, "webhook.secret_rotated", caller, now), secret


async def pause(session: AsyncSession, caller: Principal, endpoint_id: UUID, *, version: int, now: datetime) -> WebhookEndpoint:
    """What happens is kept for it, and waits."""
    endpoint = await managed(session, caller, endpoint_id, version=version)
    if endpoint.state is not WebhookState.ENABLED:
        raise WebhookNotEnabled(webhook_state=endpoint.state.value)
    endpoint.state = WebhookState.PAUSED
    return await saved(session, endpoint, "webhook.paused", caller, now)


async def activate(
    session: AsyncSession, caller: Principal, endpoint_id: UUID, *, version: int, now: datetime
) -> tuple[WebhookEndpoint, datetime | None]:
    """What waits leaves now. Returns it, and since when nothing was kept for it (None when it was only paused)."""
    endpoint = await managed(session, caller, endpoint_id, version=version)
    if endpoint.state is WebhookState.ENABLED:
        raise WebhookAlreadyEnabled()
    since = endpoint.disabled_at
    endpoint.state, endpoint.disabled_at, endpoint.disabled_reason = WebhookState.ENABLED, None, None
    endpoint.failing_since = endpoint.held_until = None
    await saved(session, endpoint, "webhook.enabled", caller, now)
    await repository.prolong(session, endpoint.id, now=now, until=now + LIFE)
    await queueing.wake(session, endpoint.id, now=now)
    return endpoint, since


async def test(session: AsyncSession, caller: Principal, endpoint_id: UUID, *, now: datetime) -> WebhookDelivery:
    """Send it an event that says nothing happened, whatever types it asked for."""
    endpoint = await managed(session, caller, endpoint_id)
    if endpoint.state is not WebhookState.ENABLED:
        raise WebhookNotEnabled(webhook_state=endpoint.state.value)
    kind, facts = announcements.TEST, {"webhook_id": endpoint.id}
    event_id = await announcements.keep(session, kind, subject=endpoint.id, at=now, facts=facts)
    event = {"id": event_id, "type": kind.name, "subject": str(endpoint.id)}
    row = queueing.delivery(endpoint.id, event, now=now)
    await repository.add_deliveries(session, [row])
    await queueing.wake(session, endpoint.id, now=now)
    await note(session, endpoint, "webhook.tested", caller, now)
    made = await repository.delivery(session, endpoint.id, row["id"])
    if made is None:
        raise LookupError(row["id"])
    return made


def require_manager(caller: Principal, organisation_id: UUID) -> None:
    if not caller.has_role(organisation_id, "manager"):
        raise NotForYouToSubscribe()


async def managed(
    session: AsyncSession, caller: Principal, endpoint_id: UUID, *, version: int | None = None, lock: bool = True
) -> WebhookEndpoint:
    """The endpoint, for a manager of its organisation (403 for its other members, 404 for anybody else)."""
    endpoint = await repository.endpoint(session, endpoint_id, lock=lock)
    if endpoint is None or not caller.belongs_to(endpoint.organisation_id):
        raise NotFound()
    require_manager(caller, endpoint.organisation_id)
    if version is not None:
        require_version(endpoint.version, version)
    return endpoint


def managed_organisations(caller: Principal) -> list[UUID]:
    return [one for one in caller.organisation_ids if caller.has_role(one, "manager")]


async def require_callable(resources: Resources, url: str, *, resolver: Resolver = resolve) -> None:
    """Refuse what is not https to the internet (outside development)."""
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("https://#")
    code = None
    if parts.scheme != "https" and resources.settings.environment != "development":
        code = "not_https"
    elif parts.fragment:
        code = "bad_address"
    else:
        try:
            async with Outbound.of(resources.settings, sending.AGENT, resolver=resolver) as web:
                await web.require_readable(url)
        except Unreachable as failure:
            code = failure.code
    if code is not None:
        raise WebhookAddressRefused(errors=[FieldError("/url", _WHY.get(code, _WHY["bad_address"]), code)])


_WHY = {
    "not_https": Text("L'adresse commence par https://.", "The address begins with https://."),
    "refused_address": Text("Ce n'est pas une adresse d'Internet.", "This is no address of the internet."),
    "bad_address": Text("Ce n'est pas une adresse http(s) complète.", "This is no whole http(s) address."),
}


def _draw() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


async def saved(
    session: AsyncSession, endpoint: WebhookEndpoint, act: str, caller: Principal, now: datetime, **changes: Any
) -> WebhookEndpoint:
    endpoint.version += 1
    await session.flush()
    await note(session, endpoint, act, caller, now, **changes)
    return endpoint


async def note(
    session: AsyncSession, endpoint: WebhookEndpoint, act: str, caller: Principal, now: datetime, **changes: Any
) -> None:
    await journal.record(
        session,
        KERNEL.journal,
        at=now,
        act=act,
        resource=("webhook", endpoint.id),
        actor=caller,
        organisation_id=endpoint.organisation_id,
        changes=changes,
    )
