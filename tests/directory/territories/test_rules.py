"""How territories are coded and nested: no database here."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.directory.territories import rules
from services.directory.territories.models import TerritoryKind


@given(st.from_regex(r"QP[0-9]{6}", fullmatch=True))
def test_a_2015_neighbourhood(code: str) -> None:
    assert rules.generation_of(code) == 2015
    assert rules.code_refusal("qpv", code, 2015) is None
    assert rules.code_refusal("qpv", code, 2024) is not None
    assert rules.code_refusal("qpv", code, None) is not None


@given(st.from_regex(r"QN(0[0-9]{2}|02[AB]|97[0-9])[0-9]{2}[NMI]", fullmatch=True))
def test_a_2024_neighbourhood(code: str) -> None:
    assert rules.generation_of(code) == 2024
    assert rules.code_refusal("qpv", code, 2024) is None
    assert rules.code_refusal("qpv", code, 2015) is not None


@pytest.mark.parametrize(
    "code",
    ["QN12301N", "QN02C01N", "QN01101X", "QN0110N", "QP01100", "QP0110020", "qp011002", "QP０11002", "CN01101N", "QP011002\n"],
)
def test_what_is_no_neighbourhood(code: str) -> None:
    assert rules.generation_of(code) is None


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("region", "REG-76"),
        ("departement", "01"),
        ("departement", "11"),
        ("departement", "2A"),
        ("departement", "95"),
        ("departement", "976"),
        ("epci", "200035715"),
        ("commune", "11069"),
        ("commune", "2A004"),
        ("commune", "97411"),
    ],
)
def test_official_codes(kind: str, code: str) -> None:
    assert rules.code_refusal(kind, code, None) is None
    assert rules.code_refusal(kind, code, 2015) is not None


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("region", "76"),
        ("region", "REG-7"),
        ("departement", "00"),
        ("departement", "20"),
        ("departement", "96"),
        ("departement", "975"),
        ("departement", "2C"),
        ("epci", "200035714"),
        ("epci", "11069"),
        ("commune", "1106"),
        ("commune", "2C004"),
        ("commune", "110690"),
    ],
)
def test_what_is_no_official_code(kind: str, code: str) -> None:
    assert rules.code_refusal(kind, code, None) is not None


def test_a_territory_lies_within_a_wider_one() -> None:
    assert list(TerritoryKind) == list(rules.RANKS)
    for rank, kind in enumerate(rules.RANKS):
        for around_rank, around in enumerate(rules.RANKS):
            assert (rules.parent_refusal(kind, around) is None) is (around_rank < rank)
    assert rules.parent_refusal("region", None) is None
    assert rules.parent_refusal("epci", None) is None
    assert rules.parent_refusal("qpv", None) is not None


def test_a_neighbourhood_becomes_one_of_a_later_generation() -> None:
    assert rules.succession_refusal(("qpv", 2015), ("qpv", 2024)) is None
    assert rules.succession_refusal(("commune", None), ("commune", None)) is None
    assert rules.succession_refusal(("qpv", 2024), ("qpv", 2015)) is not None
    assert rules.succession_refusal(("qpv", 2015), ("qpv", 2015)) is not None
    assert rules.succession_refusal(("commune", None), ("epci", None)) is not None
