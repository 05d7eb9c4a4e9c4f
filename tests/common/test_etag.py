"""Nobody overwrites what they have not read, nobody downloads again what they hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.common.etag import etag, expected_version
from tests.support import Running

from .guests import open_room, refusal

pytestmark = pytest.mark.anyio


@pytest.fixture
async def room(hotel: Running) -> str:
    """Address of a room at its first version."""
    return str((await open_room(hotel)).headers["location"])


async def patched(hotel: Running, room: str, headers: dict[str, str]) -> tuple[int, str]:
    answer = await hotel.client.patch(room, json={"beds": 3}, headers=headers)
    return answer.status_code, answer.headers.get("etag", "")


async def test_a_change_needs_the_version_that_was_read(hotel: Running, room: str) -> None:
    refusal(await hotel.client.patch(room, json={"beds": 3}), 428, "precondition-required")


@pytest.mark.parametrize("tag", ['"1"', 'W/"1"', '"1-guest"', 'W/"1-guest"', ' "1" '])
async def test_the_version_read_may_be_changed_whatever_its_view(hotel: Running, room: str, tag: str) -> None:
    assert await patched(hotel, room, {"If-Match": tag}) == (200, '"2"')


@pytest.mark.parametrize("tag", ['"0"', '"2"', "1", "*", '"1', '"one"', '"1" "2"', "", '"-1"', '"' + "9" * 5000 + '"', '"²"'])
async def test_any_other_tag_is_stale(hotel: Running, room: str, tag: str) -> None:
    answer = await hotel.client.patch(room, json={"beds": 3}, headers={b"If-Match": tag.encode("latin-1")})
    refusal(answer, 412, "stale-version")
    assert (await hotel.client.get(room)).json()["beds"] == 1


async def test_a_stale_change_is_told_the_current_version(hotel: Running, room: str) -> None:
    await patched(hotel, room, {"If-Match": '"1"'})
    answer = await hotel.client.patch(room, json={"beds": 4}, headers={"If-Match": '"1"'})
    assert refusal(answer, 412, "stale-version")["current_etag"] == '"2"'


async def test_what_is_held_is_not_sent_again(hotel: Running, room: str) -> None:
    tag = (await hotel.client.get(room)).headers["etag"]
    for held in (tag, f"W/{tag}", f'"other", W/{tag}'):
        answer = await hotel.client.get(room, headers={"If-None-Match": held})
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag)


async def test_two_views_of_one_version_are_not_the_same(hotel: Running, room: str) -> None:
    house = (await hotel.client.get(room)).headers["etag"]
    guest = (await hotel.client.get(room, params={"view": "guest"})).headers["etag"]
    assert house != guest
    assert (await hotel.client.get(room, headers={"If-None-Match": guest})).status_code == 200


async def test_what_changed_is_sent_again(hotel: Running, room: str) -> None:
    tag = (await hotel.client.get(room)).headers["etag"]
    await patched(hotel, room, {"If-Match": tag})
    assert (await hotel.client.get(room, headers={"If-None-Match": tag})).status_code == 200


@given(version=st.integers(0, 2**31 - 1), view=st.from_regex(r"[a-z0-9]{0,12}", fullmatch=True), weak=st.booleans())
async def test_a_tag_says_its_version(version: int, view: str, weak: bool) -> None:
    assert await expected_version(("W/" if weak else "") + etag(version, view)) == version
