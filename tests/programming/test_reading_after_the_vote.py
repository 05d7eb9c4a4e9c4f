"""After the vote, reading stays right: amounts once they are answered, filters that say what the list says, tags that move exactly
when what is read does; whatever the funders do with their money, and while another funder still keeps its answer to itself."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.clock import today_in_paris
from services.common.problems import Problem
from services.programming.awards import service as awards
from services.programming.awards.models import Award
from services.programming.dossiers.schemas import DossierStatus
from tests.programming.world import World
from tests.support import Person

pytestmark = pytest.mark.anyio

STATUSES = [status.value for status in DossierStatus]
AFTER_REPORT = ("report_due", "report_submitted", "closed")
#: What the holder is never told of a request, and what it is told once notified.
NEVER, ONCE_NOTIFIED = ("opinion", "proposed_cents"), ("granted_cents", "motive", "conditions", "decided_at", "notified_at")


@dataclass
class Reading:
    """What one person reads of a dossier at one time."""

    body: dict[str, Any]
    tag: str
    listed: dict[str, Any]
    found_by: list[list[str]]


async def read(world: World, who: Person, dossier_id: str) -> Reading:
    """The dossier, its line in the list, and which statuses find it: the one shown, or all the others."""
    whole = await world.call(who, "GET", f"/dossiers/{dossier_id}", expect=200)
    shown = whole.json()["status"]
    found_by = []
    for statuses in ([shown], [status for status in STATUSES if status != shown]):
        found = await world.pages(who, "/dossiers", status=statuses, limit=100)
        found_by += [statuses for one in found if one["id"] == dossier_id]
    (listed,) = [one for one in await world.pages(who, "/dossiers", limit=100) if one["id"] == dossier_id]
    return Reading(whole.json(), whole.headers["etag"], listed, found_by)


async def revalidates(world: World, who: Person, dossier_id: str, tag: str) -> bool:
    answer = await world.call(who, "GET", f"/dossiers/{dossier_id}", headers={"If-None-Match": tag})
    return answer.status_code == 304


def consistent(reading: Reading) -> None:
    """The list, the filters and the dossier say the same."""
    assert reading.found_by == [[reading.body["status"]]]
    assert reading.listed == {name: reading.body[name] for name in reading.listed}


def fit_for_the_holder(reading: Reading) -> None:
    """Nothing of the instruction; the total once every funder has answered, each grant once it is notified."""
    requests = reading.body["requests"]
    for request in requests:
        assert all(request[name] is None for name in NEVER)
        if request["notified_at"] is None:
            assert request["status"] == "asked"
            assert all(request[name] is None for name in ONCE_NOTIFIED)
        else:
            assert request["granted_cents"] is not None
    answered = all(request["notified_at"] for request in requests)
    assert reading.body["granted_cents"] == (sum(request["granted_cents"] for request in requests) if answered else None)
    assert answered == (reading.body["status"] not in ("submitted", "under_review"))
    assert reading.body["status"] not in ("ready_for_committee", "decided")


Act = Callable[[AsyncSession, Award], Awaitable[object]]


@dataclass
class Walk:
    """A dossier two funders are asked for: the State has answered, the CAF answers step by step, when told to."""

    world: World
    dossier: dict[str, Any]
    award_ids: list[str]
    caf_committee: str = ""
    steps: list[str] = field(default_factory=list)

    @property
    def now(self) -> Any:
        return self.world.running.clock.now()

    async def money(self, act: Act, award_id: str | None = None) -> str | None:
        """An act of a room above on an award; the name of the problem that refuses it."""
        try:
            async with self.world.running.resources.database.transaction() as session:
                await act(session, await awards.locked(session, None, UUID(award_id or self.award_ids[0])))
        except Problem as problem:
            return problem.slug()
        return None

    async def commit_funds(self, cents: int | None, award_id: str | None = None) -> str | None:
        who = self.world.state_payer if (award_id or self.award_ids[0]) == self.award_ids[0] else self.world.caf_payer
        caller = Principal(
            who.account_id,
            who.account_id,
            {one: frozenset(roles) for one, roles in who.memberships.items()},
            is_administrator=False,
        )

        async def act(session: AsyncSession, award: Award) -> None:
            await awards.commit_funds(session, caller, award.id, cents, version=award.version, now=self.now)

        return await self.money(act, award_id)

    async def report(self, status: str) -> None:
        """As the bilan's room says of a dossier, from the day the report is due to its closing."""
        self.world.running.clock.forward(minutes=1)
        today = today_in_paris(self.now)
        submitted = None if status == "report_due" else self.now
        await self.world.running.rows(
            "UPDATE dossiers SET status = %(status)s, report_due_on = %(today)s, report_submitted_at = %(submitted)s,"
            " version = version + 1 WHERE id = %(id)s RETURNING id",
            **{"status": status, "today": today, "submitted": submitted, "id": self.dossier["id"]},
        )

    async def caf(self) -> None:
        """The CAF's next step: its avis, its decision, its letter."""
        world, request = self.world, self.world.request_of(self.dossier, self.world.caf)
        step = ("review", "decision", "letter", "nothing")[min(len(self.steps), 3)]
        if step == "review":
            await world.review(world.caf_officer, self.dossier["id"], opinion="reserved", proposed_cents=300_000)
        elif step == "decision":
            committee_id = await world.convene(self.dossier["id"])
            await world.grant(world.caf_officer, committee_id, request["id"], 300_000)
            await world.close(committee_id)
        elif step == "letter":
            wish = {"funder_id": str(world.caf)}
            where = f"/dossiers/{self.dossier['id']}/notifications"
            await world.call(world.caf_officer, "POST", where, json=wish, expect=201)
            found = await world.pages(world.caf_payer, "/awards", dossier_id=self.dossier["id"])
            self.award_ids += [one["id"] for one in found]
        self.steps.append(step)

    @property
    def is_answered(self) -> bool:
        return "letter" in self.steps


async def half_answered(world: World) -> Walk:
    """The State has granted and notified; the CAF has not even given its avis."""
    dossier = await world.admitted(state=8_000, caf=4_000)
    await world.review(world.state_officer, dossier["id"])
    committee_id = await world.convene(dossier["id"])
    await world.grant(world.state_officer, committee_id, world.request_of(dossier, world.state)["id"], 800_000)
    await world.close(committee_id)
    where = f"/dossiers/{dossier['id']}/notifications"
    await world.call(world.state_officer, "POST", where, json={"funder_id": str(world.state)}, expect=201)
    (award,) = await world.pages(world.state_payer, "/awards", dossier_id=dossier["id"])
    return Walk(world, dossier, [award["id"]])


async def answered(world: World) -> Walk:
    walk = await half_answered(world)
    for _ in range(3):
        await walk.caf()
    return walk


async def test_each_status_of_the_money_is_read_filtered_and_tagged(world: World) -> None:
    walk = await answered(world)
    now, today = walk.now, today_in_paris(walk.now)
    steps: list[tuple[str, Act | None]] = [
        ("agreed", lambda session, award: awards.record_agreement(session, award, now=now)),
        ("committed", None),
        ("partly_paid", lambda session, award: awards.record_payment(session, award, 300_000, paid_on=today)),
        ("paid", lambda session, award: awards.record_payment(session, award, 500_000, paid_on=today)),
        ("to_repay", lambda session, award: awards.justify(session, award, 600_000, now=now)),
        ("justified", lambda session, award: awards.record_repayment(session, award, 200_000)),
    ]
    before = await read(world, world.holder, walk.dossier["id"])
    assert before.body["status"] == "notified"
    for expected, act in steps:
        assert await (walk.money(act) if act else walk.commit_funds(None)) is None
        for who in (world.holder, world.state_officer, world.team):
            reading = await read(world, who, walk.dossier["id"])
            consistent(reading)
            assert (reading.body["status"], reading.body["granted_cents"]) == ("running", 1_100_000)
            assert world.request_of(reading.body, world.state)["status"] == expected
            (found,) = await world.pages(who, "/awards", dossier_id=walk.dossier["id"], status=expected)
            assert found["id"] == walk.award_ids[0]
        seen = await read(world, world.holder, walk.dossier["id"])
        fit_for_the_holder(seen)
        assert seen.tag != before.tag
        before = seen


async def test_each_status_of_the_report_is_read_filtered_and_tagged(world: World) -> None:
    walk = await answered(world)
    assert await walk.commit_funds(None) is None
    before, today = await read(world, world.holder, walk.dossier["id"]), today_in_paris(walk.now)
    for status in ("report_due", "report_submitted", "report_submitted", "closed"):
        await walk.report(status)
        for who in (world.holder, world.caf_officer, world.team):
            reading = await read(world, who, walk.dossier["id"])
            consistent(reading)
            assert (reading.body["status"], reading.body["granted_cents"]) == (status, 1_100_000)
        seen = await read(world, world.holder, walk.dossier["id"])
        fit_for_the_holder(seen)
        assert seen.tag != before.tag
        await walk.money(lambda session, award: awards.record_payment(session, award, 100_000, paid_on=today))
        moved = await read(world, world.holder, walk.dossier["id"])
        assert moved.body["status"] == status, "money does not bring the report back"
        before = moved


async def test_while_the_state_pays_the_holder_learns_nothing_of_the_caf(world: World) -> None:
    walk = await half_answered(world)
    await walk.commit_funds(500_000)
    before = await read(world, world.holder, walk.dossier["id"])
    fit_for_the_holder(before)
    for _ in range(2):
        await walk.caf()
        seen = await read(world, world.holder, walk.dossier["id"])
        assert seen == before
        consistent(seen)
        assert await revalidates(world, world.holder, walk.dossier["id"], before.tag)
    team = await read(world, world.team, walk.dossier["id"])
    consistent(team)
    assert team.body["status"] == "decided"
    await walk.caf()
    told = await read(world, world.holder, walk.dossier["id"])
    assert (told.body["status"], told.body["granted_cents"]) == ("running", 1_100_000)
    assert told.tag != before.tag


async def one_act(walk: Walk, draw: Random) -> str:
    """Any act, lawful or not: what is refused changes nothing."""
    cents, award_id = draw.randrange(0, 900_000, 50_000), draw.choice(walk.award_ids)
    now, today = walk.now, today_in_paris(walk.now)
    acts: dict[str, Act] = {
        "agree": lambda session, award: awards.record_agreement(session, award, now=now),
        "require": lambda session, award: awards.require_agreement(session, award),
        "pay": lambda session, award: awards.record_payment(session, award, cents, paid_on=today),
        "repay": lambda session, award: awards.record_repayment(session, award, cents),
        "amend": lambda session, award: awards.amend(session, award, cents),
        "justify": lambda session, award: awards.justify(session, award, cents, now=now),
    }
    name = draw.choice([*acts, "commit", "commit", "pay", "caf", "report"])
    if name == "caf":
        await walk.caf()
    elif name == "report":
        if walk.is_answered:
            await walk.report(draw.choice(AFTER_REPORT))
    elif name == "commit":
        await walk.commit_funds(draw.choice([None, cents]), award_id)
    else:
        await walk.money(acts[name], award_id)
    return f"{name} {cents}"


@pytest.mark.parametrize("seed", range(6))
async def test_whatever_is_done_a_tag_moves_exactly_when_what_the_holder_reads_does(world: World, seed: int) -> None:
    walk, draw = await half_answered(world), Random(seed)
    dossier_id = walk.dossier["id"]
    people = {"holder": world.holder, "funder": world.state_officer, "team": world.team}
    before = {name: await read(world, who, dossier_id) for name, who in people.items()}
    moves, done = 0, []
    for _ in range(12):
        done.append(await one_act(walk, draw))
        after = {name: await read(world, who, dossier_id) for name, who in people.items()}
        for reading in after.values():
            consistent(reading)
        fit_for_the_holder(after["holder"])
        changed = after["holder"].body != before["holder"].body
        assert (after["holder"].tag != before["holder"].tag) == changed, done
        assert await revalidates(world, world.holder, dossier_id, before["holder"].tag) == (not changed), done
        moves += changed
        for name in ("funder", "team"):
            if after[name].body != before[name].body:
                assert after[name].tag != before[name].tag, (name, done)
        before = after
    assert 0 < moves < len(done), "a walk that shows both"
