"""Bugs: an answer says that there was one, the log says where.

Its own text is repeated nowhere: it may quote a customer's data, or a password.
"""

import logging
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from .errors import Internal, OrderMcpError

log = logging.getLogger("order_mcp")


@contextmanager
def contained_bugs() -> Iterator[None]:
    """Turn every unexpected exception into `internal`.

    The SDK would send an exception's own text to the client, and a terminal would show it; and it may hold anything.
    """
    try:
        yield
    except OrderMcpError:
        raise
    except Exception as bug:
        log_bug(bug)
        raise Internal from None


def log_bug(bug: BaseException) -> None:
    """Log where a bug struck, without its message: the message may quote a customer's data, or a password."""
    places: Sequence[str] = traceback.format_tb(bug.__traceback__)
    log.error("internal error: %s\n%s", type(bug).__name__, "".join(places))
    for inner in getattr(bug, "exceptions", ()):
        log_bug(inner)
