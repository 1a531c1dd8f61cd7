"""What all tests share: an environment without surprises, a provider that can be told what to say, a client."""

import json
import os
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import mcp_types as types
import pytest
from mcp.client import Client

from order_mcp.config import all_variables, hosting_variables, read_config
from order_mcp.protocol.server import build_server
from order_mcp.providers.registry import built_in

from .stub import Stub, serving

PROVIDERS = built_in()


def _credentials(name: str) -> dict[str, str]:
    """A made-up value for each variable of the first way that meets a need; the tests give an address themselves."""
    address = f"{name.upper()}_BASE_URL"
    ways = [need.split(" or ") for need in PROVIDERS[name].Settings.needs]
    first_ways = [way[0].split(" and ") for way in ways if address not in way]
    return {variable: f"{name}-test-secret" for way in first_ways for variable in way if variable != address}


# The least that configures each provider; addresses are added per test.
CREDENTIALS = {
    **{name: _credentials(name) for name in PROVIDERS},
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


@asynccontextmanager
async def connected(
    variables: Mapping[str, str], *, sandbox: bool = False, mode: str = "auto"
) -> AsyncIterator[Client]:
    """A real MCP client on a server with this configuration, in memory."""
    config = read_config({**variables, "ORDER_MCP_SANDBOX": "1"} if sandbox else variables)
    async with Client(build_server(config), mode=mode) as client:
        yield client


Connect = Callable[..., AbstractAsyncContextManager[Client]]


def error_of(result: types.CallToolResult) -> dict[str, Any]:
    """The JSON line of an error result, after checking the shape that every error has."""
    assert result.is_error
    assert result.structured_content is None
    [block] = result.content
    assert isinstance(block, types.TextContent)
    sentence, line = block.text.rsplit("\n", 1)
    assert "\n" not in sentence and sentence.strip()
    error: dict[str, Any] = json.loads(line)["error"]
    assert line == json.dumps({"error": error}, ensure_ascii=False, separators=(",", ":"))
    return error


def sentence_of(result: types.CallToolResult) -> str:
    """The first line of the first block: the summary, or what an error says."""
    block = result.content[0]
    assert isinstance(block, types.TextContent)
    return block.text.split("\n", 1)[0]


def found(result: types.CallToolResult) -> dict[str, Any]:
    """The structured answer, after checking that both channels say the same."""
    assert not result.is_error, result.content
    summary, data = result.content
    assert isinstance(summary, types.TextContent) and isinstance(data, types.TextContent)
    structured: dict[str, Any] = result.structured_content
    assert next(iter(structured)) == "summary"
    assert structured == {"summary": summary.text} | json.loads(data.text)
    assert data.text == json.dumps(json.loads(data.text), ensure_ascii=False, separators=(",", ":"))
    assert len(summary.text) <= 600
    assert len(summary.text) + len(data.text) <= 14_000
    return structured
