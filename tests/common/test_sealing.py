"""What is sealed says nothing without the platform's key, and is opened for its own purpose only."""

import pytest
from pydantic import SecretStr

from services.common import sealing

KEY, OTHER = SecretStr("x" * 40), SecretStr("y" * 40)


def test_what_is_sealed_is_opened_and_never_written_twice_alike() -> None:
    first, second = (sealing.seal(KEY, "tests", "un secret é") for _ in range(2))
    assert first != second
    assert "secret" not in first
    assert sealing.opened(KEY, "tests", first) == sealing.opened(KEY, "tests", second) == "un secret é"


@pytest.mark.parametrize(("key", "purpose"), [(OTHER, "tests"), (KEY, "other tests")])
def test_another_key_or_purpose_opens_nothing(key: SecretStr, purpose: str) -> None:
    sealed = sealing.seal(KEY, "tests", "un secret")
    with pytest.raises(sealing.SealBroken):
        sealing.opened(key, purpose, sealed)


@pytest.mark.parametrize("altered", ["", "é", "gAAAAA", "x" * 200])
def test_what_was_altered_is_not_opened(altered: str) -> None:
    with pytest.raises(sealing.SealBroken):
        sealing.opened(KEY, "tests", altered)


def test_fingerprints_tell_equal_texts_by_key_and_purpose() -> None:
    mark = sealing.fingerprint(KEY, "tests", "a")
    assert mark == sealing.fingerprint(KEY, "tests", "a")
    assert (
        len({mark, *(sealing.fingerprint(*each) for each in ((OTHER, "tests", "a"), (KEY, "other", "a"), (KEY, "tests", "b")))})
        == 4
    )
