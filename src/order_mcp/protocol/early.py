"""The first answer over stdio, given while the SDK is still loading. Standard library only.

Hosts that know both protocol eras send `server/discover`, wait a moment and fall back to `initialize` on the same pipe;
the slowest part of our start, loading the SDK, is longer than some of them wait, and the SDK locks the pipe to the era
of the first request it sees. So a thread of our own reads the pipe, and does this with the first lines:

- `server/discover` is answered and not forwarded: the era stays open until another request decides it;
- `initialize` is answered and forwarded, and the SDK's own answer to it, which is the same, is swallowed;
- anything else, and anything that cannot be read with certainty, goes to the SDK untouched.

After that every line goes to the SDK (see `stdio`). What is said here comes from `first_words`, which is made from the
real server and compared with it, byte for byte, by a test.
"""

import os
import select
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from io import FileIO
from threading import Lock, Thread
from typing import Any, TextIO

from .certain import ASKS_TO_DISCOVER, ASKS_TO_INITIALIZE, VERSION, certain_id, fits, read, written
from .first_words import DISCOVER, INITIALIZE, MODERN, UNSUPPORTED, VERSIONS

ENV_FILE = "--env-file"
# Where a pipe has room at all, it has room for this much (PIPE_BUF of Linux; the least that POSIX allows is 512).
PIECE = select.PIPE_BUF if hasattr(select, "PIPE_BUF") else 512

Receive = Callable[[str | None], object]
"""Takes a line, or None at the end of input. It is called in the thread that reads."""


def begin() -> "Pipe | None":
    """Start answering; None where a standard stream is closed. To be called before anything heavy is imported."""
    try:
        for standard in (0, 1, 2):
            os.fstat(standard)  # otherwise the next `open()` would get descriptor 0, 1 or 2
        if os.name == "posix":
            # Some hosts hand over ends that do not wait: no bytes yet would look like the end of input.
            os.set_blocking(0, True)
            os.set_blocking(1, True)
        # The SDK splits lines and decodes characters in the same way.
        source, wire = os.fdopen(os.dup(0), encoding="utf-8", errors="replace"), FileIO(os.dup(1), "wb")
        # As in the SDK: accidental output goes to standard error, and nothing else can read the pipe.
        os.dup2(2, 1)
        with open(os.devnull, "rb") as nothing:
            os.dup2(nothing.fileno(), 0)
    except OSError:
        return None
    # The thread that waits for input cannot be interrupted. So when the host stops reading, the process exits at once.
    pipe = Pipe(source, wire, leave=partial(os._exit, 0))
    Thread(target=pipe.read, name="order-mcp-input", daemon=True).start()
    return pipe


def stdio_start(arguments: Sequence[str]) -> dict[str, str] | None:
    """Whether these are the arguments of a stdio server: then its options that have a value, otherwise None."""
    rest, values = list(arguments), {}
    for position, argument in enumerate(rest):
        name, equals, value = argument.partition("=")
        if name == ENV_FILE and (equals or rest[position + 1 :]):
            values[name] = value if equals else rest.pop(position + 1)
            rest.pop(position)
            break
    is_stdio = all(argument in ("serve", "--sandbox") for argument in rest) and rest.count("serve") <= 1
    # What begins like an option is no value: the command line will say so.
    return values if is_stdio and not values.get(ENV_FILE, "").startswith("-") else None


class Pipe:
    """Both ends of the pipe to a host. A line goes on to whoever listens, unless it is answered here."""

    def __init__(self, source: TextIO, wire: FileIO, leave: Callable[[], object] = lambda: None) -> None:
        self._source = source
        self._wire = wire
        self._leave = leave
        """What to do when nobody reads any more."""
        self._waiting: list[str | None] = []
        self._receive: Receive = self._waiting.append
        self._handing_over = Lock()
        self._said: str | None = None
        self._room = _watched(wire)

    def read(self) -> None:
        """Read until input ends; answer until a request decides the era."""
        is_open = True
        with suppress(OSError):  # the host has gone
            for line in iter(self._source.readline, ""):
                if is_open:
                    message = read(line)
                    if self._is_done_with(message):
                        continue
                    is_open = "method" in message and "id" not in message
                self._pass_on(line)
        self._pass_on(None)

    def _is_done_with(self, message: dict[str, Any]) -> bool:
        """Answer a message where that is certain; whether the SDK has nothing to do with it any more."""
        if (id := certain_id(message)) is None:
            return False
        if fits(message, ASKS_TO_DISCOVER):
            asked = message["params"]["_meta"][VERSION]
            # Also a refusal leaves the era open: a host newer than we are may fall back.
            self._say(id, DISCOVER if asked == MODERN else UNSUPPORTED.replace('"{asked}"', written(asked)))
            return True
        if fits(message, ASKS_TO_INITIALIZE):
            asked = message["params"]["protocolVersion"]
            version = asked if asked in VERSIONS else VERSIONS[-1]
            self._said = f'{{"jsonrpc":"2.0","id":{id},'
            self._say(id, INITIALIZE.replace("{version}", version))
        return False

    def _say(self, id: str, answer: str) -> None:
        self.write(f'{{"jsonrpc":"2.0","id":{id},{answer}}}\n'.encode())

    def _pass_on(self, line: str | None) -> None:
        with self._handing_over:
            self._receive(line)

    def listen(self, receive: Receive) -> None:
        """Hand every line over as soon as it is read, and None at the end; first those that wait already."""
        with self._handing_over:
            for line in self._waiting:
                receive(line)
            self._receive = receive

    def was_said(self, line: str) -> bool:
        """Whether this line is the answer that was given here already. It is asked for each line that is to be sent."""
        if self._said is None or not line.startswith(self._said):
            return False
        self._said = None
        return True

    def write_now(self, data: bytes) -> bytes:
        """Write what fits without waiting for the host to read; what is left comes back."""
        with self._or_leave():
            while data and self._room is not None and self._room.poll(0):
                data = data[self._wire.write(data[:PIECE]) :]
        return data

    def write(self, data: bytes) -> None:
        """Write all of it, however long that takes."""
        with self._or_leave():
            while data:
                data = data[self._wire.write(data) :]

    @contextmanager
    def _or_leave(self) -> Iterator[None]:
        try:
            yield
        except OSError:
            self._leave()
            raise


def _watched(wire: FileIO) -> Any:
    """What tells whether there is room for a piece; None on a system that cannot tell."""
    if not hasattr(select, "poll"):
        return None
    room = select.poll()
    room.register(wire, select.POLLOUT)
    return room
