"""Every client over every transport held to the plan, the table in docs/clients.md, and the example agent."""

import argparse
import json
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from order_mcp.commands.installation import this_program

from ..http_server import serving_http
from . import agent
from .catalogue import CLIENTS, Client
from .plan import STEPS, complaints
from .table import DOCUMENT, Report, with_table

LIMIT = 60


def main() -> int:
    """Run all; returns 1 if anything is not as it should be."""
    parser = argparse.ArgumentParser(prog="python -m dev.clients", description=__doc__)
    parser.add_argument("--write", action="store_true", help="rewrite the table in docs/clients.md")
    options = parser.parse_args()

    commands = {client: client.command() for client in CLIENTS}
    with serving_http() as address, ThreadPoolExecutor(max_workers=2) as pool:
        transports = {"stdio": None, "HTTP": address}
        runs = [(client, transport) for client in CLIENTS for transport in transports]
        reports = dict(zip(runs, pool.map(lambda run: _meet(commands[run[0]], transports[run[1]]), runs), strict=True))
    findings = {
        f"{client.title}, {transport}": complaints(saw) if "steps" in saw else [str(saw["failure"])]
        for (client, transport), saw in reports.items()
    }
    findings["the table in docs/clients.md"] = _table(reports, write=options.write)
    findings["examples/agent_pydantic_ai.py"] = agent.complaints()

    for what, wrong in findings.items():
        print("FAILED" if wrong else "ok    ", what, *(f"\n       {complaint}" for complaint in wrong))
    failed = sum(map(bool, findings.values()))
    print(f"{len(findings) - failed} passed, {failed} failed")
    return min(failed, 1)


def _meet(command: list[str], address: str | None) -> Mapping[str, Any]:
    """What one client reports, or `failure`."""
    plan = {"steps": STEPS, "command": [*this_program(), "--sandbox"], "url": address}
    try:
        done = subprocess.run(
            command, input=json.dumps(plan), capture_output=True, encoding="utf-8", timeout=LIMIT, check=True
        )
        saw: dict[str, Any] = json.loads(done.stdout)
    except subprocess.SubprocessError as error:
        return {"failure": f"{error}\n{error.stderr if isinstance(error, subprocess.CalledProcessError) else ''}"}
    except ValueError as error:
        return {"failure": f"no report: {error}"}
    return saw


def _table(reports: Mapping[tuple[Client, str], Report], *, write: bool) -> list[str]:
    if any("failure" in saw for saw in reports.values()):
        return ["cannot be made while a client does not report"]
    text = DOCUMENT.read_text(encoding="utf-8")
    made = with_table(text, reports)
    if write:
        DOCUMENT.write_text(made, encoding="utf-8")
    return [] if write or made == text else ["is not what this run saw; `python -m dev.clients --write` rewrites it"]


if __name__ == "__main__":
    sys.exit(main())
