"""A contract of two objectives and two QPVs, funders whose amounts are small and odd, and the naive sums matrices are held to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.common.ids import new_id
from services.common.shares import split
from tests.programming.world import World

QPVS = [
    {"code": "QP011002", "name": "La Conte – Ozanam", "population": 2060},
    {"code": "QP011003", "name": "Saint-Jacques – Le Viguier", "population": 3_100},
]


@dataclass(frozen=True)
class Asked:
    """A dossier as a naive reader adds it up: cents by funder at each stage."""

    objectives: tuple[str, ...]
    qpvs: tuple[str, ...]
    holder: UUID
    people: int
    requests: tuple[tuple[UUID, int, int, int], ...]
    counts: bool = True


async def settle(
    world: World, *, qpvs: list[dict[str, Any]] | None = None, signatories: Iterable[UUID] = (), **campaign: Any
) -> None:
    """The world's contract with these QPVs, and a campaign opened after that."""
    named = [{"name": f"Signataire {i}", "organisation_id": str(one)} for i, one in enumerate(signatories)]
    wish = {"qpvs": qpvs or QPVS, "signatories": [*named, {"name": "Chambre hors plateforme"}]}
    await world.change(world.team, "PATCH", f"/contracts/{world.contract_id}", json=wish, expect=200)
    await world.prepare_campaign(outside_qpv_allowed=True, **campaign)
    await world.act("opening")


def place(content: dict[str, Any], objectives: list[str], qpvs: list[str]) -> dict[str, Any]:
    return {**content, "objective_codes": objectives, "qpv_codes": qpvs}


async def insert(world: World, dossiers: Iterable[Asked]) -> None:
    """Dossiers written straight into the tables: amounts no form accepts (cents), and many of them."""
    async with world.running.resources.database.readers.connection() as connection:
        for number, one in enumerate(dossiers):
            dossier_id = new_id()
            await connection.execute(
                "INSERT INTO dossiers (id, campaign_id, lead_organisation_id, organisation_id, holder, reference, status, title, nature,"
                " renewal, multi_year, action_id, exercise_starts_on, exercise_ends_on, qpv_codes, objective_codes, transversal_codes,"
                " content, contact, budget, charges_cents, asked_cents, granted_cents, publics_count, created_by, created_at, updated_at,"
                ' submitted_at, version) VALUES (%(id)s, %(campaign)s, %(lead)s, %(holder)s, \'{"name": "H"}\', %(reference)s, %(status)s,'
                " 'T', 'action', false, false, %(id)s, '2027-01-01', '2027-12-31', %(qpvs)s, %(objectives)s, '{}', '{}', '{}', '{}', 0,"
                " %(asked)s, %(granted)s, %(people)s, %(id)s, now(), now(), now(), 1)",
                {
                    "id": dossier_id,
                    "campaign": world.campaign_id,
                    "lead": world.lead,
                    "holder": one.holder,
                    "reference": f"R-{world.campaign_id[-6:]}-{number:04d}-{new_id().hex[-6:]}",
                    "status": "under_review" if one.counts else "inadmissible",
                    "qpvs": list(one.qpvs),
                    "objectives": list(one.objectives),
                    "people": one.people,
                    "asked": sum(asked for _, asked, _, _ in one.requests),
                    "granted": sum(granted for _, _, _, granted in one.requests),
                },
            )
            for funder, asked, proposed, granted in one.requests:
                await connection.execute(
                    "INSERT INTO funding_requests (id, dossier_id, campaign_id, funder_id, budget_line, amount_cents, status,"
                    " proposed_cents, granted_cents) VALUES (%s, %s, %s, %s, 'l', %s, 'asked', %s, %s)",
                    [new_id(), dossier_id, world.campaign_id, funder, asked, proposed or None, granted or None],
                )
            await connection.execute(
                "INSERT INTO dossier_readers (organisation_id, dossier_id, campaign_id, submitted_at, as_holder, as_funder, as_lead)"
                " VALUES (%s, %s, %s, now(), false, false, true)",
                [world.lead, dossier_id, world.campaign_id],
            )


def naive(dossiers: Iterable[Asked]) -> dict[tuple[str, str | None], dict[str, Any]]:
    """Cells added up one dossier after the other, with the kernel's own sharing."""
    cells: dict[tuple[str, str | None], dict[str, Any]] = {}
    for one in dossiers:
        if not one.counts:
            continue
        couples = [(o, q) for o in one.objectives for q in one.qpvs or (None,)]
        for couple in couples:
            cell = cells.setdefault(
                couple, {"funders": {}, "actions": [0, 0, 0], "holders": [set(), set(), set()], "people": [0, 0, 0]}
            )
            for stage in range(3):
                if any(request[stage + 1] for request in one.requests):
                    cell["actions"][stage] += 1
                    cell["holders"][stage].add(one.holder)
                    cell["people"][stage] += one.people
        for funder, *amounts in one.requests:
            for stage, amount in enumerate(amounts):
                for couple, share in zip(couples, split(amount, [1] * len(couples)), strict=True):
                    cells[couple]["funders"].setdefault(funder, [0, 0, 0])[stage] += share
    return cells


def cell_of(matrix: Mapping[str, Any], objective: str, qpv: str | None) -> dict[str, Any]:
    found: dict[str, Any] = next(c for c in matrix["cells"] if (c["objective_code"], c["qpv_code"]) == (objective, qpv))
    return found


def bare(matrix: Mapping[str, Any]) -> set[tuple[str, str]]:
    return {(place["objective_code"], place["qpv_code"]) for place in matrix["uncovered"]}


async def coverage(world: World, who: Any = None, **query: Any) -> dict[str, Any]:
    where = f"/campaigns/{world.campaign_id}/coverage"
    read: dict[str, Any] = (await world.call(who or world.team, "GET", where, params=query, expect=200)).json()
    return read
