"""The published contract (OpenAPI 3.1): what FastAPI writes, made true to what the kernel answers."""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI

from .scopes import scope_for

_METHODS = ("get", "head", "options", "post", "put", "patch", "delete")

PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "title": "Problem",
    "description": "RFC 9457 problem. `type` is the address of a page that explains it and gives the way out.",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string", "format": "uri", "examples": ["http://127.0.0.1:8000/problems/stale-version"]},
        "title": {"type": "string", "examples": ["La ressource a changé entre-temps"]},
        "status": {"type": "integer", "examples": [412]},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {
                    "pointer": {
                        "type": "string",
                        "description": "JSON pointer into what was sent.",
                        "examples": ["/lines/0/amount_cents"],
                    },
                    "detail": {"type": "string"},
                    "code": {"type": "string"},
                },
            },
        },
    },
    "additionalProperties": True,
}

_ERRORS = {
    "400": "The request cannot be understood (host, cursor, encoding).",
    "401": "No valid access token (`WWW-Authenticate` says why).",
    "403": "Visible to you, but your role does not allow this act.",
    "404": "No such resource, or not visible to you.",
    "409": "A rule of the trade refuses the act; `type` names it.",
    "410": "It was there and was withdrawn; the problem says why.",
    "412": "The resource changed since it was read.",
    "413": "The body is over the limit.",
    "415": "Not a file of an accepted type, by its content.",
    "416": "The range asked for is outside of the file.",
    "422": "Malformed payload; `errors` points at the fields.",
    "428": "`If-Match` is missing.",
    "429": "Too many attempts; `Retry-After` says when to try again.",
    "460": "The bytes received do not have the announced checksum (tus).",
    "503": "Temporarily unavailable; nothing was saved, retry with the same `Idempotency-Key`.",
}

_IDEMPOTENCY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Any unique string of yours: the same key and body give the same answer for 24 hours, however often it is sent.",
    "schema": {"type": "string", "maxLength": 255},
}


def publish(app: FastAPI) -> None:
    """Replace `app.openapi` by one that completes FastAPI's document once."""
    written = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            _complete(written(), app.state.service.name, app.state.service.scopes)
        assert app.openapi_schema is not None  # noqa: S101 - written() has just set it
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _complete(document: dict[str, Any], service: str, scopes: Mapping[str, str]) -> None:
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for generated in ("HTTPValidationError", "ValidationError"):
        schemas.pop(generated, None)
    schemas["Problem"] = PROBLEM_SCHEMA
    components["securitySchemes"] = {
        "bearer": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "Access token of the directory.",
        },
    }
    if scopes:
        components["securitySchemes"][_programs(service)] = {
            "type": "oauth2",
            "description": "A program that acts for an organisation (RFC 6749 §4.4).",
            "flows": {"clientCredentials": {"tokenUrl": "/directory/v1/oauth/token", "scopes": dict(scopes)}},
        }
    document["servers"] = [{"url": "/", "description": "This platform."}]
    document["info"]["license"] = {"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"}
    for path, item in document["paths"].items():
        for method in _METHODS:
            if method in item:
                _say_who(method, service, scopes, item[method])
                _complete_operation(method, path, item[method])


def _programs(service: str) -> str:
    """The security scheme of programs: one per service, whose scopes are its own."""
    return f"{service}_programs"


def _say_who(method: str, service: str, scopes: Mapping[str, str], operation: dict[str, Any]) -> None:
    """The right in words, and which scope opens the operation to a program."""
    rule, scope = operation["x-right"], scope_for(service, method.upper())
    if operation.pop("x-persons-only", False):
        rule += " Persons only: a program is refused, whatever its scopes."
    elif operation.get("security") and scope in scopes:
        operation["security"] = [*operation["security"], {_programs(service): [scope]}]
    operation["description"] = f"{operation.get('description', '')}\n\n**Right:** {rule}".strip()


def _complete_operation(method: str, path: str, operation: dict[str, Any]) -> None:
    parameters = operation.setdefault("parameters", [])
    names = {parameter["name"].lower() for parameter in parameters}
    if method == "post" and not operation.pop("x-secret-answer", False):
        parameters.append(_IDEMPOTENCY)
    statuses = {"400", "503"}
    statuses |= {str(status) for status in operation.pop("x-refusals", ())}
    if operation.get("security"):
        statuses |= {"401", "403"}
    if "{" in path:
        statuses.add("404")
    if parameters or "requestBody" in operation:
        statuses.add("422")
    if "requestBody" in operation:
        statuses.add("413")
        if "application/octet-stream" in operation["requestBody"]["content"]:
            statuses.add("415")
    if "range" in names:
        statuses.add("416")
    if method not in {"get", "head", "options"}:
        statuses.add("409")
    if "if-match" in names:
        statuses |= {"412", "428"}
    responses = operation["responses"]
    for status in sorted(statuses):
        responses[status] = _problem_response(_ERRORS[status])
    for status, response in responses.items():
        if status.startswith("2") and status != "204":
            response.setdefault("headers", {})["X-Request-ID"] = {
                "schema": {"type": "string"},
                "description": "Quote it to the team.",
            }
    if not parameters:
        operation.pop("parameters")


def _problem_response(description: str) -> dict[str, Any]:
    return {
        "description": description,
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
