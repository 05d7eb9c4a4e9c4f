"""Lists are walked by signed cursors: every row once, in order, and no cursor but the list's own."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from itsdangerous import URLSafeSerializer

from services.common.pagination import Cursors
from services.common.problems import InvalidCursor
from tests.support import BASE_URL, SECRET, Running

from .guests import ROOMS_URL, open_room, refusal

pytestmark = pytest.mark.anyio
ROOMS = [f"chambre {number:02}" for number in range(23)]
#: The longest text a list is filtered or sorted by, and the hardest to make short.
VARIED = "".join(chr(0x1F300 + place) for place in range(200))


@pytest.fixture(scope="module")
async def full(hotel: Running) -> Running:
    """A hotel of 23 rooms, opened in no order."""
    for name in sorted(ROOMS, key=lambda name: name[::-1]):
        assert (await open_room(hotel, name=name)).status_code == 201
    return hotel


async def first_cursor(hotel: Running, **filters: str) -> str:
    answer = await hotel.client.get(ROOMS_URL, params={"limit": "2"} | filters)
    return str(answer.json()["next"])


@settings(deadline=None, max_examples=20)
@given(limit=st.integers(1, 100))
async def test_walking_the_pages_meets_each_row_once_in_order(full: Running, limit: int) -> None:
    met: list[str] = []
    pages, url = 0, f"{ROOMS_URL}?limit={limit}"
    while url:
        answer = await full.client.get(url)
        body = answer.json()
        met += [room["name"] for room in body["items"]]
        pages += 1
        assert ("next" in answer.links) is (body["next"] is not None)
        url = answer.links.get("next", {}).get("url", "")
    assert met == ROOMS
    assert pages == -(-len(ROOMS) // limit)


async def test_the_link_and_the_cursor_lead_to_the_same_page(full: Running) -> None:
    first = await full.client.get(ROOMS_URL, params={"limit": 5, "q": "a b&c"})
    by_link = await full.client.get(first.links["next"]["url"])
    by_cursor = await full.client.get(ROOMS_URL, params={"limit": 5, "q": "a b&c", "cursor": first.json()["next"]})
    assert first.links["next"]["url"].startswith(BASE_URL + ROOMS_URL)
    assert by_link.json() == by_cursor.json()
    assert by_link.json()["items"][0]["name"] == ROOMS[5]


async def test_a_page_may_change_size_on_the_way(full: Running) -> None:
    answer = await full.client.get(ROOMS_URL, params={"limit": 7, "cursor": await first_cursor(full)})
    assert [room["name"] for room in answer.json()["items"]] == ROOMS[2:9]


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda cursor: cursor[:-1], id="truncated"),
        pytest.param(lambda cursor: cursor[1:], id="beheaded"),
        pytest.param(lambda cursor: cursor.replace(cursor[5], "A" if cursor[5] != "A" else "B", 1), id="altered"),
        pytest.param(lambda cursor: cursor.rpartition(".")[0], id="unsigned"),
        pytest.param(lambda cursor: "", id="empty"),
        pytest.param(lambda cursor: "chambre 05", id="a bare key"),
        pytest.param(lambda cursor: "é\x00\u202e", id="no ASCII"),
        pytest.param(lambda cursor: "." * 400, id="dots"),
    ],
)
async def test_a_cursor_that_is_not_ours_is_refused(full: Running, spoil: Callable[[str], str]) -> None:
    cursor = spoil(await first_cursor(full))
    refusal(await full.client.get(ROOMS_URL, params={"limit": 2, "cursor": cursor}), 400, "invalid-cursor")


async def test_a_cursor_of_another_list_is_refused(full: Running) -> None:
    cursor = await first_cursor(full)
    refusal(await full.client.get("/rooms/v1/cellars", params={"cursor": cursor}), 400, "invalid-cursor")


async def test_a_cursor_of_other_filters_is_refused(full: Running) -> None:
    cursor = await first_cursor(full, q="sea view")
    refusal(await full.client.get(ROOMS_URL, params={"q": "no view", "cursor": cursor}), 400, "invalid-cursor")


async def test_filters_are_told_apart_though_they_read_alike(full: Running) -> None:
    cursor = await first_cursor(full, q="a&view=b")
    refusal(await full.client.get(ROOMS_URL, params={"q": "a", "view": "b", "cursor": cursor}), 400, "invalid-cursor")


async def test_the_longest_filter_still_has_a_next_page(full: Running) -> None:
    filters = {"q": VARIED}
    answer = await full.client.get(ROOMS_URL, params={"cursor": await first_cursor(full, **filters)} | filters)
    assert [room["name"] for room in answer.json()["items"]][:1] == ROOMS[2:3]


async def test_the_longest_key_still_has_a_next_page(full: Running) -> None:
    cursor = Cursors(SECRET).write("list", [VARIED, "019a0000-0000-7000-8000-000000000000"])
    answer = await full.client.get(ROOMS_URL, params={"cursor": cursor})
    refusal(answer, 400, "invalid-cursor")  # of another list, but not too long to be read


@contextmanager
def refused() -> Iterator[None]:
    with pytest.raises(InvalidCursor):
        yield


async def test_a_cursor_signed_with_another_secret_or_for_another_use_is_refused() -> None:
    cursors = Cursors(SECRET)
    with refused():
        cursors.read("list", Cursors(SECRET + "!").write("list", ["a"]))
    with refused():
        cursors.read("list", str(URLSafeSerializer(SECRET, salt="other").dumps(["list", "a"])))


@pytest.mark.parametrize("content", [None, 1, {}, [], "list", [["list"], "a"]])
async def test_a_signed_content_of_another_shape_is_refused(content: object) -> None:
    with refused():
        Cursors(SECRET).read("list", str(URLSafeSerializer(SECRET, salt="cursor").dumps(content)))


@given(scope=st.text(max_size=50), keys=st.lists(st.text(max_size=50), max_size=4))
async def test_a_cursor_gives_its_keys_back(scope: str, keys: list[str]) -> None:
    cursors = Cursors(SECRET)
    assert cursors.read(scope, cursors.write(scope, keys)) == keys
