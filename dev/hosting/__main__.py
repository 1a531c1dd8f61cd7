"""Every check in turn. What needs nginx or Redis is skipped where they cannot be had; everything else has to hold."""

import argparse
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from . import budgets, eras, figures, outage, provider, restarts, workers
from .processes import Failed
from .programs import NGINX, REDIS, provide
from .site import Site


class Check(NamedTuple):
    """Something that has to hold."""

    title: str
    run: Callable[[Site], list[str]]
    """Gives figures to print, or raises Failed."""
    needs: Sequence[str] = ()
    only_long: bool = False


CHECKS = (
    Check("both eras through nginx, the replicas in turn", eras.check, [NGINX]),
    Check("replicas that are stopped under load", restarts.stopped, [NGINX]),
    Check("replicas that are killed under load", restarts.killed, [NGINX]),
    Check("one budget for two servers", budgets.upstream, [REDIS]),
    Check("one caller's rate at two servers", budgets.callers, [REDIS]),
    Check("Redis goes away, and calls go on", outage.limits, [REDIS]),
    Check("Redis is gone, and each server keeps to the budget", outage.budget_of_each, [REDIS]),
    Check("Redis is gone, and nobody is verified", outage.verification, [REDIS]),
    Check("two workers that are stopped", workers.stopped),
    Check("a worker that is killed", workers.replaced),
    Check("workers whose first process is killed", workers.orphaned),
    Check("many clients at two workers", figures.steady),
    Check("two workers beside one", figures.scaling, only_long=True),
)


def main() -> int:
    """Run all; returns 1 if anything is not as it should be."""
    parser = argparse.ArgumentParser(prog="python -m dev.hosting", description=__doc__)
    parser.add_argument("--long", action="store_true", help="the full figures; needs ten minutes and an idle machine")
    options = parser.parse_args()
    # Whoever stops the checks stops the programs that they started, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))

    missing = provide()
    chosen = [check for check in CHECKS if options.long or not check.only_long]
    results = [_tell(check, missing, is_long=options.long) for check in chosen]
    failed, skipped = results.count("FAILED"), results.count("skipped")
    print(f"{len(results) - failed - skipped} passed, {failed} failed, {skipped} skipped")
    return min(failed, 1)


def _tell(check: Check, missing: Mapping[str, str], *, is_long: bool) -> str:
    """Run one check, unless it needs what is missing, and print what came of it."""
    began = time.monotonic()
    lacking = [f"{name}: {missing[name]}" for name in check.needs if name in missing]
    if lacking:
        result, lines = "skipped", lacking
    else:
        result, lines = _result(check, is_long=is_long)
    print(f"{result:7} {check.title} ({time.monotonic() - began:.0f} s)", *lines, sep="\n        ", flush=True)
    return result


def _result(check: Check, *, is_long: bool) -> tuple[str, list[str]]:
    with provider.running() as running, TemporaryDirectory() as folder:
        try:
            return "ok", check.run(Site(running, Path(folder), is_long))
        except Exception as failure:
            return "FAILED", list(_told(failure))


def _told(failure: Exception) -> Iterator[str]:
    if isinstance(failure, ExceptionGroup):
        for each in failure.exceptions:
            yield from _told(each)
    elif isinstance(failure, Failed):
        yield str(failure)
    else:
        yield "".join(traceback.format_exception(failure))


if __name__ == "__main__":
    sys.exit(main())
