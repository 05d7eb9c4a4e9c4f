"""Who comes and goes, as providers tell it: verified, once, in whatever order; proposed to the organiser once the session is over."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import httpx
import pytest

from services.common.clock import in_paris
from services.events.attendance import proposals
from services.events.visio import jobs
from tests.events.visio.rooms import VisioWorld
from tests.events.visio.stand_ins import SECRET, bbb_event, bbb_notice, claims_of, livekit_notice, recording, signed

pytestmark = pytest.mark.anyio
KEY, LIVEKIT_SECRET, HOOK_SECRET = "APIabcdef", "a LiveKit secret of some length", "a secret that Prosody knows"


class Proposed(dict[str, dict[str, Any]]):
    """What was proposed as presence, by mark: the contract says that a mark proposed twice is once."""

    times = 0

    async def propose(self, session: Any, *, mark: str, **said: Any) -> None:
        self.times += 1
        self.setdefault(mark, said)

    def hours(self, event: Mapping[str, Any]) -> list[tuple[str, str | None]]:
        """Of an event's sessions; those of other tests are proposed too."""
        return sorted(
            (f"{in_paris(said['joined_at']):%H:%M}", f"{in_paris(said['left_at']):%H:%M}" if said["left_at"] else None)
            for said in self.values()
            if str(said["event_id"]) == event["id"]
        )


@pytest.fixture
def proposed(monkeypatch: pytest.MonkeyPatch) -> Proposed:
    recorder = Proposed()
    monkeypatch.setattr(proposals, "propose", recorder.propose)
    return recorder


class Entered:
    """Somebody in the room of an event's session: their link, the meeting, and where notices go."""

    def __init__(self, visio: VisioWorld, event: dict[str, Any], entered: Mapping[str, str], hook: str) -> None:
        self.visio, self.event = visio, event
        self.meeting, self.user, self.hook = entered["meetingID"], entered["userID"], hook

    def at(self, hour: int, minute: int = 0) -> float:
        starts_at = datetime.fromisoformat(self.visio.session(self.event)["starts_at"])
        return (starts_at + timedelta(hours=hour - 9, minutes=minute)).timestamp()

    def bbb(self, name: str, at: float, connection: str = "w_1") -> dict[str, Any]:
        return bbb_event(name, self.meeting, self.user, connection, at)

    async def tell(self, *events: dict[str, Any], secret: str = SECRET) -> httpx.Response:
        body, checksum = bbb_notice(self.hook, *events, secret=secret)
        return await self.post(body, params={"checksum": checksum})

    async def post(self, body: bytes, **sent: Any) -> httpx.Response:
        return await self.visio.world.running.client.post(self.hook, content=body, **sent)

    async def over(self, hours: float = 9, minutes: float = 0) -> None:
        self.visio.at(self.event, hours=hours, minutes=minutes)
        await self.visio.minute()


@pytest.fixture
async def entered(visio: VisioWorld) -> Entered:
    event = await visio.event()
    address = await visio.address(await visio.participant(event))
    visio.at(event)
    who = visio.bbb.joined(await visio.let_in(address))
    return Entered(visio, event, who, visio.bbb.called("hooks/create")[0]["callbackURL"])


async def test_joins_and_leaves_become_stays_proposed_once_it_is_over(entered: Entered, proposed: Proposed) -> None:
    visio = entered.visio
    visio.at(entered.event, hours=8)
    joined = entered.bbb("user-joined", entered.at(9, 5))
    assert (await entered.tell(joined)).status_code == 204
    assert (await entered.tell(entered.bbb("user-left", entered.at(12)))).status_code == 204
    assert (await entered.tell(entered.bbb("user-joined", entered.at(14), "w_2"))).status_code == 204
    await visio.minute()
    assert proposed.hours(entered.event) == []
    visio.at(entered.event, hours=8, minutes=30)
    await visio.minute()
    await entered.over(hours=8, minutes=35)
    assert proposed.hours(entered.event) == [("09:05", "12:00"), ("14:00", "17:30")]
    times, said = proposed.times, next(each for each in proposed.values() if str(each["event_id"]) == entered.event["id"])
    attendee_id = (await visio.links_of(entered.event))[0]["attendee_id"]
    assert (said["attendee_id"], said["source"]) == (UUID(attendee_id), "visio")
    await visio.minute()
    assert proposed.times == times  # not asked again every minute


async def test_the_same_notice_twice_is_once(entered: Entered, proposed: Proposed) -> None:
    entered.visio.at(entered.event, hours=4)
    both = [entered.bbb("user-joined", entered.at(9)), entered.bbb("user-left", entered.at(10))]
    for _ in range(3):
        assert (await entered.tell(*both)).status_code == 204
    await entered.over()
    assert proposed.hours(entered.event) == [("09:00", "10:00")]


async def test_the_way_out_told_before_the_way_in(entered: Entered, proposed: Proposed) -> None:
    entered.visio.at(entered.event, hours=4)
    await entered.tell(entered.bbb("user-left", entered.at(10)))
    await entered.tell(entered.bbb("user-joined", entered.at(9)))
    await entered.over()
    assert proposed.hours(entered.event) == [("09:00", "10:00")]


async def test_what_is_told_after_the_proposals_is_proposed_too(entered: Entered, proposed: Proposed) -> None:
    entered.visio.at(entered.event, hours=4)
    await entered.tell(entered.bbb("user-joined", entered.at(9)), entered.bbb("user-left", entered.at(10)))
    await entered.over()
    await entered.tell(entered.bbb("user-joined", entered.at(11), "w_2"), entered.bbb("user-left", entered.at(12), "w_2"))
    await entered.over(hours=30)
    assert proposed.hours(entered.event) == [("09:00", "10:00"), ("11:00", "12:00")]


async def test_a_forged_notice_is_refused_and_changes_nothing(entered: Entered, proposed: Proposed) -> None:
    entered.visio.at(entered.event, hours=4)
    event = entered.bbb("user-joined", entered.at(9))
    body, checksum = bbb_notice(entered.hook, event)
    altered = body.replace(b"w_1", b"w_9")
    assert (await entered.tell(event, secret="guess")).status_code == 403
    assert (await entered.post(altered, params={"checksum": checksum})).status_code == 403
    assert (await entered.post(body)).status_code == 403
    assert (await entered.post(body, params={"checksum": "é" * 64})).status_code == 403
    assert (await entered.post(body, params={"checksum": checksum[:40]})).status_code == 403
    assert (await entered.post(b"\xff\xfe", params={"checksum": checksum})).status_code == 403
    problem = (await entered.tell(event, secret="guess")).json()
    assert problem["type"].endswith("/problems/forged-notice")
    await entered.over()
    assert proposed.hours(entered.event) == []


async def test_a_notice_of_one_account_is_not_believed_at_another(entered: Entered, proposed: Proposed) -> None:
    other = await entered.visio.account(kind="bigbluebutton", address=entered.visio.bbb.address, secret="their own secret")
    entered.visio.at(entered.event, hours=4)
    event = entered.bbb("user-joined", entered.at(9))
    body, checksum = bbb_notice(other["webhook_address"], event, secret="their own secret")
    sent = await entered.visio.world.running.client.post(other["webhook_address"], content=body, params={"checksum": checksum})
    assert sent.status_code == 204
    await entered.over()
    assert proposed.hours(entered.event) == []


async def test_nonsense_that_is_signed_is_malformed_and_what_has_no_use_is_left(entered: Entered) -> None:
    hook = entered.hook
    for said, status in (
        ("[", 422),
        ('"x"', 422),
        ("[1, null]", 204),
        ('[{"data": {"id": "user-joined", "attributes": []}}]', 204),
    ):
        body = urlencode({"event": said}).encode()
        checksum = hashlib.sha256(hook.encode() + body + SECRET.encode()).hexdigest()
        assert (await entered.post(body, params={"checksum": checksum})).status_code == status, said
    assert (await entered.tell(entered.bbb("chat-group-message-sent", entered.at(9)))).status_code == 204
    assert (await entered.post(b"", params={"checksum": "0" * 64})).status_code == 403
    unknown = hook.rpartition("/")[0] + "/nobody"
    assert (await entered.visio.world.running.client.post(unknown, content=b"{}")).status_code == 404


async def test_what_is_far_from_the_window_or_to_come_is_left_out(entered: Entered, proposed: Proposed) -> None:
    entered.visio.at(entered.event, hours=1)
    await entered.tell(entered.bbb("user-joined", entered.at(9) - 86_400), entered.bbb("user-joined", entered.at(10, 30), "w_2"))
    await entered.over()
    assert proposed.hours(entered.event) == []


async def test_who_is_nobodys_link_is_not_proposed(entered: Entered, proposed: Proposed) -> None:
    entered.visio.at(entered.event, hours=4)
    for user in ("o" + "0" * 32, "0" * 32, "x", ""):
        entered.user = user
        await entered.tell(entered.bbb("user-joined", entered.at(9), f"w_{user}"))
    await entered.over()
    assert proposed.hours(entered.event) == []


async def test_a_second_use_while_somebody_is_inside_is_let_in_and_counted(entered: Entered) -> None:
    visio = entered.visio
    link = (await visio.links_of(entered.event))[0]
    address = (await visio.addresses(UUID(link["attendee_id"])))[UUID(link["attendee_id"])]
    await entered.tell(entered.bbb("user-joined", entered.at(9)))
    visio.at(entered.event, minutes=10)
    await visio.let_in(address)
    link = (await visio.links_of(entered.event))[0]
    assert (link["uses_count"], link["doubled_count"]) == (2, 1)
    lines = await visio.world.running.rows(
        "SELECT changes FROM journal_lines WHERE act = 'visio.followed_twice' ORDER BY id DESC LIMIT 1"
    )
    assert lines[0]["changes"]["link_id"] == link["id"]
    await entered.tell(entered.bbb("user-left", entered.at(9, 11)))
    await visio.let_in(address)
    assert (await visio.links_of(entered.event))[0]["doubled_count"] == 1


async def test_a_recording_that_is_ready_is_looked_for_at_once(entered: Entered) -> None:
    visio = entered.visio
    visio.bbb.recordings[entered.meeting] = [recording("rec-1")]
    claims = {"meeting_id": entered.meeting, "record_id": "rec-1"}
    forged = urlencode({"signed_parameters": signed(claims, "guess")}).encode()
    assert (await entered.post(forged)).status_code == 403
    unsigned = urlencode({"signed_parameters": signed(claims, SECRET, "none")}).encode()
    assert (await entered.post(unsigned)).status_code == 403
    for _ in range(2):
        true = urlencode({"signed_parameters": signed(claims, SECRET)}).encode()
        assert (await entered.post(true)).status_code == 204
    await visio.world.running.run_jobs()
    path = f"{visio.path(entered.event)}/recordings"
    assert len((await visio.world.call(visio.world.organiser, "GET", path, expect=200)).json()) == 1


async def test_livekit_tells_by_a_token_that_carries_the_digest_of_the_body(visio: VisioWorld, proposed: Proposed) -> None:
    page = "https://salles.example/?token={token}&room={room}"
    account = await visio.account(kind="livekit", address=page, identifier=KEY, secret=LIVEKIT_SECRET)
    event = await visio.event()
    await visio.choose(event, account_id=account["id"])
    address = await visio.address(await visio.participant(event))
    visio.at(event)
    entered = httpx.URL(await visio.let_in(address)).params
    claims = claims_of(entered["token"], LIVEKIT_SECRET)
    now = visio.world.running.clock.now().timestamp()
    hook = account["webhook_address"]

    def said(event_name: str, at: float) -> dict[str, Any]:
        who = {"sid": "PA_1", "identity": claims["sub"], "joinedAt": str(int(now))}
        return {"event": event_name, "room": {"name": entered["room"]}, "participant": who, "createdAt": str(int(at))}

    client = visio.world.running.client
    joined, token = livekit_notice(said("participant_joined", now), KEY, LIVEKIT_SECRET, now)
    visio.at(event, hours=1)
    left, left_token = livekit_notice(said("participant_left", now + 3600), KEY, LIVEKIT_SECRET, now + 3600)
    assert (await client.post(hook, content=left, headers={"Authorization": left_token})).status_code == 204
    assert (await client.post(hook, content=left, headers={"Authorization": left_token})).status_code == 204
    refusals = {
        "the token of an hour ago": (joined, token),
        "another body": (left + b" ", left_token),
        "another key": livekit_notice(said("participant_joined", now), "APIother", LIVEKIT_SECRET, now + 3600),
        "another secret": livekit_notice(said("participant_joined", now), KEY, "guess, guess, guess", now + 3600),
        "nothing": (joined, ""),
        "no digest": (joined, signed({"iss": KEY, "exp": int(now) + 7200}, LIVEKIT_SECRET)),
    }
    for name, (body, given) in refusals.items():
        assert (await client.post(hook, content=body, headers={"Authorization": given})).status_code == 403, name
    again, again_token = livekit_notice(said("participant_joined", now), KEY, LIVEKIT_SECRET, now + 3600)
    assert (await client.post(hook, content=again, headers={"Authorization": again_token})).status_code == 204
    visio.at(event, hours=9)
    await visio.minute()
    assert proposed.hours(event) == [("09:00", "10:00")]


JAAS = "jaas"
PROSODY = "prosody"


@pytest.mark.parametrize("style", [JAAS, PROSODY])
async def test_jitsi_tells_with_a_shared_secret(visio: VisioWorld, proposed: Proposed, style: str) -> None:
    account = await visio.account(
        kind="jitsi", address="https://meet.example", identifier="app", secret="an app secret", webhook_secret=HOOK_SECRET
    )
    event = await visio.event()
    await visio.choose(event, account_id=account["id"])
    address = await visio.address(await visio.participant(event))
    visio.at(event)
    entered = httpx.URL(await visio.let_in(address))
    claims = claims_of(entered.params["jwt"], "an app secret")
    user, room, at = claims["context"]["user"]["id"], claims["room"], visio.world.running.clock.now().timestamp()

    def said(kind: str, when: float) -> bytes:
        if style == JAAS:
            data = {"id": user, "participantId": "p1", "name": "x"}
            return json.dumps({"eventType": kind, "fqn": f"vpaas/{room}", "timestamp": int(when * 1000), "data": data}).encode()
        name = {"PARTICIPANT_JOINED": "muc-occupant-joined", "PARTICIPANT_LEFT": "muc-occupant-left"}[kind]
        occupant = {"id": user, "occupant_jid": f"{room}@conference/p1", "joined_at": int(at)}
        if kind == "PARTICIPANT_LEFT":
            occupant["left_at"] = int(when)
        return json.dumps({"event_name": name, "room_name": room, "occupant": occupant}).encode()

    visio.at(event, hours=2)
    client, hook = visio.world.running.client, account["webhook_address"]
    for kind, when in (("PARTICIPANT_LEFT", at + 3600), ("PARTICIPANT_JOINED", at), ("PARTICIPANT_JOINED", at)):
        body = said(kind, when)
        assert (await client.post(hook, content=body)).status_code == 403
        assert (await client.post(hook, content=body, headers={"Authorization": "Bearer guess"})).status_code == 403
        assert (await client.post(hook, content=body, headers={"Authorization": f"Bearer {HOOK_SECRET}"})).status_code == 204
    assert (await client.post(hook, content=b"[]", headers={"X-Webhook-Secret": HOOK_SECRET})).status_code == 422
    visio.at(event, hours=9)
    await visio.minute()
    assert proposed.hours(event) == [("09:00", "10:00")]


async def test_without_a_webhook_secret_jitsi_tells_nothing(visio: VisioWorld) -> None:
    account = await visio.account(kind="jitsi", address="https://meet.example", identifier="app", secret="an app secret")
    hook = account["webhook_address"]
    for given in ("", "Bearer "):
        answer = await visio.world.running.client.post(hook, content=b"{}", headers={"Authorization": given})
        assert answer.status_code == 403


async def test_who_came_and_went_is_forgotten_after_two_months(entered: Entered) -> None:
    visio = entered.visio
    await entered.tell(entered.bbb("user-joined", entered.at(9)))
    resources = visio.world.running.resources
    query = "SELECT 1 FROM visio_movements WHERE session_id = %(id)s"
    session_id = visio.session(entered.event)["id"]
    for days, left in ((59, 1), (61, 0)):
        at = int(entered.at(9)) + days * 86_400
        async with resources.database.transaction() as session:
            await jobs.visio_forget.run(session, resources, timestamp=at)
        assert len(await visio.world.running.rows(query, id=session_id)) == left
