"""Events consumed from sibling services."""

from services.common.outbox import Consumer

CONSUMERS: dict[str, Consumer] = {}
