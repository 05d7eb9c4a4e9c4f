"""The catalogue at two sizes: documents straight into the tables of the search engine, then searches over HTTP beside the bare SQL.

`python -m tests.load.catalogue [small large]` runs it alone. The integrator's run calls `figures`.
"""

import itertools
import random
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit
from uuid import UUID

import psycopg
from psycopg import sql
from uuid_utils.compat import uuid7

from services.catalogue.search import repository
from services.catalogue.search.words import sort_key, vector, words
from services.common.ids import new_id

from . import bare_search, bench, servers
from .bare_search import Floor, Times
from .generator import Generator, Job, get
from .servers import Web

HEALTH = "/catalogue/health"


def _listed(text: str) -> list[str]:
    return text.split()


_COMMON = _listed(
    "ville quartier habitants politique contrat projet action logement santé emploi insertion jeunes éducation culture "
    "sport prévention sécurité participation conseil citoyen renouvellement urbain droit accès association commune "
    "territoire développement local social prioritaire évaluation diagnostic rencontre réseau formation femmes égalité "
    "discrimination école collège parents famille enfant numérique mobilité transport jardin alimentation climat énergie "
    "bailleur gestion proximité médiation langue français migrant réussite entreprise commerce artisanat centre maison "
    "service public élus professionnels convention financement subvention"
)
_ENDINGS = ("tion", "ment", "age", "ité", "ique", "eur", "ance", "ier", "oire", "isme")
_BEGINNINGS = _listed(
    "ba be bi bor bra ca ce cla co cri da de dou dra fa fer fi fo gra gui la le lou ma mé mi mon na né no pa per pi plu "
    "ra ré ro sa sé si sou ta té tra tu va vé vi vo"
)
Row = Sequence[Any]
KINDS = ("thematic_dossier", "capitalisation", "experience", "study", "proceedings", "presentation", "video", "reference")
_PUBLICS = ("professionals", "elected_officials", "associations", "residents")
_ENTRIES = _listed(
    "document_id centre_id shape_id themes_id territories_id organisations_id year members_only available_at published_at "
    "readable_at indexed_at dated title_key words"
)
_CENTRES = ["id", "organisation_id", "code", "name", "description", "contact_email", "created_at", "version"]
_TEXTS = ("document_id", "reference", "kind", "language", "title", "abstract", "sections")


_ROUNDS = 3
#: Documents that are really written; a larger catalogue has their words again, under other dates and themes.
_WRITTEN = 5_000


@dataclass(frozen=True)
class Corpus:
    """What was filled in: how many documents, and words by how many documents say them."""

    documents: int
    broad: Sequence[str]
    middling: Sequence[str]
    selective: Sequence[str]


@dataclass(frozen=True)
class Written:
    """Rows that every size begins with."""

    spoken: Sequence[str]
    centres: Sequence[Row]
    sets: Sequence[Row]
    entries: Sequence[Row]
    texts: Sequence[Row]


def write(conninfo: str) -> Written:
    """Documents of some hundred and fifty words, as unequal as a language's. The database only tells lexemes."""
    rng, now = random.Random(7), datetime.now(UTC)
    spoken, weights = _language(rng)
    with psycopg.connect(conninfo) as connection:
        known = _stems(connection, spoken)
    centres = [(new_id(), new_id(), f"BENCH{n}", f"Centre {n}", "", "doc@centre.example", now, 1) for n in range(6)]
    sets = _sets([centre[0] for centre in centres], rng)
    made = [_document(number, spoken, weights, known, sets, rng, now) for number in range(_WRITTEN)]
    rows = [
        (set_id, dimension, repository.fingerprint(members), sorted(set(members)))
        for dimension, each in sets.items()
        for set_id, members, _ in each
    ]
    return Written(spoken, centres, rows, [entry for entry, _ in made], [text for _, text in made])


def fill(conninfo: str, written: Written, count: int) -> Corpus:
    """So many documents: those written, then the same words again under other dates, themes, territories and organisations."""
    with psycopg.connect(conninfo) as connection:
        connection.execute("SET maintenance_work_mem = '512MB'")
        connection.execute("DROP INDEX ix_search_entries_words")
        _copy(connection, "centres", _CENTRES, written.centres)
        _copy(connection, "search_sets", ("id", "dimension", "fingerprint", "members"), written.sets)
        _copy(connection, "search_entries", _ENTRIES, written.entries)
        _copy(connection, "search_texts", _TEXTS, written.texts)
        _multiply(connection, count // _WRITTEN)
        connection.execute("CREATE INDEX ix_search_entries_words ON search_entries USING gin (words) WITH (fastupdate = off)")
        _copy(
            connection,
            "search_words",
            ("word", "spelt", "seen"),
            [(word, word, 10) for word in {words(each)[0] for each in written.spoken}],
        )
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
    return Corpus(count, written.spoken[:12], written.spoken[60:160], written.spoken[6_000:8_000])


def _multiply(connection: psycopg.Connection[Any], times: int) -> None:
    drawn = ", ".join(
        f"(SELECT array_agg(id) FROM search_sets WHERE dimension = '{name}') AS {name}"  # noqa: S608 - names of this module
        for name in ("themes", "territories", "organisations")
    )
    connection.execute(
        f"""WITH drawn AS MATERIALIZED (SELECT {drawn})
INSERT INTO search_entries SELECT md5(e.document_id::text || n)::uuid, centre_id, shape_id,
  themes[1 + floor(random() * cardinality(themes))], territories[1 + floor(random() * cardinality(territories))],
  organisations[1 + floor(random() * cardinality(organisations))],
  year, members_only, available_at - shift, published_at - shift, readable_at - shift, indexed_at, dated, title_key, words
FROM drawn, search_entries e, generate_series(2, {times}) n, LATERAL (SELECT n * interval '1 hour' AS shift) s""".encode()  # noqa: S608
    )
    connection.execute(
        "INSERT INTO search_texts SELECT md5(t.document_id::text || n)::uuid, reference || '-' || n, kind, language, title, abstract,"
        " sections FROM search_texts t, generate_series(2, %s) n",
        [times],
    )


def _language(rng: random.Random) -> tuple[list[str], list[float]]:
    """Words, the most frequent first, and their cumulated weights (Zipf)."""
    made = dict.fromkeys(_COMMON)
    while len(made) < 20_000:
        made["".join(rng.choice(_BEGINNINGS) for _ in range(rng.randint(1, 3))) + rng.choice(_ENDINGS)] = None
    return list(made), list(itertools.accumulate(1 / (rank + 8) ** 0.9 for rank in range(len(made))))


def _stems(connection: psycopg.Connection[Any], spoken: Sequence[str]) -> dict[str, str]:
    rows = connection.execute(
        "SELECT w, (ts_lexize('pg_catalog.french_stem', w))[1] FROM unnest(%s::text[]) w", [[words(each)[0] for each in spoken]]
    )
    return {word: lexeme or "" for word, lexeme in rows}


def _sets(centres: Sequence[UUID], rng: random.Random) -> dict[str, list[tuple[int, list[str], Any]]]:
    """Combinations of values, as many as a large network would have; `(id, members, what it says)` by dimension."""
    shapes = sorted(
        {
            (
                rng.choice(KINDS),
                rng.choices(("fr", "en"), (97, 3))[0],
                rng.choice(centres),
                tuple(rng.sample(_PUBLICS, rng.randint(0, 2))),
            )
            for _ in range(1_500)
        }
    )
    said: dict[str, list[tuple[Any, list[str]]]] = {
        "shape": [(s, [f"kind:{s[0]}", f"language:{s[1]}", f"centre:{s[2]}", *(f"public:{p}" for p in s[3])]) for s in shapes],
        "themes": [(None, _tree(rng, "theme:t", 8, 40, rng.randint(1, 3))) for _ in range(900)],
        "territories": [(None, _tree(rng, "territory:", 13, 1_500, rng.randint(1, 2))) for _ in range(2_500)],
        "organisations": [(None, [f"organisation:Organisation {number}"]) for number in range(2_000)],
    }
    numbers = itertools.count(1)
    found: dict[str, list[tuple[int, list[str], Any]]] = {}
    for dimension, combinations in said.items():
        once = {repository.fingerprint(members): (what, members) for what, members in combinations}
        found[dimension] = [(next(numbers), members, what) for what, members in once.values()]
    return found


def _tree(rng: random.Random, prefix: str, tops: int, leaves: int, count: int) -> list[str]:
    """Leaves with what is above them."""
    chosen = [rng.randrange(leaves) for _ in range(count)]
    return [f"{prefix}{leaf % tops}" for leaf in chosen] + [f"{prefix}{leaf % tops}-{leaf}" for leaf in chosen]


def _document(
    number: int,
    spoken: Sequence[str],
    weights: Sequence[float],
    known: Mapping[str, str],
    sets: Mapping[str, Sequence[tuple[int, list[str], Any]]],
    rng: random.Random,
    now: datetime,
) -> tuple[list[Any], list[Any]]:
    """A row of `search_entries` and one of `search_texts`, as `search.service.put` writes them."""
    drawn = rng.choices(spoken, cum_weights=weights, k=160)
    title, abstract, sections = drawn[:9], drawn[9:60], drawn[60:]
    shape_id, _, shape = rng.choice(sets["shape"])
    document_id = uuid7(nanoseconds=1_700_000_000_000_000_000 + number * 1_000_000)
    published_at = now - timedelta(minutes=rng.randint(60, 4_000_000))
    available_at = published_at if rng.random() > 0.005 else now + timedelta(days=30)
    year = rng.randint(1998, 2026)
    folded = [[word for each in part for word in words(each)] for part in (title, abstract, sections)]
    said = vector(list(zip("ABC", folded, strict=True)), known)
    ids = [shape_id, *(rng.choice(sets[each])[0] for each in ("themes", "territories", "organisations"))]
    written = " ".join(title).capitalize()
    entry = [
        document_id,
        shape[2],
        *ids,
        year,
        rng.random() < 0.1,
        available_at,
        published_at,
        max(available_at, published_at),
        now,
        str(year),
        sort_key(written),
        said,
    ]
    return entry, [document_id, f"BENCH-{year}-{number}", shape[0], shape[1], written, " ".join(abstract), " ".join(sections)]


def _copy(connection: psycopg.Connection[Any], table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    into = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), sql.SQL(",").join(map(sql.Identifier, columns)))
    with connection.cursor().copy(into) as copy:
        for row in rows:
            copy.write_row(row)


def requests(corpus: Corpus) -> dict[str, list[str]]:
    """Addresses to ask, by kind of search. Broad ones find a fifth of the documents or more."""
    rng = random.Random(5)
    pairs = list(itertools.combinations(corpus.broad, 2))
    selective = [f"{a} {b}" for a, b in zip(rng.sample(corpus.middling, 60), rng.sample(list(corpus.selective), 60), strict=True)]
    return {
        "selective": [f"/catalogue/v1/search?facets=true&q={quote(q)}" for q in selective],
        "middling": [f"/catalogue/v1/search?facets=true&q={quote(' '.join(rng.sample(corpus.middling, 2)))}" for _ in range(60)],
        "broad": [f"/catalogue/v1/search?facets=true&q={quote(f'{a} {b}')}" for a, b in pairs],
        "autocomplete": [
            f"/catalogue/v1/suggestions?q={quote(f'{rng.choice(corpus.broad)} {rng.choice(corpus.middling)[:3]}')}"
            for _ in range(60)
        ],
    }


def measured(generator: Generator, web: Web, paths: Sequence[str], *, seconds: float) -> tuple[float, float]:
    """(p50, p95) in milliseconds of one client asking one after the other."""
    result = generator.play(Job(web.port, [get(path) for path in paths], 1, seconds))
    if set(result.statuses) != {"200"}:
        raise RuntimeError(f"searches answered {result.statuses}")
    return result.p50, result.p95


def figures(
    generator: Generator, environment: Mapping[str, str], small_db: str, large_db: str, *, small: int, large: int, seconds: float
) -> dict[str, float]:
    """Fills both databases (migrated, empty) and measures; prints a table, gives what goes in the last line."""
    table: dict[int, dict[str, Times]] = {}
    bare: dict[str, Times] = {}
    written = write(small_db)
    for conninfo, count in ((small_db, small), (large_db, large)):
        began = time.perf_counter()
        corpus = fill(conninfo, written, count)
        asked = requests(corpus)
        print(f"{count} documents filled in {time.perf_counter() - began:.0f} s", flush=True)
        there = {**environment, "CATALOGUE_DATABASE_URL": conninfo}
        with servers.uvicorn("services.catalogue.main:app", there, health=HEALTH) as web, bare_search.opened(conninfo) as floor:
            for name, paths in asked.items():
                begun = name == "autocomplete"
                bare[name], table.setdefault(count, {})[name] = _in_turn(generator, web, floor, paths, seconds, begun=begun)
    print(f"{'':<16}{f'p50 at {small}':>16}{f'p50 at {large}':>16}{f'p95 at {large}':>16}{'bare p95':>12}{'found':>10}")
    for name, times in table[large].items():
        more = f"{bare[name].p95:>12.1f}{bare[name].found:>10.0f}"
        print(f"{name:<16}{table[small][name].p50:>16.1f}{times.p50:>16.1f}{times.p95:>16.1f}{more}", flush=True)
    said = {"selective": "search_selective", "broad": "search_broad", "autocomplete": "autocomplete"}
    found = {f"{title}_p95_ms": round(table[large][name].p95, 1) for name, title in said.items()}
    found |= {f"{title}_vs_sql": round(table[large][name].p95 / bare[name].p95, 2) for name, title in said.items()}
    growth = {name: round(table[large][name].p50 / table[small][name].p50, 2) for name in said}
    return found | {"search_growth_selective": growth["selective"], "search_growth_broad": growth["broad"]}


def _in_turn(
    generator: Generator, web: Web, floor: Floor, paths: Sequence[str], seconds: float, *, begun: bool
) -> tuple[Times, Times]:
    """The floor and the service, one client each, in turn: medians of the rounds."""
    typed = [_typed(path) for path in paths]
    measured(generator, web, paths, seconds=1.0)
    floor.measured(typed, 1.0, begun=begun)
    rounds = [
        (floor.measured(typed, seconds, begun=begun), Times(*measured(generator, web, paths, seconds=seconds)))
        for _ in range(_ROUNDS)
    ]
    return _median([a for a, _ in rounds]), _median([b for _, b in rounds])


def _median(rounds: Sequence[Times]) -> Times:
    return Times(*(statistics.median(each) for each in zip(*rounds, strict=True)))


def _typed(path: str) -> str:
    return parse_qs(urlsplit(path).query)["q"][0]


def main() -> None:
    small, large = (int(each) for each in sys.argv[1:3]) if len(sys.argv) > 2 else (10_000, 200_000)
    with bench.opened() as opened, Generator() as generator:
        bases = opened.catalogue("catalogue_small"), opened.catalogue("catalogue")
        print(figures(generator, opened.environment, *bases, small=small, large=large, seconds=3.0))


if __name__ == "__main__":
    main()
