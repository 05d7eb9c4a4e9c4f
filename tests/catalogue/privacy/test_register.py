"""No column of catalogue may hold something of somebody unless somebody speaks for it."""

from services.catalogue import schema
from services.catalogue.privacy import columns, register
from services.catalogue.tables import KERNEL
from tests.guard import faults


def test_every_column_that_may_name_somebody_is_accounted_for() -> None:
    declared = {name for holding in register.HOLDINGS for name in holding.tables}
    assert faults(schema.metadata, KERNEL, columns.ACCOUNTED, declared=declared) == {}
