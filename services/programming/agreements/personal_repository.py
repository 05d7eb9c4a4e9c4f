"""The SQL of what agreements hold of people."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.personal_data import ANONYMOUS, Who

from .models import Agreement, AgreementSignature, AgreementText, TextStatus

_T: Any = AgreementText.__table__  # type: ignore[attr-defined]
_S: Any = AgreementSignature.__table__  # type: ignore[attr-defined]

#: Signatures somebody recorded.
RECORDED = (
    sa.select(_S.c.party, _S.c.signed_on, _S.c.name, _S.c.function, _S.c.recorded_at)
    .where(_S.c.recorded_by == bindparam("account_id", type_=sa.Uuid))
    .order_by(_S.c.id)
)


async def concerned(session: AsyncSession, who: Who) -> list[tuple[AgreementSignature, AgreementText, Agreement]]:
    """Signatures that may be theirs, with what was signed; locked."""
    found = (
        select(AgreementSignature, AgreementText, Agreement)
        .join(AgreementText, col(AgreementText.id) == col(AgreementSignature.text_id))
        .join(Agreement, col(Agreement.id) == col(AgreementText.agreement_id))
        .where(
            sa.or_(
                col(AgreementSignature.recorded_by) == who.account_id,
                col(AgreementSignature.organisation_id).in_(who.organisation_ids),
            )
        )
        .order_by(col(AgreementSignature.id))
    )
    return list((await session.exec(found.with_for_update(of=AgreementSignature))).all())


async def written_to(session: AsyncSession, who: Who) -> list[AgreementText]:
    """Texts sent to their address; locked."""
    found = select(AgreementText).where(sa.func.lower(col(AgreementText.recipient)) == who.email)
    return list((await session.exec(found.with_for_update())).all())


async def unsigned(session: AsyncSession, who: Who) -> list[AgreementText]:
    """Texts nobody is bound by, of organisations the person belonged to; locked."""
    parties = (Agreement.funder_id, Agreement.holder_id, Agreement.successor_id)
    found = (
        select(AgreementText)
        .join(Agreement, col(Agreement.id) == col(AgreementText.agreement_id))
        .where(
            col(AgreementText.status).in_([TextStatus.DRAFTED, TextStatus.WITHDRAWN]),
            sa.or_(*(col(party).in_(who.organisation_ids) for party in parties)),
        )
        .order_by(col(AgreementText.id))
    )
    return list((await session.exec(found.with_for_update(of=AgreementText))).all())


async def signed_before(session: AsyncSession, year: int, limit: int) -> list[AgreementSignature]:
    """Signatures of agreements of an earlier year that still say who; locked."""
    told = sa.or_(col(AgreementSignature.name) != ANONYMOUS, col(AgreementSignature.file_key).is_not(None))
    found = (
        select(AgreementSignature)
        .join(AgreementText, col(AgreementText.id) == col(AgreementSignature.text_id))
        .join(Agreement, col(Agreement.id) == col(AgreementText.agreement_id))
        .where(col(Agreement.year) < year, told)
        .order_by(col(AgreementSignature.id))
    )
    return list((await session.exec(found.limit(limit).with_for_update(of=AgreementSignature))).all())


async def written_before(session: AsyncSession, year: int, limit: int) -> list[AgreementText]:
    """Texts of agreements of an earlier year, signed or not, that still say who represents a party, or whom they were sent to; locked."""
    named = [sa.func.coalesce(_T.c.data[party]["representative"].astext, "") != "" for party in ("funder", "holder")]
    found = (
        select(AgreementText)
        .join(Agreement, col(Agreement.id) == col(AgreementText.agreement_id))
        .where(col(Agreement.year) < year, sa.or_(_T.c.recipient != "", *named))
        .order_by(col(AgreementText.id))
    )
    return list((await session.exec(found.limit(limit).with_for_update(of=AgreementText))).all())
