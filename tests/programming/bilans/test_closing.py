"""What a closed dossier leaves to the catalogue, which may not exist yet, be down, or answer twice."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
import pytest
from fastapi import FastAPI, Request, Response

from services.programming.bilans import jobs
from tests.programming.dossiers.successions import dissolve
from tests.programming.world import World

from .acts import REPORT, close, instruct, paid, run, submitted

pytestmark = pytest.mark.anyio


async def closed(world: World) -> dict[str, Any]:
    dossier = await submitted(world, state=8_000)
    await paid(world, dossier, state=8_000)
    await instruct(world, world.state_officer, dossier, "acceptance")
    assert await close(world, dossier) == "closed"
    return dossier


@asynccontextmanager
async def catalogue(world: World, heard: list[dict[str, Any]], *, status: int = 204) -> AsyncIterator[None]:
    """The catalogue joins the platform for a while."""
    app = FastAPI()

    @app.post("/catalogue/internal/events")
    async def receive(request: Request) -> Response:
        heard.append(orjson.loads(await request.body()))
        return Response(status_code=status)

    siblings = world.running.resources.siblings
    before = siblings._apps
    siblings._apps = {**before, "catalogue": app}
    await siblings.close()
    await siblings.open()
    try:
        yield
    finally:
        siblings._apps = before
        await siblings.close()
        await siblings.open()


async def waiting(world: World, dossier: dict[str, Any]) -> bool:
    (bilan,) = await world.running.rows("SELECT event_id, told_at FROM bilans WHERE dossier_id = %(id)s", id=dossier["id"])
    assert bilan["event_id"] is not None
    return bilan["told_at"] is None


async def test_without_a_catalogue_the_event_is_kept_and_nothing_fails(world: World) -> None:
    dossier = await closed(world)
    for _ in range(15):
        await run(world, jobs.tell_catalogue_hourly)
    assert await waiting(world, dossier)
    assert [job for job in await world.running.jobs("kernel:deliver_event") if dossier["id"] in str(job["lock"])] == []
    heard: list[dict[str, Any]] = []
    async with catalogue(world, heard):
        await run(world, jobs.tell_catalogue_hourly)
        await run(world, jobs.tell_catalogue_hourly)
    told = [event for event in heard if event["subject"] == dossier["id"]]
    assert len(told) == 1
    assert told[0]["type"] == "dossier.closed"
    assert not await waiting(world, dossier)


async def test_a_catalogue_that_is_down_is_told_later(world: World) -> None:
    dossier = await closed(world)
    heard: list[dict[str, Any]] = []
    async with catalogue(world, heard, status=503):
        await run(world, jobs.tell_catalogue_hourly)
    assert dossier["id"] in {event["subject"] for event in heard}
    assert await waiting(world, dossier)
    failed = await world.running.rows("SELECT FROM procrastinate_jobs WHERE status = 'failed'")
    assert failed == []
    async with catalogue(world, heard):
        await run(world, jobs.tell_catalogue)
    assert not await waiting(world, dossier)
    mine = [event for event in heard if event["subject"] == dossier["id"]]
    assert len({event["id"] for event in mine}) == 1, "the same event: who heard it already knows it again"


async def test_what_is_told_makes_an_experience_and_names_nobody(world: World) -> None:
    dossier = await closed(world)
    (event,) = await world.running.rows(
        "SELECT * FROM outbox_events WHERE subject = %(id)s AND NOT starts_with(type, 'announced.')", id=dossier["id"]
    )
    data = event["data"]
    assert event["type"] == "dossier.closed"
    assert data["title"] == "Ateliers sociolinguistiques"
    assert data["holder_name"] == "Les Ateliers imaginaires"
    assert data["context"] == "Apprendre le français près de chez soi."
    assert (data["actions"], data["results"]) == (REPORT["done"], REPORT["evaluation"])
    assert (data["objective_codes"], data["qpv_codes"]) == (["2"], ["QP011002"])
    assert (data["starts_on"], data["ends_on"]) == ("2027-03-02", "2027-12-10")
    assert data["publics"][0]["actual_count"] == 30
    assert data["contract_id"] == world.contract_id
    said = orjson.dumps(data).decode()
    for personal in ("Camille", "ateliers.example.org", "Inventée"):
        assert personal not in said


async def test_what_a_merged_holder_did_is_for_its_successor_to_tell(world: World) -> None:
    dossier = await submitted(world, state=8_000)
    await paid(world, dossier, state=8_000)
    await dissolve(world, world.association, world.neighbour)
    assert (await instruct(world, world.state_officer, dossier, "acceptance")).status_code == 201
    assert await close(world, dossier) == "closed"
    heard: list[dict[str, Any]] = []
    async with catalogue(world, heard):
        await run(world, jobs.tell_catalogue_hourly)
    (event,) = [event for event in heard if event["subject"] == dossier["id"]]
    assert (event["data"]["holder_id"], event["data"]["holder_name"]) == (str(world.neighbour), "Les Ateliers imaginaires")
