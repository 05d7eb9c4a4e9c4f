"""Two doors to one PostgreSQL database (ADR 0002).

The *write door* is a SQLModel session owned by the request: one request, one transaction, committed before the answer
leaves (`routing.ActRoute`). The *read door* is a pooled psycopg connection in autocommit, fed by SQLAlchemy Core
statements that are compiled once and prepared by the server.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import Annotated, Any, NamedTuple

import orjson
from fastapi import Depends, Request
from psycopg import AsyncConnection
from psycopg.rows import dict_row
from psycopg.types.json import set_json_dumps, set_json_loads
from psycopg_pool import AsyncConnectionPool
from sqlalchemy import CursorResult, Executable, MetaData, String, bindparam, func, select
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from sqlalchemy.orm import Session as OrmSession
from sqlmodel.ext.asyncio.session import AsyncSession

Row = dict[str, Any]

NAMING_CONVENTION = {
    "pk": "pk_%(table_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
}


def new_metadata() -> MetaData:
    """One service's metadata: constraint names are predictable, since problems are mapped from them."""
    return MetaData(naming_convention=NAMING_CONVENTION)


class Database:
    """The engine and the reading pool of one service in one process; opened and closed by its lifespan."""

    def __init__(self, conninfo: str, *, size: int = 10, name: str = "canevas") -> None:
        self.conninfo = conninfo

        async def connect() -> AsyncConnection[Any]:
            connection = await AsyncConnection.connect(conninfo, application_name=f"{name}-write")
            _fast_json(connection)
            return connection

        self.engine: AsyncEngine = create_async_engine(
            "postgresql+psycopg://", async_creator=connect, pool_size=size, max_overflow=0, pool_pre_ping=False
        )
        self.sessions = async_sessionmaker(self.engine, class_=AsyncSession, expire_on_commit=False)
        self.readers: AsyncConnectionPool[AsyncConnection[Row]] = AsyncConnectionPool(
            conninfo,
            min_size=1,
            max_size=size,
            open=False,
            configure=_configure_reader,
            check=None,
            timeout=10,
            kwargs={
                "autocommit": True,
                "prepare_threshold": 1,
                "row_factory": dict_row,
                "application_name": f"{name}-read",
            },
        )

    async def open(self) -> None:
        await self.readers.open()

    async def close(self) -> None:
        await self.readers.close()
        await self.engine.dispose()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """The write door: commits at the end, rolls back on an exception.

        Each step of SQLAlchemy's own context managers is a switch of greenlets: beginning is left to the first statement, and the
        commit and the closing are one.
        """
        session = self.sessions()
        try:
            yield session
            await session.run_sync(_end)
        except BaseException:
            try:
                await session.rollback()
            finally:
                await session.__aexit__(None, None, None)  # whole, even when who waits for it is cancelled
            raise


def _end(session: OrmSession) -> None:
    with session.get_transaction() or session.begin():
        pass
    session.close()


def _fast_json(connection: AsyncConnection[Any]) -> None:
    set_json_loads(orjson.loads, connection)
    set_json_dumps(orjson.dumps, connection)


async def _configure_reader(connection: AsyncConnection[Any]) -> None:
    _fast_json(connection)


async def _session(request: Request) -> AsyncSession:
    session: AsyncSession = request.state.session
    return session


async def _snapshot(request: Request) -> AsyncIterator[AsyncSession]:
    async with request.app.state.resources.database.sessions() as session:
        yield session


async def _reader(request: Request) -> AsyncConnection[Row]:
    # Not a generator: FastAPI's handling of one costs as much as reading a row. `give_back` is called by the route.
    connection: AsyncConnection[Row] = await request.app.state.resources.database.readers.getconn()
    request.state.reader = connection
    return connection


async def give_back(request: Request) -> None:
    """The request's reading connection, if it took one, returns to the pool."""
    connection = getattr(request.state, "reader", None)
    if connection is not None:
        await request.app.state.resources.database.readers.putconn(connection)


#: The request's transaction. Nobody calls `commit()`.
Session = Annotated[AsyncSession, Depends(_session)]
#: For a GET that runs the same code as an act: a session whose work is never committed.
Snapshot = Annotated[AsyncSession, Depends(_snapshot, scope="function")]
#: A reading connection, given back before the answer is sent (`routing.ActRoute`).
Reader = Annotated[AsyncConnection[Row], Depends(_reader)]


async def execute(session: AsyncSession, statement: Executable, parameters: Any = None) -> CursorResult[Any]:
    """A Core statement in the session's transaction, past the ORM: `flush()` first what it has to see."""
    # SQLAlchemy forgets the row count of an INSERT (-1) unless it is asked to keep it.
    options = {"preserve_rowcount": True}
    return await (await session.connection()).execute(statement, parameters, execution_options=options)


_DIALECT = PGDialect_psycopg()  # type: ignore[no-untyped-call]


class Compiled(NamedTuple):
    """A statement's text, the constants it carries, and how to write a parameter psycopg has no type for (JSON, enums)."""

    sql: str
    constants: dict[str, Any]
    processors: Mapping[str, Callable[[Any], Any]]

    def values(self, row: Mapping[str, Any]) -> dict[str, Any]:
        return {**row, **{name: write(row[name]) for name, write in self.processors.items() if name in row}}


@lru_cache(maxsize=1024)
def compiled(statement: Executable) -> Compiled:
    """For a statement that lives as long as the module (or a cache): what varies in it is `bindparam`s."""
    made = statement.compile(dialect=_DIALECT)  # type: ignore[attr-defined]
    processors = made._bind_processors
    constants = {
        name: processors[name](bind.value) if name in processors else bind.value
        for name, bind in made.binds.items()
        if not bind.required
    }
    return Compiled(str(made), constants, processors)


async def fetch(reader: AsyncConnection[Any], statement: Executable, parameters: Mapping[str, Any]) -> list[Row]:
    """Rows of a `compiled` statement."""
    ready = compiled(statement)
    cursor = reader.cursor(row_factory=dict_row)
    await cursor.execute(ready.sql, {**ready.constants, **parameters})
    return await cursor.fetchall()


async def fetch_one(reader: AsyncConnection[Any], statement: Executable, parameters: Mapping[str, Any]) -> Row | None:
    ready = compiled(statement)
    cursor = reader.cursor(row_factory=dict_row)  # a session's own connection has another
    await cursor.execute(ready.sql, {**ready.constants, **parameters})
    return await cursor.fetchone()


_named = func.hashtextextended(bindparam("name", type_=String), 0)
_ALONE, _TOGETHER = select(func.pg_advisory_xact_lock(_named)), select(func.pg_advisory_xact_lock_shared(_named))


async def alone(session: AsyncSession, name: str) -> None:
    """Until the end of the transaction nobody else of this service is alone, or together, under that name: acts that count what the
    others did come one after the other."""
    await fetch_in(session, _ALONE, {"name": name})


async def together(session: AsyncSession, name: str) -> None:
    """Until the end of the transaction nobody is alone under that name; others may be together."""
    await fetch_in(session, _TOGETHER, {"name": name})


async def driver(session: AsyncSession) -> AsyncConnection[Any]:
    """The psycopg connection that carries the session's transaction."""
    known = session.info.get("driver")
    if known is None or known[0] is not session.sync_session.get_transaction():
        connection: Any = await session.run_sync(_driven)
        known = session.info["driver"] = (session.sync_session.get_transaction(), connection)
    found: AsyncConnection[Any] = known[1]
    return found


def _driven(session: OrmSession) -> Any:
    return session.connection().connection.driver_connection


async def fetch_in(session: AsyncSession, statement: Executable, parameters: Mapping[str, Any]) -> list[Row]:
    """`execute` of a `compiled` statement at the read door's price, in the session's transaction; returns its rows."""
    return await fetch(await driver(session), statement, parameters)


async def write_in(session: AsyncSession, statement: Executable, *rows: Mapping[str, Any]) -> None:
    """`execute` of a `compiled` INSERT at the read door's price, in the session's transaction."""
    ready = compiled(statement)
    cursor = (await driver(session)).cursor()
    if len(rows) == 1:
        await cursor.execute(ready.sql, ready.values(rows[0]))
    else:
        await cursor.executemany(ready.sql, [ready.values(row) for row in rows])
