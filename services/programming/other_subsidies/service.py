"""Use cases of other subsidies: declared by their holder, derived from the platform, told to the funders concerned."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.auth import Principal
from services.common.clock import today_in_paris
from services.common.db import Row, fetch_in
from services.common.etag import require_version
from services.common.language import Language
from services.common.problems import NotFound

from ..campaigns import service as campaigns
from ..dossiers import elsewhere, instruction
from ..dossiers import service as dossiers
from ..parameters import service as parameters
from ..parameters.schemas import Parameter
from ..tables import KERNEL
from . import repository, rules
from .errors import SubsidyDeclarationRefused, TooManyDeclarations
from .models import DeclaredSubsidy, DeMinimisAid
from .schemas import DeclaredSubsidyCreate, DeclaredSubsidyUpdate, DeMinimisAidCreate, SubsidyState

_MOST = 200
#: What a merge patch may clear.
_CLEARED = {"funder_id", "granted_cents"}


def require_member(caller: Principal, organisation_id: UUID) -> None:
    if not caller.belongs_to(organisation_id):
        raise NotFound()


async def declare(
    session: AsyncSession, caller: Principal, organisation_id: UUID, wish: DeclaredSubsidyCreate, *, now: datetime
) -> DeclaredSubsidy:
    """A member declares a subsidy asked for or got outside the platform."""
    require_member(caller, organisation_id)
    _require_coherent(wish.state, wish.granted_cents)
    if len(await repository.of_year(session, organisation_id, wish.year)) >= _MOST:
        raise TooManyDeclarations(most=_MOST)
    declared = DeclaredSubsidy(
        **wish.model_dump(), organisation_id=organisation_id, declared_by=caller.account_id, declared_at=now, updated_at=now
    )
    session.add(declared)
    await session.flush()
    await _note(session, "declared_subsidy", declared.id, organisation_id, "subsidy.declared", caller, now, state=wish.state.value)
    return declared


async def own(session: AsyncSession, caller: Principal, subsidy_id: UUID, *, lock: bool = False) -> DeclaredSubsidy:
    declared = await repository.subsidy(session, subsidy_id, lock=lock)
    if declared is None or not caller.belongs_to(declared.organisation_id):
        raise NotFound()
    return declared


async def amend(
    session: AsyncSession, caller: Principal, subsidy_id: UUID, wish: DeclaredSubsidyUpdate, *, version: int, now: datetime
) -> DeclaredSubsidy:
    declared = await own(session, caller, subsidy_id, lock=True)
    require_version(declared.version, version)
    sent = wish.model_dump(exclude_unset=True)
    for name, value in sent.items():
        if value is not None or name in _CLEARED:
            setattr(declared, name, value)
    if declared.state is not SubsidyState.GRANTED and "granted_cents" not in sent:
        declared.granted_cents = None
    _require_coherent(declared.state, declared.granted_cents)
    declared.version += 1
    declared.updated_at = now
    await session.flush()
    changes = {"fields": sorted(sent), "state": declared.state.value}
    await _note(session, "declared_subsidy", declared.id, declared.organisation_id, "subsidy.amended", caller, now, **changes)
    return declared


async def withdraw(session: AsyncSession, caller: Principal, subsidy_id: UUID, *, now: datetime) -> None:
    declared = await own(session, caller, subsidy_id, lock=True)
    await session.delete(declared)
    await session.flush()
    await _note(session, "declared_subsidy", subsidy_id, declared.organisation_id, "subsidy.withdrawn", caller, now)


async def listing(session: AsyncSession, caller: Principal, organisation_id: UUID, statement: Any, before: UUID, limit: int) -> Any:
    require_member(caller, organisation_id)
    return await fetch_in(session, statement, {"organisation_id": organisation_id, "before": before, "limit": limit})


async def declare_aid(
    session: AsyncSession, caller: Principal, organisation_id: UUID, wish: DeMinimisAidCreate, *, now: datetime
) -> DeMinimisAid:
    require_member(caller, organisation_id)
    aid = DeMinimisAid(**wish.model_dump(), organisation_id=organisation_id, declared_by=caller.account_id, declared_at=now)
    session.add(aid)
    await session.flush()
    await _note(session, "de_minimis_aid", aid.id, organisation_id, "de_minimis_aid.declared", caller, now)
    return aid


async def remove_aid(session: AsyncSession, caller: Principal, aid_id: UUID, *, now: datetime) -> None:
    aid = await repository.aid(session, aid_id)
    if aid is None or not caller.belongs_to(aid.organisation_id):
        raise NotFound()
    await session.delete(aid)
    await session.flush()
    await _note(session, "de_minimis_aid", aid_id, aid.organisation_id, "de_minimis_aid.removed", caller, now)


async def of_organisation(
    session: AsyncSession, caller: Principal, organisation_id: UUID, year: int | None, *, language: Language, now: datetime
) -> dict[str, Any]:
    """All the money of a holder for a year, for its members."""
    require_member(caller, organisation_id)
    today = today_in_paris(now)
    return await _account(session, organisation_id, year or today.year, None, today, language)


async def of_dossier(
    session: AsyncSession, caller: Principal, dossier_id: UUID, *, language: Language, now: datetime
) -> dict[str, Any]:
    """The same for those who read one of its dossiers, for that dossier's year: funders asked, the team, the holder itself."""
    if await dossiers.capacities(session, caller, dossier_id) is None:
        raise NotFound()
    dossier = await instruction.read(session, dossier_id)
    campaign = await campaigns.get(session, dossier.campaign_id)
    first = dossier.exercise_starts_on
    year = first.year if first else campaign.year
    return await _account(session, dossier.acting_holder_id, year, dossier_id, today_in_paris(now), language)


async def _account(
    session: AsyncSession, holder_id: UUID, year: int, dossier_id: UUID | None, today: date, language: Language
) -> dict[str, Any]:
    items = [*await _on_platform(session, holder_id, year, dossier_id), *await _declared(session, holder_id, year)]
    lines = [
        rules.Line(i["funder_id"], i["funder_name"], i["asked_cents"], i["granted_cents"], i["state"], i["public_money"])
        for i in items
    ]
    by_funder = rules.shares(lines)
    day = min(today, date(year, 12, 31))
    found = rules.warnings(
        by_funder,
        agreement_above=await parameters.value(session, Parameter.AGREEMENT_ABOVE_CENTS, day),
        accounts_above=await parameters.value(session, Parameter.ACCOUNTS_PUBLISHED_ABOVE_CENTS, day),
    )
    standing = await _de_minimis(session, holder_id, today)
    found += rules.de_minimis_warnings(standing["total_cents"], standing["ceiling_cents"])
    return {
        "organisation_id": holder_id,
        "year": year,
        "items": items,
        "by_funder": [
            {
                "funder_id": share.funder_id,
                "funder_name": share.funder_name,
                "asked_cents": share.waiting,
                "granted_cents": share.granted,
            }
            for share in by_funder
        ],
        "asked_cents": sum(share.waiting for share in by_funder),
        "granted_cents": sum(share.granted for share in by_funder),
        "public_granted_cents": sum(share.granted for share in by_funder if share.public),
        "warnings": [
            {
                "code": one.code,
                "detail": one.said.to(language),
                "amount_cents": one.amount,
                "threshold_cents": one.threshold,
                "if_granted": one.if_granted,
                "funder_id": one.funder_id,
            }
            for one in found
        ],
        "de_minimis": standing,
    }


async def _on_platform(session: AsyncSession, holder_id: UUID, year: int, dossier_id: UUID | None) -> list[Row]:
    rows = await elsewhere.requests(session, holder_id, year)
    names = await campaigns.funder_names(session, list({row["campaign_id"] for row in rows})) if rows else {}
    return [
        {
            "source": "platform",
            "this_dossier": row["dossier_id"] == dossier_id,
            "reference": row["reference"],
            "purpose": row["title"],
            "funder_id": row["funder_id"],
            "funder_name": names.get(row["funder_id"], "Financeur"),
            "public_money": True,
            "asked_cents": row["asked_cents"],
            "granted_cents": row["granted_cents"],
            "state": SubsidyState(row["state"]),
        }
        for row in rows
    ]


async def _declared(session: AsyncSession, holder_id: UUID, year: int) -> list[Row]:
    kept = ("purpose", "funder_id", "funder_name", "public_money", "asked_cents", "granted_cents", "state")
    return [
        {"source": "declared", **{name: getattr(one, name) for name in kept}}
        for one in await repository.of_year(session, holder_id, year)
    ]


async def _de_minimis(session: AsyncSession, holder_id: UUID, today: date) -> dict[str, Any]:
    first = rules.window(today, await parameters.value(session, Parameter.DE_MINIMIS_WITHIN_YEARS, today))
    ceiling = await parameters.value(session, Parameter.DE_MINIMIS_CEILING_CENTS, today)
    count, total = await repository.aids_total(session, holder_id, first, today)
    return {
        "declared": count > 0,
        "since": first,
        "until": today,
        "total_cents": total,
        "ceiling_cents": ceiling,
        "left_cents": max(0, ceiling - total),
    }


def _require_coherent(state: SubsidyState, granted_cents: int | None) -> None:
    if errors := rules.coherence(state, granted_cents):
        raise SubsidyDeclarationRefused(errors=errors)


async def _note(
    session: AsyncSession,
    kind: str,
    resource_id: UUID,
    organisation_id: UUID,
    act: str,
    caller: Principal,
    now: datetime,
    **changes: object,
) -> None:
    await journal.record(
        session,
        KERNEL.journal,
        at=now,
        act=act,
        resource=(kind, resource_id),
        actor=caller,
        organisation_id=organisation_id,
        changes=changes,
    )
