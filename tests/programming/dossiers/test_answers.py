"""Answers to a campaign's own questions: kept as they are typed, judged whole at the submission, read with their labels."""

import pytest

from tests.programming.notices.papers import answer, completeness, open_with_form
from tests.programming.papers import codes
from tests.programming.world import World

pytestmark = pytest.mark.anyio


async def test_answers_are_refused_told_and_kept_from_the_draft_to_the_submission(world: World) -> None:
    await open_with_form(world)
    dossier_id, _ = await world.draft()
    where = f"/dossiers/{dossier_id}"

    # What no further typing mends is refused, and nothing is saved.
    wrong = {"effectif": "trois", "garde": "peut-être", "relais": "x" * 61, "a/b": 1}
    problem = (await answer(world, dossier_id, wrong, expect=422)).json()
    assert codes(problem) == {
        "/answers/effectif": "answer_type",
        "/answers/garde": "answer_oneOf",
        "/answers/relais": "answer_maxLength",
        "/answers/a~1b": "answer_unknown",
    }
    said = {error["pointer"]: error["detail"] for error in problem["errors"]}
    assert said["/answers/garde"] == "« Garde d'enfants ? » : Choisissez l'une des réponses proposées : Oui, sur place, Non."
    deep: object = 1
    for _ in range(9):
        deep = [deep]
    for unreadable in ({"garde": deep}, {"garde": "\x00"}, {"garde": "x" * 250_000, "relais": 2**70}):
        await answer(world, dossier_id, unreadable, expect=422)
    assert (await world.call(world.holder, "GET", where)).json()["answers"] == {}

    # What is not finished is kept, and told.
    saved = await answer(world, dossier_id, {"garde": "oui", "relais": "sami@"})
    assert saved.json()["answers"] == {"garde": "oui", "relais": "sami@"}
    told = await completeness(world, dossier_id)
    assert {each["pointer"]: each["code"] for each in told["missing"]} == {
        "/answers/relais": "answer_format",
        "/answers/effectif": "answer_required",
        "/answers/places": "answer_required",
    }
    assert {each["section"] for each in told["missing"]} == {"answers"}
    assert "« Combien de places ? » : Une réponse est attendue." in {each["detail"] for each in told["missing"]}
    refused = await world.refused_submission(dossier_id, await world.tag(dossier_id), 409, "dossier-incomplete")
    assert set(codes(refused)) == {"/answers/relais", "/answers/effectif", "/answers/places"}

    # Answers merge; the conditions follow them, and the funders asked.
    await answer(world, dossier_id, {"relais": None, "places": 6, "effectif": 3})
    assert (await completeness(world, dossier_id))["complete"]
    await answer(world, dossier_id, {"garde": "non"})
    told = await completeness(world, dossier_id)
    assert (told["complete"], told["form_number"]) == (True, 1)
    assert told["left_out"] == [{"pointer": "/answers/places", "title": "Combien de places ?"}]
    only_state = {name: world.content(state=8_000)[name] for name in ("requests", "budget")}
    await world.change(world.holder, "PATCH", where, json=only_state, expect=200)
    left = (await completeness(world, dossier_id))["left_out"]
    assert {each["pointer"] for each in left} == {"/answers/places", "/answers/effectif"}
    both = {name: world.content()[name] for name in ("requests", "budget")}
    await world.change(world.holder, "PATCH", where, json=both, expect=200)

    draft = (await world.call(world.holder, "GET", f"{where}/answers", expect=200)).json()["questions"]
    assert [(each["key"], each["asked"], each["said"]) for each in draft] == [
        ("garde", True, "Non"),
        ("relais", True, ""),
        ("effectif", True, "3"),
        ("places", False, "6"),
    ]
    await world.refused(world.caf_officer, "GET", f"{where}/answers", 404, "not-found")

    # The submission holds what was asked, and the form it was judged by.
    await world.submit(dossier_id, await world.tag(dossier_id), expect=201)
    (kept,) = await world.running.rows("SELECT snapshot FROM submissions WHERE dossier_id = %(id)s", id=dossier_id)
    assert (kept["snapshot"]["answers"], kept["snapshot"]["form_number"]) == ({"garde": "non", "effectif": 3}, 1)
    seen = (await world.call(world.caf_officer, "GET", where, expect=200)).json()
    assert (seen["answers"], seen["form_number"]) == ({"garde": "non", "effectif": 3}, 1)
    read = (await world.call(world.caf_officer, "GET", f"{where}/answers", expect=200)).json()
    assert [each["said"] for each in read["questions"] if each["key"] == "garde"] == ["Non"]
    assert "places" not in {each["key"] for each in read["questions"]}


async def test_a_campaign_that_asks_nothing_takes_no_answer(world: World) -> None:
    dossier_id, _ = await world.draft()
    problem = (await answer(world, dossier_id, {"garde": "oui"}, expect=422)).json()
    assert codes(problem) == {"/answers/garde": "answer_unknown"}
    assert (await world.call(world.holder, "GET", f"/dossiers/{dossier_id}/answers")).json() == {"form_number": 0, "questions": []}
    assert (await completeness(world, dossier_id))["complete"]
