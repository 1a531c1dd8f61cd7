"""Redis goes away in the middle: limits are counted by each server then, and nobody is verified until it is back."""

import asyncio
from functools import partial

from .load import Answer, Load, alone, clients, fresh_ids
from .processes import until
from .redis import Redis
from .server import Server
from .site import Site, expect

CLIENTS, BUDGET = 3, 400
SECONDS = 2.0
SILENT, BACK = "does not answer; each process counts by itself", "answers again"
# What the made-up customer knows, and what nobody else may see.
POSTAL_CODE, TRACKING = "LS1 4AB", b"JD014600003828273645"
SLOWEST_MILLISECONDS = 4000
"""A server waits a second for the storage, twice in a call; the rest is a busy machine."""


def limits(site: Site) -> list[str]:
    """Frozen, killed, started again: no call fails, and each server says once that it is gone, and that it is back."""
    with (
        site.redis() as redis,
        site.replicas(**redis.variables, FLEXPORTAL_RATE_LIMIT=f"{BUDGET}/second", ORDER_MCP_RATE_LIMIT="none") as both,
    ):
        load = asyncio.run(_load(redis, both))
        for server in both:
            said = [server.program.stderr.count(words) for words in (SILENT, BACK)]
            expect(said == [1, 1], f"a server says {said} times that it is gone and back:\n{server.program.stderr}")
    expect(not load.failed, f"{len(load.failed)} of {len(load.answers)} calls failed, such as {load.failed[:1]}")
    slowest = max(answer.milliseconds for answer in load.answers)
    expect(slowest < SLOWEST_MILLISECONDS, f"a call took {slowest:.0f} ms")
    return [f"{len(load.answers)} calls, none failed; the longest took {slowest:.0f} ms"]


def budget_of_each(site: Site) -> list[str]:
    """While it is gone, each server keeps to the budget by itself."""
    with site.redis() as redis, site.replicas(**redis.variables, FLEXPORTAL_RATE_LIMIT="10/hour") as both:
        redis.kill()
        outcomes = [asyncio.run(_burst(server.port, 15)).outcomes() for server in both]
    expect(all(each == {"order": 10, "rate_limited": 5} for each in outcomes), f"15 calls at each: {outcomes}")
    return ["10 an hour: 10 of 15 calls at each server"]


def verification(site: Site) -> list[str]:
    """Frozen or killed, nobody is verified and nothing is shown; when it is back, customers are."""
    with site.redis() as redis, site.replicas(**redis.variables, ORDER_MCP_VERIFY="1") as both:
        _is_shown(both)
        for gone, back in ((redis.freeze, redis.thaw), (redis.kill, redis.start)):
            gone()
            _is_refused(both)
            back()
            _is_shown(both)
    return ["shown, refused while it was frozen, shown, refused while it was killed, shown"]


async def _load(redis: Redis, both: list[Server]) -> Load:
    load = Load()
    async with clients(load, {server.port: CLIENTS for server in both}, fresh_ids()):
        await asyncio.sleep(SECONDS)
        redis.freeze()
        await asyncio.sleep(SECONDS)
        redis.kill()
        await asyncio.sleep(SECONDS)
        await asyncio.to_thread(redis.start)
        await asyncio.to_thread(until, lambda: all(BACK in server.program.stderr for server in both), BACK)
    return load


async def _burst(port: int, calls: int) -> Load:
    ids = fresh_ids()
    return Load(await asyncio.gather(*(alone(port, next(ids)) for _ in range(calls))))


def _asked(server: Server) -> Answer:
    return asyncio.run(alone(server.port, next(fresh_ids()), postal_code=POSTAL_CODE))


def _is_refused(both: list[Server]) -> None:
    for answer in map(_asked, both):
        expect(answer.code == "unreachable" and TRACKING not in answer.raw, f"not refused: {answer}")


def _is_shown(both: list[Server]) -> None:
    for server in both:
        until(partial(_shows, server), "a customer to be verified")


def _shows(server: Server) -> bool:
    return TRACKING in _asked(server).raw
