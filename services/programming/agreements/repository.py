"""All the SQL about agreements. Every reading starts from what the caller's organisations may see."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import execute
from services.common.ids import new_id

from .models import Agreement, AgreementSignature, AgreementStatus, AgreementText, TextStatus

_G: Any = Agreement.__table__  # type: ignore[attr-defined]
_T: Any = AgreementText.__table__  # type: ignore[attr-defined]
_S: Any = AgreementSignature.__table__  # type: ignore[attr-defined]
_ORGANISATIONS = bindparam("organisations", type_=ARRAY(sa.Uuid))

#: An agreement is its two parties' to see: it gathers projects of several contracts, so no contract's team has it.
_VISIBLE = sa.or_(
    _G.c.funder_id == sa.any_(_ORGANISATIONS),
    _G.c.holder_id == sa.any_(_ORGANISATIONS),
    _G.c.successor_id == sa.any_(_ORGANISATIONS),
)

_HOLDER = bindparam("holder_id", type_=sa.Uuid)
FILTERS: dict[str, Any] = {
    "funder_id": _G.c.funder_id == bindparam("funder_id", type_=sa.Uuid),
    "holder_id": sa.or_(_G.c.holder_id == _HOLDER, _G.c.successor_id == _HOLDER),
    "year": _G.c.year == bindparam("year", type_=sa.Integer),
    "status": _G.c.status.cast(sa.String) == sa.any_(bindparam("status", type_=ARRAY(sa.String))),
    "due": _G.c.text_due == bindparam("due", type_=sa.Boolean),
}


@lru_cache(maxsize=64)
def listing(filters: frozenset[str]) -> Any:
    """Agreements the caller's organisations may see, latest first, after a keyset cursor."""
    kept = (FILTERS[name] for name in sorted(filters))
    wanted = sa.select(*_G.c).where(_VISIBLE, _G.c.id < bindparam("before"), *kept)
    return wanted.order_by(_G.c.id.desc()).limit(bindparam("limit"))


async def get(session: AsyncSession, agreement_id: UUID, *, lock: bool = False) -> Agreement | None:
    """`lock` takes the row and reads it again: what was read before waiting may be stale."""
    return await session.get(Agreement, agreement_id, with_for_update=lock or None, populate_existing=lock)


async def of_party_year(session: AsyncSession, funder_id: UUID, holder_id: UUID, year: int) -> Agreement | None:
    wanted = select(Agreement).where(Agreement.funder_id == funder_id, Agreement.holder_id == holder_id, Agreement.year == year)
    return (await session.exec(wanted)).one_or_none()


async def open_or_take(session: AsyncSession, party_year: Mapping[str, Any], named: Mapping[str, Any], now: datetime) -> Agreement:
    """The agreement of a funder, a holder and a year, opened if there was none, its row locked in either case.

    One statement: of two notifications at the same instant the second waits here, then counts the first one's grant too.
    """
    opened = upsert(_G).values(
        id=new_id(),
        **party_year,
        **named,
        status=AgreementStatus.NOT_DUE,
        granted_cents=0,
        in_kind_cents=0,
        in_kind_label="",
        required=False,
        text_due=False,
        opened_at=now,
        version=0,
    )
    kept = {**named, "successor_id": sa.func.coalesce(opened.excluded.successor_id, _G.c.successor_id)}
    taken = opened.on_conflict_do_update(index_elements=list(party_year), set_=kept).returning(_G.c.id)
    agreement_id = (await execute(session, taken)).scalar_one()
    found = await get(session, agreement_id, lock=True)
    if found is None:
        raise LookupError(str(agreement_id))
    return found


async def hand_over(session: AsyncSession, holder_id: UUID, successor_id: UUID | None) -> list[UUID]:
    """Agreements of a holder are answered for by another; those it concerns."""
    handing = sa.update(_G).where(_G.c.holder_id == holder_id, _G.c.successor_id.is_distinct_from(successor_id))
    changed = handing.values(successor_id=successor_id, version=_G.c.version + 1).returning(_G.c.id)
    return list((await execute(session, changed)).scalars())


async def text(session: AsyncSession, text_id: UUID) -> AgreementText | None:
    return await session.get(AgreementText, text_id, populate_existing=True)


async def texts(session: AsyncSession, agreement_id: UUID) -> list[AgreementText]:
    """Every text, oldest first, those withdrawn included."""
    wanted = select(AgreementText).where(AgreementText.agreement_id == agreement_id).order_by(_T.c.id)
    return list((await session.exec(wanted.execution_options(populate_existing=True))).all())


async def close_texts(session: AsyncSession, agreement_id: UUID, statuses: Mapping[TextStatus, TextStatus]) -> None:
    """Texts of an agreement go from one status to another."""
    for before, after in statuses.items():
        closing = sa.update(_T).where(_T.c.agreement_id == agreement_id, _T.c.status == before).values(status=after)
        await execute(session, closing)


async def signatures(session: AsyncSession, text_ids: Sequence[UUID]) -> list[AgreementSignature]:
    wanted = select(AgreementSignature).where(_S.c.text_id.in_(text_ids)).order_by(_S.c.id)
    return list((await session.exec(wanted)).all())


async def signature(session: AsyncSession, signature_id: UUID, *, lock: bool = False) -> AgreementSignature | None:
    return await session.get(AgreementSignature, signature_id, with_for_update=lock or None, populate_existing=lock)


PARTIES = sa.select(_G.c.id, array([_G.c.funder_id, _G.c.holder_id, _G.c.successor_id]).label("parties")).where(
    _G.c.id == sa.any_(bindparam("agreements", type_=ARRAY(sa.Uuid)))
)


async def of_signature(session: AsyncSession, signature_id: UUID) -> Agreement | None:
    """The agreement a signature is of, locked."""
    found = sa.select(_T.c.agreement_id).join(_S, _S.c.text_id == _T.c.id).where(_S.c.id == signature_id)
    agreement_id = (await execute(session, found)).scalar_one_or_none()
    return await get(session, agreement_id, lock=True) if agreement_id else None


async def waiting_for_scan(session: AsyncSession, limit: int) -> list[UUID]:
    found = sa.select(_S.c.id).where(_S.c.file_status.cast(sa.String) == "waiting_scan").order_by(_S.c.id).limit(limit)
    return list((await execute(session, found)).scalars())
