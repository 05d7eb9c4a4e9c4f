"""Backup, restore, doctor, journal, retry: the commands that look after a platform, on real databases."""

import asyncio
import json
import stat
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from typer.testing import CliRunner

from gateway import postgres
from gateway.backups import Manifest, stores
from gateway.cli import main
from gateway.embedded import create_gateway, from_environment
from gateway.routes import SERVICES, load
from gateway.settings import GatewaySettings
from services.common.ids import new_id
from tests.conftest import Databases

run = CliRunner().invoke
EMAIL, PASSWORD = "admin@canevas.example", "une phrase assez longue pour un mot de passe"
ASSOCIATION = {"kind": "association", "name": "Les Ateliers imaginaires", "rna": "W119000001"}

Switch = Callable[[Path, dict[str, str]], None]


@pytest.fixture
def switch(monkeypatch: pytest.MonkeyPatch) -> Switch:
    """Makes a platform (its data folder and databases) the one commands and services speak of."""
    monkeypatch.setenv("DIRECTORY_PASSWORD_COST", "low")
    monkeypatch.setenv("CANEVAS_PUBLIC_URL", "http://127.0.0.1:9")
    _forget_secrets(monkeypatch)

    def use(data_dir: Path, urls: dict[str, str]) -> None:
        monkeypatch.setenv("CANEVAS_DATA_DIR", str(data_dir))
        for name, url in urls.items():
            monkeypatch.setenv(f"{name.upper()}_DATABASE_URL", url)

    return use


def _forget_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a new shell: `create-admin` runs the directory in this process, whose environment it completes."""
    for name in ("CANEVAS_SECRET_KEY", "CANEVAS_EVENTS_SECRET"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def migrated(databases: Databases) -> dict[str, str]:
    return {route.service: databases(load(route).service) for route in SERVICES}


@pytest.fixture
def empty(server: postgres.Server) -> Iterator[dict[str, str]]:
    names = {route.service: f"restored_{new_id().hex}" for route in SERVICES}
    yield {service: postgres.ensure_database(server, name) for service, name in names.items()}
    for name in names.values():
        postgres.drop_database(server, name)
        with psycopg.connect(server.conninfo(), autocommit=True) as connection:
            connection.execute(f'DROP ROLE "{name}"'.encode())


@pytest.fixture
def platform(switch: Switch, migrated: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A platform with an administrator; its data folder."""
    data_dir = tmp_path / "platform"
    switch(data_dir, migrated)
    made = run(main, ["user", "create-admin", EMAIL, "--name", "Camille Exemple", "--password-stdin"], input=PASSWORD + "\n")
    assert made.exit_code == 0, made.output

    _forget_secrets(monkeypatch)
    return data_dir


@asynccontextmanager
async def opened(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx.AsyncClient]:
    for name, value in json.loads((data_dir / "secrets.json").read_text()).items():
        monkeypatch.setenv(name, value)
    composition = from_environment()
    transport = httpx.ASGITransport(create_gateway(composition, GatewaySettings()))
    async with composition.opened(), httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:9") as client:
        yield client


async def _live(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, dict[str, Any]]:
    """Somebody signs in and opens an association: their token, and what they read."""
    async with opened(data_dir, monkeypatch) as client:
        signed_in = await client.post("/directory/v1/sessions", json={"email": EMAIL, "password": PASSWORD})
        token: str = signed_in.json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        assert (await client.post("/directory/v1/organisations", json=ASSOCIATION)).status_code == 201
        store = stores({"CANEVAS_DATA_DIR": str(data_dir)})["programming"]
        await store.write("lettre", b"%PDF-1.7 une lettre")
        await store.write("vide", b"")
        return token, await _answers(client)


async def _answers(client: httpx.AsyncClient) -> dict[str, Any]:
    read = {}
    for path in (
        "/directory/v1/me",
        "/directory/v1/organisations",
        "/directory/v1/territories",
        "/directory/v1/themes",
        "/programming/v1/parameters",
        "/catalogue/v1/documents",
        "/events/v1/events",
    ):
        answer = await client.get(path)
        assert answer.status_code == 200, (path, answer.text)
        read[path] = (answer.json(), answer.headers.get("etag"))
    return read


def _saved(into: Path, *options: str) -> Path:
    done = run(main, ["backup", str(into), *options])
    assert done.exit_code == 0, done.output
    (made,) = [Path(line.partition(" : ")[2]) for line in done.output.splitlines() if line.startswith("Sauvegarde faite")]
    return made


def test_a_restored_platform_gives_the_same_answers(
    platform: Path, empty: dict[str, str], switch: Switch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, before = asyncio.run(_live(platform, monkeypatch))
    saved = _saved(tmp_path / "kept")
    assert stat.S_IMODE(saved.stat().st_mode) == stat.S_IMODE((saved / "secrets").stat().st_mode) == 0o700
    manifest = Manifest.read(saved)
    assert manifest.databases["directory"].tables["organisations"] == 1
    assert manifest.files == 2

    _forget_secrets(monkeypatch)
    new_home = tmp_path / "elsewhere"
    switch(new_home, empty)
    done = run(main, ["restore", str(saved)])
    assert done.exit_code == 0, done.output

    async def read_again() -> None:
        async with opened(new_home, monkeypatch) as client:
            client.headers["Authorization"] = f"Bearer {token}"
            assert await _answers(client) == before, "a token signed before is still believed, and finds the same"
            store = stores({"CANEVAS_DATA_DIR": str(new_home)})["programming"]
            assert (await store.read("lettre"), await store.read("vide")) == (b"%PDF-1.7 une lettre", b"")

    asyncio.run(read_again())
    again = run(main, ["restore", str(saved)])
    assert again.exit_code == 1
    assert "n'est pas vide : rien n'a été touché" in again.stderr


@pytest.mark.parametrize("damage", ["directory.dump", "files/programming/lettre", "files.sha256"])
def test_a_damaged_backup_restores_nothing(
    damage: str, platform: Path, empty: dict[str, str], switch: Switch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asyncio.run(stores({"CANEVAS_DATA_DIR": str(platform)})["programming"].write("lettre", b"%PDF-1.7"))
    saved = _saved(tmp_path / "kept")
    with (saved / damage).open("r+b") as file:
        file.seek(1)
        file.write(b"\0")
    switch(tmp_path / "elsewhere", empty)
    done = run(main, ["restore", str(saved)])
    assert done.exit_code == 1
    assert "abîmée ou incomplète" in done.stderr
    for url in empty.values():
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)


@pytest.mark.parametrize("path", ["files/loose", "files/programming/../programming/lettre", "files/programming//lettre"])
def test_a_backup_whose_paths_lead_elsewhere_restores_nothing(
    path: str, platform: Path, empty: dict[str, str], switch: Switch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asyncio.run(stores({"CANEVAS_DATA_DIR": str(platform)})["programming"].write("lettre", b"%PDF-1.7"))
    saved = _saved(tmp_path / "kept")
    (saved / "files" / "loose").write_bytes(b"%PDF-1.7")
    listed = saved / "files.sha256"
    listed.write_text(listed.read_text().replace("files/programming/lettre", path))
    switch(tmp_path / "elsewhere", empty)
    done = run(main, ["restore", str(saved)])
    assert (done.exit_code, path in done.stderr, "Rien n'a été restauré" in done.stderr) == (1, True, True)
    for url in empty.values():
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)


def test_a_backup_of_a_later_version_and_another_secret_are_refused(
    platform: Path, empty: dict[str, str], switch: Switch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved = _saved(tmp_path / "kept")
    switch(tmp_path / "elsewhere", empty)
    monkeypatch.setenv("CANEVAS_SECRET_KEY", "another secret, of thirty-two characters or more")
    refused = run(main, ["restore", str(saved)])
    assert refused.exit_code == 1
    assert "--other-secrets" in refused.stderr
    assert run(main, ["restore", str(saved), "--other-secrets"]).exit_code == 0

    manifest = json.loads((saved / "manifest.json").read_text())
    manifest["databases"]["events"]["schema"] = "2999_01_01_from_the_future"
    (saved / "manifest.json").write_text(json.dumps(manifest))
    later = run(main, ["restore", str(saved)])
    assert later.exit_code == 1
    assert "2999_01_01_from_the_future" in later.stderr


def test_old_backups_are_deleted_and_a_failed_one_leaves_nothing(
    platform: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "kept"
    for day in (1, 2, 3):
        old = kept / f"canevas-2026-01-0{day}T000000Z"
        old.mkdir(parents=True)
        (old / "manifest.json").write_text("{}")
    (kept / "something-else").mkdir()
    saved = _saved(kept, "--keep", "2")
    assert sorted(path.name for path in kept.iterdir()) == ["canevas-2026-01-03T000000Z", saved.name, "something-else"]

    monkeypatch.setattr("gateway.backups._tool", lambda program: "/bin/false")
    failed = run(main, ["backup", str(tmp_path / "other")])
    assert failed.exit_code == 1
    assert "pg_dump a échoué" in failed.stderr
    assert list((tmp_path / "other").iterdir()) == []


def _findings(*options: str) -> tuple[int, dict[str, dict[str, str]]]:
    done = run(main, ["doctor", "--json", *options])
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return done.exit_code, {f"{one['subject']}/{one['state']}": one for one in found}


def test_doctor_says_what_is_wrong_and_how_to_mend_it(platform: Path, migrated: dict[str, str]) -> None:
    code, found = _findings("--every-file")
    assert code == 0, found
    assert {name for name in found if name.endswith("/error")} == set()
    assert "canevas worker" in found["travaux directory/warning"]["way_out"], "nobody works here"
    assert "adresse publique/warning" in found

    (platform / "secrets.json").chmod(0o644)
    with psycopg.connect(migrated["directory"]) as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'from_the_future'")
    with psycopg.connect(migrated["catalogue"]) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '2026_11_22_initial'")
    with psycopg.connect(migrated["programming"]) as connection:
        connection.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, status) VALUES ('default', 'programming:write_letter', 'failed')"
        )
    code, found = _findings()
    assert code == 1
    assert found["secrets/error"]["way_out"] == f"chmod 600 {platform / 'secrets.json'}"
    assert "plus récente" in found["base directory/error"]["said"]
    assert found["base catalogue/error"]["way_out"] == "canevas migrate"
    assert "programming:write_letter (1)" in found["travaux programming/warning"]["said"]

    shown = run(main, ["doctor"])
    assert "✗ base catalogue : Son schéma est en retard" in shown.output
    assert "    → canevas migrate" in shown.output

    assert "programming : 1 travaux repris." in run(main, ["retry", "programming"]).output
    with psycopg.connect(migrated["programming"]) as connection:
        assert connection.execute("SELECT status FROM procrastinate_jobs").fetchall() == [("todo",)]


def test_doctor_finds_counts_that_disagree(platform: Path, migrated: dict[str, str]) -> None:
    ids = [str(new_id()) for _ in range(3)]
    with psycopg.connect(migrated["events"]) as connection:
        connection.execute("ALTER TABLE seat_pools DROP CONSTRAINT IF EXISTS fk_seat_pools_desk_id_registration_desks")
        connection.execute(
            "INSERT INTO seat_pools (id, desk_id, mode, is_share, position, label, audiences, territory_codes, capacity, taken)"
            " VALUES (%s, %s, 'on_site', false, 0, '', '{}', '{}', 10, 3)",
            ids[:2],
        )
    code, found = _findings()
    assert code == 1
    assert ids[0] in found["comptes events/seats/error"]["said"]
    assert "canevas journal" in found["comptes events/seats/error"]["way_out"]


def test_a_database_that_does_not_answer_is_a_finding(platform: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVENTS_DATABASE_URL", "host=/nowhere dbname=events user=events")
    code, found = _findings()
    assert code == 1
    assert "EVENTS_DATABASE_URL" in found["base events/error"]["way_out"]
    assert found["base directory/ok"], "the others are looked at all the same"


def test_a_mail_server_that_refuses_is_a_finding(platform: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANEVAS_SMTP_URL", "smtp://127.0.0.1:9")
    code, found = _findings()
    assert code == 1
    assert "127.0.0.1" in found["mail/error"]["said"]


def test_the_journal_is_written_out_between_two_instants(platform: Path, tmp_path: Path) -> None:
    everything = run(main, ["journal"])
    lines = [json.loads(line) for line in everything.stdout.splitlines()]
    assert lines, "an administrator was made"
    assert {line["service"] for line in lines} == {"directory"}
    assert {"at", "act", "actor_id", "resource_id", "changes"} <= lines[0].keys()
    assert run(main, ["journal", "directory", "--until", "2020-01-01"]).stdout == ""
    target = tmp_path / "journal.jsonl"
    assert run(main, ["journal", "--since", "2020-01-01", "--output", str(target)]).exit_code == 0
    assert target.read_text() == everything.stdout
    twice = run(main, ["journal", "--output", str(target)])
    assert twice.exit_code == 1
    assert "Traceback" not in twice.output
