"""Every refusal is a problem (RFC 9457) with a name, in the reader's language, and tells nothing of the inside."""

import errno
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from gateway import postgres
from services.common.app import BODY_LIMIT
from services.common.problems import InternalError, Problem, StorageFull, TemporarilyUnavailable, from_database
from tests.support import Running, open_service, settings_for

from .guests import ROOMS_URL, a_name, open_room, refusal
from .hotel import ROOMS
from .rooms import Settings

pytestmark = pytest.mark.anyio
NOBODY = "/rooms/v1/rooms/019a0000-0000-7000-8000-000000000000"


async def test_an_unknown_address_is_not_found(hotel: Running) -> None:
    refusal(await hotel.client.get("/rooms/v1/attic"), 404, "not-found")


async def test_an_unknown_resource_is_not_found(hotel: Running) -> None:
    refusal(await hotel.client.get(NOBODY), 404, "not-found")


async def test_a_method_that_is_not_served_says_which_are(hotel: Running) -> None:
    answer = await hotel.client.put(ROOMS_URL, json={})
    refusal(answer, 405, "method-not-allowed")
    assert {method.strip() for method in answer.headers["allow"].split(",")} == {"GET", "POST"}


async def test_a_status_the_kernel_does_not_know_is_a_fault_of_ours(hotel: Running) -> None:
    refusal(await open_room(hotel, then="teapot"), 500, "internal-error")


@pytest.mark.parametrize("key", [None, "a key"])
async def test_too_large_a_body_is_refused(hotel: Running, key: str | None) -> None:
    headers = {"content-type": "application/json"} | ({"Idempotency-Key": key} if key else {})
    body = b'{"name": "' + b"x" * BODY_LIMIT + b'"}'
    refusal(await hotel.client.post(ROOMS_URL, content=body, headers=headers), 413, "body-too-large")


@pytest.mark.parametrize("key", [None, "a key"])
async def test_too_large_a_body_is_refused_though_its_size_is_not_announced(hotel: Running, key: str | None) -> None:
    async def pieces() -> Any:
        for _ in range(3):
            yield b" " * (BODY_LIMIT // 2)

    headers = {"content-type": "application/json"} | ({"Idempotency-Key": key} if key else {})
    refusal(await hotel.client.post(ROOMS_URL, content=pieces(), headers=headers), 413, "body-too-large")


async def test_each_malformed_field_is_pointed_at(hotel: Running) -> None:
    body = refusal(await hotel.client.post(ROOMS_URL, json={"beds": "many", "a/b~c": 1}), 422, "malformed-request")
    assert {(error["pointer"], error["code"]) for error in body["errors"]} == {
        ("/name", "missing"),
        ("/beds", "int_parsing"),
        ("/a~1b~0c", "extra_forbidden"),
    }


async def test_parameters_are_pointed_at_by_where_they_are(hotel: Running) -> None:
    body = refusal(await hotel.client.get(ROOMS_URL, params={"limit": 101}), 422, "malformed-request")
    assert [error["pointer"] for error in body["errors"]] == ["/query/limit"]
    body = refusal(await hotel.client.get("/rooms/v1/rooms/12"), 422, "malformed-request")
    assert [error["pointer"] for error in body["errors"]] == ["/path/room_id"]


@pytest.mark.parametrize("body", [b"{", b'{"name": "a" "b"}', b"\xff", b"", b"[" * 100_000])
async def test_what_is_not_json_is_malformed_as_a_whole(hotel: Running, body: bytes) -> None:
    answer = await hotel.client.post(ROOMS_URL, content=body, headers={"content-type": "application/json"})
    found = refusal(answer, 422, "malformed-request")
    assert [error["pointer"] for error in found.get("errors", [{"pointer": ""}])] == [""]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(rb'{"name": "a\u0000b"}', id="null character in a text"),
        pytest.param(rb'{"name": "n", "details": {"a": "\u0000"}}', id="null character in a document"),
        pytest.param(rb'{"name": "a\ud800b"}', id="half a character in a text"),
        pytest.param(rb'{"name": "n", "\ud800": 1}', id="half a character in a field's name"),
    ],
)
async def test_text_that_is_no_text_is_malformed(hotel: Running, body: bytes) -> None:
    answer = await hotel.client.post(ROOMS_URL, content=body, headers={"content-type": "application/json"})
    refusal(answer, 422, "malformed-request")


async def test_an_unknown_exception_tells_nothing_but_a_request_id(hotel: Running) -> None:
    answer = await open_room(hotel, then="crash", headers={"X-Request-ID": "call-0001"})
    refusal(answer, 500, "internal-error")
    assert answer.headers["x-request-id"] == "call-0001"
    assert "secret" not in answer.text
    assert "ZeroDivision" not in answer.text


async def test_a_named_constraint_is_the_rule_it_guards(hotel: Running) -> None:
    name = a_name()
    assert (await open_room(hotel, name=name)).status_code == 201
    body = refusal(await open_room(hotel, name=name), 409, "room-name-taken")
    assert body["title"] == "Ce nom de chambre est pris"


async def test_a_constraint_without_a_name_of_ours_is_still_a_refusal(hotel: Running) -> None:
    answer = await open_room(hotel, beds=0)
    refusal(answer, 409, "constraint-broken")
    assert "ck_rooms" not in answer.text


async def test_a_number_the_database_cannot_hold_is_malformed(hotel: Running) -> None:
    refusal(await open_room(hotel, beds=2**40), 422, "malformed-request")


async def test_without_its_database_a_service_asks_to_come_back(
    fresh_database: Callable[[], str], server: postgres.Server, tmp_path: Path
) -> None:
    conninfo = fresh_database()
    name = conninfo_to_dict(conninfo)["dbname"]
    async with open_service(ROOMS, settings_for(Settings, conninfo, tmp_path)) as running:
        assert (await running.client.get(ROOMS_URL)).status_code == 200
        assert (await open_room(running)).status_code == 201
        postgres.drop_database(server, str(name))
        for answer in (await running.client.get(ROOMS_URL), await open_room(running), await open_room(running)):
            refusal(answer, 503, "temporarily-unavailable")
            assert int(answer.headers["retry-after"]) > 0


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        (None, "fr"),
        ("", "fr"),
        ("en", "en"),
        ("en-GB,en;q=0.9", "en"),
        ("EN", "en"),
        ("fr, en", "fr"),
        ("en;q=0.9, fr;q=0.3", "en"),
        ("en;q=0.3, fr;q=0.9", "fr"),
        ("en;Q=0.3, fr;Q=0.9", "fr"),
        ("de, en;q=0.1", "en"),
        ("de", "fr"),
        ("*", "fr"),
        ("en;q=0", "fr"),
        ("fr;q=0.5, en;q=nan", "fr"),
        ("fr;q=0.5, en;q=inf", "fr"),
        ("en;q=high", "fr"),
        (";;q=,=,,en-;q=1,", "en"),
        ("é;ü", "fr"),
    ],
)
async def test_problems_speak_french_unless_english_is_preferred(hotel: Running, accepted: str | None, language: str) -> None:
    headers = {} if accepted is None else {b"Accept-Language": accepted.encode("latin-1")}
    answer = await hotel.client.get(NOBODY, headers=headers)
    body = refusal(answer, 404, "not-found")
    assert answer.headers["content-language"] == language
    assert body["title"] == {"fr": "Ressource introuvable", "en": "Not found"}[language]


async def test_a_field_is_corrected_in_both_languages(hotel: Running) -> None:
    french = (await hotel.client.post(ROOMS_URL, json={})).json()
    english = (await hotel.client.post(ROOMS_URL, json={}, headers={"Accept-Language": "en"})).json()
    assert french["errors"][0]["detail"] == "Ce champ est obligatoire."
    assert english["errors"][0]["detail"] == "Field required"


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), StorageFull),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), StorageFull),
        (psycopg.errors.DiskFull("could not extend file"), StorageFull),
        (OSError(errno.ECONNRESET, "Connection reset"), InternalError),
        (psycopg.OperationalError("gone"), TemporarilyUnavailable),
    ],
)
def test_a_full_disk_is_said_wherever_it_is_met(error: Exception, kind: type[Problem]) -> None:
    assert isinstance(from_database(error), kind)


@pytest.mark.parametrize(("accepts", "said"), [("fr", "'guest' ou ''"), ("en", "'guest' or ''")])
async def test_the_values_a_choice_accepts_are_listed_in_the_readers_language(hotel: Running, accepts: str, said: str) -> None:
    room = (await open_room(hotel)).headers["location"]
    answer = await hotel.client.get(room, params={"view": "cat"}, headers={"Accept-Language": accepts})
    assert said in refusal(answer, 422, "malformed-request")["errors"][0]["detail"]
