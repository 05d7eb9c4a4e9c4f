"""What the table of rights needs of bank accounts: one that the president of the association proposed."""

from collections.abc import Mapping
from typing import Any

from tests.programming.bank_accounts.accounts import account, proposed
from tests.programming.world import World

QUERIES: dict[str, dict[str, Any]] = {}


async def prepare(world: World, ids: Mapping[str, str]) -> dict[str, str]:
    return {"organisation_id": str(world.association), "bank_account_id": (await proposed(world))["id"]}


def bodies(world: World, ids: Mapping[str, str]) -> dict[str, Any]:
    return {"proposeBankAccount": account(), "rejectBankAccount": {"reason": "Illisible."}}
