"""An agreement of three years in the small contrat de ville, and the acts its tests repeat."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx

from services.common.clock import today_in_paris
from services.programming.awards import service as awards
from services.programming.cpos.jobs import JOBS
from tests.programming.papers import SWORN
from tests.programming.world import World
from tests.support import Person, member_of
from tests.walked import walked_once

LINES = {"state": "p147", "caf": "caf", "region": "region"}
INDICATOR = {"code": "adultes", "label": "Adultes accueillis", "unit": "personnes"}


def funder(world: World, name: str) -> UUID:
    return {"state": world.state, "caf": world.caf, "region": world.region}[name]


def officer(world: World, name: str) -> Person:
    return {"state": world.state_officer, "caf": world.caf_officer, "region": world.region_officer}[name]


def signatory(world: World, name: str) -> Person:
    known = {"state": world.state_signatory, "caf": world.caf_signatory}
    return known.get(name) or member_of(world.region, roles=["signatory"])


def plan(world: World, *, euros: Mapping[str, Sequence[int]] | None = None, **more: Any) -> dict[str, Any]:
    """Three years from this one; `euros` gives each funder's tranches, year by year (0: none that year)."""
    euros = euros or {"state": [8_000, 6_000, 6_000], "caf": [4_000, 3_000, 2_000]}
    first = world.running.clock.now().year
    tranches = [
        {"funder_id": str(funder(world, name)), "year": first + i, "budget_line": LINES[name], "amount_cents": amount * 100}
        for name, amounts in euros.items()
        for i, amount in enumerate(amounts)
        if amount
    ]
    years = max(len(amounts) for amounts in euros.values())
    return {
        "contract_id": world.contract_id,
        "holder_id": str(world.association),
        "title": "Ateliers sociolinguistiques",
        "description": "Quatre ateliers par semaine, toute l'année.",
        "objectives": [{"label": "Accueillir quarante adultes par an", "objective_code": "2"}],
        "indicators": [{**INDICATOR, "targets": [{"year": first + i, "value": 40} for i in range(years)]}],
        "objective_codes": ["2"],
        "qpv_codes": ["QP011002"],
        "starts_on": f"{first}-01-01",
        "years": years,
        "funders": [{"funder_id": str(funder(world, name)), "name": name.upper()} for name in euros],
        "tranches": tranches,
        "budgets": [
            {
                "year": first,
                "charges": [{"account": "64", "label": "Salaires", "amount_cents": 1_500_000}],
                "produits": [{"account": "70", "label": "Participations", "amount_cents": 300_000}],
            }
        ],
        "contact": {"full_name": "Camille Exemple", "email": "contact@ateliers.example.org"},
        **more,
    }


async def drawn(world: World, **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = (await world.call(world.team, "POST", "/cpos", json=plan(world, **more), expect=201)).json()
    return made


async def read(world: World, cpo: Mapping[str, Any], who: Person | None = None) -> dict[str, Any]:
    found: dict[str, Any] = (await world.call(who or world.team, "GET", f"/cpos/{cpo['id']}", expect=200)).json()
    return found


async def act(
    world: World, who: Person, cpo: Mapping[str, Any], name: str, body: Any = None, *, expect: int | None = 201
) -> httpx.Response:
    """An act on the latest version of the agreement, as the team reads it."""
    where = f"/cpos/{cpo['id']}"
    tag = (await world.call(world.team, "GET", where, expect=200)).headers["etag"]
    return await world.call(who, "POST", f"{where}/{name}", json=body, headers={"If-Match": tag}, expect=expect)


async def refused(
    world: World, who: Person, cpo: Mapping[str, Any], name: str, status: int, slug: str, body: Any = None
) -> dict[str, Any]:
    where = f"/cpos/{cpo['id']}"
    tag = (await world.call(world.team, "GET", where, expect=200)).headers["etag"]
    return await world.refused(who, "POST", f"{where}/{name}", status, slug, json=body, headers={"If-Match": tag})


def signing(organisation_id: UUID | str) -> dict[str, str]:
    return {"organisation_id": str(organisation_id), "signatory_name": "Camille Exemple", "signatory_function": "Présidente"}


def parties(cpo: Mapping[str, Any], world: World) -> list[str]:
    named = {str(funder(world, name)): name for name in LINES}
    return [named[one["funder_id"]] for one in cpo["funders"] if one["withdrawn_at"] is None]


async def approved(world: World, **more: Any) -> dict[str, Any]:
    return await read(world, {"id": await _approve(world, more)})


@walked_once
async def _approve(world: World, more: Mapping[str, Any]) -> str:
    cpo = await drawn(world, **more)
    for name in parties(cpo, world):
        await act(world, officer(world, name), cpo, "approval", {"funder_id": str(funder(world, name))})
    return str(cpo["id"])


async def signed(world: World, **more: Any) -> dict[str, Any]:
    """In force: its first day has come."""
    return await read(world, {"id": await _sign(world, more)})


@walked_once
async def _sign(world: World, more: Mapping[str, Any]) -> str:
    cpo = await approved(world, **more)
    for name in parties(cpo, world):
        await act(world, signatory(world, name), cpo, "signature", signing(funder(world, name)))
    await act(world, world.president, cpo, "signature", signing(world.association))
    return str(cpo["id"])


def tranche(world: World, cpo: Mapping[str, Any], name: str, offset: int) -> dict[str, Any]:
    """The funder's living tranche of the agreement's nth year."""
    year = cpo["year_list"][offset]["year"]
    found: dict[str, Any] = next(
        one
        for one in cpo["tranches"]
        if (one["funder_id"], one["year"]) == (str(funder(world, name)), year) and one["status"] != "dropped"
    )
    return found


async def confirm(
    world: World, cpo: Mapping[str, Any], name: str, offset: int, *, expect: int | None = 201, **wish: Any
) -> httpx.Response:
    where = f"tranches/{tranche(world, cpo, name, offset)['id']}/confirmation"
    return await act(world, officer(world, name), cpo, where, wish, expect=expect)


async def reported(world: World, cpo: Mapping[str, Any], offset: int, *accepting: str) -> None:
    """The holder's report of the nth year, submitted, and accepted by these funders."""
    year = cpo["year_list"][offset]["year"]
    where = f"/cpos/{cpo['id']}/reports"
    await world.call(world.helper, "POST", where, json={"year": year}, expect=201)
    written = {
        "summary": "Quarante-deux adultes accueillis.",
        "indicators": [{"code": "adultes", "actual": 42}],
        "charges_cents": 1_480_000,
        "produits_cents": 1_500_000,
    }
    await world.change(world.helper, "PATCH", f"{where}/{year}", json=written, expect=200)
    await world.change(world.holder, "POST", f"{where}/{year}/submission", of=f"{where}/{year}", expect=201)
    for name in accepting:
        body = {"funder_id": str(funder(world, name))}
        who = officer(world, name)
        await world.change(who, "POST", f"{where}/{year}/acceptance", of=f"{where}/{year}", json=body, expect=201)


async def light_dossier(
    world: World, cpo: Mapping[str, Any], offset: int = 0, *, campaign_id: str | None = None, expect: int | None = 201, **sworn: Any
) -> httpx.Response:
    year = cpo["year_list"][offset]["year"]
    body = {**SWORN, "campaign_id": campaign_id or world.campaign_id, **sworn}
    return await world.call(world.holder, "POST", f"/cpos/{cpo['id']}/years/{year}/dossier", json=body, expect=expect)


async def notified(world: World, dossier_id: str, *names: str) -> dict[str, dict[str, Any]]:
    """Each funder tells the holder; the awards by funder."""
    for name in names:
        wish = {"funder_id": str(funder(world, name))}
        await world.call(officer(world, name), "POST", f"/dossiers/{dossier_id}/notifications", json=wish, expect=201)
    found = await world.pages(world.holder, "/awards", dossier_id=dossier_id)
    return {name: next(one for one in found if one["funder_id"] == str(funder(world, name))) for name in names}


def at(world: World, year: int, month: int, day: int) -> None:
    """The clock stands at noon of that day."""
    world.running.clock.at = datetime(year, month, day, 12, tzinfo=UTC)


async def next_campaign(world: World, year: int, **more: Any) -> str:
    """The contract's campaign of that year, open."""
    await world.prepare_campaign(year=year, **more)
    await world.act("opening")
    return world.campaign_id


async def journal(world: World, cpo: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The agreement's lines, oldest first."""
    return list(reversed(await world.pages(world.team, f"/cpos/{cpo['id']}/journal")))


async def line(world: World, code: str) -> dict[str, Any]:
    """A budget line of the world's campaign, with its envelope."""
    funders = await world.pages(world.team, f"/campaigns/{world.campaign_id}/funders")
    found: dict[str, Any] = next(one for each in funders for one in each["budget_lines"] if one["code"] == code)
    return found


async def set_envelope(world: World, name: str, cents: int) -> None:
    where = f"/campaigns/{world.campaign_id}/funders/{funder(world, name)}/budget-lines/{LINES[name]}/envelope"
    await world.call(officer(world, name), "PUT", where, json={"amount_cents": cents}, expect=200)


async def pay(world: World, award_id: str, cents: int) -> None:
    """As the room of payments does."""
    async with world.running.resources.database.transaction() as session:
        award = await awards.locked(session, None, UUID(award_id))
        await awards.record_payment(session, award, cents, paid_on=today_in_paris(world.running.clock.now()))


async def justify(world: World, award_id: str, cents: int) -> None:
    """As the room of bilans does."""
    async with world.running.resources.database.transaction() as session:
        award = await awards.locked(session, None, UUID(award_id))
        await awards.justify(session, award, cents, now=world.running.clock.now())


async def morning(world: World) -> None:
    """The morning's jobs, as the worker runs them."""
    for job in JOBS:
        async with world.running.resources.database.transaction() as session:
            await job.run(session, world.running.resources, timestamp=0)
