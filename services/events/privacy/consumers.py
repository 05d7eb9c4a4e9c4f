"""What the directory asks or tells about people."""

from services.common.outbox import Consumer
from services.common.personal_data import consumers

from ..tables import KERNEL
from . import jobs, requests

CONSUMERS: dict[str, Consumer] = consumers("events", jobs.EXPORT, requests.forget, KERNEL.outbox)
