"""Whatever is asked of the service, nobody who was forgotten is named: every GET of the contract is walked, before and after."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.common.ids import new_id
from services.common.mail import queue_mail
from services.events import schema
from tests import events
from tests.contract import authorisation
from tests.events.attendance.desk import begins, come, key_of, said, scan, sitting, stay, validate
from tests.events.world import World, attendee, registration
from tests.support import Running

from .acts import confirmed, night
from .seen import everything

pytestmark = pytest.mark.anyio

FAMILY = {"own": "Quetzalcoatl", "colleague": "Yakamozzi", "far": "Xylographe", "walk_in": "Wisigothe", "speaker": "Zarzuelle"}
#: Rooms whose people this test lays down itself.
_OWN_ROOMS = {"certificates", "registrations", "privacy"}


@pytest.fixture(autouse=True)
def today(running: Running) -> None:
    """Each test lives its own years."""
    running.clock.at = datetime.now(UTC)


@dataclass
class Story:
    """An event people came to, with all that rooms keep of them."""

    event: dict[str, Any]
    own: dict[str, Any]
    emails: dict[str, str]
    values: dict[str, str]


async def lived(world: World) -> Story:
    emails = {name: f"{family.lower()}.{new_id().hex[-10:]}@example.fr" for name, family in FAMILY.items()}
    emails["own"] = f"{world.participant.account_id}@example.fr"  # the directory says so
    event = await world.opened(days=2, visio=True, most_in_group=3)
    path = f"/events/{event['id']}/registrations"
    group = [attendee(FAMILY["own"], email=emails["own"]), attendee(FAMILY["colleague"], email=emails["colleague"])]
    wish = registration(emails["own"], *group, contact_phone="06 11 22 33 44") | {"contact_name": f"Camille {FAMILY['own']}"}
    own = (await world.call(world.participant, "POST", path, json=wish, expect=201)).json()
    far = await world.register(event, attendee(FAMILY["far"], email=emails["far"], mode="visio"))
    values = {
        "network_id": world.network_id,
        "event_id": event["id"],
        "session_id": event["sessions"][0]["id"],
        "registration_id": own["id"],
        "attendee_id": own["attendees"][0]["id"],
        "token": world.link(own).rpartition("/")[2],
        "organisation_id": str(new_id()),
        "number": "1",
        "reference": event["reference"],
    }
    for room in authorisation.rooms(events):
        name = room.__name__.split(".")[-2]
        fresh = await room.prepare(world, values) if name not in {"certificates"} else {}
        values = fresh | values if name in _OWN_ROOMS else values | fresh
    link = {"name": f"Camille {FAMILY['speaker']}", "role": "presenter"}
    made = (await world.call(world.organiser, "POST", f"{sitting(event)}/visio-links", json=link, expect=201)).json()
    need = {"network_id": world.network_id, "audience": "association", "wish": "Un atelier.", "contact_email": emails["far"]}
    await world.call(world.organiser, "POST", "/needs", json=need, expect=201)
    values |= {"visio_link_id": made["id"], "badge_key": await key_of(world, own)}
    come(world, event, minutes=5)
    await scan(world, event, own)
    await stay(world, event, far, begins(event), begins(event) + timedelta(hours=8))
    walk_in = {"given_name": "Camille", "family_name": FAMILY["walk_in"], "audience": "resident"}
    await world.call(world.organiser, "POST", f"{sitting(event)}/walk-ins", json=walk_in, expect=201)
    come(world, event, hours=9)
    await validate(world, event)
    noted = said(own, state="present", minutes=480, note=f"Mme {FAMILY['own']} est venue.")
    await validate(world, event, items=[noted])
    await world.act(event, "holding")
    await world.call(world.organiser, "POST", f"/events/{event['id']}/certificates", expect=201)
    await world.running.run_jobs()
    papers = await world.pages(world.organiser, f"/events/{event['id']}/certificates")
    (paper,) = [each for each in papers if each["attendee_id"] == own["attendees"][0]["id"]]
    assert paper["is_ready"]
    return Story(event, own, emails, values | {"certificate_id": paper["id"], "certificate_code": paper["code"]})


async def naming(world: World, story: Story, *names: str) -> set[str]:
    """Operations that show one of these people to somebody."""
    words = [word.lower() for name in names for word in (FAMILY[name], story.emails[name])]
    found = set()
    for who in (None, world.organiser, world.participant, world.manager):
        for operation, (_, text) in (await everything(world, who, story.values)).items():
            if any(word in text.lower() for word in words) and operation != "exportMyData":
                found.add(operation)
    return found


async def test_after_its_time_no_operation_shows_anybody(world: World) -> None:
    story = await lived(world)
    before = await naming(world, story, *FAMILY)
    assert {
        *("listRegistrations", "getRegistration", "getRegistrationByLink", "listAttendees", "exportAttendeesCsv"),
        *("exportAttendeesXlsx", "listPresence", "getPresenceSheet", "getAttendanceSheet", "getBadgeSheet"),
        *("getCheckInList", "listVisioLinks", "getVisioLink", "listCertificates", "getCertificate", "downloadCertificate"),
        *("verifyCertificate", "listRegistrationCertificates"),
    } <= before, "the walk sees names where there are some"
    stored = await world.running.rows("SELECT file_key FROM certificates WHERE id = %(id)s", id=story.values["certificate_id"])
    world.running.clock.forward(days=1200)
    await night(world)
    await world.running.run_jobs()
    assert await naming(world, story, *FAMILY) == set()
    face = (await world.call(None, "GET", f"/certificates/{story.values['certificate_code']}", expect=200)).json()
    assert (face["stands"], face["holder_name"], face["hours"]) == (True, None, "8\u00a0h")
    assert not list(world.running.resources.settings.data_dir.rglob(f"*{stored[0]['file_key']}*")), "the paper left the store"
    traces = await world.running.rows(
        "SELECT (SELECT count(*) FROM check_ins WHERE event_id = %(id)s) + (SELECT count(*) FROM presence_stays WHERE event_id = %(id)s)"
        " + (SELECT count(*) FROM letters WHERE event_id = %(id)s) + (SELECT count(*) FROM visio_links WHERE event_id = %(id)s AND"
        " (attendee_id IS NOT NULL OR label <> '')) + (SELECT count(*) FROM presences WHERE event_id = %(id)s AND note <> '') AS left,"
        " (SELECT sum(minutes) FROM presences WHERE event_id = %(id)s) AS minutes",
        id=story.event["id"],
    )
    assert (traces[0]["left"], traces[0]["minutes"] > 900) == (0, True), "hours stay counted"


async def holding(world: World, story: Story, *names: str) -> set[str]:
    """Tables in which a row says one of these names or addresses, the kernel's own and the queue of jobs included."""
    words = [f"%{word}%" for name in names for word in (FAMILY[name], story.emails[name])]
    found = set()
    for table in [*schema.metadata.tables, "procrastinate_jobs"]:
        sql = f"SELECT 1 FROM {table} AS kept WHERE to_jsonb(kept)::text ILIKE ANY(%(words)s) LIMIT 1"  # noqa: S608 - our own tables
        if await world.running.rows(sql, words=words):
            found.add(table)
    return found


async def test_no_table_holds_a_name_or_an_address_after_its_time(world: World) -> None:
    story = await lived(world)
    before = await holding(world, story, *FAMILY)
    assert {
        "attendees",
        "registrations",
        "certificates",
        "presences",
        "visio_links",
        "training_needs",
        "procrastinate_jobs",
    } <= before
    assert "journal_lines" not in before, "the journal forgets nothing: it never knew"
    world.running.clock.forward(days=1200)
    await night(world)
    await world.running.run_jobs()
    resources = world.running.resources
    sweep = {job.name: job for job in world.running.service.all_jobs}["kernel:sweep"]
    async with resources.database.transaction() as session:
        await sweep.run(session, resources, timestamp=int(resources.clock.now().timestamp()))
    assert await holding(world, story, *FAMILY) == set()


async def test_a_certificate_expires_after_its_time(world: World) -> None:
    story = await lived(world)
    path = f"/certificates/{story.values['certificate_code']}"
    world.running.clock.forward(days=1800)
    await night(world)
    assert (await world.call(None, "GET", path, expect=200)).json()["stands"]
    world.running.clock.forward(days=60)
    await night(world)
    await night(world)
    face = (await world.call(None, "GET", path, expect=200)).json()
    assert (face["stands"], face["state"], face["state_label"], face["holder_name"]) == (False, "expired", "Expiré", None)
    assert face["event_title"] == story.event["title"]
    whole = f"/events/{story.event['id']}/certificates/{story.values['certificate_id']}"
    await world.call(world.organiser, "GET", f"{whole}/file", expect=404)


async def test_a_paper_goes_with_its_certificate_when_names_are_kept_longer(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world.running.resources.settings, "retention_identity_months", 120)
    story = await lived(world)
    world.running.clock.forward(days=1860)
    await night(world)
    (row,) = await world.running.rows("SELECT * FROM certificates WHERE id = %(id)s", id=story.values["certificate_id"])
    assert (row["state"], row["holder_name"], row["file_key"], set(row["facts"])) == (
        *("expired", "", None),
        {"event_title", "network", "days"},
    )


async def test_after_an_erasure_on_request_no_operation_shows_who_asked_and_others_are_left(world: World) -> None:
    story = await lived(world)
    found = (await world.call(world.participant, "GET", "/me/export", expect=200)).json()["rooms"]
    assert {room for room, held in found.items() if held} >= {
        *("registrations", "attendance", "certificates", "visio", "invitations", "surveys", "needs", "feeds")
    } - {"visio"}
    assert found["attendance"][0]["presence"]["note"].startswith("Mme Quetzalcoatl")
    assert found["certificates"][0]["holder_name"] == "Camille Quetzalcoatl"
    answer = (await world.call(world.participant, "POST", "/me/erasure", expect=201)).json()
    assert (answer["kept"], answer["erased_count"] >= 6) == ([], True)
    await world.running.run_jobs()
    assert await naming(world, story, "own") == set()
    assert "listAttendees" in await naming(world, story, "colleague"), "nobody else is forgotten"
    rooms = (await world.call(world.participant, "GET", "/me/export", expect=200)).json()["rooms"]
    assert {room for room, held in rooms.items() if held} == set()
    sheet = (await world.call(world.organiser, "GET", f"{sitting(story.event)}/presence", expect=200)).json()
    assert sum(each["presence"]["minutes"] for each in sheet["people"]) > 900, "hours stay counted"
    far = await confirmed(world, story.emails["far"])
    assert {room for room, held in far["export"]["rooms"].items() if held} >= {"registrations", "visio", "attendance", "needs"}
    await confirmed(world, story.emails["far"], "erasure")
    assert await naming(world, story, "own", "far") == set()
    left = await confirmed(world, story.emails["far"])
    assert {room for room, held in left["export"]["rooms"].items() if held} == set()


async def test_who_has_no_address_or_none_any_more_is_never_written_to(world: World) -> None:
    story = await lived(world)
    walk_ins = await world.running.rows(
        "SELECT contact_email FROM registrations WHERE event_id = %(id)s AND source = 'walk_in'", id=story.event["id"]
    )
    assert walk_ins[0]["contact_email"].endswith("@sans-adresse.invalid")
    message = {"subject": "Merci", "text": "Merci d'être venus."}
    await world.call(world.organiser, "POST", f"/events/{story.event['id']}/messages", json=message)
    world.running.clock.forward(days=1200)
    await night(world)
    resources = world.running.resources
    addresses = await world.running.rows("SELECT contact_email FROM registrations WHERE event_id = %(id)s", id=story.event["id"])
    async with resources.database.transaction() as session:
        for row in [*addresses, *walk_ins]:
            await queue_mail(session, to=row["contact_email"], subject="x", text="x")
    await world.running.run_jobs()
    assert [mail["to"] for mail in await world.mails() if mail["to"].endswith("invalid")] == []


async def test_mails_and_what_was_asked_are_forgotten_too(world: World) -> None:
    event = await world.opened()
    email = f"perdu.{new_id().hex[-8:]}@example.fr"
    await world.call(None, "POST", f"/events/{event['id']}/registrations", json=registration(email, attendee()), expect=201)
    await world.call(None, "POST", "/registration-links", json={"event": event["reference"], "email": email}, expect=202)
    await world.running.run_jobs()
    asked = "SELECT 1 FROM procrastinate_jobs WHERE args::text LIKE %(email)s"
    assert await world.running.rows(asked, email=f"%{email}%") != []
    sweep = {job.name: job for job in world.running.service.all_jobs}
    resources = world.running.resources
    world.running.clock.forward(days=31)
    async with resources.database.transaction() as session:
        await sweep["kernel:sweep"].run(session, resources, timestamp=int(resources.clock.now().timestamp()))
        await sweep["events:forget_link_requests"].run(session, resources, timestamp=0)
    assert await world.running.rows(asked, email=f"%{email}%") == []
