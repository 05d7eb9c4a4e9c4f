"""What is true of an event's seats whatever happened: counted in the database, not by the code that gives them."""

from collections.abc import Mapping
from typing import Any

from tests.events.world import World

ACTIVE = ("unconfirmed", "to_approve", "seated", "waiting", "offered")


async def all_is_true(world: World, event: Mapping[str, Any]) -> dict[str, Any]:
    """Checks the laws of the seats of an event; returns how many registrations are in each state."""
    running = world.running
    wrong = await running.rows(
        "SELECT p.id, p.taken, p.capacity, count(a.id) AS sitting FROM seat_pools p JOIN registration_desks d ON d.id = p.desk_id"
        " LEFT JOIN attendees a ON a.pool_id = p.id AND a.left_at IS NULL WHERE d.event_id = %(id)s"
        " GROUP BY p.id HAVING p.taken <> count(a.id) OR p.taken > p.capacity",
        id=event["id"],
    )
    assert wrong == [], "a seat is counted once for who sits there, and there are no more than there are"
    rows = await running.rows(
        "SELECT r.*, (SELECT count(*) FROM attendees a WHERE a.registration_id = r.id AND a.left_at IS NULL) AS people,"
        " (SELECT count(*) FROM attendees a WHERE a.registration_id = r.id AND a.pool_id IS NOT NULL) AS seats"
        " FROM registrations r WHERE r.event_id = %(id)s ORDER BY r.rank, r.id",
        id=event["id"],
    )
    for row in rows:
        assert row["seats"] in (0, row["people"]), "a group sits whole or not at all"
        holds = row["state"] in ("seated", "offered") or (row["state"] == "unconfirmed" and row["rank"] is None)
        if row["state"] != "unconfirmed" or row["seats"] or row["rank"]:
            assert holds == (row["seats"] > 0), row
        assert (row["state"] == "waiting") <= (row["rank"] is not None)
        assert row["rank"] is None or row["state"] in ("waiting", "unconfirmed")
    for desk in await running.rows("SELECT * FROM registration_desks WHERE event_id = %(id)s", id=event["id"]):
        ranks = [row["rank"] for row in rows if row["desk_id"] == desk["id"] and row["rank"] is not None]
        assert len(ranks) == desk["waiting_count"] == len(set(ranks))
        assert all(rank <= desk["last_rank"] for rank in ranks)
    counts: dict[str, Any] = {}
    for row in rows:
        counts[row["state"]] = counts.get(row["state"], 0) + 1
    return counts


async def shown_ranks(world: World, event: Mapping[str, Any]) -> list[int]:
    """Ranks as people read them."""
    found = await world.pages(world.organiser, f"/events/{event['id']}/registrations", limit=100)
    return sorted(each["rank"] for each in found if each["rank"] is not None)
