"""What others' programs read of an event."""

from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from services.common.etag import tag_of
from services.common.problems import NotFound
from services.common.resources import Resources

from ..networks import service as networks
from ..vocabulary import service as vocabulary
from . import linked_data, views
from .schemas import Visibility


async def linked(reader: AsyncConnection[Any], resources: Resources, event_id: UUID, *, now: datetime) -> tuple[bytes, str]:
    """The event in JSON-LD and its tag. What is unlisted is not for engines, whoever asks."""
    event = await views.one(reader, resources, None, event_id, now=now)
    if event["visibility"] == Visibility.UNLISTED.value:
        raise NotFound()
    network = await networks.one(reader, event["network_id"])
    themes = await vocabulary.theme_labels(reader, event["theme_codes"])
    address = event["page_url"] or f"{resources.settings.public_url}/events/v1/events/{event_id}"
    content = linked_data.written(event, network, themes, address)
    return content, tag_of(content)
