"""All the SQL about a dossier's submissions: what was sent each time, and where it is printed."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import execute

from .models import Attachment, Dossier, DossierStatus, Renewal, Submission

_S: Any = Submission.__table__  # type: ignore[attr-defined]
_A: Any = Attachment.__table__  # type: ignore[attr-defined]
_N: Any = Renewal.__table__  # type: ignore[attr-defined]

_FACE = (
    _S.c.id, _S.c.number, _S.c.reference, _S.c.submitted_at, _S.c.signatory_name, _S.c.signatory_function,
    _S.c.document_key, _S.c.document_size, _S.c.document_sha256,
)  # fmt: skip

SUBMISSIONS = (
    sa.select(*_FACE)
    .where(_S.c.dossier_id == bindparam("dossier_id"), _S.c.number < bindparam("before"))
    .order_by(_S.c.number.desc())
    .limit(bindparam("limit"))
)
SUBMISSION = sa.select(*_FACE, _S.c.snapshot).where(_S.c.dossier_id == bindparam("dossier_id"), _S.c.number == bindparam("number"))
LAST_NUMBER = sa.select(sa.func.max(_S.c.number).label("number")).where(_S.c.dossier_id == bindparam("dossier_id"))
RENEWAL = (
    sa.select(_N.c.start, _N.c.notes, _S.c.snapshot, _S.c.number, _S.c.reference, _S.c.dossier_id.label("renewed_id"))
    .join(_S, _S.c.id == _N.c.submission_id)
    .where(_N.c.dossier_id == bindparam("dossier_id"))
)


async def last(session: AsyncSession, dossier_id: UUID) -> Submission | None:
    wanted = select(Submission).where(Submission.dossier_id == dossier_id).order_by(_S.c.number.desc()).limit(1)
    return (await session.exec(wanted)).first()


async def of_id(session: AsyncSession, submission_id: UUID) -> Submission | None:
    return await session.get(Submission, submission_id, with_for_update=True, populate_existing=True)


async def unprinted(session: AsyncSession, since: datetime, limit: int) -> list[UUID]:
    """Submissions since then without their PDF, the oldest first."""
    waiting = sa.select(_S.c.id).where(_S.c.document_key.is_(None), _S.c.submitted_at >= since)
    return list((await execute(session, waiting.order_by(_S.c.submitted_at).limit(limit))).scalars())


async def was_submitted_with(session: AsyncSession, dossier_id: UUID, key: str) -> bool:
    """Whether a submission of the dossier was sent with the bytes of that key."""
    joined = _S.c.snapshot["attachments"].contains([{"key": key}])
    return bool((await execute(session, sa.select(sa.exists().where(_S.c.dossier_id == dossier_id, joined)))).scalar_one())


async def attachment(session: AsyncSession, attachment_id: UUID, *, lock: bool = False) -> Attachment | None:
    return await session.get(Attachment, attachment_id, with_for_update=lock or None, populate_existing=lock)


async def waiting_for_scan(session: AsyncSession, limit: int) -> list[UUID]:
    found = sa.select(_A.c.id).where(_A.c.status.cast(sa.String) == "waiting_scan").order_by(_A.c.id).limit(limit)
    return list((await execute(session, found)).scalars())


#: Of these keys, those some submission was sent with, whatever became of the attachment since.
KEYS_SENT = sa.text(
    "SELECT DISTINCT file->>'key' AS key FROM submissions, jsonb_array_elements("
    "CASE WHEN jsonb_typeof(snapshot->'attachments') = 'array' THEN snapshot->'attachments' ELSE '[]' END) AS file "
    "WHERE file->>'key' = ANY(:keys)"
)


async def keys_sent(session: AsyncSession, keys: list[str]) -> set[str]:
    return set((await execute(session, KEYS_SENT, {"keys": keys})).scalars())


def last_number(dossier_id: Any) -> Any:
    """For statements of the rooms above: the number of the last submission of the dossier of that column."""
    return sa.select(sa.func.max(_S.c.number)).where(_S.c.dossier_id == dossier_id).scalar_subquery()


async def last_number_of(session: AsyncSession, dossier_id: UUID) -> int | None:
    found = sa.select(sa.func.max(_S.c.number)).where(_S.c.dossier_id == dossier_id)
    number: int | None = (await execute(session, found)).scalar_one()
    return number


_D: Any = Dossier.__table__  # type: ignore[attr-defined]
#: Joined since the last submission while changes are requested: what the holder is about to answer is nobody else's yet.
_SENT_WITH_IT = (
    sa.select(_S.c.snapshot["attachments"].contains(sa.func.jsonb_build_array(sa.func.jsonb_build_object("id", _A.c.id))))
    .where(_S.c.dossier_id == _A.c.dossier_id)
    .order_by(_S.c.number.desc())
    .limit(1)
    .correlate(_A)
    .scalar_subquery()
)
_BEING_ANSWERED = sa.exists().where(_D.c.id == _A.c.dossier_id, _D.c.status == DossierStatus.CHANGES_REQUESTED)
ATTACHMENT = sa.select(*_A.c, (_BEING_ANSWERED & ~sa.func.coalesce(_SENT_WITH_IT, sa.true())).label("not_sent_yet")).where(
    _A.c.dossier_id == bindparam("dossier_id"), _A.c.id == bindparam("attachment_id")
)
