"""The first answer: given at once, the SDK's own to the byte, and left to the SDK wherever there is a doubt."""

import json
import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from mcp.shared.inbound import InboundModernRoute, classify_inbound_request
from mcp_types.methods import validate_client_request

from dev.documents import ROOT
from dev.first_words import (
    CLIENT,
    DISCOVER,
    EARLY,
    FIRST_WORDS,
    SDK_ONLY,
    VERSIONS,
    initialize,
    line,
    module,
    said_by_the_sdk,
)
from order_mcp.commands.cli import main
from order_mcp.config import read_config, read_environment
from order_mcp.environment import ConfigurationError, problem_at_start
from order_mcp.protocol.certain import ASKS_TO_DISCOVER, ASKS_TO_INITIALIZE, fits
from order_mcp.sandbox import Running, running

from .conversations import Played, answers, compared, said_early
from .processes import ENVELOPE, LEGACY, MODERN, PATIENCE, Program, started, until, variables_for

INITIALIZED = {"jsonrpc": "2.0", "method": "notifications/initialized"}


def request(method: str, id: Any, **params: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": id, "method": method, "params": params}


def discover(id: Any = 1, **meta: Any) -> dict[str, Any]:
    return {**DISCOVER, "id": id, "params": {"_meta": DISCOVER["params"]["_meta"] | meta}}


def handshake(id: Any = 1, **params: Any) -> dict[str, Any]:
    message = initialize(LEGACY, id)
    return {**message, "params": message["params"] | params}


# The same words -----------------------------------------------------------------------------------------------------


def test_the_first_words_are_what_the_sdk_says_today() -> None:
    assert module() == FIRST_WORDS.read_text(encoding="utf-8"), "run `make regen`"


@pytest.mark.parametrize("id", [0, 1, -7, 10**60, "0", "", "probe-1", "a/b <&> {~}", 'a"\\\n\x7f\u2028é😀', "x" * 300])
def test_the_early_answer_is_the_sdks_to_the_byte(id: Any) -> None:
    versions = [*VERSIONS, "2026-07-28", "2024-10-07", "1999-01-01", "9999-99-99", "draft", ""]
    for message in [discover(id), *(initialize(version, id) for version in versions)]:
        early, ours, alone = compared(line(message))
        assert early == ours == alone
        assert json.loads(alone)["id"] == id and "result" in json.loads(alone)


@pytest.mark.parametrize("version", ["2027-01-01", LEGACY, 'x"\\é\n', ""])
def test_a_discover_of_another_version_is_refused_in_the_sdk_s_words_and_leaves_the_era_open(version: str) -> None:
    asked = line(discover(**{"io.modelcontextprotocol/protocolVersion": version}))
    early, ours, alone = compared(asked)
    assert early == ours == alone
    assert json.loads(alone)["error"]["data"]["requested"] == version
    ours, alone = said_early(asked + HELLO)[1], said_by_the_sdk(asked + HELLO)
    refused, answered = ours.splitlines()
    assert "result" in json.loads(answered) and "error" in json.loads(refused)
    assert "error" in json.loads(alone.splitlines()[1]), "the SDK alone would have locked the pipe"


@pytest.mark.parametrize("name", ["Pöst 😀", 'a"b\\c', "\x7f\u2028"])
def test_a_client_whose_name_is_escaped_is_answered_early(name: str) -> None:
    for message in (handshake(clientInfo={"name": name, "version": "1"}), discover()):
        sent = json.dumps(message, ensure_ascii=True).encode() + b"\n"
        early, ours, alone = compared(sent)
        assert early == ours == alone


def whole_output(command: tuple[str, ...], sent: bytes) -> tuple[int, bytes, bytes]:
    ended = subprocess.run(command, input=sent, capture_output=True, timeout=PATIENCE, env=variables_for({}))
    return ended.returncode, ended.stdout, ended.stderr


HELLO = line(handshake())
NAMED = line(handshake(clientInfo={"name": "NAME", "version": "1"}))
# Bytes rather than messages: what is a line, and what is a character in it.
AS_BYTES = {
    "byte order mark": b"\xef\xbb\xbf" + HELLO,
    "UTF-16": HELLO.strip().decode().encode("utf-16-be") + b"\x00\n",
    "CR between messages": b"\n \r\n" + HELLO.strip() + b"\r" + line(INITIALIZED),
    "CR as white space": HELLO.replace(b",", b",\r"),
    "not UTF-8": NAMED.replace(b"NAME", b"\xff\xed\xa0\x80"),
    "a megabyte without a newline at its end": NAMED.strip().replace(b"NAME", "é\u2028中".encode() * 125_000),
}


@pytest.mark.parametrize("name", AS_BYTES)
def test_bytes_that_are_no_plain_line_get_what_the_sdk_alone_says_to_them(name: str) -> None:
    _, ours, alone = compared(AS_BYTES[name])
    assert ours == alone
    assert bool(alone) is (name in ("CR between messages", "not UTF-8", "a megabyte without a newline at its end"))


def test_a_process_reads_bytes_as_the_sdk_does() -> None:
    sent = AS_BYTES["a megabyte without a newline at its end"]
    assert whole_output(EARLY, sent) == whole_output(SDK_ONLY, sent)


# What is not certain ------------------------------------------------------------------------------------------------

UNCERTAIN = {
    "a byte order mark": b"\xef\xbb\xbf" + HELLO,
    "an empty line": b"\n",
    "an id beyond the certain ones": line(handshake(10**100 + 1)),
    "an enormous id": HELLO.replace(b'"id":1', b'"id":' + b"9" * 5000),
    "a fraction as id": line(handshake(1.5)),
    "a whole float as id": line(handshake(1.0)),
    "an exponent in the id": HELLO.replace(b'"id":1', b'"id":1e0'),
    "a null id": line(handshake(None)),
    "true as id": line(handshake(True)),
    "a list as id": line(handshake([1])),
    "no capabilities": line(handshake(capabilities=None)),
    "capabilities of the wrong kind": line(handshake(capabilities=[])),
    "a capability of the wrong kind": line(handshake(capabilities={"roots": True})),
    "a capability malformed inside": line(handshake(capabilities={"roots": {"listChanged": {}}})),
    "no client info": line(handshake(clientInfo=None)),
    "client info without a version": line(handshake(clientInfo={"name": "x"})),
    "a client with a number for a name": line(handshake(clientInfo={"name": 1, "version": "1"})),
    "a version that is no text": line(handshake(protocolVersion=20251125)),
    "params as a list": line({**handshake(), "params": []}),
    "no params": line({"jsonrpc": "2.0", "id": 1, "method": "initialize"}),
    "an unknown member beside the known ones": line({**handshake(), "result": {}}),
    "another JSON-RPC": line({**handshake(), "jsonrpc": "1.0"}),
    "a batch": line([handshake(), discover(2)]),
    "JSON that is cut off": HELLO[:-3] + b"\n",
    "two messages on a line": HELLO.strip() + HELLO,
    "text behind the message": HELLO.strip() + b" x\n",
    "single quotes": HELLO.replace(b'"', b"'"),
    "a lone surrogate": NAMED.replace(b"NAME", b"\\ud800"),
    "a lone surrogate in capitals": NAMED.replace(b"NAME", b"\\uDFFF"),
    "deep nesting": NAMED.replace(b'"capabilities":{', b'"capabilities":{"x":' + b"[" * 300 + b"]" * 300),
    "nesting beyond any stack": b"[" * 200_000 + b"\n",
    "an enormous number": NAMED.replace(b'"capabilities":{', b'"capabilities":{"x":' + b"9" * 5000),
    "an answer that nobody asked for": line({"jsonrpc": "2.0", "id": 1, "result": {}}),
    "discover without an envelope": line(request("server/discover", 1)),
    "discover with half an envelope": line(request("server/discover", 1, _meta=dict(list(ENVELOPE.items())[:1]))),
    "discover with a strange log level": line(discover(**{"io.modelcontextprotocol/logLevel": "loud"})),
    "discover with bad capabilities": line(discover(**{"io.modelcontextprotocol/clientCapabilities": None})),
    "discover with a strange token": line(discover(progressToken={})),
    "a progress token that is null": line(handshake(_meta={"progressToken": None})),
    "ping first": line(request("ping", 1)),
    "tools/list first": line(request("tools/list", 1)),
    "tools/list of the modern era first": line(request("tools/list", 1, _meta=ENVELOPE)),
    "a method that nobody knows": line(request("no/such", 1)),
}


@pytest.mark.parametrize("uncertain", UNCERTAIN)
def test_what_is_not_certain_is_left_to_the_sdk(uncertain: str) -> None:
    sent = UNCERTAIN[uncertain]
    # And so is all that follows, even what would have been certain.
    for lines in (sent, sent + line(request("ping", 8)) + line(discover(9))):
        early, ours, alone = compared(lines)
        assert (early, ours) == (b"", alone)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(["debug", LEGACY]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
EVERYTHING: dict[str, Any] = {
    "roots": {"listChanged": True},
    "sampling": {"context": {}, "tools": {}},
    "elicitation": {"form": {}, "url": {}},
    "tasks": {"list": {}, "cancel": {}, "requests": {"sampling": {"createMessage": {}}, "elicitation": {"create": {}}}},
    "experimental": {"x": {"y": [1, None]}},
    "extensions": {"io.modelcontextprotocol/ui": {"mimeTypes": ["text/html;profile=mcp-app"]}},
}
SOMEBODY = CLIENT | {
    "title": "T",
    "description": "D",
    "websiteUrl": "https://example.com",
    "icons": [{"src": "data:,", "mimeType": "image/png", "sizes": ["any"], "theme": "dark"}],
}
META = {"progressToken": 1, "traceparent": "00-1-2-3", "io.modelcontextprotocol/logLevel": "info"}
FULL = [
    handshake(capabilities=EVERYTHING, clientInfo=SOMEBODY, _meta=META),
    discover(
        **META
        | {"io.modelcontextprotocol/clientCapabilities": EVERYTHING, "io.modelcontextprotocol/clientInfo": SOMEBODY}
    ),
]
NAMES = sorted({name for message in FULL for name in re.findall(r'"([^"]+)":', json.dumps(message))})


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every member of a message."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [way for key, inner in members for way in [(*path, key), *places(inner, (*path, key))]]


@st.composite
def mutated(draw: st.DrawFn) -> dict[str, Any]:
    """A full message with up to three of its members replaced, left out or joined by another."""
    message = deepcopy(draw(st.sampled_from(FULL)))
    for _ in range(draw(st.integers(0, 3))):
        *way, last = draw(st.sampled_from(places(message)))
        holder: Any = message
        for key in way:
            holder = holder[key]
        match draw(st.sampled_from(["replace", "leave out", "join"])):
            case "replace":
                holder[last] = draw(JSON)
            case "leave out":
                del holder[last]
            case "join" if isinstance(holder, dict):
                holder[draw(st.sampled_from(NAMES))] = draw(JSON)
    return message


@given(mutated())
@settings(max_examples=200, deadline=None)
@example(handshake(_meta={"progressToken": None}))
def test_whatever_a_first_message_looks_like_it_gets_what_the_sdk_alone_says(message: dict[str, Any]) -> None:
    early, ours, alone = compared(line(message))
    assert ours == alone
    assert early in (b"", ours)


@given(mutated())
@settings(max_examples=400, deadline=None)
@example(discover(**{"io.modelcontextprotocol/protocolVersion": ""}))
@example(handshake(_meta={"progressToken": None}))
def test_a_message_of_the_certain_shapes_is_one_that_the_sdk_accepts(message: dict[str, Any]) -> None:
    message = json.loads(json.dumps(message))
    if fits(message, ASKS_TO_INITIALIZE):
        validate_client_request("initialize", LEGACY, message["params"])
    if fits(message, ASKS_TO_DISCOVER):
        validate_client_request("server/discover", "2026-07-28", message["params"])
        verdict = classify_inbound_request(message)
        asked = message["params"]["_meta"]["io.modelcontextprotocol/protocolVersion"]
        assert isinstance(verdict, InboundModernRoute) if asked == MODERN else verdict.code == -32022


def test_messages_with_everything_in_them_are_certain() -> None:
    for message in FULL:
        early, ours, _ = compared(line(message))
        assert early == ours != b""


# Sequences ----------------------------------------------------------------------------------------------------------

LIST, CALL = request("tools/list", 8), request("tools/call", 9, name="get_order", arguments={"order_id": "issue-1"})
MODERN_LIST = request("tools/list", 8, _meta=ENVELOPE)
MODERN_CALL = {**CALL, "params": CALL["params"] | {"_meta": ENVELOPE}}
CANCELLED = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1}}
LEGACY_WORK, MODERN_WORK = [handshake(5), INITIALIZED, LIST, CALL], [MODERN_LIST, MODERN_CALL]
SEQUENCES = {
    "discover, then initialize": [discover(), *LEGACY_WORK],
    "notifications in between": [CANCELLED, discover(1), INITIALIZED, discover("2"), CANCELLED, *LEGACY_WORK],
    "the same id again": [discover(5), *LEGACY_WORK],
    "discover, then modern calls and a late discover": [discover(1), discover(2), *MODERN_WORK, discover("late")],
}


@pytest.fixture(scope="module")
def box() -> Iterator[Running]:
    with running(port=0) as box:
        yield box


def send_and_wait(program: Program | Played, message: dict[str, Any]) -> None:
    count = len(program.lines)
    program.write(line(message))
    if "id" in message:
        until(lambda: len(program.lines) > count, f"an answer to {message['method']}")


def assert_works(messages: list[dict[str, Any]], lines: list[bytes]) -> None:
    """The first discover is answered, and so is all the work that followed it."""
    ids = [message["id"] for message in messages if "id" in message]
    probe = json.loads(lines[0])
    assert probe["id"] == ids.pop(0) and probe["result"]["supportedVersions"] == [MODERN]
    said = answers(lines[1:])
    assert sorted(said, key=str) == sorted(ids, key=str)
    assert {tool["name"] for tool in said[8]["result"]["tools"]} == {"get_order", "get_cart", "find_orders"}
    assert said[9]["result"]["structuredContent"]["provider"] == "senmo"
    assert all(each["result"] == probe["result"] for each in said.values() if "supportedVersions" in each["result"])


@pytest.mark.parametrize("pace", ["at once", "one after the other"])
@pytest.mark.parametrize("sequence", SEQUENCES)
def test_a_sequence_ends_in_a_working_connection(pace: str, sequence: str, box: Running) -> None:
    messages = SEQUENCES[sequence]
    played = Played(box.environment)
    if pace == "at once":
        played.write(b"".join(map(line, messages)))
    else:
        for message in messages:
            send_and_wait(played, message)
    until(lambda: len(played.lines) >= sum("id" in message for message in messages), "every answer")
    played.leave()
    assert_works(messages, played.lines)


@pytest.mark.parametrize("sequence", ["discover, then initialize", "discover, then modern calls and a late discover"])
def test_a_sequence_works_also_when_the_sdk_has_been_loaded_meanwhile(sequence: str) -> None:
    messages = SEQUENCES[sequence]
    with started("--sandbox") as program:
        send_and_wait(program, messages[0])
        until(lambda: "sandbox" in program.stderr, "everything to be imported")
        for message in messages[1:]:
            send_and_wait(program, message)
        assert program.leave() == 0
    assert_works(messages, program.lines)


def test_the_era_that_was_settled_stays() -> None:
    modern = said_early(line(discover()) + line(MODERN_LIST) + line(handshake(5)))[1]
    assert answers(modern.splitlines())[5]["error"]["code"] == -32022
    legacy = said_early(line(discover()) + line(handshake(5)) + line(MODERN_LIST))[1]
    assert answers(legacy.splitlines())[8]["error"]["code"] == -32600


# The end ------------------------------------------------------------------------------------------------------------

STAGES = {
    "half a line": HELLO[:40],
    "discover": line(discover()),
    "a notification": line(CANCELLED),
    "a call in flight": HELLO + line(INITIALIZED) + line(CALL),
    "a line that is no message": b"{}\n",
}


@pytest.mark.parametrize("stage", STAGES)
def test_it_ends_when_its_input_closes(stage: str) -> None:
    played = Played({})
    played.write(STAGES[stage])
    played.leave()
    answers(played.lines)


def test_a_process_ends_when_its_input_closes_in_the_middle_of_a_call() -> None:
    with started() as program:
        program.stdin.write(STAGES["a call in flight"])
        program.stdin.flush()
        assert program.leave() == 0
        assert program.stderr == ""
    answers(program.lines)


def test_it_ends_when_its_input_closes_after_a_while() -> None:
    with started("--sandbox") as program:
        send_and_wait(program, discover())
        until(lambda: "sandbox" in program.stderr, "everything to be imported")
        began = time.monotonic()
        assert program.leave() == 0
        assert time.monotonic() - began < 5


# The command line ---------------------------------------------------------------------------------------------------

MISTAKES: list[tuple[list[str], dict[str, str]]] = [
    ([], {"ORDER_MCP_TIMEOUT_SECONDS": "bad"}),
    (["--env-file", "no/such/file"], {}),
    (["--env-file", "--sandbox"], {}),
    (["--no-such-option"], {}),
    (["serve", "--sandbox"], {"ORDER_MCP_AUDIENCE": "everybody"}),
    ([], {"ORDER_MCP_AUDIENC": "customer"}),
    ([], {"ORDER_MCP_TIMEOUT_SECONDS": "9", "ORDER_MCP_DEADLINE_SECONDS": "8"}),
    ([], {"ORDER_MCP_TIMEOUT_SECONDS": "30"}),
]


@pytest.mark.parametrize(("arguments", "variables"), MISTAKES)
def test_a_mistake_is_reported_as_without_the_early_answers(
    arguments: list[str],
    variables: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    with subprocess.Popen(
        [*EARLY, *arguments],
        env=variables_for(variables),
        stdin=subprocess.PIPE,  # open to the end: nobody may wait for it
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        assert process.stdin and process.stdout and process.stderr
        process.stdin.write(line(discover()).decode())
        process.stdin.flush()
        early = process.wait(PATIENCE), process.stderr.read()
        assert process.stdout.read() == "", "a host that was answered would show a server that works"
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    try:
        code = main(arguments)
    except SystemExit as exit:
        code = exit.code
    assert early == (code, capfd.readouterr().err)
    assert code == 2 and "order-mcp: " in early[1]


FILE = str(ROOT / "examples" / "order-mcp.env")  # sets nothing
STARTS_EARLY = [[], ["serve"], ["--sandbox"], ["serve", "--sandbox"], ["--sandbox", "serve"]]
STARTS_EARLY += [["--env-file", FILE], [f"--env-file={FILE}", "serve"], ["serve", "--env-file", FILE]]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("ORDER_MCP_AUDIENCE=everybody\n", 2),
        (" export ORDER_MCP_LOG_LEVEL=LOUD \nFLEET_API_KEY=x\n", 2),
        ("ORDER_MCP_AUDIENC=customer\n", 2),
        ("ORDER_MCP_AUDIENCE = costumer # who\n", 2),
        ("SENMO_PASSWORD='a b'\nthis is not a line\n", 2),
        # These take more than the standard library to read: the host is answered, and then told with every call.
        ('FLEET_API_KEY="abc\nORDER_MCP_AUDIENCE=costumer\n', 0),
        ("ORDER_MCP_DEFAULT_PROVIDER=shopify\n", 0),
    ],
)
def test_what_is_wrong_with_a_file_ends_the_start_or_is_said_by_every_call(
    text: str, code: int, tmp_path: Path
) -> None:
    file = tmp_path / "order-mcp.env"
    file.write_text(text, encoding="utf-8")
    calls = [
        request("tools/call", id, name=tool, arguments={f"{tool[4:]}_id": "1"})
        for id, tool in ((2, "get_order"), (3, "get_cart"))
    ]
    ended, said, told = talked({}, [handshake(), INITIALIZED, *calls], 0 if code else 3, "--env-file", str(file))
    assert ended == code and told.startswith("order-mcp: ") and "Traceback" not in told
    for result in said[1:]:
        assert result["isError"] and '"code":"not_configured"' in result["content"][0]["text"]
        assert told.removeprefix("order-mcp: ").strip() in result["content"][0]["text"]


def talked(
    variables: dict[str, str], sent: list[dict[str, Any]], expected: int, *arguments: str
) -> tuple[int, list[Any], str]:
    """Exit code, so many results, and standard error of a server that is sent all of this at once."""
    with subprocess.Popen(
        [*EARLY, *arguments],
        env=variables_for(variables),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin and process.stdout and process.stderr
        with suppress(BrokenPipeError):  # it may have ended by now
            process.stdin.write(b"".join(map(line, sent)))
            process.stdin.flush()
        results = [json.loads(process.stdout.readline())["result"] for _ in range(expected)]
        rest, told = process.communicate(timeout=PATIENCE)
    assert rest == b""
    return process.returncode, results, told.decode()


def test_a_broken_server_tells_a_customer_no_more_than_any_other() -> None:
    call = request("tools/call", 2, name="get_order", arguments={"order_id": "1"})
    variables = {"ORDER_MCP_AUDIENCE": "customer", "ORDER_MCP_DEFAULT_PROVIDER": "shopify"}
    _, said, told = talked(variables, [handshake(), INITIALIZED, call], 2)
    assert "Please contact our team." in said[1]["content"][0]["text"] and "ORDER_MCP" not in json.dumps(said)
    assert "ORDER_MCP_DEFAULT_PROVIDER must be one of" in told


# Each is malformed, and seen before a host is answered.
SEEN_EARLY = {
    "blanks around the sign": "ORDER_MCP_AUDIENCE = costumer\n",
    "a comment behind the value": "ORDER_MCP_AUDIENCE=costumer # who\n",
    "a sign of a comment in the value": "ORDER_MCP_AUDIENCE=agent#who\n",
    "exported with a tab": "export\tORDER_MCP_AUDIENCE=costumer\n",
    "a quoted value": 'ORDER_MCP_AUDIENCE="costumer"\n',
    "a quoted value with a comment": "ORDER_MCP_AUDIENCE='costumer'# it's who\n",
    "below a quoted value": "SENMO_PASSWORD='a \" b'\nORDER_MCP_AUDIENCE=costumer\n",
    "below an apostrophe": "SENMO_USERNAME=O'Hara\n# it='s\nORDER_MCP_AUDIENCE=costumer\n",
    "above a text of several lines": 'ORDER_MCP_AUDIENCE=costumer\nX="a\nb"\n',
    "a timeout over the default": "ORDER_MCP_TIMEOUT_SECONDS=30\n",
    "a misspelled name": "ORDR_MCP_AUDIENCE=customer\n",
    "no line": "\nFLEET_API_KEY=k\r\nthis is not a line\n",
    "no equals sign": "ORDER_MCP_AUDIENCE\n",
    "a comment instead of it": "ORDER_MCP_AUDIENCE # = customer\n",
    "nothing before it": "export =customer\n",
    "a second variable in the value": "X=bar;ORDER_MCP_AUDIENCE=customer\n",
    "another value further down": "ORDER_MCP_AUDIENCE=customer\nX=1\nORDER_MCP_AUDIENCE=\n",
}


def written(folder: Path, text: str) -> str:
    file = folder / "order-mcp.env"
    file.write_text(text, encoding="utf-8", newline="")
    return str(file)


def told_by_the_configuration(monkeypatch: pytest.MonkeyPatch, process: dict[str, str], file: str) -> str | None:
    """What the configuration says of these variables and this file; None if it takes them."""
    with monkeypatch.context() as patch:
        patch.setattr(os, "environ", process)
        try:
            read_config(read_environment(file))
        except ConfigurationError as problem:
            return str(problem)
    return None


@pytest.mark.parametrize("name", SEEN_EARLY)
def test_a_malformed_file_is_seen_early_and_told_in_the_same_words(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(tmp_path, SEEN_EARLY[name])
    told = problem_at_start({}, file)
    assert told is not None and told == told_by_the_configuration(monkeypatch, {}, file)


# Each is malformed, and only seen when everything is loaded.
SEEN_LATE = {
    "an open quotation mark": 'FLEET_API_KEY="abc\n',
    "below one": 'X="abc\ndef"\nORDER_MCP_AUDIENCE=costumer\n',
    "below an escape in quotation marks": "X='it\\'s'\nORDER_MCP_AUDIENCE=costumer\n",
    "below a quoted name": "'X'=1\nORDER_MCP_AUDIENCE=costumer\n",
    "text behind a quotation mark": "X='a' b\n",
    "a provider that is none": "ORDER_MCP_DEFAULT_PROVIDER=fleeet\n",
}


@pytest.mark.parametrize("name", SEEN_LATE)
def test_what_is_in_doubt_early_is_left_to_the_configuration(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(tmp_path, SEEN_LATE[name])
    assert problem_at_start({}, file) is None
    assert told_by_the_configuration(monkeypatch, {}, file)


PIECES = st.sampled_from(
    [
        *("ORDER_MCP_AUDIENCE", "ORDER_MCP_TIMEOUT_SECONDS", "ORDER_MCP_DEADLINE_SECONDS", "ORDER_MCP_SANDBOX", "X"),
        *(
            "ORDR_MCP_AUDIENCE",
            "export",
            "=",
            "=",
            "=",
            " ",
            "\t",
            "#",
            "'",
            '"',
            "\\",
            "\\'",
            "\n",
            "\n",
            "\r",
            "\r\n",
        ),
        *("agent", "costumer", "30", "40", "1", "\ufeff", "\x0b", "\x85", "\u2028", "\xa0"),
    ]
)
BLANKS = st.sampled_from(["", "", " ", "\t", "\x85"])
KEYS = st.sampled_from(["ORDER_MCP_AUDIENCE", "ORDER_MCP_TIMEOUT_SECONDS", "ORDER_MCP_DEADLINE_SECONDS", "X", "'X'"])
WORDS = st.sampled_from(
    ["agent", "costumer", "30", "40", "10", "", "a b", "it's", "'a b'", '"30"', '"a', 'b"', "'it\\'s'"]
)
# Mostly what is right, so that a whole file sometimes is.
GOOD = st.sampled_from(
    [
        *(("ORDER_MCP_AUDIENCE", "agent"), ("ORDER_MCP_AUDIENCE", "'agent'"), ("ORDER_MCP_TIMEOUT_SECONDS", "30")),
        *(("ORDER_MCP_DEADLINE_SECONDS", "40"), ("ORDER_MCP_DEADLINE_SECONDS", '"40"'), ("X", '"a\nb"'), ("Y", "it's")),
    ]
)
SETTINGS = (GOOD | GOOD | GOOD | st.tuples(KEYS, WORDS)).flatmap(
    lambda pair: st.tuples(st.just(pair[0]), BLANKS, st.just("="), BLANKS, st.just(pair[1])).map("".join)
)
LINES = st.builds(
    "".join,
    st.tuples(
        *(st.sampled_from(["", "", "export ", "# "]), SETTINGS, BLANKS),
        *(st.sampled_from(["", "", "#", "# it's", 'b"']), st.sampled_from(["\n", "\n", "\r\n", "\r"])),
    ),
)
FILES = st.lists(LINES | LINES | st.lists(PIECES, max_size=6).map("".join), max_size=6).map("".join)
IN_THE_PROCESS = st.fixed_dictionaries(
    {},
    optional={
        "ORDER_MCP_AUDIENCE": st.sampled_from(["", "agent", "<ORDER_MCP_AUDIENCE>"]),
        "ORDER_MCP_TIMEOUT_SECONDS": st.sampled_from([" ", "30", "${user_config.x}"]),
        "ORDER_MCP_DEADLINE_SECONDS": st.sampled_from(["", "10", "40"]),
    },
)


@given(FILES, IN_THE_PROCESS)
@settings(max_examples=1_000, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example('X="a\nb"\nORDER_MCP_DEADLINE_SECONDS=40\n', {"ORDER_MCP_TIMEOUT_SECONDS": "30"})
@example("ORDER_MCP_DEADLINE_SECONDS=40\n", {"ORDER_MCP_TIMEOUT_SECONDS": "30", "ORDER_MCP_DEADLINE_SECONDS": ""})
@example('# "\nX=\'a\'\nORDER_MCP_TIMEOUT_SECONDS=30\nORDER_MCP_DEADLINE_SECONDS="40"\n', {})
@example("ORDER_MCP_AUDIENCE = agent # who\n", {})
@example("X='a\\' #\nthis is not a line\n'\n", {})
@example('X="a\\" #\nthis is not a line\n"\n', {})
@example("\ufeff\ufeffORDER_MCP_AUDIENCE=agent\n", {})
def test_whatever_stands_in_a_file_the_early_check_refuses_only_what_the_configuration_refuses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, process: dict[str, str]
) -> None:
    file = written(tmp_path, text)
    early, late = problem_at_start(process, file), told_by_the_configuration(monkeypatch, process, file)
    assert early is None or late is not None
    # Without quotation marks nothing is in doubt.
    assert (early is None) == (late is None) or {"'", '"'} & set(text)


STARTS_LATE = [["serve", "--http"], ["--sandbox", "serve", "--http", "--port", "0"], ["demo"], ["doctor"], ["sandbox"]]
STARTS_LATE += [["--help"], ["serve", "--help"], ["--version"], ["get-order", "1"], ["serve", "serve"], ["--env-file"]]


@pytest.mark.parametrize("arguments", STARTS_EARLY + STARTS_LATE, ids=" ".join)
def test_only_a_server_over_stdio_answers_early(arguments: list[str]) -> None:
    # In a process of its own, with a command line that only waits: what is said now was said early.
    code = (
        "import sys, types; name = 'order_mcp.commands.cli'; cli = sys.modules[name] = types.ModuleType(name)\n"
        "import queue; lines = queue.SimpleQueue()\n"
        "cli.main = lambda pipe, labels: 0 if pipe is None else pipe.listen(lines.put) or lines.get() and 1\n"
        "from order_mcp.__main__ import main; sys.exit(main())"
    )
    ended, said, _ = whole_output((sys.executable, "-c", code, *arguments), HELLO)
    is_early = arguments in STARTS_EARLY
    assert (ended, said) == ((1, said_by_the_sdk(HELLO)) if is_early else (0, b""))


def test_nothing_but_the_standard_library_is_loaded_before_the_first_answer() -> None:
    def loaded(statement: str) -> set[str]:
        code = f"import sys; {statement}; print(*sys.modules)"
        return set(whole_output((sys.executable, "-c", code), b"")[1].decode().split())

    more = loaded("import order_mcp.__main__") - loaded("pass")
    assert {name for name in more if name.split(".")[0] not in sys.stdlib_module_names} == {
        "order_mcp",
        "order_mcp.__main__",
        "order_mcp.protocol",
        "order_mcp.protocol.certain",
        "order_mcp.protocol.early",
        "order_mcp.protocol.first_words",
    }
    assert not more & {"asyncio", "logging", "argparse", "subprocess", "email", "http", "ssl", "inspect"}


# The door -----------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(os.name == "nt", reason="a shell closes the streams")
@pytest.mark.parametrize(("streams", "code"), [("2>&-", 0), ("<&-", 3), ("2>&- >&-", 3)])
def test_a_host_that_leaves_a_stream_closed_gets_a_connection_or_one_line(streams: str, code: int) -> None:
    command = f"exec {shlex.join([*EARLY, '--sandbox'])} {streams}"
    with subprocess.Popen(["sh", "-c", command], stdin=-1, stdout=-1, stderr=-1, env=variables_for({})) as process:
        assert process.stdin and process.stdout and process.stderr
        with suppress(BrokenPipeError):
            process.stdin.write(HELLO + line(INITIALIZED) + line(request("tools/list", 2)))
            process.stdin.flush()
        # Input stays open until both answers are there.
        answers = [process.stdout.readline(), process.stdout.readline()]
        with suppress(BrokenPipeError):
            process.stdin.close()
        said = [json.loads(answer)["id"] for answer in answers if answer]
        assert (process.wait(PATIENCE), said) == ((0, [1, 2]) if code == 0 else (code, []))
        assert b"Traceback" not in process.stderr.read()


def test_the_desktop_bundle_s_door_keeps_the_era_open_too() -> None:
    door = (sys.executable, str(ROOT / "release" / "mcpb" / "server.py"))
    code, said, _ = whole_output(door, line(discover("d")) + line(handshake("i")))
    answers = [json.loads(answer) for answer in said.splitlines()]
    assert code == 0 and [answer["id"] for answer in answers] == ["d", "i"]
    assert all("result" in answer for answer in answers)
