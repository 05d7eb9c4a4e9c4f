"""Programs act for an organisation: within their scopes, never as a person, and stopped at once."""

import asyncio
from datetime import timedelta

import httpx
import pytest

from tests.directory.people import Citizen, a_citizen, an_administrator, mails_to, new_siret, post, problem
from tests.support import Running

from .programs import TOKEN, Program, a_managed, a_program, basic

pytestmark = pytest.mark.anyio


def refused(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, problem(answer)


def oauth(answer: httpx.Response) -> tuple[int, str]:
    """What an OAuth library reads; the rest is a problem like any other."""
    problem(answer)
    assert answer.json()["error_description"].isascii()
    assert answer.headers["cache-control"] == "no-store"
    return answer.status_code, answer.json()["error"]


async def act(manager: Citizen, program: Program, verb: str, body: object, tag: str | None = None) -> httpx.Response:
    return await manager.call("POST", f"{program.path}/{verb}", body, **({"If-Match": tag} if tag else {}))


async def test_a_manager_makes_a_program_whose_secret_is_shown_once(directory: Running) -> None:
    manager, path = await a_managed(directory)
    wish = {"name": "Logiciel comptable", "scopes": ["programming:read", "directory:read", "programming:read"]}
    made = await manager.post(f"{path}/api-clients", wish)
    assert made.status_code == 201, made.text
    assert made.headers["cache-control"] == "no-store"
    body = made.json()
    assert (body["scopes"], body["state"], len(body["secrets"])) == (["directory:read", "programming:read"], "active", 1)
    assert body["client_secret"].endswith(body["secrets"][0]["hint"])
    for later in (await manager.get(made.headers["location"]), await manager.get(f"{path}/api-clients")):
        assert body["client_secret"] not in later.text
        assert "client_secret" not in later.text
    stored = await directory.rows("SELECT secret_hash FROM api_client_secrets WHERE client_id = %(id)s", id=body["id"])
    assert len(stored[0]["secret_hash"]) == 64
    assert (await mails_to(directory, manager.email))[-1]["subject"] == "Un programme peut agir pour Régie Ozanam"
    assert body["client_secret"] not in str(await mails_to(directory, manager.email))
    (line,) = await directory.rows(
        "SELECT changes FROM journal_lines WHERE act = 'api_client.created' AND changes->>'client_id' = %(id)s", id=body["id"]
    )
    assert line["changes"]["scopes"] == ["directory:read", "programming:read"]


async def test_it_is_given_a_token_that_says_what_it_may_do(directory: Running) -> None:
    manager, path = await a_managed(directory)
    program = await a_program(directory, manager, path, "programming:read", "directory:read", "events:write")
    answer = await program.ask()
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert (body["token_type"], body["expires_in"], body["scope"]) == (
        "Bearer",
        600,
        "directory:read events:write programming:read",
    )
    caller = await directory.resources.verifier.verify(body["access_token"], directory.clock.now())
    assert (str(caller.client_id), str(caller.account_id)) == (program.client_id, program.client_id)
    assert {str(where): set(roles) for where, roles in caller.memberships.items()} == {path.rpartition("/")[2]: {"member"}}
    assert not caller.is_administrator

    form = {
        "grant_type": "client_credentials",
        "client_id": program.client_id,
        "client_secret": program.secret,
        "scope": "directory:read",
    }
    by_post = await directory.client.post(TOKEN, data=form)
    assert by_post.json()["scope"] == "directory:read"
    used = (await manager.get(program.path)).json()["last_used_at"]
    assert used is not None


async def test_it_reads_its_organisation_and_writes_nothing_in_the_directory(directory: Running) -> None:
    manager, path = await a_managed(directory)
    _, other_path = await a_managed(directory)
    program = await a_program(directory, manager, path)
    token = await program.token()
    assert (await program.get(path, token)).json()["view"] == "full"
    assert (await program.get(f"{path}/signatories", token)).status_code == 200
    assert (await program.get(other_path, token)).json()["view"] == "public"
    assert refused(await program.get(f"{other_path}/signatories", token)) == (403, "forbidden")
    assert refused(await program.get(f"{path}/api-clients", token)) == (403, "forbidden")
    assert refused(await program.get("me", token)) == (404, "not-found")
    written = await directory.client.post(
        "/directory/v1/organisations",
        json={"kind": "association", "name": "Z", "siret": new_siret()},
        headers={"Authorization": f"Bearer {token}"},
    )
    assert refused(written) == (403, "insufficient-scope")
    assert 'error="insufficient_scope", scope="directory:write"' in written.headers["www-authenticate"]
    narrow = await program.token(scope="programming:read")
    assert refused(await program.get(path, narrow)) == (403, "insufficient-scope")


async def test_refusals_of_a_token_speak_oauth_and_problem_json(directory: Running) -> None:
    manager, path = await a_managed(directory)
    program = await a_program(directory, manager, path, "programming:read")
    post_to = directory.client.post
    assert oauth(await post_to(TOKEN, json={"grant_type": "client_credentials"})) == (400, "invalid_request")
    assert oauth(await program.ask(grant_type="password")) == (400, "unsupported_grant_type")
    for scope in ("programming:write", "programming:read events:read", "adm", "directory:write"):
        assert oauth(await program.ask(scope=scope)) == (400, "invalid_scope")
    unproved = await post_to(TOKEN, data={"grant_type": "client_credentials"})
    assert oauth(unproved) == (401, "invalid_client")
    assert unproved.headers["www-authenticate"].startswith("Basic ")
    english = await post_to(TOKEN, data={"grant_type": "x"}, headers={"Accept-Language": "en"})
    assert english.json()["title"] == "This grant type is not supported"


async def test_guessing_a_secret_stops_and_locks_nobody_else_out(directory: Running) -> None:
    manager, path = await a_managed(directory)
    program = await a_program(directory, manager, path)
    for unknown in ("not-a-uuid", "01890000-0000-7000-8000-000000000000"):
        wrong = await directory.client.post(
            TOKEN, data={"grant_type": "client_credentials"}, headers={"Authorization": basic(unknown, program.secret)}
        )
        assert oauth(wrong) == (401, "invalid_client")
    guesses = await asyncio.gather(
        *(
            directory.client.post(
                TOKEN,
                data={"grant_type": "client_credentials"},
                headers={"Authorization": basic(program.client_id, f"cnv_guess{number}")},
            )
            for number in range(8)
        )
    )
    assert sorted(oauth(answer) for answer in guesses) == [(401, "invalid_client")] * 5 + [(429, "temporarily_unavailable")] * 3
    assert int(guesses[-1].headers.get("retry-after", "900")) <= 900
    assert oauth(await program.ask()) == (429, "temporarily_unavailable")
    elsewhere = httpx.AsyncClient(
        transport=httpx.ASGITransport(directory.app, client=("203.0.113.9", 1)), base_url="http://canevas.test"
    )
    async with elsewhere as client:
        sent = {"grant_type": "client_credentials"}
        given = await client.post(TOKEN, data=sent, headers={"Authorization": basic(program.client_id, program.secret)})
    assert given.status_code == 200, given.text
    began = directory.clock.at
    directory.clock.forward(minutes=16)
    assert (await program.ask()).status_code == 200
    directory.clock.at = began


async def test_tokens_are_limited_per_minute(directory: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directory.resources.settings, "client_tokens_per_minute", 3)
    manager, path = await a_managed(directory)
    program = await a_program(directory, manager, path)
    answers = await asyncio.gather(*(program.ask() for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 429, 429]
    began = directory.clock.at
    directory.clock.forward(seconds=61)
    assert (await program.ask()).status_code == 200
    directory.clock.at = began


async def test_a_revoked_program_stops_at_once(directory: Running) -> None:
    manager, path = await a_managed(directory)
    program = await a_program(directory, manager, path)
    token = await program.token()
    assert (await program.get("themes", token)).status_code == 200
    first, again = await asyncio.gather(act(manager, program, "revocation", {}), act(manager, program, "revocation", {}))
    assert (first.json()["state"], again.json()["state"], first.json()["secrets"]) == ("revoked", "revoked", [])
    assert refused(await program.get(path, token)) == (401, "unauthenticated")
    assert oauth(await program.ask()) == (401, "invalid_client")
    events = await directory.rows("SELECT type FROM outbox_events WHERE subject = %(id)s", id=program.client_id)
    assert [event["type"] for event in events] == ["session.closed"]
    tag = (await manager.get(program.path)).headers["etag"]
    assert refused(await act(manager, program, "secrets", {}, tag)) == (409, "api-client-revoked")
    changed = await manager.patch(program.path, {"name": "Z"}, tag)
    assert refused(changed) == (409, "api-client-revoked")
    assert (await a_program(directory, manager, path)).client_id != program.client_id


async def test_a_token_asked_while_the_program_is_revoked_is_not_good_after(directory: Running) -> None:
    manager, path = await a_managed(directory)
    program = await a_program(directory, manager, path)
    answer, _ = await asyncio.gather(program.ask(), act(manager, program, "revocation", {}))
    if answer.status_code == 200:
        assert (await program.get(path, answer.json()["access_token"])).status_code == 401
    else:
        assert oauth(answer) == (401, "invalid_client")


async def test_a_new_secret_overlaps_the_former_one(directory: Running) -> None:
    manager, path = await a_managed(directory)
    program = await a_program(directory, manager, path)
    rotated = await act(manager, program, "secrets", {"overlap_hours": 1}, program.etag)
    assert rotated.status_code == 201, rotated.text
    body = rotated.json()
    assert [each["expires_at"] is None for each in body["secrets"]] == [False, True]
    fresh = Program(program.path, program.client_id, body["client_secret"], rotated.headers["etag"], directory)
    assert [(await each.ask()).status_code for each in (program, fresh)] == [200, 200]
    assert refused(await act(manager, program, "secrets", {}, program.etag)) == (412, "stale-version")
    assert refused(await act(manager, program, "secrets", {})) == (428, "precondition-required")
    assert (await mails_to(directory, manager.email))[-1]["subject"] == "Le secret d'un programme de Régie Ozanam est remplacé"

    began = directory.clock.at
    directory.clock.forward(minutes=55)
    late = await program.ask()
    assert late.json()["expires_in"] == 300  # it does not outlive its secret
    directory.clock.forward(minutes=5)
    assert oauth(await program.ask()) == (401, "invalid_client")
    assert (await fresh.ask()).status_code == 200
    directory.clock.at = began


async def test_a_leaked_secret_is_replaced_without_overlap(directory: Running) -> None:
    manager, path = await a_managed(directory)
    program = await a_program(directory, manager, path)
    stolen = await program.token()
    rotated = await act(manager, program, "secrets", {"overlap_hours": 0}, program.etag)
    assert refused(await program.get(path, stolen)) == (401, "unauthenticated")
    assert oauth(await program.ask()) == (401, "invalid_client")
    fresh = Program(program.path, program.client_id, rotated.json()["client_secret"], "", directory)
    assert (await program.get(path, await fresh.token())).status_code == 200
    for hours in (-1, 169, "x"):
        assert (await act(manager, program, "secrets", {"overlap_hours": hours}, rotated.headers["etag"])).status_code == 422


async def test_a_third_secret_ends_the_first(directory: Running) -> None:
    manager, path = await a_managed(directory)
    program = await a_program(directory, manager, path)
    token, tag, held = await program.token(), program.etag, [program]
    for _ in range(2):
        rotated = await act(manager, program, "secrets", {}, tag)
        tag = rotated.headers["etag"]
        held.append(Program(program.path, program.client_id, rotated.json()["client_secret"], tag, directory))
    assert [(await each.ask()).status_code for each in held] == [401, 200, 200]
    assert (await program.get(path, token)).status_code == 401


async def test_a_scope_taken_back_is_refused_at_once(directory: Running) -> None:
    manager, path = await a_managed(directory)
    program = await a_program(directory, manager, path, "directory:read", "events:read")
    token = await program.token()
    named = await manager.patch(program.path, {"name": "Agenda"}, program.etag)
    assert (await program.get(path, token)).status_code == 200
    changed = await manager.patch(program.path, {"scopes": ["events:read"]}, named.headers["etag"])
    assert (changed.status_code, changed.json()["scopes"], changed.json()["name"]) == (200, ["events:read"], "Agenda")
    assert refused(await program.get(path, token)) == (401, "unauthenticated")
    assert (await program.ask()).json()["scope"] == "events:read"
    assert refused(await manager.patch(program.path, {"scopes": ["events:write"]}, named.headers["etag"])) == (412, "stale-version")
    for malformed in ({"scopes": list[str]()}, {"scopes": ["adm"]}, {"name": None}, {"secret": "x"}):
        assert (await manager.patch(program.path, malformed, changed.headers["etag"])).status_code == 422


async def test_a_program_expires(directory: Running) -> None:
    manager, path = await a_managed(directory)
    ends = directory.clock.now() + timedelta(minutes=4)
    program = await a_program(directory, manager, path, expires_at=ends.isoformat())
    assert (await program.ask()).json()["expires_in"] == 240
    began = directory.clock.at
    directory.clock.forward(minutes=4)
    assert oauth(await program.ask()) == (401, "invalid_client")
    assert (await manager.get(program.path)).json()["state"] == "expired"
    past = {"name": "Z", "scopes": ["events:read"], "expires_at": began.isoformat()}
    assert refused(await manager.post(f"{path}/api-clients", past)) == (409, "api-client-expiry-past")
    directory.clock.at = began


async def test_a_dissolved_organisation_has_no_program(directory: Running) -> None:
    manager, path = await a_managed(directory)
    program = await a_program(directory, manager, path)
    ended = {"dissolved_on": directory.clock.now().date().isoformat(), "reason": "dissolution"}
    await manager.call("POST", f"{path}/dissolution", ended, **{"If-Match": (await manager.get(path)).headers["etag"]})
    assert oauth(await program.ask()) == (400, "unauthorized_client")
    refusal = await manager.post(f"{path}/api-clients", {"name": "Z", "scopes": ["events:read"]})
    assert refused(refusal) == (409, "organisation-dissolved")
    assert (await act(manager, program, "revocation", {})).status_code == 200


async def test_only_those_who_manage_have_to_do_with_programs(directory: Running) -> None:
    manager, path = await a_managed(directory)
    program = await a_program(directory, manager, path)
    member, stranger, administrator = await a_citizen(directory), await a_citizen(directory), await an_administrator(directory)
    await manager.post(f"{path}/memberships", {"email": member.email, "roles": ["member", "signatory"]})
    other, other_path = await a_managed(directory)
    for nobody in (member, stranger, other):
        for answer in (
            await nobody.post(f"{path}/api-clients", {"name": "Z", "scopes": ["events:read"]}),
            await nobody.get(f"{path}/api-clients"),
            await nobody.get(program.path),
            await nobody.patch(program.path, {"name": "Z"}, program.etag),
            await act(nobody, program, "secrets", {}, program.etag),
            await act(nobody, program, "revocation", {}),
        ):
            assert refused(answer) == (403, "forbidden")
    elsewhere = f"{other_path}/api-clients/{program.client_id}"
    for answer in (await other.get(elsewhere), await other.call("POST", f"{elsewhere}/revocation", {})):
        assert refused(answer) == (404, "not-found")
    assert (await administrator.get(program.path)).status_code == 200
    assert (await directory.client.get(program.path)).status_code == 401


async def test_a_double_click_makes_one_program(directory: Running) -> None:
    manager, path = await a_managed(directory)
    wish = {"name": "Logiciel comptable", "scopes": ["events:read"]}
    answers = await asyncio.gather(*(manager.post(f"{path}/api-clients", wish) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    assert {problem(answer) for answer in answers if answer.status_code == 409} == {"api-client-name-taken"}


async def test_programs_are_listed_page_by_page(directory: Running) -> None:
    manager, path = await a_managed(directory)
    for number in range(3):
        await a_program(directory, manager, path, name=f"Programme {number}")
    first = (await manager.get(f"{path}/api-clients?limit=2")).json()
    rest = (await manager.get(f"{path}/api-clients?limit=2&cursor={first['next']}")).json()
    assert [each["name"] for each in first["items"] + rest["items"]] == ["Programme 2", "Programme 1", "Programme 0"]
    assert rest["next"] is None


async def test_libraries_find_their_way(directory: Running) -> None:
    found = (await directory.client.get("/directory/v1/.well-known/oauth-authorization-server")).json()
    assert found["token_endpoint"] == "http://canevas.test/directory/v1/oauth/token"
    assert found["grant_types_supported"] == ["client_credentials"]
    for address in (found["jwks_uri"], found["token_endpoint"]):
        path = address.removeprefix("http://canevas.test")
        assert (await directory.client.get(path)).status_code in {200, 405}


async def test_a_person_s_refresh_token_is_no_secret_of_a_program(directory: Running) -> None:
    citizen = await a_citizen(directory)
    form = {"grant_type": "refresh_token", "refresh_token": citizen.tokens["refresh_token"]}
    assert oauth(await directory.client.post(TOKEN, data=form)) == (400, "unsupported_grant_type")
    assert (await post(directory, "sessions/refresh", refresh_token=citizen.tokens["refresh_token"])).status_code == 200


@pytest.mark.parametrize("client_id", ["\0", "é" * 200, "{0}", "urn:uuid:{0}", "00000000-0000-0000-0000-000000000000"])
async def test_a_strange_client_id_is_refused_like_a_wrong_secret(client_id: str, directory: Running) -> None:
    manager, path = await a_managed(directory)
    program = await a_program(directory, manager, path)
    wrong = {"grant_type": "client_credentials", "client_id": client_id.format(program.client_id), "client_secret": "cnv_\0x"}
    answer = await directory.client.post(TOKEN, data=wrong)
    known = await directory.client.post(TOKEN, data={**wrong, "client_id": program.client_id})
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client") == (known.status_code, known.json()["error"])
    assert answer.json() == known.json()
    # What it says of itself is nowhere: neither its secret nor the one that was tried.
    rows = await directory.rows(
        "SELECT changes::text AS said FROM journal_lines WHERE resource_id = %(id)s", id=path.rpartition("/")[2]
    )
    mails = str([job["args"] for job in await directory.jobs("kernel:send_mail")])
    assert program.secret not in mails + str(rows) + answer.text
