"""What files say is read in a program that can be killed: whatever the file, the worker lives and the status tells."""

import asyncio
import io
import os
import sys
import time
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from PIL import Image

from services.catalogue.files import extraction, reading, rules
from tests.catalogue.files import samples
from tests.catalogue.world import World

pytestmark = pytest.mark.anyio

PHRASE = "L’accès aux droits des habitants d’un quartier : œuvrer ensemble."

SPOKEN = {
    "a PDF": samples.pdf(PHRASE, "Deuxième page"),
    "Word": samples.word(PHRASE, cell="Dans un tableau"),
    "Writer": samples.writer(PHRASE, "Deuxième<text:s xmlns:text='t'/>paragraphe"),
    "slides": samples.slides("Une", PHRASE),
    "a sheet": samples.sheet("Une", PHRASE),
    "a page": f"<!DOCTYPE html><html><head><style>p{{}}</style></head><body><script>non()</script><p>{PHRASE}</p></body></html>".encode(),
    "an old page": f"<!DOCTYPE html><html><body><p>{PHRASE}</p></body></html>".encode("cp1252"),
    "a text": PHRASE.encode(),
}


@pytest.mark.parametrize("content", SPOKEN.values(), ids=SPOKEN.keys())
async def test_the_words_of_a_file_are_read(world: World, content: bytes) -> None:
    file = await samples.read(world, await samples.send(world, content))
    assert (file["text_status"], file["text_reason"]) == ("done", None)
    assert PHRASE in file["excerpt"]
    assert "non()" not in file["excerpt"]
    assert file["characters"] >= len(PHRASE)


async def test_a_table_of_a_word_document_is_read(world: World) -> None:
    file = await samples.read(world, await samples.send(world, samples.word("Avant", cell="Dans un tableau")))
    assert file["excerpt"].split("\n") == ["Avant", "Dans un tableau"]


async def test_the_first_page_is_drawn(world: World) -> None:
    file = await samples.read(world, await samples.send(world, samples.pdf("Une", "Deux", "Trois")))
    assert (file["pages"], file["has_thumbnail"]) == (3, True)
    got = await world.call(world.documentalist, "GET", f"/files/{file['id']}/thumbnail", expect=200)
    assert got.headers["content-type"] == "image/webp"
    assert got.content[:4] == b"RIFF"


async def test_an_image_has_a_thumbnail_and_no_text(world: World) -> None:
    file = await samples.read(world, await samples.send(world, samples.png()))
    assert (file["text_status"], file["has_thumbnail"], file["excerpt"]) == ("not_applicable", True, None)


async def test_slides_come_in_the_order_of_their_numbers(world: World) -> None:
    file = await samples.read(world, await samples.send(world, samples.slides(*"abcdefghijkl")))
    assert file["excerpt"].split("\n") == list("abcdefghijkl")


async def test_an_image_that_unfolds_out_of_proportion_is_not_opened(world: World) -> None:
    content = samples.png(30_000, 30_000, "1")
    assert len(content) < 500_000
    file = await samples.read(world, await samples.send(world, content, "plan.png"))
    assert (file["text_status"], file["has_thumbnail"]) == ("not_applicable", False)


async def test_a_photograph_tells_nothing_of_who_took_it_and_where(world: World) -> None:
    file = await samples.read(world, await samples.send(world, samples.photograph("Camille Exemple"), "photo.jpg"))
    got = await world.call(world.documentalist, "GET", f"/files/{file['id']}/thumbnail", expect=200)
    assert b"Camille" not in got.content
    with Image.open(io.BytesIO(got.content)) as shown:
        assert shown.size == (320, 480), "turned the way it was held"


async def test_scanned_pages_say_that_they_have_no_words(world: World) -> None:
    file = await samples.read(world, await samples.send(world, samples.pdf("#rect(width: 5cm, height: 5cm)")))
    assert (file["text_status"], file["text_reason"]) == ("failed", rules.REASONS["no_words"])
    assert file["has_thumbnail"]


HARMFUL = {
    "a zip bomb": (samples.bomb(), "bomb"),
    "a zip bomb that lies about its size": (samples.lying(), "damaged"),
    "half a PDF": (samples.pdf(PHRASE)[:900], "damaged"),
    "half a Word document": (samples.word(PHRASE)[:9_000], "damaged"),
    "broken XML": (samples.archive({"mimetype": samples.OPEN_DOCUMENT, "content.xml": "<a><b></a>"}), "damaged"),
}


@pytest.mark.parametrize(("content", "outcome"), HARMFUL.values(), ids=HARMFUL.keys())
async def test_a_file_that_cannot_be_read_says_why(world: World, content: bytes, outcome: str) -> None:
    assert len(content) < 500_000
    file = await samples.read(world, await samples.send(world, content))
    assert (file["text_status"], file["text_reason"], file["excerpt"]) == ("failed", rules.REASONS[outcome], None)
    following = await samples.read(world, await samples.send(world, PHRASE.encode()))
    assert following["text_status"] == "done"


async def test_entities_are_not_replaced(world: World) -> None:
    """Neither a billion of them nor a file of the machine."""
    lol = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    prologue = f'<!DOCTYPE z [<!ENTITY l0 "rire"><!ENTITY passwd SYSTEM "file:///etc/passwd">{lol}]>'
    began = time.monotonic()
    file = await samples.read(world, await samples.send(world, samples.writer("Avant &l9; &passwd; après", prologue=prologue)))
    assert time.monotonic() - began < 20
    assert file["text_status"] in {"done", "failed"}
    assert (file["characters"] or 0) < 1_000
    assert "root:" not in (file["excerpt"] or "")


def hanging(mark: Path) -> list[str]:
    """A program that never ends, nor does the one it starts; both write their number."""
    nested = "import time; time.sleep(600)"
    code = (
        "import os, subprocess, sys, time; "
        f"child = subprocess.Popen([sys.executable, '-c', {nested!r}]); "
        f"open({str(mark)!r}, 'w').write(f'{{os.getpid()}} {{child.pid}}'); time.sleep(600)"
    )
    return [sys.executable, "-c", code]


def alive(number: str) -> bool:
    try:
        state = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


async def test_a_reader_that_hangs_is_killed_with_its_group(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    mark = tmp_path / "numbers"
    monkeypatch.setattr(reading, "PROGRAM", hanging(mark))
    monkeypatch.setattr(world.running.resources.settings, "reading_seconds", 1)
    file = await samples.send(world, samples.pdf(PHRASE))
    began = time.monotonic()
    read = await samples.read(world, file)
    assert time.monotonic() - began < 15
    assert (read["text_status"], read["text_reason"]) == ("failed", rules.REASONS["too_long"])
    for _ in range(50):
        if not any(alive(number) for number in mark.read_text().split()):
            break
        await asyncio.sleep(0.05)
    assert not any(alive(number) for number in mark.read_text().split())


BOUNDED = "import sys; from services.catalogue.files.extraction import _bound; _bound(int(sys.argv[4]), 256 * 2**20); "


@pytest.mark.parametrize(
    ("code", "seconds", "outcome"),
    [
        (BOUNDED + "bytearray(2**30)", 60, "too_much"),
        (BOUNDED + "\nwhile True: pass", 1, "too_long"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", 60, "too_much"),
        ("pass", 60, "damaged"),
        ("import sys; open(sys.argv[3] + '/result.json', 'w').write('{\"outcome\": 3')", 60, "damaged"),
    ],
    ids=["memory", "processor", "a crash", "nothing written", "anything written"],
)
async def test_a_reader_out_of_bounds_leaves_a_status(
    world: World, monkeypatch: pytest.MonkeyPatch, code: str, seconds: int, outcome: str
) -> None:
    monkeypatch.setattr(reading, "PROGRAM", [sys.executable, "-c", code])
    monkeypatch.setattr(world.running.resources.settings, "reading_seconds", seconds)
    file = await samples.read(world, await samples.send(world, samples.pdf(PHRASE)))
    assert (file["text_status"], file["text_reason"]) == ("failed", rules.REASONS[outcome])


async def test_the_reader_is_given_no_secret(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CATALOGUE_SECRET_KEY", "a secret")
    seen = tmp_path / "seen"
    code = f"import os; open({str(seen)!r}, 'w').write(repr(sorted(os.environ)))"
    monkeypatch.setattr(reading, "PROGRAM", [sys.executable, "-c", code])
    await samples.read(world, await samples.send(world, b"du texte"))
    assert "SECRET" not in seen.read_text()
    assert "PYTHONPATH" in seen.read_text()
    assert "CATALOGUE_SECRET_KEY" in os.environ


async def test_reading_twice_does_no_harm(world: World) -> None:
    file = await samples.read(world, await samples.send(world, samples.pdf(PHRASE)))
    async with world.running.resources.database.transaction() as session:
        await reading.read(session, world.running.resources, UUID(file["id"]), now=world.running.clock.now())
    again = (await world.call(world.documentalist, "GET", f"/files/{file['id']}")).json()
    assert again == file


async def test_a_reading_that_was_lost_is_asked_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    file = await samples.send(world, samples.png())
    resources, clock = world.running.resources, world.running.clock
    async with resources.database.readers.connection() as connection:
        await connection.execute(b"DELETE FROM procrastinate_jobs")
    async with resources.database.transaction() as session:
        await reading.read_unread(session, now=clock.now())
    assert not (await samples.read(world, file))["has_thumbnail"], "its own job may still be trying"
    async with resources.database.transaction() as session:
        await reading.read_unread(session, now=clock.now() + timedelta(hours=3))
    assert (await samples.read(world, file))["has_thumbnail"]
    async with resources.database.transaction() as session:
        await reading.read_unread(session, now=clock.now() + timedelta(hours=3))
    (job,) = await world.running.jobs("catalogue:read_file")
    assert job["status"] == "succeeded"


def test_text_is_tidied_and_bounded() -> None:
    assert extraction.tidy("habi\ufffe\r\ntants \x00 et\u00a0 e\u0301lus\n\n\n") == "habitants et élus"
    assert len(extraction.tidy("a" * 3_000_000)) == extraction.MOST_TEXT
