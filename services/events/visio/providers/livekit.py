"""Rooms built on LiveKit: an access token says who enters and what they may do; the server, when it is given, makes and ends rooms.

Calls are LiveKit's Twirp ones in JSON; notices are signed by a token whose `sha256` is the body's.
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import orjson

from services.common.foreign_tokens import BadToken, UnusableKey, read_from, sign_for
from services.common.outbound import Outbound

from ..schemas import LinkRole
from .contract import (
    Account,
    Forged,
    Found,
    Guest,
    Heard,
    HeardKind,
    Notice,
    Room,
    Trouble,
    Unreadable,
    asked,
    json_object,
)

_KINDS = {
    "participant_joined": HeardKind.JOINED,
    "participant_left": HeardKind.LEFT,
    "room_finished": HeardKind.ENDED,
}
_CALL_LASTS = timedelta(minutes=5)


@dataclass(frozen=True)
class LiveKit:
    """One page of rooms, and its server when it is ours to command."""

    account: Account
    web: Outbound
    now: datetime

    async def create(self, room: Room) -> int | None:
        self._token({"video": {}}, "", self.now, self.now)
        if self.account.server_address:
            alive = int((room.closes_at - room.opens_at).total_seconds()) + 3600
            made = await self._call("CreateRoom", {"name": room.meeting_id, "empty_timeout": alive}, {"roomCreate": True})
            if made.get("name") != room.meeting_id:
                raise Trouble("bad_answer")
        return None

    async def is_running(self, room: Room) -> bool:
        if not self.account.server_address:
            return False
        grant = {"roomAdmin": True, "room": room.meeting_id}
        try:
            found = (await self._call("ListParticipants", {"room": room.meeting_id}, grant)).get("participants")
        except Trouble as trouble:
            if trouble.code == "refused":  # no such room
                return False
            raise
        return isinstance(found, list) and bool(found)

    async def end(self, room: Room) -> None:
        if self.account.server_address:
            try:
                await self._call("DeleteRoom", {"room": room.meeting_id}, {"roomCreate": True})
            except Trouble as trouble:
                if trouble.code != "refused":  # refused: it ended by itself
                    raise

    async def recordings(self, room: Room) -> list[Found]:
        return []

    def join(self, room: Room, guest: Guest, *, now: datetime) -> str:
        speaks = guest.role is not LinkRole.VIEWER or not room.is_webinar
        video: dict[str, Any] = {
            "roomJoin": True,
            "room": room.meeting_id,
            "canPublish": speaks,
            "canSubscribe": True,
            "canPublishData": True,
        }
        if guest.role is LinkRole.MODERATOR:
            video["roomAdmin"] = True
        # LiveKit puts the first one out when the same identity comes again: each entry has its own.
        identity = f"{guest.id}-{secrets.token_hex(4)}"
        token = self._token({"name": guest.name, "video": video}, identity, now, room.closes_at)
        server = quote(self._socket(), safe="")
        written = self.account.address.replace("{token}", token).replace("{room}", quote(room.meeting_id, safe=""))
        return written.replace("{server}", server)

    def heard(self, notice: Notice, *, now: datetime) -> list[Heard]:
        token = notice.headers.get("authorization", "").removeprefix("Bearer ").strip()
        try:
            claims = read_from(token, self.account.secret, "HS256", now=now.timestamp(), issuer=self.account.identifier)
        except BadToken as error:
            raise Forged() from error
        digest = base64.b64encode(hashlib.sha256(notice.body).digest()).decode()
        if "exp" not in claims or not hmac.compare_digest(str(claims.get("sha256", "")).encode(), digest.encode()):
            raise Forged()
        said = json_object(notice.body, Unreadable())
        kind, room, who = _KINDS.get(str(said.get("event"))), said.get("room"), said.get("participant")
        if kind is None or not isinstance(room, dict) or not isinstance(room.get("name"), str):
            return []
        if kind is HeardKind.ENDED:
            return [Heard(kind, room["name"])]
        at = _instant(who.get("joinedAt") if kind is HeardKind.JOINED and isinstance(who, dict) else None) or _instant(
            said.get("createdAt")
        )
        if not isinstance(who, dict) or at is None or not who.get("sid"):
            return []
        return [Heard(kind, room["name"], str(who.get("identity", "")).partition("-")[0], str(who["sid"]), at)]

    def _socket(self) -> str:
        address = self.account.server_address or ""
        return "ws" + address.removeprefix("http") if address else ""

    def _token(self, claims: dict[str, Any], identity: str, now: datetime, until: datetime) -> str:
        at = int(now.timestamp())
        whole = {"iss": self.account.identifier, "sub": identity, "nbf": at - 60, "exp": int(until.timestamp()), **claims}
        try:
            return sign_for(whole, self.account.secret, "HS256")
        except UnusableKey as error:
            raise Trouble("unreadable_secret") from error

    async def _call(self, name: str, sent: dict[str, Any], grant: dict[str, Any]) -> dict[str, Any]:
        token = self._token({"video": grant}, "canevas", self.now, self.now + _CALL_LASTS)
        url = f"{(self.account.server_address or '').rstrip('/')}/twirp/livekit.RoomService/{name}"
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        return json_object((await asked(self.web, "POST", url, content=orjson.dumps(sent), headers=headers)).content, _garbage())


def _garbage() -> Trouble:
    return Trouble("bad_answer")


def _instant(seconds: Any) -> datetime | None:
    try:
        found = int(seconds)
        return datetime.fromtimestamp(found, UTC) if found > 0 else None
    except (TypeError, ValueError, OverflowError, OSError):
        return None
