"""Where the program starts: `order-mcp` and `python -m order_mcp`."""

import os
import sys

from .protocol.early import ENV_FILE, begin, stdio_start


def main() -> int:
    """Answer a host that is waiting, then load everything else and run the command."""
    pipe = None
    if (options := stdio_start(sys.argv[1:])) is not None:
        from .environment import problem_at_start

        if problem := problem_at_start(os.environ, options.get(ENV_FILE)):
            # A host that gets no answer shows that the server does not work; one that got an answer would not.
            if sys.stderr is not None:
                print(f"order-mcp: {problem}", file=sys.stderr)
            return 2
        pipe = begin()
    from .commands.cli import main as run

    return run(pipe=pipe)


if __name__ == "__main__":
    sys.exit(main())
