"""The same workflow over HTTP.

Start the server in one terminal:  .venv/bin/order-mcp serve --http --sandbox
and run this in another:           .venv/bin/python examples/agent_workflow_http.py [http://127.0.0.1:8000/mcp]
"""

import argparse
import sys
from urllib.parse import urlsplit

from ending import stop_at_ctrl_c

try:
    stop_at_ctrl_c()
    from mcp.client import Client

    from workflow import run, work_through
except ImportError as missing:
    sys.exit(f"The package {missing.name} is missing: run this with the Python that has order-mcp installed.")


def address(text: str) -> str:
    """The address of a server, refused before it is asked if it cannot be one."""
    try:
        parts = urlsplit(text)
        if parts.scheme in ("http", "https") and parts.hostname and parts.port != 0:
            return text
    except ValueError:  # such as a port beyond 65535
        pass
    raise argparse.ArgumentTypeError("write it like http://127.0.0.1:8000/mcp")


parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("address", nargs="?", type=address, default="http://127.0.0.1:8000/mcp")
options = parser.parse_args()


async def main() -> None:
    async with Client(options.address) as client:
        await work_through(client)


run(main, f"Is order-mcp serve --http running at {options.address}?")
