"""The outermost layer of a service: request id, trace context, access log, and an answer to what nobody caught.

Pure ASGI: Starlette's `BaseHTTPMiddleware` costs 200 µs each.
"""

import re
import time
from typing import Any

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .ids import new_id
from .language import preferred
from .observers import Watch
from .problems import BodyTooLarge, answer, from_database

log = structlog.get_logger("access")

_REQUEST_ID = re.compile(rb"^[A-Za-z0-9._-]{8,64}$")
_PROBLEM = (b"content-type", b"application/problem+json")
_TRACEPARENT = re.compile(rb"^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$")


class Requests:
    """Names each request, logs it, turns an uncaught exception into a problem, and tells who watches that the answer left."""

    def __init__(self, app: ASGIApp, base_url: str, watch: Watch | None = None) -> None:
        self.app, self.base_url, self.watch = app, base_url, watch

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        context = _context(headers)
        request_id = context["request_id"].encode()
        began, status, replaced, ended = time.perf_counter(), 0, False, False
        language = preferred(headers.get(b"accept-language", b"").decode("latin-1"))

        async def named(message: Message) -> None:
            nonlocal status, replaced, ended
            if replaced:
                return
            if message["type"] == "http.response.start":
                status = message["status"]
                if status == 413 and _PROBLEM not in message["headers"]:
                    # The body limit answers by itself, in plain text, before any exception handler.
                    refusal = answer(BodyTooLarge(), base_url=self.base_url, language=language, instance=scope["path"])
                    await refusal(scope, receive, named)
                    replaced = True
                    return
                message["headers"] = [*message.get("headers", ()), (b"x-request-id", request_id)]
            await send(message)
            ended = message["type"] == "http.response.body" and not message.get("more_body", False)

        with structlog.contextvars.bound_contextvars(**context):
            try:
                await self.app(scope, receive, named)
            except Exception as error:
                log.exception("uncaught", path=scope["path"])
                if status and not ended:
                    raise  # half an answer has left: the server cuts the connection
                if not ended:
                    problem = from_database(error)
                    await answer(problem, base_url=self.base_url, language=language, instance=scope["path"])(scope, receive, named)
            finally:
                took = round((time.perf_counter() - began) * 1000, 1)
                log.info("request", method=scope["method"], path=scope["path"], status=status, ms=took)
                if self.watch is not None:
                    self.watch.answered(scope, headers, status)


def _context(headers: dict[bytes, bytes]) -> dict[str, Any]:
    given = headers.get(b"x-request-id", b"")
    context = {"request_id": given.decode() if _REQUEST_ID.match(given) else new_id().hex}
    trace = headers.get(b"traceparent", b"")
    if _TRACEPARENT.match(trace):
        context["traceparent"] = trace.decode()
    return context
