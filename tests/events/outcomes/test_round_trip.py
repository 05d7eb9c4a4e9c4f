"""The real catalogue and the real events service, one telling the other: from the proposal to the mail."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from services.catalogue.app import SERVICE as CATALOGUE
from services.catalogue.outcomes import jobs as catalogue_jobs
from services.catalogue.settings import Settings as CatalogueSettings
from services.events.outcomes import jobs
from tests.catalogue.world import World as CatalogueWorld
from tests.catalogue.world import fake_directory
from tests.conftest import Databases
from tests.events.world import World
from tests.support import Running, open_service, settings_for

from .siblings import run

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
async def library(
    running: Running, databases: Databases, tmp_path_factory: pytest.TempPathFactory, anyio_backend: Any
) -> AsyncIterator[CatalogueWorld]:
    """A catalogue that hears the events service, and is heard by it."""
    data_dir: Path = tmp_path_factory.mktemp("catalogue")
    settings = settings_for(CatalogueSettings, databases(CATALOGUE), data_dir)
    async with open_service(CATALOGUE, settings, apps={"directory": fake_directory(), "events": running.app}) as catalogue:
        siblings = running.resources.siblings
        before = siblings._apps
        siblings._apps = {**before, "catalogue": catalogue.app}
        await siblings.close()
        await siblings.open()
        world = CatalogueWorld(catalogue)
        await world.open()
        yield world
        siblings._apps = before


async def _jobs(world: CatalogueWorld, name: str, *, about: str, key: str) -> list[dict[str, Any]]:
    return [job["args"] for job in await world.running.jobs(name) if job["args"][key] == about]


async def test_a_replay_is_proposed_reviewed_published_shown_and_told(world: World, library: CatalogueWorld) -> None:
    wish = {"centre_id": library.centre_id}
    await world.change(world.manager, "PATCH", f"/networks/{world.network_id}", json=wish, expect=200)
    event = await world.opened(days=1, theme_codes=["participation"], territory_codes=["QP011002"])
    await world.register(event)
    await world.register(event)
    world.running.clock.forward(days=2)
    replay = {"role": "replay", "title": "Replay", "url": "https://video.example/9", "abstract": "À revoir."}
    path = f"/events/{event['id']}/outcomes"
    outcome = (await world.call(world.organiser, "POST", path, json=replay, expect=201)).json()
    await run(world, jobs.tell_catalogue)
    resources = library.running.resources
    async with resources.database.transaction() as session:
        await catalogue_jobs.make_outcome.run(session, resources, outcome_id=outcome["id"])
    drafts = await library.running.rows("SELECT id FROM documents WHERE origin = %(origin)s", origin=f"outcome:{outcome['id']}")
    (draft,) = [(await library.call(library.documentalist, "GET", f"/drafts/{row['id']}", expect=200)).json() for row in drafts]
    assert draft["lacking"] == []
    await library.publish(draft)
    assert [each["id"] for each in await library.pages(None, "/documents", event_id=event["id"])] == [draft["id"]]

    async def news() -> None:
        for arguments in await _jobs(library, "catalogue:tell_events", about=draft["id"], key="document_id"):
            async with resources.database.transaction() as session:
                await catalogue_jobs.tell_events.run(session, resources, **arguments)
        async with resources.database.transaction() as session:
            await catalogue_jobs.deliver_event_news.run(session, resources)

    await news()
    shown = (await world.call(world.organiser, "GET", f"{path}/{outcome['id']}", expect=200)).json()
    assert (shown["state"], shown["reference"]) == ("published", draft["reference"])
    (attached,) = (await world.event(event))["documents"]
    assert (attached["role"], attached["document_id"]) == ("replay", draft["id"])
    for job in await world.running.jobs("events:tell_publication"):
        await run(world, jobs.tell_publication, **job["args"])
    mails = [mail for mail in await world.mails("En ligne : Replay") if draft["reference"] in mail["text"]]
    assert len(mails) == 2
    await library.withdraw(draft)
    await news()
    assert (await world.event(event))["documents"] == []
    assert (await world.call(world.organiser, "GET", f"{path}/{outcome['id']}", expect=200)).json()["state"] == "withdrawn"
