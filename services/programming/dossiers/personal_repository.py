"""The SQL of what dossiers hold of people."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import execute
from services.common.personal_data import ANONYMOUS, Who

from .models import Attachment, Dossier, DossierStatus, Renewal, Submission

_D: Any = Dossier.__table__  # type: ignore[attr-defined]
_S: Any = Submission.__table__  # type: ignore[attr-defined]

_account = bindparam("account_id", type_=sa.Uuid)
_email = bindparam("email", type_=sa.String)
_organisations = bindparam("organisation_ids", type_=ARRAY(sa.Uuid))

#: Dossiers the person opened, is the contact of, or submitted.
HELD = (
    sa.select(_D.c.id, _D.c.reference, _D.c.title, _D.c.status, _D.c.created_at, _D.c.created_by, _D.c.contact)
    .where(
        sa.or_(
            _D.c.created_by == _account,
            sa.func.lower(_D.c.contact["email"].astext) == _email,
            sa.exists().where(_S.c.dossier_id == _D.c.id, _S.c.submitted_by == _account),
        )
    )
    .order_by(_D.c.id)
)
#: Submissions they made.
SUBMITTED = (
    sa.select(_S.c.reference, _S.c.number, _S.c.submitted_at, _S.c.signatory_name, _S.c.signatory_function)
    .where(_S.c.submitted_by == _account)
    .order_by(_S.c.id)
)
_CONCERNED = (
    sa.select(_D.c.id)
    .where(
        sa.or_(
            _D.c.organisation_id == sa.func.any(_organisations),
            _D.c.successor_id == sa.func.any(_organisations),
            _D.c.created_by == _account,
            sa.func.lower(_D.c.contact["email"].astext) == _email,
            sa.exists().where(
                _S.c.dossier_id == _D.c.id,
                sa.or_(_S.c.submitted_by == _account, sa.func.lower(_S.c.snapshot["contact"]["email"].astext) == _email),
            ),
        )
    )
    .order_by(_D.c.id)
)


def asked(who: Who) -> dict[str, Any]:
    return {"account_id": who.account_id, "email": who.email, "organisation_ids": list(who.organisation_ids)}


async def concerned(session: AsyncSession, who: Who) -> list[Any]:
    """Ids of dossiers in which the person may be named."""
    return list((await execute(session, _CONCERNED, asked(who))).scalars())


async def submissions(session: AsyncSession, dossier_id: Any) -> list[Submission]:
    return list((await session.exec(select(Submission).where(Submission.dossier_id == dossier_id).with_for_update())).all())


async def attachments(session: AsyncSession, dossier_id: Any) -> list[Attachment]:
    return list((await session.exec(select(Attachment).where(Attachment.dossier_id == dossier_id))).all())


async def renewal(session: AsyncSession, dossier_id: Any) -> Renewal | None:
    """What the dossier began as, when it renews another; locked."""
    return await session.get(Renewal, dossier_id, with_for_update=True, populate_existing=True)


def _still_named() -> Any:
    return sa.and_(sa.func.coalesce(_D.c.contact["full_name"].astext, "").notin_(["", ANONYMOUS]))


#: Nothing came of them.
_NEVER_FUNDED = [DossierStatus.DRAFT, DossierStatus.INADMISSIBLE, DossierStatus.WITHDRAWN, DossierStatus.DROPPED]
#: The funders have answered.
_ANSWERED = [
    *(DossierStatus.NOTIFIED, DossierStatus.RUNNING, DossierStatus.REPORT_DUE),
    *(DossierStatus.REPORT_SUBMITTED, DossierStatus.CLOSED),
]


async def over(session: AsyncSession, before: datetime, limit: int, *, funded: bool) -> list[Dossier]:
    """Dossiers that nobody touched since, whose contact is still named; locked.

    `funded`: closed, or their exercise ended before then too. Otherwise those nothing came of, refusals included.
    """
    unfunded = sa.or_(_D.c.status.in_(_NEVER_FUNDED), sa.and_(_D.c.status.in_(_ANSWERED), _D.c.granted_cents == 0))
    ended = sa.or_(_D.c.status == DossierStatus.CLOSED, _D.c.exercise_ends_on < before.date())
    asked = sa.and_(ended, ~unfunded) if funded else unfunded
    found = select(Dossier).where(col(Dossier.updated_at) < before, asked, _still_named())
    return list((await session.exec(found.order_by(col(Dossier.id)).limit(limit).with_for_update(skip_locked=True))).all())


async def signed_before(session: AsyncSession, day: date, limit: int) -> list[Submission]:
    """Submissions whose exercise ended before that day and whose signatory is still named; locked."""
    found = (
        select(Submission)
        .join(Dossier, col(Dossier.id) == col(Submission.dossier_id))
        .where(col(Dossier.exercise_ends_on) < day, col(Submission.signatory_name) != ANONYMOUS)
    )
    return list((await session.exec(found.limit(limit).with_for_update(of=Submission))).all())
