"""Who may call what: asks every operation of a service as every kind of caller, and reads the table people read.

An answer of 401, 403 or 404 is a refusal of the right; anything else (2xx, or a later check such as 409, 412, 422) has passed it.
Requests carry a version nobody has, so that acts on single resources stop right after their right was judged.
"""

import importlib
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any

import httpx
from fastapi import FastAPI
from fastapi.routing import APIRoute

from tests.support import Person

TABLE = Path(__file__).resolve().parents[2] / "docs" / "authorisation.md"
ALLOWED = "✓"
_REFUSALS = {401, 403, 404}
#: A version that no resource has: the right is judged, then the act stops at 412.
NO_VERSION = '"999999"'


@dataclass(frozen=True)
class Operation:
    """One published route and how to call it."""

    name: str
    method: str
    path: str
    right: str


def operations(app: FastAPI) -> Iterator[Operation]:
    """Every route of the published contract, in the order of the document."""
    for path, item in app.openapi()["paths"].items():
        for method, operation in item.items():
            yield Operation(operation["operationId"], method.upper(), path, operation["x-right"])


def unpublished(app: FastAPI) -> list[APIRoute]:
    return [route for route in app.routes if isinstance(route, APIRoute) and not route.include_in_schema]


Ask = Callable[[Operation, Mapping[str, str]], Awaitable[httpx.Response]]


async def observe(app: FastAPI, callers: Mapping[str, Mapping[str, str]], ask: Ask) -> dict[str, dict[str, str]]:
    """What each operation answers to each kind of caller: `✓`, `401`, `403` or `404`."""
    seen: dict[str, dict[str, str]] = {}
    for operation in operations(app):
        row: dict[str, str] = {}
        for caller, headers in callers.items():
            answer = await ask(operation, headers)
            assert answer.status_code < 500, (operation, caller, answer.text)
            row[caller] = str(answer.status_code) if answer.status_code in _REFUSALS else ALLOWED
        seen[operation.name] = row
    return seen


def rooms(package: ModuleType) -> list[Any]:
    """What each room adds: `tests/<service>/<room>/rights.py`.

    `await prepare(world, ids)` gives the ids of its paths, `bodies(world, ids)` what is sent, by operation, `QUERIES` the parameters.
    Operations in `SPENT`, if any, leave nothing for the next caller: the room prepares again before each of them.
    """
    folders = sorted(Path(str(package.__file__)).parent.glob("*/rights.py"))
    return [importlib.import_module(f"{package.__name__}.{path.parent.name}.rights") for path in folders]


async def walk(
    world: Any,
    package: ModuleType,
    callers: Mapping[str, Person | None],
    ids: dict[str, str],
    bodies: Mapping[str, Any] = MappingProxyType({}),
    queries: Mapping[str, Any] = MappingProxyType({}),
) -> dict[str, dict[str, str]]:
    """`observe` on a service as its rooms prepare it; `ids`, `bodies` and `queries` are what is there before them."""
    sent: dict[str, Any] = dict(bodies)
    asked: dict[str, Any] = {}
    spent: dict[str, Any] = {}
    for room in rooms(package):
        ids |= await room.prepare(world, ids)
        sent |= room.bodies(world, ids)
        asked |= room.QUERIES
        spent |= dict.fromkeys(getattr(room, "SPENT", ()), room)
    asked |= queries

    async def ask(operation: Operation, headers: Mapping[str, str]) -> httpx.Response:
        if operation.name in spent:
            ids.update(await spent[operation.name].prepare(world, ids))
        given = sent.get(operation.name, {})
        body = {"content": given} if isinstance(given, bytes) else {"json": given}
        if operation.method in {"GET", "DELETE", "HEAD"}:
            body = {}
        path, headers = operation.path.format(**ids), {"If-Match": NO_VERSION, **headers}
        answer: httpx.Response = await world.running.client.request(
            operation.method, path, headers=headers, params=asked.get(operation.name), **body
        )
        return answer

    observed = await observe(world.running.app, {name: who.headers if who else {} for name, who in callers.items()}, ask)
    print(as_markdown(observed, list(callers)))
    return observed


def written(service: str) -> dict[str, dict[str, str]]:
    """The table of `docs/authorisation.md` under the heading of that service."""
    section = TABLE.read_text().split(f"\n## {service}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line.strip().strip("|").split("|") for line in section.splitlines() if line.startswith("|")]
    rows = [[cell.strip().strip("`") for cell in line] for line in lines if "---" not in line[0]]
    header = rows[0]  # repeated where the section is cut into parts
    return {row[0]: dict(zip(header[1:], row[1:], strict=True)) for row in rows if row != header}


def as_markdown(table: Mapping[str, Mapping[str, str]], callers: Sequence[str]) -> str:
    """The observed table, to be read by a person before it is written down."""
    lines = ["| operation | " + " | ".join(callers) + " |", "| --- |" + " :-: |" * len(callers)]
    lines += [f"| `{name}` | " + " | ".join(row[caller] for caller in callers) + " |" for name, row in table.items()]
    return "\n".join(lines)


def differences(observed: Mapping[str, Mapping[str, Any]], expected: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """What a reader has to look at, one line each."""
    found = [f"{name}: not in the table" for name in observed.keys() - expected.keys()]
    found += [f"{name}: in the table but not in the service" for name in expected.keys() - observed.keys()]
    for name in observed.keys() & expected.keys():
        for caller, answer in observed[name].items():
            if expected[name].get(caller) != answer:
                found.append(f"{name}, {caller}: answers {answer}, the table says {expected[name].get(caller)}")
    return sorted(found)
