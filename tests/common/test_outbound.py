"""Reading other people's servers: public addresses only, at the moment of the connection, within bounds."""

import asyncio
import re
import socket
import zlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpcore
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.common import outbound
from services.common.outbound import Bounds, Outbound, Unreachable

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def serving(answer: Callable[[str], bytes], host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[int]:
    """A server that answers raw bytes to a path; its port."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        path = head.split(b" ", 2)[1].decode()
        await reader.readexactly(int((re.search(rb"(?i)content-length: ([0-9]+)", head) or (b"", b"0"))[1]))
        writer.write(answer(path))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, host, port)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


def answered(body: bytes = b"", status: str = "200 OK", **headers: str) -> bytes:
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status}\r\nConnection: close\r\n{lines}\r\n".encode() + body


async def code_of(url: str, *, private_allowed: bool = False, **bounds: Any) -> str:
    with pytest.raises(Unreachable) as caught:
        async with Outbound(private_allowed=private_allowed) as web:
            await web.get(url, bounds=Bounds(**bounds))
    return caught.value.code


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:4700::1111", "64:ff9b::5db8:d70e", "::ffff:93.184.215.14"])
def test_addresses_of_the_internet(address: str) -> None:
    assert outbound.is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fc00::1",
        "fec0::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "2002:7f00:1::",
        "64:ff9b::7f00:1",
        "2001:0:53aa:64c::1",
        "2001:db8::1",
        "fe80::1",
        "::7f00:1",
        "::ffff:10.0.0.1",
        "localhost",
        "",
    ],
)
def test_addresses_that_are_not(address: str) -> None:
    assert not outbound.is_public(address)


@given(st.ip_addresses(v=4))
def test_an_address_wrapped_in_another_is_judged_as_itself(address: object) -> None:
    assert outbound.is_public(f"::ffff:{address}") == outbound.is_public(str(address))


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:1/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://[::1]/",
        "http://[::ffff:10.0.0.1]/",
    ],
)
async def test_private_addresses_are_refused_however_they_are_written(url: str) -> None:
    assert await code_of(url) == "refused_address"
    with pytest.raises(Unreachable, match="refused_address"):
        await Outbound().require_readable(url)


@pytest.mark.parametrize(
    "url",
    ["ftp://a.example/", "file:///etc/passwd", "http://", "http://me:secret@a.example/", "http://a.example:99999/", "http://a b/"],
)
async def test_addresses_that_are_no_web_address(url: str) -> None:
    assert await code_of(url) == "bad_address"


async def test_a_name_is_judged_again_when_it_is_connected_to() -> None:
    """A name that was public when it was recorded leads home today: the connection is made to no address but a judged one."""
    answers = [["93.184.215.14"], ["93.184.215.14", "10.0.0.1"]]

    async def resolver(host: str, port: int) -> Sequence[str]:
        return answers.pop(0)

    web = Outbound(resolver=resolver)
    await web.require_readable("http://rebound.example/")
    with pytest.raises(Unreachable, match="refused_address"):
        await web.connect_tcp("rebound.example", 80)
    assert answers == []


async def test_a_name_without_an_address_is_not_there() -> None:
    async def resolver(host: str, port: int) -> Sequence[str]:
        return []

    with pytest.raises(httpcore.ConnectError):
        await Outbound(resolver=resolver).connect_tcp("nowhere.example", 80)


async def test_a_redirection_is_judged_like_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "is_public", lambda address: address == "127.0.0.1")
    asked = []

    def answer(path: str) -> bytes:
        asked.append(path)
        return answered(status="302 Found", Location=f"http://127.0.0.2:{port}/inside")

    async with serving(answer) as port:
        assert await code_of(f"http://127.0.0.1:{port}/") == "refused_address"
    assert asked == ["/"]


async def test_redirections_are_followed_and_counted() -> None:
    def answer(path: str) -> bytes:
        return answered(b"here") if path == "/end" else answered(status="301 Moved", Location="/end" if path == "/a" else "/b")

    async with serving(answer) as port, Outbound(private_allowed=True) as web:
        found = await web.get(f"http://127.0.0.1:{port}/a#part")
        assert (found.status, found.content, found.url) == (200, b"here", f"http://127.0.0.1:{port}/end")
        with pytest.raises(Unreachable, match="too_many_redirects"):
            await web.get(f"http://127.0.0.1:{port}/b")


async def test_sizes_are_counted_once_inflated_and_broken_streams_are_refused() -> None:
    squeezed = zlib.compress(b"x" * 1_000_000)
    pages = {
        "/plain": answered(b"x" * 2_000),
        "/bomb": answered(squeezed, Content_Encoding="deflate"),
        "/cut": answered(zlib.compress(b"x" * 500)[:-4], Content_Encoding="deflate"),
        "/garbage": answered(b"not compressed", Content_Encoding="gzip"),
        "/nonsense": b"SSH-2.0\r\n\r\n",
        "/good": answered(zlib.compress(b"x" * 500), Content_Encoding="deflate"),
    }
    async with serving(lambda path: pages[path]) as port:
        here = f"http://127.0.0.1:{port}"
        for path, code in (
            ("/plain", "too_large"),
            ("/bomb", "too_large"),
            ("/cut", "bad_answer"),
            ("/garbage", "bad_answer"),
            ("/nonsense", "bad_answer"),
        ):
            assert await code_of(here + path, private_allowed=True, most_bytes=1_000) == code, path
        async with Outbound(private_allowed=True) as web:
            assert (await web.get(here + "/good", bounds=Bounds(most_bytes=1_000))).content == b"x" * 500


async def test_a_server_that_says_nothing_and_one_that_is_not_there() -> None:
    async with serving(lambda path: b"") as port:
        assert await code_of(f"http://127.0.0.1:{port}/", private_allowed=True, seconds=1) == "bad_answer"
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        port = silent.getsockname()[1]
        assert await code_of(f"http://127.0.0.1:{port}/", private_allowed=True, seconds=0.2) == "too_slow"
    assert await code_of(f"http://127.0.0.1:{port}/", private_allowed=True) == "unreachable"


async def test_an_address_as_people_paste_it_is_encoded() -> None:
    asked = []

    def answer(path: str) -> bytes:
        asked.append(path)
        return answered(status="302 Found", Location="/arrivée") if len(asked) == 1 else answered(b"here")

    async with serving(answer) as port, Outbound(private_allowed=True) as web:
        assert (await web.get(f"http://127.0.0.1:{port}/résumé?q=é")).content == b"here"
    assert asked == ["/r%C3%A9sum%C3%A9?q=%C3%A9", "/arriv%C3%A9e"]


async def test_a_look_reads_no_body_however_large() -> None:
    async with serving(lambda path: answered(b"x" * 2_000)) as port, Outbound(private_allowed=True) as web:
        found = await web.look("GET", f"http://127.0.0.1:{port}/", bounds=Bounds(most_bytes=1_000))
        assert (found.status, found.content) == (200, b"")


async def test_what_is_given_to_one_address_is_never_given_to_another() -> None:
    asked = []

    def answer(path: str) -> bytes:
        asked.append(path)
        return answered(status="307 Again", Location="/elsewhere")

    async with serving(answer) as port, Outbound(private_allowed=True) as web:
        found = await web.send(f"http://127.0.0.1:{port}/hook", b"{}", headers={"Content-Type": "application/json"})
        assert (found.status, asked) == (307, ["/hook"])
    with pytest.raises(Unreachable, match="refused_address"):
        async with Outbound() as web:
            await web.send("http://127.0.0.1:1/", b"{}")
