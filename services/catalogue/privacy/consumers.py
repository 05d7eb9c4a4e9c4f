"""What the directory asks or tells about people."""

from services.common.outbox import Consumer
from services.common.personal_data import consumers

from ..tables import KERNEL
from . import jobs, service

CONSUMERS: dict[str, Consumer] = consumers("catalogue", jobs.EXPORT, service.erase, KERNEL.outbox)
