"""What tests of bilans repeat: a bilan opened, filled, submitted, instructed; money paid and repaid."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import httpx

from services.common.jobs import Job
from services.programming.awards import service as awards
from services.programming.bilans import jobs
from tests.programming.world import World
from tests.support import Person
from tests.walked import walked_once

SWORN = {"sworn_statement": True, "signatory_name": "Camille Exemple", "signatory_function": "Présidente"}
REPORT = {
    "done": "Quatre ateliers par semaine, de mars à décembre.",
    "participation": "Les habitants ont choisi les horaires.",
    "evaluation": "Trente personnes ont progressé d'un niveau.",
}


def at(world: World, day: str, hour: int = 9) -> None:
    """The platform lives on that day."""
    world.running.clock.at = datetime.fromisoformat(day).replace(hour=hour, tzinfo=UTC)


def today(world: World) -> date:
    return world.running.clock.at.date()


async def run(world: World, job: Job, **arguments: Any) -> None:
    """A job as the worker runs it: one transaction."""
    if job.cron:
        arguments = {"timestamp": 0, **arguments}
    async with world.running.resources.database.transaction() as session:
        await job.run(session, world.running.resources, **arguments)


def where(dossier: Mapping[str, Any]) -> str:
    return f"/dossiers/{dossier['id']}/bilan"


async def opened(world: World, *, granted: Mapping[str, int] | None = None, **asks: int) -> dict[str, Any]:
    """A dossier notified, whose bilan is open; `awarded`'s arguments."""
    dossier = await world.awarded(granted=granted, **asks)
    await _open(world, dossier["id"])
    return dossier


@walked_once
async def _open(world: World, dossier_id: str) -> None:
    await run(world, jobs.open_bilan, dossier_id=dossier_id)


async def bilan_of(world: World, dossier: Mapping[str, Any], who: Person | None = None) -> dict[str, Any]:
    found: dict[str, Any] = (await world.call(who or world.holder, "GET", where(dossier), expect=200)).json()
    return found


def content(bilan: Mapping[str, Any], *, charges: int | None = None) -> dict[str, Any]:
    """The bilan filled in: everything as planned, or `charges` cents spent on its only charge, own money making the balance."""
    statement = bilan["statement"]
    lines = {
        group: [
            {key: line[key] for key in ("account", "label", "funder_id") if line[key] is not None}
            | {"actual_cents": line["planned_cents"]}
            for line in statement[group]
        ]
        for group in ("charges", "produits", "voluntary_uses", "voluntary_resources")
    }
    if charges is not None:
        gap = charges - sum(line["actual_cents"] for line in lines["charges"])
        lines["charges"][0] |= {"actual_cents": lines["charges"][0]["actual_cents"] + gap, "explanation": "Moins d'heures."}
        for line in lines["produits"]:
            taken = max(gap, -line["actual_cents"])
            line |= {"actual_cents": line["actual_cents"] + taken, "explanation": "Suit les charges."}
            gap -= taken
    publics = [{**public, "actual_count": 30, "women": 20, "men": 10, "qpv_residents": 25} for public in bilan["publics"]]
    indicators = [{"label": "Assiduité", "planned": "80 %", "actual": "85 %"}]
    days = {"starts_on": f"{bilan['exercise_starts_on'][:4]}-03-02", "ends_on": f"{bilan['exercise_starts_on'][:4]}-12-10"}
    return {"statement": lines, "report": REPORT, "publics": publics, "indicators": indicators, **days}


async def fill(world: World, dossier: Mapping[str, Any], **how: Any) -> dict[str, Any]:
    """The holder fills everything in."""
    body = content(await bilan_of(world, dossier), **how)
    saved: dict[str, Any] = (await world.change(world.helper, "PATCH", where(dossier), json=body, expect=200)).json()
    return saved


async def submit(world: World, dossier: Mapping[str, Any], *, who: Person | None = None, **sworn: Any) -> httpx.Response:
    return await world.change(
        who or world.president, "POST", f"{where(dossier)}/submission", of=where(dossier), json={**SWORN, **sworn}
    )


async def submitted(world: World, *, on: str = "2028-02-01", charges: int | None = None, **asks: Any) -> dict[str, Any]:
    """A dossier whose bilan is submitted that day."""
    dossier = await opened(world, **asks)
    await _submit(world, {"id": dossier["id"]}, on, charges)
    return dossier


@walked_once
async def _submit(world: World, dossier: Mapping[str, Any], on: str, charges: int | None) -> None:
    at(world, on)
    await fill(world, dossier, charges=charges)
    answer = await submit(world, dossier)
    assert answer.status_code == 201, answer.text


async def review_of(world: World, dossier: Mapping[str, Any], funder_id: UUID) -> dict[str, Any]:
    bilan = await bilan_of(world, dossier)
    found: dict[str, Any] = next(review for review in bilan["reviews"] if review["funder_id"] == str(funder_id))
    return found


async def instruct(world: World, who: Person, dossier: Mapping[str, Any], act: str, **wish: Any) -> httpx.Response:
    """One act of the caller's funder on its review's latest version."""
    (funder_id,) = who.memberships
    place = f"/bilan-reviews/{(await review_of(world, dossier, funder_id))['id']}"
    return await world.change(who, "POST", f"{place}/{act}", of=place, json=wish)


async def pay(world: World, award_id: str, cents: int) -> None:
    """As the payments' room does it."""
    async with world.running.resources.database.transaction() as session:
        award = await awards.locked(session, None, UUID(award_id))
        await awards.record_payment(session, award, cents, paid_on=today(world))


async def repay(world: World, award_id: str, cents: int) -> None:
    async with world.running.resources.database.transaction() as session:
        award = await awards.locked(session, None, UUID(award_id))
        await awards.record_repayment(session, award, cents)


async def paid(world: World, dossier: Mapping[str, Any], **euros: int) -> None:
    """Committed and paid by `state` or `caf`, in euros."""
    for name, amount in euros.items():
        award_id = dossier["awards"][name]["id"]
        await world.commit({"state": world.state_officer, "caf": world.caf_officer}[name], award_id)
        await pay(world, award_id, amount * 100)


async def close(world: World, dossier: Mapping[str, Any]) -> str:
    """The closing job runs; the dossier's status after it, as its holder reads it."""
    await run(world, jobs.close_dossier, dossier_id=dossier["id"])
    return str((await world.seen(dossier["id"], world.holder))["status"])
