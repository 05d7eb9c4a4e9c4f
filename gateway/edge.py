"""What stands around every application that people reach: host, deadline, security headers, CORS. Pure ASGI.

The embedded composition has one edge around all services; in production each container has its own behind nginx, so that
both engines refuse, interrupt and dress answers with the same code.
"""

import re
from asyncio import CancelledError, Handle, current_task, get_running_loop
from collections.abc import Callable
from functools import lru_cache

import structlog
from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.common.ids import new_id
from services.common.language import preferred
from services.common.problems import Problem, answer
from services.common.web import Requests

from .problems import DeadlineExpired, HostNotServed, OriginNotAllowed, TransferTooSlow
from .settings import GatewaySettings

log = structlog.get_logger("edge")

#: The request headers of the contract, and those it answers with that a browser may show to the calling page.
REQUEST_HEADERS = (
    "Authorization",
    "Content-Digest",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "Range",
    "Traceparent",
    "Tus-Resumable",
    "Upload-Checksum",
    "Upload-Length",
    "Upload-Metadata",
    "Upload-Offset",
    "X-Request-ID",
)
EXPOSED_HEADERS = (
    "Content-Digest",
    "Content-Disposition",
    "Content-Location",
    "Deprecation",
    "ETag",
    "Idempotency-Replayed",
    "Link",
    "Location",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "Sunset",
    "Tus-Checksum-Algorithm",
    "Tus-Extension",
    "Tus-Max-Size",
    "Tus-Resumable",
    "Tus-Version",
    "Upload-Expires",
    "Upload-Length",
    "Upload-Offset",
    "WWW-Authenticate",
    "X-Request-ID",
)
#: A name, an IPv4 address or an IPv6 one between brackets; then perhaps a port.
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::[0-9]{1,5})?")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
PREFLIGHT_SECONDS = 600

SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def security_headers(settings: GatewaySettings) -> dict[str, str]:
    """What every answer carries unless the application chose its own value."""
    hsts = {"Strict-Transport-Security": "max-age=31536000"} if settings.is_https else {}
    return SECURITY_HEADERS | hsts


class Edge:
    """`hosts` are the names answered to; services on their own are also called by the name of their container."""

    def __init__(self, app: ASGIApp, settings: GatewaySettings, *, hosts: frozenset[str] | None = None) -> None:
        self._app = _with_cors(app, settings)
        self._refuse = _with_cors(Requests(_refusal(settings.public_url), settings.public_url), settings)
        self._serves = _host_check(settings.hosts if hosts is None else hosts)
        self.security = [(name.lower().encode(), value.encode()) for name, value in security_headers(settings).items()]
        self.deadline, self.transfer = settings.request_deadline_s, settings.transfer_deadline_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._other(scope, receive, send)
            return
        headers: list[tuple[bytes, bytes]] = scope["headers"]
        host, hosts, named, has_body = b"", 0, False, False
        for name, value in headers:
            if name == b"host":
                host, hosts = value, hosts + 1
            elif name == b"x-request-id":
                named = True
            elif name == b"content-length" or name == b"transfer-encoding":
                has_body = value != b"0"
        if not named:
            headers.append((b"x-request-id", new_id().hex.encode()))
        exchange = _Exchange(self, receive, send, has_body)
        try:
            if hosts == 1 and self._serves(host):
                await self._app(scope, exchange.receive if has_body else receive, exchange.send)
            else:
                await self._answer(HostNotServed(), scope, receive, exchange.send)
        except CancelledError:
            if not exchange.was_interrupted():
                raise
            log.warning("deadline_expired", path=scope["path"], receiving=exchange.receiving, answering=exchange.answering)
            if not exchange.answering:
                problem = TransferTooSlow() if exchange.receiving else DeadlineExpired()
                await self._answer(problem, scope, receive, exchange.send)
        finally:
            exchange.timer.cancel()

    async def _answer(self, problem: Problem, scope: Scope, receive: Receive, send: Send) -> None:
        await self._refuse({**scope, "canevas.problem": problem}, receive, send)

    async def _other(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        else:  # the platform has no WebSocket
            await send({"type": "websocket.close", "code": 1000})


_EVENTS = b"text/event-stream"


class _Exchange:
    """One request on its way, and how long it may still take: to be received, then decided, then answered.

    One timer a request, which looks at `due` when it fires: moving the limit costs nothing.
    """

    __slots__ = (
        "_cancelling",
        "_due",
        "_edge",
        "_expired",
        "_fires",
        "_loop",
        "_receive",
        "_send",
        "_task",
        "answering",
        "following",
        "receiving",
        "timer",
    )

    def __init__(self, edge: Edge, receive: Receive, send: Send, has_body: bool) -> None:
        self._edge, self._receive, self._send = edge, receive, send
        self.receiving, self.answering, self.following, self._expired = has_body, False, False, False
        self._loop = get_running_loop()
        task = current_task()
        assert task is not None  # noqa: S101 - servers run each request in one
        self._task, self._cancelling = task, task.cancelling()
        self._due = self._loop.time() + (edge.transfer if has_body else edge.deadline)
        self._arm()

    async def receive(self) -> Message:
        message = await self._receive()
        if self.receiving and message["type"] == "http.request" and not message.get("more_body", False):
            self.receiving = False
            if not self.answering:
                self._allow(self._edge.deadline)
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.answering = True
            self._allow(self._edge.transfer)
            headers = list(message.get("headers", ()))
            present = {name for name, _ in headers}
            message["headers"] = headers + [header for header in self._edge.security if header[0] not in present]
            self.following = any(name == b"content-type" and value.startswith(_EVENTS) for name, value in headers)
        await self._send(message)
        if self.following:
            # Events come for as long as somebody reads them: each one read gives time for the next.
            self._allow(self._edge.transfer)

    def _allow(self, seconds: float) -> None:
        self._due = self._loop.time() + seconds
        if self._due < self._fires:
            self.timer.cancel()
            self._arm()

    def _arm(self) -> None:
        # Kept here and not asked of the timer: uvloop gives a bare handle, which does not know, for what is due at once.
        self._fires = self._due
        self.timer: Handle = self._loop.call_at(self._due, self._interrupt)

    def _interrupt(self) -> None:
        if self._loop.time() < self._due:
            self._arm()
        else:
            self._expired = True
            self._task.cancel()

    def was_interrupted(self) -> bool:
        """Whether the cancellation under way is ours and nobody else's."""
        return self._expired and self._task.uncancel() <= self._cancelling


def _host_check(hosts: frozenset[str]) -> Callable[[bytes], bool]:
    @lru_cache(maxsize=256)
    def serves(header: bytes) -> bool:
        found = _HOST.fullmatch(header.decode("latin-1"))
        return found is not None and found[1].strip("[]").lower() in hosts

    return serves


def _refusal(public_url: str) -> ASGIApp:
    async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
        language = preferred(Headers(scope=scope).get("accept-language"))
        response = answer(scope["canevas.problem"], base_url=public_url, language=language, instance=scope["path"])
        await response(scope, receive, send)

    return refuse


class Cors(CORSMiddleware):
    """Starlette's, whose refusals are problems and whose preflights have a name and a log line too."""

    def __init__(self, app: ASGIApp, settings: GatewaySettings) -> None:
        super().__init__(
            app,
            allow_origins=settings.cors_origins,
            allow_methods=METHODS,
            allow_headers=REQUEST_HEADERS,
            expose_headers=EXPOSED_HEADERS,
            max_age=PREFLIGHT_SECONDS,
        )
        self._public_url = settings.public_url
        self._preflights = Requests(self._preflight, settings.public_url)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "OPTIONS":
            headers = Headers(scope=scope)
            if "origin" in headers and "access-control-request-method" in headers:
                await self._preflights(scope, receive, send)
                return
        await super().__call__(scope, receive, send)

    async def _preflight(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        response = self.preflight_response(request_headers=headers)
        if response.status_code >= 300:
            response = self._refused(response, headers, scope["path"])
        await response(scope, receive, send)

    def _refused(self, plain: Response, headers: Headers, path: str) -> Response:
        language = preferred(headers.get("accept-language"))
        problem = answer(OriginNotAllowed(), base_url=self._public_url, language=language, instance=path)
        for name, value in plain.headers.items():
            if name not in {"content-length", "content-type"}:
                problem.headers[name] = value
        return problem


def _with_cors(app: ASGIApp, settings: GatewaySettings) -> ASGIApp:
    return Cors(app, settings) if settings.cors_origins else app
