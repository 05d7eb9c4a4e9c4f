"""Another centre's holdings: harvested, followed, and never laid over what somebody wrote here."""

from typing import Any

import pytest

from services.catalogue.harvests import intake, jobs, runs
from tests.catalogue.harvests.stand_in import add, error, harvest, identify, lines, only, page, pairs, record, report, standing_in
from tests.catalogue.world import World

pytestmark = pytest.mark.anyio


async def outcomes(world: World, run: dict[str, Any]) -> list[str]:
    return [line["outcome"] for line in await lines(world, run)]


async def draft_of(world: World, line: dict[str, Any]) -> dict[str, Any]:
    body: dict[str, Any] = (await world.call(world.documentalist, "GET", f"/drafts/{line['document_id']}", expect=200)).json()
    return body


async def test_a_record_becomes_a_published_reference(world: World) -> None:
    said = record(
        1,
        title="Les conseils citoyens",
        creator=["Exemple, Camille"],
        subject=["Démocratie locale", "Jeunes"],
        date=["not a date", "2016-09-14T10:00:00Z"],
        language="fre",
        identifier=["ISBN 978-2-07-036024-6", "https://ailleurs.example/notices/1", "https://ailleurs.example/pdf/1"],
        rights="https://creativecommons.org/licenses/by/4.0/",
        contributor="Une ville",
        format=["application/pdf", "112 p."],
    )
    async with standing_in(only(said)) as there:
        source = await add(world, there.url, themes={"démocratie Locale": "participation"})
        run = await harvest(world, source)
    assert (run["state"], run["counts"], run["pages"]) == ("done", {"new": 1}, 1)
    assert there.asked == [{"path": "/oai", "verb": "ListRecords", "metadataPrefix": "oai_dc"}]
    (line,) = await lines(world, run)
    read = (await world.call(None, "GET", f"/documents/{line['document_id']}", expect=200)).json()
    assert (read["kind"], read["title"], read["dated"], read["language"]) == (
        "reference",
        "Les conseils citoyens",
        "2016-09-14",
        "fr",
    )
    content = read["content"]
    assert content["authors"] == [{"name": "Exemple, Camille", "role": None}]
    assert [(each["name"], each["role"]) for each in content["organisations"]] == [
        ("Centre d'ailleurs", "publisher"),
        ("Une ville", "partner"),
    ]
    assert (content["theme_codes"], content["keywords"]) == (["participation"], ["Jeunes"])
    assert content["links"] == [{"url": "https://ailleurs.example/notices/1", "label": "Ailleurs"}]
    assert (content["identifiers"], content["licence"], content["extent"]) == (["ISBN 978-2-07-036024-6"], "cc-by-4.0", "112 p.")
    draft = await draft_of(world, line)
    assert draft["origin"] == f"oai:{source['id']}:oai:ailleurs.example:1"


async def test_records_wait_for_a_review_when_the_source_does_not_publish(world: World) -> None:
    async with standing_in(only(record(1))) as there:
        run = await harvest(world, await add(world, there.url, publishes=False))
    (line,) = await lines(world, run)
    assert (line["outcome"], line["reason"]) == ("new", "À relire avant publication.")
    assert (await draft_of(world, line))["state"] == "draft"


async def test_the_next_harvest_asks_for_what_changed_in_the_source_s_granularity(world: World) -> None:
    async with standing_in(only(record(1))) as there:
        source = await add(world, there.url)
        await harvest(world, source)
        again = await harvest(world, source)
        assert again["counts"] == {"unchanged": 1}
        assert again["asked_from"] == there.lists[-1]["from"] == "2026-11-20T09:50:00Z"
        there.answers = only(record(1), granularity="YYYY-MM-DD")
        await harvest(world, source)
        assert there.lists[-1]["from"] == "2026-11-19"
        await harvest(world, source, full=True)
        assert "from" not in there.lists[-1]


async def test_nothing_new_is_a_success(world: World) -> None:
    async with standing_in(lambda asked: identify() if asked["verb"] == "Identify" else error("noRecordsMatch")) as there:
        run = await harvest(world, await add(world, there.url, set_spec="kind:study"))
    assert (run["state"], run["counts"], there.lists[0]["set"]) == ("done", {}, "kind:study")


async def test_a_change_at_the_source_is_followed_and_a_change_here_is_kept(world: World) -> None:
    async with standing_in(only(record(1), record(2), record(3))) as there:
        source = await add(world, there.url)
        first = await lines(world, await harvest(world, source))
        edited, withdrawn = await draft_of(world, first[1]), await draft_of(world, first[2])
        await world.write(edited, abstract="Relu par nos soins.")
        await world.publish(edited)
        await world.withdraw(withdrawn)
        there.answers = only(*(record(number, title=f"Titre revu {number}") for number in (1, 2, 3)))
        run = await harvest(world, source)
        after = await lines(world, run)
    assert [line["outcome"] for line in after] == ["updated", "kept", "kept"]
    assert "modifiée ici" in after[1]["reason"]
    assert "retirée ici" in after[2]["reason"]
    read = (await world.call(None, "GET", f"/documents/{first[0]['document_id']}")).json()
    assert (read["title"], read["published_version"]) == ("Titre revu 1", 2)
    assert (await draft_of(world, first[1]))["content"]["abstract"] == "Relu par nos soins."
    await world.call(None, "GET", f"/documents/{withdrawn['id']}", expect=410)


async def test_a_deletion_at_the_source_withdraws_and_its_return_brings_back(world: World) -> None:
    async with standing_in(only(record(1), record(2))) as there:
        source = await add(world, there.url)
        first = await lines(world, await harvest(world, source))
        await world.write(await draft_of(world, first[1]), abstract="Relu par nos soins.")
        there.answers = only(record(1, deleted=True), record(2, deleted=True), record(9, deleted=True))
        gone = await lines(world, await harvest(world, source))
        assert [line["outcome"] for line in gone] == ["deleted", "kept", "unchanged"]
        tombstone = await world.refused(None, "GET", f"/documents/{first[0]['document_id']}", 410, "document-withdrawn")
        assert tombstone["reason"] == "Supprimé par sa source, Ailleurs."
        assert await outcomes(world, await harvest(world, source)) == ["unchanged", "kept", "unchanged"]
        there.answers = only(record(1))
        assert await outcomes(world, await harvest(world, source)) == ["updated"]
    await world.call(None, "GET", f"/documents/{first[0]['document_id']}", expect=200)


async def test_a_record_that_cannot_be_taken_says_why_and_stops_no_other(world: World) -> None:
    untitled = record(1).replace("<dc:title>Notice 1</dc:title>", "")
    nameless = record(2).replace("oai:ailleurs.example:2", "")
    bare = record(3, description=[])
    async with standing_in(only(untitled, nameless, bare, record(4))) as there:
        run = await harvest(world, await add(world, there.url))
    found = await lines(world, run)
    assert [line["outcome"] for line in found] == ["refused", "refused", "new", "new"]
    assert found[0]["reason"] == "La notice n'a pas de titre."
    assert found[1]["reason"] == "La notice n'a pas d'identifiant."
    assert found[2]["reason"] == "Sans résumé : à compléter avant publication."
    assert run["counts"] == {"new": 2, "refused": 2}
    assert [line["number"] for line in await lines(world, run, outcome="refused", limit=1)] == [1, 2]


async def test_lookalikes_wait_for_a_documentalist_s_word(world: World) -> None:
    by_isbn = await world.published("Un livre", identifiers=["ISBN 978-2-07-036024-6"])
    by_url = await world.published("Une page", links=[{"url": "http://www.ailleurs.example/notices/2/", "label": "P"}])
    by_title = await world.published("L'École  ouverte !", dated="2019-05", authors=[{"name": "Camille EXEMPLE"}])
    by_doi = await world.published("Un article", identifiers=["doi:10.1234/AbC"])
    said = [
        record(1, identifier=["urn:isbn:9782070360246", "https://ailleurs.example/x1"]),
        record(2),
        record(3, title="L’école ouverte", date="2019", creator="Exemple, Camille"),
        record(4, identifier=["https://doi.org/10.1234/abc"]),
        record(5),
    ]
    async with standing_in(only(*said)) as there:
        source = await add(world, there.url)
        run = await harvest(world, source)
        assert run["counts"] == {"duplicate": 4, "new": 1}
        waiting = await pairs(world, source)
        assert [(pair["matched_by"], pair["document"]["id"]) for pair in waiting] == [
            ("isbn", by_isbn["id"]),
            ("url", by_url["id"]),
            ("title", by_title["id"]),
            ("doi", by_doi["id"]),
        ]
        both, same, refuse, _ = waiting
        for pair, decision in ((both, "keep_both"), (same, "same"), (refuse, "refuse")):
            path = f"/harvest-sources/{source['id']}/duplicates/{pair['id']}"
            await world.change(world.documentalist, "POST", f"{path}/decision", of=path, json={"decision": decision}, expect=201)
        path = f"/harvest-sources/{source['id']}/duplicates/{both['id']}"
        tag = (await world.call(world.documentalist, "GET", path)).headers["etag"]
        wish: dict[str, Any] = {"json": {"decision": "refuse"}, "headers": {"If-Match": tag}}
        await world.refused(world.documentalist, "POST", f"{path}/decision", 409, "already-decided", **wish)
        assert [pair["id"] for pair in await pairs(world, source)] == [waiting[3]["id"]]
        found = await world.pages(None, "/documents", centre_id=world.centre_id, kind="reference")
        assert sorted(each["title"] for each in found) == ["Notice 1", "Notice 5"]
        # The source changes them all: only what entered follows, nothing comes back by itself.
        there.answers = only(*(text.replace("Un résumé.", "Un autre résumé.") for text in said))
        after = await lines(world, await harvest(world, source))
    assert [line["outcome"] for line in after] == ["updated", "unchanged", "unchanged", "duplicate", "updated"]
    assert (await draft_of(world, {"document_id": by_url["id"]}))["content"]["title"] == "Une page"


async def test_the_same_page_is_linked_from_the_document_it_is_said_to_be(world: World) -> None:
    ours = await world.published("Un livre", identifiers=["ISBN 978-2-07-036024-6"])
    async with standing_in(only(record(1, identifier=["9782070360246", "https://ailleurs.example/livre"]))) as there:
        source = await add(world, there.url)
        await harvest(world, source)
        (pair,) = await pairs(world, source)
        assert (pair["title"], pair["url"]) == ("Notice 1", "https://ailleurs.example/livre")
        path = f"/harvest-sources/{source['id']}/duplicates/{pair['id']}"
        await world.change(world.documentalist, "POST", f"{path}/decision", of=path, json={"decision": "same"}, expect=201)
    draft = await draft_of(world, {"document_id": ours["id"]})
    assert draft["content"]["links"] == [{"url": "https://ailleurs.example/livre", "label": "Ailleurs"}]
    assert (draft["work"], draft["state"]) == ("draft", "published")


async def test_a_crash_takes_up_at_the_page_that_was_not_applied(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def answers(asked: dict[str, str]) -> Any:
        second = page(record(3), record(4))
        return second if asked.get("resumptionToken") == "deux" else page(record(1), record(2), token="deux")

    taken = intake.Intake.take
    crashes = [True]

    async def take(self: Any, said: Any) -> Any:
        if said.identifier.endswith(":4") and crashes:
            crashes.pop()
            raise RuntimeError("the machine went off")
        return await taken(self, said)

    monkeypatch.setattr(intake.Intake, "take", take)
    async with standing_in(answers) as there:
        source = await add(world, there.url)
        run = await harvest(world, source)
        assert (run["state"], run["pages"], run["counts"]) == ("running", 1, {"new": 2})
        await world.refused(world.documentalist, "POST", f"/harvest-sources/{source['id']}/runs", 409, "harvest-under-way", json={})
        async with world.running.resources.database.readers.connection() as connection:
            await connection.execute("UPDATE procrastinate_jobs SET scheduled_at = now() WHERE status = 'todo'")
        await world.running.run_jobs()
        run = await report(world, run)
    assert (run["state"], run["pages"], run["counts"]) == ("done", 2, {"new": 4})
    assert [asked.get("resumptionToken") for asked in there.lists] == [None, "deux", "deux"]
    assert len(await world.pages(None, "/documents", centre_id=world.centre_id, kind="reference")) == 4


async def test_sources_are_the_centre_s_own_and_publishing_is_its_managers_to_grant(world: World) -> None:
    source = await add(world, "http://127.0.0.1:1/oai")
    path = f"/harvest-sources/{source['id']}"
    for who in (world.neighbour, world.member, world.stranger):
        await world.refused(who, "GET", path, 404, "not-found")
        await world.refused(who, "POST", f"{path}/runs", 404, "not-found", json={})
        assert await world.pages(who, "/harvest-sources") == []
    wish = {"centre_id": world.centre_id, "name": "Autre", "base_url": "https://a.example/oai", "publishes": True}
    await world.refused(world.documentalist, "POST", "/harvest-sources", 403, "not-a-centre-manager", json=wish)
    await world.refused(world.neighbour, "POST", "/harvest-sources", 403, "not-a-documentalist", json=wish)
    taken = {**wish, "publishes": False, "name": "Ailleurs"}
    await world.refused(world.documentalist, "POST", "/harvest-sources", 409, "source-name-taken", json=taken)
    unknown = {**taken, "name": "Autre", "themes": {"X": "magie"}}
    await world.refused(world.documentalist, "POST", "/harvest-sources", 409, "unknown-theme", json=unknown)
    changed = await world.change(world.documentalist, "PATCH", path, json={"schedule": "daily"}, expect=200)
    assert changed.json()["due_at"] is not None
    await world.change(world.documentalist, "DELETE", path, expect=204)
    await world.call(world.documentalist, "GET", path, expect=404)


async def test_a_source_is_harvested_when_its_time_comes(world: World) -> None:
    async with standing_in(only(record(1))) as there:
        source = await add(world, there.url, schedule="daily")
        where = f"/harvest-sources/{source['id']}/runs"

        async def tick() -> int:
            async with world.running.resources.database.transaction() as session:
                await jobs.harvest_due.run(session, world.running.resources, timestamp=0)
            await world.running.run_jobs()
            return len(await world.pages(world.documentalist, where))

        assert await tick() == 1
        assert await tick() == 1
        world.running.clock.forward(days=1)
        assert await tick() == 2


async def test_one_harvest_at_a_time(world: World) -> None:
    source = await add(world, "http://127.0.0.1:9/oai")
    path = f"/harvest-sources/{source['id']}/runs"
    answers = await world.at_once([(world.documentalist, "POST", path, {"json": {}})] * 4)
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    async with world.running.resources.database.readers.connection() as connection:
        await connection.execute("DELETE FROM procrastinate_jobs WHERE status = 'todo'")


async def test_a_pair_is_decided_once(world: World) -> None:
    await world.published("Un livre", identifiers=["ISBN 978-2-07-036024-6"])
    async with standing_in(only(record(1, identifier="9782070360246"))) as there:
        source = await add(world, there.url)
        await harvest(world, source)
    (pair,) = await pairs(world, source)
    path = f"/harvest-sources/{source['id']}/duplicates/{pair['id']}/decision"
    wish = {"json": {"decision": "keep_both"}, "headers": {"If-Match": '"1"'}}
    answers = await world.at_once([(world.documentalist, "POST", path, wish)] * 3)
    assert sorted(answer.status_code for answer in answers) == [201, 412, 412]
    assert len(await world.pages(None, "/documents", centre_id=world.centre_id, kind="reference")) == 1


async def test_a_big_page_is_taken_a_few_at_a_time_and_a_crash_skips_what_was_taken(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "AT_ONCE", 2)
    taken: list[str] = []
    take = intake.Intake.take

    async def slow(self: Any, said: Any) -> Any:
        taken.append(said.identifier)
        if len(taken) == 4:
            raise RuntimeError("the machine went off")
        return await take(self, said)

    monkeypatch.setattr(intake.Intake, "take", slow)
    async with standing_in(only(*(record(number) for number in range(5)))) as there:
        run = await harvest(world, await add(world, there.url))
        assert (run["state"], run["counts"]) == ("waiting", {"new": 2})
        async with world.running.resources.database.readers.connection() as connection:
            await connection.execute("UPDATE procrastinate_jobs SET scheduled_at = now() WHERE status = 'todo'")
        await world.running.run_jobs()
        run = await report(world, run)
    assert (run["state"], run["counts"]) == ("done", {"new": 5})
    assert len(taken) == 4 + 3


async def test_private_addresses_are_refused_outside_development(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async with standing_in(only(record(1))) as there:
        source = await add(world, there.url)
        monkeypatch.setattr(world.running.resources.settings, "environment", "production")
        wish = {
            "centre_id": world.centre_id,
            "name": "Métadonnées",
            "base_url": "http://169.254.169.254/latest",
            "schedule": "manual",
        }
        problem = await world.refused(world.documentalist, "POST", "/harvest-sources", 409, "source-address-refused", json=wish)
        assert problem["errors"] == [
            {"pointer": "/base_url", "detail": "Cette adresse n'est pas publique.", "code": "refused_address"}
        ]
        # A name may lead elsewhere since it was recorded: it is judged again when it is read.
        run = await harvest(world, source)
    assert (run["failure"], there.asked) == ("refused_address", [])
