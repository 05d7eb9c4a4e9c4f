"""For those who come in and go out: an organisation held while somebody joins it, and whom to write to."""

from collections.abc import Sequence
from uuid import UUID

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.db import Row, fetch, fetch_one
from services.common.problems import Forbidden, NotFound

from ..accounts import service as accounts
from ..accounts.schemas import AccountSummary
from . import repository, rules
from .errors import AlreadyMember
from .models import Membership
from .models import Organisation as Organisation
from .service import is_member, require_living


async def held(session: AsyncSession, organisation_id: UUID, *, living: bool = True) -> Organisation:
    """The organisation, locked: what is decided about its people comes one after the other."""
    organisation = await repository.lock(session, organisation_id)
    if organisation is None:
        raise NotFound()
    if living:
        require_living(organisation)
    return organisation


async def lives(session: AsyncSession, organisation_id: UUID) -> bool:
    organisation = await repository.get(session, organisation_id)
    return organisation is not None and organisation.dissolved_on is None


async def by_number(session: AsyncSession, *, siret: str | None, rna: str | None) -> UUID:
    found = await repository.by_number(session, siret=siret, rna=rna)
    if found is None:
        raise NotFound()
    return found


async def part_of(session: AsyncSession, organisation_id: UUID, account_id: UUID) -> Membership | None:
    return await repository.membership(session, organisation_id, account_id)


async def refuse_member(session: AsyncSession, organisation_id: UUID, account_id: UUID | None) -> None:
    if account_id and await repository.membership(session, organisation_id, account_id) is not None:
        raise AlreadyMember()


async def people(session: AsyncSession, organisation_id: UUID, *roles: str) -> list[AccountSummary]:
    """Its members with one of these roles; all of them when none is named."""
    return [await accounts.summary(session, each) for each in await repository.with_role(session, organisation_id, *roles)]


async def names(reader: AsyncConnection[Row], organisation_ids: Sequence[UUID]) -> dict[UUID, str]:
    rows = await fetch(reader, repository.NAMES, {"ids": list(organisation_ids)})
    return {row["id"]: row["name"] for row in rows}


async def with_managers(reader: AsyncConnection[Row], organisation_ids: Sequence[UUID]) -> set[UUID]:
    """Those of them that somebody manages."""
    rows = await fetch(reader, repository.MANAGED, {"ids": list(organisation_ids)})
    return {row["organisation_id"] for row in rows}


async def require_manager(reader: AsyncConnection[Row], caller: Principal, organisation_id: UUID) -> None:
    """For who only reads: 404 for no such organisation, 403 for those who do not manage it."""
    if await fetch_one(reader, repository.ORGANISATION, {"organisation_id": organisation_id}) is None:
        raise NotFound()
    asked = {"organisation_id": organisation_id, "account_id": caller.account_id}
    part = None if caller.is_administrator else await fetch_one(reader, repository.MEMBERSHIP, asked)
    if not caller.is_administrator and (part is None or rules.MANAGER not in part["roles"]):
        raise Forbidden()


async def require_member(reader: AsyncConnection[Row], caller: Principal, organisation_id: UUID) -> None:
    if await fetch_one(reader, repository.ORGANISATION, {"organisation_id": organisation_id}) is None:
        raise NotFound()
    if not caller.is_administrator and not await is_member(reader, caller, organisation_id):
        raise Forbidden()


async def face(session: AsyncSession, organisation_id: UUID) -> Organisation | None:
    """The organisation as it is, not held."""
    return await repository.get(session, organisation_id)


async def require_part(session: AsyncSession, organisation_id: UUID, account_id: UUID) -> None:
    """403 for who does not belong to it."""
    if await repository.membership(session, organisation_id, account_id) is None:
        raise Forbidden()
