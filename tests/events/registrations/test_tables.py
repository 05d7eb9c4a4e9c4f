"""Exports of fifty thousand participants: whole, exact, and never whole in memory."""

import csv
import io
import tracemalloc
import zipfile
from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from python_calamine import CalamineWorkbook

from services.events.registrations import lists, tables
from tests.events.registrations.folk import both_modes
from tests.events.world import World

pytestmark = pytest.mark.anyio
MANY = 50_000


async def _batches(rows: list[list[str]]) -> AsyncIterator[list[list[str]]]:
    yield rows


async def _whole(chunks: AsyncIterator[bytes]) -> bytes:
    return b"".join([chunk async for chunk in chunks])


HARD = ["=1+1", "a\tb", "_x0041_", "\x01\x0bcaché\ufffe", "<&>\"'", "été 🎉", " bords ", "x" * 40_000, "", "ligne\nautre"]


async def test_a_workbook_holds_any_text_as_a_text() -> None:
    content = await _whole(tables.as_xlsx(["A"] * len(HARD), _batches([HARD])))
    assert zipfile.ZipFile(io.BytesIO(content)).testzip() is None
    (line,) = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()[1:]
    assert line == ["=1+1", "a\tb", "_x0041_", "caché", "<&>\"'", "été 🎉", " bords ", "x" * 32_000, "", "ligne\nautre"]


async def test_a_csv_is_read_back_as_it_was() -> None:
    cells = ["a;b", 'guillemet "', "ligne\nautre", "été"]
    content = await _whole(tables.as_csv(["A", "B", "C", "D"], _batches([cells])))
    assert list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))[1] == cells


async def test_fifty_thousand_participants_are_exported_in_little_memory(world: World) -> None:
    event = await both_modes(world, None, None)
    desk = (await world.call(world.organiser, "GET", f"/events/{event['id']}/desks", expect=200)).json()[0]
    sql = b"""
        WITH made AS (
          INSERT INTO registrations (id, desk_id, event_id, code, state, source, contact_name, contact_email, contact_phone,
                                     link_version, created_at, updated_at, version)
          SELECT gen_random_uuid(), %(desk)s, %(event)s, substr(md5(n::text || %(desk)s::text), 1, 8), 'seated', 'online', 'Camille',
                 'p' || n || '@example.fr', '', 1, now(), now(), 1
          FROM generate_series(1, %(many)s) n ON CONFLICT (code) DO NOTHING RETURNING id, code)
        INSERT INTO attendees (id, registration_id, event_id, position, given_name, family_name, function, organisation_name, audience,
                               territory_path, mode, answers, key)
        SELECT gen_random_uuid(), id, %(event)s, 0, 'Camille', 'Nom ' || code, 'Chargee de mission', 'Association', 'association', '{}',
               'on_site', '{"atelier": "A"}', code || 'k' FROM made"""
    async with world.running.resources.database.readers.connection() as connection:
        made = (await connection.execute(sql, {"desk": UUID(desk["id"]), "event": UUID(event["id"]), "many": MANY})).rowcount
    assert made > MANY * 0.99
    asked = {
        **{"event_id": UUID(event["id"]), **lists.FIRST, "limit": None, "has_seat": None, "with_those_who_left": False},
        **dict.fromkeys(["modes", "audiences", "states", "sessions", "patterns"]),
    }
    for kind, most in (("csv", 8_000_000), ("xlsx", 8_000_000)):
        size = await _measured(world, asked, kind)
        assert size.peak < most, size
        assert size.rows == made
    answer = await world.call(world.organiser, "GET", f"/events/{event['id']}/attendees.csv", expect=200)
    assert answer.text.count("\r\n") == made + 1


class _Size:
    def __init__(self, peak: int, rows: int) -> None:
        self.peak, self.rows = peak, rows


async def _measured(world: World, asked: dict[str, object], kind: str) -> _Size:
    """What writing the whole takes at its highest, its chunks forgotten as they come."""
    rows = 0

    async def counted() -> AsyncIterator[list[list[str]]]:
        nonlocal rows
        async for batch in lists._lines(world.running.resources.database, dict(asked), ["atelier"], {}, False):
            rows += len(batch)
            yield batch

    write = tables.as_csv if kind == "csv" else tables.as_xlsx
    tracemalloc.start()
    async for _ in write(["x"], counted()):
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return _Size(peak, rows)


def test_a_question_that_was_withdrawn_keeps_its_column() -> None:
    form = {"type": "object", "properties": {"a": {"title": "Question A"}}}
    assert tables.header(form, ["a", "b"], needs=False)[-2:] == ["Question A", "b (question retirée)"]
