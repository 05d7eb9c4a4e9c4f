"""How a program asks, what it is told when it asks badly, and how long its token lives."""

import base64
import importlib
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.common.resources import Service
from services.directory.api_clients import rules
from services.directory.api_clients.errors import ClientRefused, GrantTypeUnsupported, ScopeRefused, TokenRequestInvalid
from services.directory.api_clients.schemas import SCOPES
from services.directory.tokens import ACCESS_TOKEN_LIVES

NOW = datetime(2027, 1, 4, 9, tzinfo=UTC)
GRANT = b"grant_type=client_credentials"


def test_what_programs_are_given_is_what_the_services_offer() -> None:
    offered = [scope for name in ("directory", "programming", "catalogue", "events") for scope in _service(name).scopes]
    assert sorted(offered) == sorted(SCOPES)


def _service(name: str) -> Service:
    service: Service = importlib.import_module(f"services.{name}.app").SERVICE
    return service


def test_both_ways_to_prove_oneself() -> None:
    basic = "Basic " + base64.b64encode(b"a%3Ab:s%2Bcret").decode()
    assert rules.token_request(rules.FORM, basic, GRANT) == rules.TokenRequest("a:b", "s+cret")
    form = GRANT + b"&client_id=a&client_secret=b&scope=programming%3Aread+events%3Aread"
    asked = rules.token_request(f"{rules.FORM}; charset=UTF-8", None, form)
    assert asked == rules.TokenRequest("a", "b", frozenset({"programming:read", "events:read"}))
    assert "b" not in repr(asked).partition("secret")[2]


@pytest.mark.parametrize(
    ("content_type", "authorization", "body", "refusal"),
    [
        ("application/json", None, b"{}", TokenRequestInvalid),
        (None, None, GRANT, TokenRequestInvalid),
        (rules.FORM, None, b"", TokenRequestInvalid),
        (rules.FORM, None, GRANT + b"&" + GRANT, TokenRequestInvalid),
        (rules.FORM, None, b"scope=\xff", TokenRequestInvalid),
        (rules.FORM, None, GRANT + b"&scope=" + b"x" * 9_000, TokenRequestInvalid),
        (rules.FORM, "Basic YTpi", GRANT + b"&client_secret=b", TokenRequestInvalid),
        (rules.FORM, None, b"grant_type=password", GrantTypeUnsupported),
        (rules.FORM, None, GRANT, ClientRefused),
        (rules.FORM, None, GRANT + b"&client_id=a", ClientRefused),
        (rules.FORM, "Bearer a.b.c", GRANT, ClientRefused),
        (rules.FORM, "Basic !!", GRANT, ClientRefused),
        (rules.FORM, "Basic YWI=", GRANT, ClientRefused),
        (rules.FORM, "Basic YTpi", GRANT + b"&client_id=other", ClientRefused),
    ],
)
def test_what_is_asked_badly_is_refused_by_name(
    content_type: str | None, authorization: str | None, body: bytes, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal) as caught:
        rules.token_request(content_type, authorization, body)
    assert type(caught.value) is refusal


@given(st.text(), st.text(), st.binary())
def test_whatever_is_sent_is_read_or_refused(content_type: str, authorization: str, body: bytes) -> None:
    for kind in (content_type, rules.FORM):
        for sent in (body, GRANT + b"&" + body):
            with suppress(TokenRequestInvalid):
                assert rules.token_request(kind, authorization, sent).client_id is not None


scopes = st.sets(st.sampled_from(sorted(SCOPES)))


@given(scopes, scopes)
def test_a_token_never_says_more_than_the_program_has(asked: set[str], held: set[str]) -> None:
    if asked <= held:
        assert set(rules.granted(asked, held)) == (asked or held)
    else:
        with pytest.raises(ScopeRefused):
            rules.granted(asked, held)


ends = st.none() | st.integers(1, 5_000).map(lambda seconds: NOW + timedelta(seconds=seconds))


@given(ends, ends)
def test_a_token_outlives_neither_its_program_nor_its_secret(program: datetime | None, secret: datetime | None) -> None:
    lives = rules.lifetime(NOW, program, secret)
    assert timedelta() < lives <= ACCESS_TOKEN_LIVES
    assert all(NOW + lives <= end for end in (program, secret) if end is not None)


def test_secrets_are_long_recognisable_and_never_the_same() -> None:
    drawn = {rules.new_secret() for _ in range(100)}
    assert len(drawn) == 100
    assert all(secret.startswith("cnv_") and len(secret) == 47 for secret in drawn)
