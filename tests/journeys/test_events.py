"""Events as four people walk them, in plain HTTP on a platform that really runs: the organiser, a participant without an account, the
visio moderator, the integrator. The clock of the platform is moved forward; each walk goes on from the one before."""

import asyncio
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import vobject
import zxingcpp
from PIL import Image

from gateway.demo.http import CATALOGUE
from gateway.demo.scratch import running, scratch_folder
from tests.events.visio.stand_ins import SECRET, BigBlueButtonServer, bbb_event, bbb_notice
from tests.journeys.agenda_walk import V1, Walk, change, done, local, slug, soon, text_of, visio_server

TITLE = "Marcher dans le quartier"
TOKEN = re.compile(r"/inscription#([\w.-]+)")
VISIO = re.compile(r"/events/v1/visio/[\w.-]+")
ALIX, BO, CLEO = (f"{name}@marche.example.org" for name in ("alix", "bo", "cleo"))


@pytest.fixture(scope="module")
def walk() -> Iterator[Walk]:
    with scratch_folder() as scratch:
        walk = Walk(scratch)
        with running(scratch):
            asyncio.run(walk.settle())
            yield walk
            walk.close()


@pytest.fixture(scope="module")
def bbb() -> Iterator[BigBlueButtonServer]:
    with visio_server() as server:
        yield server


def person(name: str, mode: str = "on_site") -> dict[str, Any]:
    return {"given_name": name, "family_name": "Promeneur", "audience": "resident", "mode": mode, "territory_code": "11069"}


def register(walk: Walk, name: str, email: str) -> dict[str, Any]:
    """Without an account: the mail's link confirms, and is the person's from then on."""
    wish = {"contact_name": f"{name} Promeneur", "contact_email": email, "attendees": [person(name)]}
    assert done(walk.anybody.post(f"{walk.path}/registrations", json=wish))["state"] == "unconfirmed"
    found = TOKEN.search(text_of(walk.letter(email, "Confirmez votre inscription")))
    assert found is not None
    walk.tokens[name] = found[1]
    confirmed: dict[str, Any] = done(walk.anybody.post(f"{walk.registration(name)}/confirmation"))
    return confirmed


# ------------------------------------------------------------------------------------------------------ the organiser prepares


def test_needs_become_an_event_whose_date_signals_a_collision(walk: Walk) -> None:
    wish = {"network_id": walk.network_id, "audience": "resident", "wish": "Marcher avec les habitants.", "territory_code": "11069"}
    need = done(walk.manager.post(f"{V1}/needs", json=wish))
    groups = done(walk.organiser.get(f"{V1}/networks/{walk.network_id}/need-groups"), 200)["items"]
    assert [group["need_ids"] for group in groups] == [[need["id"]]]
    conversion = {"need_ids": [need["id"]], "title": TITLE, "format": "workshop"}
    walk.event = done(walk.organiser.post(f"{V1}/needs/conversion", json=conversion))
    assert walk.anybody.get(walk.path).status_code == 404, "an idea is the organisers' own"
    assert done(walk.manager.get(f"{V1}/needs/{need['id']}"), 200)["status"] == "planned"
    begins = walk.in_days(10)
    day = {"starts_at": begins.isoformat(), "ends_at": (begins + timedelta(hours=3)).isoformat()}
    other = {"network_id": walk.network_id, "format": "journee", "title": "Une autre", "territory_codes": ["11069"]}
    neighbour = done(walk.organiser.post(f"{V1}/events", json=other))
    done(walk.organiser.post(f"{V1}/events/{neighbour['id']}/sessions", json=day))
    themed = {"theme_codes": ["participation-habitants"], "territory_codes": ["11069"], "summary": "Un diagnostic en marchant."}
    done(change(walk.organiser, "PATCH", walk.path, themed), 200)
    planned = done(walk.organiser.post(f"{walk.path}/sessions", json={**day, "is_on_site": True, "is_visio": True}))
    assert [each["event"]["title"] for each in planned["collisions"]["items"]] == ["Une autre"]
    seats = {"capacities": [{"mode": "on_site", "seats": 2}, {"mode": "visio", "seats": 5}]}
    done(walk.organiser.put(f"{walk.path}/capacity", json=seats), 200)
    walk.event = done(change(walk.organiser, "POST", f"{walk.path}/opening", of=walk.path))
    assert done(walk.anybody.get(walk.path), 200)["status"] == "open"


def test_the_moderators_account_answers_a_trial(walk: Walk, bbb: BigBlueButtonServer) -> None:
    account = {"kind": "bigbluebutton", "name": "Visio", "address": bbb.address, "secret": SECRET, "is_default": True}
    made = done(walk.manager.post(f"{V1}/networks/{walk.network_id}/visio-accounts", json=account))
    assert made["has_secret"]
    assert SECRET not in str(made)
    done(walk.manager.post(f"{V1}/visio-accounts/{made['id']}/trial"))
    assert bbb.calls
    assert not bbb.refused


# ------------------------------------------------------------------------------------------- the participant, without an account


def test_a_mail_confirms_and_its_invitation_is_read_by_a_calendar(walk: Walk) -> None:
    assert register(walk, "Alix", ALIX)["state"] == "seated"
    letter = walk.letter(ALIX, TITLE, lambda each: any(part.get_content_type() == "text/calendar" for part in each.walk()))
    (part, *_) = [part for part in letter.walk() if part.get_content_type() == "text/calendar"]
    calendar = vobject.readOne(part.get_content())
    assert (calendar.method.value, calendar.vevent.dtstart.value) == ("REQUEST", walk.begins)
    assert TITLE in calendar.vevent.summary.value
    assert calendar.vevent.attendee.value == f"mailto:{ALIX}"


def test_a_seat_given_back_is_offered_and_taken_by_one_click(walk: Walk) -> None:
    assert register(walk, "Bo", BO)["state"] == "seated"
    waiting = register(walk, "Cléo", CLEO)
    assert (waiting["state"], waiting["rank"]) == ("waiting", 1)
    done(walk.anybody.post(f"{walk.registration('Bo')}/cancellation"))
    offer = TOKEN.search(text_of(walk.letter(CLEO, "Une place vous est proposée")))
    assert offer is not None
    assert done(walk.anybody.post(f"{V1}/my-registrations/{offer[1]}/acceptance"))["state"] == "seated"
    assert walk.read("Bo")["state"] == "cancelled"


def test_one_comes_by_visio_instead_and_says_what_one_needs(walk: Walk) -> None:
    path, (alix,) = walk.registration("Alix"), walk.read("Alix")["attendees"]
    attendee = f"{path}/attendees/{alix['id']}"
    needs = {"dietary_kinds": ["vegetarian"], "accessibility_kinds": ["captions"]}
    done(change(walk.anybody, "PUT", f"{attendee}/needs", needs, of=path), 200)
    changed = done(change(walk.anybody, "POST", f"{attendee}/mode-change", {"mode": "visio"}, of=path))
    assert [(each["mode"], each["has_seat"]) for each in changed["attendees"]] == [("visio", True)]
    counted = done(walk.organiser.get(f"{walk.path}/needs-counts"), 200)
    assert [each["kind"] for each in counted["accessibility"]] == ["captions"]
    assert walk.anybody.get(f"{walk.path}/needs-counts").status_code == 401
    found = VISIO.search(text_of(walk.letter(ALIX, "Inscription modifiée", lambda letter: VISIO.search(text_of(letter)))))
    assert found is not None
    walk.tokens["visio"] = found[0]
    assert slug(walk.anybody.get(found[0])) == (409, "visio-too-early")


def test_a_badge_is_a_code_that_a_reader_reads(walk: Walk) -> None:
    (badge,) = done(walk.anybody.get(f"{walk.registration('Cléo')}/badges"), 200)
    picture = walk.anybody.get(local(badge["badge_url"]), params={"format": "png"})
    assert picture.headers["content-type"] == "image/png"
    (read,) = zxingcpp.read_barcodes(Image.open(BytesIO(picture.content)))
    assert read.text.startswith("CNV:")
    walk.tokens["badge"] = read.text


def test_the_organiser_lists_and_exports_who_is_registered(walk: Walk) -> None:
    listed = done(walk.organiser.get(f"{walk.path}/attendees", params={"has_seat": True}), 200)["items"]
    assert sorted(each["given_name"] for each in listed) == ["Alix", "Cléo"]
    table = walk.organiser.get(f"{walk.path}/attendees.csv")
    assert table.status_code == 200
    assert "Cléo" in table.content.decode("utf-8-sig")
    assert walk.organiser.get(f"{walk.path}/attendees.xlsx").content.startswith(b"PK")


# ------------------------------------------------------------------------------------------------------------- the integrator


def test_an_integrator_filters_the_agenda_follows_its_feed_and_reads_linked_data(walk: Walk) -> None:
    asked = {"network_id": walk.network_id, "theme": "participation-habitants", "status": "open"}
    found = done(walk.anybody.get(f"{V1}/events", params=asked), 200)["items"]
    assert [each["id"] for each in found] == [walk.event["id"]]
    assert done(walk.anybody.get(f"{V1}/events", params={**asked, "format": "cycle"}), 200)["items"] == []
    feed = walk.anybody.get(f"{V1}/feeds/agenda.ics", params={"network_id": walk.network_id})
    assert vobject.readOne(feed.text).vevent.dtstart.value == walk.begins
    again = walk.anybody.get(
        f"{V1}/feeds/agenda.ics", params={"network_id": walk.network_id}, headers={"If-None-Match": feed.headers["etag"]}
    )
    assert (again.status_code, again.content) == (304, b"")
    told = done(walk.anybody.get(f"{walk.path}/json-ld"), 200)
    assert told["name"] == TITLE
    assert datetime.fromisoformat(told["startDate"]) == walk.begins


# ----------------------------------------------------------------------------------------------------------------- on the day


def test_the_room_opens_to_personal_links_and_tells_who_came(walk: Walk, bbb: BigBlueButtonServer) -> None:
    walk.go_to(walk.begins - timedelta(minutes=10))
    led = walk.anybody.get(walk.tokens["visio"])
    assert led.status_code == 303, led.text
    entered = bbb.joined(led.headers["location"])
    moderation = done(walk.organiser.post(f"{walk.session}/moderation"))
    assert bbb.joined(moderation["join_address"])["role"] == "MODERATOR"
    assert entered["role"] == "VIEWER"
    hook = bbb.called("hooks/create")[0]["callbackURL"]
    came = bbb_event("user-joined", entered["meetingID"], entered["userID"], "w_1", walk.begins.timestamp())
    left = bbb_event("user-left", entered["meetingID"], entered["userID"], "w_1", (walk.begins + timedelta(hours=2)).timestamp())
    assert _told(walk, hook, came, secret="guess").status_code == 403
    walk.go_to(walk.begins + timedelta(hours=2, minutes=30))
    for _ in range(2):
        assert _told(walk, hook, came, left).status_code == 204


def _told(walk: Walk, hook: str, *events: dict[str, Any], secret: str = SECRET) -> httpx.Response:
    content, checksum = bbb_notice(hook, *events, secret=secret)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return walk.anybody.post(urlsplit(hook).path, content=content, params={"checksum": checksum}, headers=headers)


def test_a_desk_without_a_network_synchronises_and_counts_nobody_twice(walk: Walk) -> None:
    listed = done(walk.organiser.get(f"{walk.session}/check-in-list"), 200)["people"]
    assert "Cléo" in {each["given_name"] for each in listed}
    scan = {"key": walk.tokens["badge"], "client_id": "1", "scanned_at": (walk.begins - timedelta(minutes=5)).isoformat()}
    forged = {**scan, "key": "CNV:AAAAAAAAAAAAAAAAAAAAAA", "client_id": "2"}
    for _ in range(2):
        items = done(walk.organiser.post(f"{walk.session}/check-ins/batch", json={"device_id": "porte", "scans": [scan, forged]}))
        assert [each["result"] for each in items["items"]] == ["arrived", "refused"]
    once_more = done(walk.organiser.post(f"{walk.session}/check-ins", json={"key": walk.tokens["badge"], "device_id": "autre"}))
    assert (once_more["result"], once_more["present_count"]) == ("already", 1)
    sheet = walk.organiser.get(f"{walk.session}/attendance-sheet.pdf")
    assert (sheet.status_code, sheet.content[:5]) == (200, b"%PDF-")


def test_what_badges_and_the_room_say_is_validated_by_the_organiser(walk: Walk) -> None:
    walk.go_to(walk.begins + timedelta(hours=5))
    path = f"{walk.session}/presence"

    def all_told(sheet: Any) -> bool:
        return all(each["proposal"] for each in sheet["people"])

    sheet = soon(lambda: walk.organiser.get(path), all_told, seconds=150)
    proposed = {each["given_name"]: (each["proposal"]["source"], each["proposal"]["minutes"]) for each in sheet["people"]}
    assert proposed == {"Alix": ("visio", 120), "Cléo": ("scan", 180)}
    validated = done(change(walk.organiser, "POST", f"{path}/validation", {"everybody": True}, of=path))
    assert validated["to_validate"] == 0


# ------------------------------------------------------------------------------------------------------------------ afterwards


def test_certificates_are_written_downloaded_and_verified_by_anybody(walk: Walk) -> None:
    done(change(walk.organiser, "POST", f"{walk.path}/holding", of=walk.path))
    assert done(walk.organiser.post(f"{walk.path}/certificates"))["issued"] == 2
    mine = f"{walk.registration('Cléo')}/certificates"
    (certificate,) = soon(lambda: walk.anybody.get(mine), lambda found: found and found[0]["is_ready"])
    paper = walk.anybody.get(f"{mine}/{certificate['id']}/file")
    assert (paper.status_code, paper.content[:5]) == (200, b"%PDF-")
    face = done(walk.anybody.get(local(certificate["verification_url"])), 200)
    assert (face["stands"], face["holder_name"], face["minutes"]) == (True, "Cléo Promeneur", 180)
    assert walk.anybody.get(f"{V1}/certificates/AAAA-BBBB-CCCC").status_code == 404


def test_a_survey_is_answered_once_and_read(walk: Walk) -> None:
    path = f"{walk.path}/survey"
    done(walk.organiser.put(path, json={"automatic": False}))
    done(change(walk.organiser, "POST", f"{path}/opening", of=path))
    link = re.search(r"/events/v1/surveys/[\w.-]+", text_of(walk.letter(CLEO, "Votre avis")))
    assert link is not None
    answers = {"answers": {"rating": 5, "useful": "yes"}}
    done(walk.anybody.post(f"{link[0]}/answers", json=answers))
    assert walk.anybody.post(f"{link[0]}/answers", json=answers).status_code == 409
    results = done(walk.organiser.get(f"{path}/results"), 200)
    assert (results["answered_count"], results["invited_count"], results["questions"][0]["mean"]) == (1, 2, 5.0)


def test_a_replay_becomes_a_draft_of_the_catalogue_whose_publication_is_told(walk: Walk) -> None:
    replay = {"role": "replay", "title": "La marche, en images", "url": "https://video.example.org/9", "abstract": "À revoir."}
    outcome = done(walk.organiser.post(f"{walk.path}/outcomes", json=replay))

    def mine(found: Any) -> list[Any]:
        return [each for each in found["items"] if each["title"] == replay["title"]]

    (draft,) = mine(soon(lambda: walk.organiser.get(f"{CATALOGUE}/drafts"), mine))
    path = f"{CATALOGUE}/drafts/{draft['id']}"
    done(change(walk.manager, "POST", f"{path}/publication", {}, of=path))
    told = soon(lambda: walk.organiser.get(f"{walk.path}/outcomes/{outcome['id']}"), lambda found: found["state"] == "published")
    assert told["document_id"] == draft["id"]
    assert [each["role"] for each in done(walk.anybody.get(walk.path), 200)["documents"]] == ["replay"]
    walk.letter(CLEO, replay["title"], lambda letter: told["permalink"] in text_of(letter))


def test_what_is_held_of_somebody_is_given_then_forgotten(walk: Walk) -> None:
    export = _confirmed(walk, ALIX, "export", "Vos données")
    assert ALIX in str(export["export"]["rooms"])
    erased = _confirmed(walk, ALIX, "erasure", "Effacement de vos données")
    assert erased["erased_count"] > 0
    again = _confirmed(walk, ALIX, "export", "Vos données", after=1)
    assert "Promeneur" not in str(again["export"]["rooms"])


def _confirmed(walk: Walk, email: str, kind: str, subject: str, *, after: int = 0) -> Any:
    assert walk.anybody.post(f"{V1}/personal-data-requests", json={"email": email, "kind": kind}).status_code == 202
    letter = walk.letter(email, subject, lambda _: len(walk.letters(email, subject)) > after)
    link = re.search(r"/events/v1/personal-data-requests/[\w.-]+", text_of(letter))
    assert link is not None
    return done(walk.anybody.post(f"{link[0]}/confirmation"))
