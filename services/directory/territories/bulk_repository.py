"""SQL about many territories at once."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Text as SqlText
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import ARRAY

from .models import Territory

_T: Any = Territory.__table__  # type: ignore[attr-defined]

KNOWN = sa.select(_T.c.code, _T.c.kind, _T.c.name, _T.c.parent_code, _T.c.generation, _T.c.population, _T.c.version).where(
    _T.c.code == sa.any_(bindparam("codes", type_=ARRAY(SqlText)))
)

#: Adds those of `rows` (a JSON array) that are not there; returns their codes.
ADD = sa.text(
    "INSERT INTO territories (code, kind, name, parent_code, generation, population, sort_name, updated_at, version)"
    " SELECT code, kind, name, parent_code, generation, population, sort_name, :now, 1"
    " FROM jsonb_populate_recordset(CAST(NULL AS territories), CAST(:rows AS jsonb)) AS new ON CONFLICT DO NOTHING RETURNING code"
)
REWRITE = sa.text(
    "UPDATE territories t SET name = new.name, parent_code = new.parent_code, population = new.population,"
    " sort_name = new.sort_name, updated_at = :now, version = t.version + 1"
    " FROM jsonb_populate_recordset(CAST(NULL AS territories), CAST(:rows AS jsonb)) AS new WHERE t.code = new.code"
    " AND t.version = new.version RETURNING t.code"
)
#: The neighbourhoods within each of these territories, whatever lies between, with what they were before.
NEIGHBOURHOODS = sa.text(
    "WITH RECURSIVE inside AS ("
    " SELECT c.code AS around, c.code FROM unnest(CAST(:codes AS text[])) AS c (code)"
    " UNION SELECT w.around, t.code FROM territories t JOIN inside w ON t.parent_code = w.code)"
    " SELECT w.around, t.code, t.name, t.population, t.generation, ARRAY(SELECT s.old_code FROM territory_successions s"
    " WHERE s.new_code = t.code ORDER BY s.old_code) AS former_codes"
    " FROM inside w JOIN territories t USING (code) WHERE t.kind = 'qpv' ORDER BY t.code"
)
