"""What an account may be: no database here."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.common.language import Text
from services.directory.accounts import rules

EMAIL = "nadia.benali@asso.example.org"


def test_an_address_has_one_spelling() -> None:
    assert rules.normalise_email("  Nadia.Benali@ASSO.Example.ORG ") == EMAIL
    assert rules.normalise_email("élodie@café.example.org") == rules.normalise_email("E\u0301LODIE@CAFÉ.example.org")


@pytest.mark.parametrize(
    "address", ["", "nadia", "nadia@", "@asso.example.org", "a b@asso.example.org", "a@b@c.example.org", "x@localhost"]
)
def test_what_is_no_address_is_refused_in_two_languages(address: str) -> None:
    with pytest.raises(ValueError) as refusal:
        rules.normalise_email(address)
    assert isinstance(refusal.value.args[0], Text)
    assert rules.known_as(address) == address.strip().casefold()


def test_an_address_that_grows_when_folded_is_still_bounded() -> None:
    long = "ŉ" * 30 + "@" + "ŉ." * 60 + "example.org"
    with pytest.raises(ValueError):
        rules.normalise_email(long)


@given(st.from_regex(r"[a-z][a-z0-9]{0,20}(\.[a-z0-9]{1,10})?", fullmatch=True))
def test_normalising_twice_changes_nothing(local: str) -> None:
    once = rules.normalise_email(f"{local.title()}@Example.org")
    assert rules.normalise_email(once) == once


@pytest.mark.parametrize(
    "password",
    [
        "motdepasse123",
        "MotDePasse123",
        "motdepasse123!",
        "azertyuiop12",
        EMAIL,
        EMAIL.upper(),
        f"{EMAIL}1",
        "nadia.benali2027",
        "aaaaaaaaaaaaaaaa",
        "abababababab",
    ],
)
def test_what_everybody_would_guess_is_refused(password: str) -> None:
    assert rules.password_refusal(password, EMAIL) is not None


@pytest.mark.parametrize(
    "password", ["quatre mots sans rapport", "Nadia aime les fougères", "pâté-de-foie-1789", "🐘🦊🐝 trois animaux"]
)
def test_a_sentence_is_a_good_password(password: str) -> None:
    assert rules.password_refusal(password, EMAIL) is None


def test_two_keyboards_type_the_same_password() -> None:
    assert rules.normalise_password("e\u0301te\u0301 a\u0300 la mer") == rules.normalise_password("été à la mer")


@given(st.text(string.printable, min_size=1))
def test_what_is_stored_of_a_token_is_not_the_token(token: str) -> None:
    assert rules.fingerprint(token) != token
    assert len(rules.fingerprint(token)) == 64
