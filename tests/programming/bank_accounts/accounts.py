"""Bank accounts as people write them in tests. The numbers are specimens that banks print."""

from typing import Any

from services.common.ids import new_id
from tests.programming.world import World
from tests.support import Person

IBAN = "FR76 3000 6000 0112 3456 7890 189"
OTHER_IBAN = "DE89 3704 0044 0532 0130 00"
MASKED = "FR76 •••• 0189"


def drawn_iban() -> str:
    """A French IBAN nobody else has, its key right."""
    number = f"{int(new_id().hex[-12:], 16):023d}"
    return f"FR{98 - int(f'{number}152700') % 97:02d}{number}"


def account(iban: str = IBAN, **more: Any) -> dict[str, Any]:
    return {"iban": iban, "account_holder": "Les Ateliers imaginaires", **more}


async def proposed(world: World, iban: str = IBAN, *, who: Person | None = None) -> dict[str, Any]:
    """An account the association's president proposes."""
    where = f"/organisations/{world.association}/bank-accounts"
    made: dict[str, Any] = (await world.call(who or world.president, "POST", where, json=account(iban), expect=201)).json()
    return made


async def confirmed(world: World, iban: str = IBAN) -> dict[str, Any]:
    """An account proposed by the president and confirmed by the manager."""
    where = f"/bank-accounts/{(await proposed(world, iban))['id']}"
    answer = await world.change(world.holder, "POST", f"{where}/confirmation", of=where, expect=201)
    found: dict[str, Any] = answer.json()
    return found
