"""Who owns the processor time of a call: the stack of a server is looked at every millisecond of its time.

`python -m bench.owners` prints a table for stdio. A sample belongs to the first file on the way up the stack that has
an owner: parsing JSON belongs to whoever asked for it.
"""

import json
import runpy
import signal
import sys
import tempfile
from collections import Counter
from types import FrameType

from .messages import ERAS
from .placement import placement
from .processes import started
from .stdio_client import Conversation
from .upstream import nginx_program, running

EVERY_SECONDS = 0.001
WARM_UP, CALLS = 200, 5_000
# A part of a file's path, and who that is; the more exact first.
OWNERS = {
    "/order_mcp/answer/": "order-mcp: what is shown and said",
    "/order_mcp/cleaning": "order-mcp: cleaning of texts",
    "/order_mcp/providers/channel": "order-mcp: the request",
    "/order_mcp/providers/network": "order-mcp: the request",
    "/order_mcp/providers/responses": "order-mcp: the request",
    "/order_mcp/providers/stream": "order-mcp: the request",
    "/order_mcp/providers/": "order-mcp: reading and translating",
    "/order_mcp/": "order-mcp: everything else",
    "/httpcore2/": "HTTP client (httpcore2 and what it calls)",
    "/mcp/": "MCP SDK",
    "/mcp_types/": "MCP SDK",
    "/asyncio/": "event loop",
    "/anyio/": "event loop",
}
NOBODY = "the rest"


def main() -> int:
    """Print the table."""
    where = placement()
    with running("nginx" if nginx_program() else "asyncio", 0.0, where.upstream) as upstream:
        for era in ERAS:
            with tempfile.NamedTemporaryFile() as file:
                command = [sys.executable, "-m", "bench.owners", file.name]
                with started(command, upstream.variables, where.server) as process:
                    conversation = Conversation(process, era)
                    conversation.open()
                    conversation.timed(WARM_UP + CALLS)
                    assert process.stdin
                    process.stdin.close()
                    process.wait()
                samples = Counter(json.load(file))
            print(f"\n{era}: {samples.total()} samples of {WARM_UP + CALLS} calls\n")
            for owner, count in samples.most_common():
                print(f"{100 * count / samples.total():5.1f} %  {owner}")
    return 0


def serve(path: str) -> None:
    """Be the server, and write the samples to a file at the end."""
    samples: Counter[str] = Counter()

    def look(_: int, frame: FrameType | None) -> None:
        samples[_owner(frame)] += 1

    signal.signal(signal.SIGPROF, look)
    signal.setitimer(signal.ITIMER_PROF, EVERY_SECONDS, EVERY_SECONDS)
    sys.argv = ["order-mcp"]
    try:
        runpy.run_module("order_mcp", run_name="__main__", alter_sys=True)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        with open(path, "w", encoding="utf-8") as file:
            json.dump({owner: count for owner, count in samples.items() if owner is not None}, file)


def _owner(frame: FrameType | None) -> str:
    while frame is not None:
        file = frame.f_code.co_filename.replace("\\", "/")
        for part, owner in OWNERS.items():
            if part in file:
                return owner
        frame = frame.f_back
    return NOBODY


if __name__ == "__main__":
    if len(sys.argv) > 1:
        serve(sys.argv[1])
    else:
        sys.exit(main())
