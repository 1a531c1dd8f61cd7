"""The examples, the demo and the README's transcript, run as a reader would run them."""

import importlib
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
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
ord_nowhere: not found, ask the customer for the id
FL-24-00391: order 1008, shipped at fleet, ask the customer to act
ada@example.com: several orders (ord_partial partially_fulfilled, ord_cancelled_late canceled, \
ord_250 partially_fulfilled), ask which one
4711: several have this id (fleet shipped, flexportal confirmed, polinate delivered, senmo unknown), ask when and what
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
ANSWERED_BY_ONE = "Thank you. My colleague is going to answer you."
REMEMBERED = "I remember which order it is. For another one, write “order” and its id."

# What a customer writes, and what the reply has to say.
CONVERSATIONS: dict[str, list[tuple[str, str]]] = {
    "it asks, and takes the bare answer": [
        ("hello, where is my order?", WHICH),
        ("1008", SHIPPED),
        ("and my other one?", WHICH),
        ("It’s ord_partial, thanks!", PARTLY),
    ],
    "it takes an id that is named, without having asked": [
        ("where is order 1008?", SHIPPED),
        ("my order id is: ord_partial.", PARTLY),
        ("1008", WHICH),
    ],
    "a number in a sentence is no id, and nobody is asked for ever": [
        ("my iPhone 15 never came", WHICH),
        ("please order 1008 chairs", WHICH),
        ("on 5 October 2026, a ThinkPad", f"I cannot find your order this way. {TO_A_COLLEAGUE}"),
    ],
    "ask_user: an answer to “when, and what?” is no id": [
        ("#4711", WHEN_AND_WHAT),
        ("2026", TO_A_COLLEAGUE),
    ],
    "ask_user: another order may be named": [
        ("#4711", WHEN_AND_WHAT),
        ("sorry, I mean order 1008", SHIPPED),
    ],
    "check_id: it asks again, and three times is enough": [
        ("order number FL-24-00391", PERHAPS_A_NUMBER),
        ("my iPhone 15", WHICH),
        ("ord_nowhere", f"I cannot find your order this way. {TO_A_COLLEAGUE}"),
    ],
    "fix_arguments: the sentence says what is wrong, and the next word is the id": [
        ("my order, please", WHICH),
        ("ada@example.com", "This is an e-mail address."),
        ("it is 1008", SHIPPED),
    ],
    "retry_later: it keeps the order and the wait, whatever is said between": [
        ("order 9002", "Please try again in 12 seconds. To have me look once more, write “again”"),
        ("12", REMEMBERED),
        ("again, please", "That is a little early: please write “again” in "),
        ("Retry!", "That is a little early: please write “again” in "),
        ("not again, it broke again", REMEMBERED),
        ("order 1008", SHIPPED),
        ("again", SHIPPED),
    ],
    "thanks for an order are no question, and no try": [
        ("thanks", WHICH),
        ("1008", SHIPPED),
        *[(said, "You are welcome.") for said in ("Thanks!", "ok", "Great, thank you very much", "bye")],
        ("1008", WHICH),
        ("thanks", WHICH),
        ("1008", SHIPPED),
    ],
    "“again” after an order is one more look-up of it, until there were five": [
        ("order ord_partial", PARTLY),
        ("ok", "You are welcome."),
        *[("again, please", PARTLY)] * 4,
        ("again", f"I cannot look up more orders in one conversation. {TO_A_COLLEAGUE}"),
    ],
    "“again” before any order leads to none": [
        ("again", WHICH),
        ("again", WHICH),
    ],
    "a year or a date is asked about once more": [
        ("where is my order?", WHICH),
        ("2026", WHICH),
        ("It’s 1008.", SHIPPED),
    ],
    "unless it is called an id": [
        ("my order is 2026", WHICH),
        ("the id is 2026", "Please check the id and send it again."),
    ],
    "tell_operator: a person takes over, and nothing more is looked up": [
        ("order 1403", f"Please contact our team. {TO_A_COLLEAGUE}"),
        ("order 1008", ANSWERED_BY_ONE),
        ("again", ANSWERED_BY_ONE),
    ],
    "five look-ups are enough": [
        *[("order 1008", SHIPPED)] * 4,
        ("order 9002", "Please try again in 12 seconds."),
        ("order 1008", f"I cannot look up more orders in one conversation. {TO_A_COLLEAGUE}"),
        ("order 1008", ANSWERED_BY_ONE),
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


def test_the_colleague_who_takes_over_is_told_what_the_number_finds() -> None:
    messages = "my order number is FL-24-00391\nI have no other one\nreally\n"
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / "support_chat.py")],
        input=messages,
        capture_output=True,
        encoding="utf-8",
        timeout=LIMIT,
        check=True,
    )
    assert TO_A_COLLEAGUE in done.stdout
    assert "One order has the number “FL-24-00391”: Fleet order 1008" in done.stderr
    # It may be somebody else's: the customer is told nothing of it.
    assert "1008" not in done.stdout


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
def ids(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(EXAMPLES)
    return importlib.import_module("ids_from_people")


# Each with the id in it.
NAMED = {
    "order 1008": "1008",
    "order 1008 never came": "1008",
    "Order #2024!": "2024",
    "#1008": "1008",
    "where is #1008": "1008",
    "Where is my order? #1008": "1008",
    "order number is 1008": "1008",
    "Good morning, my order no. 1008 is late": "1008",
    "my order id: ord_8x41.": "ord_8x41",
    "the id is: issue-1": "issue-1",
    "ord_partial": "ord_partial",
    "Hi, where’s “order 1008”?": "1008",
    "sorry, I mean order 1008": "1008",
    "What is the status of my order 1008, please?": "1008",
    "I still haven't received my order 1008": "1008",
    "I'm still waiting for order ord_partial, thanks": "ord_partial",
    "Can you please check order 1008?": "1008",
    "\ufefforder 1008": "1008",
    "My order is 1008": "1008",
    "Yes, order nr 1008": "1008",
    "order id:1008": "1008",
    "Where is my order? It's 1008.": "1008",
    "my order, it is ord_partial": "ord_partial",
    "order 1234567890": "1234567890",
    "order number 491701234567": "491701234567",
    "order #491701234567": "491701234567",
    "the id is 2026": "2026",
    "my order number is 12102026": "12102026",
}
ANSWERED = {
    "1008": "1008",
    "15": "15",
    "the number is 1008": "1008",
    "Yes, the number is 2026": "2026",
    "id: 15": "15",
    "2026-a": "2026-a",
    "20261": "20261",
    "491701234567": "491701234567",
    "yes, order 1008 please": "1008",
    "It’s 1008, thanks!": "1008",
    "FL-24-00391": "FL-24-00391",
    "ada@example.com": "ada@example.com",
}
NO_ID = [
    *("please order 1008 chairs", "please order 1008", "order 1008 chairs", "order 1008 now", "can you order #1008"),
    *("I want to order 1008", "I'd like to order 1008, please", "we order 1008 every year", "I did order 1008"),
    *("back order 4500", "back-order 4500", "purchase order 4500", "invoice #1003", "I am #1001", "room #1203"),
    *("not order 1008", "it is not my order 1008", "I didn't order 1008", "I didn't mean order 1008"),
    *(
        "order from 12/05",
        "order 2024 never came",
        "my order 2024",
        "order 05112024",
        "order 20241105",
        "order 2024-11-05",
    ),
    *("my iPhone 15 never came", "order iPhone 15", "order iPhone15", "order WH-1000XM5", "my iPhone #1515"),
    *("order 12", "I ordered 2 laptops", "order 1008 times", "my order 2000 km away", "my order 15th", "order 16GB"),
    *("order $1008", "order 1008€", "order 1,200", "order 1008.50", "order 1008%"),
    *("order 07700900123", "order +447700900123", "order 0770-900123", "my order 10115 Berlin", "my order SW1A 1AA"),
    *("order 491701234567 never came", "my order 4111111111111111", "my order is 49170123456", "order 12345678901"),
    *("my order is 2026", "where is my order? It's 12102026", "order 10252026", "my order is 1008 chairs"),
    *("order 10:08", "my order is 1008:50", "the number is 1008", "my number is 1008"),
    *("order 1003 or order 1004", "order 1008 1009", "#1008 and #1009", "FL 24 00391", "order 24 00391"),
    *("my contract is CTR 1003", "the id is 12-05-2026", "order ١٠٠٨", "my order number 2", "", "order"),
]


@pytest.mark.parametrize("message", NAMED)
def test_an_id_is_taken_that_is_called_one(ids: Any, message: str) -> None:
    assert ids.named_id(message) == ids.answered_id(message) == NAMED[message]


@pytest.mark.parametrize("message", ANSWERED)
def test_some_are_clear_only_as_an_answer(ids: Any, message: str) -> None:
    assert ids.answered_id(message) == ANSWERED[message]
    assert ids.named_id(message) is None


@pytest.mark.parametrize("message", NO_ID)
def test_anything_else_is_no_id(ids: Any, message: str) -> None:
    assert ids.named_id(message) is None


@pytest.mark.parametrize(
    "message",
    [
        *("please order 1008", "1008 chairs", "not 1008", "no 1008", "15th", "12/05", "2026-11-21", "2 weeks", "£45"),
        *("1 2", "2026", "12102026", "10252026", "20261012", "it's 2026", "order 2026", "yes, order 491701234567"),
        *("the number is 10:08", "my phone number is 1008"),
    ],
)
def test_nor_is_every_answer(ids: Any, message: str) -> None:
    assert ids.answered_id(message) is None


def test_the_shapes_are_what_their_titles_say(ids: Any) -> None:
    for shapes in (ids.SENTENCES, ids.ANSWERS):
        for title, pattern in shapes.items():
            assert ids._is(pattern, title)[1].lstrip("#") == "1008", title


@pytest.mark.parametrize(
    "message", ["where is " * 50_000, "order " + "1" * 500_000 + "!x", "order " + "a" * 500_000 + "€"]
)
def test_a_long_message_takes_no_long_time(ids: Any, message: str) -> None:
    started = time.process_time()
    assert ids.answered_id(message) is None
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    "message", ["again", "Again, please!", "try again", "Please try it again.", "retry", "and again"]
)
def test_again_may_be_the_whole_wish(ids: Any, message: str) -> None:
    assert ids.wants_it_again(message)


@pytest.mark.parametrize(
    "message", ["not again!", "never again", "I will try again tomorrow", "it broke again", "against"]
)
def test_again_may_be_inside_another_sentence(ids: Any, message: str) -> None:
    assert not ids.wants_it_again(message)


@pytest.mark.parametrize(
    "message",
    ["Thanks!", "ok", "OK, great", "bye", "Thank you very much. Goodbye!", "no, thanks", "thanks again"],
)
def test_thanks_may_be_all_that_is_said(ids: Any, message: str) -> None:
    assert ids.says_thanks(message)


@pytest.mark.parametrize(
    "message", ["", "not great", "no", "again", "thanks, and my other one?", "ok, where is it", "great, it broke"]
)
def test_thanks_may_be_inside_another_sentence(ids: Any, message: str) -> None:
    assert not ids.says_thanks(message)


@pytest.fixture
def support_chat(ids: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    before = signal.getsignal(signal.SIGINT)
    yield importlib.import_module("support_chat")
    signal.signal(signal.SIGINT, before)


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
    assert await chat.reply("#1008") == expected


async def test_a_conversation_has_five_look_ups_whatever_comes_of_them(
    support_chat: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = {"code": "rate_limited", "retry_after_seconds": 0, "next_step": "retry_later"}
    server = Scripted(*[later] * 9)
    chat = support_chat.SupportChat(server)
    replies = [await chat.reply(message) for message in ["order 1008", *["again"] * 7]]
    assert server.asked == ["1008"] * 5
    assert TO_A_COLLEAGUE in replies[5] and replies[6:] == [ANSWERED_BY_ONE] * 2


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (["agent_workflow_http.py", "http://127.0.0.1:9/mcp"], "The server cannot be reached: "),
        (["agent_workflow_http.py", "127.0.0.1:8000"], "argument address: write it like http://127.0.0.1:8000/mcp"),
        (["agent_workflow_http.py", "http://127.0.0.1:99999/mcp"], "argument address: write it like"),
        (["agent_workflow_stdio.py", "ord_partial"], "unrecognized arguments: ord_partial"),
        (["support_chat.py", "hello"], "unrecognized arguments: hello"),
        (["agent_pydantic_ai.py"], 'is missing: .venv/bin/python -m pip install "pydantic-ai-slim[mcp,openai]"'),
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


CHAT = [sys.executable, str(EXAMPLES / "support_chat.py")]
STARTED = b"order-mcp: sandbox mode, every answer is made up.\n"
# Whoever asks nothing may have left before the server has said it.
STARTED_PERHAPS = (STARTED, b"")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"", b""),
        (b"order \xff\xfe1008\xe9\n", WHICH.encode()),
        ("where is order 1008?\n".encode("utf-16"), WHICH.encode()),
        (b"order 1008", "“FL-24-00391” (id 1008)".encode()),
    ],
)
def test_the_support_chat_reads_anything_to_its_end(text: bytes, expected: bytes) -> None:
    done = subprocess.run(CHAT, input=text, capture_output=True, timeout=LIMIT, check=False)
    assert done.returncode == 0 and done.stderr in STARTED_PERHAPS
    assert expected in done.stdout


def test_the_support_chat_writes_to_a_terminal_that_knows_no_quotation_marks() -> None:
    variables = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(CHAT, input=b"order 1008", capture_output=True, timeout=LIMIT, check=False, env=variables)
    assert (done.returncode, done.stderr) == (0, STARTED)
    assert b"?FL-24-00391? (id 1008)" in done.stdout


@pytest.mark.skipif(os.name == "nt", reason="pipes and signals of POSIX")
@pytest.mark.parametrize("streams", ["<&-", "< /dev/null >&-"])
def test_the_support_chat_needs_no_open_streams(streams: str) -> None:
    done = subprocess.run(f"{shlex.join(CHAT)} {streams}", shell=True, capture_output=True, timeout=LIMIT, check=False)
    assert (done.returncode, done.stdout) == (0, b"") and done.stderr in STARTED_PERHAPS


@pytest.mark.skipif(os.name == "nt", reason="pipes and signals of POSIX")
@pytest.mark.parametrize("example", ["agent_workflow_stdio", "support_chat"])
def test_a_reader_who_leaves_ends_an_example_quietly(example: str) -> None:
    reads, writes = os.pipe()
    os.close(reads)
    command = [sys.executable, str(EXAMPLES / f"{example}.py")]
    done = subprocess.run(
        command, input=b"order 1008\n", stdout=writes, stderr=subprocess.PIPE, timeout=LIMIT, check=False
    )
    os.close(writes)
    assert (done.returncode, done.stderr) == (141, STARTED)


def stopped(process: subprocess.Popen[str]) -> str:
    """What it still says on standard error after Ctrl-C."""
    process.send_signal(signal.SIGINT)
    assert process.wait(LIMIT) == 130
    assert process.stderr
    return process.stderr.read()


@pytest.mark.skipif(os.name == "nt", reason="pipes and signals of POSIX")
@pytest.mark.parametrize("example", ["agent_workflow_http", "agent_workflow_stdio", "support_chat"])
def test_ctrl_c_ends_an_example_quietly_while_it_starts(example: str) -> None:
    command = [sys.executable, "-X", "importtime", str(EXAMPLES / f"{example}.py")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, encoding="utf-8") as process:
        assert process.stderr
        while "anyio" not in process.stderr.readline():
            pass
        assert "Traceback" not in stopped(process)


@pytest.mark.skipif(os.name == "nt", reason="pipes and signals of POSIX")
@pytest.mark.parametrize("message", ["where is my order?\n", "order 9001\n"], ids=["waiting", "looking"])
def test_ctrl_c_ends_the_chat_quietly(message: str) -> None:
    pipe = subprocess.PIPE
    with subprocess.Popen(CHAT, stdin=pipe, stdout=pipe, stderr=pipe, encoding="utf-8") as process:
        assert process.stdin and process.stdout
        process.stdin.write(message)
        process.stdin.flush()
        process.stdout.readline()
        assert stopped(process) == STARTED.decode()


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
    assert config.accounts["fleet"].setup.settings is not None
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
