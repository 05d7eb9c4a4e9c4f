"""The post of each test's world, empty at the beginning; visio rooms that have addresses."""

from typing import Any
from uuid import UUID

import pytest

from tests.events.invitations.post import Post
from tests.events.world import World


@pytest.fixture
async def post(world: World) -> Post:
    post = Post(world)
    await post.delivered()
    return post


@pytest.fixture
def visio_links(monkeypatch: pytest.MonkeyPatch) -> None:
    async def addresses(session: Any, resources: Any, attendee_ids: list[UUID]) -> dict[UUID, str]:
        return {each: f"https://canevas.test/visio/{each.hex}" for each in attendee_ids}

    monkeypatch.setattr("services.events.visio.links.addresses", addresses)
