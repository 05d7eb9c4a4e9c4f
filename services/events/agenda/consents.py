"""What speakers agree to, and what hangs on it. Pure functions."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from services.common.language import Text
from services.common.problems import FieldError

from .errors import ReplayConsentMissing
from .schemas import Consent, DocumentRole, SessionStatus

_SAID = {
    Consent.REFUSED: Text("{name} a refusé la rediffusion.", "{name} refused the replay."),
    Consent.UNASKED: Text("{name} n'a pas été interrogé sur la rediffusion.", "{name} was not asked about the replay."),
}


def _replays(documents: Iterable[Mapping[str, Any]]) -> set[str]:
    return {str(each["document_id"]) for each in documents if each["role"] == DocumentRole.REPLAY.value}


def has_replay(documents: Iterable[Mapping[str, Any]]) -> bool:
    return bool(_replays(documents))


def adds_replay(before: Iterable[Mapping[str, Any]], after: Iterable[Mapping[str, Any]]) -> bool:
    return bool(_replays(after) - _replays(before))


def without_replays(documents: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [each for each in documents if each["role"] != DocumentRole.REPLAY.value]


def require(sessions: Sequence[Any]) -> None:
    """Refuse (`ReplayConsentMissing`) while a speaker of a session that stands refused the replay or was not asked.

    `errors` points at each of them in the event as it is read. Sessions are rows, or what somebody wishes to write.
    """
    errors = []
    for number, session in enumerate(sessions):
        if getattr(session, "status", None) is SessionStatus.CANCELLED:
            continue
        for position, item in enumerate(_plain(session)):
            for place, speaker in enumerate(item["speakers"]):
                consent = Consent(speaker["replay_consent"])
                if consent is Consent.GIVEN:
                    continue
                pointer = f"/sessions/{number}/programme/{position}/speakers/{place}"
                said = _SAID[consent]
                name = speaker["name"]
                errors.append(FieldError(pointer, Text(said.fr.format(name=name), said.en.format(name=name)), consent.value))
    if errors:
        raise ReplayConsentMissing(errors=errors)


def _plain(session: Any) -> list[dict[str, Any]]:
    return [item if isinstance(item, dict) else item.model_dump(mode="json") for item in session.programme]


def answered(
    programme: Sequence[dict[str, Any]], name: str, answers: Mapping[str, Consent | None], consented_on: date
) -> list[dict[str, Any]] | None:
    """The programme with what the speaker of that name answered; None when nobody of that name speaks in it."""
    given = {consent: value.value for consent, value in answers.items() if value is not None}
    found = False
    written = []
    for item in programme:
        speakers = []
        for speaker in item["speakers"]:
            if speaker["name"] == name:
                found = True
                speaker = {**speaker, **given, "consented_on": consented_on.isoformat()}
            speakers.append(speaker)
        written.append({**item, "speakers": speakers})
    return written if found else None


def forgotten(programme: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same speakers, not asked yet: who agreed for one event has agreed for no other."""
    unasked = {"image_consent": Consent.UNASKED.value, "replay_consent": Consent.UNASKED.value, "consented_on": None}
    return [{**item, "speakers": [{**speaker, **unasked} for speaker in item["speakers"]]} for item in programme]
