"""The acts of payment that tests repeat."""

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import xlsxwriter

from services.common.ids import new_id
from tests.programming.world import World
from tests.support import Person

HEADER = "Référence dossier;SIRET;Date;Montant;Référence paiement;N° mandat"


def today(world: World) -> str:
    return world.running.clock.now().astimezone(ZoneInfo("Europe/Paris")).date().isoformat()


def french_day(world: World) -> str:
    return datetime.fromisoformat(today(world)).strftime("%d/%m/%Y")


def drawn(prefix: str = "VIR") -> str:
    """A reference nobody used."""
    return f"{prefix}-{new_id().hex[-12:].upper()}"


async def committed(world: World, euros: int = 8_000) -> dict[str, Any]:
    """An award of the State, all of it committed: as its payer reads it."""
    told = await world.awarded(state=euros)
    return await world.commit(world.state_payer, told["awards"]["state"]["id"])


def payment(world: World, cents: int, **more: Any) -> dict[str, Any]:
    return {"paid_on": today(world), "reference": drawn(), "amount_cents": cents, **more}


async def pay(world: World, award_id: str, cents: int, **more: Any) -> dict[str, Any]:
    wish = payment(world, cents, **more)
    made: dict[str, Any] = (
        await world.call(world.state_payer, "POST", f"/awards/{award_id}/payments", json=wish, expect=201)
    ).json()
    return made


async def repay(world: World, award_id: str, cents: int) -> dict[str, Any]:
    wish = {"repaid_on": today(world), "reference": drawn("REV"), "amount_cents": cents, "reason": "Trop-perçu."}
    made = await world.call(world.state_payer, "POST", f"/awards/{award_id}/repayments", json=wish, expect=201)
    found: dict[str, Any] = made.json()
    return found


def order(world: World, **more: Any) -> dict[str, Any]:
    return {"number": drawn("M"), "ordered_on": today(world), **more}


async def ordered(world: World, award_id: str, **more: Any) -> dict[str, Any]:
    wish = order(world, **more)
    made: dict[str, Any] = (await world.call(world.state_payer, "POST", f"/awards/{award_id}/orders", json=wish, expect=201)).json()
    return made


async def schedule(world: World, award_id: str, *parts: dict[str, Any], who: Person | None = None) -> httpx.Response:
    where = f"/awards/{award_id}"
    body = {"instalments": list(parts)}
    return await world.change(who or world.state_officer, "PUT", f"{where}/schedule", of=f"{where}/payments", json=body)


async def book(world: World, award_id: str, who: Person | None = None) -> dict[str, Any]:
    """Everything about the award's payment."""
    found: dict[str, Any] = (await world.call(who or world.state_payer, "GET", f"/awards/{award_id}/payments", expect=200)).json()
    return found


async def send(world: World, content: bytes, *, dry_run: bool = False, who: Person | None = None) -> httpx.Response:
    params = {"dry_run": str(dry_run).lower(), "name": "paiements.csv"}
    return await world.call(
        who or world.state_payer, "POST", f"/funders/{world.state}/payment-imports", params=params, content=content
    )


def csv(*lines: str, header: str = HEADER) -> bytes:
    return "\n".join([header, *lines]).encode()


def xlsx(rows: Sequence[Sequence[Any]]) -> bytes:
    """A workbook of one sheet; days are date cells."""
    content = BytesIO()
    book = xlsxwriter.Workbook(content, {"default_date_format": "dd/mm/yyyy"})
    sheet = book.add_worksheet("Paiements")
    for i, row in enumerate(rows):
        for j, cell in enumerate(row):
            sheet.write(i, j, cell)
    book.close()
    return content.getvalue()
