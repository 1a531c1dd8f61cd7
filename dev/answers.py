"""docs/answers.md: what an agent and a customer are told, from the golden stories, for brands to read beforehand."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, get_args

from order_mcp.errors import all_errors
from order_mcp.models import OrderStatus, WarningCode
from order_mcp.providers.registry import built_in
from order_mcp.tools import CART_TOOL

from .documents import ROOT
from .searches import searches_md
from .stories import DESK, read_stories
from .verifications import verifications_md

PAGE = ROOT / "docs" / "answers.md"
INTRODUCTION = """\
# What is said, and to whom

Every sentence below comes from a story in `tests/fixtures/`, which a test tells through the real server, or from the
sandbox, where orders are searched. The page is made by `make regen`.

An agent, or somebody in support, reads the provider's name and its own word in quotation marks. A customer
(`ORDER_MCP_AUDIENCE=customer`) reads sentences that a brand could send as they are: no provider, no raw word, no reason
that only an operator can mend. What is in doubt is told to both, right behind the first sentence; what could not be
read comes last.

The JSON beside a summary keeps `provider` and `provider_status` for every audience, because workflows branch on it:
send a customer the summary, not the JSON.

An error has a JSON line behind its sentence. A customer's has only `code`, `retryable`, `retry_after_seconds` and
`next_step`; the full sentence is in the log, at WARNING.
"""
ERROR_CODES = [error.code for error in all_errors()]
Told = dict[str, Any]


def answers_md() -> str:
    """The page."""
    told = [each for each in _told() if each.get("to_customer")]
    failed = [each for each in told if each.get("expect_error")]
    doubtful = [each for each in told if _warnings(each)]
    plain = [each for each in told if not each.get("expect_error") and not _warnings(each)]
    parts = [
        INTRODUCTION,
        _section("Where an order stands", plain, lambda each: [each["expect"].get("status", "")], list(OrderStatus)),
        _section("What is in a cart", plain, lambda each: [each["call"]["tool"]], [CART_TOOL.name]),
        _section("What is in doubt or missing", doubtful, _warnings, get_args(WarningCode)),
        _section("When there is no answer", failed, lambda each: [each["expect_error"]["code"]], ERROR_CODES),
        searches_md(),
        verifications_md(),
    ]
    return "\n".join(parts)


def _told() -> Iterator[Told]:
    for folder in (*built_in(), DESK):
        for file, story in read_stories(folder):
            yield story | {"file": file}


def _warnings(each: Told) -> list[str]:
    shown = each.get("expect_warnings") or (each.get("expect") or {}).get("warnings") or []
    return [warning["code"] for warning in shown]


def _section(title: str, told: list[Told], keys: Callable[[Told], Iterable[str]], order: Iterable[str]) -> str:
    head = [f"## {title}", "", "| | an agent is told | a customer is told |", "|---|---|---|"]
    rows: dict[tuple[str, str], str] = {}
    for key in order:
        for each in told:
            if key in keys(each):
                # Stories that differ in their JSON only are shown once.
                sentences = f"{_cell(each.get('or_find') or each['says'])} | {_cell(each['to_customer'])}"
                rows.setdefault((key, sentences), f"| `{key}`: {_case(each)} | {sentences} |")
    return "\n".join([*head, *rows.values(), ""])


def _case(each: Told) -> str:
    """What happened, in the words of the story."""
    if "about" in each:
        return _cell(each["about"])
    file: Path = each["file"]
    _, _, about = each["source"].partition(": ")
    return f"{built_in()[file.parent.name].title}, {_cell(about or file.stem.replace('_', ' '))}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
