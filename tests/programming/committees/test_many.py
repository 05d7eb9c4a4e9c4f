"""Many decisions at once cost a session what one costs: only the envelope is asked line by line."""

from typing import Any

import pytest

from tests.programming.world import World
from tests.support import counted

pytestmark = pytest.mark.anyio


async def _cost(world: World, monkeypatch: pytest.MonkeyPatch, lines: int) -> int:
    """Statements of a bulk of so many decisions, all kept."""
    dossiers = [await world.reviewed(caf=1_000) for _ in range(lines)]
    session = await world.convene(*(dossier["id"] for dossier in dossiers))
    said = [
        {"request_id": world.request_of(dossier, world.caf)["id"], "outcome": "granted", "amount_cents": 50_000}
        for dossier in dossiers
    ]
    with counted(monkeypatch) as sent:
        answer = await world.call(
            world.caf_officer, "POST", f"/committees/{session}/bulk-decisions", json={"lines": said}, expect=200
        )
    assert answer.json()["decided"] == lines
    return len(sent)


async def test_a_further_line_costs_one_statement(fresh_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await _cost(fresh_world, monkeypatch, 1)  # what is learnt once
    few, many = await _cost(fresh_world, monkeypatch, 2), await _cost(fresh_world, monkeypatch, 12)
    assert many - few == 10


async def test_each_decision_of_a_bulk_has_its_line_and_its_event(fresh_world: World) -> None:
    world = fresh_world
    dossiers = [await world.reviewed(caf=1_000) for _ in range(3)]
    session = await world.convene(*(dossier["id"] for dossier in dossiers))
    words: tuple[dict[str, Any], ...] = (
        {"outcome": "granted", "amount_cents": 50_000},
        {"outcome": "refused", "motive": "Hors sujet."},
        {"outcome": "adjourned"},
    )
    said = [
        {"request_id": world.request_of(dossier, world.caf)["id"]} | word for dossier, word in zip(dossiers, words, strict=True)
    ]
    await world.call(world.caf_officer, "POST", f"/committees/{session}/bulk-decisions", json={"lines": said}, expect=200)
    for dossier, line in zip(dossiers, said, strict=True):
        newest = (await world.pages(world.team, f"/dossiers/{dossier['id']}/journal"))[0]
        assert newest["act"] == f"request.{line['outcome']}"
        assert newest["changes"]["request_id"] == line["request_id"]
        assert newest["organisation_id"] == str(world.caf)
        assert all(
            not each["act"].startswith("request.") for each in await world.pages(world.holder, f"/dossiers/{dossier['id']}/journal")
        )
