"""What tests of agreements repeat: grants of the region to the association, texts, signatures."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx

from services.common.clock import in_paris
from services.programming.agreements import service
from services.programming.awards import service as awards
from tests.programming.world import World
from tests.support import Person, member_of
from tests.walked import walked_once

PATH = "/agreements"


async def granted(world: World, euros: int, *, asked: int | None = None) -> dict[str, Any]:
    """The region's award for a dossier of the association."""
    told = await world.awarded(region=asked or euros, granted={"region": euros})
    award: dict[str, Any] = told["awards"]["region"]
    return award


@walked_once
async def decided(world: World, euros: int) -> str:
    """A dossier the region may notify: its id."""
    dossier = await world.reviewed(region=euros)
    committee_id = await world.convene(dossier["id"])
    await world.grant(world.region_officer, committee_id, world.request_of(dossier, world.region)["id"], euros * 100)
    await world.close(committee_id)
    return str(dossier["id"])


def notification(world: World, dossier_id: str) -> tuple[Person, str, str, Mapping[str, Any]]:
    """The region notifies: an item of `world.at_once`."""
    return world.region_officer, "POST", f"/dossiers/{dossier_id}/notifications", {"json": {"funder_id": str(world.region)}}


async def the_agreement(world: World, who: Person | None = None) -> dict[str, Any]:
    """The region's agreement with the association, whole."""
    (found,) = await world.pages(world.holder, PATH, funder_id=str(world.region))
    read: dict[str, Any] = (await world.call(who or world.holder, "GET", f"{PATH}/{found['id']}", expect=200)).json()
    return read


async def award(world: World, award_id: str) -> dict[str, Any]:
    read: dict[str, Any] = (await world.call(world.region_officer, "GET", f"/awards/{award_id}", expect=200)).json()
    return read


def terms(world: World, **changes: Any) -> dict[str, Any]:
    return {
        "object": "Le soutien aux ateliers sociolinguistiques.",
        "payment_terms": "En une fois, à la signature.",
        "ends_on": (world.running.clock.now() + timedelta(days=400)).date().isoformat(),
        **changes,
    }


async def act(
    world: World, who: Person, agreement_id: str, path: str, body: Any, *, method: str = "POST", **more: Any
) -> httpx.Response:
    """An act on the agreement's latest version."""
    latest = await world.call(world.holder, "GET", f"{PATH}/{agreement_id}", expect=200)
    headers = {"If-Match": latest.headers["etag"]}
    return await world.call(who, method, f"{PATH}/{agreement_id}{path}", json=body, headers=headers, **more)


async def drafted(world: World, **changes: Any) -> dict[str, Any]:
    """The agreement, its text made."""
    agreement = await the_agreement(world)
    await act(world, world.region_officer, agreement["id"], "/draft", terms(world, **changes), expect=201)
    await world.running.run_jobs()
    return await the_agreement(world)


def region_signatory(world: World) -> Person:
    return member_of(world.region, roles=["signatory"])


def signature(world: World, party: str, **changes: Any) -> dict[str, Any]:
    by = {
        "holder": (world.association, "Camille Exemple", "Présidente"),
        "funder": (world.region, "Dominique Exemple", "Directeur"),
    }
    organisation_id, name, function = by[party]
    today = in_paris(world.running.clock.now()).date().isoformat()
    return {"organisation_id": str(organisation_id), "name": name, "function": function, "signed_on": today, **changes}


async def sign_both(world: World, agreement_id: str, path: str = "/signatures") -> None:
    await act(world, world.president, agreement_id, path, signature(world, "holder"), expect=201)
    await act(world, region_signatory(world), agreement_id, path, signature(world, "funder"), expect=201)


async def in_force(world: World, **changes: Any) -> dict[str, Any]:
    """The agreement, signed by both."""
    agreement = await drafted(world, **changes)
    await sign_both(world, agreement["id"])
    return await the_agreement(world)


async def amendment(world: World, lines: Mapping[str, int], *, reason: str = "L'action est étendue.") -> dict[str, Any]:
    """An amendment setting these awards (in cents), drafted and made."""
    agreement = await the_agreement(world)
    wish = {"reason": reason, "lines": [{"award_id": award_id, "granted_cents": cents} for award_id, cents in lines.items()]}
    await act(world, world.region_officer, agreement["id"], "/amendments", wish, expect=201)
    await world.running.run_jobs()
    made: dict[str, Any] = (await the_agreement(world))["amendments"][-1]
    return made


async def envelope(world: World) -> dict[str, Any]:
    """The region's budget line: what it holds, what is granted."""
    funders = (await world.call(world.team, "GET", f"/campaigns/{world.campaign_id}/funders", expect=200)).json()["items"]
    found: dict[str, Any] = next(f for f in funders if f["organisation_id"] == str(world.region))["budget_lines"][0]
    return found


async def new_mails(world: World, word: str, since: datetime) -> list[dict[str, Any]]:
    """Mails queued since that machine time whose subject holds the word (tests of a module share their queue)."""
    queued = "SELECT j.args, min(e.at) AS at FROM procrastinate_jobs j JOIN procrastinate_events e ON e.job_id = j.id"
    queued += " WHERE j.task_name = 'kernel:send_mail' GROUP BY j.id ORDER BY j.id"
    return [row["args"] for row in await world.running.rows(queued) if row["at"] >= since and word in row["args"]["subject"]]


async def pay(world: World, award_id: str, cents: int) -> None:
    """The region has paid so much of a committed award, as payments record it."""
    async with world.running.resources.database.transaction() as session:
        taken = await awards.locked(session, None, UUID(award_id))
        await awards.record_payment(session, taken, cents, paid_on=world.running.clock.now().date())


async def put_under_cpo(world: World, award_id: str, *, cents: int | None = None) -> None:
    """The award carries out a multi-year agreement, which may set its amount anew."""
    async with world.running.resources.database.transaction() as session:
        taken = await awards.locked(session, None, UUID(award_id))
        taken.cpo_id = UUID(int=1)
        await session.flush()
        if cents is not None:
            await awards.amend(session, taken, cents)
            await service.follow_total(session, taken.funder_id, taken.holder_id, taken.year, now=world.running.clock.now())
