"""Programming: every operation × every kind of caller, against the table of `docs/authorisation.md`."""

from collections.abc import AsyncIterator, Mapping
from typing import Any
from uuid import UUID

import pytest

from services.common.ids import new_id
from services.programming.app import SERVICE
from services.programming.settings import Settings
from tests import programming
from tests.conftest import Databases
from tests.contract import authorisation
from tests.programming.papers import FRAMEWORK, SWORN
from tests.programming.world import World, fake_directory
from tests.support import Person, member_of, open_service, settings_for

pytestmark = pytest.mark.anyio

_ORGANISATIONS: dict[UUID, dict[str, Any]] = {}


@pytest.fixture(scope="module")
async def world(databases: Databases, tmp_path_factory: pytest.TempPathFactory, anyio_backend: Any) -> AsyncIterator[World]:
    settings = settings_for(Settings, databases(SERVICE), tmp_path_factory.mktemp("rights"))
    async with open_service(SERVICE, settings, apps={"directory": fake_directory(_ORGANISATIONS)}) as running:
        world = World(running, _ORGANISATIONS)
        await world.open()
        yield world


async def _notified(world: World) -> dict[str, str]:
    """A dossier that went the whole road, and the ids every path needs."""
    dossier = await world.reviewed(state=8_000, caf=4_000)
    committee_id = await world.convene(dossier["id"])
    for officer, funder in ((world.state_officer, world.state), (world.caf_officer, world.caf)):
        request = world.request_of(dossier, funder)
        await world.decide(officer, committee_id, request["id"], outcome="granted", amount_cents=100_000)
    await world.close(committee_id)
    where = f"/dossiers/{dossier['id']}/notifications"
    for officer, funder in ((world.state_officer, world.state), (world.caf_officer, world.caf)):
        await world.call(officer, "POST", where, json={"funder_id": str(funder)}, expect=201)
    await world.running.run_jobs()
    award = (await world.pages(world.state_officer, "/awards", dossier_id=dossier["id"]))[0]
    (first, _) = (await world.call(world.holder, "GET", where, expect=200)).json()["items"]
    (review, *_) = (await world.call(world.state_officer, "GET", "/reviews", params={"dossier_id": dossier["id"]})).json()["items"]
    return {
        "contract_id": world.contract_id,
        "campaign_id": world.campaign_id,
        "dossier_id": dossier["id"],
        "attachment_id": dossier["attachments"][0]["id"],
        "review_id": review["id"],
        "committee_id": committee_id,
        "request_id": world.request_of(dossier, world.state)["id"],
        "notification_id": first["id"],
        "award_id": award["id"],
        "funder_id": str(world.state),
        "code": "p147",
    }


def _callers(world: World) -> dict[str, Person | None]:
    return {
        "anonymous": None,
        "stranger": world.stranger,
        "holder's member": world.helper,
        "holder's manager": world.holder,
        "funder's member": member_of(world.state),
        "funder's manager": world.state_officer,
        "funder's payer": world.state_payer,
        "other funder": world.region_officer,
        "team": member_of(world.lead),
        "team's manager": world.team,
        "administrator": Person(administrator=True),
    }


def _bodies(world: World, ids: Mapping[str, str]) -> dict[str, Any]:
    now = world.running.clock.now().isoformat()
    campaign = {
        "contract_id": ids["contract_id"],
        "code": "ZZZ",
        "year": 2031,
        "title": "Z",
        "opens_at": now,
        "closes_at": "2099-01-01T00:00:00Z",
    }
    line = {"code": "z", "label": "Z", "natures": ["action"], "amount_cents": 100}
    names = {"name": "Z", "short_name": "Z", "letter_signatory": "Z", "letter_signatory_function": "Z"}
    contract = {
        "code": "CN09999N",
        "name": "Z",
        "lead_organisation_id": str(world.lead),
        "starts_on": "2024-01-01",
        "ends_on": "2030-12-31",
        "qpvs": [{"code": "QP011002", "name": "Z"}],
    }
    return {
        "attachFile": b"%PDF-1.4\n",
        "createContract": contract,
        "adoptFramework": FRAMEWORK,
        "createCampaign": campaign,
        "addFunder": {"organisation_id": str(new_id()), **names, "budget_lines": [line]},
        "setEnvelope": {"amount_cents": 20_000_000},
        "openDossier": {"campaign_id": ids["campaign_id"], "organisation_id": str(world.association)},
        "submitDossier": SWORN,
        "declareAdmissibility": {"admissible": True},
        "assignReview": {"assignee_id": None},
        "reopenReview": {"reason": "Z"},
        "planCommittee": {"campaign_id": ids["campaign_id"], "kind": "steering", "title": "Z", "starts_at": now},
        "setAgenda": {"dossier_ids": []},
        "setAttendance": {"members": []},
        "decideRequest": {"outcome": "granted", "amount_cents": 100},
        "notifyHolder": {"funder_id": str(world.state)},
    }


async def test_every_operation_grants_what_the_table_says_and_nothing_else(world: World) -> None:
    ids = await _notified(world)
    queries = {
        "attachFile": {"kind": "rib", "name": "rib.pdf"},
        "listCommittees": {"campaign_id": ids["campaign_id"]},
        "adviseWhomToAsk": {"nature": "action"},
    }
    observed = await authorisation.walk(world, programming, _callers(world), ids, _bodies(world, ids), queries)
    assert authorisation.differences(observed, authorisation.written("programming")) == []
