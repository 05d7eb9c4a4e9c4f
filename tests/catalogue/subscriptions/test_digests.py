"""The mail of the morning: grouped, once, and of nothing that was closed meanwhile."""

import asyncio
from datetime import time, timedelta
from uuid import UUID

import pytest

from services.catalogue.subscriptions import digests
from services.common import journal
from services.common.clock import in_paris
from tests.catalogue.subscriptions.morning import (
    Engine,
    deliver,
    html_of,
    kept_as,
    leaving,
    letters,
    next_morning,
    save,
    text_of,
)
from tests.catalogue.world import World
from tests.support import Person

pytestmark = pytest.mark.anyio


async def test_searches_of_a_person_come_in_one_mail_each_document_once(world: World, reader: Person, engine: Engine) -> None:
    await save(world, reader, q="habitat", name="Habitat")
    await save(world, reader, q="emploi", name="Emploi")
    both, one = await world.published("L'habitat & l'emploi"), await world.published("Emploi des jeunes")
    soon = world.running.clock.now() + timedelta(minutes=1)
    engine.finds(both, soon, word="habitat")
    engine.finds(both, soon, word="emploi")
    engine.finds(one, soon, word="emploi")
    next_morning(world)
    await deliver(world)
    (letter,) = letters(world, reader)
    assert letter["Subject"] == "2 nouveautés dans le catalogue"
    text, page = text_of(letter), html_of(letter)
    assert text.count("L'habitat & l'emploi") == 1
    assert text.index("Recherche « Habitat »") < text.index("L'habitat & l'emploi") < text.index("Recherche « Emploi »")
    assert f"http://canevas.test/catalogue/d/{one['reference']}" in text
    assert '<html lang="fr"' in page
    assert "L&#x27;habitat &amp; l&#x27;emploi" in page
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


async def test_nothing_new_no_mail(world: World, reader: Person, engine: Engine) -> None:
    await save(world, reader)
    next_morning(world)
    await deliver(world)
    assert letters(world, reader) == []
    assert engine.asked


async def test_called_again_the_same_mail_does_not_leave_again(world: World, reader: Person, engine: Engine) -> None:
    await save(world, reader)
    engine.finds(await world.published(), world.running.clock.now() + timedelta(seconds=1))
    next_morning(world)
    await deliver(world)
    await deliver(world)
    async with world.running.resources.database.transaction() as session:
        await digests.compose(session, world.running.resources.settings, reader.account_id, now=world.running.clock.now())
    await world.running.run_jobs()
    next_morning(world)
    await deliver(world)
    assert len(letters(world, reader)) == 1


async def test_two_workers_at_once_write_one_mail(world: World, reader: Person, engine: Engine) -> None:
    await save(world, reader)
    engine.finds(await world.published(), world.running.clock.now() + timedelta(seconds=1))
    now = next_morning(world)

    async def compose() -> None:
        async with world.running.resources.database.transaction() as session:
            await digests.compose(session, world.running.resources.settings, reader.account_id, now=now)

    await asyncio.gather(*(compose() for _ in range(4)))
    await world.running.run_jobs()
    assert len(letters(world, reader)) == 1


async def test_a_crash_in_the_middle_loses_nothing_and_repeats_nothing(
    world: World, reader: Person, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    await save(world, reader)
    engine.finds(await world.published(), world.running.clock.now() + timedelta(seconds=1))
    now = next_morning(world)
    record = journal.record

    async def crash(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(journal, "record", crash)  # after the mail was queued
    with pytest.raises(ZeroDivisionError):
        async with world.running.resources.database.transaction() as session:
            await digests.compose(session, world.running.resources.settings, reader.account_id, now=now)
    await world.running.run_jobs()
    assert letters(world, reader) == []
    monkeypatch.setattr(journal, "record", record)
    await deliver(world)
    assert len(letters(world, reader)) == 1


async def test_daily_is_each_morning_in_paris_and_weekly_is_monday(world: World, reader: Person, engine: Engine) -> None:
    next_morning(world, weekday=0)  # Monday's editions are behind
    other = Person()
    await save(world, reader, frequency="weekly")
    await save(world, other, frequency="daily")
    engine.finds(await world.published(), world.running.clock.now() + timedelta(seconds=1))
    next_morning(world, at=time(6, 59))
    await deliver(world)
    assert (letters(world, reader), letters(world, other)) == ([], [])
    next_morning(world, at=time(7, 14))  # what began before seven may not be saved yet
    await deliver(world)
    assert letters(world, other) == []
    world.running.clock.forward(minutes=1)
    await deliver(world)
    assert (len(letters(world, reader)), len(letters(world, other))) == (0, 1)
    next_morning(world, weekday=0)
    await deliver(world)
    assert (len(letters(world, reader)), len(letters(world, other))) == (1, 1)


async def test_a_worker_that_was_away_for_days_writes_one_mail(world: World, reader: Person, engine: Engine) -> None:
    await save(world, reader)
    for day in range(3):
        engine.finds(await world.published(f"Jour {day}"), world.running.clock.now() + timedelta(days=day, seconds=1))
    for _ in range(4):
        next_morning(world)
    await deliver(world)
    (letter,) = letters(world, reader)
    assert letter["Subject"] == "3 nouveautés dans le catalogue"


async def test_no_instant_is_looked_at_twice_or_skipped(world: World, reader: Person, engine: Engine) -> None:
    began = world.running.clock.now()
    await save(world, reader)
    for _ in range(3):
        next_morning(world)
        await deliver(world)
    (first, *others) = engine.asked
    assert first[0] == began
    assert [after for after, _ in others] == [until for _, until in engine.asked[:-1]]
    assert {in_paris(until).time() for _, until in engine.asked} == {time(7)}


async def test_what_was_withdrawn_or_closed_before_the_mail_is_written_is_not_in_it(
    world: World, reader: Person, engine: Engine
) -> None:
    await save(world, reader)
    kept, gone, closed = await world.published("Reste"), await world.published("Retiré"), await world.published("Réservé")
    for each in (kept, gone, closed):
        engine.finds(each, world.running.clock.now() + timedelta(seconds=1))
    await world.withdraw(gone)
    await world.write(closed, access="members")
    await world.publish(closed)
    next_morning(world)
    await deliver(world)
    (letter,) = letters(world, reader)
    assert "Reste" in text_of(letter)
    assert "Retiré" not in text_of(letter) + html_of(letter)
    assert "Réservé" not in text_of(letter) + html_of(letter)


async def test_withdrawn_while_its_alerts_are_sent_it_is_in_no_mail_written_after_and_its_link_says_410(
    world: World, engine: Engine
) -> None:
    early, late = Person(), Person()
    document = await world.published("Un document")
    for person in (early, late):
        await save(world, person)
    engine.finds(document, world.running.clock.now() + timedelta(seconds=1))
    now = next_morning(world)
    settings = world.running.resources.settings
    async with world.running.resources.database.transaction() as session:
        await digests.compose(session, settings, early.account_id, now=now)
    await world.withdraw(document)
    async with world.running.resources.database.transaction() as session:
        await digests.compose(session, settings, late.account_id, now=now)
    await world.running.run_jobs()
    assert letters(world, late) == []
    assert len(letters(world, early)) == 1
    await world.refused(None, "GET", f"/catalogue/d/{document['reference']}", 410, "document-withdrawn")


async def test_a_member_is_mailed_nothing_reserved_for_members(world: World, engine: Engine) -> None:
    await save(world, world.member)
    engine.finds(await world.published("Pour le réseau", access="members"), world.running.clock.now() + timedelta(seconds=1))
    next_morning(world)
    await deliver(world)
    assert letters(world, world.member) == []


async def test_under_embargo_it_is_told_the_morning_after_it_can_be_read(world: World, reader: Person, engine: Engine) -> None:
    await save(world, reader)
    day = in_paris(world.running.clock.now()).date() + timedelta(days=2)
    document = await world.published("Bientôt", embargo_until=day.isoformat())
    available_at = next_morning(world, at=time(0))
    while in_paris(available_at).date() < day:
        available_at = next_morning(world, at=time(0))
    engine.finds(document, available_at)
    world.running.clock.at = available_at - timedelta(hours=1)
    await deliver(world)
    assert letters(world, reader) == []
    next_morning(world)
    await deliver(world)
    assert "Bientôt" in text_of(letters(world, reader)[0])


async def test_more_documents_than_a_mail_holds_are_said(world: World, reader: Person, engine: Engine) -> None:
    await save(world, reader)
    draft = await world.published("Un parmi d'autres")
    for second in range(31):
        engine.finds(
            draft if second else await world.published("Un autre"), world.running.clock.now() + timedelta(seconds=second + 1)
        )
    next_morning(world)
    await deliver(world)
    assert "D'autres documents correspondent" in text_of(letters(world, reader)[0])


async def test_a_title_with_a_line_break_or_tags_writes_no_header_and_no_tag(world: World, reader: Person, engine: Engine) -> None:
    await save(world, reader)
    title = "Titre\r\nBcc: all@example.fr <script>alert(1)</script>\u202e"
    document = await world.published("Titre")
    await kept_as(world, document, title=title)
    engine.finds(document, world.running.clock.now() + timedelta(seconds=1))
    next_morning(world)
    await deliver(world)
    (letter,) = letters(world, reader)
    assert letter["Bcc"] is None
    assert letter["Subject"].startswith("Du nouveau : Titre Bcc: all@example.fr")
    assert "<script" not in html_of(letter)
    assert "\u202e" not in text_of(letter) + html_of(letter)


async def test_mailed_again_after_a_silence_a_search_tells_what_comes_from_then_on(
    world: World, reader: Person, engine: Engine
) -> None:
    saved = await save(world, reader, frequency="never")
    engine.finds(await world.published("Ancien"), world.running.clock.now() + timedelta(seconds=1))
    next_morning(world)
    await world.change(reader, "PATCH", f"/saved-searches/{saved['id']}", json={"frequency": "daily"}, expect=200)
    engine.finds(await world.published("Récent"), world.running.clock.now() + timedelta(seconds=1))
    next_morning(world)
    await deliver(world)
    (letter,) = letters(world, reader)
    assert "Récent" in text_of(letter)
    assert "Ancien" not in text_of(letter)


async def test_one_click_ends_the_digest_without_sign_in_and_the_address_is_erased(
    world: World, reader: Person, engine: Engine
) -> None:
    saved = await save(world, reader)
    document = await world.published()
    await world.call(reader, "PUT", f"/documents/{document['id']}/follow", expect=201)
    engine.finds(document, world.running.clock.now() + timedelta(seconds=1))
    next_morning(world)
    await deliver(world)
    path = leaving(letters(world, reader)[0])
    page = await world.call(None, "GET", path, expect=200)
    assert page.headers["content-type"].startswith("text/html")
    assert "<button" in page.text
    before = (await world.call(reader, "GET", "/me/subscriptions", expect=200)).json()
    assert before["email"] == f"{reader.account_id}@example.fr"  # looking changes nothing
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for _ in range(2):
        await world.call(None, "POST", path, expect=200, headers=form, content="List-Unsubscribe=One-Click")
    after = (await world.call(reader, "GET", "/me/subscriptions", expect=200)).json()
    assert (after["email"], after["followed_document_ids"]) == (None, [])
    assert [each["frequency"] for each in after["saved_searches"]] == ["never"]
    assert after["saved_searches"][0]["id"] == saved["id"]
    rows = await world.running.rows("SELECT 1 FROM subscribers WHERE account_id = %(id)s", id=reader.account_id)
    assert rows == []


async def test_the_link_of_one_search_ends_that_one(world: World, reader: Person, engine: Engine) -> None:
    ended, kept = await save(world, reader, name="Une"), await save(world, reader, name="Deux")
    engine.finds(await world.published(), world.running.clock.now() + timedelta(seconds=1))
    next_morning(world)
    await deliver(world)
    text = text_of(letters(world, reader)[0])
    line = next(line for line in text.splitlines() if line.startswith("Ne plus recevoir cette recherche"))
    path = line.rpartition("http://canevas.test")[2]
    assert "Une" in (await world.call(None, "GET", path, expect=200)).text
    await world.call(None, "POST", path, expect=200)
    found = {each["id"]: each["frequency"] for each in await world.pages(reader, "/saved-searches")}
    assert found == {ended["id"]: "never", kept["id"]: "daily"}


@pytest.mark.parametrize("change", ["first", "last", "purpose", "short", "odd"])
async def test_a_link_somebody_made_up_unsubscribes_nobody(world: World, reader: Person, engine: Engine, change: str) -> None:
    await save(world, reader)
    engine.finds(await world.published(), world.running.clock.now() + timedelta(seconds=1))
    next_morning(world)
    await deliver(world)
    path = leaving(letters(world, reader)[0])
    head, _, token = path.rpartition("/")
    made_up = {
        "first": f"{token[:10]}{'A' if token[10] != 'A' else 'B'}{token[11:]}",
        "last": f"{token[:-1]}{'A' if token[-1] != 'A' else 'B'}",
        "purpose": f"cw{token[2:]}",
        "short": token[:40],
        "odd": "A" * 48,
    }[change]
    for method in ("GET", "POST"):
        await world.refused(None, method, f"{head}/{made_up}", 404, "not-found")
    assert (await world.call(reader, "GET", "/me/subscriptions")).json()["email"] is not None


# ── Followed documents ────────────────────────────────────────────────────────────────────────────────────────────


async def test_who_follows_a_document_hears_of_a_version_a_withdrawal_and_its_return_once_each(
    world: World, reader: Person
) -> None:
    successor = await world.published("Édition 2027")
    document = await world.published("Édition 2016")
    await world.call(reader, "PUT", f"/documents/{document['id']}/follow", expect=201)

    async def heard() -> str:
        next_morning(world)
        await deliver(world)
        await deliver(world)
        mails = letters(world, reader)
        heard_of.append(len(mails))
        return text_of(mails[-1]) if len(mails) else ""

    heard_of: list[int] = []
    assert await heard() == ""
    await world.write(document, title="Édition 2016, revue")
    await world.publish(document, note="Mise à jour des textes.")
    assert "Une nouvelle version est parue : Mise à jour des textes." in await heard()
    await world.withdraw(document, reason="Périmé.", replaced_by_id=successor["id"])
    told = await heard()
    assert "Ce document a été retiré : Périmé." in told
    assert "« Édition 2027 »" in told
    assert successor["reference"] in told
    path = f"/drafts/{document['id']}"
    await world.change(world.manager, "POST", f"{path}/reinstatement", of=path, expect=201)
    assert "Ce document est de nouveau disponible." in await heard()
    await heard()
    assert heard_of == [0, 1, 2, 3, 3]


async def test_a_document_that_becomes_reserved_is_told_of_no_more(world: World, reader: Person) -> None:
    document = await world.published("Public")
    await world.call(reader, "PUT", f"/documents/{document['id']}/follow", expect=201)
    await world.write(document, access="members", title="Secret")
    await world.publish(document)
    await world.withdraw(document, reason="Affaire interne.")
    next_morning(world)
    await deliver(world)
    assert letters(world, reader) == []


async def test_a_successor_that_is_not_public_is_not_named(world: World, reader: Person) -> None:
    successor = await world.published("Confidentiel", access="members")
    document = await world.published("Ancien")
    await world.call(reader, "PUT", f"/documents/{document['id']}/follow", expect=201)
    await world.withdraw(document, replaced_by_id=successor["id"])
    next_morning(world)
    await deliver(world)
    text = text_of(letters(world, reader)[0])
    assert "Confidentiel" not in text
    assert successor["reference"] not in text
    assert UUID(successor["id"]).hex not in text
