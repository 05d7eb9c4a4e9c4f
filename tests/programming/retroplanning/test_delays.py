"""How long a funder takes to answer, in public."""

import pytest

from services.programming.retroplanning.delays import FEWEST, said
from tests.programming.world import World

pytestmark = pytest.mark.anyio


def test_nothing_is_said_about_a_few_answers() -> None:
    figures = {"answered": FEWEST - 1, "median_days": 40.0, "p90_days": 60.0, "within_promise": 3}
    assert said(figures) == {"suppressed": True, "answered": None, "median_days": None, "p90_days": None, "within_promise": None}
    assert said(None)["suppressed"]
    assert said({**figures, "answered": FEWEST}) == {"suppressed": False, **figures, "answered": FEWEST}


async def test_a_funders_delays_are_public_from_five_answers_on(world: World) -> None:
    path = f"/funders/{world.state}/delays"
    await world.awarded(state=1_000)
    few = (await world.call(None, "GET", path, expect=200)).json()
    assert (few["overall"]["suppressed"], few["overall"]["answered"], few["campaigns"][0]["median_days"]) == (True, None, None)
    for _ in range(FEWEST - 1):
        await world.awarded(state=1_000)
    told = (await world.call(None, "GET", path, expect=200)).json()
    (campaign,) = told["campaigns"]
    assert (told["overall"]["answered"], told["overall"]["median_days"], told["overall"]["within_promise"]) == (FEWEST, 0, FEWEST)
    assert campaign["campaign_id"] == world.campaign_id
    await world.refused(None, "GET", f"/funders/{world.association}/delays", 404, "not-found")
