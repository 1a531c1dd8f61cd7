"""No text that a provider sends makes work on it more than linear in its length. Counted in steps, not in seconds."""

import ast
import copy
import importlib
import json
import pkgutil
import re
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import order_mcp
from order_mcp.answer.present import present
from order_mcp.answer.quoting import quoted
from order_mcp.answer.view import View
from order_mcp.cleaning import clean_text
from order_mcp.models import Audience, Detail, Source
from order_mcp.providers.flexportal import OrderBody, to_order
from order_mcp.providers.reader import Reader
from order_mcp.providers.wire import decode, read_wire
from order_mcp.testing.places import replaced, texts
from order_mcp.testing.stub import Reply, Stub

from .bodies import FLEXPORTAL_EXTENSION
from .processes import run
from .steps import Counter, TooManySteps

MODULES = [
    importlib.import_module(found.name)
    for found in pkgutil.walk_packages(order_mcp.__path__, "order_mcp.")
    if not found.name.endswith("__main__")
]
PATTERNS = {
    f"{module.__name__}.{name}": value
    for module in MODULES
    for name, value in vars(module).items()
    if isinstance(value, re.Pattern)
}
# What is looked for inside a text; the others have to match all of it.
SEARCHED = {
    f"order_mcp.{name}"
    for name in (
        *("cleaning._BREAKS", "cleaning._INVISIBLE", "cleaning._WHITE_SPACE", "cleaning._WWW"),
        *("commands.hosts._NOT_ASCII", "environment._HOLDS_OURS", "environment._NAME"),
        "environment._COMMENT",
    )
}
# A step more than this for each character, and there is a second way to read the text.
STEPS_PER_CHARACTER = 12
SEPARATORS = "-._/:#|*@ ,;+\t\n()[]<>“”~"
RUNS = st.lists(
    st.tuples(st.text(st.sampled_from(SEPARATORS + "aZ09T"), min_size=1, max_size=3), st.integers(1, 40)), max_size=5
).map(lambda runs: "".join(unit * times for unit, times in runs))


def test_the_patterns_are_found() -> None:
    assert len(PATTERNS) > 12
    assert "order_mcp.answer.quoting._WORD" in PATTERNS


# The kit for the tests of providers is never loaded by the server, and reads no stranger's text.
SERVER = [path for path in sorted(Path(order_mcp.__file__).parent.rglob("*.py")) if path.parent.name != "testing"]


@pytest.mark.parametrize("path", SERVER, ids=lambda path: path.name)
def test_every_pattern_has_a_name_so_that_it_is_found(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    inside = [node for outer in ast.walk(tree) if isinstance(outer, ast.FunctionDef) for node in ast.walk(outer)]
    uses = {ast.unparse(call.func) for call in calls}
    assert not {use for use in uses if use.startswith("re.")} - {"re.compile", "re.escape"}
    assert not [node for node in inside if isinstance(node, ast.Call) and ast.unparse(node.func) == "re.compile"]


@pytest.mark.parametrize("name", PATTERNS)
def test_long_runs_of_separators_cost_a_pattern_no_more_than_their_length(name: str) -> None:
    @settings(max_examples=60, deadline=None, derandomize=True, database=None)
    @given(text=RUNS)
    @example(text="-" * 60)  # each of these once froze the whole process
    @example(text="a" + "-a" * 40 + "-")
    @example(text="a" + "-" * 60 + "!")
    @example(text="a." * 40 + "@")
    @example(text="9" * 100 + "." + "9" * 100)
    @example(text="A" * 200 + "…")
    def check(text: str) -> None:
        counter = Counter(PATTERNS[name], text, STEPS_PER_CHARACTER * (len(text) + 10))
        counter.substitute() if name in SEARCHED else counter.fullmatch()

    check()


def test_the_counter_counts_what_is_exponential() -> None:
    once = re.compile(r"(-/)?[A-Za-z0-9]+([._/:#-]+[A-Za-z0-9-]+)*")  # how words were found in version 0.1
    with pytest.raises(TooManySteps):
        Counter(once, "a" + "-" * 26 + "!", 100_000).fullmatch()


# The whole answer ---------------------------------------------------------------------------------------------------


def lines_run(work: Callable[[], Any]) -> int:
    """How many lines of Python a piece of work runs."""
    count = 0

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(None)
    return count


def answer(body: Any) -> None:
    wire, _ = read_wire(OrderBody, decode(json.dumps(body).encode()))
    order = to_order(wire, Reader(), tenant_id="bu_demo")
    for audience in Audience:
        present(order, Source("FlexPortal", False), View(audience, Detail.FULL, secrets=("fp-test-secret",)))


def everywhere(text: str) -> Any:
    body = copy.deepcopy(FLEXPORTAL_EXTENSION.body)
    for path in texts(body):
        body = replaced(body, path, text)
    return body


@settings(max_examples=15, deadline=None, derandomize=True, database=None)
@given(unit=st.text(st.sampled_from(SEPARATORS + "aZ09\u200b\u0301é"), min_size=1, max_size=3))
@example(unit="-")
@example(unit="w*")
@example(unit="<\u0338")
def test_a_text_four_times_as_long_is_at_most_four_times_the_work(unit: str) -> None:
    answer(everywhere("x"))  # models are built at their first use
    short, long = (lines_run(lambda n=n: answer(everywhere(unit * n))) for n in (500, 2_000))
    assert long <= 4.5 * short + 1_000


def test_ten_times_the_lines_are_at_most_ten_times_the_work() -> None:
    def of(lines: int) -> Any:
        line = FLEXPORTAL_EXTENSION.body["items"][0]
        return replaced(FLEXPORTAL_EXTENSION.body, ("items",), [line] * lines)

    answer(of(1))
    few, many = (lines_run(lambda n=n: answer(of(n))) for n in (100, 1_000))
    assert many <= 11 * few


def test_a_hyphenated_number_is_answered(stub: Stub) -> None:
    """In a process of its own: where this goes wrong, nothing else in the process ever gets a turn."""
    number = "a" + "-" * 40 + "!"
    stub.reply = Reply(json={"data": {"order_id": 42, "order_number": number, "client_status": "SHIPPED"}})
    ended = run("get-order", "42", variables={"FLEET_API_KEY": "k", "FLEET_BASE_URL": stub.origin})
    assert ended.returncode == 0
    assert f'"order_number":"{number}"' in ended.stdout


@pytest.mark.parametrize("accents", ["\u0301\u0316" * 3_000, "\u0301" * 2_000 + "\u0316" * 2_000, "e\u0301" * 2_000])
def test_no_more_accents_stand_on_a_letter_than_can_be_put_in_order_quickly(accents: str) -> None:
    longest = count = 0
    for character in clean_text("a" + accents, 500):
        count = count + 1 if unicodedata.combining(character) else 0
        longest = max(longest, count)
    assert longest <= 30


@pytest.mark.parametrize("word", ["ord_ACTIVE_-", "SO-ACTIVE_-", "a.b-", "-/PACKED", "ACTIVE/-", "A--1", "x_y.z/1:2#3"])
def test_an_id_or_status_is_quoted_exactly(word: str) -> None:
    assert quoted(word) == f"“{word}”"
