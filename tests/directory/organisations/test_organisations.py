"""Organisations: who opens them, who sees what, what the other services are told."""

from typing import Any

import pytest

from tests.directory.people import a_citizen, an_administrator, an_association, mails_to, new_email, new_siret, post, problem
from tests.support import Running

pytestmark = pytest.mark.anyio

ADDRESS = {"street": "12 rue Jean Bringer", "postcode": "11000", "city": "Carcassonne"}
REPRESENTATIVE = {"full_name": "Nadia Benali", "function": "Présidente"}
PUBLIC = {"id", "kind", "name", "siret", "rna", "city", "cer_signed_on", "view", "version", "status"}


async def events_about(directory: Running, organisation_id: str) -> list[dict[str, Any]]:
    return await directory.rows("SELECT * FROM outbox_events WHERE subject = %(id)s ORDER BY id", id=organisation_id)


async def test_whoever_opens_an_association_manages_it(directory: Running) -> None:
    citizen = await a_citizen(directory)
    siret = new_siret()
    spaced = f"{siret[:3]} {siret[3:6]} {siret[6:9]} {siret[9:]}"
    opened = await citizen.post(
        "organisations",
        {
            "kind": "association",
            "name": "  Régie   Ozanam ",
            "siret": spaced,
            "rna": f"w1{siret[-8:]}",
            "address": ADDRESS,
            "legal_representative": REPRESENTATIVE,
            "website": "https://Regie-Ozanam.example.org",
        },
    )
    assert opened.status_code == 201, opened.text
    body = opened.json()
    assert (body["name"], body["siret"], body["rna"]) == ("Régie Ozanam", siret, f"W1{siret[-8:]}")
    assert (body["address"], body["legal_representative"]) == (ADDRESS, REPRESENTATIVE)
    assert body["website"] == "https://regie-ozanam.example.org/"
    assert opened.headers["etag"] == '"1-full"'

    read = await citizen.get(opened.headers["location"])
    assert read.json() == body
    assert (await citizen.get(opened.headers["location"], **{"If-None-Match": read.headers["etag"]})).status_code == 304
    (mine,) = (await citizen.get("me/memberships")).json()["items"]
    assert (mine["organisation_id"], mine["roles"]) == (body["id"], ["manager", "member"])

    (event,) = await events_about(directory, body["id"])
    assert event["type"] == "organisation.changed"
    assert event["data"] == {
        "id": body["id"],
        "kind": "association",
        "name": "Régie Ozanam",
        "siret": siret,
        "rna": body["rna"],
        "cer_signed_on": None,
        "dissolved_on": None,
        "successor_id": None,
        "successor": None,
        "version": 1,
        "address": ADDRESS,
        "legal_representative": REPRESENTATIVE,
    }


async def test_others_see_the_public_face_only(directory: Running) -> None:
    citizen, stranger = await a_citizen(directory), await a_citizen(directory)
    administrator = await an_administrator(directory)
    organisation = await an_association(citizen, address=ADDRESS, legal_representative=REPRESENTATIVE)
    seen = await stranger.get(organisation["path"])
    assert seen.json()["view"] == "public"
    assert {field for field, value in seen.json().items() if value is not None} <= PUBLIC
    assert seen.json()["city"] == "Carcassonne"
    assert "Benali" not in seen.text
    assert seen.headers["etag"] == '"1-public"'
    assert (await administrator.get(organisation["path"])).json()["legal_representative"] == REPRESENTATIVE
    assert (await directory.client.get(organisation["path"])).status_code == 401
    unknown = await stranger.get("organisations/01890000-0000-7000-8000-000000000000")
    assert (unknown.status_code, problem(unknown)) == (404, "not-found")


@pytest.mark.parametrize(
    ("wish", "status", "name"),
    [
        ({"kind": "association"}, 409, "identifier-required"),
        ({"kind": "company", "rna": "W112004599"}, 409, "rna-of-associations-only"),
        ({"kind": "company"}, 409, "identifier-required"),
        ({"kind": "association", "siret": "82161143100016"}, 422, "malformed-request"),
        ({"kind": "association", "siret": "8216114310001🙂"}, 422, "malformed-request"),
        ({"kind": "association", "siret": 82161143100015}, 422, "malformed-request"),
        ({"kind": "association", "siret": "821611431"}, 422, "malformed-request"),
        ({"kind": "association", "rna": "W12"}, 422, "malformed-request"),
        ({"kind": "club", "siret": "82161143100015"}, 422, "malformed-request"),
        ({"kind": "association", "rna": "W112004599", "address": {"city": "Carcassonne"}}, 422, "malformed-request"),
        ({"kind": "association", "rna": "W112004599", "address": {**ADDRESS, "postcode": "1100"}}, 422, "malformed-request"),
        ({"kind": "association", "rna": "W112004599", "website": "javascript:alert(1)"}, 422, "malformed-request"),
        ({"kind": "association", "rna": "W112004599", "name": "x" * 201}, 422, "malformed-request"),
        ({"kind": "association", "rna": "W112004599", "cer_signed_on": "2027-01-01"}, 422, "malformed-request"),
        ({"kind": "commune", "siret": "82161143100015"}, 403, "kind-reserved-to-administrators"),
        ({"kind": "state", "siret": "82161143100015"}, 403, "kind-reserved-to-administrators"),
        ({"kind": "association", "rna": "W112004599", "manager_email": "x@example.org"}, 403, "forbidden"),
    ],
    ids=str,
)
async def test_bad_wishes_are_refused_by_name(directory: Running, wish: dict[str, Any], status: int, name: str) -> None:
    citizen = await a_citizen(directory)
    refused = await citizen.post("organisations", {"name": "Régie", **wish})
    assert (refused.status_code, problem(refused)) == (status, name)


async def test_la_poste_may_open_an_account(directory: Running) -> None:
    citizen = await a_citizen(directory)
    opened = await citizen.post("organisations", {"kind": "company", "name": "La Poste", "siret": "356 000 000 49837"})
    assert opened.status_code == 201, opened.text


async def test_a_number_belongs_to_one_organisation(directory: Running) -> None:
    citizen, other = await a_citizen(directory), await a_citizen(directory)
    organisation = await an_association(citizen, rna="W113004567")
    again = await other.post("organisations", {"kind": "company", "name": "Copie", "siret": organisation["siret"]})
    assert (again.status_code, problem(again)) == (409, "siret-taken")
    rna = await other.post("organisations", {"kind": "association", "name": "Copie", "rna": "W113004567"})
    assert (rna.status_code, problem(rna)) == (409, "rna-taken")


async def test_an_administrator_opens_a_funder_and_names_its_manager(directory: Running) -> None:
    administrator, mayor = await an_administrator(directory), await a_citizen(directory)
    wish = {"kind": "commune", "name": "Ville imaginaire", "siret": new_siret()}
    opened = await administrator.post("organisations", {**wish, "manager_email": mayor.email.upper()})
    assert opened.status_code == 201, opened.text
    (mine,) = (await mayor.get("me/memberships")).json()["items"]
    assert (mine["organisation_name"], mine["roles"]) == ("Ville imaginaire", ["manager", "member"])
    assert (await administrator.get("me/memberships")).json()["items"] == []

    alone = await administrator.post("organisations", {**wish, "siret": new_siret()})
    assert (await administrator.get(f"{alone.headers['location']}/memberships")).json()["items"] == []


async def test_an_unknown_first_manager_opens_nothing(directory: Running) -> None:
    administrator, siret = await an_administrator(directory), new_siret()
    wish = {"kind": "commune", "name": "Ville imaginaire", "siret": siret, "manager_email": new_email()}
    refused = await administrator.post("organisations", wish)
    assert (refused.status_code, problem(refused)) == (409, "account-unknown")
    assert await directory.rows("SELECT 1 FROM organisations WHERE siret = %(siret)s", siret=siret) == []


async def test_a_manager_changes_what_was_sent_and_nothing_else(directory: Running) -> None:
    citizen = await a_citizen(directory)
    organisation = await an_association(citizen, address=ADDRESS, legal_representative=REPRESENTATIVE)
    changed = await citizen.patch(
        organisation["path"], {"name": "Régie nouvelle", "legal_representative": None}, organisation["etag"]
    )
    assert changed.status_code == 200, changed.text
    expected = {"name": "Régie nouvelle", "legal_representative": None, "version": 2}
    assert changed.json() == {k: v for k, v in organisation.items() if k not in {"etag", "path"}} | expected
    assert changed.headers["etag"] == '"2-full"'
    assert [event["data"]["version"] for event in await events_about(directory, organisation["id"])] == [1, 2]

    journal = await directory.rows("SELECT * FROM journal_lines WHERE resource_id = %(id)s ORDER BY id", id=organisation["id"])
    assert [line["act"] for line in journal] == ["membership.added", "organisation.opened", "organisation.changed"]
    changes = journal[-1]["changes"]
    assert changes["name"] == ["Régie Ozanam", "Régie nouvelle"]
    assert changes["representative_name"] is None
    assert "Benali" not in str(journal)


async def test_changes_need_the_version_that_was_read(directory: Running) -> None:
    citizen = await a_citizen(directory)
    organisation = await an_association(citizen)
    assert problem(await citizen.call("PATCH", organisation["path"], {"name": "Autre"})) == "precondition-required"
    for tag in ('"7-full"', '"abc"', "*"):
        assert problem(await citizen.patch(organisation["path"], {"name": "Autre"}, tag)) == "stale-version"
    for body in ({"name": None}, {"name": ""}, {"kind": "state"}, {"version": 9}):
        assert (await citizen.patch(organisation["path"], body, organisation["etag"])).status_code == 422
    unidentified = await citizen.patch(organisation["path"], {"siret": None}, organisation["etag"])
    assert (unidentified.status_code, problem(unidentified)) == (409, "identifier-required")


async def test_only_managers_and_administrators_change_it(directory: Running) -> None:
    citizen, member, stranger = [await a_citizen(directory) for _ in range(3)]
    organisation = await an_association(citizen)
    await citizen.post(f"{organisation['path']}/memberships", {"email": member.email, "roles": ["member", "signatory"]})
    for other in (member, stranger):
        refused = await other.patch(organisation["path"], {"name": "Prise"}, organisation["etag"])
        assert (refused.status_code, problem(refused)) == (403, "forbidden")
    administrator = await an_administrator(directory)
    assert (await administrator.patch(organisation["path"], {"name": "Corrigée"}, organisation["etag"])).status_code == 200


async def test_the_contrat_engagement_republicain_is_signed_by_who_may(directory: Running) -> None:
    manager, signatory, member, stranger = [await a_citizen(directory) for _ in range(4)]
    organisation = await an_association(manager)
    cer = f"{organisation['path']}/cer"
    await manager.post(f"{organisation['path']}/memberships", {"email": signatory.email, "roles": ["signatory"]})
    await manager.post(f"{organisation['path']}/memberships", {"email": member.email, "roles": ["member"]})
    today = directory.clock.now().date().isoformat()
    for other in (member, stranger, await an_administrator(directory)):
        refused = await other.post(cer, {"signed_on": today, "signatory_name": "Quelqu'un"})
        assert (refused.status_code, problem(refused)) == (403, "forbidden")
    signed = await signatory.post(cer, {"signed_on": today, "signatory_name": "Nadia Benali"})
    assert signed.status_code == 200, signed.text
    assert (signed.json()["cer_signed_on"], signed.json()["version"]) == (today, 2)
    assert (await stranger.get(organisation["path"])).json()["cer_signed_on"] == today
    assert (await events_about(directory, organisation["id"]))[-1]["data"]["cer_signed_on"] == today
    for wrong in ("2021-12-31", "2999-01-01"):
        refused = await manager.post(cer, {"signed_on": wrong, "signatory_name": "Nadia Benali"})
        assert (refused.status_code, problem(refused)) == (409, "cer-refused")


async def test_a_company_does_not_sign_it(directory: Running) -> None:
    citizen = await a_citizen(directory)
    opened = await citizen.post("organisations", {"kind": "company", "name": "SARL", "siret": new_siret()})
    today = directory.clock.now().date().isoformat()
    refused = await citizen.post(f"{opened.headers['location']}/cer", {"signed_on": today, "signatory_name": "Nadia"})
    assert (refused.status_code, problem(refused)) == (409, "cer-refused")


async def test_organisations_are_found_by_words_numbers_and_kinds(directory: Running) -> None:
    citizen = await a_citizen(directory)
    school = await citizen.post("organisations", {"kind": "school", "name": "École Œuvre d'été", "siret": new_siret()})
    club = await citizen.post("organisations", {"kind": "association", "name": "Club d'Été 100%_vrai", "siret": new_siret()})
    ids = [school.json()["id"], club.json()["id"]]

    async def found(query: str) -> list[str]:
        answer = await citizen.get(f"organisations?{query}")
        assert answer.status_code == 200, answer.text
        return [item["id"] for item in answer.json()["items"] if item["id"] in ids]

    assert await found("q=ete") == [ids[1], ids[0]]
    assert await found("q=oeuvre+ECOLE") == [ids[0]]
    assert await found("q=été&kind=association") == [ids[1]]
    assert await found("q=été&kind=association&kind=school") == [ids[1], ids[0]]
    assert await found(f"q={club.json()['siret']}") == [ids[1]]
    assert await found("q=100%25_vrai") == [ids[1]]
    assert await found("q=%25") == [ids[1]]
    assert (await citizen.get("organisations?kind=club")).status_code == 422
    assert (await citizen.get("organisations?q=%00")).status_code == 422
    assert (await directory.client.get("/directory/v1/organisations")).status_code == 401


async def test_a_long_list_is_turned_page_by_page(directory: Running) -> None:
    citizen = await a_citizen(directory)
    for n in range(5):
        await citizen.post(
            "organisations", {"kind": "company", "name": "Pagination" if n < 3 else f"Pagination {n}", "siret": new_siret()}
        )
    names, cursor, seen = [], "", set()
    while True:
        answer = await citizen.get(f"organisations?q=pagination&limit=2{cursor}")
        names += [item["name"] for item in answer.json()["items"]]
        seen |= {item["id"] for item in answer.json()["items"]}
        if answer.json()["next"] is None:
            break
        assert 'rel="next"' in answer.headers["link"]
        cursor = f"&cursor={answer.json()['next']}"
    assert names == ["Pagination"] * 3 + ["Pagination 3", "Pagination 4"]
    assert len(seen) == 5
    assert problem(await citizen.get(f"organisations?q=autre{cursor}")) == "invalid-cursor"


async def test_the_same_opening_sent_twice_is_one(directory: Running) -> None:
    citizen = await a_citizen(directory)
    wish = {"kind": "company", "name": "Une fois", "siret": new_siret()}
    key = {"Idempotency-Key": "ouvrir-une-fois"}
    first = await citizen.call("POST", "organisations", wish, **key)
    second = await citizen.call("POST", "organisations", wish, **key)
    assert first.status_code == second.status_code == 201
    assert first.json() == second.json()
    assert second.headers["etag"] == first.headers["etag"]


async def test_nobody_is_written_to_when_an_act_is_refused(directory: Running) -> None:
    citizen = await a_citizen(directory)
    organisation = await an_association(citizen)
    before = len(await directory.jobs("kernel:send_mail"))
    await citizen.post(f"{organisation['path']}/memberships", {"email": new_email(), "roles": ["member"]})
    await post(directory, "password-resets", email=new_email())
    assert len(await directory.jobs("kernel:send_mail")) == before
    assert await mails_to(directory, "nobody@example.org") == []
