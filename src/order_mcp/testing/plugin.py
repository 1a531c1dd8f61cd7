"""What pytest itself is told, where the kit is loaded as a plugin."""

import warnings

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_configure() -> None:
    """Silence a warning about a setting for asynchronous fixtures. The kit has none, so a package need not set it."""
    warnings.filterwarnings("ignore", message='.*"asyncio_default_fixture_loop_scope" is unset')
