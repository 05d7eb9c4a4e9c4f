"""Nothing that looks like a person's is held without somebody who speaks for it."""

import re

from services.directory import schema
from services.directory.privacy import register
from services.directory.tables import KERNEL

#: Columns that hold, or look like they hold, something about a person.
PERSONAL = re.compile(
    r"(^|_)(e?mail|name|phone|address|account|person|author|contact|function|origin|ip|birth|photo|word|topics)(_|$)"
    r"|^(answer|note|text|(.*_)?reason|(.*_)?note|.*_by|sender_id|recipient_id)$"
)
KERNEL_TABLES = {KERNEL.journal.name, KERNEL.outbox.name, KERNEL.inbox.name, KERNEL.idempotency.name, KERNEL.closed_sessions.name}
TABLES = [table for table in schema.metadata.tables.values() if table.name not in KERNEL_TABLES]


def personal_columns() -> set[str]:
    return {f"{table.name}.{column.name}" for table in TABLES for column in table.columns if PERSONAL.search(column.name)}


def test_every_column_that_looks_personal_is_accounted_for() -> None:
    unspoken = sorted(personal_columns() - register.ACCOUNTED.keys())
    assert unspoken == [], "say in services/directory/privacy/register.py who exports and erases these, or why nobody has to"


def test_nothing_is_accounted_for_that_is_not_there() -> None:
    there = {f"{table.name}.{column.name}" for table in TABLES for column in table.columns}
    assert sorted(register.ACCOUNTED.keys() - there) == []
    assert {name for holding in register.HOLDINGS for name in holding.tables} <= {table.name for table in TABLES}


def test_the_guard_sees_what_it_should() -> None:
    assert {"accounts.email", "accounts.full_name", "invitations.email", "join_requests.word"} <= personal_columns()
