"""Callers: who is let in with what, and what each of them may see, ask and be told. The server is in this process."""

import json
import re
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx2
import mcp_types as types
import pytest
from mcp import MCPError
from mcp.client import Client as McpClient
from mcp.client.streamable_http import streamable_http_client

from order_mcp.caller import Caller
from order_mcp.commands.cli import main
from order_mcp.config import read_config
from order_mcp.hosting import process
from order_mcp.hosting.admission import MOST_BYTES
from order_mcp.hosting.app import callers_of
from order_mcp.hosting.tokens import Token
from order_mcp.sandbox import Running, running
from order_mcp.testing.stub import serving

from .conftest import connected, error_of, found
from .hosted import Client, Headers, Issuer, error_in, file_of, found_in, hashed, hosting, result_of, signer, written
from .processes import LEGACY, MODERN, run, serving_http

PUBLIC = "https://orders.example.com/mcp"
ERAS = {"auto": MODERN, "legacy": LEGACY}
ACCOUNTS = ["fleet", "flexportal", "polinate", "senmo"]
EVERYBODY_HAS = "4711"


def key_of(name: str) -> str:
    return f"key-of-{name}-0123456789"


def row(name: str, **more: Any) -> dict[str, Any]:
    return {"token_sha256": hashed(key_of(name)), **more}


CALLERS: dict[str, dict[str, Any]] = {
    "desk": row("desk"),
    "header": row("header", header="X-API-Key"),
    "other-header": row("other-header", header="x-other-key"),
    "rotating": {"token_sha256": [hashed("the old key"), hashed("the new key")]},
    "reader": row("reader", scopes=["orders:read"]),
    "carts": row("carts", scopes=["carts:read"]),
    "finder": row("finder", scopes=["orders:find"]),
    "closed": row("closed", scopes=[]),
    "fleet-only": row("fleet-only", accounts=["fleet"]),
    "two": row("two", accounts=["polinate", "fleet"]),
    "senmo-only": row("senmo-only", accounts=["senmo"]),
    "homeless": row("homeless", accounts=[]),
    "customer": row("customer", audience="customer"),
    "internal": row("internal", audience="internal"),
    "person": {"subject": "person-7", "scopes": ["orders:read", "carts:read"], "accounts": ["fleet"]},
    "app": {"subject": "app-1", "audience": "customer"},
    "gateway": row("gateway", gateway=True),
    "small-gateway": row(
        "small-gateway", gateway=True, scopes=["orders:read"], accounts=["fleet", "polinate"], audience="customer"
    ),
    "token-gateway": {"subject": "gateway-app", "gateway": True},
    # Whom gateways speak for.
    "ada": row("ada", accounts=["fleet", "senmo"]),
    "ben": row("ben", scopes=["orders:find"]),
    "cy": row("cy", audience="internal"),
}


@pytest.fixture(scope="module")
def box() -> Iterator[Running]:
    with running(port=0) as box:
        yield box


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    with serving() as stub:
        issuer = Issuer(stub, PUBLIC)
        issuer.signers = [signer("quick", "EdDSA")]
        yield issuer


@pytest.fixture(scope="module")
def variables(box: Running, issuer: Issuer, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    budgets = {f"{name.upper()}_RATE_LIMIT": "none" for name in ACCOUNTS}
    return {
        **box.environment,
        **budgets,
        "ORDER_MCP_PUBLIC_URL": PUBLIC,
        "ORDER_MCP_OAUTH_ISSUER": issuer.address,
        "ORDER_MCP_RATE_LIMIT": "none",
        "ORDER_MCP_CALLERS_FILE": file_of(tmp_path_factory.mktemp("callers"), written("callers", CALLERS)),
    }


@pytest.fixture(scope="module")
def server(variables: dict[str, str]) -> Iterator[Client]:
    with hosting(variables) as server:
        yield server


@pytest.fixture
def asked(box: Running) -> "Asked":
    return Asked(box)


class Asked:
    """What arrives at the providers from now on."""

    def __init__(self, box: Running) -> None:
        self._box, self._since = box, len(box.sandbox.requests)

    @property
    def providers(self) -> set[str]:
        return {request.provider for request in self._box.sandbox.requests[self._since :]}

    @property
    def text(self) -> str:
        """All of it."""
        return repr([(each.path, each.headers) for each in self._box.sandbox.requests[self._since :]])


def tools_of(response: httpx2.Response) -> dict[str, Any]:
    assert response.status_code == 200
    return {tool["name"]: tool for tool in result_of(response)["tools"]}


@asynccontextmanager
async def speaking(server: Client, mode: str, **headers: str) -> AsyncIterator[McpClient]:
    """A real client that shows a key."""
    with anyio.fail_after(20):
        async with (
            httpx2.AsyncClient(headers=headers, timeout=10, trust_env=False, verify=False) as http,
            McpClient(streamable_http_client(server.url, http_client=http), mode=mode) as client,
        ):
            yield client


def bearer(name: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key_of(name)}"}


# Keys ----------------------------------------------------------------------------------------------------------------

SHOWN: dict[str, Headers] = {
    "as a bearer token": [("Authorization", f"Bearer {key_of('desk')}")],
    "in a header of its own": [("X-API-Key", key_of("header"))],
    "in that header in small letters": [("x-api-key", key_of("header"))],
    "as a bearer token, although it has a header": [("Authorization", f"Bearer {key_of('header')}")],
    "in another one's header": [("X-Other-Key", key_of("other-header"))],
    "the old one of two": [("Authorization", "Bearer the old key")],
    "the new one of two": [("Authorization", "Bearer the new key")],
}
NOT_SHOWN: dict[str, Headers] = {
    "nothing": [],
    "another key": [("Authorization", "Bearer another-key")],
    "the hash of the key": [("Authorization", f"Bearer {hashed(key_of('desk'))}")],
    "the name of a caller": [("Authorization", "Bearer desk")],
    "a part of the key": [("Authorization", f"Bearer {key_of('desk')[:-1]}")],
    "more than the key": [("Authorization", f"Bearer {key_of('desk')}0")],
    "the key in capitals": [("Authorization", f"Bearer {key_of('desk').upper()}")],
    "the key behind two blanks": [("Authorization", f"Bearer  {key_of('desk')}")],
    "the key without a scheme": [("Authorization", key_of("desk"))],
    "a key in nobody's header": [("X-Secret", key_of("desk"))],
    "an empty key": [("X-API-Key", "")],
    "the key twice in its header": [("X-API-Key", key_of("header"))] * 2,
    "two keys in two headers": [("X-API-Key", key_of("header")), ("X-Other-Key", key_of("other-header"))],
    "a wrong key beside the right one": [("Authorization", "Bearer wrong"), ("X-API-Key", key_of("header"))],
    "a name and a password beside the right one": [("Authorization", "Basic YTpi"), ("X-API-Key", key_of("header"))],
    "a scheme in its header": [("X-API-Key", f"Bearer {key_of('header')}")],
}


@pytest.mark.parametrize("how", SHOWN)
def test_a_key_lets_its_caller_in(how: str, server: Client) -> None:
    assert list(tools_of(server.tools(SHOWN[how]))) == ["get_order", "get_cart", "find_orders"]


@pytest.mark.parametrize("how", NOT_SHOWN)
def test_what_is_no_key_lets_nobody_in(how: str, server: Client) -> None:
    response = server.tools(NOT_SHOWN[how])
    assert response.status_code == 401
    assert "get_order" not in response.text


def test_a_key_that_is_no_longer_in_the_file_lets_nobody_in(variables: dict[str, str], tmp_path: Path) -> None:
    rows = {"rotating": {"token_sha256": [hashed("the new key")]}}
    with hosting(variables | {"ORDER_MCP_CALLERS_FILE": file_of(tmp_path, written("callers", rows))}) as server:
        assert server.tools("the new key").status_code == 200
        assert server.tools("the old key").status_code == 401


@pytest.mark.parametrize("mode", ERAS)
async def test_a_real_client_with_a_key_is_served_in_both_eras(mode: str, server: Client, asked: Asked) -> None:
    for headers in (bearer("desk"), {"X-API-Key": key_of("header")}):
        async with speaking(server, mode, **headers) as client:
            assert client.protocol_version == ERAS[mode]
            order = found(await client.call_tool("get_order", {"order_id": "issue-1", "provider": "senmo"}))
            assert order["provider_status"] == "Issue"
    assert asked.providers == {"senmo"}


WRITTEN = {
    **dict.fromkeys(["/mcp", "/mcp/", "/%6dcp", "/mcp%2f"], 200),
    **dict.fromkeys(["/mcp//", "//mcp", "/MCP", "/mcp/x", "/", "/mcp;x", "/mcp%00"], 404),
}


@pytest.mark.parametrize("path", WRITTEN)
def test_no_way_of_writing_the_address_is_a_way_in_and_none_leads_elsewhere(
    path: str, server: Client, asked: Asked
) -> None:
    """A redirect would be to http where TLS is a proxy's."""
    url = server.origin + path
    refused = server.ask("tools/call", url=url, name="get_order", arguments={"order_id": EVERYBODY_HAS})
    assert refused.status_code == (401 if WRITTEN[path] == 200 else 404)
    assert asked.providers == set()
    assert server.tools(key_of("desk"), url=url).status_code == WRITTEN[path]


# Tokens that the file knows ------------------------------------------------------------------------------------------


def test_a_row_is_found_by_the_subject_or_the_client_of_a_token(issuer: Issuer, server: Client) -> None:
    by_subject = tools_of(server.tools(issuer.token(sub="person-7", client_id="some-app")))
    assert providers_in(by_subject["get_order"]) == ["auto", "fleet"]
    by_client = tools_of(server.tools(issuer.token(sub="somebody", client_id="app-1")))
    assert "find_orders" not in by_client, "customers search nobody's orders"
    assert "find_orders" not in tools_of(server.tools(issuer.token(sub=None, azp="app-1")))
    unknown = tools_of(server.tools(issuer.token(sub="somebody", client_id="some-app")))
    assert list(unknown) == ["get_order", "get_cart", "find_orders"]
    assert providers_in(unknown["get_order"]) == ["auto", *ACCOUNTS]


def test_the_subject_of_a_row_is_no_key_and_no_part_of_a_subject(issuer: Issuer, server: Client) -> None:
    assert server.tools("person-7").status_code == 401
    for subject in ("person-77", "PERSON-7", "person-7 ", "person"):
        assert "find_orders" in tools_of(server.tools(issuer.token(sub=subject)))


def test_a_row_and_a_token_allow_only_what_both_allow(issuer: Issuer, server: Client) -> None:
    def names(scope: str) -> list[str]:
        return list(tools_of(server.tools(issuer.token(sub="person-7", scope=scope))))

    assert names("orders:read carts:read orders:find") == ["get_order", "get_cart"]
    assert names("orders:read orders:find") == ["get_order"]
    response = server.tools(issuer.token(sub="person-7", scope="orders:find"))
    assert response.status_code == 403, "nothing is left"


def test_scopes_that_mean_nothing_here_make_no_difference(variables: dict[str, str]) -> None:
    """What is offered is kept for each set of rights, so there must not be as many as there are tokens."""
    callers = callers_of(read_config(variables))

    def rights(*scopes: str) -> Caller:
        return callers.with_token(Token("somebody", None, frozenset(scopes), 0, None)).caller.rights

    assert rights("orders:read") == rights("orders:read", "openid", "session-1") == rights("orders:read", "session-2")
    assert rights("orders:read") != rights("orders:read", "carts:read")


# Scopes --------------------------------------------------------------------------------------------------------------

MAY = {
    "desk": ["get_order", "get_cart", "find_orders"],
    "reader": ["get_order"],
    "carts": ["get_cart"],
    "finder": ["find_orders"],
}
CALLS: dict[str, dict[str, Any]] = {
    "get_order": {"order_id": "1001", "provider": "fleet"},
    "get_cart": {"cart_id": "2001", "provider": "fleet"},
    "find_orders": {"order_number": "FL-24-00391"},
}


@pytest.mark.parametrize("era", [MODERN, LEGACY])
@pytest.mark.parametrize("name", MAY)
def test_a_caller_sees_and_may_call_what_its_scopes_allow(name: str, era: str, server: Client, asked: Asked) -> None:
    assert list(tools_of(server.tools(key_of(name), era=era))) == MAY[name]
    for tool, arguments in CALLS.items():
        before = asked.text
        response = server.call(tool, key_of(name), era=era, **arguments)
        assert response.status_code == (200 if tool in MAY[name] else 403)
        assert (asked.text == before) is (tool not in MAY[name]), "whoever may not ask is not asked for"


@pytest.mark.parametrize("method", ["tools/list", "ping", "prompts/list", "resources/templates/list", "no/such/method"])
def test_whoever_may_do_nothing_is_told_nothing(method: str, server: Client) -> None:
    response = server.ask(method, key_of("closed"), era=LEGACY)
    assert response.status_code == 403
    assert 'scope="orders:read carts:read orders:find"' in response.headers["www-authenticate"]


TEMPLATES = {
    "desk": ["order://{provider}/{order_id}", "cart://{provider}/{cart_id}"],
    "reader": ["order://{provider}/{order_id}"],
    "carts": ["cart://{provider}/{cart_id}"],
    "finder": [],
}


@pytest.mark.parametrize("mode", ERAS)
@pytest.mark.parametrize("name", TEMPLATES)
async def test_attachments_prompts_and_completions_obey_the_scopes_too(
    name: str, mode: str, server: Client, asked: Asked
) -> None:
    async with speaking(server, mode, **bearer(name)) as client:
        templates = (await client.list_resource_templates()).resource_templates
        assert [template.uri_template for template in templates] == TEMPLATES[name]
        for uri, template in (
            ("order://fleet/1001", "order://{provider}/{order_id}"),
            ("cart://fleet/2001", "cart://{provider}/{cart_id}"),
        ):
            before = asked.text
            if template in TEMPLATES[name]:
                [content] = (await client.read_resource(uri)).contents
                assert json.loads(content.text)["provider"] == "fleet"  # type: ignore[union-attr]
            else:
                with pytest.raises(MCPError) as refused:
                    await client.read_resource(uri)
                assert "may not read" in str(refused.value)
                assert asked.text == before
            reference = types.ResourceTemplateReference(type="ref/resource", uri=template)
            completed = await client.complete(reference, {"name": "provider", "value": ""})
            assert bool(completed.completion.values) is (template in TEMPLATES[name])
        prompts = [prompt.name for prompt in (await client.list_prompts()).prompts]
        assert prompts == (["order_status_reply"] if "get_order" in MAY[name] else [])
        if not prompts:
            with pytest.raises(MCPError, match="Unknown prompt"):
                await client.get_prompt("order_status_reply", {"order_id": "1001"})
        else:
            told = (await client.get_prompt("order_status_reply", {"order_id": "1001"})).model_dump_json()
            assert ("find_orders" in told) is ("find_orders" in MAY[name])


# Accounts ------------------------------------------------------------------------------------------------------------


def providers_in(tool: dict[str, Any]) -> list[str]:
    names: list[str] = tool["inputSchema"]["properties"]["provider"]["enum"]
    return names


@pytest.mark.parametrize(
    ("name", "accounts"), [("desk", ACCOUNTS), ("fleet-only", ["fleet"]), ("two", ["fleet", "polinate"])]
)
def test_the_tools_name_the_accounts_that_a_caller_may_use_and_nobody_else(
    name: str, accounts: list[str], server: Client
) -> None:
    listed = tools_of(server.tools(key_of(name)))
    assert providers_in(listed["get_order"]) == ["auto", *accounts]
    assert set(providers_in(listed["get_cart"])) <= {"auto", *accounts}
    assert set(providers_in(listed.get("find_orders", listed["get_order"]))) <= {"auto", *accounts}
    for other in set(ACCOUNTS) - set(accounts):
        assert other not in json.dumps(listed).lower(), "not even in words"


def test_the_lists_of_two_callers_differ_in_nothing_else(server: Client) -> None:
    def bare(name: str) -> dict[str, Any]:
        listed = tools_of(server.tools(key_of(name)))
        for tool in listed.values():
            del tool["description"], tool["inputSchema"]["properties"]["provider"]["enum"]
        return listed

    everything, two = bare("desk"), bare("two")
    assert two == {tool: everything[tool] for tool in two}
    assert list(two) == ["get_order", "get_cart", "find_orders"]
    assert bare("reader") == {"get_order": everything["get_order"]}


@pytest.mark.parametrize("era", [MODERN, LEGACY])
def test_another_account_is_refused_as_if_there_were_none(era: str, server: Client, asked: Asked) -> None:
    for account in ("flexportal", "senmo", "no-such-account"):
        response = server.call("get_order", key_of("two"), era=era, order_id=EVERYBODY_HAS, provider=account)
        assert error_in(response)["code"] == "invalid_input"
        assert "provider must be one of auto, fleet, polinate." in response.text
        response = server.ask("resources/read", key_of("two"), era=era, uri=f"order://{account}/{EVERYBODY_HAS}")
        assert "provider must be one of auto, fleet, polinate." in response.text
        response = server.call("find_orders", key_of("two"), era=era, order_number="1", provider=account)
        assert "provider must be one of auto, fleet, polinate." in response.text
    assert asked.providers == set()


def test_auto_asks_the_accounts_that_the_caller_may_use(server: Client, asked: Asked) -> None:
    assert found_in(server.call("get_order", key_of("fleet-only"), order_id=EVERYBODY_HAS))["provider"] == "fleet"
    assert asked.providers == {"fleet"}
    error = error_in(server.call("get_order", key_of("two"), order_id=EVERYBODY_HAS))
    assert [candidate["provider"] for candidate in error["candidates"]] == ["fleet", "polinate"]
    server.call("find_orders", key_of("two"), order_number="FL-24-00391")
    server.ask("resources/read", key_of("two"), uri=f"order://auto/{EVERYBODY_HAS}")
    assert asked.providers == {"fleet", "polinate"}
    missing = server.call("get_order", key_of("two"), order_id="ord_nowhere")
    assert "FlexPortal" not in missing.text and "Senmo" not in missing.text


def test_a_default_provider_is_asked_for_those_who_may_use_it(variables: dict[str, str], asked: Asked) -> None:
    with hosting(variables | {"ORDER_MCP_DEFAULT_PROVIDER": "senmo"}) as server:
        assert found_in(server.call("get_order", key_of("fleet-only"), order_id=EVERYBODY_HAS))["provider"] == "fleet"
        assert asked.providers == {"fleet"}
        assert found_in(server.call("get_order", key_of("desk"), order_id=EVERYBODY_HAS))["provider"] == "senmo"
        assert asked.providers == {"fleet", "senmo"}


def test_a_tool_that_none_of_its_accounts_could_answer_is_not_a_caller_s(server: Client, asked: Asked) -> None:
    assert list(tools_of(server.tools(key_of("senmo-only")))) == ["get_order"], "Senmo has no carts and no search"
    assert "Unknown tool. This server has get_order." in server.call("get_cart", key_of("senmo-only"), cart_id="1").text
    assert list(tools_of(server.tools(key_of("homeless")))) == []
    for tool, arguments in CALLS.items():
        assert "Unknown tool. This server has none." in server.call(tool, key_of("homeless"), **arguments).text
    assert asked.providers == set()


# Audience ------------------------------------------------------------------------------------------------------------

RICH = {"order_id": "ord_rich", "provider": "polinate", "detail": "full"}


def test_an_audience_only_narrows(variables: dict[str, str]) -> None:
    def seen(server: Client, name: str) -> tuple[dict[str, Any], Any]:
        found = found_in(server.call("get_order", key_of(name), **RICH))
        found.pop("as_of")
        return found, tools_of(server.tools(key_of(name)))["get_order"]["outputSchema"]

    views = {}
    for audience in ("customer", "agent", "internal"):
        with hosting(variables | {"ORDER_MCP_AUDIENCE": audience}) as server:
            views[audience] = {name: seen(server, name) for name in ("desk", "customer", "internal")}
    desks = [view["desk"] for view in views.values()]
    assert desks[0] != desks[1] != desks[2], "each of the three sees something else"
    for audience, view in views.items():
        assert view["customer"] == views["customer"]["desk"], "narrowed"
        assert view["internal"] == views[audience]["desk"], "never widened"


def test_a_caller_that_is_a_customer_is_refused_as_one(server: Client) -> None:
    missing = server.call("get_order", key_of("customer"), order_id="ord_nowhere", provider="polinate")
    assert "I cannot find your order with this id." in missing.text
    assert "find_orders" not in tools_of(server.tools(key_of("customer")))
    refused = server.call("find_orders", key_of("customer"), order_number="FL-24-00391")
    assert "Unknown tool" in refused.text


# Rates ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def limited(variables: dict[str, str], tmp_path: Path) -> Iterator[Client]:
    rows = {
        "thrifty": row("thrifty", rate_limit="2/minute"),
        "usual": row("usual"),
        "free": row("free", rate_limit="none"),
        "quick": row("quick", rate_limit="1/second"),
        "reader": row("reader", rate_limit="2/minute", scopes=["orders:read"]),
        "gateway": row("gateway", rate_limit="1/minute", gateway=True),
    }
    given = {"ORDER_MCP_CALLERS_FILE": file_of(tmp_path, written("callers", rows)), "ORDER_MCP_RATE_LIMIT": "4/minute"}
    with hosting(variables | given) as server:
        yield server


def look_up(server: Client, headers: Headers | str, era: str = MODERN) -> int:
    return server.call("get_order", headers, era=era, order_id="1001", provider="fleet").status_code


def test_over_its_rate_a_caller_has_to_wait_and_nobody_is_asked(limited: Client, asked: Asked) -> None:
    assert [look_up(limited, key_of("thrifty")) for _ in range(2)] == [200, 200]
    before = asked.text
    response = limited.call("get_order", key_of("thrifty"), order_id="1001", provider="fleet")
    assert response.status_code == 429
    assert 1 <= int(response.headers["retry-after"]) <= 60
    assert response.json() == {"error": "too many requests"}
    assert asked.text == before
    assert look_up(limited, key_of("usual")) == 200, "every caller has a rate of its own"


def test_only_what_looks_something_up_is_counted(limited: Client) -> None:
    key = key_of("thrifty")
    for era in (MODERN, LEGACY):
        for _ in range(3):
            assert limited.tools(key, era=era).status_code == 200
            assert limited.ask("prompts/list", key, era=era).status_code == 200
            assert limited.ask("resources/templates/list", key, era=era).status_code == 200
        limited.ask("initialize", key, era=LEGACY, protocolVersion=LEGACY, capabilities={}, clientInfo={})
        assert limited.send("GET", "/mcp", [("Authorization", f"Bearer {key}")]).status_code == 405
    assert limited.ask("resources/read", key, uri="order://fleet/1001").status_code == 200
    assert look_up(limited, key, LEGACY) == 200
    assert limited.ask("resources/read", key, uri="order://fleet/1001").status_code == 429
    assert look_up(limited, key, MODERN) == 429
    assert limited.tools(key).status_code == 200, "what can be done is still told"


ODD_BODIES = {
    "nothing": b"",
    "no JSON": b"{",
    "several at once": b'[{"jsonrpc":"2.0","id":1,"method":"tools/call"},{"jsonrpc":"2.0","id":2,"method":"ping"}]',
    "no method": b'{"jsonrpc":"2.0","id":1,"result":{}}',
    "a method that is no text": b'{"jsonrpc":"2.0","id":1,"method":["tools/call"]}',
    "deep": b"[" * 3000,
    "another encoding": '{"jsonrpc":"2.0","id":1,"method":"tools/call"}'.encode("utf-16"),
    "two methods": b'{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/call","params":{"name":"get_order"}}',
    "too long": b'{"method":"ping","padding":"' + b"x" * MOST_BYTES + b'"}',
}


@pytest.mark.parametrize("body", ODD_BODIES)
def test_what_cannot_be_read_is_counted(body: str, limited: Client) -> None:
    headers = [("Authorization", f"Bearer {key_of('thrifty')}"), ("Content-Type", "application/json")]
    headers += [("Accept", "application/json, text/event-stream")]
    statuses = [limited.send("POST", "/mcp", headers, ODD_BODIES[body]).status_code for _ in range(3)]
    assert statuses[2] == 429 and 429 not in statuses[:2]


def test_what_is_refused_for_its_scope_is_counted(limited: Client) -> None:
    statuses = [limited.call("get_cart", key_of("reader"), cart_id="2001").status_code for _ in range(3)]
    assert statuses == [403, 403, 429]


def test_a_caller_without_a_rate_of_its_own_has_the_usual_one(issuer: Issuer, limited: Client) -> None:
    assert [look_up(limited, key_of("usual")) for _ in range(5)] == [200, 200, 200, 200, 429]
    assert [look_up(limited, key_of("free")) for _ in range(8)] == [200] * 8
    ada, ben = issuer.token(sub="ada"), issuer.token(sub="ben")
    assert [look_up(limited, ada) for _ in range(4)] == [200] * 4
    assert look_up(limited, issuer.token(sub="ada", jti="another token of hers")) == 429
    assert look_up(limited, ben) == 200


def test_after_the_time_that_it_was_told_a_caller_is_served_again(limited: Client) -> None:
    assert look_up(limited, key_of("quick")) == 200
    response = limited.call("get_order", key_of("quick"), order_id="1001", provider="fleet")
    assert (response.status_code, response.headers["retry-after"]) == (429, "1")
    time.sleep(1)
    assert look_up(limited, key_of("quick")) == 200


def test_without_callers_a_rate_is_for_all_together(variables: dict[str, str]) -> None:
    alone = {name: value for name, value in variables.items() if "OAUTH" not in name and "CALLERS" not in name}
    with hosting(alone | {"ORDER_MCP_RATE_LIMIT": "2/minute"}) as server:
        assert [look_up(server, ()) for _ in range(3)] == [200, 200, 429]
    with hosting({name: value for name, value in alone.items() if name != "ORDER_MCP_RATE_LIMIT"}) as server:
        assert [look_up(server, ()) for _ in range(130)] == [200] * 130, "one person alone is not counted"


# Gateways ------------------------------------------------------------------------------------------------------------


def as_user(gateway: str, *users: str) -> Headers:
    return [("Authorization", f"Bearer {gateway}"), *(("X-Forwarded-User", user) for user in users)]


def test_a_gateway_speaks_for_a_caller_of_the_file(server: Client, asked: Asked) -> None:
    gateway = key_of("gateway")
    assert providers_in(tools_of(server.tools(as_user(gateway, "ada")))["get_order"]) == ["auto", "fleet", "senmo"]
    assert list(tools_of(server.tools(as_user(gateway, "ben")))) == ["find_orders"]
    assert server.call("get_order", as_user(gateway, "ben"), order_id=EVERYBODY_HAS).status_code == 403
    assert asked.providers == set()
    error = error_in(server.call("get_order", as_user(gateway, "ada"), order_id=EVERYBODY_HAS))
    assert [candidate["provider"] for candidate in error["candidates"]] == ["fleet", "senmo"]
    assert list(tools_of(server.tools(gateway))) == ["get_order", "get_cart", "find_orders"], "itself"


def test_a_gateway_that_shows_a_token_speaks_for_others_too(issuer: Issuer, server: Client) -> None:
    gateway = issuer.token(sub=None, client_id="gateway-app", scope="orders:read carts:read")
    assert list(tools_of(server.tools(as_user(gateway, "ada")))) == ["get_order", "get_cart"]
    assert server.tools(as_user(gateway, "ben")).status_code == 403, "the token does not allow what ben may do"


def test_nobody_can_do_more_through_a_gateway_than_the_gateway(server: Client, asked: Asked) -> None:
    gateway = key_of("small-gateway")
    tools = tools_of(server.tools(as_user(gateway, "ada")))
    assert list(tools) == ["get_order"] and providers_in(tools["get_order"]) == ["auto", "fleet"]
    assert server.tools(as_user(gateway, "ben")).status_code == 403
    assert tools_of(server.tools(as_user(gateway, "cy"))) == tools_of(server.tools(gateway))
    narrow = found_in(server.call("get_order", as_user(gateway, "cy"), **RICH))
    wide = found_in(server.call("get_order", key_of("cy"), **RICH))
    assert set(narrow) < set(wide)
    assert asked.providers == {"polinate"}


NOBODY = ["eve", "", "ADA", "ada ben", "ada,ben", "ada, ben", "token-gateway-app", "person-7", "*", "ad\xe4"]


@pytest.mark.parametrize("name", NOBODY)
def test_a_gateway_speaks_for_nobody_else(name: str, server: Client, asked: Asked) -> None:
    response = server.call("get_order", as_user(key_of("gateway"), name), order_id=EVERYBODY_HAS)
    assert response.status_code == 403
    assert asked.providers == set()


def test_two_names_are_nobody(server: Client) -> None:
    for names in (("ada", "ben"), ("ada", "ada"), ("", "ada")):
        assert server.tools(as_user(key_of("gateway"), *names)).status_code == 403


def test_from_anybody_else_the_name_is_ignored(issuer: Issuer, server: Client) -> None:
    for name in ("cy", "gateway", "eve", ""):
        for key in (key_of("fleet-only"), issuer.token(sub="person-7")):
            assert providers_in(tools_of(server.tools(as_user(key, name)))["get_order"]) == ["auto", "fleet"]
    assert server.tools([("X-Forwarded-User", "desk")]).status_code == 401, "a name is no key"
    assert server.tools(as_user(issuer.token(sub="gateway"), "ada")).status_code == 200
    listed = tools_of(server.tools(as_user(issuer.token(sub="gateway"), "ada")))
    assert providers_in(listed["get_order"]) == ["auto", *ACCOUNTS], "a subject that is called like a gateway is none"


def test_whoever_is_spoken_for_speaks_for_nobody(server: Client) -> None:
    named = as_user(key_of("gateway"), "small-gateway")
    assert list(tools_of(server.tools(named))) == ["get_order"]
    assert server.tools([*named, ("X-Forwarded-User", "desk")]).status_code == 403


def test_through_a_gateway_the_rate_of_each_caller_is_its_own(limited: Client) -> None:
    gateway = key_of("gateway")
    assert [look_up(limited, as_user(gateway, "thrifty")) for _ in range(3)] == [200, 200, 429]
    assert look_up(limited, key_of("thrifty")) == 429, "however it comes"
    assert look_up(limited, as_user(gateway, "usual")) == 200
    assert [look_up(limited, gateway) for _ in range(2)] == [200, 429]


# What travels on -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("era", [MODERN, LEGACY])
def test_nothing_of_a_caller_travels_to_a_provider(era: str, issuer: Issuer, server: Client, asked: Asked) -> None:
    token = issuer.token(sub="person-7", email="ada@example.com")
    more = [("Cookie", "session=a-cookie"), ("X-Custom", "a-header"), ("X-Forwarded-For", "203.0.113.7")]
    more += [("Forwarded", "for=203.0.113.7"), ("User-Agent", "a-browser"), ("X-Request-Id", "a-request")]
    shown: list[Headers] = [
        [("Authorization", f"Bearer {token}"), *more],
        [("X-API-Key", key_of("header")), *more],
        [*as_user(key_of("gateway"), "ada"), *more],
    ]
    for headers in shown:
        for account in ("auto", *ACCOUNTS):
            server.call("get_order", headers, era=era, order_id=EVERYBODY_HAS, provider=account)
        server.call("find_orders", headers, era=era, order_number="FL-24-00391")
        server.ask("resources/read", headers, era=era, uri=f"order://auto/{EVERYBODY_HAS}")
    assert asked.providers == set(ACCOUNTS)
    secrets = [token, token.split(".")[1], key_of("header"), key_of("gateway"), "person-7", "ada", "a-cookie"]
    for secret in [*secrets, "a-header", "203.0.113.7", "a-browser", "a-request", "orders.example.com"]:
        assert secret not in asked.text


# Hosts and origins ---------------------------------------------------------------------------------------------------

OURS = ["orders.example.com", "ORDERS.example.COM", "orders.example.com:443", "127.0.0.1", "localhost:8000", "[::1]:9"]
THEIRS = [
    *(
        "orders.example.com.evil.example",
        "evil.example",
        "evilorders.example.com",
        "orders.example.com.",
        "example.com",
    ),
    *("orders.example.com:80", "orders.example.com:4433", "orders.example.com:443:443", "orders.example.com:", ""),
    *("evil@orders.example.com", "orders.example.com@evil.example", "orders.example.com:443@evil.example"),
    *("https://orders.example.com", "orders.example.com/mcp", "orders.example.com,evil.example", "10.0.0.1"),
    *("127.0.0.1.evil.example", "localhost.evil.example:80", "127.0.0.2", "0.0.0.0", "[::]", "[::1].evil.example"),
]


@pytest.mark.parametrize("host", OURS)
def test_the_public_host_and_this_machine_are_answered(host: str, server: Client) -> None:
    assert server.tools([*bearer("desk").items(), ("Host", host)]).status_code == 200


@pytest.mark.parametrize("host", THEIRS)
def test_no_other_host_is_answered_not_even_with_a_key(host: str, server: Client) -> None:
    key = f"Authorization: Bearer {key_of('desk')}".encode()
    assert server.raw(b"Host: " + host.encode() + b"\r\n" + key) == 421
    if host:
        assert server.get("/.well-known/oauth-protected-resource/mcp", [("Host", host)]).status_code == 421


def test_two_hosts_are_no_host(server: Client) -> None:
    assert server.raw(b"Host: localhost\r\nHost: evil.example") in (400, 421)


OTHER_PORTS = {
    "https://orders.example.com:8443/mcp": ["orders.example.com:8443"],
    "https://Orders.Example.com:443/mcp": ["orders.example.com", "orders.example.com:443"],
    "https://[2001:db8::1]/mcp": ["[2001:db8::1]", "[2001:DB8::1]:443"],
}


@pytest.mark.parametrize("url", OTHER_PORTS)
def test_a_port_belongs_to_the_host(url: str, variables: dict[str, str]) -> None:
    with hosting(variables | {"ORDER_MCP_PUBLIC_URL": url}) as server:
        for host in OTHER_PORTS[url]:
            assert server.tools([*bearer("desk").items(), ("Host", host)]).status_code == 200
        for host in {"orders.example.com", "orders.example.com:443", "orders.example.com:80"} - set(OTHER_PORTS[url]):
            assert server.tools([*bearer("desk").items(), ("Host", host)]).status_code == 421


OUR_ORIGINS = ["https://orders.example.com", "https://ORDERS.example.com:443", "http://localhost:3000"]
OTHER_ORIGINS = [
    *(
        "http://orders.example.com",
        "https://orders.example.com.evil.example",
        "https://orders.example.com:8443",
        "null",
    ),
    *("https://evil.example", "https://evil.example@orders.example.com", "https://orders.example.com/", "", "https://"),
    *("https://sub.orders.example.com", "https://localhost:3000", "http://localhost.evil.example", "file://"),
]


@pytest.mark.parametrize("origin", OUR_ORIGINS)
def test_a_page_of_our_own_may_call(origin: str, server: Client) -> None:
    assert server.tools([*bearer("desk").items(), ("Origin", origin)]).status_code == 200


@pytest.mark.parametrize("origin", OTHER_ORIGINS)
def test_a_page_of_anybody_else_may_not_call(origin: str, server: Client) -> None:
    response = server.tools([*bearer("desk").items(), ("Origin", origin)])
    assert response.status_code == 403
    assert server.tools([*bearer("desk").items(), ("Origin", OUR_ORIGINS[0]), ("Origin", origin)]).status_code == 403


# Health --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_told_to_everybody_by_whatever_name(path: str, server: Client) -> None:
    for headers in ([], [("Host", "10.1.2.3:8000")], [("Host", "evil.example"), ("Origin", "https://evil.example")]):
        response = server.get(path, headers)
        assert (response.status_code, response.json()) == (200, {"status": "ok"})
    assert server.get(path, [("Authorization", "Bearer x")] * 2).status_code == 200


@pytest.mark.parametrize("given", [{}, {"FLEET_BASE_URL": "https://fleet.example.com"}, {"POLINATE_API_KEY": "half"}])
def test_a_server_that_could_answer_nobody_is_alive_and_not_ready(
    given: dict[str, str], variables: dict[str, str]
) -> None:
    with hosting({"ORDER_MCP_CALLERS_FILE": variables["ORDER_MCP_CALLERS_FILE"]} | given) as server:
        assert server.get("/healthz").status_code == 200
        response = server.get("/readyz")
        assert (response.status_code, response.json()) == (503, {"status": "not ready"})


# The file ------------------------------------------------------------------------------------------------------------

SECRET = "S3CRET-valeur"
HASH = hashed(SECRET)


def one(**members: Any) -> str:
    return written("callers", {"desk": {"token_sha256": HASH, **members}})


MALFORMED: dict[str, tuple[str | bytes, str]] = {
    "nothing in it": ("", "names no caller"),
    "a heading alone": ("[callers]", "names no caller"),
    "no TOML": (f"token_sha256: {SECRET}", "cannot be read as a TOML file"),
    "an open quotation mark": (f'[callers.desk]\ntoken_sha256 = "{SECRET}', "cannot be read as a TOML file"),
    "the same caller twice": (one() + "\n" + one(), "cannot be read as a TOML file"),
    "the same word twice": (f'{one()}\ntoken_sha256 = "{HASH}"', "cannot be read as a TOML file"),
    "no text": (b"\xff\xfe\x00", "cannot be read as a TOML file"),
    "brackets without an end": ("callers = " + "[" * 40_000, "cannot be read as a TOML file"),
    "too long": ("#" * 70_000, "cannot be read as a TOML file"),
    "another heading": (f'[caller.desk]\ntoken_sha256 = "{HASH}"', "nothing but tables such as [callers.NAME]"),
    "a second heading": (f"{one()}\n[other]\nx = 1", "nothing but tables such as [callers.NAME]"),
    "a key at the top": (f'token = "{SECRET}"\n{one()}', "nothing but tables such as [callers.NAME]"),
    "a caller that is no table": (f'[callers]\ndesk = "{SECRET}"', "nothing but tables such as [callers.NAME]"),
    "callers in a list": (f'[[callers]]\ntoken_sha256 = "{HASH}"', "nothing but tables such as [callers.NAME]"),
    "callers that are none": (f'callers = "{SECRET}"', "nothing but tables such as [callers.NAME]"),
    "a name with a blank": (f'[callers."a b"]\ntoken_sha256 = "{HASH}"', "a caller's name must be"),
    "a name with a blank at its end": (f'[callers."desk "]\ntoken_sha256 = "{HASH}"', "a caller's name must be"),
    "a name with a line break": (f'[callers."a\\nb"]\ntoken_sha256 = "{HASH}"', "a caller's name must be"),
    "no name": (f'[callers.""]\ntoken_sha256 = "{HASH}"', "a caller's name must be"),
    "a long name": (f'[callers.{"a" * 65}]\ntoken_sha256 = "{HASH}"', "a caller's name must be"),
    "a name that begins with a dot": (f'[callers.".a"]\ntoken_sha256 = "{HASH}"', "a caller's name must be"),
    "an unknown word": (one(token=SECRET), "token is none of token_sha256, header,"),
    "a word in capitals": (one(Scopes=[]), "Scopes is none of"),
    "a caller inside a caller": (f'{one()}\n[callers.desk.more]\nx = "{SECRET}"', "more is none of"),
    "neither a key nor a subject": (
        '[callers.desk]\nscopes = ["orders:read"]',
        "token_sha256 or subject, and not both",
    ),
    "both": (one(subject="ada"), "token_sha256 or subject, and not both"),
    "the key itself": (one(token_sha256=SECRET), "token_sha256 must be the SHA-256 of the key"),
    "the hash in capitals": (one(token_sha256=HASH.upper()), "token_sha256 must be the SHA-256 of the key"),
    "the hash with its name": (one(token_sha256=f"sha256:{HASH}"), "token_sha256 must be the SHA-256 of the key"),
    "the key among hashes": (one(token_sha256=[HASH, SECRET]), "token_sha256 must be the SHA-256 of the key"),
    "a hash that is no text": (one(token_sha256=5), "token_sha256 must be a text or a list of texts"),
    "hashes that are no texts": (one(token_sha256=[HASH, 5]), "token_sha256 must be a text or a list of texts"),
    "no hash": (one(token_sha256=[]), "token_sha256 or subject"),
    "a blank hash": (one(token_sha256=" "), "token_sha256 must be a text or a list of texts"),
    "the hash of nothing": (one(token_sha256=hashed("")), "token_sha256 is the SHA-256 of an empty key"),
    "one key for two": (one() + "\n" + one().replace("desk", "other"), "two rows have the same token_sha256"),
    "one key twice": (one(token_sha256=[HASH, HASH]), "two rows have the same token_sha256"),
    "one subject for two": (
        written("callers", {"a": {"subject": SECRET}, "b": {"subject": SECRET, "audience": "customer"}}),
        "two rows have the same subject",
    ),
    "subjects": (written("callers", {"desk": {"subject": [SECRET, "b"]}}), "subject must be a text"),
    "a subject that is a number": (written("callers", {"desk": {"subject": 5}}), "subject must be a text"),
    "a header for a subject": (
        written("callers", {"desk": {"subject": "ada", "header": "X-API-Key"}}),
        "header goes with token_sha256 only",
    ),
    "a header with a colon": (one(header=f"X-API-Key: {SECRET}"), "header must be the name of a header"),
    "headers": (one(header=["X-A", "X-B"]), "header must be a text"),
    "a scope that is none": (
        one(scopes=["orders:read", SECRET]),
        "scopes takes orders:read, carts:read and orders:find",
    ),
    "scopes in one text": (one(scopes="orders:read carts:read"), "scopes must be a list of texts"),
    "scopes that are no texts": (one(scopes=[1]), "scopes must be a list of texts"),
    "an account that is none": (one(accounts=[SECRET]), "accounts takes fleet, flexportal, polinate and senmo"),
    "accounts in one text": (one(accounts="fleet"), "accounts must be a list of texts"),
    "auto as an account": (one(accounts=["auto"]), "accounts takes fleet"),
    "an audience that is none": (one(audience=SECRET), "audience takes"),
    "audiences": (one(audience=["customer", "agent"]), "audience must be a text"),
    "no audience": (one(audience=[]), "audience must be a text"),
    "an audience in capitals": (one(audience="Customer"), "audience takes"),
    "a rate that is none": (one(rate_limit="often"), "must be a rate such as 120/minute, or none"),
    "a rate of nothing": (one(rate_limit="0/minute"), "must be a rate such as 120/minute, or none"),
    "a rate that is a number": (one(rate_limit=120), "rate_limit must be a text"),
    "rates": (one(rate_limit=["1/minute", "none"]), "rate_limit must be a text"),
    "a gateway in words": (one(gateway="true"), "gateway must be true or false"),
    "a gateway that is a number": (one(gateway=1), "gateway must be true or false"),
}


@pytest.fixture
def starts(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Starts the server with these variables, up to where it would serve: its exit code, and what it said."""

    def serve(*_: object) -> None:
        raise AssertionError("it serves")

    def start(*arguments: str, **variables: str) -> tuple[int, str]:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(process, "serve_http", serve)
        code = main(["serve", "--http", "--port", "0", *arguments])
        said = capsys.readouterr()
        assert said.out == ""
        return code, said.err

    return start


@pytest.mark.parametrize("what", MALFORMED)
def test_a_malformed_file_stops_the_start_with_one_sentence_that_repeats_no_value(
    what: str, starts: Any, tmp_path: Path
) -> None:
    text, rule = MALFORMED[what]
    file = tmp_path / "callers.toml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    code, said = starts(ORDER_MCP_CALLERS_FILE=str(file))
    assert code == 2
    assert re.fullmatch(r"order-mcp: ORDER_MCP_CALLERS_FILE[^\n]*\.\n", said)
    assert rule in said
    assert not any(secret in said for secret in (SECRET, HASH, HASH.upper()))


@pytest.mark.parametrize("path", ["missing.toml", ".", "/dev/zero"])
def test_a_file_that_cannot_be_read_stops_the_start(path: str, starts: Any, tmp_path: Path) -> None:
    code, said = starts(ORDER_MCP_CALLERS_FILE=str(tmp_path / path))
    assert code == 2 and said.count("\n") == 1
    assert ("does not exist" if path == "missing.toml" else "cannot be read as a TOML file") in said
    assert repr(str(tmp_path / path)) in said


MALFORMED_VARIABLES = {
    "a public address without TLS": {"ORDER_MCP_PUBLIC_URL": "http://orders.example.com/mcp"},
    "a public address with a user": {"ORDER_MCP_PUBLIC_URL": f"https://ada:{SECRET}@orders.example.com/mcp"},
    "a public address with a query": {"ORDER_MCP_PUBLIC_URL": f"https://orders.example.com/mcp?key={SECRET}"},
    "a port that there cannot be": {"ORDER_MCP_PUBLIC_URL": "https://orders.example.com:99999/mcp"},
    "no port": {"ORDER_MCP_PUBLIC_URL": "https://orders.example.com:0/mcp"},
    "an address that there cannot be": {"ORDER_MCP_PUBLIC_URL": "https://[::::]/mcp"},
    "an issuer without TLS": {"ORDER_MCP_OAUTH_ISSUER": "http://login.example.com"},
    "an issuer that only looks like this machine": {"ORDER_MCP_OAUTH_ISSUER": "http://localhost.evil.example"},
    "an issuer at a port that there cannot be": {"ORDER_MCP_OAUTH_ISSUER": "https://login.example.com:65536"},
    "a rate": {"ORDER_MCP_RATE_LIMIT": f"{SECRET}/minute"},
    "a storage": {"ORDER_MCP_STORAGE": f"mysql://ada:{SECRET}@db"},
}


@pytest.mark.parametrize("what", MALFORMED_VARIABLES)
def test_a_malformed_variable_stops_the_start_with_one_sentence(what: str, starts: Any) -> None:
    given = MALFORMED_VARIABLES[what]
    code, said = starts(**given)
    assert code == 2 and said.count("\n") == 1
    assert said.startswith(f"order-mcp: {next(iter(given))} must be ") and SECRET not in said


def test_an_issuer_needs_somebody_for_whom_its_tokens_are_made(starts: Any) -> None:
    code, said = starts(ORDER_MCP_OAUTH_ISSUER="https://login.example.com")
    assert code == 2 and said.count("\n") == 1
    assert "ORDER_MCP_PUBLIC_URL or ORDER_MCP_OAUTH_AUDIENCE" in said


@pytest.mark.parametrize("more", [{}, {"ORDER_MCP_PUBLIC_URL": PUBLIC}, {"ORDER_MCP_RATE_LIMIT": "1/minute"}])
def test_the_network_is_not_listened_to_without_callers(more: Mapping[str, str], starts: Any) -> None:
    for host in ("0.0.0.0", "::", "192.168.1.4", ""):
        code, said = starts("--host", host, **more)
        assert code == 2 and said.count("\n") == 1
        assert "--host" in said and "ORDER_MCP_CALLERS_FILE or ORDER_MCP_OAUTH_ISSUER" in said


def test_the_real_process_listens_to_the_network_for_callers_it_knows(variables: dict[str, str]) -> None:
    here = {name: value for name, value in variables.items() if "PUBLIC" not in name and "OAUTH" not in name}
    with serving_http("--host", "0.0.0.0", variables=here) as (program, url):
        assert "without ORDER_MCP_PUBLIC_URL" in program.errors[0]
        with Client(url.replace("0.0.0.0", "127.0.0.1")) as server:
            for era in (MODERN, LEGACY):
                assert server.tools(era=era).status_code == 401
                assert server.tools("wrong", era=era).status_code == 401
                assert list(tools_of(server.tools(key_of("reader"), era=era))) == ["get_order"]
                assert look_up(server, key_of("reader"), era) == 200
            assert server.get("/healthz", [("Host", "10.1.2.3")]).status_code == 200
        assert program.process.poll() is None
    assert key_of("reader") not in program.stderr and "wrong" not in program.stderr


def test_the_real_process_ends_at_once_with_a_malformed_file(tmp_path: Path) -> None:
    ended = run("serve", "--http", variables={"ORDER_MCP_CALLERS_FILE": file_of(tmp_path, one(token_sha256=SECRET))})
    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (2, "", 1)
    assert "[callers.desk]" in ended.stderr and SECRET not in ended.stderr


async def test_over_a_pipe_nobody_reads_the_file(tmp_path: Path) -> None:
    async with connected({"ORDER_MCP_CALLERS_FILE": str(tmp_path / "missing.toml")}) as client:
        assert error_of(await client.call_tool("get_order", {"order_id": "1"}))["code"] == "not_configured"
