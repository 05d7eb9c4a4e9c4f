"""PDFs by typst: a template and its data in, bytes out. Called in a worker, never on an event loop that answers people."""

import asyncio
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson
import typst


async def render(template: Path, data: dict[str, Any]) -> bytes:
    """The PDF/UA of a template that reads `json(bytes(sys.inputs.data))`."""
    return await asyncio.to_thread(_compile, template, orjson.dumps(data, default=str).decode())


def _compile(template: Path, data: str) -> bytes:
    made = typst.compile(template, root=template.parent, font_paths=_fonts(), sys_inputs={"data": data}, pdf_standards=["ua-1"])
    return bytes(made)


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    # Only the fonts shipped inside typst: a letter looks the same on every machine.
    return typst.Fonts(include_system_fonts=False)
