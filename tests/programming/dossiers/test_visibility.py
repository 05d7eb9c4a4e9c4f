"""Who sees a dossier: its holder, then, once it is submitted, the funders it asks and the contract's team. Nobody else, on any route."""

from typing import Any

import pytest

from services.common.ids import new_id
from tests.programming.papers import SWORN, refusal
from tests.programming.world import World
from tests.support import SIGNER, Signer

pytestmark = pytest.mark.anyio


@pytest.fixture
def world(shared_world: World) -> World:
    """Each test keeps to its own dossiers: they share the campaign."""
    return shared_world


TAG = {"If-Match": '"1"'}
ASKED = {
    "organisation_id": str(new_id()),
    "fields": [{"pointer": "/content/need", "comment": "x"}],
    "due_on": "2099-01-01",
}
#: Ids of what hangs on a dossier that nobody else's address reaches.
BELOW = dict.fromkeys(("collaborator_id", "change_request_id", "notice_id", "other_dossier_id"), str(new_id())) | {
    "submission_number": "1"
}
#: Every route under one dossier: method, path, what is sent.
ROUTES: list[tuple[str, str, dict[str, Any]]] = [
    ("GET", "", {}),
    ("PATCH", "", {"json": {"title": "x"}, "headers": TAG}),
    ("GET", "/completeness", {}),
    ("POST", "/submission", {"json": SWORN, "headers": TAG}),
    ("GET", "/submission", {}),
    ("GET", "/journal", {}),
    ("POST", "/attachments", {"params": {"kind": "rib", "name": "rib.pdf"}, "content": b"%PDF-1.4\n"}),
    ("GET", "/attachments/{attachment}", {}),
    ("DELETE", "/attachments/{attachment}", {}),
    ("POST", "/admissibility", {"json": {"admissible": True}, "headers": TAG}),
    ("GET", "/reviews", {}),
    ("POST", "/notifications", {"json": {"funder_id": str(new_id())}}),
    ("GET", "/notifications", {}),
    ("GET", "/bilan", {}),
    ("PATCH", "/bilan", {"json": {"territory": "x"}, "headers": TAG}),
    ("GET", "/bilan/completeness", {}),
    ("POST", "/bilan/submission", {"json": SWORN, "headers": TAG}),
    ("GET", "/bilan/document", {}),
    ("POST", "/bilan/attachments", {"params": {"kind": "photos", "name": "a.pdf"}, "content": b"%PDF-1.4\n"}),
    ("GET", "/bilan/attachments/{attachment}", {}),
    ("DELETE", "/bilan/attachments/{attachment}", {}),
    ("POST", "/attachments/from-permanent-files", {"json": {}}),
    ("GET", "/answers", {}),
    ("GET", "/notices", {}),
    ("POST", "/notices/{notice_id}/acknowledgement", {}),
    ("GET", "/submissions", {}),
    ("GET", "/submissions/{submission_number}", {}),
    ("GET", "/submissions/{submission_number}/document", {}),
    ("GET", "/submissions/{submission_number}/attachments/{attachment}", {}),
    ("GET", "/comparison", {"params": {"from": 1, "to": 1}}),
    ("GET", "/changes-since-renewal", {}),
    ("GET", "/other-subsidies", {}),
    ("GET", "/visibility-to-holders", {}),
    ("PUT", "/visibility-to-holders", {}),
    ("DELETE", "/visibility-to-holders", {}),
    ("GET", "/similar-actions", {}),
    ("POST", "/similar-actions/{other_dossier_id}/contact", {"json": {"message": "x"}}),
    ("GET", "/overlaps", {}),
    ("DELETE", "", {"headers": TAG}),
    ("POST", "/restoration", {"headers": TAG}),
    ("POST", "/withdrawal", {"json": {"reason": "x"}, "headers": TAG}),
    ("POST", "/collaborators", {"json": {"email": "a@example.org", "part": "reader"}}),
    ("GET", "/collaborators", {}),
    ("GET", "/collaborators/{collaborator_id}", {}),
    ("PATCH", "/collaborators/{collaborator_id}", {"json": {"part": "reader"}, "headers": TAG}),
    ("POST", "/collaborators/{collaborator_id}/invitation", {"headers": TAG}),
    ("DELETE", "/collaborators/{collaborator_id}", {}),
    ("POST", "/sign-off", {"json": {}}),
    ("GET", "/sign-off", {}),
    ("POST", "/sign-off/approval", {"headers": TAG}),
    ("POST", "/sign-off/return", {"json": {"word": "x"}}),
    ("POST", "/messages", {"json": {"kind": "holder", "organisation_id": str(new_id()), "text": "x"}}),
    ("POST", "/change-requests", {"json": ASKED}),
    ("GET", "/change-requests", {}),
    ("GET", "/change-requests/{change_request_id}", {}),
    ("POST", "/change-requests/{change_request_id}/answer", {"json": SWORN, "headers": TAG}),
    ("POST", "/change-requests/{change_request_id}/reading", {}),
    ("POST", "/change-requests/{change_request_id}/cancellation", {"json": {"reason": "x"}, "headers": TAG}),
    ("POST", "/change-requests/{change_request_id}/closing", {"json": {"reason": "x"}, "headers": TAG}),
]


def test_the_table_holds_every_route_of_a_dossier(world: World) -> None:
    document = world.running.app.openapi()
    prefix = "/programming/v1/dossiers/{dossier_id}"
    published = {
        (
            method.upper(),
            path.removeprefix(prefix).replace("{attachment_id}", "{attachment}").replace("{bilan_attachment_id}", "{attachment}"),
        )
        for path, item in document["paths"].items()
        if path.startswith(prefix)
        for method in item
    }
    assert {(method, path) for method, path, _ in ROUTES} == published


async def hidden_from(world: World, dossier: dict[str, Any], *people: Any) -> None:
    """Every route answers each of them as if there were no such dossier."""
    attachment = dossier["attachments"][0]["id"]
    for who in people:
        for method, path, sent in ROUTES:
            where = f"/dossiers/{dossier['id']}{path.format(attachment=attachment, **BELOW)}"
            await world.refused(who, method, where, 404, "not-found", **sent)
        listed = await world.pages(who, "/dossiers", campaign_id=world.campaign_id)
        assert dossier["id"] not in {one["id"] for one in listed}


async def test_a_draft_is_its_holders_alone(world: World) -> None:
    dossier_id, _ = await world.draft()
    draft = await world.seen(dossier_id, world.holder)
    await hidden_from(world, draft, world.stranger, world.state_officer, world.region_officer, world.team)
    assert await world.seen(dossier_id, world.helper) == draft


async def test_a_submitted_dossier_is_hidden_from_other_associations_and_from_funders_not_asked(world: World) -> None:
    dossier = await world.submitted(state=8_000, caf=4_000)
    await hidden_from(world, dossier, world.stranger, world.region_officer)


async def test_a_dossier_that_does_not_exist_answers_like_one_that_is_hidden(world: World) -> None:
    ghost = {"id": str(new_id()), "attachments": [{"id": str(new_id())}]}
    await hidden_from(world, ghost, world.holder, world.team)


async def test_no_route_of_a_dossier_answers_without_a_token(world: World) -> None:
    dossier = await world.submitted()
    attachment = dossier["attachments"][0]["id"]
    for method, path, sent in ROUTES:
        where = f"/dossiers/{dossier['id']}{path.format(attachment=attachment, **BELOW)}"
        await world.refused(None, method, where, 401, "unauthenticated", **sent)


async def test_from_submission_on_the_funders_asked_and_the_team_read_all_of_it(world: World) -> None:
    dossier = await world.submitted(state=8_000, caf=4_000)
    for who in (world.state_officer, world.caf_officer, world.team):
        assert await world.seen(dossier["id"], who) == {**dossier, "granted_cents": 0}
        receipt = await world.call(who, "GET", f"/dossiers/{dossier['id']}/submission", expect=200)
        assert receipt.json()["reference"] == dossier["reference"]
        attachment = f"/dossiers/{dossier['id']}/attachments/{dossier['attachments'][0]['id']}"
        await world.call(who, "GET", attachment, expect=200)


async def test_who_sees_a_dossier_without_holding_it_does_not_change_it(world: World) -> None:
    dossier = await world.submitted(caf=4_000)
    where, tag = f"/dossiers/{dossier['id']}", {"If-Match": '"1"'}
    for who in (world.caf_officer, world.team):
        await world.refused(who, "PATCH", where, 403, "not-the-holder", json={"title": "x"}, headers=tag)
        await world.refused(who, "POST", f"{where}/submission", 403, "not-the-holder", json=SWORN, headers=tag)
        await world.refused(who, "GET", f"{where}/completeness", 403, "not-the-holder")
        attachment = f"{where}/attachments/{dossier['attachments'][0]['id']}"
        await world.refused(who, "DELETE", attachment, 403, "not-the-holder")


async def test_an_attachment_is_read_through_its_own_dossier_only(world: World) -> None:
    one, other = await world.submitted(), await world.submitted()
    crossed = f"/dossiers/{one['id']}/attachments/{other['attachments'][0]['id']}"
    await world.refused(world.holder, "GET", crossed, 404, "not-found")


async def test_a_draft_has_no_receipt(world: World) -> None:
    dossier_id, _ = await world.draft()
    await world.refused(world.holder, "GET", f"/dossiers/{dossier_id}/submission", 404, "not-found")


@pytest.mark.parametrize("bad", ["not-a-uuid", "73282932000🎨", "0"])
async def test_an_id_that_is_no_id_is_malformed(world: World, bad: str) -> None:
    problem = await world.refused(world.holder, "GET", f"/dossiers/{bad}", 422, "malformed-request")
    assert problem["errors"][0]["pointer"] == "/path/dossier_id"


async def test_a_stale_or_foreign_token_opens_nothing(world: World) -> None:
    dossier = await world.submitted()
    where = f"/dossiers/{dossier['id']}"
    now = world.running.clock.now().timestamp()
    claims = {"sub": str(world.holder.account_id), "orgs": {str(world.association): ["manager"]}}
    for token in (
        SIGNER.token(**claims, exp=now),
        Signer().token(**claims),
        SIGNER.token(**claims, aud="elsewhere"),
        SIGNER.token(**claims)[:-8] + "AAAAAAAA",
        "🎨".encode().decode("latin-1"),
    ):
        headers = {b"Authorization": b"Bearer " + token.encode("latin-1")}
        answer = await world.running.client.get(f"/programming/v1{where}", headers=headers)
        refusal(answer, 401, "unauthenticated")
        assert answer.headers["www-authenticate"].startswith("Bearer")
