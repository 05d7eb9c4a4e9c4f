"""What an audience may read, said in Python and in SQL: the two agree on every document, audience and instant."""

from datetime import timedelta
from itertools import product
from uuid import UUID

import pytest

from services.catalogue.centres.service import Audience
from services.catalogue.documents import views
from tests.catalogue.world import World

pytestmark = pytest.mark.anyio


async def test_the_two_rules_are_one(world: World) -> None:
    clock = world.running.clock
    today = clock.now().date()
    embargoes = (None, today - timedelta(days=3), today, today + timedelta(days=1), today + timedelta(days=30))
    made = []
    for access, embargo in product(("public", "members"), embargoes):
        document = await world.published(access=access, embargo_until=embargo and embargo.isoformat())
        (row,) = await world.running.rows("SELECT centre_id, available_at FROM documents WHERE id = %(id)s", id=document["id"])
        made.append((UUID(document["id"]), access == "members", row["available_at"]))
    ours, theirs = UUID(world.centre_id), UUID(world.other_centre_id)
    audiences = [
        Audience(kept, sorted({*kept, *more}))
        for kept, more in product(([], [ours], [theirs]), ([], [ours], [theirs], [ours, theirs]))
    ]
    edges = sorted({at for _, _, at in made})
    instants = [edge + delta for edge in edges for delta in (timedelta(microseconds=-1), timedelta(), timedelta(microseconds=1))]
    seen = hidden = 0
    async with world.running.resources.database.readers.connection() as reader:
        for audience, now in product(audiences, instants):
            found = await views.faces(reader, audience, [document_id for document_id, _, _ in made], now=now)
            for document_id, members_only, available_at in made:
                expected = audience.may_read(ours, members_only=members_only, available_at=available_at, now=now)
                assert (document_id in found) == expected, (audience, now, members_only, available_at)
                seen, hidden = seen + expected, hidden + (not expected)
    assert seen > 100
    assert hidden > 100
