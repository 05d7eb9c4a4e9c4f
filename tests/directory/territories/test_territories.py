"""Territories: everybody reads them, administrators keep them."""

import asyncio
from typing import Any

import httpx
import pytest

from services.directory.territories import rules
from tests.directory.people import a_citizen, an_administrator, problem
from tests.support import Running

pytestmark = pytest.mark.anyio

T = "/directory/v1/territories"


async def get(directory: Running, path: str) -> httpx.Response:
    return await directory.client.get(f"{T}{path}")


async def every(directory: Running, query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor = ""
    while True:
        answer = (await get(directory, f"?{query}&limit=100{cursor}")).json()
        found += answer["items"]
        if answer["next"] is None:
            return found
        cursor = f"&cursor={answer['next']}"


async def test_the_country_is_there_from_the_start(directory: Running) -> None:
    everything = await every(directory, "")
    kinds = [territory["kind"] for territory in everything]
    assert (kinds.count("region"), kinds.count("departement")) == (18, 101)
    by_code = {territory["code"]: territory for territory in everything}
    assert len(by_code) == len(everything)
    for territory in everything:
        parent = by_code.get(territory["parent_code"])
        assert rules.code_refusal(territory["kind"], territory["code"], territory["generation"]) is None
        assert rules.parent_refusal(territory["kind"], parent["kind"] if parent else None) is None


async def test_carcassonne_and_its_neighbourhoods(directory: Running) -> None:
    chain = ["QP011002", "11069", "200035715", "11", "REG-76"]
    for code, parent in zip(chain, [*chain[1:], None], strict=True):
        assert (await get(directory, f"/{code}")).json()["parent_code"] == parent
    qpvs = await every(directory, "kind=qpv&parent=11069&generation=2015")
    assert {qpv["code"]: qpv["population"] for qpv in qpvs} == {
        "QP011002": 2060,
        "QP011003": 1862,
        "QP011004": 3775,
        "QP011005": 1050,
        "QP011006": 1084,
    }
    assert [qpv["code"] for qpv in await every(directory, "q=saint+viguier")] == ["QP011003"]
    assert [qpv["code"] for qpv in await every(directory, "q=qp011006")] == ["QP011006"]
    assert await every(directory, "kind=qpv&generation=2024&parent=11069") == []


async def test_a_territory_is_known_by_its_etag(directory: Running) -> None:
    first = await get(directory, "/QP011002")
    assert first.headers["etag"] == '"1"'
    again = await directory.client.get(f"{T}/QP011002", headers={"If-None-Match": '"1"'})
    assert (again.status_code, again.content) == (304, b"")
    assert problem(await get(directory, "/QP999999")) == "not-found"
    assert (await get(directory, "/quartier")).status_code == 422
    assert (await get(directory, "?kind=pays")).status_code == 422
    assert (await get(directory, "?generation=2000")).status_code == 422


async def test_administrators_create_replace_and_link(directory: Running) -> None:
    administrator = await an_administrator(directory)
    wish = {"kind": "qpv", "name": "La Conte – Ozanam", "parent_code": "11069", "generation": 2024, "population": 2000}
    created = await administrator.call("PUT", f"{T}/QN01101M", wish)
    assert (created.status_code, created.headers["etag"]) == (201, '"1"')
    assert problem(await administrator.call("PUT", f"{T}/QN01101M", wish)) == "precondition-required"
    replaced = await administrator.call("PUT", f"{T}/QN01101M", {**wish, "population": 2100}, **{"If-Match": '"1"'})
    assert (replaced.status_code, replaced.headers["etag"], replaced.json()["population"]) == (200, '"2"', 2100)
    assert problem(await administrator.call("PUT", f"{T}/QN01101M", wish, **{"If-Match": '"1"'})) == "stale-version"
    assert problem(await administrator.call("PUT", f"{T}/QN01102M", wish, **{"If-Match": '"1"'})) == "stale-version"

    linked = await administrator.call("PUT", f"{T}/QP011002/successors", {"codes": ["QN01101M"]}, **{"If-Match": '"1"'})
    assert (linked.status_code, linked.json()["successors"], linked.headers["etag"]) == (200, ["QN01101M"], '"2"')
    successor = await get(directory, "/QN01101M")
    assert (successor.json()["predecessors"], successor.headers["etag"]) == (["QP011002"], '"3"')
    unlinked = await administrator.call("PUT", f"{T}/QP011002/successors", {"codes": []}, **{"If-Match": '"2"'})
    assert unlinked.json()["successors"] == []
    assert (await get(directory, "/QN01101M")).json()["predecessors"] == []
    acts = await directory.rows("SELECT act FROM journal_lines WHERE resource_type = 'territory' ORDER BY id")
    assert [line["act"] for line in acts] == [
        "territory.created",
        "territory.changed",
        "territory.succeeded",
        "territory.succeeded",
    ]


@pytest.mark.parametrize(
    ("code", "change", "status"),
    [
        ("QN01109N", {"generation": 2015}, 409),
        ("QN01109N", {"generation": None}, 409),
        ("QN01109N", {"parent_code": None}, 409),
        ("QN01109N", {"parent_code": "QP011002"}, 409),
        ("QN01109N", {"parent_code": "99999"}, 409),
        ("QN01109N", {"kind": "commune"}, 409),
        ("QN99909N", {}, 409),
        ("QN01109N", {"population": -1}, 422),
        ("QN01109N", {"population": 10**12}, 422),
        ("QN01109N", {"name": ""}, 422),
        ("QN01109N", {"generation": 2030}, 422),
        ("QN01109N🙂", {}, 422),
    ],
    ids=str,
)
async def test_incoherent_territories_are_refused(directory: Running, code: str, change: dict[str, Any], status: int) -> None:
    administrator = await an_administrator(directory)
    wish = {"kind": "qpv", "name": "Ailleurs", "parent_code": "11069", "generation": 2024, **change}
    refused = await administrator.call("PUT", f"{T}/{code}", wish)
    assert (refused.status_code, problem(refused)) == (status, "territory-refused" if status == 409 else "malformed-request")


async def test_incoherent_successions_are_refused(directory: Running) -> None:
    administrator = await an_administrator(directory)
    for codes in (["QP011003"], ["11069"], ["QN99999N"], ["QP011004"]):
        refused = await administrator.call("PUT", f"{T}/QP011004/successors", {"codes": codes}, **{"If-Match": '"1"'})
        assert (refused.status_code, problem(refused)) == (409, "succession-refused")
    missing = await administrator.call("PUT", f"{T}/QP011099/successors", {"codes": []}, **{"If-Match": '"1"'})
    assert missing.status_code == 404
    assert problem(await administrator.call("PUT", f"{T}/QP011004/successors", {"codes": []})) == "precondition-required"


async def test_a_territory_others_depend_on_keeps_its_kind(directory: Running) -> None:
    administrator = await an_administrator(directory)
    commune = (await get(directory, "/11069")).json()
    assert commune["kind"] == "commune"
    wish = {"kind": "epci", "name": "Carcassonne", "parent_code": "11"}
    assert problem(await administrator.call("PUT", f"{T}/11069", wish, **{"If-Match": '"1"'})) == "territory-refused"


async def test_created_twice_at_once_is_created_once(directory: Running) -> None:
    administrator = await an_administrator(directory)
    wish = {"kind": "qpv", "name": "Ensemble", "parent_code": "11069", "generation": 2024}
    answers = await asyncio.gather(*(administrator.call("PUT", f"{T}/QN01150N", wish) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 428, 428, 428]


async def test_others_read_only(directory: Running) -> None:
    citizen = await a_citizen(directory)
    wish = {"kind": "region", "name": "Ailleurs"}
    assert problem(await citizen.call("PUT", f"{T}/REG-99", wish)) == "forbidden"
    assert problem(await citizen.call("PUT", f"{T}/QP011005/successors", {"codes": []}, **{"If-Match": '"1"'})) == "forbidden"
    assert (await directory.client.put(f"{T}/REG-99", json=wish)).status_code == 401
