"""The `canevas` command: what it says and how it exits."""

import functools
import json
import socket
import stat
import sys
import threading
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.console import Console
from typer.testing import CliRunner

from gateway import openapi, preparation, processes
from gateway.cli import main
from gateway.processes import CannotStart, Options, Platform
from gateway.settings import GatewaySettings
from gateway.welcome import Account, welcome

run = CliRunner().invoke
#: Made for real, once: that they are the same every time is `test_openapi.py`'s to say.
_documents = functools.cache(openapi.documents)


@pytest.fixture
def documents_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openapi, "documents", _documents)


def test_every_command_explains_itself() -> None:
    for command in ("up", "migrate", "openapi", "settings", "nginx", "serve", "worker"):
        shown = run(main, [command, "--help"])
        assert shown.exit_code == 0, shown.output
        assert "Usage" in shown.output


@pytest.mark.usefixtures("documents_made_once")
def test_the_contract_is_written_then_fresh_then_stale(tmp_path: Path) -> None:
    folder = ["--folder", str(tmp_path)]
    missing = run(main, ["openapi", "--check", *folder])
    assert missing.exit_code == 1
    assert run(main, ["openapi", *folder]).exit_code == 0
    fresh = run(main, ["openapi", "--check", *folder])
    assert (fresh.exit_code, fresh.output) == (0, "The contract is fresh.\n")
    (tmp_path / "programming.json").write_text("{}")
    stale = run(main, ["openapi", "--check", *folder])
    assert stale.exit_code == 1
    assert "programming.json" in stale.output
    assert "directory.json" not in stale.output


def test_settings_are_listed_with_their_defaults() -> None:
    shown = run(main, ["settings"])
    assert shown.exit_code == 0
    assert "CANEVAS_REQUEST_DEADLINE_S  [30]\n    Seconds a request may take" in shown.output
    assert "DIRECTORY_DATABASE_URL  [required]" in shown.output


@pytest.mark.usefixtures("documents_made_once")
def test_the_nginx_configuration_goes_to_the_terminal_or_a_folder(tmp_path: Path) -> None:
    shown = run(main, ["nginx"])
    assert shown.exit_code == 0
    assert "proxy_pass http://directory;" in shown.output
    assert run(main, ["nginx", "--folder", str(tmp_path)]).exit_code == 0
    assert (tmp_path / "nginx.conf").read_text() == shown.output


@pytest.mark.parametrize(
    ("arguments", "variables", "said"),
    [
        (["serve", "nothing"], {}, "There is no service 'nothing'; there are: directory, programming, catalogue, events."),
        (["worker", "nothing"], {}, "There is no service 'nothing'"),
        (["serve", "directory"], {}, "DIRECTORY_DATABASE_URL"),
        (["nginx"], {"CANEVAS_CORS_ORIGINS": "*"}, "CANEVAS_CORS_ORIGINS"),
        (["up"], {"CANEVAS_PUBLIC_URL": "https://canevas.example/"}, "CANEVAS_PUBLIC_URL"),
        (
            ["migrate"],
            {"CANEVAS_ENVIRONMENT": "production"},
            "production needs DIRECTORY_DATABASE_URL, PROGRAMMING_DATABASE_URL, CATALOGUE_DATABASE_URL, ",
        ),
    ],
)
def test_a_mistake_is_one_message_not_a_traceback(
    arguments: list[str], variables: dict[str, str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    shown = run(main, arguments)
    assert shown.exit_code == 1
    assert said in shown.stderr
    assert "Traceback" not in shown.output


def test_a_port_already_taken_is_said_with_the_way_out(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(CannotStart, match=rf"Le port {port} est déjà pris.*canevas up --port {port + 1}"):
            processes.up(Options(tmp_path, port=port), Console(quiet=True))
    assert not list(tmp_path.iterdir()), "nothing was prepared for nothing"


def test_secrets_are_drawn_once_and_kept_from_others(tmp_path: Path) -> None:
    drawn: list[dict[str, str]] = []
    threads = [threading.Thread(target=lambda: drawn.append(preparation.secrets(tmp_path))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(drawn) == 8
    assert all(secrets == drawn[0] for secrets in drawn)
    path = tmp_path / "secrets.json"
    assert json.loads(path.read_text()) == drawn[0]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]
    assert drawn[0]["CANEVAS_EVENTS_SECRET"].startswith("whsec_")


def _platform(data_dir: Path, said: list[str]) -> Platform:
    class Recorded(Platform):
        def say(self, text: str) -> None:
            said.append(text)

    return Recorded(Options(data_dir, demo=True), Console(quiet=True))


def test_the_demonstration_is_loaded_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loads: list[tuple[str, Path]] = []

    def load(base_url: str, data_dir: Path) -> SimpleNamespace:
        loads.append((base_url, data_dir))
        return SimpleNamespace(accounts=[("Porteur", "a@asso.example", "secret")])

    monkeypatch.setitem(sys.modules, "gateway.demo.seed", SimpleNamespace(load=load))
    for _ in range(2):
        assert processes.load_demo(_platform(tmp_path, [])) == [("Porteur", "a@asso.example", "secret")]
    assert loads == [("http://127.0.0.1:8000", tmp_path)]


def test_a_demonstration_that_fails_is_said_and_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def load(base_url: str, data_dir: Path) -> None:
        raise RuntimeError("pas de courriel")

    monkeypatch.setitem(sys.modules, "gateway.demo.seed", SimpleNamespace(load=load))
    said: list[str] = []
    assert processes.load_demo(_platform(tmp_path, said)) == []
    assert said[1:] == ["La démonstration n'a pas pu être chargée : pas de courriel", "La plateforme fonctionne quand même."]
    assert not (tmp_path / "demo.json").exists()


def test_the_welcome_is_never_cut(tmp_path: Path) -> None:
    narrow = Console(width=20, file=StringIO())
    account = Account("Porteur de projet", "une.adresse.plutot.longue@centre-social.example.org", "canevas-demonstration")
    welcome(narrow, Options(tmp_path), GatewaySettings(), [account], mails=True)
    said = narrow.file.getvalue()  # type: ignore[attr-defined]
    assert "  Porteur de projet  une.adresse.plutot.longue@centre-social.example.org  canevas-demonstration\n" in said
    assert f"canevas user create-admin COURRIEL --data-dir {tmp_path}" in said


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "canevas.example"])
def test_the_demonstration_whose_passwords_everybody_knows_listens_on_this_machine_only(tmp_path: Path, host: str) -> None:
    refused = run(main, ["up", "--demo", "--host", host, "--data-dir", str(tmp_path)])
    assert refused.exit_code == 2
    assert "--no-demo" in refused.output
    assert list(tmp_path.iterdir()) == []
