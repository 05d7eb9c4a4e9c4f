"""A person erased who signed a dossier: the act stays, the name goes."""

import json
from datetime import datetime
from uuid import uuid4

import pytest

from services.common.personal_data import ACCOUNT_ERASED, EXPORT_ASKED, PERSON_ERASED, unfolded
from services.programming.privacy.jobs import EXPORT
from tests.programming.world import World
from tests.support import Person

from .acts import NAME, erase, hear, told

pytestmark = pytest.mark.anyio

ADMINISTRATOR = Person(administrator=True)


async def submissions(world: World, dossier_id: str) -> list[dict[str, object]]:
    return await world.running.rows("SELECT * FROM submissions WHERE dossier_id = %(id)s", id=dossier_id)


async def test_the_act_stays_the_name_goes_and_is_sealed_until_the_end_of_retention(world: World) -> None:
    dossier = await world.awarded(state=8_000)
    (before,) = await submissions(world, dossier["id"])
    assert before["signatory_name"] == NAME
    erasure_id = await erase(world, world.holder, world.association)

    (after,) = await submissions(world, dossier["id"])
    assert (after["signatory_name"], after["signatory_function"]) == ("Personne effacée", "")
    same = ("id", "number", "reference", "submitted_at", "submitted_by")
    assert {name: after[name] for name in same} == {name: before[name] for name in same}
    assert isinstance(after["snapshot"], dict)
    assert after["snapshot"]["budget"] == before["snapshot"]["budget"]  # type: ignore[index]
    for who in (world.holder, world.team, world.state_officer):
        seen = await world.seen(dossier["id"], who)
        assert NAME not in json.dumps(seen)
        assert "contact@ateliers.example.org" not in json.dumps(seen)
        assert seen["contact"]["full_name"] == "Personne effacée"
        assert (seen["reference"], seen["status"]) == (dossier["reference"], (await world.seen(dossier["id"], who))["status"])
    for table in ("dossiers", "submissions", "sealed_signatures", "journal_lines", "erasures"):
        (found,) = await world.running.rows(
            f"SELECT count(*) AS n FROM {table} AS t WHERE t::text LIKE %(name)s AND t::text LIKE %(ours)s",  # noqa: S608
            name=f"%{NAME}%",
            ours=f"%{world.association}%" if table in {"dossiers"} else f"%{dossier['id']}%",
        )
        assert found["n"] == 0, table

    (answer,) = await world.running.rows("SELECT * FROM outbox_events WHERE subject = %(id)s", id=erasure_id)
    assert answer["type"] == PERSON_ERASED
    assert answer["data"]["service"] == "programming"
    assert answer["data"]["count"] >= 2
    year = datetime.fromisoformat(dossier["exercise_ends_on"]).year + 10
    assert {"reference": dossier["reference"], "what": "signature", "until": f"{year}-12-31"} in answer["data"]["kept"]
    assert NAME not in json.dumps(answer["data"])

    sealed = [one for one in await world.pages(ADMINISTRATOR, "/sealed-signatures") if one["reference"] == dossier["reference"]]
    assert [(one["act"], one["kept_until"]) for one in sealed] == [("dossier.submission", f"{year}-12-31")]
    where = f"/sealed-signatures/{sealed[0]['id']}/opening"
    reason = {"reason": "Réquisition de la chambre régionale des comptes."}
    for who in (world.team, world.holder):
        await world.refused(who, "POST", where, 403, "forbidden", json=reason)
        await world.refused(who, "GET", "/sealed-signatures", 403, "forbidden")
    assert (await world.call(ADMINISTRATOR, "POST", where, json={"reason": "?"})).status_code == 422
    opened = (await world.call(ADMINISTRATOR, "POST", where, json=reason, expect=200)).json()
    assert (opened["name"], opened["function"]) == (NAME, "Présidente")
    (line,) = await world.running.rows("SELECT * FROM journal_lines WHERE resource_id = %(id)s", id=sealed[0]["id"])
    assert (line["act"], line["reason"], line["confidential"]) == ("signature.unsealed", reason["reason"], True)


async def test_twice_or_late_is_no_harm_and_the_register_stays_whole(world: World) -> None:
    dossier = await world.submitted()
    event_id = uuid4()
    data = {"erasure_id": str(uuid4()), **told(world.holder, world.association)}
    for one in (event_id, event_id, uuid4()):
        await hear(world, ACCOUNT_ERASED, world.holder, data, event_id=one)
    sealed = [one for one in await world.pages(ADMINISTRATOR, "/sealed-signatures") if one["reference"] == dossier["reference"]]
    assert len(sealed) == 1
    opened = await world.call(
        ADMINISTRATOR, "POST", f"/sealed-signatures/{sealed[0]['id']}/opening", json={"reason": "Contrôle de légalité."}, expect=200
    )
    assert opened.json()["name"] == NAME
    answers = await world.running.rows("SELECT * FROM outbox_events WHERE subject = %(id)s ORDER BY id", id=data["erasure_id"])
    assert [bool(one["data"]["count"]) for one in answers] == [True, False]
    checked = (await world.call(ADMINISTRATOR, "GET", "/erasures/verification", expect=200)).json()
    assert (checked["whole"], checked["lines"] >= 2) == (True, True)
    # An event that was emptied, everybody having answered: nothing is done, nothing breaks.
    await hear(world, ACCOUNT_ERASED, world.holder, {})


async def test_what_binds_nobody_keeps_no_sealed_name(world: World) -> None:
    submitted = await world.submitted()
    tag = await world.tag(submitted["id"], world.team)
    refusal = {"admissible": False, "reason": "Hors du périmètre du contrat de ville."}
    where = f"/dossiers/{submitted['id']}/admissibility"
    answer = await world.call(world.team, "POST", where, json=refusal, headers={"If-Match": tag})
    assert answer.status_code == 201, answer.text
    await erase(world, world.holder, world.association)
    assert [one["signatory_name"] for one in await submissions(world, submitted["id"])] == ["Personne effacée"]
    sealed = await world.pages(ADMINISTRATOR, "/sealed-signatures")
    assert [one for one in sealed if one["reference"] == submitted["reference"]] == []


async def test_a_homonym_keeps_their_name(world: World) -> None:
    """The same name, in an organisation the person never belonged to, under another address."""
    dossier = await world.submitted()
    await erase(world, Person(), world.neighbour, email="camille.autre@example.org")
    seen = await world.seen(dossier["id"], world.holder)
    assert seen["contact"]["full_name"] == NAME
    assert [one["signatory_name"] for one in await submissions(world, dossier["id"])] == [NAME]


async def test_an_address_is_forgotten_wherever_it_is_the_contact(world: World) -> None:
    """Somebody who belongs nowhere was written to: the contact goes, the signatory, somebody else, stays."""
    dossier = await world.submitted()
    before = await world.tag(dossier["id"])
    await erase(world, Person(), name="Samia Autre")
    seen = await world.seen(dossier["id"], world.holder)
    assert (seen["contact"]["full_name"], seen["contact"]["email"]) == ("Personne effacée", None)
    assert [one["signatory_name"] for one in await submissions(world, dossier["id"])] == [NAME]
    assert await world.tag(dossier["id"]) != before


async def test_a_draft_may_still_be_completed_after_its_contact_was_erased(world: World) -> None:
    dossier_id, _ = await world.draft()
    await erase(world, world.holder, world.association)
    tag = await world.tag(dossier_id)
    await world.refused_submission(dossier_id, tag, 409, "dossier-incomplete")
    contact = {"contact": {"full_name": "Samia Exemple", "email": "samia@ateliers.example.org"}}
    saved = await world.call(world.holder, "PATCH", f"/dossiers/{dossier_id}", json=contact, headers={"If-Match": tag}, expect=200)
    assert (await world.submit(dossier_id, saved.headers["etag"])).status_code == 201


async def test_a_request_for_data_is_handed_over_once_gathered(world: World) -> None:
    dossier = await world.awarded(state=8_000)
    request_id = str(uuid4())
    taken: list[tuple[str, bytes]] = []

    async def take(method: str, service: str, path: str, *, content: bytes = b"", **more: object) -> object:
        taken.append((path, content))
        return type("Answer", (), {"status_code": 204})()

    siblings = world.running.resources.siblings
    asked, siblings.request = siblings.request, take  # type: ignore[method-assign,assignment]
    try:
        data = {"request_id": request_id, **told(world.holder, world.association)}
        await hear(world, EXPORT_ASKED, world.holder, data)
        await world.running.run_jobs()
    finally:
        siblings.request = asked  # type: ignore[method-assign]
    ((path, content),) = [each for each in taken if "personal-data" in each[0]]
    assert path == f"/directory/internal/personal-data/{request_id}/programming"
    rooms = unfolded(content)
    (held,) = [one for one in rooms["dossiers"] if one["reference"] == dossier["reference"]]
    assert held["contact"]["email"] == "contact@ateliers.example.org"
    assert held["submissions"][0]["signatory_name"] == NAME
    counts = {one["where"]: one["count"] for one in rooms["acts"] if "where" in one}
    assert counts["submissions.submitted_by"] == 1
    assert "dossier.submitted" in {one.get("act") for one in rooms["acts"]}
    assert await world.running.jobs(EXPORT.name)
