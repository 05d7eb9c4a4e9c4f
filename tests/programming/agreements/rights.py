"""What the table of rights needs of agreements: one of the State with the association, signed, and its amendment drafted."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from services.common.clock import today_in_paris
from tests.programming.agreements.acts import PATH, act, terms
from tests.programming.world import World

QUERIES: dict[str, dict[str, Any]] = {}


def _signature(world: World, organisation_id: UUID) -> dict[str, Any]:
    today = today_in_paris(world.running.clock.now()).isoformat()
    return {"organisation_id": str(organisation_id), "name": "Camille Exemple", "function": "Présidente", "signed_on": today}


async def prepare(world: World, ids: Mapping[str, str]) -> dict[str, str]:
    (agreement,) = await world.pages(world.holder, PATH, funder_id=str(world.state))
    await act(world, world.state_officer, agreement["id"], "/draft", terms(world), expect=201)
    await world.running.run_jobs()
    for who, organisation_id in ((world.president, world.association), (world.state_signatory, world.state)):
        await act(world, who, agreement["id"], "/signatures", _signature(world, organisation_id), expect=201)
    wish = {"reason": "Z", "lines": [{"award_id": ids["award_id"], "granted_cents": 90_000}]}
    made = (await act(world, world.state_officer, agreement["id"], "/amendments", wish, expect=201)).json()
    await world.running.run_jobs()
    by_holder = next(one for one in made["text"]["signatures"] if one["party"] == "holder")
    where = f"{PATH}/{agreement['id']}/signatures/{by_holder['id']}/signed-file"
    await world.call(world.holder, "PUT", where, content=b"%PDF-1.4\n", expect=200)
    return {"agreement_id": agreement["id"], "amendment_id": made["amendments"][0]["id"], "signature_id": by_holder["id"]}


def bodies(world: World, ids: Mapping[str, str]) -> dict[str, Any]:
    signature = _signature(world, world.association)
    return {
        "declareInKind": {"amount_cents": 100},
        "draftAgreement": terms(world),
        "signAgreement": signature,
        "draftAmendment": {"reason": "Z", "lines": []},
        "signAmendment": signature,
        "terminateAgreement": {"reason": "Z z"},
        "keepSignedFile": b"%PDF-1.4\n",
    }
