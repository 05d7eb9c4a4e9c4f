"""Use cases of awards. Acts of the rooms above go through here, so that the money's laws hold whoever acts.

Each act takes the dossier's row, then the request's, then the award's: two acts wait for each other and never deadlock.
"""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.clock import in_paris
from services.common.etag import require_version
from services.common.language import Text, euros
from services.common.problems import NotFound

from ..campaigns import service as campaigns
from ..dossiers import instruction
from ..dossiers import service as dossiers
from ..parameters import service as parameters
from ..parameters.schemas import Parameter
from . import repository, rules
from .errors import AgreementRequired, AmountRefused, NotForYouToCommit
from .models import Award
from .rules import Money

if TYPE_CHECKING:
    from ..campaigns.models import Campaign
    from ..dossiers.models import Dossier, FundingRequest


async def open_award(
    session: AsyncSession, dossier: "Dossier", request: "FundingRequest", campaign: "Campaign", *, now: datetime
) -> Award:
    """A grant is notified: its money can be followed. The payment clock starts the day of the notification."""
    today = in_paris(now).date()
    days = await parameters.value(session, Parameter.PAYMENT_WITHIN_DAYS, today)
    award = Award(
        request_id=request.id,
        dossier_id=dossier.id,
        campaign_id=campaign.id,
        contract_id=campaign.contract_id,
        lead_organisation_id=campaign.lead_organisation_id,
        funder_id=request.funder_id,
        holder_id=dossier.organisation_id,
        successor_id=dossier.successor_id,
        cpo_id=dossier.cpo_id,
        year=campaign.year,
        budget_line=request.budget_line,
        reference=dossier.reference or "",
        title=dossier.title,
        holder_name=str(dossier.holder["name"]),
        granted_cents=request.granted_cents or 0,
        notified_at=now,
        pay_before_on=today + timedelta(days=days),
    )
    session.add(award)
    await session.flush()
    return award


async def commit_funds(
    session: AsyncSession, caller: Principal, award_id: UUID, cents: int | None, *, version: int, now: datetime
) -> Award:
    """The funder commits the expense, all that is left of the grant by default; an agreement that is due comes first."""
    award = await locked(session, caller, award_id)
    if not caller.has_role(award.funder_id, "manager", "signatory", "payer"):
        raise NotForYouToCommit()
    require_version(award.version, version)
    if award.agreement_required and award.agreed_at is None:
        raise AgreementRequired()
    money = money_of(award)
    after = _lawful(rules.commit_funds, money, cents if cents is not None else money.left_to_commit)
    award.committed_at = award.committed_at or now
    await _keep(session, award, after)
    await note(session, award, "award.committed", caller, now, committed_cents=[money.committed, after.committed])
    return award


# For the rooms above: the right was judged by the caller's room.


async def seen(session: AsyncSession, caller: Principal, award_id: UUID) -> Award:
    """The award, for its holder, its funder and the contract's team (404 for others)."""
    award = await repository.get(session, award_id)
    if award is None or not is_party(caller, award):
        raise NotFound()
    return award


async def locked(session: AsyncSession, caller: Principal | None, award_id: UUID) -> Award:
    """The award, locked after its dossier and its request; 404 for a caller who is no party to it."""
    award = await repository.get(session, award_id)
    if award is None or (caller is not None and not is_party(caller, award)):
        raise NotFound()
    await instruction.request_of(session, award.request_id)
    taken = await repository.get(session, award_id, lock=True)
    if taken is None:
        raise NotFound()
    return taken


def is_party(caller: Principal, award: Award) -> bool:
    return any(caller.belongs_to(one) for one in (award.acting_holder_id, award.funder_id, award.lead_organisation_id))


def money_of(award: Award) -> Money:
    return Money(award.granted_cents, award.committed_cents, award.paid_cents, award.repaid_cents, award.justified_cents)


async def require_agreement(session: AsyncSession, award: Award) -> None:
    """An agreement is due before anything more is committed."""
    award.agreement_required = True
    award.version += 1
    await session.flush()


async def record_agreement(session: AsyncSession, award: Award, *, now: datetime) -> None:
    """Both parties have signed what covers this award (locked by the caller)."""
    award.agreed_at = award.agreed_at or now
    await _keep(session, award, money_of(award))


async def record_payment(session: AsyncSession, award: Award, cents: int, *, paid_on: date) -> None:
    """Money left the funder (award locked by the caller); refused beyond what is committed."""
    after = _lawful(rules.pay, money_of(award), cents)
    award.first_paid_on = min(award.first_paid_on or paid_on, paid_on)
    if after.held >= after.granted:
        award.paid_on = paid_on
    await _keep(session, award, after)


async def record_repayment(session: AsyncSession, award: Award, cents: int) -> None:
    """Money came back from the holder (award locked by the caller); refused beyond what was paid."""
    await _keep(session, award, _lawful(rules.repay, money_of(award), cents))


async def amend(session: AsyncSession, award: Award, granted_cents: int) -> None:
    """A signed amendment sets the grant anew (award locked by the caller); the envelope gives or takes back the difference."""
    after = _lawful(rules.amend, money_of(award), granted_cents)
    delta = await instruction.amend_grant(session, award.request_id, granted_cents)
    await campaigns.take_from_envelope(session, award.campaign_id, award.funder_id, award.budget_line, delta)
    await _keep(session, award, after)


async def justify(session: AsyncSession, award: Award, cents: int, *, now: datetime) -> int:
    """The funder accepted the bilan for `cents` (award locked by the caller). Returns what is to repay, in cents."""
    after = _lawful(rules.justify, money_of(award), cents)
    award.justified_at = now
    await _keep(session, award, after)
    return after.to_repay


async def of_dossier(session: AsyncSession, dossier_id: UUID) -> list[Award]:
    return await repository.of_dossier(session, dossier_id)


async def of_party_year(session: AsyncSession, funder_id: UUID, holder_id: UUID, year: int) -> list[Award]:
    """Everything one funder granted one holder for one year, whatever the project."""
    return await repository.of_party_year(session, funder_id, holder_id, year)


async def of_cpo(session: AsyncSession, cpo_id: UUID) -> list[Award]:
    return await repository.of_cpo(session, cpo_id)


def grants() -> Any:
    """For publications: grants that stand, as a statement to narrow, order and join (`repository.GRANTS`)."""
    return repository.GRANTS


async def first_by_year(session: AsyncSession) -> list[tuple[UUID, int, datetime]]:
    """For each funder and year with a grant that stands, when the first of them was agreed or, without agreement, notified."""
    return [(row["funder_id"], row["year"], row["first_at"]) for row in await repository.first_by_year(session)]


async def note(
    session: AsyncSession, award: Award, act: str, caller: Principal | None, now: datetime, *, reason: str | None = None,
    confidential: bool = False, **changes: object,
) -> None:  # fmt: skip
    """A line in the journal of the award's dossier, which all its parties read."""
    dossier = await instruction.get(session, award.dossier_id)
    await dossiers.note(
        session,
        dossier,
        act,
        caller,
        now,
        organisation_id=award.funder_id,
        reason=reason,
        confidential=confidential,
        award_id=str(award.id),
        **changes,
    )


def _lawful(law: object, money: Money, cents: int) -> Money:
    try:
        after: Money = law(money, cents)  # type: ignore[operator]
    except rules.Refused as refusal:
        raise AmountRefused(_SAID[refusal.breach](refusal.limit_cents), limit_cents=refusal.limit_cents) from refusal
    return after


_SAID = {
    rules.Breach.NOTHING: lambda limit: Text("Il ne reste rien, ou le montant est nul.", "Nothing is left, or the amount is zero."),
    rules.Breach.ABOVE_GRANT: lambda limit: Text(
        f"Il reste {euros(limit)} sur la subvention accordée.", f"{euros(limit)} are left of the grant."
    ),
    rules.Breach.ABOVE_COMMITMENT: lambda limit: Text(f"Il reste {euros(limit)} à payer.", f"{euros(limit)} are left to pay."),
    rules.Breach.ABOVE_PAID: lambda limit: Text(f"Le porteur détient {euros(limit)}.", f"The holder has {euros(limit)}."),
    rules.Breach.BELOW_PAID: lambda limit: Text(f"{euros(limit)} sont déjà payés.", f"{euros(limit)} are already paid."),
    rules.Breach.ALREADY_JUSTIFIED: lambda limit: Text(
        "Le bilan est déjà accepté : la subvention ne s'amende plus.",
        "The bilan is already accepted: the grant is amended no more.",
    ),
}


async def _keep(session: AsyncSession, award: Award, money: Money) -> None:
    award.granted_cents, award.committed_cents = money.granted, money.committed
    award.paid_cents, award.repaid_cents, award.justified_cents = money.paid, money.repaid, money.justified
    award.status = rules.status(money, agreed=award.agreed_at is not None)
    award.version += 1
    await session.flush()
    await instruction.record_progress(session, award.request_id, award.status)
