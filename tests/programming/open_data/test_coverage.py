"""The coverage of a decided campaign as open data: the figures of its matrix, with their history, and nothing of a person's."""

import csv
import io
from typing import Any

import pytest

from services.programming.open_data.jobs import publish_coverage, publish_due_coverage
from tests.programming.open_data.conftest import OPEN_DATA, Press
from tests.programming.open_data.test_catalog import decided
from tests.programming.papers import refusal
from tests.programming.world import World
from tests.support import BASE_URL

pytestmark = pytest.mark.anyio


def where(world: World) -> str:
    return f"{OPEN_DATA}/campaigns/{world.campaign_id}/coverage"


async def hour_passes(world: World) -> None:
    """The periodic job, then those it queued."""
    async with world.running.resources.database.transaction() as session:
        await publish_due_coverage.run(session, world.running.resources, timestamp=0)
    await world.running.run_jobs()


async def read(world: World, path: str = "") -> dict[str, Any]:
    found: dict[str, Any] = (await world.call(None, "GET", path or f"{where(world)}.json", expect=200)).json()
    return found


async def test_its_figures_are_those_of_the_coverage_route(world: World) -> None:
    await world.awarded(state=8_000, caf=4_000, granted={"state": 6_000, "caf": 4_000})
    await world.awarded(region=3_000, granted={"region": 0})
    await decided(world)
    await hour_passes(world)
    matrix = (await world.call(None, "GET", f"/campaigns/{world.campaign_id}/coverage", expect=200)).json()
    told = await read(world)
    for one, other in zip([*told["cells"], told["total"]], [*matrix["cells"], matrix["total"]], strict=True):
        granted = other["granted"]
        assert (one["actions"], one["holders"], one["publics"]) == (granted["actions"], granted["holders"], granted["publics"])
        assert one["granted_cents"] == granted["amount_cents"]
        by_funder = {funder["funder_id"]: funder["granted_cents"] for funder in other["funders"] if funder["granted_cents"]}
        assert {funder["funder_id"]: funder["granted_cents"] for funder in one["funders"]} == by_funder
    assert told["total"]["granted_cents"] == 1_000_000
    for layer in ("objectives", "qpvs", "uncovered", "droit_commun", "tfpb"):
        assert told[layer] == matrix[layer]
    answer = await world.call(None, "GET", f"{where(world)}.csv", expect=200)
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["access-control-allow-origin"] == "*"
    lines = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(line["objectif"], line["qpv"] or None, line["montantVote"], line["couvert"]) for line in lines] == [
        (cell["objective_code"], cell["qpv_code"], f"{cell['granted']['amount_cents'] // 100}", "oui" if cell["covered"] else "non")
        for cell in matrix["cells"]
    ]
    for text in (answer.text, str(told)):
        assert "Ateliers imaginaires" not in text
        assert "sociolinguistiques" not in text
        assert str(world.association) not in text


async def test_a_campaign_that_is_not_decided_publishes_nothing(world: World) -> None:
    await world.awarded(state=8_000)
    await hour_passes(world)
    async with world.running.resources.database.transaction() as session:
        await publish_coverage.run(session, world.running.resources, campaign_id=world.campaign_id)
    for path in (".csv", ".json", "/versions", "/versions/1.csv", "/versions/1.json"):
        refusal(await world.call(None, "GET", where(world) + path), 404, "not-found")
    catalog = (await world.call(None, "GET", f"{OPEN_DATA}/catalog.jsonld", expect=200)).json()
    assert f"coverage-{world.campaign_id}" not in [one["dct:identifier"] for one in catalog["dcat:dataset"]]


async def test_what_changes_makes_a_version_and_the_former_ones_stay(press: Press) -> None:
    world = press.world
    award = (await world.awarded(state=8_000))["awards"]["state"]
    await decided(world)
    await hour_passes(world)
    first = await world.call(None, "GET", f"{where(world)}.json", expect=200)
    world.running.clock.forward(days=1)
    await hour_passes(world)
    (only,) = await world.pages(None, f"{where(world)}/versions")
    assert only["version"] == 1, "nothing changed but the hour"
    await world.call(None, "GET", f"{where(world)}.json", headers={"If-None-Match": first.headers["etag"]}, expect=304)
    await press.amend(award["id"], 700_000)
    await hour_passes(world)
    last, former = await world.pages(None, f"{where(world)}/versions", limit=1)
    assert (last["version"], last["granted_cents"]) == (2, 700_000)
    assert former == only
    assert (await read(world))["total"]["granted_cents"] == 700_000
    kept = await world.call(None, "GET", former["json_url"].removeprefix(BASE_URL), expect=200)
    assert kept.content == first.content
    assert "immutable" in kept.headers["cache-control"]
    assert "700" in (await world.call(None, "GET", last["csv_url"].removeprefix(BASE_URL), expect=200)).text
    refusal(await world.call(None, "GET", f"{where(world)}/versions/3.json"), 404, "not-found")


async def test_the_job_run_again_makes_no_other_version(world: World) -> None:
    await world.awarded(state=8_000)
    await decided(world)
    await hour_passes(world)
    for _ in range(2):
        async with world.running.resources.database.transaction() as session:
            await publish_coverage.run(session, world.running.resources, campaign_id=world.campaign_id)
    assert [one["version"] for one in await world.pages(None, f"{where(world)}/versions")] == [1]


async def test_the_catalogue_describes_its_latest_version(press: Press) -> None:
    world = press.world
    award = (await world.awarded(state=8_000))["awards"]["state"]
    await decided(world)
    await hour_passes(world)
    world.running.clock.forward(days=1)
    await press.amend(award["id"], 700_000)
    await hour_passes(world)
    last, first = await world.pages(None, f"{where(world)}/versions")
    catalog = (await world.call(None, "GET", f"{OPEN_DATA}/catalog.jsonld", expect=200)).json()
    (dataset,) = [one for one in catalog["dcat:dataset"] if one["dct:identifier"] == f"coverage-{world.campaign_id}"]
    assert dataset["dct:issued"]["@value"][:19] == first["published_at"][:19]
    assert dataset["dct:modified"]["@value"][:19] == last["published_at"][:19]
    assert dataset["dcat:version"] == "2"
    assert catalog["dct:modified"] == dataset["dct:modified"]
    for file, kind in zip(dataset["dcat:distribution"], ("csv", "json"), strict=True):
        downloaded = await world.call(None, "GET", file["dcat:downloadURL"]["@id"].removeprefix(BASE_URL), expect=200)
        assert file["dcat:byteSize"]["@value"] == str(len(downloaded.content)) == str(last[f"{kind}_size"])
        assert file["spdx:checksum"]["spdx:checksumValue"]["@value"] == last[f"{kind}_sha256"]
