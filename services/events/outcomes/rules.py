"""What is told of an outcome, and to whom its publication is told. Pure functions."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from services.common.clock import in_paris

from ..agenda.schemas import FORMAT_LABELS, DocumentRole, EventFormat
from ..registrations.people import address_of
from .schemas import OutcomeRole, OutcomeState

ORIGIN = "outcome:"
_KINDS = {"video": DocumentRole.REPLAY, "proceedings": DocumentRole.PROCEEDINGS}
#: Relation of a document that an event left, in the catalogue's words.
SUPPORT_OF = "support_of"


def state(outcome: Mapping[str, Any]) -> OutcomeState:
    if outcome["withdrawn_at"] is not None:
        return OutcomeState.WITHDRAWN
    if outcome["published_at"] is not None:
        return OutcomeState.PUBLISHED
    return OutcomeState.PROPOSED if outcome["told_at"] is not None else OutcomeState.WAITING


def may_be_proposed(role: OutcomeRole, starts_at: datetime | None, now: datetime) -> bool:
    """A support may be sent before; what is made of the day itself comes after it began."""
    return role is OutcomeRole.SUPPORT or (starts_at is not None and starts_at <= now)


def speakers(role: OutcomeRole, sessions: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Speakers who agreed, each once: to the replay for a replay, to their image or to the replay for a text."""
    found: dict[str, dict[str, str]] = {}
    for session in sessions:
        if session["status"] == "cancelled":
            continue
        for item in session["programme"]:
            for speaker in item.get("speakers", []):
                if _agreed(role, speaker):
                    part = ", ".join(each for each in (speaker.get("function"), speaker.get("organisation")) if each)
                    found.setdefault(speaker["name"], {"name": speaker["name"], "role": part})
    return list(found.values())


def _agreed(role: OutcomeRole, speaker: Mapping[str, Any]) -> bool:
    if speaker.get("replay_consent") == "given":
        return True
    return role is not OutcomeRole.REPLAY and speaker.get("image_consent") == "given"


def proposal(
    outcome: Mapping[str, Any], event: Mapping[str, Any], sessions: Sequence[Mapping[str, Any]], network: Mapping[str, Any]
) -> dict[str, Any]:
    """`data` of `event.outcome_proposed`: nobody is named but speakers who agreed."""
    dated = event["starts_at"] or None
    return {
        "event_id": str(event["id"]),
        "event_reference": event["reference"],
        "event_title": event["title"],
        "event_format": FORMAT_LABELS[EventFormat(event["format"])],
        "network_name": network["name"],
        "network_organisation_id": str(network["organisation_id"]),
        "centre_id": str(outcome["centre_id"]),
        "role": outcome["role"].value,
        "title": outcome["title"],
        "url": outcome["url"],
        "abstract": outcome["abstract"] or event["summary"],
        "dated": in_paris(dated).date().isoformat() if dated else None,
        "theme_codes": list(event["theme_codes"]),
        "territory_codes": list(event["territory_codes"]),
        "audiences": list(event["audiences"]),
        "speakers": speakers(outcome["role"], sessions),
    }


def outcome_of(origin: str | None) -> UUID | None:
    """The outcome a document was made of, if it was."""
    if origin is None or not origin.startswith(ORIGIN):
        return None
    try:
        return UUID(origin.removeprefix(ORIGIN))
    except ValueError:
        return None


def document_role(kind: str) -> DocumentRole:
    return _KINDS.get(kind, DocumentRole.SUPPORT)


def addresses(seated: Iterable[Mapping[str, Any]]) -> list[str]:
    """Each address once, however many people or sessions it stands for."""
    found: dict[str, str] = {}
    for row in seated:
        if (address := address_of(row)) is not None:
            found.setdefault(address.lower(), address)
    return list(found.values())
