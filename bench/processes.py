"""Processes that the benchmark starts and ends: upstreams and servers, with no setting of the developer's own."""

import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

from dev.documents import ROOT

from .placement import on

PATIENCE = 30.0
"""Seconds to wait for anything; many times what is needed."""
KEPT = ("PATH", "HOME", "SYSTEMROOT", "TEMP")


class Failed(Exception):
    """A process did not do what it should; with what it wrote on standard error."""


@contextmanager
def started(
    command: Sequence[str], variables: Mapping[str, str], cores: frozenset[int] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A process with pipes for input and output, ended at the end. A failure tells what it wrote on standard error."""
    environment = {name: os.environ[name] for name in KEPT if name in os.environ} | dict(variables)
    with tempfile.TemporaryFile() as errors:
        with on(cores):
            process = subprocess.Popen(
                list(command),
                cwd=ROOT,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                bufsize=0,
            )
        try:
            yield process
        except (OSError, Failed) as failure:
            errors.seek(0)
            said = errors.read().decode(errors="replace")[-2_000:]
            raise Failed(f"{' '.join(command)}: {failure}\n{said}") from failure
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin and process.stdout
    with suppress(OSError):
        process.stdin.close()
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(PATIENCE)
    process.stdout.close()


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def wait_for_port(port: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until a process listens."""
    give_up = time.monotonic() + PATIENCE
    while time.monotonic() < give_up and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.01)
    raise Failed(f"nobody listens on port {port}")
