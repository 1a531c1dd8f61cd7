"""The client over stdio: lines through a pipe, read with as little work as possible."""

import os
import select
import subprocess
import time

from .messages import INITIALIZED, LEGACY, call, opening, request
from .orders import TYPICAL, order_id
from .processes import PATIENCE, Failed

PIECE = 1 << 20


class Conversation:
    """One connection to a server, one request at a time."""

    def __init__(self, process: subprocess.Popen[bytes], era: str) -> None:
        assert process.stdin and process.stdout
        self._in, self._out = process.stdin.fileno(), process.stdout.fileno()
        self._poll = select.poll()
        self._poll.register(self._out, select.POLLIN | select.POLLHUP)
        self._rest = b""
        self._era = era
        self._id = 0

    def open(self) -> None:
        """Be answered for the first time."""
        self._id += 1
        self._expect(self._ask(opening(self._era, self._id)), b'serverInfo"')
        if self._era == LEGACY:
            self._write(INITIALIZED)

    def look_up(self, lines: int = TYPICAL, detail: str | None = None) -> bytes:
        """The line that answers a look-up."""
        self._id += 1
        answer = self._ask(call(self._era, self._id, lines, detail))
        self._expect(answer, order_id(lines).encode())
        return answer

    def list_tools(self) -> bytes:
        """The line that lists the tools."""
        self._id += 1
        return self._ask(request(self._era, self._id, "tools/list"))

    def timed(self, calls: int, lines: int = TYPICAL, detail: str | None = None) -> list[float]:
        """Milliseconds of each of so many look-ups, one after the other."""
        spent = []
        for _ in range(calls):
            self._id += 1
            message = call(self._era, self._id, lines, detail)
            began = time.perf_counter()
            answer = self._ask(message)
            spent.append((time.perf_counter() - began) * 1000)
            self._expect(answer, order_id(lines).encode())
        return spent

    def _ask(self, message: bytes) -> bytes:
        self._write(message)
        mark = b'"id":%d' % self._id
        while mark not in (line := self._line()):
            pass  # a notification
        return line

    def _expect(self, answer: bytes, what: bytes) -> None:
        if what not in answer or b'"isError":true' in answer:
            raise Failed(f"an answer without {what.decode()}: {answer[:500]!r}")

    def _write(self, message: bytes) -> None:
        while message:
            message = message[os.write(self._in, message) :]

    def _line(self) -> bytes:
        pieces = [self._rest]
        while b"\n" not in pieces[-1]:
            if not self._poll.poll(PATIENCE * 1000):
                raise Failed("no answer")
            if not (piece := os.read(self._out, PIECE)):
                raise Failed("the server ended")
            pieces.append(piece)
        line, _, self._rest = b"".join(pieces).partition(b"\n")
        return line
