"""Reads the text and draws the first page of ONE file, as a program of its own: `python -m services.catalogue.files.extraction`.

Files come from outside and their readers have faults: this process is given little memory, little time and no secret, and whoever
started it may kill it. It imports nothing of the platform. Arguments: the file, its media type, the folder to write to, and bounds;
it writes `result.json` (`{"outcome", "text", "pages"}`) and, when there is a picture to show, `thumbnail.webp`.
"""

import io
import json
import re
import resource
import sys
import unicodedata
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

#: Characters of text kept of a file.
MOST_TEXT = 1_000_000
#: Longest side of a thumbnail, in pixels.
THUMBNAIL = 480
_MOST_PAGES = 5_000
_MOST_PIXELS = 60_000_000
_MOST_ENTRIES = 10_000
_MOST_UNFOLDED = 400 * 1024 * 1024
#: Ordinary XML shrinks ten or twenty times; above this and this size, it was made to harm.
_SUSPECT_SIZE, _SUSPECT_RATIO = 20 * 1024 * 1024, 150
#: One part of an archive read as XML.
_MOST_PART = 150 * 1024 * 1024

_WORD = "wordprocessingml.document"
_SLIDES = "presentationml.presentation"
_SHEETS = "spreadsheetml.sheet"
#: Parts that hold words, by kind of archive.
_PARTS = {
    _WORD: r"word/(?:document|footnotes|endnotes)\.xml",
    _SLIDES: r"ppt/(?:slides|notesSlides)/[A-Za-z]+[0-9]+\.xml",
    _SHEETS: r"xl/sharedStrings\.xml",
    "opendocument": r"content\.xml",
}
#: Elements that end a line, in Word, slides, sheets and OpenDocument; and those that stand for a space.
_LINES = {"p", "h", "br", "si", "tr", "table-row"}
_SPACES = {"tab", "s", "line-break", "tc", "table-cell", "td", "th", "li"}
#: What was struck out, and what a phonetic guide repeats.
_MUTE = {"tracked-changes", "rPh"}
_BLOCKS = {"p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "section", "article", "title", "table", "ul", "ol"}
_NOT_WORDS = {"script", "style", "noscript", "template", "svg"}
_INVISIBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\ufeff\ufff0-\uffff\ud800-\udfff]")
#: A word cut at the end of a line, as PDF says it.
_CUT_WORD = re.compile(r"[\u00ad\x02\ufffe]\r?\n?")


class Unreadable(Exception):
    """The file cannot be read; the argument is the outcome's name."""


def main(path: Path, media_type: str, folder: Path, *, seconds: int, memory: int) -> None:
    """Read within bounds; what goes wrong is an outcome, not a crash."""
    _bound(seconds, memory)
    result: dict[str, Any] = {"outcome": "done", "text": None, "pages": None}
    try:
        text, pages, picture = read(path, media_type)
        result["pages"] = pages
        if picture is not None:
            (folder / "thumbnail.webp").write_bytes(picture)
        if text is not None:
            result["text"] = tidy(text)
            if not result["text"]:
                result |= {"outcome": "no_words", "text": None}
    except Unreadable as error:
        result["outcome"] = str(error)
    except MemoryError:
        result["outcome"] = "too_much"
    except Exception:
        result["outcome"] = "damaged"
    (folder / "result.json").write_text(json.dumps(result))


def read(path: Path, media_type: str) -> tuple[str | None, int | None, bytes | None]:
    """Its text (None when it has none by nature), its number of pages, its first page as WebP."""
    if media_type == "application/pdf":
        return _pdf(path)
    if media_type.startswith("image/"):
        return None, None, _picture(path)
    if media_type == "text/html":
        return _html(path.read_bytes()), None, None
    if media_type == "text/plain":
        with path.open("rb") as file:
            return file.read(4 * MOST_TEXT).decode("utf-8-sig", errors="replace"), None, None
    return _archive(path, media_type), None, None


def tidy(text: str) -> str:
    """Composed characters, whole words, single spaces, no control character; bounded."""
    text = _CUT_WORD.sub("", text[: 2 * MOST_TEXT]).replace("\r\n", "\n").replace("\r", "\n")
    text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text))
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)[:MOST_TEXT]


def _bound(seconds: int, memory: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024 * 1024, 64 * 1024 * 1024))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _pdf(path: Path) -> tuple[str, int, bytes | None]:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        # FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY
        raise Unreadable("locked" if getattr(error, "err_code", None) in {4, 5} else "damaged") from error
    pages = len(document)
    if pages == 0:
        raise Unreadable("damaged")
    words, length = [], 0
    for number in range(min(pages, _MOST_PAGES)):
        page = document[number]
        textpage = page.get_textpage()
        words.append(textpage.get_text_bounded())
        length += len(words[-1])
        textpage.close()
        page.close()
        if length > MOST_TEXT:
            break
    return "\n".join(words), pages, _first_page(document)


def _first_page(document: Any) -> bytes | None:
    page = document[0]
    longest = max(page.get_size())
    if not 1 <= longest <= 100_000:
        return None
    return _webp(page.render(scale=THUMBNAIL / longest, may_draw_forms=False).to_pil())


def _picture(path: Path) -> bytes:
    from PIL import Image, ImageOps, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = _MOST_PIXELS
    try:
        with Image.open(path, formats=("JPEG", "PNG", "GIF", "WEBP", "TIFF")) as image:
            if image.width * image.height > _MOST_PIXELS:
                raise Unreadable("bomb")
            image.draft("RGB", (THUMBNAIL, THUMBNAIL))
            return _webp(ImageOps.exif_transpose(image))
    except Image.DecompressionBombError as error:
        raise Unreadable("bomb") from error
    except (UnidentifiedImageError, OSError) as error:
        raise Unreadable("damaged") from error


def _webp(image: Any) -> bytes:
    """Small, and without what the camera wrote about who and where."""
    shown = image.convert("RGBA" if "A" in image.getbands() or "transparency" in image.info else "RGB")
    shown.thumbnail((THUMBNAIL, THUMBNAIL))
    shown.info.clear()
    made = io.BytesIO()
    shown.save(made, "WEBP", quality=80)
    return made.getvalue()


def _html(content: bytes) -> str:
    from lxml import etree, html

    encoding = None
    try:
        content.decode()
        encoding = "utf-8"
    except UnicodeDecodeError:
        if not re.search(rb"charset", content[:4096], re.IGNORECASE):
            encoding = "cp1252"  # what French pages that do not say were written in
    parser = html.HTMLParser(encoding=encoding, no_network=True, remove_comments=True, remove_pis=True, huge_tree=False)
    root = etree.fromstring(content, parser)
    if root is None:
        raise Unreadable("no_words")
    etree.strip_elements(root, *_NOT_WORDS, with_tail=False)
    return "".join(_spoken(root))


def _spoken(root: Any) -> Iterator[str]:
    from lxml import etree

    for event, element in etree.iterwalk(root, events=("start", "end")):
        if event == "start":
            yield "\n" if element.tag in _BLOCKS else " " if element.tag in _SPACES else ""
            yield element.text or ""
        else:
            yield "\n" if element.tag in _BLOCKS else " " if element.tag in _SPACES else ""
            yield element.tail or ""


def _archive(path: Path, media_type: str) -> str:
    wanted = next((pattern for mark, pattern in _PARTS.items() if mark in media_type), None)
    if wanted is None:
        raise Unreadable("damaged")
    try:
        with zipfile.ZipFile(path) as archive:
            _require_honest(archive)
            names = sorted((n for n in archive.namelist() if re.fullmatch(wanted, n)), key=_in_order)
            if not names:
                raise Unreadable("damaged")
            words: list[str] = []
            for name in names:
                if archive.getinfo(name).flag_bits & 1:
                    raise Unreadable("locked")
                if archive.getinfo(name).file_size > _MOST_PART:
                    raise Unreadable("bomb")
                with archive.open(name) as part:
                    words.append(_words(part, open_document="opendocument" in media_type))
                if sum(map(len, words)) > MOST_TEXT:
                    break
            return "\n".join(words)
    except zipfile.BadZipFile as error:
        raise Unreadable("damaged") from error


def _require_honest(archive: zipfile.ZipFile) -> None:
    """Refuse an archive that unfolds out of proportion, by what its directory says; its members cannot exceed what it says."""
    entries = archive.infolist()
    unfolded, folded = sum(each.file_size for each in entries), sum(each.compress_size for each in entries)
    harmful = unfolded > _SUSPECT_SIZE and unfolded > _SUSPECT_RATIO * max(folded, 1)
    if len(entries) > _MOST_ENTRIES or unfolded > _MOST_UNFOLDED or harmful:
        raise Unreadable("bomb")


def _in_order(name: str) -> tuple[str, int]:
    """`slide10.xml` after `slide9.xml`."""
    number = re.search(r"([0-9]+)\.xml$", name)
    return name.split("/")[1] if "/" in name and number else "", int(number[1]) if number else 0


def _words(part: IO[bytes], *, open_document: bool) -> str:
    """The words of an XML part, read as it comes; no tree is built and entities are not replaced."""
    from lxml import etree

    listening: Any = _Listening(open_document)
    parser = etree.XMLParser(target=listening, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        while chunk := part.read(65_536):
            parser.feed(chunk)
        parser.close()
    except _Enough:
        pass
    except etree.XMLSyntaxError as error:
        raise Unreadable("damaged") from error
    return "".join(listening.said)


class _Enough(Exception):
    """There are as many words as are kept."""


class _Listening:
    """Told of the elements of an XML part in their order. Office Open XML writes words in `t`, OpenDocument anywhere in `p` and `h`."""

    def __init__(self, open_document: bool) -> None:
        self.said: list[str] = []
        self._speaking = {"p", "h"} if open_document else {"t"}
        self._deep = self._muted = self._length = 0

    def start(self, tag: str, attributes: Any) -> None:
        name = tag.rpartition("}")[2]
        self._deep += name in self._speaking
        self._muted += name in _MUTE
        if name in _SPACES or name in _LINES:
            self.said.append("\n" if name in _LINES else " ")

    def end(self, tag: str) -> None:
        name = tag.rpartition("}")[2]
        self._deep -= name in self._speaking
        self._muted -= name in _MUTE
        if name in _LINES:
            self.said.append("\n")

    def data(self, text: str) -> None:
        if self._deep and not self._muted:
            self.said.append(text)
            self._length += len(text)
            if self._length > MOST_TEXT:
                raise _Enough

    def close(self) -> None:
        """Nothing is kept open."""


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), seconds=int(sys.argv[4]), memory=int(sys.argv[5]) * 1024 * 1024)
