"""Programs that the checks start and stop. None outlives the check, whatever happens."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from ..documents import ROOT

PATIENCE = 30.0
"""Seconds to wait for anything; many times what is needed."""
KEPT = ("PATH", "HOME", "SYSTEMROOT", "TEMP", "TMPDIR")


class Failed(Exception):
    """Something is not as it should be."""


class Program:
    """A running program, and what it writes on standard error."""

    def __init__(self, process: subprocess.Popen[bytes], errors: IO[bytes]) -> None:
        self.process = process
        self._errors = errors

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def is_running(self) -> bool:
        return self.process.poll() is None

    @property
    def stderr(self) -> str:
        # A position of its own, because the program goes on writing at the file's.
        return os.pread(self._errors.fileno(), 10_000_000, 0).decode(errors="replace")

    def stop(self) -> int:
        """Ask it to stop as a supervisor does, and wait; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.ended()

    def ended(self) -> int:
        """Wait until it has ended; the exit code."""
        try:
            return self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            raise Failed(f"it does not end:\n{self.stderr[-2000:]}") from None

    def kill(self) -> None:
        """End it and all that it has started, at once."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self.process.wait(PATIENCE)


@contextmanager
def started(
    command: Sequence[str | Path],
    variables: Mapping[str, str],
    *,
    folder: Path = ROOT,
    user: str | None = None,
    keep_output: bool = False,
) -> Iterator[Program]:
    """A program with no setting of the developer's own. It is asked to stop at the end, and made to.

    What it writes on standard error is kept; with `keep_output`, what it writes on standard output goes there, too.
    """
    environment = {name: os.environ[name] for name in KEPT if name in os.environ} | dict(variables)
    with TemporaryFile() as errors:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            user=user,
            group=user,
            extra_groups=[] if user else None,
            stdin=subprocess.DEVNULL,
            stdout=errors if keep_output else subprocess.DEVNULL,
            stderr=errors,
            start_new_session=True,  # Ctrl-C is for the checks, which then stop it
        )
        program = Program(process, errors)
        try:
            yield program
        finally:
            if program.is_running:
                process.send_signal(signal.SIGCONT)
                process.terminate()
                with suppress(subprocess.TimeoutExpired):
                    process.wait(5)
            program.kill()


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def wait_for_port(port: int, program: Program) -> None:
    """Wait until a program listens."""

    def listens() -> bool:
        if not program.is_running:
            raise Failed(f"it has ended:\n{program.stderr[-2000:]}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            return False
        return True

    until(listens, f"a program at port {port}")


def until(happens: Callable[[], bool], what: str, patience: float = PATIENCE) -> None:
    """Wait for something."""
    give_up = time.monotonic() + patience
    while not happens():
        if time.monotonic() > give_up:
            raise Failed(f"waited in vain for {what}")
        time.sleep(0.01)


def get(port: int, path: str, **headers: str) -> tuple[int, bytes]:
    """The status and the body of a plain request, past any proxy of the developer's own."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as connection:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
