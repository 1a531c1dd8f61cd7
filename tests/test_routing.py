"""Which provider answers: the one that was named, or every one that could have the id."""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import mcp_types as types
import pytest

from order_mcp.models import Noun
from order_mcp.providers.registry import built_in
from order_mcp.testing.stub import Asked, Reply, Stub, serving

from .conftest import CREDENTIALS, connected, error_of, found, sentence_of

PROVIDERS = built_in()

# A good order 42 and "no such order" in each provider's own words. These four are set up here, whoever else exists.
ORDER = {
    "fleet": Reply(json={"data": {"order_id": 42, "client_status": "SHIPPED"}}),
    "flexportal": Reply(json={"orderId": "42", "status": "confirmed"}),
    "senmo": Reply(201, json={"statusCode": 200, "order": {"id": "42", "status": "Issue"}}),
    "polinate": Reply(json={"id": "42", "phase": "ACTIVE", "status": "IN_TRANSIT"}),
}
MISSING = {
    "fleet": Reply(404, json={"error": "ORDER_NOT_FOUND"}),
    "flexportal": Reply(404, json={"error": {"code": "not_found"}}),
    "senmo": Reply(404, json={"statusCode": 404, "statusMessage": "Order not found or does not belong to you"}),
    "polinate": Reply(404, json={"errorCode": "NOT_FOUND"}),
}
NAMES = [name for name in PROVIDERS if name in ORDER]
CARTS = [name for name, provider in PROVIDERS.items() if provider.has(Noun.CART)]
GRACE = 2.0


class World:
    """One stub per provider. Everything is missing everywhere until a test says otherwise."""

    def __init__(self, stubs: dict[str, Stub]) -> None:
        self.stubs = stubs
        for name, stub in stubs.items():
            stub.reply = MISSING[name]

    def set(self, **replies: Any) -> None:
        for name, reply in replies.items():
            self.stubs[name].reply = reply

    def has(self, *names: str) -> None:
        self.set(**{name: ORDER[name] for name in names})

    def variables(self, *names: str, **more: str) -> dict[str, str]:
        """What configures these providers, all when none is named."""
        chosen = {name: CREDENTIALS[name] | {f"{name.upper()}_BASE_URL": self.stubs[name].origin} for name in names}
        if not names:
            return self.variables(*self.stubs, **more)
        return {variable: value for each in chosen.values() for variable, value in each.items()} | more

    @property
    def asked(self) -> list[str]:
        """Who was asked at least once."""
        return [name for name, stub in self.stubs.items() if stub.asked]


@pytest.fixture
def world() -> Iterator[World]:
    with ExitStack() as stack:
        yield World({name: stack.enter_context(serving()) for name in NAMES})


async def ask(variables: dict[str, str], id: str = "42", tool: str = "get_order", **more: Any) -> types.CallToolResult:
    argument = "cart_id" if tool == "get_cart" else "order_id"
    async with connected(variables) as client:
        return await client.call_tool(tool, {argument: id} | more)


# Named --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("provider", NAMES)
async def test_a_named_provider_is_asked_and_nobody_else(provider: str, world: World) -> None:
    world.has(*NAMES)
    data = found(await ask(world.variables(), provider=provider))
    assert (data["provider"], data["id"]) == (provider, "42")
    assert world.asked == [provider]


@pytest.mark.parametrize("provider", NAMES)
async def test_a_named_provider_without_it_says_not_found(provider: str, world: World) -> None:
    error = error_of(await ask(world.variables(), provider=provider))
    assert (error["code"], error["provider"], error["next_step"]) == ("not_found", provider, "check_id")
    assert error["retryable"] is False
    assert world.asked == [provider]


async def test_a_why_refused_at_a_named_provider_is_the_caller_s_to_mend(world: World) -> None:
    for status in (400, 422):
        world.set(polinate=Reply(status, json={"message": "bad"}))
        error = error_of(await ask(world.variables(), provider="polinate"))
        assert (error["code"], error["next_step"]) == ("invalid_input", "fix_arguments")


# Auto ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("owner", NAMES)
async def test_auto_asks_everybody_and_takes_the_one_that_has_it(owner: str, world: World) -> None:
    world.has(owner)
    result = await ask(world.variables())
    data = found(result)
    assert data["provider"] == owner
    assert "provider_not_asked" not in [warning["code"] for warning in data.get("warnings", [])]
    assert world.asked == NAMES


async def test_auto_is_what_is_meant_where_no_provider_is_said(world: World) -> None:
    world.has("senmo")
    said, unsaid = await ask(world.variables(), provider="auto"), await ask(world.variables())
    assert found(said)["provider"] == found(unsaid)["provider"] == "senmo"


async def test_several_owners_are_ambiguous_and_named_with_their_status(world: World) -> None:
    world.has("fleet", "senmo")
    result = await ask(world.variables())
    error = error_of(result)
    assert error == {
        "code": "ambiguous",
        "retryable": False,
        "next_step": "ask_user",
        "candidates": [{"provider": "fleet", "status": "shipped"}, {"provider": "senmo", "status": "unknown"}],
    }
    assert "Fleet" in sentence_of(result) and "Senmo" in sentence_of(result)


async def test_nobody_has_it_and_all_answered_is_not_found(world: World) -> None:
    result = await ask(world.variables())
    error = error_of(result)
    assert error == {"code": "not_found", "retryable": False, "next_step": "check_id"}
    assert all(PROVIDERS[name].title in sentence_of(result) for name in NAMES)
    assert world.asked == NAMES


async def test_the_only_candidate_s_not_found_names_it(world: World) -> None:
    error = error_of(await ask(world.variables("senmo")))
    assert (error["code"], error["provider"]) == ("not_found", "senmo")


@pytest.mark.parametrize("status", [400, 422])
async def test_a_provider_that_refuses_the_id_counts_as_one_without_it(status: int, world: World) -> None:
    world.set(polinate=Reply(status, json={"message": "not a uuid"}))
    assert error_of(await ask(world.variables()))["code"] == "not_found"
    assert error_of(await ask(world.variables("polinate")))["code"] == "not_found"
    world.has("flexportal")
    assert "warnings" not in found(await ask(world.variables()))


FAILURES = [
    (Reply(500, json={}), "upstream_error", True),
    (Reply(401, json={}), "unauthorized", False),
    (Reply(403, json={}), "forbidden", False),
    (Reply(429, json={}, headers={"Retry-After": "12"}), "rate_limited", True),
    (Reply(200, body="<html>"), "bad_response", False),
    (Reply(404, body="<html>"), "bad_response", False),
]


@pytest.mark.parametrize(("reply", "code", "retryable"), FAILURES)
async def test_not_found_where_it_could_be_asked_is_incomplete(
    reply: Reply, code: str, retryable: bool, world: World
) -> None:
    world.set(polinate=reply)
    result = await ask(world.variables())
    error = error_of(result)
    assert error["code"] == "incomplete" and "provider" not in error
    assert error["failed"] == [{"provider": "polinate", "code": code}]
    assert sorted(error["not_found_at"]) == ["fleet", "flexportal", "senmo"]
    assert error["retryable"] is retryable
    assert error["next_step"] == ("retry_later" if retryable else "tell_operator")
    assert "Polinate" in sentence_of(result)


async def test_one_retryable_failure_is_enough_to_try_again(world: World) -> None:
    world.set(fleet=Reply(401, json={}), senmo=Reply(500, json={}))
    error = error_of(await ask(world.variables()))
    assert {(each["provider"], each["code"]) for each in error["failed"]} == {
        ("fleet", "unauthorized"),
        ("senmo", "upstream_error"),
    }
    assert (error["retryable"], error["next_step"]) == (True, "retry_later")


async def test_a_failure_elsewhere_does_not_hide_what_was_found(world: World) -> None:
    world.has("flexportal")
    world.set(fleet=Reply(401, json={}))
    result = await ask(world.variables())
    data = found(result)
    assert data["provider"] == "flexportal"
    [warning] = [each for each in data["warnings"] if each["code"] == "provider_not_asked"]
    assert warning["message"] == "Fleet gave no usable answer (unauthorized); it may have the same id."
    assert warning["message"] in sentence_of(result)


async def test_the_summary_says_so_at_every_level_of_detail(world: World) -> None:
    world.has("flexportal")
    world.set(fleet=Reply(500, json={}), senmo=Reply(500, json={}))
    for detail in ("summary", "standard", "full"):
        result = await ask(world.variables(), detail=detail)
        assert sentence_of(result).count("gave no usable answer") == 2
        assert [each["code"] for each in found(result)["warnings"]].count("provider_not_asked") == 2


# Half configured ----------------------------------------------------------------------------------------------------


async def test_a_half_configured_provider_could_not_be_asked(world: World) -> None:
    variables = world.variables("fleet", "senmo", POLINATE_API_KEY="half")
    error = error_of(await ask(variables))
    assert error["code"] == "incomplete"
    assert error["failed"] == [{"provider": "polinate", "code": "not_configured"}]
    assert sorted(error["not_found_at"]) == ["fleet", "senmo"]
    assert (error["retryable"], error["next_step"]) == (False, "tell_operator")


async def test_a_half_configured_provider_is_a_warning_where_another_has_it(world: World) -> None:
    world.has("senmo")
    result = await ask(world.variables("senmo", POLINATE_API_KEY="half"))
    assert [each["code"] for each in found(result)["warnings"]] == ["provider_not_asked"]
    assert "could not be asked" in sentence_of(result)


async def test_a_provider_without_any_variable_is_no_candidate(world: World) -> None:
    world.has("senmo")
    assert "warnings" not in found(await ask(world.variables("senmo")))


async def test_a_half_configured_provider_whose_grammar_refuses_the_id_does_not_matter(world: World) -> None:
    error = error_of(await ask(world.variables("senmo", FLEET_API_KEY="…"), "not-digits"))
    assert error["code"] == "not_found"


async def test_where_every_provider_is_half_configured_auto_still_names_the_variables_and_the_rules() -> None:
    result = await ask({"FLEET_API_KEY": "flt_sk_…", "POLINATE_API_KEY": "half"})
    error = error_of(result)
    assert (error["code"], error["next_step"]) == ("incomplete", "tell_operator")
    assert [each["code"] for each in error["failed"]] == ["not_configured"] * 2
    assert "FLEET_API_KEY must be printable ASCII" in sentence_of(result)
    assert "POLINATE_BUSINESS_ID is not set" in sentence_of(result)
    assert "SENMO" not in sentence_of(result), "nobody began to set it up"


# Ids ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("id", ["007", "0", "42a", "CO-2025-1", "4٢", "٤٢", "-1", "4.2", "4_2", "+42", "４２"])
async def test_an_id_that_is_no_fleet_id_is_refused_without_a_request(id: str, world: World) -> None:
    for more in ({"provider": "fleet"}, {}):
        result = await ask(world.variables("fleet"), id, **more)
        assert error_of(result)["code"] == "invalid_input"
        assert "digits" in sentence_of(result) and "order or contract number" in sentence_of(result)
    assert world.asked == []


async def test_auto_leaves_fleet_out_where_its_grammar_refuses_the_id(world: World) -> None:
    error = error_of(await ask(world.variables(), "ord_1"))
    assert error["code"] == "not_found"
    assert world.asked == ["flexportal", "polinate", "senmo"]


@pytest.mark.parametrize("id", ["1", "42", "9" * 128])
async def test_every_run_of_digits_is_a_fleet_id(id: str, world: World) -> None:
    assert error_of(await ask(world.variables("fleet"), id))["code"] == "not_found"
    assert [asked.path for asked in world.stubs["fleet"].asked] == [f"/orders/{id}"]


# Nothing configured -------------------------------------------------------------------------------------------------


async def test_with_nothing_configured_auto_names_the_variables_and_the_sandbox() -> None:
    result = await ask({})
    error = error_of(result)
    assert error == {"code": "not_configured", "retryable": False, "next_step": "tell_operator"}
    sentence = sentence_of(result)
    for name in ("FLEET_API_KEY", "FLEXPORTAL_API_KEY", "SENMO_BASE_URL", "POLINATE_BUSINESS_ID", "the sandbox"):
        assert name in sentence


async def test_with_nothing_configured_the_tools_are_listed_with_all_providers() -> None:
    async with connected({}) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert tools["get_order"].input_schema["properties"]["provider"]["enum"] == ["auto", *PROVIDERS]
    assert tools["get_cart"].input_schema["properties"]["provider"]["enum"] == ["auto", *CARTS]


async def test_the_enum_lists_the_providers_with_at_least_one_variable(world: World) -> None:
    async with connected({"SENMO_USERNAME": "ada", "POLINATE_BASE_URL": "nonsense"}) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert sorted(tools["get_order"].input_schema["properties"]["provider"]["enum"]) == ["auto", "polinate", "senmo"]
    assert tools["get_cart"].input_schema["properties"]["provider"]["enum"] == ["auto", *CARTS]


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_known_provider_outside_the_enum_is_still_routed(provider: str, world: World) -> None:
    other = "senmo" if provider != "senmo" else "fleet"
    result = await ask(world.variables(other), provider=provider)
    error = error_of(result)
    assert (error["code"], error["provider"]) == ("not_configured", provider)
    assert f"{provider.upper()}_" in sentence_of(result)
    assert world.asked == []


async def test_only_an_unknown_name_is_invalid(world: World) -> None:
    result = await ask(world.variables(), provider="shopify")
    assert error_of(result)["code"] == "invalid_input"
    assert "provider" in sentence_of(result) and all(name in sentence_of(result) for name in ("auto", *PROVIDERS))
    assert world.asked == []


# The default provider -----------------------------------------------------------------------------------------------


async def test_a_default_provider_is_what_auto_means(world: World) -> None:
    world.has("fleet", "senmo")
    variables = world.variables(ORDER_MCP_DEFAULT_PROVIDER="senmo")
    for more in ({}, {"provider": "auto"}):
        assert found(await ask(variables, **more))["provider"] == "senmo"
    assert world.asked == ["senmo"]
    assert found(await ask(variables, provider="fleet"))["provider"] == "fleet"


async def test_a_default_provider_that_is_not_configured_says_so(world: World) -> None:
    error = error_of(await ask(world.variables("fleet", ORDER_MCP_DEFAULT_PROVIDER="senmo")))
    assert (error["code"], error["provider"]) == ("not_configured", "senmo")
    assert world.asked == []


async def test_a_default_provider_without_carts_does_not_stand_in_the_way_of_one_that_has_them(world: World) -> None:
    world.set(fleet=Reply(json={"data": {"id": 7}}))
    result = await ask(world.variables(ORDER_MCP_DEFAULT_PROVIDER="senmo"), "7", "get_cart")
    assert found(result)["provider"] == "fleet"


async def test_in_the_sandbox_a_provider_without_an_emulated_api_says_so(world: World) -> None:
    world.has("fleet")
    variables = world.variables("fleet", ORDER_MCP_SANDBOX="1", ORDER_MCP_DEFAULT_PROVIDER="senmo")
    for tool in ("get_order", "get_cart"):
        refused = await ask(variables, tool=tool, provider="senmo")
        said = "Senmo has no emulated API, so it is not part of the sandbox. Tell the user so."
        assert sentence_of(refused).endswith(f" {said}")
        error = error_of(refused)
        assert (error["code"], error["provider"], error["next_step"]) == ("unsupported_operation", "senmo", "tell_user")
    assert found(await ask(variables))["provider"] == "fleet"  # a default that is not there is no obstacle


# Carts --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("provider", [name for name in PROVIDERS if name not in CARTS])
async def test_carts_at_a_provider_without_carts_are_unsupported(provider: str, world: World) -> None:
    for variables in (world.variables(), {}):
        result = await ask(variables, tool="get_cart", provider=provider)
        error = error_of(result)
        assert (error["code"], error["provider"]) == ("unsupported_operation", provider)
        assert (error["retryable"], error["next_step"]) == (False, "tell_user")
        assert PROVIDERS[provider].title in sentence_of(result)
    assert world.asked == []


async def test_auto_looks_for_a_cart_only_where_there_are_carts(world: World) -> None:
    world.set(fleet=Reply(json={"data": {"id": 7}}))
    assert found(await ask(world.variables(), "7", "get_cart"))["provider"] == "fleet"
    assert [asked.path for asked in world.stubs["fleet"].asked] == ["/carts/7"]
    assert world.asked == ["fleet"]


async def test_a_cart_without_a_provider_that_has_carts_is_not_configured(world: World) -> None:
    result = await ask(world.variables("senmo"), "7", "get_cart")
    error = error_of(result)
    # It is named where it is the only one.
    assert (error["code"], error.get("provider")) == ("not_configured", "fleet" if CARTS == ["fleet"] else None)
    assert "FLEET_API_KEY" in sentence_of(result)
    assert world.asked == []


# At once ------------------------------------------------------------------------------------------------------------


async def test_everybody_is_asked_at_once(world: World) -> None:
    # Nobody answers before all have been asked: one after the other, this would never end well.
    together = threading.Barrier(len(NAMES))

    def wait_for_the_others(name: str) -> Any:
        def reply(_: Asked) -> Reply:
            together.wait(5)
            return MISSING[name]

        return reply

    world.set(**{name: wait_for_the_others(name) for name in NAMES})
    assert error_of(await ask(world.variables()))["code"] == "not_found"
    assert not together.broken


async def test_the_others_get_two_seconds_more_after_the_first_found(world: World) -> None:
    over = threading.Event()

    def hang(_: Asked) -> Reply:
        over.wait(15)
        return MISSING["polinate"]

    world.has("senmo")
    world.set(polinate=hang)
    started = time.monotonic()
    result = await ask(world.variables())
    took = time.monotonic() - started
    over.set()
    assert GRACE - 0.1 <= took < GRACE + 1.5
    data = found(result)
    assert data["provider"] == "senmo"
    [warning] = data["warnings"]
    assert warning["code"] == "provider_not_asked" and "Polinate" in warning["message"]
    assert "Polinate gave no usable answer (too slow)" in sentence_of(result)


async def test_within_the_two_seconds_a_second_owner_is_still_heard(world: World) -> None:
    first_answered = threading.Event()

    def first(_: Asked) -> Reply:
        first_answered.set()
        return ORDER["senmo"]

    def second(_: Asked) -> Reply:
        first_answered.wait(5)
        time.sleep(0.3)  # well after the first, and well within the two seconds
        return ORDER["polinate"]

    world.set(senmo=first, polinate=second)
    error = error_of(await ask(world.variables()))
    assert error["code"] == "ambiguous"
    assert [each["provider"] for each in error["candidates"]] == ["polinate", "senmo"], "whoever was faster"


async def test_without_a_first_found_nobody_is_cut_short(world: World) -> None:
    def late(_: Asked) -> Reply:
        time.sleep(GRACE + 0.3)
        return ORDER["polinate"]

    world.set(polinate=late)
    assert found(await ask(world.variables()))["provider"] == "polinate"
