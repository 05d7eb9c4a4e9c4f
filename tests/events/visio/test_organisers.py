"""Managers keep accounts, organisers choose, enter and make links; secrets go in and never come out."""

import json
from typing import Any
from uuid import UUID

import pytest

from services.common import sealing
from services.events.visio import links
from tests.events.visio.rooms import VisioWorld
from tests.events.visio.stand_ins import SECRET

pytestmark = pytest.mark.anyio


async def test_secrets_are_sealed_and_never_read_back(visio: VisioWorld) -> None:
    made = await visio.account(
        kind="jitsi", address="https://meet.example", identifier="app", secret="secret-alpha-1", webhook_secret="secret-beta-2"
    )
    world = visio.world
    path = f"/visio-accounts/{made['id']}"
    changed = await world.change(world.manager, "PATCH", path, json={"secret": "secret-gamma-3", "name": "Jitsi"}, expect=200)
    listed = await world.pages(world.manager, f"/networks/{world.network_id}/visio-accounts")
    rows = await world.running.rows("SELECT * FROM visio_accounts WHERE id = %(id)s", id=made["id"])
    lines = await world.running.rows("SELECT * FROM journal_lines WHERE resource_id = %(id)s", id=made["id"])
    everything = json.dumps([made, changed.json(), listed, rows, lines], default=str)
    assert not any(secret in everything for secret in ("alpha-1", "beta-2", "gamma-3", SECRET))
    assert (changed.json()["has_secret"], changed.json()["has_webhook_secret"]) == (True, True)
    key = world.running.resources.settings.secret_key
    assert sealing.opened(key, "visio accounts", rows[0]["secret_sealed"]) == "secret-gamma-3"


async def test_one_default_at_a_time(visio: VisioWorld) -> None:
    second = await visio.account(kind="external", address="https://salle.example/1", is_default=True)
    listed = await visio.world.pages(visio.world.manager, f"/networks/{visio.world.network_id}/visio-accounts")
    assert [each["id"] for each in listed if each["is_default"]] == [second["id"]]


async def test_an_account_is_its_networks_managers_alone(visio: VisioWorld) -> None:
    world = visio.world
    made = await visio.account(kind="external", address="https://salle.example/1")
    path = f"/networks/{world.network_id}/visio-accounts"
    await world.refused(world.organiser, "GET", path, 403, "not-a-network-manager")
    await world.refused(world.neighbour, "GET", f"/visio-accounts/{made['id']}", 404, "not-found")
    await world.refused(world.organiser, "GET", f"/visio-accounts/{made['id']}", 403, "not-a-network-manager")
    await world.refused(world.stranger, "POST", path, 403, "not-an-organiser", json={"kind": "external", "name": "x"})


@pytest.mark.parametrize(
    ("wish", "status"),
    [
        ({"kind": "bigbluebutton", "address": "https://x.example"}, 422),
        ({"kind": "jitsi", "address": "https://x.example", "secret": "long enough"}, 422),
        ({"kind": "livekit", "address": "https://x.example/", "identifier": "k", "secret": "long enough"}, 422),
        ({"kind": "external", "address": "javascript:alert(1)"}, 422),
        ({"kind": "external", "address": "https://user:pass@x.example"}, 422),
        ({"kind": "bigbluebutton", "address": "https://x.example:99999/", "secret": "long enough"}, 422),
        ({"kind": "jitsi", "address": "https://x.example", "identifier": "k", "secret": "no PEM", "algorithm": "RS256"}, 422),
        (
            {"kind": "jitsi", "address": "https://x.example", "identifier": "k", "secret": "no PEM at all", "algorithm": "RS256"},
            409,
        ),
    ],
)
async def test_an_account_that_cannot_work_is_refused_at_once(visio: VisioWorld, wish: dict[str, Any], status: int) -> None:
    await visio.account(**wish, expect=status)


async def test_an_account_of_another_network_is_not_chosen(visio: VisioWorld) -> None:
    event, world = await visio.event(), visio.world
    path = f"/networks/{world.other_network_id}/visio-accounts"
    theirs = await world.call(world.neighbour, "POST", path, json={"kind": "external", "name": "x", "address": "https://a.example"})
    problem = await visio.choose(event, account_id=theirs.json()["id"], expect=409)
    assert problem["type"].endswith("/visio-account-elsewhere")


async def test_an_external_account_needs_an_address_somewhere(visio: VisioWorld) -> None:
    event = await visio.event()
    account = await visio.account(kind="external")
    problem = await visio.choose(event, account_id=account["id"], expect=409)
    assert problem["type"].endswith("/visio-address-missing")
    chosen = await visio.choose(event, account_id=account["id"], address="https://salle.example/2", minutes_before=0)
    assert chosen["opens_at"] == event["sessions"][0]["starts_at"]


async def test_what_another_tab_chose_is_not_overwritten(visio: VisioWorld) -> None:
    event, world = await visio.event(), visio.world
    await visio.choose(event, minutes_before=5)
    path = f"{visio.path(event)}/visio"
    await world.refused(world.organiser, "PUT", path, 412, "stale-version", json={}, headers={"If-Match": '"1"'})
    await world.refused(world.organiser, "PUT", path, 428, "precondition-required", json={})


async def test_a_session_on_site_only_has_no_visio(visio: VisioWorld) -> None:
    event = await visio.world.opened()
    await visio.choose(event, expect=409)
    visio.at(event)
    path = f"{visio.path(event)}/moderation"
    await visio.world.refused(visio.world.organiser, "POST", path, 409, "not-by-visio")


async def test_an_organiser_enters_as_moderator_an_hour_before(visio: VisioWorld) -> None:
    event, world = await visio.event(), visio.world
    path = f"{visio.path(event)}/moderation"
    visio.at(event, minutes=-61)
    await world.refused(world.organiser, "POST", path, 409, "visio-too-early")
    visio.at(event, minutes=-60)
    entered = (await world.call(world.organiser, "POST", path, expect=201)).json()
    assert visio.bbb.joined(entered["join_address"])["role"] == "MODERATOR"
    assert entered["closes_at"].endswith("T17:30:00" + entered["closes_at"][19:])
    for who in (world.participant, world.neighbour, world.stranger):
        await world.refused(who, "POST", path, 403, "not-an-organiser")
    await world.refused(None, "POST", path, 401, "unauthenticated")


async def test_where_somebody_enters_is_never_kept_for_replay(visio: VisioWorld) -> None:
    event, world = await visio.event(), visio.world
    visio.at(event)
    kept, secret = f"kept-{event['id']}", f"secret-{event['id']}"
    wish = {"kind": "external", "name": "Une salle"}
    path = f"/networks/{world.network_id}/visio-accounts"
    await world.call(world.manager, "POST", path, json=wish, headers={"Idempotency-Key": kept}, expect=201)
    path = f"{visio.path(event)}/moderation"
    await world.call(world.organiser, "POST", path, headers={"Idempotency-Key": secret}, expect=201)
    rows = await world.running.rows("SELECT key FROM idempotency_keys WHERE key = ANY(%(keys)s)", keys=[kept, secret])
    assert [row["key"] for row in rows] == [kept]


async def test_a_moderator_enters_a_sick_room_to_a_clear_problem(visio: VisioWorld) -> None:
    event, world = await visio.event(), visio.world
    visio.at(event)
    visio.bbb.mode = "failed"
    problem = await world.refused(world.organiser, "POST", f"{visio.path(event)}/moderation", 503, "visio-room-not-ready")
    assert problem["failure"] == "refused"


async def test_a_speakers_link_has_its_role_opens_early_and_is_revocable(visio: VisioWorld) -> None:
    event, world = await visio.event(sessions=2), visio.world
    made = {}
    for role in ("viewer", "presenter", "moderator"):
        wish = {"name": f"Dominique {role}", "role": role}
        made[role] = (await world.call(world.organiser, "POST", f"{visio.path(event)}/visio-links", json=wish, expect=201)).json()
    visio.at(event, minutes=-60)
    for role, given in (("presenter", "MODERATOR"), ("moderator", "MODERATOR")):
        entered = visio.bbb.joined(await visio.let_in(made[role]["address"]))
        assert (entered["role"], entered["fullName"]) == (given, f"Dominique {role}")
    await visio.turned_away(made["viewer"]["address"], 409, "visio-too-early")
    path = f"/visio-links/{made['presenter']['id']}"
    await world.change(world.organiser, "POST", f"{path}/revocation", of=path, expect=201)
    await visio.turned_away(made["presenter"]["address"], 410, "visio-link-revoked")
    assert (await world.call(world.organiser, "GET", path)).json()["address"] is None
    await world.change(world.organiser, "POST", f"{path}/revocation", of=path, expect=409)
    visio.at(event, 1)
    await visio.turned_away(made["moderator"]["address"], 410, "visio-over")  # of the first day only


async def test_an_account_is_tried_before_people_come(visio: VisioWorld) -> None:
    world = visio.world
    right = await visio.account()
    await world.call(world.manager, "POST", f"/visio-accounts/{right['id']}/trial", expect=201)
    wrong = await visio.account(kind="bigbluebutton", address=visio.bbb.address, secret="another secret")
    problem = await world.refused(world.manager, "POST", f"/visio-accounts/{wrong['id']}/trial", 409, "provider-refuses")
    assert (problem["failure"], problem["detail"]) == ("forbidden", "Le serveur de visio refuse le secret du compte.")
    visio.bbb.mode = "html"
    problem = await world.refused(world.manager, "POST", f"/visio-accounts/{right['id']}/trial", 409, "provider-refuses")
    assert problem["failure"] == "bad_answer"


async def test_speakers_names_are_forgotten_when_asked(visio: VisioWorld) -> None:
    event, world = await visio.event(), visio.world
    wish = {"name": "Dominique Exemple", "role": "presenter"}
    made = (await world.call(world.organiser, "POST", f"{visio.path(event)}/visio-links", json=wish, expect=201)).json()
    async with world.running.resources.database.transaction() as session:
        assert await links.forget_names(session, [UUID(event["id"])]) == 1
    assert [each["name"] for each in await visio.links_of(event)] == [""]
    visio.at(event)
    await visio.turned_away(made["address"], 410, "visio-link-revoked")


async def test_links_are_their_organisers_alone(visio: VisioWorld) -> None:
    event, world = await visio.event(), visio.world
    await visio.address(await visio.participant(event))
    link = (await visio.links_of(event))[0]
    for who in (world.participant, world.neighbour):
        await world.refused(who, "GET", f"/events/{event['id']}/visio-links", 403, "not-an-organiser")
        await world.refused(who, "GET", f"/visio-links/{link['id']}", 404, "not-found")
        headers = {"If-Match": '"1"'}
        await world.refused(who, "POST", f"/visio-links/{link['id']}/revocation", 404, "not-found", headers=headers)


async def test_changing_the_platforms_key_is_said_not_crashed(visio: VisioWorld) -> None:
    event = await visio.event()
    address = await visio.address(await visio.participant(event))
    account_id = UUID((await visio.visio(event))["account"]["id"])
    async with visio.world.running.resources.database.readers.connection() as connection:
        await connection.execute("UPDATE visio_accounts SET secret_sealed = 'gAAAAA' WHERE id = %s", [account_id])
    visio.at(event)
    assert (await visio.turned_away(address, 503, "visio-room-not-ready"))["failure"] == "unreadable_secret"
