"""Whatever the parties do, in whatever order: tranches add up, grants cover commitments, the journal tells it all."""

from random import Random
from typing import Any

import httpx
import pytest

from services.programming.awards import rules as award_rules
from services.programming.awards.errors import AmountRefused
from services.programming.cpos import life
from tests.programming.cpos import agreements as cpos
from tests.programming.world import World

pytestmark = pytest.mark.anyio

_NAMES = ("state", "caf")


async def _try(world: World, cpo: dict[str, Any], chance: Random, campaigns: list[str]) -> int:
    """One act of somebody's, lawful or not: the status it was answered with."""
    read = await cpos.read(world, cpo)
    name, offset, cents = chance.choice(_NAMES), chance.randrange(3), chance.randrange(1, 900_000)
    tranches = [one for one in read["tranches"] if one["status"] != "dropped"]
    one = chance.choice(tranches)
    deed = chance.choice(
        ("confirm", "dossier", "notify", "commit", "pay", "pay", "amend", "amend", "justify", "suspend", "resume", "leave")
    )
    if deed == "confirm":
        mine = [t for t in tranches if t["funder_id"] == str(cpos.funder(world, name)) and t["status"] == "forecast"]
        return (
            (await cpos.confirm(world, read, name, mine[0]["year"] - 2026, amount_cents=cents, expect=None)).status_code
            if mine
            else 0
        )
    if deed == "dossier":
        return (await cpos.light_dossier(world, read, offset, campaign_id=campaigns[offset], expect=None)).status_code
    if deed == "notify":
        return await _notify(world, read, offset, name)
    if deed == "amend":
        return await _amend(world, read, one, cents)
    if deed in {"commit", "pay", "justify"}:
        return await _spend(world, read, deed, chance, cents)
    if deed == "leave" and chance.random() > 0.1:
        return 0
    acts: dict[str, tuple[Any, str, Any]] = {
        "suspend": (world.team, "suspension", {"reason": "Travaux."}),
        "resume": (world.team, "resumption", None),
        "leave": (world.caf_officer, f"funders/{world.caf}/withdrawal", {"reason": "Budget."}),
    }
    who, act, body = acts[deed]
    return (await cpos.act(world, who, read, act, body, expect=None)).status_code


async def _notify(world: World, cpo: dict[str, Any], offset: int, name: str) -> int:
    dossier_id = cpo["year_list"][offset]["dossier_id"]
    if dossier_id is None:
        return 0
    wish = {"funder_id": str(cpos.funder(world, name))}
    who = cpos.officer(world, name)
    return (await world.call(who, "POST", f"/dossiers/{dossier_id}/notifications", json=wish)).status_code


async def _amend(world: World, cpo: dict[str, Any], one: dict[str, Any], cents: int) -> int:
    wish = {"reason": "Plus de public.", "changes": [{"tranche_id": one["id"], "amount_cents": cents}]}
    made = await cpos.act(world, world.team, cpo, "amendments", wish, expect=None)
    if made.status_code != 201:
        return made.status_code
    where = f"/cpos/{cpo['id']}/amendments/{made.json()['number']}"
    name = next(n for n in _NAMES if str(cpos.funder(world, n)) == one["funder_id"])
    answer: httpx.Response = made
    for who, party in ((world.president, world.association), (cpos.signatory(world, name), cpos.funder(world, name))):
        answer = await world.change(who, "POST", f"{where}/signature", of=where, json=cpos.signing(party))
    if answer.status_code != 201:
        await world.change(world.team, "POST", f"{where}/abandonment", of=where, expect=201)
    return answer.status_code


async def _spend(world: World, cpo: dict[str, Any], deed: str, chance: Random, cents: int) -> int:
    awards = await world.pages(world.team, "/awards", cpo_id=cpo["id"])
    if not awards:
        return 0
    award = chance.choice(awards)
    if deed == "commit":
        who = world.state_payer if award["funder_id"] == str(world.state) else world.caf_payer
        where = f"/awards/{award['id']}"
        return (await world.change(who, "POST", f"{where}/commitment", of=where, json={"amount_cents": cents})).status_code
    try:
        await (cpos.pay if deed == "pay" else cpos.justify)(world, award["id"], cents)
    except (AmountRefused, award_rules.Refused):
        return 409
    return 201


@pytest.mark.parametrize("seed", range(2))
async def test_no_sequence_of_acts_breaks_the_laws(world: World, seed: int) -> None:
    chance = Random(seed)
    cpo = await cpos.signed(world)
    short = {"p147": 900_000, "caf": 900_000}
    campaigns = [world.campaign_id, *[await cpos.next_campaign(world, year, envelopes=short) for year in (2027, 2028)]]
    cpos.at(world, 2028, 3, 2)
    for offset in (0, 1):
        await cpos.reported(world, cpo, offset, "state", "caf")
    answers = []
    for _ in range(35):
        answers.append(await _try(world, cpo, chance, campaigns))
        await _hold(world, cpo)
    assert not [status for status in answers if status >= 500]
    assert answers.count(201) > 8, "the sequence does something"
    assert {409} & set(answers), "and tries what is not lawful"


async def _hold(world: World, cpo: dict[str, Any]) -> None:
    read = await cpos.read(world, cpo)
    living = [one for one in read["tranches"] if one["status"] != "dropped"]
    assert read["total_cents"] == sum(one["amount_cents"] for one in living)
    replayed = life.replay([line["changes"] for line in await cpos.journal(world, cpo)])
    assert (replayed.total_cents, replayed.status.value) == (read["total_cents"], read["status"])
    awards = {one["request_id"]: one for one in await world.pages(world.team, "/awards", cpo_id=cpo["id"])}
    for tranche in living:
        award = awards.get(tranche["request_id"])
        if award is not None:
            assert award["granted_cents"] == tranche["amount_cents"]
            assert award["granted_cents"] >= award["committed_cents"] >= award["paid_cents"] - award["repaid_cents"] >= 0
    money = (await world.call(world.team, "GET", f"/cpos/{cpo['id']}/money", expect=200)).json()
    for line in [*money["lines"], *money["by_year"], money["total"]]:
        assert line["confirmed_cents"] >= line["granted_cents"] >= line["committed_cents"] >= line["paid_cents"]
    for name in _NAMES:
        granted = sum(
            one["amount_cents"] for one in living if one["request_id"] and one["funder_id"] == str(cpos.funder(world, name))
        )
        ours = await world.running.rows(
            "SELECT sum(granted_cents) AS n FROM budget_lines WHERE funder_id = %(funder)s", funder=cpos.funder(world, name)
        )
        assert ours[0]["n"] == granted, "the envelopes gave what was granted, to the cent"
