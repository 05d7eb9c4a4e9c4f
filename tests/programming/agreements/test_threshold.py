"""Above the yearly threshold an agreement is due, whatever the projects: told once, and nothing more is committed before it."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.programming.agreements.acts import (
    PATH,
    act,
    award,
    decided,
    granted,
    new_mails,
    notification,
    put_under_cpo,
    the_agreement,
)
from tests.programming.papers import refusal
from tests.programming.world import World
from tests.support import member_of

pytestmark = pytest.mark.anyio

DUE = "Une convention est à signer avec Région"


async def test_a_first_grant_opens_the_year_and_owes_nothing(world: World) -> None:
    since = datetime.now(UTC)
    first = await granted(world, 23_000)
    agreement = await the_agreement(world)
    assert (agreement["status"], agreement["granted_cents"], agreement["total_cents"]) == ("not_due", 2_300_000, 2_300_000)
    assert (agreement["required"], agreement["text_due"], agreement["due_at"]) == (False, False, None)
    assert [a["id"] for a in agreement["awards"]] == [first["id"]]
    await world.commit(world.region_officer, first["id"])
    assert await new_mails(world, DUE, since) == []


async def test_a_second_small_grant_crosses_the_threshold_and_both_parties_are_told_once(world: World) -> None:
    since = datetime.now(UTC)
    first = await granted(world, 20_000)
    second = await granted(world, 3_001)
    agreement = await the_agreement(world)
    assert (agreement["status"], agreement["granted_cents"], agreement["text_due"]) == ("due", 2_300_100, True)
    for one in (first, second):
        assert (await award(world, one["id"]))["agreement_required"] is True
        where = f"/awards/{one['id']}"
        refused = await world.change(world.region_officer, "POST", f"{where}/commitment", of=where, json={})
        refusal(refused, 409, "agreement-required")
    (mail,) = await new_mails(world, DUE, since)
    assert mail["to"] == "contact@ateliers.example.org"
    assert "23\N{NARROW NO-BREAK SPACE}001\N{NO-BREAK SPACE}€" in mail["text"]
    assert [a["id"] for a in await world.pages(world.region_officer, PATH, due="true")] == [agreement["id"]]
    await granted(world, 1_000)
    assert (await the_agreement(world))["granted_cents"] == 2_400_100
    assert len(await new_mails(world, DUE, since)) == 1
    acts = [line["act"] for line in await world.pages(world.holder, f"{PATH}/{agreement['id']}/journal")]
    assert acts.count("agreement.due") == 1


async def test_each_funder_counts_its_own_grants(world: World) -> None:
    await world.awarded(region=15_000, caf=15_000)
    assert [a["status"] for a in await world.pages(world.holder, PATH)] == ["not_due", "not_due"]


async def test_two_notifications_at_the_same_instant_do_not_miss_the_threshold(world: World) -> None:
    since = datetime.now(UTC)
    dossiers = [await decided(world, 12_000), await decided(world, 12_000)]
    answers = await world.at_once(notification(world, dossier_id) for dossier_id in dossiers)
    assert [answer.status_code for answer in answers] == [201, 201]
    agreement = await the_agreement(world)
    assert (agreement["status"], agreement["granted_cents"]) == ("due", 2_400_000)
    assert [one["agreement_required"] for one in agreement["awards"]] == [True, True]
    assert len(await new_mails(world, DUE, since)) == 1


async def test_notifications_held_up_together_each_count_the_others(world: World) -> None:
    since = datetime.now(UTC)
    await granted(world, 1_000)
    agreement = await the_agreement(world)
    dossiers = [await decided(world, 8_000) for _ in range(3)]
    async with world.holding("agreements", agreement["id"]):
        sent = asyncio.create_task(world.at_once(notification(world, dossier_id) for dossier_id in dossiers))
        await world.until_waiting(3)
    assert [answer.status_code for answer in await sent] == [201, 201, 201]
    agreement = await the_agreement(world)
    assert (agreement["status"], agreement["granted_cents"]) == ("due", 2_500_000)
    assert all(one["agreement_required"] for one in agreement["awards"])
    assert len(await new_mails(world, DUE, since)) == 1


async def test_a_commitment_and_a_notification_that_crosses_wait_for_each_other(world: World) -> None:
    first = await granted(world, 15_000)
    dossier_id = await decided(world, 15_000)
    tag = (await world.call(world.region_officer, "GET", f"/awards/{first['id']}", expect=200)).headers["etag"]
    commitment = (world.region_officer, "POST", f"/awards/{first['id']}/commitment", {"json": {}, "headers": {"If-Match": tag}})
    committed, notified = await world.at_once([commitment, notification(world, dossier_id)])
    assert notified.status_code == 201
    assert committed.status_code in {201, 409, 412}, "before the threshold it passes, after it is refused; nothing is lost"
    after = await award(world, first["id"])
    assert after["agreement_required"] is True
    assert after["committed_cents"] == (1_500_000 if committed.status_code == 201 else 0)


async def test_aid_in_kind_counts_and_may_cross_the_threshold_both_ways(world: World) -> None:
    since = datetime.now(UTC)
    first = await granted(world, 20_000)
    agreement = await the_agreement(world)
    wish = {"amount_cents": 300_100, "label": "Salle Ozanam"}
    for who in (world.helper, world.holder, world.president, member_of(world.region, roles=["payer"])):
        await world.refused(
            who, "PUT", f"{PATH}/{agreement['id']}/in-kind", 403, "not-for-you-to-draft", json=wish, headers={"If-Match": '"1"'}
        )
    answer = await act(world, world.region_officer, agreement["id"], "/in-kind", wish, method="PUT", expect=200)
    assert (answer.json()["status"], answer.json()["total_cents"]) == ("due", 2_300_100)
    assert (await award(world, first["id"]))["agreement_required"] is True
    assert len(await new_mails(world, DUE, since)) == 1
    lower = {"amount_cents": 300_000}
    answer = await act(world, world.region_officer, agreement["id"], "/in-kind", lower, method="PUT", expect=200)
    assert (answer.json()["status"], answer.json()["required"]) == ("not_due", False)
    assert (await award(world, first["id"]))["agreement_required"] is False
    await world.commit(world.region_officer, first["id"])


async def test_what_a_multi_year_agreement_covers_counts_and_needs_no_other(world: World) -> None:
    first = await granted(world, 22_000)
    await put_under_cpo(world, first["id"])
    second = await granted(world, 2_000)
    agreement = await the_agreement(world)
    assert (agreement["status"], agreement["granted_cents"]) == ("due", 2_400_000)
    assert (await award(world, first["id"]))["agreement_required"] is False
    assert (await award(world, second["id"]))["agreement_required"] is True


async def test_a_year_of_multi_year_grants_alone_needs_no_other_agreement(world: World) -> None:
    first = await granted(world, 20_000)
    await put_under_cpo(world, first["id"], cents=1_900_000)
    agreement = await the_agreement(world)
    assert (agreement["status"], agreement["granted_cents"]) == ("not_due", 1_900_000)
    wish = {"amount_cents": 1_000_000}
    answer = await act(world, world.region_officer, agreement["id"], "/in-kind", wish, method="PUT", expect=200)
    assert (answer.json()["status"], answer.json()["total_cents"]) == ("not_due", 2_900_000)


async def test_an_agreement_is_its_parties_to_read(world: World) -> None:
    await granted(world, 24_000)
    agreement = await the_agreement(world)
    where = f"{PATH}/{agreement['id']}"
    for who in (world.helper, world.president, world.region_officer):
        read = await world.call(who, "GET", where, expect=200)
        assert read.json()["id"] == agreement["id"]
        again = await world.call(who, "GET", where, headers={"If-None-Match": read.headers["etag"]})
        assert again.status_code == 304
    for who in (world.stranger, world.state_officer, world.team):
        await world.refused(who, "GET", where, 404, "not-found")
        assert await world.pages(who, PATH) == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"due": "true"}, ["region"]),
        ({"due": "false"}, ["caf"]),
        ({"status": "due"}, ["region"]),
        ({"status": "not_due"}, ["caf"]),
        ({"year": 2001}, []),
    ],
)
async def test_the_list_is_narrowed(world: World, query: dict[str, Any], found: list[str]) -> None:
    await world.awarded(region=24_000, caf=5_000)
    funders = {str(world.region): "region", str(world.caf): "caf"}
    assert [funders[a["funder_id"]] for a in await world.pages(world.holder, PATH, **query)] == found
