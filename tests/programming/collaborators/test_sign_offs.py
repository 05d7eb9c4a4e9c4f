"""The legal representative signs one version of the dossier: any change voids it, and no other is submitted."""

import pytest

from tests.programming.collaborators.people import joined
from tests.programming.permanent_files.papers import keep
from tests.programming.world import World

pytestmark = pytest.mark.anyio


async def test_a_campaign_that_requires_it_takes_no_dossier_without_a_valid_sign_off(running: object, fresh_world: World) -> None:
    world = fresh_world
    await world.open(sign_off_required=True)
    dossier_id, tag = await world.draft()
    guest, _ = await joined(world, dossier_id)
    where = f"/dossiers/{dossier_id}"
    missing = (await world.call(world.holder, "GET", f"{where}/completeness", expect=200)).json()
    assert [(one["pointer"], one["code"]) for one in missing["missing"]] == [("/sign_off", "sign_off_missing")]
    await world.refused_submission(dossier_id, tag, 409, "sign-off-required")
    await world.refused(
        world.president, "POST", f"{where}/sign-off/approval", 409, "sign-off-not-pending", headers={"If-Match": tag}
    )
    asked = (await world.call(guest, "POST", f"{where}/sign-off", json={"word": "Relu."}, expect=201)).json()
    assert (asked["status"], asked["valid"], asked["void"]) == ("pending", False, False)
    await world.refused(world.holder, "POST", f"{where}/sign-off", 409, "sign-off-pending", json={})
    (waiting,) = await world.pages(world.president, "/sign-offs", status="pending")
    assert (waiting["dossier_id"], waiting["word"]) == (dossier_id, "Relu.")
    assert await world.pages(world.holder, "/sign-offs") == []
    for who in (world.holder, guest):
        await world.refused(who, "POST", f"{where}/sign-off/approval", 403, "not-signatory", headers={"If-Match": tag})
    # Sent back with a word, mended, asked again.
    back = (await world.call(world.president, "POST", f"{where}/sign-off/return", json={"word": "Le budget."}, expect=201)).json()
    assert (back["status"], back["answer"]) == ("returned", "Le budget.")
    assert "Le budget." in (await world.mails("renvoyé sans visa"))[-1]["text"]
    await world.call(world.helper, "POST", f"{where}/sign-off", json={}, expect=201)
    # Saved in another tab while the president reads: what was read is not what would be signed.
    fresh = await world.call(guest, "PATCH", where, json={"content": {"means": "Trois"}}, headers={"If-Match": tag}, expect=200)
    stale = await world.refused(
        world.president, "POST", f"{where}/sign-off/approval", 412, "stale-version", headers={"If-Match": tag}
    )
    assert [one["pointer"] for one in stale["changed"]] == ["/content/means"]
    tag = fresh.headers["etag"]
    given = await world.call(world.president, "POST", f"{where}/sign-off/approval", headers={"If-Match": tag}, expect=201)
    assert (given.json()["status"], given.json()["valid"]) == ("approved", True)
    # A save that changes nothing leaves it standing; any change makes it void, and says so.
    same = await world.call(guest, "PATCH", where, json={"content": {"means": "Trois"}}, headers={"If-Match": tag}, expect=200)
    assert (await world.call(guest, "GET", f"{where}/sign-off", expect=200)).json()["valid"]
    tag = same.headers["etag"]
    tag = (await world.call(guest, "PATCH", where, json={"title": "Autre"}, headers={"If-Match": tag}, expect=200)).headers["etag"]
    void = (await world.call(guest, "GET", f"{where}/sign-off", expect=200)).json()
    assert (void["valid"], void["void"]) == (False, True)
    await world.refused_submission(dossier_id, tag, 409, "sign-off-void")
    await world.call(guest, "POST", f"{where}/sign-off", json={}, expect=201)
    await world.call(world.president, "POST", f"{where}/sign-off/approval", headers={"If-Match": tag}, expect=201)
    assert (await world.submit(dossier_id, tag)).status_code == 201
    await world.refused(guest, "POST", f"{where}/sign-off", 409, "dossier-locked", json={})


async def test_an_organisation_may_want_it_for_itself_and_a_signatory_signs_by_submitting(world: World) -> None:
    policy = f"/sign-off-policies/{world.association}"
    first = await world.call(world.helper, "GET", policy, expect=200)
    assert (first.json()["required"], first.headers["etag"]) == (False, '"0"')
    await world.refused(world.helper, "PUT", policy, 403, "forbidden", json={"required": True}, headers={"If-Match": '"0"'})
    await world.refused(world.stranger, "GET", policy, 404, "not-found")
    await world.call(world.holder, "PUT", policy, json={"required": True}, headers={"If-Match": '"0"'}, expect=200)
    await world.refused(world.holder, "PUT", policy, 403, "forbidden", json={"required": False}, headers={"If-Match": '"1"'})
    dossier_id, tag = await world.draft()
    await world.refused_submission(dossier_id, tag, 409, "sign-off-required")
    assert (await world.submit(dossier_id, tag, who=world.president)).status_code == 201
    await world.refused(world.president, "PUT", policy, 412, "stale-version", json={"required": False}, headers={"If-Match": '"0"'})
    await world.change(world.president, "PUT", policy, json={"required": False}, expect=200)
    dossier_id, tag = await world.draft()
    assert (await world.submit(dossier_id, tag)).status_code == 201


async def test_signing_and_saving_at_once_never_leaves_a_signature_on_what_was_not_read(world: World) -> None:
    dossier_id, tag = await world.draft()
    where, read = f"/dossiers/{dossier_id}", {"If-Match": tag}
    await world.call(world.helper, "POST", f"{where}/sign-off", json={}, expect=201)
    signed, saved = await world.at_once(
        [
            (world.president, "POST", f"{where}/sign-off/approval", {"headers": read}),
            (world.helper, "PATCH", where, {"json": {"title": "Autre"}, "headers": read}),
        ]
    )
    assert saved.status_code == 200 or signed.status_code == 201
    if signed.status_code == 201 and saved.status_code == 200:
        assert (await world.call(world.helper, "GET", f"{where}/sign-off", expect=200)).json()["void"]
    else:
        assert {signed.status_code, saved.status_code} <= {200, 201, 412}


async def test_a_document_of_the_permanent_file_joined_after_the_sign_off_makes_it_void(world: World) -> None:
    await keep(world, "rib")
    dossier_id, tag = await world.draft()
    where = f"/dossiers/{dossier_id}"
    await world.call(world.helper, "POST", f"{where}/sign-off", json={}, expect=201)
    await world.call(world.president, "POST", f"{where}/sign-off/approval", headers={"If-Match": tag}, expect=201)
    assert (await world.call(world.holder, "GET", f"{where}/sign-off", expect=200)).json()["valid"]
    (kept,) = await world.pages(world.holder, f"/organisations/{world.association}/permanent-files")
    named = {"files": [{"permanent_file_id": kept["id"]}]}
    taken = await world.call(world.holder, "POST", f"{where}/attachments/from-permanent-files", json=named, expect=201)
    assert (await world.call(world.holder, "GET", f"{where}/sign-off", expect=200)).json()["void"]
    # Who read the dossier before is told what moved; the answer carries the tag to go on with.
    stale = await world.refused(world.holder, "PATCH", where, 412, "stale-version", json={"title": "A"}, headers={"If-Match": tag})
    assert [one["pointer"] for one in stale["changed"]] == ["/attachments"]
    tag = taken.json()["dossier_etag"]
    await world.call(world.holder, "PATCH", where, json={"title": "B"}, headers={"If-Match": tag}, expect=200)
