"""Two people write in two tabs: the second save is told which fields changed since it read, and by whom."""

import pytest

from tests.programming.collaborators.people import joined
from tests.programming.papers import PDF, codes
from tests.programming.world import World

pytestmark = pytest.mark.anyio


async def test_a_stale_save_says_which_fields_changed_and_by_whom(world: World) -> None:
    dossier_id, tag = await world.draft()
    guest, _ = await joined(world, dossier_id)
    where, read = f"/dossiers/{dossier_id}", {"If-Match": tag}
    content = {"content": {"need": "Écrit par l'invitée."}, "title": "Un autre titre"}
    second = (await world.call(guest, "PATCH", where, json=content, headers=read, expect=200)).headers["etag"]
    asks = world.content(state=9_000, caf=4_000)
    budget = {"budget": asks["budget"], "requests": asks["requests"]}
    await world.call(world.helper, "PATCH", where, json=budget, headers={"If-Match": second}, expect=200)
    rib = {"kind": "rib", "name": "rib.pdf"}
    await world.call(world.helper, "POST", f"{where}/attachments", params=rib, content=PDF, expect=201)

    stale = await world.refused(world.holder, "PATCH", where, 412, "stale-version", json={"title": "Mien"}, headers=read)
    said = {one["pointer"]: (one["account_id"], one["as"]) for one in stale["changed"]}
    by_guest, by_helper = (str(guest.account_id), "collaborator"), (str(world.helper.account_id), "holder")
    fields = ("/budget/charges", "/budget/produits", "/requests", "/attachments")
    assert said == {"/content/need": by_guest, "/title": by_guest, **dict.fromkeys(fields, by_helper)}
    assert set(codes(stale).values()) == {"changed_since"}
    # Who read the guest's save is told of the rest only.
    later = await world.refused(guest, "PATCH", where, 412, "stale-version", json={"title": "x"}, headers={"If-Match": second})
    assert {one["pointer"] for one in later["changed"]} == set(fields)
    # Merged on what stands now, it is saved.
    now = {"If-Match": await world.tag(dossier_id)}
    kept = (await world.call(world.holder, "PATCH", where, json={"title": "Réconcilié"}, headers=now, expect=200)).json()
    assert (kept["title"], kept["content"]["need"]) == ("Réconcilié", "Écrit par l'invitée.")


async def test_of_two_saves_at_once_one_is_kept_and_the_other_told(world: World) -> None:
    dossier_id, tag = await world.draft()
    guest, _ = await joined(world, dossier_id)
    where, read = f"/dossiers/{dossier_id}", {"If-Match": tag}
    mine, theirs = {"json": {"title": "Mien"}, "headers": read}, {"json": {"content": {"need": "Leur"}}, "headers": read}
    answers = await world.at_once([(world.holder, "PATCH", where, mine), (guest, "PATCH", where, theirs)])
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    (lost,) = [answer.json() for answer in answers if answer.status_code == 412]
    assert [one["pointer"] for one in lost["changed"]] in (["/title"], ["/content/need"])
