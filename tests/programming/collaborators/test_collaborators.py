"""A dossier is written with people of other organisations: invited by mail, never more than the holder, gone at once."""

from datetime import timedelta
from typing import Any

import pytest

from services.programming.collaborators import service
from tests.programming.collaborators.people import invite, joined, token_of
from tests.programming.papers import PDF, SWORN, tampered
from tests.programming.world import World, address_of
from tests.support import Person

pytestmark = pytest.mark.anyio


async def test_an_editor_writes_and_attaches_but_never_submits(world: World) -> None:
    dossier_id, tag = await world.draft()
    guest, _ = await joined(world, dossier_id)
    where = f"/dossiers/{dossier_id}"
    (listed,) = await world.pages(guest, "/dossiers")
    assert listed["id"] == dossier_id
    assert await world.tag(dossier_id, guest) == tag
    saved = await world.call(guest, "PATCH", where, json={"title": "À deux"}, headers={"If-Match": tag}, expect=200)
    assert saved.json()["title"] == "À deux"
    rib = {"kind": "rib", "name": "rib.pdf"}
    added = await world.call(guest, "POST", f"{where}/attachments", params=rib, content=PDF, expect=201)
    assert added.json()["dossier_etag"] == await world.tag(dossier_id, guest)
    await world.call(guest, "DELETE", f"{where}/attachments/{added.json()['id']}", expect=204)
    assert (await world.call(guest, "GET", f"{where}/completeness", expect=200)).json()["complete"]
    tag = await world.tag(dossier_id, guest)
    headers = {"If-Match": tag}
    await world.refused(guest, "POST", f"{where}/submission", 403, "not-the-holder", json=SWORN, headers=headers)
    await world.refused(guest, "DELETE", where, 403, "not-the-holder", headers=headers)
    wish = {"email": "a@example.org", "part": "reader"}
    await world.refused(guest, "POST", f"{where}/collaborators", 403, "not-the-holder", json=wish)
    # Submitted by the holder: the collaborator reads it, its receipt, and sorts it by its date.
    assert (await world.submit(dossier_id, tag)).status_code == 201
    assert (await world.call(guest, "GET", f"{where}/submission", expect=200)).json()["reference"]
    assert [one["id"] for one in await world.pages(guest, "/dossiers", sort="-submitted_at")] == [dossier_id]
    assert await world.seen(dossier_id, guest) == await world.seen(dossier_id, world.holder)
    body = {"reason": "x"}
    await world.refused(guest, "POST", f"{where}/withdrawal", 403, "not-the-holder", json=body, headers=headers)


async def test_a_reader_reads_and_a_part_changes_at_once(world: World) -> None:
    dossier_id, tag = await world.draft()
    guest, collaborator_id = await joined(world, dossier_id, "reader")
    where, change = f"/dossiers/{dossier_id}", {"json": {"title": "x"}, "headers": {"If-Match": tag}}
    await world.refused(guest, "PATCH", where, 403, "reading-only", **change)
    rib = {"kind": "rib", "name": "rib.pdf"}
    await world.refused(guest, "POST", f"{where}/attachments", 403, "reading-only", params=rib, content=PDF)
    one = f"{where}/collaborators/{collaborator_id}"
    await world.change(world.holder, "PATCH", one, json={"part": "editor"}, expect=200)
    await world.call(guest, "PATCH", where, expect=200, **change)
    await world.change(world.holder, "PATCH", one, json={"part": "reader"}, expect=200)
    await world.refused(guest, "PATCH", where, 403, "reading-only", **change)
    await world.refused(world.holder, "PATCH", one, 412, "stale-version", json={"part": "editor"}, headers={"If-Match": '"1"'})


async def test_an_invitation_is_used_once_in_time_and_by_the_address_invited(world: World) -> None:
    dossier_id, _ = await world.draft()
    guest, other = Person(), Person()
    collaborator_id, token = await invite(world, dossier_id, guest)
    one = f"/dossiers/{dossier_id}/collaborators/{collaborator_id}"
    # Whoever holds the link knows what it is for, and not the whole address.
    face = (await world.call(None, "GET", f"/collaborations/invitations/{token}", expect=200)).json()
    assert face["holder_name"] == "Les Ateliers imaginaires"
    assert address_of(guest.account_id) not in str(face)
    problem = await world.refused(
        other, "POST", "/collaborations", 403, "collaboration-invitation-for-another-address", json={"token": token}
    )
    assert problem["address_hint"].endswith("…@example.org")
    world.organisations[guest.account_id] = {"verified_at": None}
    await world.refused(guest, "POST", "/collaborations", 403, "address-not-confirmed", json={"token": token})
    del world.organisations[guest.account_id]
    for cut in (*tampered(token), token[:-1]):
        if cut:
            await world.refused(guest, "POST", "/collaborations", 404, "collaboration-invitation-unknown", json={"token": cut})
    # Invited twice, the address has one invitation; sent again, the former link is void and the new one has its own delay.
    wish = {"email": address_of(guest.account_id).upper(), "part": "reader"}
    await world.refused(world.holder, "POST", f"/dossiers/{dossier_id}/collaborators", 409, "collaborator-already-there", json=wish)
    world.running.clock.forward(days=13)
    await world.change(world.holder, "POST", f"{one}/invitation", of=one, expect=201)
    again = await token_of(world, address_of(guest.account_id))
    await world.refused(guest, "POST", "/collaborations", 404, "collaboration-invitation-unknown", json={"token": token})
    began = world.running.clock.at
    world.running.clock.at = began + timedelta(days=14)
    await world.refused(guest, "POST", "/collaborations", 409, "collaboration-invitation-expired", json={"token": again})
    world.running.clock.at = began + timedelta(days=14) - timedelta(seconds=1)
    await world.call(guest, "POST", "/collaborations", json={"token": again}, expect=201)
    await world.refused(guest, "POST", "/collaborations", 409, "collaboration-invitation-used", json={"token": again})
    await world.refused(None, "GET", f"/collaborations/invitations/{again}", 409, "collaboration-invitation-used")
    assert len(await world.mails("Votre invitation est acceptée")) >= 1


async def test_two_tabs_accept_and_one_of_them_does(world: World) -> None:
    dossier_id, _ = await world.draft()
    guest = Person()
    _, token = await invite(world, dossier_id, guest)
    accept: tuple[Person, str, str, dict[str, Any]] = (guest, "POST", "/collaborations", {"json": {"token": token}})
    answers = await world.at_once([accept, accept, accept])
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    assert len(await world.pages(guest, "/collaborations")) == 1


async def test_an_access_withdrawn_is_lost_at_once_even_in_the_middle_of_a_save(world: World) -> None:
    dossier_id, tag = await world.draft()
    guest, collaborator_id = await joined(world, dossier_id)
    where = f"/dossiers/{dossier_id}"
    save: tuple[Person, str, str, dict[str, Any]]
    save = (guest, "PATCH", where, {"json": {"title": "Trop tard"}, "headers": {"If-Match": tag}})
    out: tuple[Person, str, str, dict[str, Any]] = (world.holder, "DELETE", f"{where}/collaborators/{collaborator_id}", {})
    saved, withdrawn = await world.at_once([save, out])
    assert withdrawn.status_code == 204
    assert saved.status_code in {200, 404}
    assert ((await world.seen(dossier_id, world.holder))["title"] == "Trop tard") == (saved.status_code == 200)
    await world.refused(guest, "GET", where, 404, "not-found")
    await world.refused(guest, "PATCH", where, 404, "not-found", **save[3])
    assert await world.pages(guest, "/dossiers") == []
    assert await world.pages(guest, "/collaborations") == []
    await world.call(world.holder, "DELETE", f"{where}/collaborators/{collaborator_id}", expect=204)
    (kept,) = await world.pages(world.holder, f"{where}/collaborators")
    assert kept["status"] == "withdrawn"
    # Invited anew, the person is back with a link of its own.
    _, token = await invite(world, dossier_id, guest)
    await world.call(guest, "POST", "/collaborations", json={"token": token}, expect=201)


async def test_a_collaborator_leaves_and_sees_nothing_of_others_addresses(world: World) -> None:
    dossier_id, _ = await world.draft()
    guest, collaborator_id = await joined(world, dossier_id)
    other, _ = await joined(world, dossier_id, "reader")
    seen = await world.pages(guest, f"/dossiers/{dossier_id}/collaborators")
    assert [one["email"] for one in seen] == [address_of(guest.account_id), None]
    assert [one["full_name"] != "" for one in seen] == [True, True]
    await world.refused(other, "DELETE", f"/collaborations/{collaborator_id}", 404, "not-found")
    await world.call(guest, "DELETE", f"/collaborations/{collaborator_id}", expect=204)
    await world.refused(guest, "GET", f"/dossiers/{dossier_id}", 404, "not-found")
    await world.refused(world.stranger, "GET", f"/dossiers/{dossier_id}/collaborators", 404, "not-found")


async def test_a_collaborator_reads_no_more_than_the_holder_and_nothing_above_the_dossier(world: World) -> None:
    dossier = await world.reviewed(state=8_000, caf=4_000)
    guest, _ = await joined(world, dossier["id"])
    told = await world.seen(dossier["id"], guest)
    assert told == await world.seen(dossier["id"], world.holder)
    assert told["status"] == "under_review"
    assert [one["status"] for one in await world.pages(guest, "/dossiers")] == ["under_review"]
    assert await world.pages(guest, "/dossiers", status="ready_for_committee") == []
    assert await world.pages(guest, f"/dossiers/{dossier['id']}/journal") == await world.pages(
        world.holder, f"/dossiers/{dossier['id']}/journal"
    )
    await world.refused(guest, "GET", f"/dossiers/{dossier['id']}/reviews", 404, "not-found")


async def test_nobody_is_invited_to_a_dossier_that_is_over(world: World) -> None:
    dossier_id, tag = await world.draft()
    guest = Person()
    _, token = await invite(world, dossier_id, guest)
    await world.call(world.holder, "DELETE", f"/dossiers/{dossier_id}", headers={"If-Match": tag}, expect=204)
    await world.refused(guest, "POST", "/collaborations", 409, "collaboration-closed", json={"token": token})
    wish = {"email": "z@example.org", "part": "reader"}
    await world.refused(world.holder, "POST", f"/dossiers/{dossier_id}/collaborators", 409, "collaboration-closed", json=wish)


async def test_who_is_erased_reads_nothing_and_leaves_no_name(world: World) -> None:
    dossier_id, _ = await world.draft()
    guest, _ = await joined(world, dossier_id)
    async with world.running.resources.database.transaction() as session:
        await service.forget_person(session, guest.account_id, email="", now=world.running.clock.now())
    await world.refused(guest, "GET", f"/dossiers/{dossier_id}", 404, "not-found")
    (kept,) = await world.pages(world.holder, f"/dossiers/{dossier_id}/collaborators")
    assert (kept["status"], kept["email"], kept["full_name"]) == ("left", "", "")
