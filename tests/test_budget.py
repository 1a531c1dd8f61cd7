"""The budget: what a look-up calls and what a start loads has not grown, and growth is said."""

import json
import sys

import pytest

from bench.budget import BUDGET, PYTHON, complaints, counted

TODAY = {"calls": {"cleaning": 100, "router": 3}, "modules": {"mcp": 108}}


@pytest.mark.skipif(sys.version_info[:2] != PYTHON, reason="counts differ between versions of Python")
def test_nothing_costs_more_than_is_budgeted() -> None:
    budget = json.loads(BUDGET.read_text(encoding="utf-8"))
    assert not complaints(counted(), budget), "mend it, or accept it with python -m bench.budget --write"


def test_what_grew_is_said_and_a_little_is_no_growth() -> None:
    budget = {"calls": {"cleaning": 90, "router": 1}, "modules": {"mcp": 108}}
    assert complaints(TODAY, budget) == ["cleaning has 100 calls; 90 are budgeted."]
    assert complaints(TODAY, TODAY) == []


def test_what_is_new_has_no_budget() -> None:
    assert complaints({"modules": {"numpy": 200}}, TODAY) == ["numpy has 200 modules; 0 are budgeted."]
