"""Who has a part in an organisation; it always keeps a manager."""

import asyncio

import pytest

from tests.directory.people import Citizen, a_citizen, an_administrator, an_association, mails_to, new_email, problem, register
from tests.support import Running

pytestmark = pytest.mark.anyio


async def add(manager: Citizen, path: str, citizen: Citizen, *roles: str) -> str:
    """The address of the new membership."""
    added = await manager.post(f"{path}/memberships", {"email": citizen.email, "roles": list(roles)})
    assert added.status_code == 201, added.text
    return str(added.headers["location"])


async def test_a_manager_adds_somebody_who_is_told(directory: Running) -> None:
    manager, citizen = await a_citizen(directory), await a_citizen(directory, "Karim Rossi")
    organisation = await an_association(manager)
    wish = {"email": citizen.email.upper(), "roles": ["signatory", "member", "member"]}
    added = await manager.post(f"{organisation['path']}/memberships", wish)
    assert added.status_code == 201, added.text
    assert added.json()["roles"] == ["member", "signatory"]
    assert added.json()["full_name"] == "Karim Rossi"
    mail = (await mails_to(directory, citizen.email))[-1]
    assert mail["subject"] == "Vous rejoignez Régie Ozanam"
    assert "membre, signataire" in mail["text"]

    one = await citizen.get(added.headers["location"])
    assert one.json() == added.json()
    assert one.headers["etag"] == added.headers["etag"] == '"1"'
    listed = (await citizen.get(f"{organisation['path']}/memberships")).json()["items"]
    assert [(m["account_id"], m["roles"]) for m in listed] == [
        (manager.account_id, ["manager", "member"]),
        (citizen.account_id, ["member", "signatory"]),
    ]


async def test_who_is_added_acts_at_once_and_who_is_removed_no_longer(directory: Running) -> None:
    manager, citizen = await a_citizen(directory), await a_citizen(directory)
    organisation = await an_association(manager)
    membership = await add(manager, organisation["path"], citizen, "manager")
    changed = await citizen.patch(organisation["path"], {"name": "Par le nouveau"}, organisation["etag"])
    assert changed.status_code == 200
    assert (await manager.call("DELETE", membership)).status_code == 204
    refused = await citizen.patch(organisation["path"], {"name": "Encore"}, changed.headers["etag"])
    assert (refused.status_code, problem(refused)) == (403, "forbidden")
    assert (await citizen.get(organisation["path"])).json()["view"] == "public"


async def test_only_people_with_a_confirmed_account_are_added_once(directory: Running) -> None:
    manager, citizen, unconfirmed = await a_citizen(directory), await a_citizen(directory), new_email()
    organisation = await an_association(manager)
    await register(directory, unconfirmed)
    for email in (unconfirmed, new_email()):
        refused = await manager.post(f"{organisation['path']}/memberships", {"email": email, "roles": ["member"]})
        assert (refused.status_code, problem(refused)) == (409, "account-unknown")
    await add(manager, organisation["path"], citizen, "member")
    twice = await manager.post(f"{organisation['path']}/memberships", {"email": citizen.email, "roles": ["manager"]})
    assert (twice.status_code, problem(twice)) == (409, "already-member")
    for roles in ([], ["owner"], ["member"] * 5, "member"):
        malformed = await manager.post(f"{organisation['path']}/memberships", {"email": new_email(), "roles": roles})
        assert malformed.status_code == 422


async def test_adding_members_is_no_way_to_learn_who_has_an_account(directory: Running) -> None:
    manager = await a_citizen(directory)
    organisation = await an_association(manager)
    tries = [
        await manager.post(f"{organisation['path']}/memberships", {"email": new_email(), "roles": ["member"]}) for _ in range(21)
    ]
    assert [answer.status_code for answer in tries] == [409] * 20 + [429]
    directory.clock.forward(minutes=61)


async def test_strangers_neither_see_nor_change_members(directory: Running) -> None:
    manager, member, stranger = [await a_citizen(directory) for _ in range(3)]
    organisation = await an_association(manager)
    membership = await add(manager, organisation["path"], member, "member")
    for answer in (
        await stranger.get(f"{organisation['path']}/memberships"),
        await stranger.get(membership),
        await stranger.post(f"{organisation['path']}/memberships", {"email": stranger.email, "roles": ["manager"]}),
        await member.post(f"{organisation['path']}/memberships", {"email": stranger.email, "roles": ["member"]}),
        await member.patch(membership, {"roles": ["manager"]}, '"1"'),
        await stranger.call("DELETE", membership),
        await member.call("DELETE", f"{organisation['path']}/memberships/{manager.account_id}"),
    ):
        assert (answer.status_code, problem(answer)) == (403, "forbidden")
    nowhere = "organisations/01890000-0000-7000-8000-000000000000/memberships"
    for answer in (
        await stranger.get(nowhere),
        await stranger.post(nowhere, {"email": stranger.email, "roles": ["member"]}),
        await stranger.call("DELETE", f"{nowhere}/{stranger.account_id}"),
        await manager.get(f"{organisation['path']}/memberships/{stranger.account_id}"),
        await manager.patch(f"{organisation['path']}/memberships/{stranger.account_id}", {"roles": ["member"]}, '"1"'),
        await stranger.call("DELETE", f"{organisation['path']}/memberships/{stranger.account_id}"),
    ):
        assert (answer.status_code, problem(answer)) == (404, "not-found")
    assert (await directory.client.get(membership)).status_code == 401


async def test_roles_are_changed_on_the_version_read(directory: Running) -> None:
    manager, citizen = await a_citizen(directory), await a_citizen(directory)
    organisation = await an_association(manager)
    membership = await add(manager, organisation["path"], citizen, "member")
    assert problem(await manager.call("PATCH", membership, {"roles": ["manager"]})) == "precondition-required"
    changed = await manager.patch(membership, {"roles": ["manager"]}, '"1"')
    assert (changed.json()["roles"], changed.headers["etag"]) == (["manager"], '"2"')
    assert problem(await manager.patch(membership, {"roles": ["member"]}, '"1"')) == "stale-version"
    lines = await directory.rows(
        "SELECT act, changes FROM journal_lines WHERE resource_id = %(id)s AND act LIKE 'membership%%' ORDER BY id",
        id=organisation["id"],
    )
    assert lines[-1] == {
        "act": "membership.changed",
        "changes": {"account_id": citizen.account_id, "roles": [["member"], ["manager"]]},
    }


async def test_the_last_manager_neither_leaves_nor_steps_down(directory: Running) -> None:
    manager, citizen, administrator = await a_citizen(directory), await a_citizen(directory), await an_administrator(directory)
    organisation = await an_association(manager)
    own = f"{organisation['path']}/memberships/{manager.account_id}"
    for answer in (
        await manager.call("DELETE", own),
        await manager.patch(own, {"roles": ["member", "signatory"]}, '"1"'),
        await administrator.call("DELETE", own),
    ):
        assert (answer.status_code, problem(answer)) == (409, "last-manager")
    await add(manager, organisation["path"], citizen, "manager")
    assert (await manager.call("DELETE", own)).status_code == 204
    assert (await manager.get("me/memberships")).json()["items"] == []


async def test_two_managers_who_leave_at_once_cannot_both(directory: Running) -> None:
    for _ in range(5):
        one, other = await a_citizen(directory), await a_citizen(directory)
        organisation = await an_association(one)
        path = organisation["path"]
        await add(one, path, other, "manager")
        answers = await asyncio.gather(
            one.call("DELETE", f"{path}/memberships/{one.account_id}"),
            other.call("DELETE", f"{path}/memberships/{other.account_id}"),
        )
        assert sorted(answer.status_code for answer in answers) == [204, 409]
        left = await directory.rows("SELECT roles FROM memberships WHERE organisation_id = %(id)s", id=organisation["id"])
        assert ["manager" in row["roles"] for row in left] == [True]


async def test_two_managers_who_dismiss_each_other_at_once_cannot_both(directory: Running) -> None:
    one, other = await a_citizen(directory), await a_citizen(directory)
    path = (await an_association(one))["path"]
    await add(one, path, other, "manager")
    answers = await asyncio.gather(
        one.patch(f"{path}/memberships/{other.account_id}", {"roles": ["member"]}, '"1"'),
        other.patch(f"{path}/memberships/{one.account_id}", {"roles": ["member"]}, '"1"'),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 403]


async def test_somebody_added_twice_at_once_is_added_once(directory: Running) -> None:
    manager, citizen = await a_citizen(directory), await a_citizen(directory)
    path = (await an_association(manager))["path"]
    wish = {"email": citizen.email, "roles": ["member"]}
    answers = await asyncio.gather(*(manager.post(f"{path}/memberships", wish) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]


async def test_members_are_listed_page_by_page(directory: Running) -> None:
    manager = await a_citizen(directory)
    path = (await an_association(manager))["path"]
    for _ in range(2):
        await add(manager, path, await a_citizen(directory), "member")
    first = (await manager.get(f"{path}/memberships?limit=2")).json()
    rest = (await manager.get(f"{path}/memberships?limit=2&cursor={first['next']}")).json()
    assert (len(first["items"]), len(rest["items"]), rest["next"]) == (2, 1, None)
    assert (await manager.get("me/memberships?limit=1")).json()["next"] is None
