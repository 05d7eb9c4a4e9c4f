"""A stored file comes back whole or by a range, under headers that no file name can break."""

import base64
import hashlib
import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.common.files import Files, StoredFile, download
from tests.support import Running

from .guests import refusal

pytestmark = pytest.mark.anyio
CONTENT = b"%PDF-1.7\n" + bytes(range(91))
SIZE = len(CONTENT)
DIGEST = f"sha-256=:{base64.b64encode(hashlib.sha256(CONTENT).digest()).decode()}:"


@pytest.fixture(scope="module")
async def address(hotel: Running) -> str:
    key = (await hotel.client.post("/rooms/v1/files", content=CONTENT)).json()["key"]
    return f"/rooms/v1/files/{key}?name=statuts.pdf"


async def test_a_file_comes_back_whole(hotel: Running, address: str) -> None:
    answer = await hotel.client.get(address)
    assert (answer.status_code, answer.content) == (200, CONTENT)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-length"] == str(SIZE)
    assert answer.headers["content-digest"] == answer.headers["repr-digest"] == DIGEST
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-disposition"] == "attachment; filename=\"statuts.pdf\"; filename*=UTF-8''statuts.pdf"
    assert answer.headers["etag"] == f'"{hashlib.sha256(CONTENT).hexdigest()}"'


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=10-19", 10, 20),
        ("bytes=10-", 10, SIZE),
        ("bytes=99-", 99, SIZE),
        ("bytes=90-1000", 90, SIZE),
        ("bytes=-1", 99, SIZE),
        ("bytes=-30", 70, SIZE),
        (" bytes=10-19 ", 10, 20),
    ],
)
async def test_a_range_comes_back_alone(hotel: Running, address: str, asked: str, start: int, end: int) -> None:
    answer = await hotel.client.get(address, headers={"Range": asked})
    assert (answer.status_code, answer.content) == (206, CONTENT[start:end])
    assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/{SIZE}"
    assert answer.headers["content-length"] == str(end - start)
    assert answer.headers["repr-digest"] == DIGEST
    assert "content-digest" not in answer.headers


@pytest.mark.parametrize(
    "asked",
    ["bytes=0-", "bytes=0-99", "bytes=-100", "bytes=-5000", "bytes=-", "bytes=0-1,5-6", "items=0-1", "bytes=a-b", "bytes 0-1", ""],
)
async def test_what_is_no_single_range_is_answered_whole(hotel: Running, address: str, asked: str) -> None:
    answer = await hotel.client.get(address, headers={"Range": asked})
    assert (answer.status_code, answer.content) == (200, CONTENT)


@pytest.mark.parametrize("asked", ["bytes=100-", "bytes=500-600", "bytes=20-10", "bytes=-0", "bytes=" + "9" * 18 + "-"])
async def test_a_range_outside_of_the_file_is_refused(hotel: Running, address: str, asked: str) -> None:
    answer = await hotel.client.get(address, headers={"Range": asked})
    refusal(answer, 416, "range-not-satisfiable")
    assert answer.headers["content-range"] == f"bytes */{SIZE}"


@pytest.mark.parametrize("asked", ["bytes={}-", "bytes=0-{}", "bytes=-{}"])
async def test_an_immense_number_breaks_nothing(hotel: Running, address: str, asked: str) -> None:
    answer = await hotel.client.get(address, headers={"Range": asked.format("9" * 5_000)})
    assert answer.status_code in {200, 206, 416}


@settings(deadline=None)
@given(first=st.integers(0, 120), last=st.integers(0, 120))
async def test_any_range_is_a_slice_of_the_file(hotel: Running, address: str, first: int, last: int) -> None:
    answer = await hotel.client.get(address, headers={"Range": f"bytes={first}-{last}"})
    if answer.status_code == 416:
        assert first > last or first >= SIZE
    else:
        assert answer.content == CONTENT[first : last + 1]


QUOTED = re.compile(r'attachment; filename="([^"\\]*)"; filename\*=UTF-8\'\'([A-Za-z0-9._~%-]*)')


@given(name=st.text(st.characters(), max_size=200))
@example('a"; filename="b.exe')
@example("ends with a backslash\\")
@example("a\r\nSet-Cookie: session=stolen")
@example("\ud800.pdf")
@example("%41%0d%0a.pdf")
def test_no_file_name_breaks_out_of_its_header(name: str) -> None:
    files = Files("memory:///", Path())
    stored = StoredFile("key", 1, "00" * 32, "application/pdf")
    headers = download(files, stored, name, None).headers
    found = QUOTED.fullmatch(headers["content-disposition"])
    assert found is not None
    assert all(" " <= character <= "~" for character in headers["content-disposition"])
    assert unquote(found[2]) == name.encode("utf-8", "replace").decode()


@pytest.mark.parametrize(
    ("name", "plain"), [("Arrêté n° 12.pdf", "Arr_t_ n_ 12.pdf"), ('a"b.pdf', "a'b.pdf"), ("a b.pdf", "a b.pdf")]
)
async def test_old_browsers_read_a_name_close_to_it(hotel: Running, address: str, name: str, plain: str) -> None:
    answer = await hotel.client.get(address.partition("?")[0], params={"name": name})
    assert f'filename="{plain}"' in answer.headers["content-disposition"]


async def test_what_the_caller_holds_is_not_sent_again(hotel: Running, address: str) -> None:
    tag = (await hotel.client.get(address)).headers["etag"]
    answer = await hotel.client.get(address, headers={"if-none-match": f'"other", {tag}'})
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag)
    assert (await hotel.client.get(address, headers={"if-none-match": '"other"'})).status_code == 200


async def test_a_range_of_other_bytes_is_answered_whole(hotel: Running, address: str) -> None:
    tag = (await hotel.client.get(address)).headers["etag"]
    same = await hotel.client.get(address, headers={"range": "bytes=0-4", "if-range": tag})
    assert (same.status_code, same.content) == (206, CONTENT[:5])
    other = await hotel.client.get(address, headers={"range": "bytes=0-4", "if-range": '"other"'})
    assert (other.status_code, other.content) == (200, CONTENT)


async def test_caches_keep_only_what_is_public_and_always_ask(hotel: Running, address: str) -> None:
    assert (await hotel.client.get(address)).headers["cache-control"] == "private, no-cache"
    answer = await hotel.client.get(f"{address}&public=true")
    assert answer.headers["cache-control"] == "public, no-cache"
    held = await hotel.client.get(f"{address}&public=true", headers={"if-none-match": answer.headers["etag"]})
    assert (held.status_code, held.headers["cache-control"]) == (304, "public, no-cache")
