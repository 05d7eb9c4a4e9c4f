"""The events in the contract: each type there, its example valid against its schema, and against what really leaves."""

from typing import Any

import jsonschema_rs
import pytest

from gateway.openapi import ContractConflict, merge
from services.programming.announcements import TYPES
from tests.programming.webhooks.receiver import receiving, subscribe
from tests.programming.world import World

pytestmark = pytest.mark.anyio


def _schema(document: dict[str, Any], operation: dict[str, Any]) -> dict[str, Any]:
    (media_type,) = operation["requestBody"]["content"]
    assert media_type == "application/cloudevents+json"
    found: dict[str, Any] = operation["requestBody"]["content"][media_type]["schema"]
    return {**found, "components": document["components"]}


async def test_every_type_is_in_the_contract_with_an_example_that_validates(world: World) -> None:
    document = world.running.app.openapi()
    told = document["webhooks"]
    assert list(told) == [kind.name for kind in TYPES]
    for name, item in told.items():
        operation = item["post"]
        schema = _schema(document, operation)
        component = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        jsonschema_rs.validator_for(schema).validate(component["example"])
        assert component["example"]["type"] == name
        assert [parameter["name"] for parameter in operation["parameters"]] == [
            "webhook-id",
            "webhook-timestamp",
            "webhook-signature",
        ]
        assert "2XX" in operation["responses"]
        assert "422" not in operation["responses"]
        assert operation["summary"]
    names = [item["post"]["operationId"] for item in told.values()]
    assert len(set(names)) == len(names)
    assert "HTTPValidationError" not in str(told)
    assert not {name for name in told if f"/{name}" in document["paths"]}


async def test_what_leaves_is_what_the_contract_says(world: World) -> None:
    document = world.running.app.openapi()
    async with receiving() as receiver:
        made = await subscribe(world, world.team, receiver.url)
        await world.awarded(state=8_000, caf=4_000)
        await world.call(world.team, "POST", f"/webhooks/{made['id']}/tests", expect=201)
        await world.running.run_jobs()
        assert len(set(receiver.types())) >= 8
        for message in receiver.received:
            operation = document["webhooks"][message.event["type"]]["post"]
            jsonschema_rs.validator_for(_schema(document, operation)).validate(message.event)


async def test_the_platforms_contract_holds_them_too(world: World) -> None:
    document = world.running.app.openapi()
    bare = {name: part for name, part in document.items() if name != "webhooks"} | {"paths": {}}
    assert merge({"programming": document, "other": bare})["webhooks"] == document["webhooks"]
    assert "webhooks" not in merge({"other": bare})
    other = {**bare, "webhooks": {"dossier.submitted": {"post": {"operationId": "another"}}}}
    with pytest.raises(ContractConflict):
        merge({"programming": document, "other": other})


async def test_nothing_of_them_is_served(world: World) -> None:
    for path in ("/dossier.submitted", "/programming/v1/dossier.submitted", "dossier.submitted"):
        answer = await world.running.client.post(f"http://canevas.test/{path.lstrip('/')}", json={})
        assert answer.status_code == 404
