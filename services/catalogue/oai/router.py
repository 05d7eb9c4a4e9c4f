"""HTTP of the OAI-PMH provider: parse, call one use case, answer in XML."""

from typing import Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request, Response

from services.common.clock import Now
from services.common.db import Reader
from services.common.resources import Held
from services.common.routing import ActRoute, right

from . import service
from .schemas import Verb

router = APIRouter(tags=["oai"], route_class=ActRoute)

_LONGEST = 10_000
_MOST_ARGUMENTS = 50
_ARGUMENTS: dict[str, dict[str, Any]] = {
    "verb": {"type": "string", "enum": [verb.value for verb in Verb], "examples": ["ListRecords"]},
    "metadataPrefix": {"type": "string", "examples": ["oai_dc"]},
    "identifier": {"type": "string", "examples": ["oai:centre.example:VTLR-2026-0042"]},
    "from": {"type": "string", "description": "A day, or a second in UTC.", "examples": ["2026-11-01"]},
    "until": {"type": "string", "description": "A day, or a second in UTC.", "examples": ["2026-11-22T12:00:00Z"]},
    "set": {"type": "string", "examples": ["theme:lien-social:participation"]},
    "resumptionToken": {"type": "string"},
}
_PARAMETERS = [
    {"name": name, "in": "query", "required": False, "schema": schema, "description": f"`{name}` of OAI-PMH 2.0."}
    for name, schema in _ARGUMENTS.items()
]
_FORM = {"content": {"application/x-www-form-urlencoded": {"schema": {"type": "object", "properties": _ARGUMENTS}}}}
_ANYONE = right("Anyone, of what everybody may read.", public=True)


class Xml(Response):
    """An answer of the protocol."""

    media_type = "text/xml"


_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "An OAI-PMH 2.0 document, errors of the protocol included.",
        "content": {"text/xml": {"schema": {"type": "string"}}},
    }
}


@router.get(
    service.ADDRESS,
    operation_id="harvestCatalogue",
    summary="Harvest the catalogue (OAI-PMH 2.0)",
    response_class=Xml,
    responses=_RESPONSES,
    openapi_extra=_ANYONE | {"parameters": _PARAMETERS},
)
async def harvest(request: Request, reader: Reader, resources: Held, now: Now) -> Any:
    """The six verbs, in `oai_dc`. Sets: `centre:CODE`, `kind:study`, `theme:…` (as deep as themes are). What was withdrawn, or is
    now for members only, stays as a deleted record. Errors of the protocol are answered 200, in the document. `responseDate` is
    the instant up to which everything is visible: harvest next `from` there and nothing is missed."""
    return Xml(await service.answer(reader, resources, _pairs(request.url.query), now=now))


@router.post(
    service.ADDRESS,
    operation_id="harvestCatalogueByForm",
    summary="Harvest the catalogue, with a form",
    response_class=Xml,
    responses=_RESPONSES,
    openapi_extra=_ANYONE | {"requestBody": {"required": True, **_FORM}},
)
async def harvest_by_form(request: Request, reader: Reader, resources: Held, now: Now) -> Any:
    """The same, its arguments sent as a form: what the protocol asks for when an address would be too long."""
    body = (await request.body()).decode("utf-8", "replace")
    return Xml(await service.answer(reader, resources, _pairs(body), now=now))


def _pairs(text: str) -> list[tuple[str, str]]:
    """Arguments as they were sent, repeated ones included; none at all when there are too many to be honest."""
    try:
        return parse_qsl(text[:_LONGEST], keep_blank_values=True, max_num_fields=_MOST_ARGUMENTS)
    except ValueError:
        return []
