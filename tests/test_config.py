"""The environment becomes settings, or a sentence that names the variable and the rule; a secret becomes neither."""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel, ValidationError

from order_mcp.commands.cli import main
from order_mcp.config import Config, all_variables, read_config, read_environment
from order_mcp.environment import ConfigurationError
from order_mcp.models import Audience
from order_mcp.providers.registry import built_in
from order_mcp.providers.settings import Header, SecretHeader, Setup, variables
from order_mcp.testing.stub import Asked, Reply, Stub

from .conftest import CREDENTIALS, connected, environment, error_of, sentence_of
from .processes import raw_provider
from .stories import stories

PROVIDERS = built_in()

ADDRESS = "https://shop.example.com/api"
ELLIPSIS = "flt_sk_…"
PLACEHOLDER = "${user_config.anything}"
PROVIDER_OF = {v.name: name for name, provider in PROVIDERS.items() for v in variables(provider.Settings)}
PROVIDER_SECRETS = [v.name for v in all_variables() if v.secret]
# Everything that is sent in a header: what a pasted ellipsis or line break must not get into.
IN_A_HEADER = [
    str(field.alias)
    for provider in PROVIDERS.values()
    for field in provider.Settings.model_fields.values()
    if {Header, SecretHeader} & set(get_args(field.annotation))
]
ADDRESSES = [f"{name.upper()}_BASE_URL" for name in PROVIDERS]
# The contract's variables; further providers bring their own.
OF_THE_CONTRACT = {
    "fleet": ("FLEET_API_KEY", "FLEET_BASE_URL"),
    "flexportal": (
        "FLEXPORTAL_API_KEY",
        "FLEXPORTAL_TENANT_ID",
        "FLEXPORTAL_REGION",
        "FLEXPORTAL_NUMBER_FIELD",
        "FLEXPORTAL_BASE_URL",
    ),
    "polinate": ("POLINATE_BUSINESS_ID", "POLINATE_API_KEY", "POLINATE_NUMBER_PATH", "POLINATE_BASE_URL"),
    "senmo": ("SENMO_BASE_URL", "SENMO_ID_TOKEN", "SENMO_REFRESH_TOKEN", "SENMO_USERNAME", "SENMO_PASSWORD"),
}


def setup_of(provider: str, variables: Mapping[str, str]) -> Setup:
    return read_config(variables).accounts[provider].setup


def only_this_secret(name: str, **more: str) -> dict[str, str]:
    """What configures a secret's provider, without the secret itself."""
    provider = PROVIDER_OF[name]
    rest = {} if provider == "senmo" else {k: v for k, v in CREDENTIALS[provider].items() if k != name}
    user = {"SENMO_USERNAME": "ada@example.com"} if name == "SENMO_PASSWORD" else {}
    return rest | user | {f"{provider.upper()}_BASE_URL": ADDRESS} | more


def value_of(setup: Setup, name: str) -> str:
    """The value that was read for a variable, out of its hiding place."""
    assert setup.settings is not None, setup.problems
    [field] = [n for n, f in type(setup.settings).model_fields.items() if f.alias == name]
    value = getattr(setup.settings, field)
    return str(value.get_secret_value() if hasattr(value, "get_secret_value") else value)


def test_the_secrets_are_those_that_the_contract_calls_secret() -> None:
    assert {name for name in PROVIDER_SECRETS if PROVIDER_OF[name] in OF_THE_CONTRACT} == {
        *("FLEET_API_KEY", "FLEXPORTAL_API_KEY", "SENMO_ID_TOKEN", "SENMO_REFRESH_TOKEN", "SENMO_PASSWORD"),
        "POLINATE_API_KEY",
    }


def test_the_variables_are_those_of_the_contract() -> None:
    for name, declared in OF_THE_CONTRACT.items():
        assert {v.name for v in variables(PROVIDERS[name].Settings)} == set(declared)
    assert {v.name for v in all_variables()} - set(PROVIDER_OF) == {
        *("ORDER_MCP_AUDIENCE", "ORDER_MCP_DEFAULT_PROVIDER", "ORDER_MCP_TIMEOUT_SECONDS"),
        *("ORDER_MCP_DEADLINE_SECONDS", "ORDER_MCP_LOG_LEVEL", "ORDER_MCP_SANDBOX"),
        *("ORDER_MCP_FIND_PAGES", "ORDER_MCP_FIND_DAYS"),
    }


# Header values ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("provider", PROVIDERS)
def test_what_is_sent_in_a_header_is_declared_as_that(provider: str) -> None:
    headers = [value for story in stories(provider) for value in story.request["headers"].values()]
    sent = {name for name, value in CREDENTIALS[provider].items() if any(value in header for header in headers)}
    assert sent <= set(IN_A_HEADER)
    assert set(IN_A_HEADER) >= {"SENMO_ID_TOKEN", "SENMO_REFRESH_TOKEN"}


@pytest.mark.parametrize("name", IN_A_HEADER)
def test_white_space_around_a_header_value_is_dropped(name: str) -> None:
    setup = setup_of(PROVIDER_OF[name], only_this_secret(name) | {name: "\t value-1 \r\n"})
    assert value_of(setup, name) == "value-1"


@pytest.mark.parametrize("bad", [ELLIPSIS, "two\nlines", "bell\x07", "clé", "soft\u00adhyphen"])
@pytest.mark.parametrize("name", IN_A_HEADER)
def test_a_header_value_must_be_printable_ascii(name: str, bad: str) -> None:
    setup = setup_of(PROVIDER_OF[name], only_this_secret(name) | {name: bad})
    assert setup.settings is None
    [problem] = setup.problems
    assert problem.startswith(f"{name} ") and "printable ASCII" in problem
    assert bad not in problem


async def test_the_stripped_value_is_what_travels(stub: Stub) -> None:
    secrets = {"FLEET_API_KEY": " flt_sk_1\n", "POLINATE_API_KEY": "\tpol_1 ", "POLINATE_BUSINESS_ID": " biz_9 "}
    async with connected(environment(stub.origin, "fleet", "polinate") | secrets) as client:
        await client.call_tool("get_order", {"order_id": "42"})
    sent = {name: value for asked in stub.asked for name, value in asked.headers.items()}
    assert sent["authorization"] == "Bearer flt_sk_1"
    assert (sent["x-api-key"], sent["x-business-id"]) == ("pol_1", "biz_9")


async def test_a_password_is_sent_exactly_as_it_is(stub: Stub) -> None:
    password = "  pä…ss\t "
    variables = {"SENMO_BASE_URL": stub.origin, "SENMO_USERNAME": "ada", "SENMO_PASSWORD": password}
    async with connected(variables) as client:
        await client.call_tool("get_order", {"order_id": "42"})
    assert json.loads(stub.asked[0].body) == {"username": "ada", "password": password}


@pytest.mark.parametrize("name", ["SENMO_USERNAME", "SENMO_PASSWORD"])
def test_a_sign_in_that_is_not_text_is_malformed(name: str) -> None:
    # What Python makes of bytes in the environment that are not UTF-8.
    sign_in = {"SENMO_BASE_URL": ADDRESS, "SENMO_USERNAME": "ada", "SENMO_PASSWORD": "secret"}
    setup = setup_of("senmo", sign_in | {name: "ad\udce4"})
    assert setup.settings is None
    [problem] = setup.problems
    assert problem.startswith(f"{name} ")


# Secrets in files ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["", "\n", "\r\n"])
@pytest.mark.parametrize("name", PROVIDER_SECRETS)
def test_every_secret_can_come_from_a_file(name: str, ending: str, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_bytes(f"s3cret-value{ending}".encode())
    setup = setup_of(PROVIDER_OF[name], only_this_secret(name) | {f"{name}_FILE": str(file)})
    assert value_of(setup, name) == "s3cret-value"


def test_only_the_final_newline_of_a_password_file_is_dropped(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text(" a\nb \n\n")
    setup = setup_of("senmo", only_this_secret("SENMO_PASSWORD", SENMO_PASSWORD_FILE=str(file)))
    assert value_of(setup, "SENMO_PASSWORD") == " a\nb \n"


@pytest.mark.parametrize("name", PROVIDER_SECRETS)
def test_a_secret_given_twice_is_malformed(name: str, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("from-file")
    setup = setup_of(PROVIDER_OF[name], only_this_secret(name) | {name: "direct", f"{name}_FILE": str(file)})
    assert setup.settings is None and setup.begun
    assert any(name in problem and f"{name}_FILE" in problem for problem in setup.problems)


@pytest.mark.parametrize("name", PROVIDER_SECRETS)
@pytest.mark.parametrize("kind", ["missing", "folder", "empty", "blank", "not text"])
def test_a_secret_file_that_gives_nothing_is_malformed(name: str, kind: str, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    contents = {"empty": b"", "blank": b" \n\n", "not text": b"\xff\xfe\x00"}
    if kind in contents:
        file.write_bytes(contents[kind])
    elif kind == "folder":
        file.mkdir()
    setup = setup_of(PROVIDER_OF[name], only_this_secret(name) | {f"{name}_FILE": str(file)})
    assert setup.settings is None and setup.begun
    assert any(problem.startswith(f"{name}_FILE ") for problem in setup.problems)
    assert not any("is not set" in problem for problem in setup.problems), "it is set, to something unusable"


@pytest.mark.parametrize("blank", ["", "  ", PLACEHOLDER])
def test_a_blank_beside_a_secret_file_is_not_a_second_value(blank: str, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("from-file")
    setup = setup_of("fleet", {"FLEET_API_KEY": blank, "FLEET_API_KEY_FILE": str(file)})
    assert value_of(setup, "FLEET_API_KEY") == "from-file"


def test_what_is_no_secret_is_not_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "tenant"
    file.write_text("bu_1")
    given = CREDENTIALS["flexportal"] | {"FLEXPORTAL_REGION": "eu", "FLEXPORTAL_TENANT_ID_FILE": str(file)}
    del given["FLEXPORTAL_TENANT_ID"]
    assert setup_of("flexportal", given).problems == ("FLEXPORTAL_TENANT_ID is not set.",)


# Unset --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("blank", ["", " ", "\t\n", PLACEHOLDER, f" {PLACEHOLDER} "])
def test_blank_fields_of_a_desktop_host_count_as_unset(blank: str) -> None:
    files = {f"{name}_FILE": blank for name in PROVIDER_SECRETS}
    given = {v.name: blank for v in all_variables()} | files
    assert read_config(given) == read_config({})
    assert not any(each.setup.begun for each in read_config(given).accounts.values())


def test_defaults_are_those_of_the_contract() -> None:
    server = read_config({}).server
    assert server.audience is Audience.AGENT
    assert server.default_provider is None
    assert (server.timeout_seconds, server.deadline_seconds) == (8, 20)
    assert server.log_level == "WARNING"
    assert server.sandbox is False
    fleet = setup_of("fleet", CREDENTIALS["fleet"]).settings
    polinate = setup_of("polinate", CREDENTIALS["polinate"]).settings
    assert fleet and fleet.address == "https://api.fleet.co/platform/v1"
    assert polinate and polinate.address == "https://integrations.polinate.ai"


# Addresses ----------------------------------------------------------------------------------------------------------


def with_address(name: str, value: str) -> Setup:
    provider = PROVIDER_OF[name]
    return setup_of(provider, CREDENTIALS[provider] | {name: value})


@pytest.mark.parametrize(
    "good",
    [
        "https://api.example.com",
        "https://api.example.com:8443/deep/path",
        "http://127.0.0.1:8080",
        "http://127.8.9.1:1/x",
        "http://[::1]:8080",
        "http://localhost:3000",
        "HTTPS://API.example.com",
    ],
)
@pytest.mark.parametrize("name", ADDRESSES)
def test_https_is_accepted_and_plain_http_on_loopback(name: str, good: str) -> None:
    plain, slashed = with_address(name, good), with_address(name, f" {good}/ ")
    assert plain.settings and slashed.settings
    assert plain.settings.address == slashed.settings.address == good


@pytest.mark.parametrize(
    "bad",
    [
        "http://shop.example.org",
        "http://localhost.example.com",
        "http://127.0.0.1.example.com",
        "http://10.0.0.1",
        "http://0.0.0.0",
        "ftp://shop.example.org",
        "//shop.example.org",
        "shop.example.org",
        "https://:443",
        "https:///path",
        "https://user@shop.example.org",
        "https://user:word@shop.example.org",
        "https://:word@shop.example.org",
        "http://user@127.0.0.1",
        "https://shop.example.org?region=eu",
        "https://shop.example.org/?",
        "https://shop.example.org/#top",
        "https://shop.example.org#",
        "https://shop.exam ple.org",
        "https://shop.example.org:port",
        "https://shop.example.org:70000",
        "https://[::1",
        "https://bücher.example",
        "https://999.1.1.1",
        "https://[v1.a]",
        "https://shop..example.org",
        "https://.example.org",
        "https://shop,example.org",
        "https://shop\\.example.org",
        "https://" + "a" * 64 + ".example.org",
        "https://shop.example.org/a\nb",
    ],
)
@pytest.mark.parametrize("name", ADDRESSES)
def test_any_other_address_is_malformed(name: str, bad: str) -> None:
    setup = with_address(name, bad)
    assert setup.settings is None
    [problem] = setup.problems
    assert problem.startswith(f"{name} must ")
    assert bad not in problem and "word" not in problem, "user info may be a secret"


async def test_an_address_with_a_path_keeps_it_slash_or_not(stub: Stub) -> None:
    for origin in (f"{stub.origin}/deep/v1", f"{stub.origin}/deep/v1/"):
        async with connected(environment(origin, "fleet")) as client:
            await client.call_tool("get_order", {"order_id": "42", "provider": "fleet"})
    assert [asked.path for asked in stub.asked] == ["/deep/v1/orders/42"] * 2


async def test_proxies_are_not_used_for_loopback(stub: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    async with connected(environment(stub.origin, "fleet")) as client:
        await client.call_tool("get_order", {"order_id": "42", "provider": "fleet"})
    assert len(stub.asked) == 1


async def test_https_goes_through_the_proxy_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bytes] = []
    with raw_provider(lambda _connection, _over, head: asked.append(head)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy)
        async with connected(CREDENTIALS["fleet"] | {"FLEET_BASE_URL": "https://fleet.example.com"}) as client:
            result = await client.call_tool("get_order", {"order_id": "42", "provider": "fleet"})
    assert error_of(result)["code"] == "unreachable"
    assert asked and all(head.startswith(b"CONNECT fleet.example.com:443 ") for head in asked)
    assert not any(b"flt_sk" in head for head in asked)


# Per provider -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("region", "address"),
    [
        ("eu", "https://api-eu.flexportal.io"),
        ("us", "https://api-us.flexportal.io"),
        ("qatar", "https://api-qatar.flexportal.io"),
        (" EU ", "https://api-eu.flexportal.io"),
    ],
)
def test_a_flexportal_region_stands_for_an_address(region: str, address: str) -> None:
    setup = setup_of("flexportal", CREDENTIALS["flexportal"] | {"FLEXPORTAL_REGION": region})
    assert setup.settings and setup.settings.address == address


def test_flexportal_needs_a_region_or_an_address() -> None:
    setup = setup_of("flexportal", CREDENTIALS["flexportal"])
    assert setup.settings is None
    assert setup.problems == ("FLEXPORTAL_REGION or FLEXPORTAL_BASE_URL is not set.",)


def test_an_unknown_flexportal_region_is_malformed_and_the_rule_lists_them() -> None:
    setup = setup_of("flexportal", CREDENTIALS["flexportal"] | {"FLEXPORTAL_REGION": "apac"})
    [problem] = setup.problems
    assert problem.startswith("FLEXPORTAL_REGION must ")
    assert all(region in problem for region in ("eu", "us", "qatar"))


@pytest.mark.parametrize(
    "sign_in",
    [
        {"SENMO_ID_TOKEN": "t"},
        {"SENMO_REFRESH_TOKEN": "t"},
        {"SENMO_USERNAME": "u", "SENMO_PASSWORD": "p"},
        {"SENMO_ID_TOKEN": "t", "SENMO_USERNAME": "u"},
    ],
)
def test_any_one_way_to_sign_in_configures_senmo(sign_in: dict[str, str]) -> None:
    assert setup_of("senmo", sign_in | {"SENMO_BASE_URL": ADDRESS}).settings


@pytest.mark.parametrize("half", [{}, {"SENMO_USERNAME": "u"}, {"SENMO_PASSWORD": "p"}])
def test_half_a_way_to_sign_in_does_not(half: dict[str, str]) -> None:
    setup = setup_of("senmo", half | {"SENMO_BASE_URL": ADDRESS})
    assert setup.settings is None and setup.begun
    [problem] = setup.problems
    assert all(name in problem for name in PROVIDER_OF if name.startswith("SENMO_") and "URL" not in name)


def test_senmo_has_no_default_address() -> None:
    setup = setup_of("senmo", {"SENMO_ID_TOKEN": "t"})
    assert setup.problems == ("SENMO_BASE_URL is not set.",)


HALVES = [
    ("fleet", {"FLEET_BASE_URL": ADDRESS}, "FLEET_API_KEY is not set."),
    ("fleet", {"FLEET_API_KEY": ELLIPSIS}, "FLEET_API_KEY must be printable ASCII"),
    ("flexportal", {"FLEXPORTAL_TENANT_ID": "bu", "FLEXPORTAL_REGION": "eu"}, "FLEXPORTAL_API_KEY is not set."),
    ("flexportal", {"FLEXPORTAL_API_KEY": "k", "FLEXPORTAL_REGION": "eu"}, "FLEXPORTAL_TENANT_ID is not set."),
    ("senmo", {"SENMO_ID_TOKEN": "t", "SENMO_BASE_URL": "http://senmo.example"}, "SENMO_BASE_URL must begin with"),
    ("polinate", {"POLINATE_API_KEY": "k"}, "POLINATE_BUSINESS_ID is not set."),
    ("polinate", {"POLINATE_BUSINESS_ID": "b"}, "POLINATE_API_KEY is not set."),
]


@pytest.mark.parametrize(("provider", "given", "rule"), HALVES)
async def test_half_configured_or_malformed_answers_not_configured_with_variable_and_rule(
    provider: str, given: dict[str, str], rule: str, stub: Stub
) -> None:
    others = environment(stub.origin, *(name for name in CREDENTIALS if name != provider))
    async with connected(others | given) as client:
        result = await client.call_tool("get_order", {"order_id": "42", "provider": provider})
    error = error_of(result)
    assert (error["code"], error["provider"]) == ("not_configured", provider)
    assert (error["retryable"], error["next_step"]) == (False, "tell_operator")
    assert rule in sentence_of(result)
    assert stub.asked == []


@pytest.mark.parametrize(("provider", "given", "rule"), HALVES)
def test_one_bad_provider_leaves_the_others_alone(provider: str, given: dict[str, str], rule: str) -> None:
    others = [name for name in CREDENTIALS if name != provider]
    config = read_config(environment(ADDRESS, *others) | given)
    assert [name for name in PROVIDERS if config.accounts[name].setup.settings] == [n for n in PROVIDERS if n in others]


# The server's own ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        ("ORDER_MCP_AUDIENCE", "everybody"),
        ("ORDER_MCP_DEFAULT_PROVIDER", "shopify"),
        ("ORDER_MCP_LOG_LEVEL", "LOUD"),
        ("ORDER_MCP_SANDBOX", "maybe"),
        *(
            (name, bad)
            for name in ("ORDER_MCP_TIMEOUT_SECONDS", "ORDER_MCP_DEADLINE_SECONDS")
            for bad in ("soon", "0", "0.09", "120.5", "-1", "nan", "inf", "1e9", "8s")
        ),
    ],
)
def test_a_malformed_server_variable_is_one_clear_line(name: str, bad: str) -> None:
    with pytest.raises(ConfigurationError) as refusal:
        read_config({name: bad})
    line = str(refusal.value)
    assert line.startswith(f"{name} must be ") and "\n" not in line


def test_the_rule_for_a_choice_lists_the_choices() -> None:
    choices = {
        "ORDER_MCP_AUDIENCE": ("agent", "customer", "internal"),
        "ORDER_MCP_DEFAULT_PROVIDER": tuple(PROVIDERS),
        "ORDER_MCP_LOG_LEVEL": ("DEBUG", "INFO", "WARNING", "ERROR"),
    }
    for name, words in choices.items():
        with pytest.raises(ConfigurationError) as refusal:
            read_config({name: "x"})
        assert all(word in str(refusal.value) for word in words)


@pytest.mark.parametrize("seconds", ["0.1", "1", " 7.5 ", "120"])
def test_limits_reach_from_a_tenth_of_a_second_to_two_minutes(seconds: str) -> None:
    server = read_config({"ORDER_MCP_TIMEOUT_SECONDS": seconds, "ORDER_MCP_DEADLINE_SECONDS": "120"}).server
    assert server.timeout_seconds == float(seconds)
    assert read_config({"ORDER_MCP_DEADLINE_SECONDS": seconds}).server.deadline_seconds == float(seconds)


@pytest.mark.parametrize(
    "given",
    [
        {"ORDER_MCP_TIMEOUT_SECONDS": "20.1"},
        {"ORDER_MCP_TIMEOUT_SECONDS": "5", "ORDER_MCP_DEADLINE_SECONDS": "4.9"},
    ],
)
def test_an_attempt_longer_than_the_deadline_is_malformed(given: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match="ORDER_MCP_TIMEOUT_SECONDS") as refusal:
        read_config(given)
    assert "ORDER_MCP_DEADLINE_SECONDS" in str(refusal.value)


def test_an_attempt_as_long_as_the_deadline_is_fine() -> None:
    server = read_config({"ORDER_MCP_TIMEOUT_SECONDS": "20"}).server
    assert server.timeout_seconds == server.deadline_seconds == 20


def test_a_short_deadline_alone_also_shortens_the_attempt() -> None:
    server = read_config({"ORDER_MCP_DEADLINE_SECONDS": "2"}).server
    assert server.timeout_seconds == server.deadline_seconds == 2


@pytest.mark.parametrize("written", ["customer", "CUSTOMER", " Customer "])
def test_choices_may_be_written_in_either_case(written: str) -> None:
    assert read_config({"ORDER_MCP_AUDIENCE": written}).server.audience is Audience.CUSTOMER


@pytest.mark.parametrize(("written", "on"), [("1", True), ("0", False), ("true", True), ("false", False)])
def test_the_sandbox_is_switched_with_a_digit_or_a_word(written: str, on: bool) -> None:
    assert read_config({"ORDER_MCP_SANDBOX": written}).server.sandbox is on


def test_settings_are_frozen() -> None:
    config = read_config(environment(ADDRESS))
    fleet = config.accounts["fleet"].setup.settings
    assert fleet is not None
    for part, name in ((config.server, "log_level"), (fleet, "base_url")):
        with pytest.raises(ValueError, match="frozen"):
            setattr(part, name, "x")


# Secrets ------------------------------------------------------------------------------------------------------------

SECRET_VALUES = {name: f"S3CRET-{number}-valeur" for number, name in enumerate(PROVIDER_SECRETS)}


def parts(value: Any) -> Iterator[Any]:
    """A value and everything that hangs on it."""
    yield value
    if isinstance(value, BaseModel):
        for member in vars(value).values():
            yield from parts(member)
    elif is_dataclass(value):
        for member in fields(value):
            yield from parts(getattr(value, member.name))
    elif isinstance(value, Mapping):
        for member in value.values():
            yield from parts(member)
    elif isinstance(value, list | tuple):
        for member in value:
            yield from parts(member)


def shown(config: Config) -> str:
    """Every way in which a part of the configuration is ever turned into text."""
    said = []
    for part in parts(config):
        said += [repr(part), str(part), f"{part}"]
        if isinstance(part, BaseModel):
            said += [part.model_dump_json(), repr(part.model_dump())]
    return "\n".join(said)


def test_no_secret_is_in_any_repr_or_text_of_the_settings() -> None:
    text = shown(read_config(environment(ADDRESS) | SECRET_VALUES | {"SENMO_USERNAME": "ada"}))
    assert "ada" in text and ADDRESS in text, "the walk does see the values"
    assert "S3CRET" not in text


@pytest.mark.parametrize("name", PROVIDER_SECRETS)
@pytest.mark.parametrize("spoil", ["{}…", "{}\udce4", "{}\nx"])
def test_no_malformed_secret_is_in_any_text_either(name: str, spoil: str) -> None:
    value = spoil.format(SECRET_VALUES[name])
    config = read_config(environment(ADDRESS) | SECRET_VALUES | {"SENMO_USERNAME": "ada", name: value})
    assert "S3CRET" not in shown(config)


@pytest.mark.parametrize("name", IN_A_HEADER)
def test_not_even_the_validator_s_own_complaint_shows_a_malformed_value(name: str) -> None:
    settings = PROVIDERS[PROVIDER_OF[name]].Settings
    with pytest.raises(ValidationError) as refusal:
        settings.model_validate({name: "S3CRET-…"})
    assert "S3CRET" not in str(refusal.value) + repr(refusal.value)


def test_no_secret_from_a_file_is_in_any_text(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("S3CRET-in-a-file")
    for name in PROVIDER_SECRETS:
        for more in ({}, {name: "S3CRET-direct"}):
            config = read_config(only_this_secret(name) | {f"{name}_FILE": str(file)} | more)
            assert "S3CRET" not in shown(config)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 418, 500])
async def test_no_secret_is_in_an_error_even_where_the_provider_repeats_it(status: int, stub: Stub) -> None:
    def repeat(asked: Asked) -> Reply:
        return Reply(status, json={"error": dict(asked.headers), "message": str(asked.headers), "requestId": "r 1"})

    stub.reply = repeat
    async with connected(environment(stub.origin) | SECRET_VALUES) as client:
        for provider in ("auto", *CREDENTIALS):
            result = await client.call_tool("get_order", {"order_id": "42", "provider": provider})
            assert result.is_error
            assert "S3CRET" not in result.model_dump_json()
    assert "S3CRET" in repr(stub.asked)


def test_a_secret_s_file_is_found_from_beside_the_file_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("flt_sk_from-a-file\n")
    (tmp_path / "variables.env").write_text("FLEET_API_KEY_FILE=key\n")
    setup = read_config(read_environment(str(tmp_path / "variables.env"))).accounts["fleet"].setup
    assert setup.problems == () and setup.settings is not None


# What is in doubt stops the start -----------------------------------------------------------------------------------

UNREADABLE = {
    "a colon": ("FLEET_API_KEY=k\n\n# who reads\nORDER_MCP_AUDIENCE: customer\n", 4),
    "an open quotation mark": ('ORDER_MCP_AUDIENCE="customer\n', 1),
    "an open quotation mark that another one closes": ('FLEET_API_KEY="k\nORDER_MCP_AUDIENCE=customer\nX=y"\n', 1),
    "a quotation mark inside": ("FLEET_API_KEY=k\nORDER_MCP_AUDIENCE='it's'\n", 2),
    "no equals sign": ("ORDER_MCP_AUDIENCE\n", 1),
    "a space instead of it": ("ORDER_MCP_AUDIENCE customer\n", 1),
    "two on one line": ("FLEET_API_KEY=k ORDER_MCP_AUDIENCE=customer\n", 1),
    "another language": ("FLEET_API_KEY=k\nset ORDER_MCP_AUDIENCE=customer\n", 2),
    "two spaces in the swallowed line": ('X="abc\nORDER_MCP_AUDIENCE  =  customer\nY="\n', 1),
    "a swallowed line in lower case": ('X="abc\norder_mcp_audience=customer\nY="\n', 1),
    "a swallowed line in quotes": ("X=\"abc\n'ORDER_MCP_AUDIENCE'=customer\nY=\"\n", 1),
    "a swallowed line without a sign": ('X="abc\nORDER_MCP_AUDIENCE customer\nY="\n', 1),
    "a semicolon": ("X=bar;ORDER_MCP_AUDIENCE=customer\n", 1),
    "a line break in letters": ("X=bar\\nORDER_MCP_AUDIENCE=customer\n", 1),
    "another value further down": ("ORDER_MCP_AUDIENCE=customer\nX=1\nORDER_MCP_AUDIENCE=\n", 3),
    "a section": ("[order-mcp]\nORDER_MCP_AUDIENCE=customer\n", 1),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_line_that_cannot_be_read_is_named_and_not_skipped(name: str, tmp_path: Path) -> None:
    text, number = UNREADABLE[name]
    file = tmp_path / "some.env"
    file.write_text(text)
    with pytest.raises(ConfigurationError) as refusal:
        read_environment(str(file))
    assert f"line {number} " in str(refusal.value)
    assert "customer" not in str(refusal.value), "a line may hold a secret"


READABLE = [
    "ORDER_MCP_AUDIENCE=customer\n",
    "\ufeffORDER_MCP_AUDIENCE=customer\r\n",
    "export ORDER_MCP_AUDIENCE = 'customer'  # who reads\n",
    '# ORDER_MCP_AUDIENCE: agent\n\n\nORDER_MCP_AUDIENCE="customer"',
    'OTHER="-----BEGIN\nabc=\n-----END"\nORDER_MCP_AUDIENCE=customer\n',
]


@pytest.mark.parametrize("text", READABLE)
def test_what_can_be_read_is_read(text: str, tmp_path: Path) -> None:
    file = tmp_path / "some.env"
    file.write_text(text, encoding="utf-8", newline="")
    assert read_config(read_environment(str(file))).server.audience is Audience.CUSTOMER


@pytest.mark.parametrize("file", ["/dev/zero", "/dev/urandom", "a pipe"])
def test_a_file_that_never_ends_is_refused(file: str, tmp_path: Path) -> None:
    if file == "a pipe":
        file = str(tmp_path / "pipe")
        os.mkfifo(file)
    with pytest.raises(ConfigurationError):
        read_environment(file)
    setup = setup_of("fleet", {"FLEET_API_KEY_FILE": file})
    assert setup.problems == ("FLEET_API_KEY_FILE must name a readable text file with the secret in it.",)


MISSPELLED = {
    "ORDER_MCP_AUDIANCE": "ORDER_MCP_AUDIENCE",
    "ORDER_MCP_AUDIENCES": "ORDER_MCP_AUDIENCE",
    "ORDER_MCP_AUDIENCE_FILE": "ORDER_MCP_AUDIENCE",
    "ORDER_MCP_AUDIENCE\u200b": "ORDER_MCP_AUDIENCE",
    "order_mcp_audience": "ORDER_MCP_AUDIENCE",
    "ORDER-MCP-AUDIENCE": "ORDER_MCP_AUDIENCE",
    "ORDR_MCP_AUDIENCE": "ORDER_MCP_AUDIENCE",
    "ORDERMCP_AUDIENCE": "ORDER_MCP_AUDIENCE",
    "ORDER_MPC_AUDIENCE": "ORDER_MCP_AUDIENCE",
    "ORDER_MCP_TIMEOUT": "ORDER_MCP_TIMEOUT_SECONDS",
    "ORDER_MCP_LOGLEVEL": "ORDER_MCP_LOG_LEVEL",
    "ORDER_MCP_PROVIDER": "ORDER_MCP_DEFAULT_PROVIDER",
    "ORDER_MCP_SANDBOXED": "ORDER_MCP_SANDBOX",
}


@pytest.mark.parametrize("name", MISSPELLED)
def test_a_name_that_is_nearly_one_of_ours_stops_the_start_and_says_which(name: str) -> None:
    with pytest.raises(ConfigurationError) as refusal:
        read_config({name: "customer"})
    assert name in str(refusal.value) and f"{MISSPELLED[name]} meant" in str(refusal.value)
    assert read_config({name: " "}).unknown == [], "what is blank says nothing"


@pytest.mark.parametrize("name", ["ORDER_MCP_COLOUR", "ORDER_MCP_", "ORDER_MCP_WEBSITE"])
def test_another_name_with_our_beginning_is_a_warning(name: str) -> None:
    assert read_config({name: "x"}).unknown == [name]


@pytest.mark.parametrize("name", ["ACME_MCP_LOG_LEVEL", "MCP_AUDIENCE", "ORDER_MCP", "MY_ORDER_MCP_AUDIENCE", "PATH"])
def test_unrelated_names_are_ignored(name: str) -> None:
    assert read_config({name: "x"}).unknown == []


def test_what_kubernetes_says_of_a_service_of_our_name_is_ignored() -> None:
    names = ("SERVICE_HOST", "SERVICE_PORT", "SERVICE_PORT_HTTP", "PORT", "PORT_8000_TCP", "PORT_8000_TCP_ADDR")
    names += ("PORT_8000_TCP_PORT", "PORT_8000_TCP_PROTO", "PORT_53_UDP", "SANDBOX_SERVICE_HOST", "SANDBOX_PORT_1_TCP")
    assert read_config({f"ORDER_MCP_{name}": "tcp://10.0.0.1:8000" for name in names}).unknown == []


def test_both_are_said_on_standard_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ORDER_MCP_COLOUR", "red")
    assert main(["doctor"]) == 1
    assert capsys.readouterr().err == (
        "order-mcp: ORDER_MCP_COLOUR is not a variable of order-mcp; it means nothing here.\n"
    )
    (tmp_path / "some.env").write_text("ORDER_MCP_AUDIENCE: customer\n")
    assert main(["serve", "--env-file", str(tmp_path / "some.env")]) == 2
    assert "line 1 cannot be read" in capsys.readouterr().err
    monkeypatch.setenv("ORDER_MCP_AUDIANCE", "customer")
    assert main(["get-order", "42"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == "order-mcp: ORDER_MCP_AUDIANCE is not a variable of order-mcp. Was ORDER_MCP_AUDIENCE meant?\n"
