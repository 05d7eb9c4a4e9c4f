"""From the draft to the agreement in force: both parties' signatories sign, then the grants may be committed."""

from datetime import UTC, date, datetime, timedelta

import pytest

from services.common.clock import in_paris
from services.programming.agreements import service
from services.programming.agreements.drafting import write_text
from tests.programming.agreements.acts import (
    PATH,
    act,
    award,
    decided,
    drafted,
    granted,
    in_force,
    new_mails,
    notification,
    put_under_cpo,
    region_signatory,
    sign_both,
    signature,
    terms,
    the_agreement,
)
from tests.programming.papers import PDF, codes, refusal
from tests.programming.world import World
from tests.support import member_of

pytestmark = pytest.mark.anyio


async def test_once_both_have_signed_the_grants_may_be_committed(world: World) -> None:
    since = datetime.now(UTC)
    awards = [await granted(world, 15_000), await granted(world, 9_000)]
    agreement = await drafted(world)
    assert (agreement["status"], agreement["status_label"], agreement["text_due"]) == ("drafted", "En signature", False)
    assert [line["granted_cents"] for line in agreement["text"]["lines"]] == [1_500_000, 900_000]
    (sent,) = await new_mails(world, "à signer – Région", since)
    assert sent["attachments"][0][1:] == [f"convention-{agreement['year']}.pdf", "application/pdf"]
    answer = await act(world, world.president, agreement["id"], "/signatures", signature(world, "holder"), expect=201)
    assert answer.headers["location"] == f"/programming/v1{PATH}/{agreement['id']}"
    assert (answer.json()["status"], answer.json()["in_force_on"]) == ("drafted", None)
    where = f"/awards/{awards[0]['id']}"
    refused = await world.change(world.region_officer, "POST", f"{where}/commitment", of=where, json={})
    refusal(refused, 409, "agreement-required")
    signer = region_signatory(world)
    answer = await act(world, signer, agreement["id"], "/signatures", signature(world, "funder"), expect=201)
    today = in_paris(world.running.clock.now()).date().isoformat()
    assert (answer.json()["status"], answer.json()["in_force_on"], answer.json()["text"]["status"]) == ("signed", today, "signed")
    assert [one["party"] for one in answer.json()["text"]["signatures"]] == ["holder", "funder"]
    for one in awards:
        assert (await award(world, one["id"]))["status"] == "agreed"
        assert (await world.commit(world.region_officer, one["id"]))["status"] == "committed"
    assert len(await new_mails(world, "est signée", since)) == 1
    acts = [line["act"] for line in await world.pages(world.team, f"/dossiers/{awards[0]['dossier_id']}/journal")]
    assert "award.agreed" in acts


async def test_only_a_signatory_of_a_party_signs(world: World) -> None:
    await granted(world, 24_000)
    agreement = await drafted(world)
    where, latest = f"{PATH}/{agreement['id']}", {"If-Match": '"999999"'}
    holder, funder = signature(world, "holder"), signature(world, "funder")
    cases = [
        (world.holder, holder),
        (world.helper, holder),
        (world.region_officer, funder),
        (member_of(world.region, roles=["payer"]), funder),
        (world.president, funder),
        (region_signatory(world), holder),
        (world.president, {**holder, "organisation_id": str(world.state)}),
    ]
    for who, sent in cases:
        await world.refused(who, "POST", f"{where}/signatures", 403, "not-for-you-to-sign", json=sent, headers=latest)
    for who in (world.state_signatory, world.team):
        await world.refused(who, "POST", f"{where}/signatures", 404, "not-found", json=holder, headers=latest)
    assert (await the_agreement(world))["text"]["signatures"] == []


async def test_one_signs_what_one_has_read(world: World) -> None:
    await granted(world, 24_000)
    agreement = await drafted(world)
    where = f"{PATH}/{agreement['id']}"
    tag = (await world.call(world.president, "GET", where, expect=200)).headers["etag"]
    await act(world, world.region_officer, agreement["id"], "/draft", terms(world, object="Un autre objet."), expect=201)
    sent = {"json": signature(world, "holder"), "headers": {"If-Match": tag}}
    await world.refused(world.president, "POST", f"{where}/signatures", 412, "stale-version", **sent)
    await world.refused(
        world.president, "POST", f"{where}/signatures", 428, "precondition-required", json=signature(world, "holder")
    )


async def test_a_grant_notified_meanwhile_is_a_version_the_signatory_has_not_read(world: World) -> None:
    await granted(world, 24_000)
    agreement = await drafted(world)
    where = f"{PATH}/{agreement['id']}"
    tag = (await world.call(world.president, "GET", where, expect=200)).headers["etag"]
    late = await granted(world, 1_000)
    sent = {"json": signature(world, "holder"), "headers": {"If-Match": tag}}
    await world.refused(world.president, "POST", f"{where}/signatures", 412, "stale-version", **sent)
    agreement = await the_agreement(world)
    assert (agreement["status"], agreement["text_due"]) == ("drafted", True), "the text does not hold the late grant"
    await sign_both(world, agreement["id"])
    agreement = await the_agreement(world)
    assert (agreement["status"], agreement["text_due"]) == ("signed", True)
    assert (await award(world, late["id"]))["agreed_at"] is None


async def test_two_clicks_sign_once(world: World) -> None:
    await granted(world, 24_000)
    agreement = await drafted(world)
    where = f"{PATH}/{agreement['id']}"
    tag = {"If-Match": (await world.call(world.president, "GET", where, expect=200)).headers["etag"]}
    click = (world.president, "POST", f"{where}/signatures", {"json": signature(world, "holder"), "headers": tag})
    answers = await world.at_once([click] * 6)
    assert sorted(answer.status_code for answer in answers) == [201, *[412] * 5]
    again = await act(world, world.president, agreement["id"], "/signatures", signature(world, "holder"))
    refusal(again, 409, "already-signed")
    assert len((await the_agreement(world))["text"]["signatures"]) == 1


async def test_both_parties_signing_at_once_bring_it_into_force_once(world: World) -> None:
    since = datetime.now(UTC)
    await granted(world, 24_000)
    agreement = await drafted(world)
    where, signer = f"{PATH}/{agreement['id']}", region_signatory(world)
    tag = {"If-Match": (await world.call(world.president, "GET", where, expect=200)).headers["etag"]}
    answers = await world.at_once(
        (who, "POST", f"{where}/signatures", {"json": signature(world, party), "headers": tag})
        for who, party in ((world.president, "holder"), (signer, "funder"))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 412]
    missing = "funder" if answers[0].status_code == 201 else "holder"
    who = signer if missing == "funder" else world.president
    await act(world, who, agreement["id"], "/signatures", signature(world, missing), expect=201)
    assert (await the_agreement(world))["status"] == "signed"
    assert len(await new_mails(world, "est signée", since)) == 1


async def test_one_signs_between_the_draft_and_today(world: World) -> None:
    await granted(world, 24_000)
    agreement = await drafted(world)
    today = in_paris(world.running.clock.now()).date()
    for day, code in ((today + timedelta(days=1), "future"), (today - timedelta(days=1), "before_draft")):
        sent = signature(world, "holder", signed_on=day.isoformat())
        answer = await act(world, world.president, agreement["id"], "/signatures", sent)
        assert codes(refusal(answer, 409, "signature-date-refused")) == {"/signed_on": code}


async def test_nobody_signs_a_text_that_is_not_made(world: World) -> None:
    await granted(world, 24_000)
    agreement = await the_agreement(world)
    refusal(
        await act(world, world.president, agreement["id"], "/signatures", signature(world, "holder")),
        409,
        "agreement-state-refused",
    )
    await act(world, world.region_officer, agreement["id"], "/draft", terms(world), expect=201)
    early = await act(world, world.president, agreement["id"], "/signatures", signature(world, "holder"))
    refusal(early, 409, "text-not-ready")
    assert early.headers["retry-after"] == "2"
    refusal(await world.call(world.holder, "GET", f"{PATH}/{agreement['id']}/document"), 409, "text-not-ready")


async def test_a_new_draft_replaces_the_text_and_the_signature_it_had(world: World) -> None:
    await granted(world, 24_000)
    agreement = await drafted(world)
    await act(world, world.president, agreement["id"], "/signatures", signature(world, "holder"), expect=201)
    again = await drafted(world, object="Un objet corrigé.")
    assert again["text"]["id"] != agreement["text"]["id"]
    assert (again["text"]["terms"]["object"], again["text"]["signatures"]) == ("Un objet corrigé.", [])
    await sign_both(world, agreement["id"])
    assert (await the_agreement(world))["status"] == "signed"


async def test_only_the_funder_s_managers_and_signatories_draft(world: World) -> None:
    await granted(world, 24_000)
    agreement = await the_agreement(world)
    latest = {"If-Match": '"999999"'}
    for who in (world.holder, world.president, member_of(world.region), member_of(world.region, roles=["payer"])):
        for path, body in (
            ("/draft", terms(world)),
            ("/amendments", {"reason": "x", "lines": []}),
            ("/termination", {"reason": "xyz"}),
        ):
            where = f"{PATH}/{agreement['id']}{path}"
            await world.refused(who, "POST", where, 403, "not-for-you-to-draft", json=body, headers=latest)


async def test_a_signed_agreement_is_not_drafted_again(world: World) -> None:
    await granted(world, 24_000)
    agreement = await in_force(world)
    refusal(await act(world, world.region_officer, agreement["id"], "/draft", terms(world)), 409, "agreement-state-refused")


async def test_an_agreement_does_not_end_before_it_is_written(world: World) -> None:
    await granted(world, 24_000)
    agreement = await the_agreement(world)
    answer = await act(world, world.region_officer, agreement["id"], "/draft", terms(world, ends_on="2020-01-01"))
    assert codes(refusal(answer, 409, "draft-refused")) == {"/ends_on": "past"}


async def test_a_year_of_multi_year_grants_has_nothing_to_draft(world: World) -> None:
    one = await granted(world, 24_000)
    await put_under_cpo(world, one["id"])
    agreement = await the_agreement(world)
    refusal(await act(world, world.region_officer, agreement["id"], "/draft", terms(world)), 409, "nothing-to-agree")


async def test_the_parties_may_agree_on_another_delay_of_payment(world: World) -> None:
    one = await granted(world, 24_000)
    await in_force(world, payment_within_days=15)
    signed_on = in_paris(world.running.clock.now()).date()
    assert date.fromisoformat((await award(world, one["id"]))["pay_before_on"]) == signed_on + timedelta(days=15)


async def test_without_another_delay_the_law_s_clock_goes_on(world: World) -> None:
    one = await granted(world, 24_000)
    await in_force(world)
    assert (await award(world, one["id"]))["pay_before_on"] == one["pay_before_on"]


async def test_the_job_run_twice_makes_one_document_and_one_mail(world: World) -> None:
    since = datetime.now(UTC)
    await granted(world, 24_000)
    agreement = await drafted(world)
    read = (await world.call(world.holder, "GET", f"{PATH}/{agreement['id']}", expect=200)).headers["etag"]
    async with world.running.resources.database.transaction() as session:
        await write_text.run(session, world.running.resources, text_id=agreement["text"]["id"])
    assert (await world.call(world.holder, "GET", f"{PATH}/{agreement['id']}")).headers["etag"] == read
    assert len(await new_mails(world, "à signer – Région", since)) == 1
    document = await world.call(world.holder, "GET", agreement["text"]["document"], expect=200)
    assert (document.headers["content-type"], document.content[:5]) == ("application/pdf", b"%PDF-")


async def test_a_party_joins_its_signed_copy_and_the_other_reads_it(world: World) -> None:
    await granted(world, 24_000)
    agreement = await in_force(world)
    (own, other) = agreement["text"]["signatures"]
    where = f"{PATH}/{agreement['id']}/signatures/{own['id']}/signed-file"
    refusal(await world.call(world.holder, "GET", where), 404, "not-found")
    kept = await world.call(world.holder, "PUT", where, content=PDF, expect=200)
    assert kept.json()["signed_file"] == f"/programming/v1{where}"
    assert (await world.call(world.region_officer, "GET", where, expect=200)).content == PDF
    replaced = await world.call(world.president, "PUT", where, content=PDF + b"\n", expect=200)
    assert replaced.json()["file_sha256"] != kept.json()["file_sha256"]
    await world.refused(world.region_officer, "PUT", where, 403, "not-your-signed-file", content=PDF)
    await world.refused(world.helper, "PUT", where, 403, "not-your-signed-file", content=PDF)
    await world.refused(world.stranger, "PUT", where, 404, "not-found", content=PDF)
    await world.refused(world.president, "PUT", where, 415, "unsupported-file-type", content=b"\x89PNG\r\n\x1a\n" + b"0" * 40)
    foreign = f"{PATH}/{agreement['id']}/signatures/{world.association}/signed-file"
    await world.refused(world.president, "PUT", foreign, 404, "not-found", content=PDF)
    assert other["signed_file"] is None


async def test_termination_stops_commitments_and_a_new_grant_opens_the_year_again(world: World) -> None:
    since = datetime.now(UTC)
    one = await granted(world, 24_000)
    agreement = await in_force(world)
    await world.commit(world.region_officer, one["id"], amount_cents=1_000_000)
    reason = {"reason": "L'action n'a pas été réalisée."}
    answer = await act(world, world.region_officer, agreement["id"], "/termination", reason, expect=201)
    assert (answer.json()["status"], answer.json()["termination_reason"]) == ("terminated", reason["reason"])
    assert answer.json()["text"]["status"] == "terminated"
    where = f"/awards/{one['id']}"
    refusal(await world.change(world.region_officer, "POST", f"{where}/commitment", of=where, json={}), 409, "agreement-required")
    assert (await award(world, one["id"]))["committed_cents"] == 1_000_000, "what is committed may be paid"
    assert len(await new_mails(world, "Résiliation de la convention", since)) == 1
    refusal(await act(world, world.region_officer, agreement["id"], "/termination", reason), 409, "agreement-state-refused")
    await granted(world, 1_000)
    assert (await the_agreement(world))["status"] == "due"
    again = await in_force(world)
    assert (again["status"], again["termination_reason"], again["text_due"]) == ("signed", None, False)
    assert (await world.commit(world.region_officer, one["id"]))["committed_cents"] == 2_400_000


async def test_who_took_over_from_the_holder_signs_in_its_place(world: World) -> None:
    one = await granted(world, 24_000)
    agreement = await drafted(world)
    async with world.running.resources.database.transaction() as session:
        await service.follow_successor(session, world.association, world.neighbour, now=world.running.clock.now())
    heir = member_of(world.neighbour, roles=["signatory"])
    former = await act(world, world.president, agreement["id"], "/signatures", signature(world, "holder"))
    refusal(former, 403, "not-for-you-to-sign")
    own = signature(world, "holder", organisation_id=str(world.neighbour))
    await act(world, heir, agreement["id"], "/signatures", own, expect=201)
    signer = region_signatory(world)
    await act(world, signer, agreement["id"], "/signatures", signature(world, "funder"), expect=201)
    assert (await award(world, one["id"]))["status"] == "agreed"
    assert [a["id"] for a in await world.pages(heir, PATH, holder_id=str(world.neighbour))] == [agreement["id"]]


async def test_a_voluntary_agreement_below_the_threshold_is_signed_too(world: World) -> None:
    one = await granted(world, 5_000)
    assert (await in_force(world))["required"] is False
    assert (await award(world, one["id"]))["status"] == "agreed"


async def test_a_draft_below_the_threshold_stops_no_commitment(world: World) -> None:
    one = await granted(world, 5_000)
    await drafted(world)
    assert (await world.commit(world.region_officer, one["id"]))["status"] == "committed"


async def test_what_two_funders_agree_on_over_the_same_dossiers_at_once_never_blocks(world: World) -> None:
    told = [await world.awarded(region=12_000, caf=12_000) for _ in range(2)]
    late = await decided(world, 3_000)
    region = await drafted(world)
    (caf,) = await world.pages(world.holder, PATH, funder_id=str(world.caf))
    await act(world, world.caf_officer, caf["id"], "/draft", terms(world), expect=201)
    await world.running.run_jobs()
    clicks = []
    for found, funder, who in ((region, world.region, region_signatory(world)), (caf, world.caf, world.caf_signatory)):
        await act(world, world.president, found["id"], "/signatures", signature(world, "holder"), expect=201)
        tag = (await world.call(world.holder, "GET", f"{PATH}/{found['id']}", expect=200)).headers["etag"]
        sent = {"json": signature(world, "funder", organisation_id=str(funder)), "headers": {"If-Match": tag}}
        clicks.append((who, "POST", f"{PATH}/{found['id']}/signatures", sent))
    answers = await world.at_once([*clicks, notification(world, late)])
    assert answers[1].status_code == answers[2].status_code == 201
    assert answers[0].status_code in {201, 412}, "the late grant may have come first"
    for one in told:
        assert (await award(world, one["awards"]["region"]["id"]))["agreement_required"] is True
    assert (await the_agreement(world))["granted_cents"] == 2_700_000
