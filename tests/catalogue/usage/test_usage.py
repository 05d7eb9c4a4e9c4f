"""Views and downloads: exact under a crowd, robots left out, told to each as they may know, and nothing about anybody."""

import asyncio
import csv
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest

from services.common.clock import PARIS
from tests.catalogue.files import samples
from tests.catalogue.usage.reading import FIREFOX, browser, counter_of, counts, read, usage
from tests.catalogue.world import World

pytestmark = pytest.mark.anyio

GOOGLE = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


async def test_a_crowd_is_counted_exactly_and_its_robots_are_not(world: World) -> None:
    draft = await world.published()
    readers = [read(world, draft["id"], agent=browser(number)) for number in range(60)]
    robots = [read(world, draft["id"], agent=f"{GOOGLE} {number}") for number in range(25)]
    libraries = [read(world, draft["id"], agent=agent) for agent in ("curl/8.5.0", "python-httpx/0.28", "")]
    answers = await asyncio.gather(*readers, *robots, *libraries, counter_of(world.running).flush())
    assert [answer.status_code for answer in answers if answer is not None] == [200] * 88
    assert await counts(world, draft["id"]) == (60, 0)


async def test_the_same_reader_twice_in_a_row_reads_once(world: World) -> None:
    draft, clock = await world.published(), world.running.clock
    before = clock.at
    try:
        tag = (await read(world, draft["id"])).headers["etag"]
        assert (await read(world, draft["id"], If_None_Match=tag)).status_code == 304
        await read(world, draft["id"])
        assert await counts(world, draft["id"]) == (1, 0)
        clock.forward(seconds=31)
        assert (await read(world, draft["id"], If_None_Match=tag)).status_code == 304
        assert await counts(world, draft["id"]) == (2, 0)
    finally:
        clock.at = before


async def test_what_nobody_looks_at_is_not_counted(world: World) -> None:
    draft = await world.published()
    await read(world, draft["id"], Sec_Purpose="prefetch")
    await read(world, draft["id"], Purpose="prefetch")
    await world.call(None, "HEAD", f"/documents/{draft['id']}", headers={"User-Agent": FIREFOX})
    for path in ("/relations", "/versions", "/usage"):
        await read(world, draft["id"], path=path)
    assert await counts(world, draft["id"]) == (0, 0)


async def test_a_refusal_is_no_reading(world: World) -> None:
    draft = await world.published(access="members")
    assert (await read(world, draft["id"])).status_code == 404
    assert (await read(world, draft["id"], who=world.member)).status_code == 200
    assert (await usage(world, draft["id"], world.member))["views"] == 1
    await world.withdraw(draft)
    assert (await read(world, draft["id"], who=world.member, agent=browser(1))).status_code == 410
    assert (await usage(world, draft["id"], world.documentalist))["views"] == 1
    assert (await read(world, "not-a-document")).status_code == 422
    await counter_of(world.running).flush()


async def test_a_program_with_a_token_is_somebody(world: World) -> None:
    draft = await world.published()
    await read(world, draft["id"], agent="python-httpx/0.28", who=world.stranger)
    await read(world, draft["id"], agent="python-httpx/0.28", who=world.member)
    assert await counts(world, draft["id"]) == (2, 0)


async def test_downloads_are_counted_apart_and_once_for_all_their_ranges(world: World) -> None:
    sent = [await samples.send(world, bytes(4096), f"{name}.bin") for name in ("un", "deux")]
    document = await world.published(files=samples.joined(sent[0]) + samples.joined(sent[1]))
    one, two = (f"/files/{file['id']}" for file in sent)
    for span in ("bytes=0-1023", "bytes=1024-2047", "bytes=2048-"):
        assert (await read(world, document["id"], path=one, Range=span)).status_code == 206
    assert await counts(world, document["id"]) == (0, 1)
    whole = await read(world, document["id"], path=two)
    assert (whole.status_code, len(whole.content)) == (200, 4096)
    assert await counts(world, document["id"]) == (0, 2)
    again = await read(world, document["id"], path=two, agent=browser(2), If_None_Match=whole.headers["etag"])
    assert again.status_code == 304
    assert await counts(world, document["id"]) == (0, 3), "somebody reads again what their browser kept"


async def test_the_rest_of_a_file_and_a_refused_download_are_not_counted(world: World) -> None:
    file, other = await samples.send(world, bytes(4096)), await samples.send(world, b"d'un autre document")
    document = await world.published(files=samples.joined(file))
    path = f"/files/{file['id']}"
    assert (await read(world, document["id"], path=path, Range="bytes=2048-")).status_code == 206
    assert (await read(world, document["id"], path=path, Range="bytes=5000-")).status_code == 416
    assert (await read(world, document["id"], path=f"/files/{other['id']}")).status_code == 404
    assert (await read(world, document["id"], path="/files")).status_code == 200
    assert (await read(world, document["id"], path=path, agent="curl/8.5.0")).status_code == 200
    assert await counts(world, document["id"]) == (0, 0)


async def test_months_are_told_to_the_centre_and_totals_to_readers(world: World) -> None:
    draft, clock = await world.published(), world.running.clock
    before = clock.at
    try:
        clock.at = datetime(2027, 3, 31, 21, 59, tzinfo=UTC)  # March ends in Paris a minute later
        await read(world, draft["id"])
        clock.forward(minutes=2)
        await read(world, draft["id"])
        await read(world, draft["id"], agent=browser(1))
        told = await usage(world, draft["id"], world.documentalist)
        assert told["months"] == [
            {"month": "2027-04", "views": 2, "downloads": 0},
            {"month": "2027-03", "views": 1, "downloads": 0},
        ]
        for reader in (None, world.stranger, world.neighbour, world.member):
            told = await usage(world, draft["id"], reader)
            assert (told["views"], told["months"]) == (3, None)
    finally:
        clock.at = before


async def test_nobody_learns_of_a_document_they_may_not_read(world: World) -> None:
    secret = await world.published(access="members")
    draft = await world.draft()
    for hidden in (secret, draft):
        await world.refused(None, "GET", f"/documents/{hidden['id']}/usage", 404, "not-found")
        await world.refused(world.neighbour, "GET", f"/documents/{hidden['id']}/usage", 404, "not-found")
    gone = await world.published()
    await world.withdraw(gone)
    await world.refused(None, "GET", f"/documents/{gone['id']}/usage", 410, "document-withdrawn")


async def test_the_most_read_by_theme_are_what_one_may_read(world: World) -> None:
    clock = world.running.clock
    before = clock.at
    try:
        clock.at = datetime(2031, 5, 10, 12, 0, tzinfo=PARIS)  # a time of its own: nothing else is read then
        often = await world.published("Souvent lu", theme_codes=["participation"], territory_codes=["11069"])
        rarely = await world.published("Peu lu", theme_codes=["acces-aux-droits"])
        secret = await world.published("Réservé", theme_codes=["participation"], access="members")
        other = await world.published("Ailleurs", theme_codes=["habitat"])
        embargoed = await world.published("Bientôt", embargo_until="2032-01-01")
        for number in range(3):
            await read(world, often["id"], agent=browser(number))
        await read(world, rarely["id"])
        await read(world, other["id"])
        for number in range(5):
            await read(world, secret["id"], agent=browser(number), who=world.member)
            await read(world, embargoed["id"], agent=browser(number), who=world.documentalist)
        await counter_of(world.running).flush()

        async def top(who: object = None, **params: object) -> list[tuple[str, int]]:
            asked = {"months": 1, **params}
            body = (await world.call(who, "GET", "/most-read", params=asked, expect=200)).json()  # type: ignore[arg-type]
            assert body["next"] is None
            return [(each["document"]["title"], each["views"]) for each in body["items"]]

        assert [title for title, _ in await top(theme="lien-social")] == ["Souvent lu", "Peu lu"], "a theme holds those below"
        assert await top(world.member, theme="participation") == [("Réservé", 5), ("Souvent lu", 3)]
        assert await top(territory="11") == [("Souvent lu", 3)]
        assert ("Bientôt", 5) in await top(world.documentalist)
        assert "Bientôt" not in dict(await top(world.member))
        assert [title for title, _ in await top(limit=1)] == ["Souvent lu"]
        clock.forward(days=40)
        assert await top() == []
        assert dict(await top(months=3))["Souvent lu"] == 3
        await world.withdraw(often)
        assert "Souvent lu" not in dict(await top(months=3))
    finally:
        clock.at = before


async def test_a_centre_takes_its_year_into_a_spreadsheet(world: World) -> None:
    clock = world.running.clock
    before = clock.at
    try:
        clock.at = datetime(2030, 12, 31, 22, 30, tzinfo=UTC)
        draft = await world.published('=HYPERLINK("http://mechant.example")')
        await read(world, draft["id"])
        clock.forward(hours=1)  # 2031 has begun in Paris
        await read(world, draft["id"])
        await counter_of(world.running).flush()
        path = f"/centres/{world.centre_id}/usage.csv"
        answer = await world.call(world.documentalist, "GET", path, params={"year": 2030}, expect=200)
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        header, *lines = csv.reader(StringIO(answer.content.decode("utf-8-sig")))
        assert header == ["mois", "référence", "nature", "titre", "consultations", "téléchargements"]
        title = '\'=HYPERLINK("http://mechant.example")'
        assert lines == [["2030-12", draft["reference"], "Document de capitalisation", title, "1", "0"]]
        this_year = (await world.call(world.documentalist, "GET", path, expect=200)).content.decode("utf-8-sig")
        assert [line[0] for line in csv.reader(StringIO(this_year))] == ["mois", "2031-01"]
        await world.refused(world.neighbour, "GET", path, 403, "not-a-documentalist")
        await world.refused(world.member, "GET", path, 403, "not-a-documentalist")
        await world.refused(None, "GET", path, 401, "unauthenticated")
    finally:
        clock.at = before


async def test_a_long_table_is_written_while_it_is_read(world: World) -> None:
    insert = (
        "INSERT INTO document_usage (document_id, month, centre_id, views, downloads)"
        " SELECT gen_random_uuid(), '2020-03-01', %(centre_id)s::uuid, 1, 2 FROM generate_series(1, 1700) RETURNING document_id"
    )
    written = {str(row["document_id"]) for row in await world.running.rows(insert, centre_id=world.centre_id)}
    answer = await world.call(world.manager, "GET", f"/centres/{world.centre_id}/usage.csv", params={"year": 2020}, expect=200)
    _, *lines = csv.reader(StringIO(answer.content.decode("utf-8-sig")))
    assert {line[1] for line in lines} == written, "what is no more in the catalogue is shown by its id"
    assert {tuple(line[4:]) for line in lines} == {("1", "2")}


async def test_no_row_of_any_table_says_who_read(world: World) -> None:
    draft = await world.published()
    agent, address = "Mozilla/5.0 Machine-Reconnaissable", "198.51.100.23"
    await read(world, draft["id"], agent=agent, X_Forwarded_For=address, Cookie="visite=biscuit-reconnaissable")
    before = len(await world.running.rows("SELECT 1 FROM journal_lines"))
    await read(world, draft["id"], agent=agent, who=world.stranger)
    assert await counts(world, draft["id"]) == (2, 0)
    assert len(await world.running.rows("SELECT 1 FROM journal_lines")) == before
    tables = await world.running.rows("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
    assert len(tables) > 20
    known = ("Reconnaissable", address, "reconnaissable", "127.0.0.1", str(world.stranger.account_id))
    for table in tables:
        for row in await world.running.rows(f'SELECT t::text AS line FROM "{table["table_name"]}" t'):  # noqa: S608
            assert not any(mark in row["line"] for mark in known), (table, row)
    columns = await world.running.rows("SELECT column_name FROM information_schema.columns WHERE table_name = 'document_usage'")
    assert {row["column_name"] for row in columns} == {"document_id", "month", "centre_id", "views", "downloads"}


async def test_counting_begins_again_with_the_clock(world: World) -> None:
    """A clock set back does not hide readers for ever."""
    draft, clock = await world.published(), world.running.clock
    before = clock.at
    try:
        clock.forward(days=1)
        await read(world, draft["id"])
        clock.at -= timedelta(hours=2)
        await read(world, draft["id"])
        assert await counts(world, draft["id"]) == (2, 0)
    finally:
        clock.at = before
