"""OAI-PMH 2.0: the six verbs, the errors, sets, dates, tokens; what is no longer everybody's, and what never was."""

from datetime import UTC, datetime, timedelta

import pytest

from services.catalogue.oai import service
from services.common.clock import in_paris
from tests.catalogue.oai.asking import ADDRESS, NS, ask, code, everything, identifiers, references, refusal, texts, token
from tests.catalogue.world import World

pytestmark = pytest.mark.anyio

OURS = {"verb": "ListIdentifiers", "metadataPrefix": "oai_dc"}


def seconds(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


async def centre_set(world: World) -> str:
    return "centre:" + str((await world.call(None, "GET", f"/centres/{world.centre_id}")).json()["code"])


def identifier(document: dict[str, str]) -> str:
    return f"oai:canevas.test:{document['reference']}"


async def test_the_repository_identifies_itself(world: World) -> None:
    await world.published()
    root = await ask(world, verb="Identify")
    assert texts(root, "o:Identify/o:baseURL") == ["http://canevas.test/catalogue/oai"]
    assert texts(root, "o:Identify/o:protocolVersion") == ["2.0"]
    assert texts(root, "o:Identify/o:deletedRecord") == ["persistent"]
    assert texts(root, "o:Identify/o:granularity") == ["YYYY-MM-DDThh:mm:ssZ"]
    assert texts(root, "o:Identify/o:adminEmail") == ["doc@centre.example"]
    (earliest,) = texts(root, "o:Identify/o:earliestDatestamp")
    headers = await everything(world)
    assert earliest <= min(header.findtext("o:datestamp", namespaces=NS) for header in headers)
    assert root.find("o:request", NS).attrib == {"verb": "Identify"}


async def test_a_document_is_described_in_dublin_core(world: World) -> None:
    other = await world.published("Autre")
    hidden = await world.published("Réservé", access="members")
    document = await world.published(
        "Les conseils citoyens\u202f: \u0085états",
        kind="video",
        subtitle="Des lieux",
        abstract="Un vertical\u000bici & <là>.",
        authors=[{"name": "Camille Exemple"}],
        organisations=[
            {"name": "Centre Exemple"},
            {"name": "Une université", "role": "partner"},
            {"name": "Un auteur collectif", "role": "author"},
        ],
        theme_codes=["participation"],
        territory_codes=["QP011002"],
        keywords=["démocratie"],
        licence="etalab-2.0",
        dated="2016-09",
        extent="12 min",
        identifiers=["ISBN 978-2-07-036024-6"],
        links=[{"url": "https://video.example/1", "label": "Voir"}],
        relations=[{"kind": "about", "target_id": other["id"]}, {"kind": "about", "target_id": hidden["id"]}],
    )
    root = await ask(world, verb="GetRecord", metadataPrefix="oai_dc", identifier=identifier(document))
    dc = root.find("o:GetRecord/o:record/o:metadata/d:dc", NS)
    said = {name: texts(dc, f"dc:{name}") for name in {child.tag.rpartition("}")[2] for child in dc}}
    link = f"http://canevas.test/catalogue/d/{document['reference']}"
    assert said["title"][1:] == ["Des lieux"]
    assert said["description"] == ["Un verticalici & <là>."]
    assert said["creator"] == ["Camille Exemple"]
    assert said["subject"] == ["Participation des habitants", "démocratie"]
    assert said["publisher"] == ["Centre Exemple"]
    assert said["contributor"] == ["Un auteur collectif", "Une université"]
    assert said["date"] == ["2016-09"]
    assert said["type"] == ["Vidéo", "MovingImage"]
    assert said["format"] == ["12 min"]
    assert said["identifier"] == [link, document["reference"], "ISBN 978-2-07-036024-6"]
    assert said["language"] == ["fr"]
    # What is kept for members is not even named.
    assert said["relation"] == [f"http://canevas.test/catalogue/d/{other['reference']}", "https://video.example/1"]
    assert said["coverage"] == ["La Conte – Ozanam"]
    assert said["rights"] == [
        "Licence Ouverte / Open Licence 2.0",
        "https://www.etalab.gouv.fr/licence-ouverte-open-licence",
    ]
    sets = texts(root, ".//o:header/o:setSpec")
    assert sets == [await centre_set(world), "kind:video", "theme:lien-social", "theme:lien-social:participation"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({}, "badVerb"),
        ({"verb": "Delete"}, "badVerb"),
        ({"verb": "Identify", "identifier": "x"}, "badArgument"),
        ({"verb": "ListRecords"}, "badArgument"),
        ({"verb": "GetRecord", "metadataPrefix": "oai_dc"}, "badArgument"),
        ({"verb": "GetRecord", "metadataPrefix": "oai_dc", "identifier": "\u0001"}, "badArgument"),
        ({"verb": "ListRecords", "metadataPrefix": "marc21"}, "cannotDisseminateFormat"),
        ({"verb": "GetRecord", "metadataPrefix": "oai_dc", "identifier": "oai:canevas.test:NONE-2026-0001"}, "idDoesNotExist"),
        ({"verb": "GetRecord", "metadataPrefix": "oai_dc", "identifier": "oai:ailleurs.test:X"}, "idDoesNotExist"),
        ({"verb": "ListMetadataFormats", "identifier": "oai:canevas.test:NONE-2026-0001"}, "idDoesNotExist"),
        ({"verb": "ListRecords", "resumptionToken": "made-up"}, "badResumptionToken"),
        ({"verb": "ListRecords", "resumptionToken": "made-up", "metadataPrefix": "oai_dc"}, "badArgument"),
        ({"verb": "ListSets", "resumptionToken": "made-up"}, "badResumptionToken"),
        ({**OURS, "from_": "2026-13-01"}, "badArgument"),
        ({**OURS, "from_": "hier"}, "badArgument"),
        ({**OURS, "from_": "2026-01-01", "until": "2026-01-02T00:00:00Z"}, "badArgument"),
        ({**OURS, "from_": "2026-01-02", "until": "2026-01-01"}, "badArgument"),
        ({**OURS, "until": "1999-01-01"}, "noRecordsMatch"),
        ({**OURS, "from_": "2999-01-01"}, "noRecordsMatch"),
        ({**OURS, "until": "0001-01-01", "from_": "0001-01-01"}, "noRecordsMatch"),
        ({**OURS, "set": "kind:newsletter"}, "noRecordsMatch"),
        ({**OURS, "set": "theme:participation"}, "noRecordsMatch"),
        ({**OURS, "set": "é"}, "badArgument"),
    ],
)
async def test_each_error_has_its_code(shared_world: World, arguments: dict[str, str], expected: str) -> None:
    assert await refusal(shared_world, **arguments) == expected


async def test_a_repeated_argument_is_refused_and_bad_requests_are_not_echoed(world: World) -> None:
    answer = await world.call(None, "GET", ADDRESS + "?verb=ListSets&verb=Identify", expect=200)
    assert b"badVerb" in answer.content
    answer = await world.call(None, "GET", ADDRESS + "?verb=ListRecords&metadataPrefix=oai_dc&metadataPrefix=oai_dc", expect=200)
    assert b"badArgument" in answer.content
    assert b'metadataPrefix="' not in answer.content


async def test_a_form_is_answered_like_an_address(world: World) -> None:
    await world.published()
    by_form = await world.call(None, "POST", ADDRESS, data={**OURS, "set": await centre_set(world)}, expect=200)
    by_address = await world.call(None, "GET", ADDRESS, params={**OURS, "set": await centre_set(world)}, expect=200)
    assert by_form.content == by_address.content
    nothing = await world.call(None, "POST", ADDRESS, json={"verb": "Identify"}, expect=200)
    assert b"badVerb" in nothing.content


async def test_sets_are_listed_and_keep_what_they_say(world: World) -> None:
    mine = await centre_set(world)
    citizens = await world.published("Conseils", kind="study", theme_codes=["participation"])
    rights = await world.published(
        "Droits", kind="video", theme_codes=["acces-aux-droits"], links=[{"url": "https://v.example/", "label": "V"}]
    )
    bare = await world.published("Sans thème")
    listed = texts(await ask(world, verb="ListSets"), ".//o:setSpec")
    assert {mine, "kind:study", "theme", "theme:lien-social", "theme:lien-social:participation"} <= set(listed)
    assert references(await everything(world, set=mine)) == [each["reference"] for each in (citizens, rights, bare)]
    assert citizens["reference"] in references(await everything(world, set="theme:lien-social:participation"))
    assert rights["reference"] not in references(await everything(world, set="theme:lien-social:participation"))
    both = references(await everything(world, set="theme:lien-social"))
    assert {citizens["reference"], rights["reference"]} <= set(both)
    assert bare["reference"] not in references(await everything(world, set="theme"))
    assert rights["reference"] in references(await everything(world, set="kind:video"))


async def test_what_never_was_everybody_s_does_not_exist(world: World) -> None:
    draft = await world.draft()
    members = await world.published(access="members")
    withdrawn = await world.published(access="members")
    await world.withdraw(withdrawn)
    tomorrow = (in_paris(world.running.clock.now()) + timedelta(days=2)).date().isoformat()
    embargoed = await world.published(embargo_until=tomorrow)
    given_to_members = await world.published(embargo_until=tomorrow)
    await world.write(given_to_members, access="members", embargo_until=None)
    await world.publish(given_to_members)
    for document in (draft, members, withdrawn, embargoed, given_to_members):
        asked = {"verb": "GetRecord", "metadataPrefix": "oai_dc", "identifier": identifier(document)}
        assert await refusal(world, **asked) == "idDoesNotExist", document["reference"]
    assert code(await ask(world, **OURS, set=await centre_set(world))) == "noRecordsMatch"


async def test_an_embargo_ends_for_harvesters_when_it_does_for_readers(world: World) -> None:
    clock = world.running.clock
    before = clock.now()
    tomorrow = (in_paris(before) + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    document = await world.published(embargo_until=tomorrow.date().isoformat())
    try:
        clock.at = tomorrow
        (header,) = (await ask(world, verb="GetRecord", metadataPrefix="oai_dc", identifier=identifier(document))).findall(
            ".//o:header", NS
        )
        assert header.findtext("o:datestamp", namespaces=NS) == seconds(tomorrow)
    finally:
        clock.at = before


async def test_what_is_withdrawn_or_kept_for_members_is_deleted_from_then_on(world: World) -> None:
    mine = await centre_set(world)
    clock = world.running.clock
    withdrawn = await world.published("Retiré", theme_codes=["participation"])
    closed = await world.published("Fermé")
    again = await world.published("De nouveau sous embargo")
    at = seconds(clock.forward(seconds=90))
    await world.withdraw(withdrawn)
    await world.write(closed, access="members", theme_codes=["habitat"])
    await world.publish(closed)
    await world.write(again, embargo_until=(in_paris(clock.now()) + timedelta(days=3)).date().isoformat())
    await world.publish(again)
    gone = [each["reference"] for each in (withdrawn, closed, again)]
    headers = await everything(world, set=mine, from_=at)
    assert sorted(references(headers, deleted=True)) == sorted(gone)
    assert {header.findtext("o:datestamp", namespaces=NS) for header in headers} == {at}
    record = await ask(world, verb="GetRecord", metadataPrefix="oai_dc", identifier=identifier(closed))
    assert record.find(".//o:metadata", NS) is None
    # Its new theme is for members to know.
    assert not [spec for spec in texts(record, ".//o:setSpec") if spec.startswith("theme")]
    assert withdrawn["reference"] in references(await everything(world, set="theme:lien-social:participation"), deleted=True)
    assert await refusal(world, verb="ListMetadataFormats", identifier=identifier(closed)) == "noMetadataFormats"
    # A change for members only is nobody else's business.
    clock.forward(seconds=60)
    await world.write(closed, title="Fermé, revu")
    await world.publish(closed)
    assert {header.findtext("o:datestamp", namespaces=NS) for header in await everything(world, set=mine)} == {at}
    # Everybody's again.
    back = clock.forward(seconds=60)
    await world.write(closed, access="public")
    await world.publish(closed)
    headers = await everything(world, set=mine, from_=seconds(back))
    assert references(headers) == [closed["reference"]]


async def test_dates_keep_both_ends_to_the_second_and_to_the_day(world: World) -> None:
    mine = await centre_set(world)
    clock = world.running.clock
    first = await world.published("Premier")
    one = clock.now()
    clock.forward(seconds=10)
    second = await world.published("Second")
    two = clock.now()
    assert references(await everything(world, set=mine, until=seconds(one))) == [first["reference"]]
    assert references(await everything(world, set=mine, from_=seconds(two))) == [second["reference"]]
    assert len(await everything(world, set=mine, from_=seconds(one), until=seconds(two))) == 2
    day = one.astimezone(UTC).date()
    assert references(await everything(world, set=mine, from_=day.isoformat(), until=two.astimezone(UTC).date().isoformat())) == [
        first["reference"],
        second["reference"],
    ]
    assert await refusal(world, **OURS, set=mine, until=(day - timedelta(days=1)).isoformat()) == "noRecordsMatch"


async def test_pages_follow_one_another_to_an_empty_token(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "PAGE", 2)
    mine = await centre_set(world)
    documents = [await world.published(f"Document {number}") for number in range(5)]
    root = await ask(world, **OURS, set=mine)
    first = root.find(".//o:resumptionToken", NS)
    assert (first.get("cursor"), first.get("completeListSize")) == ("0", "5")
    assert first.get("expirationDate") == seconds(world.running.clock.now() + timedelta(days=1))
    second = await ask(world, verb="ListIdentifiers", resumptionToken=token(root) or "")
    last = await ask(world, verb="ListIdentifiers", resumptionToken=token(second) or "")
    end = last.find(".//o:resumptionToken", NS)
    assert (end.get("cursor"), end.get("completeListSize"), end.text) == ("4", "5", None)
    found = [*identifiers(root), *identifiers(second), *identifiers(last)]
    assert found == [identifier(document) for document in documents]
    # A token belongs to its verb, is not to be altered, and dies within a day.
    assert await refusal(world, verb="ListRecords", resumptionToken=token(root) or "") == "badResumptionToken"
    assert await refusal(world, verb="ListIdentifiers", resumptionToken=(token(root) or "")[:-2]) == "badResumptionToken"
    before = world.running.clock.now()
    try:
        world.running.clock.forward(hours=24)
        assert await refusal(world, verb="ListIdentifiers", resumptionToken=token(root) or "") == "badResumptionToken"
    finally:
        world.running.clock.at = before
