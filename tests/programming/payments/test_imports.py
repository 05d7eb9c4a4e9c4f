"""A funder's payment file: each line for itself, nothing twice, nothing on a dry run."""

import asyncio
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.programming.payments import imports
from services.programming.payments.imports import MOST_BYTES
from tests.programming.bank_accounts.accounts import confirmed
from tests.programming.papers import refusal
from tests.programming.payments.acts import HEADER, book, committed, csv, drawn, french_day, ordered, pay, send, today, xlsx
from tests.programming.world import World
from tests.support import member_of

pytestmark = pytest.mark.anyio


def done(answer: httpx.Response) -> list[tuple[int, str, str | None]]:
    """Line, status, code."""
    assert answer.status_code in {200, 201}, answer.text
    return [(line["number"], line["status"], line["code"]) for line in answer.json()["report"]]


def counts(answer: httpx.Response) -> tuple[int, int, int, int]:
    body = answer.json()
    return body["imported"], body["already_known"], body["errors"], body["imported_cents"]


async def test_good_lines_are_imported_and_bad_ones_reported(world: World) -> None:
    one, two = await committed(world, 100), await committed(world, 200)
    day, reference = french_day(world), drawn()
    sent = await send(
        world,
        csv(
            f"{one['reference']};;{day};60,00;{reference};",
            f"{one['reference'].lower()};;{today(world)};40.00 €;{drawn()};",
            f"{two['reference']};;{day};200,01;{drawn()};",
            f"INCONNU;;{day};1,00;{drawn()};",
            f"{two['reference']};;{day};=1+1;{drawn()};",
            f"{two['reference']};;{day};20,00;{reference};",
        ),
    )
    assert done(sent) == [
        (2, "imported", None),
        (3, "imported", None),
        (4, "error", "amount_refused"),
        (5, "error", "unknown_dossier"),
        (6, "error", "amount_unreadable"),
        (7, "error", "reference_repeated"),
    ]
    assert counts(sent) == (2, 0, 4, 10_000)
    assert "Il reste 200\u00a0€ à payer." in sent.json()["report"][2]["message"]
    found = await book(world, one["id"])
    assert found["totals"]["paid_cents"] == 10_000
    assert {p["import_id"] for p in found["payments"]} == {sent.json()["id"]}
    assert (await book(world, two["id"]))["totals"]["paid_cents"] == 0
    assert len([mail for mail in await world.mails("Paiement") if one["reference"] in mail["subject"]]) == 2


async def test_what_was_imported_stays_readable(world: World) -> None:
    award = await committed(world, 100)
    lines = [f"{award['reference']};;{french_day(world)};1,00;{drawn()};" for _ in range(3)]
    sent = await send(world, csv(*lines, f"INCONNU;;{french_day(world)};1,00;{drawn()};"))
    where = sent.headers["location"]
    kept = (await world.call(world.state_officer, "GET", where, expect=200)).json()
    assert (kept["lines"], kept["imported"], kept["errors"], kept["name"]) == (4, 3, 1, "paiements.csv")
    assert await world.pages(world.state_payer, f"{where}/lines", limit=3) == sent.json()["report"]
    (wrong,) = await world.pages(world.state_payer, f"{where}/lines", status="error")
    assert (wrong["number"], wrong["status_label"]) == (5, "En erreur")
    assert [i["id"] for i in await world.pages(world.state_payer, f"/funders/{world.state}/payment-imports")] == [kept["id"]]
    for who in (world.caf_payer, world.holder, world.team):
        for path in (where, f"{where}/lines", f"/funders/{world.state}/payment-imports"):
            refusal(await world.call(who, "GET", path), 404, "not-found")


async def test_a_dry_run_tells_the_same_and_writes_nothing(world: World) -> None:
    award = await committed(world, 100)
    content = csv(
        f"{award['reference']};;{french_day(world)};60,00;{drawn()};", f"{award['reference']};;{french_day(world)};60,00;{drawn()};"
    )
    before = await _everything(world)
    tried = await send(world, content, dry_run=True)
    assert tried.status_code == 200
    assert (tried.json()["id"], tried.json()["dry_run"], "location" in tried.headers) == (None, True, False)
    assert done(tried) == [(2, "imported", None), (3, "error", "amount_refused")]
    assert [line["payment_id"] for line in tried.json()["report"]] == [None, None]
    assert await _everything(world) == before
    assert done(await send(world, content)) == done(tried)


async def _everything(world: World) -> dict[str, int]:
    """How many rows each table has."""
    names = await world.running.rows(
        "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
    )
    counted = {}
    for row in names:
        (found,) = await world.running.rows(f"SELECT count(*) AS rows FROM {row['name']}")  # noqa: S608
        counted[row["name"]] = found["rows"]
    return counted


async def test_the_same_file_twice_changes_nothing(world: World) -> None:
    award = await committed(world, 100)
    line = f"{award['reference']};;{french_day(world)};10,00;{drawn()};"
    content = csv(*(f"{award['reference']};;{french_day(world)};10,00;{drawn()};" for _ in range(3)), line, line)
    first = await send(world, content)
    assert [status for _, status, _ in done(first)] == ["imported"] * 4 + ["already_known"]
    paid = await book(world, award["id"])
    again = await send(world, content)
    assert [status for _, status, _ in done(again)] == ["already_known"] * 5
    assert counts(again) == (0, 5, 0, 0)
    assert [line["payment_id"] for line in again.json()["report"][:4]] == [
        line["payment_id"] for line in first.json()["report"][:4]
    ]
    assert await book(world, award["id"]) == paid


async def test_the_same_file_sent_several_times_at_once_is_imported_once(world: World) -> None:
    made = [await committed(world, 100) for _ in range(3)]
    content = csv(*(f"{award['reference']};;{french_day(world)};{n},00;{drawn()};" for n in (1, 2) for award in made))
    second = member_of(world.state, roles=["payer"])
    where = f"/funders/{world.state}/payment-imports"
    sent = {"params": {"name": "paiements.csv"}, "content": content}
    answers = await world.at_once([(who, "POST", where, sent) for who in (world.state_payer, second) * 2])
    assert sorted(counts(answer) for answer in answers) == [*[(0, 6, 0, 0)] * 3, (6, 0, 0, 900)]
    assert [(await book(world, award["id"]))["totals"]["paid_cents"] for award in made] == [300, 300, 300]


async def test_an_import_and_a_payment_by_hand_at_once_count_once(world: World) -> None:
    award = await committed(world, 100)
    reference = drawn()
    by_hand = {"json": {"paid_on": today(world), "reference": reference, "amount_cents": 1_000}}
    by_file = {"content": csv(f"{award['reference']};;{french_day(world)};10,00;{reference};")}
    where = f"/funders/{world.state}/payment-imports"
    async with world.holding("dossiers", award["dossier_id"]):
        calls: list[tuple[Any, str, str, dict[str, Any]]] = [
            (world.state_payer, "POST", f"/awards/{award['id']}/payments", by_hand),
            (world.state_payer, "POST", where, by_file),
        ]
        waiting = asyncio.gather(*(world.call(who, method, path, **more) for who, method, path, more in calls))
        await world.until_waiting(2)
    hand, file = await waiting
    outcome = (hand.status_code, file.json()["report"][0]["status"])
    assert outcome in {(201, "already_known"), (409, "imported")}
    assert (await book(world, award["id"]))["totals"]["paid_cents"] == 1_000


async def test_two_funders_import_at_once_for_the_same_dossiers(world: World) -> None:
    told = [await world.awarded(state=100, caf=100) for _ in range(4)]
    for who, name in ((world.state_payer, "state"), (world.caf_payer, "caf")):
        for dossier in told:
            await world.commit(who, dossier["awards"][name]["id"])
    day = french_day(world)
    straight = csv(*(f"{dossier['reference']};;{day};1,00;{drawn()};" for dossier in told))
    backwards = csv(*(f"{dossier['reference']};;{day};1,00;{drawn()};" for dossier in reversed(told)))
    calls: list[Any] = [
        (world.state_payer, "POST", f"/funders/{world.state}/payment-imports", {"content": straight}),
        (world.caf_payer, "POST", f"/funders/{world.caf}/payment-imports", {"content": backwards}),
    ]
    assert [counts(answer) for answer in await world.at_once(calls)] == [(4, 0, 0, 400)] * 2


async def test_a_reference_known_for_another_payment_is_an_error(world: World) -> None:
    award = await committed(world, 100)
    reference = drawn()
    await pay(world, award["id"], 1_000, reference=reference)
    sent = await send(world, csv(f"{award['reference']};;{french_day(world)};10,01;{reference};"))
    assert done(sent) == [(2, "error", "reference_used")]


async def test_a_file_pays_the_order_it_names(world: World) -> None:
    award = await committed(world, 100)
    await confirmed(world)
    first, second = [await ordered(world, award["id"], amount_cents=4_000) for _ in range(2)]
    day = french_day(world)
    sent = await send(
        world,
        csv(
            f"{award['reference']};;{day};40,00;;{second['number'].lower()}",
            f"{award['reference']};;{day};40,01;{drawn()};{first['number']}",
            f"{award['reference']};;{day};20,00;{drawn()};AILLEURS-12",
        ),
    )
    assert done(sent) == [(2, "imported", None), (3, "error", "amount_beyond_order"), (4, "imported", None)]
    payments = (await book(world, award["id"]))["payments"]
    assert (payments[0]["order_id"], payments[0]["reference"]) == (second["id"], second["number"])
    assert payments[1]["order_id"] == first["id"], "a number that is no order of ours says nothing: the oldest order it fits in"


async def test_a_siret_that_is_not_the_holder_s_is_an_error(world: World) -> None:
    world.organisations[world.association]["siret"] = "82161143100015"
    award = await committed(world, 100)
    day = french_day(world)
    sent = await send(
        world,
        csv(
            f"{award['reference']};821 611 431 00023;{day};1,00;{drawn()};",
            f"{award['reference']};821 611 431 00015;{day};1,00;{drawn()};",
        ),
    )
    assert done(sent) == [(2, "error", "siret_differs"), (3, "imported", None)]


async def test_days_and_commitments_are_judged_line_by_line(world: World) -> None:
    told = await world.awarded(state=100)
    award = await committed(world, 100)
    tomorrow = (date.fromisoformat(today(world)) + timedelta(days=1)).isoformat()
    sent = await send(
        world,
        csv(
            f"{award['reference']};;{tomorrow};1,00;{drawn()};",
            f"{award['reference']};;2020-01-01;1,00;{drawn()};",
            f"{told['reference']};;{today(world)};1,00;{drawn()};",
            f"{award['reference']};;{today(world)};100,00;{drawn()};",
        ),
    )
    assert [code for _, _, code in done(sent)] == ["payment_day_refused", "payment_day_refused", "nothing_committed", None]
    assert sent.json()["report"][0]["message"] == "Cette date est dans l'avenir."


async def test_a_workbook_is_imported_as_well(world: World) -> None:
    award = await committed(world, 100)
    row = [award["reference"], "", date.fromisoformat(today(world)), 12.34, drawn(), ""]
    sent = await send(world, xlsx([HEADER.split(";"), row]))
    assert (done(sent), counts(sent)) == ([(2, "imported", None)], (1, 0, 0, 1_234))


async def test_a_formula_is_data(world: World) -> None:
    award = await committed(world, 100)
    reference = f"=CMD|' /C CALC'!{drawn()}"
    sent = await send(world, csv(f"{award['reference']};;{french_day(world)};1,00;{reference};"))
    assert done(sent) == [(2, "imported", None)]
    assert (await book(world, award["id"]))["payments"][0]["reference"] == reference


async def test_awards_of_other_funders_are_unknown(world: World) -> None:
    told = await world.awarded(state=100, caf=100, granted={"caf": 100})
    await world.commit(world.caf_payer, told["awards"]["caf"]["id"])
    sent = await send(world, csv(f"{told['reference']};;{french_day(world)};1,00;{drawn()};"))
    assert done(sent) == [(2, "error", "unknown_dossier")]


async def test_only_the_funder_s_payers_import(world: World) -> None:
    content = csv(f"X;;{french_day(world)};1,00;{drawn()};")
    for who in (world.state_officer, world.state_signatory, member_of(world.state)):
        refusal(await send(world, content, who=who), 403, "not-for-you-to-import")
    for who in (world.caf_payer, world.holder, world.team):
        refusal(await send(world, content, who=who), 404, "not-found")


@pytest.mark.parametrize(
    ("content", "status", "slug"),
    [
        (b"", 422, "empty-file"),
        (b"%PDF-1.4\n\x00", 415, "unsupported-file-type"),
        (b"Dossier;Somme\n1;2\n", 422, "payment-file-columns-missing"),
        (b"PK\x03\x04 broken", 422, "payment-file-unreadable"),
        (HEADER.encode() + b"\n1;2;3\n" * 5_001, 413, "payment-file-too-long"),
        (b"x" * (MOST_BYTES + 1), 413, "body-too-large"),
    ],
)
async def test_a_file_that_cannot_be_read_is_refused_by_name(world: World, content: bytes, status: int, slug: str) -> None:
    where = f"/funders/{world.state}/payment-imports"
    await world.refused(world.state_payer, "POST", where, status, slug, content=content)
    assert await world.pages(world.state_payer, where) == []


async def test_the_same_key_gives_the_same_report(world: World) -> None:
    award = await committed(world, 100)
    content = csv(f"{award['reference']};;{french_day(world)};1,00;{drawn()};")
    where, key = f"/funders/{world.state}/payment-imports", {"Idempotency-Key": drawn()}
    first, second = [await world.call(world.state_payer, "POST", where, content=content, headers=key, expect=201) for _ in range(2)]
    assert second.json() == first.json()
    assert len(await world.pages(world.state_payer, where)) == 1


async def test_a_long_file_goes_on_in_the_background_and_counts_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "AT_ONCE", 3)
    made = [await committed(world, 100) for _ in range(2)]
    day = french_day(world)
    good = [f"{made[n % 2]['reference']};;{day};1,00;{drawn()};" for n in range(8)]
    content = csv(*good, f"{made[0]['reference']};;{day};97,00;{drawn()};", good[7], f"INCONNU;;{day};1,00;{drawn()};")
    tried = await send(world, content, dry_run=True)
    assert (tried.json()["waiting"], counts(tried)) == (6, (3, 1, 1, 300))
    sent = await send(world, content)
    assert (sent.json()["waiting"], counts(sent)) == (6, (3, 1, 1, 300))
    again = await send(world, content)
    assert (again.json()["waiting"], counts(again)) == (3, (3, 4, 1, 300)), "the second takes the next ones: none is counted twice"
    await world.running.run_jobs()
    first, second = [(await world.call(world.state_payer, "GET", each.headers["location"])).json() for each in (sent, again)]
    assert (first["waiting"], second["waiting"]) == (0, 0)
    assert first["imported"] + second["imported"] == 8
    assert first["imported_cents"] + second["imported_cents"] == 800
    assert (first["lines"], first["imported"] + first["already_known"] + first["errors"]) == (11, 11)
    lines = await world.pages(world.state_payer, f"{sent.headers['location']}/lines")
    assert [line["status"] for line in lines].count("waiting") == 0
    assert lines[8]["code"] == "amount_refused"
    assert [(await book(world, award["id"]))["totals"]["paid_cents"] for award in made] == [400, 400]
    assert all(payment["recorded_at"] for payment in (await book(world, made[0]["id"]))["payments"])


async def test_the_background_takes_up_where_a_crash_left(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "AT_ONCE", 2)
    award = await committed(world, 100)
    sent = await send(world, csv(*(f"{award['reference']};;{french_day(world)};1,00;{drawn()};" for _ in range(5))))
    import_id = UUID(sent.json()["id"])

    class PowerCut(Exception):
        pass

    async def once(*, cut: bool) -> None:
        async with world.running.resources.database.transaction() as session:
            await imports.go_on(session, import_id, now=world.running.clock.now())
            if cut:
                raise PowerCut

    with pytest.raises(PowerCut):
        await once(cut=True)
    assert (await book(world, award["id"]))["totals"]["paid_cents"] == 200
    for _ in range(4):
        await once(cut=False)
    await world.running.run_jobs()
    assert (await book(world, award["id"]))["totals"]["paid_cents"] == 500
    assert (await world.call(world.state_payer, "GET", sent.headers["location"])).json()["imported"] == 5
