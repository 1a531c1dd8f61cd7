"""The server over HTTP, as a process of its own."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def serving_http() -> Iterator[str]:
    """`order-mcp serve --http --sandbox` on a free port; its address."""
    command = [sys.executable, "-m", "order_mcp", "serve", "--http", "--port", "0", "--sandbox"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, encoding="utf-8") as server:
        try:
            assert server.stderr is not None
            for line in server.stderr:
                if address := re.search(r"http://\S+", line):
                    yield address[0]
                    return
            raise AssertionError("the server did not say where it is")
        finally:
            server.terminate()
