"""Use cases of newsletters: documentalists write, look, and a manager sends (`sending`)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.auth import Principal
from services.common.db import Row, driver, fetch
from services.common.etag import require_version
from services.common.language import Text
from services.common.layout import plain
from services.common.problems import FieldError, NotFound
from services.common.settings import ServiceSettings

from ..centres import service as centres
from ..documents import views
from ..subscriptions.digests import detail
from ..subscriptions.letters import Told
from ..tables import KERNEL
from . import letters, repository
from .errors import NewsletterAlreadySent, NotSelectable
from .letters import Edition, Selected
from .models import Newsletter, NewsletterState
from .schemas import Item, NewsletterCreate, NewsletterUpdate, SelectedDocument

_ABSTRACT = 400
#: Instead of an address's own link, in a preview.
_NOBODY = "#"


async def create(session: AsyncSession, caller: Principal, centre_id: UUID, wish: NewsletterCreate, *, now: datetime) -> Newsletter:
    """A documentalist begins a newsletter."""
    await centres.kept_by(session, caller, centre_id)
    await _require_public(session, wish.items, now=now)
    newsletter = Newsletter(
        centre_id=centre_id,
        subject=wish.subject,
        introduction=wish.introduction,
        items=[item.model_dump(mode="json") for item in wish.items],
        created_at=now,
        updated_at=now,
    )
    session.add(newsletter)
    await session.flush()
    await note(session, newsletter, "newsletter.begun", caller, now, {"subject": wish.subject})
    return newsletter


async def change(
    session: AsyncSession, caller: Principal, newsletter_id: UUID, wish: NewsletterUpdate, *, version: int, now: datetime
) -> Newsletter:
    """A documentalist writes it; nothing changes once it is sent."""
    newsletter = await held_draft(session, caller, newsletter_id, version=version)
    if wish.items is not None:
        await _require_public(session, wish.items, now=now)
        newsletter.items = [item.model_dump(mode="json") for item in wish.items]
    newsletter.subject = newsletter.subject if wish.subject is None else wish.subject
    newsletter.introduction = newsletter.introduction if wish.introduction is None else wish.introduction
    newsletter.version, newsletter.updated_at = version + 1, now
    await session.flush()
    await note(session, newsletter, "newsletter.changed", caller, now, {"fields": sorted(wish.model_fields_set)})
    return newsletter


async def give_up(session: AsyncSession, caller: Principal, newsletter_id: UUID, *, version: int, now: datetime) -> None:
    """What was never sent disappears."""
    newsletter = await held_draft(session, caller, newsletter_id, version=version)
    await note(session, newsletter, "newsletter.given_up", caller, now, {"subject": newsletter.subject})
    await session.delete(newsletter)
    await session.flush()


async def one(session: AsyncSession, caller: Principal, newsletter_id: UUID) -> Newsletter:
    """For documentalists of its centre (404 for anybody else)."""
    return await _kept(session, caller, await repository.get(session, newsletter_id))


async def shown(session: AsyncSession, newsletter: Newsletter) -> dict[str, Any]:
    """`NewsletterRead` of a newsletter."""
    return {**newsletter.model_dump(), "recipients": await repository.progress(session, newsletter.id)}


async def listing(session: AsyncSession, caller: Principal, centre_id: UUID, *, before_id: UUID, limit: int) -> list[Row]:
    await centres.kept_by(session, caller, centre_id)
    asked = {"centre_id": centre_id, "before_id": before_id, "limit": limit}
    return await fetch(await driver(session), repository.LISTING, asked)


async def preview(
    session: AsyncSession, caller: Principal, newsletter_id: UUID, settings: ServiceSettings, *, now: datetime
) -> dict[str, Any]:
    """The mail as it would leave now."""
    newsletter = await one(session, caller, newsletter_id)
    edition, dropped = await looked_up(session, newsletter, settings, now=now)
    html, text = letters.as_html(edition, _NOBODY), letters.as_text(edition, _NOBODY)
    return {"subject": newsletter.subject, "html": html, "text": text, "dropped": dropped}


async def looked_up(
    session: AsyncSession, newsletter: Newsletter, settings: ServiceSettings, *, now: datetime
) -> tuple[Edition, list[dict[str, Any]]]:
    """The newsletter with its documents as anybody reads them now, and those that nobody does any more."""
    centre = await centres.get(session, newsletter.centre_id)
    chosen = [UUID(item["document_id"]) for item in newsletter.items if item["kind"] == "document"]
    faces = await views.faces(await driver(session), centres.ANYONE, chosen, now=now)
    dropped = [{"document_id": str(each), "title": None} for each in dict.fromkeys(chosen) if each not in faces]
    pieces: list[Selected | str] = []
    for item in newsletter.items:
        if item["kind"] == "paragraph":
            pieces.append(item["text"])
        elif (face := faces.get(UUID(item["document_id"]))) is not None:
            content = face["content"]
            told = Told(
                content["title"],
                views.permalink(settings, face["reference"]),
                detail(face),
                plain(content.get("abstract") or "", _ABSTRACT),
            )
            pieces.append(Selected(told, item["comment"]))
    return Edition(newsletter.subject, centre.name, newsletter.introduction, pieces), dropped


async def held_draft(
    session: AsyncSession, caller: Principal, newsletter_id: UUID, *, version: int, by_manager: bool = False
) -> Newsletter:
    """The newsletter, locked, while it may still change."""
    newsletter = await _kept(session, caller, await repository.get(session, newsletter_id, lock=True))
    if by_manager:
        await centres.managed_by(session, caller, newsletter.centre_id)
    if newsletter.state is not NewsletterState.DRAFT:
        raise NewsletterAlreadySent()
    require_version(newsletter.version, version)
    return newsletter


async def note(
    session: AsyncSession, newsletter: Newsletter, act: str, actor: Principal | None, now: datetime, changes: dict[str, Any]
) -> None:
    """A line in the newsletter's journal."""
    resource = ("newsletter", newsletter.id)
    await journal.record(session, KERNEL.journal, at=now, act=act, resource=resource, actor=actor, changes=changes)


async def _kept(session: AsyncSession, caller: Principal, newsletter: Newsletter | None) -> Newsletter:
    if newsletter is None or not (await centres.audience_in(session, caller)).keeps(newsletter.centre_id):
        raise NotFound()
    return newsletter


async def _require_public(session: AsyncSession, items: Sequence[Item], *, now: datetime) -> None:
    chosen = {place: item.document_id for place, item in enumerate(items) if isinstance(item, SelectedDocument)}
    reader: AsyncConnection[Any] = await driver(session)
    public = await views.faces(reader, centres.ANYONE, list(chosen.values()), now=now)
    said = Text("Aucun document public n'a cet identifiant.", "No public document has this id.")
    errors = [FieldError(f"/items/{place}/document_id", said, "not_public") for place, each in chosen.items() if each not in public]
    if errors:
        raise NotSelectable(errors=errors)
