"""HTTP for who subscribes to a newsletter without an account, and for the links of its mails."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from services.common import layout
from services.common.clock import Now
from services.common.db import Session, Snapshot
from services.common.language import Text, preferred
from services.common.origins import asked_from
from services.common.resources import Held
from services.common.routing import ActRoute, right

from ..subscriptions.public_router import HOLDER, PAGE, html
from ..subscriptions.schemas import Token
from . import lists
from .schemas import NewsletterSubscriptionCreate, SubscriptionAsked

public_router = APIRouter(prefix="/catalogue/v1", tags=["newsletters"], route_class=ActRoute)

_SENT = Text(
    "Si cette adresse peut recevoir ce message, il vient de lui être envoyé.",
    "If this address can receive this message, it has just been sent to it.",
)


@public_router.post(
    "/centres/{centre_id}/newsletter-subscriptions",
    status_code=202,
    operation_id="subscribeToNewsletter",
    summary="Subscribe to a centre's newsletter",
    response_model=SubscriptionAsked,
    openapi_extra=right("Anyone.", public=True, refusals=(429,)),
)
async def subscribe(
    centre_id: UUID, wish: NewsletterSubscriptionCreate, request: Request, session: Session, resources: Held, now: Now
) -> Any:
    """A link is mailed to the address, which is subscribed once its holder confirms, within 48 hours. The answer is the same whether
    or not the address is known."""
    await lists.subscribe(session, resources, centre_id, wish.email, origin=asked_from(request), now=now)
    return {"message": _SENT.to(preferred(request.headers.get("accept-language")))}


@public_router.get(
    "/newsletter-subscriptions/{confirmation_token}/confirmation",
    operation_id="showNewsletterConfirmation",
    summary="See what confirming subscribes to",
    response_class=HTMLResponse,
    responses=PAGE,
    openapi_extra=HOLDER,
)
async def show_confirmation(confirmation_token: Token, session: Snapshot, now: Now) -> Response:
    """The page of the mailed link, with a button. Opening it subscribes nobody."""
    sentence = await lists.confirming(session, confirmation_token, now=now)
    if sentence is None:
        again = "Un lien de confirmation sert pendant 48 heures. Abonnez-vous de nouveau pour en recevoir un autre."
        return html(layout.answer("Ce lien n'est plus valable", again))
    return html(layout.question("Confirmer l'abonnement", sentence, "Je m'abonne"))


@public_router.post(
    "/newsletter-subscriptions/{confirmation_token}/confirmation",
    operation_id="confirmNewsletterSubscription",
    summary="Confirm a subscription to a newsletter",
    response_class=HTMLResponse,
    responses=PAGE,
    openapi_extra=HOLDER,
)
async def confirm(confirmation_token: Token, session: Session, now: Now) -> Response:
    """The button of the page. Done twice, no harm."""
    await lists.confirm(session, confirmation_token, now=now)
    return html(layout.answer("C'est fait", "Votre abonnement est confirmé. Chaque lettre permet de se désinscrire en un clic."))


@public_router.get(
    "/newsletter-unsubscriptions/{newsletter_token}",
    operation_id="showNewsletterUnsubscription",
    summary="See what unsubscribing from a newsletter ends",
    response_class=HTMLResponse,
    responses=PAGE,
    openapi_extra=HOLDER,
)
async def show_unsubscription(newsletter_token: Token, session: Snapshot, resources: Held) -> Response:
    """A small page with a button, which says what is kept of you. Opening it changes nothing."""
    sentence = await lists.leaving(session, resources.settings, newsletter_token)
    return html(layout.question("Ne plus recevoir cette lettre", sentence, "Me désinscrire"))


@public_router.post(
    "/newsletter-unsubscriptions/{newsletter_token}",
    operation_id="unsubscribeFromNewsletter",
    summary="Unsubscribe from a newsletter in one click",
    response_class=HTMLResponse,
    responses=PAGE,
    openapi_extra=HOLDER,
)
async def unsubscribe(newsletter_token: Token, session: Session, resources: Held, now: Now) -> Response:
    """For mail programs (RFC 8058) and for the button of the page: the address is erased. Done twice, no harm."""
    await lists.unsubscribe(session, resources.settings, newsletter_token, now=now)
    return html(layout.answer("C'est fait", "Vous êtes désinscrit et votre adresse est effacée."))
