"""The public directory: cards kept by managers, found by what they do and where; people by their consent alone."""

from typing import Any

import pytest

from services.directory.actors import service
from tests.directory.joining.doors import a_managed, member_of, refused
from tests.directory.people import Citizen, a_citizen, again, an_administrator, mails_to
from tests.support import Running

pytestmark = pytest.mark.anyio

CARD = {
    "presentation": "Chantiers d'insertion et jardins partagés au cœur du quartier.",
    "theme_codes": ["actor-emploi"],
    "territory_codes": ["11069"],
    "is_published": True,
}
CONSENT = {"function": "Coordinatrice", "topics": "Chantiers d'insertion"}
MESSAGE = {"subject": "Jardin partagé", "text": "Pouvons-nous visiter le jardin au printemps ?"}


async def reference_data(directory: Running) -> None:
    """A region down to a QPV, and a theme."""
    administrator = await an_administrator(directory)
    places: list[dict[str, Any]] = [
        {"code": "REG-76", "kind": "region", "name": "Occitanie"},
        {"code": "11", "kind": "departement", "name": "Aude", "parent_code": "REG-76"},
        {"code": "200035715", "kind": "epci", "name": "Carcassonne Agglo", "parent_code": "11"},
        {"code": "11069", "kind": "commune", "name": "Carcassonne", "parent_code": "200035715"},
        {"code": "QN01101N", "kind": "qpv", "name": "Ozanam", "parent_code": "11069", "generation": 2024},
        {"code": "11262", "kind": "commune", "name": "Narbonne", "parent_code": "11"},
    ]
    for place in places:
        code = place.pop("code")
        put = await administrator.call("PUT", f"territories/{code}", place)
        assert put.status_code in {201, 428}, put.text
    put = await administrator.call("PUT", "themes/actor-emploi", {"label": "Emploi et insertion"})
    assert put.status_code in {201, 428}, put.text


async def a_card(directory: Running, **more: Any) -> tuple[Citizen, str]:
    """Its manager, and the organisation's address."""
    await reference_data(directory)
    manager, path = await a_managed(directory, name="Régie Ozanam")
    put = await manager.call("PUT", f"{path}/card", {**CARD, **more})
    assert put.status_code == 201, put.text
    return manager, path


def public(path: str) -> str:
    return path.replace("/organisations/", "/actors/")


async def found(directory: Running, **asked: Any) -> set[str]:
    names: set[str] = set()
    cursor: dict[str, str] = {}
    while True:
        answer = await directory.client.get("/directory/v1/actors", params={**asked, "limit": 2, **cursor})
        assert answer.status_code == 200, answer.text
        body = answer.json()
        names |= {each["organisation_id"] for each in body["items"]}
        if body["next"] is None:
            return names
        cursor = {"cursor": body["next"]}


async def test_a_card_is_found_by_words_theme_kind_and_territory(directory: Running) -> None:
    _, path = await a_card(directory)
    ours = path.rpartition("/")[2]
    for asked in (
        {"q": "régie JARDINS"},
        {"q": "insertion"},
        {"q": "carcassonne"},
        {"theme": "actor-emploi"},
        {"kind": "association"},
        {"territory": "QN01101N"},
        {"territory": "200035715"},
        {"territory": "REG-76"},
        {"territory": "11069", "q": "coeur", "theme": "actor-emploi"},
    ):
        assert ours in await found(directory, **asked), asked
    for asked in ({"territory": "11262"}, {"kind": "school"}, {"theme": "autre"}, {"q": "piscine"}, {"q": "100%"}):
        assert ours not in await found(directory, **asked), asked
    facets = (await directory.client.get("/directory/v1/actors/facets", params={"territory": "QN01101N"})).json()["items"]
    counts = {(each["facet"], each["code"]): (each["label"], each["count"]) for each in facets}
    assert counts["theme", "actor-emploi"][0] == "Emploi et insertion"
    assert counts["territory", "11069"][0] == "Carcassonne"
    assert counts["kind", "association"][1] >= 1
    said = await directory.client.get(f"{public(path)}/json-ld")
    assert said.headers["content-type"] == "application/ld+json"
    assert (said.json()["@type"], said.json()["knowsAbout"]) == ("NGO", ["Emploi et insertion"])


async def test_only_managers_write_the_card_one_version_at_a_time(directory: Running) -> None:
    manager, path = await a_card(directory, is_published=False)
    member, stranger = await member_of(directory, manager, path), await a_citizen(directory)
    assert (await directory.client.get(public(path))).status_code == 404
    assert path.rpartition("/")[2] not in await found(directory)
    tag = (await member.get(f"{path}/card")).headers["etag"]
    assert refused(await stranger.get(f"{path}/card")) == (403, "forbidden")
    for who in (member, stranger):
        assert refused(await who.call("PUT", f"{path}/card", CARD, **{"If-Match": tag})) == (403, "forbidden")
    assert refused(await manager.call("PUT", f"{path}/card", CARD)) == (428, "precondition-required")
    assert (await manager.call("PUT", f"{path}/card", CARD, **{"If-Match": tag})).status_code == 200
    assert refused(await manager.call("PUT", f"{path}/card", CARD, **{"If-Match": tag})) == (412, "stale-version")
    wrong = {**CARD, "theme_codes": ["nulle-part"], "territory_codes": ["11069", "99999"], "presentation": ""}
    answer = await manager.call("PUT", f"{path}/card", wrong, **{"If-Match": (await manager.get(f"{path}/card")).headers["etag"]})
    assert refused(answer) == (409, "actor-card-refused")
    assert [each["pointer"] for each in answer.json()["errors"]] == ["/theme_codes/0", "/territory_codes/1", "/presentation"]
    card = await directory.client.get(public(path))
    again_ = await directory.client.get(public(path), headers={"If-None-Match": card.headers["etag"]})
    assert (card.status_code, again_.status_code) == (200, 304)
    assert card.json()["people"] == []


async def test_people_appear_by_consent_withdraw_at_once_and_are_gone_when_they_leave(directory: Running) -> None:
    manager, path = await a_card(directory)
    luz = await member_of(directory, manager, path, name="Luz Ortega")
    karim = await member_of(directory, manager, path, name="Karim Rossi")
    stranger = await a_citizen(directory)
    assert refused(await stranger.call("PUT", f"{path}/card/people/me", CONSENT)) == (403, "forbidden")
    assert (await luz.call("PUT", f"{path}/card/people/me", CONSENT)).status_code == 201
    assert (await luz.call("PUT", f"{path}/card/people/me", {**CONSENT, "shows_email": True})).status_code == 200
    assert (await karim.call("PUT", f"{path}/card/people/me", {**CONSENT, "phone": "04 68 00 00 00"})).status_code == 201
    shown = await directory.client.get(public(path))
    people = {each["full_name"]: each for each in shown.json()["people"]}
    assert set(people) == {"Luz Ortega", "Karim Rossi"}
    assert (people["Luz Ortega"]["email"], people["Luz Ortega"]["phone"]) == (luz.email, None)
    assert (people["Karim Rossi"]["email"], people["Karim Rossi"]["phone"]) == (None, "04 68 00 00 00")
    assert manager.email not in shown.text

    for _ in range(2):
        assert (await luz.call("DELETE", f"{path}/card/people/me")).status_code == 204
    assert (await manager.call("DELETE", f"{path}/memberships/{karim.account_id}")).status_code == 204
    after = await directory.client.get(public(path), headers={"If-None-Match": shown.headers["etag"]})
    assert (after.status_code, after.json()["people"]) == (200, [])
    assert refused(await karim.call("PUT", f"{path}/card/people/me", CONSENT))[0] in {401, 403}


async def test_a_message_is_passed_on_without_telling_any_address(directory: Running) -> None:
    manager, path = await a_card(directory)
    asker = await a_citizen(directory, "Paul Curieux")
    messages = f"{public(path)}/messages"
    assert (await directory.client.post(messages, json=MESSAGE)).status_code == 401
    sent = await asker.post(messages, MESSAGE)
    assert (sent.status_code, sent.json()["to"]) == (202, "managers")
    mail = (await mails_to(directory, manager.email))[-1]
    assert (mail["reply_to"], MESSAGE["text"] in mail["text"]) == (asker.email, True)
    assert manager.email not in sent.text

    luz = await member_of(directory, manager, path, name="Luz Ortega")
    karim = await member_of(directory, manager, path, name="Karim Rossi")
    assert refused(await asker.post(messages, {**MESSAGE, "account_id": luz.account_id})) == (409, "nobody-accepts-messages")
    for each in (luz, karim):
        await each.call("PUT", f"{path}/card/people/me", CONSENT)
    before = len(await mails_to(directory, karim.email))
    sent = await asker.post(messages, {**MESSAGE, "account_id": luz.account_id})
    assert sent.json()["to"] == "people"
    assert (await mails_to(directory, luz.email))[-1]["reply_to"] == asker.email
    assert len(await mails_to(directory, karim.email)) == before
    rows = await directory.rows("SELECT * FROM actor_messages WHERE sender_id = %(id)s", id=asker.account_id)
    assert len(rows) == 2
    assert MESSAGE["text"] not in str(rows)
    for _ in range(8):
        assert (await asker.post(messages, MESSAGE)).status_code == 202
    assert refused(await asker.post(messages, MESSAGE)) == (429, "too-many-actor-messages")


async def test_nobody_consents_and_the_card_takes_no_messages(directory: Running) -> None:
    _, path = await a_card(directory, accepts_messages=False)
    asker = await a_citizen(directory)
    assert refused(await asker.post(f"{public(path)}/messages", MESSAGE)) == (409, "nobody-accepts-messages")


async def test_a_card_follows_its_organisation_to_its_end(directory: Running) -> None:
    manager, path = await a_card(directory)
    organisation = await manager.get(path)
    await manager.patch(path, {"name": "Régie du Viguier"}, organisation.headers["etag"])
    await directory.run_jobs()
    assert (await directory.client.get(public(path))).json()["name"] == "Régie du Viguier"
    assert path.rpartition("/")[2] in await found(directory, q="viguier")
    administrator = await an_administrator(directory)
    today = directory.clock.now().date().isoformat()
    tag = (await administrator.get(path)).headers["etag"]
    ended = await administrator.call(
        "POST", f"{path}/dissolution", {"dissolved_on": today, "reason": "dissolution"}, **{"If-Match": tag}
    )
    assert ended.status_code in {200, 201}, ended.text
    await directory.run_jobs()
    assert (await directory.client.get(public(path))).status_code == 404


async def test_a_card_is_to_be_confirmed_once_a_year(directory: Running) -> None:
    began = directory.clock.at
    manager, path = await a_card(directory)

    async def morning() -> None:
        async with directory.resources.database.transaction() as session:
            await service.remind(session, directory.resources, now=directory.clock.now(), limit=100)

    async def reminders() -> int:
        return len([mail for mail in await mails_to(directory, manager.email) if "à jour" in mail["subject"]])

    directory.clock.forward(days=364)
    await morning()
    assert await reminders() == 0
    directory.clock.forward(days=2)
    await morning()
    await morning()
    assert await reminders() == 1
    manager = await again(directory, manager.email, manager.account_id)
    confirmed = await manager.post(f"{path}/card/confirmation", None)
    assert confirmed.status_code == 200
    assert confirmed.json()["verified_at"].startswith(directory.clock.now().date().isoformat()[:10])
    directory.clock.forward(days=31)
    await morning()
    assert await reminders() == 1
    directory.clock.at = began
