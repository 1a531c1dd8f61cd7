"""A Redis of its own for a check: it keeps nothing, and can be stopped and started again at the same port."""

import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from .processes import Program, free_port, started, wait_for_port


class Redis:
    """A port, and the program that listens there, if it runs."""

    def __init__(self, program: Path) -> None:
        self.port = free_port()
        nothing_kept = ["--save", "", "--appendonly", "no"]
        self._command = [str(program), "--bind", "127.0.0.1", "--port", str(self.port), *nothing_kept]
        self._running = ExitStack()
        self._program: Program | None = None

    @property
    def variables(self) -> dict[str, str]:
        """What has a server count there."""
        return {"ORDER_MCP_STORAGE": f"redis://127.0.0.1:{self.port}/0"}

    def start(self) -> None:
        self._program = self._running.enter_context(started(self._command, {}))
        wait_for_port(self.port, self._program)

    def freeze(self) -> None:
        """It keeps its connections, takes new ones, and says nothing."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        assert self._program is not None
        self._program.kill()

    def close(self) -> None:
        self._running.close()

    def _signal(self, number: signal.Signals) -> None:
        assert self._program is not None
        self._program.process.send_signal(number)


@contextmanager
def running(program: Path) -> Iterator[Redis]:
    """A Redis until the end of the block."""
    redis = Redis(program)
    try:
        redis.start()
        yield redis
    finally:
        redis.close()
