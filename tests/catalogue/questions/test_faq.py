"""An answered question becomes a frequent one: written anew, once, about the documents proposed."""

import pytest

from tests.catalogue.questions.desk import DeskWorld
from tests.catalogue.world import World

pytestmark = pytest.mark.anyio

ANEW = {
    "title": "Comment financer un lieu tenu par des habitants ?",
    "question": "Quels financements pour un lieu ouvert par des habitants ?",
    "answer": "Trois sources se combinent : la commune, la CAF, les adhésions.",
}


@pytest.fixture
async def desk(world: World) -> DeskWorld:
    return await DeskWorld(world).open()


async def test_a_draft_is_made_of_it_and_published_like_any_other(desk: DeskWorld) -> None:
    world = desk.world
    document = await world.published("Fiche")
    question = await desk.taken(theme_codes=["participation"], territory_codes=["QP011002"])
    await desk.act(world.documentalist, question, "answer", text="Voici.", document_ids=[document["id"]])
    made = (await desk.act(desk.colleague, question, "faq", **ANEW)).json()
    assert (await desk.read(desk.asker, question))["faq_document_id"] is None
    draft = (await world.call(world.documentalist, "GET", f"/drafts/{made['faq_document_id']}", expect=200)).json()
    assert (draft["kind"], draft["origin"], draft["lacking"]) == ("faq", f"question:{question['id']}", [])
    content = draft["content"]
    assert [(each["title"], each["body"]) for each in content["sections"]] == [
        ("Question", ANEW["question"]),
        ("Réponse", ANEW["answer"]),
    ]
    assert content["relations"] == [{"kind": "about", "target": "document", "target_id": document["id"]}]
    assert (content["theme_codes"], content["territory_codes"]) == (["participation"], [])
    for word in ("camille", "cafés tenus", "Financer un café associatif"):
        assert word not in str(draft), "nothing of the asker is copied"
    await world.publish(draft)
    seen = (await world.call(None, "GET", f"/documents/{document['id']}/relations")).json()["documents"]
    assert [(each["direction"], each["document"]["kind"]) for each in seen] == [("from", "faq")]


async def test_once_per_question_unless_the_draft_was_given_up(desk: DeskWorld) -> None:
    world, question = desk.world, await desk.answered()
    path = f"/questions/{question['id']}"
    headers = {"If-Match": (await world.call(world.documentalist, "GET", path)).headers["etag"]}
    sent = {"headers": headers, "json": ANEW}
    answers = await world.at_once((who, "POST", f"{path}/faq", sent) for who in (world.documentalist, desk.colleague))
    assert sorted(answer.status_code for answer in answers) == [201, 412]
    await desk.refused(world.documentalist, question, "faq", 409, "already-deposited", **ANEW)
    made = (await desk.read(world.documentalist, question))["faq_document_id"]
    await world.change(world.documentalist, "DELETE", f"/drafts/{made}", expect=204)
    again = (await desk.act(world.documentalist, question, "faq", **ANEW)).json()["faq_document_id"]
    assert again != made


async def test_what_the_asker_wrote_is_not_copied(desk: DeskWorld) -> None:
    world, question = desk.world, await desk.answered()
    copied = {**ANEW, "question": "Nous cherchons des exemples de cafés tenus par des habitants !"}
    await desk.refused(world.documentalist, question, "faq", 409, "askers-words-copied", **copied)
    named = {**ANEW, "answer": "Voyez camille@asso.example."}
    await desk.refused(world.documentalist, question, "faq", 409, "askers-words-copied", **named)


async def test_it_is_for_documentalists_and_after_an_answer(desk: DeskWorld) -> None:
    world, question = desk.world, await desk.taken()
    await desk.refused(world.documentalist, question, "faq", 409, "not-in-this-state", **ANEW)
    answered = await desk.answered()
    await desk.refused(desk.asker, answered, "faq", 403, "not-a-documentalist", **ANEW)
    sent = {"headers": {"If-Match": '"1"'}, "json": ANEW}
    await world.refused(world.stranger, "POST", f"/questions/{answered['id']}/faq", 404, "not-found", **sent)
    missing = {**ANEW, "document_ids": [answered["id"]]}
    problem = await desk.refused(world.documentalist, answered, "faq", 409, "unknown-question-document", **missing)
    assert problem["errors"][0]["pointer"] == "/document_ids/0"
