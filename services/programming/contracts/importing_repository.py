"""SQL about many contracts at once."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Text as SqlText
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import ARRAY

from .models import Contract

_C: Any = Contract.__table__  # type: ignore[attr-defined]

BY_CODES = sa.select(*_C.c).where(_C.c.code == sa.any_(bindparam("codes", type_=ARRAY(SqlText))))

#: Opens those of `rows` (a JSON array) whose code nobody has taken; returns their ids.
OPEN = sa.text(
    "INSERT INTO contracts (id, code, name, lead_organisation_id, starts_on, ends_on, mid_term_review_year, qpvs, signatories,"
    " framework_number, created_at, version) SELECT id, code, name, lead_organisation_id, starts_on, ends_on, mid_term_review_year,"
    " qpvs, CAST('[]' AS jsonb), 0, :now, 1"
    " FROM jsonb_populate_recordset(CAST(NULL AS contracts), CAST(:rows AS jsonb)) AS new ON CONFLICT DO NOTHING RETURNING id"
)
#: Rewrites those that have not changed since they were read; returns their ids.
REWRITE = sa.text(
    "UPDATE contracts c SET name = new.name, ends_on = new.ends_on, qpvs = new.qpvs, version = c.version + 1"
    " FROM jsonb_populate_recordset(CAST(NULL AS contracts), CAST(:rows AS jsonb)) AS new WHERE c.id = new.id AND c.version = new.version"
    " RETURNING c.id"
)
