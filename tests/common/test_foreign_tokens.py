"""Tokens of other parties: signed with their key and their algorithm, and read by the algorithm we say, never by the token's."""

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest

from services.common.foreign_tokens import BadToken, UnusableKey, read_from, sign_for
from tests.support import SIGNER

SECRET = "a secret two parties share"
NOW = 1_800_000_000.0


def part(content: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


def handmade(claims: Any, *, algorithm: str = "HS256", secret: str = SECRET) -> str:
    unsigned = f"{part({'alg': algorithm, 'typ': 'JWT'})}.{part(claims)}"
    signature = hmac.new(secret.encode(), unsigned.encode(), hashlib.sha256).digest()
    return f"{unsigned}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def test_a_token_signed_with_a_secret_is_what_hmac_says() -> None:
    header, payload, signature = sign_for({"iss": "us", "room": "é"}, SECRET, "HS256", kid="k1").split(".")
    expected = hmac.new(SECRET.encode(), f"{header}.{payload}".encode(), hashlib.sha256).digest()
    assert base64.urlsafe_b64decode(signature + "===") == expected
    assert json.loads(base64.urlsafe_b64decode(header + "===")) == {"alg": "HS256", "kid": "k1", "typ": "JWT"}
    assert json.loads(base64.urlsafe_b64decode(payload + "===")) == {"iss": "us", "room": "é"}


def test_what_is_signed_is_read_back_and_a_handmade_one_too() -> None:
    claims = {"iss": "them", "exp": int(NOW) + 10}
    assert read_from(sign_for(claims, SECRET, "HS256"), SECRET, "HS256", now=NOW, issuer="them") == claims
    assert read_from(handmade(claims), SECRET, "HS256", now=NOW) == claims
    token = sign_for(claims, SIGNER.private_pem, "RS256")
    assert read_from(token, SIGNER.public_pem, "RS256", now=NOW) == claims


@pytest.mark.parametrize(
    ("key", "algorithm"), [("", "HS256"), ("no key", "RS256"), (SIGNER.public_pem, "RS256"), (SIGNER.private_pem, "HS256")]
)
def test_a_key_that_does_not_fit_is_said(key: str, algorithm: Any) -> None:
    with pytest.raises(UnusableKey):
        sign_for({}, key, algorithm)


REFUSED = {
    "another secret": handmade({}, secret="guess"),
    "no algorithm": f"{part({'alg': 'none'})}.{part({})}.",
    "another algorithm": handmade({}, algorithm="HS512"),
    "over": handmade({"exp": int(NOW) - 61}),
    "not yet": handmade({"nbf": int(NOW) + 61}),
    "expiry is a word": handmade({"exp": "tomorrow"}),
    "expiry is a list": handmade({"exp": []}),
    "a list": handmade([1]),
    "nothing": "",
    "no token": "a.b.c",
    "too long": handmade({"x": "y" * 20_000}),
}


@pytest.mark.parametrize("name", REFUSED)
def test_any_other_token_is_refused(name: str) -> None:
    with pytest.raises(BadToken):
        read_from(REFUSED[name], SECRET, "HS256", now=NOW)


def test_a_token_of_another_issuer_is_refused() -> None:
    for claims in ({"iss": "others"}, {}):
        with pytest.raises(BadToken):
            read_from(handmade(claims), SECRET, "HS256", now=NOW, issuer="them")


def test_the_published_key_is_no_shared_secret() -> None:
    forged = handmade({"iss": "them"}, secret=SIGNER.public_pem)
    with pytest.raises(BadToken):
        read_from(forged, SIGNER.public_pem, "RS256", now=NOW)


def test_an_empty_secret_reads_nothing() -> None:
    with pytest.raises(BadToken):
        read_from(handmade({}, secret=""), "", "HS256", now=NOW)
