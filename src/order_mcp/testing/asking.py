"""Asking a server that runs in memory: what sets a provider up, a client, and what a result holds."""

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from typing import Any

import mcp_types as types
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from jsonschema import Draft202012Validator
from mcp.client import Client

from ..config import read_config
from ..protocol.server import build_server
from ..providers.base import Provider

SUMMARY_CHARS = 600
ANSWER_CHARS = 14_000
# What may come next for each code; `internal` is a bug and must not happen.
NEXT_STEPS = {
    "invalid_input": {"fix_arguments"},
    "not_found": {"check_id"},
    "ambiguous": {"ask_user"},
    "incomplete": {"retry_later", "tell_operator"},
    "unsupported_operation": {"tell_user"},
    "not_configured": {"tell_operator"},
    "unauthorized": {"tell_operator"},
    "forbidden": {"tell_operator"},
    "rate_limited": {"retry_later"},
    "timeout": {"retry_later"},
    "unreachable": {"retry_later"},
    "upstream_error": {"retry_later"},
    "bad_response": {"tell_operator"},
}


def address_of(kind: type[Provider[Any]]) -> str:
    """The variable of a provider's address."""
    return f"{kind.name.upper()}_BASE_URL"


def credentials_of(kind: type[Provider[Any]]) -> dict[str, str]:
    """A made-up value for each variable of the first way that meets a need; tests give an address themselves."""
    ways = [need.split(" or ") for need in kind.Settings.needs]
    first_ways = [way[0].split(" and ") for way in ways if address_of(kind) not in way]
    return {name: f"{kind.name}-test-secret" for way in first_ways for name in way if name != address_of(kind)}


@asynccontextmanager
async def connected(
    variables: Mapping[str, str], *, sandbox: bool = False, mode: str = "auto"
) -> AsyncIterator[Client]:
    """A real MCP client on a server with this configuration, in memory."""
    config = read_config({**variables, "ORDER_MCP_SANDBOX": "1"} if sandbox else variables)
    failed: BaseException | None = None
    async with Client(build_server(config), mode=mode) as client:
        try:
            yield client
        except (Exception, pytest.fail.Exception, pytest.skip.Exception) as raised:
            failed = raised
    if failed is not None:
        # Raised behind the client, whose task group would put it into a group of exceptions that is hard to read.
        raise failed


def error_of(result: types.CallToolResult) -> dict[str, Any]:
    """The JSON line of an error result, after checking the shape that every error has."""
    assert result.is_error, f"this should be an error, and is an answer: {result.content}"
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
    assert not result.is_error, f"this should be an answer, and is an error: {result.content}"
    summary, data = result.content
    assert isinstance(summary, types.TextContent) and isinstance(data, types.TextContent)
    structured: dict[str, Any] = result.structured_content or {}
    assert next(iter(structured)) == "summary"
    assert structured == {"summary": summary.text} | json.loads(data.text)
    assert data.text == json.dumps(json.loads(data.text), ensure_ascii=False, separators=(",", ":"))
    assert len(summary.text) <= SUMMARY_CHARS
    assert len(summary.text) + len(data.text) <= ANSWER_CHARS
    return structured


def text_of(result: types.CallToolResult) -> str:
    """All that a model may read of a result."""
    blocks = [block.text for block in result.content if isinstance(block, types.TextContent)]
    return "\n".join([*blocks, json.dumps(result.structured_content, ensure_ascii=False)])


class Caller:
    """A connected client that plain tests can use, and the schemas that the server published."""

    def __init__(self, portal: BlockingPortal, client: Client) -> None:
        self._portal, self._client = portal, client
        listed = portal.call(client.list_tools)
        self._schemas = {tool.name: Draft202012Validator(tool.output_schema or {}) for tool in listed.tools}

    def call(self, tool: str, arguments: Any) -> types.CallToolResult:
        return self._portal.call(partial(self._client.call_tool, tool, arguments))

    def asserted(self, tool: str, arguments: Any) -> types.CallToolResult:
        """The result, after checking that it keeps the promises of every result."""
        result = self.call(tool, arguments)
        assert sum(len(block.text) for block in result.content if isinstance(block, types.TextContent)) <= ANSWER_CHARS
        json.dumps(result.model_dump(mode="json"), ensure_ascii=False).encode()
        if result.is_error:
            error = error_of(result)
            assert error["code"] in NEXT_STEPS, f"{error['code']}: a bug; the log says where it struck"
            assert error["next_step"] in NEXT_STEPS[error["code"]]
            assert error["retryable"] == (error["next_step"] == "retry_later")
        else:
            self._schemas[tool].validate(found(result))
        return result


@contextmanager
def calling(variables: Mapping[str, str], *, mode: str = "auto") -> Iterator[Caller]:
    """One client, on one event loop in a thread of its own, for all examples of a test."""
    connection = connected(variables, mode=mode)
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(connection) as client:
        yield Caller(portal, client)
