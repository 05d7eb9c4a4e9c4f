"""The page of the open calls: what programming publishes, for people, in French, without any script."""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest
from fastapi import APIRouter, Request

from gateway.embedded import Composition
from gateway.pages import FORM_POLICY
from services.common.problems import MalformedRequest
from services.common.routing import ActRoute
from tests.gateway import tiny

pytestmark = pytest.mark.anyio

PAGE = "/appels-a-projets"
CALL: dict[str, Any] = {
    "title": "Appel à projets <2027>",
    "contract": {"code": "CN01102I", "name": "Contrat de ville de Carcassonne"},
    "qpvs": [{"code": "QP011002", "name": "La Conte – Ozanam"}],
    "outside_qpv_allowed": True,
    "objectives": [{"code": "2", "title": "Apprendre"}],
    "natures": ["action", "fonctionnement"],
    "funders": [
        {
            "name": "Caisse d'allocations familiales",
            "lines": [
                {
                    "label": "Actions", "natures": ["action"], "cap_cents": 2_000_000, "max_share_bp": 7550, "qpv_required": True,
                    "reason": "Hors emploi.",
                }
            ],
        }
    ],
    "closes_at": "2027-03-28T23:59:59+02:00",
    "days_left": 1,
    "extended": True,
    "answer_before_if_today": "2027-06-27",
    "answer_before_at_latest": "2027-06-28",
    "form_url": "https://formulaire.example/campagne/1",
}  # fmt: skip

Open = Callable[..., Any]


@pytest.fixture
def page(compose: Callable[..., Composition]) -> Open:
    """`async with page(items) as (client, asked)`: the pages over a programming that answers these calls, and what it was asked."""

    @asynccontextmanager
    async def opened(
        items: list[Any] | None, after: str | None = None
    ) -> AsyncIterator[tuple[httpx.AsyncClient, list[dict[str, str]]]]:
        asked: list[dict[str, str]] = []
        router = APIRouter(route_class=ActRoute, prefix="/programming/v1", tags=["programming"])

        @router.get("/open-campaigns", operation_id="calls", openapi_extra=tiny.ANYONE)
        async def calls(request: Request) -> dict[str, Any]:
            """What is open."""
            asked.append(dict(parse_qsl(request.url.query)))
            if "department" in asked[-1] and len(asked[-1]["department"]) < 2:
                raise MalformedRequest()
            return {"items": items, "next": after}

        parts = [tiny.part("programming", routers=[router])] if items is not None else [tiny.part("alpha")]
        pages = compose(*parts).pages
        transport = httpx.ASGITransport(pages)
        async with (
            pages.router.lifespan_context(pages),
            httpx.AsyncClient(transport=transport, base_url="http://localhost") as client,
        ):
            yield client, asked

    return opened


async def test_a_call_says_until_when_whom_to_ask_and_when_the_answer_comes(page: Open) -> None:
    async with page([CALL]) as (client, _):
        answer = await client.get(PAGE)
    assert (answer.status_code, answer.headers["content-language"]) == (200, "fr")
    assert answer.headers["content-security-policy"] == FORM_POLICY
    text = answer.text.replace("\xa0", " ").replace("\u202f", " ")
    for said in (
        *("Appel à projets &lt;2027&gt;", "28 mars 2027 à 23 h 59", "encore un jour", "repoussée", "La Conte – Ozanam"),
        *("hors quartier possible", "Action, Fonctionnement", "avant le 28 juin 2027", "20 000 € au plus", "75,5 % des charges"),
        *("au moins un quartier prioritaire", "Hors emploi.", 'href="https://formulaire.example/campagne/1"', "1 appel ouvert."),
    ):
        assert said in text, said


async def test_the_page_has_no_script_one_title_and_a_label_for_each_field(page: Open) -> None:
    async with page([CALL, CALL]) as (client, _):
        text = (await client.get(PAGE)).text
    assert not re.search(r"<script|\son[a-z]+=|\sstyle=", text)
    assert len(re.findall(r"<h1", text)) == 1
    fields = set(re.findall(r'<(?:input|select) id="([^"]+)"', text))
    assert fields == set(re.findall(r'<label for="([^"]+)"', text)) == {"q", "department", "nature"}
    named = re.findall(r'\sid="([^"]+)"', text)
    assert len(named) == len(set(named))
    assert set(re.findall(r'aria-(?:labelledby|describedby)="([^"]+)"', text)) <= set(named)


async def test_what_is_looked_for_is_asked_of_programming_and_kept_in_the_form_and_on_the_next_page(page: Open) -> None:
    async with page([CALL], after="suite") as (client, asked):
        answer = await client.get(PAGE, params={"q": 'lecture" autofocus', "department": "2a", "nature": "action", "autre": "x"})
    assert asked == [{"q": 'lecture" autofocus', "department": "2A", "nature": "action"}]
    assert 'value="lecture&#34; autofocus"' in answer.text
    assert '<option value="action" selected>' in answer.text
    assert "department=2A&amp;nature=action&amp;cursor=suite" in answer.text


async def test_nothing_found_nothing_understood_and_nobody_there_are_said(page: Open) -> None:
    async with page([]) as (client, _):
        none = await client.get(PAGE)
        assert (none.status_code, "Aucun appel ouvert" in none.text) == (200, True)
        wrong = await client.get(PAGE, params={"department": "1"})
        assert (wrong.status_code, "pas comprise" in wrong.text) == (422, True)
    async with page(None) as (client, _):
        down = await client.get(PAGE)
        assert (down.status_code, down.headers["retry-after"]) == (503, "60")
        assert down.headers["content-type"].startswith("text/html")
