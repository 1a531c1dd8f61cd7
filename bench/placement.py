"""Which processor core does what, so that the server is measured and not who asks it.

The server gets a core of its own. The client and the upstream share the first one, or have one each where there are
three. Where a system cannot pin processes (macOS), nothing is pinned, and the results say so.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Placement:
    """The cores of each role; None where nothing is pinned."""

    client: frozenset[int] | None = None
    upstream: frozenset[int] | None = None
    server: frozenset[int] | None = None
    every: frozenset[int] | None = None

    @property
    def is_pinned(self) -> bool:
        return self.server is not None


def placement() -> Placement:
    """What this machine allows."""
    if not hasattr(os, "sched_setaffinity"):
        return Placement()
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        return Placement()
    upstream = cores[1] if len(cores) > 2 else cores[0]
    return Placement(frozenset({cores[0]}), frozenset({upstream}), frozenset({cores[-1]}), frozenset(cores))


@contextmanager
def on(cores: frozenset[int] | None) -> Iterator[None]:
    """Run this process, and what it starts meanwhile, on these cores. A process inherits them for good."""
    if cores is None:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
