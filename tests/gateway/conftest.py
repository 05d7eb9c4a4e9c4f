"""A gateway over services of a few lines."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.embedded import Composition, create_gateway
from gateway.routes import Part
from gateway.settings import GatewaySettings
from tests.gateway import tiny

Open = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]


@pytest.fixture
def compose(tmp_path: Path) -> Callable[..., Composition]:
    def made(*parts: Part, conninfo: str = "", **options: Any) -> Composition:
        own = tiny.settings(conninfo, data_dir=tmp_path)
        return Composition([(part, own) for part in parts], GatewaySettings(**options))

    return made


@pytest.fixture
def gateway(compose: Callable[..., Composition]) -> Open:
    """`async with gateway(part, …, request_deadline_s=1) as client`: the embedded gateway, lifespans left alone."""

    @asynccontextmanager
    async def opened(*parts: Part, conninfo: str = "", **options: Any) -> AsyncIterator[httpx.AsyncClient]:
        composition = compose(*(parts or (tiny.part(),)), conninfo=conninfo, **options)
        transport = httpx.ASGITransport(create_gateway(composition, GatewaySettings(**options)))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
            yield client

    return opened
