"""Each funder answers once, after the session is closed: a letter is made, kept, and leaves by one mail."""

from typing import Any

import pytest

from services.common.ids import new_id
from services.programming.notifications.service import write_letter
from tests.programming.papers import refusal
from tests.programming.world import World
from tests.support import member_of

pytestmark = pytest.mark.anyio


@pytest.fixture
def world(shared_world: World) -> World:
    """Each test keeps to its own dossiers: they share the campaign."""
    return shared_world


async def decided(world: World, *, close: bool = True, content: dict[str, Any] | None = None, **decision: Any) -> dict[str, Any]:
    """A dossier whose CAF request was decided (granted by default) in a session, closed or not."""
    submitted = await world.submitted_with(content or world.content(caf=4_000))
    of = f"/dossiers/{submitted['id']}"
    await world.change(world.team, "POST", f"{of}/admissibility", of=of, json={"admissible": True}, expect=201)
    await world.review(world.caf_officer, submitted["id"])
    session = await world.convene(submitted["id"])
    wish = decision or {"outcome": "granted", "amount_cents": 350_000, "conditions": "Bilan à mi-parcours."}
    answer = await world.decide(world.caf_officer, session, world.request_of(submitted, world.caf)["id"], **wish)
    assert answer.status_code == 200, answer.text
    if close:
        await world.close(session)
    return await world.seen(submitted["id"], world.team)


def sent(world: World, comment: str = "") -> dict[str, Any]:
    return {"json": {"funder_id": str(world.caf), "holder_comment": comment}}


def where(dossier: dict[str, Any]) -> str:
    return f"/dossiers/{dossier['id']}/notifications"


async def notified(world: World, dossier: dict[str, Any], comment: str = "") -> dict[str, Any]:
    return dict((await world.call(world.caf_officer, "POST", where(dossier), expect=201, **sent(world, comment))).json())


async def run_letter(world: World, notification: dict[str, Any]) -> None:
    """The job, as the worker runs it."""
    async with world.running.resources.database.transaction() as session:
        await write_letter.run(session, world.running.resources, notification_id=notification["id"])


async def test_nothing_is_notified_before_the_session_is_closed(world: World) -> None:
    dossier = await decided(world, close=False)
    await world.refused(world.caf_officer, "POST", where(dossier), 409, "nothing-decided", **sent(world))
    undecided = await world.reviewed(caf=4_000)
    await world.refused(world.caf_officer, "POST", where(undecided), 409, "nothing-decided", **sent(world))
    assert await world.pages(world.holder, where(dossier)) == []


async def test_what_is_adjourned_is_not_notified(world: World) -> None:
    dossier = await decided(world, outcome="adjourned")
    problem = await world.refused(world.caf_officer, "POST", where(dossier), 409, "request-state-refused", **sent(world))
    assert problem["request_status"] == "adjourned"


async def test_the_holder_reads_the_decision_its_motive_and_its_conditions(world: World) -> None:
    dossier = await decided(world)
    made = await notified(world, dossier, "Bravo.")
    assert (made["granted_cents"], made["conditions"], made["holder_comment"]) == (350_000, "Bilan à mi-parcours.", "Bravo.")
    told = await world.seen(dossier["id"], world.holder)
    request = world.request_of(told, world.caf)
    assert (told["status"], request["status"], request["granted_cents"]) == ("notified", "notified", 350_000)
    assert (request["conditions"], request["opinion"], request["proposed_cents"]) == ("Bilan à mi-parcours.", None, None)
    assert await world.pages(world.holder, where(dossier)) == [made]


async def test_a_refusal_is_notified_with_its_motive(world: World) -> None:
    dossier = await decided(world, outcome="refused", motive="Enveloppe épuisée.")
    made = await notified(world, dossier)
    assert (made["granted_cents"], made["motive"]) == (0, "Enveloppe épuisée.")
    await run_letter(world, made)
    (mail,) = await world.mails(f"Réponse à votre dossier {dossier['reference']}")
    assert "n'a pas retenu votre demande" in mail["text"]


async def test_notification_is_for_managers_and_signatories_of_the_funder(world: World) -> None:
    dossier = await decided(world)
    for who in (member_of(world.caf), world.team):
        await world.refused(who, "POST", where(dossier), 403, "not-for-you-to-notify", **sent(world))
    for who in (world.holder, world.stranger, world.state_officer):
        await world.refused(who, "POST", where(dossier), 404, "not-found", **sent(world))
    other = {"json": {"funder_id": str(world.state)}}
    await world.refused(world.caf_officer, "POST", where(dossier), 404, "not-found", **other)
    await world.call(member_of(world.caf, roles=["signatory"]), "POST", where(dossier), expect=201, **sent(world))


async def test_an_answer_is_notified_once_even_clicked_eight_times_at_once(world: World) -> None:
    dossier = await decided(world)
    answers = await world.at_once((world.caf_officer, "POST", where(dossier), sent(world)) for _ in range(8))
    assert sorted(answer.status_code for answer in answers) == [201, *[409] * 7]
    for answer in answers:
        if answer.status_code == 409:
            refusal(answer, 409, "already-notified")
    await world.refused(world.caf_officer, "POST", where(dossier), 409, "already-notified", **sent(world))
    (kept,) = await world.pages(world.team, where(dossier))
    mine = [job for job in await world.running.jobs("programming:write_letter") if job["args"]["notification_id"] == kept["id"]]
    assert len(mine) == 1


async def test_the_letter_is_not_ready_before_its_job_has_run(world: World) -> None:
    dossier = await decided(world)
    made = await notified(world, dossier)
    assert (made["letter"], made["letter_ready_at"]) == (None, None)
    letter = f"/notifications/{made['id']}/letter"
    await world.refused(world.holder, "GET", letter, 409, "letter-not-ready")
    early = await world.call(world.holder, "GET", letter)
    assert early.headers["retry-after"] == "2"
    await run_letter(world, made)
    (ready,) = await world.pages(world.holder, where(dossier))
    assert ready["letter"] == f"/programming/v1{letter}"
    pdf = await world.call(world.holder, "GET", ready["letter"], expect=200)
    assert pdf.headers["content-type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF-")
    assert f"notification-{made['id']}.pdf" in pdf.headers["content-disposition"]


async def test_the_job_run_twice_makes_one_letter_and_one_mail(world: World) -> None:
    dossier = await decided(world)
    made = await notified(world, dossier)
    await run_letter(world, made)
    (first,) = await world.pages(world.team, where(dossier))
    world.running.clock.forward(minutes=1)
    await run_letter(world, made)
    assert await world.pages(world.team, where(dossier)) == [first]
    (mail,) = await world.mails(f"Réponse à votre dossier {dossier['reference']}")
    assert mail["to"] == "contact@ateliers.example.org"
    assert "3\N{NARROW NO-BREAK SPACE}500\N{NO-BREAK SPACE}€" in mail["text"]
    (attachment,) = mail["attachments"]
    assert attachment[1:] == [f"notification-{dossier['reference']}.pdf", "application/pdf"]


@pytest.mark.parametrize(
    "title", ["Ateliers 🎨 d'écriture", "漢字 et العربية", "Sonnerie \a", "#set page() *gras* `code` $x$ <a> @b", "a\u202eb\u200bc"]
)
async def test_a_letter_leaves_whatever_the_holder_has_written(world: World, title: str) -> None:
    dossier = await decided(world, content={**world.content(caf=4_000), "title": title})
    made = await notified(world, dossier, title)
    await run_letter(world, made)
    (ready,) = await world.pages(world.holder, where(dossier))
    assert (await world.call(world.holder, "GET", ready["letter"], expect=200)).content.startswith(b"%PDF-")
    assert len(await world.mails(f"Réponse à votre dossier {dossier['reference']}")) == 1


async def test_letters_are_read_by_who_sees_the_dossier(world: World) -> None:
    dossier = await decided(world)
    made = await notified(world, dossier)
    await run_letter(world, made)
    letter = f"/notifications/{made['id']}/letter"
    for who in (world.holder, world.helper, world.team, world.caf_officer):
        await world.call(who, "GET", letter, expect=200)
    for stranger in (world.stranger, world.state_officer):
        await world.refused(stranger, "GET", letter, 404, "not-found")
        await world.refused(stranger, "GET", where(dossier), 404, "not-found")
    await world.refused(world.holder, "GET", f"/notifications/{new_id()}/letter", 404, "not-found")
    await world.refused(None, "GET", letter, 401, "unauthenticated")


async def test_the_dossier_is_notified_when_its_last_funder_has_answered(world: World) -> None:
    dossier = await world.reviewed(state=1_000, caf=4_000)
    session = await world.convene(dossier["id"])
    officers = ((world.state_officer, world.state), (world.caf_officer, world.caf))
    for who, funder in officers:
        await world.grant(who, session, world.request_of(dossier, funder)["id"], 100_000)
    await world.close(session)
    shown = []
    for who, funder in officers:
        await world.call(who, "POST", where(dossier), json={"funder_id": str(funder)}, expect=201)
        shown.append([(await world.seen(dossier["id"], reader))["status"] for reader in (world.holder, world.team)])
    assert shown == [["under_review", "decided"], ["notified", "notified"]]
