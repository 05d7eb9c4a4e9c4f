"""The embedded engine: every service in one process, called directly (`app(scope, receive, send)`), behind one edge."""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from services.common.settings import ServiceSettings

from .edge import Edge
from .openapi import merge
from .pages import create_pages
from .routes import INTERNAL, SERVICES, Part, load
from .settings import GatewaySettings, read


class Composition:
    """Services and pages living in this process; siblings are called in process too."""

    def __init__(self, parts: Iterable[tuple[Part, ServiceSettings]], settings: GatewaySettings) -> None:
        self.parts: dict[str, Part] = {}
        self.apps: dict[str, FastAPI] = {}
        siblings: dict[str, object] = {}
        for part, own in parts:
            name = part.service.name
            self.parts[name], self.apps[name] = part, part.create_app(own, siblings)
            siblings[name] = self.apps[name]
        self.pages = create_pages(settings, list(self.apps), self.contract, siblings)

    def contract(self) -> dict[str, object]:
        return merge({name: app.openapi() for name, app in self.apps.items()})

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Every lifespan, entered in order and left in reverse; when one fails those before it are closed."""
        async with AsyncExitStack() as stack:
            for app in (*self.apps.values(), self.pages):
                await stack.enter_async_context(app.router.lifespan_context(app))
            yield


class Dispatch:
    """First segment of the path → the service. The rest, and what is between services, goes to the pages (and their 404)."""

    def __init__(self, apps: Mapping[str, ASGIApp], pages: ASGIApp, lifespan: ASGIApp) -> None:
        self._apps, self._pages, self._lifespan = dict(apps), pages, lifespan

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(scope, receive, send)
            return
        segments = scope["path"].split("/", 3)
        app = self._apps.get(segments[1], self._pages) if len(segments) > 1 else self._pages
        if len(segments) > 2 and segments[2] == INTERNAL:
            app = self._pages
        await app(scope, receive, send)


def from_environment() -> Composition:
    """All the services of the routing table, with the settings of the environment."""
    parts = [load(route) for route in SERVICES]
    return Composition([(part, part.read_settings()) for part in parts], read(GatewaySettings))


def create_gateway(composition: Composition, settings: GatewaySettings) -> Edge:
    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with composition.opened():
            yield

    return Edge(Dispatch(composition.apps, composition.pages, Starlette(lifespan=lifespan)), settings)
