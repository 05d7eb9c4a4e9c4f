"""Our own provider, read by our own harvester over a real port: what one says, the other understands."""

import pytest

from services.catalogue.oai import service
from tests.catalogue.harvests.stand_in import harvest, lines
from tests.catalogue.oai.asking import listening
from tests.catalogue.world import World

pytestmark = pytest.mark.anyio


async def test_a_neighbour_harvests_this_centre(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "PAGE", 2)
    code = (await world.call(None, "GET", f"/centres/{world.centre_id}")).json()["code"]
    whole = await world.published(
        "Les conseils citoyens & <autres>",
        subtitle="États des lieux",
        abstract="Statuts, animation.\n\nMoyens alloués.",
        dated="2016-09",
        language="en",
        authors=[{"name": "Camille Exemple"}, {"name": "Dominique Exemple"}],
        organisations=[{"name": "Centre Exemple"}, {"name": "Une ville", "role": "partner"}],
        theme_codes=["participation"],
        keywords=["démocratie"],
        licence="cc-by-sa-4.0",
        extent="112 p.",
        identifiers=["ISBN 978-2-07-036024-6"],
    )
    others = [await world.published(f"Autre {number}") for number in range(4)]
    await world.published("Réservé", access="members")
    async with listening(world) as url:
        wish = {
            "centre_id": world.other_centre_id,
            "name": "Villes et Territoires",
            "base_url": url,
            "set_spec": f"centre:{code}",
            "schedule": "manual",
            "publishes": True,
            "themes": {"Participation des habitants": "participation"},
        }
        source = (await world.call(world.neighbour, "POST", "/harvest-sources", json=wish, expect=201)).json()
        ours = world.documentalist
        world.documentalist = world.neighbour
        run = await harvest(world, source)
        assert (run["state"], run["counts"], run["pages"], run["warnings"]) == ("done", {"new": 5}, 3, [])
        entered = {line["identifier"].rpartition(":")[2]: line for line in await lines(world, run)}
        read = (await world.call(None, "GET", f"/documents/{entered[whole['reference']]['document_id']}")).json()["content"]
        # The overlap is read again and changes nothing; an hour later there is nothing to read at all.
        world.running.clock.forward(hours=1)
        assert (await harvest(world, source))["counts"] == {"unchanged": 5}
        quiet = await harvest(world, source)
        assert (quiet["state"], quiet["counts"]) == ("done", {})
        world.documentalist = ours
        world.running.clock.forward(hours=1)
        await world.withdraw(others[0])
        await world.write(others[1], title="Autre, revu")
        await world.publish(others[1])
        await world.write(others[2], access="members")
        await world.publish(others[2])
        world.documentalist = world.neighbour
        world.running.clock.forward(hours=1)
        run = await harvest(world, source)
        assert run["counts"] == {"deleted": 2, "updated": 1}
    link = f"http://canevas.test/catalogue/d/{whole['reference']}"
    kept = ("title", "subtitle", "dated", "language", "theme_codes", "keywords", "licence", "extent")
    assert {name: read[name] for name in kept} == {
        "title": "Les conseils citoyens & <autres>",
        "subtitle": "États des lieux",
        "dated": "2016-09",
        "language": "en",
        "theme_codes": ["participation"],
        "keywords": ["démocratie"],
        "licence": "cc-by-sa-4.0",
        "extent": "112 p.",
    }
    assert [author["name"] for author in read["authors"]] == ["Camille Exemple", "Dominique Exemple"]
    assert [(each["name"], each["role"]) for each in read["organisations"]] == [
        ("Centre Exemple", "publisher"),
        ("Une ville", "partner"),
    ]
    assert read["identifiers"] == [whole["reference"], "ISBN 978-2-07-036024-6"]
    assert read["links"] == [{"url": link, "label": "Villes et Territoires"}]
    assert read["abstract"] == "Statuts, animation.\n\nMoyens alloués."
