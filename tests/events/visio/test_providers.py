"""What each provider is told, recomputed here without its library: checksums and tokens, roles and grants."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from services.common.outbound import Outbound
from services.events.visio.providers.bigbluebutton import checksum
from services.events.visio.providers.contract import Account, Guest, Room, Trouble
from services.events.visio.providers.jitsi import Jitsi
from services.events.visio.providers.livekit import LiveKit
from services.events.visio.schemas import LinkRole
from tests.events.visio.rooms import VisioWorld
from tests.events.visio.stand_ins import claims_of
from tests.support import SIGNER

pytestmark = pytest.mark.anyio
NOW = datetime(2027, 3, 18, 8, tzinfo=UTC)
ROOM = Room("ne-2027-0001-1-abc", "La parole", NOW, NOW + timedelta(hours=9))
SECRET = "a shared secret that nobody guesses"


def guest(role: LinkRole = LinkRole.VIEWER) -> Guest:
    return Guest("0" * 32, "Zoé <Exemple> & fils", role)


def test_the_checksum_is_the_documented_one() -> None:
    query = "name=Test+Meeting&meetingID=abc123&attendeePW=111222&moderatorPW=333444"
    # printf 'createname=Test+Meeting&…&moderatorPW=333444639259d4-9dd8-4b25-bf01-95f9567eaf4b' | sha256sum
    expected = "da9185f7f333cfdfcd6eeac32dca3777510c4c436020d8b887ba5515bd1d189e"
    assert checksum("create", query, "639259d4-9dd8-4b25-bf01-95f9567eaf4b") == expected


@pytest.mark.parametrize("role", LinkRole)
def test_a_jitsi_token_says_who_and_for_which_room(role: LinkRole) -> None:
    account = Account("https://meet.example/", identifier="canevas", secret=SECRET, key_id="k1")
    address = httpx.URL(Jitsi(account).join(ROOM, guest(role), now=NOW))
    assert (address.host, address.path) == ("meet.example", f"/{ROOM.meeting_id}")
    claims = claims_of(address.params["jwt"], SECRET)
    assert (claims["aud"], claims["iss"], claims["sub"], claims["room"]) == ("jitsi", "canevas", "meet.example", ROOM.meeting_id)
    assert claims["exp"] == int(ROOM.closes_at.timestamp())
    assert claims["nbf"] <= int(NOW.timestamp())
    assert claims["moderator"] is claims["context"]["user"]["moderator"] is (role is LinkRole.MODERATOR)
    assert claims["context"]["user"]["name"] == "Zoé <Exemple> & fils"


def test_a_jitsi_token_signed_with_a_private_key_is_verified_by_the_public_one() -> None:
    account = Account(
        "https://8x8.vc/app", identifier="chat", subject="app", key_id="k", algorithm="RS256", secret=SIGNER.private_pem
    )
    token = httpx.URL(Jitsi(account).join(ROOM, guest(), now=NOW)).params["jwt"]
    header, payload, signature = token.split(".")
    assert json.loads(base64.urlsafe_b64decode(header + "===")) == {"alg": "RS256", "kid": "k", "typ": "JWT"}
    public: Any = load_pem_public_key(SIGNER.public_pem.encode())
    signed = base64.urlsafe_b64decode(signature + "===")
    public.verify(signed, f"{header}.{payload}".encode(), padding.PKCS1v15(), SHA256())
    claims = json.loads(base64.urlsafe_b64decode(payload + "==="))
    assert (claims["iss"], claims["sub"]) == ("chat", "app")


@pytest.mark.parametrize("role", LinkRole)
@pytest.mark.parametrize("is_webinar", [False, True])
def test_a_livekit_token_grants_what_the_role_may_do(role: LinkRole, is_webinar: bool) -> None:
    account = Account("https://salles.example/?t={token}&s={server}", "https://lk.example", "APIkey", secret=SECRET)
    room = Room(ROOM.meeting_id, "La parole", ROOM.opens_at, ROOM.closes_at, is_webinar=is_webinar)
    provider = LiveKit(account, Outbound(), NOW)
    first, second = (httpx.URL(provider.join(room, guest(role), now=NOW)).params for _ in range(2))
    assert first["s"] == "wss://lk.example"
    claims = claims_of(first["t"], SECRET)
    assert (claims["iss"], claims["name"], claims["exp"]) == ("APIkey", "Zoé <Exemple> & fils", int(ROOM.closes_at.timestamp()))
    assert claims["video"]["roomJoin"] is True
    assert claims["video"]["room"] == ROOM.meeting_id
    assert claims["video"]["canPublish"] is (role is not LinkRole.VIEWER or not is_webinar)
    assert claims["video"].get("roomAdmin", False) is (role is LinkRole.MODERATOR)
    assert claims["sub"].startswith("0" * 32 + "-")
    assert claims["sub"] != claims_of(second["t"], SECRET)["sub"]  # coming twice puts nobody out


def test_a_key_that_signs_nothing_is_trouble() -> None:
    account = Account("https://meet.example", identifier="a", algorithm="RS256", secret="no key at all")
    with pytest.raises(Trouble, match="unreadable_secret"):
        Jitsi(account).join(ROOM, guest(), now=NOW)


async def test_a_name_is_only_a_name(visio: VisioWorld) -> None:
    event = await visio.event()
    name = "E & role=MODERATOR#?/%0d"
    address = await visio.address(await visio.participant(event, name))
    visio.at(event)
    entered = visio.bbb.joined(await visio.let_in(address))
    assert (entered["fullName"], entered["role"]) == (f"Camille {name}", "VIEWER")


async def test_a_waiting_room_and_a_webinar_are_asked_for(visio: VisioWorld) -> None:
    event = await visio.event()
    await visio.choose(event, has_waiting_room=True, is_webinar=True)
    address = await visio.address(await visio.participant(event))
    visio.at(event)
    assert visio.bbb.joined(await visio.let_in(address))["guest"] == "true"
    asked = visio.bbb.called("create")[0]
    assert (asked["guestPolicy"], asked["lockSettingsDisableMic"]) == ("ASK_MODERATOR", "true")


async def test_a_server_without_webhooks_serves_all_the_same(visio: VisioWorld) -> None:
    event = await visio.event()
    visio.bbb.has_hooks = False
    address = await visio.address(await visio.participant(event))
    visio.at(event)
    visio.bbb.joined(await visio.let_in(address))
