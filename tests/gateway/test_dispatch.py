"""One process, every service: who answers what, and in which order things are opened and closed."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from fastapi import FastAPI

from gateway.embedded import Composition
from gateway.routes import Part
from services.common.settings import ServiceSettings
from services.common.siblings import Apps
from tests.gateway import tiny
from tests.gateway.conftest import Open

pytestmark = pytest.mark.anyio


async def test_the_first_segment_of_the_path_chooses_the_service(gateway: Open) -> None:
    async with gateway(tiny.part("alpha"), tiny.part("beta")) as client:
        for name in ("alpha", "beta"):
            told = (await client.get(f"/{name}/v1/whoami")).json()
            assert (told["service"], told["path"]) == (name, f"/{name}/v1/whoami"), "paths are not rewritten"


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/alphabet/v1/whoami",
        "/ALPHA/v1/whoami",
        "//alpha/v1/whoami",
        "/alpha/internal/events",
        "/alpha/internal",
        "/alpha/%69nternal/events",
        "/alpha%2Finternal/events",
        "/v1/whoami",
    ],
)
async def test_what_is_nobodys_or_between_services_is_a_problem(gateway: Open, path: str) -> None:
    async with gateway(tiny.part("alpha")) as client:
        answer = await client.post(path)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
        assert answer.json()["type"].endswith("/problems/not-found")
        assert answer.headers["x-request-id"]


async def test_services_call_their_siblings_in_process(gateway: Open, compose: Callable[..., Composition]) -> None:
    composition = compose(tiny.part("alpha"), tiny.part("beta"))
    siblings = composition.apps["alpha"].state.resources.siblings
    await siblings.open()
    try:
        answer = await siblings.get("beta", "/beta/v1/whoami")
        assert answer.json()["service"] == "beta"
    finally:
        await siblings.close()


async def test_the_request_keeps_its_name_across_the_gateway(gateway: Open) -> None:
    async with gateway() as client:
        answer = await client.get("/tiny/v1/whoami", headers={"X-Request-ID": "named-by-me"})
        assert answer.headers.get_list("x-request-id") == ["named-by-me"]
        answer = await client.get("/tiny/v1/whoami", headers={"X-Request-ID": "bad name"})
        assert len(answer.headers.get_list("x-request-id")) == 1
        assert answer.headers["x-request-id"] != "bad name"


def _watched(name: str, seen: list[str], *, fails: bool = False) -> Part:
    """A part whose lifespan says what happens to it."""
    plain = tiny.part(name)

    def create(settings: ServiceSettings, apps: Apps | None = None) -> FastAPI:
        app = plain.create_app(settings, apps)

        @asynccontextmanager
        async def lifespan(_: FastAPI) -> AsyncIterator[None]:
            if fails:
                raise RuntimeError(f"{name} does not open")
            seen.append(f"{name} opened")
            try:
                yield
            finally:
                seen.append(f"{name} closed")

        app.router.lifespan_context = lifespan
        return app

    return Part(plain.service, plain.settings, create)


async def test_lifespans_are_entered_in_order_and_left_in_reverse(compose: Callable[..., Composition]) -> None:
    seen: list[str] = []
    async with compose(_watched("alpha", seen), _watched("beta", seen)).opened():
        assert seen == ["alpha opened", "beta opened"]
    assert seen[2:] == ["beta closed", "alpha closed"]


async def test_a_lifespan_that_fails_closes_those_already_open(compose: Callable[..., Composition]) -> None:
    seen: list[str] = []
    composition = compose(_watched("alpha", seen), _watched("beta", seen, fails=True), _watched("gamma", seen))
    with pytest.raises(RuntimeError, match="beta does not open"):
        async with composition.opened():
            pass  # pragma: no cover
    assert seen == ["alpha opened", "alpha closed"]
