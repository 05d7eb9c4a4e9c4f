"""Asked once: a document kept by an organisation is given to its drafts by reference, and stays where it was sent."""

import hashlib
from datetime import timedelta
from typing import Any

import pytest

from services.programming.versions import sweeping
from tests.programming.collaborators.people import joined
from tests.programming.dossiers.successions import dissolve
from tests.programming.papers import PDF
from tests.programming.permanent_files.papers import VIRUS, keep, office, pdf, scanner_on, stored
from tests.programming.world import World

pytestmark = pytest.mark.anyio


async def attachments(world: World, dossier_id: str) -> dict[str, dict[str, Any]]:
    return {one["kind"]: one for one in (await world.seen(dossier_id, world.holder))["attachments"]}


async def orphans(world: World) -> list[str]:
    resources = world.running.resources
    async with resources.database.sessions() as session:
        return await sweeping.orphans(session, resources.files, now=resources.clock.now())


async def test_versions_follow_one_another_and_are_the_members_own(world: World) -> None:
    where = f"/organisations/{world.association}/permanent-files"
    first = await keep(world, "statuts", pdf("1"), name="../../statuts\u202efdp.exe")
    assert (first["number"], first["current"], first["name"], first["renamed"]) == (1, True, "statutsfdp.exe", True)
    second = await keep(world, "statuts", pdf("2"))
    assert (second["number"], second["kind_label"], second["renamed"]) == (2, "Statuts signés", False)
    await keep(world, "comptes", pdf("3"), exercise=2025)
    await keep(world, "comptes", pdf("4"), exercise=2024)
    today = await world.pages(world.helper, where)
    assert [(one["kind"], one["exercise"], one["number"]) for one in today] == [
        ("comptes", 2024, 1),
        ("comptes", 2025, 1),
        ("statuts", None, 2),
    ]
    assert len(await world.pages(world.helper, where, history=True, kind="statuts", limit=1)) == 2
    got = await world.call(world.helper, "GET", f"/permanent-files/{first['id']}/content", expect=200)
    assert got.content == pdf("1")
    assert got.headers["content-disposition"].startswith('attachment; filename="statutsfdp.exe"')
    tag = (await world.call(world.helper, "GET", f"/permanent-files/{first['id']}", expect=200)).headers["etag"]
    await world.call(world.helper, "GET", f"/permanent-files/{first['id']}", headers={"If-None-Match": tag}, expect=304)
    for stranger in (world.stranger, world.state_officer, world.team):
        await world.refused(stranger, "GET", where, 404, "not-found")
        for path in ("", "/content"):
            await world.refused(stranger, "GET", f"/permanent-files/{first['id']}{path}", 404, "not-found")
        await world.refused(stranger, "DELETE", f"/permanent-files/{first['id']}", 404, "not-found")
        sent = {"params": {"kind": "rib", "name": "rib.pdf"}, "content": PDF}
        await world.refused(stranger, "POST", where, 404, "not-found", **sent)
    await world.call(world.helper, "DELETE", f"/permanent-files/{second['id']}", expect=204)
    assert (await world.pages(world.helper, where, kind="statuts"))[0]["id"] == first["id"], "the one before serves again"
    await world.refused(world.helper, "DELETE", f"/permanent-files/{second['id']}", 404, "not-found")
    kinds = (await world.call(None, "GET", "/permanent-file-kinds", expect=200)).json()["items"]
    assert {"statuts", "rib", "comptes", "dirigeants", "assurance"} <= {kind["code"] for kind in kinds}


async def test_what_is_sent_is_judged_and_nothing_of_a_refusal_is_kept(world: World) -> None:
    where, before = f"/organisations/{world.association}/permanent-files", await stored(world)
    asked = {"kind": "rib", "name": "rib.pdf"}
    refusals: list[tuple[dict[str, Any], bytes, int, str]] = [
        ({"kind": "comptes"}, PDF, 422, "validity-expected"),
        ({"kind": "assurance", "expires_on": "2001-01-01"}, PDF, 422, "validity-expected"),
        ({}, b"MZ\x90\x00\x03\x00\x00\x00", 415, "unsupported-file-type"),
        ({}, b"", 422, "empty-file"),
        ({"name": "rib.docx"}, office("word/vbaProject.bin"), 415, "macros-refused"),
    ]
    for query, content, status, slug in refusals:
        await world.refused(world.holder, "POST", where, status, slug, params={**asked, **query}, content=content)
    assert await stored(world) == before
    assert await world.pages(world.holder, where, history=True) == []


async def test_two_versions_sent_at_once_have_two_numbers(world: World) -> None:
    where = f"/organisations/{world.association}/permanent-files"
    sent = [(world.holder, "POST", where, {"params": {"kind": "rib", "name": "r.pdf"}, "content": pdf(str(i))}) for i in range(4)]
    answers = await world.at_once(sent)
    assert sorted(answer.json()["number"] for answer in answers) == [1, 2, 3, 4]


async def test_a_draft_is_given_what_its_campaign_asks_for_and_keeps_the_version_it_was_sent_with(world: World) -> None:
    kept = await keep(world, "statuts", pdf("1"))
    dossier_id, tag = await world.draft(attach=False)
    joined = (await attachments(world, dossier_id))["statuts"]
    assert (joined["permanent_file_id"], joined["sha256"]) == (kept["id"], hashlib.sha256(pdf("1")).hexdigest())
    report = (await world.call(world.holder, "GET", f"/dossiers/{dossier_id}/completeness", expect=200)).json()
    assert (report["complete"], report["missing"]) == (True, [])
    await keep(world, "statuts", pdf("2"))
    assert (await world.submit(dossier_id, tag)).status_code == 201
    await world.call(world.holder, "DELETE", f"/permanent-files/{kept['id']}", expect=204)
    where = f"/dossiers/{dossier_id}/attachments/{joined['id']}"
    for reader in (world.holder, world.state_officer, world.team):
        assert (await world.call(reader, "GET", where, expect=200)).content == pdf("1")
    await world.refused(world.region_officer, "GET", where, 404, "not-found")
    world.running.clock.forward(days=3)
    (row,) = await world.running.rows("SELECT key FROM permanent_files WHERE id = %(id)s", id=kept["id"])
    assert row["key"] not in await orphans(world), "a dossier was sent with the removed version"


async def test_by_one_act_a_draft_opened_before_takes_what_is_kept_since(world: World) -> None:
    dossier_id, _ = await world.draft(attach=False)
    where = f"/dossiers/{dossier_id}/attachments/from-permanent-files"
    nothing = (await world.call(world.holder, "POST", where, json={}, expect=201)).json()
    assert (nothing["attached"], nothing["missing"]) == ([], ["statuts"])
    first, rib = await keep(world, "statuts", pdf("1")), await keep(world, "rib", pdf("rib"))
    before = await stored(world)
    taken = (await world.call(world.helper, "POST", where, json={}, expect=201)).json()
    assert ([one["permanent_file_id"] for one in taken["attached"]], taken["missing"]) == ([first["id"]], [])
    assert taken["dossier_etag"] == await world.tag(dossier_id)
    again = (await world.call(world.helper, "POST", where, json={}, expect=201)).json()
    assert again["attached"] == [], "taken once"
    second = await keep(world, "statuts", pdf("2"))
    named = {"files": [{"permanent_file_id": one["id"]} for one in (second, rib)]}
    await world.call(world.holder, "POST", where, json=named, expect=201)
    joined = await attachments(world, dossier_id)
    assert {kind: one["permanent_file_id"] for kind, one in joined.items()} == {"statuts": second["id"], "rib": rib["id"]}
    assert len(await stored(world) - before) == 1, "only the new version: nothing was copied"
    await world.call(world.holder, "DELETE", f"/dossiers/{dossier_id}/attachments/{joined['rib']['id']}", expect=204)
    await world.running.run_jobs()
    got = await world.call(world.holder, "GET", f"/permanent-files/{rib['id']}/content", expect=200)
    assert got.content == pdf("rib"), "the bytes are the permanent file's"
    unknown = {"files": [{"permanent_file_id": dossier_id}]}
    await world.refused(world.holder, "POST", where, 409, "unknown-permanent-file", json=unknown)
    await world.refused(world.stranger, "POST", where, 404, "not-found", json={})
    submitted = await world.submitted()
    locked = f"/dossiers/{submitted['id']}/attachments/from-permanent-files"
    await world.refused(world.holder, "POST", locked, 409, "dossier-locked", json={})
    await world.refused(world.state_officer, "POST", locked, 403, "not-the-holder", json={})


async def test_what_is_not_attached_is_said_and_why(world: World) -> None:
    pieces = ["statuts", "comptes", "comptes-2020", "assurance", "agrement", "rib", "dirigeants"]
    year = world.running.clock.now().year
    await world.prepare_campaign(required_attachments={"*": [{"code": one, "label": one} for one in pieces]})
    await world.act("opening")
    dossier_id, _ = await world.draft()
    soon = (world.running.clock.now() + timedelta(days=2)).date().isoformat()
    await keep(world, "assurance", expires_on=soon)
    await keep(world, "comptes", exercise=year - 5)
    await keep(world, "dirigeants")
    async with scanner_on(world):
        await keep(world, "agrement", expires_on=(world.running.clock.now() + timedelta(days=90)).date().isoformat())
    world.running.clock.forward(days=4)
    where = f"/dossiers/{dossier_id}/attachments/from-permanent-files"
    told = (await world.call(world.holder, "POST", where, json={}, expect=201)).json()
    assert {one["code"]: one["outcome"] for one in told["pieces"]} == {
        "statuts": "already_attached",
        "comptes": "other_exercise",
        "comptes-2020": "other_exercise",
        "assurance": "expired",
        "agrement": "being_scanned",
        "rib": "not_kept",
        "dirigeants": "attached",
    }
    assert told["missing"] == ["comptes", "comptes-2020", "assurance", "agrement", "rib"]
    assert next(one["outcome_label"] for one in told["pieces"]) == "Déjà jointe au dossier"
    await world.prepare_campaign(required_attachments={})
    await world.act("opening")
    dossier_id, _ = await world.draft(attach=False)
    told = (await world.call(world.holder, "POST", where.replace(where.split("/")[2], dossier_id), json={}, expect=201)).json()
    assert (told["attached"], told["pieces"], told["missing"]) == ([], [], []), "this campaign asks for none"


async def test_who_is_invited_to_write_the_dossier_is_not_given_the_organisation_s_papers(world: World) -> None:
    kept = await keep(world, "rib", pdf("rib"))
    dossier_id, _ = await world.draft(attach=False)
    editor, _ = await joined(world, dossier_id)
    where = f"/dossiers/{dossier_id}/attachments/from-permanent-files"
    for sent in ({}, {"files": [{"permanent_file_id": kept["id"]}]}):
        await world.refused(editor, "POST", where, 403, "permanent-files-for-members", json=sent)
    await world.refused(editor, "GET", f"/permanent-files/{kept['id']}", 404, "not-found")
    await world.refused(editor, "GET", f"/organisations/{world.association}/permanent-files", 404, "not-found")
    query = {"kind": "rib", "name": "rib.pdf"}
    await world.call(editor, "POST", f"/dossiers/{dossier_id}/attachments", params=query, content=pdf("mien"), expect=201)


async def test_a_draft_that_passes_to_a_successor_leaves_the_former_holder_s_papers_behind(world: World) -> None:
    mine = await keep(world, "statuts", pdf("anciens"))
    draft_id, _ = await world.draft()
    sent = await world.submitted()
    assert (await attachments(world, draft_id))["statuts"]["permanent_file_id"] in {mine["id"], None}
    where = f"/dossiers/{draft_id}/attachments/from-permanent-files"
    await world.call(world.holder, "POST", where, json={"files": [{"permanent_file_id": mine["id"], "kind": "rib"}]}, expect=201)
    await dissolve(world, world.association, world.neighbour)
    left = (await world.seen(draft_id, world.stranger))["attachments"]
    assert [one["permanent_file_id"] for one in left] == [None] * len(left), "what was joined to the draft itself stays"
    assert "rib" not in {one["kind"] for one in left}
    assert "dossier.permanent_files_detached" in [
        line["act"] for line in await world.pages(world.stranger, f"/dossiers/{draft_id}/journal")
    ]
    await world.refused(world.stranger, "GET", f"/permanent-files/{mine['id']}", 404, "not-found")
    await world.call(world.holder, "GET", f"/permanent-files/{mine['id']}/content", expect=200)
    assert (await world.seen(sent["id"], world.stranger))["attachments"] == sent["attachments"], "what was submitted keeps it all"
    theirs = await world.call(
        world.stranger,
        "POST",
        f"/organisations/{world.neighbour}/permanent-files",
        params={"kind": "statuts", "name": "s.pdf"},
        content=pdf("les leurs"),
        expect=201,
    )
    named = {"files": [{"permanent_file_id": theirs.json()["id"]}]}
    await world.call(world.stranger, "POST", where, json=named, expect=201)
    wrong = {"files": [{"permanent_file_id": mine["id"]}]}
    await world.refused(world.stranger, "POST", where, 409, "unknown-permanent-file", json=wrong)


async def test_an_expired_document_is_given_to_nobody(world: World) -> None:
    await world.prepare_campaign(required_attachments={"*": [{"code": "assurance", "label": "Assurance"}]})
    await world.act("opening")
    last = (world.running.clock.now() + timedelta(days=2)).date().isoformat()
    kept = await keep(world, "assurance", expires_on=last)
    world.running.clock.forward(days=4)
    dossier_id, _ = await world.draft(attach=False)
    assert await attachments(world, dossier_id) == {}
    shown = (await world.call(world.holder, "GET", f"/permanent-files/{kept['id']}", expect=200)).json()
    assert (shown["expired"], shown["expires_on"]) == (True, last)
    named = {"files": [{"permanent_file_id": kept["id"]}]}
    where = f"/dossiers/{dossier_id}/attachments/from-permanent-files"
    problem = await world.refused(world.holder, "POST", where, 409, "unknown-permanent-file", json=named)
    assert problem["errors"][0]["code"] == "expired"


async def test_with_a_scanner_a_document_serves_once_it_is_clean(world: World) -> None:
    async with scanner_on(world):
        clean, infected = await keep(world, "statuts", pdf("1")), await keep(world, "rib", VIRUS)
        assert clean["status"] == infected["status"] == "waiting_scan"
        dossier_id, _ = await world.draft(attach=False)
        assert await attachments(world, dossier_id) == {}, "it waits"
        await world.running.run_jobs()
    where = f"/dossiers/{dossier_id}/attachments/from-permanent-files"
    assert len((await world.call(world.holder, "POST", where, json={}, expect=201)).json()["attached"]) == 1
    shown = (await world.call(world.holder, "GET", f"/permanent-files/{infected['id']}", expect=200)).json()
    assert (shown["status"], shown["status_reason"]) == ("refused", "L'antivirus a reconnu : Exemple.Test.EICAR")
    await world.refused(world.holder, "GET", f"/permanent-files/{infected['id']}/content", 409, "file-quarantined")
    named = {"files": [{"permanent_file_id": infected["id"]}]}
    await world.refused(world.holder, "POST", where, 409, "file-quarantined", json=named)


async def test_bytes_nothing_refers_to_go_a_day_later(world: World) -> None:
    resources = world.running.resources
    kept, removed = await keep(world, "statuts", pdf("1")), await keep(world, "rib", pdf("rib"))
    await world.call(world.holder, "DELETE", f"/permanent-files/{removed['id']}", expect=204)
    lost = await resources.files.write("programming-" + "0" * 31 + "a", PDF)
    made = await resources.files.write("dossier-fait-par-la-plateforme", PDF)
    assert lost.key not in await orphans(world), "a day is left to what is arriving"
    resources.clock.forward(days=2)  # type: ignore[attr-defined]
    found = await orphans(world)
    assert lost.key in found
    assert made.key not in found
    async with resources.database.transaction() as session:
        assert await sweeping.sweep(session, resources.files, now=resources.clock.now()) == len(found)
        assert await sweeping.sweep(session, resources.files, now=resources.clock.now()) == 0
    assert lost.key not in await stored(world)
    assert (await world.call(world.holder, "GET", f"/permanent-files/{kept['id']}/content", expect=200)).content == pdf("1")
