"""Every foreign key has an index that begins with its columns: what is looked up by, deleted under, or locked through costs the same
at any size."""

import pytest

from tests.support import Running

pytestmark = pytest.mark.anyio

#: Foreign keys of this service whose columns lead no valid index that holds every row.
BARE = """
SELECT c.conrelid::regclass::text AS owner, c.conname AS name FROM pg_constraint c
WHERE c.contype = 'f' AND c.connamespace = current_schema()::regnamespace AND c.conrelid::regclass::text NOT LIKE 'procrastinate%%'
AND NOT EXISTS (
    SELECT 1 FROM pg_index i WHERE i.indrelid = c.conrelid AND i.indisvalid
    AND (i.indpred IS NULL OR pg_get_expr(i.indpred, i.indrelid) LIKE '%%IS NOT NULL%%')
    AND (i.indkey::int2[])[0:cardinality(c.conkey) - 1] @> c.conkey
)
ORDER BY 1, 2
"""


#: Never looked up by, and what they point at is never deleted.
NEVER_LOOKED_UP = {
    "bulk_notifications.fk_bulk_notifications_campaign_id_campaigns",  # by its funder
    "campaigns.fk_campaigns_contract_id_contracts",  # some hundreds in all
    "cpos.fk_cpos_renews_id_cpos",
    "payment_orders.fk_payment_orders_request_id_payment_requests",
    "payments.fk_payments_import_id_payment_imports",
    "payments.fk_payments_order_id_payment_orders",
    "reopenings.fk_reopenings_decision_id_decisions",  # those open have theirs
}


async def test_every_foreign_key_has_its_index(running: Running) -> None:
    bare = {f"{row['owner']}.{row['name']}" for row in await running.rows(BARE)}
    assert bare == NEVER_LOOKED_UP
