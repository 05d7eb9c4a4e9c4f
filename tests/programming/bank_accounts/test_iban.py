"""What is an IBAN, and what a refusal says of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from services.common.language import Text
from services.programming.bank_accounts import vault
from services.programming.bank_accounts.errors import IbanUnreadable
from services.programming.bank_accounts.iban import checked_bic, checked_iban, masked, spaced
from tests.programming.laws import law

SECRET = SecretStr("a secret of thirty-two characters, or more")


@pytest.mark.parametrize(
    "written",
    [
        "FR7630006000011234567890189",
        "FR76 3000 6000 0112 3456 7890 189",
        "fr76 3000 6000 0112 3456 7890 189",
        " fr76-3000-6000-0112-3456-7890-189 ",
        "FR76\u00a03000\u00a06000\u00a00112\u00a03456\u00a07890\u00a0189",
        "IBAN : FR76 3000 6000 0112 3456 7890 189",
        "IBAN FR76 3000 6000 0112 3456 7890 189",
    ],
)
def test_an_iban_is_the_same_however_it_is_written(written: str) -> None:
    assert checked_iban(written) == "FR7630006000011234567890189"


def test_accounts_of_neighbouring_countries_are_accepted() -> None:
    assert checked_iban("DE89 3704 0044 0532 0130 00") == "DE89370400440532013000"
    assert checked_iban("BE68 5390 0754 7034") == "BE68539007547034"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("FR76 3000 6000 0112 3456 7890 188", "La clé de l'IBAN ne correspond pas"),
        ("FR76 3000 6000 0112 3456 7809 189", "La clé de l'IBAN ne correspond pas"),
        ("FR76 3000 6000 0112 3456 7890 18😀", "signe inattendu (😀)"),
        ("FR7630006000011234567890189😀", "signe inattendu (😀)"),
        ("FR76 3000 6000 0112 3456 7890 18٩", "signe inattendu (٩)"),
        ("FR76", "15 à 34 signes"),
        ("7630006000011234567890189", "commence par un pays"),
        ("ZZ6630006000011234567890189", "pays inconnu"),
        ("😀", "signe inattendu"),
        ("   ", "15 à 34 signes"),
    ],
)
def test_a_refusal_says_what_is_wrong_and_the_way_out_without_repeating_the_number(written: str, said: str) -> None:
    with pytest.raises(ValueError) as refused:
        checked_iban(written)
    (text,) = refused.value.args
    assert isinstance(text, Text)
    assert said in text.fr
    assert "RIB" in text.fr
    assert "bank statement" in text.en
    assert "0112" not in text.fr + text.en


def test_the_length_of_its_country_counts() -> None:
    # 26 signs whose key is right: one less than France wants.
    body = "3000600001123456789018"
    key = 98 - int(body + "152700") % 97
    with pytest.raises(ValueError) as refused:
        checked_iban(f"FR{key:02d}{body}")
    assert "longueur" in refused.value.args[0].fr


def test_a_bic_has_eight_or_eleven_signs() -> None:
    assert checked_bic("agri fr pp 882") == "AGRIFRPP882"
    for wrong in ("AGRIFRPP8", "AGRIZZPP", "😀GRIFRPP"):
        with pytest.raises(ValueError):
            checked_bic(wrong)


@law
@given(st.text(max_size=60))
def test_whatever_is_written_is_an_iban_or_a_sentence(written: str) -> None:
    said: object = None
    try:
        said = checked_iban(written)
    except ValueError as refused:
        said = refused.args[0]
    assert isinstance(said, Text) or (isinstance(said, str) and said.isascii() and said.isalnum())


@law
@given(st.text("ABCDEF0123456789", min_size=15, max_size=34))
def test_a_sealed_number_opens_with_its_key_only(number: str) -> None:
    sealed = vault.seal(SECRET, number)
    assert number not in sealed
    assert sealed != vault.seal(SECRET, number), "two seals of one number do not look alike"
    assert vault.opened(SECRET, sealed) == number
    with pytest.raises(IbanUnreadable):
        vault.opened(SecretStr("another secret of thirty-two characters"), sealed)


def test_the_fingerprint_tells_equal_numbers_and_needs_the_key() -> None:
    one = vault.fingerprint(SECRET, "FR7630006000011234567890189")
    assert one == vault.fingerprint(SECRET, "FR7630006000011234567890189")
    assert one != vault.fingerprint(SECRET, "DE89370400440532013000")
    assert one != vault.fingerprint(SecretStr("another secret of thirty-two characters"), "FR7630006000011234567890189")


def test_the_mask_keeps_the_ends() -> None:
    assert masked("FR7630006000011234567890189") == "FR76 •••• 0189"
    assert spaced("FR7630006000011234567890189") == "FR76 3000 6000 0112 3456 7890 189"
