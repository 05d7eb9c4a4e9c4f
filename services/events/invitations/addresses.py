"""Addresses that mails and calendars give. Pure."""

from typing import Any
from urllib.parse import quote
from uuid import UUID


def page(settings: Any, reference: str, event_id: UUID) -> str:
    """Where people read about an event."""
    template: str = settings.event_page_url
    return template.replace("{reference}", quote(reference, safe="")) if template else f"{_service(settings)}/events/{event_id}"


def badge(settings: Any, key: str) -> str:
    """Somebody's badge, by its secret."""
    return f"{_service(settings)}/badges/{quote(key, safe='')}"


def calendar(settings: Any, token: str) -> str:
    """All the sessions of a registration, as a calendar."""
    return f"{_service(settings)}/my-registrations/{quote(token, safe='')}/invitation.ics"


def personal_feed(settings: Any, token: str) -> str:
    """Somebody's personal calendar, by its secret."""
    return f"{_service(settings)}/feeds/personal/{token}.ics"


def agenda(settings: Any, query: str) -> str:
    """The public calendar of these criteria."""
    return f"{_service(settings)}/feeds/agenda.ics" + (f"?{query}" if query else "")


def _service(settings: Any) -> str:
    return f"{settings.public_url}/events/v1"
