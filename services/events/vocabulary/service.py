"""What the directory says of themes and territories, kept as it was last told so that an agenda never waits for a sibling."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, fetch, fetch_in
from services.common.language import Text
from services.common.problems import FieldError
from services.common.siblings import Siblings

from .. import clients
from . import repository
from .errors import UnknownTerritoryCode, UnknownThemeCode

#: Regions to neighbourhoods are five levels; a circle told by mistake ends here.
_DEEPEST = 8


async def theme_paths(session: AsyncSession, siblings: Siblings, codes: Sequence[str], *, now: datetime) -> list[str]:
    """These themes and those above them, sorted; codes the directory does not know are refused."""
    known = await _known(session, repository.THEMES, codes)
    if set(codes) - set(known):
        told = {theme.code: theme for theme in await clients.themes(siblings)}
        parents = {code: theme.parent_code for code, theme in told.items()}
        rows = [
            {"code": theme.code, "label": theme.label, "path": _path(theme.code, parents), "heard_at": now}
            for theme in told.values()
        ]
        await repository.keep_themes(session, rows)
        known = await _known(session, repository.THEMES, codes)
    if missing := set(codes) - set(known):
        raise UnknownThemeCode(errors=_pointed(codes, missing, "theme_codes", Text("Thème inconnu : ", "Unknown theme: ")))
    return sorted({code for row in known.values() for code in row["path"]})


async def territory_paths(session: AsyncSession, siblings: Siblings, codes: Sequence[str], *, now: datetime) -> list[str]:
    """These territories and those around them, sorted; codes the directory does not know are refused."""
    known = await _known(session, repository.TERRITORIES, codes)
    if missing := set(codes) - set(known):
        await _learn(session, siblings, missing, now=now)
        known = await _known(session, repository.TERRITORIES, codes)
    if missing := set(codes) - set(known):
        said = Text("Territoire inconnu : ", "Unknown territory: ")
        raise UnknownTerritoryCode(errors=_pointed(codes, missing, "territory_codes", said))
    return sorted({code for row in known.values() for code in row["path"]})


async def theme_labels(reader: AsyncConnection[Any], codes: Iterable[str]) -> dict[str, str]:
    """`code → label` of those known."""
    return {row["code"]: row["label"] for row in await fetch(reader, repository.THEMES, {"codes": list(codes)})}


async def territory_labels(reader: AsyncConnection[Any], codes: Iterable[str]) -> dict[str, str]:
    """`code → name` of those known."""
    return {row["code"]: row["label"] for row in await fetch(reader, repository.TERRITORIES, {"codes": list(codes)})}


async def paths_of(reader: AsyncConnection[Any], codes: Iterable[str]) -> dict[str, list[str]]:
    """`code → its path`, widest first, of the territories known."""
    return {row["code"]: row["path"] for row in await fetch(reader, repository.TERRITORIES, {"codes": list(codes)})}


async def _known(session: AsyncSession, statement: Any, codes: Sequence[str]) -> dict[str, Row]:
    return {row["code"]: row for row in await fetch_in(session, statement, {"codes": list(codes)})} if codes else {}


async def _learn(session: AsyncSession, siblings: Siblings, codes: Iterable[str], *, now: datetime) -> None:
    told: dict[str, clients.Territory] = {}
    asked = set(codes)
    for _ in range(_DEEPEST):
        above = set()
        for code in sorted(asked):
            found = await clients.territory(siblings, code)
            if found is None:
                continue
            told[found.code] = found
            if found.parent_code is not None and found.parent_code not in told:
                above.add(found.parent_code)
        asked = above
    parents = {code: each.parent_code for code, each in told.items()}
    rows = [
        {"code": each.code, "kind": each.kind, "label": each.name, "path": _path(each.code, parents), "heard_at": now}
        for each in told.values()
    ]
    await repository.keep_territories(session, rows)


def _path(code: str, parents: dict[str, str | None]) -> list[str]:
    path: list[str] = []
    current: str | None = code
    while current is not None and current not in path and len(path) < _DEEPEST:
        path.insert(0, current)
        current = parents.get(current)
    return path


def _pointed(codes: Sequence[str], missing: set[str], name: str, said: Text) -> list[FieldError]:
    return [
        FieldError(f"/{name}/{position}", Text(f"{said.fr}{code}.", f"{said.en}{code}."), "unknown_code")
        for position, code in enumerate(codes)
        if code in missing
    ]
