"""Many clients at two workers: how long calls take, what is left behind in memory and descriptors, what workers add."""

import asyncio
import os
from pathlib import Path
from typing import NamedTuple

from bench.memory import memory_of
from bench.results import percentile
from order_mcp.providers.channel import MAX_IN_FLIGHT

from .load import Load, clients, fresh_ids, start
from .processes import until
from .provider import FAST, USUAL
from .server import Server, serving
from .site import Site, expect
from .workers import WORKERS, wait_for_workers, workers_of

CLIENTS, SECONDS = 40, 8.0
# What the judgement asks for.
LONG_CLIENTS, LONG_SECONDS, LONG_CALLS = 200, 60.0, 100_000
FIRST_CALLS = 1_000
MOST_SPREAD, MOST_MEMORY = 4.0, 1.1
FULL_CLIENTS, FULL_SECONDS, ROUNDS = 32, 8.0, 3
LEAST_REACHED = 0.85
"""Of what two workers could serve: 1.7 times as much as one, where both have a core for themselves."""
TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


def steady(site: Site) -> list[str]:
    """No error, p99 not far from p50; after many calls as much memory and as many descriptors as after the first."""
    many, seconds = (LONG_CLIENTS, LONG_SECONDS) if site.is_long else (CLIENTS, SECONDS)
    with serving(site.folder, site.provider.variables("one"), "--workers", str(WORKERS)) as server:
        wait_for_workers(server, WORKERS)
        most_descriptors = _descriptors(server) + WORKERS * MAX_IN_FLIGHT
        first = asyncio.run(_calls(server, many, FIRST_CALLS))
        memory = _memory(server)
        load = asyncio.run(_for_seconds(server, many, seconds))
        left = LONG_CALLS - len(first.answers) - len(load.answers) if site.is_long else 0
        rest = asyncio.run(_calls(server, many, left))
        # What stays open are idle connections to the provider.
        until(lambda: _descriptors(server) <= most_descriptors, "connections to be closed")
        grown = _memory(server) / memory
    every = Load([*first.answers, *load.answers, *rest.answers])
    expect(not every.failed, f"{len(every.failed)} of {len(every.answers)} calls failed, such as {every.failed[:1]}")
    p50, p99 = (percentile([answer.milliseconds for answer in load.answers], percent) for percent in (50, 99))
    # A few seconds on a machine that does other things, too, say too little.
    expect(not site.is_long or p99 < MOST_SPREAD * p50, f"p99 is {p99:.0f} ms, and p50 {p50:.0f} ms")
    expect(
        grown <= MOST_MEMORY, f"{len(every.answers)} calls, and memory is {grown:.2f} times what it was after the first"
    )
    return [
        f"{many} clients for {seconds:g} s: {len(load.answers) / seconds:.0f} calls a second, p50 {p50:.0f} ms, "
        f"p99 {p99:.0f} ms ({p99 / p50:.1f} times as long)",
        f"memory of both workers: {memory:.1f} MiB after {len(first.answers):,} calls, "
        f"{100 * (grown - 1):+.1f} % after {len(every.answers):,}; no descriptor is left",
    ]


def scaling(site: Site) -> list[str]:
    """Two workers make of two cores what one worker makes of one.

    The load generator and the provider need processor time too, and so does whatever else runs on the machine. One
    worker leaves the other cores to them; on two cores, two workers have to share. So it is worked out how many calls
    the time would do that was used or left idle beside two workers, if each took as long as beside one.
    """
    rounds = [(_throughput(site, 1), _throughput(site, WORKERS)) for _ in range(ROUNDS)]
    # The middle one, because other programs may have had a say in any.
    reached, one, two = sorted((_reached(one, two), one, two) for one, two in rounds)[ROUNDS // 2]
    ratio = two.per_second / one.per_second
    expect(
        reached >= LEAST_REACHED, f"two workers serve {ratio:.2f} times one, {100 * reached:.0f} % of what is possible"
    )
    return [
        f"one worker {one.per_second:.0f} calls a second, two {two.per_second:.0f}: {ratio:.2f} times as many, "
        f"{100 * reached:.0f} % of what is possible",
        f"a call took {one.seconds * 1000:.2f} ms of processor time beside one worker, and {two.seconds * 1000:.2f} ms "
        f"beside two; {one.others * 1000:.2f} and {two.others * 1000:.2f} ms of it went into measuring",
    ]


class Throughput(NamedTuple):
    """What was served, and what became of the processors."""

    per_second: float
    seconds: float
    """Of processor time for a call, everybody's together."""
    others: float
    """The part of the load generator and the provider in it."""
    idle: float
    """How many cores had nothing to do."""


def _reached(one: Throughput, two: Throughput) -> float:
    """The part of the possible calls that two workers served."""
    return two.per_second * one.seconds / (two.per_second * two.seconds + two.idle)


def _throughput(site: Site, workers: int) -> Throughput:
    with serving(site.folder, site.provider.variables("one"), "--workers", str(workers)) as server:
        wait_for_workers(server, workers)
        asyncio.run(_calls(server, FULL_CLIENTS, FIRST_CALLS))
        before = _processors(site, server)
        load = asyncio.run(_for_seconds(server, FULL_CLIENTS, FULL_SECONDS, FAST))
        after = _processors(site, server)
    expect(not load.failed, f"{len(load.failed)} of {len(load.answers)} calls failed, such as {load.failed[:1]}")
    calls = len(load.answers)
    theirs, others, idle = (then - at for then, at in zip(after, before, strict=True))
    return Throughput(calls / FULL_SECONDS, (theirs + others) / calls, others / calls, idle / FULL_SECONDS)


def _processors(site: Site, server: Server) -> tuple[float, float, float]:
    """Processor seconds of the server, of those who measure, and idle ones."""
    sides = workers_of(server), (site.provider.program.pid, os.getpid())
    theirs, others = (sum(map(_processor_seconds, side)) for side in sides)
    idle, waiting = Path("/proc/stat").read_text(encoding="ascii").split()[4:6]
    return theirs, others, (int(idle) + int(waiting)) / TICKS_A_SECOND


async def _calls(server: Server, many: int, calls: int) -> Load:
    """At least so many calls from so many clients."""
    load = Load(enough=calls)
    async with asyncio.TaskGroup() as group:
        start(group, load, {server.port: many}, fresh_ids())
    return load


async def _for_seconds(server: Server, many: int, seconds: float, kind: str = USUAL) -> Load:
    load = Load()
    async with clients(load, {server.port: many}, fresh_ids(kind)):
        await asyncio.sleep(seconds)
    return load


def _memory(server: Server) -> float:
    return sum(memory["RSS"] for memory in map(memory_of, workers_of(server)) if memory)


def _descriptors(server: Server) -> int:
    return sum(len(os.listdir(f"/proc/{process}/fd")) for process in workers_of(server))


def _processor_seconds(process: int) -> float:
    # The name in brackets may hold anything, blanks too.
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_A_SECOND
