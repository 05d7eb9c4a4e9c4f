"""Action leads: what covers each follows decisions, without anybody writing it down."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.programming.coverage.qualification import Answer, qualify
from services.programming.coverage.records import Qualification
from tests.programming.coverage.test_partners import measure
from tests.programming.coverage.ville import place, settle
from tests.programming.laws import law
from tests.programming.papers import refusal
from tests.programming.world import World

pytestmark = pytest.mark.anyio

ANSWERS = st.lists(st.builds(Answer, st.integers(1, 1000), st.integers(0, 1000)), max_size=5)


@law
@given(ANSWERS, st.integers(0, 3), st.booleans())
def test_the_rule(answers: list[Answer], measures: int, partial: bool) -> None:
    found = qualify(answers, measures, partial=partial)
    granted = [one for one in answers if one.granted_cents]
    assert (found is Qualification.NOT_COVERED) == (not granted and not measures)
    assert (found is Qualification.DROIT_COMMUN) == (not granted and measures > 0 and not partial)
    if found is Qualification.PROGRAMME:
        assert any(one.granted_cents >= one.asked_cents for one in granted)
        assert not partial
    if granted and all(one.granted_cents < one.asked_cents for one in granted):
        assert found is Qualification.PARTLY
    if partial and (granted or measures):
        assert found is Qualification.PARTLY


def lead(**more: Any) -> dict[str, Any]:
    return {"objective_code": "2", "title": "Ouvrir la bibliothèque le dimanche", "qpv_codes": ["QP011002"], **more}


async def test_what_covers_a_lead_follows_links_decisions_and_measures(world: World) -> None:
    await settle(world)
    root = f"/contracts/{world.contract_id}"
    made = await world.call(world.team, "POST", f"{root}/action-leads", json=lead(), expect=201)
    path = made.headers["location"]
    assert made.json()["qualification"] == "not_covered"
    assert made.json()["qualification_label"] == "Non couverte"
    dossier = await world.reviewed(caf=4_000)
    recorded = (await world.call(world.caf_officer, "POST", f"{root}/droit-commun", json=measure(world), expect=201)).json()
    proposed = (await world.call(world.team, "GET", f"{path}/candidates", expect=200)).json()
    assert [one["id"] for one in proposed["dossiers"]] == [dossier["id"]]
    assert [one["id"] for one in proposed["measures"]] == [recorded["id"]]
    linked = {"dossier_ids": [dossier["id"]], "measure_ids": [recorded["id"]]}
    answer = await world.change(world.team, "PUT", f"{path}/links", of=path, json=linked, expect=200)
    assert answer.json()["qualification"] == "droit_commun", "nothing is granted yet"
    assert (await world.call(world.team, "GET", f"{path}/candidates", expect=200)).json() == {"dossiers": [], "measures": []}
    committee = await world.convene(dossier["id"])
    request = world.request_of(dossier, world.caf)["id"]
    await world.grant(world.caf_officer, committee, request, 100_000)
    assert (await world.call(world.team, "GET", path, expect=200)).json()["qualification"] == "partly"
    assert (await world.call(world.holder, "GET", path, expect=200)).json()["qualification"] == "droit_commun", "not told yet"
    raised = {"outcome": "granted", "amount_cents": 400_000}
    assert (await world.decide(world.caf_officer, committee, request, over='"1"', **raised)).status_code == 200
    shown = (await world.call(world.team, "GET", path, expect=200)).json()
    assert (shown["qualification"], shown["dossiers"], shown["granted_cents"], shown["measures"]) == ("programme", 1, 400_000, 1)
    await world.change(world.team, "PATCH", path, json={"partial": True}, expect=200)
    assert (await world.call(world.team, "GET", path, expect=200)).json()["qualification"] == "partly"
    await world.change(world.team, "PATCH", path, json={"partial": False}, expect=200)
    for name in ("closing", "instruction", "decision"):
        await world.act(name)
    assert (await world.call(None, "GET", path, expect=200)).json()["qualification"] == "programme", "decided: public"
    await world.change(world.caf_officer, "DELETE", f"{root}/droit-commun/{recorded['id']}", expect=204)
    links = (await world.call(world.team, "GET", f"{path}/links", expect=200)).json()
    assert ([one["id"] for one in links["dossiers"]], links["measures"]) == ([dossier["id"]], [])


async def test_leads_are_filtered_by_what_covers_them(world: World) -> None:
    await settle(world)
    root = f"/contracts/{world.contract_id}"
    for wish in (lead(), lead(objective_code="8"), lead(qpv_codes=["QP011003"])):
        await world.call(world.team, "POST", f"{root}/action-leads", json=wish, expect=201)
    recorded = (await world.call(world.caf_officer, "POST", f"{root}/droit-commun", json=measure(world), expect=201)).json()
    first, second, third = await world.pages(None, f"{root}/action-leads", limit=1)
    links = {"measure_ids": [recorded["id"]]}
    path = f"{root}/action-leads/{third['id']}"
    await world.change(world.team, "PUT", f"{path}/links", of=path, json=links, expect=200)

    async def found(**query: Any) -> list[str]:
        return [one["id"] for one in await world.pages(None, f"{root}/action-leads", **query)]

    assert await found(objective="8") == [second["id"]]
    assert await found(qpv="QP011003") == [third["id"]]
    assert await found(qualification="droit_commun") == [third["id"]]
    assert await found(qualification=["not_covered"], objective="2") == [first["id"]]


async def test_the_team_links_what_is_of_its_contract(world: World) -> None:
    await settle(world)
    root = f"/contracts/{world.contract_id}"
    path = (await world.call(world.team, "POST", f"{root}/action-leads", json=lead(), expect=201)).headers["location"]
    draft, _ = await world.draft(place(world.content(caf=4_000), ["2"], ["QP011002"]))
    tag = {"If-Match": (await world.call(world.team, "GET", path)).headers["etag"]}
    for wrong in ({"dossier_ids": [draft]}, {"measure_ids": [draft]}):
        await world.refused(world.team, "PUT", f"{path}/links", 409, "link-refused", json=wrong, headers=tag)
    await world.refused(world.caf_officer, "PUT", f"{path}/links", 403, "not-contract-lead", json={}, headers=tag)
    refusal(await world.call(world.holder, "GET", f"{path}/candidates"), 403, "not-contract-lead")
    await world.refused(world.team, "POST", f"{root}/action-leads", 409, "unknown-place", json=lead(objective_code="99"))
    await world.change(world.team, "DELETE", path, expect=204)
    assert (await world.call(None, "GET", path)).status_code == 404
