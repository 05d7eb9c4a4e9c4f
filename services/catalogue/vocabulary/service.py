"""Use cases of the vocabulary: what the directory says of themes and territories, and the terms of the trade.

The directory owns themes and territories. The catalogue keeps what it was told of those its documents use, so that a search never
waits for a sibling; it asks again every night, and whenever a code is new to it.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.auth import Principal
from services.common.db import Row, fetch, fetch_one
from services.common.etag import require_version
from services.common.ids import new_id
from services.common.language import Text
from services.common.problems import FieldError, NotFound, PreconditionRequired, StaleVersion
from services.common.siblings import Siblings
from services.common.texts import fold

from .. import clients
from ..centres import service as centres
from ..tables import KERNEL
from . import repository
from .errors import UnknownTerritory, UnknownTheme, VocabularyForDocumentalists
from .models import Term
from .schemas import TermWrite

_ASKED_AGAIN_AFTER = timedelta(hours=20)
_AT_ONCE = 500
#: Regions to neighbourhoods are five levels; a circle told by mistake ends here.
_DEEPEST = 8
_TERRITORY = re.compile(r"[0-9A-Z-]{2,12}")


async def refresh_themes(session: AsyncSession, siblings: Siblings, *, now: datetime) -> None:
    """Keep every theme as the directory tells it."""
    told = {theme.code: theme async for theme in clients.themes(siblings)}
    rows = [
        {
            "code": theme.code,
            "label": theme.label,
            "parent_code": theme.parent_code,
            "path": _path(theme.code, {code: each.parent_code for code, each in told.items()}),
            "synonyms": theme.synonyms,
            "heard_at": now,
        }
        for theme in told.values()
    ]
    await repository.keep_themes(session, rows)


async def refresh_territories(session: AsyncSession, siblings: Siblings, *, now: datetime) -> None:
    """Ask again about the territories heard of longest ago, with those around them."""
    await _ask(session, siblings, await repository.stale_territories(session, now - _ASKED_AGAIN_AFTER, _AT_ONCE), now=now)


async def require(
    session: AsyncSession, siblings: Siblings, *, themes: Sequence[str], territories: Sequence[str], now: datetime
) -> None:
    """Refuse codes the directory does not know; those new to the catalogue are learnt on the way."""
    missing = set(themes) - set(await repository.themes(session, themes))
    if missing:
        await refresh_themes(session, siblings, now=now)
        missing = set(themes) - set(await repository.themes(session, themes))
    if missing:
        raise UnknownTheme(errors=_pointed(themes, missing, "theme_codes", Text("Thème inconnu : ", "Unknown theme: ")))
    missing = set(territories) - set(await repository.territories(session, territories))
    if missing:
        await _ask(session, siblings, missing, now=now)
        missing -= set(await repository.territories(session, territories))
    if missing:
        said = Text("Territoire inconnu : ", "Unknown territory: ")
        raise UnknownTerritory(errors=_pointed(territories, missing, "territory_codes", said))


async def paths(session: AsyncSession, *, themes: Sequence[str], territories: Sequence[str]) -> tuple[list[str], list[str]]:
    """These themes and territories with all that is around them: what a document is counted under."""
    known_themes = (await repository.themes(session, themes)).values()
    known_territories = (await repository.territories(session, territories)).values()
    return (
        sorted({code for theme in known_themes for code in theme.path} | set(themes)),
        sorted({code for territory in known_territories for code in territory.path} | set(territories)),
    )


async def groups(reader: AsyncConnection[Any]) -> list[list[str]]:
    """Groups of words that mean the same, as people write them: what a search widens its words with."""
    return [[row["label"], *row["others"]] for row in await fetch(reader, repository.GROUPS, {})]


async def theme_labels(reader: AsyncConnection[Any]) -> dict[str, Row]:
    """`code → {code, label, parent_code}` of every theme."""
    return {row["code"]: row for row in await fetch(reader, repository.THEME_LABELS, {})}


async def territory_labels(reader: AsyncConnection[Any], codes: Iterable[str]) -> dict[str, Row]:
    """`code → {code, label, kind, parent_code}` of those known among `codes`."""
    return {row["code"]: row for row in await fetch(reader, repository.TERRITORY_LABELS, {"codes": list(codes)})}


async def put_term(
    session: AsyncSession, caller: Principal, key: str, wish: TermWrite, *, version: int | None, now: datetime
) -> tuple[Term, bool]:
    """A documentalist records a term, or replaces the version that was read; the term, and whether it is new."""
    await _require_documentalist(session, caller)
    term = await repository.term(session, key, lock=True)
    is_new = term is None
    if term is None:
        if version is not None:
            raise StaleVersion()
        term = Term(key=key, **wish.model_dump(), updated_at=now)
        session.add(term)
    else:
        if version is None:
            raise PreconditionRequired()
        require_version(term.version, version)
        term.label, term.equivalents, term.note = wish.label, list(wish.equivalents), wish.note
        term.version, term.updated_at = version + 1, now
    await session.flush()
    await _note(session, caller, "term.recorded", now, {"key": key, **wish.model_dump()})
    return term, is_new


async def delete_term(session: AsyncSession, caller: Principal, key: str, *, version: int, now: datetime) -> None:
    await _require_documentalist(session, caller)
    term = await repository.term(session, key, lock=True)
    if term is None:
        raise NotFound()
    require_version(term.version, version)
    await session.delete(term)
    await session.flush()
    await _note(session, caller, "term.deleted", now, {"key": key})


async def terms(reader: AsyncConnection[Row], *, after_key: str, limit: int) -> list[Row]:
    return await fetch(reader, repository.TERMS, {"after_key": after_key, "limit": limit})


async def term(reader: AsyncConnection[Row], key: str) -> Row:
    row = await fetch_one(reader, repository.TERM, {"key": fold(key)})
    if row is None:
        raise NotFound()
    return row


async def _require_documentalist(session: AsyncSession, caller: Principal) -> None:
    if not (await centres.audience_in(session, caller)).kept_ids:
        raise VocabularyForDocumentalists()


async def _ask(session: AsyncSession, siblings: Siblings, codes: Iterable[str], *, now: datetime) -> None:
    told: dict[str, clients.Territory] = {}
    waiting = list(dict.fromkeys(codes))
    for code in waiting:
        territory = await clients.territory(siblings, code)
        if territory is None:
            continue
        told[code] = territory
        if territory.parent_code and territory.parent_code not in waiting:
            waiting.append(territory.parent_code)
    parents = {code: territory.parent_code for code, territory in told.items()}
    rows = [
        {**territory.model_dump(include={"code", "kind", "name", "parent_code"}), "path": _path(code, parents), "heard_at": now}
        for code, territory in told.items()
    ]
    await repository.keep_territories(session, rows)


def _path(code: str, parents: dict[str, str | None]) -> list[str]:
    """The code after those above it, widest first."""
    found = [code]
    while (parent := parents.get(found[0])) and parent not in found and len(found) < _DEEPEST:
        found.insert(0, parent)
    return found


def _pointed(codes: Sequence[str], missing: set[str], field: str, said: Text) -> list[FieldError]:
    return [
        FieldError(f"/{field}/{position}", Text(said.fr + code, said.en + code), "unknown")
        for position, code in enumerate(codes)
        if code in missing
    ]


async def _note(session: AsyncSession, caller: Principal, act: str, now: datetime, changes: dict[str, Any]) -> None:
    # A term has no id of its own: the line is found by what it says.
    await journal.record(session, KERNEL.journal, at=now, act=act, resource=("term", new_id()), actor=caller, changes=changes)


async def known(
    session: AsyncSession, siblings: Siblings, *, themes: Sequence[str], territories: Sequence[str], now: datetime
) -> tuple[list[str], list[str]]:
    """Those of these codes that the directory knows, in their order; the others are left out. New ones are learnt as by `require`."""
    if set(themes) - set(await repository.themes(session, themes)):
        await refresh_themes(session, siblings, now=now)
    kept_themes = await repository.themes(session, themes)
    kept_territories = await known_territories(session, siblings, territories, now=now)
    return (
        [code for code in dict.fromkeys(themes) if code in kept_themes],
        [code for code in dict.fromkeys(territories) if code in kept_territories],
    )


async def theme_codes_of(session: AsyncSession, siblings: Siblings, words: Iterable[str], *, now: datetime) -> dict[str, str]:
    """`word → code` of every theme by its code, its label and its synonyms, folded; the directory is asked again when one of
    `words` is new. A word of two themes is the one's whose label it is."""
    wanted = {fold(word) for word in words}
    if not wanted:
        return {}
    found = await _themes_by_word(session)
    if wanted - found.keys() and siblings.knows("directory"):
        await refresh_themes(session, siblings, now=now)
        found = await _themes_by_word(session)
    return found


async def _themes_by_word(session: AsyncSession) -> dict[str, str]:
    known = await repository.all_themes(session)
    by_synonym = {fold(word): theme.code for theme in known for word in theme.synonyms}
    by_label = {fold(theme.label): theme.code for theme in known}
    return {**by_synonym, **by_label, **{theme.code: theme.code for theme in known}}


async def known_territories(session: AsyncSession, siblings: Siblings, codes: Iterable[str], *, now: datetime) -> set[str]:
    """Those of these codes that are territories; what is new to the catalogue is asked of the directory."""
    wanted = {code for code in codes if _TERRITORY.fullmatch(code)}
    missing = wanted - set(await repository.territories(session, wanted)) if wanted else set()
    if missing and siblings.knows("directory"):
        await _ask(session, siblings, sorted(missing), now=now)
    return set(await repository.territories(session, wanted)) if wanted else set()


async def groups_version(reader: AsyncConnection[Any]) -> str:
    """Changes when `groups` may have: a term was recorded or forgotten, the directory was heard."""
    rows = await fetch(reader, repository.GROUPS_VERSION, {})
    return str(rows[0]["version"])


async def begun_by(reader: AsyncConnection[Any], beginning: str, *, limit: int) -> list[Row]:
    """`{kind, text, value}` of themes and terms some word of which begins so, without case nor accents."""
    folded = fold(beginning).replace("'", " ")
    if not folded:
        return []
    rows = [(_sought(row["text"]), row) for row in await fetch(reader, repository.LABELS, {})]
    found = [(not label.startswith(folded), len(label), label, row) for label, row in rows if f" {folded}" in f" {label}"]
    return [row for *_, row in sorted(found, key=lambda each: each[:3])][:limit]


@lru_cache(maxsize=4096)
def _sought(label: str) -> str:
    return fold(label).replace("'", " ")
