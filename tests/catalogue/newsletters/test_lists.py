"""An address is written to once it said yes, leaves in one click, and is then forgotten."""

import pytest

from services.catalogue.newsletters import lists
from tests.catalogue.newsletters.lists import ask, confirmation_in, new_address, paragraph, sent, subscribed, written
from tests.catalogue.subscriptions.morning import leaving, letters, shown, text_of
from tests.catalogue.world import World

pytestmark = pytest.mark.anyio


async def audience(world: World) -> dict[str, int]:
    path = f"/centres/{world.centre_id}/newsletter-audience"
    body: dict[str, int] = (await world.call(world.documentalist, "GET", path, expect=200)).json()
    return body


async def night(world: World) -> None:
    async with world.running.resources.database.transaction() as session:
        await lists.forget_old(session, now=world.running.clock.now())


async def test_an_address_is_subscribed_when_its_holder_presses_the_button(world: World) -> None:
    email = new_address()
    await ask(world, email.upper())
    assert await audience(world) == {"confirmed": 0, "pending": 1}
    (letter,) = letters(world, email)
    path = confirmation_in(text_of(letter))
    page = (await world.call(None, "GET", path, expect=200)).text
    assert email in shown(page)
    assert await audience(world) == {"confirmed": 0, "pending": 1}  # a program that opens links subscribes nobody
    for _ in range(2):
        await world.call(None, "POST", path, expect=200)
    assert await audience(world) == {"confirmed": 1, "pending": 0}


async def test_the_answer_says_nothing_of_the_address(world: World) -> None:
    known, unknown = await subscribed(world), new_address()
    gone = await subscribed(world)
    await sent(world, await written(world, paragraph("Z")))
    await world.running.run_jobs()
    await world.call(None, "POST", leaving(letters(world, gone)[-1]), expect=200)
    answers = [await ask(world, email) for email in (known, unknown, gone)]
    assert answers[0] == answers[1] == answers[2]
    assert letters(world, known)[-1]["Subject"].startswith("Vous êtes déjà abonné")


@pytest.mark.parametrize(
    "email",
    [
        "a@example.fr\nBcc: b@example.fr",
        "a@example.fr\r\n\r\nCorps",
        "a\n@example.fr",
        "a b@example.fr",
        "a@",
        "",
        "a" * 250 + "@a.fr",
    ],
)
async def test_an_address_with_a_line_break_is_none(world: World, email: str) -> None:
    path = f"/centres/{world.centre_id}/newsletter-subscriptions"
    await world.refused(None, "POST", path, 422, "malformed-request", json={"email": email})


async def test_an_address_is_not_flooded_and_neither_is_the_platform(world: World) -> None:
    path, email = f"/centres/{world.centre_id}/newsletter-subscriptions", new_address()
    await ask(world, email)
    for _ in range(5):
        await world.call(None, "POST", path, json={"email": email}, expect=202)
    await world.running.run_jobs()
    assert len(letters(world, email)) == 3
    answers = [(await world.call(None, "POST", path, json={"email": new_address()})).status_code for _ in range(60)]
    assert answers.count(429) == 6
    refused = await world.refused(None, "POST", path, 429, "too-many-subscriptions", json={"email": email})
    assert refused["status"] == 429
    world.running.clock.forward(hours=2)
    await world.call(None, "POST", path, json={"email": email}, expect=202)


async def test_a_link_works_for_two_days(world: World) -> None:
    email = new_address()
    await ask(world, email)
    path = confirmation_in(text_of(letters(world, email)[0]))
    world.running.clock.forward(hours=48)
    assert "plus valable" in (await world.call(None, "GET", path, expect=200)).text
    await world.refused(None, "POST", path, 409, "confirmation-expired")
    await night(world)
    assert await audience(world) == {"confirmed": 0, "pending": 0}
    assert await world.running.rows("SELECT 1 FROM newsletter_subscribers WHERE email = %(email)s", email=email) == []


async def test_asked_again_only_the_last_link_works(world: World) -> None:
    email = new_address()
    await ask(world, email)
    await ask(world, email)
    first, last = (confirmation_in(text_of(letter)) for letter in letters(world, email))
    answers = [(await world.call(None, "POST", path)).status_code for path in (first, last)]
    assert sorted(answers) == [200, 409]


async def test_one_click_erases_the_address_and_a_hash_remembers_the_refusal(world: World) -> None:
    email = await subscribed(world)
    await sent(world, await written(world, paragraph("Z")))
    await world.running.run_jobs()
    path = leaving(letters(world, email)[-1])
    assert email in shown((await world.call(None, "GET", path, expect=200)).text)
    assert (await audience(world))["confirmed"] == 1
    for _ in range(2):
        await world.call(None, "POST", path, content="List-Unsubscribe=One-Click", expect=200)
    assert email not in shown((await world.call(None, "GET", path, expect=200)).text)
    (row,) = await world.running.rows("SELECT * FROM newsletter_subscribers WHERE centre_id = %(id)s", id=world.centre_id)
    assert (row["email"], row["state"], row["token_hash"]) == (None, "unsubscribed", None)
    assert email not in str(row)
    # Whoever types it again, the address is left in peace that day; then it may be asked, once a day.
    count = len(letters(world, email))
    await ask(world, email)
    assert len(letters(world, email)) == count
    world.running.clock.forward(days=1, minutes=1)
    await ask(world, email)
    await ask(world, email)
    assert len(letters(world, email)) == count + 1
    world.running.clock.forward(days=3)
    await night(world)
    (row,) = await world.running.rows("SELECT * FROM newsletter_subscribers WHERE centre_id = %(id)s", id=world.centre_id)
    assert (row["email"], row["state"]) == (None, "unsubscribed")
    world.running.clock.forward(days=3 * 366)
    await night(world)
    assert await world.running.rows("SELECT 1 FROM newsletter_subscribers WHERE centre_id = %(id)s", id=world.centre_id) == []


async def test_nobody_but_the_centre_knows_how_many_and_nobody_knows_whom(world: World) -> None:
    await subscribed(world)
    path = f"/centres/{world.centre_id}/newsletter-audience"
    await world.refused(world.neighbour, "GET", path, 403, "not-a-documentalist")
    assert await audience(world) == {"confirmed": 1, "pending": 0}


async def test_a_link_of_alerts_is_no_link_of_a_newsletter(world: World) -> None:
    email = await subscribed(world)
    await sent(world, await written(world, paragraph("Z")))
    await world.running.run_jobs()
    token = leaving(letters(world, email)[-1]).rpartition("/")[2]
    await world.refused(None, "POST", f"/unsubscriptions/{token}", 404, "not-found")
    await world.refused(None, "POST", f"/newsletter-unsubscriptions/{'A' * 48}", 404, "not-found")


async def test_two_requests_at_once_are_one_subscription(world: World) -> None:
    email = new_address()
    await ask(world, new_address())
    path = f"/centres/{world.centre_id}/newsletter-subscriptions"
    answers = await world.at_once([(world.stranger, "POST", path, {"json": {"email": email}}) for _ in range(4)])
    assert [answer.status_code for answer in answers] == [202] * 4
    rows = await world.running.rows("SELECT 1 FROM newsletter_subscribers WHERE email = %(email)s", email=email)
    assert len(rows) == 1
