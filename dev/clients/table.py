"""The table in docs/clients.md, made from what the clients reported."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ..documents import ROOT
from .catalogue import CLIENTS, Client

DOCUMENT = ROOT / "docs" / "clients.md"
COLUMNS = ("client", "version", "stdio", "HTTP", "an answer arrives as", "an error", "an unknown tool")

Report = Mapping[str, Any]


def with_table(text: str, reports: Mapping[tuple[Client, str], Report]) -> str:
    """The document with its table made anew."""
    rows = [COLUMNS, ("---",) * len(COLUMNS)]
    rows += [_row(client, reports[client, "stdio"], reports[client, "HTTP"]) for client in CLIENTS]
    table = "".join(f"| {' | '.join(row)} |\n" for row in rows)
    return re.sub(
        r"(<!-- table: clients -->\n).*?(<!-- /table -->)",
        lambda marks: marks[1] + table + marks[2],
        text,
        flags=re.DOTALL,
    )


def _row(client: Client, *reports: Report) -> tuple[str, ...]:
    return (
        client.title,
        _each(report["version"] for report in reports),
        *(report["protocol"] or "yes" for report in reports),
        _each(" and ".join(filter(report["steps"]["order"].get, ("text", "structured"))) for report in reports),
        _each(report["steps"]["error"]["shape"] for report in reports),
        _each(report["steps"]["unknown"]["shape"] for report in reports),
    )


def _each(said: Iterable[str]) -> str:
    """What both transports said: once, where it is the same."""
    return "; ".join(dict.fromkeys(said))
