"""A walk is made over HTTP once, then copied row for row for whoever would make it again (ADR 0005).

Most tests begin where a campaign is open or an award notified: dozens of requests, the same ones each time. What the first of them
wrote is kept; a later world that stands exactly where the first one stood receives the same rows under ids of its own, in one
transaction, every constraint checked. Whenever anything differs (arguments, clock, settings, parameters, a row written by
anybody since the world's last step) the walk is made again for real.
"""

import asyncio
import hashlib
import re
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Any, ClassVar, Protocol, TypeVar, cast

import orjson
import psycopg

from services.common.ids import new_id
from services.common.resources import Service
from tests.support import Running

Walk = TypeVar("Walk", bound=Callable[..., Coroutine[Any, Any, Any]])
Row = dict[str, Any]
#: By table, how many rows there are and the last transaction that wrote one: moves with any insertion, change or deletion.
Traces = list[tuple[Any, ...]]

JOBS = "procrastinate_jobs"
#: How many times a code that is taken is drawn again.
_DRAWS = 20
#: A UUIDv7, with or without its dashes.
_ID = r"(?<![0-9a-f])[0-9a-f]{8}(-?)[0-9a-f]{4}\1(?:7[0-9a-f]{3})\1[0-9a-f]{4}\1[0-9a-f]{12}(?![0-9a-f])"


@dataclass
class Steps:
    """Where a world stands."""

    #: Ids from here on are this world's; those before are common to all (reference data).
    born: str = field(default_factory=lambda: new_id().hex)
    #: What led here, and every id met on the way: the n-th of one world is the n-th of another that came the same way.
    way: str = ""
    ids: list[str] = field(default_factory=list)
    #: Likewise what was drawn on the way.
    codes: list[str] = field(default_factory=list)
    #: What the database looked like after the last step.
    traces: Traces = field(default_factory=list)
    walker: "asyncio.Task[Any] | None" = None
    alone: bool = True
    #: False once it went a way of its own, or in a test that replaces parts of the product: what is walked then is nobody else's.
    shared: bool = True


class World(Protocol):
    """Somebody to walk: all that tells two of them apart is in their attributes."""

    #: Tables without owner that walks depend on.
    COMMON: ClassVar[Sequence[str]]
    #: Shapes of what a world draws besides its ids, and how another is drawn.
    DRAWN: ClassVar[Mapping[str, Callable[[], str]]]
    running: Running
    steps: Steps
    organisations: dict[Any, dict[str, Any]]


@dataclass(frozen=True)
class Kept:
    """What a walk left, in the words of the world that made it."""

    known: Sequence[str]
    new: Sequence[str]
    #: Codes met before, and those this walk drew.
    codes: Sequence[str]
    drawn: Sequence[tuple[str, Callable[[], str]]]
    #: Table, whether its rows replace others, rows as one JSON array; a table after those it refers to.
    rows: Sequence[tuple[str, bool, str]]
    files: Mapping[str, bytes]
    #: What the walk returned and the attributes it set, as JSON.
    left: str
    at: datetime


_kept: dict[str, Kept | None] = {}


def walked_once(walk: Walk) -> Walk:
    """For a walk whose whole effect is rows, files, the clock and plain attributes of the world, and that returns plain values."""

    @wraps(walk)
    async def walked(world: World, *args: Any, **more: Any) -> Any:
        steps = world.steps
        if steps.walker is not None:  # a walk within a walk
            steps.alone = steps.alone and steps.walker is asyncio.current_task()
            return await walk(world, *args, **more)
        way = await _way(world, f"{walk.__module__}.{walk.__qualname__}", args, more)
        kept = _kept.get(way) if way else None
        if way is None or (way in _kept and kept is None):
            steps.shared = False
            return await walk(world, *args, **more)
        if kept is None:
            kept, result = await _record(world, lambda: walk(world, *args, **more))
            _kept[way], steps.shared = kept, kept is not None
        else:
            result = await _copy(world, kept)
        steps.way, steps.traces = way, await _traces(world.running)
        return result

    return cast(Walk, walked)


async def _way(world: World, name: str, args: Any, more: Any) -> str | None:
    """A digest of everything the walk depends on, ids told by their rank; None when it is nobody else's."""
    steps, running = world.steps, world.running
    if not steps.shared or (steps.traces and steps.traces != await _traces(running)):
        return None
    own = {name: value for name, value in vars(world).items() if name not in {"running", "steps", "organisations", "_signed"}}
    try:
        if not steps.way:
            steps.ids = sorted(_ids([_json(own)], steps.born))
        asked = _json([args, more, own])
    except TypeError:  # what JSON cannot tell cannot be compared
        return None
    ranks = {identifier: f"#{rank}" for rank, identifier in enumerate(steps.ids)}
    told = {str(key): value for key, value in world.organisations.items() if key.hex in ranks}
    common = [await running.rows(f"SELECT * FROM {table} ORDER BY 1, 2") for table in world.COMMON]  # noqa: S608 - names of ours
    settings = running.resources.settings.model_dump(mode="json", exclude={"database_url", "data_dir"})
    text = asked + _json([steps.way, running.service.name, name, told, common, settings, running.clock.now()])
    if not _ids([text], steps.born) <= ranks.keys():
        return None
    ranked = re.sub(_ID, lambda found: ranks.get(found[0].replace("-", ""), found[0]), text)
    return hashlib.sha256(ranked.encode()).hexdigest()


async def _record(world: World, walk: Callable[[], Awaitable[Any]]) -> tuple[Kept | None, Any]:
    """Make the walk, and keep what it left unless that is more than this world's own."""
    steps, running = world.steps, world.running
    attributes, stored = _plain_attributes(world), _stored(running)
    before = await _keys(running)
    start = (await running.rows("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS xid"))[0]["xid"]
    steps.walker, steps.alone = asyncio.current_task(), True
    try:
        result = await walk()
    finally:
        steps.walker = None
    written = await running.rows(_statements_of(running.service).written, start=start)
    gone = before - await _keys(running)
    if gone or not steps.alone or not all(_is_own(row, before, steps) for row in written):
        return None, result
    rows: list[tuple[str, bool, str]] = []
    for table in _statements_of(running.service).tables:
        for replaced in (False, True):
            texts = [row["row"] for row in written if row["name"] == table and ((table, row["key"]) in before) is replaced]
            if texts:
                rows.append((table, replaced, f"[{','.join(texts)}]"))
    files = {path.name: path.read_bytes() for path in _stored(running) - stored}
    changed = {name: value for name, value in _plain_attributes(world).items() if attributes.get(name) != value}
    left = _json({"result": result, "attributes": changed})
    texts = [*(text for _, _, text in rows), *files, left]
    new = sorted(_ids(texts, steps.born) - set(steps.ids))
    met = {found for shape in world.DRAWN for text in texts for found in re.findall(shape, text)} - set(steps.codes)
    drawn = [(code, draw) for shape, draw in world.DRAWN.items() for code in sorted(met) if re.fullmatch(shape, code)]
    kept = Kept(steps.ids, new, steps.codes, drawn, rows, files, left, running.clock.at)
    steps.ids, steps.codes = [*steps.ids, *new], [*steps.codes, *(code for code, _ in drawn)]
    return kept, result


def _is_own(row: Row, before: set[tuple[str, str]], steps: Steps) -> bool:
    """A new row that names this world, or one of its own that changed; a job that waits."""
    if (row["name"], row["key"]) in before:
        return row["name"] != JOBS and not _ids([row["key"]], steps.born).isdisjoint(steps.ids)
    return bool(_ids([row["row"]], steps.born)) and (row["name"] != JOBS or '"status":"todo"' in row["row"])


async def _copy(world: World, kept: Kept) -> Any:
    """The same rows and files for this world, under its own ids."""
    steps, running = world.steps, world.running
    for attempt in range(_DRAWS):
        mine = [new_id().hex for _ in kept.new]
        names = dict(zip((*kept.known, *kept.new), (*steps.ids, *mine), strict=True))
        codes = [draw() for _, draw in kept.drawn]
        names |= zip((*kept.codes, *(code for code, _ in kept.drawn)), (*steps.codes, *codes), strict=True)
        try:
            await _insert(running, [(table, replaced, _renamed(world, text, names)) for table, replaced, text in kept.rows])
            break
        except psycopg.errors.UniqueViolation:  # a code drawn twice
            if not kept.drawn or attempt == _DRAWS - 1:
                raise
    for key, content in kept.files.items():
        (_folder(running) / _renamed(world, key, names)).write_bytes(content)
    left = orjson.loads(_renamed(world, kept.left, names))
    for name, value in left["attributes"].items():
        setattr(world, name, value)
    running.clock.at = kept.at
    steps.ids, steps.codes = [*steps.ids, *mine], [*steps.codes, *codes]
    return left["result"]


async def _insert(running: Running, rows: Iterable[tuple[str, bool, str]]) -> None:
    statements = _statements_of(running.service)
    async with running.resources.database.readers.connection() as connection, connection.pipeline(), connection.transaction():
        for table, replaced, text in rows:
            statement = statements.insert[table] + (statements.replace[table] if replaced else "")
            await connection.execute(statement.encode(), {"rows": text})


def _renamed(world: World, text: str, names: Mapping[str, str]) -> str:
    def name(found: re.Match[str]) -> str:
        plain = names.get(found[0].replace("-", ""), "")
        if found[1] == "-" and plain:
            return f"{plain[:8]}-{plain[8:12]}-{plain[12:16]}-{plain[16:20]}-{plain[20:]}"
        return plain or found[0]

    return re.sub("|".join((_ID, *world.DRAWN)), name, text)


@dataclass(frozen=True)
class Statements:
    """A service's tables in the order their references ask for, and how they are read and written whole."""

    tables: Sequence[str]
    insert: Mapping[str, str]
    #: What an insertion ends with when its rows are already there.
    replace: Mapping[str, str]
    #: Every row's key.
    keys: str
    #: Rows written since transaction `start`, whole.
    written: str
    traces: str


_statements: dict[str, Statements] = {}


def _statements_of(service: Service) -> Statements:
    if service.name not in _statements:
        tables = service.metadata.sorted_tables
        columns = {table.name: [column.name for column in table.columns] for table in tables}
        keys = {table.name: _listed(column.name for column in table.primary_key) for table in tables}
        # The queue numbers its jobs and tells their beginning itself.
        columns[JOBS], keys[JOBS] = ["queue_name", "task_name", "priority", "lock", "queueing_lock", "args", "scheduled_at"], "id"
        told = {name: f"'{name}' AS name, json_build_array({key})::text AS key" for name, key in keys.items()}
        _statements[service.name] = Statements(
            list(columns),
            {name: _INSERT.format(table=name, columns=_listed(listed)) for name, listed in columns.items()},
            {name: _REPLACE.format(key=keys[name], changes=_changes(listed)) for name, listed in columns.items()},
            _UNION.join(f"SELECT {told[name]} FROM {name}" for name in columns),  # noqa: S608 - names of ours
            _UNION.join(_WRITTEN.format(told=told[name], table=name, key=keys[name]) for name in columns),
            _UNION.join(_TRACES.format(table=name) for name in columns),
        )
    return _statements[service.name]


_INSERT = "INSERT INTO {table} ({columns}) SELECT {columns} FROM json_populate_recordset(NULL::{table}, %(rows)s)"
_REPLACE = " ON CONFLICT ({key}) DO UPDATE SET {changes}"
_WRITTEN = "(SELECT {told}, to_json(t)::text AS row FROM {table} t WHERE xmin::text::bigint >= %(start)s ORDER BY {key})"
_TRACES = "SELECT count(*), max(xmin::text::bigint) FROM {table}"
_UNION = " UNION ALL "


def _changes(columns: Iterable[str]) -> str:
    return ", ".join(f'"{name}" = EXCLUDED."{name}"' for name in columns)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


async def _keys(running: Running) -> set[tuple[str, str]]:
    return {(row["name"], row["key"]) for row in await running.rows(_statements_of(running.service).keys)}


async def _traces(running: Running) -> Traces:
    return [tuple(row.values()) for row in await running.rows(_statements_of(running.service).traces)]


def _folder(running: Running) -> Path:
    """Where the service keeps its files (`services.common.resources.prepare`)."""
    folder: Path = running.resources.settings.data_dir / "files" / running.service.name
    return folder


def _stored(running: Running) -> set[Path]:
    return set(_folder(running).iterdir())


def _plain_attributes(world: World) -> dict[str, str]:
    return {name: value for name, value in vars(world).items() if isinstance(value, str)}


def _json(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()


def _ids(texts: Iterable[str], born: str) -> set[str]:
    """Ids made since then, without dashes."""
    found = {match[0].replace("-", "") for text in texts for match in re.finditer(_ID, text)}
    return {identifier for identifier in found if identifier >= born}
