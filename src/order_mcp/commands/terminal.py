"""What every command has in common: how it ends, what it says on standard error, what it logs."""

import logging
import os
import sys
from contextlib import suppress

FOUND, NOT_FOUND, USAGE, FAILED = 0, 1, 2, 3
"""Exit codes. A command that does no look-up ends with FOUND when all went well."""
READER_LEFT = 141
"""The exit code when nobody reads the output any more: what a shell says of `yes | head`."""
# They log addresses, and addresses hold ids.
THIRD_PARTY_LOGGERS = ("httpx2", "httpcore2", "mcp", "asyncio", "uvicorn")


class Stop(Exception):
    """The program cannot go on: one line for standard error, and an exit code."""

    def __init__(self, line: str, code: int = USAGE) -> None:
        super().__init__(line)
        self.code = code


def reader_left(error: BaseException) -> bool:
    """Whether all that failed is writing to a pipe that nobody reads any more. Then nothing more is written to it."""
    if not _is_broken_pipe(error):
        return False
    # Python writes what is left when the process ends, and would complain.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return True


def _is_broken_pipe(error: BaseException) -> bool:
    if isinstance(error, BaseExceptionGroup):
        return all(map(_is_broken_pipe, error.exceptions))
    return isinstance(error, BrokenPipeError)


def tell(line: str) -> None:
    """One line on standard error, where there is one: `print` would fall back to standard output, the client's pipe."""
    if sys.stderr is not None:
        with suppress(OSError):
            print(f"order-mcp: {line}", file=sys.stderr, flush=True)


def set_up_logging(level: str) -> None:
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("order_mcp").setLevel(level)
    for name in THIRD_PARTY_LOGGERS:
        logging.getLogger(name).setLevel(logging.CRITICAL)
