"""All the SQL about campaigns, funders and envelopes."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import execute, fetch_in

from .models import BudgetLine, Campaign, CampaignForm, CampaignFunder, CampaignStatus

_C: Any = Campaign.__table__  # type: ignore[attr-defined]
_F: Any = CampaignFunder.__table__  # type: ignore[attr-defined]
_L: Any = BudgetLine.__table__  # type: ignore[attr-defined]

_ORGANISATIONS = bindparam("organisations", type_=ARRAY(sa.Uuid))
_FUNDED = sa.exists().where(_F.c.campaign_id == _C.c.id, _F.c.organisation_id == sa.any_(_ORGANISATIONS))

#: Drafts are seen by the leading organisation and the funders invited; the rest by anyone.
_VISIBLE = (_C.c.status != CampaignStatus.DRAFT) | (_C.c.lead_organisation_id == sa.any_(_ORGANISATIONS)) | _FUNDED

#: The status as people are told it: open until the deadline, closed after (`rules.status_at`).
_TOLD = sa.case(
    (
        (_C.c.status == CampaignStatus.OPEN) & (_C.c.closes_at < bindparam("now", type_=sa.DateTime(timezone=True))),
        sa.literal("closed"),
    ),
    else_=_C.c.status.cast(sa.String),
)

#: Visible campaigns, latest first, after a keyset cursor (year, id).
LISTING = (
    sa.select(*(column for column in _C.c if column.name not in {"form", "asked_when"}))
    .where(_VISIBLE)
    .where(sa.tuple_(_C.c.year, _C.c.id) < sa.tuple_(bindparam("before_year"), bindparam("before_id")))
    .where(bindparam("contract_id", type_=sa.Uuid).is_(None) | (_C.c.contract_id == bindparam("contract_id", type_=sa.Uuid)))
    .where(bindparam("status", type_=sa.String).is_(None) | (bindparam("status", type_=sa.String) == _TOLD))
    .order_by(_C.c.year.desc(), _C.c.id.desc())
    .limit(bindparam("limit"))
)

ONE = sa.select(*_C.c).where(_C.c.id == bindparam("campaign_id")).where(_VISIBLE)

#: Funders of a campaign with their lines, in order; `mine` narrows to the caller's organisations unless they lead it.
FUNDERS = (
    sa.select(*_F.c)
    .where(_F.c.campaign_id == bindparam("campaign_id"))
    .where(bindparam("everything", type_=sa.Boolean) | (_F.c.organisation_id == sa.any_(_ORGANISATIONS)))
    .order_by(_F.c.id)
)
LINES = sa.select(*_L.c).where(_L.c.campaign_id == bindparam("campaign_id")).order_by(_L.c.funder_id, _L.c.position)

#: The charter, readable by whoever sees the campaign.
CHARTER = (
    sa.select(*_L.c, _F.c.short_name.label("funder"))
    .join(_F, (_F.c.campaign_id == _L.c.campaign_id) & (_F.c.organisation_id == _L.c.funder_id))
    .where(_L.c.campaign_id == bindparam("campaign_id"))
    .order_by(_F.c.id, _L.c.position)
)


async def get(session: AsyncSession, campaign_id: UUID, *, lock: bool = False) -> Campaign | None:
    return await session.get(Campaign, campaign_id, with_for_update=lock or None, populate_existing=lock)


async def funders(session: AsyncSession, campaign_id: UUID) -> list[CampaignFunder]:
    wanted = select(CampaignFunder).where(CampaignFunder.campaign_id == campaign_id).order_by(_F.c.id)
    return list((await session.exec(wanted)).all())


async def funder(session: AsyncSession, campaign_id: UUID, funder_id: UUID) -> CampaignFunder | None:
    wanted = select(CampaignFunder).where(CampaignFunder.campaign_id == campaign_id, CampaignFunder.organisation_id == funder_id)
    return (await session.exec(wanted)).one_or_none()


async def charter(session: AsyncSession, campaign_id: UUID) -> Sequence[Any]:
    return await fetch_in(session, CHARTER, {"campaign_id": campaign_id})


async def line(session: AsyncSession, campaign_id: UUID, funder_id: UUID, code: str, *, lock: bool = False) -> BudgetLine | None:
    wanted = select(BudgetLine).where(
        BudgetLine.campaign_id == campaign_id, BudgetLine.funder_id == funder_id, BudgetLine.code == code
    )
    return (await session.exec(wanted.with_for_update() if lock else wanted)).one_or_none()


async def take_from_envelope(session: AsyncSession, campaign_id: UUID, funder_id: UUID, code: str, delta_cents: int) -> bool:
    """Add `delta_cents` to what is granted on the line, in one statement, unless the envelope would be exceeded."""
    taken = await execute(
        session,
        sa.update(_L)
        .where(_L.c.campaign_id == campaign_id, _L.c.funder_id == funder_id, _L.c.code == code)
        .where(_L.c.granted_cents + delta_cents <= _L.c.amount_cents)
        .values(granted_cents=_L.c.granted_cents + delta_cents),
    )
    return taken.rowcount == 1


_NEXT_REFERENCE = (
    sa.update(_C)
    .where(_C.c.id == bindparam("campaign_id"))
    .values(last_reference=_C.c.last_reference + 1)
    .returning(_C.c.last_reference)
)


async def next_reference(session: AsyncSession, campaign_id: UUID) -> int:
    """The campaign's next number. Holds the campaign's row until the end: call it last."""
    (drawn,) = await fetch_in(session, _NEXT_REFERENCE, {"campaign_id": campaign_id})
    return int(drawn["last_reference"])


async def close_expired(session: AsyncSession, now: Any) -> list[UUID]:
    """Open campaigns past their deadline become closed."""
    closed = await execute(
        session,
        sa.update(_C)
        .where(_C.c.status == CampaignStatus.OPEN, _C.c.closes_at < now)
        .values(status=CampaignStatus.CLOSED, closed_at=_C.c.closes_at, version=_C.c.version + 1)
        .returning(_C.c.id),
    )
    return [row.id for row in closed]


async def left_on_line(session: AsyncSession, campaign_id: UUID, funder_id: UUID, code: str) -> int | None:
    """What is left of an envelope, in cents, as the transaction sees it now."""
    wanted = sa.select(_L.c.amount_cents - _L.c.granted_cents)
    wanted = wanted.where(_L.c.campaign_id == campaign_id, _L.c.funder_id == funder_id, _L.c.code == code)
    return (await execute(session, wanted)).scalar_one_or_none()


async def of_contract_year(session: AsyncSession, contract_id: UUID, year: int) -> list[Campaign]:
    wanted = select(Campaign).where(Campaign.contract_id == contract_id, Campaign.year == year).order_by(_C.c.id)
    return list((await session.exec(wanted)).all())


_FUNDERS_OF = sa.select(*_F.c).where(_F.c.campaign_id == sa.any_(bindparam("campaigns", type_=ARRAY(sa.Uuid)))).order_by(_F.c.id)
_ENVELOPES = (
    sa.select(_L.c.funder_id, sa.func.sum(_L.c.amount_cents).cast(sa.BigInteger).label("amount_cents"))
    .where(_L.c.campaign_id == sa.any_(bindparam("campaigns", type_=ARRAY(sa.Uuid))))
    .group_by(_L.c.funder_id)
)


async def funders_of(session: AsyncSession, campaign_ids: Sequence[UUID]) -> Sequence[Any]:
    return await fetch_in(session, _FUNDERS_OF, {"campaigns": list(campaign_ids)})


async def envelopes(session: AsyncSession, campaign_ids: Sequence[UUID]) -> Sequence[Any]:
    return await fetch_in(session, _ENVELOPES, {"campaigns": list(campaign_ids)})


_FUNDED_YEARS = (
    sa.select(_C.c.year)
    .distinct()
    .join(_F, _F.c.campaign_id == _C.c.id)
    .where(_C.c.contract_id == bindparam("contract_id"), _F.c.organisation_id == sa.any_(_ORGANISATIONS))
)


async def funded_years(session: AsyncSession, contract_id: UUID, organisations: Sequence[UUID]) -> set[int]:
    values = {"contract_id": contract_id, "organisations": list(organisations)}
    return {row["year"] for row in await fetch_in(session, _FUNDED_YEARS, values)}


#: Who has funded any campaign of a contract.
FUNDERS_OF_CONTRACT = (
    sa.select(_F.c.organisation_id)
    .join(_C, _C.c.id == _F.c.campaign_id)
    .where(_C.c.contract_id == bindparam("contract_id"))
    .distinct()
)

#: Envelopes of a contract's campaigns from a year on.
ENVELOPES = (
    sa.select(_C.c.year, _L.c.campaign_id, _L.c.funder_id, _L.c.code, _L.c.amount_cents, _L.c.granted_cents)
    .join(_C, _C.c.id == _L.c.campaign_id)
    .where(_C.c.contract_id == bindparam("contract_id"), _C.c.year >= bindparam("from_year"))
    .order_by(_C.c.year, _L.c.campaign_id, _L.c.funder_id, _L.c.position)
)


async def takes_part(session: AsyncSession, organisation_id: UUID) -> bool:
    wanted = select(CampaignFunder.id).where(CampaignFunder.organisation_id == organisation_id).limit(1)
    return (await session.exec(wanted)).first() is not None


async def decided(session: AsyncSession) -> list[Campaign]:
    told = (CampaignStatus.DECIDED, CampaignStatus.ARCHIVED)
    return list((await session.exec(select(Campaign).where(_C.c.status.in_(told)).order_by(_C.c.year, _C.c.id))).all())


_CAMPAIGNS = bindparam("campaigns", type_=ARRAY(sa.Uuid))
FUNDERS_OF = (
    sa.select(_F.c.campaign_id, _F.c.organisation_id, _F.c.name, _F.c.short_name)
    .where(_F.c.campaign_id == sa.any_(_CAMPAIGNS))
    .order_by(_F.c.id)
)
LINES_OF = sa.select(
    _L.c.campaign_id, _L.c.funder_id, _L.c.code, _L.c.amount_cents, _L.c.counts_for_outside_qpv_cap.label("counted")
).where(_L.c.campaign_id == sa.any_(_CAMPAIGNS))


async def of_contract(session: AsyncSession, contract_id: UUID) -> list[Campaign]:
    """Campaigns of a contract that were called, oldest first."""
    called = select(Campaign).where(Campaign.contract_id == contract_id, Campaign.status != CampaignStatus.DRAFT)
    return list((await session.exec(called.order_by(_C.c.year, _C.c.id))).all())


_V: Any = CampaignForm.__table__  # type: ignore[attr-defined]

#: One version of a form, for whoever sees the campaign.
FORM = (
    sa.select(*_V.c)
    .join(_C, _C.c.id == _V.c.campaign_id)
    .where(_V.c.campaign_id == bindparam("campaign_id"), _V.c.number == bindparam("number"))
    .where(_VISIBLE)
)
_QUESTIONS = sa.select(_V.c.form, _V.c.asked_when, _V.c.number).where(_V.c.campaign_id == bindparam("campaign_id"))


async def forms(session: AsyncSession, campaign_id: UUID) -> list[Any]:
    """Every version of a campaign's form: form, asked_when, number."""
    return await fetch_in(session, _QUESTIONS, {"campaign_id": campaign_id})


#: Many submissions hold a campaign's rules together; an amendment holds them alone. Given in the order they are asked.
_RULES = sa.func.hashtextextended(sa.literal("campaign rules:") + bindparam("campaign", type_=sa.Text), 0)
_TOGETHER = sa.select(sa.cast(sa.func.pg_advisory_xact_lock_shared(_RULES), sa.Text).label("held"))
_ALONE = sa.select(sa.cast(sa.func.pg_advisory_xact_lock(_RULES), sa.Text).label("held"))


async def hold_rules(session: AsyncSession, campaign_id: UUID, *, alone: bool = False) -> None:
    """Until the transaction ends the campaign's rules do not change under it. Taken before the campaign's row."""
    await fetch_in(session, _ALONE if alone else _TOGETHER, {"campaign": str(campaign_id)})


#: Campaigns that were called in which an organisation is a funder, the latest first.
CALLED_WITH = (
    sa.select(_C.c.id, _C.c.year, _C.c.title, _C.c.closes_at, _C.c.answer_within_months, _F.c.short_name)
    .join(_F, _F.c.campaign_id == _C.c.id)
    .where(_F.c.organisation_id == bindparam("organisation_id"), _C.c.status != CampaignStatus.DRAFT)
    .order_by(_C.c.year.desc(), _C.c.id.desc())
    .limit(200)
)


INSTRUCTING = sa.union(
    sa.select(_F.c.campaign_id, _F.c.organisation_id).where(_F.c.campaign_id == sa.any_(_CAMPAIGNS)),
    sa.select(_C.c.id.label("campaign_id"), _C.c.lead_organisation_id).where(_C.c.id == sa.any_(_CAMPAIGNS)),
)


async def at_work(session: AsyncSession) -> list[UUID]:
    wanted = select(Campaign.id).where(Campaign.status != CampaignStatus.ARCHIVED).order_by(_C.c.id)
    return list((await session.exec(wanted)).all())
