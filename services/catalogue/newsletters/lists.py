"""Use cases of a newsletter's addresses. Nothing an anonymous caller hears depends on whether an address is known."""

from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.auth import Principal
from services.common.db import Row, driver, fetch
from services.common.limits import retry_after
from services.common.mail import MailingList, queue_mail
from services.common.problems import NotFound
from services.common.resources import Resources
from services.common.settings import ServiceSettings

from ..centres import service as centres
from ..subscriptions import rules as signed
from ..subscriptions.links import PREFIX, secret
from ..subscriptions.rules import Purpose
from ..tables import KERNEL
from . import letters, repository, rules
from .errors import ConfirmationExpired, TooManySubscriptions
from .models import NewsletterRequest, NewsletterSubscriber, SubscriberState


async def subscribe(
    session: AsyncSession, resources: Resources, centre_id: UUID, email: str, *, origin: str, now: datetime
) -> None:
    """Somebody asks that an address be subscribed: the address is asked, and nothing is sent to it before it says yes."""
    centre = await centres.get(session, centre_id)
    email_hash = rules.hash_of(email, secret(resources.settings))
    if not await _may_write_to(session, resources, email_hash, origin, now=now):
        return
    known = await repository.subscriber_of(session, centre_id, email_hash)
    if known is not None and known.state is SubscriberState.CONFIRMED:
        letter = letters.already_subscribed(centre.name, unsubscribe_url(resources.settings, known.id))
        await queue_mail(session, to=email, subject=letter.subject, text=letter.text)
        return
    if known is not None and known.unsubscribed_at is not None and known.asked_at > now - rules.PEACE:
        return
    token = rules.new_token()
    asked = known or NewsletterSubscriber(centre_id=centre_id, email_hash=email_hash, asked_at=now)
    asked.state, asked.email, asked.asked_at = SubscriberState.PENDING, email, now
    asked.token_hash = rules.fingerprint(token)
    session.add(asked)
    await session.flush()
    url = f"{resources.settings.public_url}{PREFIX}/newsletter-subscriptions/{token}/confirmation"
    letter = letters.confirmation(centre.name, url)
    await queue_mail(session, to=email, subject=letter.subject, text=letter.text)
    await _note(session, asked, "newsletter.subscription_asked", now)


async def confirming(session: AsyncSession, token: str, *, now: datetime) -> str | None:
    """What would be subscribed, in French; None when the link is no longer valid."""
    asked = await _asked(session, token, now)
    if asked is None:
        return None
    centre = await centres.get(session, asked.centre_id)
    return f"Recevoir la lettre d'information de « {centre.name} » à l'adresse {asked.email}."


async def confirm(session: AsyncSession, token: str, *, now: datetime) -> None:
    """The address says yes. Done twice, no harm."""
    asked = await _asked(session, token, now)
    if asked is None:
        raise ConfirmationExpired()
    if asked.state is SubscriberState.PENDING:
        asked.state, asked.confirmed_at, asked.unsubscribed_at = SubscriberState.CONFIRMED, now, None
        await session.flush()
        await _note(session, asked, "newsletter.subscription_confirmed", now)


async def leaving(session: AsyncSession, settings: ServiceSettings, token: str) -> str:
    """What is kept of the holder of the link, in French (404 when the link is not ours)."""
    known = await repository.subscriber(session, _named(settings, token))
    if known is None or known.email is None:
        return "Vous n'êtes plus abonné : votre adresse est effacée."
    centre = await centres.get(session, known.centre_id)
    return f"L'adresse {known.email} ne recevra plus la lettre d'information de « {centre.name} » et sera effacée."


async def unsubscribe(session: AsyncSession, settings: ServiceSettings, token: str, *, now: datetime) -> None:
    """One click. The address is erased at once; what stays of it only tells that it refused. Done twice, no harm."""
    known = await repository.subscriber(session, _named(settings, token))
    if known is None or known.state is SubscriberState.UNSUBSCRIBED:
        return
    known.state, known.email, known.token_hash = SubscriberState.UNSUBSCRIBED, None, None
    known.unsubscribed_at = known.asked_at = now
    await session.flush()
    await _note(session, known, "newsletter.unsubscribed", now)


async def audience(session: AsyncSession, caller: Principal, centre_id: UUID) -> Row:
    """How many addresses the centre's newsletter has, for its documentalists."""
    await centres.kept_by(session, caller, centre_id)
    reader: AsyncConnection[Any] = await driver(session)
    return (await fetch(reader, repository.AUDIENCE, {"centre_id": centre_id}))[0]


async def forget_old(session: AsyncSession, *, now: datetime) -> repository.ForgottenAddresses:
    """What was kept long enough: addresses nobody confirmed, requests of the day, refusals of years ago."""
    return await repository.forget(
        session, unconfirmed=now - rules.CONFIRMATION_KEPT, requests=now - rules.WINDOW, refusals=now - rules.REFUSAL_KEPT
    )


def unsubscribe_url(settings: ServiceSettings, subscriber_id: UUID) -> str:
    token = signed.token(secret(settings), Purpose.END_NEWSLETTER, subscriber_id)
    return f"{settings.public_url}{PREFIX}/newsletter-unsubscriptions/{token}"


def mailing_list(settings: ServiceSettings, centre_code: str, subscriber_id: UUID) -> MailingList:
    return MailingList(f"lettre-{centre_code.lower()}.catalogue", unsubscribe_url(settings, subscriber_id))


def _named(settings: ServiceSettings, token: str) -> UUID:
    found = signed.subject_of(secret(settings), token)
    if found is None or found[0] is not Purpose.END_NEWSLETTER:
        raise NotFound()
    return found[1]


async def _asked(session: AsyncSession, token: str, now: datetime) -> NewsletterSubscriber | None:
    asked = await repository.subscriber_by_token(session, rules.fingerprint(token))
    if asked is None or asked.state is SubscriberState.UNSUBSCRIBED or asked.asked_at + rules.CONFIRMATION_KEPT <= now:
        return None
    return asked


async def _may_write_to(session: AsyncSession, resources: Resources, email_hash: str, origin: str, *, now: datetime) -> bool:
    """Whether the address may be sent one more mail; refuses (429) an origin that asks for too many."""
    await repository.note_request(session, NewsletterRequest(email_hash=email_hash, origin=origin, at=now))
    since = now - rules.WINDOW
    if await repository.requests_from(session, origin, since) > resources.settings.requests_per_hour:
        raise TooManySubscriptions(headers=retry_after(rules.WINDOW))
    return await repository.requests_about(session, email_hash, since) <= int(resources.settings.mails_per_hour)


async def _note(session: AsyncSession, subscriber: NewsletterSubscriber, act: str, now: datetime) -> None:
    """Without the address."""
    resource = ("newsletter_subscriber", subscriber.id)
    changes = {"centre_id": str(subscriber.centre_id)}
    await journal.record(
        session, KERNEL.journal, at=now, act=act, resource=resource, actor=None, changes=changes, confidential=True
    )
