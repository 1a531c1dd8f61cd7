"""Measure order-mcp beside its peers; writes bench/RESULTS.md and bench/chart.svg."""

import argparse
import dataclasses
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from .chart import chart
from .machine import facts
from .peers import FLOOR, PEERS
from .placement import placement
from .processes import Failed
from .report import page
from .run import FULL, QUICK, Run
from .sections import characters, first_answer, flatness, growth, latency, throughput
from .upstream import nginx_program

HERE = Path(__file__).parent
RESULTS, CHART = HERE / "RESULTS.md", HERE / "chart.svg"
NAMES = [*PEERS, FLOOR]


class Section(Protocol):
    """A kind of figure: a module of `sections`."""

    TITLE: str

    def measure(self, run: Run) -> None: ...


SECTIONS: dict[str, Section] = {
    "first-answer": first_answer,
    "latency": latency,
    "throughput": throughput,
    "flatness": flatness,
    "characters": characters,
    "growth": growth,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run all; returns 1 if a peer did not do what it should."""
    options = _parser().parse_args(arguments)
    effort = QUICK if options.quick else FULL
    if options.many_calls:
        effort = dataclasses.replace(effort, many_calls=options.many_calls)
    kind = options.upstream or ("nginx" if nginx_program() else "asyncio")
    run = Run(effort, options.peers or NAMES, placement(), kind)
    rounds = 1 if options.quick else options.rounds
    began = time.monotonic()
    try:
        for run.round in range(rounds):
            for name in options.sections or SECTIONS:
                SECTIONS[name].measure(run)
                minutes = (time.monotonic() - began) / 60
                print(f"round {run.round + 1} of {rounds}: {name}, {minutes:.1f} min", file=sys.stderr, flush=True)
    except Failed as failure:
        print(failure, file=sys.stderr)
        return 1
    text = page(run, facts(run.names), rounds)
    if _is_whole(options):
        RESULTS.write_text(text, encoding="utf-8")
        CHART.write_text(chart(run.results), encoding="utf-8")
    else:
        # A part of the figures must not replace all of them.
        print("A trial: short, or a part of it. These figures prove nothing, and no file was written.\n\n" + text)
    return 0


def _is_whole(options: argparse.Namespace) -> bool:
    return not (options.quick or options.sections or options.peers)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="one short round, to try it out; prints the figures, writes no file"
    )
    parser.add_argument("--rounds", type=_positive, default=5, help="how often everything is measured (default: 5)")
    parser.add_argument("--sections", nargs="+", choices=SECTIONS, help="only these; writes no file")
    parser.add_argument("--peers", nargs="+", choices=NAMES, help="only these; writes no file")
    parser.add_argument("--upstream", choices=("nginx", "asyncio"), help="default: nginx if it is installed")
    parser.add_argument("--many-calls", type=_positive, help=f"for the memory section (default: {FULL.many_calls:,})")
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


if __name__ == "__main__":
    sys.exit(main())
