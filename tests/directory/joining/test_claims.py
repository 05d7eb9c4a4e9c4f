"""The last manager cannot be reached: a member claims the management, in the open and with a delay to object."""

import asyncio

import pytest

from services.directory.joining import claims
from tests.directory.people import Citizen, a_citizen, an_administrator, mails_to, new_siret
from tests.support import Running

from .doors import a_managed, acts, member_of, refresh, refused, subjects

pytestmark = pytest.mark.anyio

REASON = "Notre directrice est partie en mars, son adresse ne répond plus."


async def claim(citizen: Citizen, path: str) -> str:
    """Its address."""
    made = await citizen.post(f"{path}/management-claims", {"reason": REASON})
    assert made.status_code == 201, made.text
    return str(made.headers["location"])


async def the_day_comes(directory: Running, **later: float) -> None:
    """What the job does every quarter of an hour, then what it leaves to do."""
    directory.clock.forward(**later)
    async with directory.resources.database.transaction() as session:
        await claims.grant_due(session, directory.clock.now())
    await directory.run_jobs()


async def roles(directory: Running, citizen: Citizen, path: str) -> list[str]:
    rows = await directory.rows(
        "SELECT roles FROM memberships WHERE account_id = %(who)s AND organisation_id = %(where)s",
        who=citizen.account_id,
        where=path.rpartition("/")[2],
    )
    return list(rows[0]["roles"]) if rows else []


async def test_nobody_objects_and_the_claimant_manages_after_the_delay(directory: Running) -> None:
    manager, path = await a_managed(directory)
    claimant = await member_of(directory, manager, path, name="Karim Rossi")
    colleague = await member_of(directory, manager, path, name="Luz Ortega")
    place = await claim(claimant, path)
    for told in (manager, colleague, claimant):
        mail = (await mails_to(directory, told.email))[-1]
        assert mail["subject"] == "Karim Rossi réclame la gestion de Régie Ozanam"
        assert REASON in mail["text"]
    seen = (await colleague.get(place)).json()
    assert (seen["state"], seen["full_name"], seen["reason"]) == ("pending", "Karim Rossi", REASON)

    began = directory.clock.at
    await the_day_comes(directory, days=13, hours=23)
    assert await roles(directory, claimant, path) == ["member"]
    await the_day_comes(directory, hours=1)
    await the_day_comes(directory)
    assert await roles(directory, claimant, path) == ["manager", "member"]
    assert await roles(directory, manager, path) == ["manager", "member"]
    for told in (manager, colleague, claimant):
        assert (await subjects(directory, told)).count("Karim Rossi gère désormais Régie Ozanam") == 1
    await refresh(directory, colleague)
    assert (await colleague.get(place)).json()["state"] == "granted"
    assert {"management.claimed", "management.claim_granted"} <= set(await acts(directory, path.rpartition("/")[2]))
    directory.clock.at = began


async def test_a_manager_objects_in_time(directory: Running) -> None:
    manager, path = await a_managed(directory)
    claimant, member = await member_of(directory, manager, path), await member_of(directory, manager, path)
    place = await claim(claimant, path)
    for nobody in (member, claimant, await an_administrator(directory)):
        assert refused(await nobody.post(f"{place}/objection", {"reason": "Non."})) == (403, "forbidden")
    assert (await manager.post(f"{place}/objection", {})).status_code == 422
    objected = await manager.post(f"{place}/objection", {"reason": "J'étais en congé."})
    assert (objected.json()["state"], objected.json()["answer"]) == ("objected", "J'étais en congé.")
    assert "J'étais en congé." in (await mails_to(directory, claimant.email))[-1]["text"]
    assert refused(await manager.post(f"{place}/objection", {"reason": "Encore."})) == (409, "claim-decided")
    began = directory.clock.at
    await the_day_comes(directory, days=15)
    assert await roles(directory, claimant, path) == ["member"]
    directory.clock.at = began


async def test_an_administrator_decides_at_once(directory: Running) -> None:
    administrator = await an_administrator(directory)
    manager, path = await a_managed(directory)
    claimant = await member_of(directory, manager, path)
    first = await claim(claimant, path)
    for nobody in (manager, claimant):
        assert refused(await nobody.post(f"{first}/decision", {"is_granted": True, "reason": "Oui."})) == (403, "forbidden")
        assert refused(await nobody.get("management-claims")) == (403, "forbidden")
    assert first.rpartition("/")[2] in [
        each["id"] for each in (await administrator.get("management-claims?limit=100")).json()["items"]
    ]
    no = await administrator.post(f"{first}/decision", {"is_granted": False, "reason": "Elle répond."})
    assert (no.json()["state"], no.json()["answer"]) == ("refused", "Elle répond.")
    assert refused(await administrator.post(f"{first}/decision", {"is_granted": True, "reason": "Oui."})) == (409, "claim-decided")
    second = await claim(claimant, path)
    await manager.post(f"{second}/objection", {"reason": "De mauvaise foi."})
    yes = await administrator.post(f"{second}/decision", {"is_granted": True, "reason": "Procès-verbal reçu."})
    assert yes.json()["state"] == "granted"
    assert await roles(directory, claimant, path) == ["manager", "member"]


async def test_what_cannot_be_claimed_is_refused_by_name(directory: Running) -> None:
    manager, path = await a_managed(directory)
    one, other, stranger = (
        await member_of(directory, manager, path),
        await member_of(directory, manager, path),
        await a_citizen(directory),
    )
    assert refused(await manager.post(f"{path}/management-claims", {"reason": REASON})) == (409, "already-manager")
    for answer in (
        await stranger.post(f"{path}/management-claims", {"reason": REASON}),
        await stranger.get(f"{path}/management-claims"),
    ):
        assert refused(answer) == (403, "forbidden")
    nowhere = "organisations/01890000-0000-7000-8000-000000000000/management-claims"
    assert refused(await stranger.post(nowhere, {"reason": REASON})) == (404, "not-found")
    place = await claim(one, path)
    assert refused(await other.post(f"{path}/management-claims", {"reason": REASON})) == (409, "claim-pending")
    assert refused(await other.post(f"{place}/withdrawal", {})) == (403, "forbidden")
    assert (await one.post(f"{place}/withdrawal", {})).json()["state"] == "withdrawn"
    assert refused(await one.post(f"{place}/withdrawal", {})) == (409, "claim-decided")
    assert [each["state"] for each in (await other.get(f"{path}/management-claims")).json()["items"]] == ["withdrawn"]
    elsewhere, elsewhere_path = await a_managed(directory)
    assert refused(await elsewhere.get(f"{elsewhere_path}/management-claims/{place.rpartition('/')[2]}")) == (404, "not-found")


async def test_a_claim_dies_with_what_it_stood_on(directory: Running) -> None:
    manager, path = await a_managed(directory)
    gone = await member_of(directory, manager, path)
    place = await claim(gone, path)
    await manager.call("DELETE", f"{path}/memberships/{gone.account_id}")
    began = directory.clock.at
    await the_day_comes(directory, days=14)
    await refresh(directory, manager)
    assert (await manager.get(place)).json()["state"] == "lapsed"
    assert await roles(directory, gone, path) == []
    directory.clock.at = began


async def test_without_a_manager_the_administrators_hear_of_it(directory: Running) -> None:
    administrator, citizen = await an_administrator(directory), await a_citizen(directory, "Luz Ortega")
    opened = await administrator.post("organisations", {"kind": "caf", "name": "CAF de l'Aude", "siret": new_siret()})
    path = opened.headers["location"]
    await administrator.post(f"{path}/memberships", {"email": citizen.email, "roles": ["member"]})
    await claim(citizen, path)
    assert (await subjects(directory, administrator))[-1] == "Luz Ortega réclame la gestion de CAF de l'Aude"


async def test_claimed_twice_or_objected_while_granted_one_is_heard(directory: Running) -> None:
    manager, path = await a_managed(directory)
    members = [await member_of(directory, manager, path) for _ in range(3)]
    answers = await asyncio.gather(*(who.post(f"{path}/management-claims", {"reason": REASON}) for who in members))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    made = next(answer for answer in answers if answer.status_code == 201)
    claimant = next(who for who in members if who.account_id == made.json()["account_id"])
    began = directory.clock.at
    directory.clock.forward(days=14)
    await refresh(directory, manager)
    async with directory.resources.database.transaction() as session:
        await claims.grant_due(session, directory.clock.now())
    objected, _ = await asyncio.gather(
        manager.post(f"{made.headers['location']}/objection", {"reason": "Je suis là."}), directory.run_jobs()
    )
    held = "manager" in await roles(directory, claimant, path)
    assert (objected.status_code, held) in ((200, False), (409, True))
    directory.clock.at = began
