"""PDFs by typst: a template and its data in, bytes out. Called in a worker, never on an event loop that answers people."""

import asyncio
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson
import structlog
import typst

log = structlog.get_logger(__name__)


async def render(template: Path, data: dict[str, Any]) -> bytes:
    """The PDF (PDF/UA wherever the text allows it) of a template that reads `json(bytes(sys.inputs.data))`."""
    return await asyncio.to_thread(_compile, template, orjson.dumps(data, default=str).decode())


def _compile(template: Path, data: str) -> bytes:
    given: dict[str, Any] = {"root": template.parent, "font_paths": _fonts(), "sys_inputs": {"data": data}}
    try:
        return bytes(typst.compile(template, **given, pdf_standards=["ua-1"]))
    except typst.TypstError as error:
        # PDF/UA refuses a character no font draws (an emoji in a title). The document leaves all the same.
        log.warning("pdf_without_ua", template=template.name, error=str(error))
        return bytes(typst.compile(template, **given))


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    # Only the fonts shipped inside typst: a letter looks the same on every machine.
    return typst.Fonts(include_system_fonts=False)
