"""Calls per second over HTTP, one server process, with more and more clients and a fast or a slow upstream."""

from contextlib import ExitStack

from ..http_client import answer_to, loaded
from ..messages import ERAS, MODERN, http_call, http_get
from ..orders import HEADERS, TYPICAL, order_id
from ..peers import FLOOR, over_http
from ..placement import on
from ..results import Figure
from ..run import Run
from .floor import floor

TITLE = "Calls per second over HTTP"
UPSTREAM_ALONE = "upstream"
"""The measuring client asks the upstream itself: neither of the two may be what limits a server."""
EXPECTED = order_id(TYPICAL).encode()


def calls_per_second(era: str, clients: int, pause: float = 0.0) -> Figure:
    """Answers in a second, of all clients together."""
    return Figure("calls per second", era=era, clients=clients, pause=pause)


def measure(run: Run) -> None:
    """One round. All servers run at once; only the one that is asked uses its core."""
    effort = run.effort
    for pause in effort.pauses:
        with ExitStack() as stack:
            upstream = stack.enter_context(run.upstream_with(pause))
            stack.enter_context(on(run.placement.client))
            ports = {peer.name: stack.enter_context(over_http(peer, upstream, run.placement))[0] for peer in run.peers}
            # With a slow upstream the era makes no difference that could be seen.
            for era in (MODERN,) if pause else ERAS:
                for clients in effort.clients:
                    figure = calls_per_second(era, clients, pause)
                    for name, port in ports.items():
                        request = http_call(era, port, TYPICAL)
                        answer_to(port, request, EXPECTED)
                        done = loaded(port, request, EXPECTED, clients, warm_up=effort.warm_up, seconds=effort.seconds)
                        run.results.add(figure, name, done.per_second)
                        run.results.add_errors(name, done.errors)
            for clients in effort.clients:
                figure = calls_per_second(MODERN, clients, pause)
                request = http_get(upstream.port, f"/v1/orders/{order_id(TYPICAL)}", HEADERS)
                done = loaded(upstream.port, request, EXPECTED, clients, warm_up=effort.warm_up, seconds=effort.seconds)
                run.results.add(figure, UPSTREAM_ALONE, done.per_second)
                if run.has_floor:
                    spent = floor(
                        upstream,
                        run.placement,
                        lines=TYPICAL,
                        clients=clients,
                        warm_up=effort.warm_up,
                        seconds=effort.seconds,
                    )
                    run.results.add(figure, FLOOR, len(spent) / effort.seconds)
