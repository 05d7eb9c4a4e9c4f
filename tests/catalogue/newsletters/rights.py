"""What the table of rights needs of newsletters."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from services.catalogue.subscriptions import rules
from services.catalogue.subscriptions.rules import Purpose
from tests.catalogue.newsletters.lists import ask, confirmation_in, new_address, paragraph, written
from tests.catalogue.subscriptions.morning import letters, text_of
from tests.catalogue.world import World

QUERIES: dict[str, dict[str, Any]] = {}


async def prepare(world: World, ids: Mapping[str, str]) -> dict[str, str]:
    """A newsletter of the first centre that is not sent, and an address that has not confirmed."""
    email = new_address()
    await ask(world, email)
    newsletter = await written(world, paragraph("Z"))
    secret = world.running.resources.settings.secret_key.get_secret_value()
    return {
        "newsletter_id": newsletter["id"],
        "confirmation_token": confirmation_in(text_of(letters(world, email)[0])).split("/")[-2],
        "newsletter_token": rules.token(secret, Purpose.END_NEWSLETTER, UUID(newsletter["id"])),
    }


def bodies(world: World, ids: Mapping[str, str]) -> dict[str, Any]:
    return {
        "createNewsletter": {"subject": "Z", "items": [{"kind": "paragraph", "text": "Z"}]},
        "subscribeToNewsletter": {"email": "lecteur@example.fr"},
    }
