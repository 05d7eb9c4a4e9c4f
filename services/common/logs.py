"""Structured logs: one JSON object a line, with the request id everywhere."""

import json
import logging
import sys

import orjson
import structlog
from structlog.typing import Processor


def configure(level: str) -> None:
    """Set up the process's logging once; libraries' own records go the same way."""
    number = logging.getLevelNamesMapping()[level.upper()]
    common: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*common, structlog.processors.JSONRenderer(serializer=_dumps)],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.BytesLoggerFactory(sys.stderr.buffer),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *common],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(serializer=lambda event, **_: _dumps(event).decode()),
            ],
        )
    )
    logging.basicConfig(level=max(number, logging.WARNING), handlers=[handler], force=True)


def _dumps(event: object, **_: object) -> bytes:
    try:
        return orjson.dumps(event, default=str)
    except TypeError:  # half a character, an immense number: a line is written all the same
        return json.dumps(event, default=str, ensure_ascii=False).encode(errors="replace")
