"""When a delivery is tried again and what is sent, as laws."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from services.programming.webhooks import rules
from services.programming.webhooks.rules import Attempt, Verdict

AT = datetime(2027, 1, 12, 9, 30, tzinfo=UTC)
SECRET, FORMER = "whsec_" + "A" * 44, "whsec_" + "B" * 44


@given(st.integers(0, 999), st.uuids(), st.text(max_size=60))
def test_whatever_is_answered_leads_somewhere(status: int, delivery_id: UUID, retry_after: str) -> None:
    attempt = Attempt(AT, 5, status, retry_after=retry_after)
    assert (attempt.verdict is Verdict.DELIVERED) == (200 <= status < 300)
    assert (attempt.verdict is Verdict.GONE) == (status == 410)
    assert (attempt.said is None) == (attempt.verdict is Verdict.DELIVERED)
    after = rules.after_failure(1, attempt, delivery_id=delivery_id, expires_at=AT + rules.LIFE)
    assert after.at is not None
    assert timedelta(minutes=1) <= after.at - AT <= rules.LONGEST_HOLD + timedelta(minutes=2)


@given(st.uuids())
def test_a_receiver_that_never_answers_is_tried_for_about_a_day(delivery_id: UUID) -> None:
    at, attempts, waits = AT, 0, []
    while True:
        attempts += 1
        after = rules.after_failure(attempts, Attempt(at, 5, error="too_slow"), delivery_id=delivery_id, expires_at=AT + rules.LIFE)
        if after.at is None:
            break
        waits.append(after.at - at)
        at = after.at
    assert attempts == rules.ATTEMPTS
    assert timedelta(hours=23) < at - AT < timedelta(hours=27)
    assert all(later >= sooner for sooner, later in itertools.pairwise(waits))


@pytest.mark.parametrize(
    ("status", "asked", "waits"),
    [
        (503, "120", timedelta(minutes=2)),
        (429, "Tue, 12 Jan 2027 10:30:00 GMT", timedelta(hours=1)),
        (429, "99999999999999999999", rules.LONGEST_HOLD),
        (429, "Tue, 12 Jan 2027 09:00:00 GMT", None),
        (429, "-5", None),
        (429, "²", None),
        (429, "soon", None),
        (500, "120", None),
        (429, None, None),
    ],
)
def test_retry_after(status: int, asked: str | None, waits: timedelta | None) -> None:
    assert rules.hold(Attempt(AT, 5, status, retry_after=asked)) == waits


@given(st.uuids(), st.dictionaries(st.text(max_size=10), st.one_of(st.text(max_size=20), st.integers(-(2**53), 2**53))))
def test_what_is_sent_verifies_with_either_secret_and_is_always_the_same(event_id: UUID, data: dict[str, Any]) -> None:
    event = {"id": event_id, "type": "dossier.submitted", "subject": str(event_id), "at": AT, "data": data}
    content = rules.body(event, source="/programming/v1")
    assert content == rules.body(orjson.loads(orjson.dumps(event)) | {"id": event_id, "at": AT}, source="/programming/v1")
    headers = rules.headers(event_id, content, [SECRET, FORMER], at=datetime.now(UTC))
    for secret in (SECRET, FORMER):
        assert Webhook(secret).verify(content, headers)["data"] == data
