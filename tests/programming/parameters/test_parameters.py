"""Legal parameters: dated, sourced, recorded by administrators only."""

from datetime import date

import pytest

from services.programming.parameters import service
from services.programming.parameters.schemas import Parameter
from tests.programming.world import World
from tests.support import Person

pytestmark = pytest.mark.anyio

WISH = {"parameter": "agreement_above_cents", "applies_from": "2031-01-01", "value": 3_000_000, "source": "un décret à venir"}


async def test_a_new_value_applies_from_its_day_and_the_former_one_until_then(world: World) -> None:
    await world.call(Person(administrator=True), "POST", "/parameters", json=WISH, expect=201)
    async with world.running.resources.database.sessions() as session:
        assert await service.value(session, Parameter.AGREEMENT_ABOVE_CENTS, date(2030, 12, 31)) == 2_300_000
        assert await service.value(session, Parameter.AGREEMENT_ABOVE_CENTS, date(2031, 1, 1)) == 3_000_000
    listed = (await world.call(None, "GET", "/parameters", expect=200)).json()["items"]
    assert {parameter["parameter"] for parameter in listed} == {parameter.value for parameter in Parameter}
    assert all(parameter["source"] for parameter in listed)
    await world.refused(Person(administrator=True), "POST", "/parameters", 409, "parameter-already-dated", json=WISH)


async def test_others_do_not_record_the_law(world: World) -> None:
    await world.refused(world.team, "POST", "/parameters", 403, "not-administrator", json=WISH)
