"""The examples, the demo and the README's transcript, run as a reader would run them."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from dev.documents import README, ROOT
from dev.env_file import ENV_FILE
from dev.http_server import serving_http
from order_mcp.config import all_variables, read_config, read_environment

EXAMPLES = ROOT / "examples"
WORKFLOW = """\
ord_partial: partially_fulfilled at flexportal, not said whether anybody has to act
1004: processing at fleet, ask the customer to act
ord_disagree: shipped at polinate, not said whether anybody has to act; in doubt: delivery_mismatch
ord_nowhere: not found, perhaps a number from paper: ask the customer for the id
FL-24-00391: not found, perhaps a number from paper: ask the customer for the id
ada@example.com: not an id, ask the customer for the id
4711: several have it (fleet shipped, flexportal confirmed, polinate delivered, senmo unknown), ask when and what
4711: delivered at polinate, not said whether anybody has to act
"""
LIMIT = 60


def run(*command: str, text: str = "") -> str:
    done = subprocess.run(
        [sys.executable, *command], input=text, capture_output=True, encoding="utf-8", timeout=LIMIT, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_workflow_over_stdio_handles_found_not_found_and_ambiguous() -> None:
    assert run(str(EXAMPLES / "agent_workflow_stdio.py")) == WORKFLOW


def test_the_workflow_over_http_says_the_same() -> None:
    with serving_http() as address:
        assert run(str(EXAMPLES / "agent_workflow_http.py"), address) == WORKFLOW


def test_the_support_chat_answers_where_is_my_order() -> None:
    conversation = (
        "hello\nwhere is my order ord_partial?\nand #4711?\nwhere is my order FL-24-00391?\nI am ada@example.com.\n"
    )
    lines = run(str(EXAMPLES / "support_chat.py"), text=conversation).splitlines()
    replies = [line.removeprefix("support:  ") for line in lines if line.startswith("support:")]
    assert replies[0] == "Which order is it? Please send me its id."
    assert "Your order ord_partial is partly complete." in replies[1]
    assert "FlexPortal" not in replies[1]
    assert "Please tell me when you ordered, and what." in replies[2]
    # A number is not cut into an id: that would be the order of somebody else.
    assert "If it is an order or contract number, please send me the id instead." in replies[3]
    assert "This is an e-mail address." in replies[4]


def test_the_host_configuration_names_only_variables_that_exist() -> None:
    [server] = json.loads((EXAMPLES / "host-configuration.json").read_text(encoding="utf-8"))["mcpServers"].values()
    assert set(server["env"]) <= {variable.name for variable in all_variables()}


SETTING = re.compile(r"^#([A-Z_]+)=(.*)$", re.MULTILINE)


def test_the_env_file_names_every_variable_and_no_other() -> None:
    own = {variable.name for variable in all_variables()}
    files = {variable.file_name for variable in all_variables() if variable.secret}
    named = [name for name, _ in SETTING.findall(ENV_FILE.read_text(encoding="utf-8"))]
    assert len(named) == len(set(named)) and set(named) == own | files


def test_the_env_file_can_be_read_as_it_is_and_sets_nothing() -> None:
    assert read_environment(str(ENV_FILE)) == read_environment()


def test_the_env_file_can_be_read_when_it_is_filled_in(tmp_path: Path) -> None:
    filled = tmp_path / "filled.env"
    text = SETTING.sub(r"\1=\2", ENV_FILE.read_text(encoding="utf-8"))
    filled.write_text(text.replace("\nFLEET_API_KEY=", "\nFLEET_API_KEY=flt_sk_key"), encoding="utf-8")
    config = read_config(read_environment(str(filled)))
    assert config.providers["fleet"].settings is not None
    assert config.server == read_config({}).server and not config.unknown


def test_the_env_file_is_taken_by_the_command_line(tmp_path: Path) -> None:
    wanted = tmp_path / "sandbox.env"
    text = ENV_FILE.read_text(encoding="utf-8").replace("#ORDER_MCP_SANDBOX=0", "ORDER_MCP_SANDBOX=1")
    wanted.write_text(text, encoding="utf-8")
    assert "Sandbox data" in run("-m", "order_mcp", "get-order", "ord_partial", "--env-file", str(wanted))


def test_the_demo_shows_every_provider_and_a_configuration_that_starts() -> None:
    shown = run("-m", "order_mcp", "demo")
    for said in ("Fleet order 1008", "Fleet cart 2001", "FlexPortal order ord_partial", "Senmo order issue-1"):
        assert f"> {said}" in shown
    for code in ("ambiguous", "not_found"):
        assert f'"code":"{code}"' in shown
    configuration = json.loads(shown[shown.index("\n{\n") :])
    [server] = configuration["mcpServers"].values()
    done = subprocess.run(
        [server["command"], *server["args"], "--version"], capture_output=True, timeout=LIMIT, check=False
    )
    assert done.returncode == 0


# A command with what it prints; a command without is only to be typed.
TRANSCRIPT = re.compile(r"\$ \.venv/bin/order-mcp (.+)\n((?:(?!\$).+\n)+?)```")


@pytest.mark.parametrize("transcript", TRANSCRIPT.findall(README.read_text("utf-8")))
def test_the_readme_shows_what_really_comes_out(transcript: tuple[str, str]) -> None:
    command, expected = transcript
    shown = run("-m", "order_mcp", *command.split())
    moment = re.compile(r'"as_of":"[^"]+"')
    *_, summary, data = expected.splitlines()
    assert moment.sub("", shown) == moment.sub("", f"{summary}\n{data}\n")
