"""What the table of rights needs of imports: one that waits, so that it can be cancelled."""

from collections.abc import Mapping
from typing import Any

from services.catalogue.imports import batches
from tests.catalogue.imports.files import csv, drawn, send
from tests.catalogue.world import World

QUERIES: dict[str, dict[str, Any]] = {"importDocuments": {"dry_run": "true"}}


async def prepare(world: World, ids: Mapping[str, str]) -> dict[str, str]:
    lines = ([drawn(), "Titre"] for _ in range(batches.AT_ONCE + 1))
    return {"import_id": (await send(world, csv("Identifiant;Titre", *lines), dry_run=True))["id"]}


def bodies(world: World, ids: Mapping[str, str]) -> dict[str, Any]:
    return {"importDocuments": csv("Identifiant;Titre", [drawn(), "Titre"])}
