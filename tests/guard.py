"""The guard of personal data, said once: no column of a service may hold something of somebody without being spoken for."""

from collections.abc import Iterable, Mapping

import sqlalchemy as sa

from services.common.personal_columns import columns_of, stale, unspoken
from services.common.storage import KernelTables


def kernels(tables: KernelTables) -> set[str]:
    """The kernel's own records, which it forgets itself."""
    return {each.name for each in (tables.journal, tables.outbox, tables.inbox, tables.idempotency, tables.closed_sessions)}


def faults(
    metadata: sa.MetaData, tables: KernelTables, accounted: Mapping[str, str], *, declared: Iterable[str] = ()
) -> dict[str, list[str]]:
    """What is wrong, empty when nothing is: columns nobody speaks for, those spoken for that are gone, tables that are not there."""
    there = {column.table.name for column in columns_of(metadata)}
    found = {
        "say in the room of privacy who exports and erases these, or why nobody has to": unspoken(
            metadata, accounted, but=kernels(tables)
        ),
        "spoken for, and not there any more": stale(metadata, accounted),
        "tables of the register that are not there": sorted(set(declared) - there),
    }
    return {what: each for what, each in found.items() if each}
