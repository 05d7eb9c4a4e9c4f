"""Columns every table spells the same way (SQLModel fields; `table=True` classes only)."""

from collections.abc import Callable
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime
from sqlalchemy import Enum as SqlEnum
from sqlalchemy import Text as SqlText
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from .ids import new_id


def identity() -> UUID:
    """Primary key: a UUIDv7 drawn by the platform."""
    return Field(default_factory=new_id, primary_key=True)  # type: ignore[no-any-return]


def instant(*, optional: bool = False, index: bool = False) -> datetime:
    """A point in time, stored in UTC."""
    options: dict[str, Any] = {"default": None} if optional else {}
    return Field(sa_type=DateTime(timezone=True), nullable=optional, index=index, **options)  # type: ignore[no-any-return]


def jsonb(default: Callable[[], Any] | None = None, *, optional: bool = False) -> Any:
    """A JSON document. Always assign a new value: changes inside it are not seen."""
    options: dict[str, Any] = {"default_factory": default} if default else {"default": None} if optional else {}
    return Field(sa_type=JSONB, nullable=optional, **options)


def choice(kind: type[Enum], name: str, **options: Any) -> Any:
    """A closed list stored by value and guarded by a CHECK called `ck_<table>_<name>`."""
    stored = SqlEnum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=40,
        values_callable=lambda members: [member.value for member in members],
    )
    return Field(sa_type=stored, **options)


def strings(*, server_default: str | None = None) -> list[str]:
    """A list of codes, empty by default (`text[]`, so that `&&` and `@>` filter it).

    `server_default`: for a column added to a table in use, which the version before this one still writes without it.
    """
    options = {"server_default": server_default} if server_default is not None else {}
    return Field(sa_type=ARRAY(SqlText), default_factory=list, nullable=False, sa_column_kwargs=options)  # type: ignore[no-any-return]
