"""Secret addresses, for programs that cannot sign in: whoever holds one reads what it stands for.

Each is shown once and kept as a digest. There is one for each key (whose it is, and of what): the next takes its place.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from psycopg import AsyncConnection
from sqlalchemy import Select, Table, Text, bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel.ext.asyncio.session import AsyncSession

from .db import Row, execute, fetch_one


def new_token() -> str:
    """What an address or a mailed link says that nobody guesses (256 bits)."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """What is kept of a token: it is random, so that its SHA-256 needs no salt nor key (64 hexadecimal digits)."""
    return hashlib.sha256(token.encode()).hexdigest()


@dataclass(frozen=True)
class SecretAddresses:
    """Addresses kept in a table: the key is its primary key; `token_hash`, unique; `created_at`; whatever else they remember."""

    table: Table

    async def renew(self, session: AsyncSession, *, now: datetime, remembered: Row | None = None, **key: Any) -> str:
        """The token of a new address; the one before opens nothing any more."""
        token = new_token()
        values = {**(remembered or {}), "token_hash": digest(token), "created_at": now}
        written = insert(self.table).values(**key, **values)
        await execute(session, written.on_conflict_do_update(index_elements=list(self.table.primary_key), set_=values))
        return token

    async def revoke(self, session: AsyncSession, **key: Any) -> bool:
        """It opens nothing any more; False when there was none."""
        gone = delete(self.table).where(*(self.table.c[name] == value for name, value in key.items()))
        return (await execute(session, gone)).rowcount > 0

    async def at(self, reader: AsyncConnection[Any], token: str) -> Row | None:
        """What the address of this token stands for."""
        return await fetch_one(reader, self._at, {"token_hash": digest(token)})

    async def of(self, reader: AsyncConnection[Any], **key: Any) -> Row | None:
        """Since when there is one for this key, and what it remembers; never the address."""
        return await fetch_one(reader, self._of, key)

    @cached_property
    def _at(self) -> Select[Any]:
        return self._shown.where(self.table.c.token_hash == bindparam("token_hash", type_=Text))

    @cached_property
    def _of(self) -> Select[Any]:
        return self._shown.where(*(column == bindparam(column.name, type_=column.type) for column in self.table.primary_key))

    @property
    def _shown(self) -> Select[Any]:
        return select(*(column for column in self.table.c if column.name != "token_hash"))
