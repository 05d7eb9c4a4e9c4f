"""The hotel and its annex, as services."""

from dataclasses import replace

from services.common.resources import Service

from .rooms import CONSUMERS, JOBS, KERNEL, Base
from .rooms_router import router, uploads

ROOMS = Service(
    name="rooms",
    title="Rooms",
    description="A hotel for tests.",
    metadata=Base.metadata,
    tables=KERNEL,
    routers=[router, uploads],
    jobs=JOBS,
    consumers=CONSUMERS,
    tags=[{"name": "rooms", "description": "Rooms and what happens in them."}],
)

#: The sibling that the hotel's events go to: the same tables, no route but the inbox.
ANNEX = replace(ROOMS, name="annex", title="Annex", routers=[])
