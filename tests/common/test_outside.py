"""Calls to addresses that people give: private places are refused, whatever they hide behind."""

from collections.abc import Sequence

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.common.outside import GuardedTransport, PrivateAddress, is_public

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "0.0.0.0",
        "100.64.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fd00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::7f00:1",
        "64:ff9b::a00:1",
        "2002:7f00:1::",
        "localhost",
        "",
    ],
)
def test_private_places_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:93.184.215.14"])
def test_public_places_are(address: str) -> None:
    assert is_public(address)


@given(st.ip_addresses(v=4))
def test_an_address_wrapped_in_another_is_judged_as_itself(address: object) -> None:
    assert is_public(f"::ffff:{address}") == is_public(str(address))


async def _asked(resolved: Sequence[str], *, allow_private: bool = False) -> httpx.Response:
    async def resolver(host: str, port: int) -> Sequence[str]:
        return resolved

    transport = GuardedTransport(allow_private=allow_private, resolver=resolver)
    async with httpx.AsyncClient(transport=transport, timeout=1) as client:
        return await client.get("http://example.org:9/")


async def test_a_name_that_leads_inside_is_refused_even_among_public_addresses() -> None:
    for resolved in (["127.0.0.1"], ["93.184.215.14", "10.0.0.1"]):
        with pytest.raises(PrivateAddress):
            await _asked(resolved)


async def test_development_may_call_itself_and_an_unknown_name_is_an_error_like_another() -> None:
    for resolved, allowed in ((["127.0.0.1"], True), ([], False)):
        with pytest.raises(httpx.ConnectError) as caught:
            await _asked(resolved, allow_private=allowed)
        assert not isinstance(caught.value, PrivateAddress)
