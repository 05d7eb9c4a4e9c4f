"""A question's life: asked, taken by one, answered with documents, reopened once, thanked for or closed."""

from datetime import timedelta

import pytest

from services.common.clock import in_paris
from services.common.ids import new_id
from tests.catalogue.questions.desk import DeskWorld
from tests.catalogue.world import World
from tests.support import Person

pytestmark = pytest.mark.anyio


@pytest.fixture
async def desk(world: World) -> DeskWorld:
    return await DeskWorld(world).open()


async def test_a_desk_is_kept_by_managers_and_read_by_anyone(world: World) -> None:
    desk = DeskWorld(world)
    await world.refused(None, "GET", desk.path, 404, "not-found")
    await world.refused(desk.asker, "POST", "/questions", 409, "desk-closed", json=desk.wish())
    body = {"is_open": True, "answer_within_days": 7, "opening": "Ouvert à tous."}
    for nobody, slug in ((world.documentalist, "not-a-centre-manager"), (world.neighbour, "not-a-documentalist")):
        await world.refused(nobody, "PUT", desk.path, 403, slug, json=body)
    await world.call(world.manager, "PUT", desk.path, json={**body, "answer_within_days": 0}, expect=422)
    await desk.open(opening="Ouvert à tous.")
    read = await world.call(None, "GET", desk.path, expect=200)
    assert (read.json()["opening"], read.json()["answer_within_days"]) == ("Ouvert à tous.", 7)
    await world.refused(world.manager, "PUT", desk.path, 428, "precondition-required", json=body)
    await world.call(None, "GET", desk.path, headers={"If-None-Match": read.headers["etag"]}, expect=304)
    await world.change(world.manager, "PUT", desk.path, json={**body, "is_open": False}, expect=200)
    await world.refused(desk.asker, "POST", "/questions", 409, "desk-closed", json=desk.wish())


async def test_a_question_is_promised_an_answer_and_the_desk_is_told(desk: DeskWorld) -> None:
    question = await desk.ask(theme_codes=["participation"], territory_codes=["QP011002"])
    today = in_paris(desk.world.running.clock.now()).date()
    assert question["state"] == "asked"
    assert question["reply_email"] == "camille@asso.example"
    assert "-Q" in question["reference"]
    assert (question["due_on"], question["is_overdue"]) == ((today + timedelta(days=7)).isoformat(), False)
    mail = (await desk.mails())[-1]
    assert mail["to"] == "doc@centre.example"
    assert question["reference"] in mail["subject"]
    assert "café" not in mail["subject"] + mail["text"]


async def test_what_cannot_be_asked_is_named(desk: DeskWorld) -> None:
    world = desk.world
    past = (in_paris(world.running.clock.now()).date() - timedelta(days=1)).isoformat()
    problem = await world.refused(desk.asker, "POST", "/questions", 409, "needed-in-the-past", json=desk.wish(needed_by=past))
    assert problem["errors"][0]["pointer"] == "/needed_by"
    await world.refused(desk.asker, "POST", "/questions", 409, "unknown-theme", json=desk.wish(theme_codes=["magie"]))
    await world.refused(desk.asker, "POST", "/questions", 404, "not-found", json=desk.wish(centre_id=str(new_id())))
    for wrong in ({"reply_email": "camille"}, {"subject": ""}, {"text": "  "}, {"subject": "a\u202eb"}, {"state": "closed"}):
        await world.call(desk.asker, "POST", "/questions", json=desk.wish(**wrong), expect=422)
    await world.refused(None, "POST", "/questions", 401, "unauthenticated", json=desk.wish())


async def test_nobody_but_the_asker_and_the_desk_sees_a_question(desk: DeskWorld) -> None:
    world, question = desk.world, await desk.ask()
    for stranger in (world.stranger, world.neighbour, world.member, world.administrator):
        for path in ("", "/messages"):
            await world.refused(stranger, "GET", f"/questions/{question['id']}{path}", 404, "not-found")
        await world.refused(stranger, "POST", f"/questions/{question['id']}/messages", 404, "not-found", json={"text": "Bonjour"})
        assert question["id"] not in {each["id"] for each in await world.pages(stranger, "/questions")}
    seen = await desk.read(world.documentalist, question)
    assert (seen["text"], seen["reply_email"]) == (question["text"], None), "the desk reads the question, not the address"
    await desk.act(world.documentalist, question, "taking")
    assert (await desk.read(desk.asker, question))["taken_by"] is None
    assert (await desk.read(desk.world.manager, question))["taken_by"] == str(world.documentalist.account_id)


async def test_of_two_who_take_it_at_once_one_wins_and_the_other_is_told(desk: DeskWorld) -> None:
    world = desk.world
    for _ in range(5):
        question = await desk.ask()
        path = f"/questions/{question['id']}"
        tag = (await world.call(world.documentalist, "GET", path)).headers["etag"]
        headers = {"If-Match": tag}
        rivals = (world.documentalist, desk.colleague, world.manager)
        answers = await world.at_once((who, "POST", f"{path}/taking", {"headers": headers}) for who in rivals)
        assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
        losers = [answer.json() for answer in answers if answer.status_code == 409]
        assert all(loser["type"].endswith("/question-already-taken") for loser in losers)
        winner = next(who for who, answer in zip(rivals, answers, strict=True) if answer.status_code == 201)
        assert (await desk.read(world.manager, question))["taken_by"] == str(winner.account_id)
        assert [line["act"] for line in await desk.journal(question)] == ["question.asked", "question.taken"]


async def test_it_is_released_or_given_to_a_colleague_only(desk: DeskWorld) -> None:
    world, question = desk.world, await desk.taken()
    await desk.refused(desk.colleague, question, "release", 403, "not-the-taker")
    await desk.refused(world.documentalist, question, "reassignment", 409, "not-a-colleague", to=str(world.stranger.account_id))
    await desk.act(world.documentalist, question, "reassignment", to=str(desk.colleague.account_id))
    await desk.refused(world.documentalist, question, "answer", 403, "not-the-taker", text="Bonjour")
    mine = await world.pages(desk.colleague, f"/centres/{world.centre_id}/questions", mine=True)
    assert [each["id"] for each in mine] == [question["id"]]
    await desk.act(world.manager, question, "release")
    assert (await desk.read(world.manager, question))["state"] == "asked"
    await desk.act(world.documentalist, question, "taking")


async def test_acts_of_one_side_are_not_the_other_s(desk: DeskWorld) -> None:
    world, question = desk.world, await desk.answered()
    for act, wish in (("taking", {}), ("release", {}), ("closing", {"reason": "Z"}), ("answer", {"text": "Z"})):
        await desk.refused(desk.asker, question, act, 403, "not-a-documentalist", **wish)
    for act, wish in (("thanks", {}), ("reopening", {"text": "Z"})):
        await desk.refused(world.documentalist, question, act, 403, "not-the-asker", **wish)


async def test_an_act_needs_the_version_that_was_read(desk: DeskWorld) -> None:
    world, question = desk.world, await desk.ask()
    path = f"/questions/{question['id']}"
    await world.refused(world.documentalist, "POST", f"{path}/taking", 428, "precondition-required")
    stale = {"If-Match": '"99-desk"'}
    await world.refused(world.documentalist, "POST", f"{path}/taking", 412, "stale-version", headers=stale)
    answer = await world.call(world.documentalist, "GET", path)
    assert answer.headers["etag"] != (await world.call(desk.asker, "GET", path)).headers["etag"], "each side sees its own"
    await world.call(world.documentalist, "GET", path, headers={"If-None-Match": answer.headers["etag"]}, expect=304)


async def test_answers_come_with_documents_the_asker_may_read(desk: DeskWorld) -> None:
    world, question = desk.world, await desk.taken()
    public = await world.published("Pour tous")
    secret = await world.published("Pour le réseau", access="members")
    draft = await world.draft("Brouillon")
    wish = {"text": "Voici.", "document_ids": [public["id"], draft["id"]]}
    problem = await desk.refused(world.documentalist, question, "answer", 409, "unknown-question-document", **wish)
    assert [error["pointer"] for error in problem["errors"]] == ["/document_ids/1"]
    wish = {"text": "Voici.", "document_ids": [public["id"], secret["id"]]}
    problem = await desk.refused(world.documentalist, question, "answer", 409, "hidden-from-asker", **wish)
    assert [(error["pointer"], error["code"]) for error in problem["errors"]] == [("/document_ids/1", "hidden")]
    await desk.act(world.documentalist, question, "answer", **wish, even_if_hidden=True)
    (seen,) = await desk.thread(desk.asker, question)
    assert (seen["side"], seen["is_answer"]) == ("desk", True)
    assert [each["title"] for each in seen["documents"]] == ["Pour tous"]
    (seen,) = await desk.thread(world.documentalist, question)
    assert [each["title"] for each in seen["documents"]] == ["Pour tous", "Pour le réseau"]
    await world.withdraw(public)
    assert (await desk.thread(desk.asker, question))[0]["documents"] == []


async def test_somebody_of_the_network_is_proposed_what_is_for_members(desk: DeskWorld) -> None:
    world = desk.world
    desk.asker = world.member
    question, secret = await desk.taken(), await world.published(access="members")
    await desk.act(world.documentalist, question, "answer", text="Voici.", document_ids=[secret["id"]])
    assert [each["id"] for each in (await desk.thread(world.member, question))[0]["documents"]] == [secret["id"]]
    embargoed = await world.published(embargo_until="2099-01-01")
    path = f"/questions/{question['id']}/messages"
    wish = {"text": "Bientôt.", "document_ids": [embargoed["id"]]}
    await world.refused(world.documentalist, "POST", path, 409, "hidden-from-asker", json=wish)


async def test_both_sides_write_and_are_told_that_something_waits(desk: DeskWorld) -> None:
    world, question = desk.world, await desk.ask()
    path = f"/questions/{question['id']}/messages"
    await world.refused(world.documentalist, "POST", path, 403, "not-the-taker", json={"text": "Bonjour"})
    await desk.act(world.documentalist, question, "taking")
    secret_words = "Un secret bien gardé"
    for who, to in ((desk.asker, "doc@centre.example"), (world.documentalist, "camille@asso.example")):
        sent = await world.call(who, "POST", path, json={"text": secret_words}, expect=201)
        assert sent.headers["location"].endswith(path)
        mail = (await desk.mails())[-1]
        assert mail["to"] == to
        assert question["id"] in mail["text"]
        assert secret_words not in mail["text"] + mail["subject"]
    await desk.act(world.documentalist, question, "answer", text=secret_words)
    mail = (await desk.mails())[-1]
    assert (mail["to"], secret_words in mail["text"]) == ("camille@asso.example", False)
    assert [each["side"] for each in await desk.thread(desk.asker, question)] == ["asker", "desk", "desk"]
    await world.refused(desk.asker, "POST", path, 409, "not-in-this-state", json={"text": "Encore"})
    await world.call(world.documentalist, "POST", path, json={"text": "J'oubliais."}, expect=201)
    await desk.act(desk.asker, question, "thanks")
    await world.refused(world.documentalist, "POST", path, 409, "not-in-this-state", json={"text": "De rien."})


async def test_it_is_reopened_once_and_in_time(desk: DeskWorld) -> None:
    world, clock = desk.world, desk.world.running.clock
    before = clock.at
    try:
        question = await desk.answered()
        until = (await desk.read(desk.asker, question))["reopenable_until"]
        days = world.running.resources.settings.question_reopen_within_days
        clock.forward(days=days)
        assert until == in_paris(clock.now()).date().isoformat()
        reopened = (await desk.act(desk.asker, question, "reopening", text="Et le budget ?")).json()
        assert (reopened["state"], reopened["reopenable_until"]) == ("reopened", None)
        assert reopened["due_on"] > question["due_on"]
        await desk.refused(world.documentalist, question, "taking", 409, "question-already-taken")
        await desk.act(world.documentalist, question, "answer", text="Le voici.")
        assert "rouvrir" not in (await desk.mails())[-1]["text"]
        await desk.refused(desk.asker, question, "reopening", 409, "already-reopened", text="Encore")
        other = await desk.answered()
        clock.forward(days=days + 1)
        await desk.refused(desk.asker, other, "reopening", 409, "too-late-to-reopen", text="Tard")
    finally:
        clock.at = before


async def test_an_answer_sent_twice_at_once_is_given_once(desk: DeskWorld) -> None:
    world, question = desk.world, await desk.taken()
    path = f"/questions/{question['id']}"
    tag = (await world.call(world.documentalist, "GET", path)).headers["etag"]
    sent = {"headers": {"If-Match": tag}, "json": {"text": "Voici."}}
    answers = await world.at_once((world.documentalist, "POST", f"{path}/answer", sent) for _ in range(3))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    assert len(await desk.thread(desk.asker, question)) == 1
    assert (
        len([mail for mail in await desk.mails() if mail["subject"] == f"Une réponse vous attend ({question['reference']})"]) == 1
    )


async def test_questions_are_numbered_without_hole_and_bounded(desk: DeskWorld) -> None:
    world = desk.world
    asker = Person()
    answers = await world.at_once((asker, "POST", "/questions", {"json": desk.wish()}) for _ in range(24))
    assert sorted(answer.status_code for answer in answers) == [201] * 20 + [409] * 4
    refused = next(answer.json() for answer in answers if answer.status_code == 409)
    assert refused["type"].endswith("/too-many-open-questions")
    numbers = sorted(int(answer.json()["reference"][-4:]) for answer in answers if answer.status_code == 201)
    assert numbers == list(range(1, 21))
    await desk.ask()


async def test_the_desk_closes_with_a_reason_and_the_asker_is_told(desk: DeskWorld) -> None:
    world, question = desk.world, await desk.ask()
    closed = (await desk.act(desk.colleague, question, "closing", reason="Hors du champ.")).json()
    assert (closed["state"], closed["closing"]) == ("closed", "by_desk")
    assert (await desk.read(desk.asker, question))["closing_reason"] == "Hors du champ."
    mail = (await desk.mails())[-1]
    assert (mail["to"], "Hors du champ" in mail["text"]) == ("camille@asso.example", False)
    problem = await desk.refused(world.documentalist, question, "taking", 409, "not-in-this-state")
    assert (problem["state"], problem["expected"]) == ("closed", ["asked"])
    taken = await desk.taken()
    await desk.refused(desk.colleague, taken, "closing", 403, "not-the-taker", reason="Z")


async def test_each_sees_their_list(desk: DeskWorld) -> None:
    world, clock = desk.world, desk.world.running.clock
    before = clock.at
    path = f"/centres/{world.centre_id}/questions"
    try:
        late = await desk.ask(theme_codes=["participation"])
        clock.forward(days=5)
        taken = await desk.taken()
        closed = await desk.thanked()
        clock.forward(days=3)
        fresh = await desk.ask(Person())
        waiting = await world.pages(world.documentalist, path, limit=1)
        assert [each["id"] for each in waiting] == [late["id"], taken["id"], fresh["id"]]
        assert [each["is_overdue"] for each in waiting] == [True, False, False]
        assert [each["id"] for each in await world.pages(world.documentalist, path, overdue=True)] == [late["id"]]
        assert [each["id"] for each in await world.pages(world.documentalist, path, mine=True)] == [taken["id"]]
        assert [each["id"] for each in await world.pages(world.documentalist, path, theme="lien-social")] == [late["id"]]
        assert [each["id"] for each in await world.pages(world.documentalist, path, state="closed")] == [closed["id"]]
        both = await world.pages(world.documentalist, path, state=["closed", "asked"], limit=1)
        assert [each["id"] for each in both] == [late["id"], fresh["id"], closed["id"]]
        own = await world.pages(desk.asker, "/questions", limit=2)
        assert [each["id"] for each in own] == [closed["id"], taken["id"], late["id"]]
        for nobody in (world.neighbour, world.member, desk.asker):
            await world.refused(nobody, "GET", path, 403, "not-a-documentalist")
    finally:
        clock.at = before


async def test_the_journal_tells_acts_and_no_words(desk: DeskWorld) -> None:
    question = await desk.answered()
    await desk.act(desk.asker, question, "reopening", text="Et le budget, chère Camille ?")
    lines = await desk.journal(question)
    assert [line["act"] for line in lines] == ["question.asked", "question.taken", "question.answered", "question.reopened"]
    documentalist = desk.world.documentalist.account_id
    assert [line["actor_id"] for line in lines] == [None, documentalist, documentalist, None]
    for word in ("café", "camille", "budget", "fiches", str(desk.asker.account_id)):
        assert not any(word in str(line).casefold() for line in lines), word
