"""What the season comes to: figures as the API answers them, and what is called a fault."""

from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from gateway.demo.data import season as data
from gateway.demo.people import Cast, administrator
from gateway.demo.season import Rush, SeasonAnswers, Sitting
from gateway.demo.season_play import who_registers
from gateway.demo.season_report import show_season


def made(state: str, *modes: str, rank: int | None = None) -> dict[str, Any]:
    has_seat = state in {"seated", "offered"}
    return {"state": state, "rank": rank, "attendees": [{"mode": mode, "has_seat": has_seat} for mode in modes]}


def pool(mode: str, seats: int | None, taken: int = 0) -> dict[str, Any]:
    return {"mode": mode, "seats": seats, "taken": taken}


POOLS = [pool("on_site", 2, 2), pool("on_site", 1, 1), pool("visio", None, 1)]
MADE = [
    made("seated", "on_site", "on_site"),
    made("offered", "on_site"),
    made("waiting", "on_site", rank=1),
    made("seated", "visio"),
]
WHOLE = SeasonAnswers(
    rush=Rush(4, MADE, POOLS),
    registrations=[*MADE, made("seated", "on_site") | {"attendees": []}],
    pools=POOLS,
    certificates=[{"is_ready": True, "minutes": 1350}],
    offered=1,
    accepted=1,
    walk_ins=1,
    sittings=[Sitting("Une séance", 3, 1, 1)],
    verified={"stands": True, "kind_label": "Certificat de suivi", "hours": "22 h 30"},
    survey_answers=1,
    survey={"answered_count": 1, "invited_count": 2, "questions": [{"name": "rating", "mean": 4.5}]},
    progress={"formats": [{"code": "cycle", "label": "Cycle", "held": 1, "wanted": 1}], "places": []},
)


def test_a_season_as_it_should_be_has_no_fault() -> None:
    assert WHOLE.faults() == []
    assert WHOLE.summary() == {"registrations": 5, "oversold": 0, "certificates": 1}


def test_seats_are_counted_mode_by_mode_and_those_offered_are_taken() -> None:
    more = [*MADE, made("offered", "on_site", "on_site")]
    assert replace(WHOLE, registrations=more).oversold() == 2
    assert replace(WHOLE, rush=Rush(5, more, POOLS)).oversold() == 2, "at the opening too"
    assert replace(WHOLE, registrations=[*MADE, made("seated", *["visio"] * 50)]).oversold() == 0, "as many as come"
    assert replace(WHOLE, pools=[pool("on_site", 2, 3), *POOLS[1:]]).oversold() == 1, "a share is not sold on another's seats"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"rush": Rush(5, MADE, POOLS), "walk_ins": 0}, "4 inscriptions à l’ouverture au lieu de 5"),
        ({"rush": Rush(4, [*MADE[:3], made("waiting", "visio", rank=3)], POOLS)}, "un trou ou un doublon : [1, 3]"),
        ({"walk_ins": 0}, "5 inscriptions à la fin au lieu de 4"),
        ({"accepted": 0}, "0 places acceptées sur 1 proposées"),
        ({"early_refused": False}, "la veille"),
        ({"sittings": [Sitting("Une séance", 3, 2, 1)]}, "1 liens de visio ouverts sur 2"),
        ({"sittings": [Sitting("Une séance", 0, 0, 0)]}, "personne à l’accueil"),
        ({"certificates": []}, "aucune attestation"),
        ({"certificates": [{"is_ready": False, "minutes": 1}]}, "1 attestations ne sont pas écrites"),
        ({"verified": {"stands": False}}, "ne vaut pas"),
        ({"survey_answers": 2}, "1 avis lus au lieu de 2"),
        ({"progress": {"formats": [{"code": "cycle", "held": 0}]}}, "[0] cycle tenu"),
    ],
)
def test_each_fault_is_said(change: dict[str, Any], said: str) -> None:
    (fault,) = replace(WHOLE, **change).faults()
    assert said in fault


def test_everybody_registers_once_as_the_public_they_are() -> None:
    cast, both = Cast(), administrator()
    cast.agents["etat"] = cast.payers["etat"] = both
    cast.holders["h"] = administrator()
    assert [(who.email, audience) for who, audience in who_registers(cast)] == [(both.email, "state")]


def test_parties_are_of_one_to_three_and_the_same_each_time() -> None:
    parties = [data.party_of(f"{number}@x.example.org", "association") for number in range(200)]
    assert {party.people for party in parties} == {1, 2, 3}
    assert {party.mode for party in parties} == {"on_site", "visio"}
    assert parties[7] == data.party_of("7@x.example.org", "association")


def test_the_account_says_what_happened() -> None:
    console = Console(file=StringIO(), width=160)
    show_season(console, WHOLE)
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert "4 demandes, 3 personnes inscrites, 1 en liste d’attente, 0 place vendue deux fois" in text
    assert "« Une séance » : 3 arrivées sur place, 1 en visio" in text
    assert "1 avis sur 2 : 4,5 sur 5" in text
    assert "Cycle 1 sur 1" in text
