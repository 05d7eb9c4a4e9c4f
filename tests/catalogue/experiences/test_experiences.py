"""A dossier that closes becomes one draft of the centre that follows its contract, to be reviewed."""

import asyncio
from typing import Any

import pytest

from services.catalogue.experiences import jobs
from services.catalogue.vocabulary import service as vocabulary
from services.common.ids import new_id
from services.common.problems import TemporarilyUnavailable
from tests.catalogue.documents.siblings import tell
from tests.catalogue.experiences.closed import closes, dossier, follow
from tests.catalogue.world import World

pytestmark = pytest.mark.anyio


async def _proposals(world: World, who: Any, contract_id: Any, **asked: Any) -> list[dict[str, Any]]:
    return await world.pages(who, "/experience-proposals", contract_id=str(contract_id), **asked)


async def test_a_closed_dossier_becomes_a_filled_draft(world: World) -> None:
    contract = new_id()
    await follow(world, contract)
    data = dossier(contract)
    dossier_id = await closes(world, data)
    (found,) = await _proposals(world, world.documentalist, contract)
    assert (found["state"], found["dossier_id"], found["dossier_reference"]) == ("made", str(dossier_id), "2026-CARC-0042")
    assert found["centre_id"] == world.centre_id
    draft = (await world.call(world.documentalist, "GET", f"/drafts/{found['draft']['id']}", expect=200)).json()
    assert (draft["kind"], draft["state"], draft["origin"], draft["lacking"]) == (
        "experience",
        "draft",
        f"dossier:{dossier_id}",
        [],
    )
    content = draft["content"]
    assert content["title"] == "Le café des habitants"
    assert content["dated"] == "2026-11-30"
    assert content["experience"]["context"] == "Un quartier sans lieu de rencontre."
    assert content["experience"]["actions"] == "Un café associatif tenu par les habitants."
    assert content["experience"]["results"] == "Six cents passages par mois."
    assert "Un local trop petit." in content["experience"]["reproducibility"]
    assert content["experience"]["contact"] is None
    assert (content["territory_codes"], content["theme_codes"]) == (["QP011002"], ["participation"])
    assert content["publics"] == ["residents", "social_landlords"]
    assert [(each["name"], each["organisation_id"]) for each in content["organisations"]] == [
        ("Régie de quartier d'Exemple", data["holder_id"])
    ]
    assert [(each["kind"], each["target"], each["target_id"]) for each in content["relations"]] == [
        ("result_of", "dossier", str(dossier_id))
    ]
    texts = {each["title"]: each["body"] for each in content["sections"]}
    assert "QP999999" in texts["Territoire"], "what the directory does not know stays in the text"
    assert texts["Suites envisagées"] == "Ouvrir le samedi."
    assert "40 personnes" in texts["Publics touchés"]
    assert texts["Indicateurs"] == "- Passages : prévu 400, réalisé 600"
    await world.publish(draft)
    of_dossier = await world.pages(None, "/documents", dossier_id=str(dossier_id))
    assert [each["id"] for each in of_dossier] == [draft["id"]]


async def test_delivered_twice_it_is_made_once(world: World) -> None:
    contract, dossier_id, event_id = new_id(), new_id(), new_id()
    await follow(world, contract)
    data = dossier(contract)
    answers = await asyncio.gather(
        *(tell(world, "dossier.closed", dossier_id, data, source="programming", event_id=event_id) for _ in range(3)),
        tell(world, "dossier.closed", dossier_id, data, source="programming"),
    )
    assert {answer.status_code for answer in answers} == {204}
    await world.running.run_jobs()
    resources = world.running.resources
    for _ in range(2):
        async with resources.database.transaction() as session:
            await jobs.make_experience.run(session, resources, dossier_id=str(dossier_id))
    rows = await world.running.rows("SELECT id FROM documents WHERE origin = %(origin)s", origin=f"dossier:{dossier_id}")
    assert len(rows) == 1
    assert len(await _proposals(world, world.documentalist, contract)) == 1


async def test_without_a_centre_it_waits_and_is_made_when_one_follows(world: World) -> None:
    contract = new_id()
    await closes(world, dossier(contract, title="Premier"))
    await closes(world, dossier(contract, title="Second"))
    for who in (world.documentalist, world.neighbour):
        found = await _proposals(world, who, contract, state="waiting", limit=1)
        assert sorted(each["title"] for each in found) == ["Premier", "Second"]
        assert [each["draft"] for each in found] == [None, None]
    for stranger in (world.member, world.stranger):
        assert await _proposals(world, stranger, contract) == []
    await follow(world, contract)
    made = await _proposals(world, world.documentalist, contract, state="made")
    assert sorted(each["draft"]["title"] for each in made) == ["Premier", "Second"]
    assert await _proposals(world, world.neighbour, contract) == []


async def test_one_that_closes_just_as_a_centre_follows_is_taken_up_by_the_hour(world: World) -> None:
    contract = new_id()
    await closes(world, dossier(contract))
    # As if neither transaction had seen the other.
    row = {"centre": world.centre_id, "contract": contract, "now": world.running.clock.now()}
    await world.running.rows(
        "INSERT INTO followed_contracts VALUES (%(centre)s, %(contract)s, 'Z', %(now)s, 1) RETURNING contract_id", **row
    )
    assert [each["state"] for each in await _proposals(world, world.documentalist, contract)] == ["waiting"]
    resources = world.running.resources
    async with resources.database.transaction() as session:
        await jobs.make_waiting_experiences.run(session, resources, timestamp=0)
    await world.running.run_jobs()
    assert [each["state"] for each in await _proposals(world, world.documentalist, contract)] == ["made"]


async def test_a_draft_given_up_is_not_made_again(world: World) -> None:
    contract = new_id()
    await follow(world, contract)
    data = dossier(contract)
    dossier_id = await closes(world, data)
    (found,) = await _proposals(world, world.documentalist, contract)
    await world.change(world.documentalist, "DELETE", f"/drafts/{found['draft']['id']}", expect=204)
    await closes(world, data, dossier_id=dossier_id)
    (found,) = await _proposals(world, world.documentalist, contract)
    assert (found["state"], found["draft"]) == ("given_up", None)


async def test_one_centre_follows_a_contract(world: World) -> None:
    contract = new_id()
    path = f"followed-contracts/{contract}"
    await follow(world, contract)
    wish = {"json": {"name": "Z"}}
    await world.refused(
        world.neighbour, "PUT", f"/centres/{world.other_centre_id}/{path}", 409, "contract-followed-already", **wish
    )
    ours = f"/centres/{world.centre_id}/{path}"
    await world.refused(world.documentalist, "PUT", ours, 403, "not-a-centre-manager", **wish)
    await world.refused(world.stranger, "PUT", ours, 403, "not-a-documentalist", **wish)
    await world.refused(world.stranger, "GET", ours, 403, "not-a-documentalist")
    await world.refused(world.manager, "PUT", ours, 428, "precondition-required", **wish)
    await world.change(world.manager, "PUT", ours, json={"name": "Autre nom"}, expect=200)
    listed = await world.pages(world.documentalist, f"/centres/{world.centre_id}/followed-contracts", limit=1)
    assert [(each["contract_id"], each["name"]) for each in listed] == [(str(contract), "Autre nom")]
    await world.change(world.manager, "DELETE", ours, expect=204)
    await world.refused(world.documentalist, "GET", ours, 404, "not-found")
    await closes(world, dossier(contract))
    assert [each["state"] for each in await _proposals(world, world.documentalist, contract)] == ["waiting"]


async def test_two_centres_following_at_once_one_does(world: World) -> None:
    contract = new_id()
    wish = {"json": {"name": "Z"}}
    answers = await world.at_once(
        [
            (world.manager, "PUT", f"/centres/{world.centre_id}/followed-contracts/{contract}", wish),
            (world.neighbour, "PUT", f"/centres/{world.other_centre_id}/followed-contracts/{contract}", wish),
        ]
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    (refused,) = [answer.json() for answer in answers if answer.status_code == 409]
    assert refused["type"].endswith("/problems/contract-followed-already")


async def test_the_holder_s_name_goes_with_its_organisation(world: World) -> None:
    contract = new_id()
    data = dossier(contract, holder_name="Association à oublier")
    await closes(world, data)
    await tell(world, "organisation.erased", data["holder_id"], {}, source="directory")
    await follow(world, contract)
    (found,) = await _proposals(world, world.documentalist, contract)
    assert found["holder_name"] == "organisation effacée"
    draft = await world.call(world.documentalist, "GET", f"/drafts/{found['draft']['id']}", expect=200)
    assert "à oublier" not in draft.text
    # Of a dossier that closes later, or whose event waited, nothing comes back.
    await closes(world, {**data, "title": "Un autre dossier"})
    shown = [each["holder_name"] for each in await _proposals(world, world.documentalist, contract)]
    assert shown == ["organisation effacée", "organisation effacée"]


async def test_while_the_directory_is_down_the_draft_waits(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    contract = new_id()
    await follow(world, contract)

    async def down(*args: Any, **more: Any) -> None:
        raise TemporarilyUnavailable()

    with monkeypatch.context() as patch:
        patch.setattr(vocabulary, "known", down)
        dossier_id = await closes(world, dossier(contract))
    assert [each["state"] for each in await _proposals(world, world.documentalist, contract)] == ["waiting"]
    resources = world.running.resources
    async with resources.database.transaction() as session:
        await jobs.make_experience.run(session, resources, dossier_id=str(dossier_id))
    assert [each["state"] for each in await _proposals(world, world.documentalist, contract)] == ["made"]
