"""Reminders: each once, none lost, whoever runs them and however the day moves."""

import asyncio

import pytest

from services.programming.bilans import jobs
from tests.programming.world import World

from .acts import at, bilan_of, fill, instruct, opened, run, submit, submitted, where

pytestmark = pytest.mark.anyio


async def mails(world: World, dossier: dict[str, object]) -> list[str]:
    """Subjects of the reminders of a dossier so far."""
    ours = [mail for mail in await world.mails("Bilan ") if str(dossier["reference"]) in mail["subject"]]
    return [mail["subject"].split(" –")[0] for mail in ours if "accepté" not in mail["subject"]]


async def remind(world: World, day: str) -> None:
    at(world, day)
    await run(world, jobs.remind_bilans)


async def test_from_three_months_before_to_every_month_after(world: World) -> None:
    dossier = await opened(world)
    for day in (
        "2028-03-29",
        "2028-03-30",
        "2028-03-31",
        "2028-05-30",
        "2028-06-29",
        "2028-06-30",
        "2028-07-01",
        "2028-07-30",
        "2028-08-30",
    ):
        await remind(world, day)
    assert await mails(world, dossier) == [
        "Bilan à déposer avant le 30/06/2028",
        "Bilan à déposer avant le 30/06/2028",
        "Bilan à déposer aujourd'hui",
        "Bilan en retard",
        "Bilan en retard",
    ]
    text = (await world.mails(f"Bilan en retard – {dossier['reference']}"))[0]["text"]
    assert "30/06/2028" in text
    assert f"/programming/v1{where(dossier)}" in text
    assert "une nouvelle demande pour la même action est irrecevable" in text


async def test_run_twice_or_at_once_they_send_once(world: World) -> None:
    dossier = await opened(world)
    at(world, "2028-04-01")
    await asyncio.gather(*(run(world, jobs.remind_bilans) for _ in range(4)))
    await run(world, jobs.remind_bilans)
    assert len(await mails(world, dossier)) == 1


async def test_a_worker_that_was_away_sends_the_last_one_only(world: World) -> None:
    dossier = await opened(world)
    await remind(world, "2028-09-15")
    assert await mails(world, dossier) == ["Bilan en retard"]


async def test_a_due_day_that_moves_starts_another_series(world: World) -> None:
    dossier = await opened(world)
    await remind(world, "2028-06-30")
    async with world.running.resources.database.readers.connection() as connection:
        await connection.execute("UPDATE bilans SET due_on = '2028-07-31' WHERE dossier_id = %s", [dossier["id"]])
    await remind(world, "2028-07-01")
    await remind(world, "2028-07-31")
    assert await mails(world, dossier) == [
        "Bilan à déposer aujourd'hui",
        "Bilan à déposer avant le 31/07/2028",
        "Bilan à déposer aujourd'hui",
    ]


async def test_what_is_submitted_is_not_asked_again(world: World) -> None:
    dossier = await submitted(world)
    for day in ("2028-04-01", "2028-07-01"):
        await remind(world, day)
    assert await mails(world, dossier) == []


async def test_a_completion_has_its_own_reminders_and_blocks_nothing(world: World) -> None:
    dossier = await submitted(world)
    await instruct(world, world.state_officer, dossier, "completion-request", reason="Précisez.", due_on="2028-04-15")
    await remind(world, "2028-02-02")
    assert await mails(world, dossier) == [], "the mail that asked for it stands for the first"
    await remind(world, "2028-03-15")
    await remind(world, "2028-04-15")
    assert await mails(world, dossier) == ["Bilan à déposer avant le 15/04/2028", "Bilan à déposer aujourd'hui"]
    texts = [mail["text"] for mail in await world.mails("Bilan à déposer") if dossier["reference"] in mail["subject"]]
    assert all("irrecevable" not in text and "complément" in text for text in texts)
    at(world, "2028-05-01")
    assert (await bilan_of(world, dossier))["overdue"] is True
    await fill(world, dossier)
    assert (await submit(world, dossier)).json()["late"] is True
    await remind(world, "2028-06-30")
    assert len(await mails(world, dossier)) == 2
