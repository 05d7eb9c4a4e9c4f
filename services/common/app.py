"""The app factory: from a `Service` and its settings to an ASGI application."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI
from starlette.types import ASGIApp

from . import contract, problems
from .health import health_router
from .observers import Watch
from .outbox import inbox_router
from .resources import Service, opened, prepare
from .settings import ServiceSettings
from .siblings import Apps
from .web import Requests

#: Largest JSON body; files have their own limit and their own routes.
BODY_LIMIT = 2 * 1024 * 1024


class ServiceApp(FastAPI):
    """A FastAPI application whose outermost layer is ours: even a crash answers with a problem and a request id."""

    def build_middleware_stack(self) -> ASGIApp:
        watch = Watch(self.state.observers) if self.state.observers else None
        return Requests(super().build_middleware_stack(), self.state.resources.settings.public_url, watch)


def create_app(service: Service, settings: ServiceSettings, apps: Apps | None = None) -> FastAPI:
    """`apps` are the siblings that live in this process (embedded mode)."""
    resources = prepare(service, settings, apps)
    observers = [make(resources) for make in service.observers]

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with opened(resources), AsyncExitStack() as living:
            for observer in observers:
                await living.enter_async_context(observer.alive())
            yield

    app = ServiceApp(
        title=service.title,
        description=service.description,
        version=version("canevas"),
        lifespan=lifespan,
        openapi_url=f"/{service.name}/openapi.json",
        docs_url=None,
        redoc_url=None,
        openapi_tags=[dict(tag) for tag in service.tags],
        max_body_size=BODY_LIMIT,
        redirect_slashes=False,
    )
    app.state.resources = resources
    app.state.service = service
    app.state.observers = observers
    problems.install(app, settings.public_url)
    for router in (*service.routers, inbox_router(service.name, service.all_consumers), health_router(service.name)):
        # Routes carry their whole address: included one level deeper, finding one takes longer than running its query.
        app.router.routes.extend(router.routes)
    for told in service.webhooks:
        app.webhooks.routes.extend(told.routes)
    contract.publish(app)
    return app
