"""Use cases of awards. Acts of the rooms above go through here, so that the money's laws hold whoever acts.

Each act takes the dossier's row, then the request's, then the award's: two acts wait for each other and never deadlock.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.clock import in_paris
from services.common.db import Row, fetch_in
from services.common.etag import require_version
from services.common.jobs import enqueue
from services.common.language import Text, euros
from services.common.problems import NotFound

from ..campaigns import service as campaigns
from ..dossiers import instruction
from ..dossiers import service as dossiers
from ..parameters import service as parameters
from ..parameters.schemas import Parameter
from . import repository, rules
from .errors import AgreementRequired, AmountRefused, HolderSucceeded, NotForYouToCommit
from .models import Award
from .rules import Money

#: Jobs of the bilans' room, which is above this one: what happens here is told to it by name.
OPEN_BILAN = "programming:open_bilan"
CLOSE_DOSSIER = "programming:close_dossier"

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
    await instruction.owe_report(session, dossier, year=campaign.year, today=today)
    await enqueue(session, OPEN_BILAN, dossier_id=str(dossier.id))
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
    """The award, for its holder (a former one included), its funder and the contract's team (404 for others)."""
    award = await repository.get(session, award_id)
    if award is None or not (is_party(caller, award) or caller.belongs_to(award.holder_id)):
        raise NotFound()
    return award


async def locked(session: AsyncSession, caller: Principal | None, award_id: UUID) -> Award:
    """The award, locked after its dossier and its request; 404 for a caller who is no party to it, 403 for one who was."""
    award = await (repository.get(session, award_id) if caller is None else seen(session, caller, award_id))
    if award is None:
        raise NotFound()
    await instruction.request_of(session, award.request_id)
    taken = await repository.get(session, award_id, lock=True)
    if taken is None:
        raise NotFound()
    if caller is not None and not is_party(caller, taken):
        raise HolderSucceeded(successor_id=taken.successor_id)
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


async def amend(session: AsyncSession, award: Award, granted_cents: int) -> dict[str, Any]:
    """A signed amendment sets the grant anew (award locked by the caller); the envelope gives or takes back the difference.

    Returns what its line in the journal tells, before and after: the grant, and the commitment when it comes down with it.
    """
    before = money_of(award)
    after = _lawful(rules.amend, before, granted_cents)
    delta = await instruction.amend_grant(session, award.request_id, granted_cents)
    await campaigns.take_from_envelope(session, award.campaign_id, award.funder_id, award.budget_line, delta)
    await _keep(session, award, after)
    changed: dict[str, Any] = {"granted_cents": [before.granted, after.granted]}
    return changed if after.committed == before.committed else {**changed, "committed_cents": [before.committed, after.committed]}


async def justify(session: AsyncSession, award: Award, cents: int, *, now: datetime) -> int:
    """The funder accepted the bilan for `cents` (award locked by the caller). Returns what is to repay, in cents."""
    after = _lawful(rules.justify, money_of(award), cents)
    award.justified_at = now
    await _keep(session, award, after)
    return after.to_repay


async def of_dossier(session: AsyncSession, dossier_id: UUID) -> list[Award]:
    return await repository.of_dossier(session, dossier_id)


async def of_party_year(session: AsyncSession, funder_id: UUID, holder_id: UUID, year: int) -> list[Award]:
    """Everything one funder granted one holder for one year, whatever the project; what the holder took over counts."""
    return await repository.of_party_year(session, funder_id, holder_id, year)


async def of_cpo(session: AsyncSession, cpo_id: UUID) -> list[Award]:
    return await repository.of_cpo(session, cpo_id)


async def follow_holder(session: AsyncSession, holder_id: UUID, successor_id: UUID | None) -> None:
    """The holder's awards are answered for by its successor, or by itself again; its dossiers are locked by the caller."""
    await repository.follow_holder(session, holder_id, successor_id)


async def multi_year_shares(
    session: AsyncSession, *, contract_id: UUID | None = None, campaign_id: UUID | None = None
) -> list[Row]:
    """Per funder: agreements (funder × holder × year) and cents granted, and those of them under a CPO."""
    by, of = ("campaign_id", campaign_id) if campaign_id else ("contract_id", contract_id)
    return await fetch_in(session, repository.shares(by), {"of": of})


async def last_year(session: AsyncSession, contract_id: UUID) -> int | None:
    """The last year anything was granted for in a contract."""
    (row,) = await fetch_in(session, repository.LAST_YEAR, {"contract_id": contract_id})
    found: int | None = row["year"]
    return found


async def granted_between(session: AsyncSession, contract_id: UUID, first: int, last: int) -> list[Row]:
    """What was granted in a contract for these years: dossier, holder, title, year, cents, CPO."""
    return await fetch_in(session, repository.GRANTED, {"contract_id": contract_id, "first": first, "last": last})


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


async def is_funded_by(session: AsyncSession, holder_id: UUID, funder_ids: Sequence[UUID]) -> bool:
    """One of these funders has an award to this holder, or to one it took over from."""
    return await repository.is_funded_by(session, holder_id, funder_ids)


async def of_references(session: AsyncSession, funder_id: UUID, references: Sequence[str]) -> dict[str, Award]:
    """A funder's awards by the reference of their dossier."""
    return {award.reference: award for award in await repository.of_references(session, funder_id, references)}


async def many(session: AsyncSession, award_ids: Sequence[UUID]) -> list[Award]:
    return await repository.many(session, award_ids)


async def payment_delays(session: AsyncSession, campaign_id: UUID, *, today: date) -> list[Row]:
    """How each funder of a campaign keeps the payment clock: awards, first payments, days, what is late."""
    return await repository.payment_delays(session, campaign_id, today)


async def unpaid(
    session: AsyncSession, funder_ids: Sequence[UUID], *, until: date, after: tuple[date, UUID], limit: int
) -> list[Row]:
    """Awards of these funders without any payment whose clock ends by `until`, soonest first, after a keyset cursor."""
    return await repository.unpaid(session, funder_ids, until=until, after=after, limit=limit)


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
    if money.settled:
        await enqueue(session, CLOSE_DOSSIER, dossier_id=str(award.dossier_id))


# For agreements, which touch several awards at once: the dossiers first, in order, then their own row, then the awards.


async def take_dossiers(session: AsyncSession, award_ids: Iterable[UUID]) -> None:
    """Lock the dossiers of these awards, in order: whoever then acts on the awards waits for nobody it could block."""
    found = await repository.many(session, list(award_ids))
    for dossier_id in sorted({award.dossier_id for award in found}):
        await instruction.get(session, dossier_id)


async def take_party_year(session: AsyncSession, funder_id: UUID, holder_id: UUID, year: int) -> list[Award]:
    """Everything one funder granted one holder for one year, locked: nothing of it is committed or paid meanwhile."""
    return await repository.take_party_year(session, funder_id, holder_id, year)


async def take(session: AsyncSession, award: Award) -> None:
    """Lock the award's own row and read it again, for what touches neither its money nor its dossier."""
    await repository.get(session, award.id, lock=True)


async def waive_agreement(session: AsyncSession, award: Award) -> None:
    """No agreement is due any more (award locked by the caller): the year fell below the threshold."""
    award.agreement_required = False
    award.version += 1
    await session.flush()


async def set_payment_clock(session: AsyncSession, award: Award, pay_before_on: date) -> None:
    """The parties agreed on another day to pay by (award locked by the caller)."""
    award.pay_before_on = pay_before_on
    award.version += 1
    await session.flush()


async def end_agreement(session: AsyncSession, award: Award) -> None:
    """What covered this award is terminated (award locked by the caller): what is committed may be paid, nothing more is committed."""
    award.agreement_required, award.agreed_at = True, None
    await _keep(session, award, money_of(award))


def held(award_id: Any) -> Any:
    """For the rooms above: the SQL condition that the caller's `organisations` hold the award of that column, or once did."""
    return repository.held(award_id)


async def parties(session: AsyncSession, award_ids: Sequence[UUID]) -> dict[UUID, set[UUID]]:
    """For the rooms above: by award, the organisations that may see it."""
    found: dict[UUID, set[UUID]] = {}
    for row in await fetch_in(session, repository.PARTIES, {"awards": list(award_ids)}):
        found[row["id"]] = {one for one in row["parties"] if one is not None}
    return found
