"""Sending what waits for one endpoint: several resources at once, the events of each in order.

No transaction is open while a receiver is waited for. What is sent and not yet recorded when a worker dies is sent again, under the
same `webhook-id`.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from pydantic import SecretStr
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal, sealing
from services.common.db import Row
from services.common.mail import queue_mail
from services.common.outbound import Bounds, Outbound, Resolver, Unreachable, resolve
from services.common.resources import Resources

from ..tables import KERNEL
from . import queueing, repository, rules
from .models import WebhookDeliveryState, WebhookEndpoint, WebhookState
from .rules import Attempt, Verdict

PURPOSE = "webhooks"
AGENT = "Canevas (webhooks)"
SOURCE = "/programming/v1"
#: Seconds from the first connection to the answer's headers.
SLOWEST = 10.0
#: Resources served at once.
_ABREAST = 8
#: Seconds after which a job gives its lane to the endpoint behind.
_TURN = 15.0


@dataclass(frozen=True)
class Round:
    """What is sent together: (delivery, event), to where, signed with what."""

    url: str
    secrets: Sequence[str]
    pairs: Sequence[tuple[Row, Row]]


async def drain(resources: Resources, endpoint_id: UUID, *, resolver: Resolver = resolve) -> None:
    """Send what is due, round after round, until nothing is, the endpoint fails or its turn is over."""
    async with resources.database.transaction() as session:
        await repository.begin(session, endpoint_id)
    loop = asyncio.get_running_loop()
    ends = loop.time() + _TURN
    async with Outbound.of(resources.settings, AGENT, resolver=resolver) as web:
        while (turn := await _next_round(resources, endpoint_id)) is not None:
            ended = await asyncio.gather(*(_deliver(resources, web, turn, *pair) for pair in turn.pairs), return_exceptions=True)
            # One that could not be recorded leaves the others theirs.
            for failure in ended:
                if isinstance(failure, BaseException):
                    raise failure
            if not await _judge(resources, endpoint_id, [one for one in ended if isinstance(one, Attempt)]):
                return
            if loop.time() > ends:
                async with resources.database.transaction() as session:
                    await queueing.wake(session, endpoint_id, now=resources.clock.now())
                return


async def _next_round(resources: Resources, endpoint_id: UUID) -> Round | None:
    now = resources.clock.now()
    async with resources.database.transaction() as session:
        endpoint = await repository.endpoint(session, endpoint_id)
        if endpoint is None or endpoint.state is not WebhookState.ENABLED:
            return None
        if endpoint.held_until is not None and endpoint.held_until > now:
            return None
        # One that fails is tried with one delivery at a time: it costs others ten seconds of a lane, not eighty.
        pairs = await repository.heads(session, endpoint_id, now, 1 if endpoint.failing_since else _ABREAST)
        if not pairs:
            return None
        try:
            return Round(endpoint.url, secrets_of(endpoint, resources.settings.secret_key, now), pairs)
        except sealing.SealBroken:  # the platform's key changed: nothing can be signed until its managers draw another secret
            await _disable(session, resources, endpoint, "secret_lost", now)
            return None


def secrets_of(endpoint: WebhookEndpoint, key: SecretStr, now: datetime) -> list[str]:
    """What signs: the newest first, and the one before during its last day."""
    signing = [sealing.opened(key, PURPOSE, endpoint.secret_sealed)]
    if endpoint.previous_secret_sealed and endpoint.previous_until and now < endpoint.previous_until:
        with suppress(sealing.SealBroken):  # drawn anew because nobody could read it
            signing.append(sealing.opened(key, PURPOSE, endpoint.previous_secret_sealed))
    return signing


async def _deliver(resources: Resources, web: Outbound, turn: Round, waiting: Row, event: Row) -> Attempt:
    attempt = await _send(resources, web, turn, event)
    attempts = waiting["attempts"] + 1
    values = {
        "attempts": attempts,
        "last_status": attempt.status,
        "last_error": attempt.said,
        "history": [*waiting["history"], attempt.shown()][-rules.ATTEMPTS :],
    }
    if attempt.verdict is Verdict.DELIVERED:
        values |= {"state": WebhookDeliveryState.DELIVERED, "delivered_at": attempt.at}
    elif attempt.verdict is Verdict.RETRY:
        after = rules.after_failure(attempts, attempt, delivery_id=waiting["id"], expires_at=waiting["expires_at"])
        values |= {"next_attempt_at": after.at} if after.at else {"state": WebhookDeliveryState.FAILED}
    async with resources.database.transaction() as session:
        await repository.record(session, waiting["id"], attempts_before=waiting["attempts"], **values)
    return attempt


async def _send(resources: Resources, web: Outbound, turn: Round, event: Row) -> Attempt:
    content = rules.body(event, source=SOURCE)
    # Receivers refuse what is five minutes old by their own clock, whatever date the platform plays.
    headers = rules.headers(event["id"], content, turn.secrets, at=datetime.now(UTC))
    loop = asyncio.get_running_loop()
    began, at = loop.time(), resources.clock.now()
    try:
        answer = await web.send(turn.url, content, headers=headers, bounds=Bounds(seconds=SLOWEST), body_read=False)
    except Unreachable as failure:
        return Attempt(at, _elapsed(began), error=failure.code)
    return Attempt(at, _elapsed(began), answer.status, retry_after=answer.headers.get("retry-after"))


def _elapsed(began: float) -> int:
    return int((asyncio.get_running_loop().time() - began) * 1_000)


async def _judge(resources: Resources, endpoint_id: UUID, attempts: Sequence[Attempt]) -> bool:
    """What the round says of the endpoint itself. True: go on."""
    now = resources.clock.now()
    async with resources.database.transaction() as session:
        endpoint = await repository.endpoint(session, endpoint_id, lock=True)
        if endpoint is None or endpoint.state is not WebhookState.ENABLED:
            return False
        if any(one.verdict is Verdict.GONE for one in attempts):
            await _disable(session, resources, endpoint, "gone", now)
            return False
        if any(one.verdict is Verdict.DELIVERED for one in attempts):
            if endpoint.failing_since is not None:
                endpoint.failing_since = endpoint.held_until = None
                endpoint.version += 1
            return True
        await _failed(session, resources, endpoint, attempts, now)
        return False


async def _failed(
    session: AsyncSession, resources: Resources, endpoint: WebhookEndpoint, attempts: Sequence[Attempt], now: datetime
) -> None:
    if endpoint.failing_since is None:
        endpoint.failing_since = now
        endpoint.version += 1
    asked = [wait for one in attempts if (wait := rules.hold(one)) is not None]
    endpoint.held_until = now + max(asked) if asked else None
    await session.flush()
    await repository.expire(session, endpoint.id, now)
    if now - endpoint.failing_since >= timedelta(days=resources.settings.webhook_failing_days):
        await _disable(session, resources, endpoint, "failing", now)


_WHY = {
    "gone": "elle a répondu 410 (« n'existe plus »)",
    "failing": "aucun envoi n'y aboutit depuis plusieurs jours",
    "secret_lost": "son secret n'est plus lisible : demandez-en un nouveau",
}


async def _disable(session: AsyncSession, resources: Resources, endpoint: WebhookEndpoint, reason: str, now: datetime) -> None:
    """Nothing more is sent, nor kept for it, until its managers say so. They are told, if they left an address."""
    endpoint.state, endpoint.disabled_at, endpoint.disabled_reason = WebhookState.DISABLED, now, reason
    endpoint.version += 1
    await session.flush()
    await journal.record(
        session,
        KERNEL.journal,
        at=now,
        act="webhook.disabled",
        resource=("webhook", endpoint.id),
        actor=None,
        organisation_id=endpoint.organisation_id,
        changes={"reason": reason},
    )
    if endpoint.contact_email:
        why = _WHY[reason]
        text = f"""Bonjour,

Les envois d'événements de Canevas vers l'adresse suivante sont arrêtés, car {why} :

{endpoint.url}

Quand elle répondra de nouveau, un gestionnaire de votre organisation pourra la réactiver ; les événements manqués lui seront alors
envoyés, dans la limite de leur conservation ({resources.settings.webhook_retention_days} jours).
"""
        await queue_mail(session, to=endpoint.contact_email, subject="Arrêt des envois d'événements", text=text)
