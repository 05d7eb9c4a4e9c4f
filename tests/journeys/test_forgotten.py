"""Somebody of the four services asks for all that is held of them, then to be forgotten: every service answers, none knows them after."""

import io
import zipfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
import pytest

from services.catalogue.app import SERVICE as CATALOGUE
from services.catalogue.settings import Settings as CatalogueSettings
from services.common.auth import TokenVerifier
from services.common.clock import today_in_paris
from services.common.resources import Service
from services.common.settings import ServiceSettings
from services.directory.app import SERVICE as DIRECTORY
from services.directory.settings import Settings as DirectorySettings
from services.events.app import SERVICE as EVENTS
from services.events.settings import Settings as EventsSettings
from services.programming.app import SERVICE as PROGRAMMING
from services.programming.settings import Settings as ProgrammingSettings
from tests.catalogue.world import World as CatalogueWorld
from tests.catalogue.world import fake_directory as catalogues_directory
from tests.conftest import Databases
from tests.directory.joining.doors import a_managed, member_of
from tests.directory.people import Citizen, again
from tests.directory.privacy.acts import ask_erasure, days_pass
from tests.events.world import World as EventsWorld
from tests.events.world import attendee, registration
from tests.events.world import fake_directory as eventss_directory
from tests.programming.world import World as ProgrammingWorld
from tests.support import SIGNER, Running, open_service, settings_for

pytestmark = pytest.mark.anyio

NAME = "Quitterie Zorobabel"


@dataclass
class Platform:
    """The four services, each reaching the others."""

    directory: Running
    siblings: dict[str, Running]
    #: Stands in for the directory, for a sibling, while a test lays down its world.
    doors: dict[str, Any]

    async def talk(self) -> None:
        """Events are delivered and answered, parts gathered and handed over, until nobody has anything left to say."""
        for _ in range(3):
            await self.directory.run_jobs()
            for sibling in self.siblings.values():
                await sibling.run_jobs()
        await self.directory.run_jobs()

    async def a_night_passes(self) -> None:
        """Two days later, what each sibling does at night."""
        for name, job in (("programming", "retention"), ("catalogue", "retention"), ("events", "erase_nightly")):
            running = self.siblings[name]
            running.clock.forward(days=2)
            (nightly,) = [each for each in running.service.all_jobs if each.name == f"{name}:{job}"]
            async with running.resources.database.transaction() as session:
                await nightly.run(session, running.resources, timestamp=int(running.clock.now().timestamp()))
            await running.run_jobs()

    async def naming(self, *words: str) -> set[str]:
        """`service.table` of rows that say one of these words, mails that left not counted: they go after a month."""
        found = set()
        for running in (self.directory, *self.siblings.values()):
            for table in running.service.metadata.tables:
                sql = f"SELECT 1 FROM {table} AS t WHERE to_jsonb(t)::text ILIKE ANY(%(words)s) LIMIT 1"  # noqa: S608 - our own tables
                if await running.rows(sql, words=[f"%{word}%" for word in words]):
                    found.add(f"{running.service.name}.{table}")
            asked = (
                "SELECT task_name FROM procrastinate_jobs WHERE task_name <> 'kernel:send_mail' AND args::text ILIKE ANY(%(words)s)"
            )
            found |= {
                f"{running.service.name}:{job['task_name']}" for job in await running.rows(asked, words=[f"%{w}%" for w in words])
            }
        return found


@pytest.fixture
async def platform(databases: Databases, tmp_path_factory: pytest.TempPathFactory, anyio_backend: Any) -> AsyncIterator[Platform]:
    running: dict[str, Running] = {}
    doors: dict[str, Any] = {"catalogue": catalogues_directory(), "events": eventss_directory()}

    def reaching(name: str) -> Callable[..., Any]:
        async def app(scope: Any, receive: Any, send: Any) -> None:
            await running[name].app(scope, receive, send)

        return app

    def as_seen_by(name: str) -> Callable[..., Any]:
        async def app(scope: Any, receive: Any, send: Any) -> None:
            await doors.get(name, running["directory"].app)(scope, receive, send)

        return app

    folder = tmp_path_factory.mktemp
    kinds: list[tuple[Service, type[ServiceSettings]]] = [
        (PROGRAMMING, ProgrammingSettings),
        (CATALOGUE, CatalogueSettings),
        (EVENTS, EventsSettings),
    ]
    async with AsyncExitStack() as stack:
        settings = settings_for(
            DirectorySettings, databases(DIRECTORY), folder("directory"), signing_key=SIGNER.private_pem, password_cost="low"
        )
        apps = {service.name: reaching(service.name) for service, _ in kinds}
        directory = await stack.enter_async_context(open_service(DIRECTORY, settings, apps=apps, signer=None))
        running["directory"] = directory
        for service, kind in kinds:
            settings = settings_for(kind, databases(service), folder(service.name))
            opened = open_service(service, settings, apps={"directory": as_seen_by(service.name)}, signer=None)
            running[service.name] = await stack.enter_async_context(opened)
        yield Platform(directory, {name: each for name, each in running.items() if name != "directory"}, doors)


@contextmanager
def own_people(running: Running) -> Iterator[Running]:
    """A sibling as its own tests know it: tokens are theirs, not the directory's."""
    resources = running.resources
    kept = resources.verifier
    resources.verifier = TokenVerifier(SIGNER.keys, issuer="canevas", audience="canevas", revoked=lambda _: False)
    yield running
    resources.verifier = kept


async def lived(platform: Platform) -> Citizen:
    """She belongs to an association, opens a dossier for it, registers at an event and is the contact of an experience."""
    manager, organisation = await a_managed(platform.directory)
    person = await member_of(platform.directory, manager, organisation, name=NAME)
    with own_people(platform.siblings["programming"]) as running:
        programming = ProgrammingWorld(running)
        await programming.open()
    wish = {
        "campaign_id": programming.campaign_id,
        "organisation_id": organisation.rpartition("/")[2],
        "title": "Ateliers",
    }
    person = await again(platform.directory, person.email, person.account_id)
    opened = await platform.siblings["programming"].client.post("/programming/v1/dossiers", json=wish, headers=person.headers)
    assert opened.status_code == 201, opened.text
    whom = {"contact": {"full_name": NAME, "email": person.email, "phone": "06 11 22 33 44"}}
    headers = {**person.headers, "If-Match": opened.headers["etag"]}
    saved = await platform.siblings["programming"].client.patch(opened.headers["location"], json=whom, headers=headers)
    assert saved.status_code == 200, saved.text
    with own_people(platform.siblings["events"]) as running:
        events = EventsWorld(running)
        await events.open()
        event = await events.opened()
        group = registration(person.email, attendee("Zorobabel", email=person.email)) | {"contact_name": NAME}
        await events.call(None, "POST", f"/events/{event['id']}/registrations", json=group, expect=201)

    with own_people(platform.siblings["catalogue"]) as running:
        catalogue = CatalogueWorld(running)
        await catalogue.open()
        day = str(today_in_paris(platform.directory.clock.now()))
        contact = {"name": NAME, "email": person.email, "consented_on": day}
        parts = {"context": "Un quartier.", "actions": "Un café.", "results": "Quarante.", "reproducibility": "Un local."}
        await catalogue.published(kind="experience", experience={**parts, "contact": contact})
    platform.doors.clear()
    await platform.talk()
    return person


async def test_what_the_four_services_hold_is_handed_over_then_forgotten(platform: Platform) -> None:
    person = await lived(platform)
    person = await again(platform.directory, person.email, person.account_id)
    asked = await person.post("me/export", None)
    assert asked.status_code == 201, asked.text
    await platform.talk()
    made = (await person.get(asked.headers["location"])).json()
    assert (made["state"], made["missing"]) == ("ready", []), made
    answer = await person.get(f"{asked.headers['location']}/file")
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    parts = {name.removesuffix(".json"): orjson.loads(archive.read(name)) for name in archive.namelist()}
    assert parts["programming"]["dossiers"][0]["contact"]["email"] == person.email
    assert parts["events"]["registrations"][0]["registration"]["contact_email"] == person.email
    assert parts["catalogue"]["documents"][0]["contact"]["name"] == NAME
    assert person.email in orjson.dumps(parts["directory"]).decode()
    held = {"directory.accounts", "programming.dossiers", "events.registrations", "events.attendees", "catalogue.document_versions"}
    assert await platform.naming(NAME, person.email, "Zorobabel") >= held

    request = await ask_erasure(person)
    await days_pass(platform.directory, 7.1)
    await platform.talk()
    (row,) = await platform.directory.rows("SELECT state FROM data_requests WHERE id = %(id)s", id=UUID(request["id"]))
    assert row["state"] == "done"
    answers = await platform.directory.rows("SELECT * FROM data_request_parts WHERE request_id = %(id)s", id=UUID(request["id"]))
    assert {each["service"]: each["count"] > 0 for each in answers} == dict.fromkeys(("directory", *platform.siblings), True)
    # What was asked for the export goes the night after.
    await platform.a_night_passes()
    assert await platform.naming(NAME, person.email, "Zorobabel") == set()
    for running in (platform.directory, *platform.siblings.values()):
        (line,) = await running.rows("SELECT count FROM erasures WHERE rule = 'request'")
        assert line["count"] > 0, running.service.name
