"""Where the program starts: `order-mcp` and `python -m order_mcp`."""

import sys
from collections.abc import Mapping

from .protocol.early import begin


def main(labels: Mapping[str, str] | None = None) -> int:
    """Answer a host that is waiting, then load everything else and run the command.

    `labels` are what variables are called where a person fills in a form instead.
    """
    pipe = begin(sys.argv[1:])
    from .commands.cli import main as run

    return run(pipe=pipe, labels=labels)


if __name__ == "__main__":
    sys.exit(main())
