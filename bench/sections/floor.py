"""The floor: httpx2 alone in a process of its own, on the server's core."""

import json

from ..orders import order_id
from ..peers import LOOP
from ..placement import Placement
from ..processes import Failed, started
from ..upstream import Upstream


def floor(
    upstream: Upstream,
    where: Placement,
    *,
    lines: int,
    clients: int,
    warm_up: float,
    seconds: float,
    reads: bool = False,
) -> list[float]:
    """Milliseconds of each call; with `reads` the body is also parsed as JSON."""
    arguments = [order_id(lines), str(clients), str(warm_up), str(seconds), *(["read"] if reads else [])]
    with started([*LOOP, *arguments], upstream.variables, where.server) as process:
        said = process.communicate()[0]
        if process.returncode:
            raise Failed("the loop ended early")
    spent: list[float] = json.loads(said)
    return spent
