"""A service reads its environment, and says clearly what is wrong with it."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from services.common.settings import ServiceSettings
from tests.support import EVENTS_SECRET, SECRET

from .rooms import Settings

REQUIRED = {
    "ROOMS_DATABASE_URL": "postgresql:///rooms",
    "CANEVAS_SECRET_KEY": SECRET,
    "CANEVAS_EVENTS_SECRET": EVENTS_SECRET,
}


def read(monkeypatch: pytest.MonkeyPatch, **environment: str | None) -> Settings:
    for name, value in {**REQUIRED, **environment}.items():
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, value)
    return Settings()


def refused(monkeypatch: pytest.MonkeyPatch, **environment: str | None) -> str:
    with pytest.raises(ValidationError) as found:
        read(monkeypatch, **environment)
    return str(found.value)


def test_what_is_shared_and_what_is_its_own_come_from_two_prefixes(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch, CANEVAS_DATA_DIR="/srv/canevas", ROOMS_DATABASE_POOL="4", CANEVAS_LOG_LEVEL="warning")
    assert settings.database_url == "postgresql:///rooms"
    assert settings.data_dir == Path("/srv/canevas")
    assert settings.database_pool == 4
    assert settings.log_level == "warning"


def test_another_service_s_variable_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "database_url" in refused(monkeypatch, ROOMS_DATABASE_URL=None, ANNEX_DATABASE_URL="postgresql:///annex")


@pytest.mark.parametrize("name", ["CANEVAS_SECRET_KEY", "CANEVAS_EVENTS_SECRET"])
def test_a_secret_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    assert name in refused(monkeypatch, **{name: None})


@pytest.mark.parametrize("name", ["CANEVAS_SECRET_KEY", "CANEVAS_EVENTS_SECRET"])
def test_a_secret_that_is_too_short_is_named_and_not_shown(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    error = refused(monkeypatch, **{name: "hunter2"})
    assert name in error
    assert "32" in error
    assert "hunter2" not in error


@pytest.mark.parametrize("secret", ["whsec_" + "é" * 32, "whsec_" + "A" * 33, "x" * 33])
def test_an_events_secret_that_signs_nothing_is_refused_at_once(monkeypatch: pytest.MonkeyPatch, secret: str) -> None:
    error = refused(monkeypatch, CANEVAS_EVENTS_SECRET=secret)
    assert "whsec_" in error
    assert secret not in error


def test_secrets_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch, CANEVAS_SMTP_URL="smtp://a:hidden@mail.example.fr")
    shown = f"{settings!r} {settings.model_dump()}"
    assert SECRET not in shown
    assert EVENTS_SECRET not in shown
    assert "hidden" not in shown


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("", {}),
        ("directory=http://d:1", {"directory": "http://d:1"}),
        ("directory=http://d:1,annex=http://a:2/x?y=z", {"directory": "http://d:1", "annex": "http://a:2/x?y=z"}),
        (" directory=http://d:1 , annex=http://a:2, ", {"directory": "http://d:1", "annex": "http://a:2"}),
    ],
)
def test_siblings_are_names_and_addresses(monkeypatch: pytest.MonkeyPatch, written: str, read_as: dict[str, str]) -> None:
    assert read(monkeypatch, CANEVAS_SIBLINGS=written).siblings == read_as


@pytest.mark.parametrize("written", ["directory", "directory=", "=http://d:1", "http://d:1"])
def test_a_sibling_without_an_address_is_refused(monkeypatch: pytest.MonkeyPatch, written: str) -> None:
    assert "CANEVAS_SIBLINGS" in refused(monkeypatch, CANEVAS_SIBLINGS=written)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CANEVAS_ENVIRONMENT", "staging"),
        ("CANEVAS_LOG_LEVEL", "loud"),
        ("CANEVAS_UPLOAD_LIMIT_MB", "0"),
        ("ROOMS_DATABASE_POOL", "1"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    assert name.partition("_")[2].lower() in refused(monkeypatch, **{name: value}).lower()


def test_every_setting_is_described() -> None:
    assert [name for name, field in ServiceSettings.model_fields.items() if not field.description] == []
