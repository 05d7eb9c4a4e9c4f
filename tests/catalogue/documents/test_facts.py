"""What holds whatever happens at once, and what is done with what people type."""

import re
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.catalogue.documents import changes, repository, rules
from services.catalogue.documents.schemas import DocumentContent, Section
from services.common.clock import today_in_paris
from services.common.db import compiled
from services.common.ids import new_id
from tests.catalogue.world import World, content

pytestmark = pytest.mark.anyio


async def _tag(world: World, draft: dict[str, Any]) -> dict[str, str]:
    answer = await world.call(world.documentalist, "GET", f"/drafts/{draft['id']}", expect=200)
    return {"If-Match": answer.headers["etag"]}


# ── At once ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_sixteen_documents_begun_at_once_have_sixteen_references(world: World) -> None:
    wish = {"json": {"centre_id": world.centre_id, "kind": "study", "content": content()}}
    answers = await world.at_once([(world.documentalist, "POST", "/drafts", wish)] * 16)
    assert {answer.status_code for answer in answers} == {201}
    numbers = sorted(int(answer.json()["reference"].rpartition("-")[2]) for answer in answers)
    assert numbers == list(range(1, 17))


async def test_two_managers_publishing_at_once_make_one_version(world: World) -> None:
    draft = await world.draft()
    act = (world.manager, "POST", f"/drafts/{draft['id']}/publication", {"json": {}, "headers": await _tag(world, draft)})
    answers = await world.at_once([act] * 4)
    assert sorted(answer.status_code for answer in answers) == [201, 412, 412, 412]
    versions = (await world.call(None, "GET", f"/documents/{draft['id']}/versions")).json()["items"]
    assert [each["number"] for each in versions] == [1]


async def test_published_and_withdrawn_at_once_it_is_one_or_the_other(world: World) -> None:
    for _ in range(3):
        draft = await world.published()
        draft = await world.write(draft, title="Autre")
        sent = {"headers": await _tag(world, draft)}
        path = f"/drafts/{draft['id']}"
        answers = await world.at_once(
            [
                (world.manager, "POST", f"{path}/publication", {"json": {}, **sent}),
                (world.manager, "POST", f"{path}/withdrawal", {"json": {"reason": "Périmé."}, **sent}),
            ]
        )
        assert sorted(answer.status_code for answer in answers) == [201, 412]
        published = answers[0].status_code == 201
        await world.call(None, "GET", f"/documents/{draft['id']}", expect=200 if published else 410)


async def test_every_act_asks_for_the_version_that_was_read(world: World) -> None:
    draft = await world.draft()
    path = f"/drafts/{draft['id']}"
    acts: list[tuple[str, str, Any]] = [
        ("PATCH", path, {"content": {"title": "Z"}}),
        ("POST", f"{path}/review-request", None),
        ("POST", f"{path}/return", {"reason": "Z"}),
        ("POST", f"{path}/publication", {}),
        ("POST", f"{path}/withdrawal", {"reason": "Z"}),
        ("POST", f"{path}/reinstatement", None),
        ("DELETE", f"{path}/contact", None),
        ("DELETE", path, None),
    ]
    for method, act, body in acts:
        await world.refused(world.manager, method, act, 428, "precondition-required", json=body)
        await world.refused(world.manager, method, act, 412, "stale-version", json=body, headers={"If-Match": '"999"'})


# ── Relations and what replaces ───────────────────────────────────────────────────────────────────────────────────


async def test_a_replaced_document_says_by_what_to_who_may_read_it(world: World) -> None:
    old = await world.published("Édition 2016")
    replaces = [{"kind": "replaces", "target_id": old["id"]}]
    new = await world.draft("Édition 2027", relations=replaces, access="members")
    path = f"/documents/{old['id']}"
    assert (await world.call(world.member, "GET", path)).json()["replaced_by"] is None
    before = (await world.call(world.member, "GET", path)).headers["etag"]
    await world.publish(new)
    shown = await world.call(world.member, "GET", path, headers={"If-None-Match": before}, expect=200)
    assert shown.json()["replaced_by"]["reference"] == new["reference"]
    by_permalink = (await world.call(world.member, "GET", f"/catalogue/d/{old['reference']}", expect=200)).json()
    assert by_permalink["replaced_by"]["reference"] == new["reference"]
    assert (await world.call(None, "GET", path)).json()["replaced_by"] is None
    await world.withdraw(new)
    assert (await world.call(world.member, "GET", path)).json()["replaced_by"] is None


async def test_a_centre_does_not_replace_another_s_documents(world: World) -> None:
    ours = await world.published("Édition 2016")
    wish = {
        "centre_id": world.other_centre_id,
        "kind": "capitalisation",
        "content": content("Mieux", relations=[{"kind": "replaces", "target_id": ours["id"]}]),
    }
    theirs = (await world.call(world.neighbour, "POST", "/drafts", json=wish, expect=201)).json()
    path = f"/drafts/{theirs['id']}"
    await world.change(world.neighbour, "POST", f"{path}/publication", of=path, json={}, expect=201)
    assert (await world.call(None, "GET", f"/documents/{ours['id']}")).json()["replaced_by"] is None


async def test_a_withdrawn_document_names_its_successor_to_who_may_read_it_only(world: World) -> None:
    successor = await world.published("Édition 2027", access="members")
    draft = await world.published("Édition 2016")
    await world.withdraw(draft, replaced_by_id=successor["id"])
    path = f"/documents/{draft['id']}"
    seen = await world.refused(world.member, "GET", path, 410, "document-withdrawn")
    assert seen["replaced_by"].endswith(successor["reference"])
    assert "replaced_by" not in await world.refused(None, "GET", path, 410, "document-withdrawn")


async def test_what_is_under_embargo_is_hidden_with_all_it_has(world: World) -> None:
    event_id = "01890a5d-ac96-774b-bcce-b302099a8058"
    whole = await world.published("Document")
    relations = [
        {"kind": "synthesis_of", "target_id": whole["id"]},
        {"kind": "support_of", "target": "event", "target_id": event_id},
    ]
    hidden = await world.published("Caché", relations=relations, embargo_until="2099-01-01")
    path = f"/documents/{hidden['id']}"
    for below in ("", "/versions", "/versions/1", "/versions/1/changes", "/relations"):
        for reader in (None, world.member, world.neighbour):
            await world.refused(reader, "GET", path + below, 404, "not-found")
        await world.call(world.documentalist, "GET", path + below, expect=200)
    await world.refused(None, "GET", f"/catalogue/d/{hidden['reference']}", 404, "not-found")
    assert await world.pages(world.member, "/documents", event_id=event_id) == []
    assert (await world.call(world.member, "GET", f"/documents/{whole['id']}/relations")).json()["documents"] == []
    assert hidden["id"] not in {each["id"] for each in await world.pages(world.member, "/documents", centre_id=world.centre_id)}


# ── Documents of an event ─────────────────────────────────────────────────────────────────────────────────────────


async def test_documents_of_an_event_come_programme_first_replay_last(world: World) -> None:
    event_id = "01890a5d-ac96-774b-bcce-b302099a8059"
    relations = [{"kind": "about", "target": "event", "target_id": event_id}]
    links = [{"url": "https://video.example/1", "label": "Le film"}]
    made = {}
    for kind in ("video", "proceedings", "study", "presentation", "reference"):
        more = {"links": links} if kind == "video" else {}
        made[kind] = (await world.published(kind, kind=kind, relations=relations, **more))["id"]
    second = (await world.published("Autre support", kind="presentation", relations=relations))["id"]
    found = [each["id"] for each in await world.pages(None, "/documents", event_id=event_id)]
    assert found == [made["reference"], second, made["presentation"], made["proceedings"], made["video"], made["study"]]
    assert [each["id"] for each in await world.pages(None, "/documents", event_id=event_id, limit=2)] == found
    only = await world.pages(None, "/documents", event_id=event_id, kind="video")
    assert [each["id"] for each in only] == [made["video"]]


_MANY = """
INSERT INTO documents (id, centre_id, reference, kind, state, work, content, published_version, published_kind, access, theme_codes, territory_codes,
    organisation_ids, first_published_at, published_at, available_at, datestamp, created_at, updated_at, version)
SELECT gen_random_uuid(), %(centre_id)s, 'ZZ-2026-' || n, 'study', 'published', 'clean', '{}', 1, 'study', 'public', '{}', '{}', '{}',
    now(), now(), now(), now(), now(), now(), 1
FROM generate_series(1, 4000) AS n;
INSERT INTO document_versions (document_id, number, content, note, published_at)
SELECT id, 1, '{}', '', now() FROM documents WHERE reference LIKE 'ZZ-2026-%%';
INSERT INTO document_relations (document_id, kind, target_kind, target_id)
SELECT id, 'about', 'event', gen_random_uuid() FROM documents WHERE reference LIKE 'ZZ-2026-%%';
ANALYZE documents, document_versions, document_relations
"""


async def test_documents_of_an_event_are_found_by_the_index_of_relations(world: World) -> None:
    ready = compiled(repository.RELATED)
    now = world.running.clock.now()
    asked = {
        "kept_ids": [],
        "centre_ids": [],
        "now": now,
        "kinds": None,
        "centre_id": None,
        "target_kind": "event",
        "target_id": new_id(),
        "after_rank": -1,
        "before_at": now,
        "before_id": new_id(),
        "limit": 21,
    }
    async with world.running.resources.database.readers.connection() as reader, reader.transaction(force_rollback=True):
        for statement in _MANY.split(";"):
            await reader.execute(statement.encode(), {"centre_id": world.centre_id})
        cursor = await reader.execute(f"EXPLAIN {ready.sql}".encode(), {**ready.constants, **asked})
        plan = "\n".join(str(next(iter(row.values()))) for row in await cursor.fetchall())
    assert "ix_document_relations_target" in plan, plan
    assert "Seq Scan on document" not in plan, plan


# ── What people type ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("title", ["Rapport \u202egnp.exe", "Note\u0007", "Nul\u0000", "Isolé \u2066x\u2069"])
async def test_a_title_that_disguises_itself_is_refused(world: World, title: str) -> None:
    wish = {"centre_id": world.centre_id, "kind": "study", "content": content(title)}
    problem = await world.refused(world.documentalist, "POST", "/drafts", 422, "malformed-request", json=wish)
    assert [error["pointer"] for error in problem["errors"]] == ["/content/title"]


async def test_a_title_keeps_its_colon_and_its_typography(world: World) -> None:
    title = "Conseils citoyens : états des lieux – « qui décide ? » l’œuvre, العربية"
    draft = await world.published(title)
    assert (await world.call(None, "GET", f"/documents/{draft['id']}")).json()["title"] == title


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_no_text_keeps_what_would_break_or_disguise_it(text: str) -> None:
    try:
        kept = DocumentContent(title="Z", abstract=text, sections=[Section(title="Z", body=text)])
        DocumentContent(title=text)
    except ValidationError:
        kept = DocumentContent(title="Z", abstract=text)
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]", kept.abstract)


async def test_a_merge_patch_empties_what_is_null_and_merges_what_is_inside(world: World) -> None:
    draft = await world.draft(
        kind="experience",
        subtitle="Sous-titre",
        keywords=["café"],
        experience={"context": "Un quartier.", "actions": "Un café.", "contact": {"name": "Camille Exemple", "phone": "06"}},
    )
    changed = await world.write(
        draft, subtitle=None, keywords=None, experience={"actions": "Deux cafés.", "contact": {"phone": None}}
    )
    assert (changed["content"]["subtitle"], changed["content"]["keywords"]) == (None, [])
    assert changed["content"]["experience"]["context"] == "Un quartier."
    assert changed["content"]["experience"]["actions"] == "Deux cafés."
    assert changed["content"]["experience"]["contact"] == {
        "name": "Camille Exemple",
        "email": None,
        "phone": None,
        "consented_on": None,
    }
    changed = await world.write(draft, experience=None)
    assert changed["content"]["experience"] is None


async def test_what_must_be_there_is_not_emptied_by_a_patch(world: World) -> None:
    draft = await world.draft(kind="experience")
    path = f"/drafts/{draft['id']}"
    for sent, pointer in (
        ({"title": None}, "/content/title"),
        ({"experience": {"contact": {"phone": "06"}}}, "/content/experience/contact/name"),
    ):
        problem = await world.refused(
            world.documentalist,
            "PATCH",
            path,
            422,
            "malformed-request",
            headers=await _tag(world, draft),
            json={"content": sent},
        )
        assert [error["pointer"] for error in problem["errors"]] == [pointer]


# ── A section's "updated on" ──────────────────────────────────────────────────────────────────────────────────────

DAY, TODAY = date(2026, 1, 5), date(2026, 3, 1)


def _dated(before: list[Section], after: list[Section]) -> list[date | None]:
    known = changes.pairs([each.model_dump() for each in before], [each.model_dump() for each in after])
    return [each.updated_on for each in rules.dated_sections(before, after, known, TODAY)]


def test_a_section_is_dated_when_its_text_changes_unless_its_writer_says_otherwise() -> None:
    was = Section(title="Le cadre", body="La loi.", updated_on=DAY)
    assert _dated([was], [was]) == [DAY]
    assert _dated([was], [Section(title="Le cadre", body="La loi.")]) == [DAY]
    assert _dated([was], [Section(title="Le cadre", body="Une autre loi.")]) == [TODAY]
    assert _dated([was], [was.model_copy(update={"body": "Une autre loi."})]) == [TODAY]
    assert _dated([was], [Section(title="Le cadre", body="Autre.", updated_on=date(2026, 2, 2))]) == [date(2026, 2, 2)]
    assert _dated([was], [Section(title="Agir", body="Neuf."), was]) == [TODAY, DAY]


async def test_the_day_of_a_section_is_kept_by_the_platform(world: World) -> None:
    sections = [{"title": "Le cadre", "body": "La loi.", "updated_on": "2016-01-01"}, {"title": "Agir", "body": "Avec."}]
    draft = await world.draft(sections=sections)
    assert [each["updated_on"] for each in draft["content"]["sections"]] == ["2016-01-01", None]
    sent = [{"title": "Le cadre", "body": "La loi de 2014."}, {"title": "Agir", "body": "Avec."}]
    changed = await world.write(draft, sections=sent)
    today = today_in_paris(world.running.clock.now()).isoformat()
    assert [each["updated_on"] for each in changed["content"]["sections"]] == [today, None]
    again = await world.write(draft, sections=sent)
    assert again["version"] == changed["version"]


# ── Journal ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_documentalists_read_the_journal_of_a_document(world: World) -> None:
    draft = await world.published()
    await world.write(draft, title="Autre")
    await world.withdraw(draft, reason="Périmé.")
    path = f"/drafts/{draft['id']}/journal"
    lines = await world.pages(world.documentalist, path, limit=1)
    assert [line["act"] for line in lines] == [
        "document.withdrawn",
        "document.changed",
        "document.published",
        "document.begun",
    ]
    assert lines[0]["reason"] == "Périmé."
    for stranger in (world.member, world.neighbour, world.stranger):
        await world.refused(stranger, "GET", path, 404, "not-found")
