"""What the directory told of organisations, and who acts for those that were dissolved."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from .. import clients
from . import repository


@dataclass(frozen=True)
class Standing:
    """Who answers for an organisation today: the last of those that took over one after the other, or itself (None).

    `face` is what a dossier keeps of the one that answers.
    """

    organisation_id: UUID
    successor_id: UUID | None
    face: dict[str, Any]


async def hold(session: AsyncSession, organisation_ids: Iterable[UUID]) -> None:
    """Take them before `hear`: a dossier that is being opened for one of them is opened first, or after."""
    await repository.hold(session, organisation_ids)


async def hear(session: AsyncSession, told: clients.Organisation) -> list[Standing] | None:
    """Keep what was told (organisation held). None when something newer is known; otherwise the organisations whose
    standing it may have changed, itself included, when a dissolution is or was at stake."""
    known = await repository.one(session, told.id)
    if known is not None and known["version"] > told.version:
        return None
    at_stake = told.dissolved_on is not None or (known is not None and known["dissolved_on"] is not None)
    if at_stake:
        await repository.hold_lines(session)
    row = {
        "id": told.id,
        "version": told.version,
        "face": told.snapshot(),
        "dissolved_on": told.dissolved_on,
        "successor_id": told.successor_id,
    }
    await repository.keep(session, row)
    return [await _standing(session, one) for one in await repository.upstream(session, told.id)] if at_stake else []


async def is_dissolved(session: AsyncSession, seen: clients.Organisation) -> bool:
    """Whether the organisation, as the directory has just shown it, is dissolved; it stays so until the transaction ends."""
    await repository.share(session, seen.id)
    known = await repository.one(session, seen.id)
    if known is not None and known["version"] > seen.version:
        return known["dissolved_on"] is not None
    return seen.dissolved_on is not None


async def face_of(session: AsyncSession, organisation_id: UUID) -> dict[str, Any] | None:
    """What the directory told of an organisation, as a dossier keeps it; None when it told nothing."""
    known = await repository.one(session, organisation_id)
    return known["face"] if known else None


async def _standing(session: AsyncSession, organisation_id: UUID) -> Standing:
    line = await repository.line(session, organisation_id)
    acting = await repository.one(session, line[-1] if line else organisation_id)
    return Standing(organisation_id, line[-1] if line else None, acting["face"] if acting else {})
