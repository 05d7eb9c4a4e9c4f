"""A holder is dissolved: whoever takes over finds its dossiers, learns no more than it did, and what was submitted stays."""

from typing import Any

import pytest

from tests.programming.dossiers.successions import CHANGED, acts, dissolve, face, newcomer, reads, reinstate
from tests.programming.papers import SWORN, refusal
from tests.programming.world import World
from tests.support import member_of

pytestmark = pytest.mark.anyio


async def test_the_successor_finds_what_was_submitted_as_it_was(world: World) -> None:
    dossier = await world.submitted()
    heir, path = member_of(world.neighbour), f"/dossiers/{dossier['id']}"
    await world.refused(heir, "GET", path, 404, "not-found")
    tags = [await world.tag(dossier["id"], who) for who in (world.holder, world.team)]
    await dissolve(world, world.association, world.neighbour)

    seen = await world.seen(dossier["id"], heir)
    assert seen == {**dossier, "successor_id": str(world.neighbour)}, "the holder as submitted, its name and its reference"
    assert (seen["organisation_id"], seen["holder_name"]) == (str(world.association), "Les Ateliers imaginaires")
    for query in ({}, {"sort": "-submitted_at"}, {"organisation_id": str(world.neighbour)}, {"status": "submitted"}):
        assert [one["id"] for one in await world.pages(heir, "/dossiers", **query)] == [dossier["id"]], query
    receipt = (await world.call(heir, "GET", f"{path}/submission", expect=200)).json()
    assert receipt["reference"] == dossier["reference"]
    file = f"{path}/attachments/{dossier['attachments'][0]['id']}"
    assert (await world.call(heir, "GET", file, expect=200)).content.startswith(b"%PDF")
    assert (await acts(world, heir, dossier["id"]))[0] == "dossier.succeeded"
    after = [await world.tag(dossier["id"], who) for who in (world.holder, world.team)]
    assert all(tag not in tags for tag in after), "what they read changed"
    (kept,) = await world.running.rows("SELECT snapshot FROM submissions WHERE dossier_id = %(id)s", id=dossier["id"])
    assert kept["snapshot"]["holder"]["name"] == "Les Ateliers imaginaires"


async def test_former_members_read_and_act_no_more(world: World) -> None:
    submitted = await world.submitted()
    draft_id, tag = await world.draft()
    await dissolve(world, world.association, world.neighbour)
    for dossier_id in (submitted["id"], draft_id):
        assert (await world.seen(dossier_id, world.helper))["successor_id"] == str(world.neighbour)
    assert {one["id"] for one in await world.pages(world.helper, "/dossiers")} == {submitted["id"], draft_id}
    sent = {"json": {"title": "Trop tard"}, "headers": {"If-Match": tag}}
    problem = await world.refused(world.holder, "PATCH", f"/dossiers/{draft_id}", 403, "not-the-holder", **sent)
    assert problem["successor_id"] == str(world.neighbour)
    await world.refused_submission(draft_id, await world.tag(draft_id), 403, "not-the-holder")


async def test_the_successor_saves_and_submits_a_draft_in_its_own_name(world: World) -> None:
    draft_id, tag = await world.draft()
    heir = world.stranger
    await dissolve(world, world.association, world.neighbour)
    draft = await world.seen(draft_id, heir)
    assert (draft["holder_name"], draft["organisation_id"]) == ("La Voisine fictive", str(world.association))
    assert await world.tag(draft_id, heir) != tag
    await world.change(heir, "PATCH", f"/dossiers/{draft_id}", json={"title": "Repris"}, expect=200)
    member = member_of(world.neighbour)
    await world.refused_submission(draft_id, await world.tag(draft_id, member), 403, "not-the-holder", who=member)
    receipt = (await world.submit(draft_id, await world.tag(draft_id, heir), who=heir, expect=201)).json()

    submitted = await world.seen(draft_id, world.team)
    assert (submitted["organisation_id"], submitted["successor_id"]) == (str(world.neighbour), None)
    assert (submitted["holder_name"], submitted["title"]) == ("La Voisine fictive", "Repris")
    (kept,) = await world.running.rows("SELECT snapshot FROM submissions WHERE dossier_id = %(id)s", id=draft_id)
    assert kept["snapshot"]["organisation_id"] == str(world.neighbour)
    assert kept["snapshot"]["holder"]["name"] == "La Voisine fictive"
    again = (await world.call(heir, "GET", f"/dossiers/{draft_id}/submission", expect=200)).json()
    assert again["reference"] == receipt["reference"]
    latest = await world.pages(world.helper, "/dossiers", sort="-submitted_at")
    assert [one["id"] for one in latest] == [draft_id], "those who began it keep reading it"
    await reinstate(world, world.association)
    assert (await world.seen(draft_id, heir))["organisation_id"] == str(world.neighbour), "what it submitted is its own"


async def test_a_draft_follows_the_successors_latest_name_whatever_comes_first(world: World) -> None:
    draft_id, _ = await world.draft()
    await world.announce(CHANGED, world.neighbour, face(world, world.neighbour, name="La Voisine renommée", version=5))
    await dissolve(world, world.association, world.neighbour, version=2)
    assert (await world.seen(draft_id, world.stranger))["holder_name"] == "La Voisine renommée"
    await world.announce(CHANGED, world.neighbour, face(world, world.neighbour, name="La Voisine encore", version=6))
    assert (await world.seen(draft_id, world.stranger))["holder_name"] == "La Voisine encore"
    await world.announce(CHANGED, world.association, face(world, world.association, name="Fantôme", version=1))
    assert (await world.seen(draft_id, world.stranger))["holder_name"] == "La Voisine encore", "an older word"


async def test_a_stranger_still_sees_nothing(world: World) -> None:
    dossier = await world.submitted()
    other, stranger = newcomer(world, "Une autre")
    await dissolve(world, world.association, world.neighbour)
    await dissolve(world, other, None)
    for path in ("", "/submission", "/journal", "/completeness", "/notifications"):
        await world.refused(stranger, "GET", f"/dossiers/{dossier['id']}{path}", 404, "not-found")
    assert await world.pages(stranger, "/dossiers") == []
    sent = {"json": SWORN, "headers": {"If-Match": '"1"'}}
    await world.refused(stranger, "POST", f"/dossiers/{dossier['id']}/submission", 404, "not-found", **sent)


@pytest.mark.parametrize("merged", ["before", "under review", "decided"])
async def test_before_the_letters_the_successor_learns_no_more_than_the_holder(world: World, merged: str) -> None:
    heir = member_of(world.neighbour)

    async def merge(when: str) -> None:
        if when == merged:
            await dissolve(world, world.association, world.neighbour)

    await merge("before")
    dossier = await world.admitted(state=8_000) if merged != "before" else await _admitted_for_heir(world)
    await merge("under review")
    first = await reads(world, heir, dossier["id"]) if merged != "decided" else None
    await world.review(world.state_officer, dossier["id"], opinion="reserved", proposed_cents=600_000)
    committee_id = await world.convene(dossier["id"])
    await world.grant(world.state_officer, committee_id, world.request_of(dossier, world.state)["id"], 600_000)
    await world.close(committee_id)
    await merge("decided")
    told = await reads(world, heir, dossier["id"])
    if first is not None:
        assert told == first, "not a field, not a version, not a filter, not a line"
    if merged != "before":
        assert told == await reads(world, world.helper, dossier["id"])
    assert (told["whole"]["status"], told["whole"]["granted_cents"]) == ("under_review", None)
    assert told["filtered"] == [("under_review", dossier["id"])]
    (request,) = told["whole"]["requests"]
    assert (request["status"], request["opinion"], request["granted_cents"], request["decided_at"]) == ("asked", None, None, None)
    assert (told["letters"], told["reviews"], told["awards"]) == ([], [], [])
    for path in (f"/dossiers/{dossier['id']}/reviews", f"/committees/{committee_id}"):
        refusal(await world.call(heir, "GET", path), 404, "not-found")

    wish = {"funder_id": str(world.state)}
    await world.call(world.state_officer, "POST", f"/dossiers/{dossier['id']}/notifications", json=wish, expect=201)
    answered = await reads(world, heir, dossier["id"])
    assert (answered["whole"]["status"], answered["whole"]["granted_cents"]) == ("notified", 600_000)
    assert [award["granted_cents"] for award in answered["awards"]] == [600_000]
    assert answered["whole"]["requests"][0]["opinion"] is None


async def _admitted_for_heir(world: World) -> dict[str, Any]:
    """A draft that passed over before it was submitted."""
    await reinstate(world, world.association, version=3)
    draft_id, _ = await world.draft(world.content(state=8_000))
    await dissolve(world, world.association, world.neighbour, version=4)
    await world.submit(draft_id, await world.tag(draft_id, world.stranger), who=world.stranger, expect=201)
    where = f"/dossiers/{draft_id}/admissibility"
    await world.change(world.team, "POST", where, of=f"/dossiers/{draft_id}", json={"admissible": True}, expect=201)
    return await world.seen(draft_id, world.team)


async def test_a_successor_that_is_also_a_funder_reads_as_the_funder_it_is(world: World) -> None:
    dossier = await world.reviewed(caf=4_000)
    await dissolve(world, world.association, world.caf)
    assert (await world.seen(dossier["id"], world.caf_officer))["requests"][0]["opinion"] == "favourable"
    await reinstate(world, world.association)
    assert (await world.seen(dossier["id"], world.caf_officer))["requests"][0]["opinion"] == "favourable"
    await world.refused(world.caf_officer, "GET", f"/dossiers/{dossier['id']}/completeness", 403, "not-the-holder")


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["in order", "the last first"])
async def test_a_chain_is_followed_to_its_end_whatever_is_told_first(world: World, order: tuple[int, int]) -> None:
    told, draft = await world.awarded(state=8_000), (await world.draft())[0]
    last, heir = newcomer(world, "La Dernière")
    steps = [(world.association, world.neighbour), (world.neighbour, last)]
    for step in order:
        await dissolve(world, *steps[step])
    for dossier_id in (told["id"], draft):
        assert (await world.seen(dossier_id, heir))["successor_id"] == str(last)
        await world.refused(world.stranger, "GET", f"/dossiers/{dossier_id}", 404, "not-found")
    assert (await world.seen(draft, heir))["holder_name"] == "La Dernière"
    (award,) = await world.pages(heir, "/awards")
    assert (award["holder_id"], award["successor_id"]) == (str(world.association), str(last))

    await reinstate(world, world.neighbour)
    assert (await world.seen(told["id"], world.stranger))["successor_id"] == str(world.neighbour)
    await world.refused(heir, "GET", f"/dossiers/{told['id']}", 404, "not-found")
    assert await world.pages(heir, "/awards") == []


async def test_a_circle_told_for_a_moment_harms_nothing(world: World) -> None:
    """B took over from A until that was taken back and A took over from B; the second word comes before the first."""
    dossier = await world.submitted()
    await dissolve(world, world.association, world.neighbour, version=2)
    await dissolve(world, world.neighbour, world.association, version=2)
    await reinstate(world, world.association, version=3)
    seen = await world.seen(dossier["id"], world.holder)
    assert seen["successor_id"] is None
    await world.refused(world.stranger, "GET", f"/dossiers/{dossier['id']}", 404, "not-found")


async def test_without_successor_a_draft_is_submitted_no_more_and_the_rest_stays_readable(world: World) -> None:
    told, (draft_id, _) = await world.awarded(state=8_000), await world.draft()
    await dissolve(world, world.association)
    await world.refused_submission(draft_id, await world.tag(draft_id), 409, "holder-dissolved")
    report = (await world.call(world.holder, "GET", f"/dossiers/{draft_id}/completeness", expect=200)).json()
    assert (report["complete"], [one["code"] for one in report["missing"]]) == (False, ["holder_dissolved"])
    for who in (world.holder, world.state_officer, world.team):
        assert (await world.seen(told["id"], who))["granted_cents"] == 800_000
        assert [award["dossier_id"] for award in await world.pages(who, "/awards")] == [told["id"]]
    await reinstate(world, world.association)
    await world.submit(draft_id, await world.tag(draft_id), expect=201)


async def test_the_dissolved_open_no_dossier(world: World) -> None:
    wish = {"campaign_id": world.campaign_id, "organisation_id": str(world.association)}
    await dissolve(world, world.association, world.neighbour, version=2)
    world.organisations[world.association]["version"] = 1
    await world.refused(world.holder, "POST", "/dossiers", 409, "holder-dissolved", json=wish)
    world.organisations[world.association]["version"] = 3  # the directory has taken it back, and the news is on its way
    await world.call(world.holder, "POST", "/dossiers", json=wish, expect=201)


async def test_the_directory_is_believed_before_it_tells(world: World) -> None:
    wish = {"campaign_id": world.campaign_id, "organisation_id": str(world.association)}
    world.organisations[world.association] |= {"dissolved_on": "2027-06-30", "successor_id": str(world.neighbour), "version": 2}
    problem = await world.refused(world.holder, "POST", "/dossiers", 409, "holder-dissolved", json=wish)
    assert problem["successor_id"] == str(world.neighbour)


async def test_a_correction_gives_the_dossiers_back(world: World) -> None:
    told, (draft_id, _) = await world.awarded(state=8_000), await world.draft()
    before = await world.seen(draft_id, world.holder)
    await dissolve(world, world.association, world.neighbour)
    await world.change(world.stranger, "PATCH", f"/dossiers/{draft_id}", json={"title": "Repris"}, expect=200)
    await reinstate(world, world.association)
    for dossier_id in (told["id"], draft_id):
        await world.refused(world.stranger, "GET", f"/dossiers/{dossier_id}", 404, "not-found")
        assert (await world.seen(dossier_id, world.holder))["successor_id"] is None
        assert (await acts(world, world.holder, dossier_id))[:2] == ["dossier.given_back", "dossier.succeeded"]
    assert await world.pages(world.stranger, "/dossiers") == []
    assert await world.pages(world.stranger, "/awards") == []
    after = await world.seen(draft_id, world.holder)
    assert after == {**before, "title": "Repris", "updated_at": after["updated_at"]}
    await world.submit(draft_id, await world.tag(draft_id), expect=201)


async def test_awards_are_the_successors_to_act_on_and_the_holders_to_read(world: World) -> None:
    told = await world.awarded(state=8_000, caf=4_000)
    award = told["awards"]["state"]
    where, tag = f"/awards/{award['id']}", {}
    await dissolve(world, world.association, world.neighbour)
    for who in (world.stranger, world.holder, world.state_payer, world.team):
        seen = await world.call(who, "GET", where, expect=200)
        tag = {"If-Match": seen.headers["etag"]}
        assert seen.json() == {**award, "successor_id": str(world.neighbour)}
    await world.refused(world.caf_officer, "GET", where, 404, "not-found")
    act = f"{where}/commitment"
    assert (await world.refused(world.holder, "POST", act, 403, "holder-succeeded", json={}, headers=tag))["successor_id"] == str(
        world.neighbour
    )
    await world.refused(world.stranger, "POST", act, 403, "not-for-you-to-commit", json={}, headers=tag)
    for holder_id in (world.association, world.neighbour):
        assert len(await world.pages(world.stranger, "/awards", holder_id=str(holder_id))) == 2
    assert (await world.commit(world.state_payer, award["id"]))["committed_cents"] == 800_000
