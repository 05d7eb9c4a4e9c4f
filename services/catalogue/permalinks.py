"""The address of a document, for ever."""

from services.common.settings import ServiceSettings

PERMALINK = "/catalogue/d"


def permalink(settings: ServiceSettings, reference: str) -> str:
    """`<public_url>/catalogue/d/VTLR-2026-0042`."""
    return f"{settings.public_url}{PERMALINK}/{reference}"
