"""What is told, to whom and when: each organisation what it may read, the holder nothing before the letters."""

from typing import Any

import pytest
from standardwebhooks import WebhookVerificationError

from services.common.ids import new_id
from services.programming.announcements import BY_NAME
from services.programming.webhooks.jobs import fan_out_event
from tests.programming.papers import FRAMEWORK
from tests.programming.webhooks.receiver import receiving, subscribe
from tests.programming.world import World

pytestmark = pytest.mark.anyio

_NAMES = {"Camille", "Exemple", "contact@", "Enveloppe épuisée", "À soutenir", "Ateliers"}


async def test_a_dossier_goes_its_road_and_each_hears_what_it_may_read(world: World) -> None:
    async with receiving() as holder, receiving() as funder, receiving() as other, receiving() as stranger:
        secret = (await subscribe(world, world.holder, holder.url))["secret"]
        await subscribe(world, world.state_officer, funder.url)
        await subscribe(world, world.region_officer, other.url)
        await subscribe(world, world.stranger, stranger.url)

        dossier = await world.reviewed(state=8_000, caf=4_000)
        committee_id = await world.convene(dossier["id"])
        for officer, asked, amount in ((world.state_officer, world.state, 500_000), (world.caf_officer, world.caf, 0)):
            request = world.request_of(dossier, asked)
            wish: dict[str, Any] = {"outcome": "granted", "amount_cents": amount}
            if not amount:
                wish = {"outcome": "refused", "motive": "Enveloppe épuisée."}
            assert (await world.decide(officer, committee_id, request["id"], **wish)).status_code == 200
        await world.running.run_jobs()

        # Decided, and not told: the holder has heard of nothing since its dossier was found admissible.
        before = ["dossier.submitted", "dossier.admissible"]
        assert holder.types() == before
        assert funder.types(dossier["id"]) == [*before, *["review.completed"] * 2, "request.granted", "request.refused"]
        assert "committee.planned" in other.types()
        assert other.types(dossier["id"]) == []
        assert stranger.types() == []

        await world.close(committee_id)
        for officer, asked in ((world.state_officer, world.state), (world.caf_officer, world.caf)):
            wish = {"funder_id": str(asked)}
            await world.call(officer, "POST", f"/dossiers/{dossier['id']}/notifications", json=wish, expect=201)
        await world.running.run_jobs()
        assert holder.types(dossier["id"]) == [*before, "request.notified", "request.notified"]
        assert stranger.types() == []
        assert other.types(dossier["id"]) == []

        first, *_, granted, refused = (message.verified(secret) for message in holder.received)
        assert first["type"] == "dossier.submitted"
        assert first["subject"] == dossier["id"]
        assert first["data"] == {
            "dossier_id": dossier["id"],
            "reference": dossier["reference"],
            "campaign_id": world.campaign_id,
            "holder_id": str(world.association),
            "asked_cents": 1_200_000,
        }
        assert (granted["data"]["granted_cents"], refused["data"]["granted_cents"]) == (500_000, 0)
        assert granted["data"]["award_id"]
        assert refused["data"]["award_id"] is None
        for message in (*holder.received, *funder.received, *other.received):
            assert message.headers["content-type"] == "application/cloudevents+json"
            assert message.event["id"] == message.id
            assert message.event["specversion"] == "1.0"
            told = BY_NAME[message.event["type"]].payload.model_validate(message.event["data"], strict=False)
            assert set(message.event["data"]) == set(type(told).model_fields)
            assert not [name for name in _NAMES if name.encode() in message.body]
        with pytest.raises(WebhookVerificationError):
            funder.received[0].verified(secret)


async def test_money_is_told_to_the_parties_of_the_award_and_to_nobody_else(world: World) -> None:
    dossier = await world.awarded(state=8_000, caf=4_000)
    award = dossier["awards"]["state"]
    async with receiving() as holder, receiving() as caf, receiving() as team:
        await subscribe(world, world.holder, holder.url, event_types=["award.committed"])
        await subscribe(world, world.caf_officer, caf.url)
        await subscribe(world, world.team, team.url, event_types=["award.committed", "campaign.decided"])
        await world.commit(world.state_officer, award["id"])
        await world.running.run_jobs()
        assert holder.types() == team.types() == ["award.committed"]
        assert holder.events[0]["data"]["committed_cents"] == award["granted_cents"]
        assert holder.events[0]["data"]["award_id"] == award["id"]
        assert caf.types() == []


async def test_a_campaign_is_everybodys_from_its_opening(world: World) -> None:
    async with receiving() as stranger:
        await subscribe(world, world.stranger, stranger.url)
        await world.sign_contract()
        await world.call(world.team, "POST", f"/contracts/{world.contract_id}/frameworks", json=FRAMEWORK, expect=201)
        await world.prepare_campaign()
        await world.running.run_jobs()
        assert stranger.types() == []
        await world.act("opening")
        await world.running.run_jobs()
        assert stranger.types() == ["campaign.opened"]
        told = stranger.events[0]["data"]
        assert (told["campaign_id"], told["status"]) == (world.campaign_id, "open")


async def test_a_right_lost_between_the_act_and_its_telling_is_no_right(world: World) -> None:
    """The audience is asked of the tables when the event leaves."""
    async with receiving() as holder:
        await subscribe(world, world.holder, holder.url)
        dossier = await world.submitted(state=8_000)
        await _forget_reader(world, str(world.association), dossier["id"])
        await world.running.run_jobs()
        assert holder.types() == []


async def _forget_reader(world: World, organisation_id: str, dossier_id: str) -> None:
    async with world.running.resources.database.readers.connection() as connection:
        await connection.execute(
            "DELETE FROM dossier_readers WHERE organisation_id = %s AND dossier_id = %s", [organisation_id, dossier_id]
        )


async def test_an_event_is_fanned_out_once_however_often_its_job_runs(world: World) -> None:
    async with receiving() as funder:
        made = await subscribe(world, world.state_officer, funder.url)
        await world.submitted(state=8_000)
        again = [job["args"] for job in await world.running.jobs("programming:fan_out_event") if job["status"] == "todo"]
        await world.running.run_jobs()
        for arguments in (*again, {"event_id": str(new_id())}):
            async with world.running.resources.database.transaction() as session:
                await fan_out_event.run(session, world.running.resources, **arguments)
        await world.running.run_jobs()
        assert funder.types() == ["dossier.submitted"]
        assert len(await world.pages(world.state_officer, f"/webhooks/{made['id']}/deliveries")) == 1
