"""SQL of participants as statistics count them."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import ARRAY

from .models import ACTIVE, Attendee, Registration

_R: Any = Registration.__table__  # type: ignore[attr-defined]
_A: Any = Attendee.__table__  # type: ignore[attr-defined]

_address = sa.func.lower(sa.func.coalesce(_A.c.email, _R.c.contact_email))
_stands = sa.and_(sa.or_(*(_R.c.state == state for state in ACTIVE)), _A.c.left_at.is_(None))
_name = sa.func.lower(sa.func.concat(_A.c.given_name, " ", _A.c.family_name))
#: Who asked for a seat and still does, and who came all the same; the names stay in the database, their digest leaves it.
PEOPLE = (
    sa.select(
        _A.c.id,
        _A.c.event_id,
        _A.c.audience,
        _A.c.mode,
        _A.c.territory_path,
        _stands.label("stands"),
        sa.and_(_R.c.state == "seated", _A.c.pool_id.is_not(None)).label("seated"),
        sa.func.md5(sa.func.concat(_address, "/", _name)).label("person"),
    )
    .join(_R, _R.c.id == _A.c.registration_id)
    .where(
        _A.c.event_id == sa.func.any(bindparam("event_ids", type_=ARRAY(sa.Uuid))),
        sa.or_(_stands, _A.c.id == sa.func.any(bindparam("came", type_=ARRAY(sa.Uuid)))),
    )
)
