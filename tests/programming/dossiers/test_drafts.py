"""A draft is saved as it is written, complete or not, and no tab overwrites another."""

from typing import Any

import pytest

from services.common.ids import new_id
from services.programming.dossiers.rules import merge
from tests.programming.papers import codes
from tests.programming.world import World
from tests.support import member_of

pytestmark = pytest.mark.anyio


@pytest.fixture
def world(shared_world: World) -> World:
    """Each test keeps to its own dossiers: they share the campaign."""
    return shared_world


async def saved(world: World, dossier_id: str, patch: dict[str, Any]) -> dict[str, Any]:
    return dict((await world.change(world.holder, "PATCH", f"/dossiers/{dossier_id}", json=patch, expect=200)).json())


async def missing(world: World, dossier_id: str, **headers: str) -> list[dict[str, str]]:
    report = (await world.call(world.holder, "GET", f"/dossiers/{dossier_id}/completeness", headers=headers, expect=200)).json()
    assert report["complete"] is not bool(report["missing"])
    return list(report["missing"])


async def test_a_draft_opens_with_its_holder_as_the_directory_knows_it_and_nothing_else(world: World) -> None:
    wish = {"campaign_id": world.campaign_id, "organisation_id": str(world.association), "title": "Ateliers"}
    made = await world.call(world.holder, "POST", "/dossiers", json=wish, expect=201)
    draft = made.json()
    assert (draft["status"], draft["reference"], draft["title"]) == ("draft", None, "Ateliers")
    assert draft["holder"]["legal_representative"]["full_name"] == "Camille Exemple"
    assert draft["requests"] == []
    read = await world.call(world.holder, "GET", made.headers["location"], expect=200)
    assert (read.json(), read.headers["etag"]) == (draft, made.headers["etag"])


async def test_a_dossier_is_opened_by_a_member_of_its_holder_in_a_campaign_that_takes_dossiers(world: World) -> None:
    wish = {"campaign_id": world.campaign_id, "organisation_id": str(world.association)}
    for who in (world.stranger, world.team, world.caf_officer):
        await world.refused(who, "POST", "/dossiers", 403, "not-the-holder", json=wish)
    await world.refused(None, "POST", "/dossiers", 401, "unauthenticated", json=wish)
    nowhere = {**wish, "campaign_id": str(new_id())}
    await world.refused(world.holder, "POST", "/dossiers", 404, "not-found", json=nowhere)
    unknown = new_id()
    ghost = {**wish, "organisation_id": str(unknown)}
    await world.refused(member_of(unknown), "POST", "/dossiers", 404, "not-found", json=ghost)
    prepared = (await world.call(world.team, "POST", "/campaigns", json=world.campaign(), expect=201)).json()
    early = {**wish, "campaign_id": prepared["id"]}
    await world.refused(world.holder, "POST", "/dossiers", 409, "campaign-not-open", json=early)


@pytest.mark.parametrize(
    "patch",
    [
        {"title": "🎨 Ateliers d'écriture – جمعية"},
        {"content": {"need": "Un besoin"}},
        {"budget": {"charges": [{"account": "60", "label": "", "amount_cents": 150}]}},
        {"nature": "investissement", "starts_on": "2027-12-31", "ends_on": "2020-01-01"},
        {"qpv_codes": ["QN01102N"], "objective_codes": ["99"]},
        {"renewal": True, "multi_year": True},
    ],
)
async def test_whatever_is_written_is_kept_complete_or_not(world: World, patch: dict[str, Any]) -> None:
    dossier_id, _ = await world.draft({}, attach=False)
    await saved(world, dossier_id, patch)
    read = await world.seen(dossier_id, world.holder)
    assert merge(read, patch) == read


async def test_each_autosave_adds_to_what_the_others_wrote(world: World) -> None:
    dossier_id, _ = await world.draft({}, attach=False)
    for patch in ({"content": {"need": "Besoin"}}, {"content": {"means": "Moyens"}}, {"contact": {"phone": "04"}}, {"title": "T"}):
        await saved(world, dossier_id, patch)
    read = await world.seen(dossier_id, world.holder)
    assert (read["content"]["need"], read["content"]["means"]) == ("Besoin", "Moyens")
    assert (read["contact"]["phone"], read["title"]) == ("04", "T")


async def test_lists_are_replaced_whole(world: World) -> None:
    dossier_id, _ = await world.draft()
    line = {"account": "61", "label": "Loyer", "amount_cents": 100}
    read = await saved(world, dossier_id, {"budget": {"charges": [line]}})
    assert read["budget"]["charges"] == [line]
    assert len(read["budget"]["produits"]) == 3
    assert read["charges_cents"] == 100


async def test_null_clears_at_every_depth(world: World) -> None:
    dossier_id, _ = await world.draft()
    patch = {
        "title": None,
        "nature": None,
        "starts_on": None,
        "qpv_codes": None,
        "requests": None,
        "content": {"need": None, "publics": None},
        "contact": {"email": None},
        "budget": {"produits": None},
    }
    read = await saved(world, dossier_id, patch)
    assert (read["title"], read["nature"], read["starts_on"], read["qpv_codes"], read["requests"]) == ("", None, None, [], [])
    assert (read["content"]["need"], read["content"]["publics"], read["contact"]["email"]) == ("", [], None)
    assert (read["budget"]["produits"], read["asked_cents"]) == ([], 0)
    assert (read["content"]["means"], read["contact"]["full_name"]) == ("Deux formatrices.", "Camille Exemple")
    cleared = await saved(world, dossier_id, {"content": None, "budget": None})
    assert (cleared["content"]["means"], cleared["charges_cents"]) == ("", 0)


@pytest.mark.parametrize(
    ("patch", "pointer"),
    [
        ({"titel": "Faute de frappe"}, "/titel"),
        ({"content": {"needs": "Faute de frappe"}}, "/content/needs"),
        ({"budget": {"charge": []}}, "/budget/charge"),
        ({"status": "submitted"}, "/status"),
        ({"reference": "2027-CARC-0001"}, "/reference"),
        ({"contact": {"email": "pas une adresse"}}, "/contact/email"),
        ({"qpv_codes": ["QP01100🎨"]}, "/qpv_codes/0"),
        ({"requests": [{"funder_id": "73282932000🎨", "budget_line": "caf", "amount_cents": 100}]}, "/requests/0/funder_id"),
        ({"budget": {"charges": [{"account": "60", "label": "x", "amount_cents": 10.5}]}}, "/budget/charges/0/amount_cents"),
        ({"budget": {"charges": [{"account": "6🎨", "label": "x", "amount_cents": 100}]}}, "/budget/charges/0/account"),
        ({"starts_on": "2027-02-29"}, "/starts_on"),
        ({"title": "x" * 301}, "/title"),
    ],
)
async def test_what_cannot_be_kept_is_refused_where_it_is_and_nothing_else_is_lost(
    world: World, patch: dict[str, Any], pointer: str
) -> None:
    dossier_id, tag = await world.draft()
    before = await world.seen(dossier_id, world.holder)
    sent = {"json": {"renewal": True, **patch}, "headers": {"If-Match": tag}}
    problem = await world.refused(world.holder, "PATCH", f"/dossiers/{dossier_id}", 422, "malformed-request", **sent)
    assert list(codes(problem)) == [pointer]
    assert await world.seen(dossier_id, world.holder) == before


@pytest.mark.parametrize("patch", [{"title": "a\0b"}, {"content": {"need": "a\0b"}}, {"contact": {"full_name": "\0"}}])
async def test_the_null_character_is_refused_wherever_it_hides(world: World, patch: dict[str, Any]) -> None:
    dossier_id, tag = await world.draft()
    sent = {"json": patch, "headers": {"If-Match": tag}}
    await world.refused(world.holder, "PATCH", f"/dossiers/{dossier_id}", 422, "malformed-request", **sent)
    assert await world.tag(dossier_id) == tag


async def test_half_a_surrogate_pair_is_refused_as_text(world: World) -> None:
    dossier_id, tag = await world.draft()
    headers = {"If-Match": tag, "Content-Type": "application/json"}
    sent = {"content": rb'{"title": "\ud83c"}', "headers": headers}
    problem = await world.refused(world.holder, "PATCH", f"/dossiers/{dossier_id}", 422, "malformed-request", **sent)
    assert list(codes(problem)) == ["/title"]


async def test_the_largest_amounts_add_up_without_breaking_anything(world: World) -> None:
    dossier_id, _ = await world.draft({}, attach=False)
    line = {"account": "60", "label": "Achats", "amount_cents": 10**13}
    asks = [{"funder_id": str(funder), "budget_line": "x", "amount_cents": 10**13} for funder in (world.state, world.caf)]
    read = await saved(world, dossier_id, {"budget": {"charges": [line] * 100}, "requests": asks})
    assert (read["charges_cents"], read["asked_cents"]) == (10**15, 2 * 10**13)
    assert (await world.pages(world.holder, "/dossiers"))[0]["charges_cents"] == 10**15


async def test_a_funder_is_asked_once_whether_or_not_it_was_already(world: World) -> None:
    dossier_id, _ = await world.draft({}, attach=False)
    ask = {"funder_id": str(world.caf), "budget_line": "caf", "amount_cents": 100}
    other = {**ask, "funder_id": str(world.state)}
    for _ in range(2):
        sent = {
            "json": {"requests": [other, ask, {**ask, "amount_cents": 200}]},
            "headers": {"If-Match": await world.tag(dossier_id)},
        }
        problem = await world.refused(world.holder, "PATCH", f"/dossiers/{dossier_id}", 422, "request-repeated", **sent)
        assert codes(problem) == {"/requests/2/funder_id": "repeated"}
        await saved(world, dossier_id, {"requests": [ask]})
    assert (await world.seen(dossier_id, world.holder))["asked_cents"] == 100


async def test_a_request_kept_keeps_its_id_and_one_left_out_is_gone(world: World) -> None:
    dossier_id, _ = await world.draft()
    before = await world.seen(dossier_id, world.holder)
    caf = world.request_of(before, world.caf)
    asks = [
        {"funder_id": str(world.caf), "budget_line": "caf", "amount_cents": 500_000},
        {"funder_id": str(world.region), "budget_line": "region", "amount_cents": 100_000},
    ]
    after = await saved(world, dossier_id, {"requests": asks})
    assert world.request_of(after, world.caf)["id"] == caf["id"]
    assert {one["funder_id"] for one in after["requests"]} == {str(world.caf), str(world.region)}
    assert after["asked_cents"] == 600_000


async def test_the_second_of_two_tabs_is_told_and_loses_nothing_of_the_first(world: World) -> None:
    dossier_id, tag = await world.draft()
    path, first = f"/dossiers/{dossier_id}", {"If-Match": tag}
    await world.call(world.holder, "PATCH", path, json={"title": "Premier onglet"}, headers=first, expect=200)
    sent = {"json": {"title": "Second onglet"}, "headers": first}
    problem = await world.refused(world.holder, "PATCH", path, 412, "stale-version", **sent)
    assert problem["current_etag"] != tag
    await world.refused(world.helper, "PATCH", path, 428, "precondition-required", json={"title": "Sans version"})
    assert (await world.seen(dossier_id, world.holder))["title"] == "Premier onglet"
    await saved(world, dossier_id, {"title": "Second onglet"})


async def test_of_sixteen_tabs_that_save_at_once_exactly_one_is_kept(world: World) -> None:
    dossier_id, tag = await world.draft()
    answers = await world.at_once(
        (world.holder, "PATCH", f"/dossiers/{dossier_id}", {"json": {"title": f"Onglet {i}"}, "headers": {"If-Match": tag}})
        for i in range(16)
    )
    assert sorted(answer.status_code for answer in answers) == [200, *[412] * 15]
    (kept,) = [answer.json()["title"] for answer in answers if answer.status_code == 200]
    assert (await world.seen(dossier_id, world.holder))["title"] == kept


async def test_any_member_of_the_holder_writes_but_only_a_manager_or_signatory_submits(world: World) -> None:
    dossier_id, _ = await world.draft()
    saved_by_helper = await world.change(world.helper, "PATCH", f"/dossiers/{dossier_id}", json={"title": "Aidée"}, expect=200)
    tag = saved_by_helper.headers["etag"]
    await world.refused_submission(dossier_id, tag, 403, "not-the-holder", who=world.helper)
    assert (await world.seen(dossier_id, world.holder))["status"] == "draft"
    signatory = member_of(world.association, roles=["signatory"])
    assert (await world.submit(dossier_id, tag, who=signatory)).status_code == 201


async def test_the_report_says_what_is_missing_where_and_in_which_section(world: World) -> None:
    dossier_id, _ = await world.draft({**world.content(), "title": "", "content": {"need": ""}}, attach=False)
    assert [(one["pointer"], one["code"], one["section"]) for one in await missing(world, dossier_id)] == [
        ("/title", "missing", "action"),
        ("/content/need", "missing", "action"),
        ("/content/description", "missing", "action"),
        ("/content/means", "missing", "action"),
        ("/content/indicators", "missing", "action"),
        ("/content/publics", "missing", "action"),
        ("/attachments", "missing", "attachments"),
    ]
    english = await missing(world, dossier_id, **{"Accept-Language": "en"})
    assert english[0]["detail"] == "Give a title."


async def test_the_report_and_the_submission_judge_alike(world: World) -> None:
    dossier_id, tag = await world.draft({**world.content(), "title": "", "nature": None})
    refused = await world.refused_submission(dossier_id, tag, 409, "dossier-incomplete")
    assert {(e["pointer"], e["code"]) for e in refused["errors"]} == {
        (m["pointer"], m["code"]) for m in await missing(world, dossier_id)
    }
    await saved(world, dossier_id, {"title": "Titre", "nature": "action"})
    assert await missing(world, dossier_id) == []
    assert (await world.submit(dossier_id, await world.tag(dossier_id))).status_code == 201


async def test_asking_for_the_report_changes_nothing(world: World) -> None:
    dossier_id, tag = await world.draft()
    await missing(world, dossier_id)
    assert await world.tag(dossier_id) == tag


async def test_a_submitted_dossier_does_not_change_any_more(world: World) -> None:
    dossier = await world.submitted()
    path, tag = f"/dossiers/{dossier['id']}", {"If-Match": await world.tag(dossier["id"])}
    problem = await world.refused(world.holder, "PATCH", path, 409, "dossier-locked", json={"title": "Après"}, headers=tag)
    assert problem["reference"] == dossier["reference"]
    upload = {"params": {"kind": "rib", "name": "rib.pdf"}, "content": b"%PDF-1.4\n"}
    await world.refused(world.holder, "POST", f"{path}/attachments", 409, "dossier-locked", **upload)
    attachment = f"{path}/attachments/{dossier['attachments'][0]['id']}"
    await world.refused(world.holder, "DELETE", attachment, 409, "dossier-locked")
    assert await world.seen(dossier["id"], world.holder) == dossier


async def test_drafts_follow_their_holder_in_the_directory_and_submitted_dossiers_do_not(world: World) -> None:
    submitted = await world.submitted()
    draft_id, tag = await world.draft()
    renamed = {**world.organisations[world.association], "name": "Les Ateliers renommés"}
    await world.announce("organisation.changed", world.association, renamed)
    assert (await world.seen(draft_id, world.holder))["holder_name"] == "Les Ateliers renommés"
    assert await world.tag(draft_id) != tag
    assert (await world.seen(submitted["id"], world.holder))["holder_name"] == "Les Ateliers imaginaires"
