"""The starts of real hosts, played slowly and fast: each ends in a connection that works."""

import time
from collections.abc import Callable, Iterator

import pytest

from order_mcp.sandbox import Running, running

from .conversations import answers, compared, line
from .host_starts import HOST_STARTS, HostStart
from .processes import LEGACY, MODERN, Program, started, until

LIST, CALL = 98, 99
Play = Callable[[Program, HostStart], None]


@pytest.fixture(scope="module")
def box() -> Iterator[Running]:
    with running(port=0) as box:
        yield box


def play_slowly(program: Program, start: HostStart) -> None:
    """Every message after the answer to the one before, and a pause."""
    for message in start.messages:
        count = len(program.lines)
        program.write(line(message).strip())
        if "id" in message:
            until(lambda count=count: len(program.lines) > count, f"an answer to {message['method']}")
            time.sleep(start.pause)


def play_fast(program: Program, start: HostStart) -> None:
    """Everything at once."""
    program.write(b"".join(map(line, start.messages)).strip())


@pytest.mark.parametrize("play", [play_slowly, play_fast])
@pytest.mark.parametrize("start", HOST_STARTS, ids=lambda start: start.host)
def test_a_host_gets_a_working_connection(start: HostStart, play: Play, box: Running) -> None:
    with started(variables=box.environment) as program:
        play(program, start)
        program.write(line(start.then(LIST, "tools/list")).strip())
        program.write(line(start.then(CALL, "tools/call", name="get_order", arguments={"order_id": "issue-1"})).strip())
        asked = [message["id"] for message in start.messages if "id" in message] + [LIST, CALL]
        until(lambda: len(program.lines) >= len(asked), f"{len(asked)} answers")
        assert program.leave() == 0
    assert program.stderr == ""
    said = answers(program.lines)
    assert said.keys() == set(asked)
    assert not [message for message in said.values() if "error" in message]
    assert [tool["name"] for tool in said[LIST]["result"]["tools"]] == ["get_order", "get_cart"]
    assert said[CALL]["result"]["structuredContent"]["id"] == "issue-1"
    assert said[CALL]["result"].get("resultType") == ("complete" if start.era == MODERN else None)
    for message in start.messages:
        match message["method"]:
            case "initialize":
                assert said[message["id"]]["result"]["protocolVersion"] == start.era
            case "server/discover":
                assert said[message["id"]]["result"]["supportedVersions"] == [MODERN]


@pytest.mark.parametrize("start", HOST_STARTS, ids=lambda start: start.host)
def test_a_hosts_first_message_is_answered_early(start: HostStart) -> None:
    early, ours, alone = compared(line(start.messages[0]))
    assert early == ours == alone != b""


def test_every_start_says_where_it_was_found() -> None:
    assert all(start.source.startswith("https://") for start in HOST_STARTS)
    assert len({start.host for start in HOST_STARTS}) == len(HOST_STARTS)
    assert {start.era for start in HOST_STARTS} == {"2024-11-05", "2025-06-18", LEGACY, MODERN}
