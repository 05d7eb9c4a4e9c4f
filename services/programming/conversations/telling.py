"""One mail for all the messages of a burst, to those who are in the thread and have not read them."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.mail import queue_mail

from ..collaborators import service as collaborators
from ..dossiers import instruction
from . import repository
from .models import Conversation, ConversationKind, ConversationMessage, ConversationParticipant, MessageSide


async def tell(session: AsyncSession, conversation_id: UUID) -> None:
    """Run twice, the second finds nothing new. Programming knows the addresses of those who wrote, of the holder's contact and of its
    collaborators: who never wrote in a thread finds it in the listing."""
    thread = await repository.get(session, conversation_id, lock=True)
    if thread is None or thread.tell_at is None:
        return
    news = await repository.since(session, conversation_id, thread.told_until)
    thread.tell_at = None
    if not news:
        return
    thread.told_until = news[-1].id
    for address, unread in (await _recipients(session, thread, news)).items():
        subject, text = _letter(thread, unread)
        await queue_mail(session, to=address, subject=subject, text=text)
    await session.flush()


async def _recipients(
    session: AsyncSession, thread: Conversation, news: Sequence[ConversationMessage]
) -> dict[str, Sequence[ConversationMessage]]:
    """By address, what is new to them."""
    dossier = await instruction.read(session, thread.dossier_id)
    invited = await collaborators.addresses(session, thread.dossier_id)
    found: dict[str, Sequence[ConversationMessage]] = {}
    known = await repository.participants(session, thread.id)
    for person in known:
        if person.is_collaborator and person.account_id not in invited:
            continue  # their access was withdrawn
        if person.email and (unread := _unread(news, person)):
            found[person.email.lower()] = unread
    if thread.kind is ConversationKind.HOLDER:
        read_by = {person.account_id for person in known}
        for_them = [message for message in news if message.side is MessageSide.INSTRUCTION]
        others = {email for account_id, email in invited.items() if account_id not in read_by}
        told = {person.email.lower() for person in known if person.email}
        if email := dossier.contact.get("email"):
            others.add(str(email))
        found.update({email.lower(): for_them for email in others if for_them and email.lower() not in told})
    return found


def _unread(news: Sequence[ConversationMessage], person: ConversationParticipant) -> Sequence[ConversationMessage]:
    """What others wrote since the person read, or wrote themselves: who has just answered is not told of what they answer."""
    own = [one.id for one in news if one.author_id == person.account_id]
    known = max([*own, *([person.read_until] if person.read_until else [])], default=None)
    return [one for one in news if one.author_id != person.account_id and (known is None or one.id > known)]


def _letter(thread: Conversation, news: Sequence[ConversationMessage]) -> tuple[str, str]:
    authors = ", ".join(dict.fromkeys(f"{one.author_name} ({one.organisation_name})" for one in news))
    many = f"{len(news)} messages" if len(news) > 1 else "un message"
    private = "\nCe fil est réservé aux instructeurs du dossier.\n" if thread.kind is ConversationKind.INSTRUCTORS else ""
    text = f"""Bonjour,

Vous avez reçu {many} sur le dossier {thread.reference} « {thread.dossier_title} ».

De : {authors}
{private}
Lisez et répondez sur la plateforme.
"""
    return f"{many[0].upper()}{many[1:]} sur le dossier {thread.reference}", text
