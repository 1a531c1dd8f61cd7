"""Every story comes true: through a real MCP client and a real socket, for an agent and for a customer."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import mcp_types as types
import pytest
from jsonschema import Draft202012Validator

from .asking import connected, error_of, found, sentence_of, text_of
from .customers import trade_words
from .stories import Story
from .subject import Part


class Stories(Part):
    """What is asked, what is sent to the provider, and what is answered."""

    async def told(self, story: Story, variables: Mapping[str, str]) -> tuple[types.CallToolResult, dict[str, Any]]:
        """What is answered, and the published schema of that."""
        self.tells(story)
        async with connected({**self.subject.environment(self.stub.origin, story), **variables}) as client:
            result = await client.call_tool(story.tool, story.arguments)
            schemas = {tool.name: tool.output_schema or {} for tool in (await client.list_tools()).tools}
        return result, schemas.get(story.tool, {})

    @pytest.mark.asyncio
    async def test_a_story_comes_true(self, story: Story) -> None:
        result, schema = await self.told(story, story.variables)
        asked = [(each.method, each.path, each.body) for each in self.stub.asked]
        assert asked == [("GET", exchange.request["path"], b"") for exchange in story.exchanges], "what is asked for"
        for exchange, each in zip(story.exchanges, self.stub.asked, strict=True):
            sent = {name: each.headers.get(name) for name in exchange.request["headers"]}
            assert sent == exchange.request["headers"], f"{story}: the headers of {each.path}"
        assert sentence_of(result) == story.says
        shown = [secret for secret in self.subject.credentials.values() if secret in text_of(result)]
        assert not shown, f"{story}: a credential is shown"
        if story.expect_error is not None:
            assert error_of(result) == story.expect_error
            return
        structured = found(result)
        Draft202012Validator(schema).validate(structured)
        assert {key: value for key, value in structured.items() if key not in ("as_of", "summary")} == story.expect
        assert abs(datetime.fromisoformat(structured["as_of"]) - datetime.now(UTC)) < timedelta(minutes=1)
        assert re.fullmatch(r"[0-9T:-]{19}Z", structured["as_of"])

    @pytest.mark.asyncio
    async def test_what_is_not_what_was_asked_for_is_nobody_s_hit(self, search_story: Story) -> None:
        # The same rows to another question: a filter that is ignored hands out the orders of others.
        story = search_story
        self.tells(story)
        held = "email" if "email" in story.arguments else "order_number"
        other = {"email": f"other.{story.arguments[held]}", "order_number": f"{story.arguments[held]}9"}[held]
        async with connected(self.subject.environment(self.stub.origin, story)) as client:
            result = await client.call_tool(story.tool, {**story.arguments, held: other})
        assert result.is_error, (
            f"{story}: asked for {other}, it shows orders that do not have it; let the search compare"
        )

    def test_a_search_says_what_it_compared(self, search_story: Story) -> None:
        compared = f"{search_story}: set search.compared, the words for what of an order is compared"
        assert "()" not in search_story.says, compared

    @pytest.mark.asyncio
    async def test_a_customer_is_told_the_story_in_words_of_its_own(self, customer_story: Story) -> None:
        story = customer_story
        result, _ = await self.told(story, {**story.variables, "ORDER_MCP_AUDIENCE": "customer"})
        said = sentence_of(result)
        assert said == story.to_customer
        shown = found(result) if story.expect else {"id": story.id}
        assert not trade_words(said, shown, self.subject.kind), f"{story}: no words for customers"

    def test_a_story_says_where_it_is_from_and_tells_one_ending(self, story: Story) -> None:
        assert "https://" in story.source, f"{story}: `source` has the address of a page"
        assert (story.expect is None) is not (story.expect_error is None), f"{story}: either `expect` or `expect_error`"
        has_audience = "ORDER_MCP_AUDIENCE" in story.variables
        if story.is_search:
            assert story.to_customer is None, f"{story}: customers search nobody's orders, so no `to_customer`"
        else:
            either = f"{story}: either `to_customer` or an audience of its own"
            assert (story.to_customer is None) is has_audience, either
        arguments, name = story.arguments, self.subject.name
        assert arguments.get("provider") == name, f"{story}: `call.arguments` has `provider`, which is {name}"
        ways = ["order_number", "email"] if story.is_search else [f"{story.tool.removeprefix('get_')}_id"]
        told = f"{story}: `call.arguments` has {' or '.join(ways)}, which {story.tool} takes"
        assert len([way for way in ways if way in arguments]) == 1, told
