"""The readable difference of two versions, and of the working copy and what is published."""

from collections import Counter
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.catalogue.documents import changes
from services.catalogue.documents.schemas import DocumentContent
from services.common.differences import Effort
from tests.catalogue.world import World

pytestmark = pytest.mark.anyio

words = st.lists(st.sampled_from(["le ", "quartier ", "prioritaire. ", "ville\n\n", "loi "]), max_size=25).map("".join)
titles = st.sampled_from(["Le cadre", "le CADRE", "Les acteurs", "Agir"])
sections: st.SearchStrategy[list[dict[str, Any]]] = st.lists(
    st.builds(dict, title=titles, body=words, updated_on=st.sampled_from([None, "2026-01-01", "2026-02-01"])), max_size=5
)
experiences: st.SearchStrategy[dict[str, Any] | None] = st.none() | st.builds(
    dict, context=words, actions=words, contact=st.none() | st.just({"name": "Camille Exemple", "consented_on": "2026-01-01"})
)
contents = st.builds(
    dict,
    title=titles,
    subtitle=st.none() | titles,
    abstract=words,
    language=st.sampled_from(["fr", "en"]),
    dated=st.none() | st.just("2016-09"),
    authors=st.lists(st.sampled_from([{"name": "A"}, {"name": "B"}, {"name": "C", "role": "sociologue"}]), max_size=4),
    theme_codes=st.lists(st.sampled_from(["habitat", "emploi", "participation"]), max_size=4),
    keywords=st.lists(st.sampled_from(["café", "lien", "bail"]), max_size=5),
    embargo_until=st.none() | st.just("2026-12-01"),
    sections=sections,
    experience=experiences,
).map(lambda written: DocumentContent.model_validate(written).model_dump(mode="json"))


@given(contents, contents, st.sampled_from([100, 1_000_000]))
def test_the_changes_applied_to_the_old_content_give_the_new(old: dict[str, Any], new: dict[str, Any], effort: int) -> None:
    found = changes.between(old, new, effort=Effort(effort))
    assert changes.applied(old, found) == new


@given(contents)
def test_nothing_is_said_of_what_did_not_change(content: dict[str, Any]) -> None:
    assert changes.between(content, content) == []


@given(sections, sections)
def test_each_section_is_matched_once_and_the_same_title_first(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> None:
    found = changes.pairs(before, after)
    assert len(set(found.values())) == len(found)
    same_title = [now for now, then in found.items() if _title(after[now]) == _title(before[then])]
    both = Counter(_title(each) for each in before) & Counter(_title(each) for each in after)
    assert len(same_title) == both.total()


def _title(section: dict[str, Any]) -> str:
    return str(section["title"]).casefold()


def test_every_field_of_a_content_has_its_french_label() -> None:
    assert set(changes.LABELS) == set(DocumentContent.model_fields)


def _content(**more: Any) -> dict[str, Any]:
    return DocumentContent.model_validate({"title": "Z", **more}).model_dump(mode="json")


def test_a_section_that_moved_and_one_whose_title_changed_are_recognised() -> None:
    (one, two) = {"title": "Le cadre", "body": "La loi de 2014."}, {"title": "Agir", "body": "Avec les habitants."}
    (moved,) = changes.between(_content(sections=[one, two]), _content(sections=[two, {**one, "title": "Le cadre légal"}]))
    assert [(part.op, part.before_position, part.after_position) for part in moved.parts] == [("same", 1, 0), ("changed", 0, 1)]
    assert [(change.pointer, change.before, change.after) for change in moved.parts[1].changes] == [
        ("/title", "Le cadre", "Le cadre légal")
    ]


def test_lists_say_what_came_and_went() -> None:
    (change,) = changes.between(_content(keywords=["bail", "café"]), _content(keywords=["café", "lien"]))
    assert (change.label, [each.value for each in change.removed], [each.value for each in change.added]) == (
        "Mots-clés",
        ["bail"],
        ["lien"],
    )


async def test_readers_compare_two_versions(world: World) -> None:
    draft = await world.published(title="Avant", abstract="Le conseil citoyen compte trente membres tirés au sort.")
    await world.write(draft, title="Après", abstract="Le conseil citoyen compte quarante membres tirés au sort.")
    await world.publish(draft)
    await world.write(draft, keywords=["démocratie"])
    await world.publish(draft)
    path = f"/documents/{draft['id']}/versions"
    told = (await world.call(None, "GET", f"{path}/2/changes", expect=200)).json()
    assert (told["since"], told["number"]) == (1, 2)
    assert [(each["pointer"], each["label"], each["shape"]) for each in told["changes"]] == [
        ("/title", "Titre", "value"),
        ("/abstract", "Résumé", "text"),
    ]
    assert [part for part in told["changes"][1]["hunks"][0]["parts"] if part["op"] != "same"] == [
        {"op": "removed", "text": "trente "},
        {"op": "added", "text": "quarante "},
    ]
    whole = (await world.call(None, "GET", f"{path}/3/changes", params={"since": 1}, expect=200)).json()
    assert [each["pointer"] for each in whole["changes"]] == ["/title", "/abstract", "/keywords"]
    english = await world.call(None, "GET", f"{path}/2/changes", headers={"Accept-Language": "en"}, expect=200)
    assert english.json()["changes"][0]["label"] == "Title"
    assert english.headers["etag"] != (await world.call(None, "GET", f"{path}/2/changes")).headers["etag"]
    await world.refused(None, "GET", f"{path}/9/changes", 404, "not-found")
    await world.refused(None, "GET", f"{path}/2/changes?since=9", 404, "not-found")


async def test_of_the_first_version_everything_is_new(world: World) -> None:
    draft = await world.published(title="Tout neuf")
    told = (await world.call(None, "GET", f"/documents/{draft['id']}/versions/1/changes", expect=200)).json()
    assert told["since"] is None
    assert (told["changes"][0]["pointer"], told["changes"][0]["after"]) == ("/title", "Tout neuf")


async def test_documentalists_see_what_publishing_would_change(world: World) -> None:
    draft = await world.published(title="Avant")
    path = f"/drafts/{draft['id']}/changes"
    assert (await world.call(world.documentalist, "GET", path, expect=200)).json()["changes"] == []
    await world.write(draft, title="Après")
    told = (await world.call(world.documentalist, "GET", path, expect=200)).json()
    assert (told["since"], told["number"], [each["after"] for each in told["changes"]]) == (1, None, ["Après"])
    for stranger in (world.member, world.neighbour, world.stranger):
        await world.refused(stranger, "GET", path, 404, "not-found")


async def test_a_difference_is_read_by_who_reads_the_document(world: World) -> None:
    hidden = await world.published(access="members")
    later = await world.published(embargo_until=date(2099, 1, 1).isoformat())
    for draft, reader, status in (
        (hidden, None, 404),
        (hidden, world.member, 200),
        (later, world.member, 404),
        (later, world.documentalist, 200),
    ):
        await world.call(reader, "GET", f"/documents/{draft['id']}/versions/1/changes", expect=status)


async def test_long_texts_are_compared_and_the_rest_goes_on(world: World) -> None:
    body = "Le quartier change. " * 9_900
    draft = await world.published(sections=[{"title": "Le cadre", "body": body}])
    await world.write(draft, sections=[{"title": "Le cadre", "body": body.replace("change", "bouge", 50)}])
    await world.publish(draft)
    told = (await world.call(None, "GET", f"/documents/{draft['id']}/versions/2/changes", expect=200)).json()
    (section,) = told["changes"][0]["parts"]
    assert section["op"] == "changed"
    assert "/body" in {each["pointer"] for each in section["changes"]}
