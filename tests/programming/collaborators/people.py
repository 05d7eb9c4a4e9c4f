"""Inviting somebody to a dossier, as the tests of several rooms do."""

from urllib.parse import unquote

from tests.programming.world import World, address_of
from tests.support import Person


async def invite(world: World, dossier_id: str, who: Person, part: str = "editor") -> tuple[str, str]:
    """An invitation sent to that person's address: its id, and the token its mail carries."""
    wish = {"email": address_of(who.account_id), "part": part}
    made = await world.call(world.helper, "POST", f"/dossiers/{dossier_id}/collaborators", json=wish, expect=201)
    return made.json()["id"], await token_of(world, address_of(who.account_id))


async def token_of(world: World, address: str) -> str:
    """What the last invitation mailed there ends with."""
    mail = [one for one in await world.mails("vous invite") if one["to"] == address][-1]
    (line,) = [line for line in mail["text"].splitlines() if line.startswith("http")]
    return unquote(line.rpartition("/")[2])


async def joined(world: World, dossier_id: str, part: str = "editor") -> tuple[Person, str]:
    """Somebody of no organisation who has accepted, and the id of their collaboration."""
    who = Person()
    collaborator_id, token = await invite(world, dossier_id, who, part)
    await world.call(who, "POST", "/collaborations", json={"token": token}, expect=201)
    return who, collaborator_id
