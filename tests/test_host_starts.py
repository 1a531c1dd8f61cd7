"""The starts of real hosts, played slowly and fast: each ends in a connection that works."""

from collections.abc import Iterator
from typing import Any

import pytest

from dev.first_words import line
from order_mcp.sandbox import Running, running

from .conversations import Played, answers, compared
from .host_starts import HOST_STARTS, HostStart
from .processes import LEGACY, MODERN, started, until

LIST, CALL = 98, 99
# In processes of their own: one of each era, as fast as they can.
AS_PROCESSES = [next(start for start in HOST_STARTS if start.era == era) for era in (LEGACY, MODERN)]


@pytest.fixture(scope="module")
def box() -> Iterator[Running]:
    with running(port=0) as box:
        yield box


def asked_by(start: HostStart) -> list[dict[str, Any]]:
    """What the host says at its start, and two questions in its era."""
    call = start.then(CALL, "tools/call", name="get_order", arguments={"order_id": "issue-1"})
    return [*start.messages, start.then(LIST, "tools/list"), call]


def assert_connected(start: HostStart, lines: list[bytes]) -> None:
    said = answers(lines)
    assert said.keys() == {message["id"] for message in asked_by(start) if "id" in message}
    assert not [message for message in said.values() if "error" in message]
    assert [tool["name"] for tool in said[LIST]["result"]["tools"]] == ["get_order", "get_cart", "find_orders"]
    assert said[CALL]["result"]["structuredContent"]["id"] == "issue-1"
    assert said[CALL]["result"].get("resultType") == ("complete" if start.era == MODERN else None)
    for message in start.messages:
        match message["method"]:
            case "initialize":
                assert said[message["id"]]["result"]["protocolVersion"] == start.era
            case "server/discover":
                assert said[message["id"]]["result"]["supportedVersions"] == [MODERN]


@pytest.mark.parametrize("slowly", [True, False], ids=["slowly", "fast"])
@pytest.mark.parametrize("start", HOST_STARTS, ids=lambda start: start.host)
def test_a_host_gets_a_working_connection(start: HostStart, slowly: bool, box: Running) -> None:
    played = Played(box.environment)
    asked = asked_by(start)
    for message in asked:
        played.write(line(message))
        if slowly and "id" in message:
            # Every message after the answer to the one before.
            wanted = 1 + sum("id" in each for each in asked[: asked.index(message)])
            until(lambda wanted=wanted: len(played.lines) >= wanted, f"an answer to {message['method']}")
    until(lambda: len(played.lines) >= sum("id" in each for each in asked), "every answer")
    played.leave()
    assert_connected(start, played.lines)


@pytest.mark.parametrize("start", AS_PROCESSES, ids=lambda start: start.host)
def test_a_host_gets_a_working_connection_to_a_process(start: HostStart, box: Running) -> None:
    with started(variables=box.environment) as program:
        program.write(b"".join(map(line, asked_by(start))).strip())
        until(lambda: len(program.lines) >= sum("id" in each for each in asked_by(start)), "every answer")
        assert program.leave() == 0
    assert program.stderr == ""
    assert_connected(start, program.lines)


@pytest.mark.parametrize("start", HOST_STARTS, ids=lambda start: start.host)
def test_a_hosts_first_message_is_answered_early(start: HostStart) -> None:
    early, ours, alone = compared(line(start.messages[0]))
    assert early == ours == alone != b""


def test_every_start_says_where_it_was_found() -> None:
    assert all(start.source.startswith("https://") for start in HOST_STARTS)
    assert len({start.host for start in HOST_STARTS}) == len(HOST_STARTS)
    assert {start.era for start in HOST_STARTS} == {"2024-11-05", "2025-06-18", LEGACY, MODERN}
