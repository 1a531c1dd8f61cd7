"""How time and memory grow with the lines of an order, and what another call notices of a long one."""

import statistics

from ..http_client import Asked, answer_to, load
from ..memory import memory_of
from ..messages import MODERN, http_call
from ..orders import LINES, order_id
from ..peers import BARE, FLOOR, LOWLEVEL, OURS, Peer, over_http, over_stdio
from ..placement import on
from ..results import Figure, percentile
from ..run import Run
from ..upstream import Upstream
from .characters import DETAILS
from .floor import floor

TITLE = "Long orders"
BESIDE = {OURS.name, BARE.name, LOWLEVEL.name}
"""Who is measured here: order-mcp at each level of detail, and the bare servers to compare with."""
LONG, SHORT = 1_000, 1
ALONE, DISTURBED = Figure("another call, alone"), Figure("another call, beside a long order")
"""p95 in milliseconds of a look-up of one line, while nobody else asks, and while somebody reads long orders."""


def time_of(lines: int, detail: str = "") -> Figure:
    """p50 in milliseconds of a look-up over stdio."""
    return Figure("time of lines", lines=lines, detail=detail)


def memory_with(lines: int, detail: str = "") -> Figure:
    """MiB of RSS after such look-ups."""
    return Figure("memory of lines", lines=lines, detail=detail)


def measure(run: Run) -> None:
    """One round."""
    with run.upstream_with() as upstream, on(run.placement.client):
        for peer in run.peers:
            if peer.name in BESIDE:
                for detail in DETAILS if peer is OURS else ("",):
                    _measure_lines(run, peer, upstream, detail)
                _measure_disturbance(run, peer, upstream)
        if run.has_floor:
            for lines in LINES:
                spent = floor(
                    upstream,
                    run.placement,
                    lines=lines,
                    clients=1,
                    warm_up=0.1,
                    seconds=run.effort.seconds / 4,
                    reads=True,
                )
                run.results.add(time_of(lines), FLOOR, statistics.median(spent))


def _measure_lines(run: Run, peer: Peer, upstream: Upstream, detail: str) -> None:
    with over_stdio(peer, upstream, run.placement.server, MODERN) as (conversation, process):
        conversation.open()
        conversation.timed(run.effort.growth_calls)
        for lines in LINES:
            conversation.timed(run.effort.growth_calls // 4, lines, detail or None)
            spent = conversation.timed(run.effort.growth_calls, lines, detail or None)
            run.results.add(time_of(lines, detail), peer.name, statistics.median(spent))
            if (memory := memory_of(process)) is not None:
                run.results.add(memory_with(lines, detail), peer.name, memory["RSS"])


def _measure_disturbance(run: Run, peer: Peer, upstream: Upstream) -> None:
    """Over HTTP: one client asks for a short order, first alone, then beside one that reads long ones."""
    with over_http(peer, upstream, run.placement) as (port, _):
        expected = {lines: order_id(lines).encode() for lines in (SHORT, LONG)}
        requests = {lines: http_call(MODERN, port, lines) for lines in (SHORT, LONG)}
        for lines in (SHORT, LONG):
            answer_to(port, requests[lines], expected[lines])
        for figure, others in ((ALONE, ()), (DISTURBED, (LONG,))):
            every = [Asked(requests[lines], expected[lines]) for lines in (SHORT, *others)]
            load(port, every, warm_up=run.effort.warm_up, seconds=run.effort.seconds)
            run.results.add(figure, peer.name, percentile(every[0].spent, 95))
            run.results.add_errors(peer.name, sum(asked.errors for asked in every))
