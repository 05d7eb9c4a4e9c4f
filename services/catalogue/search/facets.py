"""Results counted by their values, each facet as if it had no filter of its own."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from psycopg import AsyncConnection

from services.common.language import Language, Text

from ..centres import service as centres
from ..vocabulary import service as vocabulary
from . import labels, repository, statements

#: Values shown of each facet, besides those filtered by.
MOST = 200
_ACCESSES = ("public", "members", "embargo")
#: By database: combinations never change.
_MEMBERS: dict[tuple[str, str], dict[int, tuple[str, ...]]] = {}

Counts = dict[str, Counter[str]]


async def counted(
    reader: AsyncConnection[Any], wanted: Sequence[str], filters: frozenset[str], asked: Mapping[str, Any], *, has_words: bool
) -> tuple[int, Counts]:
    """The number of documents found, and `facet → value → documents`."""
    free = [name for name in wanted if name not in filters]
    passes = [(free, filters), *(([name], filters - {name}) for name in wanted if name in filters)]
    total = 0
    found: Counts = {}
    for names, kept in passes:
        dimensions = tuple(sorted({statements.DIMENSIONS[name] for name in names}))
        counts = await repository.counts(reader, statements.counted(dimensions, kept, has_words), asked)
        if kept == filters:
            total = sum(counts.get("total", {}).values())
        found.update(await _by_value(reader, names, counts))
    return total, found


async def _by_value(reader: AsyncConnection[Any], names: Sequence[str], counts: Mapping[str, Mapping[int | None, int]]) -> Counts:
    members = _MEMBERS.setdefault((reader.info.host, reader.info.dbname), {})
    found: Counts = {name: Counter() for name in names}
    for dimension in ("shape", "themes", "territories", "organisations"):
        groups = counts.get(dimension)
        if not groups:
            continue
        await repository.members(reader, members, [set_id for set_id in groups if set_id is not None])
        prefixed: Counter[str] = Counter()
        for set_id, number in groups.items():
            for value in members[set_id] if set_id is not None else ():
                prefixed[value] += number
        for value, number in prefixed.items():
            facet, _, code = value.partition(":")
            if facet in found:
                found[facet][code] = number
    if "year" in found:
        found["year"].update({str(year): number for year, number in counts.get("year", {}).items() if year is not None})
    if "access" in found:
        found["access"].update({_ACCESSES[key]: number for key, number in counts.get("access", {}).items() if key is not None})
    return found


async def labelled(
    reader: AsyncConnection[Any], counts: Counts, chosen: Mapping[str, Sequence[str]], language: Language
) -> dict[str, list[dict[str, Any]]]:
    """`FacetValue`s by facet, the most frequent first; those filtered by are shown even when nothing has them."""
    answer = {}
    for facet, values in counts.items():
        kept = dict(values.most_common(MOST)) | {value: values[value] for value in chosen.get(facet, ())}
        said = await _labels(reader, facet, list(kept), language)
        shown = [(value, *said.get(value, (value, None)), number) for value, number in kept.items()]
        shown.sort(key=lambda row: (-row[3], row[1]))
        answer[facet] = [{"value": value, "label": label, "parent": parent, "count": n} for value, label, parent, n in shown]
    return answer


async def _labels(
    reader: AsyncConnection[Any], facet: str, values: Sequence[str], language: Language
) -> Mapping[str, tuple[str, str | None]]:
    """`value → (label, value above it)`."""
    if facet in labels.BY_FACET:
        known: Mapping[str, Text] = labels.BY_FACET[facet]
        return {value: (known[value].to(language), None) for value in values if value in known}
    if facet == "theme":
        rows = await vocabulary.theme_labels(reader)
        return {code: (row["label"], row["parent_code"]) for code, row in rows.items()}
    if facet == "territory":
        rows = await vocabulary.territory_labels(reader, values)
        return {code: (row["label"], row["parent_code"]) for code, row in rows.items()}
    if facet == "centre":
        return {str(centre_id): (row["name"], None) for centre_id, row in (await centres.faces(reader, values)).items()}
    return {}
