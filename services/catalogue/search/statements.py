"""The SQL of searches, put together from what is asked: which filters, which order, which counts.

All of it is text of this module; what people sent is bound.
"""
# ruff: noqa: S608

from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy import TextClause

#: The law of reading (`centres.service.Audience.may_read`, said in SQL). In every statement, whatever it counts or suggests.
READABLE = """(e.centre_id = ANY(CAST(:kept_ids AS uuid[]))
  OR (e.available_at <= :now AND (NOT e.members_only OR e.centre_id = ANY(CAST(:centre_ids AS uuid[])))))"""

_IN_SETS = "e.{column} = ANY(ARRAY(SELECT s.id FROM search_sets s WHERE s.dimension = '{dimension}' AND s.members && CAST(:{name} AS text[])))"
_ACCESS = "CASE WHEN e.available_at > :now THEN 'embargo' WHEN e.members_only THEN 'members' ELSE 'public' END"
_COLUMNS = {
    "kind": ("shape_id", "shape"),
    "language": ("shape_id", "shape"),
    "public": ("shape_id", "shape"),
    "theme": ("themes_id", "themes"),
    "territory": ("territories_id", "territories"),
    "organisation": ("organisations_id", "organisations"),
}
FILTERS = {name: _IN_SETS.format(column=column, dimension=dimension, name=name) for name, (column, dimension) in _COLUMNS.items()}
FILTERS |= {
    "year": "e.year = ANY(CAST(:year AS smallint[]))",
    "access": f"{_ACCESS} = ANY(CAST(:access AS text[]))",
    "centre": "e.centre_id = ANY(CAST(:centre AS uuid[]))",
}
#: A facet's name → the dimension it is counted with.
DIMENSIONS = {
    "kind": "shape",
    "language": "shape",
    "public": "shape",
    "centre": "shape",
    "theme": "themes",
    "territory": "territories",
    "organisation": "organisations",
    "year": "year",
    "access": "access",
}
_KEYS = {
    "shape": "shape_id",
    "themes": "themes_id",
    "territories": "territories_id",
    "organisations": "organisations_id",
    "year": "year",
    "access": "access",
}
#: A broad query reads the index, never the vectors one by one; it is planned each time for the filters it has.
PLANNED = sa.text(
    "SELECT set_config('enable_seqscan', 'off', true), set_config('work_mem', '16MB', true),"
    " set_config('plan_cache_mode', 'force_custom_plan', true), set_config('max_parallel_workers_per_gather', '0', true)"
)
#: Weights of D (files), C (sections), B (abstract, keywords), A (title).
_WEIGHTS = "'{0.1, 0.25, 0.5, 1.0}'"
#: Documents that are ranked among those with every word in their title, then among the others: in their own text first, the latest first.
CANDIDATES = 500
#: What every word in the title is worth, and in the own text: more than all the rest, so that the titled fill pages without the others.
TITLED, OWN = 20, 10


def _where(filters: frozenset[str], *, words: str | None) -> str:
    conditions = [READABLE, *(FILTERS[name] for name in sorted(filters))]
    if words:
        conditions.insert(0, f"e.words @@ CAST(:{words} AS tsquery)")
    return "\n  AND ".join(conditions)


def _branch(tier: int, filters: frozenset[str], words: str, *besides: str) -> str:
    """The latest of those that match so and are not above already."""
    unless = "".join(f" AND e.document_id NOT IN (SELECT document_id FROM {each})" for each in besides)
    return f"""(SELECT e.document_id, {tier} AS tier FROM search_entries e WHERE {_where(filters, words=words)}{unless}
      ORDER BY e.published_at DESC, e.document_id DESC LIMIT {CANDIDATES})"""


@lru_cache(maxsize=512)
def ranked(filters: frozenset[str], titled: bool) -> TextClause:
    """Ids with their score, of those with every word in their title or of the others. The score depends on the document and the query
    alone, so that pages follow one another."""
    candidates = f"titled AS MATERIALIZED {_branch(TITLED, filters, 'in_title')}"
    if not titled:
        candidates += f""",
own AS MATERIALIZED {_branch(OWN, filters, "in_own_text", "titled")},
others AS MATERIALIZED (SELECT * FROM {_branch(0, filters, "matching", "titled", "own")} AS found
  WHERE (SELECT count(*) FROM own) < {CANDIDATES}),
candidates AS (SELECT * FROM own UNION ALL SELECT * FROM others LIMIT {CANDIDATES})"""
    return sa.text(
        f"""WITH {candidates},
scored AS (
  SELECT e.document_id, round((
    c.tier
    + CASE WHEN e.title_key = :typed_key THEN 2 ELSE 0 END
    + CASE WHEN CAST(:in_order AS text) <> '' AND v.words @@ CAST(:in_order AS tsquery) THEN 0.5 ELSE 0 END
    + ts_rank_cd(CAST({_WEIGHTS} AS real[]), v.words, CAST(:ranking AS tsquery), 33)
    + extract(epoch FROM e.published_at) / 3.0e9)::numeric, 6) AS score
  FROM {"titled" if titled else "candidates"} c JOIN search_entries e USING (document_id),
    LATERAL (SELECT e.words || ''::tsvector AS words OFFSET 0) v)
SELECT document_id, score FROM scored
WHERE CAST(:after_score AS numeric) IS NULL
  OR (score, document_id) < (CAST(:after_score AS numeric), CAST(:after_id AS uuid))
ORDER BY score DESC, document_id DESC LIMIT :limit"""
    )


#: Order → (expression, descending, type of the cursor's key).
ORDERS = {
    "-published_at": ("e.published_at", True, "timestamptz"),
    "dated": ("coalesce(nullif(e.dated, ''), '9999-99')", False, "text"),
    "-dated": ("e.dated", True, "text"),
    "title": ("e.title_key", False, "text"),
}


@lru_cache(maxsize=1024)
def sorted_by(order: str, filters: frozenset[str], has_words: bool) -> TextClause:
    """Ids in an order, with the key the next page begins after."""
    key, descending, kind = ORDERS[order]
    compare, way = ("<", "DESC") if descending else (">", "ASC")
    return sa.text(
        f"""SELECT e.document_id, {key} AS score FROM search_entries e
WHERE {_where(filters, words="matching" if has_words else None)}
  AND (CAST(:after_score AS {kind}) IS NULL
    OR ({key}, e.document_id) {compare} (CAST(:after_score AS {kind}), CAST(:after_id AS uuid)))
ORDER BY {key} {way}, e.document_id {way} LIMIT :limit"""
    )


@lru_cache(maxsize=1024)
def counted(dimensions: tuple[str, ...], filters: frozenset[str], has_words: bool) -> TextClause:
    """`dimension, keys, counts`, and the total under `total`: one reading of the documents for all dimensions."""
    inner = ", ".join(
        {"access": "CASE WHEN e.available_at > :now THEN 2 WHEN e.members_only THEN 1 ELSE 0 END AS access"}.get(each, f"e.{key}")
        for each, key in _KEYS.items()
        if each in dimensions
    )
    keys = [_KEYS[each] for each in dimensions]
    named = " ".join(f"WHEN grouping({_KEYS[each]}) = 0 THEN '{each}'" for each in dimensions)
    sets = ", ".join([*(f"({key})" for key in keys), "()"])
    name = f"CASE {named} ELSE 'total' END" if dimensions else "'total'"
    key = f"coalesce({', '.join(f'{each}::int' for each in keys)})" if keys else "NULL::int"
    return sa.text(
        f"""SELECT dimension, array_agg(key) AS keys, array_agg(n) AS counts FROM (
  SELECT {name} AS dimension, {key} AS key, count(*)::int AS n
  FROM (SELECT {inner or "1"} FROM search_entries e WHERE {_where(filters, words="matching" if has_words else None)}) e
  GROUP BY GROUPING SETS ({sets})) g GROUP BY dimension"""
    )


@lru_cache(maxsize=256)
def exists(filters: frozenset[str]) -> TextClause:
    """Whether some document that may be read matches."""
    return sa.text(f"SELECT 1 AS found FROM search_entries e WHERE {_where(filters, words='matching')} LIMIT 1")


#: When an entry became readable for this audience: published for documentalists, available for the others.
_MOMENT = "CASE WHEN e.centre_id = ANY(CAST(:kept_ids AS uuid[])) THEN e.published_at ELSE e.readable_at END"


@lru_cache(maxsize=512)
def became_readable(filters: frozenset[str], has_words: bool) -> TextClause:
    """Ids that became readable for this audience in (after, until], oldest first."""
    return sa.text(
        f"""SELECT e.document_id FROM search_entries e
WHERE {_where(filters, words="matching" if has_words else None)}
  AND (e.readable_at > :after OR e.published_at > :after) AND {_MOMENT} > :after AND {_MOMENT} <= :until
ORDER BY {_MOMENT}, e.document_id LIMIT :limit"""
    )


@lru_cache(maxsize=512)
def latest(filters: frozenset[str], has_words: bool) -> TextClause:
    """Ids in the order in which they became readable for this audience, the newest first."""
    return sa.text(
        f"""SELECT e.document_id FROM search_entries e
WHERE {_where(filters, words="matching" if has_words else None)} AND {_MOMENT} <= :until
ORDER BY {_MOMENT} DESC, e.document_id DESC LIMIT :limit"""
    )


SHOWN = sa.text(
    """SELECT t.document_id AS id, t.reference, t.kind, t.title, t.abstract, t.language, t.sections, e.dated, e.centre_id,
  e.published_at, """
    + _ACCESS
    + f""" AS access
FROM search_texts t JOIN search_entries e USING (document_id) WHERE t.document_id = ANY(CAST(:ids AS uuid[])) AND {READABLE}"""
)
TITLES = sa.text(
    f"""SELECT t.document_id, t.title FROM (
  SELECT e.document_id, e.published_at, e.title_key FROM search_entries e WHERE e.words @@ CAST(:matching AS tsquery) AND {READABLE}
  ORDER BY (e.title_key LIKE :beginning) DESC, e.published_at DESC LIMIT :limit) found
JOIN search_texts t USING (document_id)
ORDER BY (found.title_key LIKE :beginning) DESC, found.published_at DESC"""
)
#: Those of these documents that the index does not hold as they were last published.
MISSING = sa.text(
    """SELECT asked.id FROM unnest(CAST(:ids AS uuid[]), CAST(:published AS timestamptz[])) AS asked (id, published_at)
WHERE NOT EXISTS (SELECT 1 FROM search_entries e WHERE e.document_id = asked.id AND e.published_at = asked.published_at)
ORDER BY asked.id"""
)
SETS = sa.text("SELECT id, members FROM search_sets WHERE id = ANY(CAST(:ids AS int[]))")
#: Words like a mistyped one, the nearest first.
ALIKE = sa.text(
    """SELECT w.word, w.spelt, similarity(w.word, :word) AS near FROM search_words w
WHERE w.word % :word AND w.word <> :word AND abs(length(w.word) - length(:word)) <= 3
ORDER BY similarity(w.word, :word) + 0.02 * ln(1 + w.seen) DESC, w.word LIMIT 6"""
)
UNANSWERED = sa.text(
    """SELECT id, text, count, last_on FROM unanswered_searches
WHERE CAST(:after_count AS int) IS NULL OR (count, id) < (CAST(:after_count AS int), CAST(:after_id AS uuid))
ORDER BY count DESC, id DESC LIMIT :limit"""
)
KEEP_UNANSWERED = sa.text(
    """INSERT INTO unanswered_searches (id, text, count, last_on) VALUES (:id, :text, 1, :day)
ON CONFLICT (text) DO UPDATE SET count = unanswered_searches.count + 1, last_on = EXCLUDED.last_on"""
)
#: Public texts whose words are to be read, in the order in which they were indexed.
_READ = """SELECT e.document_id, e.indexed_at, clock_timestamp() AS read_at, t.title, t.abstract, t.sections
FROM search_entries e JOIN search_texts t USING (document_id) WHERE NOT e.members_only AND e.available_at <= :now AND """
TO_READ = sa.text(_READ + "e.indexed_at > :after ORDER BY e.indexed_at LIMIT :limit")
OUT_OF_EMBARGO = sa.text(_READ + "e.readable_at > :after AND e.readable_at <= :now AND e.available_at > e.published_at")
ADD_WORDS = sa.text(
    """INSERT INTO search_words (word, spelt, seen)
SELECT * FROM unnest(CAST(:words AS text[]), CAST(:spelt AS text[]), CAST(:seen AS bigint[]))
ON CONFLICT (word) DO UPDATE SET seen = search_words.seen + EXCLUDED.seen, spelt = EXCLUDED.spelt"""
)
