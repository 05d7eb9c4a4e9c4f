"""A holder finds similar actions of others who accept to be found, and writes to them; nothing more is told."""

import pytest

from services.common.ids import new_id
from tests.programming.dossiers.successions import dissolve
from tests.programming.similar.actions import GARAGE, action, drafted, found, profile, submitted, visible
from tests.programming.world import World
from tests.support import member_of

pytestmark = pytest.mark.anyio

TOLD = {
    "dossier_id", "title", "holder_name", "objective_codes", "qpv_codes", "publics", "starts_on", "ends_on", "score", "why",
}  # fmt: skip


async def test_a_draft_finds_the_actions_of_other_holders_that_accept_it(world: World) -> None:
    other = await submitted(world, action(world), by=world.stranger)
    mine = await drafted(world, action(world, GARAGE, title="Autre chose"))
    assert await found(world, mine) == []  # nobody was asked yet

    await visible(world, other)
    (only,) = await found(world, mine)
    assert only.keys() == TOLD
    assert only["dossier_id"] == other
    assert only["title"] == "Jardin des enfants"
    assert only["holder_name"] == "La Voisine fictive"
    assert only["objective_codes"] == ["2"]
    assert only["publics"] == ["enfants", "familles et parents"]
    assert only["score"] == 1
    assert {why["code"]: why["label"] for why in only["why"]} == {
        "theme": "Même objectif du contrat ou même enjeu transversal",
        "qpv": "Même quartier",
        "public": "Même public",
        "period": "Même période",
    }


async def test_less_in_common_comes_later_and_no_theme_in_common_does_not_come(world: World) -> None:
    same = await submitted(world, action(world), by=world.stranger)
    year = world.running.clock.now().year
    less = await submitted(world, action(world, publics=["Seniors"], ends_on=f"{year}-04-01", title="Tard"), by=world.stranger)
    none = await submitted(world, action(world, objective_codes=["8"], asks={"state": 8_000}), by=world.stranger)
    for each in (same, less, none):
        await visible(world, each)
    mine = await submitted(world, action(world))
    listed = await found(world, mine)
    assert [each["dossier_id"] for each in listed] == [same, less]
    assert listed[0]["score"] > listed[1]["score"]
    first = (await world.call(world.holder, "GET", f"/dossiers/{mine}/similar-actions", params={"limit": 1}, expect=200)).json()
    assert [each["dossier_id"] for each in first["items"]] == [same]
    query = {"limit": 1, "cursor": first["next"]}
    second = (await world.call(world.holder, "GET", f"/dossiers/{mine}/similar-actions", params=query, expect=200)).json()
    assert ([each["dossier_id"] for each in second["items"]], second["next"]) == ([less], None)
    await world.refused(
        world.holder, "GET", f"/dossiers/{mine}/similar-actions", 400, "invalid-cursor", params={"limit": 1, "cursor": "autre"}
    )


async def test_a_neighbourhood_of_the_former_generation_is_the_same_one(world: World) -> None:
    other = await submitted(world, action(world), by=world.stranger)
    await visible(world, other)
    mine = await drafted(world, action(world))
    qpvs = [{"code": "QN01102N", "name": "Deux", "former_codes": ["QP011002"]}, {"code": "QN01103N", "name": "Trois"}]
    await world.change(world.team, "PATCH", f"/contracts/{world.contract_id}", json={"qpvs": qpvs}, expect=200)
    later = await submitted(world, action(world), by=world.stranger)  # its code of 2015 is told under that of today
    await visible(world, later)
    by_id = {each["dossier_id"]: each for each in await found(world, mine)}
    assert by_id[later]["qpv_codes"] == ["QN01102N"]
    assert {why["label"] for why in by_id[later]["why"] if why["code"] == "qpv"} == {"Même quartier"}
    await world.change(world.holder, "PATCH", f"/dossiers/{mine}", json={"qpv_codes": ["QN01103N"]}, expect=200)
    by_id = {each["dossier_id"]: each for each in await found(world, mine)}
    assert {why["label"] for why in by_id[later]["why"] if why["code"] == "qpv"} == {"Quartier voisin, du même contrat de ville"}


async def test_acceptance_is_a_managers_dated_and_withdrawn_at_once(world: World) -> None:
    other = await submitted(world, action(world), by=world.stranger)
    mine = await submitted(world, action(world))
    where = f"/dossiers/{other}/visibility-to-holders"
    member = member_of(world.neighbour)
    await world.refused(member, "PUT", where, 403, "visibility-not-yours")
    await world.refused(world.team, "PUT", where, 403, "not-the-holder")
    await world.refused(world.holder, "PUT", where, 404, "not-found")
    given = (await world.call(world.stranger, "PUT", where, expect=200)).json()
    assert given["visible"]
    world.running.clock.forward(days=1)
    assert (await world.call(world.stranger, "PUT", where, expect=200)).json() == given  # a double click changes no date
    assert (await world.call(member, "GET", where, expect=200)).json() == given
    assert len(await found(world, mine)) == 1

    await world.refused(member, "DELETE", where, 403, "visibility-not-yours")
    for _ in range(2):
        await world.call(world.stranger, "DELETE", where, expect=204)
    assert (await world.call(member, "GET", where, expect=200)).json() == {"visible": False, "given_at": None}
    assert await found(world, mine) == []
    contact = f"/dossiers/{mine}/similar-actions/{other}/contact"
    await world.refused(world.holder, "POST", contact, 404, "not-found", json={"message": "Bonjour"})
    acts = [line["act"] for line in await world.pages(world.stranger, f"/dossiers/{other}/journal")]
    assert acts.count("dossier.shown_to_holders") == acts.count("dossier.hidden_from_holders") == 1


async def test_acceptance_withdrawn_between_two_pages_leaves_the_next_one(world: World) -> None:
    others = [await submitted(world, action(world), by=world.stranger) for _ in range(2)]
    for each in others:
        await visible(world, each)
    mine = await drafted(world, action(world))
    where = f"/dossiers/{mine}/similar-actions"
    first = (await world.call(world.holder, "GET", where, params={"limit": 1}, expect=200)).json()
    (seen,) = (each["dossier_id"] for each in first["items"])
    (left,) = set(others) - {seen}
    await world.call(world.stranger, "DELETE", f"/dossiers/{left}/visibility-to-holders", expect=204)
    second = (await world.call(world.holder, "GET", where, params={"limit": 1, "cursor": first["next"]}, expect=200)).json()
    assert second["items"] == []


async def test_own_actions_inadmissible_ones_and_drafts_are_not_listed(world: World) -> None:
    own = await submitted(world, action(world))
    await visible(world, own, by=world.holder)
    other = await submitted(world, action(world), by=world.stranger)
    unsent = await drafted(world, action(world), by=world.stranger)
    for each in (other, unsent):
        await visible(world, each)
    await profile(world)
    mine = await drafted(world, action(world))
    assert [each["dossier_id"] for each in await found(world, mine)] == [other]
    refusal = {"admissible": False, "reason": "Hors du territoire du contrat."}
    tag = await world.tag(other, world.team)
    await world.call(world.team, "POST", f"/dossiers/{other}/admissibility", json=refusal, headers={"If-Match": tag}, expect=201)
    assert await found(world, mine) == []


async def test_only_its_members_ask_what_is_similar(world: World) -> None:
    mine = await submitted(world, action(world))
    where = f"/dossiers/{mine}/similar-actions"
    await world.refused(None, "GET", where, 401, "unauthenticated")
    await world.refused(world.stranger, "GET", where, 404, "not-found")
    await world.refused(world.team, "GET", where, 403, "not-the-holder")
    await world.call(world.helper, "GET", where, expect=200)


async def test_a_message_goes_to_the_contact_whose_address_nobody_is_told(world: World) -> None:
    address = "jardin@voisine.example.org"
    contact = {"full_name": "Jo Exemple", "email": address}
    other = await submitted(world, action(world, contact=contact), by=world.stranger)
    await visible(world, other)
    mine = await drafted(world, action(world, title="Potager"))
    where = f"/dossiers/{mine}/similar-actions/{other}/contact"
    text = "Bonjour,\nVoulez-vous échanger ?\u202e"
    sent = await world.call(world.helper, "POST", where, json={"message": text}, expect=201)
    assert address not in sent.text
    assert sent.json()["answers_to"] == "contact@ateliers.example.org"
    (mail,) = await world.mails("souhaite échanger")
    assert (mail["to"], mail["reply_to"]) == (address, "contact@ateliers.example.org")
    assert "Les Ateliers imaginaires" in mail["subject"]
    assert "> Bonjour,\n> Voulez-vous échanger ?\n" in mail["text"]
    assert "« Potager »" in mail["text"]
    listed = await world.call(world.holder, "GET", f"/dossiers/{mine}/similar-actions", expect=200)
    assert address not in listed.text
    lines = await world.pages(world.holder, f"/dossiers/{mine}/journal")
    assert "holder.contacted" in [line["act"] for line in lines]
    assert "échanger" not in str(lines)
    for body in ({"message": "  "}, {"message": "x" * 4001}, {"message": "Bonjour", "to": address}):
        await world.refused(world.helper, "POST", where, 422, "malformed-request", json=body)


async def test_messages_are_limited_by_the_hour_and_by_dossier(world: World) -> None:
    others = [await submitted(world, action(world), by=world.stranger) for _ in range(6)]
    for each in others:
        await visible(world, each)
    mine = await drafted(world, action(world))

    def to(other: str) -> str:
        return f"/dossiers/{mine}/similar-actions/{other}/contact"

    sent = {"json": {"message": "Bonjour"}}
    calls = [(world.holder, "POST", to(others[0]), sent) for _ in range(3)]
    assert sorted(answer.status_code for answer in await world.at_once(calls)) == [201, 201, 429]
    for other in others[1:5]:
        for _ in range(2):
            await world.call(world.holder, "POST", to(other), **sent, expect=201)
    refused = await world.call(world.helper, "POST", to(others[5]), **sent, expect=429)
    assert 0 < int(refused.headers["retry-after"]) <= 3601
    await world.refused(world.holder, "POST", to(others[5]), 429, "too-many-contacts", **sent)
    world.running.clock.forward(hours=1, seconds=1)
    await world.call(world.holder, "POST", to(others[5]), **sent, expect=201)
    await world.refused(world.holder, "POST", to(others[0]), 429, "too-many-contacts", **sent)  # two a day to one
    world.running.clock.forward(days=1)
    await world.call(world.holder, "POST", to(others[0]), **sent, expect=201)


async def test_two_holders_who_write_to_each_other_at_once_both_do(world: World) -> None:
    mine = await submitted(world, action(world))
    other = await submitted(world, action(world), by=world.stranger)
    await visible(world, mine, by=world.holder)
    await visible(world, other)
    sent = {"json": {"message": "Bonjour"}}
    there, back = (f"/dossiers/{a}/similar-actions/{b}/contact" for a, b in ((mine, other), (other, mine)))
    withdrawal = f"/dossiers/{other}/visibility-to-holders"
    both = ((world.holder, "POST", there, sent), (world.stranger, "POST", back, sent))
    answers = await world.at_once((*both, (world.stranger, "DELETE", withdrawal, dict[str, str]())))
    assert answers[0].status_code in {201, 404}  # as it came before or after the withdrawal
    assert [answer.status_code for answer in answers[1:]] == [201, 204]


async def test_who_cannot_be_answered_does_not_write_and_nobody_writes_to_himself(world: World) -> None:
    other = await submitted(world, action(world), by=world.stranger)
    own = await submitted(world, action(world))
    await visible(world, other)
    await visible(world, own, by=world.holder)
    mine = await drafted(world, action(world, contact=None))
    sent = {"json": {"message": "Bonjour"}}
    await world.refused(
        world.holder, "POST", f"/dossiers/{mine}/similar-actions/{other}/contact", 409, "no-address-to-answer", **sent
    )
    for unknown in (own, mine, "01900000-0000-7000-8000-000000000000"):
        await world.refused(world.holder, "POST", f"/dossiers/{mine}/similar-actions/{unknown}/contact", 404, "not-found", **sent)
    away = await drafted(world, action(world, objective_codes=["8"], asks={"state": 8_000}))
    await world.refused(world.holder, "POST", f"/dossiers/{away}/similar-actions/{other}/contact", 404, "not-found", **sent)


async def test_who_takes_over_from_a_holder_is_asked_again(world: World) -> None:
    other = await submitted(world, action(world), by=world.stranger)
    await visible(world, other)
    mine = await drafted(world, action(world))
    assert len(await found(world, mine)) == 1
    heir = new_id()
    manager = member_of(heir, roles=["manager"])
    await dissolve(world, world.neighbour, heir)
    assert await found(world, mine) == []
    where = f"/dossiers/{other}/visibility-to-holders"
    assert (await world.call(manager, "GET", where, expect=200)).json()["visible"] is False
    await world.refused(world.stranger, "PUT", where, 403, "not-the-holder")
    await visible(world, other, by=manager)
    assert len(await found(world, mine)) == 1


async def test_a_holder_whose_address_was_erased_is_not_written_to(world: World) -> None:
    other = await submitted(world, action(world), by=world.stranger)
    await visible(world, other)
    async with world.running.resources.database.readers.connection() as connection:
        await connection.execute(
            b"UPDATE dossiers SET contact = jsonb_set(contact, '{email}', '\"efface@invalid\"') WHERE id = %(id)s", {"id": other}
        )
    mine = await drafted(world, action(world))
    where = f"/dossiers/{mine}/similar-actions/{other}/contact"
    await world.refused(world.holder, "POST", where, 409, "no-address-to-write-to", json={"message": "Bonjour"})
    assert await world.running.rows("SELECT id FROM holder_contacts WHERE to_dossier_id = %(id)s", id=other) == []
