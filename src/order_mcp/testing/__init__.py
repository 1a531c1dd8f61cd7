"""What every provider is held to, as a pytest plugin: the suite that the built-in providers pass, for any other one.

It comes with `pip install order-mcp[testing]`. A package needs a folder of stories, and this:

    # tests/conftest.py
    pytest_plugins = ["order_mcp.testing"]

    # tests/test_provider.py
    from order_mcp.testing import ProviderSuite
    from order_mcp_acme import Acme

    class TestAcme(ProviderSuite):
        provider = Acme
        stories = "stories"  # a folder beside this file

As a plugin its assertions are rewritten, so a failure shows both sides. The server never loads any of this.
"""

from ..providers.registry import registered
from .asking import connected, error_of, found, sentence_of
from .plugin import pytest_configure
from .stories import STORY, Story
from .stub import Asked, Reply, Stub, serving
from .suite import ProviderSuite

__all__ = [
    "STORY",
    "Asked",
    "ProviderSuite",
    "Reply",
    "Story",
    "Stub",
    "connected",
    "error_of",
    "found",
    "pytest_configure",
    "registered",
    "sentence_of",
    "serving",
]
