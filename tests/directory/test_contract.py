"""The service as a whole: its lineage, its contract, its processes."""

import re

import psycopg
import pytest
from psycopg import errors

from services.directory.app import SERVICE
from tests.conftest import Databases
from tests.directory.people import a_citizen, mails_to
from tests.support import Running

pytestmark = pytest.mark.anyio


def test_every_check_declared_is_in_the_database(databases: Databases) -> None:
    declared = {
        str(constraint.name)
        for table in SERVICE.metadata.tables.values()
        for constraint in table.constraints
        if type(constraint).__name__ == "CheckConstraint"
    }
    with psycopg.connect(databases(SERVICE)) as connection:
        found = {
            row[0]
            for row in connection.execute(
                "SELECT conname FROM pg_constraint WHERE contype = 'c' AND connamespace = 'public'::regnamespace"
                " AND conrelid::regclass::text NOT LIKE 'procrastinate%'"
            )
        }
    assert declared == found


async def test_the_contract_is_complete(directory: Running) -> None:
    document = (await directory.client.get("/directory/openapi.json")).json()
    operations = [(path, method, operation) for path, item in document["paths"].items() for method, operation in item.items()]
    assert len({operation["operationId"] for _, _, operation in operations}) == len(operations)
    for path, _, operation in operations:
        assert path.startswith("/directory/v1/")
        assert re.fullmatch(r"[a-z][A-Za-z]+", operation["operationId"])
        assert operation["summary"]
        assert operation["x-right"]
        assert operation["tags"][0] in {tag["name"] for tag in document["tags"]}
    sign_in = document["paths"]["/directory/v1/sessions"]["post"]
    assert {"201", "401", "403", "422", "429"} <= set(sign_in["responses"])
    assert "Idempotency-Key" not in str(sign_in["parameters"])


async def test_mails_leave_and_events_wait_for_a_sibling_that_is_away(directory: Running) -> None:
    citizen = await a_citizen(directory)
    await citizen.call("DELETE", "sessions/current")
    await directory.run_jobs()
    folder = directory.resources.settings.data_dir / "mail"
    (mail,) = await mails_to(directory, citizen.email)
    sent = next(file.read_text() for file in folder.iterdir() if mail["message_id"] in file.name)
    assert f"To: {citizen.email}" in sent
    assert "Subject: Confirmez votre adresse e-mail" in sent
    statuses = {job["status"] for job in await directory.jobs("kernel:deliver_event")}
    assert statuses == {"todo"}


async def test_the_journal_is_not_rewritten(directory: Running) -> None:
    await a_citizen(directory)
    for statement in (b"UPDATE journal_lines SET act = 'x'", b"DELETE FROM journal_lines", b"TRUNCATE journal_lines"):
        async with directory.resources.database.readers.connection() as connection:
            with pytest.raises(errors.RestrictViolation):
                await connection.execute(statement)
