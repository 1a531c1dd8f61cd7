"""What all tests share: an environment without surprises, a provider that can be told what to say, a client."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager

import pytest
from mcp.client import Client

from order_mcp.config import all_variables, hosting_variables
from order_mcp.providers.registry import built_in
from order_mcp.testing.asking import connected, credentials_of, error_of, found, sentence_of
from order_mcp.testing.stub import Stub, serving

PROVIDERS = built_in()

__all__ = ["CREDENTIALS", "SECRETS", "connected", "environment", "error_of", "found", "sentence_of"]


# The least that configures each provider; addresses are added per test.
CREDENTIALS = {
    **{name: credentials_of(kind) for name, kind in PROVIDERS.items()},
    "fleet": {"FLEET_API_KEY": "flt_sk_test-secret"},
    "flexportal": {"FLEXPORTAL_API_KEY": "fp-test-secret", "FLEXPORTAL_TENANT_ID": "bu_demo"},
    "senmo": {"SENMO_ID_TOKEN": "senmo-test-secret"},
    "polinate": {"POLINATE_BUSINESS_ID": "biz_1", "POLINATE_API_KEY": "pol-test-secret"},
}
SECRETS = tuple(value for given in CREDENTIALS.values() for value in given.values() if "test-secret" in value)


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of the developer's own, no proxy, no colour."""
    ours = {name for v in all_variables() for name in (v.name, f"{v.name}_FILE")} | {*hosting_variables()}
    for name in list(os.environ):
        if name in ours or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture
def stub() -> Iterator[Stub]:
    with serving() as stub:
        yield stub


def environment(origin: str, *providers: str, **more: str) -> dict[str, str]:
    """The variables that configure these providers (all, when none is named) at one address."""
    chosen = providers or tuple(CREDENTIALS)
    variables: dict[str, str] = {}
    for provider in chosen:
        variables |= CREDENTIALS[provider] | {f"{provider.upper()}_BASE_URL": origin}
    return variables | more


Connect = Callable[..., AbstractAsyncContextManager[Client]]
