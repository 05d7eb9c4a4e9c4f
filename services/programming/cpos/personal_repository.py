"""The SQL of what multi-year agreements hold of people."""

from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import JSONB, JSONPATH
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.personal_data import ANONYMOUS, Who

from .models import Cpo, CpoAmendment, CpoFunder

_C: Any = Cpo.__table__  # type: ignore[attr-defined]
_F: Any = CpoFunder.__table__  # type: ignore[attr-defined]
_A: Any = CpoAmendment.__table__  # type: ignore[attr-defined]


def _signed(account_id: Any) -> Any:
    mark = sa.func.jsonb_build_object("signed_by", account_id.cast(sa.String), type_=JSONB)
    marks = sa.func.jsonb_build_array(mark, type_=JSONB)
    return sa.or_(
        _C.c.holder_signature.op("@>")(mark),
        sa.exists().where(_F.c.cpo_id == _C.c.id, _F.c.signature.op("@>")(mark)),
        sa.exists().where(_A.c.cpo_id == _C.c.id, _A.c.signatures.op("@>")(marks)),
    )


#: Agreements somebody drew up, signed, or is the contact of.
HELD = (
    sa.select(_C.c.id, _C.c.title, _C.c.contact, _C.c.created_by, _C.c.holder_signature)
    .where(
        sa.or_(
            _C.c.created_by == bindparam("account_id", type_=sa.Uuid),
            sa.func.lower(_C.c.contact["email"].astext) == bindparam("email", type_=sa.String),
            _signed(bindparam("account_id", type_=sa.Uuid)),
        )
    )
    .order_by(_C.c.id)
)


async def concerned(session: AsyncSession, who: Who) -> list[Cpo]:
    """Agreements in which the person may be named; locked."""
    account = sa.literal(who.account_id, sa.Uuid)
    found = select(Cpo).where(
        sa.or_(
            col(Cpo.created_by) == who.account_id,
            col(Cpo.holder_id).in_(who.organisation_ids),
            col(Cpo.successor_id).in_(who.organisation_ids),
            sa.func.lower(_C.c.contact["email"].astext) == who.email,
            _signed(account),
        )
    )
    return list((await session.exec(found.order_by(col(Cpo.id)).with_for_update(of=Cpo))).all())


async def funders(session: AsyncSession, cpo_id: UUID) -> list[CpoFunder]:
    return list((await session.exec(select(CpoFunder).where(CpoFunder.cpo_id == cpo_id))).all())


async def amendments(session: AsyncSession, cpo_id: UUID) -> list[CpoAmendment]:
    return list((await session.exec(select(CpoAmendment).where(CpoAmendment.cpo_id == cpo_id))).all())


async def ended_before(session: AsyncSession, day: date, limit: int) -> list[Cpo]:
    """Agreements that ended before that day, whose contact is still named; locked."""
    named = sa.func.coalesce(_C.c.contact["full_name"].astext, "").notin_(["", ANONYMOUS])
    found = select(Cpo).where(col(Cpo.ends_on) < day, named).order_by(col(Cpo.id)).limit(limit)
    return list((await session.exec(found.with_for_update(of=Cpo, skip_locked=True))).all())


def _names(signature: Any) -> Any:
    return sa.func.coalesce(signature["signatory_name"].astext, ANONYMOUS) != ANONYMOUS


async def signed_before(session: AsyncSession, day: date, limit: int) -> list[Cpo]:
    """Agreements that ended before that day, in which a signatory of some party is still named; locked."""
    named = sa.or_(
        _names(_C.c.holder_signature),
        sa.exists().where(_F.c.cpo_id == _C.c.id, _names(_F.c.signature)),
        sa.exists().where(
            _A.c.cpo_id == _C.c.id,
            sa.func.jsonb_path_exists(_A.c.signatures, sa.cast(f'$[*].signatory_name ? (@ != "{ANONYMOUS}")', JSONPATH)),
        ),
    )
    found = select(Cpo).where(col(Cpo.ends_on) < day, named).order_by(col(Cpo.id)).limit(limit)
    return list((await session.exec(found.with_for_update(of=Cpo, skip_locked=True))).all())
