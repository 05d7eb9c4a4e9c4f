"""What is told, to whom and when: each organisation what it may read, the holder nothing before the letters."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from standardwebhooks import WebhookVerificationError

from services.common.ids import new_id
from services.programming.announcements import BY_NAME
from services.programming.webhooks.jobs import fan_out_event
from tests.programming.change_requests.asks import answer, ask
from tests.programming.notices.papers import open_with_form, publish
from tests.programming.papers import FRAMEWORK
from tests.programming.retroplanning.deadlines import extend
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


async def test_what_changes_on_the_way_is_told_to_those_who_read_it(world: World) -> None:
    """Changes asked and answered, a deadline put off, a notice, a withdrawal, a decision taken up again, a letter set right."""
    await open_with_form(world)
    async with receiving() as holder, receiving() as funder, receiving() as stranger:
        await subscribe(world, world.holder, holder.url)
        await subscribe(world, world.state_officer, funder.url)
        await subscribe(world, world.stranger, stranger.url)
        dossier_id, tag = await world.draft({**world.content(), "answers": {"garde": "non", "effectif": 3}})
        assert (await world.submit(dossier_id, tag)).status_code == 201
        closes_at = (world.running.clock.now() + timedelta(days=45)).isoformat()
        assert (await extend(world, closes_at)).status_code == 201
        assert (await publish(world)).status_code == 201
        asked = await ask(world, world.team, dossier_id, "/content/need")
        answered = await answer(world, asked, content__need="Il est dit ainsi par les habitants.")
        assert answered.status_code == 201, answered.text
        again = await ask(world, world.team, dossier_id, "/content/need")
        where = f"/dossiers/{dossier_id}"
        path = f"{where}/change-requests/{again['id']}"
        await world.change(world.team, "POST", f"{path}/cancellation", of=path, json={"reason": "Tout est dit."}, expect=201)
        await world.change(world.holder, "POST", f"{where}/withdrawal", of=where, json={"reason": "Autre projet."}, expect=201)
        await world.running.run_jobs()

        told = [
            "dossier.submitted",
            "dossier.changes_requested",
            *["dossier.submitted"] * (holder.types(dossier_id).count("dossier.submitted") - 1),
            "dossier.changes_answered",
            "dossier.changes_requested",
            "dossier.changes_cancelled",
            "dossier.withdrawn",
        ]
        assert holder.types(dossier_id) == funder.types(dossier_id) == told
        assert [event["data"].get("change_request_id") for event in holder.events if event["type"] == told[1]] == [
            asked["id"],
            again["id"],
        ]
        public = ["campaign.extended", "notice.published"]
        assert stranger.types() == holder.types(world.campaign_id) == public
        extended, notice = (event["data"] for event in stranger.events)
        assert datetime.fromisoformat(extended["closes_at"]) == datetime.fromisoformat(closes_at)
        assert (notice["campaign_id"], notice["notice"]) == (world.campaign_id, 1)
        for message in (*holder.received, *funder.received, *stranger.received):
            assert not [word for word in (*_NAMES, "habitants", "Autre projet", "préciser") if word.encode() in message.body]


async def test_a_decision_taken_up_again_is_the_instructors_and_a_letter_set_right_the_holders_too(world: World) -> None:
    dossier = await world.reviewed(caf=4_000)
    session = await world.convene(dossier["id"])
    request = world.request_of(dossier, world.caf)["id"]
    await world.grant(world.caf_officer, session, request, 400_000)
    await world.close(session)
    async with receiving() as holder, receiving() as funder:
        await subscribe(world, world.holder, holder.url)
        await subscribe(world, world.caf_officer, funder.url)
        decision = f"/committees/{session}/decisions/{request}"
        for who in (world.caf_officer, world.team):
            await world.call(who, "POST", f"{decision}/reopening", json={"reason": "Erreur."}, expect=201)
        await world.decide(world.caf_officer, session, request, over='"1"', outcome="granted", amount_cents=300_000)
        wish = {"funder_id": str(world.caf)}
        told = (
            await world.call(world.caf_officer, "POST", f"/dossiers/{dossier['id']}/notifications", json=wish, expect=201)
        ).json()
        await world.running.run_jobs()
        right: dict[str, Any] = {"granted_cents": 250_000, "reason": "Erreur de plume."}
        await world.call(world.caf_officer, "POST", f"/notifications/{told['id']}/corrections", json=right, expect=201)
        of = f"/committees/{session}"
        await world.change(world.team, "POST", f"{of}/minutes-signature", of=of, expect=201)
        why = {"reason": "Une voix oubliée."}
        await world.call(world.team, "POST", f"{of}/minutes-corrections", json=why, expect=201)
        await world.running.run_jobs()
        assert funder.types(dossier["id"]) == ["request.reopened", "request.granted", "request.notified", "request.corrected"]
        assert holder.types(dossier["id"]) == ["request.notified", "request.corrected"]
        assert holder.events[-1]["data"]["granted_cents"] == 250_000
        assert funder.types(session) == ["committee.minutes_signed", "committee.minutes_corrected"]
        assert holder.types(session) == []
