"""Bank accounts that wait for a second person: until one is confirmed, nobody is paid on them."""

from typing import Any

import sqlalchemy as sa

from ..due_lines import ACCOUNT, LED, among, line
from .models import BankAccount, BankAccountStatus

_B: Any = BankAccount.__table__  # type: ignore[attr-defined]

_COLUMNS = line(
    *("bank_account_to_confirm", _B.c.organisation_id, ("bank_account", _B.c.id)),
    label=_B.c.iban_masked,
    since=_B.c.proposed_at,
)
DUE: list[Any] = [
    sa.select(*_COLUMNS).where(
        *(_B.c.organisation_id == LED, among(_B.c.status, (BankAccountStatus.PROPOSED,)), _B.c.proposed_by != ACCOUNT)
    )
]
