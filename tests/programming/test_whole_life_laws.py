"""A dossier's whole life, whatever is done and in whatever order: submitted, sent back for changes, judged, adjourned, carried over,
decided, reopened, decided anew, told, set right, withdrawn. After each act the same money is read everywhere."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from services.programming.checks import CHECKS
from tests.programming.change_requests.asks import answer, wish
from tests.programming.papers import SWORN
from tests.programming.world import World

pytestmark = pytest.mark.anyio

#: What an act may be answered: done, refused by name, read again first, nothing to do it on.
ANSWERS = {200, 201, 204, 403, 404, 409, 412, 422, 428}
ENVELOPE = 700_000
REASON = {"reason": "Une erreur."}


@dataclass
class TwoLives:
    """Two dossiers that ask the CAF for 4 000 € each, of an envelope of 7 000 €, and the sessions that speak of them."""

    world: World
    dossiers: list[str] = field(default_factory=list)
    sessions: list[str] = field(default_factory=list)
    done: list[str] = field(default_factory=list)

    @classmethod
    async def begun(cls, model: World) -> "TwoLives":
        world = World(model.running, model.organisations)
        await world.open(envelopes={"caf": ENVELOPE})
        return cls(world, [(await world.draft(world.content(caf=4_000)))[0] for _ in range(2)])

    # The acts: each takes which dossier it is about, and an amount in euros.

    async def submit(self, which: int, euros: int) -> httpx.Response:
        where = f"/dossiers/{self.dossiers[which]}"
        return await self.world.change(self.world.holder, "POST", f"{where}/submission", of=where, json=SWORN)

    async def admit(self, which: int, euros: int) -> httpx.Response:
        where = f"/dossiers/{self.dossiers[which]}"
        tag = (await self.world.call(self.world.team, "GET", where)).headers.get("etag", '"1"')
        body = {"admissible": True}
        return await self.world.call(self.world.team, "POST", f"{where}/admissibility", json=body, headers={"If-Match": tag})

    async def ask_for_changes(self, which: int, euros: int) -> httpx.Response:
        sent = wish(self.world, self.world.lead, "/content/need", incomplete=bool(euros % 2))
        return await self.world.call(self.world.team, "POST", f"/dossiers/{self.dossiers[which]}/change-requests", json=sent)

    async def answer(self, which: int, euros: int) -> httpx.Response:
        found = await self._open_change(which)
        if isinstance(found, httpx.Response):
            return found
        if euros % 3:
            return await answer(self.world, found, content__need="Rien à changer.")
        where = f"/dossiers/{self.dossiers[which]}/change-requests/{found['id']}"
        return await self.world.change(self.world.team, "POST", f"{where}/cancellation", of=where, json={"reason": "À tort."})

    async def _open_change(self, which: int) -> Any:
        query = {"limit": 100}
        where = f"/dossiers/{self.dossiers[which]}/change-requests"
        found = await self.world.call(self.world.holder, "GET", where, params=query, expect=200)
        return next((one for one in found.json()["items"] if one["status"] == "open"), httpx.Response(404))

    async def review(self, which: int, euros: int) -> httpx.Response:
        query = {"dossier_id": self.dossiers[which], "funder_id": str(self.world.caf)}
        found = (await self.world.call(self.world.caf_officer, "GET", "/reviews", params=query, expect=200)).json()["items"]
        if not found:
            return httpx.Response(404)
        where = f"/reviews/{found[0]['id']}"
        body = {"scores": {"besoin": 4, "budget": 3}, "opinion": "favourable", "proposed_cents": max(100, euros * 100)}
        written = await self.world.change(self.world.caf_officer, "PATCH", where, json=body)
        if written.status_code != 200:
            return written
        return await self.world.change(self.world.caf_officer, "POST", f"{where}/completion", of=where)

    async def convene(self, which: int, euros: int) -> httpx.Response:
        """A new session; the one under way is closed first. What was adjourned is carried over."""
        world = self.world
        if self.sessions:
            where = f"/committees/{self.sessions[-1]}"
            await world.change(world.team, "POST", f"{where}/closing", of=where)
        self.sessions.append(await world.convene())
        where = f"/committees/{self.sessions[-1]}"
        await world.change(world.team, "POST", f"{where}/agenda/carry-over", of=where)
        known = [item["dossier_id"] for item in (await world.call(world.team, "GET", where)).json()["agenda"]]
        for dossier_id in self.dossiers:
            body = {"dossier_ids": [*known, *([] if dossier_id in known else [dossier_id])]}
            made = await world.change(world.team, "PUT", f"{where}/agenda", of=where, json=body)
            known = body["dossier_ids"] if made.status_code == 200 else known
        return made

    async def decide(self, which: int, euros: int) -> httpx.Response:
        """Granted, refused or adjourned; changed when it was decided already."""
        session, request = await self._spoken(which)
        where = f"/committees/{session}/decisions/{request}"
        read = await self.world.call(self.world.caf_officer, "GET", where)
        headers = {"If-Match": read.headers["etag"]} if read.status_code == 200 else {}
        said: dict[str, Any] = {"outcome": "granted", "amount_cents": euros * 100}
        if euros % 5 == 0:
            said = {"outcome": "refused", "motive": "Hors priorités."} if euros % 10 else {"outcome": "adjourned"}
        return await self.world.call(self.world.caf_officer, "PUT", where, json=said, headers=headers)

    async def decide_both(self, which: int, euros: int) -> httpx.Response:
        session = (await self._spoken(which))[0]
        requests = [(await self._spoken(one))[1] for one in range(2)]
        lines = [{"request_id": one, "outcome": "granted", "amount_cents": euros * 100} for one in requests]
        body = {"lines": lines, "dry_run": euros % 3 == 0, "all_or_nothing": euros % 2 == 0}
        return await self.world.call(self.world.caf_officer, "POST", f"/committees/{session}/bulk-decisions", json=body)

    async def reopen(self, which: int, euros: int) -> httpx.Response:
        session, request = await self._spoken(which, last=euros % 2 == 0)
        where = f"/committees/{session}/decisions/{request}/reopening"
        await self.world.call(self.world.team, "POST", where, json=REASON)
        return await self.world.call(self.world.caf_officer, "POST", where, json=REASON)

    async def _spoken(self, which: int, *, last: bool = True) -> tuple[str, str]:
        """A session, and the request of the dossier."""
        read = await self.world.seen(self.dossiers[which], self.world.holder)
        sessions = self.sessions or [self.dossiers[which]]
        return sessions[-1 if last else 0], self.world.request_of(read, self.world.caf)["id"]

    async def notify(self, which: int, euros: int) -> httpx.Response:
        body = {"funder_id": str(self.world.caf)}
        if euros % 2:
            return await self.world.call(
                self.world.caf_officer, "POST", f"/dossiers/{self.dossiers[which]}/notifications", json=body
            )
        where = f"/campaigns/{self.world.campaign_id}/bulk-notifications"
        made = await self.world.call(self.world.caf_officer, "POST", where, json=body)
        await self.world.running.run_jobs()
        return made

    async def correct(self, which: int, euros: int) -> httpx.Response:
        told = await self.world.pages(self.world.holder, f"/dossiers/{self.dossiers[which]}/notifications")
        if not told:
            return httpx.Response(404)
        where = f"/notifications/{told[0]['id']}/corrections"
        made = (await self.world.call(self.world.holder, "GET", where, expect=200)).json()["items"]
        body = {"granted_cents": euros * 100, "reason": "Une erreur de saisie.", "replaces": len(made)}
        return await self.world.call(self.world.caf_officer, "POST", where, json=body)

    async def withdraw(self, which: int, euros: int) -> httpx.Response:
        where = f"/dossiers/{self.dossiers[which]}"
        made = await self.world.change(self.world.holder, "POST", f"{where}/withdrawal", of=where, json=REASON)
        await self.world.running.run_jobs()
        return made

    # The laws.

    async def check(self) -> None:
        running, campaign = self.world.running, self.world.campaign_id
        for one in CHECKS:
            assert await running.rows(one.query) == [], one.wrong.fr
        (line,) = await running.rows(
            "SELECT amount_cents, granted_cents FROM budget_lines WHERE campaign_id = %(id)s AND code = 'caf'", id=campaign
        )
        assert 0 <= line["granted_cents"] <= line["amount_cents"] == ENVELOPE
        requests = await running.rows("SELECT * FROM funding_requests WHERE campaign_id = %(id)s ORDER BY id", id=campaign)
        granted = sum(one["granted_cents"] or 0 for one in requests)
        assert granted == line["granted_cents"]
        matrix = (await self.world.call(self.world.team, "GET", f"/campaigns/{campaign}/coverage", expect=200)).json()
        assert matrix["total"]["granted"]["amount_cents"] == granted
        assert sum(cell["granted"]["amount_cents"] for cell in matrix["cells"]) == granted
        awards = await running.rows("SELECT * FROM awards WHERE campaign_id = %(id)s", id=campaign)
        told = sum(one["granted_cents"] or 0 for one in requests if one["notified_at"])
        assert sum(award["granted_cents"] for award in awards) == told
        for dossier_id in self.dossiers:  # the holder adds up what it was told, and nothing else
            read = await self.world.seen(dossier_id, self.world.holder)
            own = [one for one in requests if str(one["dossier_id"]) == dossier_id]
            assert [one["granted_cents"] for one in read["requests"]] == [
                one["granted_cents"] if one["notified_at"] else None for one in own
            ]


Act = Callable[[TwoLives, int, int], Awaitable[httpx.Response]]
ACTS: dict[str, Act] = {
    "ask for changes": TwoLives.ask_for_changes,
    "answer": TwoLives.answer,
    "review": TwoLives.review,
    "convene": TwoLives.convene,
    "decide": TwoLives.decide,
    "decide both": TwoLives.decide_both,
    "reopen": TwoLives.reopen,
    "notify": TwoLives.notify,
    "correct": TwoLives.correct,
    "withdraw": TwoLives.withdraw,
}
EUROS = st.one_of(st.sampled_from([0, 1, 5, 10, 3_499, 3_501, 4_000, 4_001]), st.integers(0, 4_200))
DEEDS = st.lists(st.tuples(st.sampled_from(sorted(ACTS)), st.integers(0, 1), EUROS), min_size=10, max_size=16)
OPENING: list[tuple[str, int, int]] = [("review", 0, 4_000), ("review", 1, 3_000), ("convene", 0, 0), ("decide", 0, 3_499)]


async def _do(lives: TwoLives, name: str, act: Act, which: int, euros: int) -> httpx.Response:
    answered = await act(lives, which, euros)
    assert answered.status_code in ANSWERS, (name, answered.status_code, answered.text)
    if answered.status_code < 300:
        lives.done.append(name)
    await lives.check()
    return answered


@settings(
    max_examples=3,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(deeds=DEEDS)
async def test_whatever_becomes_of_dossiers_the_money_adds_up(world: World, deeds: list[tuple[str, int, int]]) -> None:
    lives = await TwoLives.begun(world)
    for which in range(2):
        for act in (TwoLives.submit, TwoLives.admit):
            assert (await act(lives, which, 0)).status_code == 201
    for name, which, euros in [*OPENING, *deeds]:
        await _do(lives, name, ACTS[name], which, euros)


async def test_a_whole_life_is_walked_without_a_refusal(world: World) -> None:
    """The road the laws are held on: each act is done."""
    lives = await TwoLives.begun(world)
    road = [
        ("submit", 0, 0), ("ask for changes", 0, 1), ("answer", 0, 1), ("admit", 0, 0), ("submit", 1, 0), ("admit", 1, 0),
        ("ask for changes", 1, 0), ("answer", 1, 3), ("review", 0, 4_000), ("review", 1, 4_000), ("convene", 0, 0),
        ("decide", 0, 3_999), ("decide", 0, 3_001), ("decide", 1, 10), ("convene", 0, 0), ("decide", 1, 3_999), ("reopen", 0, 1),
    ]  # fmt: skip
    acts = {"submit": TwoLives.submit, "admit": TwoLives.admit, **ACTS}
    for name, which, euros in road:
        answered = await _do(lives, name, acts[name], which, euros)
        assert answered.status_code in {200, 201}, (name, answered.text)
    # Reopened in the first session, decided there anew; the envelope follows by the difference.
    lives.sessions.reverse()
    for name, which, euros in [("decide", 0, 2_001), ("notify", 0, 1), ("correct", 0, 3_001)]:
        answered = await _do(lives, name, acts[name], which, euros)
        assert answered.status_code in {200, 201}, (name, answered.text)
    assert (await _do(lives, "correct", acts["correct"], 0, 3_002)).status_code == 409, "the envelope is whole"
    assert (await _do(lives, "withdraw", acts["withdraw"], 1, 0)).status_code == 201
    assert (await _do(lives, "correct", acts["correct"], 0, 3_002)).status_code == 201
    assert (await _do(lives, "withdraw", acts["withdraw"], 0, 0)).status_code == 409, "it was answered"
