"""The pages of the platform: landing, documentation, problems, health. One small application for both engines."""

import importlib.util
import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any

import orjson
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.concurrency import run_in_threadpool
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from services.common import problems
from services.common.language import Language, preferred
from services.common.problems import NotFound, TemporarilyUnavailable
from services.common.siblings import Siblings
from services.common.web import Requests

from .settings import GatewaySettings

HERE = Path(__file__).parent
#: Pages load what we serve and nothing else.
_OWN = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'"
_CLOSED = "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
PAGE_POLICY = _OWN + _CLOSED
#: Swagger UI and Redoc write their styles themselves.
DOCUMENTATION_POLICY = _OWN.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'") + _CLOSED

_templates = Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined)
_templates.filters["code"] = lambda text: Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped
_templates.globals["words"] = {
    "fr": {
        "problems": "Problèmes",
        "lead": "Chaque refus de la plateforme porte un nom, un code HTTP et une page qui dit pourquoi et comment en sortir.",
        "status": "Code HTTP",
        "name": "Nom",
        "title": "Intitulé",
        "type": "Adresse (champ <code>type</code>)",
        "all": "Tous les problèmes",
        "home": "Accueil",
        "advice": "Que faire",
        "skip": "Aller au contenu",
        "other": "This page in English",
    },
    "en": {
        "problems": "Problems",
        "lead": "Every refusal of the platform has a name, an HTTP status and a page that says why and the way out.",
        "status": "HTTP status",
        "name": "Name",
        "title": "Title",
        "type": "Address (field <code>type</code>)",
        "all": "All problems",
        "home": "Home",
        "advice": "What to do",
        "skip": "Skip to content",
        "other": "Cette page en français",
    },
}

READ = ["GET", "HEAD"]

#: RFC 9309. Robots read what is published: documents with their files and formats, the agenda, open data. The rest of the interface asks who is
#: there, holds somebody's signed address, or has as many pages as there are questions. Allowed first: some read the first rule only.
_ROBOTS = """User-agent: *
Allow: /catalogue/v1/documents
Allow: /catalogue/v1/feeds/documents.
Allow: /catalogue/v1/dcat.jsonld
Allow: /events/v1/events
Allow: /events/v1/feeds/agenda.ics
Allow: /programming/v1/open-data/
Disallow: /catalogue/v1/
Disallow: /programming/v1/
Disallow: /directory/v1/
Disallow: /events/v1/

Sitemap: {public_url}/catalogue/sitemap.xml
"""

Contract = Callable[[], Mapping[str, Any]]


class PagesApp(FastAPI):
    """Named, logged and guarded like a service."""

    def build_middleware_stack(self) -> ASGIApp:
        return Requests(super().build_middleware_stack(), self.state.settings.public_url)


def create_pages(
    settings: GatewaySettings, services: Sequence[str], contract: Contract, apps: Mapping[str, object] | None = None
) -> FastAPI:
    """`contract` gives the platform's OpenAPI document; `apps` are the services living in this process."""
    siblings = Siblings(settings.siblings, apps)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await siblings.open()
        try:
            yield
        finally:
            await siblings.close()

    app = PagesApp(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False, lifespan=lifespan)
    app.state.settings = settings
    problems.install(app, settings.public_url)
    app.include_router(_human())
    app.include_router(_problems())
    app.include_router(_machine(services, siblings, cache(lambda: orjson.dumps(contract()))))
    app.mount("/static/vendor", StaticFiles(directory=_vendor()))
    app.mount("/static", StaticFiles(directory=HERE / "static"))
    return app


def _vendor() -> Path:
    """Swagger UI and Redoc as the `fastapi_offline` package ships them; found, not imported."""
    spec = importlib.util.find_spec("fastapi_offline")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("the package fastapi-offline, which holds Swagger UI and Redoc, is not installed")
    return Path(spec.submodule_search_locations[0]) / "static"


def _page(template: str, *, language: Language = "fr", policy: str = PAGE_POLICY, **values: Any) -> HTMLResponse:
    text = _templates.get_template(template).render(language=language, **values)
    headers = {"Content-Security-Policy": policy, "Content-Language": language, "Cache-Control": "no-cache"}
    return HTMLResponse(text, headers=headers)


def _human() -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.api_route("/", methods=READ)
    async def landing() -> Response:
        return _page("landing.html")

    @router.api_route("/docs", methods=READ)
    async def swagger() -> Response:
        return _page("swagger.html", policy=DOCUMENTATION_POLICY)

    @router.api_route("/redoc", methods=READ)
    async def redoc() -> Response:
        return _page("redoc.html", policy=DOCUMENTATION_POLICY)

    @router.api_route("/verification", methods=READ)
    async def verification() -> Response:
        return _page("verification.html")

    @router.api_route("/password-reset", methods=READ)
    async def password_reset() -> Response:
        return _page("password-reset.html")

    @router.api_route("/inscription", methods=READ)
    async def registration() -> Response:
        return _page("registration.html")

    @router.api_route("/invitation", methods=READ)
    async def invitation() -> Response:
        return _page("invitation.html")

    return router


def _problems() -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.api_route("/problems", methods=READ)
    async def index(request: Request) -> Response:
        known = problems.catalogue().values()
        return _varying(_page("problems.html", language=_language(request), problems=known))

    @router.api_route("/problems/{slug}", methods=READ)
    async def one(request: Request, slug: str) -> Response:
        kind = problems.catalogue().get(slug)
        if kind is None:
            raise NotFound()
        public_url = request.app.state.settings.public_url
        return _varying(_page("problem.html", language=_language(request), problem=kind, public_url=public_url))

    return router


def _language(request: Request) -> Language:
    """`?lang=` is for the link from one language to the other."""
    asked = request.query_params.get("lang")
    return preferred(asked or request.headers.get("accept-language"))


def _varying(page: Response) -> Response:
    page.headers["Vary"] = "Accept-Language"
    return page


def _machine(services: Sequence[str], siblings: Siblings, document: Callable[[], bytes]) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.api_route("/openapi.json", methods=READ)
    async def contract() -> Response:
        body = await run_in_threadpool(document)
        return Response(body, media_type="application/json", headers={"Cache-Control": "no-cache"})

    @router.api_route("/robots.txt", methods=READ)
    async def robots(request: Request) -> Response:
        body = _ROBOTS.format(public_url=request.app.state.settings.public_url)
        return Response(body, media_type="text/plain", headers={"Cache-Control": "public, max-age=86400"})

    @router.api_route("/health", methods=READ)
    async def health() -> Response:
        """Every service answers and its database is migrated (503 otherwise, naming those that are not)."""
        states = {service: await _state(siblings, service) for service in services}
        if any(state != "ready" for state in states.values()):
            raise TemporarilyUnavailable(headers={"Retry-After": "5"}, services=states)
        return Response(orjson.dumps({"status": "ok", "services": states}), media_type="application/json")

    return router


async def _state(siblings: Siblings, service: str) -> str:
    try:
        answer = await siblings.get(service, f"/{service}/readiness")
    except TemporarilyUnavailable:
        return "unreachable"
    return "ready" if answer.status_code == 200 else "unavailable"
