"""Use cases of the networks, and what every room asks of them: who organises, who manages.

An *organiser* is a member of the organisation that runs the network; a *manager* of that organisation decides what binds it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.auth import Principal
from services.common.clock import in_paris
from services.common.db import Row, fetch, fetch_one
from services.common.etag import require_version
from services.common.problems import Forbidden, NotFound

from ..tables import KERNEL
from . import repository
from .errors import NotANetworkManager, NotAnOrganiser
from .models import Network
from .schemas import NetworkCreate, NetworkUpdate

_NULLABLE = {"website", "centre_id"}


async def get(session: AsyncSession, network_id: UUID) -> Network:
    network = await repository.get(session, network_id)
    if network is None:
        raise NotFound()
    return network


async def organised_by(session: AsyncSession, caller: Principal, network_id: UUID) -> Network:
    """The network, for one of its organisers (403 otherwise)."""
    network = await get(session, network_id)
    if not caller.belongs_to(network.organisation_id):
        raise NotAnOrganiser()
    return network


async def managed_by(session: AsyncSession, caller: Principal, network_id: UUID) -> Network:
    """The network, for one of its managers (403 otherwise)."""
    network = await organised_by(session, caller, network_id)
    if not caller.has_role(network.organisation_id, "manager"):
        raise NotANetworkManager()
    return network


async def organised_ids(reader: AsyncConnection[Any], caller: Principal | None) -> Sequence[UUID]:
    """Networks the caller organises; of nobody when there is no caller."""
    if caller is None or not caller.organisation_ids:
        return ()
    asked = {"organisation_ids": list(caller.organisation_ids)}
    return [row["id"] for row in await fetch(reader, repository.OF_ORGANISATIONS, asked)]


async def faces(reader: AsyncConnection[Any], network_ids: Iterable[UUID]) -> dict[UUID, Row]:
    """`id → {id, code, name, organisation_id, contact_email}` of these networks."""
    return {row["id"]: row for row in await fetch(reader, repository.FACES, {"ids": list(network_ids)})}


def face_column(network_id: Any) -> Any:
    """The same as a column of another room's statement (ids are then text): one round trip less for what is read the most."""
    return repository.face_of(network_id)


async def mark(reader: AsyncConnection[Any]) -> str:
    """Unlike as soon as a network changes how it presents itself."""
    row = await fetch_one(reader, repository.MARK, {})
    return f"{row['count']}:{row['versions']}" if row else ""


async def next_reference(session: AsyncSession, network: Network, now: datetime) -> str:
    """`CRDSU-2027-0042`: the network, the year in Paris, a number without hole but for what was rolled back."""
    year = in_paris(now).year
    return f"{network.code}-{year}-{await repository.next_number(session, network.id, year):04d}"


async def open_network(session: AsyncSession, caller: Principal, wish: NetworkCreate, *, now: datetime) -> Network:
    """An administrator of the platform opens a network for an organisation."""
    if not caller.is_administrator:
        raise Forbidden()
    network = Network(**wish.model_dump(), created_at=now)
    session.add(network)
    await session.flush()
    await _note(session, network, "network.opened", caller, now, wish.model_dump(mode="json"))
    return network


async def change(
    session: AsyncSession, caller: Principal, network_id: UUID, wish: NetworkUpdate, *, version: int, now: datetime
) -> Network:
    """A manager of the network, or an administrator, changes how it presents itself."""
    network = await repository.get(session, network_id, lock=True)
    if network is None:
        raise NotFound()
    if not caller.is_administrator:
        await managed_by(session, caller, network_id)
    require_version(network.version, version)
    changes = {}
    for name, value in wish.model_dump(exclude_unset=True).items():
        if value is None and name not in _NULLABLE:
            continue
        before = getattr(network, name)
        changes[name] = [str(before) if isinstance(before, UUID) else before, str(value) if isinstance(value, UUID) else value]
        setattr(network, name, value)
    network.version += 1
    await session.flush()
    await _note(session, network, "network.changed", caller, now, changes)
    return network


async def listing(reader: AsyncConnection[Row], *, after_code: str, limit: int) -> list[Row]:
    return await fetch(reader, repository.LISTING, {"after_code": after_code, "limit": limit})


async def one(reader: AsyncConnection[Row], network_id: UUID) -> Row:
    row = await fetch_one(reader, repository.ONE, {"id": network_id})
    if row is None:
        raise NotFound()
    return row


async def _note(
    session: AsyncSession, network: Network, act: str, caller: Principal, now: datetime, changes: dict[str, Any]
) -> None:
    await journal.record(
        session,
        KERNEL.journal,
        at=now,
        act=act,
        resource=("network", network.id),
        actor=caller,
        organisation_id=network.organisation_id,
        changes=changes,
    )
