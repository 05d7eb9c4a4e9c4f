"""Mails that siblings ask the directory to send to whoever manages an organisation: addresses stay here."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.mail import queue_mail

from ..accounts import service as accounts
from . import repository


async def write_to_managers(session: AsyncSession, organisation_id: UUID, subject: str, text: str) -> int:
    """One mail to each manager; to every member where nobody manages. Returns how many."""
    people = await repository.managers(session, organisation_id) or await repository.with_role(session, organisation_id)
    for account_id in people:
        await queue_mail(session, to=(await accounts.summary(session, account_id)).email, subject=subject, text=text)
    return len(people)
