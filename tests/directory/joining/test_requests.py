"""Somebody asks to join; those who manage answer; who asked never learns who they are."""

import asyncio

import pytest

from tests.directory.people import a_citizen, an_administrator, an_association, mails_to, new_siret
from tests.support import Running

from .doors import a_managed, accept, acts, invite, link, member_of, refresh, refused, subjects

pytestmark = pytest.mark.anyio

WORD = "Je suis la nouvelle coordinatrice.\n\nNadia m'a parlé de vous."


async def test_somebody_finds_the_organisation_asks_and_is_let_in(directory: Running) -> None:
    siret = new_siret()
    manager, path = await a_managed(directory, siret=siret)
    second = await member_of(directory, manager, path, "manager", name="Aude Sagne")
    member = await member_of(directory, manager, path)
    citizen = await a_citizen(directory, "Luz Ortega")
    asked = await citizen.post("me/join-requests", {"siret": f"{siret[:3]} {siret[3:]}", "word": WORD})
    assert asked.status_code == 201, asked.text
    own = asked.headers["location"]
    assert (asked.json()["state"], asked.json()["organisation_name"], asked.headers["etag"]) == ("pending", "Régie Ozanam", '"1"')
    for told in (manager, second):
        mail = (await mails_to(directory, told.email))[-1]
        assert mail["subject"] == "Luz Ortega demande à rejoindre Régie Ozanam"
        assert WORD in mail["text"]
    assert "Luz Ortega demande" not in " ".join(await subjects(directory, member))

    (listed,) = (await second.get(f"{path}/join-requests?state=pending")).json()["items"]
    assert (listed["full_name"], listed["email"], listed["word"]) == ("Luz Ortega", citizen.email, WORD)
    place = f"{path}/join-requests/{listed['id']}"
    approved = await second.post(f"{place}/approval", {"roles": ["member", "signatory"]})
    assert approved.status_code == 200, approved.text
    assert (approved.json()["state"], approved.json()["roles"]) == ("approved", ["member", "signatory"])
    assert "Vous rejoignez Régie Ozanam" in await subjects(directory, citizen)
    assert (await citizen.get(f"{path}/memberships/{citizen.account_id}")).json()["roles"] == ["member", "signatory"]
    answer = await citizen.get(own)
    assert (answer.json()["state"], answer.headers["etag"]) == ("approved", '"2"')
    assert second.account_id not in answer.text
    assert "Aude Sagne" not in (await mails_to(directory, citizen.email))[-1]["text"]
    assert {"join_request.made", "join_request.approved"} <= set(await acts(directory, path.rpartition("/")[2]))


async def test_a_refusal_says_why_and_not_who(directory: Running) -> None:
    manager, path = await a_managed(directory)
    citizen = await a_citizen(directory)
    organisation_id = path.rpartition("/")[2]
    asked = (await citizen.post("me/join-requests", {"organisation_id": organisation_id, "word": WORD})).json()
    place = f"{path}/join-requests/{asked['id']}"
    assert (await manager.post(f"{place}/refusal", {})).status_code == 422
    assert (await manager.post(f"{place}/refusal", {"reason": "  "})).status_code == 422
    assert (await manager.post(f"{place}/refusal", {"reason": "Appelez-nous d'abord."})).json()["state"] == "refused"
    mail = (await mails_to(directory, citizen.email))[-1]
    assert "Appelez-nous d'abord." in mail["text"]
    own = await citizen.get(f"me/join-requests/{asked['id']}")
    assert own.json()["reason"] == "Appelez-nous d'abord."
    assert manager.account_id not in own.text + mail["text"]
    assert refused(await manager.post(f"{place}/approval", {})) == (409, "join-request-decided")
    again = await citizen.post("me/join-requests", {"organisation_id": organisation_id, "word": "J'ai appelé."})
    assert again.status_code == 201
    listed = (await citizen.get("me/join-requests")).json()["items"]
    assert [each["state"] for each in listed] == ["pending", "refused"]
    lines = await directory.rows(
        "SELECT changes FROM journal_lines WHERE act LIKE 'join_request%%' AND resource_id = %(id)s", id=organisation_id
    )
    assert "appel" not in str(lines).lower()


async def test_one_pending_request_at_a_time_withdrawn_by_the_person(directory: Running) -> None:
    manager, path = await a_managed(directory)
    citizen, stranger = await a_citizen(directory), await a_citizen(directory)
    wish = {"organisation_id": path.rpartition("/")[2], "word": WORD}
    asked = (await citizen.post("me/join-requests", wish)).json()
    own = f"me/join-requests/{asked['id']}"
    assert refused(await citizen.post("me/join-requests", wish)) == (409, "join-request-pending")
    assert refused(await stranger.get(own)) == (404, "not-found")
    assert refused(await stranger.post(f"{own}/withdrawal", {})) == (404, "not-found")
    assert (await citizen.post(f"{own}/withdrawal", {})).json()["state"] == "withdrawn"
    assert refused(await citizen.post(f"{own}/withdrawal", {})) == (409, "join-request-decided")
    assert refused(await manager.post(f"{path}/join-requests/{asked['id']}/approval", {})) == (409, "join-request-decided")
    assert (await citizen.post("me/join-requests", wish)).status_code == 201


async def test_what_cannot_be_asked_is_refused_by_name(directory: Running) -> None:
    manager, path = await a_managed(directory)
    citizen = await a_citizen(directory)
    organisation_id = path.rpartition("/")[2]
    assert refused(await manager.post("me/join-requests", {"organisation_id": organisation_id, "word": WORD})) == (
        409,
        "already-member",
    )
    for unknown in ({"siret": new_siret()}, {"rna": "W119999999"}, {"organisation_id": "01890000-0000-7000-8000-000000000000"}):
        assert refused(await citizen.post("me/join-requests", {**unknown, "word": WORD})) == (404, "not-found")
    for malformed in ({}, {"siret": new_siret(), "organisation_id": organisation_id}, {"siret": "123"}):
        assert (await citizen.post("me/join-requests", {**malformed, "word": WORD})).status_code == 422
    assert (await citizen.post("me/join-requests", {"organisation_id": organisation_id, "word": " "})).status_code == 422
    organisation = await manager.get(path)
    ended = {"dissolved_on": directory.clock.now().date().isoformat(), "reason": "dissolution"}
    await manager.call("POST", f"{path}/dissolution", ended, **{"If-Match": organisation.headers["etag"]})
    answer = await citizen.post("me/join-requests", {"organisation_id": organisation_id, "word": WORD})
    assert refused(answer) == (409, "organisation-dissolved")


async def test_asking_everywhere_is_limited(directory: Running) -> None:
    citizen = await a_citizen(directory)
    _, path = await a_managed(directory)
    wish = {"organisation_id": path.rpartition("/")[2], "word": WORD}
    for _ in range(10):
        asked = await citizen.post("me/join-requests", wish)
        assert asked.status_code == 201
        await citizen.post(f"me/join-requests/{asked.json()['id']}/withdrawal", {})
    assert refused(await citizen.post("me/join-requests", wish)) == (429, "too-many-join-requests")


async def test_only_those_who_manage_see_and_answer(directory: Running) -> None:
    manager, path = await a_managed(directory)
    member, citizen = await member_of(directory, manager, path), await a_citizen(directory)
    other, other_path = await a_managed(directory)
    asked = (await citizen.post("me/join-requests", {"organisation_id": path.rpartition("/")[2], "word": WORD})).json()
    place = f"{path}/join-requests/{asked['id']}"
    for nobody in (member, citizen, other):
        for answer in (
            await nobody.get(f"{path}/join-requests"),
            await nobody.get(place),
            await nobody.post(f"{place}/approval", {"roles": ["manager"]}),
            await nobody.post(f"{place}/refusal", {"reason": "Non."}),
            await nobody.get("join-requests"),
        ):
            assert refused(answer) == (403, "forbidden")
    elsewhere = f"{other_path}/join-requests/{asked['id']}"
    for answer in (await other.get(elsewhere), await other.post(f"{elsewhere}/approval", {})):
        assert refused(answer) == (404, "not-found")


async def test_without_a_manager_it_goes_to_the_administrators(directory: Running) -> None:
    administrator, citizen = await an_administrator(directory), await a_citizen(directory, "Luz Ortega")
    opened = await administrator.post("organisations", {"kind": "caf", "name": "CAF de l'Aude", "siret": new_siret()})
    organisation = opened.json()
    asked = (await citizen.post("me/join-requests", {"organisation_id": organisation["id"], "word": WORD})).json()
    assert (await subjects(directory, administrator))[-1] == "Luz Ortega demande à rejoindre CAF de l'Aude"
    _, managed = await a_managed(directory)
    elsewhere = (await citizen.post("me/join-requests", {"organisation_id": managed.rpartition("/")[2], "word": WORD})).json()
    found, cursor = [], ""
    while cursor is not None:
        body = (await administrator.get(f"join-requests?limit=1{cursor and f'&cursor={cursor}'}")).json()
        found += [each["id"] for each in body["items"]]
        cursor = body["next"]
    assert asked["id"] in found
    assert elsewhere["id"] not in found
    place = f"organisations/{organisation['id']}/join-requests/{asked['id']}"
    assert (await administrator.post(f"{place}/approval", {"roles": ["manager", "member"]})).status_code == 200
    await refresh(directory, citizen)
    assert (await citizen.patch(opened.headers["location"], {"name": "CAF"}, opened.headers["etag"])).status_code == 200


async def test_two_managers_at_once_answer_once(directory: Running) -> None:
    manager, path = await a_managed(directory)
    second, citizen = await member_of(directory, manager, path, "manager"), await a_citizen(directory)
    asked = (await citizen.post("me/join-requests", {"organisation_id": path.rpartition("/")[2], "word": WORD})).json()
    place = f"{path}/join-requests/{asked['id']}"
    answers = await asyncio.gather(
        manager.post(f"{place}/approval", {"roles": ["member"]}),
        second.post(f"{place}/refusal", {"reason": "Non."}),
        manager.post(f"{place}/approval", {"roles": ["member"]}),
        citizen.post(f"me/join-requests/{asked['id']}/withdrawal", {}),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    state = (await citizen.get(f"me/join-requests/{asked['id']}")).json()["state"]
    is_member = (await manager.get(f"{path}/memberships/{citizen.account_id}")).status_code == 200
    assert is_member is (state == "approved")


async def test_a_double_click_asks_once(directory: Running) -> None:
    manager, path = await a_managed(directory)
    citizen = await a_citizen(directory, "Luz Ortega")
    wish = {"organisation_id": path.rpartition("/")[2], "word": WORD}
    answers = await asyncio.gather(*(citizen.post("me/join-requests", wish) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert (await subjects(directory, manager)).count("Luz Ortega demande à rejoindre Régie Ozanam") == 1


async def test_asked_and_invited_at_the_same_time_both_are_settled(directory: Running) -> None:
    manager, path = await a_managed(directory)
    one, other = await a_citizen(directory), await a_citizen(directory)
    requests = {
        who.account_id: (await who.post("me/join-requests", {"organisation_id": path.rpartition("/")[2], "word": WORD})).json()[
            "id"
        ]
        for who in (one, other)
    }
    invitations = {who.account_id: await invite(manager, path, who.email) for who in (one, other)}
    assert (await accept(one, await link(directory, one.email))).status_code == 201
    assert (await one.get(f"me/join-requests/{requests[one.account_id]}")).json()["state"] == "approved"
    approved = await manager.post(f"{path}/join-requests/{requests[other.account_id]}/approval", {})
    assert approved.status_code == 200
    assert (await manager.get(invitations[other.account_id]["path"])).json()["state"] == "accepted"
    assert (await other.get("me/invitations")).json()["items"] == []


async def test_a_person_may_belong_to_several_organisations(directory: Running) -> None:
    citizen = await a_citizen(directory)
    own = await an_association(citizen)
    manager, path = await a_managed(directory)
    asked = (await citizen.post("me/join-requests", {"organisation_id": path.rpartition("/")[2], "word": WORD})).json()
    await manager.post(f"{path}/join-requests/{asked['id']}/approval", {"roles": ["payer"]})
    held = (await citizen.get("me/memberships")).json()["items"]
    assert sorted((each["organisation_id"], tuple(each["roles"])) for each in held) == sorted(
        [(own["id"], ("manager", "member")), (path.rpartition("/")[2], ("payer",))]
    )
