"""What an agent and a customer are told of one question to several providers: the errors, above all."""

import logging
import re
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager

import mcp_types as types
import pytest

from order_mcp.errors import all_errors
from order_mcp.providers.registry import built_in
from order_mcp.router import Router
from order_mcp.testing.customers import A_RAW_WORD, not_for_customers
from order_mcp.testing.stub import Asked, Reply, serving

from .conftest import CREDENTIALS, connected, error_of, found, sentence_of
from .stories import DeskStory, Story, desk_stories, stories

PROVIDERS = built_in()

DESK = desk_stories()
TOLD: list[Story | DeskStory] = [*DESK, *(story for name in CREDENTIALS for story in stories(name))]


@contextmanager
def world(story: DeskStory, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """The providers of a story on real sockets; gives the variables that set them up."""
    over = threading.Event()

    def silence(_: Asked) -> Reply:
        over.wait(10)
        return Reply(500)

    async def bug(*_: object) -> None:
        raise RuntimeError

    with ExitStack() as stack:
        variables: dict[str, str] = {}
        for name, answer in story.answers.items():
            stub = stack.enter_context(serving())
            origin = stub.origin
            if answer == "nobody":
                with socket.socket() as free:
                    free.bind(("127.0.0.1", 0))
                    origin = f"http://127.0.0.1:{free.getsockname()[1]}"
            elif answer == "silence":
                stub.reply = silence
            elif answer == "bug":
                monkeypatch.setattr(Router, "look_up", bug)
            else:
                stub.reply = Reply(**answer)
            variables |= CREDENTIALS[name] | {f"{name.upper()}_BASE_URL": origin}
        try:
            yield variables | dict(story.variables)
        finally:
            over.set()


async def ask(story: DeskStory, variables: Mapping[str, str]) -> types.CallToolResult:
    async with connected(variables) as client:
        return await client.call_tool(story.call["tool"], dict(story.call["arguments"]))


@pytest.mark.parametrize("story", DESK, ids=str)
async def test_an_agent_is_told_what_happened_and_what_to_do(story: DeskStory, monkeypatch: pytest.MonkeyPatch) -> None:
    with world(story, monkeypatch) as variables:
        result = await ask(story, variables)
    assert sentence_of(result) == (story.or_find or story.says)
    if story.expect_error is None:
        assert found(result)["warnings"] == story.expect_warnings
    else:
        error = error_of(result)
        assert error == story.expect_error
        named = re.search(r"in (\d+) seconds?\b", story.says)
        assert (int(named[1]) if named else None) == error.get("retry_after_seconds"), "one wait, said twice alike"


@pytest.mark.parametrize("story", DESK, ids=str)
async def test_a_customer_is_told_what_a_brand_could_send_and_the_log_has_the_rest(
    story: DeskStory, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with world(story, monkeypatch) as variables, caplog.at_level(logging.WARNING, "order_mcp"):
        result = await ask(story, {**variables, "ORDER_MCP_AUDIENCE": "customer"})
    assert sentence_of(result) == story.to_customer
    logged = [each.getMessage() for each in caplog.records if (each.name, each.levelname) == ("order_mcp", "WARNING")]
    if story.expect_error is None:
        assert not logged
        return
    kept = ("code", "retryable", "retry_after_seconds", "next_step")
    assert error_of(result) == {key: story.expect_error[key] for key in kept if key in story.expect_error}
    [line] = logged
    assert line.endswith(f" {story.expect_error['code']}: {story.says}")
    id = story.call["arguments"].get("order_id", "none")
    assert not re.search(rf"\b{re.escape(id)}\b", line)


NOT_FOR_CUSTOMERS = not_for_customers(name for each in PROVIDERS.values() for name in (each.name, each.title))


@pytest.mark.parametrize("story", DESK, ids=str)
def test_no_sentence_to_a_customer_has_a_word_of_the_trade(story: DeskStory) -> None:
    # Those of one provider alone are the contract suite's.
    # What stands in quotation marks or brackets is the customer's own number, id or device.
    said = re.sub(r"“[^”]*”|\(id [^)]*\)|[A-Za-z]+_\S+", "", story.to_customer)
    assert not NOT_FOR_CUSTOMERS.search(said)
    assert not A_RAW_WORD.search(said)


def test_every_error_code_is_told_to_an_agent_and_to_a_customer() -> None:
    codes = {story.expect_error["code"] for story in TOLD if story.expect_error and story.to_customer}
    assert codes == {error.code for error in all_errors()}
