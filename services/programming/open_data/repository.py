"""All the SQL about open data."""

from collections.abc import Sequence
from dataclasses import fields
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, fetch_in

from ..awards import service as awards
from . import rules
from .models import Beneficiary, CoveragePublication, Publisher, SubsidyPublication

_W: Any = Publisher.__table__  # type: ignore[attr-defined]
_P: Any = SubsidyPublication.__table__  # type: ignore[attr-defined]
_V: Any = CoveragePublication.__table__  # type: ignore[attr-defined]
_B: Any = Beneficiary.__table__  # type: ignore[attr-defined]
_G = awards.grants().subquery("grants")

#: What `rules.Grant` is made of: an export reads nothing else.
_READ = [_G.c[each.name] for each in fields(rules.Grant) if each.name in _G.c]
_GRANTS = sa.select(*_READ, _B.c.siret.label("stated_siret"), _B.c.legal_person).outerjoin(
    _B, (_B.c.funder_id == _G.c.funder_id) & (_B.c.holder_id == _G.c.holder_id)
)


@lru_cache(maxsize=4)
def grants(*, of_year: bool) -> Any:
    """A funder's grants after an id, of one year or of all, with what the funder states of their beneficiaries."""
    wanted = _GRANTS.where(_G.c.funder_id == bindparam("funder_id", type_=sa.Uuid), _G.c.id > bindparam("after", type_=sa.Uuid))
    if of_year:
        wanted = wanted.where(_G.c.year == bindparam("year", type_=sa.Integer))
    return wanted.order_by(_G.c.id)


#: Whether every funder who speaks of the holder says it is a legal person.
_SAID = sa.select(sa.func.bool_and(_B.c.legal_person)).where(_B.c.holder_id == _G.c.holder_id).correlate(_G).scalar_subquery()
_MAY_BE_NAMED = sa.func.coalesce(
    _SAID, _G.c.holder_kind.in_([sa.literal_column(f"'{kind}'") for kind in sorted(rules.LEGAL_PERSONS)])
)

#: The actions a campaign supports: one row per dossier, its funders' ids and the sum of their grants.
ACTIONS = (
    sa.select(
        _G.c.reference,
        _G.c.title,
        sa.case((sa.func.bool_and(_MAY_BE_NAMED), _G.c.holder_name)).label("holder_name"),
        _G.c.objective_codes,
        _G.c.qpv_codes,
        sa.func.array_agg(aggregate_order_by(_G.c.funder_id, _G.c.funder_id), type_=ARRAY(sa.Uuid)).label("funder_ids"),
        sa.func.sum(_G.c.granted_cents).cast(sa.BigInteger).label("granted_cents"),
        _G.c.year,
    )
    .where(_G.c.campaign_id == bindparam("campaign_id", type_=sa.Uuid))
    .group_by(_G.c.dossier_id, _G.c.reference, _G.c.title, _G.c.holder_name, _G.c.objective_codes, _G.c.qpv_codes, _G.c.year)
    .order_by(_G.c.reference, _G.c.dossier_id)
)

PUBLISHER = sa.select(*_W.c).where(_W.c.funder_id == bindparam("funder_id"))

_LATER = _P.alias("later")
_EARLIER = _P.alias("earlier")
_FIRST_AT = (
    sa.select(sa.func.min(_EARLIER.c.published_at))
    .where(_EARLIER.c.funder_id == _P.c.funder_id, _EARLIER.c.year == _P.c.year)
    .correlate(_P)
    .scalar_subquery()
)
_PUBLISHED = sa.select(
    *_P.c,
    *(_W.c.slug, _W.c.name.label("funder"), _W.c.siret, _W.c.licence, _W.c.contact_email),
    _FIRST_AT.label("first_published_at"),
).join(_W, _W.c.funder_id == _P.c.funder_id)
_IS_LATEST = ~sa.exists().where(_LATER.c.funder_id == _P.c.funder_id, _LATER.c.year == _P.c.year, _LATER.c.version > _P.c.version)
_OF_ADDRESS = (
    sa.or_(
        _W.c.slug == bindparam("funder", type_=sa.String), _W.c.funder_id.cast(sa.String) == bindparam("funder", type_=sa.String)
    ),
    _P.c.year == bindparam("year", type_=sa.Integer),
)

#: Files by their public address: the latest, one version, all versions from the newest.
LATEST = _PUBLISHED.where(*_OF_ADDRESS, _IS_LATEST)
VERSION = _PUBLISHED.where(*_OF_ADDRESS, _P.c.version == bindparam("version", type_=sa.Integer))
VERSIONS = (
    _PUBLISHED.where(*_OF_ADDRESS, _P.c.version < bindparam("before", type_=sa.Integer))
    .order_by(_P.c.version.desc())
    .limit(bindparam("limit"))
)
EVERY_LATEST = _PUBLISHED.where(_IS_LATEST).order_by(_W.c.slug, _P.c.year)

#: The platform's public list, by funder then year, after a keyset cursor.
DATASETS = (
    _PUBLISHED.where(_IS_LATEST, sa.tuple_(_W.c.slug, _P.c.year) > sa.tuple_(bindparam("after_slug"), bindparam("after_year")))
    .where(bindparam("year", type_=sa.Integer).is_(None) | (_P.c.year == bindparam("year", type_=sa.Integer)))
    .order_by(_W.c.slug, _P.c.year)
    .limit(bindparam("limit"))
)

LATEST_OF_FUNDERS = sa.select(_P.c.funder_id, _P.c.year, _P.c.version, _P.c.rows).where(
    _IS_LATEST, _P.c.funder_id == sa.any_(bindparam("funders", type_=ARRAY(sa.Uuid)))
)


async def publisher(session: AsyncSession, funder_id: UUID, *, lock: bool = False) -> Publisher | None:
    """`lock` takes the row: a funder publishes one file at a time."""
    return await session.get(Publisher, funder_id, with_for_update=lock or None, populate_existing=lock)


async def publishers(session: AsyncSession) -> set[UUID]:
    return set((await session.exec(select(Publisher.funder_id))).all())


async def slugs_like(session: AsyncSession, beginning: str) -> Sequence[str]:
    return (await session.exec(select(Publisher.slug).where(_W.c.slug.startswith(beginning, autoescape=True)))).all()


async def beneficiary(session: AsyncSession, funder_id: UUID, holder_id: UUID) -> Beneficiary | None:
    return await session.get(Beneficiary, (funder_id, holder_id), with_for_update=True)


_FUNDS: Any = (
    sa.select(sa.literal_column("1"))
    .where(_G.c.funder_id == bindparam("funder_id"), _G.c.holder_id == bindparam("holder_id"))
    .limit(1)
)


async def funds(session: AsyncSession, funder_id: UUID, holder_id: UUID) -> bool:
    """Whether the funder has granted this holder something."""
    return bool(await fetch_in(session, _FUNDS, {"funder_id": funder_id, "holder_id": holder_id}))


async def latest(session: AsyncSession, funder_id: UUID, year: int) -> SubsidyPublication | None:
    wanted = select(SubsidyPublication).where(SubsidyPublication.funder_id == funder_id, SubsidyPublication.year == year)
    return (await session.exec(wanted.order_by(_P.c.version.desc()).limit(1))).first()


async def latest_of(session: AsyncSession, funders: Sequence[UUID]) -> list[Row]:
    """(funder_id, year, version, rows) of the latest version of each year of these funders."""
    return await fetch_in(session, LATEST_OF_FUNDERS, {"funders": list(funders)})


# Coverage, by campaign.

_V_EARLIER, _V_LATER = _V.alias("earlier"), _V.alias("later")
_V_FIRST_AT = (
    sa.select(sa.func.min(_V_EARLIER.c.published_at))
    .where(_V_EARLIER.c.campaign_id == _V.c.campaign_id)
    .correlate(_V)
    .scalar_subquery()
)
_V_IS_LATEST = ~sa.exists().where(_V_LATER.c.campaign_id == _V.c.campaign_id, _V_LATER.c.version > _V.c.version)
_MATRICES = sa.select(*_V.c, _V_FIRST_AT.label("first_published_at"))
_V_OF_CAMPAIGN = _V.c.campaign_id == bindparam("campaign_id", type_=sa.Uuid)

#: The latest version, one version, all versions of a campaign from the newest; the latest of every campaign.
LATEST_MATRIX = _MATRICES.where(_V_OF_CAMPAIGN, _V_IS_LATEST)
MATRIX_VERSION = _MATRICES.where(_V_OF_CAMPAIGN, _V.c.version == bindparam("version", type_=sa.Integer))
MATRIX_VERSIONS = (
    sa.select(*_V.c)
    .where(_V_OF_CAMPAIGN, _V.c.version < bindparam("before", type_=sa.Integer))
    .order_by(_V.c.version.desc())
    .limit(bindparam("limit"))
)
EVERY_LATEST_MATRIX = _MATRICES.where(_V_IS_LATEST)


async def latest_matrix(session: AsyncSession, campaign_id: UUID) -> CoveragePublication | None:
    """The latest version of a campaign's coverage, its row taken: one version is made at a time."""
    wanted = select(CoveragePublication).where(CoveragePublication.campaign_id == campaign_id)
    return (await session.exec(wanted.order_by(_V.c.version.desc()).limit(1).with_for_update())).first()
