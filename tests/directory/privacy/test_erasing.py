"""Somebody asks to be forgotten, thinks it over, and is; everywhere, with proof. What they did stays."""

from uuid import UUID, uuid4

import pytest

from services.common.personal_data import ACCOUNT_ERASED, PERSON_ERASED
from services.directory.privacy import erasing
from tests.directory.joining.doors import a_managed, invite, member_of, refused
from tests.directory.people import PASSWORD, a_citizen, again, an_administrator, mails_to, post, problem, register, sign_in
from tests.support import Running

from .acts import SIBLINGS, ask_erasure, days_pass, hear, rewind, the_night_comes, told

pytestmark = pytest.mark.anyio


async def test_a_person_is_forgotten_after_a_week_and_every_sibling_answers(directory: Running) -> None:
    began = directory.clock.at
    manager, path = await a_managed(directory)
    person = await member_of(directory, manager, path, "signatory", name="Karim Rossi")
    other_manager, other = await a_managed(directory)
    await invite(other_manager, other, person.email)
    organisation = await manager.get(path)
    named = {"legal_representative": {"full_name": "Karim Rossi", "function": "Président"}}
    assert (await manager.patch(path, named, organisation.headers["etag"])).status_code == 200
    request = await ask_erasure(person)
    assert (await person.get("me/erasure")).json()["state"] == "pending"
    await days_pass(directory, 6.9)
    person = await again(directory, person.email, person.account_id)
    assert (await person.get("me")).json()["full_name"] == "Karim Rossi"
    await days_pass(directory, 0.2)

    manager = await again(directory, manager.email, manager.account_id)
    other_manager = await again(directory, other_manager.email, other_manager.account_id)
    token = person.tokens["refresh_token"]
    assert problem(await post(directory, "sessions/refresh", refresh_token=token)) == "refresh-token-refused"
    assert problem(await sign_in(directory, person.email)) == "invalid-credentials"
    (account,) = await directory.rows("SELECT * FROM accounts WHERE id = %(id)s", id=person.account_id)
    assert (account["full_name"], account["email"]) == ("Personne effacée", f"{UUID(person.account_id).hex}@invalid")
    assert (await manager.get(f"{path}/memberships")).json()["items"][0]["full_name"] == "Nadia Benali"
    assert (await manager.get(path)).json()["legal_representative"] is None
    assert (await other_manager.get(f"{other}/invitations")).json()["items"] == []
    assert (await mails_to(directory, person.email))[-1]["subject"] == "Votre compte est effacé"
    for table in ("accounts", "invitations", "sessions", "join_requests", "journal_lines", "mailed_tokens", "data_requests"):
        (found,) = await directory.rows(
            f"SELECT count(*) AS n FROM {table} AS t WHERE t::text ILIKE %(who)s OR t::text ILIKE %(name)s",  # noqa: S608
            who=f"%{person.email}%",
            name="%Karim Rossi%" if table != "data_requests" else "%Karim%",
        )
        assert found["n"] == 0, table

    (event,) = await told(directory, ACCOUNT_ERASED, person.account_id)
    assert event["data"]["full_name"] == "Karim Rossi"
    assert event["data"]["organisation_ids"] == [path.rpartition("/")[2]]
    for sibling in SIBLINGS:
        data, event_id = {"service": sibling, "count": 2, "kept": [{"why": "Z", "until": "2040-12-31"}]}, uuid4()
        for _ in range(2):
            assert await hear(directory, PERSON_ERASED, request["id"], data, source=sibling, event_id=event_id) == 204
    (done,) = await directory.rows("SELECT state FROM data_requests WHERE id = %(id)s", id=request["id"])
    assert done["state"] == "done"
    assert [each["data"] for each in await told(directory, ACCOUNT_ERASED, person.account_id)] == [{}]
    for table in ("outbox_events", "organisations", "actor_cards", "actor_people", "inbox_events", "memberships"):
        sql = f"SELECT count(*) AS n FROM {table} AS t WHERE t::text ILIKE ANY(%(words)s)"  # noqa: S608
        (found,) = await directory.rows(sql, words=["%Karim Rossi%", f"%{person.email}%"])
        assert found["n"] == 0, table

    administrator = await an_administrator(directory)
    lines = (await administrator.get("erasures")).json()["items"]
    assert (lines[0]["rule"], lines[0]["label"]) == ("request", "À la demande de la personne")
    assert lines[0]["count"] >= 4
    assert (await administrator.get("erasures/verification")).json()["whole"] is True
    assert refused(await manager.get("erasures")) == (403, "forbidden")
    # The address is nobody's now: it may be registered anew.
    assert (await register(directory, person.email, full_name="Karim Rossi")).status_code == 202
    await rewind(directory, began)


async def test_the_erasure_run_twice_does_no_harm(directory: Running) -> None:
    began = directory.clock.at
    person = await a_citizen(directory, "Luz Ortega")
    request = await ask_erasure(person)
    directory.clock.forward(days=8)
    for _ in range(2):
        async with directory.resources.database.transaction() as session:
            await erasing.erase(session, directory.resources, UUID(request["id"]), now=directory.clock.now())
    assert len(await told(directory, ACCOUNT_ERASED, person.account_id)) == 1
    await rewind(directory, began)


async def test_changing_ones_mind_in_time(directory: Running) -> None:
    began = directory.clock.at
    person = await a_citizen(directory)
    assert refused(await person.call("DELETE", "me/erasure")) == (409, "erasure-not-pending")
    assert refused(await person.get("me/erasure")) == (404, "not-found")
    await ask_erasure(person)
    assert refused(await person.post("me/erasure", {"password": PASSWORD})) == (409, "personal-data-request-pending")
    assert (await person.call("DELETE", "me/erasure")).status_code == 204
    await days_pass(directory, 8)
    person = await again(directory, person.email, person.account_id)
    assert (await person.get("me")).status_code == 200
    assert (await person.get("me/erasure")).json()["state"] == "cancelled"
    await rewind(directory, began)


async def test_refused_without_the_password_and_while_an_organisation_would_have_no_manager(directory: Running) -> None:
    manager, path = await a_managed(directory)
    answer = await manager.post("me/erasure", {"password": PASSWORD})
    assert refused(answer) == (409, "leaves-organisations-without-manager")
    assert answer.json()["organisations"] == [{"organisation_id": path.rpartition("/")[2], "name": "Régie Ozanam"}]
    heir = await member_of(directory, manager, path)
    assert (await manager.post(f"{path}/handover", {"account_id": heir.account_id})).status_code in {200, 201}
    assert refused(await manager.post("me/erasure", {"password": "autre chose que lui"})) == (401, "invalid-credentials")
    await ask_erasure(manager)


async def test_becoming_the_last_manager_meanwhile_keeps_the_account_and_says_so(directory: Running) -> None:
    began = directory.clock.at
    manager, path = await a_managed(directory)
    second = await member_of(directory, manager, path, "manager", "member")
    await ask_erasure(second)
    assert (await manager.call("DELETE", f"{path}/memberships/{manager.account_id}")).status_code == 204
    await days_pass(directory, 7.1)
    second = await again(directory, second.email, second.account_id)
    assert (await second.get("me/erasure")).json()["state"] == "refused"
    assert "Régie Ozanam" in (await mails_to(directory, second.email))[-1]["text"]
    await rewind(directory, began)


async def test_a_sibling_that_stays_away_is_told_again(directory: Running) -> None:
    began = directory.clock.at
    person = await a_citizen(directory)
    request = await ask_erasure(person)
    await days_pass(directory, 7.1)
    data = {"service": "events", "count": 0, "kept": []}
    await hear(directory, PERSON_ERASED, request["id"], data, source="events")
    directory.clock.forward(days=2)
    await the_night_comes(directory)
    events = await told(directory, ACCOUNT_ERASED, person.account_id)
    assert len(events) == 2
    assert events[1]["data"]["email"] == person.email
    deliveries = await directory.jobs("kernel:deliver_event")
    again_to = {each["args"]["subscriber"] for each in deliveries if each["args"]["event_id"] == str(events[1]["id"])}
    assert again_to == {"programming", "catalogue"}
    await rewind(directory, began)


async def test_accounts_nobody_comes_back_to_are_warned_then_erased(directory: Running) -> None:
    began = directory.clock.at
    gone, back = await a_citizen(directory, "Parti Loin"), await a_citizen(directory, "Revenue Tard")
    manager, _ = await a_managed(directory)
    directory.clock.forward(days=365 * 3 + 2)
    await the_night_comes(directory)
    for person in (gone, back, manager):
        assert (await mails_to(directory, person.email))[-1]["subject"] == "Votre compte va être effacé, faute de visite"
    await the_night_comes(directory)
    assert len([m for m in await mails_to(directory, gone.email) if "faute de visite" in m["subject"]]) == 1
    await again(directory, back.email, back.account_id)
    directory.clock.forward(days=31)
    await the_night_comes(directory)
    names = {
        each["id"]: each["full_name"]
        for each in await directory.rows(
            "SELECT id, full_name FROM accounts WHERE id = ANY(%(ids)s)",
            ids=[UUID(gone.account_id), UUID(back.account_id), UUID(manager.account_id)],
        )
    }
    assert list(names.values()).count("Personne effacée") == 1
    assert names[UUID(gone.account_id)] == "Personne effacée"
    lines = await directory.rows("SELECT rule, count FROM erasures ORDER BY number DESC LIMIT 8")
    assert {"inactive_accounts", "joining_words", "exports", "told_organisations"} <= {line["rule"] for line in lines}
    await rewind(directory, began)


async def test_the_table_of_retention_is_public(directory: Running) -> None:
    found = (await directory.client.get("/directory/v1/retention")).json()
    assert {rule["code"] for rule in found["items"]} == {"inactive_accounts", "joining_words", "exports", "told_organisations"}
    assert all(rule["basis"] for rule in found["items"])


async def test_what_siblings_took_is_forgotten_after_a_month_and_what_they_did_not_waits(directory: Running) -> None:
    began = directory.clock.at
    taken, waiting = [(await a_managed(directory))[1].rpartition("/")[2] for _ in range(2)]
    mine = "task_name = 'kernel:deliver_event' AND args->>'event_id' IN (SELECT id::text FROM outbox_events WHERE subject = %s)"
    async with directory.resources.database.readers.connection() as connection:
        for organisation, status in ((taken, "succeeded"), (waiting, "todo")):
            sql = f"UPDATE procrastinate_jobs SET status = '{status}', scheduled_at = '2999-01-01' WHERE {mine}"  # noqa: S608
            await connection.execute(sql.encode(), [organisation])
    directory.clock.forward(days=29)
    await the_night_comes(directory)
    assert await told(directory, "organisation.changed", taken) != []
    directory.clock.forward(days=3)
    await the_night_comes(directory)
    assert await told(directory, "organisation.changed", taken) == []
    assert await told(directory, "organisation.changed", waiting) != []
    await rewind(directory, began)
