"""A night of erasure at 50 000 participants: `python -m tests.load.erasure [participants]` prints how long each rule takes, as JSON."""

import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from psycopg import AsyncConnection

from gateway import postgres
from services.common import migrations
from services.events.app import SERVICE
from services.events.privacy import service
from services.events.privacy.service import Progress
from services.events.settings import Settings
from tests.conftest import ROOT, Databases
from tests.events.world import World, fake_directory
from tests.support import Running, open_service, settings_for

_PER_EVENT = 250
#: A registration for each participant, seated, with all that rooms keep of them, at events that were held five years ago.
_FILL = (
    """INSERT INTO events SELECT (jsonb_populate_record(e, jsonb_build_object('id', gen_random_uuid(), 'status', 'held',
       'reference', 'OLD-' || n, 'sort_on', '2019-01-01', 'starts_at', '2019-01-01T09:00Z', 'ends_at', '2019-01-01T17:00Z'))).*
       FROM events e, generate_series(1, {events}) n WHERE e.id = %(event)s""",
    """INSERT INTO event_sessions SELECT (jsonb_populate_record(s, jsonb_build_object('id', gen_random_uuid(), 'event_id', o.id,
       'starts_at', '2019-01-01T09:00Z', 'ends_at', '2019-01-01T17:00Z'))).*
       FROM event_sessions s, events o WHERE s.event_id = %(event)s AND o.reference LIKE 'OLD-%%'""",
    """INSERT INTO registration_desks (id, event_id, last_rank, waiting_count, version)
       SELECT gen_random_uuid(), id, 0, 0, 1 FROM events WHERE reference LIKE 'OLD-%%'""",
    """INSERT INTO registrations SELECT (jsonb_populate_record(r, jsonb_build_object('id', gen_random_uuid(), 'desk_id', d.id,
       'event_id', d.event_id, 'code', left(md5(d.id::text || n), 8), 'contact_email', md5(d.id::text || n) || '@example.fr',
       'contact_phone', '06'))).* FROM registrations r, registration_desks d JOIN events o ON o.id = d.event_id,
       generate_series(1, {each}) n WHERE r.id = %(registration)s AND o.reference LIKE 'OLD-%%' ON CONFLICT DO NOTHING""",
    """INSERT INTO attendees SELECT (jsonb_populate_record(a, jsonb_build_object('id', gen_random_uuid(), 'registration_id', r.id,
       'event_id', r.event_id, 'key', left(md5(r.id::text), 32), 'email', r.contact_email, 'answers', '{{"a": 1}}'::jsonb))).*
       FROM attendees a, registrations r JOIN events o ON o.id = r.event_id
       WHERE a.id = %(attendee)s AND o.reference LIKE 'OLD-%%'""",
    """INSERT INTO attendee_needs SELECT a.id, 'x', '', '{{}}', '{{}}' FROM attendees a JOIN events o ON o.id = a.event_id
       WHERE o.reference LIKE 'OLD-%%'""",
    """INSERT INTO check_ins SELECT gen_random_uuid(), a.event_id, s.id, a.id, 'd', a.id::text, s.starts_at, s.starts_at, NULL, false
       FROM attendees a JOIN events o ON o.id = a.event_id JOIN event_sessions s ON s.event_id = o.id WHERE o.reference LIKE 'OLD-%%'""",
    """INSERT INTO presences (id, event_id, session_id, attendee_id, state, minutes, source, note, validated_at)
       SELECT gen_random_uuid(), a.event_id, s.id, a.id, 'present', 480, 'scan', 'x', s.ends_at
       FROM attendees a JOIN events o ON o.id = a.event_id JOIN event_sessions s ON s.event_id = o.id WHERE o.reference LIKE 'OLD-%%'""",
    """INSERT INTO letters SELECT gen_random_uuid(), a.event_id, a.registration_id, a.id, 'seated', 'v1', o.starts_at
       FROM attendees a JOIN events o ON o.id = a.event_id WHERE o.reference LIKE 'OLD-%%'""",
    """INSERT INTO visio_links (id, event_id, attendee_id, role, label, marks, uses_count, doubled_count, created_at, version)
       SELECT gen_random_uuid(), a.event_id, a.id, 'viewer', '', '{{}}', 0, 0, o.starts_at, 1
       FROM attendees a JOIN events o ON o.id = a.event_id WHERE o.reference LIKE 'OLD-%%'""",
    """INSERT INTO certificates (id, event_id, registration_id, attendee_id, number, reference, code, kind, state, holder_name, minutes,
       total_minutes, facts, issued_at, file_key, file_size, file_sha256, ready_at, version)
       SELECT gen_random_uuid(), a.event_id, a.registration_id, a.id, row_number() OVER (PARTITION BY a.event_id),
       o.reference || '-' || row_number() OVER (PARTITION BY a.event_id), left(md5(a.id::text), 12), 'certificate', 'issued', 'Camille',
       480, 480, '{{"event_title": "T", "network": "N", "days": "J"}}'::jsonb, o.ends_at, 'k' || a.id, 1, 'x', o.ends_at, 1
       FROM attendees a JOIN events o ON o.id = a.event_id WHERE o.reference LIKE 'OLD-%%' ON CONFLICT DO NOTHING""",
    "ANALYZE",
)


async def fill(running: Running, participants: int) -> int:
    """As many participants of the past as asked for; how many there are."""
    world = World(running)
    await world.open()
    event = await world.opened()
    found = await world.register(event)
    given = {"event": event["id"], "registration": found["id"], "attendee": found["attendees"][0]["id"]}
    async with await AsyncConnection.connect(running.resources.settings.database_url) as connection:
        for statement in _FILL:
            text = statement.format(events=max(1, participants // _PER_EVENT), each=_PER_EVENT)
            await connection.execute(text.encode(), given if "%(" in text else None)
    return int((await running.rows("SELECT count(*) AS n FROM attendees WHERE family_name <> 'Anonyme'"))[0]["n"])


async def night(running: Running) -> dict[str, Any]:
    """Each rule: seconds it took, records it erased, the longest transaction."""
    resources = running.resources
    now, measured = resources.clock.now(), {}
    for progress in service.tonight(resources.settings, now):
        left: Progress | None = progress
        begun, longest, batches = time.perf_counter(), 0.0, 0
        while left is not None:
            started = time.perf_counter()
            async with resources.database.transaction() as session:
                left = await service.erase_some(session, resources, left, now=now)
            longest, batches = max(longest, time.perf_counter() - started), batches + 1
        (line,) = await running.rows(
            "SELECT count FROM erasures WHERE rule = %(rule)s ORDER BY number DESC LIMIT 1", rule=progress.rule
        )
        seconds = round(time.perf_counter() - begun, 2)
        measured[progress.rule] = {"s": seconds, "erased": line["count"], "batches": batches, "longest_s": round(longest, 2)}
    return measured


async def measure(databases: Databases, data_dir: Path, participants: int) -> dict[str, Any]:
    """A first night, which has everything to erase, and a second one, which has nothing left."""
    settings = settings_for(Settings, databases(SERVICE), data_dir)
    async with open_service(SERVICE, settings, apps={"directory": fake_directory()}) as running:
        people = await fill(running, participants)
        first, second = await night(running), await night(running)
    spent = [round(sum(each["s"] for each in rules.values()), 2) for rules in (first, second)]
    return {"participants": people, "night_s": spent[0], "next_night_s": spent[1], "rules": first}


def main() -> None:
    participants = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    with postgres.running(ROOT / ".canevas" / "erasure") as server, tempfile.TemporaryDirectory() as folder:
        name = f"erasure_{SERVICE.name}"
        postgres.drop_database(server, name)
        conninfo = postgres.ensure_database(server, name)
        migrations.upgrade(conninfo, SERVICE.name, SERVICE.metadata)
        found = asyncio.run(measure(lambda service: conninfo, Path(folder), participants))
        postgres.drop_database(server, name)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
