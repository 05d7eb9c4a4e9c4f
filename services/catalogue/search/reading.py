"""From what was typed to what is asked of the index: the words of the trade are looked up on the way."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from psycopg import AsyncConnection

from ..vocabulary import service as vocabulary
from . import rules
from .rules import Groups, Plan, Query
from .stems import stems
from .words import words


@dataclass(frozen=True)
class _Held:
    version: str
    groups: Groups


#: By database: one process may serve several. A changed term changes the version, which each search reads.
_HELD: dict[tuple[str, str], _Held] = {}


async def groups(reader: AsyncConnection[Any]) -> Groups:
    """Groups of words that mean the same, put together again only when one changed."""
    place = (reader.info.host, reader.info.dbname)
    version = await vocabulary.groups_version(reader)
    held = _HELD.get(place)
    if held is None or held.version != version:
        told = await vocabulary.groups(reader)
        known = await stems(reader, {word for group in told for form in group for word in words(form)})
        held = _HELD[place] = _Held(version, rules.grouped(told, known))
    return held.groups


async def planned(reader: AsyncConnection[Any], query: Query) -> tuple[Plan, Mapping[str, str]]:
    """What is asked of the index for a query, and the lexemes of its words."""
    if not query.terms:
        return Plan(), {}
    known = await stems(reader, query.all_words)
    return rules.plan(query, known, await groups(reader)), known
