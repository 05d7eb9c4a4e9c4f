"""Routes: what changes something runs in one transaction, committed before the answer leaves; every route states its right."""

import hashlib
from collections.abc import Callable, Coroutine, Iterable
from functools import cached_property
from typing import Any, ClassVar

import structlog
from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.routing import Match
from starlette.types import Scope

from . import idempotency
from .auth import identify
from .db import give_back
from .problems import Problem, is_deadlock

log = structlog.get_logger(__name__)

_SAFE = {"GET", "HEAD", "OPTIONS"}
_MORE_TRIES = 2

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class ActRoute(APIRoute):
    """Owns the request's transaction (`db.Session`) and honours `Idempotency-Key` on POST.

    Of two acts that wait for each other PostgreSQL undoes one: it is done again, and nobody notices.
    """

    #: False where the body is a stream: its fingerprint is then what the headers announce.
    reads_body: ClassVar[bool] = True

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        # Most addresses are another route's: what precedes the first parameter tells, without a regular expression.
        if not scope.get("root_path") and not scope["path"].startswith(self._beginning):
            return Match.NONE, {}
        return super().matches(scope)

    @cached_property
    def _beginning(self) -> str:
        return self.path.partition("{")[0]

    def get_route_handler(self) -> Handler:
        handle = _giving_back(super().get_route_handler())
        methods = self.methods or set()
        if not methods - _SAFE:
            return handle
        replayable = "POST" in methods and not (self.openapi_extra or {}).get("x-secret-answer")

        async def in_transaction(request: Request) -> Response:
            resources = request.app.state.resources
            refusal: Problem | None = None
            async with resources.database.transaction() as session:
                request.state.session = session
                try:
                    key = idempotency.key_of(request) if replayable else None
                    response = await (self._once(request, handle, key) if key else handle(request))
                except Problem as problem:
                    if not problem.keeps_writes:
                        raise
                    refusal = problem
            if refusal is not None:
                raise refusal
            return response

        async def act(request: Request) -> Response:
            request.state.arrived_at = request.app.state.resources.clock.now()
            # A stream has been read and cannot be again.
            for _ in range(_MORE_TRIES if self.reads_body else 0):
                try:
                    return await in_transaction(request)
                except Exception as error:
                    if not is_deadlock(error):
                        raise
                    log.warning("deadlock", path=request.scope["path"], cause=str(error))
            return await in_transaction(request)

        return act

    async def _once(self, request: Request, handle: Handler, key: str) -> Response:
        principal = await identify(request)
        caller = idempotency.caller_of(request, principal and principal.account_id)
        resources = request.app.state.resources
        mark = idempotency.fingerprint(request, await self._content(request), resources.settings.secret_key)
        session, table = request.state.session, resources.tables.idempotency
        known = await idempotency.recall(session, table, caller, key, mark)
        if known is not None:
            return known
        response = await handle(request)
        if response.status_code < 300:
            await idempotency.remember(session, table, caller, key, mark, response, request.state.arrived_at)
        return response

    async def _content(self, request: Request) -> bytes:
        if self.reads_body:
            return await request.body()
        announced = [request.headers.get(name, "") for name in ("content-length", "content-digest", "content-type")]
        return hashlib.sha256("\n".join(announced).encode()).digest()


def _giving_back(handle: Handler) -> Handler:
    async def handled(request: Request) -> Response:
        try:
            return await handle(request)
        finally:
            await give_back(request)

    return handled


class UploadRoute(ActRoute):
    """An act whose body is a streamed file."""

    reads_body = False


def right(
    rule: str,
    *,
    public: bool = False,
    secret_answer: bool = False,
    persons_only: bool = False,
    refusals: Iterable[int] = (),
) -> dict[str, Any]:
    """`openapi_extra` of a route: who may call it, in one sentence that the contract publishes.

    `secret_answer`: the answer carries credentials, so it is never stored for replay. `persons_only`: no program may, whatever
    its scopes. `refusals`: statuses the contract cannot guess from the route (401 of a public sign-in, 429 of a limit).
    """
    extra: dict[str, Any] = {"x-right": rule, "security": [] if public else [{"bearer": []}]}
    if secret_answer:
        extra["x-secret-answer"] = True
    if persons_only:
        extra["x-persons-only"] = True
    if refusals:
        extra["x-refusals"] = sorted(refusals)
    return extra
