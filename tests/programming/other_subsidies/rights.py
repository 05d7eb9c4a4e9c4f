"""What the table of rights needs of other subsidies."""

from collections.abc import Mapping
from typing import Any

from tests.programming.world import World

QUERIES: dict[str, dict[str, Any]] = {}
SPENT = {"withdrawDeclaredSubsidy", "removeDeMinimisAid"}
_SUBSIDY = {"year": 2027, "funder_name": "Fondation fictive", "asked_cents": 100_000}
_AID = {"funder_name": "Région fictive", "regulation": "(UE) 2023/2831", "amount_cents": 100, "granted_on": "2026-05-04"}


async def prepare(world: World, ids: Mapping[str, str]) -> dict[str, str]:
    where = f"/organisations/{world.association}"
    subsidy = (await world.call(world.holder, "POST", f"{where}/declared-subsidies", json=_SUBSIDY, expect=201)).json()
    aid = (await world.call(world.holder, "POST", f"{where}/de-minimis-aids", json=_AID, expect=201)).json()
    return {"organisation_id": str(world.association), "declared_subsidy_id": subsidy["id"], "de_minimis_aid_id": aid["id"]}


def bodies(world: World, ids: Mapping[str, str]) -> dict[str, Any]:
    return {"declareSubsidy": _SUBSIDY, "amendDeclaredSubsidy": {}, "declareDeMinimisAid": _AID}
