"""Digests: one a day at most, in their hours, each threshold told once for the day in force, whatever runs twice or dies."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.common.clock import PARIS, in_paris
from services.common.ids import new_id
from services.common.sessions import SESSION_CLOSED
from services.programming.due_lists import digests, jobs, repository, rules, service
from tests.programming.world import World, address_of
from tests.support import SIGNER, Person

pytestmark = pytest.mark.anyio
MINE = "/me/reminder-preferences"


def at(day: date, hour: int = 9, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), PARIS)


def next_tuesday(world: World) -> date:
    today = in_paris(world.running.clock.now()).date()
    return today + timedelta(days=(1 - today.weekday()) % 7 + 7)


async def choose(world: World, who: Person, **wish: Any) -> dict[str, Any]:
    body = {"frequency": "daily", **wish}
    return (await world.change(who, "PUT", MINE, json=body, expect=200)).json()  # type: ignore[no-any-return]


async def write(world: World, who: Person, now: datetime) -> bool:
    world.running.clock.at = now
    async with world.running.resources.database.transaction() as session:
        return await digests.compose(session, world.running.resources.settings, who.account_id, now=now)


async def mails(world: World, who: Person) -> list[dict[str, Any]]:
    written = await world.running.jobs("kernel:send_mail")
    return [job["args"] for job in written if job["args"]["to"] == address_of(who.account_id)]


async def close_on(world: World, day: date) -> None:
    """The deadline moves, as an extension would move it."""
    moved = "UPDATE campaigns SET closes_at = %s, opens_at = least(opens_at, %s) WHERE id = %s"
    async with world.running.resources.database.readers.connection() as writer:
        await writer.execute(moved, (at(day, 18), at(day, 18) - timedelta(days=400), UUID(world.campaign_id)))


async def test_preferences_are_ones_own_versioned_and_name_what_they_cover(world: World) -> None:
    before = (await world.call(world.helper, "GET", MINE, expect=200)).json()
    assert (before["version"], before["frequency"], before["email"]) == (0, "none", None)
    await world.call(world.helper, "PUT", MINE, json={"frequency": "daily"}, expect=428)
    made = await choose(world, world.helper, muted_kinds=["messages_to_read"], hour=7)
    assert made["email"] == address_of(world.helper.account_id)
    assert made["organisation_ids"] == [str(world.association)]
    await world.call(world.helper, "PUT", MINE, json={"frequency": "daily"}, headers={"If-Match": '"0"'}, expect=412)
    tag = (await world.call(world.helper, "GET", MINE)).headers["etag"]
    sent = {"json": {"frequency": "daily", "hour": 21, "quiet_from": "20:00", "quiet_until": "07:30"}, "headers": {"If-Match": tag}}
    await world.refused(world.helper, "PUT", MINE, 409, "always-quiet", **sent)
    world.organisations[world.holder.account_id] = {"verified_at": None}
    headers = {"If-Match": (await world.call(world.holder, "GET", MINE)).headers["etag"]}
    await world.refused(
        world.holder, "PUT", MINE, 409, "reminder-address-not-confirmed", json={"frequency": "daily"}, headers=headers
    )
    assert not await mails(world, world.holder)


async def test_a_digest_lists_what_is_due_once_in_its_hours_and_an_empty_one_is_not_sent(world: World) -> None:
    tuesday = next_tuesday(world)
    await choose(world, world.helper)
    assert not await write(world, world.helper, at(tuesday)), "nothing is due"
    tuesday += timedelta(days=7)
    await close_on(world, tuesday + timedelta(days=7))
    await world.draft()
    for quiet in (at(tuesday, 7), at(tuesday, 22), at(tuesday + timedelta(days=4))):
        assert not await write(world, world.helper, quiet)
    assert await write(world, world.helper, at(tuesday))
    assert not await write(world, world.helper, at(tuesday, 9, 1))
    assert not await write(world, world.helper, at(tuesday + timedelta(days=1))), "nothing new was crossed"
    (mail,) = await mails(world, world.helper)
    assert "Déposer le dossier" in mail["text"]
    assert "dans 7 jours" in mail["text"]
    name, address = mail["mailing_list"]
    assert name == "rappels.programmation"
    assert address in mail["text"]
    ending = address.removeprefix("http://canevas.test")
    assert "Me désinscrire" in (await world.call(None, "GET", ending, expect=200)).text
    assert (await world.call(world.helper, "GET", MINE)).json()["frequency"] == "daily", "opening a link changes nothing"
    for _ in range(2):
        await world.call(None, "POST", ending, data={"List-Unsubscribe": "One-Click"}, expect=200)
    assert (await world.call(world.helper, "GET", MINE)).json()["frequency"] == "none"
    assert not await write(world, world.helper, at(tuesday + timedelta(days=6)))
    await world.call(None, "POST", ending[:-3] + "AAA", expect=404)


async def test_two_workers_at_once_write_one_mail(world: World) -> None:
    tuesday = next_tuesday(world)
    await close_on(world, tuesday + timedelta(days=2))
    await world.draft()
    await choose(world, world.helper)
    now = world.running.clock.at = at(tuesday)

    async def one(job: Any, **arguments: Any) -> None:
        async with world.running.resources.database.transaction() as session:
            await job.run(session, world.running.resources, **arguments)

    await asyncio.gather(one(jobs.call_reminders_after, after=str(UUID(int=0))), one(jobs.call_reminders, timestamp=0))
    account_id = str(world.helper.account_id)
    await asyncio.gather(*(one(jobs.write_reminders, account_id=account_id) for _ in range(4)))
    await world.running.run_jobs()
    assert len(await mails(world, world.helper)) == 1
    assert now == world.running.clock.at


async def test_what_cannot_wait_goes_at_once_but_never_in_quiet_hours(world: World) -> None:
    tuesday = next_tuesday(world)
    await close_on(world, tuesday)
    await choose(world, world.president)
    dossier_id, _ = await world.draft()
    assert await write(world, world.president, at(tuesday)), "the digest of the day"
    await world.call(world.holder, "POST", f"/dossiers/{dossier_id}/sign-off", json={"word": ""}, expect=201)
    assert not await write(world, world.president, at(tuesday, 7))
    assert await write(world, world.president, at(tuesday, 14))
    assert not await write(world, world.president, at(tuesday, 15))
    urgent = (await mails(world, world.president))[-1]
    assert urgent["subject"] == "À faire sans attendre : Donner le visa du représentant légal"
    assert "Déposer" not in urgent["text"]


async def test_a_right_taken_back_silences_until_they_come_back(world: World) -> None:
    tuesday, grant = next_tuesday(world), new_id()
    await close_on(world, tuesday + timedelta(days=2))
    await world.draft()
    token = SIGNER.token(sub=str(world.helper.account_id), orgs={str(world.association): ["member"]}, standing=[str(grant)])
    headers = {"Authorization": f"Bearer {token}", "If-Match": '"0"'}
    await world.call(None, "PUT", MINE, json={"frequency": "daily"}, headers=headers, expect=200)
    until = {"until": at(tuesday).isoformat()}
    await world.announce(SESSION_CLOSED, new_id(), until)
    assert not (await world.call(world.helper, "GET", MINE)).json()["paused"]
    await world.announce(SESSION_CLOSED, grant, until)
    await world.announce(SESSION_CLOSED, grant, until)
    assert (await world.call(world.helper, "GET", MINE)).json()["paused"]
    assert not await write(world, world.helper, at(tuesday))
    assert not (await choose(world, world.helper))["paused"]
    assert await write(world, world.helper, at(tuesday))


async def test_erased_with_the_person(world: World) -> None:
    await choose(world, world.helper)
    async with world.running.resources.database.transaction() as session:
        await jobs.forget_reminders.run(session, world.running.resources, account_id=str(world.helper.account_id))
        assert await repository.preferences(session, world.helper.account_id) is None


async def test_ten_thousand_things_make_one_mail_that_counts_them(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    tuesday = next_tuesday(world)
    await choose(world, world.helper)
    organisation = world.association
    rows = [
        {
            **{"kind": "permanent_file_to_renew", "organisation_id": organisation, "resource_type": "permanent_file"},
            **{"resource_id": new_id(), "dossier_id": None, "reference": None, "label": f"Pièce {n}", "count": 1, "since": None},
            **{"due_on": tuesday - timedelta(days=1), "day": tuesday - timedelta(days=1)},
        }
        for n in range(10_000)
    ]
    rows = sorted(({**row, "about_id": row["resource_id"]} for row in rows), key=lambda row: str(row["resource_id"]))
    place = {row["resource_id"]: n for n, row in enumerate(rows)}

    async def items(reader: Any, filters: Any, when: Any, values: Mapping[str, Any], *, paged: bool) -> list[dict[str, Any]]:
        start = place[values["after_resource"]] + 1 if paged else 0
        return rows[start : start + values["limit"]]

    monkeypatch.setattr(repository, "items", items)
    assert await write(world, world.helper, at(tuesday))
    (mail,) = await mails(world, world.helper)
    assert mail["subject"] == "À faire : 10 000 en retard"
    assert "Et 9\u202f960 autres" in mail["text"]
    assert len(mail["text"]) < 20_000
    assert not await write(world, world.helper, at(tuesday + timedelta(days=1)))


STEP = st.one_of(
    st.just(("pass", 1)),
    st.tuples(st.just("pass"), st.integers(1, 9)),
    st.tuples(st.just("move"), st.integers(-3, 25)),
    st.tuples(st.just("run"), st.integers(1, 2)),
    st.just(("crash", 1)),
)


async def test_each_threshold_crossed_for_the_day_in_force_is_told_exactly_once(world: World) -> None:
    """Days pass, the deadline moves, the job runs none, once or twice, or dies before its commit."""
    await world.draft()
    await choose(world, world.helper, quiet_weekends=False)
    walks: list[list[tuple[str, int]]] = []
    given(st.lists(STEP, min_size=6, max_size=12))(
        settings(max_examples=12, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))(
            lambda steps: walks.append(steps)
        )
    )()
    today = next_tuesday(world)
    for steps in walks:
        today += timedelta(days=60)
        today = await _walk(world, today, steps)


async def _walk(world: World, today: date, steps: list[tuple[str, int]]) -> date:
    who, due_on = world.helper, today + timedelta(days=20)
    await close_on(world, due_on)
    told: set[tuple[date, int]] = set(await _told(world, who))
    for name, n in steps:
        if name == "pass":
            today += timedelta(days=n)
        elif name == "move":
            due_on = today + timedelta(days=n)
            await close_on(world, due_on)
        elif name == "crash":
            with pytest.raises(RuntimeError):
                await _dies(world, who, at(today))
        else:
            for _ in range(n):
                before, looked = len(await mails(world, who)), await _looked_on(world, who)
                await write(world, who, at(today))
                # A deadline gone by is nobody's to keep; a day already looked at is told of only what cannot wait.
                seen = set(rules.crossed(due_on, today)) if at(today) < at(due_on, 18) else set()
                if looked == today and due_on != today:
                    seen = set()
                new = {(due_on, step) for step in seen} - told
                assert len(await mails(world, who)) == before + bool(new)
                told |= new
        found = await _told(world, who)
        assert len(found) == len(set(found))
        assert set(found) == told
    return max(today, due_on)


async def _looked_on(world: World, who: Person) -> date | None:
    async with world.running.resources.database.transaction() as session:
        found = await repository.preferences(session, who.account_id)
        return None if found is None else found.looked_on


async def _told(world: World, who: Person) -> list[tuple[date, int]]:
    async with world.running.resources.database.transaction() as session:
        return [(row.due_on, row.threshold) for row in await repository.sent(session, who.account_id)]


async def _dies(world: World, who: Person, now: datetime) -> None:
    async with world.running.resources.database.transaction() as session:
        await digests.compose(session, world.running.resources.settings, who.account_id, now=now)
        raise RuntimeError("the worker dies before its commit")


async def test_a_member_elsewhere_reads_nothing_of_it(world: World) -> None:
    await world.draft()
    values = service.parties(world.stranger.account_id, world.stranger.memberships, world.running.clock.now())
    async with world.running.resources.database.readers.connection() as reader:
        assert await repository.items(reader, frozenset(), None, values | {"limit": 10}, paged=False) == []


async def test_nights_when_the_clock_changes_have_one_digest_at_an_hour_that_is_skipped_or_comes_twice(world: World) -> None:
    await choose(world, world.helper, hour=2, quiet_from="00:00", quiet_until="00:00", quiet_weekends=False)
    await world.draft()
    for night, before, at_last, again in (
        # 28 March: from 1:59 to 3:00, two o'clock never comes.
        (date(2027, 3, 28), (0, 59), (1, 0), (1, 30)),
        # 31 October: half past two comes at 0:30 and at 1:30 UTC.
        (date(2027, 10, 31), (-1, 59), (0, 30), (1, 30)),
    ):
        await close_on(world, night + timedelta(days=7))
        midnight = datetime(night.year, night.month, night.day, tzinfo=UTC)
        instants = [midnight + timedelta(hours=hour, minutes=minute) for hour, minute in (before, at_last, again)]
        written = [await write(world, world.helper, instant) for instant in instants]
        assert written == [False, True, False], night
        told = (await mails(world, world.helper))[-1]
        assert "dans 7 jours" in told["text"]
