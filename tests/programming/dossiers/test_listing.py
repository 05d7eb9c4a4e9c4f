"""Listings: each reader's dossiers, filtered, sorted, each exactly once through every page."""

from itertools import product
from typing import Any

import pytest

from services.common.ids import new_id
from tests.programming.papers import tampered
from tests.programming.world import World
from tests.support import Person, member_of

pytestmark = pytest.mark.anyio

SORTS = ["-created_at", "-submitted_at", "submitted_at"]


async def submitted_over_days(world: World, count: int, **asks: int) -> list[dict[str, Any]]:
    """Dossiers submitted one after the other, two of them at the same instant."""
    found = []
    for i in range(count):
        found.append(await world.submitted(**asks))
        if i != 1:
            world.running.clock.forward(hours=1)
    return found


def ids(dossiers: list[dict[str, Any]]) -> list[str]:
    return [dossier["id"] for dossier in dossiers]


async def test_each_dossier_comes_exactly_once_in_order_through_every_page(world: World) -> None:
    made = await submitted_over_days(world, 5, caf=4_000)
    for sort, limit in product(SORTS, (1, 2, 3, 100)):
        listed = await world.pages(world.caf_officer, "/dossiers", sort=sort, limit=limit)
        expected = made if sort == "submitted_at" else made[::-1]
        assert ids(listed) == ids(expected), (sort, limit)


async def test_who_reads_in_several_capacities_reads_each_dossier_once(world: World) -> None:
    made = await submitted_over_days(world, 4, caf=4_000)
    everywhere = Person(memberships={org: ["manager"] for org in (world.lead, world.caf, world.association)})
    for sort, limit in product(SORTS, (1, 2, 100)):
        listed = await world.pages(everywhere, "/dossiers", sort=sort, limit=limit)
        expected = made if sort == "submitted_at" else made[::-1]
        assert ids(listed) == ids(expected), (sort, limit)


async def test_an_organisation_that_both_funds_and_leads_reads_each_dossier_once(world: World) -> None:
    world.caf, world.caf_officer = world.lead, world.team
    await world.open()
    made = await submitted_over_days(world, 3, state=1_000, caf=4_000)
    for sort, limit in product(SORTS, (1, 2, 100)):
        listed = await world.pages(world.team, "/dossiers", sort=sort, limit=limit)
        expected = made if sort == "submitted_at" else made[::-1]
        assert ids(listed) == ids(expected), (sort, limit)


async def test_each_reader_lists_its_own(world: World) -> None:
    draft_id, _ = await world.draft()
    to_both, to_state = await world.submitted(state=1_000, caf=4_000), await world.submitted(state=1_000)
    expected: list[tuple[Person, set[str]]] = [
        (world.holder, {draft_id, to_both["id"], to_state["id"]}),
        (world.helper, {draft_id, to_both["id"], to_state["id"]}),
        (world.state_officer, {to_both["id"], to_state["id"]}),
        (world.team, {to_both["id"], to_state["id"]}),
        (world.caf_officer, {to_both["id"]}),
        (world.region_officer, set()),
        (world.stranger, set()),
    ]
    for who, seen in expected:
        assert set(ids(await world.pages(who, "/dossiers"))) == seen
    await world.refused(None, "GET", "/dossiers", 401, "unauthenticated")


async def test_sorting_by_submission_leaves_drafts_out(world: World) -> None:
    await world.draft()
    submitted = await world.submitted()
    assert ids(await world.pages(world.holder, "/dossiers", sort="-submitted_at")) == [submitted["id"]]


async def test_filters_narrow_together_and_each_repeated_means_any_of(world: World) -> None:
    content = world.content(state=1_000)
    school = await world.submitted_with({**content, "title": "Aide aux devoirs", "objective_codes": ["2"]})
    work = await world.submitted_with({**content, "title": "Vers l'emploi 100 %", "objective_codes": ["8"]})
    both = await world.submitted_with({**content, "title": "Parcours", "objective_codes": ["2", "8"]})
    draft_id, _ = await world.draft({**content, "title": "Brouillon"})
    listed: list[tuple[dict[str, Any], list[str]]] = [
        ({"objective": "8"}, [both["id"], work["id"]]),
        ({"objective": "99"}, []),
        ({"objective": ["2", "8"], "status": "submitted"}, [both["id"], work["id"], school["id"]]),
        ({"status": "draft"}, [draft_id]),
        ({"status": ["draft", "submitted"], "q": "parcours"}, [both["id"]]),
        ({"nature": "action", "status": "submitted", "objective": "2"}, [both["id"], school["id"]]),
        ({"nature": "investissement"}, []),
        ({"qpv": "QP011002", "q": "devoirs"}, [school["id"]]),
        ({"qpv": "QP011003"}, []),
        ({"q": school["reference"]}, [school["id"]]),
        ({"q": "100 %"}, [work["id"]]),
        ({"q": "%"}, [work["id"]]),
        ({"q": "_"}, []),
        ({"q": "imaginaires", "status": "draft"}, [draft_id]),
        ({"funder_id": str(world.state), "status": "submitted", "q": "emploi"}, [work["id"]]),
        ({"funder_id": str(world.caf)}, []),
        ({"organisation_id": str(world.neighbour)}, []),
        ({"campaign_id": str(new_id())}, []),
    ]
    for query, expected in listed:
        assert ids(await world.pages(world.holder, "/dossiers", **query)) == expected, query


async def test_the_holder_cannot_tell_by_filtering_what_the_list_does_not_show(world: World) -> None:
    dossier = await world.reviewed(caf=4_000)
    for status in ("ready_for_committee", "decided"):
        if status == "decided":
            session = await world.convene(dossier["id"])
            await world.grant(world.caf_officer, session, world.request_of(dossier, world.caf)["id"], 400_000)
        assert await world.pages(world.holder, "/dossiers", status=status) == []
        shown = await world.pages(world.holder, "/dossiers", status="under_review")
        assert [(one["id"], one["status"]) for one in shown] == [(dossier["id"], "under_review")]
        for who in (world.caf_officer, world.team):
            found = await world.pages(who, "/dossiers", status=status)
            assert [(one["id"], one["status"]) for one in found] == [(dossier["id"], status)]
            assert await world.pages(who, "/dossiers", status="under_review") == []


async def test_who_both_holds_and_instructs_reads_the_same_status_in_the_list_and_in_the_dossier(world: World) -> None:
    dossier = await world.reviewed(caf=4_000)
    both = member_of(world.association, world.lead)
    (listed,) = await world.pages(both, "/dossiers")
    assert listed["status"] == (await world.seen(dossier["id"], both))["status"] == "ready_for_committee"


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"limit": 0}, "/query/limit"),
        ({"limit": 101}, "/query/limit"),
        ({"sort": "title"}, "/query/sort"),
        ({"status": "lost"}, "/query/status/0"),
        ({"campaign_id": "🎨"}, "/query/campaign_id"),
        ({"q": "x" * 101}, "/query/q"),
    ],
)
async def test_a_query_the_contract_does_not_have_is_malformed(shared_world: World, query: dict[str, Any], pointer: str) -> None:
    problem = await shared_world.refused(shared_world.holder, "GET", "/dossiers", 422, "malformed-request", params=query)
    assert problem["errors"][0]["pointer"] == pointer


@pytest.mark.parametrize("query", [{"q": "\0"}, {"qpv": "\0"}, {"objective": "a\0"}])
async def test_the_null_character_is_refused_in_a_filter(shared_world: World, query: dict[str, str]) -> None:
    await shared_world.refused(shared_world.holder, "GET", "/dossiers", 422, "malformed-request", params=query)


async def test_a_cursor_serves_its_own_listing_untouched(world: World) -> None:
    for _ in range(2):
        await world.draft({}, attach=False)
    cursor = (await world.call(world.holder, "GET", "/dossiers", params={"limit": 1}, expect=200)).json()["next"]
    for bad in tampered(cursor):
        await world.refused(world.holder, "GET", "/dossiers", 400, "invalid-cursor", params={"limit": 1, "cursor": bad})
    for other in ({"status": "draft"}, {"sort": "-submitted_at"}):
        await world.refused(world.holder, "GET", "/dossiers", 400, "invalid-cursor", params={**other, "cursor": cursor})
    for elsewhere in ("/reviews", "/campaigns", "/contracts"):
        await world.refused(world.holder, "GET", elsewhere, 400, "invalid-cursor", params={"cursor": cursor})
    await world.call(world.holder, "GET", "/dossiers", params={"limit": 2, "cursor": cursor}, expect=200)


async def test_a_cursor_lent_to_another_reader_shows_only_what_that_reader_sees(world: World) -> None:
    for _ in range(3):
        await world.draft({}, attach=False)
    cursor = (await world.call(world.holder, "GET", "/dossiers", params={"limit": 1}, expect=200)).json()["next"]
    lent = await world.call(world.stranger, "GET", "/dossiers", params={"limit": 1, "cursor": cursor}, expect=200)
    assert lent.json()["items"] == []


async def test_a_dossier_submitted_between_two_pages_hides_none_of_the_others(world: World) -> None:
    made = await submitted_over_days(world, 3, caf=4_000)
    page = {"sort": "-submitted_at", "limit": 1}
    first = (await world.call(world.caf_officer, "GET", "/dossiers", params=page, expect=200)).json()
    await world.submitted(caf=4_000)
    rest = await world.pages(world.caf_officer, "/dossiers", sort="-submitted_at", limit=1)
    page = {**page, "cursor": first["next"]}
    second = (await world.call(world.caf_officer, "GET", "/dossiers", params=page, expect=200)).json()
    assert ids(first["items"] + second["items"]) == ids(made[:0:-1])
    assert len(rest) == 4
