"""All the SQL of the public directory of actors."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Text as SqlText
from sqlalchemy import all_, bindparam, cast, delete, func, literal, or_, select, union_all, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import col
from sqlmodel import select as select_rows
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import alone, execute

from . import rules
from .models import ActorCard, ActorMessage, ActorPerson

_C: Any = ActorCard.__table__  # type: ignore[attr-defined]
_P: Any = ActorPerson.__table__  # type: ignore[attr-defined]
_M: Any = ActorMessage.__table__  # type: ignore[attr-defined]

_kinds, _themes, _territories = (bindparam(name, type_=ARRAY(SqlText)) for name in ("kinds", "themes", "territories"))
#: Published cards that hold every word, of one of these kinds, about one of these themes, in one of these territories.
_FOUND = (
    _C.c.is_published,
    _C.c.search_text.like(all_(bindparam("patterns", type_=ARRAY(SqlText)))),
    or_(_kinds.is_(None), cast(_C.c.kind, SqlText) == func.any(_kinds)),
    or_(_themes.is_(None), _C.c.theme_codes.overlap(_themes)),
    or_(_territories.is_(None), _C.c.territory_codes.overlap(_territories)),
)
LISTING = (
    select(_C)
    .where(*_FOUND)
    .where(
        func.row(_C.c.sort_name, _C.c.organisation_id)
        > func.row(bindparam("after_name", type_=SqlText), bindparam("after_id", type_=_C.c.organisation_id.type))
    )
    .order_by(_C.c.sort_name, _C.c.organisation_id)
    .limit(bindparam("limit"))
)


def _counted(facet: str, value: Any) -> Any:
    values = select(literal(facet, SqlText).label("facet"), value.label("code")).where(*_FOUND).subquery()
    return select(values.c.facet, values.c.code, func.count().label("count")).group_by(values.c.facet, values.c.code)


#: How many cards there are of each kind, theme and territory, among those found.
FACETS = union_all(
    _counted("kind", cast(_C.c.kind, SqlText)),
    _counted("theme", func.unnest(_C.c.theme_codes)),
    _counted("territory", func.unnest(_C.c.territory_codes)),
)
CARD = select(_C).where(_C.c.organisation_id == bindparam("organisation_id"))
PEOPLE = (
    select(_P)
    .where(_P.c.organisation_id == bindparam("organisation_id"))
    .order_by(_P.c.consented_at, _P.c.account_id)
    .limit(rules.MOST_PEOPLE)
)
#: Where somebody chose to appear.
OF_ACCOUNT = select(_P).where(_P.c.account_id == bindparam("account_id")).order_by(_P.c.organisation_id)


async def lock(session: AsyncSession, organisation_id: UUID) -> ActorCard | None:
    return await session.get(ActorCard, organisation_id, with_for_update=True, populate_existing=True)


async def person(session: AsyncSession, organisation_id: UUID, account_id: UUID) -> ActorPerson | None:
    return await session.get(ActorPerson, (organisation_id, account_id), populate_existing=True)


async def people(session: AsyncSession, organisation_id: UUID) -> list[ActorPerson]:
    asked = select_rows(ActorPerson).where(ActorPerson.organisation_id == organisation_id)
    return list((await session.exec(asked.order_by(col(ActorPerson.account_id)).limit(rules.MOST_PEOPLE))).all())


async def withdraw(session: AsyncSession, organisation_id: UUID, account_id: UUID) -> int:
    gone = delete(_P).where(_P.c.organisation_id == organisation_id, _P.c.account_id == account_id)
    return (await execute(session, gone)).rowcount


async def withdraw_everywhere(session: AsyncSession, account_id: UUID) -> int:
    shown = await execute(session, delete(_P).where(_P.c.account_id == account_id))
    await execute(session, delete(_M).where(_M.c.sender_id == account_id))
    return shown.rowcount


async def forget_address(session: AsyncSession, email: str, now: datetime) -> int:
    """Cards that give a person's own address for their organisation's give none; how many."""
    given = update(_C).where(func.lower(_C.c.public_email) == email)
    return (await execute(session, given.values(public_email=None, updated_at=now, version=_C.c.version + 1))).rowcount


async def sent_since(session: AsyncSession, sender_id: UUID, since: datetime) -> int:
    """Alone with the sender until the end of the act: two messages at once are counted one after the other."""
    await alone(session, f"actor-messages:{sender_id}")
    counted = select(func.count()).where(_M.c.sender_id == sender_id, _M.c.sent_at > since)
    return int((await execute(session, counted)).scalar_one())


async def to_confirm(session: AsyncSession, verified: datetime, reminded: datetime, limit: int) -> list[ActorCard]:
    """Published cards not verified since, whose managers were not reminded since; locked."""
    late = select_rows(ActorCard).where(
        ActorCard.is_published,
        ActorCard.verified_at < verified,
        or_(col(ActorCard.reminded_at).is_(None), col(ActorCard.reminded_at) < reminded),
    )
    return list(
        (await session.exec(late.order_by(col(ActorCard.verified_at)).limit(limit).with_for_update(skip_locked=True))).all()
    )


async def forget_messages(session: AsyncSession, before: datetime) -> None:
    await execute(session, delete(_M).where(_M.c.sent_at < before))
