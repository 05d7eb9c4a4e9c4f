"""Use cases of who answers for a registration: their details, a new e-mail that must answer first, the link sent again."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import signing
from services.common.clock import in_paris
from services.common.db import Row, driver, fetch_in
from services.common.ids import new_id
from services.common.jobs import enqueue
from services.common.language import day_in_words
from services.common.limits import retry_after
from services.common.mail import forget_sent, queue_mail
from services.common.problems import NotFound
from services.common.resources import Resources
from services.common.sealing import fingerprint
from services.common.settings import ServiceSettings

from ..agenda import service as agenda
from ..agenda import views as agenda_views
from . import links, people_repository, reaching, service
from .models import Registration
from .people_errors import BadEmailChangeLink, EmailChangeExpired, TooManyLinkRequests
from .people_models import EmailChange
from .people_schemas import LinkRequestWrite, RegistrationUpdate
from .reaching import Held, Reach
from .schemas import STATE_LABELS, RegistrationState
from .telling import SEND_LINKS, News

WINDOW = timedelta(hours=1)
_MOST_LINKS = 20
_NEW_ADDRESS = signing.Signed("registration-email", BadEmailChangeLink)


async def update(
    session: AsyncSession, resources: Resources, reach: Reach, wish: RegistrationUpdate, *, now: datetime
) -> Registration:
    """The contact's details. A new e-mail counts once it has confirmed; until then the former one does, and is told."""
    held = await reaching.held(session, reach, now)
    found = held.found
    given = {name: value for name, value in wish.model_dump(exclude_unset=True).items() if value is not None}
    email = given.pop("contact_email", None)
    changed = sorted(name for name, value in given.items() if getattr(found, name) != value)
    for name in changed:
        setattr(found, name, given[name])
    if email is not None:
        await people_repository.forget_email_change(session, found.id)
        if email.lower() == found.contact_email.lower():
            found.contact_email = email
        else:
            await _ask(session, resources, held, email, now)
            changed.append("contact_email_asked")
    told = News.CHANGED if set(changed) - {"contact_email_asked"} else None
    return await reaching.done(session, held, "contact_changed", now, told, fields=changed)


async def pending(session: AsyncSession, found: Registration) -> str | None:
    """A new address that has not confirmed yet."""
    return await people_repository.email_to_confirm(session, found.id)


async def read_change(session: AsyncSession, resources: Resources, token: str) -> Row:
    change = await _change(session, resources.settings, token)
    found = await service.get(session, change.registration_id)
    return {"code": found.code, "email": change.email, "due_at": change.due_at, "confirmed_at": change.confirmed_at}


async def confirm_change(session: AsyncSession, resources: Resources, token: str, *, now: datetime) -> Registration:
    """The new address answers: it is the contact's, links sent to the former one open nothing any more. Twice is once."""
    change = await _change(session, resources.settings, token)
    found = await service.get(session, change.registration_id)
    held = await reaching.held(session, Reach(found.id, found.version), now)
    change = await _change(session, resources.settings, token)
    found = held.found
    if change.confirmed_at is not None:
        return found
    if now >= change.due_at:
        raise EmailChangeExpired()
    former, found.contact_email = found.contact_email, change.email
    found.link_version, found.email_confirmed_at, change.confirmed_at = found.link_version + 1, now, now
    text = (
        f"Bonjour,\n\nL'inscription {found.code} à « {held.event['title']} » est désormais suivie à une autre adresse.\n"
        "Les liens reçus à cette adresse-ci ne sont plus valables.\n"
    )
    await queue_mail(session, to=former, subject="Votre inscription est suivie à une autre adresse", text=text)
    is_new = found.state is RegistrationState.UNCONFIRMED
    news = None if is_new else News.CHANGED
    moved = {each.id: former for each in held.people if each.email is None}
    found = await reaching.done(session, held, "email_changed", now, news, former=moved, link_version=found.link_version)
    if is_new and found.state is RegistrationState.UNCONFIRMED:
        found = await service.confirm(session, resources, links.token(resources.settings, found.id, found.link_version), now=now)
    return found


async def ask_links(session: AsyncSession, resources: Resources, wish: LinkRequestWrite, *, origin: str, now: datetime) -> None:
    """Somebody lost their link. Whether there is anything to send is looked at later: the answer says nothing, nor does its delay."""
    email = wish.email.lower()
    email_hash = fingerprint(resources.settings.secret_key, "link request", email)
    if await people_repository.link_requests_from(session, origin, now - WINDOW) >= resources.settings.link_requests_per_hour:
        raise TooManyLinkRequests(headers=retry_after(WINDOW))
    about = await people_repository.link_requests_about(session, email_hash, now - WINDOW)
    await people_repository.note_link_request(session, email_hash, origin, now)
    if about < resources.settings.links_per_hour:
        await enqueue(session, SEND_LINKS, event=wish.event, email=email)


async def send_links(session: AsyncSession, resources: Resources, event: str, email: str, *, again: bool) -> None:
    """One mail with the link of each registration of that address which is still something. `again`: they registered once more."""
    found = await _event_of(session, event)
    if found is None or found["status"] == "idea":
        return
    rows = await fetch_in(session, people_repository.OF_ADDRESS, {"event_id": found["id"], "email": email, "limit": _MOST_LINKS})
    if not rows:
        return
    settings = resources.settings
    said = "\n".join(
        f"Inscription {row['code']} ({STATE_LABELS[RegistrationState(row['state'])].lower()}) :\n"
        f"{links.address(settings, settings.registration_page_url, row['id'], row['link_version'])}\n"
        for row in rows
    )
    why = (
        f"Une inscription à « {found['title']} » ({found['reference']}) vient d'être demandée avec votre adresse, qui en a déjà une : "
        "rien n'a changé, et le numéro qui vient de s'afficher ne sert pas. Voici la vôtre."
        if again
        else f"Vous avez demandé à retrouver votre inscription à « {found['title']} » ({found['reference']})."
    )
    text = (
        f"Bonjour,\n\n{why}\n\n{said}\n"
        "Ce lien permet de la lire, de la modifier ou de l'annuler : ne le transmettez pas.\n"
        "Si vous n'avez rien demandé, ne tenez pas compte de ce message.\n"
    )
    await queue_mail(session, to=rows[0]["contact_email"], subject=f"Votre inscription à « {found['title']} »", text=text)


async def forget(session: AsyncSession, now: datetime) -> None:
    """Requests that limits do not count any more, changes of address that are over, addresses links were sent to."""
    await people_repository.forget_requests(session, now - timedelta(days=1))
    await forget_sent(session, now - timedelta(days=1), SEND_LINKS)


def change_token(settings: ServiceSettings, change_id: UUID) -> str:
    return _NEW_ADDRESS.token(settings, change_id.hex)


async def _ask(session: AsyncSession, resources: Resources, held: Held, email: str, now: datetime) -> None:
    settings, found, event = resources.settings, held.found, held.event
    due_at = now + timedelta(hours=settings.confirmation_hours)
    change_id = new_id()
    row = {
        "id": change_id,
        "registration_id": found.id,
        "email": email,
        "requested_at": now,
        "due_at": due_at,
        "confirmed_at": None,
    }
    await people_repository.ask_email(session, row)
    address = signing.address(
        settings, settings.email_change_page_url, "/events/v1/my-email-changes/{token}", change_token(settings, change_id)
    )
    until = in_paris(due_at)
    text = (
        f"Bonjour,\n\nL'inscription {found.code} à « {event['title']} » ({event['reference']}) doit désormais être suivie à cette adresse.\n"
        f"Pour le confirmer, avant le {day_in_words(until.date())} à {until:%H h %M} :\n\n{address}\n\n"
        "Sans cette confirmation, rien ne change.\n"
    )
    await queue_mail(session, to=email, subject="Confirmez votre nouvelle adresse", text=text)
    text = (
        f"Bonjour,\n\nUne autre adresse a été demandée pour suivre l'inscription {found.code} à « {event['title']} ».\n"
        "Elle comptera quand elle aura été confirmée ; les liens reçus ici cesseront alors de fonctionner.\n\n"
        "Si vous n'avez rien demandé, ouvrez le lien de votre inscription et remettez votre adresse : la demande tombera.\n"
    )
    await queue_mail(session, to=found.contact_email, subject="Une autre adresse est demandée pour votre inscription", text=text)


async def _change(session: AsyncSession, settings: ServiceSettings, token: str) -> EmailChange:
    change = await people_repository.email_change(session, _NEW_ADDRESS.read(settings, token, signing.one_id))
    if change is None:
        raise BadEmailChangeLink()
    return change


async def _event_of(session: AsyncSession, given: str) -> Row | None:
    """By its id or its reference; None when there is none."""
    try:
        return await agenda.row_in(session, UUID(given))
    except ValueError:
        pass
    try:
        event_id = await agenda_views.by_reference(await driver(session), given.upper())
    except NotFound:
        return None
    return await agenda.row_in(session, event_id)
