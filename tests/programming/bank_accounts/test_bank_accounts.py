"""A holder's account: proposed by one, confirmed by another, in clear for those who pay it and nobody else."""

import logging

import pytest
import structlog

from services.common.ids import new_id
from tests.programming.bank_accounts.accounts import IBAN, MASKED, OTHER_IBAN, account, confirmed, drawn_iban, proposed
from tests.programming.papers import refusal
from tests.programming.world import World
from tests.support import Person, member_of

pytestmark = pytest.mark.anyio


def accounts_of(world: World) -> str:
    return f"/organisations/{world.association}/bank-accounts"


async def test_an_account_is_proposed_then_confirmed_by_a_second_person(world: World) -> None:
    made = await proposed(world, "fr76 3000 6000 0112 3456 7890 189")
    assert (made["status"], made["iban_masked"], made["status_label"]) == ("proposed", MASKED, "À confirmer")
    assert "iban" not in made
    where = f"/bank-accounts/{made['id']}"
    done = (await world.change(world.holder, "POST", f"{where}/confirmation", of=where, expect=201)).json()
    assert (done["status"], done["confirmed_by"]) == ("confirmed", str(world.holder.account_id))
    assert [a["status"] for a in await world.pages(world.president, accounts_of(world))] == ["confirmed"]


async def test_the_proposer_never_confirms_whatever_their_roles(world: World) -> None:
    await world.awarded(state=8_000)
    both = Person(memberships={world.association: ["manager", "signatory"], world.state: ["payer"]})
    made = await proposed(world, who=both)
    where = f"/bank-accounts/{made['id']}"
    refused = await world.change(both, "POST", f"{where}/confirmation", of=where)
    refusal(refused, 403, "proposer-cannot-confirm")
    # Nor with another session of the same person, whose roles are others.
    payer = Person(account_id=both.account_id, memberships={world.state: ["payer"]})
    refusal(await world.change(payer, "POST", f"{where}/confirmation", of=where), 403, "proposer-cannot-confirm")
    assert (await world.call(both, "GET", where, expect=200)).json()["status"] == "proposed"


async def test_the_database_itself_refuses_a_proposer_who_confirms(world: World) -> None:
    made = await proposed(world)
    with pytest.raises(Exception, match="ck_bank_accounts_confirmed_by_a_second_person"):
        await world.running.rows(
            "UPDATE bank_accounts SET confirmed_by = proposed_by, confirmed_at = now(), status = 'confirmed' WHERE id = %(id)s",
            id=made["id"],
        )


async def test_a_payer_of_a_funder_with_an_award_confirms(world: World) -> None:
    made = await proposed(world)
    where = f"/bank-accounts/{made['id']}"
    refusal(await world.call(world.state_payer, "GET", where), 404, "not-found")
    await world.awarded(state=8_000)
    done = await world.change(world.state_payer, "POST", f"{where}/confirmation", of=where, expect=201)
    assert done.json()["status"] == "confirmed"


async def test_a_new_account_replaces_the_former_and_history_stays(world: World) -> None:
    first = await confirmed(world)
    second = await confirmed(world, OTHER_IBAN)
    found = await world.pages(world.holder, accounts_of(world), limit=1)
    assert [(a["id"], a["status"]) for a in found] == [(second["id"], "confirmed"), (first["id"], "replaced")]
    assert found[1]["replaced_at"] is not None


async def test_a_rejected_account_says_why_and_the_former_stays(world: World) -> None:
    first = await confirmed(world)
    second = await proposed(world, OTHER_IBAN)
    where = f"/bank-accounts/{second['id']}"
    reason = {"reason": "Le titulaire n'est pas l'association."}
    done = (await world.change(world.holder, "POST", f"{where}/rejection", of=where, json=reason, expect=201)).json()
    assert (done["status"], done["reason"]) == ("rejected", reason["reason"])
    assert (await world.call(world.holder, "GET", f"/bank-accounts/{first['id']}")).json()["status"] == "confirmed"
    again = await world.change(world.holder, "POST", f"{where}/confirmation", of=where)
    refusal(again, 409, "account-state-refused")


@pytest.mark.parametrize(
    ("iban", "said"),
    [
        ("FR76 3000 6000 0112 3456 7890 188", "clé"),
        ("FR76 3000 6000 0112 3456 7890 18🏦", "🏦"),
        ("FR76", "27 en France"),
    ],
)
async def test_a_wrong_iban_is_pointed_at_with_the_way_out(world: World, iban: str, said: str) -> None:
    problem = await world.refused(world.holder, "POST", accounts_of(world), 422, "malformed-request", json=account(iban))
    (error,) = problem["errors"]
    assert error["pointer"] == "/iban"
    assert said in error["detail"]
    assert "RIB" in error["detail"]


async def test_a_wrong_bic_is_pointed_at(world: World) -> None:
    wish = account(bic="AGRI")
    problem = await world.refused(world.holder, "POST", accounts_of(world), 422, "malformed-request", json=wish)
    assert problem["errors"][0]["pointer"] == "/bic"


async def test_only_payers_of_its_funders_read_the_number_in_clear(world: World) -> None:
    await world.awarded(state=8_000, caf=4_000, granted={"state": 8_000})
    made = await confirmed(world)
    where = f"/bank-accounts/{made['id']}"
    answer = await world.call(world.state_payer, "POST", f"{where}/disclosure", expect=201)
    assert answer.json()["iban"] == IBAN
    assert answer.headers["cache-control"] == "no-store"
    # The CAF was asked and refused: it pays nothing. The team leads the contract: it pays nothing either.
    others = [world.caf_payer, world.stranger, world.team, world.helper, world.state_officer, world.region_officer]
    for who in (*others, member_of(world.region, roles=["payer"]), Person(administrator=True)):
        for method, path in (
            ("GET", where),
            ("POST", f"{where}/disclosure"),
            ("GET", f"{where}/journal"),
            ("GET", accounts_of(world)),
        ):
            refusal(await world.call(who, method, path), 404, "not-found")
    for who in (world.holder, world.president):
        seen = await world.call(who, "GET", where, expect=200)
        assert seen.json()["iban_masked"] == MASKED
        assert "7890" not in seen.text
        await world.refused(who, "POST", f"{where}/disclosure", 403, "iban-for-payers-only")


async def test_a_payer_proposes_nothing(world: World) -> None:
    await world.awarded(state=8_000)
    await world.refused(world.state_payer, "POST", accounts_of(world), 403, "not-for-you-to-propose-an-account", json=account())


async def test_each_change_and_each_reading_leaves_a_line_without_the_number(world: World) -> None:
    await world.awarded(state=8_000)
    made = await confirmed(world)
    where = f"/bank-accounts/{made['id']}"
    for _ in range(2):
        await world.call(world.state_payer, "POST", f"{where}/disclosure", expect=201)
    lines = await world.pages(world.holder, f"{where}/journal")
    acts = ["bank_account.disclosed", "bank_account.disclosed", "bank_account.confirmed", "bank_account.proposed"]
    assert [line["act"] for line in lines] == acts
    assert lines[0]["actor_id"] == str(world.state_payer.account_id)
    assert {line["changes"]["iban_masked"] for line in lines} == {MASKED}
    assert "00112345" not in str(lines)


async def test_nothing_kept_holds_the_number_in_clear(world: World) -> None:
    """Not the tables, not the journal, not the answers kept for replay."""
    await world.awarded(state=8_000)
    key = {"Idempotency-Key": "once"}
    made = (await world.call(world.president, "POST", accounts_of(world), json=account(), headers=key, expect=201)).json()
    await world.call(world.state_payer, "POST", f"/bank-accounts/{made['id']}/disclosure", headers=key, expect=201)
    kept = await world.running.rows(
        "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
    )
    assert len(kept) > 20
    for table in kept:
        rows = await world.running.rows(f"SELECT t::text AS said FROM {table['name']} t")  # noqa: S608
        for row in rows:
            assert "3000600001123456" not in row["said"].replace(" ", ""), table
    answers = await world.running.rows("SELECT convert_from(body, 'UTF8') AS said FROM idempotency_keys")
    assert any(made["id"] in row["said"] for row in answers)
    assert all("300060000112" not in row["said"].replace(" ", "") for row in answers)


async def test_logs_never_hold_the_number(
    world: World, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG), structlog.testing.capture_logs() as logs:
        await proposed(world)
        await world.call(world.holder, "POST", accounts_of(world), json=account("FR76 3000 6000 0112 3456 7890 188"), expect=422)
    said = (str(logs) + caplog.text + "".join(capsys.readouterr())).replace(" ", "")
    assert "bank-accounts" in said
    assert "3000600001123456" not in said


async def test_the_same_account_is_not_proposed_twice(world: World) -> None:
    await proposed(world)
    await world.refused(world.holder, "POST", accounts_of(world), 409, "account-already-proposed", json=account(OTHER_IBAN))


async def test_the_account_in_use_is_not_proposed_again(world: World) -> None:
    await confirmed(world)
    await world.refused(world.holder, "POST", accounts_of(world), 409, "account-already-confirmed", json=account(IBAN.lower()))


async def test_the_same_number_at_two_organisations_is_told_to_who_pays(world: World) -> None:
    await world.awarded(state=8_000)
    number = drawn_iban()
    where = f"/bank-accounts/{(await confirmed(world, number))['id']}/disclosure"
    assert (await world.call(world.state_payer, "POST", where, expect=201)).json()["known_elsewhere"] is False
    wish = account(number, account_holder="La Voisine fictive")
    await world.call(world.stranger, "POST", f"/organisations/{world.neighbour}/bank-accounts", json=wish, expect=201)
    assert (await world.call(world.state_payer, "POST", where, expect=201)).json()["known_elsewhere"] is True


async def test_the_statement_is_a_document_of_one_s_own_dossiers(world: World) -> None:
    told = await world.awarded(state=8_000)
    rib = {"dossier_id": told["id"], "attachment_id": told["attachments"][0]["id"]}
    made = await world.call(world.holder, "POST", accounts_of(world), json=account(rib=rib), expect=201)
    assert made.json()["rib_attachment_id"] == rib["attachment_id"]
    where = f"/organisations/{world.neighbour}/bank-accounts"
    for wrong in (rib, {**rib, "attachment_id": str(new_id())}, {**rib, "dossier_id": str(new_id())}):
        problem = await world.refused(world.stranger, "POST", where, 409, "unknown-rib", json=account(rib=wrong))
        assert problem["errors"][0]["pointer"] == "/rib/attachment_id"


async def test_of_several_proposals_at_once_one_is_kept(world: World) -> None:
    wishes = [account(IBAN), account(OTHER_IBAN)] * 3
    answers = await world.at_once([(world.holder, "POST", accounts_of(world), {"json": wish}) for wish in wishes])
    assert sorted(answer.status_code for answer in answers) == [201, *[409] * 5]
    for answer in answers:
        if answer.status_code == 409:
            refusal(answer, 409, "account-already-proposed")


async def test_of_a_confirmation_and_a_rejection_at_once_one_wins(world: World) -> None:
    await world.awarded(state=8_000)
    made = await proposed(world)
    where = f"/bank-accounts/{made['id']}"
    tag = {"If-Match": (await world.call(world.holder, "GET", where, expect=200)).headers["etag"]}
    answers = await world.at_once(
        [
            (world.holder, "POST", f"{where}/confirmation", {"headers": tag}),
            (world.state_payer, "POST", f"{where}/rejection", {"headers": tag, "json": {"reason": "Illisible."}}),
        ]
    )
    assert sorted(answer.status_code for answer in answers) == [201, 412]
