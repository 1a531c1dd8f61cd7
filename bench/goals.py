"""What order-mcp has to reach beside its peers, and whether it does. Every goal is one row here.

Where a goal speaks of something that is measured in both protocol eras, the worse of the two counts.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from .messages import ERAS
from .results import Figure, Results
from .sections.characters import CHANNELS, DETAILS, characters
from .sections.first_answer import connected, first_result
from .sections.flatness import TRANSPORTS, memory_after
from .sections.growth import ALONE, DISTURBED, time_of
from .sections.latency import p50, steady
from .sections.throughput import calls_per_second

OURS, FLOOR = "order-mcp", "e"
ANSWER_CHARACTERS = 14_000


@dataclass(frozen=True, slots=True)
class Goal:
    """One row: what is compared, the bound, and how the figure is found in the results."""

    name: str
    sign: str
    """`≤` or `≥`."""
    bound: float
    measured: Callable[[Results], float | None]
    unit: str = ""
    """Nothing for a ratio."""

    def is_met(self, value: float) -> bool:
        return value <= self.bound if self.sign == "≤" else value >= self.bound


def _worst(figures: Sequence[Figure], to: str, pick: Callable[[Iterable[float]], float]) -> Callable[..., float | None]:
    def measured(results: Results) -> float | None:
        return _picked([results.ratio(figure, OURS, to) for figure in figures], pick)

    return measured


def _picked(values: Iterable[float | None], pick: Callable[[Iterable[float]], float]) -> float | None:
    known = list(values)
    return None if not known or None in known else pick(value for value in known if value is not None)


def _at_most(name: str, figures: Sequence[Figure], to: str, bound: float) -> Goal:
    return Goal(name, "≤", bound, _worst(figures, to, max))


def _at_least(name: str, figures: Sequence[Figure], to: str, bound: float) -> Goal:
    return Goal(name, "≥", bound, _worst(figures, to, min))


def _difference(results: Results, figure: Figure, peer: str, other: Figure, to: str) -> float | None:
    mine, theirs = results.median(figure, peer), results.median(other, to)
    return None if mine is None or theirs is None else mine - theirs


def _more_memory(results: Results) -> float | None:
    return _difference(results, steady("RSS"), OURS, steady("RSS"), "a")


def _grown_memory(results: Results) -> float | None:
    """RSS after all calls against RSS after the first tenth of them, where a server has warmed up."""
    grown = []
    for transport in TRANSPORTS:
        after = [
            figure
            for figure in results.figures(memory_after(transport, 0).name)
            if results.median(figure, OURS) is not None
        ]
        if len(after) > 1:
            grown.append(_difference(results, after[-1], OURS, after[0], OURS))
    return _picked(grown, max)


def _long_against_short(results: Results) -> float | None:
    """What ten times the lines cost, without what fetching and parsing the provider's bytes costs (e)."""
    ratios = []
    for detail in DETAILS:
        long = _difference(results, time_of(1_000, detail), OURS, time_of(1_000), FLOOR)
        short = _difference(results, time_of(100, detail), OURS, time_of(100), FLOOR)
        ratios.append(None if long is None or not short else long / short)
    return _picked(ratios, max)


def _noticed(results: Results) -> float | None:
    return _difference(results, DISTURBED, OURS, ALONE, OURS)


def _longest(results: Results) -> float | None:
    figures = [figure for channel in CHANNELS for figure in results.figures(characters(channel, 0).name)]
    # Others have figures of their own: only ours has levels of detail.
    ours = [value for figure in figures if (value := results.median(figure, OURS)) is not None]
    return max(ours, default=None)


ALL_CONNECTED = [connected(era) for era in ERAS]
ALL_FIRST = [first_result(era) for era in ERAS]
ALL_P50 = [p50(era) for era in ERAS]
ONE_CLIENT = [calls_per_second(era, 1) for era in ERAS]
MANY_CLIENTS = [calls_per_second(era, 32) for era in ERAS]

GOALS = (
    _at_most("connection over stdio, of (a)", ALL_CONNECTED, "a", 0.25),
    _at_most("connection over stdio, of (d)", ALL_CONNECTED, "d", 1.0),
    _at_most("first tool result, of (a)", ALL_FIRST, "a", 1.0),
    _at_most("first tool result, of (c)", ALL_FIRST, "c", 0.6),
    _at_most("p50 over stdio, of (a)", ALL_P50, "a", 0.9),
    _at_most("p50 over stdio, of (c)", ALL_P50, "c", 0.7),
    _at_most("p50 over stdio, of (d)", ALL_P50, "d", 2.0),
    _at_least("calls per second, 1 client, of (a)", ONE_CLIENT, "a", 1.0),
    _at_least("calls per second, 32 clients, of (a)", MANY_CLIENTS, "a", 1.1),
    _at_least("calls per second, 1 and 32 clients, of (c)", [*ONE_CLIENT, *MANY_CLIENTS], "c", 2.2),
    Goal("memory (RSS) more than (a)", "≤", 8.0, _more_memory, "MiB"),
    Goal("memory (RSS) grown over the last nine tenths of many calls", "≤", 2.0, _grown_memory, "MiB"),
    Goal("time of 1,000 lines, of 100 lines, beyond the provider's own bytes", "≤", 1.3, _long_against_short),
    Goal("p95 of another call while a 1,000-line order is read, grown by", "≤", 10.0, _noticed, "ms"),
    Goal("characters of the longest answer, in one channel", "≤", ANSWER_CHARACTERS, _longest, "characters"),
)
