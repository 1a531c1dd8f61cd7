"""One run: who is measured, how hard, on which cores, against which upstream."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from . import upstream
from .peers import FLOOR, PEERS, Peer
from .placement import Placement
from .results import Results
from .upstream import Upstream


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is measured in each round."""

    starts: int
    """Starts of each server, in each era."""
    calls: int
    """Timed calls over stdio, in each era; as many again come first, untimed, up to 200."""
    seconds: float
    """Of each measurement over HTTP."""
    warm_up: float
    clients: tuple[int, ...]
    pauses: tuple[float, ...]
    many_calls: int
    """Calls after which memory should still be the same."""
    growth_calls: int
    """Timed calls for each number of lines."""

    @property
    def untimed(self) -> int:
        return min(self.calls, 200)


FULL = Effort(3, 800, 1.5, 0.4, (1, 8, 32, 64), (0.0, 0.05), 100_000, 60)
QUICK = Effort(1, 30, 0.3, 0.1, (1, 8), (0.0,), 300, 5)


@dataclass
class Run:
    """What a section needs to know, and where it puts what it finds."""

    effort: Effort
    names: Sequence[str]
    """Of the peers, `e` among them if the floor is measured."""
    placement: Placement
    upstream: str
    """Which upstream answers at once: `nginx` or `asyncio`."""
    results: Results = field(default_factory=Results)
    round: int = 0

    @property
    def peers(self) -> list[Peer]:
        """The servers, each round in another order, so that nobody is always measured after the same one."""
        chosen = [PEERS[name] for name in self.names if name in PEERS]
        turn = self.round % len(chosen) if chosen else 0
        return chosen[turn:] + chosen[:turn]

    @property
    def has_floor(self) -> bool:
        return FLOOR in self.names

    def upstream_for(self, pause: float) -> str:
        """Nginx has no pause, so it cannot be slow."""
        return "asyncio" if pause else self.upstream

    @contextmanager
    def upstream_with(self, pause: float = 0.0) -> Iterator[Upstream]:
        """The provider, on its core."""
        with upstream.running(self.upstream_for(pause), pause, self.placement.upstream) as running:
            yield running
