"""Who may reopen a decision: two organisations are two people, a funder that leads the contract is one."""

from typing import Any
from uuid import UUID

import pytest

from services.common.ids import new_id
from services.programming.committees.rules import Parties, asked_by
from tests.programming.world import World
from tests.support import Person

ME, OTHER = new_id(), new_id()

WHY: dict[str, Any] = {"json": {"reason": "Le budget comptait deux fois une recette."}}


@pytest.mark.parametrize(
    ("parties", "before", "after"),
    [
        (Parties(funder=True, team=False, are_one=False), (None, None), (ME, None)),
        (Parties(funder=False, team=True, are_one=False), (None, None), (None, ME)),
        (Parties(funder=False, team=True, are_one=False), (OTHER, None), (OTHER, ME)),
        (Parties(funder=True, team=False, are_one=False), (OTHER, None), None),
        # Of two organisations: one voice, and never both.
        (Parties(funder=True, team=True, are_one=False), (None, None), (ME, None)),
        (Parties(funder=True, team=True, are_one=False), (ME, None), None),
        (Parties(funder=True, team=True, are_one=False), (OTHER, None), (OTHER, ME)),
        # The funder leads the contract: its manager says it once, a plain member of its team does not decide for it.
        (Parties(funder=True, team=True, are_one=True), (None, None), (ME, ME)),
        (Parties(funder=True, team=True, are_one=True), (None, OTHER), (ME, OTHER)),
        (Parties(funder=False, team=True, are_one=True), (None, None), (None, ME)),
        (Parties(funder=False, team=True, are_one=True), (None, ME), None),
    ],
)
def test_who_has_asked(parties: Parties, before: tuple[UUID | None, UUID | None], after: tuple[UUID | None, UUID | None]) -> None:
    assert asked_by(parties, *before, ME) == after


@pytest.mark.anyio
async def test_somebody_of_both_organisations_does_not_reopen_alone(fresh_world: World) -> None:
    world = fresh_world
    dossier = await world.reviewed(caf=4_000)
    session = await world.convene(dossier["id"])
    request = world.request_of(dossier, world.caf)["id"]
    await world.grant(world.caf_officer, session, request, 400_000)
    await world.close(session)
    both = Person(memberships={world.caf: ["member", "signatory"], world.lead: ["member"]})
    where = f"/committees/{session}/decisions/{request}/reopening"
    asked = (await world.call(both, "POST", where, expect=201, **WHY)).json()
    assert (asked["asked_by_funder"], asked["asked_by_team"], asked["opened_at"]) == (str(both.account_id), None, None)
    await world.refused(both, "POST", where, 409, "reopening-needs-another", **WHY)
    click = (world.team, "POST", where, WHY)
    said = [answer.json() for answer in await world.at_once([click, click])]
    assert {(one["id"], bool(one["opened_at"])) for one in said} == {(asked["id"], True)}, "a double click opens it once"
    lines = await world.running.rows(
        "SELECT act FROM journal_lines WHERE resource_id = %(id)s AND act LIKE 'request.reopen%%' ORDER BY id", id=dossier["id"]
    )
    assert [line["act"] for line in lines] == ["request.reopening_asked", "request.reopened"]
