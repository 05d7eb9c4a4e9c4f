"""What is printed: texts cut, pictographs left out, budgets in brief, codes in the order people expect."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.common.language import euros
from services.programming.reports import rules
from tests.programming.laws import law


@law
@given(st.text(max_size=400), st.integers(1, 300))
def test_a_text_is_cut_between_words_and_says_when_it_was(text: str, limit: int) -> None:
    kept = rules.words(text, limit)
    whole = rules.words(text, 10_000)
    assert all(0 < len(word) <= 35 for word in kept)
    if kept == whole:
        return
    assert kept[-1] == "[…]"
    assert kept[:-1] == whole[: len(kept) - 1]
    assert len(" ".join(kept[:-1])) <= limit


@law
@given(st.lists(st.tuples(st.integers(0, 20_000), st.integers(1, 3)), max_size=15), st.integers(0, 9_000))
def test_texts_share_the_room_by_weight_and_never_more(texts: list[tuple[int, int]], room: int) -> None:
    lengths, weights = [length for length, _ in texts], [weight for _, weight in texts]
    given_ = rules.shares(lengths, weights, room)
    assert all(0 <= kept <= length for kept, length in zip(given_, lengths, strict=True))
    assert sum(given_) == sum(lengths) or sum(given_) <= room
    part = [kept / weight for kept, weight in zip(given_, weights, strict=True)]
    cut = [part[i] for i in range(len(lengths)) if given_[i] < lengths[i]]
    assert not cut or max(part) <= max(cut) + len(lengths), "nobody keeps more, for its weight, than those who are cut"


@pytest.mark.parametrize(
    ("written", "drawn"),
    [
        ("🎨 Fresque", "Fresque"),
        ("Les 👩🏽‍🎨 artistes", "Les artistes"),
        ("Cœur – « été » № 1…", "Cœur – « été » № 1…"),
        ("e\u0301te\u0301", "été"),
        ("a\u0000b\u202ec", "a b c"),
        ("🎨", ""),
        ("10\u00a0000\u202f€", "10\u00a0000\u202f€"),
    ],
)
def test_what_no_font_draws_is_left_out(written: str, drawn: str) -> None:
    assert rules.printable(written) == drawn


@law
@given(st.lists(st.tuples(st.sampled_from(["60", "606", "64", "6411"]), st.integers(1, 10**9))))
def test_a_budget_in_brief_keeps_its_total(lines: list[tuple[str, int]]) -> None:
    told = rules.brief([{"account": account, "amount_cents": cents} for account, cents in lines])
    assert told[-1]["amount"] == euros(sum(cents for _, cents in lines))
    assert [row["label"][:2] for row in told[:-1]] == sorted({account[:2] for account, _ in lines})


def test_codes_are_in_the_order_people_expect() -> None:
    assert sorted(["10", "2", "1.10", "1.2", "A2", "1"], key=rules.natural) == ["A2", "1", "1.2", "1.10", "2", "10"]


def test_several_funders_of_a_dossier_are_one_action() -> None:
    one = {"reference": "R", "title": "T", "holder_name": "H", "qpv_codes": ["Q"]}
    dossier = uuid4()
    rows = [{**one, "dossier_id": dossier, "funder_id": i, "granted_cents": 100 * i} for i in (1, 2)]
    (action,) = rules.supported(rows)
    assert (action.cents, action.grants) == (300, ((1, 100), (2, 200)))


@pytest.mark.parametrize(
    ("part", "whole", "said"), [(1, 8, "12,5\u00a0%"), (1, 2, "50\u00a0%"), (0, 3, "0\u00a0%"), (3, 0, "–"), (1, 3, "33,3\u00a0%")]
)
def test_shares_are_said_in_french(part: int, whole: int, said: str) -> None:
    assert rules.percent(part, whole) == said


def test_instants_are_said_in_paris() -> None:
    assert rules.instant(datetime(2027, 7, 1, 22, 5, tzinfo=UTC)) == "2 juillet 2027 à 00\u00a0h\u00a005"
    assert rules.period(date(2027, 3, 1), None) == "Non précisé"


def test_a_booklet_is_outdated_by_its_session_and_its_agenda_alone() -> None:
    session = {"title": "T", "place": "P", "starts_at": "2027-03-12", "kind": "steering", "attendance": [], "version": 1}
    said = rules.digest(session, [1, 2])
    assert said == rules.digest(session | {"attendance": ["x"], "version": 9}, [1, 2])
    assert said != rules.digest(session, [2, 1])
    for name in ("title", "place", "starts_at", "kind"):
        assert said != rules.digest(session | {name: "other"}, [1, 2])
