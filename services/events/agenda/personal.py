"""What the agenda holds of somebody: the programmes that name them as a speaker. It is public, and corrected by organisers."""

from typing import Any

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from services.common.db import Row, fetch

from ..personal import Who
from . import personal_repository


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
