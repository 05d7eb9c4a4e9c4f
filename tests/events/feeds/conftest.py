"""The post of each test's world, empty at the beginning."""

import pytest

from tests.events.invitations.post import Post
from tests.events.world import World


@pytest.fixture
async def post(world: World) -> Post:
    post = Post(world)
    await post.delivered()
    return post
