"""What the kernel promises, tried on a small hotel."""

import pytest

pytest.register_assert_rewrite("tests.common.guests")
