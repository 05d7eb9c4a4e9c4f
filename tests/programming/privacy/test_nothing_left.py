"""Whatever a person did, wherever they were named: once they are erased, no table says who they were. Acts and money stay."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.common.personal_data import Who
from services.common.texts import fold
from services.programming import schema
from services.programming.app import SERVICE
from services.programming.personal import masked
from services.programming.privacy import service
from services.programming.settings import Settings
from tests import programming
from tests.conftest import Databases
from tests.contract import authorisation
from tests.programming.permanent_files.papers import keep
from tests.programming.versions.test_versions import words
from tests.programming.world import World, fake_directory
from tests.support import open_service, settings_for

from .acts import erase, the_night_comes

pytestmark = pytest.mark.anyio

NAME, EMAIL = "Camille Exemple", "contact@ateliers.example.org"
_ORGANISATIONS: dict[UUID, dict[str, Any]] = {}


@pytest.fixture
async def world(databases: Databases, tmp_path_factory: pytest.TempPathFactory, anyio_backend: Any) -> AsyncIterator[World]:
    settings = settings_for(Settings, databases(SERVICE), tmp_path_factory.mktemp("nothing-left"))
    async with open_service(SERVICE, settings, apps={"directory": fake_directory(_ORGANISATIONS)}) as running:
        world = World(running, _ORGANISATIONS)
        await world.open()
        yield world


async def lived(world: World) -> dict[str, str]:
    """A dossier that went the whole road, and all that rooms keep of those who walked it."""
    dossier = await world.reviewed(state=8_000, caf=4_000)
    committee_id = await world.convene(dossier["id"])
    where = f"/committees/{committee_id}"
    around = [
        {"organisation_id": str(world.state), "name": "État", "presence": "present"},
        {"organisation_id": str(world.caf), "name": "CAF", "presence": "present"},
        {"organisation_id": str(world.association), "name": "Les Ateliers", "presence": "present", "voting": False, "person": NAME},
    ]
    await world.change(world.team, "PUT", f"{where}/attendance", of=where, json={"members": around}, expect=200)
    out = {"organisation_id": str(world.association), "person": NAME, "interest": f"{NAME} préside l'association."}
    await world.call(world.team, "POST", f"{where}/dossiers/{dossier['id']}/deports", json=out, expect=201)
    for officer, funder in ((world.state_officer, world.state), (world.caf_officer, world.caf)):
        request = world.request_of(dossier, funder)
        await world.decide(officer, committee_id, request["id"], outcome="granted", amount_cents=100_000)
    await world.close(committee_id)
    await world.change(world.team, "POST", f"{where}/minutes-signature", of=where, expect=201)
    for officer, funder in ((world.state_officer, world.state), (world.caf_officer, world.caf)):
        told = {"funder_id": str(funder)}
        await world.call(officer, "POST", f"/dossiers/{dossier['id']}/notifications", json=told, expect=201)
    await world.running.run_jobs()
    award = (await world.pages(world.state_officer, "/awards", dossier_id=dossier["id"]))[0]
    (first, _) = (await world.call(world.holder, "GET", f"/dossiers/{dossier['id']}/notifications", expect=200)).json()["items"]
    (review, *_) = (await world.call(world.state_officer, "GET", "/reviews", params={"dossier_id": dossier["id"]})).json()["items"]
    ids = {
        "contract_id": world.contract_id,
        "campaign_id": world.campaign_id,
        "dossier_id": dossier["id"],
        "attachment_id": dossier["attachments"][0]["id"],
        "review_id": review["id"],
        "committee_id": committee_id,
        "request_id": world.request_of(dossier, world.state)["id"],
        "notification_id": first["id"],
        "award_id": award["id"],
        "funder_id": str(world.state),
        "code": "p147",
    }
    for room in authorisation.rooms(programming):
        if room.__name__.split(".")[-2] not in {"privacy", "webhooks"}:
            ids |= await room.prepare(world, ids)
    await keep(world, "rib", name=f"RIB de {NAME.replace(' ', '_')}.pdf")
    other = {"year": 2027, "funder_name": "Fondation fictive", "asked_cents": 100_000, "purpose": f"Poste de {NAME.upper()}"}
    await world.call(world.holder, "POST", f"/organisations/{world.association}/declared-subsidies", json=other, expect=201)
    await world.call(world.holder, "POST", f"/dossiers/{dossier['id']}/messages", json=_message(world), expect=201)
    await world.running.run_jobs()
    return ids


def _message(world: World) -> dict[str, Any]:
    return {"kind": "holder", "organisation_id": str(world.state), "text": f"Merci de votre retour.\n{NAME}, {EMAIL}"}


async def naming(world: World) -> dict[str, int]:
    """Tables in which rows say their name or address, those of the queue of jobs left out: mails go a month after they left."""
    found = {}
    for table in schema.metadata.tables:
        sql = f"SELECT count(*) AS n FROM {table} AS t WHERE to_jsonb(t)::text ILIKE ANY(%(words)s)"  # noqa: S608 - our own tables
        (row,) = await world.running.rows(sql, words=[f"%{NAME}%", f"%{NAME.replace(' ', '_')}%", f"%{EMAIL}%"])
        if row["n"]:
            found[table] = row["n"]
    return found


async def printed(world: World) -> dict[str, str]:
    """The words of each PDF the platform drew."""
    files = world.running.resources.files
    keys = [
        key
        async for key, _ in files.listing()
        if key.startswith(("dossier-", "bilan-", "letter-", "correction-", "session-paper-"))
    ]
    return {key: words(await files.read(key)) for key in keys}


async def size(world: World) -> dict[str, int]:
    """Rows of each table."""
    found = {}
    for table in schema.metadata.tables:
        (row,) = await world.running.rows(f"SELECT count(*) AS n FROM {table}")  # noqa: S608 - our own tables
        found[table] = row["n"]
    return found


async def mails(world: World) -> int:
    return len([job for job in await world.running.jobs("kernel:send_mail") if job["args"]["to"] == EMAIL])


async def test_no_table_nor_paper_says_who_they_were_and_every_act_stays(world: World) -> None:
    ids = await lived(world)
    who = Who(world.holder.account_id, EMAIL, NAME, (world.association,))
    async with world.running.resources.database.readers.connection() as reader:
        held = await service.export(world.running.resources, reader, who)
    assert {room for room, rows in held.items() if rows} >= {
        *("acts", "notifications", "cpos", "conversations", "dossiers", "permanent_files", "other_subsidies")
    }
    before, papers, rows, sent = await naming(world), await printed(world), await size(world), await mails(world)
    assert before.keys() >= {
        *("dossiers", "submissions", "bilan_submissions", "committees", "deports", "session_papers", "cpos", "cpo_funders"),
        *("agreement_texts", "agreement_signatures", "permanent_files", "declared_subsidies", "conversation_messages"),
        *("notifications", "notification_corrections"),
    }
    assert {key.split("-")[0] for key, said in papers.items() if NAME in said} == {
        "dossier",
        "bilan",
        "letter",
        "correction",
        "session",
    }
    money = await world.running.rows("SELECT id, granted_cents, status FROM awards ORDER BY id")
    award = f"/awards/{ids['award_id']}"
    seen = (await world.call(world.state_officer, "GET", award, expect=200)).json()

    await erase(world, world.holder, world.association)
    await world.running.run_jobs()
    # The State's signatory is a namesake; the signed text is the contract itself, kept whole as long as the law keeps it.
    after = await naming(world)
    assert after == {"agreement_texts": 1, "agreement_signatures": 1, "cpo_funders": before["cpo_funders"]}
    again = await printed(world)
    assert again.keys() == papers.keys()
    assert {key for key, said in again.items() if NAME in said or EMAIL in said} == set()
    assert {table: n for table, n in rows.items() if n != (await size(world))[table]}.keys() <= {
        *("sealed_signatures", "erasures", "outbox_events", "inbox_events", "journal_lines")
    }
    assert await mails(world) == sent, "nobody is told twice"
    assert await world.running.rows("SELECT id, granted_cents, status FROM awards ORDER BY id") == money
    assert (await world.call(world.state_officer, "GET", award, expect=200)).json() == seen
    sealed = await world.running.rows("SELECT changes FROM journal_lines WHERE act = 'committee.minutes_sealed' ORDER BY id")
    assert len({line["changes"]["sha256"] for line in sealed}) == len(sealed) == 2, (
        "both printings of the signed minutes are on record"
    )
    where = f"/dossiers/{ids['dossier_id']}/submissions/1/document"
    assert NAME not in words((await world.call(world.state_officer, "GET", where, expect=200)).content)
    async with world.running.resources.database.readers.connection() as reader:
        held = await service.export(world.running.resources, reader, who)
    assert NAME not in str(held["dossiers"]) + str(held["bilans"]) + str(held["conversations"]) + str(held["committees"])


async def test_twenty_years_later_nobody_is_named_whether_they_asked_or_not(world: World) -> None:
    await lived(world)
    assert len(await naming(world)) > 10
    world.running.clock.forward(days=20 * 366)
    await the_night_comes(world)
    await world.running.run_jobs()
    left = await naming(world)
    # What organisations wrote in their own words, and how they call their files, is theirs to keep.
    assert left == {"conversation_messages": 1, "permanent_files": 1, "declared_subsidies": 1}
    for key, said in (await printed(world)).items():
        assert NAME not in said, key
    lines = await world.running.rows("SELECT rule, count FROM erasures ORDER BY number DESC LIMIT 4")
    assert {line["rule"] for line in lines if line["count"]} == {"seated", "signatures", "contacts"}
    await the_night_comes(world)
    lines = await world.running.rows("SELECT rule, count FROM erasures ORDER BY number DESC LIMIT 4")
    assert not any(line["count"] for line in lines), lines


async def test_a_secret_address_of_a_calendar_serves_nobody_once_its_person_is_erased(world: World) -> None:
    feed = f"/campaigns/{world.campaign_id}/retroplanning/feed"
    url = (await world.call(world.team, "POST", feed, expect=201)).json()["url"].removeprefix("http://canevas.test")
    await world.call(None, "GET", url, expect=200)
    who = Who(world.team.account_id, "equipe@agglo.example.org", "Nadège Imaginaire", (world.lead,))
    async with world.running.resources.database.readers.connection() as reader:
        held = await service.export(world.running.resources, reader, who)
    assert [str(row["campaign_id"]) for row in held["retroplanning"]] == [world.campaign_id]
    await erase(world, world.team, world.lead, email=who.email, name=who.full_name)
    await world.call(None, "GET", url, expect=404)


NAMED = Who(uuid4(), EMAIL, "Camille Éxemple")


@given(
    st.text(max_size=30), st.text(max_size=30), st.sampled_from(["Camille Exemple", "EXEMPLE Camille", "camille_exemple", EMAIL])
)
def test_a_name_goes_out_of_a_sentence_and_the_sentence_stays(before: str, after: str, said: str) -> None:
    found = masked(f"{before} {said} {after}", NAMED)
    assert "camille exemple" not in fold(found)
    assert masked(found, NAMED) == found
    if not {"camille", "exemple", "contact@"} & set(fold(before + " " + after).split()):
        assert before.strip() in found
        assert after.strip() in found


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("CV_Camille_Exemple.pdf", "CV_Personne effacée.pdf"),
        ("État, CAMILLE  exemple (lien familial)", "État, Personne effacée (lien familial)"),
        ("Camille Exemplebis et Camille", "Camille Exemplebis et Camille"),
        ("Écrire à Contact@Ateliers.example.org.", "Écrire à [adresse effacée]."),
        ("autre-contact@ateliers.example.org", "autre-contact@ateliers.example.org"),
    ],
)
def test_what_goes_and_what_stays(said: str, left: str) -> None:
    assert masked(said, NAMED) == left


def test_one_word_is_too_little_of_a_name_but_for_the_whole_of_a_value() -> None:
    who = Who(uuid4(), EMAIL, "Camille")
    assert (masked("Camille est venue", who), masked("CAMILLE", who)) == ("Camille est venue", "Personne effacée")
