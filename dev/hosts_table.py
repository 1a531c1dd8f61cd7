"""The hosts of docs/clients.md, from the rows that `order-mcp config` prints from: one name for one file in both."""

import re

from order_mcp.commands.hosts import HOSTS

from .documents import ROOT

CLIENTS = ROOT / "docs" / "clients.md"


def clients_md(text: str) -> str:
    """The page with its table of hosts made anew."""
    rows = ["| `config` | host | file on macOS, Windows, Linux | for one project | key |", "|---|---|---|---|---|"]
    for name, host in HOSTS.items():
        files = "<br>".join(f"`{file}`" for file in dict.fromkeys(host.files().values()))
        project = f"`{host.project}`" if host.project else ""
        rows.append(f"| `{name}` | {host.title} | {files} | {project} | `{host.key}` |")
    rows += ["", "Before it starts, and when it does not:", ""]
    rows += [
        f"- **{host.title}**: {' '.join(filter(None, (host.then, host.asks_first)))} {host.logs}"
        for host in HOSTS.values()
    ]
    return re.sub(
        r"(<!-- table: hosts -->\n).*?(<!-- /table -->)",
        lambda marks: marks[1] + "\n".join(rows) + "\n" + marks[2],
        text,
        flags=re.DOTALL,
    )
