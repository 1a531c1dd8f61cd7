"""What holds for every built-in provider: the kit of `order_mcp.testing`, and one suite class for each.

They are found by discovery: a fifth one is under test the moment its file exists. What is peculiar to one provider
stands in its stories and in `test_providers`.
"""

import pytest

from dev.stories import DESK, FIXTURES
from order_mcp.providers.registry import PROVIDERS
from order_mcp.testing import ProviderSuite

from .conftest import CREDENTIALS

for name, kind in PROVIDERS.items():
    members = {"__module__": __name__, "provider": kind, "stories": f"fixtures/{name}", "variables": CREDENTIALS[name]}
    globals()[f"Test{name.title()}"] = type(f"Test{name.title()}", (ProviderSuite,), members)


@pytest.mark.parametrize("folder", [path.name for path in FIXTURES.iterdir() if path.is_dir()])
def test_every_folder_of_stories_has_its_provider(folder: str) -> None:
    known = {*PROVIDERS, DESK, "cost"}
    assert folder in known, (
        f"tests/fixtures/{folder} has stories of a provider that src/order_mcp/providers does not have"
    )
