"""Each service's lineage makes its tables, and none of its revisions breaks the version of the code that still runs beside it."""

import importlib
from collections.abc import Callable, Iterator
from uuid import uuid4

import psycopg
import pytest

from gateway import postgres
from services.common import migrations
from services.common.resources import Service
from tests.rolling import hazards, shape

#: The last revision of what is in use: what follows has to get on with it.
IN_USE = {
    "catalogue": "2026_11_22_outcomes",
    "directory": "2026_11_22_privacy",
    "events": "2026_11_22_lookups",
    "programming": "2026_11_22_due_lists",
}
#: Came with a default that was dropped at once, and has it again: the version before them writes without them.
GIVEN_AGAIN = {
    "catalogue": {("documents", "organisation_ids")},
    "directory": set(),
    "events": {("event_sessions", "moved_online"), ("attendee_needs", "dietary_kinds"), ("attendee_needs", "accessibility_kinds")},
    "programming": {("attachments", "status")},
}

Fresh = Callable[[], str]


@pytest.fixture
def fresh(server: postgres.Server) -> Iterator[Fresh]:
    """`fresh()` is the conninfo of an empty database, dropped after the test."""
    made: list[str] = []

    def one() -> str:
        made.append(f"test_lineage_{uuid4().hex}")
        return postgres.ensure_database(server, made[-1])

    yield one
    for name in made:
        postgres.drop_database(server, name)
        with psycopg.connect(server.conninfo(), autocommit=True) as connection:
            connection.execute(f"DROP ROLE {name}".encode())


@pytest.mark.filterwarnings("ignore:Expression .*operator clause")  # an index it cannot compare, and says so
@pytest.mark.parametrize("name", sorted(IN_USE))
def test_a_lineage_makes_its_tables_and_no_revision_breaks_the_version_before(fresh: Fresh, name: str) -> None:
    service: Service = importlib.import_module(f"services.{name}.app").SERVICE
    conninfo, metadata = fresh(), service.metadata
    assert len(migrations.heads(name, metadata)) == 1
    lineage = migrations.revisions(name, metadata)[::-1]
    migrations.upgrade(conninfo, name, metadata, IN_USE[name])
    before, found = shape(conninfo), []
    for revision in lineage[lineage.index(IN_USE[name]) + 1 :]:
        migrations.upgrade(conninfo, name, metadata, revision)
        after = shape(conninfo)
        found += [f"{revision}: {each}" for each in hazards(before, after)]
        before = after
    assert found == []
    assert {column for column in GIVEN_AGAIN[name] if not before.columns[column][1]} == set()
    migrations.check(conninfo, name, metadata)


BUILD = "CREATE TABLE huts (id serial PRIMARY KEY, name text NOT NULL, beds int NOT NULL DEFAULT 2, note text)"


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("ALTER TABLE huts ADD rooms int NOT NULL DEFAULT 1; ALTER TABLE huts ALTER rooms DROP DEFAULT", "huts.rooms is new"),
        ("ALTER TABLE huts ADD rooms int NOT NULL", "huts.rooms is new"),
        ("ALTER TABLE huts ALTER note SET NOT NULL", "huts.note must now be given"),
        ("ALTER TABLE huts ALTER beds DROP DEFAULT", "huts.beds lost its default"),
        ("ALTER TABLE huts DROP note", "huts.note is gone"),
        ("ALTER TABLE huts RENAME note TO remark", "huts.note is gone"),
        ("DROP TABLE huts", "huts.id is gone"),
        ("ALTER TABLE huts ALTER id TYPE bigint", "huts is written anew"),
        ("ALTER TABLE huts ADD drawn uuid NOT NULL DEFAULT gen_random_uuid()", "huts is written anew"),
    ],
)
def test_what_breaks_the_version_before_is_found(fresh: Fresh, sql: str, said: str) -> None:
    assert any(each.startswith(said) for each in _hazards_of(fresh(), sql))


@pytest.mark.parametrize(
    "sql",
    [
        "ALTER TABLE huts ADD rooms int NOT NULL DEFAULT 1",
        "ALTER TABLE huts ADD remark text",
        "ALTER TABLE huts ALTER note SET DEFAULT ''; UPDATE huts SET note = ''; ALTER TABLE huts ALTER note SET NOT NULL",
        "CREATE TABLE sheds (id int PRIMARY KEY, name text NOT NULL)",
        "CREATE INDEX ON huts (name)",
    ],
)
def test_what_leaves_it_in_peace_passes(fresh: Fresh, sql: str) -> None:
    assert _hazards_of(fresh(), sql) == []


def _hazards_of(conninfo: str, sql: str) -> list[str]:
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(BUILD)
        before = shape(conninfo)
        connection.execute(sql.encode())
    return list(hazards(before, shape(conninfo)))
