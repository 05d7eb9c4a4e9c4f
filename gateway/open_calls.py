"""The page of the calls for projects open now: what programming publishes, for people, without any script."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

import orjson
from fastapi import APIRouter, Request, Response

from services.common.clock import in_paris
from services.common.language import euros
from services.common.problems import TemporarilyUnavailable
from services.common.siblings import Siblings

PATH = "/appels-a-projets"
_SOURCE = "/programming/v1/open-campaigns"
_NATURES = {"action": "Action", "fonctionnement": "Fonctionnement", "investissement": "Investissement"}
_MONTHS = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()  # noqa: SIM905 - one line to read


def router(siblings: Siblings, shown: Callable[..., Response], policy: str) -> APIRouter:
    """`shown` renders a template under a policy (`gateway.pages`)."""
    pages = APIRouter(include_in_schema=False)

    @pages.api_route(PATH, methods=["GET", "HEAD"])
    async def open_calls(request: Request) -> Response:
        asked = {name: request.query_params.get(name, "").strip()[:2000] for name in ("q", "department", "nature", "cursor")}
        asked |= {"department": asked["department"].upper(), "q": asked["q"][:100]}
        query = urlencode({name: value for name, value in asked.items() if value})
        state: dict[str, Any] = {"calls": [], "more": "", "unavailable": False, "malformed": False}
        try:
            answer = await siblings.get("programming", f"{_SOURCE}?{query}" if query else _SOURCE)
        except TemporarilyUnavailable:
            answer = None
        if answer is not None and answer.status_code == 200:
            state |= _read(orjson.loads(answer.content), asked)
        else:
            malformed = answer is not None and answer.status_code in {400, 422}
            state |= {"malformed": malformed, "unavailable": not malformed}
        page = shown("open-calls.html", policy=policy, asked=asked, natures=_NATURES, **state)
        page.status_code = 503 if state["unavailable"] else 422 if state["malformed"] else 200
        if state["unavailable"]:
            page.headers["Retry-After"] = "60"
        return page

    return pages


def _read(body: Mapping[str, Any], asked: Mapping[str, str]) -> dict[str, Any]:
    after = {**{name: value for name, value in asked.items() if value}, "cursor": body["next"]}
    return {"calls": body["items"], "more": f"{PATH}?{urlencode(after)}" if body["next"] else ""}


def moment(instant: str) -> str:
    """`15 janvier 2027 à 23 h 59`, in Paris."""
    local = in_paris(datetime.fromisoformat(instant))
    return f"{day(local.date().isoformat())} à {local.hour} h {local:%M}"


def day(iso: str) -> str:
    found = date.fromisoformat(iso)
    return f"{'1er' if found.day == 1 else found.day} {_MONTHS[found.month - 1]} {found.year}"


def left(days: int) -> str:
    return "dernier jour" if days == 0 else "encore un jour" if days == 1 else f"encore {days} jours"


def share(points: int) -> str:
    return f"{points / 100:g}".replace(".", ",") + "\u00a0%"


FILTERS = {"moment": moment, "day": day, "left": left, "share": share, "euros": euros}
