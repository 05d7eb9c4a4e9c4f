"""All the SQL about dossiers. Every reading starts from what the caller's organisations may see."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, aggregate_order_by
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import execute, fetch_in, write_in

from ..permanent_files.schemas import ScanStatus
from . import rules
from .models import Attachment, Dossier, DossierReader, DossierStatus, FundingRequest, SignOffPolicy, Submission

_D: Any = Dossier.__table__  # type: ignore[attr-defined]
_R: Any = FundingRequest.__table__  # type: ignore[attr-defined]
_A: Any = Attachment.__table__  # type: ignore[attr-defined]
_V: Any = DossierReader.__table__  # type: ignore[attr-defined]
_S: Any = Submission.__table__  # type: ignore[attr-defined]

_ORGANISATIONS = bindparam("organisations", type_=ARRAY(sa.Uuid))
_HOLDER_NAME = _D.c.holder["name"].astext.label("holder_name")

#: The status as the reader is told it (`rules.status_for_holder`): a filter never says more than the list shows.
_holder_only = (_V.c.as_holder | _V.c.as_collaborator) & ~(_V.c.as_funder | _V.c.as_lead)
_shown_status = sa.case(
    (
        _holder_only & sa.or_(*(_D.c.status == hidden for hidden in rules.HIDDEN_FROM_HOLDER)),
        sa.literal(DossierStatus.UNDER_REVIEW.value),
    ),
    else_=_D.c.status.cast(sa.String),
)

#: To its holder, what it was told of, and not a tranche that joined the dossier since; whether anything is shown is `views`'.
_TOLD_CENTS = (
    sa.select(sa.func.coalesce(sa.func.sum(_R.c.granted_cents), 0).cast(sa.BigInteger))
    .where(_R.c.dossier_id == _D.c.id, _R.c.notified_at.is_not(None))
    .correlate(_D)
    .scalar_subquery()
)
_SHOWN_CENTS = sa.case((_holder_only & _D.c.cpo_id.is_not(None), _TOLD_CENTS), else_=_D.c.granted_cents).label("granted_cents")

_SUMMARY = (
    _D.c.id, _D.c.campaign_id, _D.c.organisation_id, _D.c.successor_id, _HOLDER_NAME, _D.c.reference, _D.c.status, _D.c.title, _D.c.nature, _D.c.qpv_codes,
    _D.c.objective_codes, _D.c.charges_cents, _D.c.asked_cents, _SHOWN_CENTS, _D.c.submitted_at, _D.c.answer_promised_on,
    _D.c.changes_due_on,
)  # fmt: skip

#: Of a summary, what its holder may be changing while changes are requested, as last submitted.
BEING_CHANGED = ("nature", "qpv_codes", "objective_codes", "charges_cents")


def _changing() -> list[Any]:
    """Names and values of a JSON object."""
    found: list[Any] = []
    for name in BEING_CHANGED:
        found += [sa.literal_column(f"'{name}'"), _S.c.snapshot[name]]
    return found


_LINE_AS_SUBMITTED = sa.case(
    (
        _D.c.status == DossierStatus.CHANGES_REQUESTED,
        sa.select(sa.func.jsonb_build_object(*_changing()))
        .where(_S.c.dossier_id == _D.c.id)
        .order_by(_S.c.number.desc())
        .limit(1)
        .correlate(_D)
        .scalar_subquery(),
    )
).label("as_submitted")

#: Filters a caller may combine: name → condition on the dossier.
FILTERS: dict[str, Any] = {
    "campaign_id": _V.c.campaign_id == bindparam("campaign_id", type_=sa.Uuid),
    "status": _shown_status == sa.any_(bindparam("status", type_=ARRAY(sa.String))),
    "nature": _D.c.nature.cast(sa.String) == sa.any_(bindparam("nature", type_=ARRAY(sa.String))),
    "qpv": _D.c.qpv_codes.op("&&")(bindparam("qpv", type_=ARRAY(sa.Text))),
    "objective": _D.c.objective_codes.op("&&")(bindparam("objective", type_=ARRAY(sa.Text))),
    "organisation_id": sa.or_(
        *(column == bindparam("organisation_id", type_=sa.Uuid) for column in (_D.c.organisation_id, _D.c.successor_id))
    ),
    "funder_id": sa.exists().where(_R.c.dossier_id == _D.c.id, _R.c.funder_id == bindparam("funder_id", type_=sa.Uuid)),
    "changes_requested": (_D.c.status == DossierStatus.CHANGES_REQUESTED) == bindparam("changes_requested", type_=sa.Boolean),
    "q": sa.or_(
        _D.c.title.ilike(bindparam("q", type_=sa.String)),
        _D.c.reference.ilike(bindparam("q", type_=sa.String)),
        _D.c.holder["name"].astext.ilike(bindparam("q", type_=sa.String)),
    ),
}
SORTS = ("-created_at", "-submitted_at", "submitted_at")


@lru_cache(maxsize=256)
def listing(filters: frozenset[str], sort: str, after: bool) -> Any:
    """Dossiers the caller's organisations may see, after a keyset cursor.

    Each organisation's newest are taken from its own index (a lateral join per organisation) and merged, so that a page costs
    the same whatever the number of dossiers; a dossier seen in two capacities comes once.
    """
    organisations = sa.func.unnest(_ORGANISATIONS).table_valued(sa.column("id", sa.Uuid)).render_derived(name="organisation")
    capacities = (_V.c.as_holder, _V.c.as_funder, _V.c.as_lead, _V.c.as_collaborator)
    seen = sa.select(*_SUMMARY, _LINE_AS_SUBMITTED, *capacities).join(_D, _D.c.id == _V.c.dossier_id)
    seen = seen.where(_V.c.organisation_id == organisations.c.id, *(FILTERS[name] for name in sorted(filters)))
    keys = _sort_keys(sort)
    if sort != "-created_at":
        seen = seen.where(_V.c.submitted_at.is_not(None))
    if after:
        given = tuple(bindparam(f"after_{name}", type_=column.type) for name, column in keys)
        columns = sa.tuple_(*(column for _, column in keys))
        seen = seen.where(columns > sa.tuple_(*given) if sort == "submitted_at" else columns < sa.tuple_(*given))
    seen = seen.order_by(*(_directed(column, sort) for _, column in keys)).limit(bindparam("limit"))
    page = seen.lateral("page")
    merged = sa.select(page).select_from(organisations.join(page, sa.true()))
    order = [_directed(page.c["id" if name == "dossier_id" else name], sort) for name, _ in keys]
    return merged.order_by(*order)


def _sort_keys(sort: str) -> list[tuple[str, Any]]:
    identity = ("dossier_id", _V.c.dossier_id)
    return [identity] if sort == "-created_at" else [("submitted_at", _V.c.submitted_at), identity]


def _directed(column: Any, sort: str) -> Any:
    return column.asc() if sort == "submitted_at" else column.desc()


def _as_json(table: Any, columns: Iterable[str], owner: Any) -> Any:
    """The dossier's rows of a table as one JSON array, oldest first."""
    pairs: list[Any] = []
    for name in columns:
        pairs += [sa.literal_column(f"'{name}'"), table.c[name]]
    rows = sa.func.jsonb_agg(aggregate_order_by(sa.func.jsonb_build_object(*pairs), table.c.id))
    return sa.select(sa.func.coalesce(rows, sa.literal_column("'[]'::jsonb"))).where(table.c.dossier_id == owner).scalar_subquery()


_REQUEST_FIELDS = (
    "id", "funder_id", "budget_line", "amount_cents", "status", "opinion", "proposed_cents", "granted_cents", "motive", "conditions",
    "decided_at", "notified_at",
)  # fmt: skip
_ATTACHMENT_FIELDS = (
    "id", "kind", "name", "size", "sha256", "media_type", "permanent_file_id", "status", "status_reason", "added_at",
)  # fmt: skip

#: In what capacities the caller's organisations see a dossier; no row when they do not.
_CAPACITIES = (
    sa.select(
        sa.func.bool_or(_V.c.as_holder).label("as_holder"),
        sa.func.bool_or(_V.c.as_funder).label("as_funder"),
        sa.func.bool_or(_V.c.as_lead).label("as_lead"),
        sa.func.bool_or(_V.c.as_collaborator).label("as_collaborator"),
        sa.func.bool_or(_V.c.may_edit).label("may_edit"),
    )
    .where(_V.c.dossier_id == bindparam("dossier_id"), _V.c.organisation_id == sa.any_(_ORGANISATIONS))
    .having(sa.func.count() > 0)
)
_SEEN = _CAPACITIES.subquery("seen")

#: The dossier as last submitted, looked up while changes are requested only: what the holder is writing is nobody else's yet.
_AS_SUBMITTED = sa.case(
    (
        _D.c.status == DossierStatus.CHANGES_REQUESTED,
        sa.select(_S.c.snapshot).where(_S.c.dossier_id == _D.c.id).order_by(_S.c.number.desc()).limit(1).scalar_subquery(),
    )
).label("as_submitted")

#: One dossier whole, as the caller may see it.
ONE = (
    sa.select(
        *_D.c,
        _HOLDER_NAME,
        _SEEN,
        _AS_SUBMITTED,
        _as_json(_R, _REQUEST_FIELDS, _D.c.id).label("requests"),
        _as_json(_A, _ATTACHMENT_FIELDS, _D.c.id).label("attachments"),
    )
    .join(_SEEN, sa.true())
    .where(_D.c.id == bindparam("dossier_id"))
)

#: In what capacities, alone.
CAPACITIES = _CAPACITIES

RECEIPT = (
    sa.select(_S.c.reference, _S.c.submitted_at, _D.c.answer_promised_on, _D.c.silence_rejects_on, _D.c.asked_cents)
    .join(_D, _D.c.id == _S.c.dossier_id)
    .where(_S.c.dossier_id == bindparam("dossier_id"))
    .order_by(_S.c.number.desc())
    .limit(1)
)


async def get(session: AsyncSession, dossier_id: UUID, *, lock: bool = False) -> Dossier | None:
    """`lock` takes the row (`held`) and reads it again: what was read before waiting may be stale."""
    return await session.get(Dossier, dossier_id, with_for_update={"key_share": True} if lock else None, populate_existing=lock)


async def capacities(session: AsyncSession, dossier_id: UUID, organisations: Sequence[UUID]) -> Any:
    """(as_holder, as_funder, as_lead, as_collaborator, may_edit), or None when the dossier is not visible."""
    values = {"dossier_id": dossier_id, "organisations": list(organisations)}
    return (await execute(session, CAPACITIES, values)).one_or_none()


async def many(session: AsyncSession, dossier_ids: Sequence[UUID]) -> list[Dossier]:
    return list((await session.exec(select(Dossier).where(_D.c.id.in_(dossier_ids)))).all())


async def dossier_of_request(session: AsyncSession, request_id: UUID) -> UUID | None:
    return (await session.exec(select(FundingRequest.dossier_id).where(FundingRequest.id == request_id))).one_or_none()


#: What is in quarantine provides nothing.
_ATTACHMENT_KINDS = sa.select(_A.c.kind).where(
    _A.c.dossier_id == bindparam("dossier_id"), _A.c.status.cast(sa.String) != ScanStatus.REFUSED.value
)


async def requests(session: AsyncSession, dossier_id: UUID) -> list[FundingRequest]:
    wanted = select(FundingRequest).where(FundingRequest.dossier_id == dossier_id).order_by(_R.c.id)
    return list((await session.exec(wanted)).all())


async def request(session: AsyncSession, request_id: UUID) -> FundingRequest | None:
    """The request, locked and read again."""
    return await session.get(FundingRequest, request_id, with_for_update={"key_share": True}, populate_existing=True)


async def attachments(session: AsyncSession, dossier_id: UUID) -> list[Attachment]:
    return list((await session.exec(select(Attachment).where(Attachment.dossier_id == dossier_id).order_by(_A.c.id))).all())


async def attachment_kinds(session: AsyncSession, dossier_id: UUID) -> frozenset[str]:
    return frozenset(row["kind"] for row in await fetch_in(session, _ATTACHMENT_KINDS, {"dossier_id": dossier_id}))


async def attachment(session: AsyncSession, dossier_id: UUID, attachment_id: UUID) -> Attachment | None:
    wanted = select(Attachment).where(Attachment.dossier_id == dossier_id, Attachment.id == attachment_id)
    return (await session.exec(wanted)).one_or_none()


def _adding_readers() -> Any:
    insert = upsert(_V)
    names = ("as_holder", "as_funder", "as_lead", "as_collaborator")
    added = {name: _V.c[name] | insert.excluded[name] for name in names}
    added["may_edit"] = insert.excluded.may_edit
    return insert.on_conflict_do_update(
        index_elements=[_V.c.organisation_id, _V.c.dossier_id], set_={**added, "submitted_at": insert.excluded.submitted_at}
    )


_ADDING_READERS = _adding_readers()


async def let_read(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Let organisations see a dossier, adding a capacity to those who already do."""
    await write_in(session, _ADDING_READERS, *rows)


async def refresh_drafts(session: AsyncSession, organisation_id: UUID, holder: dict[str, Any]) -> None:
    """A holder changed in the directory: the drafts it answers for follow, what was submitted stays as it was."""
    own = (_D.c.organisation_id == organisation_id) & _D.c.successor_id.is_(None)
    changed = _D.c.holder != sa.cast(holder, JSONB)
    await execute(
        session,
        sa.update(_D)
        .where(own | (_D.c.successor_id == organisation_id), _D.c.reference.is_(None), changed)
        .values(holder=sa.cast(holder, JSONB), version=_D.c.version + 1),
    )


async def answered_for_otherwise(session: AsyncSession, organisation_id: UUID, successor_id: UUID | None) -> list[Dossier]:
    """Dossiers of the organisation whose successor is not this one, locked in the order of their ids."""
    wanted = select(Dossier).where(_D.c.organisation_id == organisation_id, _D.c.successor_id.is_distinct_from(successor_id))
    locked = wanted.order_by(_D.c.id).with_for_update(key_share=True).execution_options(populate_existing=True)
    return list((await session.exec(locked)).all())


async def holders(session: AsyncSession, dossier_id: UUID) -> list[UUID]:
    """Who reads it as its holder: the one that answers for it, and those that did."""
    wanted = sa.select(_V.c.organisation_id).where(_V.c.dossier_id == dossier_id, _V.c.as_holder)
    return list((await execute(session, wanted)).scalars())


async def stop_holding(session: AsyncSession, dossier_id: UUID, organisation_id: UUID) -> None:
    """The organisation reads the dossier as its holder no more; as a funder or as the team it still does."""
    row = (_V.c.dossier_id == dossier_id) & (_V.c.organisation_id == organisation_id)
    await execute(session, sa.update(_V).where(row).values(as_holder=False))
    await execute(session, sa.delete(_V).where(row, ~(_V.c.as_funder | _V.c.as_lead)))


async def requests_of_many(session: AsyncSession, dossier_ids: Sequence[UUID]) -> list[FundingRequest]:
    wanted = select(FundingRequest).where(_R.c.dossier_id.in_(dossier_ids)).order_by(_R.c.id)
    return list((await session.exec(wanted)).all())


# The bilan.


def held(dossier_id: Any) -> Any:
    """Condition: the caller's `organisations` hold the dossier of that column."""
    return sa.exists().where(_V.c.dossier_id == dossier_id, _V.c.organisation_id == sa.any_(_ORGANISATIONS), _V.c.as_holder)


def held_for(dossier_id: Any, holder_id: Any) -> Any:
    """Condition: that organisation holds the dossier of that column, or did before another took over."""
    return sa.exists().where(_V.c.dossier_id == dossier_id, _V.c.organisation_id == holder_id, _V.c.as_holder)


_OVERDUE = sa.select(_D.c.id, _D.c.action_id, _D.c.title, _D.c.reference, _D.c.report_due_on).where(
    sa.func.coalesce(_D.c.successor_id, _D.c.organisation_id) == bindparam("holder_id", type_=sa.Uuid),
    _D.c.id != bindparam("dossier_id", type_=sa.Uuid),
    _D.c.report_due_on < bindparam("today", type_=sa.Date),
    _D.c.report_submitted_at.is_(None),
)


async def overdue_reports(session: AsyncSession, holder_id: UUID, dossier_id: UUID, today: date) -> list[Any]:
    """The holder's dossiers whose bilan is late, but for this one."""
    return await fetch_in(session, _OVERDUE, {"holder_id": holder_id, "dossier_id": dossier_id, "today": today})


async def mark_reports_due(session: AsyncSession, today: date) -> list[UUID]:
    """Dossiers whose exercise has ended without a bilan, now marked."""
    ended = (
        sa.update(_D)
        .where(
            _D.c.status.in_([DossierStatus.NOTIFIED, DossierStatus.RUNNING]),
            _D.c.exercise_ends_on < today,
            _D.c.report_due_on.is_not(None),
            _D.c.report_submitted_at.is_(None),
        )
        .values(status=DossierStatus.REPORT_DUE, version=_D.c.version + 1)
        .returning(_D.c.id)
    )
    return [row.id for row in await execute(session, ended)]


_ACTIONS = sa.select(_D.c.id, _D.c.action_id).where(_D.c.id == sa.any_(bindparam("dossier_ids", type_=ARRAY(sa.Uuid))))


async def action_ids(session: AsyncSession, dossier_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """The action each dossier carries out."""
    return {row["id"]: row["action_id"] for row in await fetch_in(session, _ACTIONS, {"dossier_ids": list(dossier_ids)})}


#: What publications tell of a dossier, for the statements of rooms above to join: its holder's identity, its territory, its year.
FACE = sa.select(
    _D.c.id,
    _D.c.holder["kind"].astext.label("holder_kind"),
    _D.c.holder["siret"].astext.label("holder_siret"),
    _D.c.holder["rna"].astext.label("holder_rna"),
    _D.c.objective_codes,
    _D.c.qpv_codes,
    _D.c.exercise_ends_on,
)


_OVER = (DossierStatus.INADMISSIBLE, DossierStatus.WITHDRAWN, DossierStatus.DROPPED)
_OF_CAMPAIGN = select(Dossier).where(*(_D.c.status != status for status in _OVER)).order_by(_D.c.id)


async def of_campaign(session: AsyncSession, campaign_id: UUID, after: UUID, limit: int) -> list[Dossier]:
    """Living dossiers of a campaign, oldest first, after a keyset cursor."""
    wanted = _OF_CAMPAIGN.where(_D.c.campaign_id == campaign_id, _D.c.id > after).limit(limit)
    return list((await session.exec(wanted)).all())


# Collaborators, withdrawal.


async def stop_collaborating(session: AsyncSession, dossier_id: UUID, account_id: UUID) -> None:
    row = (_V.c.dossier_id == dossier_id) & (_V.c.organisation_id == account_id) & _V.c.as_collaborator
    await execute(session, sa.delete(_V).where(row))


async def date_collaborators(session: AsyncSession, dossier: Dossier) -> None:
    """The dossier is submitted: its collaborators' listings sort it as everybody's."""
    rows = (_V.c.dossier_id == dossier.id) & _V.c.as_collaborator
    await execute(session, sa.update(_V).where(rows).values(submitted_at=dossier.submitted_at))


async def last_submission(session: AsyncSession, dossier_id: UUID) -> Submission | None:
    wanted = select(Submission).where(Submission.dossier_id == dossier_id).order_by(_S.c.number.desc()).limit(1)
    return (await session.exec(wanted)).one_or_none()


async def last_attached(session: AsyncSession, dossier_id: UUID) -> dict[str, datetime]:
    """By kind of document, when the last one was joined."""
    wanted = sa.select(_A.c.kind, sa.func.max(_A.c.added_at).label("last_at")).group_by(_A.c.kind)
    return {row.kind: row.last_at for row in await execute(session, wanted.where(_A.c.dossier_id == dossier_id))}


async def sign_off_policy(session: AsyncSession, organisation_id: UUID, *, lock: bool = False) -> SignOffPolicy | None:
    return await session.get(SignOffPolicy, organisation_id, with_for_update=lock or None, populate_existing=lock)


async def dropped_before(session: AsyncSession, before: datetime, limit: int) -> list[Dossier]:
    """Dropped drafts whose time is over and whose content is still there."""
    wanted = select(Dossier).where(_D.c.dropped_at < before, _D.c.holder != sa.cast({}, JSONB)).order_by(_D.c.dropped_at)
    return list((await session.exec(wanted.limit(limit).with_for_update(skip_locked=True))).all())


async def forget_draft(session: AsyncSession, dossier_id: UUID) -> list[str]:
    """Readers, requests and attachments of a dropped draft go; returns the keys of the stored files."""
    for table in (_V, _R):
        await execute(session, sa.delete(table).where(table.c.dossier_id == dossier_id))
    gone = await execute(session, sa.delete(_A).where(_A.c.dossier_id == dossier_id).returning(_A.c.key))
    return list(gone.scalars())


def read_as(dossier_id: Any, reader_ids: Any, *capacities: str) -> Any:
    """Condition: one of these ids reads the dossier of that column in one of these capacities."""
    row = (_V.c.dossier_id == dossier_id) & (_V.c.organisation_id == sa.any_(reader_ids))
    return sa.exists().where(row, sa.or_(*(_V.c[name] for name in capacities)))


#: What rules about requests look at, for the statements of rooms above to join by `request_id`.
FACETS = sa.select(
    _R.c.id.label("request_id"),
    _R.c.budget_line,
    _D.c.nature,
    _D.c.objective_codes,
    _D.c.qpv_codes,
    sa.func.coalesce(_D.c.successor_id, _D.c.organisation_id).label("holder_id"),
).join(_D, _D.c.id == _R.c.dossier_id)


_BY_ID = sa.select(_R.c.id, _R.c.dossier_id, _R.c.budget_line).where(
    _R.c.id == sa.any_(bindparam("request_ids", type_=ARRAY(sa.Uuid)))
)


async def requests_by_id(session: AsyncSession, request_ids: Sequence[UUID]) -> Sequence[Any]:
    """Which dossier and which budget line each request is of: id, dossier_id, budget_line."""
    return (await execute(session, _BY_ID, {"request_ids": list(request_ids)})).all()


READERS = sa.select(_V.c.dossier_id, _V.c.organisation_id, _V.c.as_holder, _V.c.as_funder, _V.c.as_lead).where(
    _V.c.dossier_id == sa.any_(bindparam("dossiers", type_=ARRAY(sa.Uuid)))
)
