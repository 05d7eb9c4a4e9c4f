"""Fills programming's database with contracts, campaigns and dossiers as the API would have written them."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
import psycopg
from psycopg import sql
from uuid_utils.compat import uuid7

from services.common.db import Database
from services.common.ids import new_id
from services.programming.campaigns.models import BudgetLine, Campaign, CampaignFunder, CampaignStatus, Nature
from services.programming.contracts.models import Contract, FrameworkVersion
from services.programming.dossiers import rules
from services.programming.dossiers.models import DossierStatus, RequestStatus

from . import texts

Row = dict[str, Any]

#: A contract calls for projects five years in a row; the last call is still open.
YEARS = 5
DOSSIERS_PER_CONTRACT = 5_000
DOSSIERS_PER_HOLDER = 10
OBJECTIVES = [str(number) for number in range(1, 9)]
QPVS = 8
AUTHOR = new_id()
_NATURES = (Nature.ACTION, Nature.ACTION, Nature.ACTION, Nature.FONCTIONNEMENT, Nature.INVESTISSEMENT)
_TABLES = ("dossiers", "funding_requests", "attachments", "submissions", "dossier_readers", "journal_lines")
#: How far dossiers of a call have come, by its age in years: weights of statuses.
_PROGRESS: Mapping[int, Mapping[DossierStatus, int]] = {
    0: {DossierStatus.DRAFT: 30, DossierStatus.SUBMITTED: 70},
    1: {
        DossierStatus.DRAFT: 10,
        DossierStatus.INADMISSIBLE: 5,
        DossierStatus.UNDER_REVIEW: 25,
        DossierStatus.READY_FOR_COMMITTEE: 10,
        DossierStatus.DECIDED: 10,
        DossierStatus.NOTIFIED: 40,
    },
    2: {DossierStatus.DRAFT: 8, DossierStatus.INADMISSIBLE: 6, DossierStatus.NOTIFIED: 86},
}
_REQUESTS_THEN = {
    DossierStatus.UNDER_REVIEW: RequestStatus.ASKED,
    DossierStatus.READY_FOR_COMMITTEE: RequestStatus.REVIEWED,
    DossierStatus.DECIDED: RequestStatus.GRANTED,
    DossierStatus.NOTIFIED: RequestStatus.NOTIFIED,
}


@dataclass(frozen=True)
class Draft:
    """A complete draft and who may submit it."""

    dossier_id: UUID
    organisation_id: UUID


@dataclass(frozen=True)
class Awarded:
    """Whose export it is, of which year, and how many rows it has."""

    funder_id: UUID
    year: int
    count: int


@dataclass
class Place:
    """One contract: who leads, who funds, who applies, and its calls from the oldest."""

    contract: Contract
    framework: FrameworkVersion
    funders: Sequence[tuple[UUID, str]]
    holders: Sequence[Row]
    campaigns: list[Campaign] = field(default_factory=list)


@dataclass
class Filled:
    """What a database holds, for those who will ask for it."""

    state: UUID
    places: list[Place]
    settled: list[UUID] = field(default_factory=list)
    own: list[Draft] = field(default_factory=list)


async def fill(conninfo: str, count: int, now: datetime) -> Filled:
    """`count` dossiers in a freshly migrated database."""
    rng = random.Random(count)
    state, region = new_id(), new_id()
    contracts = max(2, count // DOSSIERS_PER_CONTRACT)
    filled = Filled(state, [_place(number, state, region, count // contracts, now) for number in range(contracts)])
    for place in filled.places:
        place.campaigns = [_campaign(place, year, now) for year in range(now.year + 2 - YEARS, now.year + 2)]
    await _write_calls(conninfo, filled.places)
    with psycopg.connect(conninfo) as connection:
        _copy_dossiers(connection, filled, count, rng, now)
    _settle(conninfo)
    filled.settled = [c.id for place in filled.places for c in place.campaigns[:-2]]
    return filled


def add_drafts(conninfo: str, filled: Filled, count: int, now: datetime, *, spread: bool) -> list[Draft]:
    """Complete drafts in the open call of one contract, or `spread` over all of them."""
    rng = random.Random(-count)
    places = filled.places if spread else filled.places[:1]
    drafts: list[Draft] = []
    with psycopg.connect(conninfo) as connection:
        rows: dict[str, list[Row]] = {table: [] for table in _TABLES}
        for number in range(count):
            place = places[number % len(places)]
            made = _dossier(filled, place, place.campaigns[-1], DossierStatus.DRAFT, now - timedelta(hours=1), rng)
            drafts.append(Draft(made["dossiers"][0]["id"], made["dossiers"][0]["organisation_id"]))
            for table in _TABLES:
                rows[table] += made[table]
        _copy(connection, rows)
    _settle(conninfo)
    return drafts


def add_awards(conninfo: str, filled: Filled, count: int, now: datetime) -> Awarded:
    """Notified requests of every funder become grants of the state, all of one year: as many as one export could ever hold."""
    year = now.year - 1
    with psycopg.connect(conninfo) as connection:
        connection.execute(
            "INSERT INTO publishers (funder_id, slug, name, siret, licence, contact_email, budget_lines, created_at, updated_at, version)"
            " VALUES (%s, 'etat', 'État', '11000001500013', 'licence-ouverte-2.0', 'opendata@etat.example.org', '[]', %s, %s, 1)",
            [filled.state, now, now],
        )
        made = connection.execute(_GRANTING, {"funder": filled.state, "year": year, "count": count}).rowcount
    _settle(conninfo)
    return Awarded(filled.state, year, made)


_GRANTING = """
INSERT INTO awards (id, request_id, dossier_id, campaign_id, contract_id, lead_organisation_id, funder_id, holder_id, year, budget_line,
    reference, title, holder_name, status, granted_cents, committed_cents, paid_cents, repaid_cents, agreement_required, notified_at,
    first_paid_on, paid_on, pay_before_on, version)
SELECT r.id, r.id, d.id, d.campaign_id, c.contract_id, d.lead_organisation_id, %(funder)s, d.organisation_id, %(year)s, r.budget_line,
    d.reference, d.title, d.holder->>'name', 'paid', r.granted_cents, r.granted_cents, r.granted_cents, 0, false, r.notified_at,
    r.notified_at::date + 20, r.notified_at::date + 20 * (1 + (r.amount_cents %% 2)::int), r.notified_at::date + 60, 1
FROM funding_requests r JOIN dossiers d ON d.id = r.dossier_id JOIN campaigns c ON c.id = d.campaign_id
WHERE r.status = 'notified' ORDER BY r.id LIMIT %(count)s
"""


def _settle(conninfo: str) -> None:
    """As autovacuum leaves a table that has stopped growing, and nothing left for a checkpoint to write."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def _place(number: int, state: UUID, region: UUID, dossiers: int, now: datetime) -> Place:
    lead, code = new_id(), f"CN{number // 90 + 1:03d}{number % 90 + 10:02d}I"
    qpvs = [
        {"code": f"QP{number + 1:03d}{n:03d}", "name": f"Quartier {n}", "population": 1_000 + 90 * n} for n in range(1, QPVS + 1)
    ]
    contract = Contract(
        code=code,
        name=f"Contrat de ville imaginaire n° {number + 1}",
        lead_organisation_id=lead,
        starts_on=now.date().replace(month=1, day=1, year=now.year - 6),
        ends_on=now.date().replace(month=12, day=31, year=now.year + 4),
        qpvs=qpvs,
        framework_number=1,
        created_at=now,
    )
    tree = {
        "enjeux": [
            {
                "code": "E1",
                "title": "La vie des habitants",
                "objectives": [{"code": c, "title": f"Objectif {c}"} for c in OBJECTIVES],
            }
        ],
        "transversal_concerns": [{"code": "climat", "title": "Le changement climatique"}],
    }
    framework = FrameworkVersion(contract_id=contract.id, number=1, adopted_on=contract.starts_on, tree=tree, created_at=now)
    funders = [(state, "État"), (region, "Région"), (new_id(), "CAF"), (new_id(), "Département"), (new_id(), "Agglomération")]
    holders = [texts.holder(new_id(), n) for n in range(max(1, dossiers // DOSSIERS_PER_HOLDER))]
    return Place(contract, framework, funders, holders)


def _campaign(place: Place, year: int, now: datetime) -> Campaign:
    age = now.year + 1 - year
    opens_at = now - timedelta(days=365 * age + 20)
    return Campaign(
        contract_id=place.contract.id,
        lead_organisation_id=place.contract.lead_organisation_id,
        code=f"C{place.contract.code[2:7]}",
        year=year,
        title=f"Appel à projets {year}",
        status=CampaignStatus.OPEN if age == 0 else CampaignStatus.UNDER_REVIEW if age == 1 else CampaignStatus.DECIDED,
        opens_at=opens_at,
        closes_at=opens_at + timedelta(days=60),
        answer_within_months=3,
        silence_rejects_after_months=2,
        framework_number=1,
        qpv_codes=[qpv["code"] for qpv in place.contract.qpvs],
        objective_codes=OBJECTIVES,
        transversal_codes=["climat"],
        criteria=[{"code": "besoin", "label": "Réponse au besoin", "weight": 100}],
        required_attachments={"association": [{"code": "statuts", "label": "Statuts signés"}]},
        created_at=opens_at,
    )


async def _write_calls(conninfo: str, places: Sequence[Place]) -> None:
    database = Database(conninfo)
    async with database.transaction() as session:
        for rank in (lambda p: [p.contract], lambda p: [p.framework, *p.campaigns], _funders_of):
            session.add_all([row for place in places for row in rank(place)])
            await session.flush()
    await database.engine.dispose()


def _funders_of(place: Place) -> list[Any]:
    rows: list[Any] = []
    for campaign in place.campaigns:
        for funder_id, name in place.funders:
            funder = CampaignFunder(
                campaign_id=campaign.id,
                organisation_id=funder_id,
                name=name,
                short_name=name,
                letter_signatory="Dominique Exemple",
                letter_signatory_function="Directeur",
            )
            line = BudgetLine(
                campaign_id=campaign.id,
                funder_id=funder_id,
                position=0,
                code="actions",
                label=f"{name} – actions",
                amount_cents=10**11,
                natures=[nature.value for nature in Nature],
            )
            rows += [funder, line]
    return rows


def _copy_dossiers(connection: psycopg.Connection[Any], filled: Filled, count: int, rng: random.Random, now: datetime) -> None:
    """Year after year, contracts side by side, as they came in."""
    share = count // (len(filled.places) * YEARS)
    rows: dict[str, list[Row]] = {table: [] for table in _TABLES}
    for call in range(YEARS):
        age = YEARS - 1 - call
        progress = _PROGRESS[min(age, 2)]
        statuses = rng.choices(list(progress), list(progress.values()), k=share * len(filled.places))
        opened = filled.places[0].campaigns[call].opens_at
        step = timedelta(days=19 if age == 0 else 55) / len(statuses)
        for number, status in enumerate(statuses):
            place = filled.places[number % len(filled.places)]
            made = _dossier(filled, place, place.campaigns[call], status, opened + number * step, rng)
            for table in _TABLES:
                rows[table] += made[table]
            if len(rows["dossiers"]) == 5_000:
                _copy(connection, rows)
    _copy(connection, rows)
    drawn = [(campaign.last_reference, campaign.id) for place in filled.places for campaign in place.campaigns]
    connection.cursor().executemany("UPDATE campaigns SET last_reference = %s WHERE id = %s", drawn)


def _copy(connection: psycopg.Connection[Any], rows: Mapping[str, list[Row]]) -> None:
    for table in _TABLES:
        if not rows[table]:
            continue
        columns = list(rows[table][0])
        into = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), sql.SQL(",").join(map(sql.Identifier, columns)))
        with connection.cursor().copy(into) as copy:
            for row in rows[table]:
                copy.write_row([row[column] for column in columns])
        rows[table].clear()


def _at(moment: datetime) -> UUID:
    return uuid7(nanoseconds=int(moment.timestamp() * 1_000) * 1_000_000)


def _dossier(
    filled: Filled, place: Place, campaign: Campaign, status: DossierStatus, created_at: datetime, rng: random.Random
) -> dict[str, list[Row]]:
    """One dossier in every table it has rows in. JSON columns are text already."""
    holder = rng.choice(place.holders)
    asked = _asks(place, filled.state, rng)
    own = 100_000 * rng.randint(1, 30)
    total = own + sum(amount for _, _, amount in asked)
    submitted_at = None if status is DossierStatus.DRAFT else created_at + timedelta(hours=rng.randint(1, 60))
    if submitted_at:
        campaign.last_reference += 1
    reference = f"{campaign.year}-{campaign.code}-{campaign.last_reference:04d}" if submitted_at else None
    clocks = submitted_at and rules.clocks(submitted_at, answer_within_months=3, silence_rejects_after_months=2)
    granted = status in {DossierStatus.DECIDED, DossierStatus.NOTIFIED}
    content, title = texts.content(rng), texts.title(rng)
    dossier: Row = {
        "id": _at(created_at),
        "campaign_id": campaign.id,
        "lead_organisation_id": campaign.lead_organisation_id,
        "organisation_id": UUID(holder["id"]),
        "holder": _json(holder),
        "reference": reference,
        "status": status.value,
        "title": title,
        "nature": rng.choice(_NATURES).value,
        "renewal": rng.random() < 0.4,
        "multi_year": rng.random() < 0.1,
        "action_id": new_id(),
        "exercise_starts_on": f"{campaign.year}-01-01",
        "exercise_ends_on": f"{campaign.year}-12-31",
        "starts_on": f"{campaign.year}-03-01",
        "ends_on": f"{campaign.year}-12-15",
        "qpv_codes": rng.sample(campaign.qpv_codes, rng.randint(1, 3)),
        "objective_codes": rng.sample(OBJECTIVES, rng.randint(1, 2)),
        "transversal_codes": [],
        "content": content,
        "contact": _json({"full_name": "Camille Exemple", "email": "contact@association.example.org", "phone": "04 00 00 00 00"}),
        "budget": _json(texts.budget(asked, own)),
        "charges_cents": total,
        "asked_cents": total - own,
        "granted_cents": total - own if granted else 0,
        "publics_count": sum(public["count"] for public in orjson.loads(content)["publics"]) if submitted_at else 0,
        "created_by": AUTHOR,
        "created_at": created_at,
        "updated_at": submitted_at or created_at,
        "submitted_at": submitted_at,
        "answer_promised_on": clocks and clocks.promised_on,
        "silence_rejects_on": clocks and clocks.silence_rejects_on,
        "inadmissible_reason": "Hors du périmètre du contrat." if status is DossierStatus.INADMISSIBLE else None,
        "version": 4 if submitted_at else 3,
    }
    made: dict[str, list[Row]] = {"dossiers": [dossier]}
    made["funding_requests"] = [_request(dossier, *ask, _REQUESTS_THEN.get(status, RequestStatus.ASKED)) for ask in asked]
    made["attachments"] = [_attachment(dossier, kind) for kind in ("statuts", "rib")[: rng.randint(1, 2)]]
    made["submissions"] = [_submission(dossier)] if submitted_at else []
    made["dossier_readers"] = list(_readers(dossier, [funder for funder, _, _ in asked]))
    acts = ["dossier.opened", "dossier.submitted"] if submitted_at else ["dossier.opened"]
    made["journal_lines"] = [_line(dossier, act) for act in acts]
    if submitted_at and len(filled.own) < 500:
        filled.own.append(Draft(dossier["id"], dossier["organisation_id"]))
    return made


def _asks(place: Place, state: UUID, rng: random.Random) -> list[tuple[UUID, str, int]]:
    """(funder, its name, cents): the state four times out of five, and one or two others."""
    others = rng.sample([funder for funder in place.funders if funder[0] != state], rng.randint(1, 2))
    funders = [place.funders[0], *others] if rng.random() < 0.8 else others
    return [(funder_id, name, 100_000 * rng.randint(5, 150)) for funder_id, name in funders]


def _request(dossier: Row, funder_id: UUID, _: str, amount_cents: int, status: RequestStatus) -> Row:
    judged = status is not RequestStatus.ASKED
    decided = status in {RequestStatus.GRANTED, RequestStatus.NOTIFIED}
    sent = dossier["submitted_at"]
    return {
        "id": _at(dossier["created_at"]),
        "dossier_id": dossier["id"],
        "campaign_id": dossier["campaign_id"],
        "funder_id": funder_id,
        "budget_line": "actions",
        "amount_cents": amount_cents,
        "status": status.value,
        "opinion": "favourable" if judged else None,
        "proposed_cents": amount_cents if judged else None,
        "granted_cents": amount_cents if decided else None,
        "motive": None,
        "conditions": "Bilan à mi-parcours." if decided else None,
        "submitted_at": sent,
        "reviewed_at": sent + timedelta(days=20) if judged else None,
        "decided_at": sent + timedelta(days=50) if decided else None,
        "notified_at": sent + timedelta(days=60) if status is RequestStatus.NOTIFIED else None,
    }


def _attachment(dossier: Row, kind: str) -> Row:
    return {
        "id": _at(dossier["created_at"]),
        "dossier_id": dossier["id"],
        "kind": kind,
        "name": f"{kind}.pdf",
        "key": dossier["id"].hex,
        "size": 182_044,
        "sha256": "0" * 64,
        "media_type": "application/pdf",
        "added_by": dossier["created_by"],
        "added_at": dossier["created_at"],
        "status": "ready",
    }


def _submission(dossier: Row) -> Row:
    """The snapshot is what is looked at least: its prose alone makes its size, and its PDF counts as made."""
    return {
        "id": _at(dossier["submitted_at"]),
        "dossier_id": dossier["id"],
        "number": 1,
        "reference": dossier["reference"],
        "submitted_at": dossier["submitted_at"],
        "submitted_by": dossier["created_by"],
        "signatory_name": "Camille Exemple",
        "signatory_function": "Présidente",
        "snapshot": f'{{"content": {dossier["content"]}, "holder": {dossier["holder"]}, "budget": {dossier["budget"]}}}',
        "document_key": f"dossier-{dossier['id'].hex}",
        "document_size": 61_440,
        "document_sha256": "0" * 64,
    }


def _readers(dossier: Row, funders: Sequence[UUID]) -> Iterator[Row]:
    capacities = {dossier["organisation_id"]: "as_holder"}
    if dossier["submitted_at"]:
        capacities |= dict.fromkeys(funders, "as_funder") | {dossier["lead_organisation_id"]: "as_lead"}
    for organisation_id, capacity in capacities.items():
        seen = {name: name == capacity for name in ("as_holder", "as_funder", "as_lead")}
        same = {name: dossier[name] for name in ("campaign_id", "submitted_at")}
        yield {"organisation_id": organisation_id, "dossier_id": dossier["id"], **same, **seen}


def _line(dossier: Row, act: str) -> Row:
    return {
        "id": _at(dossier["updated_at"]),
        "at": dossier["updated_at"],
        "resource_type": "dossier",
        "resource_id": dossier["id"],
        "act": act,
        "actor_id": dossier["created_by"],
        "organisation_id": dossier["organisation_id"],
        "changes": "{}",
        "confidential": False,
    }


def _json(value: object) -> str:
    return orjson.dumps(value).decode()
