"""A search, from what was asked to the page that answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from psycopg import AsyncConnection

from services.common.db import Row
from services.common.language import Language
from services.common.settings import ServiceSettings

from ..centres import service as centres
from ..centres.service import Audience
from ..permalinks import permalink
from . import facets, highlights, labels, reading, repository, rules, statements
from .rules import Plan, Query
from .schemas import FACETS, Criteria, Search
from .stems import stems
from .words import Reading, Stems, sort_key

#: Below, other spellings are looked for.
_FEW = 3
_MOST_SUGGESTIONS = 3
#: A corrected query travels in cursors.
_LONGEST_CORRECTED = 200


class Spelling(NamedTuple):
    """A query spelt otherwise, and whether it is so close to what was typed that it may be looked for in its place."""

    words: str
    is_close: bool


@dataclass(frozen=True)
class Asked:
    """The filters of a search, and everything its statements are given."""

    filters: frozenset[str]
    values: Mapping[str, Any]

    def of(self, plan: Plan) -> dict[str, Any]:
        return {**self.values, "matching": plan.matching()}


@dataclass(frozen=True)
class Found:
    """`SearchAnswer`, but for the page; `keys` begins the next page after each item."""

    items: list[Row]
    keys: list[tuple[str, ...]]
    total: int | None
    facets: dict[str, list[dict[str, Any]]] | None
    did_you_mean: list[str]
    #: What was looked for instead, when nothing has the words as typed.
    corrected: str | None
    widened_with: Sequence[str]
    relaxed: bool
    shortened: bool
    #: Nothing at all has every word, whatever the filters: worth a documentalist's look.
    in_vain: bool


def asked(criteria: Criteria, audience: Audience, now: datetime) -> Asked:
    """What the audience asks, in the words of `statements`."""
    given: dict[str, list[Any]] = {
        "kind": [f"kind:{each}" for each in criteria.kind],
        "language": [f"language:{each}" for each in criteria.language],
        "public": [f"public:{each}" for each in criteria.public],
        "theme": [f"theme:{each}" for each in criteria.theme],
        "territory": [f"territory:{each}" for each in criteria.territory],
        "organisation": [f"organisation:{each}" for each in criteria.organisation],
        "year": list(criteria.year),
        "access": [each.value for each in criteria.access],
        "centre": list(criteria.centre_id),
    }
    filters = {name: values for name, values in given.items() if values}
    seen = {"kept_ids": list(audience.kept_ids), "centre_ids": list(audience.centre_ids), "now": now}
    return Asked(frozenset(filters), {**filters, **seen})


async def search(
    reader: AsyncConnection[Any],
    audience: Audience,
    wish: Search,
    settings: ServiceSettings,
    *,
    after: Sequence[str] | None,
    language: Language,
    now: datetime,
) -> Found:
    """The page of documents found and what goes with it, as of one instant."""
    words = after[3] if after is not None and len(after) > 3 else wish.q
    query = rules.read(words)
    what = asked(wish, audience, now)
    plan, known = await reading.planned(reader, query)
    suggestions: list[Spelling] = []
    async with repository.planned(reader):
        if after is not None and after[2:3] == ["relaxed"]:
            plan = rules.relaxed(plan)
        rows = await _page(reader, plan, words, what, wish, after)
        strict = len(rows)
        if after is None and strict < _FEW and plan.nodes:
            suggestions = await _did_you_mean(reader, query, known, what)
        if not rows and suggestions and suggestions[0].is_close:
            words = suggestions[0].words
            plan, _ = await reading.planned(reader, rules.read(words))
            rows = await _page(reader, plan, words, what, wish, after)
        if not rows and after is None and len(plan.nodes) > 1:
            plan = rules.relaxed(plan)
            rows = await _page(reader, plan, words, what, wish, after)
        total, counts = await _counts(reader, plan, what, wish)
        hits = await _hits(reader, [row["document_id"] for row in rows], plan, audience, settings, language, now)
        shown = None if counts is None else await facets.labelled(reader, counts, _chosen(wish), language)
    ending = ("relaxed" if plan.relaxed else "all", *((words,) if words != wish.q else ()))
    return Found(
        items=[hits[row["document_id"]] for row in rows if row["document_id"] in hits],
        keys=[(_key(row["score"]), str(row["document_id"]), *ending) for row in rows if row["document_id"] in hits],
        total=total,
        facets=shown,
        did_you_mean=[each.words for each in suggestions],
        corrected=words if words != wish.q else None,
        widened_with=plan.widened_with,
        relaxed=plan.relaxed and bool(rows),
        shortened=query.shortened,
        in_vain=after is None and strict == 0 and words == wish.q and not what.filters,
    )


def _key(score: Any) -> str:
    return score.isoformat() if isinstance(score, datetime) else str(score)


async def _page(
    reader: AsyncConnection[Any], plan: Plan, words: str, what: Asked, wish: Search, after: Sequence[str] | None
) -> list[Row]:
    """Ids and keys of one more than the page."""
    values = {
        **what.of(plan),
        "after_score": after[0] if after else None,
        "after_id": UUID(after[1]) if after else None,
        "limit": wish.limit + 1,
    }
    sort = wish.sort or "relevance"
    if sort == "relevance" and plan.nodes:
        values |= {
            "in_title": plan.in_title(),
            "in_own_text": plan.in_own_text(),
            "in_order": plan.in_order,
            "ranking": plan.ranking(),
            "typed_key": sort_key(words),
        }
        # Of a broad search, the titled fill the first pages: the others are then not even looked for.
        past = after is not None and Decimal(after[0]) < statements.TITLED
        rows = [] if past else await repository.ids(reader, statements.ranked(what.filters, True), values)
        if len(rows) <= wish.limit:
            rows += await repository.ids(
                reader, statements.ranked(what.filters, False), {**values, "limit": wish.limit + 1 - len(rows)}
            )
        return rows
    order = "-published_at" if sort == "relevance" else sort
    return await repository.ids(reader, statements.sorted_by(order, what.filters, not plan.is_empty), values)


async def _counts(reader: AsyncConnection[Any], plan: Plan, what: Asked, wish: Search) -> tuple[int | None, facets.Counts | None]:
    wanted = [name for name in FACETS if "true" in wish.facets or name in wish.facets]
    if not wanted and wish.count is None:
        return None, None
    total, found = await facets.counted(reader, wanted, what.filters, what.of(plan), has_words=not plan.is_empty)
    return total, found if wanted else None


def _chosen(wish: Search) -> dict[str, list[str]]:
    return {
        "kind": wish.kind,
        "theme": wish.theme,
        "territory": wish.territory,
        "organisation": wish.organisation,
        "year": [str(year) for year in wish.year],
        "language": wish.language,
        "access": [each.value for each in wish.access],
        "public": wish.public,
        "centre": [str(each) for each in wish.centre_id],
    }


async def _hits(
    reader: AsyncConnection[Any],
    ids: Sequence[UUID],
    plan: Plan,
    audience: Audience,
    settings: ServiceSettings,
    language: Language,
    now: datetime,
) -> dict[UUID, Row]:
    """`Hit`s by id; the law of reading is asked again, of what is shown."""
    if not ids:
        return {}
    seen = {"kept_ids": list(audience.kept_ids), "centre_ids": list(audience.centre_ids), "now": now}
    rows = await repository.ids(reader, statements.SHOWN, {**seen, "ids": list(ids)})
    faces = await centres.faces(reader, sorted({row["centre_id"] for row in rows}))
    shown = await _highlights(reader, rows, plan)
    return {row["id"]: _hit(row, faces, shown.get(row["id"], {}), settings, language) for row in rows}


def _hit(
    row: Row, faces: Mapping[UUID, Row], shown: Mapping[str, str | None], settings: ServiceSettings, language: Language
) -> Row:
    kind = labels.KINDS.get(row["kind"])
    return {
        **{name: row[name] for name in ("id", "reference", "kind", "title", "abstract", "language", "access", "published_at")},
        "permalink": permalink(settings, row["reference"]),
        "kind_label": kind.to(language) if kind else row["kind"],
        "dated": row["dated"] or None,
        "centre": faces.get(row["centre_id"], {"id": row["centre_id"], "code": "", "name": ""}),
        "highlights": shown,
    }


async def _highlights(reader: AsyncConnection[Any], rows: Sequence[Row], plan: Plan) -> dict[UUID, dict[str, str | None]]:
    """`Highlights` of hits: of the sections only when the title and the abstract do not say it all."""
    if not plan.nodes:
        return {}
    read = {row["id"]: (highlights.read(row["title"]), highlights.read(row["abstract"])) for row in rows}
    distinct = {row_id: frozenset().union(*(each.distinct for each in both)) for row_id, both in read.items()}
    known = await stems(reader, frozenset().union(*distinct.values()))
    found: dict[UUID, dict[str, str | None]] = {}
    lacking: dict[UUID, Reading] = {}
    is_marked = _marking(plan, known)
    for row in rows:
        title, abstract = read[row["id"]]
        shown = {
            "title": highlights.marked(row["title"], is_marked, title),
            "abstract": highlights.extract(row["abstract"], is_marked, abstract),
        }
        said = {known.get(word, "") for word in distinct[row["id"]]}
        complete = all(node.prefix or any(said.issuperset(way) for way in node.ways) for node in plan.nodes)
        if not complete or not any(shown.values()):
            lacking[row["id"]] = highlights.read(row["sections"])
        found[row["id"]] = shown
    if lacking:
        is_marked = _marking(plan, await stems(reader, frozenset().union(*(each.distinct for each in lacking.values()))))
        for row in rows:
            if row["id"] in lacking:
                found[row["id"]]["sections"] = highlights.extract(row["sections"], is_marked, lacking[row["id"]])
    return found


def _marking(plan: Plan, known: Stems) -> highlights.Marked:
    lexemes, prefixes = plan.lexemes, plan.prefixes

    def is_marked(word: str) -> bool:
        return known.get(word, "") in lexemes or (bool(prefixes) and word.startswith(prefixes))

    return is_marked


async def _did_you_mean(reader: AsyncConnection[Any], query: Query, known: Stems, what: Asked) -> list[Spelling]:
    """The query with its doubtful words spelt as documents spell them; each finds something this audience may read."""
    doubtful: dict[str, list[Row]] = {}
    for term in query.wanted:
        for word in term.words if not term.prefix else ():
            if len(word) < 4 or word in doubtful or not rules.significant([word], known) or word.isdigit():
                continue
            if len(doubtful) >= 3 or await _finds(reader, word, what):
                continue
            doubtful[word] = await repository.alike(reader, word)
    chosen: dict[str, Spelling] = {}
    for place in range(_MOST_SUGGESTIONS):
        swaps = {word: rows[min(place, len(rows) - 1)] for word, rows in doubtful.items() if rows}
        said = " ".join(_said(term, swaps) for term in query.terms)
        if swaps and said not in chosen and await _finds(reader, said, what):
            is_close = len(said) <= _LONGEST_CORRECTED and all(rules.is_slip(word, row["word"]) for word, row in swaps.items())
            chosen[said] = Spelling(said, is_close)
    return list(chosen.values())


async def _finds(reader: AsyncConnection[Any], typed: str, what: Asked) -> bool:
    plan, _ = await reading.planned(reader, rules.read(typed))
    return bool(plan.nodes) and await repository.is_found(reader, what.filters, what.of(plan))


def _said(term: rules.Term, swaps: Mapping[str, Row]) -> str:
    said = " ".join(swaps[word]["spelt"] if word in swaps else word for word in term.words)
    said = f'"{said}"' if term.phrase else said
    return f"{'-' if term.excluded else ''}{said}{'*' if term.prefix else ''}"
