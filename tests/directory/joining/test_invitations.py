"""An address is invited: the link works once, in time, for that address and no other, with or without an account before."""

import asyncio
from datetime import timedelta

import pytest

from services.directory.joining.service import forget_old
from tests.directory.people import (
    Citizen,
    a_citizen,
    an_administrator,
    mailed_token,
    mails_to,
    new_email,
    post,
    problem,
    register,
    sign_in,
)
from tests.support import Running

from .doors import a_managed, accept, acts, invite, link, member_of, refresh, refused, subjects

pytestmark = pytest.mark.anyio


async def test_somebody_with_an_account_is_invited_and_joins(directory: Running) -> None:
    manager, path = await a_managed(directory)
    citizen = await a_citizen(directory, "Karim Rossi")
    invitation = await invite(manager, path, citizen.email.upper(), "payer", "member")
    assert (invitation["email"], invitation["roles"], invitation["state"]) == (citizen.email, ["member", "payer"], "pending")
    mail = (await mails_to(directory, citizen.email))[-1]
    assert mail["subject"] == "Invitation à rejoindre Régie Ozanam"
    assert "Nadia Benali vous invite à rejoindre « Régie Ozanam » sur Canevas, comme membre, comptable" in mail["text"]
    (waiting,) = (await citizen.get("me/invitations")).json()["items"]
    assert (waiting["id"], waiting["organisation_name"], waiting["roles"]) == (
        invitation["id"],
        "Régie Ozanam",
        ["member", "payer"],
    )

    joined = await accept(citizen, await link(directory, citizen.email))
    assert joined.status_code == 201, joined.text
    assert joined.headers["location"] == f"{path}/memberships/{citizen.account_id}"
    assert joined.json()["roles"] == ["member", "payer"]
    assert (await citizen.get(joined.headers["location"])).json() == joined.json()
    assert (await subjects(directory, manager))[-1] == "Karim Rossi a rejoint Régie Ozanam"
    assert (await citizen.get("me/invitations")).json()["items"] == []
    await refresh(directory, citizen)
    principal = await directory.resources.verifier.verify(citizen.tokens["access_token"], directory.clock.now())
    assert [str(each) for each in principal.organisation_ids] == [path.rpartition("/")[2]]
    assert (await manager.get(invitation["path"])).json()["state"] == "accepted"
    assert {"invitation.sent", "membership.added", "invitation.accepted"} <= set(await acts(directory, path.rpartition("/")[2]))


async def test_somebody_without_an_account_registers_with_the_address_then_accepts(directory: Running) -> None:
    manager, path = await a_managed(directory)
    email = new_email()
    await invite(manager, path, email)
    token = await link(directory, email)
    assert (await directory.client.post("/directory/v1/invitations/acceptance", json={"token": token})).status_code == 401
    await register(directory, email)
    assert refused(await sign_in(directory, email))[1] == "email-not-verified"
    verified = await post(directory, "accounts/verification", token=await mailed_token(directory, email))
    newcomer = Citizen(email, verified.json()["id"], (await sign_in(directory, email)).json(), directory.client)
    assert (await accept(newcomer, token)).status_code == 201


async def test_what_a_manager_hears_does_not_tell_whether_there_is_an_account(directory: Running) -> None:
    manager, path = await a_managed(directory)
    known, unconfirmed, unknown = (await a_citizen(directory)).email, new_email(), new_email()
    await register(directory, unconfirmed)
    answers = [await manager.post(f"{path}/invitations", {"email": email}) for email in (known, unconfirmed, unknown)]
    assert [answer.status_code for answer in answers] == [201] * 3
    plain = [{**answer.json(), "id": "", "email": ""} for answer in answers]
    assert plain[0] == plain[1] == plain[2]
    texts = [(await mails_to(directory, email))[-1]["text"].partition("token=")[0] for email in (known, unconfirmed, unknown)]
    assert texts[0] == texts[1] == texts[2]


async def test_used_twice_or_by_another_address_is_refused_by_name(directory: Running) -> None:
    manager, path = await a_managed(directory)
    citizen, thief = await a_citizen(directory), await a_citizen(directory)
    invitation = await invite(manager, path, citizen.email, "manager")
    token = await link(directory, citizen.email)
    answer = await accept(thief, token)
    assert refused(answer) == (403, "invitation-for-another-address")
    assert citizen.email not in answer.text
    assert refused(await thief.post(f"me/invitations/{invitation['id']}/acceptance", {})) == (404, "not-found")
    assert refused(await thief.post(f"me/invitations/{invitation['id']}/refusal", {})) == (404, "not-found")
    assert (await accept(citizen, token)).status_code == 201
    assert refused(await accept(citizen, token)) == (409, "invitation-used")
    assert refused(await accept(thief, token)) == (403, "invitation-for-another-address")


async def test_an_administrator_of_the_platform_does_not_accept_for_somebody(directory: Running) -> None:
    manager, path = await a_managed(directory)
    email, administrator = new_email(), await an_administrator(directory)
    await invite(manager, path, email)
    assert refused(await accept(administrator, await link(directory, email))) == (403, "invitation-for-another-address")


async def test_a_link_that_is_not_ours_leads_nowhere(directory: Running) -> None:
    manager, path = await a_managed(directory)
    citizen = await a_citizen(directory)
    await invite(manager, path, citizen.email)
    token = await link(directory, citizen.email)
    other = "0" * 32 + token[32:]
    for wrong in (token[:-1] + ("0" if token[-1] != "0" else "1"), other, token.upper(), "x" * 97):
        assert refused(await accept(citizen, wrong)) == (409, "invitation-link-invalid")
    assert (await citizen.post("invitations/acceptance", {"token": "court"})).status_code == 422


async def test_it_expires_and_lives_anew_when_sent_again(directory: Running) -> None:
    manager, path = await a_managed(directory)
    citizen = await a_citizen(directory)
    invitation = await invite(manager, path, citizen.email)
    token = await link(directory, citizen.email)
    began = directory.clock.at
    directory.clock.forward(days=14)
    await refresh(directory, manager)
    await refresh(directory, citizen)
    assert refused(await accept(citizen, token)) == (409, "invitation-expired")
    assert (await manager.get(invitation["path"])).json()["state"] == "expired"
    assert (await citizen.get("me/invitations")).json()["items"] == []
    listed = (await manager.get(f"{path}/invitations?state=expired")).json()["items"]
    assert [each["id"] for each in listed] == [invitation["id"]]
    assert (await manager.get(f"{path}/invitations?state=pending")).json()["items"] == []

    again = await manager.post(f"{invitation['path']}/sending", {})
    assert (again.status_code, again.json()["state"]) == (200, "pending")
    assert await link(directory, citizen.email) == token
    assert (await accept(citizen, token)).status_code == 201
    directory.clock.at = began


async def test_an_expired_one_is_replaced_by_another(directory: Running) -> None:
    manager, path = await a_managed(directory)
    citizen = await a_citizen(directory)
    first = await invite(manager, path, citizen.email)
    old = await link(directory, citizen.email)
    assert refused(await manager.post(f"{path}/invitations", {"email": citizen.email})) == (409, "already-invited")
    began = directory.clock.at
    directory.clock.forward(days=15)
    await refresh(directory, manager)
    await refresh(directory, citizen)
    second = await invite(manager, path, citizen.email, "signatory")
    assert (await manager.get(first["path"])).json()["state"] == "replaced"
    assert refused(await accept(citizen, old)) == (409, "invitation-withdrawn")
    assert (await citizen.post(f"me/invitations/{second['id']}/acceptance", {})).json()["roles"] == ["signatory"]
    assert "Nadia Benali peut désormais signer pour Régie Ozanam" in await subjects(directory, manager)
    directory.clock.at = began


async def test_a_withdrawn_or_declined_one_is_over(directory: Running) -> None:
    manager, path = await a_managed(directory)
    citizen = await a_citizen(directory)
    withdrawn = await invite(manager, path, citizen.email)
    token = await link(directory, citizen.email)
    assert (await manager.post(f"{withdrawn['path']}/withdrawal", {})).json()["state"] == "withdrawn"
    assert refused(await accept(citizen, token)) == (409, "invitation-withdrawn")
    for act in ("withdrawal", "sending"):
        assert refused(await manager.post(f"{withdrawn['path']}/{act}", {})) == (409, "invitation-closed")
    declined = await invite(manager, path, citizen.email)
    assert (await citizen.post(f"me/invitations/{declined['id']}/refusal", {})).status_code == 204
    assert refused(await accept(citizen, await link(directory, citizen.email))) == (409, "invitation-used")
    states = [each["state"] for each in (await manager.get(f"{path}/invitations")).json()["items"]]
    assert states == ["declined", "withdrawn"]


async def test_who_no_longer_manages_leaves_no_door_open(directory: Running) -> None:
    manager, path = await a_managed(directory)
    former = await member_of(directory, manager, path, "manager")
    another_self = await a_citizen(directory)
    invitation = await invite(former, path, another_self.email, "manager")
    token = await link(directory, another_self.email)
    part = f"{path}/memberships/{former.account_id}"
    assert (await manager.patch(part, {"roles": ["member"]}, '"1"')).status_code == 200
    assert refused(await accept(another_self, token)) == (409, "invitation-not-vouched")
    assert (await manager.call("DELETE", part)).status_code == 204
    assert refused(await another_self.post(f"me/invitations/{invitation['id']}/acceptance", {})) == (409, "invitation-not-vouched")
    # Another manager who sends it again answers for it; the same link then lets in.
    assert (await manager.post(f"{invitation['path']}/sending", {})).status_code == 200
    assert (await accept(another_self, token)).status_code == 201


async def test_members_and_dissolved_organisations_are_refused_by_name(directory: Running) -> None:
    manager, path = await a_managed(directory)
    member = await member_of(directory, manager, path)
    assert refused(await manager.post(f"{path}/invitations", {"email": member.email})) == (409, "already-member")
    late = await a_citizen(directory)
    invitation = await invite(manager, path, late.email)
    await manager.post(f"{path}/memberships", {"email": late.email, "roles": ["member"]})
    assert refused(await accept(late, await link(directory, late.email))) == (409, "already-member")
    waiting = await a_citizen(directory)
    await invite(manager, path, waiting.email)
    organisation = await manager.get(path)
    ended = {"dissolved_on": directory.clock.now().date().isoformat(), "reason": "dissolution"}
    done = await manager.call("POST", f"{path}/dissolution", ended, **{"If-Match": organisation.headers["etag"]})
    assert done.status_code == 201, done.text
    assert refused(await manager.post(f"{path}/invitations", {"email": new_email()})) == (409, "organisation-dissolved")
    assert refused(await manager.post(f"{invitation['path']}/sending", {})) == (409, "organisation-dissolved")
    assert refused(await accept(waiting, await link(directory, waiting.email))) == (409, "organisation-dissolved")
    (own,) = (await waiting.get("me/invitations")).json()["items"]
    assert (await waiting.post(f"me/invitations/{own['id']}/refusal", {})).status_code == 204


async def test_only_those_who_manage_invite_and_see_who_is_invited(directory: Running) -> None:
    manager, path = await a_managed(directory)
    member, stranger = await member_of(directory, manager, path), await a_citizen(directory)
    invitation = await invite(manager, path, new_email())
    other_manager, other_path = await a_managed(directory)
    for nobody in (member, stranger):
        for answer in (
            await nobody.post(f"{path}/invitations", {"email": new_email()}),
            await nobody.get(f"{path}/invitations"),
            await nobody.get(invitation["path"]),
            await nobody.post(f"{invitation['path']}/sending", {}),
            await nobody.post(f"{invitation['path']}/withdrawal", {}),
        ):
            assert refused(answer) == (403, "forbidden")
    for act in ("sending", "withdrawal"):
        assert refused(await other_manager.post(f"{other_path}/invitations/{invitation['id']}/{act}", {})) == (404, "not-found")
    assert refused(await other_manager.get(f"{other_path}/invitations/{invitation['id']}")) == (404, "not-found")
    for malformed in ({"email": "pas une adresse"}, {"email": new_email(), "roles": ["owner"]}, {"email": new_email(), "x": 1}):
        assert (await manager.post(f"{path}/invitations", malformed)).status_code == 422


async def test_sending_again_is_limited_per_hour(directory: Running) -> None:
    manager, path = await a_managed(directory)
    invitation = await invite(manager, path, new_email())
    answers = [await manager.post(f"{invitation['path']}/sending", {}) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200] * 4 + [429]
    assert (problem(answers[-1]), answers[-1].headers["retry-after"]) == ("too-many-invitations", "3600")
    again = await manager.post(f"{invitation['path']}/withdrawal", {})
    assert again.status_code == 200
    # Withdrawing and inviting anew is no way round it.
    assert refused(await manager.post(f"{path}/invitations", {"email": invitation["email"]})) == (429, "too-many-invitations")


async def test_one_person_does_not_flood_the_world(directory: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directory.resources.settings, "invitations_per_hour", 3)
    manager, path = await a_managed(directory)
    answers = await asyncio.gather(*(manager.post(f"{path}/invitations", {"email": new_email()}) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [201] * 3 + [429] * 2
    first = (await manager.get(f"{path}/invitations?limit=2")).json()
    rest = (await manager.get(f"{path}/invitations?limit=2&cursor={first['next']}")).json()
    assert (len(first["items"]), len(rest["items"]), rest["next"]) == (2, 1, None)


async def test_a_double_click_invites_once(directory: Running) -> None:
    manager, path = await a_managed(directory)
    colleague = await member_of(directory, manager, path, "manager")
    email = new_email()
    answers = await asyncio.gather(
        *(who.post(f"{path}/invitations", {"email": email}) for who in (manager, colleague, manager, colleague))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert len(await mails_to(directory, email)) == 1


async def test_accepted_twice_at_once_counts_once(directory: Running) -> None:
    manager, path = await a_managed(directory)
    citizen = await a_citizen(directory)
    invitation = await invite(manager, path, citizen.email)
    token = await link(directory, citizen.email)
    answers = await asyncio.gather(
        accept(citizen, token),
        citizen.post(f"me/invitations/{invitation['id']}/acceptance", {}),
        accept(citizen, token),
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    assert {problem(answer) for answer in answers if answer.status_code == 409} == {"invitation-used"}


async def test_accepted_while_it_is_withdrawn_one_of_the_two_wins(directory: Running) -> None:
    manager, path = await a_managed(directory)
    for _ in range(3):
        citizen = await a_citizen(directory)
        invitation = await invite(manager, path, citizen.email)
        token = await link(directory, citizen.email)
        joined, withdrawn = await asyncio.gather(accept(citizen, token), manager.post(f"{invitation['path']}/withdrawal", {}))
        member = (await manager.get(f"{path}/memberships/{citizen.account_id}")).status_code == 200
        assert (joined.status_code, withdrawn.status_code, member) in ((201, 409, True), (409, 200, False))


async def test_what_is_over_is_forgotten_after_three_months(directory: Running) -> None:
    manager, path = await a_managed(directory)
    invitation = await invite(manager, path, new_email())
    await manager.post(f"{invitation['path']}/withdrawal", {})
    for days, kept in ((89, 1), (91, 0)):
        async with directory.resources.database.transaction() as session:
            await forget_old(session, directory.clock.now() + timedelta(days=days))
        rows = await directory.rows("SELECT id FROM invitations WHERE id = %(id)s", id=invitation["id"])
        assert len(rows) == kept
