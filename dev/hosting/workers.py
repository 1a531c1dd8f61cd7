"""Several processes behind one port: how they stop, and what happens when one of them dies."""

import asyncio
import os
import signal
import time
from pathlib import Path

from .load import Load, alone, fresh_ids
from .processes import until
from .provider import PAUSES, SLOW
from .server import Server, serving, status
from .site import Site, expect

WORKERS, CLIENTS = 2, 12
IN_FLIGHT_SECONDS = 1.0
"""After which all calls have arrived at the provider, and none has its answer."""
REFUSED_WITHIN_SECONDS = 1.5
"""The process that starts the others looks for signals twice a second."""
OPTIONS = ("--workers", str(WORKERS))
# What Python's own helper of such processes is called by, and it is none of ours.
HELPER = b"resource_tracker"


def stopped(site: Site) -> list[str]:
    """SIGTERM: the port is closed at once, calls in flight end, and the exit code is 0."""
    with serving(site.folder, site.provider.variables("one"), *OPTIONS) as server:
        wait_for_workers(server, WORKERS)
        load, refused_after, ended_after = asyncio.run(_stop(server))
    expect(not load.failed, f"{len(load.failed)} of {len(load.answers)} calls in flight were lost: {load.failed[:1]}")
    expect(refused_after < REFUSED_WITHIN_SECONDS, f"new connections were taken for {refused_after:.1f} s")
    return [f"{CLIENTS} calls of {PAUSES[SLOW]:g} s in flight, all ended, after {ended_after:.1f} s the process, too"]


def replaced(site: Site) -> list[str]:
    """SIGKILL to one of them: another one takes its place, and meanwhile the rest answers."""
    with serving(site.folder, site.provider.variables("one"), *OPTIONS) as server:
        wait_for_workers(server, WORKERS)
        killed = min(workers_of(server))
        os.kill(killed, signal.SIGKILL)
        began = time.monotonic()
        until(lambda: killed not in workers_of(server), "a worker to end")
        wait_for_workers(server, WORKERS)
        seconds = time.monotonic() - began
        expect(asyncio.run(alone(server.port, "ord_after")).is_order, "there is no order after it")
        server.stop()
    return [f"another one after {seconds:.1f} s"]


def orphaned(site: Site) -> list[str]:
    """SIGKILL to the process that starts the others: they end, too. Otherwise nobody could take the port again."""
    with serving(site.folder, site.provider.variables("one"), *OPTIONS) as server:
        wait_for_workers(server, WORKERS)
        os.kill(server.program.pid, signal.SIGKILL)
        began = time.monotonic()
        server.program.ended()
        until(lambda: not status(server.port, "/healthz"), "workers to end")
    return [f"the port was free after {time.monotonic() - began:.1f} s"]


def wait_for_workers(server: Server, workers: int) -> None:
    """Until so many processes serve. The port answers as soon as one of them does."""
    until(lambda: sum(map(_has_event_loop, workers_of(server))) == workers, "all workers")


def workers_of(server: Server) -> list[int]:
    """The processes that serve; the one process, where there is only one."""
    parent = server.program.pid
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii").split()
    return [int(child) for child in children if HELPER not in _command(child)] or [parent]


def _has_event_loop(process: int) -> bool:
    try:
        return any("eventpoll" in os.readlink(each) for each in Path(f"/proc/{process}/fd").iterdir())
    except OSError:
        return False


def _command(process: str) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:  # it has just ended
        return HELPER


async def _stop(server: Server) -> tuple[Load, float, float]:
    """What the calls in flight came to, how long the port was open after the signal, and when the process had ended."""
    ids = fresh_ids(SLOW)
    calls = asyncio.gather(*(alone(server.port, next(ids)) for _ in range(CLIENTS)))
    await asyncio.sleep(IN_FLIGHT_SECONDS)
    server.program.process.send_signal(signal.SIGTERM)
    began = time.monotonic()
    await asyncio.to_thread(until, lambda: not status(server.port, "/healthz"), "a closed port")
    refused = time.monotonic()
    load = Load(await calls)
    await asyncio.to_thread(server.stop)
    return load, refused - began, time.monotonic() - began
