"""`order-mcp sandbox`: what it prints, and how long it stays."""

import os
import select
import stat
import sys

import anyio

from ..sandbox import ODDITIES, Running


def introduce(sandbox: Running) -> None:
    """Print the known ids and the variables that point order-mcp at the emulated APIs, as a shell reads them."""
    print(f"# The emulated provider APIs are at {sandbox.origin}. Stop with Ctrl-C.\n#\n# They know:")
    for row in sandbox.sandbox.known():
        print(f"#   {row.tool:<10} {row.provider:<11} {row.id:<28} {row.description}")
    print("#\n# Orders can be found by FL-24-00391, PO-2026-118 or ada@example.com, for example.")
    print("# Lists of orders misbehave for a key with one of these at its end, behind a hyphen:")
    for oddity, what in ODDITIES.items():
        print(f"#   {oddity:<10} {what}")
    print("#\n# Point order-mcp at them:")
    for name, value in sandbox.environment.items():
        print(f"export {name}={value}")
    sys.stdout.flush()


def stay() -> None:
    """Wait for Ctrl-C or, where the output goes into a pipe, until nobody reads it any more.

    Raises:
        BrokenPipeError: nobody reads it any more.
    """
    if os.name == "posix" and stat.S_ISFIFO(os.fstat(sys.stdout.fileno()).st_mode):
        output = select.poll()
        output.register(sys.stdout.fileno(), 0)  # no event is asked for; errors are told anyway
        output.poll()
        raise BrokenPipeError
    anyio.run(anyio.sleep_forever)
