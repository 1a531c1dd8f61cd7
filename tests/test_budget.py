"""The budget: what a look-up calls and what a start loads has not grown, and growth is said."""

import json
import sys

import pytest

from bench.budget import BUDGET, LOOK_UPS, PYTHON, complaints, counted
from bench.orders import bodies, order_id
from order_mcp.providers.channel import LONG_BYTES

TODAY = {"calls": {"cleaning": 100, "router": 3}, "modules": {"mcp": 108}}


@pytest.mark.skipif(sys.version_info[:2] != PYTHON, reason="counts differ between versions of Python")
def test_nothing_costs_more_than_is_budgeted() -> None:
    budget = json.loads(BUDGET.read_text(encoding="utf-8"))
    if found := complaints(counted(), budget):
        pytest.fail("\n".join([*found, "Mend it, or accept it with python -m bench.budget --write."]), pytrace=False)


def test_the_longest_of_its_orders_is_not_taken_apart_in_a_thread() -> None:
    # In another thread nothing would be counted.
    assert max(len(bodies()[order_id(lines)]) for lines, _ in LOOK_UPS.values()) <= LONG_BYTES


def test_what_grew_is_said_and_a_little_is_no_growth() -> None:
    budget = {"calls": {"cleaning": 90, "router": 1}, "modules": {"mcp": 108}}
    assert complaints(TODAY, budget) == ["calls: cleaning has 100, 90 are budgeted"]
    assert complaints(TODAY, TODAY) == []


def test_what_is_new_has_no_budget() -> None:
    assert complaints({"modules": {"numpy": 200}}, TODAY) == ["modules: numpy has 200, 0 are budgeted"]
