"""Use cases of conversations: write, answer, read.

A message is never edited nor taken back. Mails do not follow messages one by one: the first of a burst plans one, which tells of
all those written meanwhile (`telling`).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.db import Row
from services.common.ids import new_id
from services.common.jobs import enqueue
from services.common.language import Text
from services.common.problems import FieldError, NotFound
from services.common.resources import Resources

from .. import clients
from ..campaigns import service as campaigns
from ..dossiers import access, instruction
from ..dossiers import service as dossiers
from ..dossiers.schemas import DossierStatus
from . import repository
from .errors import AttachmentNotThere, ConversationClosed, DossierNotSent, NotInThisConversation
from .models import Conversation, ConversationKind, ConversationMessage, MessageSide
from .schemas import ConversationMessageCreate, ConversationMessageWrite

if TYPE_CHECKING:
    from ..dossiers.models import Dossier

TEAM = "Équipe du contrat de ville"
TELL = "programming:tell_of_messages"


async def write(
    session: AsyncSession,
    resources: Resources,
    caller: Principal,
    dossier_id: UUID,
    wish: ConversationMessageCreate,
    *,
    now: datetime,
) -> ConversationMessage:
    """The first message opens the thread; of two first ones at once, both are in the same thread."""
    account = await clients.me(resources.siblings, caller)  # before the first statement: no connection of ours waits for it
    seen = await access.seen_as(session, caller, dossier_id)
    if seen is None:
        raise NotFound()
    dossier = await instruction.read(session, dossier_id)
    names = await _instructing(session, dossier)
    side = _side(caller, dossier, seen, wish.kind, wish.organisation_id, names)
    _require_talking(dossier)
    attachments = await _cited(session, dossier, wish.attachment_ids)
    thread = await repository.opened(
        session,
        Conversation(
            dossier_id=dossier.id,
            kind=wish.kind,
            organisation_id=wish.organisation_id,
            organisation_name=names[wish.organisation_id],
            reference=dossier.reference or "",
            dossier_title=dossier.title,
            holder_name=str(dossier.holder["name"]),
            messages_count=0,
            opened_at=now,
        ),
    )
    return await _add(session, resources, caller, account, dossier, thread, side, names, wish.text, attachments, now)


async def reply(
    session: AsyncSession,
    resources: Resources,
    caller: Principal,
    conversation_id: UUID,
    wish: ConversationMessageWrite,
    *,
    now: datetime,
) -> ConversationMessage:
    """Another message of a thread the caller is in."""
    account = await clients.me(resources.siblings, caller)
    row = await seen_by(session, caller, conversation_id)
    dossier = await instruction.read(session, row["dossier_id"])
    seen = await access.seen_as(session, caller, dossier.id)
    names = await _instructing(session, dossier)
    side = _side(caller, dossier, seen, ConversationKind(row["kind"]), row["organisation_id"], names)
    _require_talking(dossier)
    attachments = await _cited(session, dossier, wish.attachment_ids)
    thread = await repository.get(session, conversation_id, lock=True)
    if thread is None:
        raise NotFound()
    return await _add(session, resources, caller, account, dossier, thread, side, names, wish.text, attachments, now)


async def mark_read(session: AsyncSession, caller: Principal, conversation_id: UUID, up_to: UUID) -> Row:
    """How far the caller read; going back has no effect."""
    row = await seen_by(session, caller, conversation_id)
    if await repository.message(session, conversation_id, up_to) is None:
        raise NotFound()
    side = MessageSide.HOLDER if row["writes"] else MessageSide.INSTRUCTION
    dossier = await instruction.read(session, row["dossier_id"])
    invited = side is MessageSide.HOLDER and not caller.belongs_to(dossier.acting_holder_id)
    await repository.take_part(
        session, conversation_id, caller.account_id, side, email="", read_until=up_to, is_collaborator=invited
    )
    return await seen_by(session, caller, conversation_id)


def as_reader(caller: Principal) -> dict[str, Any]:
    """As whom threads are read."""
    return {"account_id": caller.account_id, "organisations": caller.organisation_ids}


async def seen_by(session: AsyncSession, caller: Principal, conversation_id: UUID) -> Row:
    row = await repository.seen(session, conversation_id, access.reader_ids(caller), as_reader(caller))
    if row is None:
        raise NotFound()
    return row


async def _instructing(session: AsyncSession, dossier: "Dossier") -> dict[UUID, str]:
    """Who instructs the dossier, by name: the funders asked and the team."""
    names = await campaigns.funder_names(session, [dossier.campaign_id])
    asked = {request.funder_id for request in await instruction.requests_of(session, dossier.id)}
    known = {one: name for one, name in names.items() if one in asked}
    return {dossier.lead_organisation_id: TEAM, **known}


def _side(
    caller: Principal,
    dossier: "Dossier",
    seen: Any,
    kind: ConversationKind,
    organisation_id: UUID,
    names: dict[UUID, str],
) -> MessageSide:
    """On which side of the thread the caller writes (403 in none)."""
    writes = seen.as_holder or seen.as_collaborator
    instructs = seen.as_funder or seen.as_lead
    if kind is ConversationKind.INSTRUCTORS:
        if writes or not instructs:
            raise NotInThisConversation()
        if organisation_id != dossier.lead_organisation_id:
            raise NotInThisConversation(team_id=str(dossier.lead_organisation_id))
        return MessageSide.INSTRUCTION
    if organisation_id not in names:
        raise NotInThisConversation()
    if instructs and caller.belongs_to(organisation_id):
        return MessageSide.INSTRUCTION
    if not writes:
        raise NotInThisConversation()
    return MessageSide.HOLDER


def _require_talking(dossier: "Dossier") -> None:
    if dossier.status in {DossierStatus.DRAFT, DossierStatus.DROPPED}:
        raise DossierNotSent()
    if dossier.status is DossierStatus.WITHDRAWN:
        raise ConversationClosed()


async def _cited(session: AsyncSession, dossier: "Dossier", attachment_ids: Sequence[UUID]) -> list[dict[str, str]]:
    found = await dossiers.named_attachments(session, dossier.id, attachment_ids)
    known = {one["id"] for one in found}
    said = Text("Cette pièce n'est pas jointe au dossier.", "This document is not joined to the dossier.")
    errors = [FieldError(f"/attachment_ids/{i}", said, "unknown") for i, one in enumerate(attachment_ids) if str(one) not in known]
    if errors:
        raise AttachmentNotThere(errors=errors)
    return found


async def _add(
    session: AsyncSession,
    resources: Resources,
    caller: Principal,
    account: clients.Account,
    dossier: "Dossier",
    thread: Conversation,
    side: MessageSide,
    names: dict[UUID, str],
    text: str,
    attachments: list[dict[str, str]],
    now: datetime,
) -> ConversationMessage:
    """The thread is locked: messages are in the order of their ids."""
    organisation_id = _for_whom(caller, dossier, thread, side, names)
    message = ConversationMessage(
        id=new_id(),
        conversation_id=thread.id,
        side=side,
        organisation_id=organisation_id,
        organisation_name=thread.holder_name if side is MessageSide.HOLDER else names[organisation_id],
        author_id=caller.account_id,
        author_name=account.full_name,
        text=text,
        attachments=attachments,
        sent_at=now,
    )
    session.add(message)
    thread.last_message_id, thread.last_message_at = message.id, now
    thread.messages_count += 1
    if thread.tell_at is None:
        thread.tell_at = now + timedelta(minutes=getattr(resources.settings, "messages_told_after_minutes"))  # noqa: B009
        await enqueue(session, TELL, at=thread.tell_at, conversation_id=str(thread.id))
    await session.flush()
    invited = side is MessageSide.HOLDER and not caller.belongs_to(dossier.acting_holder_id)
    # Writing is not reading: what others wrote a moment before stays unread.
    await repository.take_part(
        session, thread.id, caller.account_id, side, email=account.email, read_until=None, is_collaborator=invited
    )
    await dossiers.note(
        session,
        dossier,
        "message.sent",
        caller,
        now,
        organisation_id=organisation_id,
        confidential=thread.kind is ConversationKind.INSTRUCTORS,
        conversation_id=str(thread.id),
        message_id=str(message.id),
    )
    return message


def _for_whom(caller: Principal, dossier: "Dossier", thread: Conversation, side: MessageSide, names: dict[UUID, str]) -> UUID:
    """The organisation the person writes for; between instructors, the first of theirs that instructs the dossier."""
    if side is MessageSide.HOLDER:
        return dossier.acting_holder_id
    if thread.kind is ConversationKind.HOLDER:
        return thread.organisation_id
    return next(one for one in names if caller.belongs_to(one))


async def forget_person(session: AsyncSession, account_id: UUID) -> None:
    """A person is erased: what they wrote stays, their name and their address go."""
    await repository.forget_person(session, account_id)
