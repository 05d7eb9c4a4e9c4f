"""An organisation ends: recorded once, with who takes over; its page stays, and a mistake is taken back."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import psycopg
import pytest

from tests.directory.organisations.test_organisations import events_about
from tests.directory.people import Citizen, a_citizen, an_administrator, an_association, mails_to, problem
from tests.support import Running

pytestmark = pytest.mark.anyio

UNKNOWN = "01890000-0000-7000-8000-000000000000"


async def tag(citizen: Citizen, organisation: dict[str, Any]) -> str:
    return (await citizen.get(organisation["path"])).headers["etag"]


async def dissolve(
    directory: Running, citizen: Citizen, organisation: dict[str, Any], successor: Any = None, **more: Any
) -> httpx.Response:
    """Recorded today as a merger into `successor`, as a plain dissolution without; on the latest version."""
    wish = {
        "dissolved_on": directory.clock.now().date().isoformat(),
        "reason": "merger" if successor else "dissolution",
        **({"successor_id": successor["id"]} if successor else {}),
        **more,
    }
    if_match = {"If-Match": await tag(citizen, organisation)}
    return await citizen.call("POST", f"{organisation['path']}/dissolution", wish, **if_match)


async def reinstate(citizen: Citizen, organisation: dict[str, Any], reason: str = "Homonyme.") -> httpx.Response:
    if_match = {"If-Match": await tag(citizen, organisation)}
    return await citizen.call("POST", f"{organisation['path']}/reinstatement", {"reason": reason}, **if_match)


def pointed(answer: httpx.Response) -> dict[str, str]:
    """What a refused dissolution points at: pointer → code."""
    assert (answer.status_code, problem(answer)) == (409, "dissolution-refused")
    return {error["pointer"]: error["code"] for error in answer.json()["errors"]}


async def test_a_merger_is_recorded_and_the_page_stays(directory: Running) -> None:
    manager, heir, stranger = [await a_citizen(directory) for _ in range(3)]
    ended, successor = await an_association(manager), await an_association(heir, name="Les Héritiers")
    today = directory.clock.now().date().isoformat()
    answer = await dissolve(directory, manager, ended, successor, note="Vote du 12 juin, présidé par Nadia Benali.")
    assert answer.status_code == 201, answer.text
    shown = {"status": "dissolved", "dissolved_on": today, "successor_id": successor["id"]}
    assert answer.json().items() >= {**shown, "dissolution_reason": "merger", "version": 2}.items()
    assert (answer.headers["etag"], answer.headers["location"]) == ('"2-full"', ended["path"])

    seen = await stranger.get(ended["path"])
    assert seen.json().items() >= shown.items()
    assert "Benali" not in seen.text, "the note is for its members"
    (listed,) = [o for o in (await stranger.get(f"organisations?q={ended['siret']}")).json()["items"] if o["id"] == ended["id"]]
    assert listed.items() >= shown.items()
    assert (await manager.get(ended["path"])).json()["dissolution_note"].startswith("Vote")
    assert (await manager.get(f"{ended['path']}/memberships")).status_code == 200

    event = (await events_about(directory, ended["id"]))[-1]
    assert event["type"] == "organisation.dissolved"
    assert event["data"].items() >= {"dissolved_on": today, "successor_id": successor["id"], "version": 2}.items()
    assert event["data"]["successor"].items() >= {"id": successor["id"], "name": "Les Héritiers", "dissolved_on": None}.items()
    lines = await directory.rows("SELECT * FROM journal_lines WHERE resource_id = %(id)s ORDER BY id", id=ended["id"])
    assert lines[-1]["act"] == "organisation.dissolved"
    assert lines[-1]["changes"]["successor_id"] == [None, successor["id"]]
    assert "Benali" not in str(lines), "the journal is never rewritten: no person's name in it"
    (mail,) = [mail for mail in await mails_to(directory, heir.email) if "succède" in mail["subject"]]
    assert mail["subject"] == "Les Héritiers succède à Régie Ozanam"


async def test_one_may_end_without_successor(directory: Running) -> None:
    manager = await a_citizen(directory)
    ended = await an_association(manager)
    answer = await dissolve(directory, manager, ended)
    assert (answer.status_code, answer.json()["successor_id"]) == (201, None)
    assert (await events_about(directory, ended["id"]))[-1]["data"]["successor"] is None


async def test_only_a_manager_or_an_administrator_records_it(directory: Running) -> None:
    manager, member, stranger = [await a_citizen(directory) for _ in range(3)]
    ended, successor = await an_association(manager), await an_association(stranger)
    await manager.post(f"{ended['path']}/memberships", {"email": member.email, "roles": ["member", "signatory"]})
    for other in (member, stranger):
        refused = await dissolve(directory, other, ended, successor)
        assert (refused.status_code, problem(refused)) == (403, "forbidden")
    unknown = await manager.call("POST", f"organisations/{UNKNOWN}/dissolution", _any(directory), **{"If-Match": '"1"'})
    assert (unknown.status_code, problem(unknown)) == (404, "not-found")
    assert (await dissolve(directory, await an_administrator(directory), ended, successor)).status_code == 201


def _any(directory: Running) -> dict[str, str]:
    return {"dissolved_on": directory.clock.now().date().isoformat(), "reason": "dissolution"}


async def test_what_makes_no_sense_is_refused_where_it_is_wrong(directory: Running) -> None:
    manager = await a_citizen(directory)
    ended, gone, heir = [await an_association(manager) for _ in range(3)]
    tomorrow = (directory.clock.now() + timedelta(days=2)).date().isoformat()
    assert pointed(await dissolve(directory, manager, ended, dissolved_on=tomorrow)) == {"/dissolved_on": "in_the_future"}
    assert pointed(await dissolve(directory, manager, ended, reason="merger")) == {"/successor_id": "required"}
    assert pointed(await dissolve(directory, manager, ended, ended)) == {"/successor_id": "itself"}
    assert pointed(await dissolve(directory, manager, ended, {"id": UNKNOWN})) == {"/successor_id": "unknown"}
    assert (await dissolve(directory, manager, gone, heir)).status_code == 201
    assert pointed(await dissolve(directory, manager, ended, gone)) == {"/successor_id": "dissolved"}
    assert (await dissolve(directory, manager, ended, reason="split")).status_code == 422
    assert (await manager.get(ended["path"])).json()["version"] == 1


async def test_a_circle_of_successors_is_refused(directory: Running) -> None:
    manager = await a_citizen(directory)
    first, second, third = [await an_association(manager) for _ in range(3)]
    for ended, heir in ((first, second), (second, third)):
        assert (await dissolve(directory, manager, ended, heir)).status_code == 201
    assert pointed(await dissolve(directory, manager, third, first)) == {"/successor_id": "cycle"}
    assert (await dissolve(directory, manager, third)).status_code == 201


async def test_a_circle_closed_at_once_is_never_drawn(directory: Running) -> None:
    manager = await a_citizen(directory)
    for _ in range(5):
        one, other = [await an_association(manager) for _ in range(2)]
        answers = await asyncio.gather(dissolve(directory, manager, one, other), dissolve(directory, manager, other, one))
        assert sorted(answer.status_code for answer in answers) == [201, 409]
        (refused,) = [answer for answer in answers if answer.status_code == 409]
        assert pointed(refused) == {"/successor_id": "cycle"}


async def test_two_managers_at_once_record_it_once(directory: Running) -> None:
    manager, second = await a_citizen(directory), await a_citizen(directory)
    ended, heir, other = [await an_association(manager) for _ in range(3)]
    await manager.post(f"{ended['path']}/memberships", {"email": second.email, "roles": ["manager"]})
    answers = await asyncio.gather(
        dissolve(directory, manager, ended, heir), dissolve(directory, second, ended, other), dissolve(directory, manager, ended)
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    (first,) = [answer.json() for answer in answers if answer.status_code == 201]
    for answer in answers:
        if answer.status_code == 409:
            assert (problem(answer), answer.json()["successor_id"]) == ("already-dissolved", first["successor_id"])
    assert [event["type"] for event in await events_about(directory, ended["id"])] == [
        "organisation.changed",
        "organisation.dissolved",
    ]


async def test_it_needs_the_version_that_was_read(directory: Running) -> None:
    manager = await a_citizen(directory)
    path = f"{(await an_association(manager))['path']}/dissolution"
    assert problem(await manager.post(path, _any(directory))) == "precondition-required"
    assert problem(await manager.call("POST", path, _any(directory), **{"If-Match": '"7-full"'})) == "stale-version"


async def test_the_dissolved_take_no_new_member_and_change_no_more(directory: Running) -> None:
    manager, colleague, administrator = await a_citizen(directory), await a_citizen(directory), await an_administrator(directory)
    ended = await an_association(manager)
    await dissolve(directory, manager, ended)
    today = directory.clock.now().date().isoformat()
    new = {"email": colleague.email, "roles": ["member"]}
    for who in (manager, administrator):
        refused = await who.post(f"{ended['path']}/memberships", new)
        assert (refused.status_code, problem(refused)) == (409, "organisation-dissolved")
    refused = await manager.patch(ended["path"], {"name": "Autre"}, await tag(manager, ended))
    assert (refused.status_code, problem(refused)) == (409, "organisation-dissolved")
    refused = await manager.post(f"{ended['path']}/cer", {"signed_on": today, "signatory_name": "Z"})
    assert (refused.status_code, problem(refused)) == (409, "organisation-dissolved")
    mended = await administrator.patch(ended["path"], {"name": "Régie Ozanam (dissoute)"}, await tag(administrator, ended))
    assert (mended.status_code, mended.json()["status"]) == (200, "dissolved")
    assert (await events_about(directory, ended["id"]))[-1]["data"]["dissolved_on"] == today, "a change says it again"


async def test_an_administrator_takes_a_mistake_back(directory: Running) -> None:
    manager, administrator = await a_citizen(directory), await an_administrator(directory)
    ended, heir, right_heir = [await an_association(manager) for _ in range(3)]
    nothing = await reinstate(administrator, ended)
    assert (nothing.status_code, problem(nothing)) == (409, "not-dissolved")
    await dissolve(directory, manager, ended, heir)
    refused = await reinstate(manager, ended)
    assert (refused.status_code, problem(refused)) == (403, "forbidden")
    back = await reinstate(administrator, ended, "Mauvais successeur.")
    assert back.status_code == 201, back.text
    gone = dict.fromkeys(("dissolved_on", "successor_id", "dissolution_reason", "dissolution_note"))
    assert back.json().items() >= {"status": "active", **gone}.items()
    event = (await events_about(directory, ended["id"]))[-1]
    assert (event["type"], event["data"]["dissolved_on"], event["data"]["version"]) == ("organisation.reinstated", None, 3)
    lines = await directory.rows("SELECT * FROM journal_lines WHERE resource_id = %(id)s ORDER BY id", id=ended["id"])
    assert (lines[-1]["act"], lines[-1]["reason"]) == ("organisation.reinstated", "Mauvais successeur.")
    assert lines[-1]["changes"]["successor_id"] == [heir["id"], None]
    assert (await dissolve(directory, manager, ended, right_heir)).json()["successor_id"] == right_heir["id"]


@pytest.mark.parametrize(
    "change",
    [
        "dissolved_on = '2027-01-01'",
        "successor_id = id, dissolved_on = '2027-01-01', dissolution_reason = 'merger'",
        "dissolved_on = '2027-01-01', dissolution_reason = 'merger'",
        "dissolution_note = 'sans fin'",
        "dissolved_on = '2027-01-01', dissolution_reason = 'split'",
    ],
)
async def test_the_database_itself_keeps_a_dissolution_whole(directory: Running, change: str) -> None:
    ended = await an_association(await a_citizen(directory))
    with pytest.raises(psycopg.errors.CheckViolation):
        await directory.rows(f"UPDATE organisations SET {change} WHERE id = %(id)s RETURNING id", id=ended["id"])  # noqa: S608
