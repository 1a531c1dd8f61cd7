"""Where the program starts: `order-mcp` and `python -m order_mcp`."""

import sys

from .protocol.early import begin


def main() -> int:
    """Answer a host that is waiting, then load everything else and run the command."""
    pipe = begin(sys.argv[1:])
    from .commands.cli import main as run

    return run(pipe=pipe)


if __name__ == "__main__":
    sys.exit(main())
