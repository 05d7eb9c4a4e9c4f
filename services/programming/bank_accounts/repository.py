"""All the SQL about bank accounts."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from .models import BankAccount, BankAccountStatus

_B: Any = BankAccount.__table__  # type: ignore[attr-defined]

LISTING = (
    sa.select(*_B.c)
    .where(_B.c.organisation_id == bindparam("organisation_id"), _B.c.id < bindparam("before"))
    .order_by(_B.c.id.desc())
    .limit(bindparam("limit"))
)


async def get(session: AsyncSession, account_id: UUID) -> BankAccount | None:
    return await session.get(BankAccount, account_id)


async def locked_of(session: AsyncSession, organisation_id: UUID) -> dict[BankAccountStatus, BankAccount]:
    """The organisation's proposed and confirmed accounts, locked in id order and read again."""
    alive = _B.c.status.in_([BankAccountStatus.PROPOSED, BankAccountStatus.CONFIRMED])
    wanted = select(BankAccount).where(BankAccount.organisation_id == organisation_id, alive).order_by(_B.c.id)
    found = await session.exec(wanted.with_for_update().execution_options(populate_existing=True))
    return {account.status: account for account in found.all()}


async def confirmed(session: AsyncSession, organisation_id: UUID) -> BankAccount | None:
    wanted = select(BankAccount).where(
        BankAccount.organisation_id == organisation_id, BankAccount.status == BankAccountStatus.CONFIRMED
    )
    return (await session.exec(wanted)).one_or_none()


async def is_known_elsewhere(session: AsyncSession, account: BankAccount) -> bool:
    """Another organisation has, or has had, an account with the same IBAN."""
    wanted = select(BankAccount.id).where(
        BankAccount.iban_fingerprint == account.iban_fingerprint, BankAccount.organisation_id != account.organisation_id
    )
    return (await session.exec(wanted.limit(1))).first() is not None
