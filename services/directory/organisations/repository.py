"""All the SQL of the organisations and memberships."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import Text as SqlText
from sqlalchemy import Uuid as SqlUuid
from sqlalchemy import all_, bindparam, cast, delete, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import col
from sqlmodel import select as select_rows
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import execute

from . import rules
from .models import Membership, Organisation

_O: Any = Organisation.__table__  # type: ignore[attr-defined]
_M: Any = Membership.__table__  # type: ignore[attr-defined]

_words = bindparam("patterns", type_=ARRAY(SqlText))
_kinds = bindparam("kinds", type_=ARRAY(SqlText))

#: Organisations by name, those whose text holds every word and whose kind is one of `kinds` (all when null).
LISTING = (
    select(
        *(_O.c.id, _O.c.kind, _O.c.name, _O.c.siret, _O.c.rna, _O.c.city, _O.c.cer_signed_on),
        *(_O.c.dissolved_on, _O.c.successor_id, _O.c.sort_name),
    )
    .where(_O.c.search_text.like(all_(_words)))
    .where(or_(_kinds.is_(None), cast(_O.c.kind, SqlText) == func.any(_kinds)))
    .where(
        func.row(_O.c.sort_name, _O.c.id)
        > func.row(bindparam("after_name", type_=SqlText), bindparam("after_id", type_=_O.c.id.type))
    )
    .order_by(_O.c.sort_name, _O.c.id)
    .limit(bindparam("limit"))
)

#: Who has a part in an organisation, in order of account.
MEMBERS = (
    select(_M)
    .where(_M.c.organisation_id == bindparam("organisation_id"), _M.c.account_id > bindparam("after_id"))
    .order_by(_M.c.account_id)
    .limit(bindparam("limit"))
)

#: A person's organisations.
OF_ACCOUNT = (
    select(_M.c.organisation_id, _O.c.name.label("organisation_name"), _O.c.kind.label("organisation_kind"), _M.c.roles)
    .join(_O, _O.c.id == _M.c.organisation_id)
    .where(_M.c.account_id == bindparam("account_id"), _M.c.organisation_id > bindparam("after_id"))
    .order_by(_M.c.organisation_id)
    .limit(bindparam("limit"))
)

#: Who signs for an organisation, its legal representatives first.
SIGNATORIES = (
    select(_M.c.account_id, _M.c.is_legal_representative)
    .where(_M.c.organisation_id == bindparam("organisation_id"), _M.c.roles.contains(["signatory"]))
    .order_by(_M.c.is_legal_representative.desc(), _M.c.account_id)
    .limit(rules.MOST_SIGNATORIES)
)

MEMBERSHIP = select(_M).where(_M.c.organisation_id == bindparam("organisation_id"), _M.c.account_id == bindparam("account_id"))

#: What these organisations are called.
NAMES = select(_O.c.id, _O.c.name).where(_O.c.id == func.any(bindparam("ids", type_=ARRAY(SqlUuid))))

#: Which of these organisations have a manager.
MANAGED = (
    select(_M.c.organisation_id)
    .distinct()
    .where(_M.c.organisation_id == func.any(bindparam("ids", type_=ARRAY(SqlUuid))), _M.c.roles.contains([rules.MANAGER]))
)

ORGANISATION = select(_O).where(_O.c.id == bindparam("organisation_id"))


async def lock(session: AsyncSession, organisation_id: UUID) -> Organisation | None:
    """The organisation, held until the end of the act: changes to it and to its memberships come one after the other."""
    return await session.get(Organisation, organisation_id, with_for_update=True, populate_existing=True)


async def lock_all(session: AsyncSession, organisation_ids: Iterable[UUID]) -> dict[UUID, Organisation]:
    """Those of them that exist, held in the order of their ids: acts that name the same ones wait for each other."""
    held: dict[UUID, Organisation] = {}
    for organisation_id in sorted(set(organisation_ids)):
        organisation = await lock(session, organisation_id)
        if organisation is not None:
            held[organisation_id] = organisation
    return held


async def get(session: AsyncSession, organisation_id: UUID) -> Organisation | None:
    return await session.get(Organisation, organisation_id)


async def line_of(session: AsyncSession, organisation_id: UUID) -> list[UUID]:
    """Who took over from it, then from that one, and so on; nobody when it lives or has no successor."""
    found: list[UUID] = []
    asked: UUID | None = organisation_id
    while asked is not None:
        following = (await execute(session, select(_O.c.successor_id).where(_O.c.id == asked))).scalar_one_or_none()
        asked = following if following not in found else None
        found += [asked] if asked else []
    return found


async def managers(session: AsyncSession, organisation_id: UUID) -> list[UUID]:
    """Accounts of its managers."""
    return await with_role(session, organisation_id, rules.MANAGER)


async def with_role(session: AsyncSession, organisation_id: UUID, *roles: str) -> list[UUID]:
    """Accounts that hold one of these roles in it; of all its members without any role named."""
    asked = select(_M.c.account_id).where(_M.c.organisation_id == organisation_id)
    if roles:
        asked = asked.where(_M.c.roles.overlap(list(roles)))
    return list((await execute(session, asked.order_by(_M.c.account_id))).scalars())


async def membership(session: AsyncSession, organisation_id: UUID, account_id: UUID) -> Membership | None:
    return await session.get(Membership, (organisation_id, account_id), populate_existing=True)


async def other_managers(session: AsyncSession, organisation_id: UUID, account_id: UUID) -> int:
    """Managers besides this one; ask with the organisation locked."""
    counted = select(func.count()).where(
        _M.c.organisation_id == organisation_id, _M.c.account_id != account_id, _M.c.roles.contains([rules.MANAGER])
    )
    return int((await execute(session, counted)).scalar_one())


async def standing_of(session: AsyncSession, account_id: UUID) -> dict[UUID, tuple[list[str], UUID]]:
    """A person's roles in each of their organisations, and the grant they stand on, read together: a role taken back meanwhile
    is never said without the grant that was."""
    asked = select_rows(Membership).where(col(Membership.account_id) == account_id).order_by(col(Membership.organisation_id))
    return {each.organisation_id: (list(each.roles), each.grant_id) for each in (await session.exec(asked)).all()}


async def remove(session: AsyncSession, organisation_id: UUID, account_id: UUID) -> None:
    gone = delete(_M).where(_M.c.organisation_id == organisation_id, _M.c.account_id == account_id)
    await execute(session, gone)


async def by_number(session: AsyncSession, *, siret: str | None, rna: str | None) -> UUID | None:
    number = _O.c.siret == siret if siret else _O.c.rna == rna
    return (await execute(session, select(_O.c.id).where(number))).scalar_one_or_none()
