"""Settings: read from the environment, described, refused when they make no sense."""

import pytest
from pydantic import ValidationError

from gateway.settings import GatewaySettings
from gateway.variables import every_variable


def test_lists_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANEVAS_CORS_ORIGINS", "http://a.test, https://b.test:3000 ,")
    monkeypatch.setenv("CANEVAS_SIBLINGS", "directory=http://directory:8001,pages=http://pages:8009")
    settings = GatewaySettings()
    assert settings.cors_origins == ("http://a.test", "https://b.test:3000")
    assert settings.siblings == {"directory": "http://directory:8001", "pages": "http://pages:8009"}


def test_hosts_come_from_the_public_address_unless_they_are_given() -> None:
    assert GatewaySettings(public_url="https://Canevas.example:8443").hosts == {"canevas.example", "127.0.0.1", "localhost"}
    assert GatewaySettings(allowed_hosts="One.example").hosts == {"one.example"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"cors_origins": "*"},
        {"cors_origins": "https://a.test/path"},
        {"cors_origins": "a.test"},
        {"public_url": "canevas.example"},
        {"public_url": "https://canevas.example/"},
        {"request_deadline_s": 0},
    ],
)
def test_what_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        GatewaySettings(**wrong)  # type: ignore[arg-type]


def test_every_variable_is_listed_once_and_described() -> None:
    rows = every_variable()
    names = [row.name for row in rows]
    assert len(names) == len(set(names))
    assert {"CANEVAS_PUBLIC_URL", "CANEVAS_CORS_ORIGINS", "DIRECTORY_DATABASE_URL", "PROGRAMMING_DATABASE_URL"} <= set(names)
    for row in rows:
        assert row.description.endswith("."), row.name
