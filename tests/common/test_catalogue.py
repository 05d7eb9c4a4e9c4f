"""Every problem of every service has a name of its own, and says what it is and the way out in both languages."""

import importlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.common.problems import Problem, catalogue

SERVICES = Path(__file__).resolve().parents[2] / "services"
for _app in sorted(SERVICES.glob("*/app.py")):
    importlib.import_module(f"services.{_app.parent.name}.app")


def _all(kind: type[Problem] = Problem) -> Iterator[type[Problem]]:
    for each in kind.__subclasses__():
        if each.__module__.startswith("services."):
            yield each
        yield from _all(each)


PROBLEMS = sorted(set(_all()), key=lambda kind: kind.slug())


def test_the_catalogue_holds_the_problems_of_every_service() -> None:
    assert {kind.__module__.split(".")[1] for kind in PROBLEMS} >= {"common", "programming", "catalogue", "events"}
    assert set(PROBLEMS) <= set(catalogue().values())


def test_no_two_problems_share_a_name() -> None:
    assert [slug for slug, times in Counter(kind.slug() for kind in PROBLEMS).items() if times > 1] == []


def test_no_two_problems_of_a_service_claim_the_same_constraint() -> None:
    claimed = Counter((kind.__module__.split(".")[1], kind.constraint) for kind in PROBLEMS if kind.constraint)
    assert [constraint for constraint, times in claimed.items() if times > 1] == []


@pytest.mark.parametrize("kind", PROBLEMS, ids=lambda kind: kind.slug())
def test_a_problem_explains_itself_in_both_languages(kind: type[Problem]) -> None:
    assert 400 <= kind.status <= 599
    for said in (*kind.title, *kind.advice):
        assert said.strip()
        assert said == said.strip()
    assert kind.title.fr != kind.title.en
    assert not kind.title.fr.endswith(".")
    assert kind.advice.fr.endswith((".", ")"))
