"""What tests of newsletters share: addresses that subscribe, and newsletters that are written."""

import re
from typing import Any

from services.common.ids import new_id
from tests.catalogue.subscriptions.morning import letters, text_of
from tests.catalogue.world import World


def new_address() -> str:
    return f"lecteur-{new_id().hex}@example.fr"


async def ask(world: World, email: str, *, expect: int = 202) -> Any:
    """Ask for a subscription, from a network address nobody else asks from."""
    requests = "DELETE FROM newsletter_requests WHERE origin = '127.0.0.1'"
    async with world.running.resources.database.readers.connection() as connection:
        await connection.execute(requests.encode())
    path = f"/centres/{world.centre_id}/newsletter-subscriptions"
    answer = await world.call(None, "POST", path, json={"email": email}, expect=expect)
    await world.running.run_jobs()
    return answer.json()


def confirmation_in(text: str) -> str:
    found = re.search(r"http://canevas\.test(/catalogue/v1/newsletter-subscriptions/\S+/confirmation)", text)
    assert found is not None
    return found[1]


async def subscribed(world: World) -> str:
    """An address that confirmed."""
    email = new_address()
    await ask(world, email)
    await world.call(None, "POST", confirmation_in(text_of(letters(world, email)[-1])), expect=200)
    return email


def document(draft: dict[str, Any], comment: str = "") -> dict[str, Any]:
    return {"kind": "document", "document_id": draft["id"], "comment": comment}


def paragraph(text: str) -> dict[str, Any]:
    return {"kind": "paragraph", "text": text}


async def written(world: World, *items: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A newsletter of the first centre, not yet sent."""
    wish = {"subject": "La lettre de novembre", "introduction": "Bonjour,", "items": list(items), **more}
    path = f"/centres/{world.centre_id}/newsletters"
    body: dict[str, Any] = (await world.call(world.documentalist, "POST", path, json=wish, expect=201)).json()
    return body


async def sent(world: World, newsletter: dict[str, Any]) -> dict[str, Any]:
    path = f"/newsletters/{newsletter['id']}"
    answer = await world.change(world.manager, "POST", f"{path}/sending", of=path, expect=201)
    body: dict[str, Any] = answer.json()
    return body


async def read(world: World, newsletter: dict[str, Any]) -> dict[str, Any]:
    body: dict[str, Any] = (await world.call(world.manager, "GET", f"/newsletters/{newsletter['id']}", expect=200)).json()
    return body
