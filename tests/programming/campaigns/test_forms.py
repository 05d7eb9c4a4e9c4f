"""Questions of a campaign: written while it is a draft, checked before they are kept, published with the call."""

from typing import Any
from uuid import UUID

import pytest

from services.common.ids import new_id
from services.programming.campaigns import form_rules
from tests.programming.notices.papers import FORM, asked_when
from tests.programming.papers import codes
from tests.programming.world import World

pytestmark = pytest.mark.anyio

CAF, STATE = UUID(int=1), UUID(int=2)


def asking(**question: Any) -> dict[str, Any]:
    return {"form": {"type": "object", "properties": {"a": {"title": "A", **question}}}}


REFUSED = {
    "/form/properties/a/pattern": asking(type="string", pattern="^(a+)+$"),
    "/form/properties/a/$ref": asking(**{"$ref": "https://elsewhere.example/schema"}),
    "/form/properties/a/format": asking(format="courriel"),
    "/form/properties/a/title": asking(title=" ") | {"form": {"type": "object", "properties": {"a": {"title": ["A"]}}}},
    "/form/$id": {"form": {"$id": "https://elsewhere.example/", **asking()["form"]}},
    "/form/properties/a/requis": asking(requis=True),
    "/form": asking(enum=["x" * 60_000]),
    "/asked_when/b": asking() | {"asked_when": {"b": {"natures": ["action"]}}},
}


async def test_a_form_is_written_on_the_draft_and_read_by_everybody_once_open(world: World) -> None:
    await world.prepare_campaign()
    where = f"/campaigns/{world.campaign_id}"
    tag = {"If-Match": (await world.call(world.team, "GET", where)).headers["etag"]}
    for pointer, wrong in REFUSED.items():
        problem = await world.refused(world.team, "PUT", f"{where}/form", 409, "bad-form", json=wrong, headers=tag)
        assert [error["pointer"] for error in problem["errors"]] == [pointer]
    await world.refused(world.caf_officer, "PUT", f"{where}/form", 403, "not-contract-lead", json=asking(), headers=tag)
    await world.refused(world.holder, "PUT", f"{where}/form", 404, "not-found", json=asking(), headers=tag)

    # A funder that takes no part is noticed at the opening: until then it may still join.
    unknown = {"form": FORM, "asked_when": {"effectif": {"funder_ids": [str(new_id())], "budget_lines": ["nulle"]}}}
    written = await world.call(world.team, "PUT", f"{where}/form", json=unknown, headers=tag, expect=200)
    await world.refused(world.team, "PUT", f"{where}/form", 412, "stale-version", json=unknown, headers=tag)
    problem = (await world.act("opening", expect=409)).json()
    assert set(codes(problem)) == {"/asked_when/effectif/funder_ids/0", "/asked_when/effectif/budget_lines/0"}
    removed = await world.change(world.team, "DELETE", f"{where}/form", of=where, expect=200)
    assert (written.json()["form_number"], removed.json()["form_number"], removed.json()["form"]) == (1, 0, None)

    wish = {"form": FORM, "asked_when": asked_when(world)}
    await world.change(world.team, "PUT", f"{where}/form", of=where, json=wish, expect=200)
    await world.refused(None, "GET", f"{where}/forms/1", 404, "not-found")
    await world.act("opening")
    read = (await world.call(None, "GET", where, expect=200)).json()
    assert (read["form"], read["form_number"]) == (FORM, 1)
    assert read["asked_when"]["effectif"]["funder_ids"] == [str(world.caf)]
    version = (await world.call(None, "GET", f"{where}/forms/1", expect=200)).json()
    assert (version["form"], version["number"]) == (FORM, 1)
    for number in (0, 2, 2**40):
        await world.refused(None, "GET", f"{where}/forms/{number}", 404, "not-found")
    listed = (await world.call(None, "GET", "/campaigns", params={"contract_id": world.contract_id}, expect=200)).json()
    assert all("form" not in one for one in listed["items"])


@pytest.mark.parametrize(
    ("when", "nature", "requests", "asked"),
    [
        ({}, None, [], True),
        ({"natures": ["action"]}, None, [], False),
        ({"natures": ["action"]}, "action", [], True),
        ({"funder_ids": [str(CAF)]}, "action", [(STATE, "x")], False),
        ({"funder_ids": [str(CAF)]}, "action", [(STATE, "x"), (CAF, "y")], True),
        # Funder and line are those of one request.
        ({"funder_ids": [str(CAF)], "budget_lines": ["x"]}, "action", [(STATE, "x"), (CAF, "y")], False),
        ({"funder_ids": [str(CAF)], "natures": ["investissement"]}, "action", [(CAF, "y")], False),
    ],
)
def test_a_question_is_asked_when_the_choice_matches_every_list(
    when: dict[str, Any], nature: str | None, requests: list[tuple[UUID, str]], asked: bool
) -> None:
    assert form_rules.not_asked({"q": when}, nature, requests) == (frozenset() if asked else frozenset({"q"}))
