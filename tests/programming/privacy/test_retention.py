"""What each night forgets, and what proves it."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.common.ids import new_id
from services.common.personal_data import Who
from services.programming.personal import end_of_retention, mended
from tests.programming.world import World
from tests.support import Person

from .acts import erase, the_night_comes

pytestmark = pytest.mark.anyio

ADMINISTRATOR = Person(administrator=True)
WHO = Who(new_id(), "camille@example.org", "Camille Exemple")


async def test_contacts_go_two_years_after_a_draft_was_left_and_each_night_leaves_its_lines(world: World) -> None:
    dossier_id, _ = await world.draft()
    world.running.clock.forward(days=720)
    await the_night_comes(world)
    assert (await world.seen(dossier_id, world.holder))["contact"]["full_name"] == "Camille Exemple"
    world.running.clock.forward(days=15)
    await the_night_comes(world)
    assert (await world.seen(dossier_id, world.holder))["contact"]["full_name"] == "Personne effacée"
    await the_night_comes(world)
    lines = (await world.call(ADMINISTRATOR, "GET", "/erasures", params={"limit": 8}, expect=200)).json()["items"]
    assert {line["rule"] for line in lines} == {"contacts", "unfunded_contacts", "signatures", "seated"}
    assert [line["count"] for line in lines[:4]] == [0, 0, 0, 0]
    assert sum(line["count"] for line in lines[4:] if line["rule"] == "unfunded_contacts") >= 1
    assert (await world.call(ADMINISTRATOR, "GET", "/erasures/verification", expect=200)).json()["whole"] is True
    await world.refused(world.team, "GET", "/erasures", 403, "forbidden")
    table = (await world.call(None, "GET", "/retention", expect=200)).json()["items"]
    assert {line["code"]: line["kept_for"] for line in table} == {
        **{"contacts": 60, "unfunded_contacts": 24},
        **{"signatures": 120, "seated": 120},
    }


async def test_a_sealed_name_is_destroyed_at_its_date(world: World) -> None:
    dossier = await world.awarded(state=8_000)
    signed_elsewhere = await world.awarded(caf=4_000)
    await erase(world, world.holder, world.association)
    until = date(date.fromisoformat(dossier["exercise_ends_on"]).year + 10, 12, 31)

    async def sealed() -> list[str]:
        found = await world.running.rows("SELECT reference FROM sealed_signatures")
        return sorted(str(one["reference"]) for one in found if one["reference"] in ours)

    ours = {dossier["reference"], signed_elsewhere["reference"]}
    world.running.clock.at = datetime.fromisoformat(f"{until}T12:00:00+01:00")
    await the_night_comes(world)
    assert await sealed() == sorted(ours)
    world.running.clock.forward(days=1)
    await the_night_comes(world)
    assert await sealed() == []


@given(st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 12, 31)), st.integers(4, 30))
def test_retention_ends_with_a_year_after_the_exercise(ends_on: date, years: int) -> None:
    until = end_of_retention(ends_on, years)
    assert (until.month, until.day) == (12, 31)
    assert until.year - ends_on.year == years


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=8) | st.sampled_from(["Camille Exemple", "CAMILLE  exemple", "Autre"]),
        lambda each: st.lists(each, max_size=3) | st.dictionaries(st.sampled_from(["a", "full_name", "email"]), each, max_size=3),
        max_leaves=12,
    )
)
def test_a_mended_document_names_them_no_more_and_twice_is_once(document: object) -> None:
    found = mended(document, WHO)
    assert mended(found, WHO) == found
    assert "camille exemple" not in str(found).casefold().replace("  ", " ")


def test_only_the_contact_at_their_address_loses_its_phone() -> None:
    theirs = {"full_name": "C. Exemple", "email": "Camille@example.org", "phone": "0600000000", "note": "x"}
    other = {"full_name": "Samia", "email": "samia@example.org", "phone": "0611111111"}
    found = mended({"contact": theirs, "others": [other]}, WHO)
    assert found["contact"] == {"full_name": "Personne effacée", "email": None, "phone": "", "note": "x"}
    assert found["others"] == [other]
