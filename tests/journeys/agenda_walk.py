"""What the journeys of events repeat: who is who, the clock, the mails, and a visio server of a few lines on this machine."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlsplit

import httpx

from gateway.demo.catalogue import Library
from gateway.demo.clock import PARIS, MovedClock
from gateway.demo.data import library
from gateway.demo.http import CATALOGUE, EVENTS, Account, Api
from gateway.demo.mailbox import Mailbox
from gateway.demo.people import Cast, Registry, make_administrator
from gateway.demo.scratch import Scratch
from tests.events.visio.stand_ins import BigBlueButtonServer

V1 = EVENTS


class Walk:
    """One platform, one network, one event; each actor signs in again when the clock has moved."""

    def __init__(self, scratch: Scratch) -> None:
        self.scratch = scratch
        self.clock = MovedClock(scratch.clock_file, datetime.now(UTC))
        self.centre_id = self.network_id = ""
        self.people: dict[str, httpx.Client] = {}
        self.accounts: dict[str, Account] = {}
        self.event: dict[str, Any] = {}
        self.tokens: dict[str, str] = {}

    async def settle(self) -> None:
        """An administrator, a resource centre with its two people, its network."""
        async with Api(self.scratch.base_url, self.clock) as api:
            cast = Cast()
            registry = Registry(api, Mailbox(self.scratch.data_dir / "mail"), cast)
            await make_administrator(cast.administrator, self.scratch.data_dir, self.scratch.environment)
            keepers = Library(api, registry)
            organisation_id = await registry.settle_association(library.ORGANISATION, keepers.manager, [keepers.documentalist])
            base = {"organisation_id": organisation_id, "code": library.CODE, "contact_email": library.CONTACT}
            centre = await api.post(cast.administrator, f"{CATALOGUE}/centres", {**base, "name": library.NAME})
            wish = {**base, "name": "Réseau de la marche", "centre_id": centre["id"]}
            network = await api.post(cast.administrator, f"{EVENTS}/networks", wish)
            self.centre_id, self.network_id = centre["id"], network["id"]
            self.accounts = {"manager": keepers.manager, "organiser": keepers.documentalist}

    # ------------------------------------------------------------------------------------------------------------- people

    @property
    def anybody(self) -> httpx.Client:
        if "" not in self.people:
            self.people[""] = httpx.Client(base_url=self.scratch.base_url, timeout=30)
        return self.people[""]

    @property
    def manager(self) -> httpx.Client:
        return self._signed_in("manager")

    @property
    def organiser(self) -> httpx.Client:
        return self._signed_in("organiser")

    def _signed_in(self, who: str) -> httpx.Client:
        if who not in self.people:
            client = self.people[who] = httpx.Client(base_url=self.scratch.base_url, timeout=30)
            given = {"email": self.accounts[who].email, "password": self.accounts[who].password}
            client.headers["Authorization"] = f"Bearer {done(client.post('/directory/v1/sessions', json=given))['access_token']}"
        return self.people[who]

    def go_to(self, instant: datetime) -> None:
        """The platform lives at that instant from now on; tokens of before are over."""
        self.clock.go_to(instant)
        self.close()

    def close(self) -> None:
        for client in self.people.values():
            client.close()
        self.people.clear()

    # -------------------------------------------------------------------------------------------------------------- events

    @property
    def path(self) -> str:
        return f"{V1}/events/{self.event['id']}"

    @property
    def session(self) -> str:
        return f"{self.path}/sessions/{self.event['sessions'][0]['id']}"

    @property
    def begins(self) -> datetime:
        return datetime.fromisoformat(self.event["sessions"][0]["starts_at"])

    def in_days(self, days: int, hour: int = 9) -> datetime:
        return (self.clock.now().astimezone(PARIS) + timedelta(days=days)).replace(hour=hour, minute=0, second=0, microsecond=0)

    def registration(self, name: str) -> str:
        """The address of that person's registration, as the mail gave it."""
        return f"{V1}/my-registrations/{self.tokens[name]}"

    def read(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = done(self.anybody.get(self.registration(name)), 200)
        return found

    # --------------------------------------------------------------------------------------------------------------- mails

    def letters(self, to: str, subject: str = "") -> list[EmailMessage]:
        found = []
        for path in sorted((self.scratch.data_dir / "mail").glob("*.eml")):
            letter = message_from_bytes(path.read_bytes(), policy=policy.default)
            assert isinstance(letter, EmailMessage)
            if letter["To"] == to and subject in letter["Subject"]:
                found.append(letter)
        return found

    def letter(self, to: str, subject: str, holding: Callable[[EmailMessage], object] = lambda letter: True) -> EmailMessage:
        """The newest mail of that address with that subject; the worker has a minute."""
        deadline = time.monotonic() + 60
        while not (found := [letter for letter in self.letters(to, subject) if holding(letter)]):
            assert time.monotonic() < deadline, f"no mail « {subject} » for {to}: {[each['Subject'] for each in self.letters(to)]}"
            time.sleep(0.2)
        return found[-1]


def done(answer: httpx.Response, status: int = 201) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json()


def change(client: httpx.Client, method: str, path: str, json: object = None, *, of: str | None = None) -> httpx.Response:
    """What an application does: read, then write on what was read."""
    tag = client.get(of or path).headers["etag"]
    return client.request(method, path, json=json, headers={"If-Match": tag})


def soon(look: Callable[[], httpx.Response], ready: Callable[[Any], object], seconds: float = 60) -> Any:
    """What the worker does takes a moment; what it does every minute, a little more than a minute."""
    deadline = time.monotonic() + seconds
    while not ready(found := done(look(), 200)):
        assert time.monotonic() < deadline, found
        time.sleep(0.3)
    return found


def text_of(letter: EmailMessage) -> str:
    part = letter.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def slug(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rpartition("/")[2]


def local(address: str) -> str:
    return urlsplit(address).path


@contextmanager
def visio_server() -> Iterator[BigBlueButtonServer]:
    """The stand-in, answering from a thread of its own."""
    stand_in, started, loop = BigBlueButtonServer(), threading.Event(), asyncio.new_event_loop()
    over = asyncio.Event()

    async def serve() -> None:
        server = await asyncio.start_server(stand_in.serve, "127.0.0.1", 0)
        stand_in.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/bigbluebutton/"
        async with server:
            started.set()
            await over.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),), daemon=True)
    thread.start()
    assert started.wait(10)
    yield stand_in
    loop.call_soon_threadsafe(over.set)
    thread.join(10)
    loop.close()
