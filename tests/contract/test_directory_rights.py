"""Directory: every operation × every kind of caller, against the table of `docs/authorisation.md`."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx
import pytest

from services.directory.app import SERVICE
from services.directory.settings import Settings
from tests.conftest import Databases
from tests.contract import authorisation
from tests.contract.authorisation import NO_VERSION, Operation
from tests.directory.people import Citizen, a_citizen, again, an_administrator, an_association, new_email, new_siret
from tests.support import SIGNER, Running, open_service, settings_for

pytestmark = pytest.mark.anyio

#: Asked on a device signed in for the purpose, since it does not outlive the question.
_ENDS_THE_SESSION = {"signOut"}


@pytest.fixture(scope="module")
async def directory(databases: Databases, tmp_path_factory: pytest.TempPathFactory, anyio_backend: Any) -> AsyncIterator[Running]:
    folder = tmp_path_factory.mktemp("rights")
    settings = settings_for(Settings, databases(SERVICE), folder, signing_key=SIGNER.private_pem, password_cost="low")
    async with open_service(SERVICE, settings, signer=None) as running:
        yield running


async def _callers(directory: Running) -> dict[str, Citizen | None]:
    stranger, member, signatory, manager = [await a_citizen(directory) for _ in range(4)]
    return {
        "anonymous": None,
        "stranger": stranger,
        "member": member,
        "signatory": signatory,
        "manager": manager,
        "administrator": await an_administrator(directory),
    }


async def _furnish(directory: Running, callers: Mapping[str, Citizen | None]) -> dict[str, str]:
    """An association with its people, and the ids every path needs."""
    manager, member = callers["manager"], callers["member"]
    assert manager is not None
    assert member is not None
    organisation = await an_association(manager)
    for name in ("member", "signatory"):
        person = callers[name]
        assert person is not None
        await manager.post(f"{organisation['path']}/memberships", {"email": person.email, "roles": [name]})
    other_device = await again(directory, member.email, member.account_id)
    ids = {"organisation_id": organisation["id"], "session_id": other_device.tokens["session_id"], "path": organisation["path"]}
    return ids | await _joining(directory, manager, ids) | await _actors(manager, member, ids)


async def _joining(directory: Running, manager: Citizen, ids: Mapping[str, str]) -> dict[str, str]:
    """A third person is invited, another asks to join, a colleague claims the management; a program."""
    asker, claimant, elsewhere = [await a_citizen(directory) for _ in range(3)]
    path = ids["path"]
    await manager.post(f"{path}/memberships", {"email": claimant.email, "roles": ["member"]})
    made = {
        "invitation_id": await manager.post(f"{path}/invitations", {"email": new_email()}),
        "request_id": await asker.post("me/join-requests", {"organisation_id": ids["organisation_id"], "word": "Z"}),
        "claim_id": await claimant.post(f"{path}/management-claims", {"reason": "Z"}),
        "client_id": await manager.post(f"{path}/api-clients", {"name": "Z", "scopes": ["events:read"]}),
    }
    other = await an_association(elsewhere)
    return {name: answer.json()["id"] for name, answer in made.items()} | {"elsewhere_id": other["id"]}


async def _actors(manager: Citizen, member: Citizen, ids: Mapping[str, str]) -> dict[str, str]:
    """A published card that takes messages, and an export of the member's data."""
    card = {"presentation": "Z", "is_published": True}
    assert (await manager.call("PUT", f"{ids['path']}/card", card)).status_code == 201
    return {"export_id": (await member.post("me/export", None)).json()["id"]}


def _body(directory: Running, operation: str, colleague: Citizen, ids: Mapping[str, str]) -> Any:
    today = directory.clock.now().date().isoformat()
    bodies: dict[str, Any] = {
        "openOrganisation": {"kind": "company", "name": "Z", "siret": new_siret()},
        "signContratEngagementRepublicain": {"signed_on": today, "signatory_name": "Z"},
        "dissolveOrganisation": {"dissolved_on": today, "reason": "dissolution"},
        "reinstateOrganisation": {"reason": "Z"},
        "addMembership": {"email": colleague.email, "roles": ["member"]},
        "declareLegalRepresentative": {"is_legal_representative": True},
        "handOverManagement": {"account_id": ids["session_id"]},
        "inviteToOrganisation": {"email": new_email()},
        "acceptInvitation": {"token": "0" * 32},
        "askToJoin": {"organisation_id": ids["elsewhere_id"], "word": "Z"},
        "approveJoinRequest": {"roles": ["member"]},
        "refuseJoinRequest": {"reason": "Z"},
        "claimManagement": {"reason": "Z"},
        "objectToManagementClaim": {"reason": "Z"},
        "decideManagementClaim": {"is_granted": False, "reason": "Z"},
        "createApiClient": {"name": new_email(), "scopes": ["events:read"]},
        "putOrganisationCard": {"presentation": "Z", "is_published": True},
        "appearOnCard": {"function": "Z"},
        "writeToActor": {"subject": "Z", "text": "Une question de plus de dix signes."},
        "askMyErasure": {"password": "ce n'est pas lui"},
        "updateMembership": {"roles": ["member"]},
        "putTerritory": {"kind": "qpv", "name": "Z", "parent_code": "11069", "generation": 2015},
        "putTerritorySuccessors": {"codes": []},
        "putTheme": {"label": "Z"},
    }
    return bodies.get(operation, {"full_name": "Z"} if operation == "updateMyAccount" else {})


async def test_every_operation_grants_what_the_table_says_and_nothing_else(directory: Running) -> None:
    callers = await _callers(directory)
    ids = await _furnish(directory, callers)
    manager = callers["manager"]
    assert manager is not None
    by_token = {person.headers["Authorization"]: person for person in callers.values() if person}
    colleague = await a_citizen(directory)
    await manager.post(f"{ids['path']}/memberships", {"email": colleague.email, "roles": ["member"]})

    async def ask(operation: Operation, headers: Mapping[str, str]) -> httpx.Response:
        target = colleague
        if operation.name == "removeMembership":
            target = await a_citizen(directory)
            await manager.post(f"{ids['path']}/memberships", {"email": target.email, "roles": ["member"]})
        if operation.name in _ENDS_THE_SESSION and headers:
            person = by_token[headers["Authorization"]]
            headers = (await again(directory, person.email, person.account_id)).headers
        code = "sport" if "/themes/" in operation.path else "QP011002"
        path = operation.path.format(**ids, account_id=target.account_id, code=code)
        body = None if operation.method in {"GET", "DELETE"} else _body(directory, operation.name, target, ids)
        return await directory.client.request(operation.method, path, json=body, headers={"If-Match": NO_VERSION, **headers})

    asked_as = {name: person.headers if person else {} for name, person in callers.items()}
    observed = await authorisation.observe(directory.app, asked_as, ask)
    print(authorisation.as_markdown(observed, list(callers)))
    assert authorisation.differences(observed, authorisation.written("directory")) == []


async def test_public_kinds_are_opened_by_administrators_only(directory: Running) -> None:
    citizen, administrator = await a_citizen(directory), await an_administrator(directory)
    for kind in ("state", "region", "departement", "epci", "commune", "caf", "resource_centre", "other_public"):
        wish = {"kind": kind, "name": "Z", "siret": new_siret()}
        assert (await citizen.post("organisations", wish)).status_code == 403
        assert (await administrator.post("organisations", wish)).status_code == 201
    for kind in ("association", "foundation", "company", "social_landlord", "school", "public_body"):
        wish = {"kind": kind, "name": "Z", "siret": new_siret()}
        assert (await citizen.post("organisations", wish)).status_code == 201
        named = await citizen.post("organisations", {**wish, "siret": new_siret(), "manager_email": new_email()})
        assert named.status_code == 403
