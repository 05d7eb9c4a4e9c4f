"""Certificates: the hours really followed, verified by anyone, corrected with presence."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.common.ids import new_id
from services.events.certificates import documents
from services.events.certificates import service as certificates
from tests.events.attendance.desk import attendee, begins, come, said, scan, sitting, stay, validate
from tests.events.attendance.papers import codes_of, pages_of
from tests.events.world import World

pytestmark = pytest.mark.anyio


async def held(world: World, event: Mapping[str, Any], sessions: int = 1, *, skip: tuple[int, ...] = ()) -> None:
    """Every sheet is validated, and the event said to be held."""
    for number in range(1, sessions + 1):
        if number not in skip:
            come(world, event, number, hours=9)
            await validate(world, event, number)
    await world.act(event, "holding")


async def issue(world: World, event: Mapping[str, Any]) -> dict[str, Any]:
    body: dict[str, Any] = (await world.call(world.organiser, "POST", f"/events/{event['id']}/certificates", expect=201)).json()
    await world.running.run_jobs()
    return body


async def of(world: World, event: Mapping[str, Any], registration: Mapping[str, Any]) -> list[dict[str, Any]]:
    rows = await world.pages(world.organiser, f"/events/{event['id']}/certificates")
    return [row for row in rows if row["registration_id"] == registration["id"]]


async def mails_to(world: World, registration: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Those about certificates: other rooms write too."""
    mails = await world.mails("^(Certificat|Attestation)")
    return [mail for mail in mails if mail["to"] == registration["contact_email"]]


async def test_the_hours_followed_over_a_cycle_are_certified_and_anyone_verifies_them(world: World) -> None:
    event = await world.opened(sessions=3, visio=True, certificate_share=60)
    whole, partly, nothing = (
        await world.register(event, attendee("Présente"), who=world.participant),
        await world.register(event, attendee("Parfois", mode="visio")),
        await world.register(event, attendee("Jamais")),
    )
    path = sitting(event, 2)
    await world.change(world.organiser, "POST", f"{path}/cancellation", of=path, json={"reason": "Neige."}, expect=201)
    for number in (1, 3):
        come(world, event, number, minutes=30)
        await scan(world, event, whole, number)
    start = begins(event)
    await stay(world, event, partly, start, start + timedelta(hours=6, minutes=30))
    await held(world, event, 3, skip=(2,))
    assert await issue(world, event) == {"issued": 2, "replaced": 0, "revoked": 0, "kept": 0, "nothing": 1}
    first, second = (await of(world, event, whole))[0], (await of(world, event, partly))[0]
    assert (first["kind"], first["hours"], first["total_minutes"], first["is_ready"]) == ("certificate", "15\u00a0h", 960, True)
    assert (second["kind_label"], second["hours"]) == ("Attestation de présence", "6\u00a0h\u00a030")
    assert {first["reference"], second["reference"]} == {f"{event['reference']}-C000{number}" for number in (1, 2)}
    assert await of(world, event, nothing) == []
    seen = (await world.call(None, "GET", first["verification_url"].removeprefix("http://canevas.test"), expect=200)).json()
    assert set(seen) == {
        *("code", "stands", "state", "state_label", "kind", "kind_label", "holder_name"),
        *("event_title", "network", "days", "minutes", "hours", "issued_on"),
    }
    assert (seen["stands"], seen["holder_name"], seen["hours"]) == (True, "Camille Présente", "15\u00a0h")
    typed = first["code"].lower().replace("-", " ").replace("0", "o")
    assert (await world.call(None, "GET", f"/certificates/{typed}", expect=200)).json()["code"] == first["code"]
    for wrong in ("0000-0000-0000", "x", "'", first["code"][:-1]):
        await world.refused(None, "GET", f"/certificates/{wrong}", 404, "unknown-certificate")


async def test_each_receives_one_mail_with_the_paper_however_often_it_is_issued(world: World) -> None:
    event = await world.opened()
    people = [await world.register(event, attendee(f"P{n}", email=f"p{new_id().hex[-9:]}@example.fr")) for n in range(2)]
    come(world, event)
    for each in people:
        await scan(world, event, each)
    await held(world, event)
    await issue(world, event)
    assert (await issue(world, event))["kept"] == 2
    answers = await world.at_once((world.organiser, "POST", f"/events/{event['id']}/certificates", {}) for _ in range(3))
    assert [(each.status_code, each.json()["issued"]) for each in answers] == [(201, 0)] * 3
    await world.running.run_jobs()
    rows = await world.pages(world.organiser, f"/events/{event['id']}/certificates")
    assert len(rows) == len({row["code"] for row in rows}) == 2
    for person in people:
        to = person["attendees"][0]["email"]
        sent = await mails_to(world, {"contact_email": to})
        assert len(sent) == 1
        assert sent[0]["attachments"][0][1].startswith("certificat-N")
        mine = next(row for row in rows if row["registration_id"] == person["id"])
        assert mine["verification_url"] in sent[0]["text"]


async def test_two_organisers_issuing_at_once_issue_once(world: World) -> None:
    event = await world.opened()
    found = await world.register(event)
    come(world, event)
    await scan(world, event, found)
    await held(world, event)
    answers = await world.at_once((world.organiser, "POST", f"/events/{event['id']}/certificates", {}) for _ in range(4))
    assert sorted(each.json()["issued"] for each in answers) == [0, 0, 0, 1]
    await world.running.run_jobs()
    assert len(await of(world, event, found)) == 1


async def test_the_pdf_is_downloaded_by_its_holder_and_bears_the_code_and_its_address(world: World) -> None:
    event = await world.opened()
    found = await world.register(event, attendee("Éluard"), who=world.participant)
    come(world, event)
    await scan(world, event, found)
    await held(world, event)
    await issue(world, event)
    mine = (await world.call(world.participant, "GET", f"/registrations/{found['id']}/certificates", expect=200)).json()
    assert mine == (await world.call(None, "GET", f"{world.link(found)}/certificates", expect=200)).json()
    paths = (
        (world.participant, f"/registrations/{found['id']}/certificates/{mine[0]['id']}/file"),
        (None, f"{world.link(found)}/certificates/{mine[0]['id']}/file"),
        (world.organiser, f"/events/{event['id']}/certificates/{mine[0]['id']}/file"),
    )
    papers = [(await world.call(who, "GET", path, expect=200)) for who, path in paths]
    assert {each.headers["content-type"] for each in papers} == {"application/pdf"}
    assert len({each.content for each in papers}) == 1
    assert papers[0].content.startswith(b"%PDF-")
    assert b"pdfuaid" in papers[0].content
    (text,) = pages_of(papers[0].content)
    for said_there in ("Certificat de suivi", "Camille Éluard", "a suivi 8 h sur 8 h", mine[0]["reference"], mine[0]["code"]):
        assert said_there in text
    assert codes_of(papers[0].content) == [mine[0]["verification_url"]]
    other = await world.register(await world.opened(), who=world.participant)
    path = f"/registrations/{other['id']}/certificates/{mine[0]['id']}/file"
    await world.refused(world.participant, "GET", path, 404, "not-found")
    await world.refused(world.stranger, "GET", paths[0][1], 404, "not-found")
    await world.refused(world.neighbour, "GET", paths[2][1], 403, "not-an-organiser")


async def test_nothing_is_issued_before_the_event_was_held_and_every_sheet_validated(world: World) -> None:
    event = await world.opened(sessions=2)
    found = await world.register(event)
    path = f"/events/{event['id']}/certificates"
    come(world, event)
    await scan(world, event, found)
    await world.refused(world.organiser, "POST", path, 409, "event-not-held")
    come(world, event, hours=9)
    await validate(world, event)
    come(world, event, 2, hours=9)
    await world.act(event, "holding")
    problem = await world.refused(world.organiser, "POST", path, 409, "presence-not-validated")
    assert (problem["people"], problem["sessions"]) == (1, [event["sessions"][1]["id"]])
    await validate(world, event, 2)
    assert (await issue(world, event))["issued"] == 1


async def test_a_correction_replaces_the_certificate_and_the_old_one_says_so(world: World) -> None:
    event = await world.opened()
    found, other = await world.register(event, who=world.participant), await world.register(event)
    come(world, event)
    await scan(world, event, found)
    await held(world, event)
    await issue(world, event)
    old = (await of(world, event, found))[0]
    await validate(world, event, items=[said(found, minutes=390), said(other, minutes=60)])
    await world.running.run_jobs()
    first, second = await of(world, event, found)
    assert (first["state"], second["state"], second["hours"], second["replaces_id"]) == (
        "replaced",
        "issued",
        "6\u00a0h\u00a030",
        old["id"],
    )
    seen = (await world.call(None, "GET", f"/certificates/{old['code']}", expect=200)).json()
    assert (seen["stands"], seen["state_label"]) == (False, "Remplacé par un autre")
    assert second["code"] not in str(seen)
    path = f"/registrations/{found['id']}/certificates/{old['id']}/file"
    await world.refused(world.participant, "GET", path, 409, "certificate-ended")
    sent = await mails_to(world, found)
    assert len(sent) == 2
    assert "remplace celui" in sent[1]["text"]
    # Somebody who had followed nothing has an attestation now.
    assert [(row["kind"], row["hours"]) for row in await of(world, event, other)] == [("attestation", "1\u00a0h")]
    await validate(world, event, items=[said(found, state="absent")])
    await world.running.run_jobs()
    assert [row["state"] for row in await of(world, event, found)] == ["replaced", "revoked"]
    assert (await mails_to(world, found))[-1]["subject"].startswith("Certificat de suivi – retrait")
    assert (await issue(world, event))["issued"] == 0


async def test_corrected_while_it_is_issued_the_paper_that_stands_says_the_truth(world: World) -> None:
    event = await world.opened()
    found = await world.register(event)
    come(world, event)
    await scan(world, event, found)
    await held(world, event)
    sheet = f"{sitting(event)}/presence"
    tag = (await world.call(world.organiser, "GET", sheet, expect=200)).headers["etag"]
    correction = {"json": {"items": [said(found, minutes=400)]}, "headers": {"If-Match": tag}}
    issuing = f"/events/{event['id']}/certificates"
    answers = await world.at_once(
        [(world.organiser, "POST", issuing, {}), (world.organiser, "POST", f"{sheet}/validation", correction)]
    )
    assert [each.status_code for each in answers] == [201, 201]
    await world.running.run_jobs()
    assert [row["minutes"] for row in await of(world, event, found) if row["state"] == "issued"] == [400]


async def test_a_correction_before_anything_was_issued_issues_nothing(world: World) -> None:
    event = await world.opened()
    found = await world.register(event)
    come(world, event)
    await scan(world, event, found)
    await held(world, event)
    await validate(world, event, items=[said(found, minutes=30)])
    await world.running.run_jobs()
    assert await of(world, event, found) == []


async def test_a_session_cancelled_in_the_middle_of_a_cycle_counts_no_more(world: World) -> None:
    event = await world.opened(sessions=3)
    found = await world.register(event)
    come(world, event)
    await scan(world, event, found)
    path = sitting(event, 2)
    await world.change(world.organiser, "POST", f"{path}/cancellation", of=path, json={"reason": "Annulée."}, expect=201)
    await held(world, event, 3, skip=(2,))
    await issue(world, event)
    assert [(row["kind"], row["minutes"], row["total_minutes"]) for row in await of(world, event, found)] == [
        ("attestation", 480, 960)
    ]


async def test_an_organiser_withdraws_one_and_it_does_not_come_back_by_itself(world: World) -> None:
    event = await world.opened()
    found = await world.register(event)
    come(world, event)
    await scan(world, event, found)
    await held(world, event)
    await issue(world, event)
    row = (await of(world, event, found))[0]
    path = f"/events/{event['id']}/certificates/{row['id']}"
    reason = {"reason": "Erreur de personne."}
    assert (await world.call(world.organiser, "POST", f"{path}/revocation", json=reason)).status_code == 428
    gone = (await world.change(world.organiser, "POST", f"{path}/revocation", of=path, json=reason, expect=201)).json()
    assert (gone["state"], gone["ended_reason"]) == ("revoked", "Erreur de personne.")
    answer = await world.change(world.organiser, "POST", f"{path}/revocation", of=path, json=reason, expect=409)
    assert answer.json()["type"].endswith("/certificate-ended")
    assert (await issue(world, event))["issued"] == 0
    seen = (await world.call(None, "GET", f"/certificates/{row['code']}", expect=200)).json()
    assert (seen["stands"], seen["state"]) == (False, "revoked")
    assert "Erreur" not in str(seen)
    await validate(world, event, items=[said(found, minutes=400)])
    await world.running.run_jobs()
    assert [each["state"] for each in await of(world, event, found)] == ["revoked", "issued"]


async def test_somebody_received_at_the_door_has_a_certificate_and_no_mail_goes_nowhere(world: World) -> None:
    event = await world.opened()
    come(world, event)
    wish = {"given_name": "Sans", "family_name": "Courriel", "audience": "resident"}
    received = (await world.call(world.organiser, "POST", f"{sitting(event)}/walk-ins", json=wish, expect=201)).json()
    await held(world, event)
    assert (await issue(world, event))["issued"] == 1
    rows = await of(world, event, {"id": received["registration_id"]})
    assert rows[0]["is_ready"]
    assert not [mail for mail in await world.mails() if mail["to"].endswith(".invalid")]


async def test_somebody_erased_is_certified_to_nobodys_name(world: World) -> None:
    event = await world.opened()
    found, later = await world.register(event), await world.register(event)
    come(world, event)
    for each in (found, later):
        await scan(world, event, each)
    await held(world, event)
    resources = world.running.resources
    erase = "UPDATE attendees SET erased_at = now(), family_name = '', given_name = '' WHERE registration_id = %s"
    async with resources.database.readers.connection() as writer:
        await writer.execute(erase, [later["id"]])
    assert (await issue(world, event))["issued"] == 1
    code = (await of(world, event, found))[0]["code"]
    async with resources.database.readers.connection() as writer:
        await writer.execute(erase, [found["id"]])
    seen = (await world.call(None, "GET", f"/certificates/{code}", expect=200)).json()
    assert (seen["holder_name"], seen["stands"]) == (None, True)


async def test_who_is_forgotten_leaves_no_name_nor_paper(world: World) -> None:
    event = await world.opened()
    found = await world.register(event)
    come(world, event)
    await scan(world, event, found)
    come(world, event, hours=9)
    await validate(world, event, items=[said(found, minutes=480)])
    await held(world, event)
    await issue(world, event)
    row = (await of(world, event, found))[0]
    resources, forgotten = world.running.resources, [UUID(found["attendees"][0]["id"])]
    stored = (await world.running.rows("SELECT file_key FROM certificates WHERE id = %(id)s", id=row["id"]))[0]["file_key"]
    async with resources.database.transaction() as session:
        await certificates.forget(session, forgotten)
    await world.running.run_jobs()
    with pytest.raises(FileNotFoundError):
        await resources.files.read(stored)
    assert (await of(world, event, found))[0]["holder_name"] == ""
    assert (await world.call(None, "GET", f"/certificates/{row['code']}", expect=200)).json()["holder_name"] is None
    path = f"/events/{event['id']}/certificates/{row['id']}/file"
    await world.refused(world.organiser, "GET", path, 404, "not-found")


async def test_a_job_taken_up_again_writes_one_paper_and_one_mail(world: World) -> None:
    event = await world.opened()
    found = await world.register(event)
    come(world, event)
    await scan(world, event, found)
    await held(world, event)
    await issue(world, event)
    row = (await of(world, event, found))[0]
    resources = world.running.resources
    for _ in range(2):
        async with resources.database.transaction() as session:
            await documents.write(session, resources, UUID(row["id"]))
    assert len(await mails_to(world, found)) == 1
    assert (await of(world, event, found))[0]["version"] == row["version"]


async def test_session_by_session_each_registration_has_its_own_hours(world: World) -> None:
    event = await world.dated(sessions=2, enrolment="per_session")
    ids = [each["id"] for each in event["sessions"]]
    for session_id in ids:
        await world.seats(event, {"mode": "on_site", "seats": 5}, session_id=session_id)
    await world.act(event, "opening")
    found = await world.register(event, session_id=ids[1])
    come(world, event, 2)
    await scan(world, event, found, 2)
    await held(world, event, 2)
    assert (await issue(world, event))["issued"] == 1
    assert [(row["kind"], row["total_minutes"]) for row in await of(world, event, found)] == [("certificate", 480)]


async def test_a_name_that_was_corrected_is_certified_again(world: World) -> None:
    event = await world.opened()
    found = await world.register(event, attendee("Exemlpe"))
    come(world, event)
    await scan(world, event, found)
    await held(world, event)
    await issue(world, event)
    async with world.running.resources.database.readers.connection() as writer:
        await writer.execute("UPDATE attendees SET family_name = 'Exemple' WHERE registration_id = %s", [found["id"]])
    assert (await issue(world, event))["replaced"] == 1
    assert [row["holder_name"] for row in await of(world, event, found)] == ["Camille Exemlpe", "Camille Exemple"]


async def test_only_organisers_issue_and_list(world: World) -> None:
    event = await world.opened()
    path = f"/events/{event['id']}/certificates"
    for who in (world.neighbour, world.participant, world.stranger):
        await world.refused(who, "POST", path, 403, "not-an-organiser")
        await world.refused(who, "GET", path, 403, "not-an-organiser")
    await world.refused(world.organiser, "POST", f"/events/{new_id()}/certificates", 404, "not-found")
    await world.refused(world.organiser, "GET", f"{path}/{new_id()}", 404, "not-found")
