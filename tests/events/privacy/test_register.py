"""No column of the service may hold something of somebody unless somebody speaks for it."""

from services.events import schema
from services.events.privacy import register, rules, service
from services.events.tables import KERNEL
from tests.guard import faults


def test_every_column_that_may_name_somebody_is_accounted_for() -> None:
    assert faults(schema.metadata, KERNEL, register.ACCOUNTED) == {}


def test_every_rule_a_room_carries_out_is_a_rule_people_read() -> None:
    known = {rule.code for rule in rules.RULES}
    done = {code for holder in register.HOLDERS for code in (*holder.forgets, *holder.forgets_old)}
    assert done <= known
    assert {rule.code for rule in service.carried_out()} == done
    assert {"needs", "phones", "answers", "identity"} <= done
