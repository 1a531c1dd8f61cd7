"""Ports that nobody listens on, and that no outgoing connection takes in the meantime."""

import random
import socket
from contextlib import suppress

# Linux gives outgoing connections ports from 32768 on.
OURS = range(20_000, 32_768)


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    for port in random.sample(OURS, len(OURS)):
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise OSError("every port is taken")
