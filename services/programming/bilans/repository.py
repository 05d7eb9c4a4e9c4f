"""All the SQL about bilans. Every reading starts from what the caller's organisations may see."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, execute, fetch_in
from services.common.ids import new_id

from ..dossiers import service as dossiers
from . import rules
from .models import Bilan, BilanAttachment, BilanReminder, BilanReview, BilanStatus, BilanSubmission

_B: Any = Bilan.__table__  # type: ignore[attr-defined]
_S: Any = BilanSubmission.__table__  # type: ignore[attr-defined]
_A: Any = BilanAttachment.__table__  # type: ignore[attr-defined]
_R: Any = BilanReview.__table__  # type: ignore[attr-defined]
#: The reviews again, to ask whether one is the caller's beside a statement that reads them.
_F: Any = _R.alias("seeing")
_M: Any = BilanReminder.__table__  # type: ignore[attr-defined]

_ORGANISATIONS = bindparam("organisations", type_=ARRAY(sa.Uuid))
_TODAY = bindparam("today", type_=sa.Date)

_HELD = dossiers.held(_B.c.dossier_id)
#: A bilan is its holder's, the contract team's, and that of the funders that granted something, to see.
_VISIBLE = sa.or_(
    _HELD,
    _B.c.lead_organisation_id == sa.any_(_ORGANISATIONS),
    sa.exists().where(_F.c.bilan_id == _B.c.id, _F.c.funder_id == sa.any_(_ORGANISATIONS)),
)
_AWAITED = sa.or_(*(_B.c.status == status for status in sorted(rules.EDITABLE, key=lambda status: status.value)))
_OVERDUE = sa.and_(_AWAITED, _B.c.due_on < _TODAY).label("overdue")

_SUMMARY = (
    _B.c.id, _B.c.dossier_id, _B.c.campaign_id, _B.c.contract_id, _B.c.holder_id, _B.c.holder_name, _B.c.reference, _B.c.title,
    _B.c.exercise_starts_on, _B.c.exercise_ends_on, _B.c.status, _B.c.number, _B.c.due_on, _B.c.submitted_at, _B.c.closed_at,
)  # fmt: skip

FILTERS: dict[str, Any] = {
    "campaign_id": _B.c.campaign_id == bindparam("campaign_id", type_=sa.Uuid),
    "holder_id": dossiers.held_for(_B.c.dossier_id, bindparam("holder_id", type_=sa.Uuid)),
    "funder_id": sa.exists().where(_R.c.bilan_id == _B.c.id, _R.c.funder_id == bindparam("funder_id", type_=sa.Uuid)),
    "status": _B.c.status.cast(sa.String) == sa.any_(bindparam("status", type_=ARRAY(sa.String))),
    "overdue": sa.and_(_AWAITED, _B.c.due_on < _TODAY) == bindparam("overdue", type_=sa.Boolean),
}


@lru_cache(maxsize=64)
def listing(filters: frozenset[str]) -> Any:
    """Bilans the caller's organisations may see, latest first, after a keyset cursor."""
    kept = (FILTERS[name] for name in sorted(filters))
    wanted = sa.select(*_SUMMARY, _OVERDUE).where(_VISIBLE, _B.c.id < bindparam("before"), *kept)
    return wanted.order_by(_B.c.id.desc()).limit(bindparam("limit"))


def _as_json(table: Any, columns: Iterable[str]) -> Any:
    """The bilan's rows of a table as one JSON array, oldest first."""
    pairs: list[Any] = []
    for name in columns:
        pairs += [sa.literal_column(f"'{name}'"), table.c[name]]
    rows = sa.func.jsonb_agg(aggregate_order_by(sa.func.jsonb_build_object(*pairs), table.c.id))
    return sa.select(sa.func.coalesce(rows, sa.literal_column("'[]'::jsonb"))).where(table.c.bilan_id == _B.c.id).scalar_subquery()


_REVIEW_FIELDS = (
    "id", "bilan_id", "award_id", "funder_id", "funder_name", "status", "number", "proposed_cents", "justified_cents", "reason",
    "completion_due_on", "decided_at",
)  # fmt: skip
_ATTACHMENT_FIELDS = ("id", "number", "kind", "name", "size", "sha256", "media_type", "status", "status_reason", "added_at")

_LAST = (
    sa.select(_S.c.snapshot["content"])
    .where(_S.c.bilan_id == _B.c.id, _S.c.number == _B.c.number)
    .scalar_subquery()
    .label("submitted_content")
)

#: One dossier's bilan whole, as the caller may see it.
ONE = sa.select(
    *_B.c,
    _OVERDUE,
    _HELD.label("as_holder"),
    _LAST,
    _as_json(_R, _REVIEW_FIELDS).label("reviews"),
    _as_json(_A, _ATTACHMENT_FIELDS).label("attachments"),
).where(_B.c.dossier_id == bindparam("dossier_id"), _VISIBLE)

#: What a download needs to know: is it seen, and as the holder?
SEEN = sa.select(_B.c.id, _B.c.number, _HELD.label("as_holder")).where(_B.c.dossier_id == bindparam("dossier_id"), _VISIBLE)
_SEEN_BILAN = sa.select(_B.c.id).where(_B.c.id == bindparam("bilan_id"), _VISIBLE)

ATTACHMENT = sa.select(*_A.c).where(_A.c.bilan_id == bindparam("bilan_id"), _A.c.id == bindparam("attachment_id"))
SUBMISSION = sa.select(*_S.c).where(_S.c.bilan_id == bindparam("bilan_id"), _S.c.number == bindparam("number"))
REVIEW = sa.select(*_R.c).join(_B, _B.c.id == _R.c.bilan_id).where(_R.c.id == bindparam("review_id"), _VISIBLE)


async def get(session: AsyncSession, bilan_id: UUID, *, lock: bool = False) -> Bilan | None:
    return await session.get(Bilan, bilan_id, with_for_update=lock or None, populate_existing=lock)


async def of_dossier(session: AsyncSession, dossier_id: UUID, *, lock: bool = False) -> Bilan | None:
    """`lock` takes the row and reads it again: what was read before waiting may be stale."""
    wanted = select(Bilan).where(Bilan.dossier_id == dossier_id)
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    return (await session.exec(wanted)).one_or_none()


async def sees(session: AsyncSession, bilan_id: UUID, organisations: Sequence[UUID]) -> bool:
    return bool(await fetch_in(session, _SEEN_BILAN, {"bilan_id": bilan_id, "organisations": list(organisations)}))


async def whole(session: AsyncSession, dossier_id: UUID, organisations: Sequence[UUID], today: date) -> Row:
    """`ONE`, as it stands in the act's own transaction."""
    values = {"dossier_id": dossier_id, "organisations": list(organisations), "today": today}
    (row,) = await fetch_in(session, ONE, values)
    return row


async def reviews(session: AsyncSession, bilan_id: UUID, *, lock: bool = False) -> list[BilanReview]:
    wanted = select(BilanReview).where(BilanReview.bilan_id == bilan_id).order_by(_R.c.id)
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    return list((await session.exec(wanted)).all())


async def review(session: AsyncSession, review_id: UUID, *, lock: bool = False) -> BilanReview | None:
    return await session.get(BilanReview, review_id, with_for_update=lock or None, populate_existing=lock)


async def submission(session: AsyncSession, submission_id: UUID) -> BilanSubmission | None:
    """The submission, locked."""
    return await session.get(BilanSubmission, submission_id, with_for_update=True, populate_existing=True)


async def last_submission(session: AsyncSession, bilan: Bilan) -> BilanSubmission:
    wanted = select(BilanSubmission).where(BilanSubmission.bilan_id == bilan.id, BilanSubmission.number == bilan.number)
    return (await session.exec(wanted)).one()


async def attachments(session: AsyncSession, bilan_id: UUID) -> list[BilanAttachment]:
    return list((await session.exec(select(BilanAttachment).where(BilanAttachment.bilan_id == bilan_id).order_by(_A.c.id))).all())


async def attachment(session: AsyncSession, bilan_id: UUID, attachment_id: UUID) -> BilanAttachment | None:
    wanted = select(BilanAttachment).where(BilanAttachment.bilan_id == bilan_id, BilanAttachment.id == attachment_id)
    return (await session.exec(wanted)).one_or_none()


_REMINDABLE = (
    sa.select(_B.c.id, _B.c.dossier_id, _B.c.due_on, sa.func.array_agg(_M.c.step).label("steps"))
    .outerjoin(_M, sa.and_(_M.c.bilan_id == _B.c.id, _M.c.due_on == _B.c.due_on))
    .where(_AWAITED, _B.c.due_on <= bindparam("until", type_=sa.Date))
    .group_by(_B.c.id)
    .order_by(_B.c.id)
)


async def remindable(session: AsyncSession, until: date) -> list[Row]:
    """Bilans awaited from their holders and due by that day, with the reminders already sent for that due day."""
    return await fetch_in(session, _REMINDABLE, {"until": until})


async def record_reminder(session: AsyncSession, bilan_id: UUID, due_on: date, step: int, now: datetime) -> bool:
    """False when it was sent already: two workers at once send one mail."""
    row = {"id": new_id(), "bilan_id": bilan_id, "due_on": due_on, "step": step, "sent_at": now}
    return (await execute(session, upsert(_M).values(row).on_conflict_do_nothing())).rowcount == 1


async def open_to_closing(session: AsyncSession) -> list[UUID]:
    """Dossiers whose bilan every funder has decided, not closed yet."""
    wanted = sa.select(_B.c.dossier_id).where(_B.c.status == BilanStatus.INSTRUCTED, _B.c.closed_at.is_(None)).order_by(_B.c.id)
    return [row.dossier_id for row in await execute(session, wanted)]


async def untold(session: AsyncSession, most: int) -> list[Bilan]:
    """Closed bilans the catalogue has not taken yet, oldest first; those another worker is telling are left to it."""
    wanted = select(Bilan).where(_B.c.event_id.is_not(None), _B.c.told_at.is_(None)).order_by(_B.c.id).limit(most)
    return list((await session.exec(wanted.with_for_update(skip_locked=True))).all())


async def joined(session: AsyncSession, attachment_id: UUID, *, lock: bool = False) -> BilanAttachment | None:
    """An attachment, whichever bilan it is of."""
    return await session.get(BilanAttachment, attachment_id, with_for_update=lock or None, populate_existing=lock)


async def waiting_for_scan(session: AsyncSession, limit: int) -> list[UUID]:
    found = sa.select(_A.c.id).where(_A.c.status.cast(sa.String) == "waiting_scan").order_by(_A.c.id).limit(limit)
    return list((await execute(session, found)).scalars())
