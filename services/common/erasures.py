"""The register of erasures: the proof that personal data went, what kind, how much and when, without any of it.

Each line holds the digest of the one before, keyed by the platform's secret: a line removed, added or changed is seen. A service
declares the table on its own metadata (`declare_register`) and names itself in every digest.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from psycopg import AsyncConnection
from pydantic import BaseModel, Field, SecretStr
from sqlalchemy import bindparam
from sqlmodel.ext.asyncio.session import AsyncSession

from .db import Database, Row, execute, fetch
from .streams import borrowed, rows_of

#: What the first line follows.
BEGINNING = "0" * 64
#: The rule of an erasure somebody asked for.
REQUEST = "request"


class ErasureLine(BaseModel):
    """A line of the register of erasures."""

    number: int = Field(examples=[42])
    at: datetime
    rule: str = Field(examples=["inactive_accounts"])
    label: str = Field(examples=["Comptes inactifs"])
    before: datetime | None = Field(description="What was over before this instant was concerned; null for a person's request.")
    count: int = Field(description="Records erased; zero proves that the night's work was done.", examples=[3])
    previous: str = Field(description="Digest of the line before.")
    digest: str = Field(description="HMAC-SHA-256 of this line with the digest of the one before.")


class RegisterVerification(BaseModel):
    """Whether the register is whole: no line removed, added or changed since it was written."""

    whole: bool
    lines: int
    first_broken: int | None = Field(description="Number of the first line that does not follow from the one before.")
    last_digest: str = Field(description="To be kept elsewhere: a register cut at its end no longer holds it.")


def declare_register(metadata: sa.MetaData) -> sa.Table:
    """The table `erasures`, on a service's metadata."""
    return sa.Table(
        "erasures",
        metadata,
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rule", sa.String(40), nullable=False),
        sa.Column("before", sa.DateTime(timezone=True)),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.UniqueConstraint("previous"),
        sa.CheckConstraint("number > 0 AND count >= 0", name="counted"),
    )


def digest(service: str, secret: str, line: Mapping[str, Any]) -> str:
    """HMAC-SHA-256 of what a line says, the digest before it included."""
    before = line["before"]
    said = [
        str(line["number"]),
        str(round(line["at"].timestamp() * 1_000_000)),
        line["rule"],
        "" if before is None else str(round(before.timestamp())),
        str(line["count"]),
        line["previous"],
    ]
    return hmac.new(f"{service}:erasures:{secret}".encode(), "|".join(said).encode(), hashlib.sha256).hexdigest()


def first_broken(
    service: str, secret: str, lines: Iterable[Mapping[str, Any]], *, number: int = 0, previous: str = BEGINNING
) -> int | None:
    """Number of the first line that does not follow from the one before, given in order; None when all do."""
    for line in lines:
        number += 1
        if line["number"] != number:
            return number
        if line["previous"] != previous or not hmac.compare_digest(digest(service, secret, line), line["digest"]):
            return number
        previous = line["digest"]
    return None


@lru_cache
def listing_of(table: sa.Table) -> Any:
    """Statement: lines before `before_number`, the newest first, `limit` at most."""
    below = table.c.number < bindparam("before_number", type_=sa.BigInteger)
    return sa.select(*table.c).where(below).order_by(table.c.number.desc()).limit(bindparam("limit"))


@lru_cache
def chain_of(table: sa.Table) -> Any:
    """Statement: the whole register, in its order."""
    return sa.select(*table.c).order_by(table.c.number)


@dataclass(frozen=True)
class Register:
    """One service's register."""

    service: str
    table: sa.Table

    async def record(
        self, session: AsyncSession, secret: SecretStr, *, rule: str, before: datetime | None, count: int, now: datetime
    ) -> Row:
        """Write the next line, tied to the one before; nobody else writes one until this transaction ends."""
        lock = sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(f"{self.service}:erasures")))
        await execute(session, lock)
        newest = sa.select(self.table.c.number, self.table.c.digest).order_by(self.table.c.number.desc()).limit(1)
        last = (await execute(session, newest)).first()
        line: Row = {
            "number": last.number + 1 if last else 1,
            "at": now,
            "rule": rule,
            "before": before,
            "count": count,
            "previous": last.digest if last else BEGINNING,
        }
        line["digest"] = digest(self.service, secret.get_secret_value(), line)
        await execute(session, sa.insert(self.table).values(**line))
        return line

    async def lines(self, reader: AsyncConnection[Any], *, before_number: int, limit: int) -> list[Row]:
        """The newest first."""
        return await fetch(reader, listing_of(self.table), {"before_number": before_number, "limit": limit})

    async def verify(self, database: Database, secret: SecretStr) -> RegisterVerification:
        """Every line again, from the first."""
        number, previous, broken = 0, BEGINNING, None
        async with borrowed(database) as connection:
            async for rows in rows_of(connection, chain_of(self.table), {}):
                broken = broken or first_broken(self.service, secret.get_secret_value(), rows, number=number, previous=previous)
                number, previous = number + len(rows), rows[-1]["digest"]
        return RegisterVerification(whole=broken is None, lines=number, first_broken=broken, last_digest=previous)
