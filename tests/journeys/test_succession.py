"""Two associations merge in the directory: the one that takes over finds the other's dossiers in programming, without asking."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import pytest

from services.common.auth import TokenVerifier
from services.common.outbox import DELIVER
from services.directory.app import SERVICE as DIRECTORY
from services.directory.settings import Settings as DirectorySettings
from services.programming.app import SERVICE as PROGRAMMING
from services.programming.settings import Settings as ProgrammingSettings
from tests.conftest import Databases
from tests.directory.people import Citizen, a_citizen, again, an_administrator, an_association
from tests.programming.world import World
from tests.support import SIGNER, Running, open_service, settings_for

pytestmark = pytest.mark.anyio


@dataclass
class Pair:
    """The two services, each knowing the other; `apps` says what the directory reaches."""

    directory: Running
    programming: Running
    apps: dict[str, Any]

    async def deliver(self) -> None:
        """Every delivery, those waiting for another attempt included."""
        async with self.directory.resources.database.readers.connection() as connection:
            await connection.execute("UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE status = 'todo'")
        await self.directory.run_jobs()


@pytest.fixture(scope="module")
async def pair(databases: Databases, tmp_path_factory: pytest.TempPathFactory, anyio_backend: Any) -> AsyncIterator[Pair]:
    opened: list[Running] = []

    async def programming_once_opened(scope: Any, receive: Any, send: Any) -> None:
        await opened[0].app(scope, receive, send)

    apps: dict[str, Any] = {"programming": programming_once_opened}
    folder = tmp_path_factory.mktemp
    async with AsyncExitStack() as stack:
        settings = settings_for(
            DirectorySettings, databases(DIRECTORY), folder("directory"), signing_key=SIGNER.private_pem, password_cost="low"
        )
        directory = await stack.enter_async_context(open_service(DIRECTORY, settings, apps=apps, signer=None))
        settings = settings_for(ProgrammingSettings, databases(PROGRAMMING), folder("programming"))
        programming = await stack.enter_async_context(
            open_service(PROGRAMMING, settings, apps={"directory": directory.app}, signer=None)
        )
        opened.append(programming)
        yield Pair(directory, programming, apps)


async def in_programming(pair: Pair, citizen: Citizen, method: str, path: str, **sent: Any) -> Any:
    """As this person, signed in again so that the token says where they belong today."""
    person = await again(pair.directory, citizen.email, citizen.account_id)
    headers = {**person.headers, **sent.pop("headers", {})}
    return await pair.programming.client.request(method, f"/programming/v1{path}", headers=headers, **sent)


async def campaign(pair: Pair) -> str:
    """An open campaign, made by people of programming's own tests."""
    resources = pair.programming.resources
    kept = resources.verifier
    resources.verifier = TokenVerifier(SIGNER.keys, issuer="canevas", audience="canevas", revoked=lambda _: False)
    world = World(pair.programming)
    await world.open()
    resources.verifier = kept
    return world.campaign_id


async def test_a_merger_is_told_and_a_mistake_is_taken_back(pair: Pair) -> None:
    manager, heir = await a_citizen(pair.directory), await a_citizen(pair.directory)
    administrator = await an_administrator(pair.directory)
    ended, successor = await an_association(manager), await an_association(heir, name="Les Héritiers")
    wish = {"campaign_id": await campaign(pair), "organisation_id": ended["id"], "title": "Ateliers"}
    opened = await in_programming(pair, manager, "POST", "/dossiers", json=wish)
    assert opened.status_code == 201, opened.text
    path = f"/dossiers/{opened.json()['id']}"
    assert (await in_programming(pair, heir, "GET", path)).status_code == 404

    merger = {
        "dissolved_on": pair.directory.clock.now().date().isoformat(),
        "reason": "merger",
        "successor_id": successor["id"],
    }
    done = await manager.call("POST", f"{ended['path']}/dissolution", merger, **{"If-Match": ended["etag"]})
    assert done.status_code == 201, done.text
    refused = await in_programming(pair, manager, "POST", "/dossiers", json=wish)
    assert (refused.status_code, refused.json()["successor_id"]) == (409, successor["id"]), "refused before the news arrives"
    await pair.deliver()
    seen = await in_programming(pair, heir, "GET", path)
    assert (seen.status_code, seen.json()["holder_name"], seen.json()["successor_id"]) == (200, "Les Héritiers", successor["id"])
    assert (await in_programming(pair, manager, "GET", path)).status_code == 200

    # The same event once more, as after an answer that got lost.
    (event,) = await pair.directory.rows("SELECT id FROM outbox_events WHERE type = 'organisation.dissolved'")
    async with pair.directory.resources.database.transaction() as session:
        await DELIVER.run(session, pair.directory.resources, event_id=str(event["id"]), subscriber="programming")
    assert (await in_programming(pair, heir, "GET", path)).json() == seen.json()

    mistake = {"reason": "Homonyme."}
    back = await administrator.call("POST", f"{ended['path']}/reinstatement", mistake, **{"If-Match": done.headers["etag"]})
    assert back.status_code == 201, back.text
    await pair.deliver()
    assert (await in_programming(pair, heir, "GET", path)).status_code == 404
    own = (await in_programming(pair, manager, "GET", path)).json()
    assert (own["successor_id"], own["holder_name"]) == (None, "Régie Ozanam")


async def test_while_programming_is_away_the_news_waits_and_keeps_its_order(pair: Pair) -> None:
    manager, administrator = await a_citizen(pair.directory), await an_administrator(pair.directory)
    ended, wrong, right = [await an_association(manager, name=name) for name in ("Finie", "Fausse", "Vraie")]
    wish = {"campaign_id": await campaign(pair), "organisation_id": ended["id"]}
    opened = (await in_programming(pair, manager, "POST", "/dossiers", json=wish)).json()
    day = pair.directory.clock.now().date().isoformat()
    away = pair.apps.pop("programming")
    merger = {"dissolved_on": day, "reason": "merger"}
    steps = [
        (manager, "dissolution", {**merger, "successor_id": wrong["id"]}),
        (administrator, "reinstatement", {"reason": "Erreur."}),
        (manager, "dissolution", {**merger, "successor_id": right["id"]}),
    ]
    for who, act, body in steps:
        tag = (await who.get(ended["path"])).headers["etag"]
        assert (await who.call("POST", f"{ended['path']}/{act}", body, **{"If-Match": tag})).status_code == 201
    renamed = await manager.patch(right["path"], {"name": "Vraie, renommée"}, right["etag"])
    assert renamed.status_code == 200
    await pair.deliver()
    pair.apps["programming"] = away
    for _ in range(4):
        await pair.deliver()
    seen = (await in_programming(pair, manager, "GET", f"/dossiers/{opened['id']}")).json()
    assert (seen["successor_id"], seen["holder_name"]) == (right["id"], "Vraie, renommée")
