"""A hotel: the smallest service that uses everything the kernel offers. Its rooms belong to no trade of the platform."""

import asyncio
from typing import Any
from uuid import UUID

from pydantic_settings import SettingsConfigDict
from sqlalchemy import CheckConstraint, ForeignKeyConstraint
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.columns import identity, jsonb
from services.common.db import new_metadata
from services.common.jobs import Job, job
from services.common.language import Text
from services.common.outbox import Consumer, Event
from services.common.problems import Problem
from services.common.resources import Resources
from services.common.settings import ServiceSettings
from services.common.storage import declare_kernel_tables


class Settings(ServiceSettings):
    """What the hotel reads from its environment."""

    model_config = SettingsConfigDict(env_prefix="ROOMS_")


class Base(SQLModel, registry=registry(metadata=new_metadata())):
    """Base of the hotel's tables."""


KERNEL = declare_kernel_tables(Base.metadata)


class Room(Base, table=True):
    """A room with a name of its own and a bed at least, maybe next to another (checked when the transaction ends)."""

    __tablename__ = "rooms"
    __table_args__ = (
        CheckConstraint("beds > 0", name="has_a_bed"),
        ForeignKeyConstraint(["next_to_id"], ["rooms.id"], deferrable=True, initially="DEFERRED"),
    )

    id: UUID = identity()
    name: str = Field(max_length=80, unique=True)
    beds: int
    next_to_id: UUID | None = None
    details: dict[str, Any] = jsonb(dict)
    version: int = 1


class Visit(Base, table=True):
    """What a job, a refused caller or a sibling's event leaves behind."""

    __tablename__ = "visits"

    id: UUID = identity()
    note: str = Field(max_length=200)


class RoomNameTaken(Problem):
    title = Text("Ce nom de chambre est pris", "This room name is taken")
    advice = Text("Choisissez un autre nom.", "Choose another name.")
    constraint = "uq_rooms_name"


class NeighbourUnknown(Problem):
    title = Text("La chambre voisine n'existe pas", "The neighbouring room does not exist")
    advice = Text("Créez d'abord la chambre voisine.", "Create the neighbouring room first.")
    constraint = "fk_rooms_next_to_id_rooms"


class HotelClosed(Problem):
    title = Text("L'hôtel est fermé", "The hotel is closed")
    advice = Text("Revenez quand il rouvre.", "Come back when it opens again.")


class AttemptCounted(Problem):
    status = 403
    title = Text("Refusé et compté", "Refused and counted")
    advice = Text("La tentative est notée bien que refusée.", "The attempt is recorded although it is refused.")
    keeps_writes = True


@job("rooms:clean", attempts=3)
async def clean(session: AsyncSession, resources: Resources, note: str) -> None:
    """Notes its visit; breaks down afterwards as long as the file `broken` is there, hangs as long as `stuck` is."""
    session.add(Visit(note=note))
    await session.flush()
    folder = resources.settings.data_dir
    if (folder / "broken").exists():
        raise RuntimeError("the vacuum cleaner broke down")
    if (folder / "stuck").exists():
        (folder / "hanging").touch()
        await asyncio.Event().wait()


async def _noted(session: AsyncSession, resources: Resources, event: Event) -> None:
    """A sibling tells of one of its rooms; breaks down as the job does."""
    session.add(Visit(note=event.data["note"]))
    await session.flush()
    if (resources.settings.data_dir / "broken").exists():
        raise RuntimeError("the register is lost")


JOBS: list[Job] = [clean]
CONSUMERS: dict[str, Consumer] = {"room.noted": _noted}
