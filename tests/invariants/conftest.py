"""Let the checks say what they saw, as tests do."""

import pytest

pytest.register_assert_rewrite("tests.invariants.checks", "tests.invariants.scripted")
