"""Themes: everybody reads them, administrators keep them."""

import asyncio

import pytest

from tests.directory.people import a_citizen, an_administrator, problem
from tests.support import Running

pytestmark = pytest.mark.anyio

T = "/directory/v1/themes"


async def test_the_themes_of_the_trade_are_there_from_the_start(directory: Running) -> None:
    themes = {theme["code"]: theme for theme in (await directory.client.get(T)).json()["items"]}
    assert len(themes) >= 30
    for expected in (
        "education",
        "emploi",
        "acces-aux-droits",
        "egalite-femmes-hommes",
        "lutte-discriminations",
        "mobilites",
        "numerique",
    ):
        assert expected in themes
    assert "réussite éducative" in themes["education"]["synonyms"]
    for theme in themes.values():
        parent = themes.get(theme["parent_code"])
        assert theme["parent_code"] is None or (parent is not None and parent["parent_code"] is None)
    first = (await directory.client.get(f"{T}?limit=5")).json()
    second = (await directory.client.get(f"{T}?limit=5&cursor={first['next']}")).json()
    assert [t["code"] for t in first["items"] + second["items"]] == sorted(themes)[:10]


async def test_administrators_create_and_replace(directory: Running) -> None:
    administrator = await an_administrator(directory)
    wish = {"label": "Natation", "parent_code": "sport", "synonyms": ["piscine"]}
    created = await administrator.call("PUT", f"{T}/natation", wish)
    assert (created.status_code, created.headers["etag"]) == (201, '"1"')
    assert problem(await administrator.call("PUT", f"{T}/natation", wish)) == "precondition-required"
    replaced = await administrator.call("PUT", f"{T}/natation", {"label": "Savoir nager"}, **{"If-Match": '"1"'})
    assert replaced.json() == {"code": "natation", "label": "Savoir nager", "parent_code": None, "synonyms": [], "version": 2}
    assert problem(await administrator.call("PUT", f"{T}/natation", wish, **{"If-Match": '"1"'})) == "stale-version"
    assert problem(await administrator.call("PUT", f"{T}/plongee", wish, **{"If-Match": '"1"'})) == "stale-version"
    assert (await directory.client.get(f"{T}/natation", headers={"If-None-Match": '"2"'})).status_code == 304
    assert problem(await directory.client.get(f"{T}/plongee")) == "not-found"


async def test_a_third_level_is_refused(directory: Running) -> None:
    administrator = await an_administrator(directory)
    for code, parent in (("clas", "accompagnement-scolarite"), ("clas", "clas"), ("clas", "nulle-part")):
        refused = await administrator.call("PUT", f"{T}/{code}", {"label": "CLAS", "parent_code": parent})
        assert (refused.status_code, problem(refused)) == (409, "theme-refused")
    moved = await administrator.call(
        "PUT", f"{T}/education", {"label": "Éducation", "parent_code": "culture"}, **{"If-Match": '"1"'}
    )
    assert problem(moved) == "theme-refused"
    answers = await asyncio.gather(
        administrator.call("PUT", f"{T}/a", {"label": "A", "parent_code": "sport"}),
        administrator.call("PUT", f"{T}/a", {"label": "A", "parent_code": "sport"}),
    )
    assert sorted(answer.status_code for answer in answers) == [201, 428]


@pytest.mark.parametrize(
    ("code", "body"),
    [("Majuscules", {"label": "X"}), ("a--b", {"label": "X"}), ("x", {"label": " "}), ("x", {"label": "X", "synonyms": [""]})],
)
async def test_malformed_themes(directory: Running, code: str, body: dict[str, object]) -> None:
    administrator = await an_administrator(directory)
    assert (await administrator.call("PUT", f"{T}/{code}", body)).status_code == 422


async def test_others_read_only(directory: Running) -> None:
    citizen = await a_citizen(directory)
    assert problem(await citizen.call("PUT", f"{T}/sport", {"label": "Sport"}, **{"If-Match": '"1"'})) == "forbidden"
    assert (await directory.client.put(f"{T}/sport", json={"label": "Sport"})).status_code == 401
