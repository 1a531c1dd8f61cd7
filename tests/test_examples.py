"""The examples, the demo and the README's transcript, run as a reader would run them."""

import importlib
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import mcp_types as types
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


def fail(*command: str) -> str:
    """What an example says on its way to a failure."""
    done = subprocess.run(command, input="hello\n", capture_output=True, encoding="utf-8", timeout=LIMIT, check=False)
    assert done.returncode in (1, 2)
    assert done.stdout == ""
    return done.stderr


def is_sentence(stderr: str, expected: str) -> None:
    """One line, below the usage where the arguments were wrong."""
    *usage, sentence = stderr.splitlines()
    assert expected in sentence
    assert not usage or usage[0].startswith("usage: ")


def test_the_workflow_over_stdio_handles_found_not_found_and_ambiguous() -> None:
    assert run(str(EXAMPLES / "agent_workflow_stdio.py")) == WORKFLOW


def test_the_workflow_over_http_says_the_same() -> None:
    with serving_http() as address:
        assert run(str(EXAMPLES / "agent_workflow_http.py"), address) == WORKFLOW


WHICH = "Which order is it? Please send me its id"
SHIPPED = "Your order “FL-24-00391” (id 1008) has been shipped."
PARTLY = "Your order ord_partial is partly complete."
WHEN_AND_WHAT = "There is more than one order with this id. Please tell me when you ordered, and what."
PERHAPS_A_NUMBER = "If it is an order or contract number, please send me the id instead."
TO_A_COLLEAGUE = "I am passing you on to a colleague."

# What a customer writes, and what the reply has to say.
CONVERSATIONS: dict[str, list[tuple[str, str]]] = {
    "it asks, and takes the bare answer": [
        ("hello, where is my order?", WHICH),
        ("1008", SHIPPED),
        ("and my other one?", WHICH),
        ("It’s ord_partial, thanks!", PARTLY),
    ],
    "it takes an id that is named": [
        ("where is order 1008?", SHIPPED),
        ("order id ord_partial", PARTLY),
        ("My order 1008 never came", SHIPPED),
        ("the id is: ord_partial.", PARTLY),
        ("where is #1008", SHIPPED),
        ("#ord_partial", PARTLY),
    ],
    "a number in a sentence is no id": [
        ("my iPhone 15 never came", WHICH),
        ("FL 24 00391", WHICH),
        ("1008", SHIPPED),
        ("on 5 October 2026, a ThinkPad", WHICH),
        ("it came 2 days ago", WHICH),
        ("1008", SHIPPED),
        ("my contract is CTR 1003", WHICH),
        ("I ordered 2 laptops", WHICH),
        ("1008", SHIPPED),
        ("I placed my order 2 days ago", WHICH),
        ("order number 1003", WHICH),
        ("1008", SHIPPED),
        ("purchase order 1003", WHICH),
        ("order 24 00391", WHICH),
        ("1008", SHIPPED),
        ("order 1003 or order 1004", WHICH),
        ("invoice #1003", WHICH),
    ],
    "an answer to “when, and what?” is no id": [
        ("#4711", WHEN_AND_WHAT),
        ("2026", TO_A_COLLEAGUE),
        ("4711", WHEN_AND_WHAT),
        ("on 5 October 2026, 2 screens", TO_A_COLLEAGUE),
        ("4711", WHEN_AND_WHAT),
        ("sorry, I mean order 1008", SHIPPED),
    ],
    "check_id: it asks again, and three times is enough": [
        ("order FL-24-00391", PERHAPS_A_NUMBER),
        ("my iPhone 15", WHICH),
        ("ord_nowhere", f"I cannot find your order this way. {TO_A_COLLEAGUE}"),
        ("1008", SHIPPED),
    ],
    "fix_arguments: the sentence says what is wrong, and the next word is the id": [
        ("ada@example.com", "This is an e-mail address."),
        ("it is 1008", SHIPPED),
    ],
    "retry_later: it keeps the order and the wait": [
        ("order 9002", "Please try again in 12 seconds. To have me look once more, write “again”"),
        ("again, please", "That is a little early: please write “again” in "),
        ("1008", SHIPPED),
        ("again", WHICH),
    ],
    "tell_operator: a person takes over": [
        ("order 1403", f"Please contact our team. {TO_A_COLLEAGUE}"),
        ("1008", SHIPPED),
    ],
}


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_the_support_chat(name: str) -> None:
    conversation = CONVERSATIONS[name]
    lines = run(str(EXAMPLES / "support_chat.py"), text="".join(f"{said}\n" for said, _ in conversation)).splitlines()
    replies = [line.removeprefix("support:  ") for line in lines if line.startswith("support:")]
    for (said, expected), reply in zip(conversation, replies, strict=True):
        assert expected in reply, said
        assert not re.search("Fleet|FlexPortal|Polinate|Senmo", reply)


class Scripted:
    """A server that gives these errors, one after the other, and then an order."""

    def __init__(self, *errors: dict[str, Any]) -> None:
        self.errors = list(errors)
        self.asked: list[str] = []

    async def call_tool(self, name: str, arguments: dict[str, str]) -> types.CallToolResult:
        self.asked.append(arguments["order_id"])
        text = "Your order is on its way."
        if is_error := bool(self.errors):
            text = f"Sorry.\n{json.dumps({'error': self.errors.pop(0)})}"
        return types.CallToolResult(content=[types.TextContent(type="text", text=text)], is_error=is_error)


@pytest.fixture
def support_chat(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(EXAMPLES)
    return importlib.import_module("support_chat")


async def test_the_support_chat_looks_again_once_the_wait_is_over(
    support_chat: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr(support_chat.time, "monotonic", lambda: now)
    server = Scripted({"code": "rate_limited", "retry_after_seconds": 12, "next_step": "retry_later"})
    chat = support_chat.SupportChat(server)
    await chat.reply("order 1008")
    now += 5
    assert await chat.reply("again") == "That is a little early: please write “again” in 7 seconds."
    now += 7
    assert await chat.reply("and again") == "Your order is on its way."
    assert server.asked == ["1008", "1008"]


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ({"code": "unsupported_operation", "next_step": "tell_user"}, "Sorry."),
        ({"code": "newer", "next_step": "newer_than_this_chat"}, f"Sorry. {TO_A_COLLEAGUE}"),
        (
            {"code": "rate_limited", "retry_after_seconds": 86400, "next_step": "retry_later"},
            f"Sorry. {TO_A_COLLEAGUE}",
        ),
    ],
)
async def test_the_support_chat_at_a_step_that_the_sandbox_does_not_have(
    support_chat: Any, error: dict[str, Any], expected: str
) -> None:
    chat = support_chat.SupportChat(Scripted(error))
    assert await chat.reply("1008") == expected
    assert await chat.reply("1008") == "Your order is on its way."


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (["agent_workflow_http.py", "http://127.0.0.1:9/mcp"], "The server cannot be reached: "),
        (["agent_workflow_http.py", "127.0.0.1:8000"], "argument address: write it like http://127.0.0.1:8000/mcp"),
        (["agent_workflow_http.py", "http://127.0.0.1:99999/mcp"], "argument address: write it like"),
        (["agent_workflow_stdio.py", "ord_partial"], "unrecognized arguments: ord_partial"),
        (["support_chat.py", "hello"], "unrecognized arguments: hello"),
        (["agent_pydantic_ai.py"], "The package fastmcp is missing: python -m pip install "),
    ],
)
def test_what_goes_wrong_is_a_sentence(command: list[str], sentence: str) -> None:
    is_sentence(fail(sys.executable, str(EXAMPLES / command[0]), *command[1:]), sentence)


@pytest.mark.parametrize(
    "example", ["agent_workflow_http", "agent_workflow_stdio", "support_chat", "agent_pydantic_ai"]
)
def test_a_missing_package_is_a_sentence(example: str) -> None:
    # Without its site-packages a Python has none of them.
    is_sentence(fail(sys.executable, "-S", str(EXAMPLES / f"{example}.py")), "is missing: ")


@pytest.mark.parametrize("example", ["agent_workflow_stdio", "support_chat"])
def test_a_server_that_does_not_start_is_a_sentence(example: str) -> None:
    program = EXAMPLES / f"{example}.py"
    start = f"import runpy, sys; sys.executable = 'no-such-python'; sys.path.insert(0, {str(EXAMPLES)!r}); "
    failed = fail(
        sys.executable, "-c", f"{start}sys.argv = ['']; runpy.run_path({str(program)!r}, run_name='__main__')"
    )
    is_sentence(failed, "server")


def test_the_host_configuration_names_only_variables_that_exist() -> None:
    [server] = json.loads((EXAMPLES / "host-configuration.json").read_text(encoding="utf-8"))["mcpServers"].values()
    assert set(server["env"]) <= {variable.name for variable in all_variables()}


SETTING = re.compile(r"^#([A-Z0-9_]+)=(.*)$", re.MULTILINE)


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
    configuration, _ = json.JSONDecoder().raw_decode(shown, shown.index("\n{\n") + 1)
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
