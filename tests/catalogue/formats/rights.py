"""What the table of rights needs of citations, feeds and exports."""

from collections.abc import Mapping
from typing import Any

from tests.catalogue.world import World

QUERIES: dict[str, dict[str, Any]] = {}


async def prepare(world: World, ids: Mapping[str, str]) -> dict[str, str]:
    chosen = {"id": ids["document_id"]}
    QUERIES.update({f"getBibliography{name}": chosen for name in ("Bibtex", "Ris", "Csl")})
    return {"first_document_id": ids["document_id"]}


def bodies(world: World, ids: Mapping[str, str]) -> dict[str, Any]:
    return {}
