"""Memory after many calls: a server that keeps something of each call shows it here. Measured once, not every round."""

from ..http_client import Asked, answer_to, load
from ..memory import memory_of
from ..messages import MODERN, http_call
from ..orders import TYPICAL, order_id
from ..peers import OURS, Peer, over_http, over_stdio
from ..placement import on
from ..results import Figure
from ..run import Run
from ..upstream import Upstream

TITLE = "Memory after many calls"
TRANSPORTS = ("stdio", "HTTP")
PARTS = 10
"""Memory is read after each tenth of the calls."""
CLIENTS = 8


def memory_after(transport: str, calls: int) -> Figure:
    """MiB of RSS after so many calls."""
    return Figure(f"memory, {transport}", calls=calls)


def measure(run: Run) -> None:
    """Only once, because it takes long and memory does not wobble."""
    if run.round:
        return
    with run.upstream_with() as upstream, on(run.placement.client):
        for peer in run.peers:
            if peer is OURS:
                _over_stdio(run, peer, upstream)
                _over_http(run, peer, upstream)


def _over_stdio(run: Run, peer: Peer, upstream: Upstream) -> None:
    each = run.effort.many_calls // PARTS
    with over_stdio(peer, upstream, run.placement.server, MODERN) as (conversation, process):
        conversation.open()
        for part in range(PARTS):
            conversation.timed(each)
            _note(run, memory_after("stdio", each * (part + 1)), peer, process)


def _over_http(run: Run, peer: Peer, upstream: Upstream) -> None:
    each, expected = run.effort.many_calls // PARTS, order_id(TYPICAL).encode()
    with over_http(peer, upstream, run.placement) as (port, process):
        request = http_call(MODERN, port, TYPICAL)
        answer_to(port, request, expected)
        for part in range(PARTS):
            answered = 0
            while answered < each:
                every = [Asked(request, expected) for _ in range(CLIENTS)]
                load(port, every, warm_up=0.0, seconds=0.5)
                answered += sum(len(asked.spent) for asked in every)
                run.results.add_errors(peer.name, sum(asked.errors for asked in every))
            _note(run, memory_after("HTTP", each * (part + 1)), peer, process)


def _note(run: Run, figure: Figure, peer: Peer, process: int) -> None:
    if (memory := memory_of(process)) is not None:
        run.results.add(figure, peer.name, memory["RSS"])
