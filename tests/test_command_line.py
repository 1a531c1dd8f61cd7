"""The command line: exit codes, what goes to which stream, and where variables come from."""

import json
import logging
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

import order_mcp
from order_mcp.commands.cli import main
from order_mcp.commands.doctor import DEFAULT_NOT_READY, HALF_SET_UP, REFUSED
from order_mcp.commands.terminal import READER_LEFT
from order_mcp.config import read_config
from order_mcp.providers.registry import built_in
from order_mcp.sandbox import Running, Sandbox, running, serving
from order_mcp.testing.stub import Reply, Stub

from .conftest import SECRETS, environment
from .processes import PATIENCE, run, started, until, variables_for
from .stories import stories
from .tls import certificate, tls_provider

PROVIDERS = built_in()

NOTICE = "Sandbox data, not a real order."
GOOD = Reply(json={"data": {"order_id": 42, "client_status": "SHIPPED"}})
GONE = Reply(404, json={"error": "ORDER_NOT_FOUND"})
FLEET = ("--provider", "fleet")


@pytest.fixture(scope="module")
def box() -> Iterator[Running]:
    with running(port=0) as box:
        yield box


@pytest.fixture(autouse=True)
def quiet_again() -> Iterator[None]:
    """A command sets log levels for the whole process; here the process goes on."""
    names = ["order_mcp", *(name for name in logging.root.manager.loggerDict if "." not in name)]
    levels = {name: logging.getLogger(name).level for name in names}
    yield
    for name in [*logging.root.manager.loggerDict]:
        logging.getLogger(name).setLevel(levels.get(name, logging.NOTSET))


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Put variables into the environment of this process."""

    def put(variables: dict[str, str]) -> None:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    return put


# One look-up --------------------------------------------------------------------------------------------------------


def test_a_look_up_prints_what_an_agent_gets(stub: Stub, at: Any, capsys: pytest.CaptureFixture[str]) -> None:
    at(environment(stub.origin, "fleet"))
    stub.reply = GOOD
    assert main(["get-order", "42", *FLEET]) == 0
    said = capsys.readouterr()
    summary, data = said.out.splitlines()
    assert summary.startswith("Fleet order 42 ")
    assert json.loads(data)["status"] == "shipped" and "summary" not in json.loads(data)
    assert said.err == ""


def test_json_prints_one_object_with_the_summary_first(stub: Stub, at: Any, capsys: pytest.CaptureFixture[str]) -> None:
    at(environment(stub.origin, "fleet"))
    stub.reply = GOOD
    assert main(["get-order", "42", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert next(iter(data)) == "summary" and data["id"] == "42"


@pytest.mark.parametrize(
    ("reply", "arguments", "code", "exit_code"),
    [
        (GONE, ["42", *FLEET], "not_found", 1),
        (GONE, ["42"], "not_found", 1),
        (Reply(400, json={}), ["42", *FLEET], "invalid_input", 2),
        (GONE, ["", *FLEET], "invalid_input", 2),
        (GONE, ["CO-2025", *FLEET], "invalid_input", 2),
        (GONE, ["42", "--provider", "shopify"], "invalid_input", 2),
        (GONE, ["42", "--detail", "everything"], "invalid_input", 2),
        (GONE, ["42", "--item-offset", "many"], "invalid_input", 2),
        (Reply(401, json={}), ["42", *FLEET], "unauthorized", 3),
        (Reply(500, json={}), ["42", *FLEET], "upstream_error", 3),
        (Reply(500, json={}), ["42"], "incomplete", 3),
        (Reply(body="<html>"), ["42", *FLEET], "bad_response", 3),
        (GONE, ["42", "--provider", "senmo"], "not_configured", 3),
    ],
)
def test_the_exit_code_says_how_it_went(
    reply: Reply,
    arguments: list[str],
    code: str,
    exit_code: int,
    stub: Stub,
    at: Any,
    capsys: pytest.CaptureFixture[str],
) -> None:
    at(environment(stub.origin, "fleet"))
    stub.reply = reply
    assert main(["get-order", *arguments]) == exit_code
    said = capsys.readouterr()
    assert said.out == ""
    sentence, line = said.err.splitlines()
    assert sentence and json.loads(line)["error"]["code"] == code
    assert main(["get-order", *arguments, "--json"]) == exit_code
    assert json.loads(capsys.readouterr().out)["error"]["code"] == code


def test_get_cart_looks_up_a_cart(stub: Stub, at: Any, capsys: pytest.CaptureFixture[str]) -> None:
    at(environment(stub.origin, "fleet"))
    stub.reply = Reply(json={"data": {"id": 7, "num_devices": 0, "devices": []}})
    assert main(["get-cart", "7"]) == 0
    assert "Fleet cart 7" in capsys.readouterr().out
    assert [asked.path for asked in stub.asked] == ["/carts/7"]
    assert main(["get-cart", "7", "--provider", "senmo"]) == 3
    assert "unsupported_operation" in capsys.readouterr().err


def test_detail_and_offset_reach_the_look_up(stub: Stub, at: Any, capsys: pytest.CaptureFixture[str]) -> None:
    at(environment(stub.origin, "fleet"))
    names = [f"Laptop {number}" for number in range(30)]
    stub.reply = Reply(json={"data": {"order_id": 42, "device_names": names, "num_devices": 30}})
    for arguments, first, count in ((["--item-offset", "25"], "Laptop 25", 5), (["--detail", "full"], "Laptop 0", 30)):
        assert main(["get-order", "42", "--json", *arguments]) == 0
        lines = json.loads(capsys.readouterr().out)["line_items"]
        assert (lines[0]["title"], len(lines)) == (first, count)
    assert main(["get-order", "42", "--json", "--detail", "summary"]) == 0
    assert "line_items" not in json.loads(capsys.readouterr().out)


def test_a_bug_is_exit_code_3_and_no_more_than_that(
    stub: Stub, at: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    at(environment(stub.origin, "fleet"))

    async def fail(*_: object) -> None:
        raise RuntimeError("a customer's name")

    monkeypatch.setattr("order_mcp.router.Router.look_up", fail)
    assert main(["get-order", "42"]) == 3
    said = capsys.readouterr()
    assert said.out == "" and "a customer's name" not in said.err
    assert json.loads(said.err.splitlines()[-1])["error"]["code"] == "internal"


@pytest.mark.parametrize("arguments", [["get-order", "issue-1", "--sandbox"], ["--sandbox", "get-order", "issue-1"]])
def test_the_sandbox_answers_without_any_configuration(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 0
    said = capsys.readouterr()
    assert said.out.startswith(f"{NOTICE} ")
    assert len(said.err.splitlines()) == 1 and "sandbox" in said.err
    assert main(["get-order", "nobody-has-this", "--sandbox"]) == 1
    assert f"{NOTICE} " in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [["get-order"], ["get-order", "1", "2"], ["frobnicate"], ["serve", "--port", "x"], ["--loud"]]
)
def test_wrong_usage_is_exit_code_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 2
    assert "usage: order-mcp" in capsys.readouterr().err


def test_a_malformed_server_variable_is_exit_code_2_everywhere(at: Any, capsys: pytest.CaptureFixture[str]) -> None:
    at({"ORDER_MCP_AUDIENCE": "public"})
    for arguments in (["get-order", "1"], ["get-cart", "1"], ["doctor"], ["serve"], []):
        assert main(arguments) == 2
        said = capsys.readouterr()
        assert said.out == "" and len(said.err.splitlines()) == 1
        assert "ORDER_MCP_AUDIENCE must be one of agent, customer, internal" in said.err


# The environment file -----------------------------------------------------------------------------------------------


def write(folder: Path, variables: dict[str, str]) -> str:
    file = folder / "settings.env"
    file.write_text("# a comment\n\n" + "".join(f'{name}="{value}"\n' for name, value in variables.items()))
    return str(file)


@pytest.mark.parametrize("before", [True, False])
def test_variables_can_come_from_one_named_file(before: bool, stub: Stub, tmp_path: Path) -> None:
    file = ["--env-file", write(tmp_path, environment(stub.origin, "fleet"))]
    command = ["get-order", "42"]
    stub.reply = GOOD
    assert main([*file, *command] if before else [*command, *file]) == 0


def test_the_environment_wins_over_the_file(stub: Stub, at: Any, tmp_path: Path) -> None:
    file = write(tmp_path, environment(stub.origin, "fleet") | {"FLEET_API_KEY": "from-file"})
    stub.reply = GOOD
    main(["get-order", "42", "--env-file", file])
    at({"FLEET_API_KEY": "from-process"})
    main(["get-order", "42", "--env-file", file])
    at({"FLEET_API_KEY": "", "FLEET_BASE_URL": "${user_config.url}"})
    main(["get-order", "42", "--env-file", file])
    sent = [asked.headers["authorization"] for asked in stub.asked]
    assert sent == ["Bearer from-file", "Bearer from-process", "Bearer from-file"], "blank counts as unset"


def test_nothing_in_the_file_is_expanded(stub: Stub, at: Any, tmp_path: Path) -> None:
    at({"HOME_SECRET": "leaked"})
    file = write(tmp_path, environment(stub.origin, "fleet", FLEET_API_KEY="a$HOME_SECRET${HOME_SECRET}"))
    main(["get-order", "42", "--env-file", file])
    assert stub.asked[0].headers["authorization"] == "Bearer a$HOME_SECRET${HOME_SECRET}"


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("missing.env", "does not exist."),
        ("folder", "is a folder; name the file in it."),
        ("not-text.env", "cannot be read as a text file of at most"),
        ("~/order-mcp.env", "does not exist; only a shell knows what ~ is, so write the whole path."),
    ],
)
def test_a_file_that_cannot_be_read_is_one_line_and_exit_code_2(
    name: str, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("folder").mkdir()
    Path("not-text.env").write_bytes(b"FLEET_API_KEY=\xff\xfe")
    assert main(["get-order", "42", "--env-file", name]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    [line] = said.err.splitlines()
    assert f"--env-file {name!r} {why}" in line


def test_no_file_is_read_on_its_own(
    stub: Stub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / ".env").write_text(Path(write(tmp_path, environment(stub.origin, "fleet"))).read_text())
    monkeypatch.chdir(tmp_path)
    assert main(["get-order", "42"]) == 3
    assert "not_configured" in capsys.readouterr().err
    assert stub.asked == []


# Doctor -------------------------------------------------------------------------------------------------------------


def examine(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any], str]:
    """Exit code and findings as JSON, and the same for people."""
    code = main(["doctor", "--json", *arguments])
    findings: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert main(["doctor", *arguments]) == code
    return code, findings, capsys.readouterr().out


def test_doctor_with_nothing_names_every_variable_and_exits_1(capsys: pytest.CaptureFixture[str]) -> None:
    code, findings, text = examine(capsys)
    assert code == 1 and findings["ok"] is False
    assert list(findings["providers"]) == list(PROVIDERS)
    for name in ("FLEET_API_KEY", "FLEXPORTAL_TENANT_ID", "FLEXPORTAL_REGION", "SENMO_BASE_URL", "POLINATE_API_KEY"):
        assert name in text and name in json.dumps(findings)
    assert "--sandbox" in text


def test_doctor_with_half_says_which_variable_is_missing_or_malformed(
    capsys: pytest.CaptureFixture[str], at: Any
) -> None:
    at({"FLEET_API_KEY": "flt_sk_…", "POLINATE_API_KEY": "pol-test-secret"})
    code, _, text = examine(capsys)
    assert code == 1
    assert "FLEET_API_KEY must be printable ASCII" in text and "POLINATE_BUSINESS_ID is not set" in text
    assert "flt_sk_" not in text and "pol-test-secret" not in text


def test_doctor_with_all_in_order_exits_0(box: Running, capsys: pytest.CaptureFixture[str], at: Any) -> None:
    at(box.environment)
    code, findings, text = examine(capsys)
    assert code == 0 and findings["ok"] is True
    for name in box.sandbox.emulators:
        finding = findings["providers"][name]
        assert (finding["state"], finding["reachable"]) == ("configured", True)
        assert (finding["credential"], finding["works"]) == ("accepted", True)
        assert finding["base_url"].startswith(f"{box.origin}/{name}")
        assert isinstance(finding["milliseconds"], int)
        assert finding["base_url"] in text and f"{name}: works" in text
    assert re.search(r"\d+ ms", text)
    assert "Tenant and region stay unproven" in text
    assert "Nobody has to show that an order is theirs" in text


def test_doctor_asks_for_an_id_that_cannot_exist(stub: Stub, at: Any, capsys: pytest.CaptureFixture[str]) -> None:
    # A story of each provider shows the path; who has none yet is told so by the contract suite.
    look_ups = {name: story for name in PROVIDERS for story in stories(name) if story.tool == "get_order"}
    at(environment(stub.origin, *look_ups))
    stub.reply = Reply(500, json={})
    main(["doctor"])
    assert sorted(asked.path for asked in stub.asked) == sorted(
        story.request["path"].replace(quote(story.id), PROVIDERS[story.provider].unused_id)
        for story in look_ups.values()
    )
    assert {asked.method for asked in stub.asked} == {"GET"}


@pytest.mark.parametrize(
    ("reply", "reachable", "credential", "works"),
    [
        (GONE, True, "accepted", True),
        (Reply(400, json={}), True, "could not tell", False),  # it may say this to everything
        (Reply(401, json={}), True, "refused", False),
        (Reply(403, json={}), True, "refused", False),
        (Reply(500, json={}), True, "could not tell", False),
        (Reply(404, body="<html>"), True, "could not tell", False),
        (Reply(429, json={}, headers={"Retry-After": "12"}), True, "could not tell", False),
    ],
)
def test_doctor_says_what_an_answer_proves_and_no_more(
    reply: Reply, reachable: bool, credential: str, works: bool, stub: Stub, at: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    at(environment(stub.origin, "fleet"))
    stub.reply = reply
    code, findings, _ = examine(capsys)
    fleet = findings["providers"]["fleet"]
    assert (fleet["reachable"], fleet["credential"], fleet["works"]) == (reachable, credential, works)
    assert code == (0 if works else 1)
    assert (fleet["sentence"] == REFUSED.format(title="Fleet")) == (reply.status == 400)


def test_one_provider_that_does_not_work_is_exit_code_1(
    stub: Stub, at: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    at(environment(stub.origin, "fleet", "polinate"))
    stub.reply = lambda asked: GONE if asked.path.startswith("/orders") else Reply(401, json={})
    code, findings, _ = examine(capsys)
    assert code == 1
    assert findings["providers"]["fleet"]["works"] and not findings["providers"]["polinate"]["works"]


def test_doctor_says_when_nobody_is_there(at: Any, capsys: pytest.CaptureFixture[str]) -> None:
    at(environment("http://127.0.0.1:9", "fleet"))
    code, findings, text = examine(capsys)
    assert code == 1
    assert findings["providers"]["fleet"]["reachable"] is False
    assert "not reachable" in text
    assert "Fleet could not be reached: the connection was refused." in text and "Look at FLEET_BASE_URL." in text


def test_doctor_blames_the_proxy_when_that_does_not_answer(at: Any, capsys: pytest.CaptureFixture[str]) -> None:
    at({"FLEET_API_KEY": "fleet-test-secret", "HTTPS_PROXY": "http://127.0.0.1:9"})
    _, findings, text = examine(capsys)
    assert findings["providers"]["fleet"]["look_at"] == ["HTTPS_PROXY", "ALL_PROXY"]
    assert "the proxy that HTTPS_PROXY or ALL_PROXY names does not answer" in text


def test_doctor_blames_the_certificates_of_this_machine_when_it_trusts_none(
    tmp_path: Path, at: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    with tls_provider(certificate(tmp_path), lambda *_: None) as origin:
        at(environment(origin, "fleet"))
        _, _, text = examine(capsys)
    assert "its TLS certificate is not trusted on this machine" in text
    assert "Look at SSL_CERT_FILE or SSL_CERT_DIR." in text


def test_doctor_blames_no_variable_that_nobody_set(
    at: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def unknown(*_: Any, **__: Any) -> None:
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    flexportal = {"FLEXPORTAL_API_KEY": "k-test-secret", "FLEXPORTAL_TENANT_ID": "t", "FLEXPORTAL_REGION": "eu"}
    at({"FLEET_API_KEY": "fleet-test-secret", **flexportal})
    _, _, text = examine(capsys)
    for sentence in ("the name of its host was not found", "Look at the network of this machine"):
        assert text.count(sentence) == 2


def fleet_of(box: Running) -> dict[str, str]:
    """What sets up Fleet alone."""
    return {name: value for name, value in box.environment.items() if name.startswith("FLEET")}


def test_doctor_is_not_content_while_a_provider_is_half_set_up(
    box: Running, at: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    at({**fleet_of(box), "POLINATE_API_KEY": "half"})
    code, findings, text = examine(capsys)
    assert (code, findings["ok"]) == (1, False)
    assert "fleet: works" in text and "polinate: not ready" in text
    note = HALF_SET_UP.format(names="polinate")
    assert note in text and note in findings["notes"]
    assert "Tenant" not in text, "that is FlexPortal's, and nobody set it up"


def test_doctor_is_not_content_while_the_default_provider_is_not_ready(
    box: Running, at: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    at({**fleet_of(box), "ORDER_MCP_DEFAULT_PROVIDER": "polinate"})
    code, findings, text = examine(capsys)
    assert (code, findings["ok"]) == (1, False)
    assert "fleet: works" in text and DEFAULT_NOT_READY.format(name="polinate") in text


def test_doctor_says_what_get_order_says_and_which_variable_to_look_at(
    stub: Stub, at: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    at(environment(stub.origin, "flexportal"))
    causes = {
        "FLEXPORTAL_API_KEY": Reply(401, json={}),
        "FLEXPORTAL_BASE_URL": Reply(404, body="<html>"),
    }
    for variables, reply in causes.items():
        stub.reply = reply
        _, findings, text = examine(capsys)
        assert main(["get-order", "order-mcp-doctor-0", "--provider", "flexportal"]) == 3
        sentence = capsys.readouterr().err.splitlines()[0]
        assert findings["providers"]["flexportal"]["sentence"] == sentence and sentence in text
        assert re.search(rf"Look at .*{variables}", text)


@pytest.mark.parametrize("value", ["<POLINATE_API_KEY>", "<your key>", "${KEY}", "your-key", "my api key", "changeme"])
def test_doctor_calls_a_forgotten_placeholder_that(value: str, at: Any, capsys: pytest.CaptureFixture[str]) -> None:
    at({"POLINATE_BUSINESS_ID": "biz_1", "POLINATE_API_KEY": value})
    _, _, text = examine(capsys)
    assert "POLINATE_API_KEY is not set. Nobody has replaced the placeholder of POLINATE_API_KEY yet." in text


def test_a_provider_s_variable_that_is_misspelled_is_said_to_mean_nothing(
    at: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    at({"FLEET_API_KEI": "flt_sk_abc", "FLEET_API_KEY_FILE": "/no/such/file"})
    main(["doctor"])
    said = capsys.readouterr().err
    assert "FLEET_API_KEI is not a variable of order-mcp" in said and "FLEET_API_KEY_FILE" not in said


@pytest.mark.parametrize("status", [200, 401, 500])
def test_doctor_prints_no_secret_and_no_customer_data(
    status: int, stub: Stub, at: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    at(environment(stub.origin))
    customer = {"id": "order-mcp-doctor-0", "orderId": "order-mcp-doctor-0", "notes": "Ada Byron", "error": "Ada Byron"}
    stub.reply = Reply(status, json=customer | {"customer": {"name": "Ada Byron"}})
    main(["doctor", "--json"])
    main(["doctor"])
    said = capsys.readouterr()
    for quiet in (*SECRETS, "Ada Byron"):
        assert quiet not in said.out + said.err


def test_doctor_works_on_the_sandbox(box: Running, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--sandbox"]) == 0
    assert capsys.readouterr().out.count(": works") == len(box.sandbox.emulators)


def test_doctor_says_of_the_sandbox_which_provider_is_no_part_of_it(
    box: Running, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    only_fleet = Sandbox({"fleet": box.sandbox.emulators["fleet"]})
    monkeypatch.setattr(serving, "create_sandbox", lambda: only_fleet)
    code, findings, text = examine(capsys, "--sandbox")
    assert code == 0 and findings["ok"] is True
    for name in set(PROVIDERS) - {"fleet"}:
        [problem] = findings["providers"][name]["problems"]
        assert problem == f"{PROVIDERS[name].title} has no emulated API, so it is not part of the sandbox."
        assert f"{name}: not set up\n  {problem}\n" in text


# The sandbox command ------------------------------------------------------------------------------------------------


def test_the_sandbox_command_prints_its_ids_and_an_environment_that_works(
    box: Running, at: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    emulated = set(box.sandbox.emulators)
    with started("sandbox") as program:
        until(lambda: any(line.startswith(b"export SENMO_PASSWORD") for line in program.lines), "the environment")
        lines = b"".join(program.lines).decode().splitlines()
        exported = dict(line.removeprefix("export ").split("=", 1) for line in lines if line.startswith("export "))
        assert all(line.startswith(("#", "export ")) for line in lines), "a shell can read it"
        configured = {name for name, each in read_config(exported).accounts.items() if each.setup.settings}
        assert configured == emulated, "a provider without an emulator is not configured"
        known = {tuple(line[1:].split()[:3]) for line in lines if "  get_" in line}
        assert ("get_order", "senmo", "issue-1") in known
        assert {provider for _, provider, _ in known} == emulated
        assert ("get_order", "polinate", "bad_slow") in known
        at(exported)
        assert main(["get-order", "issue-1"]) == 0
        assert main(["doctor"]) == 0
        capsys.readouterr()
        program.process.send_signal(signal.SIGINT)
        assert program.end() == 130
        assert program.stderr == ""


def test_a_sandbox_port_that_is_taken_is_said_in_one_line(box: Running, capsys: pytest.CaptureFixture[str]) -> None:
    port = box.origin.rpartition(":")[2]
    assert main(["sandbox", "--port", port]) != 0
    [line] = capsys.readouterr().err.splitlines()
    assert port in line


# A reader that leaves ------------------------------------------------------------------------------------------------


@pytest.mark.skipif(os.name == "nt", reason="pipes and signals of POSIX")
@pytest.mark.parametrize(
    ("arguments", "first"),
    [
        (["demo"], b"order-mcp demo"),
        (["sandbox"], b"# The emulated provider APIs"),
        (["get-order", "issue-1", "--sandbox"], b"Sandbox data"),
        (["doctor"], b"fleet"),
    ],
    ids=["demo", "sandbox", "get-order", "doctor"],
)
@pytest.mark.parametrize("lines", [0, 1])
def test_a_reader_that_leaves_ends_the_command_quietly(lines: int, arguments: list[str], first: bytes) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "order_mcp", *arguments],
        env=variables_for({}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
    ) as process:
        assert process.stdout and process.stderr
        try:
            assert all(process.stdout.readline().startswith(first) for _ in range(lines))
            process.stdout.close()
            code = process.wait(PATIENCE)
        finally:
            process.kill()
        said = process.stderr.read().decode()
    assert said in ("", "order-mcp: sandbox mode, every answer is made up.\n")
    # A short output may have been taken in whole before its reader left. The sandbox stays until then.
    assert code == READER_LEFT or (lines and arguments != ["sandbox"])


# As usual -----------------------------------------------------------------------------------------------------------


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["--version"])
    assert left.value.code == 0
    assert capsys.readouterr().out == f"order-mcp {order_mcp.__version__}\n"


def test_help_names_every_command_and_option(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["--help"])
    assert left.value.code == 0
    text = capsys.readouterr().out
    for word in ("serve", "demo", "get-order", "get-cart", "doctor", "sandbox", "--env-file", "--sandbox", "--version"):
        assert word in text


@pytest.mark.parametrize("command", ["serve", "demo", "get-order", "get-cart", "doctor", "sandbox"])
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main([command, "--help"])
    assert left.value.code == 0
    assert f"usage: order-mcp {command}" in capsys.readouterr().out


def test_python_m_order_mcp_is_the_same_program() -> None:
    ended = run("--version")
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, f"order-mcp {order_mcp.__version__}\n", "")


def test_a_process_ends_with_the_exit_code_of_the_look_up(box: Running) -> None:
    ended = run("get-order", "nobody-has-this", variables=box.environment)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert json.loads(ended.stderr.splitlines()[-1])["error"]["code"] == "not_found"


def test_a_terminal_that_does_not_know_a_character_still_gets_the_answer(box: Running) -> None:
    ended = run("get-order", "issue-1", variables=box.environment | {"PYTHONIOENCODING": "ascii"})
    assert (ended.returncode, ended.stderr) == (0, "")
    assert r"\u201cIssue\u201d" in ended.stdout
