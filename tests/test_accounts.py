"""Several accounts of one provider from a file, beside those of the environment: each with settings of its own."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import mcp_types as types
import pytest

from order_mcp.commands.cli import main
from order_mcp.config import Config, read_config
from order_mcp.environment import ConfigurationError
from order_mcp.models import Noun
from order_mcp.providers.registry import built_in
from order_mcp.sandbox import running
from order_mcp.testing.stub import Reply, Stub, serving

from .conftest import connected, environment, error_of, found, sentence_of
from .hosted import error_in, file_of, found_in, hashed, hosting, result_of, written
from .test_config import shown
from .test_routing import MISSING, ORDER

PROVIDERS = built_in()

EU, US, SHOP, PARTNER = "eu", "us", "shop-2", "partner_1"
SECRETS = {name: f"S3CRET-{name}-valeur" for name in (EU, US, SHOP, PARTNER, "fleet")}


class Accounts:
    """Two accounts of FlexPortal, one more of Fleet and one of Polinate, beside Fleet of the environment."""

    def __init__(self, folder: Path, stubs: Mapping[str, Stub]) -> None:
        self.folder = folder
        self.stubs = stubs
        for name, stub in stubs.items():
            stub.reply = MISSING[self.provider(name)]
        self.rows: dict[str, dict[str, Any]] = {
            name: {
                "provider": "flexportal",
                "FLEXPORTAL_API_KEY": SECRETS[name],
                "FLEXPORTAL_TENANT_ID": f"bu_{name}",
                "FLEXPORTAL_BASE_URL": stubs[name].origin,
            }
            for name in (EU, US)
        }
        self.rows[SHOP] = {
            "provider": "fleet",
            "FLEET_API_KEY": SECRETS[SHOP],
            "FLEET_BASE_URL": stubs[SHOP].origin,
        }
        self.rows[PARTNER] = {
            "provider": "polinate",
            "POLINATE_BUSINESS_ID": "biz",
            "POLINATE_API_KEY": SECRETS[PARTNER],
            "POLINATE_BASE_URL": stubs[PARTNER].origin,
        }

    @staticmethod
    def provider(name: str) -> str:
        return {EU: "flexportal", US: "flexportal", SHOP: "fleet", PARTNER: "polinate"}.get(name, name)

    def has(self, *names: str) -> None:
        for name in names:
            self.stubs[name].reply = ORDER[self.provider(name)]

    def variables(self, **more: str) -> dict[str, str]:
        file = file_of(self.folder, written("accounts", self.rows), "accounts.toml")
        fleet = {"FLEET_API_KEY": SECRETS["fleet"], "FLEET_BASE_URL": self.stubs["fleet"].origin}
        return {**fleet, "ORDER_MCP_ACCOUNTS_FILE": file, **more}

    @property
    def asked(self) -> set[str]:
        return {name for name, stub in self.stubs.items() if stub.asked}

    async def ask(self, tool: str = "get_order", variables: Mapping[str, str] | None = None, **arguments: Any) -> Any:
        usual = {"get_order": {"order_id": "42"}, "get_cart": {"cart_id": "42"}, "find_orders": {}}[tool]
        async with connected(variables or self.variables()) as client:
            return await client.call_tool(tool, usual | arguments)


@pytest.fixture
def accounts(tmp_path: Path) -> Iterator[Accounts]:
    with ExitStack() as stack:
        yield Accounts(tmp_path, {name: stack.enter_context(serving()) for name in (EU, US, SHOP, PARTNER, "fleet")})


def providers_in(tool: types.Tool) -> list[str]:
    names: list[str] = tool.input_schema["properties"]["provider"]["enum"]
    return names


# By name -------------------------------------------------------------------------------------------------------------


async def test_the_accounts_stand_beside_those_of_the_environment(accounts: Accounts) -> None:
    async with connected(accounts.variables()) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert providers_in(tools["get_order"]) == ["auto", "fleet", EU, US, SHOP, PARTNER]
    carts = [name for name in (*PROVIDERS, EU, US, SHOP, PARTNER) if PROVIDERS[accounts.provider(name)].has(Noun.CART)]
    assert providers_in(tools["get_cart"]) == ["auto", *carts] and SHOP in carts
    assert {EU, US} <= set(providers_in(tools["find_orders"]))
    assert "FlexPortal (eu), FlexPortal (us)" in str(tools["find_orders"].description)


@pytest.mark.parametrize("name", [EU, US, SHOP, PARTNER, "fleet"])
async def test_an_account_is_asked_by_its_name_at_its_own_address_with_its_own_key(
    name: str, accounts: Accounts
) -> None:
    accounts.has(EU, US, SHOP, PARTNER, "fleet")
    for written_as in (name, name.upper(), f" {name} "):
        order = found(await accounts.ask(provider=written_as))
        assert (order["provider"], order["id"]) == (name, "42")
    assert accounts.asked == {name}
    for asked in accounts.stubs[name].asked:
        sent = [secret for secret in SECRETS.values() if secret in str(asked.headers)]
        assert sent == [SECRETS[name]]


async def test_the_tenant_of_each_account_travels_to_it_alone(accounts: Accounts) -> None:
    accounts.has(EU, US)
    await accounts.ask(provider=EU)
    await accounts.ask(provider=US)
    for name, other in ((EU, US), (US, EU)):
        text = str([(asked.path, asked.headers) for asked in accounts.stubs[name].asked])
        assert f"bu_{name}" in text and f"bu_{other}" not in text


async def test_an_attachment_and_a_completion_take_the_name_too(accounts: Accounts) -> None:
    accounts.has(US)
    async with connected(accounts.variables()) as client:
        [content] = (await client.read_resource(f"order://{US}/42")).contents
        assert isinstance(content, types.TextResourceContents)
        assert json.loads(content.text)["provider"] == US
        reference = types.ResourceTemplateReference(type="ref/resource", uri="order://{provider}/{order_id}")
        completed = await client.complete(reference, {"name": "provider", "value": "s"})
        assert completed.completion.values == [SHOP]
        prompt = await client.get_prompt("order_status_reply", {"order_id": "42", "provider": US})
        assert f'provider "{US}"' in prompt.model_dump_json().replace("\\", "")
    assert accounts.asked == {US}


async def test_the_name_of_a_provider_is_none_of_its_accounts(accounts: Accounts) -> None:
    accounts.has(EU, US)
    error = error_of(await accounts.ask(provider="flexportal"))
    assert (error["code"], error["provider"]) == ("not_configured", "flexportal")
    assert accounts.asked == set()


async def test_an_unknown_name_is_refused_with_those_that_there_are(accounts: Accounts) -> None:
    result = await accounts.ask(provider="asia")
    assert error_of(result)["code"] == "invalid_input"
    assert sentence_of(result) == f"provider must be one of auto, {', '.join([*PROVIDERS, EU, US, SHOP, PARTNER])}."


# All at once ---------------------------------------------------------------------------------------------------------


async def test_auto_asks_every_account(accounts: Accounts) -> None:
    accounts.has(US)
    order = found(await accounts.ask())
    assert order["provider"] == US
    assert sentence_of(await accounts.ask()).startswith("FlexPortal (us) order 42 ")
    assert accounts.asked == {EU, US, SHOP, PARTNER, "fleet"}


async def test_two_accounts_of_one_provider_may_have_the_same_id(accounts: Accounts) -> None:
    accounts.has(EU, US)
    result = await accounts.ask()
    error = error_of(result)
    assert error["code"] == "ambiguous"
    assert [candidate["provider"] for candidate in error["candidates"]] == [EU, US]
    assert sentence_of(result).startswith("FlexPortal (eu) and FlexPortal (us) each have an order with this id.")


async def test_where_nobody_has_it_every_account_is_named(accounts: Accounts) -> None:
    result = await accounts.ask()
    assert error_of(result)["code"] == "not_found"
    for title in ("Fleet,", "FlexPortal (eu)", "FlexPortal (us)", "Fleet (shop-2)", "Polinate (partner_1)"):
        assert title in sentence_of(result)


async def test_ids_that_a_provider_refuses_are_refused_for_each_of_its_accounts(accounts: Accounts) -> None:
    result = await accounts.ask(order_id="ord_1")
    assert error_of(result)["not_asked"] == ["fleet", SHOP]
    assert "Fleet was not asked" in sentence_of(result) and "Fleet (shop-2) was not asked" in sentence_of(result)
    assert accounts.asked == {EU, US, PARTNER}


FAILURES = {
    "unauthorized": Reply(401, json={}),
    "forbidden": Reply(403, json={}),
    "rate_limited": Reply(429, json={}, headers={"Retry-After": "30"}),
    "bad_response": Reply(200, body="<html>"),
    "not_found": Reply(404, json={"error": {"code": "not_found"}}),
}


@pytest.mark.parametrize("code", FAILURES)
async def test_what_goes_wrong_at_an_account_is_told_with_its_title_and_name(code: str, accounts: Accounts) -> None:
    accounts.stubs[US].reply = FAILURES[code]
    result = await accounts.ask(provider=US)
    error = error_of(result)
    assert (error["code"], error["provider"]) == (code, US)
    assert "FlexPortal (us) " in sentence_of(result)
    assert not re.search(r"FlexPortal(?! \(us\)|'s)", sentence_of(result)), "which of the two?"


async def test_an_account_that_failed_does_not_hide_what_another_one_has(accounts: Accounts) -> None:
    accounts.has(EU)
    accounts.stubs[US].reply = FAILURES["unauthorized"]
    result = await accounts.ask()
    assert found(result)["provider"] == EU
    assert "FlexPortal (us) gave no usable answer (unauthorized); it may have the same id." in sentence_of(result)


async def test_orders_are_found_at_every_account_and_say_where(tmp_path: Path) -> None:
    with running(port=0) as box:
        given = {name: value for name, value in box.environment.items() if name.startswith("FLEXPORTAL_")}
        rows = {name: {"provider": "flexportal", **given} for name in (EU, US)}
        async with connected({"ORDER_MCP_ACCOUNTS_FILE": file_of(tmp_path, written("accounts", rows))}) as client:
            both = await client.call_tool("find_orders", {"order_number": "PO-2026-118"})
            assert [hit["provider"] for hit in found(both)["orders"]] == [EU, US]
            assert "FlexPortal (eu)" in sentence_of(both) and "FlexPortal (us)" in sentence_of(both)
            one = await client.call_tool("find_orders", {"order_number": "PO-2026-118", "provider": US})
            assert [hit["provider"] for hit in found(one)["orders"]] == [US]
            none = await client.call_tool("find_orders", {"order_number": "PO-0000-000"})
            assert "No order has this number at FlexPortal (eu) (" in sentence_of(none)
            assert "or FlexPortal (us) (" in sentence_of(none)


# Settings ------------------------------------------------------------------------------------------------------------


async def test_a_half_configured_account_says_what_it_lacks_and_leaves_the_others_alone(accounts: Accounts) -> None:
    del accounts.rows[US]["FLEXPORTAL_API_KEY"]
    accounts.has(EU)
    result = await accounts.ask(provider=US)
    error = error_of(result)
    assert (error["code"], error["provider"]) == ("not_configured", US)
    assert sentence_of(result).startswith(
        "FlexPortal (us) is not set up on this server: FLEXPORTAL_API_KEY is not set."
    )
    result = await accounts.ask()
    assert found(result)["provider"] == EU
    assert "FlexPortal (us) could not be asked (not_configured)" in sentence_of(result)
    assert US not in accounts.asked


@pytest.mark.parametrize("value", ["", " ", "<FLEXPORTAL_API_KEY>", "${user_config.key}", "your-api-key"])
async def test_a_placeholder_in_the_file_counts_as_not_set(value: str, accounts: Accounts) -> None:
    accounts.rows[US]["FLEXPORTAL_API_KEY"] = value
    assert "FLEXPORTAL_API_KEY is not set." in sentence_of(await accounts.ask(provider=US))


async def test_the_environment_gives_nothing_to_an_account_of_the_file(accounts: Accounts) -> None:
    del accounts.rows[SHOP]["FLEET_API_KEY"], accounts.rows[SHOP]["FLEET_BASE_URL"]
    assert "FLEET_API_KEY is not set." in sentence_of(await accounts.ask(provider=SHOP))
    assert accounts.asked == set()


def settings_of(config: Config, name: str) -> Any:
    setup = config.accounts[name].setup
    assert setup.settings is not None, setup.problems
    return setup.settings


def test_a_secret_in_a_file_is_found_from_beside_the_file_of_accounts(
    accounts: Accounts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "us").write_text("from-a-file\n")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    del accounts.rows[US]["FLEXPORTAL_API_KEY"]
    for path in ("secrets/us", "./secrets/us", str(secrets / "us")):
        accounts.rows[US]["FLEXPORTAL_API_KEY_FILE"] = path
        config = read_config(accounts.variables())
        assert settings_of(config, US).api_key.get_secret_value() == "from-a-file"
    accounts.rows[US]["FLEXPORTAL_API_KEY_FILE"] = "secrets/nobody"
    assert read_config(accounts.variables()).accounts[US].setup.problems == (
        "FLEXPORTAL_API_KEY_FILE must name a readable text file with the secret in it.",
    )


def test_the_file_itself_may_be_named_as_seen_from_the_working_folder(
    accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    variables = accounts.variables()
    monkeypatch.chdir(accounts.folder)
    assert EU in read_config(variables | {"ORDER_MCP_ACCOUNTS_FILE": "accounts.toml"}).accounts


def test_each_account_has_a_budget_of_its_own(accounts: Accounts) -> None:
    accounts.rows[US]["FLEXPORTAL_RATE_LIMIT"] = "5/minute"
    config = read_config(accounts.variables(FLEXPORTAL_RATE_LIMIT="7/minute"))
    rates = {name: config.accounts[name].rate_limit for name in (EU, US, "flexportal", "fleet")}
    assert rates == {EU: None, US: "5/minute", "flexportal": "7/minute", "fleet": None}


async def test_over_its_budget_one_account_rests_and_the_other_one_goes_on(accounts: Accounts) -> None:
    for name in (EU, US):
        accounts.rows[name]["FLEXPORTAL_RATE_LIMIT"] = "2/minute"
    accounts.has(EU, US)
    callers = file_of(accounts.folder, written("callers", {"desk": {"token_sha256": hashed("key")}}))
    with hosting(accounts.variables(ORDER_MCP_CALLERS_FILE=callers)) as server:
        for _ in range(2):
            assert found_in(server.call("get_order", "key", order_id="42", provider=US))["provider"] == US
        response = server.call("get_order", "key", order_id="42", provider=US)
        assert error_in(response)["code"] == "rate_limited"
        assert "FlexPortal (us) was not asked" in response.text
        for _ in range(2):
            assert found_in(server.call("get_order", "key", order_id="42", provider=EU))["provider"] == EU
    assert len(accounts.stubs[US].asked) == 2


# The default ---------------------------------------------------------------------------------------------------------


async def test_the_default_may_be_an_account_of_the_file(accounts: Accounts) -> None:
    accounts.has(EU, US, "fleet")
    for written_as in (US, US.upper()):
        variables = accounts.variables(ORDER_MCP_DEFAULT_PROVIDER=written_as)
        assert found(await accounts.ask(variables=variables))["provider"] == US
    assert accounts.asked == {US}


def test_a_default_that_is_no_account_stops_the_start(accounts: Accounts) -> None:
    with pytest.raises(ConfigurationError) as refusal:
        read_config(accounts.variables(ORDER_MCP_DEFAULT_PROVIDER="asia"))
    names = ", ".join([*PROVIDERS, EU, US, SHOP, PARTNER])
    assert str(refusal.value) == f"ORDER_MCP_DEFAULT_PROVIDER must be one of {names}."


# Who may use them ----------------------------------------------------------------------------------------------------


def test_a_caller_may_be_given_single_accounts_of_one_provider(accounts: Accounts) -> None:
    accounts.has(EU, US)
    rows: dict[str, dict[str, Any]] = {
        "europe": {"token_sha256": hashed("europe"), "accounts": [EU]},
        "all": {"token_sha256": hashed("all")},
    }
    callers = file_of(accounts.folder, written("callers", rows))
    with hosting(accounts.variables(ORDER_MCP_CALLERS_FILE=callers)) as server:

        def listed(key: str) -> str:
            return json.dumps(result_of(server.tools(key)))

        assert error_in(server.call("get_order", "all", order_id="42"))["code"] == "ambiguous"
        assert found_in(server.call("get_order", "europe", order_id="42"))["provider"] == EU
        refused = server.call("get_order", "europe", order_id="42", provider=US)
        assert f"provider must be one of auto, {EU}." in refused.text
        assert "(us)" in listed("all") and "(us)" not in listed("europe")
        assert "(eu)" in listed("europe") and "leet" not in listed("europe")


# What is not a file of accounts --------------------------------------------------------------------------------------

KEY = "S3CRET-key"


def one(name: str = "eu", **members: Any) -> str:
    return written("accounts", {name: {"provider": "fleet", "FLEET_API_KEY": KEY, **members}})


NAMES = {
    "capitals": ('[accounts."EU"]\nprovider = "fleet"', "an account's name must be at most 40 small letters"),
    "a blank": ('[accounts."eu "]\nprovider = "fleet"', "an account's name must be at most 40 small letters"),
    "a line break": ('[accounts."e\\nu"]\nprovider = "fleet"', "an account's name must be at most 40 small letters"),
    "a control character": ('[accounts."e\\u001b[2J"]\nprovider = "fleet"', "an account's name must be"),
    "a dot": ('[accounts."e.u"]\nprovider = "fleet"', "an account's name must be at most 40 small letters"),
    "a slash": ('[accounts."e/u"]\nprovider = "fleet"', "an account's name must be at most 40 small letters"),
    "another alphabet": ('[accounts."ею"]\nprovider = "fleet"', "an account's name must be at most 40 small letters"),
    "a digit first": ('[accounts.1eu]\nprovider = "fleet"', "an account's name must be at most 40 small letters"),
    "41 letters": (one("a" * 41), "an account's name must be at most 40 small letters"),
    "nothing": ('[accounts.""]\nprovider = "fleet"', "an account's name must be at most 40 small letters"),
    "what means all": (one("auto"), "[accounts.auto]: this name is taken"),
    **{f"{name}'s": (one(name), f"[accounts.{name}]: this name is taken") for name in PROVIDERS},
}
MALFORMED: dict[str, tuple[str, str]] = {
    **{f"a name with {what}": row for what, row in NAMES.items()},
    "no TOML": (f"FLEET_API_KEY={KEY}", "cannot be read as a TOML file"),
    "an account twice": (one() + "\n" + one(), "cannot be read as a TOML file"),
    "brackets without an end": ("accounts = " + "[" * 40_000, "cannot be read as a TOML file"),
    "another heading": ('[account.eu]\nprovider = "fleet"', "nothing but tables such as [accounts.NAME]"),
    "a key at the top": (f'FLEET_API_KEY = "{KEY}"', "nothing but tables such as [accounts.NAME]"),
    "an account that is no table": (f'[accounts]\neu = "{KEY}"', "nothing but tables such as [accounts.NAME]"),
    "no provider": (f'[accounts.eu]\nFLEET_API_KEY = "{KEY}"', "[accounts.eu]: provider must be one of fleet,"),
    "an unknown provider": (one(provider=KEY), "[accounts.eu]: provider must be one of fleet, flexportal,"),
    "a provider in capitals": (one(provider="Fleet"), "[accounts.eu]: provider must be one of fleet,"),
    "a provider that is a number": (one(provider=5), "[accounts.eu]: provider must be one of fleet,"),
    "providers": (one(provider=["fleet"]), "[accounts.eu]: provider must be one of fleet,"),
    "a provider that is a table": (
        f'[accounts.eu]\nprovider = {{ name = "fleet" }}\nFLEET_API_KEY = "{KEY}"',
        "[accounts.eu]: provider must be one of fleet,",
    ),
    "a variable of another provider": (one(SENMO_ID_TOKEN=KEY), "[accounts.eu]: SENMO_ID_TOKEN is none of"),
    "a variable of the server": (one(ORDER_MCP_AUDIENCE="internal"), "[accounts.eu]: ORDER_MCP_AUDIENCE is none of"),
    "a variable in small letters": (one(fleet_api_key=KEY), "[accounts.eu]: fleet_api_key is none of FLEET_API_KEY,"),
    "a number": (one(FLEET_API_KEY=5), "[accounts.eu]: FLEET_API_KEY must be a text in quotation marks"),
    "a list": (one(FLEET_API_KEY=[KEY]), "[accounts.eu]: FLEET_API_KEY must be a text in quotation marks"),
    "true": (one(FLEET_BASE_URL=True), "[accounts.eu]: FLEET_BASE_URL must be a text in quotation marks"),
    "a table": (one() + f'\n[accounts.eu.FLEET_BASE_URL]\nx = "{KEY}"', "FLEET_BASE_URL must be a text"),
    "a rate that is none": (one(FLEET_RATE_LIMIT=KEY), "[accounts.eu]: FLEET_RATE_LIMIT must be a rate such as"),
    "a rate that is a number": (one(FLEET_RATE_LIMIT=100), "[accounts.eu]: FLEET_RATE_LIMIT must be a text"),
    "the rate of another provider": (one(SENMO_RATE_LIMIT="1/day"), "[accounts.eu]: SENMO_RATE_LIMIT is none of"),
}


@pytest.mark.parametrize("what", MALFORMED)
def test_a_malformed_file_stops_every_command_with_one_sentence_that_repeats_no_value(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text, rule = MALFORMED[what]
    monkeypatch.setenv("ORDER_MCP_ACCOUNTS_FILE", file_of(tmp_path, text))
    for command in (["doctor"], ["get-order", "42"]):
        assert main(command) == 2
        said = capsys.readouterr()
        assert said.out == ""
        assert said.err.startswith("order-mcp: ORDER_MCP_ACCOUNTS_FILE") and said.err.count("\n") == 1
        assert said.err[:-1].isprintable()
        assert rule in said.err and KEY not in said.err


def test_a_malformed_value_is_told_by_the_calls_of_its_account_alone(tmp_path: Path) -> None:
    file = file_of(tmp_path, one(FLEET_API_KEY=f"{KEY}…") + "\n" + one("us"))
    config = read_config({"ORDER_MCP_ACCOUNTS_FILE": file})
    [problem] = config.accounts["eu"].setup.problems
    assert problem.startswith("FLEET_API_KEY must be printable ASCII") and KEY not in problem
    assert config.accounts["us"].setup.settings is not None


def test_a_file_without_accounts_adds_none(tmp_path: Path) -> None:
    for text in ("", "# none yet\n", "[accounts]\n"):
        assert list(read_config({"ORDER_MCP_ACCOUNTS_FILE": file_of(tmp_path, text)}).accounts) == list(PROVIDERS)


# The sandbox, doctor, secrets ----------------------------------------------------------------------------------------


async def test_in_the_sandbox_no_account_of_the_file_is_asked(accounts: Accounts) -> None:
    accounts.has(EU, US, SHOP, PARTNER)
    with running(port=0) as box:
        variables = box.environment | {"ORDER_MCP_ACCOUNTS_FILE": accounts.variables()["ORDER_MCP_ACCOUNTS_FILE"]}
        async with connected(variables, sandbox=True) as client:
            tools = {tool.name: tool for tool in (await client.list_tools()).tools}
            assert providers_in(tools["get_order"]) == ["auto", *PROVIDERS]
            await client.call_tool("get_order", {"order_id": "42"})
            refused = await client.call_tool("get_order", {"order_id": "42", "provider": EU})
            assert error_of(refused)["code"] == "invalid_input"
    assert accounts.asked == set()


@pytest.mark.parametrize("shape", [[], ["--json"]])
def test_doctor_looks_at_every_account(
    shape: list[str], accounts: Accounts, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    accounts.stubs[US].reply = FAILURES["unauthorized"]
    del accounts.rows[PARTNER]["POLINATE_BUSINESS_ID"]
    for name, value in accounts.variables().items():
        monkeypatch.setenv(name, value)
    assert main(["doctor", *shape]) == 1
    said = capsys.readouterr()
    assert not any(secret in said.out + said.err for secret in SECRETS.values())
    if not shape:
        for line in ("fleet: works", "eu: works", "us: DOES NOT WORK", "shop-2: works", "partner_1: not ready"):
            assert line in said.out.splitlines()
        assert "FlexPortal (us) " in said.out
        assert "Until partner_1 can be asked" in said.out
    else:
        providers = json.loads(said.out)["providers"]
        assert list(providers) == [*PROVIDERS, EU, US, SHOP, PARTNER]
        works = {name: finding.get("works") for name, finding in providers.items() if "works" in finding}
        assert works == {"fleet": True, EU: True, US: False, SHOP: True}
        assert providers[PARTNER]["problems"] == ["POLINATE_BUSINESS_ID is not set."]
    assert accounts.asked == {EU, US, SHOP, "fleet"}


def test_doctor_says_what_a_default_that_cannot_work_means(
    accounts: Accounts, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    del accounts.rows[US]["FLEXPORTAL_API_KEY"]
    for name, value in accounts.variables(ORDER_MCP_DEFAULT_PROVIDER=US).items():
        monkeypatch.setenv(name, value)
    assert main(["doctor"]) == 1
    assert "ORDER_MCP_DEFAULT_PROVIDER names us, which is not ready" in capsys.readouterr().out


@pytest.mark.parametrize("default", ["fleet", "flexportal"])
def test_doctor_works_where_customers_are_verified_whoever_is_the_default(
    default: str, accounts: Accounts, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    variables = accounts.variables(ORDER_MCP_DEFAULT_PROVIDER=default, ORDER_MCP_VERIFY="1")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert main(["doctor"]) in (0, 1)
    said = capsys.readouterr()
    assert "eu: works" in said.out and "bug" not in said.err


def test_no_secret_of_the_file_is_in_any_text_of_the_settings(accounts: Accounts) -> None:
    (accounts.folder / "secret").write_text("S3CRET-in-a-file")
    del accounts.rows[SHOP]["FLEET_API_KEY"]
    accounts.rows[SHOP]["FLEET_API_KEY_FILE"] = "secret"
    text = shown(read_config(accounts.variables()))
    assert "bu_us" in text, "the walk does see the values"
    assert "S3CRET" not in text


@pytest.mark.parametrize("whose", SECRETS)
async def test_no_secret_is_told_even_where_another_account_repeats_it(whose: str, accounts: Accounts) -> None:
    word = f"of {SECRETS[whose]}"
    said = {"orderId": "42", "status": word, "data": {"order_id": 42, "client_status": word}, "error": word}
    for status in (200, 400, 401, 404, 500):
        for stub in accounts.stubs.values():
            stub.reply = Reply(status, json=said | {"message": word, "requestId": word})
        for provider in ("auto", EU, US, SHOP, PARTNER, "fleet"):
            result = await accounts.ask(provider=provider, detail="full")
            assert "S3CRET" not in result.model_dump_json()
            if status == 200 and provider in (EU, "fleet"):
                assert found(result)["provider_status"] == "(withheld)"


async def test_without_the_file_nothing_is_different(accounts: Accounts) -> None:
    accounts.has("fleet")
    variables = environment(accounts.stubs["fleet"].origin, "fleet")
    async with connected(variables) as client:
        order = found(await client.call_tool("get_order", {"order_id": "42"}))
    assert order["provider"] == "fleet"
    assert sentence_of(await accounts.ask(variables=variables)).startswith("Fleet order 42")
