"""Who asks, as limits count them: a subscriber, whatever addresses they hold."""

import pytest

from services.common.origins import origin_of


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        (None, "unknown"),
        ("x" * 100, "x" * 64),
    ],
)
def test_limits_count_subscribers(host: str | None, origin: str) -> None:
    assert origin_of(host) == origin
