"""No column of the service may hold something of somebody unless somebody speaks for it."""

from services.directory import schema
from services.directory.privacy import register
from services.directory.tables import KERNEL
from tests.guard import faults


def test_every_column_that_may_name_somebody_is_accounted_for() -> None:
    declared = {name for holding in register.HOLDINGS for name in holding.tables}
    assert faults(schema.metadata, KERNEL, register.ACCOUNTED, declared=declared) == {}
