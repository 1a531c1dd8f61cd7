"""Where the program starts: `order-mcp` and `python -m order_mcp`."""

import gc
import os
import sys
from collections.abc import Mapping

from .protocol.early import ENV_FILE, begin, stdio_start


def main(labels: Mapping[str, str] | None = None) -> int:
    """Answer a host that is waiting, then load everything else and run the command.

    `labels` are what variables are called where a person fills in a form instead.
    """
    pipe = None
    if (options := stdio_start(sys.argv[1:])) is not None:
        from .environment import labelled, problem_at_start

        if problem := problem_at_start(os.environ, options.get(ENV_FILE)):
            # A host that gets no answer shows that the server does not work; one that got an answer would not.
            if sys.stderr is not None:
                print(f"order-mcp: {labelled(problem, labels or {})}", file=sys.stderr)
            return 2
        pipe = begin()
        gc.disable()  # what is loaded now stays; looking for garbage in it takes a sixth of the start
    from .commands.cli import main as run

    return run(pipe=pipe, labels=labels)


if __name__ == "__main__":
    sys.exit(main())
