"""The published contract says what the kernel does (OpenAPI 3.1)."""

import importlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from services.common.app import create_app
from services.common.resources import Service
from services.common.settings import ServiceSettings
from tests.support import settings_for

from .hotel import ROOMS

SERVICES = Path(__file__).resolve().parents[2] / "services"
NAMES = sorted(app.parent.name for app in SERVICES.glob("*/app.py") if app.parent.name != "common")
METHODS = {"get", "post", "put", "patch", "delete"}


def service_of(name: str) -> Service:
    if name == "rooms":
        return ROOMS
    service: Service = importlib.import_module(f"services.{name}.app").SERVICE
    return service


@pytest.fixture(scope="module", params=["rooms", *NAMES])
def app(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    """Each service, not opened: a contract needs no database."""
    service = service_of(request.param)
    kind: Any = ServiceSettings
    if request.param != "rooms":
        kind = importlib.import_module(f"services.{service.name}.settings").Settings
    return create_app(service, settings_for(kind, "", tmp_path_factory.mktemp("contract")))


@pytest.fixture(scope="module")
def document(app: FastAPI) -> dict[str, Any]:
    return app.openapi()


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method in METHODS & set(item):
            yield method, path, item[method]


def parameters(operation: dict[str, Any]) -> set[str]:
    return {parameter["name"].lower() for parameter in operation.get("parameters", [])}


def test_the_document_says_its_version(document: dict[str, Any]) -> None:
    """Whether it is valid is judged once, on the platform's whole document (`tests/gateway/test_openapi.py`)."""
    assert document["openapi"].startswith("3.1")


def test_the_document_is_written_once_and_stays_the_same(app: FastAPI, document: dict[str, Any]) -> None:
    before = json.dumps(document)
    assert app.openapi() is document
    assert json.dumps(app.openapi()) == before


def test_every_operation_states_its_right(document: dict[str, Any]) -> None:
    assert [path for _, path, operation in operations(document) if "**Right:** " not in operation["description"]] == []


def test_every_operation_has_a_name_of_its_own(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(set(names)) == len(names)
    assert all(name.isalnum() and name[0].islower() for name in names)


def test_every_post_takes_an_idempotency_key_unless_its_answer_is_secret(app: FastAPI, document: dict[str, Any]) -> None:
    secret = {
        (route.path, method.lower())
        for route in _routes(app)
        for method in route.methods
        if (route.openapi_extra or {}).get("x-secret-answer")
    }
    for method, path, operation in operations(document):
        expected = method == "post" and (path, method) not in secret
        assert ("idempotency-key" in parameters(operation)) is expected, f"{method} {path}"


def _routes(app: FastAPI) -> Iterator[Any]:
    waiting = list(app.state.service.routers)
    for router in waiting:
        yield from (route for route in router.routes if hasattr(route, "openapi_extra"))


def test_writing_the_document_leaves_the_routes_as_they_were(document: dict[str, Any], app: FastAPI) -> None:
    assert all((route.openapi_extra or {}).get("x-right") for route in _routes(app))
    if app.state.service is ROOMS:
        assert sum(bool(route.openapi_extra.get("x-secret-answer")) for route in _routes(app)) == 2


def test_every_error_is_a_problem(document: dict[str, Any]) -> None:
    for method, path, operation in operations(document):
        errors = {status: answer for status, answer in operation["responses"].items() if not status.startswith(("2", "3"))}
        assert "503" in errors
        for status, answer in errors.items():
            schema = answer.get("content", {}).get("application/problem+json", {}).get("schema")
            assert schema == {"$ref": "#/components/schemas/Problem"}, f"{method} {path} {status}"


def test_what_the_kernel_refuses_is_announced(document: dict[str, Any]) -> None:
    for method, path, operation in operations(document):
        statuses, where = set(operation["responses"]), f"{method} {path}"
        if operation.get("security"):
            assert {"401", "403"} <= statuses, where
        if "if-match" in parameters(operation):
            assert {"412", "428"} <= statuses, where
        if "{" in path:
            assert "404" in statuses, where
        if operation.get("parameters") or "requestBody" in operation:
            assert "422" in statuses, where
        if "requestBody" in operation:
            assert "413" in statuses, where
        if "application/octet-stream" in operation.get("requestBody", {}).get("content", {}):
            assert "415" in statuses, where
        if "range" in parameters(operation):
            assert "416" in statuses, where


def test_nothing_of_the_framework_s_own_errors_is_left(document: dict[str, Any]) -> None:
    written = json.dumps(document)
    assert "HTTPValidationError" not in written
    assert '"ValidationError"' not in written
    assert "x-secret-answer" not in written
    assert "x-refusals" not in written


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    references = {part.split('"')[0] for part in json.dumps(document).split('"$ref": "#/components/schemas/')[1:]}
    assert references <= set(document["components"]["schemas"])


def test_no_two_shapes_share_a_name(document: dict[str, Any]) -> None:
    """Two classes of one name would be published under the paths of their modules."""
    assert [name for name in document["components"]["schemas"] if "__" in name] == []


def test_private_operations_ask_for_a_token(document: dict[str, Any]) -> None:
    assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
    for method, path, operation in operations(document):
        name = path.split("/")[1]
        programs = [{"bearer": []}, {f"{name}_programs": [f"{name}:{'read' if method == 'get' else 'write'}"]}]
        assert operation["security"] in ([], [{"bearer": []}], programs), f"{method} {path}"


def test_programs_find_where_to_ask_and_for_what(document: dict[str, Any], app: FastAPI) -> None:
    service = app.state.service
    asked = {
        scope
        for _, _, each in operations(document)
        for way in each["security"]
        for scope in way.get(f"{service.name}_programs", ())
    }
    assert asked == set(service.scopes)
    if service.scopes:
        scheme = document["components"]["securitySchemes"][f"{service.name}_programs"]
        assert scheme["flows"]["clientCredentials"]["tokenUrl"] == "/directory/v1/oauth/token"


def test_an_act_of_persons_is_offered_to_no_program(document: dict[str, Any], app: FastAPI) -> None:
    reserved = {route.operation_id for route in _routes(app) if (route.openapi_extra or {}).get("x-persons-only")}
    for _, _, operation in operations(document):
        if operation["operationId"] in reserved:
            assert operation["security"] == [{"bearer": []}]
            assert "a program is refused" in operation["description"]
    assert "x-persons-only" not in json.dumps(document)
