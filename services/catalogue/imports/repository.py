"""All the SQL about imports of documents."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from psycopg.types.json import Jsonb
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, driver, execute

from .models import DocumentImport, ImportedDocument, ImportLine, ImportState, LineOutcome

_I: Any = DocumentImport.__table__  # type: ignore[attr-defined]
_L: Any = ImportLine.__table__  # type: ignore[attr-defined]
_D: Any = ImportedDocument.__table__  # type: ignore[attr-defined]

OPEN = (ImportState.WAITING, ImportState.RUNNING)

IMPORTS = (
    sa.select(*_I.c)
    .where(_I.c.centre_id == bindparam("centre_id"), _I.c.id < bindparam("before_id"))
    .order_by(_I.c.id.desc())
    .limit(bindparam("limit"))
)
_outcomes = bindparam("outcomes", type_=ARRAY(sa.String))
LINES = (
    sa.select(_L.c.number, _L.c.identifier, _L.c.title, _L.c.outcome, _L.c.problems, _L.c.document_id)
    .where(_L.c.import_id == bindparam("import_id"), _L.c.number > bindparam("after"))
    .where(sa.or_(_outcomes.is_(None), _L.c.outcome.cast(sa.String) == sa.func.any(_outcomes)))
    .order_by(_L.c.number)
    .limit(bindparam("limit"))
)
_COPY = b"COPY document_import_lines (import_id, number, identifier, title, outcome, problems, cells) FROM STDIN"
_WAITING = (
    sa.select(_L.c.number, _L.c.identifier, _L.c.title, _L.c.cells)
    .where(_L.c.import_id == bindparam("import_id"), _L.c.outcome == LineOutcome.WAITING)
    .order_by(_L.c.number)
    .limit(bindparam("limit"))
)
_SETTLE = (
    sa.update(_L)
    .where(_L.c.import_id == bindparam("of_import"), _L.c.number == bindparam("of_number"))
    .values(
        outcome=bindparam("new_outcome", type_=_L.c.outcome.type),
        problems=bindparam("new_problems", type_=JSONB),
        document_id=bindparam("new_document_id", type_=sa.Uuid),
        cells=sa.null(),
    )
)
_OLDEST_OPEN = sa.select(_I.c.id).where(_I.c.centre_id == bindparam("centre_id"), _I.c.state.in_(OPEN)).order_by(_I.c.id).limit(1)
_MARKS = upsert(_D)
_KEEP_MARKS = _MARKS.on_conflict_do_update(
    index_elements=[_D.c.document_id], set_={"marks": _MARKS.excluded.marks, "import_id": _MARKS.excluded.import_id}
)
_KEY = sa.func.hashtextextended(bindparam("name", type_=sa.String), 0)
_LOCK = sa.select(sa.func.pg_advisory_xact_lock(_KEY))
_TRY_LOCK = sa.select(sa.func.pg_try_advisory_xact_lock(_KEY))


async def take_turn(session: AsyncSession, centre_id: UUID) -> None:
    """Lines of a centre are worked through by one transaction at a time."""
    await execute(session, _LOCK, {"name": f"catalogue-import:{centre_id}"})


async def is_my_turn(session: AsyncSession, centre_id: UUID) -> bool:
    """The same, when nobody else's turn it is; False at once otherwise."""
    return bool((await execute(session, _TRY_LOCK, {"name": f"catalogue-import:{centre_id}"})).scalar())


async def get(session: AsyncSession, import_id: UUID, *, lock: bool = False) -> DocumentImport | None:
    statement = select(DocumentImport).where(DocumentImport.id == import_id)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return (await session.exec(statement)).first()


async def oldest_open(session: AsyncSession, centre_id: UUID) -> UUID | None:
    """The import of the centre whose turn it is."""
    found: UUID | None = (await execute(session, _OLDEST_OPEN, {"centre_id": centre_id})).scalar()
    return found


async def keep_lines(session: AsyncSession, import_id: UUID, lines: Iterable[dict[str, Any]]) -> None:
    """Write lines as fast as the database takes them."""
    cursor = (await driver(session)).cursor()
    async with cursor.copy(_COPY) as copy:
        for line in lines:
            await copy.write_row(
                (
                    import_id,
                    line["number"],
                    line["identifier"],
                    line["title"],
                    line["outcome"].value,
                    Jsonb(line["problems"]),
                    None if line["cells"] is None else Jsonb(line["cells"]),
                )
            )


async def waiting(session: AsyncSession, import_id: UUID, limit: int) -> list[Row]:
    found = await execute(session, _WAITING, {"import_id": import_id, "limit": limit})
    return [dict(row) for row in found.mappings()]


async def settle(session: AsyncSession, import_id: UUID, settled: Sequence[dict[str, Any]]) -> None:
    """What became of these lines; their cells are forgotten."""
    rows = [
        {
            "of_import": import_id,
            "of_number": line["number"],
            "new_outcome": line["outcome"],
            "new_problems": line["problems"],
            "new_document_id": line["document_id"],
        }
        for line in settled
    ]
    if rows:
        await execute(session, _SETTLE, rows)


async def marks_of(session: AsyncSession, document_ids: Sequence[UUID]) -> dict[UUID, dict[str, str]]:
    rows = await execute(session, sa.select(_D.c.document_id, _D.c.marks).where(_D.c.document_id.in_(document_ids)))
    return {row.document_id: row.marks for row in rows}


async def keep_marks(session: AsyncSession, marks: Mapping[UUID, dict[str, str]], import_id: UUID) -> None:
    """What an import said of these documents, in place of what the one before said."""
    rows = [{"document_id": document_id, "marks": said, "import_id": import_id} for document_id, said in sorted(marks.items())]
    if rows:
        await execute(session, _KEEP_MARKS, rows)
