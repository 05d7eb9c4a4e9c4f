"""The catalogue harvesters read, and the public data of a decided campaign."""

import csv
import io
from typing import Any

import pytest

from tests.programming.open_data.conftest import OPEN_DATA, Press
from tests.programming.papers import refusal
from tests.programming.world import World
from tests.support import BASE_URL

pytestmark = pytest.mark.anyio


async def decided(world: World) -> None:
    await world.act("closing")
    await world.act("instruction")
    await world.act("decision")


def addresses(value: Any) -> list[str]:
    """Every `@id` in a JSON-LD document."""
    if isinstance(value, dict):
        own = [value["@id"]] if "@id" in value else []
        return own + [each for name, inner in value.items() if name != "@context" for each in addresses(inner)]
    return [each for inner in value for each in addresses(inner)] if isinstance(value, list) else []


async def test_the_catalogue_describes_each_file_as_it_is(press: Press) -> None:
    world = press.world
    award = (await world.awarded(state=8_000))["awards"]["state"]
    slug = (await press.identify())["slug"]
    first = await press.publish()
    world.running.clock.forward(days=1)
    await press.amend(award["id"], 700_000)
    last = await press.publish()
    answer = await world.call(None, "GET", f"{OPEN_DATA}/catalog.jsonld", expect=200)
    assert answer.headers["content-type"] == "application/ld+json"
    assert answer.headers["access-control-allow-origin"] == "*"
    catalog = answer.json()
    assert catalog["@type"] == "dcat:Catalog"
    prefixes = tuple(f"{name}:" for name in catalog["@context"])
    assert all(each.startswith(("http://", "https://", "mailto:", *prefixes)) for each in addresses(catalog))
    (dataset,) = [one for one in catalog["dcat:dataset"] if one["dct:identifier"] == f"subventions-{slug}"]
    assert dataset["dct:publisher"]["dct:identifier"] == "11000001500013"
    assert dataset["dcat:contactPoint"]["vcard:hasEmail"] == {"@id": "mailto:opendata@prefecture.example.org"}
    assert dataset["dct:license"] == {"@id": "https://www.etalab.gouv.fr/licence-ouverte-open-licence"}
    assert dataset["dct:conformsTo"]["@id"].endswith("/subventions/raw/v2.1.1/schema.json")
    assert dataset["dct:issued"]["@value"][:19] == first["published_at"][:19]
    assert dataset["dct:modified"]["@value"][:19] == last["published_at"][:19]
    assert dataset["dct:temporal"]["dcat:startDate"]["@value"] == f"{press.year}-01-01"
    contract = (await world.call(None, "GET", f"/contracts/{world.contract_id}", expect=200)).json()["code"]
    assert dataset["dct:spatial"][0]["@id"] == f"http://id.insee.fr/geo/departement/{contract[3:5]}"
    (file,) = dataset["dcat:distribution"]
    assert file["dcat:downloadURL"]["@id"] == f"{BASE_URL}{OPEN_DATA}/subventions/{slug}/{press.year}.csv"
    downloaded = await world.call(None, "GET", file["dcat:downloadURL"]["@id"].removeprefix(BASE_URL), expect=200)
    assert file["dcat:byteSize"]["@value"] == str(len(downloaded.content))
    assert file["spdx:checksum"]["spdx:checksumValue"]["@value"] == last["sha256"]
    held = {"If-None-Match": answer.headers["etag"]}
    await world.call(None, "GET", f"{OPEN_DATA}/catalog.jsonld", headers=held, expect=304)


async def test_supported_actions_are_public_once_the_campaign_is_decided(world: World) -> None:
    told = await world.awarded(state=8_000, caf=4_000)
    refused = await world.awarded(region=3_000, granted={"region": 0})
    where = f"{OPEN_DATA}/campaigns/{world.campaign_id}/actions"
    for suffix in ("csv", "json"):
        refusal(await world.call(None, "GET", f"{where}.{suffix}"), 404, "not-found")
    await decided(world)
    found = (await world.call(None, "GET", f"{where}.json", expect=200)).json()
    assert found["items"] == [
        {
            "reference": told["reference"],
            "title": "Ateliers sociolinguistiques",
            "holder_name": "Les Ateliers imaginaires",
            "objective_codes": ["2"],
            "qpv_codes": ["QP011002"],
            "funders": ["État", "CAF"],
            "granted_cents": 1_200_000,
            "year": told["awards"]["state"]["year"],
        }
    ]
    answer = await world.call(None, "GET", f"{where}.csv", expect=200)
    assert refused["reference"] not in answer.text
    (line,) = csv.DictReader(io.StringIO(answer.text))
    assert (line["reference"], line["montantAccorde"], line["financeurs"]) == (told["reference"], "12000", "État;CAF")
    catalog = (await world.call(None, "GET", f"{OPEN_DATA}/catalog.jsonld", expect=200)).json()
    (dataset,) = [one for one in catalog["dcat:dataset"] if one["dct:identifier"] == f"actions-{world.campaign_id}"]
    for file in dataset["dcat:distribution"]:
        await world.call(None, "GET", file["dcat:downloadURL"]["@id"].removeprefix(BASE_URL), expect=200)


async def test_who_may_be_a_person_is_not_named(world: World) -> None:
    world.organisations[world.association] |= {"kind": "company", "name": "Dupont Jeanne", "siret": "82161143100015"}
    await world.awarded(region=3_000)
    await decided(world)
    where = f"{OPEN_DATA}/campaigns/{world.campaign_id}/actions"
    for suffix in ("csv", "json"):
        assert "Dupont" not in (await world.call(None, "GET", f"{where}.{suffix}", expect=200)).text
    stated = f"/funders/{world.region}/beneficiaries/{world.association}"
    await world.call(world.region_officer, "PUT", stated, json={"legal_person": True}, expect=200)
    assert "Dupont" in (await world.call(None, "GET", f"{where}.json", expect=200)).text
