"""Jitsi Meet with tokens (Prosody's `token_verification`, JaaS): a room is its name, whoever has a token for it enters.

Rooms are neither made nor ended by anybody: the first to come makes it, its token ends with the window.
"""

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import quote, urlencode, urlsplit

from services.common.foreign_tokens import UnusableKey, sign_for

from ..schemas import LinkRole
from .contract import Account, Forged, Found, Guest, Heard, HeardKind, Notice, Room, Trouble, Unreadable, json_object

#: JaaS and Prosody's `event_sync` say the same with other words.
_KINDS = {
    "PARTICIPANT_JOINED": HeardKind.JOINED,
    "PARTICIPANT_LEFT": HeardKind.LEFT,
    "ROOM_DESTROYED": HeardKind.ENDED,
    "muc-occupant-joined": HeardKind.JOINED,
    "muc-occupant-left": HeardKind.LEFT,
    "muc-room-destroyed": HeardKind.ENDED,
}


@dataclass(frozen=True)
class Jitsi:
    """One server, by its tokens."""

    account: Account

    async def create(self, room: Room) -> int | None:
        self._token(room, Guest("", "", LinkRole.VIEWER), room.opens_at)  # a key that signs nothing is found out before people come
        return None

    async def is_running(self, room: Room) -> bool:
        return False

    async def end(self, room: Room) -> None:
        return None

    async def recordings(self, room: Room) -> list[Found]:
        return []

    def join(self, room: Room, guest: Guest, *, now: datetime) -> str:
        base = self.account.address.rstrip("/")
        return f"{base}/{quote(room.meeting_id, safe='')}?{urlencode({'jwt': self._token(room, guest, now)})}"

    def heard(self, notice: Notice, *, now: datetime) -> list[Heard]:
        """Signed by a secret that both know, in `Authorization` (with or without `Bearer`) or `X-Webhook-Secret`."""
        given = notice.headers.get("x-webhook-secret") or notice.headers.get("authorization", "").removeprefix("Bearer ")
        secret = self.account.webhook_secret.encode()
        if not secret or not hmac.compare_digest(given.encode(), secret):
            raise Forged()
        said = json_object(notice.body, Unreadable())
        kind = _KINDS.get(str(said.get("eventType") or said.get("event_name")))
        meeting_id = _room_of(said)
        if kind is None or not meeting_id:
            return []
        if kind is HeardKind.ENDED:
            return [Heard(kind, meeting_id)]
        return [heard for heard in [_occupant(said, kind, meeting_id)] if heard is not None]

    def _token(self, room: Room, guest: Guest, now: datetime) -> str:
        is_moderator = guest.role is LinkRole.MODERATOR
        user = {
            "id": guest.id,
            "name": guest.name,
            "moderator": is_moderator,
            "affiliation": "owner" if is_moderator else "member",
        }
        at = int(now.timestamp())
        claims = {
            "aud": "jitsi",
            "iss": self.account.identifier,
            "sub": self.account.subject or urlsplit(self.account.address).hostname or "*",
            "room": room.meeting_id,
            "iat": at,
            "nbf": at - 60,
            "exp": int(room.closes_at.timestamp()),
            "moderator": is_moderator,
            "context": {"user": user},
        }
        algorithm: Literal["HS256", "RS256"] = "RS256" if self.account.algorithm == "RS256" else "HS256"
        try:
            return sign_for(claims, self.account.secret, algorithm, kid=self.account.key_id)
        except UnusableKey as error:
            raise Trouble("unreadable_secret") from error


def _room_of(said: dict[str, Any]) -> str:
    """`vpaas-…/room` of JaaS (`fqn`), `room_name` of Prosody."""
    return str(said.get("room_name") or str(said.get("fqn", "")).rpartition("/")[2])


def _occupant(said: dict[str, Any], kind: HeardKind, meeting_id: str) -> Heard | None:
    inside = said.get("occupant") if isinstance(said.get("occupant"), dict) else said.get("data")
    if not isinstance(inside, dict):
        return None
    connection = inside.get("participantId") or inside.get("occupant_jid") or inside.get("participantJid")
    seconds = inside.get("left_at" if kind is HeardKind.LEFT else "joined_at")
    at = _instant(seconds, 1) if seconds is not None else _instant(said.get("timestamp"), 1000)
    if not connection or at is None:
        return None
    return Heard(kind, meeting_id, str(inside.get("id", "")), str(connection), at)


def _instant(given: Any, per_second: int) -> datetime | None:
    try:
        return datetime.fromtimestamp(float(given) / per_second, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None
