"""Papers of the welcome desk: made for nobody, one person, three hundred, whatever the names."""

import re

import pytest

from services.common.ids import new_id
from tests.events.attendance.desk import attendee, key_of, sitting
from tests.events.attendance.papers import codes_of, pages_of
from tests.events.world import World

pytestmark = pytest.mark.anyio

NAMES = [
    {
        "given_name": "Marie-Antoinette Philippine Jacqueline",
        "family_name": "Ben Salah-Vandenbroucke de La Rochefoucauld-Montmorency",
    },
    {"given_name": "Zoë 👩‍👩‍👧", "family_name": "Éluard 🎉"},
    {"given_name": "عائشة", "family_name": "بن علي"},
    {"given_name": "דוד", "family_name": "כהן"},
    {"given_name": "#set text(size: 99pt)", "family_name": "*Gras* _italique_ $x$ @ref \\"},
    {"given_name": "X", "family_name": "Donaudampfschifffahrtselektrizitätenhauptbetriebswerk"},
]


async def test_the_sheet_to_sign_is_made_for_nobody_and_for_any_name(world: World) -> None:
    event = await world.opened(visio=True, title="Journée « 100 % » : <b>#let x</b> 🎉")
    path = f"{sitting(event)}/attendance-sheet.pdf"
    empty = await world.call(world.organiser, "GET", path, expect=200)
    assert empty.headers["content-type"] == "application/pdf"
    assert empty.content.startswith(b"%PDF-")
    for name in NAMES:
        await world.register(event, {**attendee(), **name})
    full = await world.call(world.organiser, "GET", path, expect=200)
    # Every one of these names can be drawn: the paper is accessible (PDF/UA).
    assert b"pdfuaid" in full.content
    assert "emargement-" in full.headers["content-disposition"]
    badges = await world.call(world.organiser, "GET", f"/events/{event['id']}/badges.pdf", expect=200)
    assert b"pdfuaid" in badges.content


async def test_three_hundred_people_sign_on_numbered_pages(world: World) -> None:
    event = await world.opened(None, most_in_group=20)
    for group in range(15):
        await world.register(event, *[attendee(f"Nom{group:02d}{n:02d}") for n in range(20)])
    answer = await world.call(world.organiser, "GET", f"{sitting(event)}/attendance-sheet.pdf", expect=200)
    pages = pages_of(answer.content)
    assert len(pages) > 15
    for number, page in enumerate(pages, 1):
        assert f"page {number} / {len(pages)}" in page
        assert "Signature" in page
    signed = [name for page in pages for name in re.findall(r"Nom[0-9]{4}", page)]
    assert signed == [f"Nom{group:02d}{n:02d}" for group in range(15) for n in range(20)]


async def test_a_badge_cut_from_the_sheet_is_read_at_the_door(world: World) -> None:
    event = await world.opened()
    people = [await world.register(event, attendee(name)) for name in ("Zola", "Éluard")]
    answer = await world.call(world.organiser, "GET", f"/events/{event['id']}/badges.pdf", expect=200)
    assert sorted(codes_of(answer.content)) == sorted([f"CNV:{await key_of(world, each)}" for each in people])
    assert re.search("Éluard.*Zola", pages_of(answer.content)[0])


async def test_papers_are_their_organisers_alone(world: World) -> None:
    event = await world.opened()
    for who in (world.neighbour, world.participant, world.stranger):
        for path in (f"{sitting(event)}/attendance-sheet.pdf", f"/events/{event['id']}/badges.pdf"):
            await world.refused(who, "GET", path, 403, "not-an-organiser")
    assert (await world.call(None, "GET", f"{sitting(event)}/attendance-sheet.pdf")).status_code == 401
    await world.refused(world.organiser, "GET", f"/events/{event['id']}/sessions/{new_id()}/attendance-sheet.pdf", 404, "not-found")
