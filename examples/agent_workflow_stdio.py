"""A small agent workflow over stdio. Run: .venv/bin/python examples/agent_workflow_stdio.py"""

import argparse
import sys

from ending import stop_at_ctrl_c

try:
    stop_at_ctrl_c()
    from mcp.client import Client
    from mcp.client.stdio import StdioServerParameters

    from workflow import run, work_through
except ImportError as missing:
    sys.exit(f"The package {missing.name} is missing: run this with the Python that has order-mcp installed.")

argparse.ArgumentParser(description=__doc__).parse_args()


async def main() -> None:
    server = StdioServerParameters(command=sys.executable, args=["-m", "order_mcp", "--sandbox"])
    async with Client(server) as client:
        await work_through(client)


run(main, "The lines above may say why.")
