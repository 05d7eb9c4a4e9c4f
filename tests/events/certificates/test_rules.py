"""How certified hours are counted and written."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.events.certificates import rules, service
from services.events.certificates.schemas import CertificateKind


@pytest.mark.parametrize(
    ("minutes", "written"), [(390, "6 h 30"), (360, "6 h"), (65, "1 h 05"), (45, "45 min"), (0, "0 min"), (6005, "100 h 05")]
)
def test_hours_are_written_as_french_typography_does(minutes: int, written: str) -> None:
    assert rules.hours(minutes) == written.replace(" ", "\u00a0")


@given(st.integers(0, 5000), st.integers(0, 5000), st.integers(0, 100))
def test_a_certificate_needs_its_share_of_the_hours_and_an_attestation_a_minute(minutes: int, total: int, share: int) -> None:
    kind = rules.kind_for(minutes, total, share)
    assert (kind is None) == (minutes == 0 or total == 0)
    if kind is not None:
        assert (kind is CertificateKind.CERTIFICATE) == (minutes / total * 100 >= share or minutes * 100 == share * total)


def test_the_threshold_itself_is_enough() -> None:
    assert rules.kind_for(384, 480, 80) is CertificateKind.CERTIFICATE
    assert rules.kind_for(383, 480, 80) is CertificateKind.ATTESTATION


@given(st.text(max_size=30))
def test_whatever_is_typed_is_a_code_or_none(typed: str) -> None:
    code = rules.code_in(typed)
    assert code is None or rules.code_in(rules.spelt(code)) == code


def test_a_code_survives_hands_and_eyes() -> None:
    code = rules.new_code()
    assert rules.code_in(rules.spelt(code).lower()) == code
    assert rules.code_in(" " + code.replace("0", "O").replace("1", "l")) == code


def test_days_are_said_once_each() -> None:
    def at(month: int, day: int, year: int = 2027) -> datetime:
        return datetime(year, month, day, 8, tzinfo=UTC)

    assert rules.days_in_words([at(3, 18)]) == "le 18 mars 2027"
    assert rules.days_in_words([at(3, 25), at(3, 18), at(3, 18)]) == "les 18 et 25 mars 2027"
    assert rules.days_in_words([at(3, 18), at(4, 1), at(4, 8)]) == "les 18 mars, 1er et 8 avril 2027"
    assert rules.days_in_words([at(12, 30), at(1, 6, 2028)]) == "les 30 décembre 2027 et 6 janvier 2028"
    assert rules.days_in_words([at(3, day) for day in range(1, 9)]) == "du 1er mars 2027 au 8 mars 2027"
    # An evening in UTC is the next day in Paris.
    assert rules.days_in_words([datetime(2027, 7, 1, 22, 30, tzinfo=UTC)]) == "le 2 juillet 2027"


def test_the_page_people_verify_on_may_be_a_front_ends() -> None:
    def address(page: str) -> str:
        settings = SimpleNamespace(certificate_page_url=page, public_url="https://canevas.example")
        return service.address(SimpleNamespace(settings=settings), "7KQ29FVM4TXA")  # type: ignore[arg-type]

    assert address("") == "https://canevas.example/events/v1/certificates/7KQ2-9FVM-4TXA"
    assert address("https://reseau.example/verifier?c={code}") == "https://reseau.example/verifier?c=7KQ2-9FVM-4TXA"


def test_what_was_withdrawn_comes_back_only_with_other_words() -> None:
    last: dict[str, Any] = {"state": "revoked", "kind": "certificate", "minutes": 480, "total_minutes": 480, "holder_name": "A"}
    certificate = CertificateKind.CERTIFICATE
    assert rules.step(last, certificate, 480, 480, "A") is rules.Step.NOTHING
    assert rules.step(last, certificate, 470, 480, "A") is rules.Step.ISSUE
    standing = {**last, "state": "issued"}
    assert rules.step(standing, certificate, 480, 480, "A") is rules.Step.KEEP
    assert rules.step(standing, certificate, 480, 480, "B") is rules.Step.REPLACE
    assert rules.step(standing, None, 0, 480, "A") is rules.Step.REVOKE
    assert rules.step(None, None, 0, 480, "A") is rules.Step.NOTHING
