"""A subscriber's own server, as its developer would write it: verified with the `standardwebhooks` library, nothing of ours."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from standardwebhooks import Webhook

from services.common.jobs import Job
from services.programming.webhooks import jobs
from tests.programming.world import World
from tests.support import Person


@dataclass
class Message:
    """What came, as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    def verified(self, secret: str) -> dict[str, Any]:
        """Raises `WebhookVerificationError` when it is not signed with this secret."""
        event: dict[str, Any] = Webhook(secret).verify(self.body, self.headers)
        return event


#: What to answer: status, headers; a coroutine may take its time.
Answer = Callable[[Message], "int | tuple[int, dict[str, str]]"]


@dataclass
class Receiver:
    """Keeps what it was sent; `answer` may be replaced."""

    port: int = 0
    received: list[Message] = field(default_factory=list)
    answer: Answer = lambda message: 204
    slow_seconds: float = 0.0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/canevas"

    @property
    def events(self) -> list[dict[str, Any]]:
        return [message.event for message in self.received]

    def types(self, subject: str | None = None) -> list[str]:
        return [event["type"] for event in self.events if subject in {None, event["subject"]}]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            lines = [line.partition(": ") for line in head.split("\r\n")[1:] if line]
            headers = {name.lower(): value for name, _, value in lines}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            message = Message(re.split(" ", head)[1], headers, body)
            self.received.append(message)
            if self.slow_seconds:
                await asyncio.sleep(self.slow_seconds)
            said = self.answer(message)
            status, more = said if isinstance(said, tuple) else (said, {})
            extra = "".join(f"{name}: {value}\r\n" for name, value in more.items())
            writer.write(f"HTTP/1.1 {status} X\r\nConnection: close\r\nContent-Length: 0\r\n{extra}\r\n".encode())
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    server = await asyncio.start_server(receiver._serve, "127.0.0.1", 0)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()


async def subscribe(world: World, who: Person, url: str, **more: Any) -> dict[str, Any]:
    """A webhook of the first organisation this person is in; what happened before has been told."""
    await world.running.run_jobs()
    wish = {"organisation_id": str(next(iter(who.memberships))), "url": url, **more}
    made: dict[str, Any] = (await world.call(who, "POST", "/webhooks", json=wish, expect=201)).json()
    return made


async def periodically(world: World, job: Job = jobs.resume_deliveries) -> None:
    """The minute's job, as the worker runs it, then what it queued."""
    async with world.running.resources.database.transaction() as session:
        await job.run(session, world.running.resources, timestamp=int(datetime.now(UTC).timestamp()))
    await world.running.run_jobs()


async def webhook(world: World, who: Person, webhook_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await world.call(who, "GET", f"/webhooks/{webhook_id}", expect=200)).json()
    return found


async def deliveries(world: World, who: Person, webhook_id: str, **query: Any) -> list[dict[str, Any]]:
    """From the oldest."""
    return (await world.pages(who, f"/webhooks/{webhook_id}/deliveries", **query))[::-1]


def ids_of(messages: Sequence[Message]) -> list[str]:
    return [message.id for message in messages]
