"""No column of programming may hold something of somebody unless somebody speaks for it."""

from services.programming import schema
from services.programming.privacy import columns, register
from services.programming.tables import KERNEL
from tests.guard import faults


def test_every_column_that_may_name_somebody_is_accounted_for() -> None:
    declared = {name for holding in register.HOLDINGS for name in holding.tables}
    assert faults(schema.metadata, KERNEL, columns.ACCOUNTED, declared=declared) == {}
