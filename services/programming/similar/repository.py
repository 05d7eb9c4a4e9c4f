"""All the SQL about profiles, consent to be found, and messages between holders. That of overlaps is in `pairs`."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, alone, execute, fetch_in, write_in

from ..dossiers import resemblance
from ..dossiers import service as dossiers
from .models import ActionProfile, HolderContact, HolderVisibility, ProfileMark

_P: Any = ActionProfile.__table__  # type: ignore[attr-defined]
_M: Any = ProfileMark.__table__  # type: ignore[attr-defined]
_H: Any = HolderVisibility.__table__  # type: ignore[attr-defined]
_C: Any = HolderContact.__table__  # type: ignore[attr-defined]
_FACE = resemblance.FACE.subquery("face")

_NOTHING = UUID(int=0)

# Profiles


async def hold_mark(session: AsyncSession) -> UUID:
    """How far the submissions were profiled; whoever holds it works alone."""
    await execute(session, upsert(_M).values(id=1, submission_id=_NOTHING).on_conflict_do_nothing())
    return (await execute(session, sa.select(_M.c.submission_id).with_for_update())).scalar_one()  # type: ignore[no-any-return]


async def advance_mark(session: AsyncSession, submission_id: UUID) -> None:
    await execute(session, sa.update(_M).where(_M.c.submission_id < submission_id).values(submission_id=submission_id))


_NEW = resemblance.submissions_after(
    lambda dossier_id, number: sa.exists().where(_P.c.dossier_id == dossier_id, _P.c.number >= number)
)


async def unprofiled(session: AsyncSession, after: UUID, limit: int) -> list[Row]:
    """Submissions after that id whose dossier has no profile of that number, oldest first."""
    return await fetch_in(session, _NEW, {"after": after, "limit": limit})


def _keeping() -> Any:
    insert = upsert(_P)
    changed = {column.name: insert.excluded[column.name] for column in _P.c if column.name != "dossier_id"}
    return insert.on_conflict_do_update(index_elements=[_P.c.dossier_id], set_=changed, where=_P.c.number < insert.excluded.number)


_KEEPING = _keeping()


async def keep(session: AsyncSession, profile: Row) -> None:
    """Write a dossier's profile, in the place of that of an earlier submission."""
    await write_in(session, _KEEPING, profile)


_IDS = bindparam("ids", type_=ARRAY(sa.Uuid))
_PROFILES = sa.select(*_P.c).where(_P.c.dossier_id == sa.any_(_IDS))


async def profiles(session: AsyncSession, dossier_ids: Iterable[UUID]) -> list[Row]:
    return await fetch_in(session, _PROFILES, {"ids": list(dossier_ids)})


_LATEST = _P.c.submitted_at.desc(), _P.c.dossier_id.desc()
_OTHERS = _P.c.dossier_id != bindparam("dossier_id", type_=sa.Uuid)
_MOST = bindparam("most", type_=sa.Integer)
_SAME_HOLDER = (
    sa.select(_P.c.dossier_id)
    .where(_P.c.holder_id == bindparam("holder_id", type_=sa.Uuid), _OTHERS)
    .order_by(*_LATEST)
    .limit(_MOST)
)
_THEMES = bindparam("theme_keys", type_=ARRAY(sa.Text))
_QPVS = bindparam("qpv_keys", type_=ARRAY(sa.Text))
_SAME_PLACE = (
    sa.select(_P.c.dossier_id)
    .where(
        _P.c.theme_keys.op("&&")(_THEMES),
        _P.c.qpv_keys.op("&&")(_QPVS),
        _P.c.starts_on <= bindparam("ends_on", type_=sa.Date),
        _P.c.ends_on >= bindparam("starts_on", type_=sa.Date),
        _OTHERS,
    )
    .order_by(*_LATEST)
    .limit(_MOST)
)


def _same_text() -> Any:
    """Who has most fingerprints in common; one that more than `common` actions have is a manner of speaking, and is passed over."""
    print_ = sa.func.unnest(bindparam("sketch", type_=ARRAY(sa.Integer))).table_valued(sa.column("print", sa.Integer))
    prints = print_.render_derived(name="prints")
    having = (
        sa.select(_P.c.dossier_id)
        .where(_P.c.sketch.op("@>")(postgresql.array([prints.c.print])))
        .limit(bindparam("common", type_=sa.Integer) + 1)
        .lateral("having_it")
    )
    counted = (
        sa.select(having.c.dossier_id, sa.func.count().over(partition_by=prints.c.print).label("known_by"))
        .select_from(prints.join(having, sa.true()))
        .subquery("counted")
    )
    return (
        sa.select(counted.c.dossier_id)
        .where(
            counted.c.known_by <= bindparam("common", type_=sa.Integer),
            counted.c.dossier_id != bindparam("dossier_id", type_=sa.Uuid),
        )
        .group_by(counted.c.dossier_id)
        .order_by(sa.func.count().desc(), counted.c.dossier_id.desc())
        .limit(_MOST)
    )


_SAME_TEXT = _same_text()


async def candidates(session: AsyncSession, profile: Row, *, most: int, common: int) -> set[UUID]:
    """Dossiers worth comparing with this one: of the same holder; of the same place, objective and period; with text in common.
    At most `most` of each."""
    values = {**profile, "most": most, "common": common}
    found: set[UUID] = set()
    for statement in (_SAME_HOLDER, _SAME_PLACE, _SAME_TEXT):
        found |= {row["dossier_id"] for row in await fetch_in(session, statement, values)}
    return found


# Consent to be found

_VISIBILITY = sa.select(*_H.c).where(
    _H.c.dossier_id == bindparam("dossier_id", type_=sa.Uuid), _H.c.holder_id == bindparam("holder_id", type_=sa.Uuid)
)


async def visibility(session: AsyncSession, dossier_id: UUID, holder_id: UUID) -> Row | None:
    """The holder's consent that this dossier be found, if it stands."""
    found = await fetch_in(session, _VISIBILITY, {"dossier_id": dossier_id, "holder_id": holder_id})
    return found[0] if found else None


def _consenting() -> Any:
    insert = upsert(_H)
    changed = {name: insert.excluded[name] for name in ("holder_id", "given_at", "given_by")}
    return insert.on_conflict_do_update(index_elements=[_H.c.dossier_id], set_=changed)


_CONSENTING = _consenting()


async def consent(session: AsyncSession, row: Row) -> None:
    await write_in(session, _CONSENTING, row)


async def withdraw_consent(session: AsyncSession, dossier_id: UUID) -> bool:
    """Whether there was one."""
    return bool((await execute(session, sa.delete(_H).where(_H.c.dossier_id == dossier_id))).rowcount)


# Similar actions

_HOLDER = bindparam("holder_id", type_=sa.Uuid)
_FOUND = (
    *(
        _P.c[name]
        for name in ("dossier_id", "action_id", "contract_code", "theme_keys", "qpv_keys", "publics", "starts_on", "ends_on")
    ),
    _FACE.c.title,
    _FACE.c.holder_name,
)


#: Of others than the holder, still asking, whose own holder accepts to be found.
_FINDABLE = (
    sa.select(*_FOUND)
    .select_from(_P)
    .join(_FACE, _FACE.c.id == _P.c.dossier_id)
    .join(_H, (_H.c.dossier_id == _P.c.dossier_id) & (_H.c.holder_id == _FACE.c.holder_id))
    .where(_FACE.c.counts, _FACE.c.holder_id != _HOLDER, ~dossiers.held_for(_P.c.dossier_id, _HOLDER))
)


def _nearest() -> Any:
    """Of those whose holder accepts it and that have a theme in common, roughly the most similar: `rules` judges them."""
    period = (_P.c.starts_on <= bindparam("ends_on", type_=sa.Date)) & (_P.c.ends_on >= bindparam("starts_on", type_=sa.Date))
    alike = (
        _P.c.theme_keys.op("@>")(_THEMES),
        _P.c.qpv_keys.op("&&")(_QPVS),
        _P.c.publics.op("&&")(bindparam("publics", type_=ARRAY(sa.Text))),
        sa.func.coalesce(period, sa.false()),
    )
    rank: Any = sum((sa.cast(one, sa.Integer) for one in alike[1:]), sa.cast(alike[0], sa.Integer))
    ranked = sa.select(_P.c.dossier_id).join(_H, _H.c.dossier_id == _P.c.dossier_id)
    asked = ranked.where(_P.c.theme_keys.op("&&")(_THEMES), _P.c.holder_id != _HOLDER)
    return asked.order_by(rank.desc(), *_LATEST).limit(_MOST).subquery("nearest")


SIMILAR = _FINDABLE.where(_P.c.dossier_id.in_(sa.select(_nearest().c.dossier_id)))


async def similar(session: AsyncSession, values: Row, most: int) -> list[Row]:
    """At most `most` findable actions with a theme in common: columns of `rules.Action`, title, holder's name."""
    return await fetch_in(session, SIMILAR, {**values, "most": most})


_ONE_FINDABLE = _FINDABLE.where(_P.c.dossier_id == bindparam("other_id", type_=sa.Uuid))


async def findable(session: AsyncSession, other_id: UUID, holder_id: UUID) -> Row | None:
    """One action of another holder that may be found."""
    found = await fetch_in(session, _ONE_FINDABLE, {"other_id": other_id, "holder_id": holder_id})
    return found[0] if found else None


# Messages

_LATELY = (
    sa.select(_C.c.to_dossier_id, _C.c.written_at)
    .where(_C.c.holder_id == _HOLDER, _C.c.written_at > bindparam("since", type_=sa.DateTime(timezone=True)))
    .order_by(_C.c.written_at)
)


async def written_lately(session: AsyncSession, holder_id: UUID, since: datetime) -> Sequence[Row]:
    """What the holder wrote to others since then, oldest first; nobody else writes for it before this transaction ends."""
    await alone(session, f"holder_contacts:{holder_id}")
    return await fetch_in(session, _LATELY, {"holder_id": holder_id, "since": since})
