"""Replicas behind nginx that are stopped and started again under load, in turn: no call fails.

After SIGTERM every call also ends where it began. One that was cut off and asked again at the other replica would be
seen at the provider twice.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

from .load import Load, clients, fresh_ids
from .provider import PAUSES, SLOW
from .server import Server
from .site import REPLICAS, Site, expect

# An odd number: an even one would have one replica get all the slow calls.
CLIENTS, SLOW_EVERY = 16, 11
STOPS, KILLS, TIMES_LONG = 4, 2, 5
LONG_PAUSE = PAUSES[SLOW]
# How long both run before the next one goes. A call that is killed twice has nobody left to ask.
AFTER_STOP, AFTER_KILL = 1.0, LONG_PAUSE + 0.5


class Stop(NamedTuple):
    """When a replica was told to go, and which one."""

    at: float
    name: str


def stopped(site: Site) -> list[str]:
    """With SIGTERM, as a supervisor stops them."""
    load, stops = _under_load(site, Server.stop, STOPS, AFTER_STOP)
    record = site.provider.record()
    twice = [id for id, times in Counter(each.id for each in record).items() if times > 1]
    expect(not twice, f"{len(twice)} calls were cut off and asked again, such as {twice[:3]}")
    slow = [each for each in record if each.id.startswith(SLOW)]
    in_flight = [sum(each.by == name and 0 < at - each.at < LONG_PAUSE for each in slow) for at, name in stops]
    expect(all(in_flight), f"at a stop no slow call was in flight, so it shows nothing: {in_flight}")
    return [*_figures(load, stops), f"{sum(in_flight)} calls of {LONG_PAUSE:g} s were in flight, and ended"]


def killed(site: Site) -> list[str]:
    """With SIGKILL, as a machine that goes away: nginx asks the other replica."""
    return _figures(*_under_load(site, lambda server: server.program.kill(), KILLS, AFTER_KILL))


def _figures(load: Load, stops: list[Stop]) -> list[str]:
    slowest = max(answer.milliseconds for answer in load.answers)
    return [f"{len(load.answers)} calls while a replica went {len(stops)} times; the longest took {slowest:.0f} ms"]


def _under_load(site: Site, end: Callable[[Server], None], rounds: int, pause: float) -> tuple[Load, list[Stop]]:
    with site.replicas() as servers, site.behind_nginx(servers) as port:
        in_turn = [*zip(REPLICAS, servers, strict=True)] * (
            rounds // len(REPLICAS) * (TIMES_LONG if site.is_long else 1)
        )
        load, stops = asyncio.run(_run(port, in_turn, end, pause))
    expect(not load.failed, f"{len(load.failed)} of {len(load.answers)} calls failed, such as {load.failed[:2]}")
    return load, stops


async def _run(
    port: int, in_turn: Sequence[tuple[str, Server]], end: Callable[[Server], None], pause: float
) -> tuple[Load, list[Stop]]:
    load, stops = Load(), []
    async with clients(load, {port: CLIENTS}, fresh_ids(every=SLOW_EVERY)):
        for name, server in in_turn:
            await asyncio.sleep(pause)
            stops.append(Stop(time.monotonic(), name))
            await asyncio.to_thread(end, server)
            await asyncio.to_thread(server.start)
    return load, stops
