"""The hosts of docs/clients.md, from the rows that `order-mcp config` prints from: one name for one file in both."""

from order_mcp.commands.hosts import HOSTS


def hosts() -> list[str]:
    """The lines of the table, and below it what each host asks first and where it logs."""
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
    return rows
