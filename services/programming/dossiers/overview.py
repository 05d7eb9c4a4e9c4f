"""For the rooms above: the figures of many dossiers at once. Who may read them is for those rooms to judge."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, fetch_in

from . import couples, rules
from .models import DossierStatus

#: A scenario: what each request would be granted, in cents.
Amounts = Mapping[UUID, int]
_LATEST = 50


def _values(campaign_ids: Sequence[UUID], amounts: Amounts | None, silent: Collection[UUID]) -> dict[str, Any]:
    given: dict[str, Any] = {"campaigns": list(campaign_ids), "silent": list(silent)}
    return given if amounts is None else {**given, "request_ids": list(amounts), "amounts": list(amounts.values())}


async def matrix(
    session: AsyncSession, campaign_ids: Sequence[UUID], amounts: Amounts | None = None, *, silent: Collection[UUID] = ()
) -> list[Row]:
    """Rows of `couples.matrix`, as they stand or under a scenario; empty without a campaign. Of `silent` dossiers neither what is
    proposed nor what a scenario imagines counts."""
    if not campaign_ids:
        return []
    return await fetch_in(session, couples.matrix(amounts is not None), _values(campaign_ids, amounts, silent))


async def outside_qpv(
    session: AsyncSession, campaign_ids: Sequence[UUID], amounts: Amounts | None = None, *, silent: Collection[UUID] = ()
) -> list[Row]:
    """What dossiers without any QPV are proposed and granted: funder_id, budget_line, proposed_cents, granted_cents."""
    return await fetch_in(session, couples.outside_qpv(amounts is not None), _values(campaign_ids, amounts, silent))


async def cell(
    session: AsyncSession,
    campaign_ids: Sequence[UUID],
    organisation_ids: Sequence[UUID],
    *,
    objective: str,
    qpv: str,
    after: str,
    limit: int,
    amounts: Amounts | None = None,
    silent: Collection[UUID] = (),
) -> list[Row]:
    """Dossiers of one cell that these organisations may see, by reference. Who only holds one learns what it was told; of the
    `silent` ones what is proposed is null."""
    asked = {"organisations": list(organisation_ids), "objective": objective, "qpv": qpv, "after": after, "limit": limit}
    rows = await fetch_in(session, couples.cell(amounts is not None), {**_values(campaign_ids, amounts, silent), **asked})
    return [_told(row, silent=row["id"] in silent) for row in rows]


def _told(row: Row, *, silent: bool) -> Row:
    if silent:
        row["proposed_cents"] = None
    status = DossierStatus(row["status"])
    if row["as_holder"] and not (row["as_funder"] or row["as_lead"]):
        row["status"] = rules.status_for_holder(status)
        row["proposed_cents"] = None
        row["granted_cents"] = row["granted_cents"] if status in rules.ANSWERED else None
    return row


async def requests(session: AsyncSession, campaign_id: UUID, request_ids: Sequence[UUID]) -> dict[UUID, Row]:
    """By id, those requests of the campaign whose dossier counts: funder_id, amount_cents (asked)."""
    found = await fetch_in(session, couples.REQUESTS, {"campaign_id": campaign_id, "requests": list(request_ids)})
    return {row["id"]: row for row in found}


async def standings(session: AsyncSession, dossier_ids: Sequence[UUID]) -> dict[UUID, Row]:
    """By id, dossiers that count: campaign, reference, title, holder's name, codes, asked_cents, granted_cents."""
    return {row["id"]: row for row in await fetch_in(session, couples.STANDINGS, {"dossiers": list(dossier_ids)})}


async def alike(session: AsyncSession, campaign_ids: Sequence[UUID], objective: str, qpv_codes: Sequence[str]) -> list[Row]:
    """The latest dossiers of that objective with one of these QPVs, at most 50."""
    values = {"campaigns": list(campaign_ids), "objective": objective, "qpvs": list(qpv_codes), "limit": _LATEST}
    return await fetch_in(session, couples.ALIKE, values)


async def asked_of(session: AsyncSession, campaign_id: UUID, funder_id: UUID) -> list[Row]:
    """Requests to one funder of dossiers that count: id, dossier_id, budget_line, amount_cents (asked), proposed_cents, reference."""
    return await fetch_in(session, couples.ASKED_OF, {"campaign_id": campaign_id, "funder_id": funder_id})
