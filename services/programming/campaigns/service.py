"""Use cases of campaigns."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.auth import Principal
from services.common.db import Row, fetch_in
from services.common.etag import require_version
from services.common.language import Text, euros
from services.common.problems import FieldError, NotFound

from ..announcements import announce
from ..contracts import rules as contract_rules
from ..contracts import service as contracts
from ..contracts.errors import NotContractLead
from ..tables import KERNEL
from . import freeze, repository, rules
from .errors import CampaignNotReady, CampaignStateRefused, EnvelopeExceeded, NotYourEnvelope, UnknownCode
from .models import BudgetLine, Campaign, CampaignFunder, CampaignStatus
from .schemas import CampaignCreate, CampaignUpdate, EnvelopeUpdate, FunderCreate

_PLAIN = {"title", "opens_at", "closes_at", "answer_within_months", "silence_rejects_after_months", "outside_qpv_allowed"}


async def create(session: AsyncSession, caller: Principal, wish: CampaignCreate, *, now: datetime) -> Campaign:
    """The contract's team prepares a call."""
    contract = await contracts.get(session, wish.contract_id)
    if not caller.belongs_to(contract.lead_organisation_id):
        raise NotContractLead()
    campaign = Campaign(
        **wish.model_dump(exclude={"criteria", "required_attachments"}),
        **wish.model_dump(mode="json", include={"criteria", "required_attachments"}),
        lead_organisation_id=contract.lead_organisation_id,
        framework_number=contract.framework_number,
        created_at=now,
    )
    session.add(campaign)
    await session.flush()
    await _note(session, campaign, "campaign.created", caller, now)
    return campaign


async def update(
    session: AsyncSession, caller: Principal, campaign_id: UUID, wish: CampaignUpdate, *, version: int, now: datetime
) -> Campaign:
    """Only a draft changes: once people have been called, the rules they read stay."""
    campaign = await _led_by(session, caller, campaign_id)
    freeze.require_draft(campaign, "update")
    require_version(campaign.version, version)
    for name, value in wish.model_dump(include=_PLAIN, exclude_unset=True, exclude_none=True).items():
        setattr(campaign, name, value)
    for name, value in wish.model_dump(mode="json", exclude=_PLAIN, exclude_unset=True, exclude_none=True).items():
        setattr(campaign, name, value)
    campaign.version += 1
    await session.flush()
    await _note(session, campaign, "campaign.updated", caller, now, fields=sorted(wish.model_fields_set))
    return campaign


async def add_funder(
    session: AsyncSession, caller: Principal, campaign_id: UUID, wish: FunderCreate, *, now: datetime
) -> CampaignFunder:
    """A funder takes part, with its envelopes and its rules."""
    campaign = await _led_by(session, caller, campaign_id)
    freeze.require_draft(campaign, "funder")
    _refuse_unknown_objectives(await _objectives_of(session, campaign), wish)
    funder = CampaignFunder(campaign_id=campaign.id, **wish.model_dump(exclude={"budget_lines"}))
    session.add(funder)
    await session.flush()
    for position, line in enumerate(wish.budget_lines):
        values = line.model_dump(mode="json")
        session.add(BudgetLine(campaign_id=campaign.id, funder_id=wish.organisation_id, position=position, **values))
    campaign.version += 1
    await session.flush()
    total = sum(line.amount_cents for line in wish.budget_lines)
    await _note(session, campaign, "campaign.funder_added", caller, now, funder_id=str(wish.organisation_id), envelope_cents=total)
    return funder


async def set_envelope(
    session: AsyncSession, caller: Principal, campaign_id: UUID, funder_id: UUID, code: str, wish: EnvelopeUpdate, *, now: datetime
) -> BudgetLine:
    """The funder (or the team, before opening) changes what a line holds; never below what is granted.

    Not frozen by the opening: the amount is the funder's money, voted when its budget is, and no rule that holders are judged by
    (the charter they read does not tell it).
    """
    campaign = await _seen_by(session, caller, campaign_id)
    may = caller.has_role(funder_id, "manager", "signatory")
    may = may or (campaign.status is CampaignStatus.DRAFT and caller.belongs_to(campaign.lead_organisation_id))
    line = await repository.line(session, campaign_id, funder_id, code, lock=True)
    if line is None:
        raise NotFound()
    if not may:
        raise NotYourEnvelope()
    if wish.amount_cents < line.granted_cents:
        raise EnvelopeExceeded(
            Text(
                f"{euros(line.granted_cents)} sont déjà accordés sur cette ligne.",
                f"{euros(line.granted_cents)} are already granted on this line.",
            ),
            granted_cents=line.granted_cents,
        )
    before, line.amount_cents = line.amount_cents, wish.amount_cents
    await session.flush()
    changes = {"funder_id": str(funder_id), "line": code, "amount_cents": [before, wish.amount_cents]}
    await _note(session, campaign, "campaign.envelope_changed", caller, now, **changes)
    return line


async def act(session: AsyncSession, caller: Principal, campaign_id: UUID, name: str, *, version: int, now: datetime) -> Campaign:
    """Open, close, start the instruction, declare decided, archive."""
    campaign = await _led_by(session, caller, campaign_id)
    leaves, leads_to = rules.TRANSITIONS[name]
    current = rules.status_at(campaign.status, campaign.closes_at, now)
    if name == "closing" and current is CampaignStatus.CLOSED and campaign.status is CampaignStatus.OPEN:
        current = CampaignStatus.OPEN
    if current not in leaves:
        raise CampaignStateRefused(status_code=current.value, act=name)
    require_version(campaign.version, version)
    if name == "opening":
        await _prepare_opening(session, campaign, now)
    campaign.status = leads_to
    if name == "closing":
        campaign.closed_at = now
    campaign.version += 1
    await session.flush()
    await _note(session, campaign, f"campaign.{name}", caller, now, status=[current.value, leads_to.value])
    return campaign


async def _prepare_opening(session: AsyncSession, campaign: Campaign, now: datetime) -> None:
    """Freeze what dossiers will refer to, and refuse to call people to an unready campaign."""
    contract = await contracts.get(session, campaign.contract_id)
    campaign.framework_number = contract.framework_number
    campaign.qpv_codes = [qpv["code"] for qpv in contract.qpvs]
    if contract.framework_number:
        framework = await contracts.framework_of(session, contract.id, contract.framework_number)
        campaign.objective_codes = [objective.code for _, objective in contract_rules.objectives(framework)]
        campaign.transversal_codes = [concern.code for concern in framework.transversal_concerns]
    errors = rules.opening_errors(
        funders=len(await repository.funders(session, campaign.id)),
        weights=[criterion["weight"] for criterion in campaign.criteria],
        codes=[criterion["code"] for criterion in campaign.criteria],
        objectives=len(campaign.objective_codes),
        closes_at=campaign.closes_at,
        now=now,
    )
    errors += freeze.form_errors(campaign, await charter_of(session, campaign.id))
    if errors:
        raise CampaignNotReady(errors=errors)
    freeze.keep_form(session, campaign, now)


async def close_expired(session: AsyncSession, *, now: datetime) -> None:
    """What the deadline did by itself is written down, with its line in the journal."""
    for campaign_id in await repository.close_expired(session, now):
        campaign = await get(session, campaign_id)
        await _note(session, campaign, "campaign.closing", None, now, status=["open", "closed"])


# For the rooms above.


async def get(session: AsyncSession, campaign_id: UUID) -> Campaign:
    campaign = await repository.get(session, campaign_id)
    if campaign is None:
        raise NotFound()
    return campaign


async def charter_of(session: AsyncSession, campaign_id: UUID) -> list[rules.Line]:
    """The charter as rules can judge it."""
    return [line_of(row) for row in await repository.charter(session, campaign_id)]


def line_of(row: Mapping[str, Any]) -> rules.Line:
    """A charter rule from a row of `budget_lines` with its funder's short name."""
    return rules.Line(
        funder_id=row["funder_id"],
        funder=row["funder"],
        code=row["code"],
        label=row["label"],
        natures=tuple(row["natures"]),
        cap_cents=row["cap_cents"],
        max_share_bp=row["max_share_bp"],
        excluded_objective_codes=frozenset(row["excluded_objective_codes"]),
        excluded_holder_kinds=frozenset(row["excluded_holder_kinds"]),
        qpv_required=row["qpv_required"],
        reason=row["reason"],
    )


async def funder_of(session: AsyncSession, campaign_id: UUID, funder_id: UUID) -> CampaignFunder:
    funder = await repository.funder(session, campaign_id, funder_id)
    if funder is None:
        raise NotFound()
    return funder


async def funder_ids(session: AsyncSession, campaign_id: UUID) -> set[UUID]:
    return {funder.organisation_id for funder in await repository.funders(session, campaign_id)}


async def living_of_contract_year(session: AsyncSession, contract_id: UUID, year: int) -> list[Campaign]:
    """The contract's campaigns of that year, neither draft nor archived."""
    return [one for one in await of_contract_year(session, contract_id, year) if one.status is not CampaignStatus.ARCHIVED]


async def funders_of_contract(session: AsyncSession, contract_id: UUID) -> set[UUID]:
    """Who takes, or took, part in any campaign of the contract."""
    return {row["organisation_id"] for row in await fetch_in(session, repository.FUNDERS_OF_CONTRACT, {"contract_id": contract_id})}


async def envelopes_of_contract(session: AsyncSession, contract_id: UUID, from_year: int) -> list[Row]:
    """Each budget line of the contract's campaigns from that year on: year, campaign, funder, code, cents held and granted."""
    return await fetch_in(session, repository.ENVELOPES, {"contract_id": contract_id, "from_year": from_year})


async def has_line(session: AsyncSession, campaign_id: UUID, funder_id: UUID, code: str) -> bool:
    return await repository.line(session, campaign_id, funder_id, code) is not None


async def funders_of(session: AsyncSession, campaign_id: UUID) -> list[CampaignFunder]:
    return await repository.funders(session, campaign_id)


async def takes_part(session: AsyncSession, organisation_id: UUID) -> bool:
    """Whether the organisation funds, or has funded, some campaign."""
    return await repository.takes_part(session, organisation_id)


async def decided(session: AsyncSession) -> list[Campaign]:
    """Every campaign whose decisions are known (decided or archived), by year."""
    return await repository.decided(session)


async def draw_reference(session: AsyncSession, campaign: Campaign) -> str:
    """`2027-CARC-0042`. The campaign's row stays locked until the transaction ends: draw last."""
    return f"{campaign.year}-{campaign.code}-{await repository.next_reference(session, campaign.id):04d}"


async def take_from_envelope(session: AsyncSession, campaign_id: UUID, funder_id: UUID, code: str, delta_cents: int) -> None:
    """Grant (or give back, when negative) on a line: refused by name when the envelope would be exceeded."""
    if delta_cents == 0 or await repository.take_from_envelope(session, campaign_id, funder_id, code, delta_cents):
        return
    line = await repository.line(session, campaign_id, funder_id, code)
    if line is None:
        raise NotFound()
    left = line.amount_cents - line.granted_cents
    said = Text(f"Il reste {euros(left)} sur « {line.label} ».", f"{euros(left)} are left on “{line.label}”.")
    raise EnvelopeExceeded(said, left_cents=left)


async def left_on_line(session: AsyncSession, campaign_id: UUID, funder_id: UUID, code: str) -> int:
    """What is left of an envelope, in cents."""
    left = await repository.left_on_line(session, campaign_id, funder_id, code)
    if left is None:
        raise NotFound()
    return left


async def _seen_by(session: AsyncSession, caller: Principal, campaign_id: UUID, *, lock: bool = False) -> Campaign:
    campaign = await repository.get(session, campaign_id, lock=lock)
    if campaign is None:
        raise NotFound()
    if campaign.status is CampaignStatus.DRAFT and not caller.belongs_to(campaign.lead_organisation_id):
        funders = {funder.organisation_id for funder in await repository.funders(session, campaign_id)}
        if funders.isdisjoint(caller.memberships):
            raise NotFound()
    return campaign


async def _led_by(session: AsyncSession, caller: Principal, campaign_id: UUID) -> Campaign:
    campaign = await _seen_by(session, caller, campaign_id, lock=True)
    if not caller.belongs_to(campaign.lead_organisation_id):
        raise NotContractLead()
    return campaign


async def _objectives_of(session: AsyncSession, campaign: Campaign) -> set[str]:
    contract = await contracts.get(session, campaign.contract_id)
    if not contract.framework_number:
        return set()
    framework = await contracts.framework_of(session, contract.id, contract.framework_number)
    return {objective.code for _, objective in contract_rules.objectives(framework)}


def _refuse_unknown_objectives(known: set[str], wish: FunderCreate) -> None:
    said = Text("Cet objectif n'est pas dans le cadre du contrat.", "This objective is not in the contract's framework.")
    errors = [
        FieldError(f"/budget_lines/{i}/excluded_objective_codes/{j}", said, "unknown_objective")
        for i, line in enumerate(wish.budget_lines)
        for j, code in enumerate(line.excluded_objective_codes)
        if code not in known
    ]
    if errors:
        raise UnknownCode(errors=errors)


async def _note(
    session: AsyncSession, campaign: Campaign, act: str, caller: Principal | None, now: datetime, **changes: object
) -> None:
    await journal.record(
        session,
        KERNEL.journal,
        at=now,
        act=act,
        resource=("campaign", campaign.id),
        actor=caller,
        organisation_id=campaign.lead_organisation_id,
        changes=changes,
    )
    facts = {**changes, **campaign.model_dump(), "campaign_id": campaign.id, "status": campaign.status.value}
    await announce(session, act, subject=campaign.id, at=now, facts=facts)


async def of_contract_year(session: AsyncSession, contract_id: UUID, year: int) -> list[Campaign]:
    """The calls of a contract for a year, those still in preparation left out."""
    found = await repository.of_contract_year(session, contract_id, year)
    return [campaign for campaign in found if campaign.status is not CampaignStatus.DRAFT]


async def funder_names(session: AsyncSession, campaign_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Short names of the funders of these campaigns, in the order they joined."""
    return {row["organisation_id"]: row["short_name"] for row in await repository.funders_of(session, campaign_ids)}


async def envelopes(session: AsyncSession, campaign_ids: Sequence[UUID]) -> dict[UUID, int]:
    """What each funder has put on the table in these campaigns, in cents."""
    return {row["funder_id"]: row["amount_cents"] for row in await repository.envelopes(session, campaign_ids)}


async def funded_years(session: AsyncSession, caller: Principal, contract_id: UUID) -> set[int]:
    """Years for which the caller's organisations fund a call of this contract."""
    return await repository.funded_years(session, contract_id, caller.organisation_ids)


async def of_contract(session: AsyncSession, contract_id: UUID) -> list[Campaign]:
    """For the rooms above: the campaigns of a contract that were called, oldest first."""
    return await repository.of_contract(session, contract_id)


async def funders_of_all(session: AsyncSession, campaign_ids: Sequence[UUID]) -> list[dict[str, Any]]:
    """For the rooms above: campaign_id, organisation_id, name, short_name of every funder of these campaigns."""
    return await fetch_in(session, repository.FUNDERS_OF, {"campaigns": list(campaign_ids)})


async def lines_of(session: AsyncSession, campaign_ids: Sequence[UUID]) -> list[dict[str, Any]]:
    """For the rooms above: budget lines of these campaigns (campaign_id, funder_id, code, amount_cents, counted for the cap)."""
    return await fetch_in(session, repository.LINES_OF, {"campaigns": list(campaign_ids)})


async def locked(session: AsyncSession, campaign_id: UUID) -> Campaign:
    """The campaign, its row locked and read again (404 unknown)."""
    campaign = await repository.get(session, campaign_id, lock=True)
    if campaign is None:
        raise NotFound()
    return campaign


async def hold_rules(session: AsyncSession, campaign_id: UUID) -> None:
    """For the rooms above, before the campaign is read: its rules stay what they are until the transaction ends: one submission, one
    form."""
    await repository.hold_rules(session, campaign_id)


async def form_versions(session: AsyncSession, campaign_id: UUID) -> dict[int, dict[str, Any]]:
    """For the rooms above: every form holders were given: number → form, asked_when, number."""
    return {row["number"]: dict(row) for row in await repository.forms(session, campaign_id)}


async def led_by(session: AsyncSession, caller: Principal, campaign_id: UUID) -> Campaign:
    """The campaign, locked, for its team (404 unseen, 403 for the others)."""
    return await _led_by(session, caller, campaign_id)


async def objectives_of(session: AsyncSession, campaign: Campaign) -> set[str]:
    """Codes of the objectives of the contract's framework, as the campaign knows it."""
    return await _objectives_of(session, campaign)


async def note(
    session: AsyncSession, campaign: Campaign, act: str, caller: Principal | None, now: datetime, **changes: object
) -> None:
    """A line in the campaign's journal."""
    await _note(session, campaign, act, caller, now, **changes)


async def for_amendment(session: AsyncSession, caller: Principal, campaign_id: UUID) -> Campaign:
    """The campaign, locked, for its team, no submission being judged meanwhile (404 unseen, 403 for the others).

    The rules are held before the row is: a submission, that holds the rules with others, takes the row last.
    """
    await require_team(session, caller, campaign_id)
    await repository.hold_rules(session, campaign_id, alone=True)
    return await locked(session, campaign_id)


async def require_team(session: AsyncSession, caller: Principal, campaign_id: UUID) -> None:
    """Refuse whoever is not of the campaign's team (404 unseen, 403 for the others), locking nothing."""
    campaign = await _seen_by(session, caller, campaign_id)
    if not caller.belongs_to(campaign.lead_organisation_id):
        raise NotContractLead()


async def called_with(session: AsyncSession, organisation_id: UUID) -> list[Row]:
    """For the rooms above: the campaigns called that this organisation funds: id, year, title, closes_at, answer_within_months, short_name."""
    return await fetch_in(session, repository.CALLED_WITH, {"organisation_id": organisation_id})


async def instructing(session: AsyncSession, campaign_ids: Sequence[UUID]) -> dict[UUID, set[UUID]]:
    """For the rooms above: by campaign, its funders and the contract's team."""
    rows = await fetch_in(session, repository.INSTRUCTING, {"campaigns": list(campaign_ids)})
    found: dict[UUID, set[UUID]] = {}
    for row in rows:
        found.setdefault(row["campaign_id"], set()).add(row["organisation_id"])
    return found


async def at_work(session: AsyncSession) -> list[UUID]:
    """Campaigns somebody still works on, those in preparation included."""
    return await repository.at_work(session)
