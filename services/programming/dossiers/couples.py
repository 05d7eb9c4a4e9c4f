"""The SQL of many dossiers at once: what they ask, are proposed and granted, by objective, QPV and funder.

One statement answers a whole matrix, so that all its figures are of one instant. Written as SQL: it is read with its plan.

A dossier's money is shared over its couples objective × QPV: each takes amount / n, and the first amount % n of them one cent
more, in the order in which the dossier names its objectives, then its QPVs (what the largest remainder gives to equal shares).
"" stands for no QPV, and for no objective.
"""
# ruff: noqa: S608 - statements are built of this file's own constants

from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import ARRAY

from . import rules

_UUIDS, _TEXTS, _BIGINTS = ARRAY(sa.Uuid), ARRAY(sa.Text), ARRAY(sa.BigInteger)
_LEFT_OUT = ", ".join(f"'{status.value}'" for status in sorted(rules.NOT_COUNTED, key=lambda one: one.value))

#: The dossiers that count, with their couples' number.
_COUNTED = f"""
    SELECT d.id, d.publics_count AS publics, coalesce(d.successor_id, d.organisation_id) AS holder_id,
        CASE WHEN d.objective_codes = '{{}}' THEN '{{""}}' ELSE d.objective_codes END AS objectives,
        CASE WHEN d.qpv_codes = '{{}}' THEN '{{""}}' ELSE d.qpv_codes END AS qpvs
    FROM dossiers d
    WHERE d.campaign_id = ANY(:campaigns) AND d.status NOT IN ({_LEFT_OUT})
"""

#: What is proposed, nothing of the dossiers the reader is kept from (`silent`).
_PROPOSED = "CASE WHEN r.dossier_id = ANY(:silent) THEN 0 ELSE coalesce(r.proposed_cents, 0) END AS proposed"
_REAL = f"""
    SELECT r.dossier_id, r.campaign_id, r.funder_id, r.budget_line, r.amount_cents AS asked, {_PROPOSED},
        coalesce(r.granted_cents, 0) AS granted, r.notified_at
    FROM funding_requests r WHERE r.campaign_id = ANY(:campaigns)
"""
#: The same where a scenario's amounts stand for what is granted.
_IMAGINED = f"""
    SELECT r.dossier_id, r.campaign_id, r.funder_id, r.budget_line, r.amount_cents AS asked, {_PROPOSED},
        coalesce(CASE WHEN r.dossier_id = ANY(:silent) THEN NULL ELSE s.amount_cents END, r.granted_cents, 0) AS granted,
        r.notified_at
    FROM funding_requests r
    LEFT JOIN unnest(:request_ids, :amounts) AS s (request_id, amount_cents) ON s.request_id = r.id
    WHERE r.campaign_id = ANY(:campaigns)
"""
_STAGES = ("asked", "proposed", "granted")


#: Each amount of a request cut once: `_each` for every couple, and one cent more for the first `_over`.
_CUT = ", ".join(f"{stage} / n AS {stage}_each, {stage} % n AS {stage}_over" for stage in _STAGES)


def _shared(stage: str, name: str) -> str:
    """Sum of the shares of the couple whose rank is `place`."""
    return f"(sum({stage}_each) + count(*) FILTER (WHERE place <= {stage}_over))::bigint AS {name}"


#: Each dossier's couples: `i` and `j` are the ranks of its two codes.
_COUPLES = "unnest(objectives) WITH ORDINALITY AS o (objective, i), unnest(qpvs) WITH ORDINALITY AS q (qpv, j)"
_MONEY = f"""
    SELECT 'money' AS kind, objective, qpv, funder_id, count(*) AS actions_asked,
        count(*) FILTER (WHERE proposed > 0) AS actions_proposed, count(*) FILTER (WHERE granted > 0) AS actions_granted,
        {", ".join(_shared(stage, f"cents_{stage}") for stage in _STAGES)}
    FROM (
        SELECT objective, qpv, paid.*, (i - 1) * cardinality(qpvs) + j AS place
        FROM (SELECT *, {_CUT} FROM (
            SELECT c.objectives, c.qpvs, cardinality(c.objectives) * cardinality(c.qpvs) AS n, r.*
            FROM counted c JOIN requests r ON r.dossier_id = c.id
        ) AS uncut) AS paid, {_COUPLES}
    ) AS couples
    GROUP BY objective, qpv, funder_id
"""


def _count(kind: str, objective: str, qpv: str, kept: str) -> str:
    """Actions, holders and people of one kind of total; a dossier is counted once in each."""
    one = {stage: f"sum({stage}_1)::bigint AS actions_{stage}" for stage in _STAGES}
    people = {stage: f"sum(people_{stage})::bigint AS people_{stage}" for stage in _STAGES}
    holders = {stage: f"count(*) FILTER (WHERE {stage}_1 > 0) AS holders_{stage}" for stage in _STAGES}
    by_holder = f"""
        SELECT {objective} AS objective, {qpv} AS qpv, holder_id,
            count(*) AS asked_1, count(*) FILTER (WHERE has_proposed) AS proposed_1, count(*) FILTER (WHERE has_granted) AS granted_1,
            sum(publics) AS people_asked, sum(publics) FILTER (WHERE has_proposed) AS people_proposed,
            sum(publics) FILTER (WHERE has_granted) AS people_granted
        FROM couples WHERE {kept} GROUP BY 1, 2, holder_id
    """
    sums = ", ".join([*one.values(), *holders.values(), *people.values()])
    return f"SELECT '{kind}' AS kind, objective, qpv, {sums} FROM ({by_holder}) AS by_holder GROUP BY objective, qpv"


_COUNTS = " UNION ALL ".join(
    [
        _count("cell", "objective", "qpv", "true"),
        _count("row", "objective", "NULL::text", "j = 1"),
        _count("column", "NULL::text", "qpv", "i = 1"),
        _count("total", "NULL::text", "NULL::text", "i = 1 AND j = 1"),
    ]
)
_HOLDERS_AND_PEOPLE = ", ".join(f"NULL::bigint AS {what}_{stage}" for what in ("holders", "people") for stage in _STAGES)
_COLUMNS = ", ".join(f"{what}_{stage}" for what in ("actions", "holders", "people") for stage in _STAGES)
_CENTS = ", ".join(f"cents_{stage}" for stage in _STAGES)


@lru_cache(maxsize=2)
def matrix(imagined: bool) -> Any:
    """Every figure of a matrix over some campaigns, one row for each of: `cell`, `row`, `column`, `total` (actions, holders and
    people) and `money` (cents by funder and cell). `imagined`: with a scenario's amounts for what is granted."""
    statement = sa.text(f"""
        WITH counted AS NOT MATERIALIZED ({_COUNTED}),
        requests AS NOT MATERIALIZED ({_IMAGINED if imagined else _REAL}),
        stages AS (
            SELECT dossier_id, bool_or(proposed > 0) AS has_proposed, bool_or(granted > 0) AS has_granted
            FROM requests GROUP BY dossier_id
        ),
        known AS (SELECT c.*, s.has_proposed, s.has_granted FROM counted c JOIN stages s ON s.dossier_id = c.id),
        couples AS (SELECT objective, qpv, i, j, holder_id, publics, has_proposed, has_granted FROM known, {_COUPLES})
        SELECT kind, objective, qpv, NULL::uuid AS funder_id, {_COLUMNS}, NULL::bigint AS cents_asked, NULL::bigint AS cents_proposed,
            NULL::bigint AS cents_granted
        FROM ({_COUNTS}) AS counts
        UNION ALL
        SELECT kind, objective, qpv, funder_id, actions_asked, actions_proposed, actions_granted, {_HOLDERS_AND_PEOPLE}, {_CENTS}
        FROM ({_MONEY}) AS money
    """)
    given: list[Any] = [bindparam("campaigns", type_=_UUIDS), bindparam("silent", type_=_UUIDS)]
    return statement.bindparams(*given, *(_SCENARIO if imagined else ()))


#: Dossiers of one cell that the caller may see, each with its share of the money; `after`: a keyset cursor (reference).
@lru_cache(maxsize=2)
def cell(imagined: bool) -> Any:
    shares = ", ".join(_shared(stage, f"{stage}_cents") for stage in _STAGES)
    statement = sa.text(f"""
        WITH seen AS (
            SELECT v.dossier_id, bool_or(v.as_holder) AS as_holder, bool_or(v.as_funder) AS as_funder, bool_or(v.as_lead) AS as_lead
            FROM dossier_readers v
            WHERE v.organisation_id = ANY(:organisations) AND v.campaign_id = ANY(:campaigns) GROUP BY v.dossier_id
        ),
        counted AS ({_COUNTED} AND (d.objective_codes @> CAST(ARRAY[:objective] AS text[]) OR (:objective = '' AND d.objective_codes = '{{}}'))
            AND (d.qpv_codes @> CAST(ARRAY[:qpv] AS text[]) OR (:qpv = '' AND d.qpv_codes = '{{}}'))),
        page AS (
            SELECT c.*, d.campaign_id, d.reference, d.title, d.status, d.holder ->> 'name' AS holder_name,
                s.as_holder, s.as_funder, s.as_lead, array_position(c.objectives, CAST(:objective AS text)) AS i, array_position(c.qpvs, CAST(:qpv AS text)) AS j
            FROM counted c JOIN seen s ON s.dossier_id = c.id JOIN dossiers d ON d.id = c.id
            WHERE d.reference > :after ORDER BY d.reference LIMIT :limit
        ),
        requests AS ({_IMAGINED if imagined else _REAL})
        SELECT id, campaign_id, reference, title, status, holder_name, publics, as_holder, as_funder, as_lead, n AS couples, {shares}
        FROM (SELECT *, {_CUT} FROM (
            SELECT p.*, cardinality(objectives) * cardinality(qpvs) AS n, (i - 1) * cardinality(qpvs) + j AS place,
                r.asked, r.proposed,
                CASE WHEN r.notified_at IS NULL AND p.as_holder AND NOT (p.as_funder OR p.as_lead) THEN 0 ELSE r.granted END AS granted
            FROM page p JOIN requests r ON r.dossier_id = p.id
        ) AS uncut) AS paid
        GROUP BY id, campaign_id, reference, title, status, holder_name, publics, as_holder, as_funder, as_lead, n
        ORDER BY reference
    """)
    texts: list[Any] = [bindparam(name, type_=sa.Text) for name in ("objective", "qpv", "after")]
    given: list[Any] = [
        bindparam("campaigns", type_=_UUIDS),
        bindparam("silent", type_=_UUIDS),
        bindparam("organisations", type_=_UUIDS),
        bindparam("limit", type_=sa.Integer),
    ]
    return statement.bindparams(*texts, *given, *(_SCENARIO if imagined else ()))


_SCENARIO = (bindparam("request_ids", type_=_UUIDS), bindparam("amounts", type_=_BIGINTS))

#: What some requests of a campaign ask, and of whom: only those of dossiers that count.
REQUESTS = sa.text(f"""
    SELECT r.id, r.dossier_id, r.funder_id, r.amount_cents FROM funding_requests r JOIN dossiers d ON d.id = r.dossier_id
    WHERE r.campaign_id = :campaign_id AND r.id = ANY(:requests) AND d.status NOT IN ({_LEFT_OUT})
""").bindparams(bindparam("campaign_id", type_=sa.Uuid), bindparam("requests", type_=_UUIDS))

#: What is asked of and granted to some dossiers that count, all funders together.
STANDINGS = sa.text(f"""
    SELECT d.id, d.campaign_id, d.reference, d.title, d.holder ->> 'name' AS holder_name, d.objective_codes, d.qpv_codes,
        d.asked_cents, d.granted_cents
    FROM dossiers d WHERE d.id = ANY(:dossiers) AND d.status NOT IN ({_LEFT_OUT}) ORDER BY d.reference
""").bindparams(bindparam("dossiers", type_=_UUIDS))

#: Dossiers that count, of the same objective and with a QPV in common, newest first.
ALIKE = sa.text(f"""
    SELECT d.id, d.campaign_id, d.reference, d.title, d.holder ->> 'name' AS holder_name, d.objective_codes, d.qpv_codes,
        d.asked_cents, d.granted_cents
    FROM dossiers d
    WHERE d.campaign_id = ANY(:campaigns) AND d.status NOT IN ({_LEFT_OUT})
        AND d.objective_codes @> CAST(ARRAY[:objective] AS text[]) AND d.qpv_codes && :qpvs
    ORDER BY d.id DESC LIMIT :limit
""").bindparams(
    bindparam("campaigns", type_=_UUIDS),
    bindparam("objective", type_=sa.Text),
    bindparam("qpvs", type_=_TEXTS),
    bindparam("limit", type_=sa.Integer),
)


@lru_cache(maxsize=2)
def outside_qpv(imagined: bool) -> Any:
    """By funder and budget line, what dossiers that name no QPV are proposed and granted."""
    statement = sa.text(f"""
        WITH counted AS ({_COUNTED} AND d.qpv_codes = '{{}}'), requests AS ({_IMAGINED if imagined else _REAL})
        SELECT r.campaign_id, r.funder_id, r.budget_line, sum(r.proposed)::bigint AS proposed_cents, sum(r.granted)::bigint AS granted_cents
        FROM counted c JOIN requests r ON r.dossier_id = c.id GROUP BY r.campaign_id, r.funder_id, r.budget_line
    """)
    given = [bindparam("campaigns", type_=_UUIDS), bindparam("silent", type_=_UUIDS)]
    return statement.bindparams(*given, *(_SCENARIO if imagined else ()))


#: What one funder is asked by the dossiers of a campaign that count, by reference.
ASKED_OF = sa.text(f"""
    SELECT r.id, r.dossier_id, r.budget_line, r.amount_cents, r.proposed_cents, d.reference
    FROM funding_requests r JOIN dossiers d ON d.id = r.dossier_id
    WHERE r.campaign_id = :campaign_id AND r.funder_id = :funder_id AND d.status NOT IN ({_LEFT_OUT})
    ORDER BY d.reference, r.id
""").bindparams(bindparam("campaign_id", type_=sa.Uuid), bindparam("funder_id", type_=sa.Uuid))
