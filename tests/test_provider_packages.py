"""Providers from other packages: what fits works like a built-in one, and what does not stops nothing and is named.

A package is a folder on the path as an installer leaves it, so that the server finds it by itself.
"""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from order_mcp.provider_api import PROVIDER_API
from order_mcp.testing import Reply, Stub

from .conftest import error_of, found, sentence_of
from .processes import variables_for

LIMIT = 60
GIVEN = (Path(__file__).parent / "fifth_provider" / "lendwell.py").read_text(encoding="utf-8")
# The same provider with nothing but public names, as a package writes it.
PUBLIC = re.sub(
    r"from \.\..*?from \.wire import Members, Wire\n",
    "from order_mcp.provider_api import *\n",
    GIVEN.replace('    name = "lendwell"\n', f'    provider_api = {PROVIDER_API}\n    name = "lendwell"\n'),
    flags=re.DOTALL,
).removesuffix("\n\nPROVIDER = Lendwell\n")
ORDER = {"id": "L-7", "number": "2026-7", "state": "ON_ITS_WAY", "total": "12.50", "currency": "eur"}


def install(
    folder: Path, text: str = PUBLIC, *, name: str = "lendwell", package: str = "order-mcp-lendwell", at: str = ""
) -> None:
    """Leave a package in a folder, with one provider in it."""
    module = package.replace("-", "_")
    (folder / f"{module}.py").write_text(text, encoding="utf-8")
    about = folder / f"{module}-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n", encoding="utf-8")
    entry = f"[order_mcp.providers]\n{name} = {at or f'{module}:Lendwell'}\n"
    (about / "entry_points.txt").write_text(entry, encoding="utf-8")


def order_mcp(folder: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "order_mcp", *arguments],
        env=variables_for(more, folder),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=LIMIT,
    )


def set_up(stub: Stub) -> dict[str, str]:
    return {"LENDWELL_API_KEY": "lendwell-test-secret", "LENDWELL_BASE_URL": stub.origin}


async def test_a_package_s_provider_is_asked_like_a_built_in_one(stub: Stub, tmp_path: Path) -> None:
    install(tmp_path)
    stub.reply = Reply(json=ORDER)
    server = StdioServerParameters(
        command=sys.executable, args=["-m", "order_mcp"], env=variables_for(set_up(stub), tmp_path)
    )
    async with Client(stdio_client(server)) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert tools["get_order"].input_schema["properties"]["provider"]["enum"] == ["auto", "lendwell"]
        result = await client.call_tool("get_order", {"order_id": "L-7"})
    assert found(result)["provider"] == "lendwell"
    assert sentence_of(result).startswith("Lendwell order L-7, number “2026-7”, has been shipped (“ON_ITS_WAY”).")
    assert stub.asked[0].headers["x-lendwell-key"] == "lendwell-test-secret"


def test_its_variables_rates_and_accounts_appear_by_themselves(stub: Stub, tmp_path: Path) -> None:
    install(tmp_path)
    stub.reply = Reply(404, json={"code": "order_unknown"})
    told = order_mcp(tmp_path, "doctor", LENDWELL_API_KY="x", LENDWELL_RATE_LIMIT="5/minute", **set_up(stub))
    assert "lendwell: works" in told.stdout and "LENDWELL_API_KY is not a variable of order-mcp" in told.stderr
    rows = f'[accounts.depot]\nprovider = "lendwell"\nLENDWELL_API_KEY = "k"\nLENDWELL_BASE_URL = "{stub.origin}"\n'
    (tmp_path / "accounts.toml").write_text(rows, encoding="utf-8")
    told = order_mcp(tmp_path, "doctor", "--json", ORDER_MCP_ACCOUNTS_FILE=str(tmp_path / "accounts.toml"))
    assert json.loads(told.stdout)["providers"]["depot"]["works"] is True
    assert order_mcp(tmp_path, "doctor", LENDWELL_RATE_LIMIT="often").returncode == 2


def test_without_the_package_nothing_of_it_is_left(tmp_path: Path) -> None:
    before = order_mcp(tmp_path, "doctor", "--json")
    install(tmp_path)
    assert "lendwell" in order_mcp(tmp_path, "doctor", "--json").stdout
    for path in sorted(tmp_path.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    after = order_mcp(tmp_path, "doctor", "--json")
    assert (after.stdout, after.stderr) == (before.stdout, before.stderr)
    assert "lendwell" not in after.stdout + after.stderr


# What is wrong with a package: the pattern in its provider file, what stands there instead, and what is said.
WRONG: dict[str, tuple[str, str, str]] = {
    "a module is missing": (
        r"\A",
        "import not_there\n",
        "its import fails (ModuleNotFoundError not_there); ",
    ),
    "a name is missing": (r"from order_mcp.*", "from order_mcp.provider_api import Nothing", "fails (ImportError)"),
    "the import ends the process": (r"\A", "raise SystemExit(3)\n", "its import fails (SystemExit)"),
    "it is no Python": (r"\A", "class\n", "its import fails (SyntaxError)"),
    "there is no such class": (r"class Lendwell\(", "class Other(", "and there is no such class"),
    "it is no provider": (r"class Lendwell\(.*", "class Lendwell:", "order_mcp_lendwell:Lendwell is no subclass of"),
    "no version": (r"    provider_api = .*", "", f"Lendwell lacks provider_api = {PROVIDER_API}."),
    "a newer version": (r"provider_api = .*", "provider_api = 99", "it is made for provider API 99, and this server"),
    "an older server": (r"provider_api = .*", "provider_api = 99", "update this server"),
    "an older package": (r"provider_api = .*", "provider_api = -1", "update the package"),
    "a version that is none": (
        r"provider_api = .*",
        "provider_api = 'x'",
        "provider_api of Lendwell has to be the number 1",
    ),
    "a title": (r"    title = .*", "", "Lendwell lacks title."),
    "a title that is no text": (r"    title = .*", "    title = 5", "Lendwell lacks a text in title."),
    "sources that are a text": (r"    key_sources = .*", '    key_sources = "x"', "a tuple of texts in key_sources"),
    "a rate that is none": (
        r"    title = .*",
        '    title = "L"\n    rate_limit = "often"',
        "a rate such as 100/minute",
    ),
    "no look-up": (r"    async def get_order", "    async def order", "lacks get_order or get_cart."),
    "a look-up that does not wait": (
        r"    async def get_order(.*)\n        return await",
        r"    def get_order\1\n        return",
        "async before def get_order",
    ),
    "finding by half": (
        r"\n    def headers",
        "\n    async def find_orders(self, s): ...\n    def headers",
        "finds_by and",
    ),
    "another name": (
        r"    name = .*",
        '    name = "lend"',
        "its entry point is called lendwell, and its class says name = lend.",
    ),
    "variables of others": (r"LENDWELL_API_KEY", "FLEET_API_KEY", "variables that all begin with LENDWELL_"),
    "settings that cannot be built": (
        r"base_url: BaseUrl \| None",
        'base_url: "Missing | None"',
        "its class cannot be read (",
    ),
    "a class that cannot be read": (
        r"    title = .*",
        "    title = property(lambda self: 1/0)",
        "Lendwell lacks a text in title.",
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_package_that_does_not_fit_stops_nothing_and_is_named(wrong: str, stub: Stub, tmp_path: Path) -> None:
    pattern, instead, said = WRONG[wrong]
    text = re.sub(f"^{pattern}" if pattern.startswith(" ") else pattern, instead, PUBLIC, flags=re.MULTILINE)
    assert text != PUBLIC
    install(tmp_path, text)
    stub.reply = Reply(404, json={"error": "ORDER_NOT_FOUND"})
    fleet = {"FLEET_API_KEY": "flt_sk_x", "FLEET_BASE_URL": stub.origin}
    doctor = order_mcp(tmp_path, "doctor", **fleet)
    begins = "The package order-mcp-lendwell 1.0 cannot be used: "
    [line] = [line for line in doctor.stderr.splitlines() if line.startswith(f"order-mcp: {begins}")]
    assert said in line and "\n" not in line
    assert f"\n{line.removeprefix('order-mcp: ')}\n" in doctor.stdout and doctor.returncode == 1
    assert "fleet: works" in doctor.stdout
    # A look-up elsewhere goes on, and one there is told why not.
    elsewhere = order_mcp(tmp_path, "get-order", "42", "--json", **fleet)
    assert json.loads(elsewhere.stdout)["error"]["code"] == "not_found"
    there = order_mcp(tmp_path, "get-order", "42", "--provider", "lendwell", **fleet)
    assert begins in there.stdout + there.stderr and '"not_configured"' in there.stdout + there.stderr
    # Where it was set up, nobody can say that there is no such order.
    unsure = order_mcp(tmp_path, "get-order", "42", "--json", LENDWELL_API_KEY="k", **fleet)
    assert json.loads(unsure.stdout)["error"]["code"] == "incomplete"


def test_a_name_is_given_once(stub: Stub, tmp_path: Path) -> None:
    install(tmp_path, name="fleet", package="order-mcp-other-fleet")
    install(tmp_path, package="order-mcp-lendwell")
    install(tmp_path, package="order-mcp-lendwell-too")
    told = order_mcp(tmp_path, "doctor", FLEET_API_KEY="flt_sk_x", FLEET_BASE_URL=stub.origin).stdout
    taken = "cannot be used: the name {} is taken by {}."
    assert taken.format("fleet", "a provider of the server's own") in told
    assert taken.format("lendwell", "order-mcp-lendwell-too 1.0") in told
    assert taken.format("lendwell", "order-mcp-lendwell 1.0") in told
    assert "fleet: " in told


@pytest.mark.parametrize("name", ["order", "auto", "Lend Well", "lend_well"])
def test_a_name_that_no_call_could_use_is_named_all_the_same(name: str, tmp_path: Path) -> None:
    install(tmp_path, PUBLIC.replace('name = "lendwell"', f'name = "{name}"'), name=name)
    told = order_mcp(tmp_path, "doctor", "--json")
    assert "a fit name" in json.loads(told.stdout)["notes"][0]
    assert name not in json.loads(told.stdout)["providers"]


# What fails only when it is used: what stands in the class, and what is said of the look-up there.
LATE: dict[str, tuple[str, str]] = {
    "the set-up": ("    def __init__(self, *args):\n        1 / 0\n", "not_configured"),
    "its secrets": ("    def secrets(self):\n        1 / 0\n", "not_configured"),
    "its headers": ("    def headers(self):\n        1 / 0\n", "internal"),
    "the look-up": ("    async def get_order(self, order_id):\n        1 / 0\n", "internal"),
    "ids": ("    @classmethod\n    def why_refused(cls, id):\n        return 1 / (id != '42')\n", "internal"),
    "what it finds by": (
        "    @classmethod\n    def finds_by(cls, settings):\n        return {} if settings is None else 1 / 0\n"
        "    async def find_orders(self, search): ...\n",
        "found",
    ),
}


@pytest.mark.parametrize("late", LATE)
def test_what_fails_later_fails_alone(late: str, stub: Stub, tmp_path: Path) -> None:
    member, code = LATE[late]
    install(tmp_path, f"{PUBLIC}\n{member}")

    def answer(asked: Any) -> Reply:
        is_fleet = "fleet" in asked.path
        return Reply(
            json={"data": {"order_id": 42, "client_status": "BEING_PROCESSED"}} if is_fleet else {**ORDER, "id": "42"}
        )

    stub.reply = answer
    both = {"FLEET_API_KEY": "flt_sk_x", "FLEET_BASE_URL": f"{stub.origin}/fleet", **set_up(stub)}
    told = order_mcp(tmp_path, "get-order", "42", "--json", **both)
    answered = json.loads(told.stdout)
    if code == "found":
        assert answered["error"]["code"] == "ambiguous"
    else:
        assert answered["provider"] == "fleet" and answered["warnings"][0]["code"] == "provider_not_asked"
        there = order_mcp(tmp_path, "get-order", "42", "--provider", "lendwell", "--json", **both)
        assert json.loads(there.stdout)["error"]["code"] == code
    assert "division by zero" not in told.stderr


async def test_what_its_import_prints_does_not_reach_the_host(stub: Stub, tmp_path: Path) -> None:
    install(tmp_path, "print('hello')\n" + PUBLIC)
    server = StdioServerParameters(
        command=sys.executable, args=["-m", "order_mcp"], env=variables_for(set_up(stub), tmp_path)
    )
    async with Client(stdio_client(server)) as client:
        error = error_of(await client.call_tool("get_order", {"order_id": ""}))
    assert error["code"] == "invalid_input"
    assert "hello" not in order_mcp(tmp_path, "doctor").stdout
