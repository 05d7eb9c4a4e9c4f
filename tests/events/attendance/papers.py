"""What a reader of a PDF sees: its text page by page, and the codes drawn on it."""

import re
from typing import Any

import pypdfium2
import zxingcpp


def pages_of(content: bytes) -> list[str]:
    """The text of each page, its spaces single."""
    document: Any = pypdfium2.PdfDocument(content)
    try:
        return [re.sub(r"\s+", " ", page.get_textpage().get_text_range()) for page in document]
    finally:
        document.close()


def codes_of(content: bytes, page: int = 0) -> list[str]:
    """What a phone reads on a page printed at 150 dots an inch."""
    document: Any = pypdfium2.PdfDocument(content)
    try:
        picture = document[page].render(scale=150 / 72).to_pil().convert("L")
    finally:
        document.close()
    return [str(found.text) for found in zxingcpp.read_barcodes(picture)]
