"""compose.yaml: valid against the Compose specification, complete for the routing table, closed."""

import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from gateway.routes import PAGES_NAME, PAGES_PORT, SERVICES
from gateway.variables import every_variable

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())


def test_it_follows_the_compose_specification() -> None:
    schema = files("check_jsonschema").joinpath("builtin_schemas/vendor/compose-spec.json").read_text()
    jsonschema.validate(COMPOSE, json.loads(schema))


@pytest.mark.parametrize("service", [route.service for route in SERVICES])
def test_every_service_has_its_container_and_its_worker(service: str) -> None:
    variable = f"{service.upper()}_DATABASE_URL"
    for name, command in ((service, "serve"), (f"{service}-worker", "worker")):
        container = COMPOSE["services"][name]
        assert container["command"][:2] == [command, service]
        databases = [key for key in container["environment"] if key.endswith("_DATABASE_URL")]
        assert databases == [variable], "a service knows its own database and no other"
        assert container["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert variable in COMPOSE["services"]["migrate"]["environment"]
    assert f"create {service} " in COMPOSE["configs"]["databases"]["content"]


def test_addresses_are_those_of_the_routing_table() -> None:
    siblings = COMPOSE["x-settings"]["CANEVAS_SIBLINGS"]
    ports = [(route.service, route.port) for route in SERVICES] + [(PAGES_NAME, PAGES_PORT)]
    assert siblings == ",".join(f"{name}=http://{name}:{port}" for name, port in ports)
    for name, port in ports:
        assert f":{port}/" in COMPOSE["services"][name]["healthcheck"]["test"][-1]
        assert COMPOSE["services"]["nginx"]["depends_on"][name]["condition"] == "service_healthy"


def test_only_nginx_is_reached_from_outside_and_only_it_is_believed() -> None:
    assert [name for name, container in COMPOSE["services"].items() if "ports" in container] == ["nginx"]
    address = COMPOSE["services"]["nginx"]["networks"]["inside"]["ipv4_address"]
    assert COMPOSE["x-settings"]["CANEVAS_TRUSTED_PROXIES"] == address


def test_the_pages_hold_no_secret() -> None:
    for name in ("pages", "nginx-configuration"):
        assert not [key for key in COMPOSE["services"][name]["environment"] if "SECRET" in key or "DATABASE" in key]


def test_every_variable_is_one_the_platform_knows_and_every_secret_is_asked_for() -> None:
    known = {variable.name for variable in every_variable()}
    for name, container in COMPOSE["services"].items():
        if name not in {"postgres", "nginx"}:
            assert set(container["environment"]) <= known, name
    asked = set(re.findall(r"\$\{([A-Z_]+):\?", (ROOT / "compose.yaml").read_text()))
    example = {line.partition("=")[0] for line in (ROOT / ".env.example").read_text().splitlines() if re.match("[A-Z]", line)}
    assert asked <= example
