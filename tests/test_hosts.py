"""`order-mcp config`: what is printed for each host parses there, starts, and tells no secret."""

import json
import shlex
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

from order_mcp import __version__
from order_mcp.commands.cli import main
from order_mcp.commands.host_configs import Plan, advice, configuration, plan
from order_mcp.commands.hosts import HOSTS
from order_mcp.commands.installation import is_run_once, this_program
from order_mcp.testing.stub import Reply, Stub

from .conftest import SECRETS, environment
from .processes import LEGACY, PATIENCE, Program, variables_for

PARSERS = {"codex": tomllib.loads}
ADDRESS = "https://orders.example"
# Where each host looks, as its documentation says; the addresses are beside the hosts.
FILES = {
    "claude-desktop": (
        "~/Library/Application Support/Claude/claude_desktop_config.json",
        r"%APPDATA%\Claude\claude_desktop_config.json",
        "~/.config/Claude/claude_desktop_config.json",
    ),
    "claude-code": ("~/.claude.json", r"%USERPROFILE%\.claude.json", "~/.claude.json"),
    "cursor": ("~/.cursor/mcp.json", r"%USERPROFILE%\.cursor\mcp.json", "~/.cursor/mcp.json"),
    "vscode": (
        "~/Library/Application Support/Code/User/mcp.json",
        r"%APPDATA%\Code\User\mcp.json",
        "~/.config/Code/User/mcp.json",
    ),
    "codex": ("~/.codex/config.toml", r"%USERPROFILE%\.codex\config.toml", "~/.codex/config.toml"),
    "gemini": ("~/.gemini/settings.json", r"%USERPROFILE%\.gemini\settings.json", "~/.gemini/settings.json"),
}
KEYS = {"vscode": "servers", "codex": "mcp_servers"}

every_host = pytest.mark.parametrize("host", HOSTS)


class Pasted:
    """What a host reads from what was printed."""

    def __init__(self, host: str, printed: str) -> None:
        self.document: dict[str, Any] = PARSERS.get(host, json.loads)(printed)
        [self.entry] = self.document[KEYS.get(host, "mcpServers")].values()
        self.env: dict[str, str] = self.entry.get("env", {})

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """The same program with the same variables, for one command."""
        return subprocess.run(
            [self.entry["command"], *self.entry["args"], *arguments],
            env=variables_for(self.env),
            capture_output=True,
            encoding="utf-8",
            timeout=PATIENCE,
        )

    def handshake(self) -> str:
        """Start it as the host does; the protocol version that was agreed on."""
        with subprocess.Popen(
            [self.entry["command"], *self.entry["args"]],
            env=variables_for(self.env),
            cwd=Path.home(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            program = Program(process)
            version: str = program.initialize()["result"]["protocolVersion"]
            assert program.leave() == 0
        return version


class Printer:
    """`order-mcp config HOST`, in this process and its environment."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.monkeypatch, self.capsys = monkeypatch, capsys
        self.advice = ""

    def __call__(self, host: str, *options: str, **variables: str) -> Pasted:
        for name, value in variables.items():
            self.monkeypatch.setenv(name, value)
        assert main(["config", host, *options]) == 0
        said = self.capsys.readouterr()
        self.advice = said.err
        return Pasted(host, said.out)


@pytest.fixture
def config(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Printer:
    return Printer(monkeypatch, capsys)


@every_host
def test_with_nothing_configured_it_answers_from_the_sandbox_at_once(host: str, config: Printer) -> None:
    pasted = config(host)
    assert Path(pasted.entry["command"]).is_absolute()
    assert pasted.env == {}
    assert [pasted.entry["command"], *pasted.entry["args"]] == [*this_program(), "--sandbox"]
    assert "sandbox" in config.advice


def test_what_is_printed_starts_and_answers_from_the_sandbox(config: Printer) -> None:
    pasted = config("claude-desktop")
    assert pasted.handshake() == LEGACY
    assert "Sandbox data" in pasted.run("get-order", "ord_partial").stdout


@every_host
def test_what_is_configured_is_carried_over_and_starts(host: str, config: Printer) -> None:
    pasted = config(host, **environment(ADDRESS), ORDER_MCP_AUDIENCE="customer")
    assert pasted.entry["args"][-1:] != ["--sandbox"]
    assert pasted.env.keys() == {*environment(ADDRESS), "ORDER_MCP_AUDIENCE"}
    assert (pasted.env["SENMO_BASE_URL"], pasted.env["ORDER_MCP_AUDIENCE"]) == (ADDRESS, "customer")
    assert [pasted.entry["command"], *pasted.entry["args"]] == this_program()


def test_who_verifies_customers_does_so_in_the_entry_too(config: Printer) -> None:
    hosted = {"ORDER_MCP_VERIFY": "1", "ORDER_MCP_AUDIT_KEY": "key-of-the-hash", "FLEET_RATE_LIMIT": "9/minute"}
    pasted = config("cursor", **environment(ADDRESS, "fleet"), **hosted)
    assert (pasted.env["ORDER_MCP_VERIFY"], pasted.env["FLEET_RATE_LIMIT"]) == ("1", "9/minute")
    assert "key-of-the-hash" not in f"{pasted.document}{config.advice}" and "ORDER_MCP_AUDIT_KEY" in config.advice


@every_host
def test_a_secret_is_written_out_only_when_asked(host: str, config: Printer) -> None:
    hidden = config(host, **environment(ADDRESS))
    assert not any(secret in f"{hidden.document}{config.advice}" for secret in SECRETS)
    assert all(name in config.advice for name in ("FLEET_API_KEY", "SENMO_ID_TOKEN"))
    shown = config(host, "--with-secrets", **environment(ADDRESS))
    assert {name: shown.env[name] for name in environment(ADDRESS)} == environment(ADDRESS)
    assert "FLEET_API_KEY" not in config.advice and "inputs" not in shown.document


@every_host
def test_the_file_it_belongs_in_is_named_for_each_system(host: str, config: Printer) -> None:
    config(host)
    lines = [line.strip() for line in config.advice.splitlines()]
    for system, file in zip(("macOS", "Windows", "Linux"), FILES[host], strict=True):
        assert f"{system:<8} {file}" in lines


def test_a_placeholder_that_nobody_replaced_is_a_missing_variable_not_a_wrong_key(config: Printer) -> None:
    pasted = config("cursor", FLEET_API_KEY="flt_sk_test-secret")
    assert pasted.env == {"FLEET_API_KEY": "<FLEET_API_KEY>"}
    assert "FLEET_API_KEY is not set" in pasted.run("get-order", "42", "--provider", "fleet").stderr


def test_vs_code_asks_for_the_secrets_itself(config: Printer) -> None:
    pasted = config("vscode", **environment(ADDRESS, "fleet"))
    assert pasted.entry["type"] == "stdio"
    assert pasted.env["FLEET_API_KEY"] == "${input:FLEET_API_KEY}"
    [question] = pasted.document["inputs"]
    assert (question["type"], question["id"], question["password"]) == ("promptString", "FLEET_API_KEY", True)
    assert question["description"]


def test_a_file_of_variables_is_named_and_works_with_its_secrets_where_they_are(
    config: Printer, stub: Stub, tmp_path: Path
) -> None:
    file = tmp_path / "settings.env"
    file.write_text("".join(f"{name}={value}\n" for name, value in environment(stub.origin, "fleet").items()))
    stub.reply = Reply(json={"data": {"order_id": 42, "client_status": "SHIPPED"}})
    pasted = config("claude-code", "--env-file", str(file))
    assert pasted.entry["args"][-2:] == ["--env-file", str(file)] and pasted.env == {}
    assert pasted.run("get-order", "42").returncode == 0
    copied = config("claude-code", "--env-file", str(file), "--with-secrets")
    assert copied.env == environment(stub.origin, "fleet") and "--env-file" not in copied.entry["args"]


def test_paths_are_made_absolute(config: Printer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("key").write_text("flt_sk_test-secret\n")
    Path("some.env").write_text("ORDER_MCP_LOG_LEVEL=INFO\n")
    pasted = config("gemini", "--env-file", "some.env", FLEET_API_KEY_FILE="key")
    assert pasted.env == {"FLEET_API_KEY_FILE": str(tmp_path / "key")}
    assert pasted.entry["args"][-1] == str(tmp_path / "some.env")


def test_sandbox_leaves_the_providers_out(config: Printer) -> None:
    pasted = config("cursor", "--sandbox", **environment(ADDRESS), ORDER_MCP_AUDIENCE="internal")
    assert pasted.entry["args"][-1] == "--sandbox"
    assert pasted.env == {"ORDER_MCP_AUDIENCE": "internal"}


def test_what_is_still_missing_is_said(config: Printer) -> None:
    config("codex", FLEXPORTAL_TENANT_ID="bu_demo")
    assert "FLEXPORTAL_API_KEY is not set." in config.advice
    assert "FLEET_API_KEY" not in config.advice


@every_host
def test_any_value_survives_being_written_and_read(host: str) -> None:
    value = "C:\\Users\\Zoë\t“x” \U0001f4e6 \x7f $HOME \"quoted\" 'single' # no comment"
    printed = configuration(HOSTS[host], Plan((value,), {"ORDER_MCP_X": value}))
    assert printed.isascii()
    pasted = Pasted(host, printed)
    assert pasted.entry["args"][-1] == pasted.env["ORDER_MCP_X"] == value


# Seen with uv 0.9 and pipx 1.8: where `uvx` and `pipx run` put what they run once, and where installations stay.
RUN_ONCE = (
    "/home/ada/.cache/uv/archive-v0/E6JmBA3fr9cggpOL",
    "/data/cache/environments-v2/order-mcp-1a2b",
    "/home/ada/.cache/pipx/15f1f2add4b49b5",
    "/home/ada/.local/pipx/.cache/15f1f2add4b49b5",
)
INSTALLED = (
    "/home/ada/.local/share/uv/tools/order-mcp",
    "/home/ada/.local/share/pipx/venvs/order-mcp",
    "/srv/order-mcp/.venv",
    "/usr",
)


def test_a_path_in_a_cache_is_told_from_an_installation() -> None:
    assert all(is_run_once(Path(prefix)) for prefix in RUN_ONCE)
    assert not any(is_run_once(Path(prefix)) for prefix in INSTALLED)


# Seen with `uvx --from`: what installers write down of a source that is not the package index.
SOURCES = {
    "git": (
        {"url": "https://git.example/shop/order-mcp", "vcs_info": {"vcs": "git", "commit_id": "c12466b"}},
        "git+https://git.example/shop/order-mcp@c12466b",
    ),
    "wheel": ({"url": "file:///srv/order_mcp.whl", "archive_info": {}}, "file:///srv/order_mcp.whl"),
}


def run_once(folder: Path, written: dict[str, Any] | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if this process ran from a cache, with what the installer wrote down of its source."""
    metadata = folder / "order_mcp-1.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.4\nName: order-mcp\nVersion: 1\n")
    if written:
        (metadata / "direct_url.json").write_text(json.dumps(written))
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setattr("sys.prefix", RUN_ONCE[0])


@pytest.mark.parametrize("source", SOURCES)
def test_from_a_cache_that_was_not_filled_by_the_package_index_the_source_is_named(
    source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written, spec = SOURCES[source]
    run_once(tmp_path, written, monkeypatch)
    assert this_program() == ["uvx", "--from", spec, "order-mcp"]


@every_host
def test_from_a_cache_the_command_that_still_works_next_week_is_printed(
    host: str, config: Printer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_once(tmp_path, None, monkeypatch)
    pasted = config(host)
    assert [pasted.entry["command"], *pasted.entry["args"]] == ["uvx", f"order-mcp@{__version__}", "--sandbox"]
    assert "cache" not in json.dumps(pasted.document) and "full path" in config.advice


@every_host
def test_it_is_said_where_to_look_when_a_host_does_not_connect(host: str, config: Printer) -> None:
    config(host)
    assert f"If it does not connect: {HOSTS[host].logs}" in config.advice
    assert HOSTS[host].asks_first in config.advice


def test_the_line_that_adds_it_says_the_same_as_the_entry(config: Printer) -> None:
    for host in ("claude-code", "codex"):
        pasted = config(host, **environment(ADDRESS, "fleet"))
        [line] = [line for line in config.advice.splitlines() if line.startswith("Or let it write the entry: ")]
        words = shlex.split(line.partition(": ")[2])
        assert words[:3] == [host.partition("-")[0], "mcp", "add"]
        name = words.index("order-mcp")
        assert words[name + 1 :] == ["--", pasted.entry["command"], *pasted.entry["args"]]
        given = dict(words[n + 1].split("=", 1) for n, word in enumerate(words[:name]) if word == "--env")
        assert given == pasted.env
    assert words[name - 1] != "--env"


def test_help_and_a_wrong_name_list_the_hosts(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["config", "--help"])
    assert main(["config", "emacs"]) == 2
    said = capsys.readouterr()
    assert all(host in said.out and host in said.err for host in HOSTS)


def test_a_malformed_server_variable_is_not_passed_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ORDER_MCP_AUDIENCE", "public")
    assert main(["config", "cursor"]) == 2
    said = capsys.readouterr()
    assert said.out == "" and "ORDER_MCP_AUDIENCE must be one of" in said.err


def test_an_address_with_a_password_in_it_is_not_carried_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLEET_API_KEY", "flt_sk_x")
    monkeypatch.setenv("FLEET_BASE_URL", "https://user:hidden-word@fleet.example")
    made = plan(None, sandbox=False, with_secrets=False)
    for host in HOSTS.values():
        assert "hidden-word" not in configuration(host, made) + advice(host, made)
