"""Use cases of the resource centres, and what every room asks of them: who keeps a centre, who may read what.

A *documentalist* is a member of the organisation that keeps a centre; a *manager* of that organisation publishes and withdraws. A
*member* of the network is anyone whose organisation the centre lists.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.auth import Principal
from services.common.clock import in_paris, today_in_paris
from services.common.db import Row, driver, fetch, fetch_one
from services.common.etag import require_version
from services.common.problems import Forbidden, NotFound

from ..tables import KERNEL
from . import repository
from .errors import NotACentreManager, NotADocumentalist
from .models import Centre, CentreMember
from .schemas import CentreCreate, CentreMemberWrite, CentreUpdate


@dataclass(frozen=True)
class Audience:
    """What somebody may read: everything of the centres they keep, what is for members of those they belong to, and what is public.

    `centre_ids` holds both lists. An anonymous reader's are empty.
    """

    kept_ids: Sequence[UUID] = ()
    centre_ids: Sequence[UUID] = ()

    def keeps(self, centre_id: UUID) -> bool:
        return centre_id in self.kept_ids

    def may_read(self, centre_id: UUID, *, members_only: bool, available_at: datetime, now: datetime) -> bool:
        """Whether a published document of that access is theirs to read at that instant."""
        if self.keeps(centre_id):
            return True
        return available_at <= now and (not members_only or centre_id in self.centre_ids)


ANYONE = Audience()


async def audience(reader: AsyncConnection[Any], caller: Principal | None) -> Audience:
    """Of the caller, or of anyone at all when there is none."""
    return await audience_of(reader, caller.organisation_ids if caller else ())


async def audience_in(session: AsyncSession, caller: Principal | None) -> Audience:
    """The same in a transaction."""
    return await audience(await driver(session), caller)


async def get(session: AsyncSession, centre_id: UUID) -> Centre:
    centre = await repository.get(session, centre_id)
    if centre is None:
        raise NotFound()
    return centre


async def kept_by(session: AsyncSession, caller: Principal, centre_id: UUID) -> Centre:
    """The centre, for one of its documentalists (403 otherwise)."""
    centre = await get(session, centre_id)
    if not caller.belongs_to(centre.organisation_id):
        raise NotADocumentalist()
    return centre


async def managed_by(session: AsyncSession, caller: Principal, centre_id: UUID) -> Centre:
    """The centre, for one of its managers (403 otherwise)."""
    centre = await kept_by(session, caller, centre_id)
    if not caller.has_role(centre.organisation_id, "manager"):
        raise NotACentreManager()
    return centre


async def next_reference(session: AsyncSession, centre: Centre, now: datetime) -> str:
    """`VTLR-2026-0042`: the centre, the year in Paris, a number without hole but for what was rolled back."""
    year = in_paris(now).year
    return f"{centre.code}-{year}-{await repository.next_number(session, centre.id, year):04d}"


async def open_centre(session: AsyncSession, caller: Principal, wish: CentreCreate, *, now: datetime) -> Centre:
    """An administrator of the platform opens a centre for an organisation."""
    if not caller.is_administrator:
        raise Forbidden()
    centre = Centre(**wish.model_dump(), created_at=now)
    session.add(centre)
    await session.flush()
    await _note(session, centre, "centre.opened", caller, now, wish.model_dump(mode="json"))
    return centre


async def change(
    session: AsyncSession, caller: Principal, centre_id: UUID, wish: CentreUpdate, *, version: int, now: datetime
) -> Centre:
    """A manager of the centre, or an administrator, changes how it presents itself."""
    centre = await repository.get(session, centre_id, lock=True)
    if centre is None:
        raise NotFound()
    if not caller.is_administrator:
        await managed_by(session, caller, centre_id)
    require_version(centre.version, version)
    changes = {}
    for name, value in wish.model_dump(exclude_unset=True).items():
        if value is None and name != "website":
            continue
        changes[name] = [getattr(centre, name), value]
        setattr(centre, name, value)
    centre.version += 1
    await session.flush()
    await _note(session, centre, "centre.changed", caller, now, changes)
    return centre


async def put_member(
    session: AsyncSession, caller: Principal, centre_id: UUID, organisation_id: UUID, wish: CentreMemberWrite, *, now: datetime
) -> tuple[CentreMember, bool]:
    """A documentalist enters an organisation in the network; the entry, and whether it is new."""
    centre = await kept_by(session, caller, centre_id)
    row = {"centre_id": centre_id, "organisation_id": organisation_id, "name": wish.name, "since": today_in_paris(now)}
    is_new = await repository.put_member(session, row)
    await _note(session, centre, "centre.member_entered", caller, now, {"organisation_id": str(organisation_id), "name": wish.name})
    member = await repository.member(session, centre_id, organisation_id)
    if member is None:
        raise NotFound()
    return member, is_new


async def remove_member(session: AsyncSession, caller: Principal, centre_id: UUID, organisation_id: UUID, *, now: datetime) -> None:
    """A documentalist takes an organisation out of the network: what was for members is closed to it at once."""
    centre = await kept_by(session, caller, centre_id)
    if not await repository.remove_member(session, centre_id, organisation_id):
        raise NotFound()
    await _note(session, centre, "centre.member_removed", caller, now, {"organisation_id": str(organisation_id)})


async def members(session: AsyncSession, caller: Principal, centre_id: UUID, *, after_id: UUID, limit: int) -> list[Row]:
    """For documentalists: who belongs to a network is the centre's business."""
    await kept_by(session, caller, centre_id)
    asked = {"centre_id": centre_id, "after_id": after_id, "limit": limit}
    return await fetch(await driver(session), repository.MEMBERS, asked)


async def listing(reader: AsyncConnection[Row], *, after_code: str, limit: int) -> list[Row]:
    return await fetch(reader, repository.LISTING, {"after_code": after_code, "limit": limit})


async def one(reader: AsyncConnection[Row], centre_id: UUID) -> Row:
    row = await fetch_one(reader, repository.ONE, {"id": centre_id})
    if row is None:
        raise NotFound()
    return row


async def _note(session: AsyncSession, centre: Centre, act: str, caller: Principal, now: datetime, changes: dict[str, Any]) -> None:
    await journal.record(
        session,
        KERNEL.journal,
        at=now,
        act=act,
        resource=("centre", centre.id),
        actor=caller,
        organisation_id=centre.organisation_id,
        changes=changes,
    )


async def audience_of(reader: AsyncConnection[Any], organisation_ids: Sequence[UUID]) -> Audience:
    """What members of these organisations may read: somebody who is not there, of whom one knows what they belong to."""
    if not organisation_ids:
        return ANYONE
    rows = await fetch(reader, repository.AUDIENCE, {"organisation_ids": list(organisation_ids)})
    kept = sorted({row["id"] for row in rows if row["kept"]})
    return Audience(kept, sorted({row["id"] for row in rows}))


async def follow_organisation(session: AsyncSession, organisation_id: UUID, name: str) -> None:
    """An organisation is renamed: networks show its present name. The centre it keeps, if any, keeps its own."""
    await repository.rename_member(session, organisation_id, name)


async def faces(reader: AsyncConnection[Any], centre_ids: Sequence[Any]) -> dict[UUID, Row]:
    """`id → {id, code, name}` of those of these centres that exist."""
    return {row["id"]: row for row in await fetch(reader, repository.CENTRE_FACES, {"ids": [str(each) for each in centre_ids]})}
