"""The first answer over stdio, given while the SDK is still loading. Standard library only.

Hosts that know both protocol eras send `server/discover`, wait a moment and fall back to `initialize` on the same pipe;
the slowest part of our start, loading the SDK, is longer than some of them wait, and the SDK locks the pipe to the era
of the first request it sees. So a thread of our own reads the first lines:

- `server/discover` is answered and not forwarded: the era stays open until another request decides it;
- `initialize` is answered and forwarded, and the SDK's own answer to it, which is the same, is swallowed;
- anything else, and anything that cannot be read with certainty, goes to the SDK untouched.

After that the SDK reads the pipe itself. What is said here comes from `first_words`, which is made from the real
server and compared with it, byte for byte, by a test.
"""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from queue import SimpleQueue
from threading import Thread
from typing import Any, BinaryIO, TextIO

from .first_words import DISCOVER, INITIALIZE, MODERN, UNSUPPORTED, VERSIONS

ENV_FILE = "--env-file"
VERSION = "io.modelcontextprotocol/protocolVersion"
# Longer numbers are left to the SDK, whose parsers do not agree on what to make of them.
MAX_CERTAIN_ID = 10**100
# Values inside one another, of which the SDK's JSON parser takes fewer than ours.
MAX_CERTAIN_BRACKETS = 100

# What can be read with certainty: messages of these shapes, which the SDK is known to accept. A type or a tuple of
# types stands for a value of it, a set for one of its members, a list for any number of its one member, a dict for an
# object with at least these members. `?` marks a member that may be missing or null, `~` one that may be missing,
# `*` stands for every member.
TOKEN = {"progressToken~": (str, int)}
CAPABILITIES = {
    "roots?": {"listChanged?": bool},
    "sampling?": {"context?": dict, "tools?": dict},
    "elicitation?": {"form?": dict, "url?": dict},
    "tasks?": {
        "list?": dict,
        "cancel?": dict,
        "requests?": {"sampling?": {"createMessage?": dict}, "elicitation?": {"create?": dict}},
    },
    "experimental?": {"*": dict},
    "extensions?": {"*": dict},
}
CLIENT = {
    "name": str,
    "version": str,
    "title?": str,
    "description?": str,
    "websiteUrl?": str,
    "icons?": [{"src": str, "mimeType?": str, "sizes?": [str], "theme?": {"light", "dark"}}],
}
ASKS_TO_INITIALIZE = {
    "method": {"initialize"},
    "params": {"protocolVersion": str, "capabilities": CAPABILITIES, "clientInfo": CLIENT, "_meta?": TOKEN},
}
ASKS_TO_DISCOVER = {
    "method": {"server/discover"},
    "params": {
        "_meta": {
            VERSION: str,
            "io.modelcontextprotocol/clientCapabilities": CAPABILITIES,
            "io.modelcontextprotocol/clientInfo?": CLIENT,
            "io.modelcontextprotocol/logLevel?": {"debug", "info", "notice", "warning", "error", "critical"},
            **TOKEN,
        }
    },
}


def begin() -> "Overture | None":
    """Start answering; None where a standard stream is closed. To be called before anything heavy is imported."""
    try:
        for standard in (0, 1, 2):
            os.fstat(standard)  # otherwise the next `open()` would get descriptor 0, 1 or 2
        # The SDK splits lines and decodes characters in the same way.
        source, wire = os.fdopen(os.dup(0), encoding="utf-8", errors="replace"), os.fdopen(os.dup(1), "wb")
        # As in the SDK: accidental output goes to standard error, and nothing else can read the pipe.
        os.dup2(2, 1)
        with open(os.devnull, "rb") as nothing:
            os.dup2(nothing.fileno(), 0)
    except OSError:
        return None
    # The thread that waits for input cannot be interrupted. So when the host stops reading, the process exits at once.
    overture = Overture(source, wire, leave=partial(os._exit, 0))
    Thread(target=overture.play, name="order-mcp-early", daemon=True).start()
    return overture


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


class Overture:
    """Both ends of the pipe until the era is decided; then the SDK's `readline` and `write`."""

    def __init__(self, source: TextIO, wire: BinaryIO, leave: Callable[[], object] = lambda: None) -> None:
        self._source = source
        self._wire = wire
        self._leave = leave
        """What to do when nobody reads any more."""
        self._forwarded: SimpleQueue[str | None] = SimpleQueue()
        self._is_decided = False
        self._swallowed: str | None = None

    def play(self) -> None:
        """Read and answer until a request decides the era, or input ends."""
        with suppress(OSError):  # the host has gone
            for line in iter(self._source.readline, ""):
                message = _read(line)
                id = _certain_id(message)
                if id is not None and fits(message, ASKS_TO_DISCOVER):
                    asked = message["params"]["_meta"][VERSION]
                    # Also a refusal leaves the era open: a host newer than we are may fall back.
                    self._say(id, DISCOVER if asked == MODERN else UNSUPPORTED.replace('"{asked}"', _written(asked)))
                    continue
                if id is not None and fits(message, ASKS_TO_INITIALIZE):
                    asked = message["params"]["protocolVersion"]
                    version = asked if asked in VERSIONS else VERSIONS[-1]
                    self._swallowed = f'{{"jsonrpc":"2.0","id":{id},'
                    self._say(id, INITIALIZE.replace("{version}", version))
                self._forwarded.put(line)
                if "method" not in message or "id" in message:
                    break
        self._forwarded.put(None)

    def _say(self, id: str, answer: str) -> None:
        self._wire.write(f'{{"jsonrpc":"2.0","id":{id},{answer}}}\n'.encode())
        self.flush()

    # What the SDK's transport uses, from a thread of its own.

    def readline(self) -> str:
        """The next line for the SDK: first what was read before it was there, then the pipe itself."""
        if not self._is_decided:
            line = self._forwarded.get()
            if line is not None:
                return line
            self._is_decided = True
        return self._source.readline()

    def write(self, text: str) -> None:
        """Pass the SDK's line on, unless it is the answer that was given already."""
        if self._swallowed is not None and text.startswith(self._swallowed):
            self._swallowed = None
            return
        with self._or_leave():  # a long line is written before `flush`
            self._wire.write(text.encode())

    def flush(self) -> None:
        with self._or_leave():
            self._wire.flush()

    @contextmanager
    def _or_leave(self) -> Iterator[None]:
        try:
            yield
        except OSError:
            self._leave()
            raise


def fits(value: Any, shape: Any) -> bool:
    """Whether a value has a shape, as described above."""
    if isinstance(shape, set):
        return isinstance(value, str) and value in shape
    if isinstance(shape, list):
        return isinstance(value, list) and all(fits(member, shape[0]) for member in value)
    if not isinstance(shape, dict):
        return type(value) in (shape if isinstance(shape, tuple) else (shape,))
    if not isinstance(value, dict):
        return False
    if "*" in shape:
        return all(fits(member, shape["*"]) for member in value.values())
    return all(_fits_member(value, key, inner) for key, inner in shape.items())


def _fits_member(value: dict[str, Any], key: str, shape: Any) -> bool:
    name = key.rstrip("?~")
    if name not in value:
        return name != key
    return (value[name] is None and key.endswith("?")) or fits(value[name], shape)


def _read(line: str) -> dict[str, Any]:
    if line.count("{") + line.count("[") > MAX_CERTAIN_BRACKETS:
        return {}
    try:
        message = json.loads(line)
        _written(message).encode()  # half a surrogate pair is text to our parser, and an error to the SDK's
    except ValueError:
        return {}
    known = isinstance(message, dict) and message.keys() <= {"jsonrpc", "id", "method", "params"}
    return message if known and message.get("jsonrpc") == "2.0" else {}


def _certain_id(message: dict[str, Any]) -> str | None:
    id = message.get("id")
    if type(id) is int and abs(id) <= MAX_CERTAIN_ID:
        return str(id)
    return _written(id) if isinstance(id, str) else None


def _written(value: Any) -> str:
    """JSON as the SDK writes it."""
    return json.dumps(value, ensure_ascii=False)
