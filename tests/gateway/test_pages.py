"""The pages: they exist, they load nothing from elsewhere, they say things in the reader's language."""

import re
from collections.abc import Callable
from urllib.robotparser import RobotFileParser

import httpx
import pytest

from gateway.embedded import Composition
from gateway.pages import DOCUMENTATION_POLICY, PAGE_POLICY
from gateway.routes import PAGES
from services.common.problems import catalogue
from tests.gateway import tiny
from tests.gateway.conftest import Open

pytestmark = pytest.mark.anyio

HTML = [
    *("/", "/docs", "/redoc", "/problems", "/problems/not-found"),
    *("/verification", "/password-reset", "/inscription", "/invitation"),
]


@pytest.mark.parametrize("path", HTML)
async def test_a_page_loads_only_assets_of_ours(gateway: Open, path: str) -> None:
    async with gateway() as client:
        page = await client.get(path)
        assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert page.headers["content-security-policy"] in {PAGE_POLICY, DOCUMENTATION_POLICY}
        assert page.headers.get_list("x-frame-options") == ["DENY"]
        loaded = re.findall(r'<(?:script|img|link|iframe|source)[^>]*?(?:src|href)="([^"]+)"', page.text)
        assert loaded
        for address in loaded:
            assert address.startswith("/static/"), address
            assert (await client.get(address)).status_code == 200, address
        assert "://" not in page.text.replace("http://127.0.0.1:8000/problems/", ""), "no outside address"
        assert not re.search(r"<script(?![^>]*\bsrc=)", page.text), "no inline script"
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=", page.text), "no inline style, no inline handler"


@pytest.mark.parametrize("path", HTML)
async def test_every_link_of_a_page_leads_somewhere(gateway: Open, compose: Callable[..., Composition], path: str) -> None:
    async with gateway() as client:
        links = set(re.findall(r'<a[^>]*href="([^"#]+)"', (await client.get(path)).text)) - {"/health"}
        for link in links:
            answer = await client.get(httpx.URL(f"http://127.0.0.1:8000{path}").join(link))
            assert answer.status_code == 200, link


async def test_the_pages_are_those_of_the_routing_table(gateway: Open) -> None:
    assert {"/" + path.split("/")[1] for path in HTML} | {"/openapi.json", "/robots.txt", "/health", "/static"} == set(PAGES)
    async with gateway() as client:
        assert (await client.get("/openapi.json")).json()["info"]["title"] == "Canevas"


async def test_every_problem_has_a_page_in_french_and_english(gateway: Open) -> None:
    async with gateway() as client:
        index = {language: (await client.get("/problems", headers={"Accept-Language": language})).text for language in ("fr", "en")}
        for slug in catalogue():
            for language in ("fr", "en"):
                page = await client.get(f"/problems/{slug}", headers={"Accept-Language": language})
                assert (page.status_code, page.headers["content-language"]) == (200, language)
                assert page.headers["vary"] == "Accept-Language"
                assert f'<html lang="{language}">' in page.text
                assert f'href="/problems/{slug}"' in index[language]


async def test_the_language_can_be_chosen_by_a_link(gateway: Open) -> None:
    async with gateway() as client:
        page = await client.get("/problems/not-found?lang=en", headers={"Accept-Language": "fr"})
        assert "Not found" in page.text


async def test_a_problem_that_does_not_exist_is_itself_a_problem(gateway: Open) -> None:
    async with gateway() as client:
        for path in ("/problems/nothing", "/static/nothing.js", "/static/../settings.py", "/static/vendor/..%2Fcore.py"):
            answer = await client.get(path)
            assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json"), path
        assert (await client.post("/docs")).json()["type"].endswith("/method-not-allowed")


async def test_robots_are_led_to_what_is_published_and_to_nothing_else(gateway: Open) -> None:
    async with gateway() as client:
        answer = await client.get("/robots.txt")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/plain; charset=utf-8")
    robots = RobotFileParser()
    robots.parse(answer.text.splitlines())
    assert robots.site_maps() == ["http://127.0.0.1:8000/catalogue/sitemap.xml"]
    open_ = [
        *("/", "/docs", "/problems/not-found", "/catalogue/d/VTLR-2026-0042", "/catalogue/sitemap.xml", "/catalogue/oai"),
        *("/catalogue/v1/documents", "/catalogue/v1/documents/x/files/y", "/catalogue/v1/feeds/documents.atom"),
        *("/catalogue/v1/dcat.jsonld", "/programming/v1/open-data/catalog.jsonld"),
        *("/events/v1/events", "/events/v1/events/x", "/events/v1/feeds/agenda.ics?theme=y"),
    ]
    closed = [
        *("/catalogue/v1/drafts", "/catalogue/v1/search?q=a", "/catalogue/v1/feeds/saved-searches/x.atom"),
        *("/catalogue/v1/unsubscriptions/x", "/catalogue/v1/export.jsonl", "/programming/v1/dossiers", "/directory/v1/me"),
        *("/events/v1/my-registrations/x", "/events/v1/visio/x", "/events/v1/badges/x", "/events/v1/feeds/personal/x.ics"),
    ]
    assert [path for path in open_ if not robots.can_fetch("*", path)] == []
    assert [path for path in closed if robots.can_fetch("*", path)] == []


async def test_health_names_the_services_that_are_not_ready(compose: Callable[..., Composition]) -> None:
    composition = compose(tiny.part("alpha"), conninfo="host=/nowhere")
    pages = composition.pages
    transport = httpx.ASGITransport(pages)
    async with pages.router.lifespan_context(pages), httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        answer = await client.get("/health")
        assert answer.status_code == 503
        assert answer.json()["services"] == {"alpha": "unavailable"}
