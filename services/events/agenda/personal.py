"""What the agenda holds of somebody: the programmes that name them as a speaker. It is public, and corrected by organisers."""

from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, driver, fetch

from ..personal import Erased, Who, reason
from . import personal_repository

_SPEAKER = (
    "Le programme, public, nomme une personne qui porte votre nom : demandez à l'organisateur, dont l'adresse est celle du réseau,"
    " de l'en retirer."
)


async def export(reader: AsyncConnection[Any], who: Who) -> list[Row]:
    """`{event, title, session, starts_at, speaker}` wherever a programme names them, by the name of their account."""
    if who.full_name is None:
        return []
    rows = await fetch(reader, personal_repository.SPOKEN_AT, {"named": Jsonb([{"speakers": [{"name": who.full_name}]}])})
    return [
        {
            "event": row["reference"],
            "title": row["title"],
            "session": row["number"],
            "starts_at": row["starts_at"],
            "speaker": speaker,
        }
        for row in rows
        for item in row["programme"]
        for speaker in item.get("speakers", [])
        if speaker["name"] == who.full_name
    ]


async def erase(session: AsyncSession, who: Who, now: datetime) -> Erased:
    """A name is not proof of who bears it, and the programme is public: organisers correct it. It is said, for each event."""
    spoken = {row["event"]: reason(row["event"], _SPEAKER) for row in await export(await driver(session), who)}
    return Erased(0, list(spoken.values()))
