"""A copied walk leaves what the walk itself leaves, and nothing is copied that would not be walked the same (`tests.walked`)."""

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from services.common.ids import new_id
from services.programming.app import SERVICE
from tests import walked
from tests.programming.conftest import ORGANISATIONS
from tests.programming.papers import PDF
from tests.programming.world import World
from tests.support import Person, Running

pytestmark = pytest.mark.anyio

ID = r"(?<![0-9a-f])[0-9a-f]{8}-?[0-9a-f]{4}-?7[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}(?![0-9a-f])"
TABLES = [*(table.name for table in SERVICE.metadata.sorted_tables), "procrastinate_jobs"]
(CONTRACT,) = (shape for shape in World.DRAWN if "CN" in shape)
ROWS = "SELECT '{table} ' || to_jsonb(t)::text AS row FROM {table} t"


@pytest.fixture
def asked(running: Running) -> list[str]:
    """The requests made so far."""
    made: list[str] = []

    async def note(request: httpx.Request) -> None:
        made.append(f"{request.method} {request.url.path}")

    running.client.event_hooks = {"request": [note], "response": []}
    return made


@pytest.fixture
def nothing_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walked, "_kept", {})


async def opened(running: Running, *, shared: bool = True) -> World:
    world = World(running, ORGANISATIONS)
    world.steps.shared = shared
    await world.open()
    return world


async def written(world: World, *, until: str) -> list[str]:
    """Every row that names somebody or something born from this world on, ids and codes by rank, jobs without their number."""
    found = [row["row"] for table in TABLES for row in await world.running.rows(ROWS.format(table=table))]
    own = [row for row in found if any(world.steps.born <= each < until for each in ids(row))]
    return re.sub(r'"id": \d+', "", told_by_rank("\n".join(own))).splitlines()


def ids(text: str) -> list[str]:
    return [found.replace("-", "") for found in re.findall(ID, text)]


def told_by_rank(text: str) -> str:
    ranks = {each: f"#{rank}" for rank, each in enumerate(sorted(set(ids(text))))}
    text = re.sub(ID, lambda found: ranks[found[0].replace("-", "")], text)
    for shape in World.DRAWN:
        codes = list(dict.fromkeys(re.findall(shape, text)))
        text = re.sub(shape, lambda found, codes=codes: f"(code {codes.index(found[0])})", text)  # type: ignore[misc]
    return text


async def read(world: World, dossier: dict[str, Any]) -> str:
    """What each party reads of it, and of what followed."""
    parties: tuple[Person, ...] = (world.holder, world.team, world.state_officer, world.caf_officer, world.stranger)
    where = f"/dossiers/{dossier['id']}"
    paths = (where, f"{where}/notifications", f"{where}/journal", f"/campaigns/{world.campaign_id}", "/awards", "/reviews")
    answers = [await world.call(who, "GET", path) for who in parties for path in paths]
    return told_by_rank("\n".join(f"{answer.status_code} {answer.text}" for answer in answers))


@pytest.mark.usefixtures("nothing_kept")
async def test_a_copy_is_what_the_walk_would_have_left(running: Running, asked: list[str]) -> None:
    """Two worlds make the same walk, the second by copy; a third, kept apart, makes it for real."""
    worlds, dossiers, requests = [], [], []
    for shared in (True, True, False):
        before = len(asked)
        worlds.append(await opened(running, shared=shared))
        dossiers.append(await worlds[-1].awarded(state=8_000, caf=4_000, granted={"state": 6_000}))
        requests.append(len(asked) - before)
    first, copy, real = worlds
    assert requests[0] == requests[2] > 30
    assert requests[1] < 5, "only what is read at the end"
    left = await written(copy, until=real.steps.born)
    assert len(left) > 50
    assert sorted(left) == sorted(await written(real, until=new_id().hex))
    assert told_by_rank(str(dossiers[1])) == told_by_rank(str(dossiers[2]))
    assert await read(copy, dossiers[1]) == await read(real, dossiers[2])
    assert not {*ids(str(dossiers[0]))} & {*ids(str(dossiers[1]))}
    assert first.campaign_id != copy.campaign_id
    campaign = (await copy.call(copy.team, "GET", f"/campaigns/{copy.campaign_id}", expect=200)).json()
    assert campaign["code"] in dossiers[1]["reference"]


@pytest.mark.usefixtures("nothing_kept")
async def test_a_copy_lives_its_own_life(running: Running) -> None:
    """Its files are its own, its letters are written, its money is paid; the first world does not see it."""
    first = await opened(running)
    references = [(await first.awarded(state=8_000))["reference"]]
    copy = await opened(running)
    told = await copy.awarded(state=8_000)
    references.append(told["reference"])
    (piece,) = told["attachments"]
    file = await copy.call(copy.holder, "GET", f"/dossiers/{told['id']}/attachments/{piece['id']}", expect=200)
    assert file.content == PDF
    before = await written(first, until=copy.steps.born)
    assert (await copy.commit(copy.state_payer, told["awards"]["state"]["id"]))["committed_cents"] == 800_000
    assert await written(first, until=copy.steps.born) == before
    await running.run_jobs()
    for reference in references:
        assert [mail for mail in await copy.mails(reference) if mail["attachments"]], "the letter"


@pytest.mark.usefixtures("nothing_kept")
async def test_a_code_that_is_taken_is_drawn_again(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    draws: list[str] = []
    monkeypatch.setattr(World, "DRAWN", {**World.DRAWN, CONTRACT: lambda: draws.pop(0)})
    first = await opened(running)
    taken = (await first.call(first.team, "GET", f"/contracts/{first.contract_id}", expect=200)).json()["code"]
    draws += [taken, taken, "CN09799M"]
    copy = await opened(running)
    assert draws == []
    assert (await copy.call(copy.team, "GET", f"/contracts/{copy.contract_id}", expect=200)).json()["code"] == "CN09799M"


async def _another_day(world: World) -> None:
    world.running.clock.forward(days=1)


async def _written_since(world: World) -> None:
    await world.draft()


async def _another_law(world: World) -> None:
    wish = {"parameter": "agreement_above_cents", "applies_from": "2041-01-01", "value": 3_000_000, "source": "un décret"}
    await world.call(Person(administrator=True), "POST", "/parameters", json=wish, expect=201)


async def _renamed(world: World) -> None:
    world.organisations[world.association]["name"] = "Les Ateliers rêvés"


async def _kept_apart(world: World) -> None:
    world.steps.shared = False


@pytest.mark.usefixtures("nothing_kept")
@pytest.mark.parametrize("change", [_another_day, _written_since, _another_law, _renamed, _kept_apart])
async def test_what_would_not_be_walked_the_same_is_walked(
    running: Running, asked: list[str], change: Callable[[World], Any]
) -> None:
    await (await opened(running)).submitted()
    same, other = await opened(running), await opened(running)
    await change(other)
    before = len(asked)
    await other.submitted()
    walked_again = len(asked)
    assert walked_again - before > 3
    if change not in {_another_day, _another_law}:
        await (await opened(running)).submitted()
        assert len(asked) == walked_again + 1, "a copy, read once"
    assert same.campaign_id != other.campaign_id


@pytest.mark.usefixtures("nothing_kept")
async def test_other_arguments_are_another_walk(running: Running, asked: list[str]) -> None:
    for euros in (5_000, 6_000):
        before = len(asked)
        found = await (await opened(running)).submitted(state=euros)
        assert found["requests"][0]["amount_cents"] == euros * 100
        assert len(asked) - before > 3
