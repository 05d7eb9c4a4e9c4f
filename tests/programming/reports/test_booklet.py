"""The committee's booklet: one page per dossier, made in a job, made again when the session changed, never a holder's."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import psycopg
import pytest

from services.common.language import euros
from services.programming.committees import service as committees
from services.programming.reports import booklet_pages, rules
from services.programming.reports.booklets import make_booklet
from tests.programming.papers import refusal
from tests.programming.reports import printed
from tests.programming.world import World

pytestmark = pytest.mark.anyio


def where(committee_id: str) -> str:
    return f"/committees/{committee_id}/booklet"


async def asked(world: World, committee_id: str) -> dict[str, Any]:
    answer = await world.call(world.team, "POST", where(committee_id), expect=201)
    assert answer.headers["location"].endswith(where(committee_id))
    return dict(answer.json())


async def made(world: World, committee_id: str) -> bytes:
    await asked(world, committee_id)
    await world.running.run_jobs()
    answer = await world.call(world.team, "GET", where(committee_id), expect=200)
    assert answer.headers["content-type"] == "application/pdf"
    return answer.content


async def reviewed_with(world: World, content: Mapping[str, Any]) -> dict[str, Any]:
    submitted = await world.submitted_with(content)
    of = f"/dossiers/{submitted['id']}"
    await world.change(world.team, "POST", f"{of}/admissibility", of=of, json={"admissible": True}, expect=201)
    for request in submitted["requests"]:
        officers = (world.state_officer, world.caf_officer, world.region_officer)
        officer = next(o for o in officers if request["funder_id"] == str(next(iter(o.memberships))))
        await world.review(officer, submitted["id"])
    return await world.seen(submitted["id"], world.team)


def largest(world: World) -> dict[str, Any]:
    """A dossier with everything at its longest, in words, in one endless word, and in lines."""
    content = world.content(state=8_000, caf=4_000, region=2_000)
    prose = {
        "need": "Les habitants demandent des ateliers. " * 520,
        "description": "x" * 20_000,
        "means": "\n".join("- un" for _ in range(4_000)),
        "calendar": "mars " * 4_000,
        "publics": [{"label": f"{i} " + "y" * 290, "count": i} for i in range(30)],
    }
    charges = [{"account": f"6{i}", "label": "z" * 300, "amount_cents": 100_000} for i in range(9)]
    rest = 1_700_000 - 900_000
    return {
        **content,
        "title": ("🎨 Fresque des habitants 👩🏽‍🎨 " * 20)[:300],
        "content": {**content["content"], **prose},
        "budget": {**content["budget"], "charges": [*charges, {"account": "64", "label": "Salaires", "amount_cents": rest}]},
    }


async def test_each_dossier_takes_one_page_whatever_is_written_in_it(world: World) -> None:
    tiny = world.content(caf=1) | {"title": "Jardin"}
    dossiers = [await reviewed_with(world, content) for content in (tiny, largest(world), world.content())]
    committee_id = await world.convene(*(dossier["id"] for dossier in dossiers))
    content = await made(world, committee_id)
    assert printed.pages(content) == 1 + 1 + 3, "the cover, the summary, the dossiers"
    assert printed.is_accessible(content), "a pictograph in a title costs nobody the accessible document"
    titles = printed.outline(content)
    order = [titles.index(said) for said in ("Récapitulatif", "Jardin", "Ateliers sociolinguistiques")]
    assert order == sorted(order)
    assert any(said.startswith("Fresque des habitants Fresque") for said in titles)


async def test_the_pages_follow_the_agenda(world: World) -> None:
    contents = [world.content(caf=1_000) | {"title": title} for title in ("Premier", "Deuxième", "Troisième")]
    dossiers = [await reviewed_with(world, content) for content in contents]
    committee_id = await world.convene(*(dossier["id"] for dossier in reversed(dossiers)))
    titles = [title for title in printed.outline(await made(world, committee_id)) if "ième" in title or title == "Premier"]
    assert titles == ["Troisième", "Deuxième", "Premier"]


async def test_it_is_not_there_before_it_is_asked_nor_before_it_is_made(world: World) -> None:
    committee_id = await world.convene((await world.reviewed(caf=1_000))["id"])
    await world.refused(world.team, "GET", where(committee_id), 409, "booklet-not-ready")
    state = await asked(world, committee_id)
    assert (state["wanted"], state["made"], state["made_at"]) == (1, 0, None)
    await world.refused(world.team, "GET", where(committee_id), 409, "booklet-not-ready")
    await world.running.run_jobs()
    await world.call(world.team, "GET", where(committee_id), expect=200)


async def test_an_empty_agenda_has_no_booklet(world: World) -> None:
    await world.refused(world.team, "POST", where(await world.convene()), 409, "nothing-to-print")


async def test_a_change_of_agenda_outdates_it_until_it_is_made_again(world: World) -> None:
    first, second = [await world.reviewed(caf=1_000) for _ in range(2)]
    committee_id = await world.convene(first["id"])
    before = await made(world, committee_id)
    of = f"/committees/{committee_id}"
    changed = {"dossier_ids": [first["id"], second["id"]]}
    await world.change(world.team, "PUT", f"{of}/agenda", of=of, json=changed, expect=200)
    await world.refused(world.team, "GET", where(committee_id), 409, "booklet-outdated")
    after = await made(world, committee_id)
    assert printed.pages(after) == printed.pages(before) + 1
    (row,) = await world.running.rows("SELECT * FROM booklets WHERE committee_id = %(id)s", id=committee_id)
    (committee,) = await world.running.rows("SELECT version FROM committees WHERE id = %(id)s", id=committee_id)
    assert (row["made"], row["dossiers"], row["committee_version"]) == (2, 2, committee["version"])
    assert f"booklet-{row['id'].hex}-1" in {job["args"]["key"] for job in await world.running.jobs("kernel:discard_file")}


async def test_attendance_and_the_closing_leave_it_as_it_is(world: World) -> None:
    committee_id = await world.convene((await world.reviewed(caf=1_000))["id"])
    await made(world, committee_id)
    of = f"/committees/{committee_id}"
    await world.change(world.team, "PUT", f"{of}/attendance", of=of, json={"members": []}, expect=200)
    await world.close(committee_id)
    await world.call(world.team, "GET", where(committee_id), expect=200)


async def test_reviews_given_since_are_in_the_booklet_asked_again(world: World) -> None:
    dossier = await world.admitted(caf=1_000)
    committee_id = await world.convene(dossier["id"])
    before = await made(world, committee_id)
    await world.review(world.caf_officer, dossier["id"])
    assert (await asked(world, committee_id))["wanted"] == 2
    await world.running.run_jobs()
    assert (await world.call(world.team, "GET", where(committee_id), expect=200)).content != before


async def test_asked_by_several_at_once_it_is_made_once(world: World) -> None:
    committee_id = await world.convene((await world.reviewed(caf=1_000))["id"])
    answers = await world.at_once([(world.team, "POST", where(committee_id), {})] * 6)
    assert {answer.status_code for answer in answers} == {201}
    assert {(answer.json()["id"], answer.json()["wanted"]) for answer in answers} == {(answers[0].json()["id"], 1)}
    await world.running.run_jobs()
    (row,) = await world.running.rows("SELECT * FROM booklets WHERE committee_id = %(id)s", id=committee_id)
    assert (row["wanted"], row["made"]) == (1, 1)


async def run_job(world: World, booklet_id: str, number: int) -> None:
    async with world.running.resources.database.transaction() as session:
        await make_booklet.run(session, world.running.resources, booklet_id=booklet_id, number=number)


async def test_the_job_run_twice_or_late_changes_nothing(world: World) -> None:
    committee_id = await world.convene((await world.reviewed(caf=1_000))["id"])
    await made(world, committee_id)
    again = await asked(world, committee_id)
    await world.running.run_jobs()
    (before,) = await world.running.rows("SELECT * FROM booklets WHERE committee_id = %(id)s", id=committee_id)
    world.running.clock.forward(minutes=5)
    for number in (1, 2):
        await run_job(world, again["id"], number)
    assert await world.running.rows("SELECT * FROM booklets WHERE committee_id = %(id)s", id=committee_id) == [before]


async def test_funders_and_team_read_it_and_nobody_else(world: World) -> None:
    dossier = await world.reviewed(caf=1_000)
    committee_id = await world.convene(dossier["id"])
    await made(world, committee_id)
    for who in (world.team, world.caf_officer, world.region_officer):
        await world.call(who, "GET", where(committee_id), expect=200)
    for who in (world.holder, world.stranger):
        for method in ("GET", "POST"):
            refusal(await world.call(who, method, where(committee_id)), 404, "not-found")
    refusal(await world.call(world.caf_officer, "POST", where(committee_id)), 403, "not-contract-lead")


async def page_of(world: World, committee_id: str, dossier: Mapping[str, Any]) -> dict[str, Any]:
    """What the page of a dossier is drawn from."""
    async with world.running.resources.database.sessions() as session:
        committee = await committees.get(session, UUID(committee_id))
        told = await booklet_pages.content(session, committee, [UUID(dossier["id"])], now=world.running.clock.now())
    (page,) = told["dossiers"]
    return dict(page)


async def test_a_page_tells_what_each_funder_was_asked_said_and_decided(world: World) -> None:
    dossier = await world.reviewed(state=8_000, caf=4_000)
    committee_id = await world.convene(dossier["id"])
    await world.grant(world.state_officer, committee_id, world.request_of(dossier, world.state)["id"], 600_000)
    page = await page_of(world, committee_id, dossier)
    state, caf = page["requests"]
    assert state == {
        "funder": "État",
        "asked": euros(800_000),
        "share": rules.percent(8, 15),
        "opinion": "Favorable",
        "score": "72",
        "proposed": euros(800_000),
        "decided": euros(600_000),
    }
    assert (caf["funder"], caf["decided"]) == ("CAF", "–")
    assert (page["asked"], page["asked_share"]) == (euros(1_200_000), rules.percent(12, 15))
    facts = {fact["label"]: fact["value"] for fact in page["facts"]}
    assert (facts["Porteur"], facts["Quartiers"], facts["Objectifs"]) == (
        "Les Ateliers imaginaires",
        "La Conte – Ozanam",
        "2. Réussir l'éducation",
    )
    assert [text["label"] for text in page["texts"]] == ["Besoin", "Description", "Avis de État", "Avis de CAF"]
    assert page["texts"][-1]["words"] == ["À", "soutenir."]


async def test_a_review_still_being_written_is_nobody_else_s_to_read(world: World) -> None:
    dossier = await world.admitted(caf=4_000)
    (review,) = await world.pages(world.caf_officer, "/reviews", dossier_id=dossier["id"])
    of = f"/reviews/{review['id']}"
    begun = {"internal_comment": "Pas encore.", "opinion": "reserved", "proposed_cents": 100_000}
    await world.change(world.caf_officer, "PATCH", of, json=begun, expect=200)
    page = await page_of(world, await world.convene(dossier["id"]), dossier)
    (request,) = page["requests"]
    assert (request["opinion"], request["score"], request["proposed"]) == ("–", "–", "–")
    assert [text["label"] for text in page["texts"]] == ["Besoin", "Description"]


async def test_a_page_recalls_what_the_same_action_was_granted_before_and_no_other(world: World) -> None:
    past, other = [await world.awarded(state=2_000) for _ in range(2)]
    dossier = await world.reviewed(caf=4_000)
    async with await psycopg.AsyncConnection.connect(world.running.resources.settings.database_url) as connection:
        for told in (past, other):
            await connection.execute("UPDATE awards SET year = year - 1 WHERE dossier_id = %s", [told["id"]])
        await connection.execute("UPDATE dossiers SET action_id = %s WHERE id = %s", [past["action_id"], dossier["id"]])
    page = await page_of(world, await world.convene(dossier["id"]), dossier)
    assert page["history"] == f"{world.running.clock.now().year - 1}\u00a0: État {euros(200_000)}"
