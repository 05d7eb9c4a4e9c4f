"""A BigBlueButton server of a few lines, written from its public API page, and signatures recomputed by hand.

It verifies every checksum itself, keeps meetings, and can be down, slow, or answer anything.
"""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote_plus, urlencode, urlsplit

SECRET = "639259d4-9dd8-4b25-bf01-95f9567eaf4b"
BOMB = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "'
    + "ha" * 50
    + '"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><response><returncode>&c;</returncode></response>'
)


@dataclass
class Meeting:
    """A meeting the server keeps."""

    id: str
    created: int
    asked: dict[str, str]
    people: int = 0


@dataclass
class BigBlueButtonServer:
    """`mode`: ok, slow, failed, html, huge, bomb, error (500)."""

    address: str = ""
    mode: str = "ok"
    meetings: dict[str, Meeting] = field(default_factory=dict)
    #: (HTTP method, call, parameters) of every call whose checksum was right.
    calls: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    #: meeting id → `<recording>` elements.
    recordings: dict[str, list[str]] = field(default_factory=dict)
    refused: int = 0
    has_hooks: bool = True
    _made: int = 1_700_000_000_000

    def called(self, name: str) -> list[dict[str, str]]:
        return [parameters for _, call, parameters in self.calls if call == name]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            method, target, _ = head.split("\r\n")[0].split(" ")
            length = next((int(line.split(":")[1]) for line in head.split("\r\n") if line.lower().startswith("content-length")), 0)
            await reader.readexactly(length)
            status, kind, body = await self.answer(method, target)
            written = f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
            writer.write(written.encode() + body)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def answer(self, method: str, target: str) -> tuple[int, str, bytes]:
        match self.mode:
            case "slow":
                await asyncio.sleep(1)
            case "html":
                return 200, "text/html", b"<html><body>Welcome to nginx!</body></html>"
            case "huge":
                return 200, "text/xml", b"<response>" + b"x" * (2 * 1024 * 1024) + b"</response>"
            case "bomb16":
                return 200, "text/xml", BOMB.encode("utf-16")
            case "bomb":
                return 200, "text/xml", BOMB.encode()
            case "error":
                return 500, "text/html", b"oops"
            case "failed":
                return 200, "text/xml", failed("internalError")
        path, _, query = target.partition("?")
        call = path.removeprefix("/bigbluebutton/api/")
        unsigned, _, given = query.rpartition("&checksum=")
        if hashlib.sha256((call + unsigned + SECRET).encode()).hexdigest() != given:
            self.refused += 1
            return 200, "text/xml", failed("checksumError")
        parameters = dict(parse_qsl(unsigned))
        self.calls.append((method, call, parameters))
        return 200, "text/xml", self.acted(call, parameters)

    def acted(self, call: str, asked: dict[str, str]) -> bytes:
        name = asked.get("meetingID", "")
        if call == "create":
            if name not in self.meetings:
                self._made += 1000
                self.meetings[name] = Meeting(name, self._made, asked)
            return succeeded(f"<meetingID>{name}</meetingID><createTime>{self.meetings[name].created}</createTime>")
        if call == "isMeetingRunning":
            meeting = self.meetings.get(name)
            return succeeded(f"<running>{'true' if meeting and meeting.people else 'false'}</running>")
        if call == "end":
            return succeeded("") if self.meetings.pop(name, None) else failed("notFound")
        if call == "getRecordings":
            return succeeded(f"<recordings>{''.join(self.recordings.get(name, []))}</recordings>")
        if call == "hooks/create" and self.has_hooks:
            return succeeded("<hookID>1</hookID>")
        return failed("unsupportedRequest")

    def joined(self, join_address: str) -> dict[str, str]:
        """What the server makes of a join address: refused as the real one refuses, or who enters."""
        parts = urlsplit(join_address)
        call = parts.path.removeprefix("/bigbluebutton/api/")
        unsigned, _, given = parts.query.rpartition("&checksum=")
        assert call == "join"
        assert hashlib.sha256((call + unsigned + SECRET).encode()).hexdigest() == given
        asked = {name: unquote_plus(value) for name, _, value in (each.partition("=") for each in unsigned.split("&"))}
        assert int(asked["createTime"]) == self.meetings[asked["meetingID"]].created
        return asked


def succeeded(inside: str) -> bytes:
    return f"<response><returncode>SUCCESS</returncode>{inside}</response>".encode()


def failed(key: str) -> bytes:
    return f"<response><returncode>FAILED</returncode><messageKey>{key}</messageKey><message>no</message></response>".encode()


def recording(ref: str, url: str = "https://visio.example/playback/1") -> str:
    return (
        f"<recording><recordID>{ref}</recordID><name>La parole</name><startTime>1700000000000</startTime>"
        f"<endTime>1700003600000</endTime><playback><format><type>presentation</type><url>{url}</url><length>60</length></format>"
        "<format><type>evil</type><url>javascript:alert(1)</url></format></playback></recording>"
    )


@dataclass
class LiveKitServer:
    """LiveKit's RoomService as its API page says it: Twirp in JSON, each call by a token with the grant it needs."""

    key: str
    secret: str
    address: str = ""
    rooms: dict[str, int] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head.split("\r\n")[1:])}
        asked = json.loads(await reader.readexactly(int(headers["content-length"])))
        call = head.split(" ")[1].removeprefix("/twirp/livekit.RoomService/")
        status, said = self.acted(call, asked, headers.get("authorization", ""))
        body = json.dumps(said).encode()
        writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body)
        await writer.drain()
        writer.close()

    def acted(self, call: str, asked: dict[str, Any], authorization: str) -> tuple[int, dict[str, Any]]:
        try:
            claims = claims_of(authorization.removeprefix("Bearer "), self.secret)
        except AssertionError:
            return 401, {"code": "unauthenticated"}
        grant = claims["video"]
        if claims["iss"] != self.key or claims["exp"] - claims["nbf"] > 600:
            return 401, {"code": "unauthenticated"}
        if call == "CreateRoom" and grant.get("roomCreate"):
            self.rooms[asked["name"]] = asked["empty_timeout"]
            return 200, {"name": asked["name"], "sid": "RM_1"}
        if call == "DeleteRoom" and grant.get("roomCreate"):
            return (200, {}) if self.rooms.pop(asked["room"], None) else (404, {"code": "not_found"})
        if call == "ListParticipants" and grant.get("roomAdmin") and grant.get("room") == asked["room"]:
            inside = [{"sid": "PA"}] * self.people.get(asked["room"], 0)
            return (200, {"participants": inside}) if asked["room"] in self.rooms else (404, {"code": "not_found"})
        return 403, {"code": "permission_denied"}


@asynccontextmanager
async def livekit(key: str, secret: str) -> AsyncIterator[LiveKitServer]:
    """The server, on a port of this machine."""
    stand_in = LiveKitServer(key, secret)
    server = await asyncio.start_server(stand_in.serve, "127.0.0.1", 0)
    stand_in.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield stand_in


@asynccontextmanager
async def serving() -> AsyncIterator[BigBlueButtonServer]:
    """The server, on a port of this machine."""
    stand_in = BigBlueButtonServer()
    server = await asyncio.start_server(stand_in.serve, "127.0.0.1", 0)
    stand_in.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/bigbluebutton/"
    async with server:
        yield stand_in


def base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def claims_of(token: str, secret: str) -> dict[str, Any]:
    """Claims of an HS256 token whose signature is recomputed here, with nothing but hmac."""
    header, payload, signature = token.split(".")
    assert json.loads(base64.urlsafe_b64decode(header + "==="))["alg"] == "HS256"
    expected = hmac.new(secret.encode(), f"{header}.{payload}".encode(), hashlib.sha256).digest()
    assert signature == base64url(expected)
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "==="))
    return claims


def signed(claims: dict[str, Any], secret: str, algorithm: str = "HS256") -> str:
    """An HS256 token made by hand."""
    unsigned = ".".join(base64url(json.dumps(part).encode()) for part in ({"alg": algorithm, "typ": "JWT"}, claims))
    return f"{unsigned}.{base64url(hmac.new(secret.encode(), unsigned.encode(), hashlib.sha256).digest())}"


def bbb_event(name: str, meeting_id: str, user_id: str, connection: str, at: float) -> dict[str, Any]:
    """An event as bbb-webhooks writes it."""
    return {
        "data": {
            "type": "event",
            "id": name,
            "attributes": {
                "meeting": {"internal-meeting-id": "183f0bf3a0982a127bdb8161", "external-meeting-id": meeting_id},
                "user": {"internal-user-id": connection, "external-user-id": user_id, "name": "x", "role": "VIEWER"},
            },
            "event": {"ts": int(at * 1000)},
        }
    }


def bbb_notice(address: str, *events: dict[str, Any], secret: str = SECRET) -> tuple[bytes, str]:
    """The body of a webhook, and its checksum: SHA-256 of the address, the body and the secret."""
    body = urlencode({"event": json.dumps(list(events)), "timestamp": "1700000000000", "domain": "visio.example"}).encode()
    return body, hashlib.sha256(address.encode() + body + secret.encode()).hexdigest()


def livekit_notice(said: dict[str, Any], key: str, secret: str, now: float) -> tuple[bytes, str]:
    """The body of a LiveKit webhook, and its `Authorization`."""
    body = json.dumps(said).encode()
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    return body, signed({"iss": key, "nbf": int(now) - 5, "exp": int(now) + 300, "sha256": digest}, secret)
