"""Use cases of bank accounts. Two people for one account; the IBAN in clear for those who pay, and each reading leaves a line."""

from datetime import datetime
from uuid import UUID

from pydantic import SecretStr
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.auth import Principal
from services.common.etag import require_version
from services.common.language import Text
from services.common.problems import FieldError, NotFound

from ..awards import service as awards
from ..dossiers import instruction
from ..tables import KERNEL
from . import repository, vault
from .errors import (
    AccountAlreadyConfirmed,
    AccountAlreadyProposed,
    AccountStateRefused,
    IbanForPayersOnly,
    NotForYouToProposeAnAccount,
    ProposerCannotConfirm,
    UnknownRib,
)
from .iban import masked, spaced
from .models import BankAccount, BankAccountStatus
from .schemas import BankAccountPropose, Rib

_HOLDS = ("manager", "signatory")


async def propose(
    session: AsyncSession, caller: Principal, organisation_id: UUID, wish: BankAccountPropose, secret: SecretStr, *, now: datetime
) -> BankAccount:
    """A manager or signatory says where their organisation is paid. Nothing is paid there until a second person confirms."""
    await require_seen(session, caller, organisation_id)
    if not caller.has_role(organisation_id, *_HOLDS):
        raise NotForYouToProposeAnAccount()
    if wish.rib is not None:
        await _require_own(session, organisation_id, wish.rib)
    mark = vault.fingerprint(secret, wish.iban)
    known = await repository.locked_of(session, organisation_id)
    if BankAccountStatus.PROPOSED in known:
        raise AccountAlreadyProposed()
    current = known.get(BankAccountStatus.CONFIRMED)
    if current is not None and current.iban_fingerprint == mark:
        raise AccountAlreadyConfirmed()
    account = BankAccount(
        organisation_id=organisation_id,
        iban_sealed=vault.seal(secret, wish.iban),
        iban_fingerprint=mark,
        iban_masked=masked(wish.iban),
        bic=wish.bic,
        account_holder=wish.account_holder,
        rib_dossier_id=wish.rib.dossier_id if wish.rib else None,
        rib_attachment_id=wish.rib.attachment_id if wish.rib else None,
        proposed_by=caller.account_id,
        proposed_at=now,
    )
    session.add(account)
    await session.flush()
    await _note(session, account, "bank_account.proposed", caller, now)
    return account


async def confirm(session: AsyncSession, caller: Principal, account_id: UUID, *, version: int, now: datetime) -> BankAccount:
    """A second person, of the organisation or who pays it, has checked the account: it replaces the former one."""
    account = await seen(session, caller, account_id)
    if account.proposed_by == caller.account_id:
        raise ProposerCannotConfirm()
    former = (await _answered(session, account, version)).get(BankAccountStatus.CONFIRMED)
    if former is not None:
        former.status, former.replaced_at = BankAccountStatus.REPLACED, now
        former.version += 1
        await session.flush()  # before the new one is confirmed: there is one at a time
        await _note(session, former, "bank_account.replaced", caller, now)
    account.status, account.confirmed_by, account.confirmed_at = BankAccountStatus.CONFIRMED, caller.account_id, now
    account.version += 1
    await session.flush()
    await _note(session, account, "bank_account.confirmed", caller, now)
    return account


async def reject(
    session: AsyncSession, caller: Principal, account_id: UUID, reason: str, *, version: int, now: datetime
) -> BankAccount:
    """The account proposed is not the right one; its proposer may say so too."""
    account = await seen(session, caller, account_id)
    await _answered(session, account, version)
    account.status, account.rejected_by, account.rejected_at = BankAccountStatus.REJECTED, caller.account_id, now
    account.reason = reason
    account.version += 1
    await session.flush()
    await _note(session, account, "bank_account.rejected", caller, now, reason=reason)
    return account


async def disclose(
    session: AsyncSession, caller: Principal, account_id: UUID, secret: SecretStr, *, now: datetime
) -> dict[str, object]:
    """The IBAN in clear, for a payer of a funder of this organisation and nobody else; the reading leaves a line."""
    account = await seen(session, caller, account_id)
    if not await _pays(session, caller, account.organisation_id):
        raise IbanForPayersOnly()
    iban = spaced(vault.opened(secret, account.iban_sealed))
    await _note(session, account, "bank_account.disclosed", caller, now)
    return {**account.model_dump(), "iban": iban, "known_elsewhere": await repository.is_known_elsewhere(session, account)}


async def seen(session: AsyncSession, caller: Principal, account_id: UUID) -> BankAccount:
    """The account, masked as it is kept, for those who may see it (404 otherwise)."""
    account = await repository.get(session, account_id)
    if account is None:
        raise NotFound()
    await require_seen(session, caller, account.organisation_id)
    return account


async def require_seen(session: AsyncSession, caller: Principal, organisation_id: UUID) -> None:
    """Managers and signatories of the organisation, payers of its funders; for everybody else there is nothing here."""
    if not caller.has_role(organisation_id, *_HOLDS) and not await _pays(session, caller, organisation_id):
        raise NotFound()


# For the rooms above.


async def confirmed_of(session: AsyncSession, organisation_id: UUID) -> BankAccount | None:
    """The account on which the organisation is paid today, or None."""
    return await repository.confirmed(session, organisation_id)


async def _pays(session: AsyncSession, caller: Principal, organisation_id: UUID) -> bool:
    funders = [one for one in caller.memberships if caller.has_role(one, "payer")]
    return bool(funders) and await awards.is_funded_by(session, organisation_id, funders)


async def _answered(session: AsyncSession, account: BankAccount, version: int) -> dict[BankAccountStatus, BankAccount]:
    """The organisation's accounts, locked; refused unless this one still awaits an answer, as the caller read it."""
    known = await repository.locked_of(session, account.organisation_id)
    await session.refresh(account)
    require_version(account.version, version)
    if account.status is not BankAccountStatus.PROPOSED:
        raise AccountStateRefused(bank_account_status=account.status.value)
    return known


async def _require_own(session: AsyncSession, organisation_id: UUID, rib: Rib) -> None:
    if not await instruction.has_attachment(session, organisation_id, rib.dossier_id, rib.attachment_id):
        said = Text("Aucun de vos dossiers ne porte cette pièce.", "None of your dossiers has this attachment.")
        raise UnknownRib(errors=[FieldError("/rib/attachment_id", said, "unknown_attachment")])


async def _note(
    session: AsyncSession, account: BankAccount, act: str, caller: Principal, now: datetime, *, reason: str | None = None
) -> None:
    """A line in the account's journal, which carries the masked number only."""
    await journal.record(
        session,
        KERNEL.journal,
        at=now,
        act=act,
        resource=("bank_account", account.id),
        actor=caller,
        organisation_id=account.organisation_id,
        reason=reason,
        changes={"iban_masked": account.iban_masked, "status": account.status.value},
    )
