"""What the table of rights needs of agreements: one in force, its first report submitted, an amendment that waits."""

from collections.abc import Mapping
from typing import Any

from tests.programming.cpos import agreements as cpos
from tests.programming.papers import SWORN
from tests.programming.world import World

QUERIES: dict[str, dict[str, Any]] = {}


async def prepare(world: World, ids: Mapping[str, str]) -> dict[str, str]:
    cpo = await cpos.signed(world)
    await cpos.reported(world, cpo, 0)
    tranche = cpos.tranche(world, cpo, "state", 1)
    wish = {"reason": "Plus de public.", "changes": [{"tranche_id": tranche["id"], "amount_cents": 700_000}]}
    amendment = (await cpos.act(world, world.team, cpo, "amendments", wish)).json()
    return {
        "cpo_id": cpo["id"],
        "tranche_id": tranche["id"],
        "year": str(cpo["year_list"][0]["year"]),
        "amendment_number": str(amendment["number"]),
    }


def bodies(world: World, ids: Mapping[str, str]) -> dict[str, Any]:
    funder, reason = {"funder_id": str(world.state)}, {"reason": "Un motif."}
    change = {"tranche_id": ids["tranche_id"], "amount_cents": 700_000}
    return {
        "drawUpCpo": cpos.plan(world),
        "updateCpo": {"title": "Z"},
        "approveCpo": funder,
        "signCpo": cpos.signing(world.state),
        "suspendCpo": reason,
        "terminateCpo": reason,
        "confirmTranche": {},
        "openTrancheDossier": {**SWORN, "campaign_id": ids["campaign_id"]},
        "withdrawCpoFunder": reason,
        "openYearlyReport": {"year": int(ids["year"])},
        "saveYearlyReport": {"summary": "Z"},
        "acceptYearlyReport": funder,
        "requestReportCompletion": {**funder, "comment": "Précisez."},
        "proposeCpoAmendment": {**reason, "changes": [change]},
        "signCpoAmendment": cpos.signing(world.state),
    }
