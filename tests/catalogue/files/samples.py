"""Real files, made for the tests."""

import io
import zipfile
from collections.abc import Mapping
from typing import Any

import docx
import typst
from PIL import Image

from tests.catalogue.world import World
from tests.support import Person

OPEN_DOCUMENT = "application/vnd.oasis.opendocument.text"
_NS = 'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'


def pdf(*pages: str) -> bytes:
    """A PDF of these pages."""
    source = "\n#pagebreak()\n".join(pages)
    return bytes(typst.compile(source.encode()))


def word(*paragraphs: str, cell: str = "") -> bytes:
    """A Word document; `cell` goes to a table."""
    document = docx.Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    if cell:
        document.add_table(1, 1).cell(0, 0).text = cell
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()


def archive(parts: Mapping[str, str | bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in parts.items():
            stored = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            opened.writestr(name, content, stored)
    return made.getvalue()


def writer(*paragraphs: str, prologue: str = "") -> bytes:
    """An OpenDocument text."""
    body = "".join(f"<text:p>{each}</text:p>" for each in paragraphs)
    content = (
        f"<?xml version='1.0'?>{prologue}<office:document-content {_NS}><office:body>{body}</office:body></office:document-content>"
    )
    return archive({"mimetype": OPEN_DOCUMENT, "content.xml": content})


def slides(*titles: str) -> bytes:
    """A presentation: its slides only, in the order of their numbers."""
    text = "<p:sld xmlns:p='p' xmlns:a='a'><a:p><a:r><a:t>{}</a:t></a:r></a:p></p:sld>"
    parts = {f"ppt/slides/slide{number}.xml": text.format(title) for number, title in enumerate(titles, 1)}
    return archive({"[Content_Types].xml": "<Types/>", "ppt/presentation.xml": "<p/>", **parts})


def sheet(*cells: str) -> bytes:
    """A spreadsheet: the words of its cells only."""
    words = "".join(f"<si><t>{cell}</t><rPh><t>ignoré</t></rPh></si>" for cell in cells)
    strings = f"<sst xmlns='s'>{words}</sst>"
    return archive({"[Content_Types].xml": "<Types/>", "xl/workbook.xml": "<w/>", "xl/sharedStrings.xml": strings})


def lying() -> bytes:
    """A Word document whose directory says that its text is 1 000 bytes long; it unfolds to 300 MB."""
    made = bytearray(bomb())
    true, false = (300_000_000 + 24).to_bytes(4, "little"), (1_000).to_bytes(4, "little")
    assert made.count(true) == 2
    return bytes(made).replace(true, false)


def bomb() -> bytes:
    """A Word document of 40 kB whose text unfolds to 300 MB."""
    return archive(
        {
            "[Content_Types].xml": "<Types/>",
            "_rels/.rels": "<Relationships/>",
            "word/document.xml": b"<w:document xmlns:w='w'>" + b" " * 300_000_000,
        }
    )


def png(width: int = 1200, height: int = 800, mode: str = "RGB") -> bytes:
    made = io.BytesIO()
    Image.new(mode, (width, height)).save(made, "PNG")
    return made.getvalue()


def photograph(author: str) -> bytes:
    """A JPEG taken upright, signed by the camera's owner."""
    made = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112], exif[0x013B] = 6, author  # Orientation, Artist
    Image.new("RGB", (1200, 800), "teal").save(made, "JPEG", exif=exif)
    return made.getvalue()


async def send(
    world: World, content: bytes, name: str = "rapport.pdf", *, who: Person | None = None, expect: int = 201, **more: Any
) -> dict[str, Any]:
    """A file sent in one go to the first centre."""
    path = f"/centres/{world.centre_id}/files"
    answer = await world.call(
        who or world.documentalist, "POST", path, params={"name": name}, content=content, expect=expect, **more
    )
    body: dict[str, Any] = answer.json()
    return body


async def read(world: World, file: Mapping[str, Any]) -> dict[str, Any]:
    """The file as its documentalists see it, once jobs have run."""
    await world.running.run_jobs()
    body: dict[str, Any] = (await world.call(world.documentalist, "GET", f"/files/{file['id']}", expect=200)).json()
    return body


def joined(file: Mapping[str, Any], label: str = "Le document", role: str = "main") -> list[dict[str, Any]]:
    return [{"file_id": file["id"], "label": label, "role": role}]
