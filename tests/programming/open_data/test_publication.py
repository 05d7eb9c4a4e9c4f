"""From the award to the published file, its history and its public addresses."""

import base64
import hashlib
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from services.common.clock import in_paris
from services.common.ids import new_id
from tests.programming.open_data.conftest import OPEN_DATA, Press
from tests.programming.open_data.papers import HOLDER_SIRET, STATE_SIRET, publisher
from tests.programming.papers import refusal
from tests.support import BASE_URL, member_of

pytestmark = pytest.mark.anyio


async def test_what_is_granted_is_published_and_what_is_refused_is_not(press: Press) -> None:
    world = press.world
    told = await world.awarded(state=8_000, caf=4_000, granted={"state": 6_000})
    await press.identify()
    made = await press.publish()
    assert (made["version"], made["rows"], made["left_out"], made["granted_cents"]) == (1, 1, 0, 600_000)
    (row,) = await press.file()
    assert row["referenceDecision"] == told["reference"]
    assert (row["idAttribuant"], row["idBeneficiaire"], row["montant"]) == (STATE_SIRET, HOLDER_SIRET, "6000")
    assert row["dateConvention"] == in_paris(world.running.clock.now()).date().isoformat()
    caf = f"/funders/{world.caf}"
    await world.call(world.caf_officer, "PUT", f"{caf}/publication", json=publisher(f"CAF {world.caf}"), expect=201)
    wish = {"json": {"year": press.year}}
    await world.refused(world.caf_officer, "POST", f"{caf}/publications", 409, "nothing-to-publish", **wish)


async def test_a_public_address_answers_as_harvesters_expect(press: Press) -> None:
    world = press.world
    await world.awarded(state=8_000)
    slug = (await press.identify())["slug"]
    made = await press.publish()
    where = f"{OPEN_DATA}/subventions/{slug}/{press.year}.csv"
    answer = await world.call(None, "GET", where, expect=200)
    digest = base64.b64encode(hashlib.sha256(answer.content).digest()).decode()
    assert answer.headers["etag"] == f'"{made["sha256"]}"'
    assert answer.headers["content-digest"] == f"sha-256=:{digest}:"
    assert answer.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert answer.headers["cache-control"] == "public, max-age=300"
    assert slug in answer.headers["content-disposition"]
    published_at = parsedate_to_datetime(answer.headers["last-modified"])
    assert abs(published_at - world.running.clock.now()) < timedelta(seconds=1)
    same = {"If-None-Match": answer.headers["etag"]}, {"If-Modified-Since": answer.headers["last-modified"]}
    for held in same:
        nothing = await world.call(None, "GET", where, headers=held, expect=304)
        assert (nothing.content, nothing.headers["access-control-allow-origin"]) == (b"", "*")
    for other in (
        {"If-None-Match": '"another"', "If-Modified-Since": answer.headers["last-modified"]},
        {"If-Modified-Since": "Sat, 01 Jan 2000 00:00:00 GMT"},
        {"If-Modified-Since": "yesterday"},
    ):
        await world.call(None, "GET", where, headers=other, expect=200)
    part = await world.call(None, "GET", where, headers={"Range": "bytes=0-12"}, expect=206)
    assert part.content == b"nomAttribuant"
    version = await world.call(None, "GET", made["url"].removeprefix(BASE_URL), expect=200)
    assert version.content == answer.content
    assert "immutable" in version.headers["cache-control"]
    for nowhere in (f"{slug}/{press.year - 1}.csv", f"{slug}/{press.year}/versions/2.csv", f"{new_id()}/{press.year}.csv"):
        refusal(await world.call(None, "GET", f"{OPEN_DATA}/subventions/{nowhere}"), 404, "not-found")


async def test_a_version_is_made_only_when_something_changed_and_every_version_stays(press: Press) -> None:
    award = (await press.world.awarded(state=8_000))["awards"]["state"]
    await press.identify()
    first = await press.publish()
    press.world.running.clock.forward(hours=1)
    assert (await press.publish(expect=200)) == first
    await press.amend(award["id"], 512_345)
    second = await press.publish()
    assert (second["version"], second["granted_cents"]) == (2, 512_345)
    assert [row["montant"] for row in await press.file()] == ["5123.45"]
    assert [row["montant"] for row in await press.file(first["url"].removeprefix(BASE_URL))] == ["8000"]
    history = await press.world.pages(None, f"{OPEN_DATA}/subventions/{press.funder}/{press.year}/versions", limit=1)
    assert [(item["version"], item["sha256"]) for item in history] == [(2, second["sha256"]), (1, first["sha256"])]


async def test_a_grant_amended_down_to_nothing_leaves_a_file_that_says_so(press: Press) -> None:
    award = (await press.world.awarded(state=8_000))["awards"]["state"]
    await press.identify()
    await press.publish()
    await press.amend(award["id"], 0)
    assert (await press.publish())["rows"] == 0
    assert await press.file() == []
    assert len(await press.file(f"{OPEN_DATA}/subventions/{press.funder}/{press.year}/versions/1.csv")) == 1


async def test_two_publications_at_the_same_instant_make_one_version(press: Press) -> None:
    await press.world.awarded(state=8_000)
    await press.identify()
    where, wish = f"/funders/{press.funder}/publications", {"json": {"year": press.year}}
    answers = await press.world.at_once([(press.world.state_officer, "POST", where, wish)] * 6)
    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [201]
    assert {answer.json()["version"] for answer in answers} == {1}
    assert len(await press.world.pages(None, f"{OPEN_DATA}/subventions/{press.funder}/{press.year}/versions")) == 1
    kept = list((press.world.running.resources.settings.data_dir / "files" / "programming").iterdir())
    digests = [hashlib.sha256(file.read_bytes()).hexdigest() for file in kept]
    assert digests.count(answers[0].json()["sha256"]) == 1, "what was written for nothing is discarded"


async def test_the_agreement_s_day_waits_for_its_signatures(press: Press) -> None:
    award = (await press.world.awarded(state=8_000))["awards"]["state"]
    await press.world.running.rows("UPDATE awards SET agreement_required = true WHERE id = %(id)s RETURNING id", id=award["id"])
    await press.identify()
    where, wish = f"/funders/{press.funder}/publications", {"json": {"year": press.year}}
    found = await press.world.refused(press.world.state_officer, "POST", where, 409, "nothing-to-publish", **wish)
    assert found["left_out"] == 1
    assert await press.gaps() == {award["id"]: ["agreement_unsigned"]}
    signed_at = press.world.running.clock.forward(days=20)
    set_day = "UPDATE awards SET agreed_at = %(at)s WHERE id = %(id)s RETURNING id"
    await press.world.running.rows(set_day, id=award["id"], at=signed_at)
    await press.publish()
    assert [row["dateConvention"] for row in await press.file()] == [in_paris(signed_at).date().isoformat()]


async def test_only_a_manager_of_the_funder_publishes(press: Press) -> None:
    world = press.world
    await world.awarded(state=8_000)
    await press.identify()
    where = f"/funders/{press.funder}"
    for who in (world.state_payer, world.state_signatory, member_of(world.state), world.caf_officer, world.team, world.holder):
        wish = {"json": {"year": press.year}}
        await world.refused(who, "POST", f"{where}/publications", 403, "not-for-you-to-publish", **wish)
        identity = {"json": publisher("À nous")}
        await world.refused(who, "PUT", f"{where}/publication", 403, "not-for-you-to-publish", **identity)
    for who in (world.caf_officer, world.team, world.holder):
        for path in ("publication", "publication/gaps", f"subventions.csv?year={press.year}"):
            await world.refused(who, "GET", f"{where}/{path}", 403, "not-for-you-to-publish")
    assert (await world.call(None, "POST", f"{where}/publications", json={"year": press.year})).status_code == 401


async def test_an_identity_comes_first_and_only_funders_have_one(press: Press) -> None:
    world = press.world
    where = f"/funders/{press.funder}"
    refusal(await world.call(world.state_officer, "GET", f"{where}/publication"), 404, "not-found")
    wish = {"json": {"year": press.year}}
    await world.refused(world.state_officer, "POST", f"{where}/publications", 409, "publisher-unknown", **wish)
    await world.refused(world.state_officer, "GET", f"{where}/subventions.csv?year={press.year}", 409, "publisher-unknown")
    ours: dict[str, Any] = {"json": publisher("Association")}
    refusal(await world.call(world.holder, "PUT", f"/funders/{world.association}/publication", **ours), 404, "not-found")
    for wrong in ({"siret": "11000001500014"}, {"siret": "110000015"}, {"contact_email": "nowhere"}, {"name": "a\nb"}):
        sent: dict[str, Any] = {"json": {**publisher("État"), **wrong}}
        found = refusal(await world.call(world.state_officer, "PUT", f"{where}/publication", **sent), 422, "malformed-request")
        assert [error["pointer"] for error in found["errors"]] == [f"/{next(iter(wrong))}"]


async def test_an_identity_changes_with_its_version_and_keeps_its_address(press: Press) -> None:
    world = press.world
    first = await press.identify(name="Préfecture de l'Aude", siret="110 000 015 00013")
    where = f"/funders/{press.funder}/publication"
    assert (first["slug"], first["siret"]) == ("prefecture-de-l-aude", STATE_SIRET)
    renamed = publisher("Direction départementale", licence="odbl-1.0")
    await world.refused(world.state_officer, "PUT", where, 428, "precondition-required", json=renamed)
    await world.refused(world.state_officer, "PUT", where, 412, "stale-version", json=renamed, headers={"If-Match": '"7"'})
    answer = await world.change(world.state_officer, "PUT", where, json=renamed, expect=200)
    assert (answer.json()["slug"], answer.json()["name"]) == ("prefecture-de-l-aude", "Direction départementale")
    namesake = await world.call(
        world.caf_officer, "PUT", f"/funders/{world.caf}/publication", json=publisher("Préfecture de l'Aude"), expect=201
    )
    assert namesake.json()["slug"] == f"prefecture-de-l-aude-{STATE_SIRET}"


async def test_the_funder_sees_the_file_before_it_is_published(press: Press) -> None:
    world = press.world
    await world.awarded(state=8_000)
    await press.identify()
    where = f"/funders/{press.funder}/subventions.csv"
    before = await world.call(member_of(world.state), "GET", where, params={"year": press.year}, expect=200)
    assert before.headers["cache-control"] == "private, no-store"
    assert "access-control-allow-origin" not in before.headers
    refusal(await world.call(None, "GET", f"{OPEN_DATA}/subventions/{press.funder}/{press.year}.csv"), 404, "not-found")
    await press.publish()
    after = await world.call(None, "GET", f"{OPEN_DATA}/subventions/{press.funder}/{press.year}.csv", expect=200)
    assert before.content == after.content
    empty = await world.call(world.state_officer, "GET", where, params={"year": press.year + 1}, expect=200)
    assert empty.content.count(b"\n") == 1


async def test_everything_published_is_in_one_public_list(press: Press) -> None:
    world = press.world
    await world.awarded(state=8_000, caf=4_000)
    await press.identify()
    await press.publish()
    caf = publisher(f"CAF imaginaire {world.caf}", licence="odbl-1.0")
    slug = (await world.call(world.caf_officer, "PUT", f"/funders/{world.caf}/publication", json=caf, expect=201)).json()["slug"]
    await world.call(world.caf_officer, "POST", f"/funders/{world.caf}/publications", json={"year": press.year}, expect=201)
    listed = {item["funder_id"]: item for item in await world.pages(None, f"{OPEN_DATA}/subventions", limit=1, year=press.year)}
    assert {press.funder, str(world.caf)} <= listed.keys()
    one = listed[str(world.caf)]
    assert one["url"] == f"{BASE_URL}{OPEN_DATA}/subventions/{slug}/{press.year}.csv"
    assert (one["licence"], one["rows"], one["granted_cents"]) == ("odbl-1.0", 1, 400_000)
    assert one["licence_url"].startswith("https://opendatacommons.org/")
    assert await world.pages(None, f"{OPEN_DATA}/subventions", year=2199) == []


async def test_every_publication_leaves_a_line_in_the_journal(press: Press) -> None:
    await press.world.awarded(state=8_000)
    await press.identify()
    made = await press.publish()
    await press.publish(expect=200)
    lines = await press.world.running.rows(
        "SELECT act, changes FROM journal_lines WHERE resource_id = %(id)s ORDER BY id", id=press.funder
    )
    assert [line["act"] for line in lines] == ["open_data.identified", "open_data.published"]
    assert lines[1]["changes"]["sha256"] == made["sha256"]
