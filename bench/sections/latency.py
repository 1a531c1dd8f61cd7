"""Time per call over stdio, one call after the other; and the memory of a server that has answered them."""

import statistics

from ..memory import memory_of
from ..messages import ERAS
from ..orders import TYPICAL
from ..peers import FLOOR, over_stdio
from ..placement import on
from ..results import Figure, percentile
from ..run import Run
from .floor import floor

TITLE = "Time per call and memory over stdio"
MEMORY = ("RSS", "PSS", "USS")


def p50(era: str) -> Figure:
    """Milliseconds that half of the calls do not exceed."""
    return Figure("p50", era=era)


def p95(era: str) -> Figure:
    """Milliseconds that 95 of 100 calls do not exceed."""
    return Figure("p95", era=era)


def steady(kind: str) -> Figure:
    """MiB after the calls of one round."""
    return Figure(f"steady {kind}")


def measure(run: Run) -> None:
    """One round."""
    with run.upstream_with() as upstream, on(run.placement.client):
        for era in ERAS:
            for peer in run.peers:
                with over_stdio(peer, upstream, run.placement.server, era) as (conversation, process):
                    conversation.open()
                    conversation.timed(run.effort.untimed)
                    spent = conversation.timed(run.effort.calls)
                    memory = memory_of(process)
                run.results.add(p50(era), peer.name, statistics.median(spent))
                run.results.add(p95(era), peer.name, percentile(spent, 95))
                if era == ERAS[-1] and memory is not None:
                    for kind in MEMORY:
                        run.results.add(steady(kind), peer.name, memory[kind])
            if run.has_floor:
                spent = floor(
                    upstream,
                    run.placement,
                    lines=TYPICAL,
                    clients=1,
                    warm_up=run.effort.warm_up,
                    seconds=run.effort.seconds,
                )
                run.results.add(p50(era), FLOOR, statistics.median(spent))
                run.results.add(p95(era), FLOOR, percentile(spent, 95))
