"""BigBlueButton (API 2.4 and later): every call is signed with SHA-256(call name + query string + shared secret).

`role` is given at the join instead of the old passwords. Notices are bbb-webhooks' (SHA-256 or stronger of address + body +
secret) and the recording-ready callback (a token signed with the secret).
"""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any
from urllib.parse import parse_qs, urlencode

import orjson
from lxml import etree

from services.common.foreign_tokens import BadToken, read_from
from services.common.outbound import Outbound

from ..schemas import LinkRole
from .contract import (
    MOST_ITEMS,
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
)

Element = etree._Element

#: Digests of notices, by the length of their hexadecimal writing. SHA-1 is refused: set the webhooks to sha256.
_DIGESTS: dict[int, Callable[[bytes], Any]] = {64: hashlib.sha256, 96: hashlib.sha384, 128: hashlib.sha512}
_NO_SLIDES = b'<?xml version="1.0" encoding="UTF-8"?><modules></modules>'
_EVENTS = {"user-joined": HeardKind.JOINED, "user-left": HeardKind.LEFT, "meeting-ended": HeardKind.ENDED}
_RECORDED = {"rap-publish-ended"}


@dataclass(frozen=True)
class BigBlueButton:
    """One server, by its API."""

    account: Account
    web: Outbound

    async def create(self, room: Room) -> int | None:
        """Idempotent at the provider: the same meeting is answered as long as it lives, a new one is made afterwards."""
        minutes = ceil((room.closes_at - room.opens_at) / timedelta(minutes=1)) + 60
        query = {
            "name": room.title,
            "meetingID": room.meeting_id,
            "record": _written(room.is_recorded),
            "autoStartRecording": "false",
            "allowStartStopRecording": _written(room.is_recorded),
            "guestPolicy": "ASK_MODERATOR" if room.has_waiting_room else "ALWAYS_ACCEPT",
            "muteOnStart": _written(room.is_webinar),
            "lockSettingsDisableMic": _written(room.is_webinar),
            "lockSettingsDisableCam": _written(room.is_webinar),
            # A room made half an hour early must outlive the five minutes it is given by default.
            "meetingExpireIfNoUserJoinedInMinutes": str(minutes),
            "meta_endCallbackUrl": room.ending_address,
            "meta_bbb-recording-ready-url": room.notice_address,
        }
        answer = await self._call("create", query, content=_NO_SLIDES)
        if _text(answer, "meetingID") not in {"", room.meeting_id}:
            raise Trouble("bad_answer")
        try:
            made_at = int(_text(answer, "createTime"))
        except ValueError as error:
            raise Trouble("bad_answer") from error
        if not 0 < made_at < 2**53:
            raise Trouble("bad_answer")
        await self._follow(room)
        return made_at

    async def is_running(self, room: Room) -> bool:
        answer = await self._call("isMeetingRunning", {"meetingID": room.meeting_id})
        return _text(answer, "running") == "true"

    async def end(self, room: Room) -> None:
        await self._call("end", {"meetingID": room.meeting_id}, missing_is_fine=True)

    async def recordings(self, room: Room) -> list[Found]:
        answer = await self._call("getRecordings", {"meetingID": room.meeting_id, "state": "published"})
        every = answer.findall("./recordings/recording")[:MOST_ITEMS]
        read = (_recording(each) for each in every if _text(each, "meetingID") in {"", room.meeting_id})
        return [each for each in read if each is not None]

    def join(self, room: Room, guest: Guest, *, now: datetime) -> str:
        query = {
            "fullName": guest.name,
            "meetingID": room.meeting_id,
            "role": "VIEWER" if guest.role is LinkRole.VIEWER else "MODERATOR",
            "userID": guest.id,
            "redirect": "true",
        }
        if room.create_time is not None:
            query["createTime"] = str(room.create_time)
        if room.has_waiting_room and guest.role is LinkRole.VIEWER:
            query["guest"] = "true"
        return self._address("join", query)

    def heard(self, notice: Notice, *, now: datetime) -> list[Heard]:
        form = _form(notice.body)
        if "signed_parameters" in form:
            return self._recording_ready(form["signed_parameters"], now)
        given = notice.query.get("checksum", "")
        digest = _DIGESTS.get(len(given))
        if digest is None or not given.isascii():
            raise Forged()
        expected = digest(notice.address.encode() + notice.body + self.account.secret.encode()).hexdigest()
        if not hmac.compare_digest(expected, given.lower()):
            raise Forged()
        try:
            events = orjson.loads(form.get("event", ""))
        except orjson.JSONDecodeError as error:
            raise Unreadable() from error
        if isinstance(events, dict):
            events = [events]
        if not isinstance(events, list):
            raise Unreadable()
        return [heard for event in events[:MOST_ITEMS] if (heard := _event(event)) is not None]

    def _recording_ready(self, signed: str, now: datetime) -> list[Heard]:
        try:
            claims = read_from(signed, self.account.secret, "HS256", now=now.timestamp())
        except BadToken as error:
            raise Forged() from error
        meeting_id = claims.get("meeting_id")
        if not isinstance(meeting_id, str):
            raise Unreadable()
        return [Heard(HeardKind.RECORDED, meeting_id)]

    async def _follow(self, room: Room) -> None:
        """Ask to be told who comes and goes, where the server has bbb-webhooks; without it nobody proposes presence."""
        try:
            await self._call("hooks/create", {"callbackURL": room.notice_address, "meetingID": room.meeting_id})
        except Trouble:
            return

    def _address(self, call: str, query: Mapping[str, str]) -> str:
        base = self.account.address.rstrip("/")
        base = base if base.endswith("/api") else f"{base}/api"
        written = urlencode(query)
        return f"{base}/{call}?{written}&checksum={checksum(call, written, self.account.secret)}"

    async def _call(
        self, call: str, query: Mapping[str, str], *, content: bytes | None = None, missing_is_fine: bool = False
    ) -> Element:
        """The answer, when the server says SUCCESS. A POST is signed by its query alone."""
        headers = {"Content-Type": "application/xml"} if content is not None else {}
        answer = await asked(self.web, "POST" if content else "GET", self._address(call, query), content=content, headers=headers)
        root = _parsed(answer.content)
        if _text(root, "returncode") == "SUCCESS":
            return root
        if _text(root, "returncode") != "FAILED":
            raise Trouble("bad_answer")
        key = _text(root, "messageKey")
        if missing_is_fine and key == "notFound":
            return root
        raise Trouble("forbidden" if key == "checksumError" else "refused")


def checksum(call: str, query: str, secret: str) -> str:
    """As the API asks, and the provider recomputes."""
    return hashlib.sha256(f"{call}{query}{secret}".encode()).hexdigest()


def _written(value: bool) -> str:
    return "true" if value else "false"


def _parsed(content: bytes) -> Element:
    """The answer's root. A document type is refused before anything is made of it: entities are how XML explodes."""
    if b"<!DOCTYPE" in content[:4096].upper() or b"<!ENTITY" in content.upper():
        raise Trouble("bad_answer")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Trouble("bad_answer") from error
    tree: Any = root.getroottree()  # in another encoding the bytes above say nothing
    if tree.docinfo.doctype or root.tag != "response":
        raise Trouble("bad_answer")
    return root


def _text(element: Element, path: str) -> str:
    return (element.findtext(path) or "").strip()


def _recording(element: Element) -> Found | None:
    ref, playbacks = _text(element, "recordID"), list[tuple[str, str, int | None]]()
    for each in element.findall("./playback/format")[:10]:
        kind, address, length = _text(each, "type"), _text(each, "url"), _text(each, "length")
        if address.startswith(("https://", "http://")) and len(address) <= 2000:
            playbacks.append((kind[:40], address, int(length) if length.isdecimal() and len(length) < 6 else None))
    if not ref or len(ref) > 200 or not playbacks:
        return None
    return Found(
        ref, _text(element, "name")[:200], playbacks, _instant(_text(element, "startTime")), _instant(_text(element, "endTime"))
    )


def _instant(milliseconds: Any) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(milliseconds) / 1000, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def _form(body: bytes) -> dict[str, str]:
    try:
        return {name: values[0] for name, values in parse_qs(body.decode(), max_num_fields=20).items()}
    except ValueError as error:
        raise Forged() from error


def _event(event: Any) -> Heard | None:
    """One event of bbb-webhooks; of those we have no use for, None."""
    data = event.get("data") if isinstance(event, dict) else None
    if not isinstance(data, dict) or not isinstance(data.get("attributes"), dict):
        return None
    attributes = data["attributes"]
    meeting, user, when = attributes.get("meeting"), attributes.get("user"), data.get("event")
    meeting_id = meeting.get("external-meeting-id") if isinstance(meeting, dict) else None
    if not isinstance(meeting_id, str):
        return None
    if data.get("id") in _RECORDED:
        return Heard(HeardKind.RECORDED, meeting_id)
    kind = _EVENTS.get(str(data.get("id")))
    if kind is HeardKind.ENDED:
        return Heard(kind, meeting_id)
    at = _instant(when.get("ts")) if isinstance(when, dict) else None
    if kind is None or at is None or not isinstance(user, dict):
        return None
    return Heard(kind, meeting_id, str(user.get("external-user-id", "")), str(user.get("internal-user-id", "")), at)
