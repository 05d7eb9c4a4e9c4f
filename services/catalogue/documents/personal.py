"""What documents hold of people: the contact of an experience, published with their consent; authors, who stay named."""

from datetime import datetime
from typing import Any

import orjson
from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, fetch
from services.common.personal_data import Forgotten, Who
from services.common.resources import Resources

from . import erasure, personal_repository


async def export(reader: AsyncConnection[Any], who: Who) -> list[Row]:
    """`{kind, reference, …}`: each document they are the contact of, then those published whose author has their name."""
    contact = await fetch(reader, personal_repository.CONTACT_OF, {"email": who.email})
    wrote = await fetch(
        reader, personal_repository.WRITTEN_BY, {"authors": orjson.dumps({"authors": [{"name": who.full_name}]}).decode()}
    )
    return [*({"kind": "contact", **row} for row in contact), *({"kind": "author", **row} for row in wrote)]


async def erase(session: AsyncSession, resources: Resources, who: Who, now: datetime) -> Forgotten:
    """Contacts at their address go, in working copies and in every version that was. Again is no harm."""
    forgotten = Forgotten()
    for document in await personal_repository.naming(session, who.email):
        forgotten.count += await erasure.person(session, document, who.email, now=now)
    return forgotten
