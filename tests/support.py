"""What tests share: a service opened on a real database, people with signed tokens, a clock that can be moved, jobs run at once."""

import asyncio
import base64
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

import httpx
import psycopg
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from fastapi import FastAPI
from jose import jwk, jwt

from services.common.app import create_app
from services.common.auth import ALGORITHM, TokenVerifier
from services.common.clock import Clock
from services.common.ids import new_id
from services.common.jobs import create_worker
from services.common.resources import Resources, Service
from services.common.settings import ServiceSettings
from services.common.siblings import Apps

BASE_URL = "http://canevas.test"
SECRET = "tests only, thirty-two characters or more"
EVENTS_SECRET = "whsec_" + base64.b64encode(b"tests only, thirty-two bytes or so").decode()


class MovableClock(Clock):
    """Stands still at the machine's time of its creation until moved."""

    def __init__(self) -> None:
        super().__init__()
        self.at = datetime.now(UTC)

    def now(self) -> datetime:
        return self.at

    def forward(self, **delta: float) -> datetime:
        self.at += timedelta(**delta)
        return self.at


class Signer:
    """Signs access tokens as the directory does, with a key of the test's own."""

    def __init__(self) -> None:
        private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        encoding, plain = serialization.Encoding.PEM, serialization.NoEncryption()
        self.private_pem = private.private_bytes(encoding, serialization.PrivateFormat.PKCS8, plain).decode()
        public = private.public_key().public_bytes(encoding, serialization.PublicFormat.SubjectPublicKeyInfo)
        self.public_pem = public.decode()
        #: Parsed once: reading the PEM again costs fifty times the signature.
        self._key = jwk.construct(self.private_pem, ALGORITHM)
        self.jwk: dict[str, Any] = {**jwk.construct(self.public_pem, ALGORITHM).to_dict(), "kid": "tests", "use": "sig"}

    async def keys(self, kid: str) -> dict[str, Any] | None:
        return self.jwk if kid == "tests" else None

    def token(self, **claims: Any) -> str:
        now = datetime.now(UTC)
        base = {
            "iss": "canevas",
            "aud": "canevas",
            "iat": now,
            "exp": now + timedelta(days=3650),
            "sub": str(new_id()),
            "sid": str(new_id()),
        }
        return str(jwt.encode({**base, **claims}, self._key, ALGORITHM, headers={"kid": "tests"}))


SIGNER = Signer()


@dataclass
class Person:
    """Somebody with an account, their roles, and the headers of their requests."""

    account_id: UUID = field(default_factory=new_id)
    memberships: Mapping[UUID, Sequence[str]] = field(default_factory=dict)
    administrator: bool = False

    @property
    def headers(self) -> dict[str, str]:
        orgs = {str(organisation): list(roles) for organisation, roles in self.memberships.items()}
        return {"Authorization": "Bearer " + SIGNER.token(sub=str(self.account_id), orgs=orgs, adm=self.administrator)}


def member_of(*organisations: UUID, roles: Sequence[str] = ("member",)) -> Person:
    return Person(memberships=dict.fromkeys(organisations, roles))


@dataclass
class Running:
    """A service that answers, with its inside at hand."""

    service: Service
    app: FastAPI
    client: httpx.AsyncClient
    resources: Resources
    clock: MovableClock

    async def run_jobs(self) -> None:
        """Run every job that is due, as the worker process would, until none is left."""
        worker = create_worker(self.service.all_jobs, self.resources)
        async with worker.open_async():
            await worker.run_worker_async(wait=False, install_signal_handlers=False, listen_notify=False)

    async def jobs(self, name: str) -> list[dict[str, Any]]:
        """Jobs of that name, whatever their state."""
        return await self.rows("SELECT * FROM procrastinate_jobs WHERE task_name = %(name)s ORDER BY id", name=name)

    async def rows(self, sql: str, **parameters: Any) -> list[dict[str, Any]]:
        async with self.resources.database.readers.connection() as reader:
            return await (await reader.execute(sql.encode(), parameters)).fetchall()


@dataclass
class Walk:
    """Requests to one service as its people make them; a small world to test in builds on it."""

    #: What its addresses begin with; a path that begins with the service's name stands as it is.
    V1: ClassVar[str]

    running: Running
    _signed: dict[UUID, dict[str, str]] = field(default_factory=dict, init=False)

    async def call(
        self,
        who: Person | None,
        method: str,
        path: str,
        *,
        expect: int | None = None,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> httpx.Response:
        """One request; `expect` asserts the status and shows the body otherwise."""
        sent = {**(self._headers_of(who) if who else {}), **(headers or {})}
        address = self._address(path)
        answer = await self.running.client.request(method, address, headers=sent, **more)
        assert expect is None or answer.status_code == expect, (answer.status_code, answer.text)
        return answer

    async def change(
        self, who: Person, method: str, path: str, *, of: str | None = None, expect: int | None = None, **more: Any
    ) -> httpx.Response:
        """A conditional write on the latest version of `of`, which is the path itself unless the path is an act."""
        latest = await self.call(who, "GET", of or path, expect=200)
        return await self.call(who, method, path, headers={"If-Match": latest.headers["etag"]}, expect=expect, **more)

    async def refused(self, who: Person | None, method: str, path: str, status: int, slug: str, **sent: Any) -> dict[str, Any]:
        """The problem that answers, said in French."""
        answer = await self.call(who, method, path, expect=status, **sent)
        assert answer.headers["content-type"].startswith("application/problem+json")
        problem: dict[str, Any] = answer.json()
        assert problem["type"].endswith(f"/problems/{slug}"), problem
        return problem

    async def pages(self, who: Person | None, path: str, **params: Any) -> list[dict[str, Any]]:
        """Every item of a list, page after page."""
        found: list[dict[str, Any]] = []
        cursor: str | None = ""
        while cursor is not None:
            asked = {**params, **({"cursor": cursor} if cursor else {})}
            body = (await self.call(who, "GET", path, params=asked, expect=200)).json()
            found += body["items"]
            cursor = body["next"]
        return found

    async def at_once(self, calls: Iterable[tuple[Person | None, str, str, Mapping[str, Any]]]) -> list[httpx.Response]:
        """Requests sent together: who, method, path, what is sent."""
        return list(await asyncio.gather(*(self.call(who, method, path, **sent) for who, method, path, sent in calls)))

    def _address(self, path: str) -> str:
        return path if path.startswith(f"/{self.running.service.name}") else self.V1 + path

    def _headers_of(self, who: Person) -> dict[str, str]:
        if who.account_id not in self._signed:  # a signature costs more than most requests
            self._signed[who.account_id] = who.headers
        return self._signed[who.account_id]


@asynccontextmanager
async def open_service(
    service: Service, settings: ServiceSettings, *, apps: Apps | None = None, signer: Signer | None = SIGNER
) -> AsyncIterator[Running]:
    """The service's application with its lifespan; `signer=None` leaves the service its own keys."""
    app = create_app(service, settings, apps)
    resources: Resources = app.state.resources
    clock = MovableClock()
    resources.clock = clock
    if signer is not None:
        resources.verifier = TokenVerifier(
            signer.keys, issuer="canevas", audience="canevas", revoked=resources.closed_sessions.__contains__
        )
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url=BASE_URL) as client:
        yield Running(service, app, client, resources, clock)


def settings_for(kind: type[ServiceSettings], conninfo: str, data_dir: Path, **more: Any) -> Any:
    """Settings of a service in a test; nothing is read from a real platform."""
    return kind(
        database_url=conninfo,
        data_dir=data_dir,
        secret_key=SECRET,
        events_secret=EVENTS_SECRET,
        public_url=BASE_URL,
        log_level="error",
        **more,
    )


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Statements sent meanwhile, by either door; one that carries many rows is one."""
    sent: list[str] = []

    def noting(send: Any) -> Any:
        async def noted(self: Any, query: Any, *args: Any, **more: Any) -> Any:
            sent.append(str(query))
            return await send(self, query, *args, **more)

        return noted

    with monkeypatch.context() as patched:
        for name in ("execute", "executemany"):
            patched.setattr(psycopg.AsyncCursor, name, noting(getattr(psycopg.AsyncCursor, name)))
        yield sent
