"""PDFs by typst: a template and its data in, bytes out. Called in a worker, never on an event loop that answers people."""

import asyncio
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson
import structlog
import typst
from starlette.responses import Response

log = structlog.get_logger(__name__)

#: How much a thread that draws gives way to what answers people (POSIX niceness).
_NICENESS = 10


def _give_way() -> None:
    # On Linux niceness is a thread's own, and those it starts (typst's) inherit it; elsewhere it would be the whole process's.
    if hasattr(os, "sched_getaffinity"):
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)


#: As many pages drawn at once as there are cores, whatever asks for them.
_POOL = ThreadPoolExecutor(max_workers=os.cpu_count() or 1, thread_name_prefix="pdf", initializer=_give_way)


async def render(template: Path, data: dict[str, Any]) -> bytes:
    """The PDF (PDF/UA wherever the text allows it) of a template that reads `json(bytes(sys.inputs.data))`."""
    given = orjson.dumps(data, default=str).decode()
    return await asyncio.get_running_loop().run_in_executor(_POOL, _compile, template, given)


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


def own_pdf(drawn: bytes, name: str) -> Response:
    """A copy drawn for one reader, kept nowhere."""
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
    return Response(drawn, media_type="application/pdf", headers=headers)
