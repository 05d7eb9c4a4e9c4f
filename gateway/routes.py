"""The routing table: which service answers which addresses. Both engines (embedded and nginx) are made from it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module

from fastapi import FastAPI

from services.common.resources import Service
from services.common.settings import ServiceSettings

from .settings import read


@dataclass(frozen=True)
class Route:
    """`/<service>/…` is answered by `services.<service>`, which listens on `port` when it runs on its own."""

    service: str
    port: int

    @property
    def prefix(self) -> str:
        return f"/{self.service}"


#: Adding a service is adding its line.
SERVICES: tuple[Route, ...] = (
    Route("directory", port=8001),
    Route("programming", port=8002),
    Route("catalogue", port=8003),
    Route("events", port=8004),
)

#: What the gateway alone serves (`gateway.pages`). Any address that is nobody's gets its 404 there too.
PAGES: tuple[str, ...] = (
    "/",
    "/docs",
    "/redoc",
    "/openapi.json",
    "/robots.txt",
    "/problems",
    "/health",
    "/verification",
    "/password-reset",
    "/inscription",
    "/invitation",
    "/static",
)
PAGES_NAME = "pages"
PAGES_PORT = 8009

#: `/<service>/internal/…` is between services: no engine routes it from outside.
INTERNAL = "internal"


@dataclass(frozen=True)
class Part:
    """What a service's package offers to whoever runs it."""

    service: Service
    settings: type[ServiceSettings]
    create_app: Callable[[ServiceSettings, Mapping[str, object] | None], FastAPI]

    def read_settings(self) -> ServiceSettings:
        """From the environment. Raises `UnfitSettings`, which names the variables."""
        return read(self.settings)


def load(route: Route) -> Part:
    """Import a service: only the processes that serve it pay for it."""
    app = import_module(f"services.{route.service}.app")
    settings = import_module(f"services.{route.service}.settings")
    return Part(app.SERVICE, settings.Settings, app.create_app)


def route_of(service: str) -> Route:
    for route in SERVICES:
        if route.service == service:
            return route
    known = ", ".join(route.service for route in SERVICES)
    raise LookupError(f"There is no service {service!r}; there are: {known}.")
