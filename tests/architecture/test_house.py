"""The house rules that no linter knows: each is read in the source, and listed where it is broken."""

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.routing import APIRoute

from services.common.resources import Service
from services.common.routing import ActRoute

ROOT = Path(__file__).resolve().parents[2]
LONGEST_FILE, LONGEST_FUNCTION = 450, 60
SOURCES = sorted(path for top in ("services", "gateway") for path in (ROOT / top).rglob("*.py"))
KERNEL = [path for path in SOURCES if path.is_relative_to(ROOT / "services/common")]
ROUTERS = [path for path in SOURCES if path.stem.endswith("router") and path not in KERNEL]
SERVICES = sorted(app.parent.name for app in ROOT.glob("services/*/app.py") if app.parent.name != "common")
#: Words of the field. The kernel serves any field.
DOMAIN = (
    "contrat",
    "campaign",
    "campagne",
    "dossier",
    "funder",
    "financeur",
    "holder",
    "qpv",
    "quartier",
    "committee",
    "comité",
    "instruction",
    "notification",
    "subvention",
    "grant",
    "budget",
    "bilan",
    "siret",
    "cerfa",
    "organisme",
    "territor",
    "prefecture",
    "préfecture",
)


def shown(path: Path, line: int = 0) -> str:
    return f"{path.relative_to(ROOT)}" + (f":{line}" if line else "")


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def imported(path: Path) -> Iterator[tuple[int, str]]:
    """(line, module) of what a file imports, relative names as they are written."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, "." * node.level + (node.module or "")


def test_there_is_a_house_to_inspect() -> None:
    assert len(KERNEL) > 20
    assert len(ROUTERS) > 5
    assert {"directory", "programming", "catalogue", "events"} <= set(SERVICES)


def test_the_kernel_knows_no_service() -> None:
    outside = [
        f"{shown(path, line)} imports {module}"
        for path in KERNEL
        for line, module in imported(path)
        if module.startswith(("services", "gateway", "tests", ".."))
    ]
    assert outside == []


def test_the_kernel_speaks_no_word_of_the_field() -> None:
    word = re.compile(r"(?<![a-z])(?:" + "|".join(DOMAIN) + ")", re.IGNORECASE)
    spoken = [
        f"{shown(path, number)} {line.strip()}"
        for path in KERNEL
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if word.search(line)
    ]
    assert spoken == []


def test_every_module_says_what_it_is_for() -> None:
    silent = [shown(path) for path in SOURCES if path.read_text().strip() and not ast.get_docstring(tree(path))]
    assert silent == []


def test_no_file_is_too_long() -> None:
    long = {shown(path): lines for path in SOURCES if (lines := len(path.read_text().splitlines())) > LONGEST_FILE}
    assert long == {}


def test_no_function_is_too_long() -> None:
    long = {
        f"{shown(path, node.lineno)} {node.name}": length
        for path in SOURCES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or 0) - node.lineno + 1) > LONGEST_FUNCTION
    }
    assert long == {}


def test_nobody_calls_commit_but_the_migrations() -> None:
    calls = [
        shown(path, node.lineno)
        for path in SOURCES
        if path.is_relative_to(ROOT / "services") and path != ROOT / "services/common/migrations.py"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and node.attr == "commit"
    ]
    assert calls == []


def test_routers_write_no_sql() -> None:
    statements = {"select", "insert", "update", "delete", "text"}
    found = [
        f"{shown(path, line)} imports {module}"
        for path in ROUTERS
        for line, module in imported(path)
        if module.split(".")[0] in {"sqlalchemy", "psycopg"}
    ]
    found += [
        f"{shown(path, node.lineno)} calls {node.func.id}"
        for path in ROUTERS
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in statements
    ]
    assert found == []


def service_of(name: str) -> Service:
    service: Service = importlib.import_module(f"services.{name}.app").SERVICE
    return service


def routes_of(name: str) -> list[APIRoute]:
    routes = [route for router in service_of(name).routers for route in router.routes]
    assert routes
    assert all(isinstance(route, APIRoute) for route in routes)
    return [route for route in routes if isinstance(route, APIRoute)]


@pytest.mark.parametrize("name", SERVICES)
def test_every_route_states_its_right(name: str) -> None:
    silent = [f"{route.methods} {route.path}" for route in routes_of(name) if not (route.openapi_extra or {}).get("x-right")]
    assert silent == []


@pytest.mark.parametrize("name", SERVICES)
def test_every_route_owns_its_transaction(name: str) -> None:
    assert [route.path for route in routes_of(name) if not isinstance(route, ActRoute)] == []


#: Addresses that outlive any version: printed in papers, registered with harvesters and search engines.
WITHOUT_VERSION = ("/catalogue/d/", "/catalogue/oai", "/catalogue/sitemap")


@pytest.mark.parametrize("name", SERVICES)
def test_every_address_begins_with_the_service_and_its_version(name: str) -> None:
    expected = (f"/{name}/v1/", f"/{name}/internal/", *WITHOUT_VERSION)  # the latter is between services: no engine routes it
    assert [route.path for route in routes_of(name) if not route.path.startswith(expected)] == []
