"""Whatever people do in whatever order, the seats are as a model of a few lines says."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.common.ids import new_id
from tests.events.registrations.seating import all_is_true, shown_ranks
from tests.events.world import World, attendee, registration

pytestmark = pytest.mark.anyio

OFFER_HOURS, CONFIRMATION_HOURS = 5, 24


@dataclass
class Party:
    """A registration as the model knows it."""

    id: str
    size: int
    state: str
    confirmed: bool
    waits: bool = False
    ends_at: datetime | None = None

    @property
    def holds(self) -> int:
        return self.size if self.state in ("seated", "offered") or (self.state == "unconfirmed" and not self.waits) else 0


@dataclass
class Model:
    """One pool of seats, a list in the order people came."""

    capacity: int
    parties: list[Party] = field(default_factory=list)

    def left(self, before: Party | None = None) -> int:
        """Seats nobody holds and nobody who stands before keeps for themselves."""
        left = self.capacity - sum(each.holds for each in self.parties)
        for each in self.parties:
            if each is before:
                break
            if each.waits:
                left -= min(left, each.size)
        return left

    def serve(self, now: datetime) -> None:
        for each in self.parties:
            if each.waits and each.state == "waiting" and each.size <= self.left(before=each):
                each.waits, each.state, each.ends_at = False, "offered", now + timedelta(hours=OFFER_HOURS)

    def ask(self, id: str, size: int, confirmed: bool, now: datetime) -> Party:
        waits = size > self.left()
        state = ("waiting" if waits else "seated") if confirmed else "unconfirmed"
        ends_at = None if confirmed else now + timedelta(hours=CONFIRMATION_HOURS)
        self.parties.append(Party(id, size, state, confirmed, waits, ends_at))
        return self.parties[-1]

    def end(self, party: Party, state: str, now: datetime) -> None:
        party.state, party.waits, party.ends_at = state, False, None
        self.serve(now)

    def confirm(self, party: Party, now: datetime) -> None:
        party.confirmed, party.ends_at = True, None
        party.state = "waiting" if party.waits else "seated"
        self.serve(now)

    def pass_time(self, now: datetime) -> None:
        due = [each for each in self.parties if each.ends_at is not None and each.ends_at <= now]
        for each in sorted(due, key=lambda each: each.ends_at or now):
            if each.ends_at is not None and each.ends_at <= now:
                self.end(each, "lapsed", now)


@pytest.mark.parametrize("seed", range(4))
async def test_any_sequence_of_acts_leaves_the_seats_as_the_model_says(world: World, seed: int) -> None:
    rng = random.Random(seed)
    clock = world.running.clock
    event = await world.opened(rng.randint(3, 8), most_in_group=4, offer_hours=OFFER_HOURS, days=60)
    desk = (await world.call(world.organiser, "GET", f"/events/{event['id']}/desks", expect=200)).json()[0]
    model = Model(desk["pools"][0]["seats"])
    for _ in range(45):
        match rng.choice(["ask", "ask", "ask", "ask", "cancel", "confirm", "accept", "wait", "raise"]):
            case "ask":
                await _ask(world, event, model, rng)
            case "wait":
                clock.forward(hours=rng.choice([1, 3, 6]))
                model.pass_time(clock.now())
                await world.lapse()
            case "raise":
                model.capacity += rng.randint(0, 2)
                await world.seats(event, {"mode": "on_site", "seats": model.capacity})
                model.serve(clock.now())
            case act:
                await _follow(world, model, act, rng)
        await all_is_true(world, event)
        found = {each["id"]: each for each in await world.pages(world.organiser, f"/events/{event['id']}/registrations", limit=100)}
        assert {key: each["state"] for key, each in found.items()} == {each.id: each.state for each in model.parties}
        standing = [each.id for each in model.parties if each.waits]
        assert [found[key]["rank"] for key in standing] == list(range(1, len(standing) + 1))
    assert await shown_ranks(world, event) == list(range(1, len(standing) + 1))


async def _ask(world: World, event: dict[str, Any], model: Model, rng: random.Random) -> None:
    size = rng.choice([1, 1, 2, 3, 4])
    people = [attendee(f"Exemple {number}") for number in range(size)]
    confirmed = rng.random() < 0.6
    if confirmed:
        found = await world.register(event, *people)
    else:
        wish = registration(f"p{new_id().hex[-12:]}@example.fr", *people)
        path = f"/events/{event['id']}/registrations"
        found = (await world.call(None, "POST", path, json=wish, expect=201)).json()
    party = model.ask(found["id"], size, confirmed, world.running.clock.now())
    standing = [each.id for each in model.parties if each.waits]
    assert found["rank"] == (standing.index(party.id) + 1 if party.waits else None)


async def _follow(world: World, model: Model, act: str, rng: random.Random) -> None:
    """Somebody follows their link."""
    wanted = {"cancel": ("seated", "waiting", "offered", "unconfirmed"), "confirm": ("unconfirmed",), "accept": ("offered",)}[act]
    able = [each for each in model.parties if each.state in wanted]
    if not able:
        return
    party, now = rng.choice(able), world.running.clock.now()
    verb = {"cancel": "cancellation", "confirm": "confirmation", "accept": "acceptance"}[act]
    await world.call(None, "POST", f"{world.link({'id': party.id})}/{verb}", expect=201)
    if act == "cancel":
        model.end(party, "cancelled", now)
    elif act == "confirm":
        model.confirm(party, now)
    else:
        party.state, party.ends_at = "seated", None
