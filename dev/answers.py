"""docs/answers.md: what an agent and a customer are told, from the golden stories, for brands to read beforehand."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from order_mcp.errors import all_errors
from order_mcp.models import OrderStatus
from order_mcp.providers.registry import PROVIDERS

from .documents import ROOT

PAGE = ROOT / "docs" / "answers.md"
STORIES = ROOT / "tests" / "fixtures"
INTRODUCTION = """\
# What is said, and to whom

Every sentence below comes from a story in `tests/fixtures/`, which a test tells through the real server. The page is
made by `make regen`.

An agent, or somebody in support, reads the provider's name and its own word in quotation marks. A customer
(`ORDER_MCP_AUDIENCE=customer`) reads sentences that a brand could send as they are: no provider, no raw word, no reason
that only an operator can mend. Where something is in doubt, both are told, right behind the first sentence.

An error has a JSON line behind its sentence. A customer's has only `code`, `retryable`, `retry_after_seconds` and
`next_step`; the full sentence is in the log, at WARNING.
"""
Told = dict[str, Any]


def answers_md() -> str:
    """The page."""
    told = [each for each in _told() if each.get("to_customer")]
    found = [each for each in told if not each.get("expect_error")]
    doubtful = [each for each in found if _warnings(each)]
    plain = [each for each in found if not _warnings(each)]
    orders = [each for each in plain if each["call"]["tool"] == "get_order"]
    codes = [error.code for error in all_errors()]
    failed = [each for each in told if each.get("expect_error")]
    parts = [
        INTRODUCTION,
        _section("Where an order stands", orders, lambda each: each["expect"]["status"], list(OrderStatus)),
        _section("What is in a cart", [each for each in plain if each not in orders], lambda each: "found", ["found"]),
        _section("What is in doubt", doubtful, lambda each: _warnings(each)[0], sorted({*map(_first, doubtful)})),
        _section("When there is no answer", failed, lambda each: each["expect_error"]["code"], codes),
    ]
    return "\n".join(parts)


def _told() -> Iterator[Told]:
    for folder in (*PROVIDERS, "desk"):
        for file in sorted((STORIES / folder).glob("*.json")):
            yield json.loads(file.read_text(encoding="utf-8")) | {"file": file}


def _warnings(each: Told) -> list[str]:
    shown = each.get("expect_warnings") or (each.get("expect") or {}).get("warnings") or []
    return [warning["code"] for warning in shown]


def _first(each: Told) -> str:
    return _warnings(each)[0]


def _section(title: str, told: list[Told], key: Any, order: Iterable[str]) -> str:
    rows: dict[str, str] = {}
    for name in order:
        for each in told:
            if key(each) == name:
                # Stories that differ in their JSON only are shown once.
                sentences = f"{_cell(each['says'])} | {_cell(each['to_customer'])}"
                rows.setdefault(sentences, f"| `{name}`: {_case(each)} | {sentences} |")
    head = [f"## {title}", "", "| | an agent is told | a customer is told |", "|---|---|---|"]
    return "\n".join([*head, *rows.values(), ""])


def _case(each: Told) -> str:
    """What happened, in the words of the story."""
    if "about" in each:
        return _cell(each["about"])
    file: Path = each["file"]
    _, _, about = each["source"].partition(": ")
    return f"{PROVIDERS[file.parent.name].title}, {_cell(about or file.stem.replace('_', ' '))}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
