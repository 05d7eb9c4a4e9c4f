"""Dossiers held by an act: nobody changes them meanwhile, and whoever writes about them does not wait."""

from uuid import UUID

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.programming.dossiers import decisions
from tests.programming.world import World

pytestmark = pytest.mark.anyio


async def test_a_held_dossier_is_nobody_elses_to_change_yet_may_be_referred_to(world: World) -> None:
    dossier = await world.reviewed(caf=4_000)
    database = world.running.resources.database
    row = {"id": UUID(dossier["id"])}
    request = UUID(world.request_of(dossier, world.caf)["id"])
    async with database.transaction() as session:
        await decisions.take(session, [request])
        async with database.transaction() as other:
            connection = await other.connection()
            # What PostgreSQL itself asks of a row when another comes to refer to it.
            for refers, key in (
                ("SELECT 1 FROM dossiers WHERE id = :id FOR KEY SHARE NOWAIT", row),
                ("SELECT 1 FROM funding_requests WHERE id = :id FOR KEY SHARE NOWAIT", {"id": request}),
            ):
                assert (await connection.execute(text(refers), key)).scalar_one() == 1
            with pytest.raises(DBAPIError) as waiting:
                await connection.execute(text("SELECT 1 FROM dossiers WHERE id = :id FOR NO KEY UPDATE NOWAIT"), row)
            assert isinstance(waiting.value.orig, psycopg.errors.LockNotAvailable)
            await other.rollback()
