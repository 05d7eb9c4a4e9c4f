"""Sending a newsletter: archived at once, then written by batches, each in a transaction that remembers whom it wrote to.

A worker killed in the middle leaves whole batches behind it and nothing of the one it was at: nobody gets the letter twice, nobody is
left out. Each batch looks the documents up again, so that nothing withdrawn meanwhile is in what is written after.
"""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.clock import today_in_paris
from services.common.db import driver
from services.common.jobs import enqueue, job
from services.common.layout import plain
from services.common.mail import queue_mail
from services.common.resources import Resources
from services.common.settings import ServiceSettings

from ..centres import service as centres
from ..documents import publication, views
from ..documents import service as documents
from ..documents.schemas import DocumentContent, DocumentKind, Relation, RelationKind, Section
from . import letters, lists, repository, rules, service
from .errors import NothingToSend
from .letters import Edition
from .models import Newsletter, NewsletterState

#: Stands for each address's own link until the mail is written; nobody can have typed it.
_LEAVE = "https://leave.invalid/6f2c1d0e8b7a4f5390d1c2b3a4958677"


async def send(
    session: AsyncSession, resources: Resources, caller: Principal, newsletter_id: UUID, *, version: int, now: datetime
) -> Newsletter:
    """A manager of the centre sends it, to the addresses confirmed at this moment. It is a public document from then on."""
    newsletter = await service.held_draft(session, caller, newsletter_id, version=version, by_manager=True)
    edition, newsletter.dropped = await service.looked_up(session, newsletter, resources.settings, now=now)
    if not edition.pieces:
        raise NothingToSend()
    await _archive(session, resources, newsletter, edition, caller, now=now)
    recipients = await repository.address_all(session, newsletter.id, newsletter.centre_id)
    newsletter.state, newsletter.sending_at = NewsletterState.SENDING, now
    newsletter.version, newsletter.updated_at = version + 1, now
    await session.flush()
    await _next_batch(session, newsletter.id)
    told = {"recipients": recipients, "dropped": len(newsletter.dropped), "document_id": str(newsletter.document_id)}
    await service.note(session, newsletter, "newsletter.sent", caller, now, told)
    return newsletter


@job("catalogue:write_newsletters")
async def write_newsletters(session: AsyncSession, resources: Resources, newsletter_id: str) -> None:
    """One batch of mails, and the job of the next one. Run twice, it goes on where the other stopped."""
    await write_batch(session, resources.settings, UUID(newsletter_id), now=resources.clock.now())


async def write_batch(session: AsyncSession, settings: ServiceSettings, newsletter_id: UUID, *, now: datetime) -> None:
    newsletter = await repository.get(session, newsletter_id, lock=True)
    if newsletter is None or newsletter.state is not NewsletterState.SENDING:
        return
    batch = await repository.waiting(session, newsletter_id, rules.BATCH)
    edition = await _edition(session, newsletter, settings, now=now) if batch else None
    if edition is None:
        newsletter.state, newsletter.version = NewsletterState.SENT, newsletter.version + 1
        await session.flush()
        return
    centre = await centres.get(session, newsletter.centre_id)
    html, text = letters.as_html(edition, _LEAVE), letters.as_text(edition, _LEAVE)
    for row in batch:
        if row["email"] is None:  # unsubscribed since the newsletter was sent
            continue
        unsubscribing = lists.mailing_list(settings, centre.code, row["subscriber_id"])
        await queue_mail(
            session,
            to=row["email"],
            subject=newsletter.subject,
            text=text.replace(_LEAVE, unsubscribing.unsubscribe_url),
            html=html.replace(_LEAVE, unsubscribing.unsubscribe_url),
            mailing_list=unsubscribing,
        )
    await repository.mark_written(session, newsletter_id, [row["subscriber_id"] for row in batch], now)
    await _next_batch(session, newsletter_id)


async def _next_batch(session: AsyncSession, newsletter_id: UUID) -> None:
    await enqueue(session, write_newsletters, lock=f"newsletter:{newsletter_id}", newsletter_id=str(newsletter_id))


async def _edition(session: AsyncSession, newsletter: Newsletter, settings: ServiceSettings, *, now: datetime) -> Edition | None:
    """As it is written now, without what was withdrawn since; None when nothing is left of it, or when its archive was withdrawn,
    which is how a manager stops a sending."""
    edition, dropped = await service.looked_up(session, newsletter, settings, now=now)
    known = {each["document_id"] for each in newsletter.dropped}
    if late := [each for each in dropped if each["document_id"] not in known]:
        newsletter.dropped = [*newsletter.dropped, *late]
        newsletter.version += 1
        await session.flush()
        await service.note(session, newsletter, "newsletter.documents_dropped", None, now, {"dropped": late})
    if newsletter.document_id is None or not edition.pieces:
        return None
    archive = (await views.faces(await driver(session), centres.ANYONE, [newsletter.document_id], now=now)).values()
    links = [views.permalink(settings, face["reference"]) for face in archive]
    return replace(edition, online_url=links[0]) if links else None


async def _archive(
    session: AsyncSession, resources: Resources, newsletter: Newsletter, edition: Edition, caller: Principal, *, now: datetime
) -> None:
    gone = {each["document_id"] for each in newsletter.dropped}
    chosen = dict.fromkeys(item["document_id"] for item in newsletter.items if item["kind"] == "document")
    content = DocumentContent(
        title=newsletter.subject,
        abstract=plain(newsletter.introduction, 1_000),
        dated=today_in_paris(now).isoformat(),
        sections=[Section(title="La lettre", body=letters.as_markdown(edition))],
        relations=[Relation(kind=RelationKind.ABOUT, target_id=UUID(each)) for each in chosen if each not in gone],
    )
    document = await documents.deposit(
        session,
        resources,
        newsletter.centre_id,
        DocumentKind.NEWSLETTER,
        content,
        origin=f"newsletter:{newsletter.id}",
        actor=caller,
        now=now,
    )
    await publication.release(session, document, actor=caller, now=now)
    newsletter.document_id = document.id
