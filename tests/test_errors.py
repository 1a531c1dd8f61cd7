"""Errors as a whole: the tree, the table, and the one that nobody should ever see."""

import logging
from pathlib import Path
from typing import get_args

import pytest

from order_mcp import errors
from order_mcp.errors import NextStep, all_errors
from order_mcp.router import Router

from .conftest import connected, error_of, sentence_of

TESTS = Path(__file__).parent


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_bug_is_internal_and_its_text_reaches_neither_the_agent_nor_the_log(
    mode: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    # Put together here: the log quotes the lines of the source, and may.
    customer, secret = "@".join(["ada", "example.com"]), "_".join(["flt", "sk", "secret"])

    async def broken(*_: object) -> None:
        raise ExceptionGroup(customer, [RuntimeError(secret)])

    monkeypatch.setattr(Router, "look_up", broken)
    with caplog.at_level(logging.INFO, "order_mcp"):
        async with connected({}, mode=mode) as client:
            result = await client.call_tool("get_order", {"order_id": "1"})
    assert error_of(result) == {"code": "internal", "retryable": False, "next_step": "tell_operator"}
    assert sentence_of(result) == "order-mcp itself failed; this is a bug. Tell the operator."
    assert "RuntimeError" in caplog.text and "in broken" in caplog.text
    assert customer not in caplog.text and secret not in caplog.text
    assert "get_order - internal" in caplog.text


def test_every_error_is_in_the_drawing_with_its_code() -> None:
    for error in all_errors():
        assert f"{error.__name__} " in (errors.__doc__ or "")
        assert (errors.__doc__ or "").count(f" {error.code}\n") == 1
        assert error.next_step in get_args(NextStep)


@pytest.mark.parametrize("code", [error.code for error in all_errors()])
def test_every_code_is_shown_by_a_test(code: str) -> None:
    others = [path for path in TESTS.rglob("*") if path.suffix in (".py", ".json") and path != Path(__file__)]
    assert code == "internal" or any(f'"{code}"' in path.read_text(encoding="utf-8") for path in others)
