"""Start a seeded Medusa, and ask it through the server with the package; `--serve` keeps it running instead."""

import argparse
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Mapping
from pathlib import Path

import anyio

from ..hosting.processes import Failed
from . import words
from .checks import CHECKS
from .client import with_secret_key
from .desk import installed
from .programs import Missing
from .questions import basic, questions
from .recorder import Recorder
from .seed.states import UNREACHABLE
from .site import Site, running


def main() -> int:
    """Run it; returns 1 if anything is not as it should be."""
    parser = argparse.ArgumentParser(prog="python -m dev.medusa", description=__doc__)
    parser.add_argument("--anew", action="store_true", help="seed a new database, though one is kept")
    parser.add_argument("--record", type=Path, metavar="FOLDER", help="write what Medusa answers into a folder")
    parser.add_argument(
        "--stories", type=Path, metavar="FOLDER", help="make the stories of the package anew in a folder"
    )
    parser.add_argument("--serve", action="store_true", help="say where it is, and run until it is stopped")
    options = parser.parse_args()
    # Whoever stops this program stops the programs that it started, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with running(anew=options.anew) as site:
            print(site.told, flush=True)
            if options.record:
                print(f"{_record(site, options.record)} answers are in {options.record}", flush=True)
            if options.stories:
                _tell(site, options.stories)
            if options.serve:
                _serve(site)
            has_asked = options.record or options.stories or options.serve
            return 0 if has_asked else max(_words(site), _checks(site))
    except Missing as missing:
        print(f"skipped {missing}")
        return 0
    except (Failed, OSError, subprocess.SubprocessError) as failure:
        print(f"FAILED  {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _checks(site: Site) -> int:
    failed = 0
    with installed(site) as at:
        for check in CHECKS:
            began = time.monotonic()
            try:
                result, told = "ok", anyio.run(check.run, at)
            except Exception as failure:
                result, told, failed = "FAILED", _told(failure), failed + 1
            seconds = time.monotonic() - began
            print(f"{result:7} {check.title} ({seconds:.0f} s)", told, sep="\n        ", flush=True)
    print(f"{len(CHECKS) - failed} passed, {failed} failed")
    return min(failed, 1)


def _told(failure: BaseException) -> str:
    """What went wrong, also where a group of tasks stands around it."""
    if isinstance(failure, BaseExceptionGroup):
        return "\n".join(map(_told, failure.exceptions))
    return str(failure) if isinstance(failure, Failed) else "".join(traceback.format_exception(failure))


def _words(site: Site) -> int:
    with with_secret_key(site.address, site.seeded.keys.secret) as admin:
        found = words.seen(admin, site.seeded.orders)
    for (field, word), orders in sorted(found.items()):
        print(f"{field} {word}: {', '.join(orders)}")
    for (field, word), why in UNREACHABLE.items():
        print(f"{field} {word}: {why}")
    wrong = words.surprises(found)
    print(*(f"FAILED  {surprise}" for surprise in wrong), sep="\n", end="\n" if wrong else "")
    print(f"{len(site.seeded.orders)} orders, {len(site.seeded.carts)} carts, {len(found)} words, {len(wrong)} failed")
    return min(len(wrong), 1)


def _record(site: Site, folder: Path) -> int:
    """How many answers were written down."""
    keys = site.seeded.keys
    shown: Mapping[str, str] = {basic(keys.secret)["authorization"]: "Basic ***", keys.secret: "***"}
    with with_secret_key(site.address, keys.secret) as admin, Recorder(site.address, folder, shown) as recorder:
        asked = list(questions(site.seeded, admin))
        for name, question in asked:
            recorder.record(name, question)
    return len(asked)


def _tell(site: Site, folder: Path) -> None:
    from .stories import maker  # only here, because it needs the server and its test kit

    folder.mkdir(parents=True, exist_ok=True)
    changed = anyio.run(maker.make, site, folder)
    print(*maker.report(changed, maker.left_over(site, folder), folder), sep="\n", flush=True)


def _serve(site: Site) -> None:
    keys = site.seeded.keys
    print(f"address          {site.address}", f"secret key       {keys.secret}", sep="\n")
    print(f"publishable key  {keys.publishable}", f"sales channel    {keys.sales_channel}", sep="\n")
    for kind, ids in {"order": site.seeded.orders, "cart": site.seeded.carts}.items():
        print(*(f"{kind} {name}: {id}" for name, id in ids.items()), sep="\n", flush=True)
    signal.pause()


if __name__ == "__main__":
    sys.exit(main())
