"""The published contract: one OpenAPI document per service and one for the platform, in `openapi/`."""

import json
import tempfile
from collections.abc import Mapping
from copy import deepcopy
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from services.common.settings import ServiceSettings

from .routes import SERVICES, Part, load

Document = dict[str, Any]

FOLDER = Path(__file__).resolve().parents[1] / "openapi"

DESCRIPTION = """
Canevas runs a French *contrat de ville* from the call for projects to the payment: one dossier, several funders, one road.

One host, one prefix per service. Sign in with the directory, send `Authorization: Bearer …` everywhere else.

* **Errors** are `application/problem+json` (RFC 9457); `type` is the address of a page that explains the problem.
* **Writes** accept `Idempotency-Key`; changes need `If-Match` with the `ETag` that was read.
* **Lists** answer `items` and `next`; send `next` back as `cursor`.
* **Languages**: French by default, English with `Accept-Language: en`.
""".strip()


class ContractConflict(RuntimeError):
    """Two services publish different things under one name."""


def merge(documents: Mapping[str, Document]) -> Document:
    """One document for the platform. Services never publish two contents under one name: that is a loud failure."""
    merged: Document = {
        "openapi": "3.1.0",
        "info": {
            "title": "Canevas",
            "description": DESCRIPTION,
            "version": version("canevas"),
            "license": {"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"},
        },
        "servers": [{"url": "/", "description": "This platform."}],
        "paths": {},
        "components": {},
        "tags": [],
    }
    tags: Document = {}
    for service, document in documents.items():
        merged["openapi"] = document["openapi"]
        _unite(merged["paths"], document["paths"], service, "path")
        for kind, components in document.get("components", {}).items():
            _unite(merged["components"].setdefault(kind, {}), components, service, f"components.{kind}")
        if "webhooks" in document:
            _unite(merged.setdefault("webhooks", {}), document["webhooks"], service, "webhook")
        _unite(tags, {tag["name"]: tag for tag in document.get("tags", ())}, service, "tag")
    merged["tags"] = list(tags.values())
    _check_operation_ids(merged)
    for components in merged["components"].values():
        _sort(components)
    return merged


def _unite(into: Document, new: Mapping[str, Any], service: str, what: str) -> None:
    for name, content in new.items():
        if name in into and into[name] != content:
            raise ContractConflict(
                f"{service} publishes the {what} {name!r} with another content than a service before it: rename one of them."
            )
        into[name] = deepcopy(content)


def _check_operation_ids(document: Document) -> None:
    seen: dict[str, str] = {}
    for path, item in [*document["paths"].items(), *document.get("webhooks", {}).items()]:
        for method, operation in item.items():
            name = operation.get("operationId") if isinstance(operation, dict) else None
            if name and seen.setdefault(name, f"{method} {path}") != f"{method} {path}":
                raise ContractConflict(f"operationId {name!r} is both {seen[name]} and {method} {path}: rename one of them.")


def _sort(components: Document) -> None:
    for name in sorted(components):
        components[name] = components.pop(name)


def documents() -> dict[str, Document]:
    """Every service's document, made without a database and whatever the environment says."""
    with tempfile.TemporaryDirectory() as folder:
        return {route.service: _document(load(route), Path(folder)) for route in SERVICES}


def _document(part: Part, folder: Path) -> Document:
    # Constructed, not read: the contract must not depend on the machine that writes it.
    settings: ServiceSettings = part.settings.model_construct(
        database_url="",
        data_dir=folder,
        secret_key=SecretStr("only to write the contract, never to sign"),
        events_secret=SecretStr("whsec_b25seSB0byB3cml0ZSB0aGUgY29udHJhY3Q="),
    )
    return part.create_app(settings, None).openapi()


def platform() -> Document:
    return merge(documents())


def render(document: Document) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def files() -> dict[str, str]:
    """Name → text of every file of `openapi/`."""
    made = documents()
    texts = {f"{service}.json": render(document) for service, document in made.items()}
    return texts | {"platform.json": render(merge(made))}


def write(folder: Path = FOLDER) -> list[str]:
    """Write the files that are stale and return their names."""
    folder.mkdir(exist_ok=True)
    texts = files()
    changed = [name for name, text in texts.items() if not _holds(folder / name, text)]
    for name in changed:
        (folder / name).write_text(texts[name], encoding="utf-8")
    return changed


def stale(folder: Path = FOLDER) -> list[str]:
    """Names of the files that are missing or say something else than the code."""
    return [name for name, text in files().items() if not _holds(folder / name, text)]


def _holds(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text
