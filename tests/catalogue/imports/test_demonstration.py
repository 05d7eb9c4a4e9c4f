"""The holdings of the demonstration, played through the public API by the demonstration's own code."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Collection
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import httpx
import pytest
from fastapi import FastAPI, Response

from gateway.demo.catalogue import Found, Holdings, Library
from gateway.demo.clock import Clock
from gateway.demo.data import library
from gateway.demo.http import Account, Api, Json
from gateway.demo.people import Cast, Registry
from services.catalogue.app import SERVICE
from services.catalogue.settings import Settings
from services.common.ids import new_id
from tests.conftest import ROOT, Databases
from tests.support import BASE_URL, Person, Running, member_of, open_service, settings_for

pytestmark = pytest.mark.anyio


def _reference(room: str) -> dict[str, dict[str, Any]]:
    read = json.loads((ROOT / "services" / "directory" / room / "reference.json").read_text())
    return {str(row[0]): dict(zip(read["columns"], row, strict=True)) for row in read["rows"]}


def _directory() -> FastAPI:
    """The themes and territories the directory is born with."""
    app, themes, territories = FastAPI(), _reference("themes"), _reference("territories")

    @app.get("/directory/v1/themes")
    async def listing() -> Any:
        return {"items": list(themes.values()), "next": None}

    @app.get("/directory/v1/territories/{code}")
    async def territory(code: str) -> Any:
        return territories.get(code) or Response(status_code=404)

    return app


@pytest.fixture(scope="module")
async def running(databases: Databases, tmp_path_factory: pytest.TempPathFactory, anyio_backend: Any) -> AsyncIterator[Running]:
    settings = settings_for(Settings, databases(SERVICE), tmp_path_factory.mktemp("catalogue"))
    async with open_service(SERVICE, settings, apps={"directory": _directory()}) as running:
        yield running


def _signed(name: str, who: Person) -> Account:
    account = Account(name, f"{name}@example.org", "")
    account.access, account.access_until = (
        who.headers["Authorization"].removeprefix("Bearer "),
        datetime.now(UTC) + timedelta(days=1),
    )
    return account


class _People:
    """Who the directory would have: their accounts are signed by the tests."""

    def __init__(self) -> None:
        self.organisation_id, self.network_id = new_id(), new_id()
        self.cast = Cast(administrator=_signed("administrator", Person(administrator=True)))
        self.reader = _signed("reader", member_of(self.network_id))

    async def settle_association(self, described: Json, manager: Account, members: Collection[Account]) -> str:
        for account, roles in ((manager, ["manager"]), *((each, ["member"]) for each in members)):
            signed = _signed(account.full_name, member_of(self.organisation_id, roles=roles))
            account.access, account.access_until = signed.access, signed.access_until
        return str(self.organisation_id)


async def _load(running: Running, people: _People) -> tuple[Holdings, Api]:
    async def work() -> None:
        while True:
            await running.run_jobs()
            await asyncio.sleep(0.2)

    async with Api(BASE_URL, Clock(), transport=httpx.ASGITransport(running.app)) as api:
        centre = Library(api, cast(Registry, people))
        worker = asyncio.ensure_future(work())
        try:
            return await centre.load({str(people.network_id): "Ville"}, people.reader), api
        finally:
            worker.cancel()
            with suppress(asyncio.CancelledError):
                await worker


async def test_the_centre_opens_imports_publishes_and_relates_its_holdings_twice_the_same(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library, "SEARCHES", ())  # the search engine has its own tests
    people = _People()
    for _ in range(2):
        holdings, api = await _load(running, people)
        assert holdings.faults() == []
        assert holdings.documents == len(library.documents())
        assert api.errors == []
    states = await running.rows("SELECT state, work, count(*) AS count FROM documents GROUP BY state, work")
    assert states == [{"state": "published", "work": "clean", "count": len(library.documents())}]
    relations = await running.rows("SELECT count(*) AS count FROM document_relations")
    assert relations[0]["count"] == len(library.relations())
    versions = await running.rows("SELECT max(number) AS most FROM document_versions")
    assert versions[0]["most"] == 2


def test_there_is_enough_to_look_for() -> None:
    documents = library.documents()
    assert len(documents) >= 60
    kinds = Counter(document["Nature"] for document in documents)
    assert len(kinds) == 11
    assert min(kinds.values()) >= 2
    titles = {document["Titre"] for document in documents}
    assert {search.expected for search in library.SEARCHES} <= titles


def test_a_search_is_good_when_what_is_expected_comes_among_the_first() -> None:
    search = library.SEARCHES[0]
    titles = ("a", "b", "c", "d", "e")
    good, late = Found(search, (*titles[:4], search.expected)), Found(search, (*titles, search.expected))
    holdings = Holdings(len(library.documents()), (good, late))
    assert holdings.summary() == {"documents": len(library.documents()), "searches_ok": 1}
    assert len(holdings.faults()) == 1
