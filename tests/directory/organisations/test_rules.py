"""Identifiers and who may be left: no database here."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.fr import siret as siret_number

from services.common.language import Text
from services.directory.organisations import rules
from services.directory.organisations.models import Kind
from tests.directory.people import with_luhn

sirens = st.from_regex(r"[1-9][0-9]{7}", fullmatch=True).map(with_luhn).filter(lambda siren: siren != "356000000")
sirets = st.tuples(sirens, st.from_regex(r"[0-9]{4}", fullmatch=True)).map(lambda parts: with_luhn("".join(parts)))


@given(sirets)
def test_a_siret_is_kept_as_fourteen_digits(siret: str) -> None:
    assert rules.checked_siret(siret) == siret
    assert rules.checked_siret(f" {siret[:3]} {siret[3:6]}\u00a0{siret[6:9]}\u202f{siret[9:]} ") == siret


@given(sirets, st.integers(0, 13), st.integers(1, 9))
def test_one_wrong_digit_is_always_seen(siret: str, position: int, shift: int) -> None:
    wrong = siret[:position] + str((int(siret[position]) + shift) % 10) + siret[position + 1 :]
    if wrong.startswith("356000000"):
        return
    with pytest.raises(ValueError) as refusal:
        rules.checked_siret(wrong)
    assert isinstance(refusal.value.args[0], Text)


@given(st.text(max_size=30).filter(lambda text: len("".join(text.split())) != 14))
def test_anything_else_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError) as refusal:
        rules.checked_siret(text)
    assert isinstance(refusal.value.args[0], Text)


@pytest.mark.parametrize("siret", ["35600000000048", "356 000 000 00006", "35600000049837"])
def test_la_poste_is_accepted(siret: str) -> None:
    assert rules.checked_siret(siret) == siret.replace(" ", "")


@given(st.from_regex(r"[0-9]{5}", fullmatch=True))
def test_an_office_of_la_poste_counts_by_five(office: str) -> None:
    siret = "356000000" + office
    accepted = sum(map(int, siret)) % 5 == 0 or siret == "35600000000048"
    try:
        assert rules.checked_siret(siret) == siret
        assert accepted
    except ValueError:
        assert not accepted


@pytest.mark.parametrize(
    "text",
    [
        "",
        "8216114310001",
        "821611431000155",
        "82161143100016",
        "8216114310001🙂",
        "8️⃣2161143100015",
        "８２１６１１４３１０００１５",
        "٨٢١٦١١٤٣١٠٠٠١٥",
        "82161143100015\u200b",
        "3805449320029.0",
        "821-611-431-00015",
        "0x821611431000",
        "00000000000000\u0000",
    ],
)
def test_what_looks_like_a_siret_is_none(text: str) -> None:
    with pytest.raises(ValueError):
        rules.checked_siret(text)


def test_a_siren_is_told_apart() -> None:
    with pytest.raises(ValueError) as refusal:
        rules.checked_siret("821 611 431")
    assert "SIREN" in refusal.value.args[0].fr


@given(st.from_regex(r"W[0-9][A-Z0-9][0-9]{7}", fullmatch=True))
def test_an_rna_number_is_kept_in_capitals(rna: str) -> None:
    assert rules.checked_rna(f" {rna.lower()[:4]} {rna[4:]}") == rna


@pytest.mark.parametrize(
    "text", ["", "W12345678", "W1234567890", "X112004567", "WA12004567", "W11200456🙂", "W１１2004567", "82161143100015"]
)
def test_what_looks_like_an_rna_number_is_none(text: str) -> None:
    with pytest.raises(ValueError):
        rules.checked_rna(text)


def test_who_gives_which_number() -> None:
    assert rules.missing_identifier("association", None, "W112004567") is None
    assert rules.missing_identifier("association", "82161143100015", None) is None
    assert rules.missing_identifier("association", None, None) is not None
    assert rules.missing_identifier("company", None, "W112004567") is not None
    assert rules.missing_identifier("company", "82161143100015", None) is None


def test_kinds_named_by_the_rules_exist() -> None:
    kinds = {kind.value for kind in Kind}
    assert kinds >= rules.ADMINISTERED_KINDS
    assert kinds >= rules.CER_KINDS
    assert not rules.ADMINISTERED_KINDS & rules.CER_KINDS


@pytest.mark.parametrize(
    ("kind", "signed_on", "accepted"),
    [
        ("association", date(2027, 1, 4), True),
        ("foundation", date(2022, 1, 2), True),
        ("association", date(2022, 1, 1), False),
        ("association", date(2027, 1, 5), False),
        ("company", date(2027, 1, 4), False),
        ("commune", date(2027, 1, 4), False),
    ],
)
def test_the_contrat_engagement_republicain(kind: str, signed_on: date, accepted: bool) -> None:
    assert (rules.cer_refusal(kind, signed_on, today=date(2027, 1, 4)) is None) is accepted


@pytest.mark.parametrize(
    ("before", "after", "others", "refused"),
    [
        (["manager"], [], 0, True),
        (["manager", "signatory"], ["signatory"], 0, True),
        (["manager"], ["member"], 1, False),
        (["manager"], ["manager", "member"], 0, False),
        (["member"], [], 0, False),
    ],
)
def test_the_last_manager_stays(before: list[str], after: list[str], others: int, refused: bool) -> None:
    assert rules.leaves_nobody(before, after, others) is refused


@given(st.from_regex(r"(356000000|[0-9]{9})[0-9]{5}", fullmatch=True))
def test_the_keys_of_a_siret_are_those_of_the_standard_library_of_numbers(number: str) -> None:
    """Two keys pass, the SIREN's and its own; La Poste's establishments have another rule."""
    if siret_number.is_valid(number):
        assert rules.checked_siret(number) == number
    else:
        with pytest.raises(ValueError, match="check digit"):
            rules.checked_siret(number)
