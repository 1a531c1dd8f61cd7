"""First answer over stdio: from the start of the process to the first answer, and to the first tool result.

Nothing is pinned here: a start may use every core, as it does for users. Each server is started once before, untimed,
so that its files are in memory and its bytecode is written.
"""

import time

from ..messages import ERAS
from ..peers import Peer, over_stdio
from ..results import Figure
from ..run import Run
from ..upstream import Upstream

TITLE = "First answer over stdio"


def connected(era: str) -> Figure:
    """Milliseconds until `initialize` or `server/discover` is answered."""
    return Figure("connected", era=era)


def first_result(era: str) -> Figure:
    """Milliseconds until the first look-up is answered."""
    return Figure("first result", era=era)


def measure(run: Run) -> None:
    """One round."""
    with run.upstream_with() as upstream:
        if run.round == 0:
            for peer in run.peers:
                _start(peer, upstream, ERAS[0], run)
        for _ in range(run.effort.starts):
            for era in ERAS:
                for peer in run.peers:
                    until_open, until_result = _start(peer, upstream, era, run)
                    run.results.add(connected(era), peer.name, until_open)
                    run.results.add(first_result(era), peer.name, until_result)


def _start(peer: Peer, upstream: Upstream, era: str, run: Run) -> tuple[float, float]:
    peer.command()  # its environment is made here, the first time
    began = time.perf_counter()
    with over_stdio(peer, upstream, run.placement.every, era) as (conversation, _):
        conversation.open()
        opened = time.perf_counter()
        conversation.look_up()
        ended = time.perf_counter()
    return (opened - began) * 1000, (ended - began) * 1000
