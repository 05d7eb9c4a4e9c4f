"""What a sibling answers, read: whole lists, what is absent, what is not an answer."""

from collections.abc import AsyncIterator
from urllib.parse import quote

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from services.common.problems import TemporarilyUnavailable
from services.common.siblings import Siblings

pytestmark = pytest.mark.anyio

inn = FastAPI()
CURSOR = "a cursor & more="


@inn.get("/inn/v1/rooms")
async def rooms(request: Request) -> JSONResponse:
    if request.query_params.get("cursor") == CURSOR:
        return JSONResponse({"items": [{"number": 3}], "next": None})
    assert request.query_params["limit"] == "100"
    return JSONResponse({"items": [{"number": 1}, {"number": 2}], "next": CURSOR})


@inn.get("/inn/v1/{status}")
async def answer(status: int) -> JSONResponse:
    return JSONResponse({"status": status}, status)


@pytest.fixture
async def siblings() -> AsyncIterator[Siblings]:
    found = Siblings({}, {"inn": inn})
    await found.open()
    yield found
    await found.close()


async def test_a_list_is_read_to_its_end(siblings: Siblings) -> None:
    assert quote(CURSOR) != CURSOR
    assert [item["number"] async for item in siblings.items("inn", "/inn/v1/rooms")] == [1, 2, 3]


async def test_what_may_be_absent_is_nothing_and_any_other_answer_is_no_answer(siblings: Siblings) -> None:
    assert await siblings.read("inn", "/inn/v1/200") == {"status": 200}
    assert await siblings.read("inn", "/inn/v1/404", absent=(404,)) is None
    assert [item async for item in siblings.items("inn", "/inn/v1/403", absent=(403,))] == []
    for status in (404, 500, 201):
        with pytest.raises(TemporarilyUnavailable):
            await siblings.read("inn", f"/inn/v1/{status}")
    with pytest.raises(TemporarilyUnavailable):
        [item async for item in siblings.items("inn", "/inn/v1/403")]
    with pytest.raises(TemporarilyUnavailable):
        await siblings.read("elsewhere", "/elsewhere/v1/rooms")
