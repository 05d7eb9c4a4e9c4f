"""Who manages and who signs: handed over in one act, never changed silently, and taken back at once."""

import asyncio

import pytest

from services.directory.organisations import rules
from tests.directory.people import Citizen, a_citizen, an_administrator, an_association, mails_to, post, problem
from tests.support import Running

pytestmark = pytest.mark.anyio


async def add(manager: Citizen, path: str, citizen: Citizen, *roles: str) -> str:
    added = await manager.post(f"{path}/memberships", {"email": citizen.email, "roles": list(roles)})
    assert added.status_code == 201, added.text
    return str(added.headers["location"])


async def refresh(directory: Running, citizen: Citizen) -> None:
    answer = await post(directory, "sessions/refresh", refresh_token=citizen.tokens["refresh_token"])
    assert answer.status_code == 200, answer.text
    citizen.tokens = answer.json()


async def roles_said(directory: Running, citizen: Citizen) -> dict[str, list[str]]:
    """What the person's access token says."""
    principal = await directory.resources.verifier.verify(citizen.tokens["access_token"], directory.clock.now())
    return {str(organisation): sorted(roles) for organisation, roles in principal.memberships.items()}


async def subjects(directory: Running, citizen: Citizen) -> list[str]:
    return [mail["subject"] for mail in await mails_to(directory, citizen.email)]


async def test_a_refresh_picks_up_a_new_membership_in_a_second_organisation(directory: Running) -> None:
    manager, citizen = await a_citizen(directory), await a_citizen(directory)
    own, other = await an_association(citizen), await an_association(manager)
    await add(manager, other["path"], citizen, "signatory")
    assert await roles_said(directory, citizen) == {}
    await refresh(directory, citizen)
    assert await roles_said(directory, citizen) == {own["id"]: ["manager", "member"], other["id"]: ["signatory"]}


async def test_a_manager_removed_while_editing_is_refused_at_the_next_write(directory: Running) -> None:
    """Everywhere: the grant their token stands on is announced as closed; refreshed, it says what is left."""
    manager, removed = await a_citizen(directory), await a_citizen(directory)
    kept, lost = await an_association(removed), await an_association(manager)
    membership = await add(manager, lost["path"], removed, "manager")
    await refresh(directory, removed)
    assert (await removed.patch(lost["path"], {"name": "Avant"}, lost["etag"])).status_code == 200
    (row,) = await directory.rows(
        "SELECT grant_id FROM memberships WHERE account_id = %(id)s AND roles = ARRAY['manager']", id=removed.account_id
    )

    assert (await manager.call("DELETE", membership)).status_code == 204
    for answer in (await removed.patch(lost["path"], {"name": "Après"}, '"2"'), await removed.get("me")):
        assert (answer.status_code, problem(answer)) == (401, "unauthenticated")
        assert answer.json()["detail"] == "Vos rôles ont changé : renouvelez le jeton."
    events = await directory.rows("SELECT type FROM outbox_events WHERE subject = %(id)s", id=str(row["grant_id"]))
    assert [event["type"] for event in events] == ["session.closed"]
    told = [job["args"]["subscriber"] for job in await directory.jobs("kernel:deliver_event")]
    assert {"programming", "catalogue", "events"} <= set(told)

    await refresh(directory, removed)
    assert await roles_said(directory, removed) == {kept["id"]: ["manager", "member"]}
    refused = await removed.patch(lost["path"], {"name": "Après"}, '"2"')
    assert (refused.status_code, problem(refused)) == (403, "forbidden")
    assert (await removed.patch(kept["path"], {"name": "Chez moi"}, kept["etag"])).status_code == 200


async def test_a_token_refreshed_while_its_role_is_taken_back_never_keeps_it(directory: Running) -> None:
    manager = await a_citizen(directory)
    organisation = await an_association(manager)
    for _ in range(4):
        removed = await a_citizen(directory)
        membership = await add(manager, organisation["path"], removed, "manager")
        answer, _ = await asyncio.gather(
            post(directory, "sessions/refresh", refresh_token=removed.tokens["refresh_token"]),
            manager.call("DELETE", membership),
        )
        removed.tokens = answer.json()
        if (await removed.get("me")).status_code == 200:
            assert await roles_said(directory, removed) == {}


async def test_a_role_taken_back_counts_at_once_and_a_role_given_interrupts_nobody(directory: Running) -> None:
    manager, citizen = await a_citizen(directory), await a_citizen(directory)
    path = (await an_association(manager))["path"]
    membership = await add(manager, path, citizen, "member")
    await refresh(directory, citizen)
    assert (await manager.patch(membership, {"roles": ["member", "payer"]}, '"1"')).status_code == 200
    assert (await citizen.get("me")).status_code == 200
    assert (await manager.patch(membership, {"roles": ["member"]}, '"2"')).status_code == 200
    assert (await citizen.get("me")).status_code == 401
    await refresh(directory, citizen)
    assert (await citizen.get("me")).status_code == 200


async def test_the_only_manager_hands_over_then_leaves(directory: Running) -> None:
    manager, heir = await a_citizen(directory, "Nadia Benali"), await a_citizen(directory, "Karim Rossi")
    organisation = await an_association(manager)
    path, own = organisation["path"], f"{organisation['path']}/memberships/{manager.account_id}"
    await add(manager, path, heir, "member")
    stuck = await manager.call("DELETE", own)
    assert (stuck.status_code, problem(stuck)) == (409, "last-manager")
    handed = await manager.post(f"{path}/handover", {"account_id": heir.account_id})
    assert handed.status_code == 201, handed.text
    assert (handed.json()["roles"], handed.headers["location"]) == (["manager", "member"], f"{path}/memberships/{heir.account_id}")
    assert (await subjects(directory, heir))[-1] == "Vous gérez désormais Régie Ozanam"
    assert (await manager.get(own)).json()["roles"] == ["member"]
    assert (await manager.post(f"{path}/handover", {"account_id": heir.account_id})).status_code == 403
    assert (await manager.call("DELETE", own)).status_code == 204
    assert (await heir.get(f"{path}/memberships")).json()["items"][0]["account_id"] == heir.account_id
    lines = await directory.rows(
        "SELECT act, reason FROM journal_lines WHERE resource_id = %(id)s AND reason = 'handover'", id=organisation["id"]
    )
    assert [line["act"] for line in lines] == ["membership.changed", "membership.changed"]


async def test_management_passes_to_another_member_who_does_not_hold_it(directory: Running) -> None:
    manager, second, stranger = [await a_citizen(directory) for _ in range(3)]
    administrator = await an_administrator(directory)
    path = (await an_association(manager))["path"]
    await add(manager, path, second, "manager")
    for account_id, code in (
        (stranger.account_id, "not_a_member"),
        (manager.account_id, "yourself"),
        (second.account_id, "manager_already"),
    ):
        refused = await manager.post(f"{path}/handover", {"account_id": account_id})
        assert (refused.status_code, problem(refused)) == (409, "handover-refused")
        assert [(error["pointer"], error["code"]) for error in refused.json()["errors"]] == [("/account_id", code)]
    for nobody in (administrator, stranger):
        assert (await nobody.post(f"{path}/handover", {"account_id": second.account_id})).status_code == 403


async def test_a_double_click_hands_over_once(directory: Running) -> None:
    manager, one, other = [await a_citizen(directory) for _ in range(3)]
    path = (await an_association(manager))["path"]
    for citizen in (one, other):
        await add(manager, path, citizen, "member")
    answers = await asyncio.gather(
        *(manager.post(f"{path}/handover", {"account_id": heir.account_id}) for heir in (one, other, one))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 403, 403]
    held = (await manager.get(f"{path}/memberships")).json()["items"]
    assert sum("manager" in member["roles"] for member in held) == 1


async def test_two_managers_who_hand_over_and_leave_at_once_leave_somebody(directory: Running) -> None:
    manager, other = await a_citizen(directory), await a_citizen(directory)
    organisation = await an_association(manager)
    path = organisation["path"]
    await add(manager, path, other, "manager")
    await asyncio.gather(
        manager.call("DELETE", f"{path}/memberships/{manager.account_id}"),
        other.call("DELETE", f"{path}/memberships/{other.account_id}"),
    )
    rows = await directory.rows("SELECT roles FROM memberships WHERE organisation_id = %(id)s", id=organisation["id"])
    assert sum("manager" in row["roles"] for row in rows) == 1


async def test_nobody_becomes_a_signatory_silently(directory: Running) -> None:
    manager, second, signatory = [await a_citizen(directory, name) for name in ("Nadia Benali", "Karim Rossi", "Luz Ortega")]
    organisation = await an_association(manager)
    path, own = organisation["path"], f"{organisation['path']}/memberships/{manager.account_id}"
    await add(manager, path, second, "manager")
    await add(manager, path, signatory, "signatory")
    assert "Luz Ortega peut désormais signer pour Régie Ozanam" in await subjects(directory, second)
    made = await manager.patch(own, {"roles": ["manager", "signatory"]}, '"1"')
    assert made.status_code == 200, made.text
    for told in (manager, second, signatory):
        assert (await subjects(directory, told))[-1] == "Nadia Benali peut désormais signer pour Régie Ozanam"
    assert "Nadia Benali a donné à Nadia Benali" in (await mails_to(directory, second.email))[-1]["text"]
    (line,) = await directory.rows(
        "SELECT actor_id, changes FROM journal_lines WHERE resource_id = %(id)s AND act = 'membership.changed'",
        id=organisation["id"],
    )
    assert (str(line["actor_id"]), line["changes"]["account_id"]) == (manager.account_id, manager.account_id)
    assert (await manager.call("DELETE", f"{path}/memberships/{signatory.account_id}")).status_code == 204
    for told in (second, signatory):
        assert (await subjects(directory, told))[-1] == "Luz Ortega ne signe plus pour Régie Ozanam"


async def test_members_see_who_signs_the_legal_representatives_first(directory: Running) -> None:
    manager, first, second, member, stranger = [await a_citizen(directory, name) for name in ("M", "Un", "Deux", "Z", "S")]
    administrator = await an_administrator(directory)
    path = (await an_association(manager))["path"]
    memberships = {citizen.account_id: await add(manager, path, citizen, "signatory") for citizen in (first, second)}
    plain = await add(manager, path, member, "member")
    address = memberships[second.account_id] + "/representation"
    marked = await manager.call("POST", address, {"is_legal_representative": True}, **{"If-Match": '"1"'})
    assert (marked.status_code, marked.headers["etag"]) == (200, '"2"'), marked.text
    assert (await subjects(directory, first))[-1] == "Deux est désormais représentant légal de Régie Ozanam"
    for who in (member, administrator):
        listed = (await who.get(f"{path}/signatories")).json()["items"]
        assert [(each["full_name"], each["is_legal_representative"]) for each in listed] == [("Deux", True), ("Un", False)]
    assert (await stranger.get(f"{path}/signatories")).status_code == 403
    assert (await stranger.get("organisations/01890000-0000-7000-8000-000000000000/signatories")).status_code == 404

    stale = await manager.call("POST", address, {"is_legal_representative": False}, **{"If-Match": '"1"'})
    assert problem(stale) == "stale-version"
    refused = await manager.call("POST", plain + "/representation", {"is_legal_representative": True}, **{"If-Match": '"1"'})
    assert (refused.status_code, problem(refused)) == (409, "not-a-signatory")
    assert (await member.call("POST", address, {"is_legal_representative": True}, **{"If-Match": '"2"'})).status_code == 403

    stopped = await manager.patch(memberships[second.account_id], {"roles": ["member"]}, '"2"')
    assert stopped.json()["is_legal_representative"] is False
    assert [each["full_name"] for each in (await member.get(f"{path}/signatories")).json()["items"]] == ["Un"]


def test_tokens_are_refused_when_a_role_is_lost_only() -> None:
    assert rules.takes_back(["manager", "member"], ["member"])
    assert rules.takes_back(["member"], [])
    assert not rules.takes_back(["member"], ["member", "payer"])
    assert not rules.takes_back([], ["member"])
