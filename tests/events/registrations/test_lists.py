"""Lists, exports, answers and needs: what organisers read, and nobody else."""

import csv
import io
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from tests.events.registrations.folk import (
    FORM,
    attendee,
    both_modes,
    by_link,
    first,
    journalled,
    new_email,
    refused_by_link,
    registration,
    tag,
)
from tests.events.world import World
from tests.support import Person

pytestmark = pytest.mark.anyio


async def names(world: World, event: dict[str, Any], **params: Any) -> list[str]:
    rows = await world.pages(world.organiser, f"/events/{event['id']}/attendees", limit=2, **params)
    return [row["family_name"] for row in rows]


async def test_organisers_list_participants_by_what_they_look_for(world: World) -> None:
    event = await both_modes(world, 3, 5, most_in_group=3)
    await world.register(event, attendee("Zola", audience="state"), attendee("Arnaud", mode="visio", organisation_name="Mairie"))
    await world.register(event, attendee("Bertin"))
    await world.register(event, attendee("Bertin"))
    await world.register(event, attendee("Denis"))
    assert await names(world, event) == ["Arnaud", "Bertin", "Bertin", "Denis", "Zola"]
    assert await names(world, event, mode="visio") == ["Arnaud"]
    assert await names(world, event, audience=["state", "landlord"]) == ["Zola"]
    assert await names(world, event, state="waiting") == ["Denis"]
    assert await names(world, event, has_seat=False) == ["Denis"]
    assert await names(world, event, has_seat=True, audience="association") == ["Arnaud", "Bertin", "Bertin"]
    assert await names(world, event, q="mair arn") == ["Arnaud"]
    assert await names(world, event, q="%") == []
    await world.register(event, attendee("Lœuvre-Éléonore"))
    for words in ("loeuvre", "Éléonore", "eleonore LŒUVRE"):
        assert await names(world, event, q=words) == ["Lœuvre-Éléonore"]


async def test_the_list_is_the_organisers_alone(world: World) -> None:
    event, owner = await world.opened(), Person()
    await world.register(event, who=owner)
    for path in ("attendees", "attendees.csv", "attendees.xlsx", "answers", "needs", "needs-counts"):
        address = f"/events/{event['id']}/{path}"
        await world.refused(None, "GET", address, 401, "unauthenticated")
        for who in (owner, world.neighbour, world.stranger, world.administrator):
            await world.refused(who, "GET", address, 403, "not-an-organiser")
        idea = await world.idea()
        await world.refused(world.neighbour, "GET", f"/events/{idea['id']}/{path}", 404, "not-found")


async def test_the_list_never_tells_badges_nor_needs(world: World) -> None:
    event = await world.opened()
    await world.register(event, attendee(needs={"dietary": "secret médical"}))
    body = (await world.call(world.organiser, "GET", f"/events/{event['id']}/attendees", expect=200)).text
    assert "secret médical" not in body
    assert '"key"' not in body


async def test_who_left_is_listed_on_demand(world: World) -> None:
    event = await world.opened(most_in_group=2)
    found = await world.register(event, attendee("Partie"), attendee("Restée"))
    await by_link(world, found, "POST", f"/attendees/{first(found)}/departure", expect=201)
    assert await names(world, event) == ["Restée"]
    assert await names(world, event, with_those_who_left=True) == ["Partie", "Restée"]


async def _csv(world: World, event: dict[str, Any], **params: Any) -> list[list[str]]:
    answer = await world.call(world.organiser, "GET", f"/events/{event['id']}/attendees.csv", params=params, expect=200)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert event["reference"] in answer.headers["content-disposition"]
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""), delimiter=";"))


async def _xlsx(world: World, event: dict[str, Any], **params: Any) -> list[list[Any]]:
    answer = await world.call(world.organiser, "GET", f"/events/{event['id']}/attendees.xlsx", params=params, expect=200)
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    return book.get_sheet_by_name("Participants").to_python()


async def test_exports_hold_the_answers_in_columns_and_disarm_formulas(world: World) -> None:
    event = await world.opened(form=FORM)
    answers = {"atelier": "A", "repas": True, "themes": ["sport", "culture"], "attentes": "=1+1 <é>"}
    nasty = attendee("=HYPERLINK(1)", answers=answers, function='+cmd"; "x', organisation_name="@x _x0041_")
    await world.register(event, nasty)
    for rows, quote in ((await _csv(world, event), "'"), (await _xlsx(world, event), "")):
        header, line = rows
        cells = dict(zip(header, line, strict=True))
        assert cells["Nom"] == f"{quote}=HYPERLINK(1)"
        assert cells["Fonction"] == f'{quote}+cmd"; "x'
        assert cells["attentes"] == f"{quote}=1+1 <é>"
        assert (cells["Atelier souhaité"], cells["Déjeune sur place"], cells["themes"]) == ("A", "oui", "sport, culture")
        assert (cells["État"], cells["Participation"], cells["A une place"]) == ("Inscrit", "Sur place", "oui")
        assert "Alimentation" not in header


async def test_exports_follow_the_filters(world: World) -> None:
    event = await both_modes(world, 5, 5)
    await world.register(event, attendee("Ici"))
    await world.register(event, attendee("Loin", mode="visio"))
    assert [row[3] for row in (await _csv(world, event, mode="visio"))[1:]] == ["Loin"]
    assert [row[3] for row in (await _xlsx(world, event, mode="on_site"))[1:]] == ["Ici"]


async def test_needs_are_exported_when_asked_and_the_journal_says_so(world: World) -> None:
    event = await world.opened()
    await world.register(event, attendee(needs={"dietary": "sans sel", "dietary_kinds": ["vegan", "nut_allergy"]}))
    header, line = await _csv(world, event, needs=True)
    cells = dict(zip(header, line, strict=True))
    assert (cells["Alimentation"], cells["Alimentation (précisions)"]) == (
        "Végétalien, Allergie aux fruits à coque",
        "sans sel",
    )
    read = [line for line in await journalled(world, "event.needs_read") if str(line["resource_id"]) == event["id"]]
    assert [(line["changes"], line["actor_id"], line["confidential"]) for line in read] == [
        ({"how": "export.csv"}, world.organiser.account_id, True)
    ]


async def test_answers_to_questions_that_are_not_asked_any_more_are_kept_and_exported(world: World) -> None:
    event = await world.opened(form=FORM)
    found = await world.register(event, attendee(answers={"atelier": "A", "attentes": "Des idées"}))
    path = f"/events/{event['id']}"
    form = {"type": "object", "additionalProperties": False, "required": ["train"], "properties": {"train": {"type": "boolean"}}}
    await world.change(world.organiser, "PATCH", path, json={"form": form}, expect=200)
    # What is not about the questions asks nothing new.
    at = f"/attendees/{first(found)}"
    changed = (await by_link(world, found, "PATCH", at, json={"function": "Maire"}, expect=200)).json()
    assert changed["attendees"][0]["answers"] == {"atelier": "A", "attentes": "Des idées"}
    problem = await refused_by_link(world, changed, "PATCH", at, "answers-missing", json={"answers": {"atelier": "B"}})
    assert [(each["pointer"], each["code"]) for each in problem["errors"]] == [
        ("/answers/atelier", "additionalProperties"),
        ("/answers/train", "required"),
    ]
    done = (await by_link(world, changed, "PATCH", at, json={"answers": {"train": True}}, expect=200)).json()
    assert done["attendees"][0]["answers"] == {"atelier": "A", "attentes": "Des idées", "train": True}
    header, line = await _csv(world, event)
    assert dict(zip(header, line, strict=True))["atelier (question retirée)"] == "A"


async def test_answers_are_counted_question_by_question(world: World) -> None:
    event = await world.opened(form=FORM, most_in_group=2)
    await world.register(event, attendee(answers={"atelier": "A", "repas": True, "themes": ["sport"]}))
    await world.register(event, attendee(answers={"atelier": "A", "repas": False, "themes": ["sport", "culture"]}))
    gone = await world.register(event, attendee(answers={"atelier": "B"}))
    await by_link(world, gone, "POST", "/cancellation", expect=201)
    await world.register(event, attendee(answers={"atelier": "A", "attentes": "x"}), attendee(answers={"atelier": "B"}))
    body = (await world.call(world.organiser, "GET", f"/events/{event['id']}/answers", expect=200)).json()
    assert body["attendees"] == 4
    said = {each["key"]: each for each in body["questions"]}
    assert (said["atelier"]["title"], said["atelier"]["answered"]) == ("Atelier souhaité", 4)
    assert said["atelier"]["counts"] == [{"value": "A", "count": 3}, {"value": "B", "count": 1}]
    assert said["repas"]["counts"] == [{"value": True, "count": 1}, {"value": False, "count": 1}]
    assert {each["value"]: each["count"] for each in said["themes"]["counts"]} == {"sport": 2, "culture": 1}
    assert (said["attentes"]["answered"], said["attentes"]["counts"]) == (1, None)


async def test_needs_are_read_by_organisers_and_the_reading_is_journalled(world: World) -> None:
    event = await world.opened(most_in_group=2)
    found = await world.register(event, attendee("Un", needs={"accessibility": "rampe"}), attendee("Deux"))
    second = found["attendees"][1]["id"]
    wish = {"dietary": "allergie", "dietary_kinds": ["nut_allergy"], "accessibility_kinds": ["wheelchair"]}
    await by_link(world, found, "PUT", f"/attendees/{second}/needs", json=wish, expect=200)
    rows = await world.pages(world.organiser, f"/events/{event['id']}/needs", limit=1)
    assert [(row["family_name"], row["dietary"], row["accessibility"]) for row in rows] == [
        ("Deux", "allergie", ""),
        ("Un", "", "rampe"),
    ]
    read = [line for line in await journalled(world, "event.needs_read") if str(line["resource_id"]) == event["id"]]
    assert len(read) == 2
    # Nothing said is nothing kept; and no journal line holds what was said.
    now = await world.registered(found)
    await by_link(world, now, "PUT", f"/attendees/{second}/needs", json={}, expect=200)
    assert len(await world.pages(world.organiser, f"/events/{event['id']}/needs")) == 1
    lines = await world.running.rows("SELECT changes::text AS said FROM journal_lines")
    assert not any("allergie" in line["said"] or "rampe" in line["said"] for line in lines)


async def test_the_caterer_is_told_numbers_without_names(world: World) -> None:
    event = await both_modes(world, 2, 5)
    await world.register(event, attendee(needs={"dietary_kinds": ["vegan"], "dietary": "Camille mange à 11 h"}))
    await world.register(
        event, attendee(needs={"dietary_kinds": ["vegan", "gluten_free"], "accessibility_kinds": ["hearing_loop"]})
    )
    await world.register(event, attendee(mode="visio", needs={"dietary_kinds": ["vegan"], "accessibility_kinds": ["captions"]}))
    await world.register(event, attendee(needs={"dietary_kinds": ["vegan"]}))  # waits: not counted
    answer = await world.call(world.organiser, "GET", f"/events/{event['id']}/needs-counts", expect=200)
    body = answer.json()
    assert body["dietary"] == [
        {"kind": "vegan", "label": "Végétalien", "count": 2},
        {"kind": "gluten_free", "label": "Sans gluten", "count": 1},
    ]
    assert [(each["kind"], each["count"]) for each in body["accessibility"]] == [("hearing_loop", 1), ("captions", 1)]
    assert (body["people"], body["dietary_in_words"]) == (2, 1)
    assert "Camille" not in answer.text


async def test_answers_are_judged_with_pointers_in_french(world: World) -> None:
    event = await world.opened(form=FORM, most_in_group=2)
    wrong = {"repas": "oui", "attentes": "x" * 21, "themes": ["sport", "danse"], "a/b~c": 1}
    sent = registration(new_email(), attendee(answers={"atelier": "A"}), attendee(answers=wrong))
    path = f"/events/{event['id']}/registrations"
    problem = await world.refused(None, "POST", path, 409, "answers-missing", json=sent)
    said = {each["pointer"].removeprefix("/attendees/1/answers"): each["detail"] for each in problem["errors"]}
    assert said == {
        "/atelier": "Une réponse est attendue.",
        "/repas": "La réponse est oui ou non.",
        "/attentes": "Réponse trop longue : 20 caractères au plus.",
        "/themes/1": "Choisissez l'une des réponses proposées : sport, culture.",
        "/a~1b~0c": "Cette question n'est pas posée.",
    }


@pytest.mark.parametrize(
    "answers",
    [{"a": [[[[[[[["trop"]]]]]]]]}, {"a": "x" * 30_000}, {"a": "\ud800"}, {"a": "\x00"}, {"a": 2**70}],
    ids=["deep", "long", "half a character", "null character", "huge number"],
)
async def test_answers_that_nobody_could_keep_are_malformed(world: World, answers: dict[str, Any]) -> None:
    import json

    event = await world.opened()
    body = json.dumps(registration(new_email(), attendee(answers=answers))).encode()
    path = f"/events/{event['id']}/registrations"
    headers = {"Content-Type": "application/json"}
    await world.refused(None, "POST", path, 422, "malformed-request", content=body, headers=headers)
    found = await world.register(event)
    body = json.dumps({"answers": answers}).encode()
    at = f"{world.link(found)}/attendees/{first(found)}"
    await world.refused(None, "PATCH", at, 422, "malformed-request", content=body, headers={**headers, **tag(found)})
