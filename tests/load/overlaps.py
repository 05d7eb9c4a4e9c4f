"""Whether duplicates are found and similar actions come fast: labelled pairs among a hundred thousand profiles.

The pairs of `labelled_pairs.json` were made by hand from the actions of the demonstration (`gateway/demo/data/leads_*.py`):
retyped, reordered, reworded, copied into longer texts, asked twice; and pairs that only look alike. Thresholds were chosen on them.
Those of `held_out_pairs.json` were written and labelled before anything answered them, in other words than the demonstration's, and
nothing is tuned on them: they tell how well it does on actions it has not seen. Both go the whole way: submitted, profiled by the job
of each minute among everything else, and read in the table of overlaps.

`python -m tests.load.overlaps [profiles]` runs it alone.
"""

import asyncio
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import psycopg

from services.common.db import Database, compiled
from services.common.ids import new_id
from services.programming.campaigns.models import Campaign, CampaignStatus, Nature
from services.programming.contracts.models import Contract
from services.programming.dossiers.models import Dossier, DossierStatus, Submission
from services.programming.similar import profiling, repository, texts

from . import bench, data, servers
from . import texts as prose
from .bench import Bench
from .generator import Generator, Job, get

HEALTH = "/programming/health"
_AT_A_TIME, _ASKED = 8, 800
Pair = dict[str, Any]
LABELS = ("probable_duplicate", "overlap", "none")


def pairs(name: str = "labelled") -> list[Pair]:
    found: list[Pair] = orjson.loads((Path(__file__).parent / f"{name}_pairs.json").read_bytes())
    return found


def figures(bench: Bench, generator: Generator, *, profiles: int) -> dict[str, float | None]:
    """`overlap_precision`, `overlap_recall` (of any kind), `overlap_kind_share` (told under the right kind), the same of the pairs held
    out (`held_out_…`), `similar_p95_ms`, `profiles_per_s` (submissions profiled and compared)."""
    conninfo, now = bench.programming("overlaps"), datetime.now(UTC)
    # A fifth of the dossiers of a call are drafts or gone: this many are submitted.
    filled = asyncio.run(data.fill(conninfo, profiles * 5 // 4, now))
    count = _profile_all(conninfo, now)
    p95 = _similar(bench, generator, conninfo, filled, count)
    return {**asyncio.run(_labelled(conninfo, now)), "similar_p95_ms": round(p95, 1)}


# Similar actions, over many profiles

_PROFILING = """
INSERT INTO action_profiles (dossier_id, number, campaign_id, contract_id, contract_code, holder_id, action_id, title, theme_keys,
    qpv_keys, publics, starts_on, ends_on, charges_cents, description, need, sketch, submitted_at)
SELECT d.id, 1, d.campaign_id, k.id, k.code, d.organisation_id, d.action_id, d.title,
    array(SELECT k.code || ':' || each FROM unnest(d.objective_codes) each), d.qpv_codes,
    (ARRAY['adultes', 'enfants', 'femmes', 'habitants', 'personnes âgées', 'familles et parents'])[1 + hashint4(d.charges_cents::int) & 3
        : 2 + hashint4(d.charges_cents::int) & 3],
    d.starts_on, d.ends_on, d.charges_cents, d.content->>'description', d.content->>'need', s.sketch, d.submitted_at
FROM dossiers d JOIN campaigns c ON c.id = d.campaign_id JOIN contracts k ON k.id = c.contract_id
JOIN sketches s ON s.description = d.content->>'description' WHERE d.submitted_at IS NOT NULL
"""
_SHOWING = """
INSERT INTO holder_visibilities (dossier_id, holder_id, given_at, given_by)
SELECT id, organisation_id, submitted_at, created_by FROM dossiers WHERE submitted_at IS NOT NULL
"""


def _profile_all(conninfo: str, now: datetime) -> int:
    """A profile and its holder's consent for every submitted dossier, as the job and the API would have left them."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("CREATE TEMPORARY TABLE sketches (description text PRIMARY KEY, sketch int[] NOT NULL)")
        rng = random.Random(12156)
        contents = {each["description"]: each["need"] for each in (orjson.loads(prose.content(rng)) for _ in range(5_000))}
        rows = [(description, texts.sketch(f"{description} {need}")) for description, need in contents.items()]
        connection.cursor().executemany("INSERT INTO sketches VALUES (%s, %s)", rows)
        count = connection.execute(_PROFILING).rowcount
        connection.execute(_SHOWING)
        connection.execute("INSERT INTO profile_marks VALUES (1, %s)", [profiling.first_id_at(now)])
        connection.execute("VACUUM ANALYZE")
    return count


def _similar(bench: Bench, generator: Generator, conninfo: str, filled: data.Filled, count: int) -> float:
    tokens = {draft.organisation_id: bench.token(draft.organisation_id) for draft in filled.own}
    asked = [
        get(f"/programming/v1/dossiers/{draft.dossier_id}/similar-actions", tokens[draft.organisation_id])
        for draft in (filled.own[number % len(filled.own)] for number in range(min(_ASKED, 4 * count)))
    ]
    with ExitStack() as stack:
        directory = stack.enter_context(
            servers.uvicorn("services.directory.main:app", bench.environment, health="/directory/health")
        )
        there = {"CANEVAS_SIBLINGS": f"directory=http://127.0.0.1:{directory.port}", "PROGRAMMING_DATABASE_URL": conninfo}
        environment = {**bench.environment, **there}
        service = stack.enter_context(servers.uvicorn("services.programming.main:app", environment, health=HEALTH))
        generator.play(Job(service.port, asked[:100], 1))
        alone = generator.play(Job(service.port, asked[: len(asked) // 4], 1))
        together = generator.play(Job(service.port, asked, _AT_A_TIME))
    for result in (alone, together):
        if set(result.statuses) != {"200"}:
            raise RuntimeError(f"similar actions answered {result.statuses}")
    print(f"similar actions among {count} profiles{'':<14}{'requests/s':>12}{'p50 ms':>9}{'p95 ms':>9}")
    for name, result in (("one client", alone), (f"{_AT_A_TIME} at a time", together)):
        print(f"  {name:<46}{result.rate:>12.0f}{result.p50:>9.1f}{result.p95:>9.1f}", flush=True)
    with psycopg.connect(conninfo) as connection:
        print(f"  {' > '.join(_plan(connection))}", flush=True)
    return alone.p95


def _plan(connection: psycopg.Connection[Any]) -> list[str]:
    """The nodes PostgreSQL goes through to find the nearest, outermost first."""
    one = connection.execute(
        "SELECT contract_code, theme_keys, qpv_keys, publics, starts_on, ends_on, holder_id FROM action_profiles LIMIT 1"
    )
    described = [column.name for column in one.description or ()]
    row = dict(zip(described, one.fetchone() or (), strict=True))
    ready = compiled(repository.SIMILAR)
    asked = {**ready.constants, **row, "most": 200}
    (plan,) = connection.execute(b"EXPLAIN (FORMAT JSON) " + ready.sql.encode(), asked).fetchone() or (None,)
    return list(_nodes(plan[0]["Plan"])) if plan else []


def _nodes(node: Mapping[str, Any]) -> Iterator[str]:
    named = node.get("Index Name") or node.get("Relation Name")
    yield node["Node Type"] + (f" ({named})" if named else "")
    for each in node.get("Plans", ()):
        yield from _nodes(each)


# Labelled pairs


async def _labelled(conninfo: str, now: datetime) -> dict[str, float | None]:
    """The pairs submitted, profiled by the job among the rest, and looked up."""
    labelled, held_out = pairs(), pairs("held_out")
    database = Database(conninfo)
    await database.open()
    try:
        ids = await _submit(database, "CN09599I", labelled, now)
        ids_held_out = await _submit(database, "CN09699I", held_out, now)
        began, waits = time.perf_counter(), True
        while waits:
            async with database.transaction() as session:
                waits = await profiling.profile_new(session, now=now)
        took = time.perf_counter() - began
        async with database.readers.connection() as reader:
            rows = await (await reader.execute("SELECT first_id, second_id, kind FROM action_overlaps")).fetchall()
    finally:
        await database.close()
    found = {frozenset((row["first_id"], row["second_id"])): row["kind"] for row in rows}
    measured = _measure("overlap", labelled, [found.get(frozenset(each), "none") for each in ids])
    held = _measure("held_out", held_out, [found.get(frozenset(each), "none") for each in ids_held_out])
    count = 2 * (len(labelled) + len(held_out))
    rate = count / took
    print(f"{count} submissions profiled and compared with the rest in {took:.1f} s ({rate:.0f} a second)", flush=True)
    return {**measured, **held, "profiles_per_s": round(rate, 1)}


def _measure(name: str, labelled: Sequence[Pair], told: Sequence[str]) -> dict[str, float]:
    """Precision and recall, of whatever kind and by kind, and what was mistaken."""
    counts = Counter(zip((pair["label"] for pair in labelled), told, strict=True))
    title = f"{len(labelled)} labelled pairs" + (" held out" if name == "held_out" else "")
    print(f"{title:<42}{'precision':>12}{'recall':>9}")
    for kind in LABELS[:2]:
        right = counts[kind, kind]
        precision = right / max(1, sum(counts[label, kind] for label in LABELS))
        recall = right / max(1, sum(counts[kind, answer] for answer in LABELS))
        print(f"  {kind:<40}{precision:>12.3f}{recall:>9.3f}")
    hits = sum(counts[label, answer] for label in LABELS[:2] for answer in LABELS[:2])
    flagged = hits + sum(counts["none", answer] for answer in LABELS[:2])
    wanted = hits + sum(counts[label, "none"] for label in LABELS[:2])
    precision, recall = hits / max(1, flagged), hits / max(1, wanted)
    print(f"  {'either':<40}{precision:>12.3f}{recall:>9.3f}")
    for pair, answer in zip(labelled, told, strict=True):
        if answer != pair["label"]:
            print(f"    pair {pair['number']} ({pair['case']}): {pair['label']} told as {answer}")
    kinds = sum(counts[label, label] for label in LABELS[:2]) / max(1, hits)
    return {f"{name}_precision": round(precision, 3), f"{name}_recall": round(recall, 3), f"{name}_kind_share": round(kinds, 3)}


async def _submit(database: Database, code: str, labelled: Sequence[Pair], now: datetime) -> list[tuple[UUID, UUID]]:
    """Each pair's two dossiers, in one contract's calls; each pair has holders of its own."""
    contract = Contract(
        code=code,
        name="Contrat de ville des paires",
        lead_organisation_id=new_id(),
        starts_on=date(2024, 1, 1),
        ends_on=date(2030, 12, 31),
        created_at=now,
    )
    names = sorted({each["campaign"] for pair in labelled for each in (pair["one"], pair["other"])})
    campaigns = {name: _campaign(contract, name, now) for name in names}
    made = []
    for pair in labelled:
        holders = {each["holder"]: new_id() for each in (pair["one"], pair["other"])}
        made.append(
            tuple(
                _dossier(campaigns[each["campaign"]], holders[each["holder"]], each, now) for each in (pair["one"], pair["other"])
            )
        )
    dossiers = [dossier for one, other in made for dossier in (one, other)]
    async with database.transaction() as session:
        for rank in ([contract], list(campaigns.values()), dossiers, [_submission(dossier, now) for dossier in dossiers]):
            session.add_all(rank)
            await session.flush()
    return [(one.id, other.id) for one, other in made]


def _campaign(contract: Contract, name: str, now: datetime) -> Campaign:
    return Campaign(
        contract_id=contract.id,
        lead_organisation_id=contract.lead_organisation_id,
        code=f"P{contract.code[4]}{name[4:].strip('-').upper()}",
        year=int(name[:4]),
        title=f"Appel à projets {name}",
        status=CampaignStatus.OPEN,
        opens_at=now,
        closes_at=now.replace(year=now.year + 1, day=1),
        answer_within_months=3,
        silence_rejects_after_months=2,
        framework_number=1,
        created_at=now,
    )


def _dossier(campaign: Campaign, holder_id: UUID, action: Mapping[str, Any], now: datetime) -> Dossier:
    described = {"need": action["need"], "description": action["description"]}
    return Dossier(
        campaign_id=campaign.id,
        lead_organisation_id=campaign.lead_organisation_id,
        organisation_id=holder_id,
        holder={"name": "Association imaginaire"},
        reference=f"{campaign.year}-PAIRE-{new_id().hex[-12:]}",
        status=DossierStatus.SUBMITTED,
        title=action["title"],
        nature=Nature.ACTION,
        starts_on=date(campaign.year, 2, 1),
        ends_on=date(campaign.year, 11, 30),
        exercise_starts_on=date(campaign.year, 1, 1),
        exercise_ends_on=date(campaign.year, 12, 31),
        qpv_codes=action["qpvs"],
        objective_codes=action["objectives"],
        content={**described, "publics": [{"label": label, "count": 20} for label in action["publics"]]},
        charges_cents=100 * action["cost"],
        created_by=data.AUTHOR,
        created_at=now,
        updated_at=now,
        submitted_at=now,
    )


def _submission(dossier: Dossier, now: datetime) -> Submission:
    return Submission(
        dossier_id=dossier.id,
        reference=dossier.reference or "",
        submitted_at=now,
        submitted_by=data.AUTHOR,
        signatory_name="Camille Exemple",
        signatory_function="Présidente",
        snapshot=dossier.model_dump(mode="json"),
    )


def main() -> None:
    profiles = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with bench.opened() as opened, Generator() as generator:
        print(orjson.dumps(figures(opened, generator, profiles=profiles)).decode())


if __name__ == "__main__":
    main()
