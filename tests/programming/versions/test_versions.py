"""A dossier as it was sent: read, printed, compared with what it became; and last year's dossier as this year's draft."""

import base64
import hashlib
from typing import Any

import pypdfium2
import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from services.programming.dossiers.models import Submission
from services.programming.versions import documents
from tests.programming.papers import PDF, funder
from tests.programming.permanent_files.papers import keep, pdf
from tests.programming.world import World

pytestmark = pytest.mark.anyio


def words(content: bytes) -> str:
    read = pypdfium2.PdfDocument(content)
    try:
        return "\n".join(page.get_textpage().get_text_range() for page in read)
    finally:
        read.close()


async def resubmitted(world: World, dossier_id: str, **changed: Any) -> None:
    """What a submission that answers a request for changes leaves: a second snapshot."""
    async with world.running.resources.database.transaction() as session:
        await _again(session, dossier_id, changed, world)


async def _again(session: AsyncSession, dossier_id: str, changed: dict[str, Any], world: World) -> None:
    (row,) = await world.running.rows("SELECT * FROM submissions WHERE dossier_id = %(id)s", id=dossier_id)
    snapshot = {**row["snapshot"], **changed}
    same = {name: row[name] for name in ("dossier_id", "reference", "submitted_by", "signatory_name", "signatory_function")}
    session.add(Submission(**same, number=2, submitted_at=world.running.clock.now(), snapshot=snapshot))


async def test_each_submission_is_read_and_compared_by_those_who_see_the_dossier(world: World) -> None:
    dossier = await world.submitted()
    where = f"/dossiers/{dossier['id']}"
    (first,) = await world.pages(world.holder, f"{where}/submissions")
    assert (first["number"], first["reference"], first["document_ready"]) == (1, dossier["reference"], False)
    kept = (await world.call(world.team, "GET", f"{where}/submissions/1", expect=200)).json()["dossier"]
    assert kept["title"] == dossier["title"]
    assert kept["attachments"][0]["sha256"] == hashlib.sha256(PDF).hexdigest()
    assert "key" not in kept["attachments"][0]
    nothing = (await world.call(world.holder, "GET", f"{where}/comparison", params={"from": 1}, expect=200)).json()
    assert (nothing["until"], nothing["differences"]) == (None, [])

    content = {**kept["content"], "need": "Apprendre le français tout près de chez soi."}
    budget = {**kept["budget"], "charges": [{"account": "64", "label": "Salaires", "amount_cents": 1_600_000}]}
    changed = {"content": content, "budget": budget, "charges_cents": 1_600_000, "qpv_codes": []}
    await resubmitted(world, dossier["id"], **changed)
    asked = {"from": 1, "to": 2}
    found = (await world.call(world.state_officer, "GET", f"{where}/comparison", params=asked, expect=200)).json()
    assert [(one["pointer"], one["label"], one["change"], one["shape"]) for one in found["differences"]] == [
        ("/qpv_codes/0", "Quartier prioritaire", "removed", "value"),
        ("/content/need", "Besoin", "changed", "text"),
        ("/budget/charges/0", "Charge 64 – Salaires", "changed", "money"),
    ]
    text, money = found["differences"][1:]
    assert [part["text"] for part in text["hunks"][0]["parts"] if part["op"] == "added"]
    assert (money["before"]["amount_cents"], money["after"]["amount_cents"]) == (1_500_000, 1_600_000)
    assert found["charges_delta_cents"] == 100_000
    english = await world.call(world.holder, "GET", f"{where}/comparison", params=asked, headers={"Accept-Language": "en"})
    assert english.json()["differences"][1]["label"] == "Need"
    assert [one["number"] for one in await world.pages(world.holder, f"{where}/submissions", limit=1)] == [2, 1]

    for reader in (world.state_officer, world.team):
        await world.refused(reader, "GET", f"{where}/comparison", 403, "holder-only-comparison", params={"from": 1})
    for number in (3, 0):
        answer = await world.call(world.holder, "GET", f"{where}/submissions/{number}")
        assert answer.status_code in {404, 422}
    await world.refused(world.holder, "GET", f"{where}/comparison", 404, "not-found", params={"from": 1, "to": 9})
    for path in ("submissions", "submissions/1", "submissions/1/document", "comparison?from=1&to=2", "changes-since-renewal"):
        await world.refused(world.stranger, "GET", f"{where}/{path}", 404, "not-found")
        await world.refused(world.region_officer, "GET", f"{where}/{path}", 404, "not-found")


async def test_a_dossier_is_printed_once_as_it_was_sent(world: World) -> None:
    content = world.content()
    content["title"] = "Ateliers 🎨 sociolinguistiques"
    content["content"]["need"] = "Collé de Word\x0b\x07\u202e.\r\n\r\nتعلم اللغة\n" + "x" * 300
    content["budget"]["charges"] = [{"account": f"6{i % 9}", "label": f"Charge {i}", "amount_cents": 37_500} for i in range(40)]
    dossier = await world.submitted_with(content)
    where = f"/dossiers/{dossier['id']}/submissions/1/document"
    waiting = await world.refused(world.holder, "GET", where, 409, "submission-document-not-ready")
    assert waiting["title"] == "Le document est en préparation"
    await world.running.run_jobs()
    got = await world.call(world.state_officer, "GET", where, expect=200)
    assert got.headers["content-type"] == "application/pdf"
    assert got.headers["content-digest"] == f"sha-256=:{base64.b64encode(hashlib.sha256(got.content).digest()).decode()}:"
    text = words(got.content)
    for said in (
        dossier["reference"],
        "dépôt n° 1",
        "Les Ateliers imaginaires",
        "W119000001",
        "Camille Exemple",
        "La Conte – Ozanam",
        "Réussir l'éducation",
        "Charge 39",
        "15 000",
        "Bénévolat",
        "Ligne p147",
        "Statuts signés",
        hashlib.sha256(PDF).hexdigest(),
        "contrat d'engagement républicain",
        "[émoji]",
    ):
        assert said in text.replace("’", "'").replace("\u202f", " ").replace("\xa0", " "), said
    part = await world.call(world.team, "GET", where, headers={"Range": "bytes=0-4"}, expect=206)
    assert part.content == b"%PDF-"
    async with world.running.resources.database.transaction() as session:
        await documents.write_missing(session, now=world.running.clock.now())
    await world.running.run_jobs()
    again = await world.call(world.holder, "GET", where, expect=200)
    assert again.content == got.content, "made once, kept"


async def test_recent_submissions_are_printed_without_being_asked_for(world: World) -> None:
    dossier = await world.submitted()
    async with world.running.resources.database.transaction() as session:
        await documents.write_missing(session, now=world.running.clock.now())
    await world.running.run_jobs()
    await world.call(world.holder, "GET", f"/dossiers/{dossier['id']}/submissions/1/document", expect=200)


async def test_last_years_dossier_is_this_years_draft(world: World) -> None:
    former = await world.submitted()
    kept = await keep(world, "statuts", pdf("1"))
    await world.prepare_campaign(year=world.running.clock.now().year + 1, funders=False)
    for organisation_id, name, lines in world._funders({}):
        if organisation_id != world.caf:
            wish = funder(organisation_id, name, lines)
            await world.call(world.team, "POST", f"/campaigns/{world.campaign_id}/funders", json=wish, expect=201)
    await world.act("opening")
    wish = {"campaign_id": world.campaign_id, "organisation_id": str(world.association), "renews_id": former["id"]}
    draft = (await world.call(world.helper, "POST", "/dossiers", json=wish, expect=201)).json()
    year = world.running.clock.now().year
    assert (draft["title"], draft["renewal"], draft["renews_id"]) == (former["title"], True, former["id"])
    assert draft["action_id"] == former["action_id"]
    assert (draft["status"], draft["reference"], draft["starts_on"]) == ("draft", None, f"{year + 1}-03-01")
    assert (draft["content"], draft["contact"]) == (former["content"], former["contact"])
    assert draft["budget"]["charges"] == former["budget"]["charges"]
    assert [one["funder_id"] for one in draft["requests"]] == [str(world.state)]
    assert draft["asked_cents"] == 800_000
    assert [one["permanent_file_id"] for one in draft["attachments"]] == [kept["id"]]

    where = f"/dossiers/{draft['id']}/changes-since-renewal"
    told = (await world.call(world.holder, "GET", where, expect=200)).json()
    assert told["renewed_reference"] == former["reference"]
    assert [note["code"] for note in told["notes"]] == [*["date_moved"] * 3, "request_gone", "budget_line_gone"]
    assert "4 000 €" in told["notes"][3]["detail"].replace("\u202f", " ").replace("\xa0", " ")
    assert {one["origin"] for one in told["differences"]} == {"renewal"}
    tag = await world.tag(draft["id"])
    patch = {"content": {"need": "Un besoin nouveau."}}
    await world.call(world.holder, "PATCH", f"/dossiers/{draft['id']}", json=patch, headers={"If-Match": tag}, expect=200)
    told = (await world.call(world.holder, "GET", where, expect=200)).json()
    assert [one["pointer"] for one in told["differences"] if one["origin"] == "holder"] == ["/content/need"]
    await world.refused(world.state_officer, "GET", where, 404, "not-found")
    balanced = {"budget": {"charges": [{"account": "64", "label": "Salaires", "amount_cents": 1_100_000}]}}
    tag = await world.tag(draft["id"])
    await world.call(world.holder, "PATCH", f"/dossiers/{draft['id']}", json=balanced, headers={"If-Match": tag}, expect=200)
    assert (await world.submit(draft["id"], await world.tag(draft["id"]))).status_code == 201
    seen = (await world.call(world.state_officer, "GET", where, expect=200)).json()
    assert len(seen["differences"]) >= len(told["differences"]), "a funder that sees both"
    await world.refused(world.holder, "GET", f"/dossiers/{former['id']}/changes-since-renewal", 409, "not-a-renewal")


async def test_only_ones_own_submitted_dossier_is_renewed(world: World) -> None:
    own_draft, _ = await world.draft(attach=False)
    submitted = await world.submitted()
    wish = {"campaign_id": world.campaign_id, "organisation_id": str(world.association), "renews_id": own_draft}
    await world.refused(world.holder, "POST", "/dossiers", 409, "renewal-refused", json=wish)
    theirs = {**wish, "organisation_id": str(world.neighbour), "renews_id": submitted["id"]}
    await world.refused(world.stranger, "POST", "/dossiers", 409, "renewal-refused", json=theirs)
    assert len(await world.pages(world.stranger, "/dossiers")) == 0, "nothing is half opened"
