"""SQL about many organisations at once."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Text as SqlText
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import ARRAY

from .models import Organisation

_O: Any = Organisation.__table__  # type: ignore[attr-defined]

_FACE = (
    *(_O.c.id, _O.c.kind, _O.c.name, _O.c.legal_name, _O.c.siret, _O.c.rna, _O.c.street, _O.c.postcode, _O.c.city),
    *(_O.c.website, _O.c.dissolved_on, _O.c.version),
)
#: Those that bear one of these SIRET or RNA numbers.
BY_NUMBERS = sa.select(*_FACE).where(
    sa.or_(
        _O.c.siret == sa.any_(bindparam("sirets", type_=ARRAY(SqlText))),
        _O.c.rna == sa.any_(bindparam("rnas", type_=ARRAY(SqlText))),
    )
)

#: Opens those of `rows` (a JSON array) whose numbers nobody bears yet; returns their ids.
OPEN = sa.text(
    "INSERT INTO organisations (id, kind, name, legal_name, siret, rna, street, postcode, city, website, sort_name, search_text,"
    " created_at, version)"
    " SELECT id, kind, name, legal_name, siret, rna, street, postcode, city, website, sort_name, search_text, :now, 1"
    " FROM jsonb_populate_recordset(CAST(NULL AS organisations), CAST(:rows AS jsonb)) AS new ON CONFLICT DO NOTHING RETURNING id"
)
#: Rewrites what a file may say of each of `rows` (a JSON array), unless it has changed since it was read; returns them whole.
REWRITE = sa.text(
    "UPDATE organisations o SET kind = new.kind, name = new.name, legal_name = new.legal_name, siret = new.siret, rna = new.rna,"
    " street = new.street, postcode = new.postcode, city = new.city, website = new.website, sort_name = new.sort_name,"
    " search_text = new.search_text, version = o.version + 1"
    " FROM jsonb_populate_recordset(CAST(NULL AS organisations), CAST(:rows AS jsonb)) AS new WHERE o.id = new.id"
    " AND o.version = new.version RETURNING o.*"
)
#: Organisations of each of these SIREN: their SIRET begins with it.
BY_SIREN = sa.text(
    "SELECT s.siren, o.id, o.kind, o.name, o.siret, o.dissolved_on FROM unnest(CAST(:sirens AS text[])) AS s (siren)"
    " JOIN organisations o ON o.siret BETWEEN s.siren || '00000' AND s.siren || '99999' ORDER BY o.siret"
)
