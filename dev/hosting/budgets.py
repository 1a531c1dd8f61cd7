"""Two servers and one Redis: together they keep to an account's budget, and to what one caller may."""

import asyncio
from bisect import bisect_left
from collections.abc import Sequence

from bench.messages import MODERN

from .load import Answer, Load, ask, call, clients, connect, fresh_ids
from .site import Site, expect

BUDGET, CLIENTS, SECONDS = 20, 4, 5.0
# The servers count a request when they send it, and the provider when it arrives. Where the first ones of a window
# take longer on their way than the last ones of the next, an exact second at the provider holds some of both.
TOLERANCE = 0.1
CALLERS_RATE = 30


def upstream(site: Site) -> list[str]:
    """An account's budget: what is over it is told so at once, and never sent."""
    with (
        site.redis() as redis,
        site.replicas(**redis.variables, FLEXPORTAL_RATE_LIMIT=f"{BUDGET}/second") as servers,
    ):
        load = asyncio.run(_load([server.port for server in servers]))
    arrivals = [each.at for each in site.provider.record()]
    most = _most(arrivals, 1 - TOLERANCE)
    expect(most <= BUDGET, f"{most} requests in {1 - TOLERANCE:g} s, where {BUDGET} a second are allowed")
    # Far fewer would be no harm to the provider, but to the callers.
    expect(len(arrivals) >= 0.8 * BUDGET * SECONDS, f"only {len(arrivals)} requests in {SECONDS:g} s")
    outcomes = load.outcomes()
    expect(set(outcomes) == {"order", "rate_limited"}, f"what came of the calls: {dict(outcomes)}")
    told = {answer.retry_after for answer in load.failed}
    expect(told <= {1, 2}, f"retry_after_seconds is {told}")
    expect(outcomes["order"] == len(arrivals), f"{outcomes['order']} orders of {len(arrivals)} requests")
    return [
        f"{len(arrivals)} requests in {SECONDS:g} s; {outcomes['rate_limited']} calls were over the budget",
        f"at most {most} in {1 - TOLERANCE:g} s, and {_most(arrivals, 1)} in 1 s; allowed are {BUDGET}",
    ]


def callers(site: Site) -> list[str]:
    """What a caller may: the next call is refused at both servers, with the time to wait."""
    with site.redis() as redis, site.replicas(**redis.variables, ORDER_MCP_RATE_LIMIT=f"{CALLERS_RATE}/minute") as both:
        allowed = asyncio.run(_in_turn([server.port for server in both], CALLERS_RATE))
        refused = asyncio.run(_in_turn([server.port for server in both], 2))
    expect(all(answer.is_order for answer in allowed), f"of {CALLERS_RATE} calls: {[each.status for each in allowed]}")
    waits = [answer.retry_after or 0 for answer in refused]
    expect([answer.status for answer in refused] == [429, 429], f"over it: {[each.status for each in refused]}")
    expect(all(0 < wait <= 60 for wait in waits), f"Retry-After: {waits}")
    return [f"{CALLERS_RATE} calls at two servers in turn; then 429 at both, Retry-After: {waits}"]


def _most(moments: Sequence[float], seconds: float) -> int:
    """The most of these in any window of this length."""
    moments = sorted(moments)
    return max(bisect_left(moments, first + seconds) - number for number, first in enumerate(moments))


async def _load(ports: Sequence[int]) -> Load:
    load = Load()
    async with clients(load, dict.fromkeys(ports, CLIENTS), fresh_ids()):
        await asyncio.sleep(SECONDS)
    return load


async def _in_turn(ports: Sequence[int], calls: int) -> list[Answer]:
    """So many calls, one after the other, at each port in turn."""
    connections, ids = [await connect(port) for port in ports], fresh_ids()
    answers = []
    for number in range(calls):
        id = next(ids)
        answers.append(await ask(connections[number % len(ports)], id, call(id, MODERN)))
    for connection in connections:
        connection.close()
    return answers
