"""A stand-in for another centre's repository: it answers what a test tells it to, honest or not."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from xml.sax.saxutils import escape

from tests.catalogue.world import World

SOON = "2026-11-01T00:00:00Z"


@dataclass
class Reply:
    """What is answered: bytes, or pieces with a pause before each."""

    content: bytes | Sequence[bytes] = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    pause: float = 0.0


Answers = Callable[[dict[str, str]], Reply]


@dataclass
class StandIn:
    """What was asked, and what answers."""

    url: str
    answers: Answers
    asked: list[dict[str, str]] = field(default_factory=list)

    @property
    def lists(self) -> list[dict[str, str]]:
        return [each for each in self.asked if each["verb"] == "ListRecords"]


def record(number: int | str, *, title: str | None = None, stamp: str = SOON, deleted: bool = False, **said: Any) -> str:
    """A record of Dublin Core; values are texts or lists of texts."""
    status = ' status="deleted"' if deleted else ""
    head = f"<header{status}><identifier>oai:ailleurs.example:{number}</identifier><datestamp>{stamp}</datestamp></header>"
    if deleted:
        return f"<record>{head}</record>"
    said = {
        "title": title or f"Notice {number}",
        "description": "Un résumé.",
        "publisher": "Centre d'ailleurs",
        "identifier": f"https://ailleurs.example/notices/{number}",
        **said,
    }
    parts = [
        f"<dc:{name}>{escape(text)}</dc:{name}>"
        for name, texts in said.items()
        for text in ([texts] if isinstance(texts, str) else texts)
    ]
    described = "".join(parts)
    return (
        f'<record>{head}<metadata><oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/"'
        f' xmlns:dc="http://purl.org/dc/elements/1.1/">{described}</oai_dc:dc></metadata></record>'
    )


def document(inner: str, *, at: str = "2026-11-20T10:00:00Z") -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
        f"<responseDate>{at}</responseDate><request>x</request>{inner}</OAI-PMH>"
    ).encode()


def page(*records: str, token: str | None = None, at: str = "2026-11-20T10:00:00Z") -> Reply:
    end = f"<resumptionToken>{token}</resumptionToken>" if token is not None else ""
    return Reply(document(f"<ListRecords>{''.join(records)}{end}</ListRecords>", at=at))


def error(code: str, said: str = "Non.") -> Reply:
    return Reply(document(f'<error code="{code}">{said}</error>'))


def identify(granularity: str = "YYYY-MM-DDThh:mm:ssZ") -> Reply:
    return Reply(document(f"<Identify><granularity>{granularity}</granularity></Identify>"))


def only(*records: str, granularity: str = "YYYY-MM-DDThh:mm:ssZ") -> Answers:
    """One page of these."""
    return lambda asked: identify(granularity) if asked["verb"] == "Identify" else page(*records)


@asynccontextmanager
async def standing_in(answers: Answers) -> AsyncIterator[StandIn]:
    """A server on loopback that answers so."""
    stand_in = StandIn("", answers)
    serving: set[asyncio.Task[None] | None] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving.add(asyncio.current_task())
        with suppress(ConnectionError, asyncio.IncompleteReadError), closing(writer):
            target = (await reader.readuntil(b"\r\n\r\n")).split(b" ", 2)[1].decode()
            asked = {"path": urlsplit(target).path, **dict(parse_qsl(urlsplit(target).query))}
            asked.setdefault("verb", "")
            stand_in.asked.append(asked)
            reply = stand_in.answers(asked)
            pieces = [reply.content] if isinstance(reply.content, bytes) else reply.content
            headers = {"Content-Type": "text/xml", "Connection": "close", **reply.headers}
            lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
            writer.write(f"HTTP/1.1 {reply.status} X\r\n{lines}\r\n".encode())
            for piece in pieces:
                await asyncio.sleep(reply.pause)
                writer.write(piece)
                await writer.drain()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    stand_in.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/oai"
    try:
        yield stand_in
    finally:
        server.close()
        left = [task for task in serving if task is not None and not task.done()]
        if left:
            await asyncio.wait(left, timeout=5)


async def add(world: World, url: str, **more: Any) -> dict[str, Any]:
    """A source of the first centre, harvested when asked."""
    wish = {"centre_id": world.centre_id, "name": "Ailleurs", "base_url": url, "schedule": "manual", "publishes": True, **more}
    body: dict[str, Any] = (await world.call(world.manager, "POST", "/harvest-sources", json=wish, expect=201)).json()
    return body


async def harvest(world: World, source: dict[str, Any], **wish: Any) -> dict[str, Any]:
    """A harvest that has gone as far as it can at once: its report."""
    path = f"/harvest-sources/{source['id']}/runs"
    run = (await world.call(world.documentalist, "POST", path, json=wish, expect=201)).json()
    await world.running.run_jobs()
    return await report(world, run)


async def report(world: World, run: dict[str, Any]) -> dict[str, Any]:
    path = f"/harvest-sources/{run['source_id']}/runs/{run['id']}"
    body: dict[str, Any] = (await world.call(world.documentalist, "GET", path, expect=200)).json()
    return body


async def lines(world: World, run: dict[str, Any], **params: Any) -> list[dict[str, Any]]:
    return await world.pages(world.documentalist, f"/harvest-sources/{run['source_id']}/runs/{run['id']}/lines", **params)


async def pairs(world: World, source: dict[str, Any], **params: Any) -> list[dict[str, Any]]:
    return await world.pages(world.documentalist, f"/harvest-sources/{source['id']}/duplicates", **params)
