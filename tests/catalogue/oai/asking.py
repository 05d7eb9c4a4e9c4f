"""Asking the provider, and reading its XML."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from lxml import etree

from tests.catalogue.world import World

ADDRESS = "/catalogue/oai"
NS = {
    "o": "http://www.openarchives.org/OAI/2.0/",
    "d": "http://www.openarchives.org/OAI/2.0/oai_dc/",
    "dc": "http://purl.org/dc/elements/1.1/",
}


async def ask(world: World, **arguments: str) -> Any:
    """The root of the answer to these arguments (`from_` is `from`)."""
    params = {name.rstrip("_"): value for name, value in arguments.items()}
    answer = await world.call(None, "GET", ADDRESS, params=params, expect=200)
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    return etree.fromstring(answer.content)


async def refusal(world: World, **arguments: str) -> str:
    return code(await ask(world, **arguments))


def code(root: Any) -> str:
    """The only error of the answer."""
    (error,) = root.findall("o:error", NS)
    return str(error.get("code"))


def texts(root: Any, path: str) -> list[str]:
    return [element.text or "" for element in root.findall(path, NS)]


def identifiers(root: Any) -> list[str]:
    return texts(root, ".//o:header/o:identifier")


def token(root: Any) -> str | None:
    found = root.find(".//o:resumptionToken", NS)
    return None if found is None else found.text


async def everything(world: World, verb: str = "ListIdentifiers", **arguments: str) -> list[Any]:
    """Headers (or records) of every page."""
    root = await ask(world, verb=verb, metadataPrefix="oai_dc", **arguments)
    found = root.findall(".//o:header", NS)
    while token(root):
        root = await ask(world, verb=verb, resumptionToken=token(root) or "")
        found += root.findall(".//o:header", NS)
    return list(found)


def references(headers: list[Any], *, deleted: bool = False) -> list[str]:
    kept = [header for header in headers if (header.get("status") == "deleted") is deleted]
    return [header.findtext("o:identifier", namespaces=NS).rpartition(":")[2] for header in kept]


@asynccontextmanager
async def listening(world: World) -> AsyncIterator[str]:
    """The running service on a real port of loopback: the provider's address."""
    server = uvicorn.Server(uvicorn.Config(world.running.app, port=0, lifespan="off", log_config=None))
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn tells it in no other way
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}{ADDRESS}"
    finally:
        server.should_exit = True
        await serving
