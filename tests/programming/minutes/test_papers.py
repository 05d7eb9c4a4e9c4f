"""Agendas and minutes as PDF: drafts marked, signed minutes sealed, corrections numbered; read by those who sit, by nobody else."""

import hashlib
from typing import Any

import pytest

from services.programming.minutes.service import draw_session_paper
from tests.programming.world import World

pytestmark = pytest.mark.anyio


@pytest.fixture
def world(shared_world: World) -> World:
    """Each test keeps to its own sessions: they share the campaign."""
    return shared_world


async def printed(world: World, session: str, kind: str) -> dict[str, Any]:
    made = await world.call(world.team, "POST", f"/committees/{session}/papers", json={"kind": kind}, expect=201)
    return dict(made.json())


async def draw(world: World, paper: dict[str, Any]) -> None:
    """The job, as the worker runs it."""
    async with world.running.resources.database.transaction() as session:
        await draw_session_paper.run(session, world.running.resources, paper_id=paper["id"])


async def said(world: World, paper: dict[str, Any]) -> dict[str, Any]:
    (row,) = await world.running.rows("SELECT data FROM session_papers WHERE id = %(id)s", id=paper["id"])
    return dict(row["data"])


async def test_an_agenda_says_what_is_asked_when_and_where_a_dossier_comes_from(world: World) -> None:
    dossier = await world.reviewed(state=8_000, caf=4_000)
    first = await world.convene(dossier["id"])
    request = world.request_of(dossier, world.caf)["id"]
    assert (await world.decide(world.caf_officer, first, request, outcome="adjourned")).status_code == 200
    await world.close(first)
    session = await world.convene(dossier["id"])
    paper = await printed(world, session, "agenda")
    assert (paper["draft"], paper["number"], paper["file"]) == (True, 1, None)
    where = f"/session-papers/{paper['id']}/file"
    await world.refused(world.caf_officer, "GET", where, 409, "session-paper-not-ready")
    data = await said(world, paper)
    (item,) = data["items"]
    assert item["reference"] == dossier["reference"]
    assert item["carried"].startswith("ajourné une fois, en dernier lieu : Séance")
    assert {one["funder"]: (one["opinion"], one["asked"]) for one in item["requests"]} == {
        "État": ("favorable", "8\u202f000\xa0€"),
        "CAF": ("favorable", "4\u202f000\xa0€"),
    }
    await draw(world, paper)
    got = await world.call(world.region_officer, "GET", where, expect=200)
    assert got.content.startswith(b"%PDF-")
    for stranger in (world.holder, world.stranger):
        assert (await world.call(stranger, "GET", where)).status_code == 404
        assert (await world.call(stranger, "GET", f"/committees/{session}/papers")).status_code == 404
    refused = await world.call(world.caf_officer, "POST", f"/committees/{session}/papers", json={"kind": "agenda"})
    assert refused.status_code == 403
    of = f"/committees/{session}"
    await world.change(world.team, "POST", f"{of}/agenda-dispatch", of=of, expect=201)
    assert (await printed(world, session, "agenda"))["draft"] is False


async def test_an_empty_agenda_is_printed_too(world: World) -> None:
    session = await world.convene()
    for kind in ("agenda", "minutes"):
        paper = await printed(world, session, kind)
        await draw(world, paper)
        got = await world.call(world.team, "GET", f"/session-papers/{paper['id']}/file", expect=200)
        assert got.content.startswith(b"%PDF-")


async def sealed(world: World) -> tuple[dict[str, Any], str]:
    """A session with a déport, a vote, a grant and an adjournment; closed and signed."""
    dossier = await world.reviewed(state=8_000, caf=4_000)
    session = await world.convene(dossier["id"])
    of = f"/committees/{session}"
    deports = f"{of}/dossiers/{dossier['id']}"
    interest = {"organisation_id": str(world.state), "person": "Dominique Exemple"}
    await world.call(world.team, "POST", f"{deports}/deports", json=interest, expect=201)
    await world.call(world.caf_officer, "PUT", f"{deports}/votes/{world.caf}", json={"choice": "for"}, expect=200)
    await world.call(world.team, "POST", f"{deports}/advice", expect=201)
    caf, state = (world.request_of(dossier, funder)["id"] for funder in (world.caf, world.state))
    granted: dict[str, Any] = {"outcome": "granted", "amount_cents": 400_000, "conditions": "Comptes de l'année."}
    assert (await world.decide(world.caf_officer, session, caf, **granted)).status_code == 200
    assert (await world.decide(world.state_officer, session, state, outcome="adjourned")).status_code == 200
    draft = await printed(world, session, "minutes")
    assert (draft["draft"], draft["edition"]) == (True, None)
    await world.refused(world.team, "POST", f"{of}/minutes-corrections", 409, "minutes-not-signed", json={"reason": "Z"})
    await world.close(session)
    signed = await world.change(world.team, "POST", f"{of}/minutes-signature", of=of, expect=201)
    assert (signed.json()["status"], len(signed.json()["agenda"])) == ("minutes_signed", 1)
    return dossier, session


async def test_signed_minutes_tell_everything_once_and_their_hash_is_in_the_journal(world: World) -> None:
    dossier, session = await sealed(world)
    paper, _ = await world.pages(world.state_officer, f"/committees/{session}/papers")
    assert (paper["kind"], paper["edition"], paper["draft"]) == ("minutes", 1, False)
    data = await said(world, paper)
    (item,) = data["items"]
    assert item["deports"][0].startswith("Dominique Exemple (État), déclaré le")
    assert item["advice"].startswith("avis favorable (1 pour, 0 contre, 0 abstention")
    assert [(d["funder"], d["outcome"], d["amount"]) for d in item["decisions"]] == [
        ("CAF", "accordé", "4\u202f000\xa0€"),
        ("État", "ajourné", "–"),
    ]
    assert data["adjourned"] == [f"{dossier['reference']} « {dossier['title']} » (État)"]
    caf = next(line for line in data["envelopes"] if line["funder"] == "CAF")
    assert caf["here"] == "4\u202f000\xa0€"
    await draw(world, paper)
    where = f"/session-papers/{paper['id']}/file"
    content = (await world.call(world.team, "GET", where, expect=200)).content
    await draw(world, paper)
    assert (await world.call(world.team, "GET", where, expect=200)).content == content
    lines = await world.running.rows(
        "SELECT changes FROM journal_lines WHERE resource_id = %(id)s AND act = 'committee.minutes_sealed'", id=session
    )
    assert [line["changes"]["sha256"] for line in lines] == [hashlib.sha256(content).hexdigest()]
    await world.refused(
        world.team, "POST", f"/committees/{session}/papers", 409, "minutes-already-signed", json={"kind": "minutes"}
    )


async def test_corrected_minutes_are_a_new_numbered_version_with_its_reason(world: World) -> None:
    _, session = await sealed(world)
    where = f"/committees/{session}/minutes-corrections"
    assert (await world.call(world.caf_officer, "POST", where, json={"reason": "Z"})).status_code == 403
    assert (await world.call(world.team, "POST", where, json={"reason": " "})).status_code == 422
    wish = {"json": {"reason": "Le nom d'une personne manquait."}}
    twice = await world.at_once([(world.team, "POST", where, wish)] * 2)
    assert sorted(answer.json()["edition"] for answer in twice) == [2, 3]
    editions = [paper["edition"] for paper in await world.pages(world.team, f"/committees/{session}/papers") if paper["edition"]]
    assert sorted(editions) == [1, 2, 3]
    data = await said(world, twice[0].json())
    assert data["reason"] == "Le nom d'une personne manquait."


async def test_minutes_signed_or_corrected_by_two_at_once_have_one_number_each(world: World) -> None:
    """A double click signs once; two corrections at once are two editions, each with its own reason."""
    dossier = await world.reviewed(caf=4_000)
    session = await world.convene(dossier["id"])
    await world.close(session)
    of = f"/committees/{session}"
    tag = (await world.call(world.team, "GET", of, expect=200)).headers["etag"]
    sign = (world.team, "POST", f"{of}/minutes-signature", {"headers": {"If-Match": tag}})
    statuses = sorted(answer.status_code for answer in await world.at_once([sign, sign]))
    assert statuses[0] == 201
    assert statuses[1] in {409, 412}
    corrections = [
        (world.team, "POST", f"{of}/minutes-corrections", {"json": {"reason": f"Oubli {number}."}}) for number in range(3)
    ]
    made = [answer.json() for answer in await world.at_once(corrections)]
    assert sorted(paper["edition"] for paper in made) == [2, 3, 4]
    assert {paper["reason"] for paper in made} == {"Oubli 0.", "Oubli 1.", "Oubli 2."}


async def test_an_envelope_adds_up_whatever_became_of_what_the_session_granted(fresh_world: World) -> None:
    world = fresh_world
    earlier, kept, taken = [await world.reviewed(caf=4_000) for _ in range(3)]
    requests = [world.request_of(dossier, world.caf)["id"] for dossier in (earlier, kept, taken)]
    before = await world.convene(earlier["id"])
    await world.grant(world.caf_officer, before, requests[0], 100_000)
    session = await world.convene(kept["id"], taken["id"])
    for request in requests[1:]:
        await world.grant(world.caf_officer, session, request, 400_000)
    await world.close(session)
    # One grant is withdrawn, the other told then lowered, before the minutes are printed.
    where = f"/dossiers/{taken['id']}"
    await world.change(world.holder, "POST", f"{where}/withdrawal", of=where, json={"reason": "Sans objet."}, expect=201)
    wish = {"funder_id": str(world.caf)}
    told = await world.call(world.caf_officer, "POST", f"/dossiers/{kept['id']}/notifications", json=wish, expect=201)
    wrong = {"granted_cents": 250_000, "reason": "Une erreur de saisie."}
    await world.call(world.caf_officer, "POST", f"/notifications/{told.json()['id']}/corrections", json=wrong, expect=201)
    caf = next(line for line in (await said(world, await printed(world, session, "minutes")))["envelopes"] if line["line"] == "caf")
    assert (caf["before"], caf["here"], caf["after"]) == ("1\u202f000\xa0€", "8\u202f000\xa0€", "9\u202f000\xa0€")
