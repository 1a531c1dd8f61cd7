"""RESULTS.md: the goals, the chart, every table, and what they were measured with."""

from collections.abc import Mapping

from . import tables
from .orders import TYPICAL
from .run import Run
from .sections import characters, first_answer, flatness, growth, latency, throughput


def page(run: Run, facts: Mapping[str, str], rounds: int) -> str:
    """The whole document."""
    parts = [
        "# How fast order-mcp is",
        "Written by `make bench`; do not edit. Every server below does the same look-up: it gets a FlexPortal order "
        f"of {TYPICAL} lines from the same upstream, which answers with the same bytes each time.",
        "![order-mcp beside its peers](chart.svg)",
        "## The goals",
        "A bound without a unit is a ratio. Where both protocol eras were measured, the worse one counts.",
        tables.goals(run.results),
        "## How it was measured",
        _how(run, rounds),
        tables.texts([[name, value] for name, value in facts.items()]),
        *_sections(run),
    ]
    return "\n\n".join(part.rstrip("\n") for part in parts) + "\n"


def _how(run: Run, rounds: int) -> str:
    where, effort = run.placement, run.effort
    if where.is_pinned:
        shared = "the client and the upstream share another" if where.client == where.upstream else "the others too"
        cores = f"The server has a core of its own; {shared}. At the first answer nothing is pinned."
    else:
        cores = "No process is pinned to a core, because this machine cannot do that or has only one."
    wrong = ", ".join(f"{count} of {name}" for name, count in run.results.errors.items() if count) or "none"
    return f"""\
- Rounds: {rounds}. In each of them every server is measured in turn, each round in another order. A figure is the
  median of the rounds, in brackets its ratio to (a), and ± half of the distance between the lowest and the highest.
- {cores}
- The client is the same for all: whole lines or HTTP requests as bytes, each sent when the answer before is complete.
  The first answer is checked before anything is timed, and each timed one has to hold the order's id. Wrong answers:
  {wrong}.
- The upstream is {run.upstream_for(0.0)} where it answers at once, and the small asyncio server of
  [`static_upstream.py`](static_upstream.py) where it waits before each answer.
- (a), (b) and (d) pass the provider's text on unread; (c) parses it, and so sends it twice; the `MCPServer` of (a)
  sends it twice, too. order-mcp reads, checks, cleans and summarizes it. The servers write no log of a call.
- (e) has no server: it is `httpx2` in a loop, on the server's core.
- Over HTTP all servers are stateless and answer both eras. Each figure is {effort.seconds:g} seconds of load from
  clients that never pause."""


def _sections(run: Run) -> list[str]:
    results, effort = run.results, run.effort
    rates = [
        part
        for (era, pause), each in tables.all_rates(results).items()
        for part in (
            f"Protocol {era}, upstream {run.upstream_for(pause)}, which answers "
            + (f"after {pause * 1000:.0f} ms:" if pause else "at once:"),
            each,
        )
    ]
    every = [
        (first_answer.TITLE, ["Milliseconds from the start of the process.", tables.first_answers(results)]),
        (
            latency.TITLE,
            [
                f"Milliseconds of {effort.calls} calls, one after the other.",
                tables.times(results),
                "MiB after these calls. RSS is all that is in memory, PSS divides what is shared by those who share "
                "it, and USS is what nobody shares.",
                tables.memory(results),
            ],
        ),
        (throughput.TITLE, ["One server process.", *rates]),
        (flatness.TITLE, ["MiB of RSS after at least so many calls, measured once.", tables.many_calls(results)]),
        (
            characters.TITLE,
            [
                tables.tools(results),
                "Characters of an answer: all text blocks together, and the structured content. A host gives the model "
                "one of the two, some give both.",
                tables.answers(results),
            ],
        ),
        (
            growth.TITLE,
            [
                "Time per call over stdio, by the number of lines:",
                tables.growth(results),
                "Memory (RSS) after those calls:",
                tables.memory_growth(results),
                f"Over HTTP, a look-up of {growth.SHORT} line, alone and beside a client that reads one order of "
                f"{growth.LONG:,} lines after the other:",
                tables.disturbance(results),
            ],
        ),
    ]
    return [part for title, parts in every for part in (f"## {title}", *parts)]
