"""What `canevas doctor` says of programming's tables: nothing after a busy season, and the name of each wrong made by hand."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.doctor import named_files
from services.common.ids import new_id
from services.programming.checks import CHECKS
from services.programming.schema import metadata
from tests.programming.webhooks.receiver import receiving, subscribe
from tests.programming.world import World

pytestmark = pytest.mark.anyio


async def busy(world: World) -> dict[str, Any]:
    """Adjourned and carried over, reopened and decided again, told, corrected, paid, withdrawn."""
    dossiers = [await world.reviewed(state=8_000, caf=4_000) for _ in range(3)]
    first = await world.convene(*(dossier["id"] for dossier in dossiers))
    asked = [world.request_of(dossier, world.caf)["id"] for dossier in dossiers]
    assert (await world.decide(world.caf_officer, first, asked[1], outcome="adjourned")).status_code == 200
    await world.grant(world.caf_officer, first, asked[0], 400_000)
    await world.grant(world.caf_officer, first, asked[2], 400_000)
    await world.close(first)
    for who in (world.caf_officer, world.team):
        where = f"/committees/{first}/decisions/{asked[0]}/reopening"
        await world.call(who, "POST", where, json={"reason": "Erreur."}, expect=201)
    await world.decide(world.caf_officer, first, asked[0], over='"1"', outcome="granted", amount_cents=300_000)
    withdrawn = f"/dossiers/{dossiers[2]['id']}"
    await world.change(world.holder, "POST", f"{withdrawn}/withdrawal", of=withdrawn, json={"reason": "Autre projet."}, expect=201)
    second = await world.convene(*(dossier["id"] for dossier in dossiers[:1]))
    of = f"/committees/{second}"
    await world.change(world.team, "POST", f"{of}/agenda/carry-over", of=of, expect=201)
    await world.grant(world.caf_officer, second, asked[1], 200_000)
    await world.close(second)
    told = []
    for dossier in dossiers[:2]:
        made = await world.call(
            world.caf_officer, "POST", f"/dossiers/{dossier['id']}/notifications", json={"funder_id": str(world.caf)}, expect=201
        )
        told.append(made.json()["id"])
    right = {"granted_cents": 250_000, "reason": "Erreur de plume."}
    await world.call(world.caf_officer, "POST", f"/notifications/{told[0]}/corrections", json=right, expect=201)
    await world.call(world.team, "POST", f"/committees/{second}/papers", json={"kind": "minutes"}, expect=201)
    return {"request": asked[0], "withdrawn": asked[2], "notification": told[0], "committee": second}


async def found(world: World, sql: str = "SELECT 1", **values: Any) -> set[str]:
    """Names of the checks that find something once this is done; it is undone."""
    names = set()
    async with (
        world.running.resources.database.readers.connection() as connection,
        connection.transaction(force_rollback=True),
    ):
        await connection.execute(sql.encode(), values or None)
        for check in CHECKS:
            if await (await connection.execute(check.query.encode())).fetchall():
                names.add(check.name)
    return names


async def test_a_busy_season_is_sound_and_each_wrong_is_found(world: World) -> None:
    async with receiving() as receiver:
        made = await subscribe(world, world.caf_officer, receiver.url)
        ids = await busy(world)
        assert await found(world) == set(), "work that waits for its turn is no fault"
        await world.running.run_jobs()
        assert await found(world) == set()

    old = {"old": datetime.now(UTC) - timedelta(hours=2)}
    wrongs: dict[str, tuple[str, Mapping[str, Any]]] = {
        "awarded": ("DELETE FROM reopenings; DELETE FROM decisions", {}),
        "decisions": ("UPDATE funding_requests SET status = 'refused', granted_cents = 0 WHERE id = %(id)s", {"id": ids["request"]}),
        "reopenings": ("UPDATE reopenings SET settled_at = NULL WHERE request_id = %(id)s", {"id": ids["request"]}),
        "withdrawals": ("UPDATE funding_requests SET granted_cents = 100 WHERE id = %(id)s", {"id": ids["withdrawn"]}),
        "payments": ("UPDATE awards SET committed_cents = granted_cents, paid_cents = granted_cents WHERE request_id = %(id)s",
                     {"id": ids["request"]}),
        "awards": ("UPDATE awards SET granted_cents = granted_cents + 100 WHERE request_id = %(id)s", {"id": ids["request"]}),
        "envelopes": ("UPDATE budget_lines SET granted_cents = granted_cents + 100 WHERE code = 'caf'", {}),
        "letters": ("UPDATE notifications SET letter_ready_at = NULL, notified_at = %(old)s WHERE id = %(id)s",
                    {"id": ids["notification"]}),
        "minutes": ("UPDATE session_papers SET ready_at = NULL, file_key = NULL, asked_at = %(old)s WHERE committee_id = %(id)s",
                    {"id": ids["committee"]}),
        "webhooks": (
            "UPDATE webhook_deliveries SET state = 'waiting', attempts = 0, delivered_at = NULL,"
            " next_attempt_at = %(old)s WHERE endpoint_id = %(id)s", {"id": made["id"]},
        ),
        "announcements": (
            "WITH o AS (UPDATE outbox_events SET at = %(old)s WHERE type LIKE 'announced.%%' RETURNING id) INSERT INTO procrastinate_jobs"
            " (queue_name, task_name, status, args) SELECT 'default', 'programming:fan_out_event', 'failed',"
            " jsonb_build_object('event_id', id::text) FROM o", {},
        ),
    }  # fmt: skip
    for name, (sql, values) in wrongs.items():
        names = await found(world, sql, **old, **values)
        assert name in names, (name, names)
    bulk = {"id": new_id(), "campaign": world.campaign_id, "request": ids["request"], "who": new_id()}
    stopped = """
        WITH b AS (INSERT INTO bulk_notifications (id, campaign_id, funder_id, holder_comment, asked_by, asked_at, total)
          VALUES (%(id)s, %(campaign)s, %(who)s, '', %(who)s, %(old)s, 1) RETURNING id)
        INSERT INTO bulk_notification_lines (bulk_id, number, request_id, dossier_id, reference, state)
        SELECT id, 1, %(request)s, %(request)s, 'R', 'waiting' FROM b
        """
    assert await found(world, stopped, **old, **bulk) == {"bulk_notifications"}
    assert all(check.way_out.fr and check.way_out.en and check.wrong.en for check in CHECKS)
    assert len({check.name for check in CHECKS}) == len(CHECKS)


def test_every_file_a_table_names_is_looked_for() -> None:
    named = {table.name: named_files(table.columns.keys()) for table in metadata.tables.values()}
    assert named["notifications"] == named["notification_corrections"] == ["letter_key"]
    assert named["session_papers"] == ["file_key"]
    assert named["attachments"] == ["key"]
    # No column that keeps a digest is left out.
    for table in metadata.tables.values():
        digests = {name.removesuffix("sha256") for name in table.columns.keys() if name.endswith("sha256")}  # noqa: SIM118
        assert {name.removesuffix("key") for name in named[table.name]} == digests - _NO_FILE.get(table.name, set()), table.name


#: Digests of what is not kept as a file.
_NO_FILE: dict[str, set[str]] = {"payment_imports": {""}}
