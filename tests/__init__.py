"""The tests. What the kit for providers asserts is rewritten here, too, so that a failure shows both sides."""

import pytest

pytest.register_assert_rewrite("order_mcp.testing")
