"""The tables of RESULTS.md, each made from the results."""

from collections.abc import Callable, Iterable, Sequence

from .goals import GOALS
from .messages import ERAS, MODERN
from .orders import LINES
from .peers import BARE, FLOOR, LOWLEVEL, OURS, TITLES
from .results import Figure, Results
from .sections.characters import CHANNELS, DETAILS, TOOLS, characters
from .sections.first_answer import connected, first_result
from .sections.flatness import TRANSPORTS, memory_after
from .sections.growth import ALONE, DISTURBED, memory_with, time_of
from .sections.latency import MEMORY, p50, p95, steady
from .sections.throughput import UPSTREAM_ALONE, calls_per_second

Write = Callable[[float], str]
NOT_MEASURED = "–"
ALL_TITLES = TITLES | {UPSTREAM_ALONE: "the upstream itself, asked by the measuring client"}


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; figures stand on the right."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def texts(rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table of words, without a head."""
    return "".join(f"| {' | '.join(cells)} |\n" for cells in [["", ""], ["---", "---"], *rows])


def milliseconds(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"


def whole(value: float) -> str:
    return f"{value:,.0f}"


def mib(value: float) -> str:
    return f"{value:.1f}"


def by_peer(results: Results, columns: Sequence[tuple[str, Figure]], write: Write) -> str:
    """A row for each peer; beside every figure its ratio to (a), and how far the rounds lie apart."""
    shown = [name for name in ALL_TITLES if any(results.median(figure, name) is not None for _, figure in columns)]
    rows = [[ALL_TITLES[name], *(_cell(results, figure, name, write) for _, figure in columns)] for name in shown]
    return table(["", *(title for title, _ in columns)], rows)


def _cell(results: Results, figure: Figure, peer: str, write: Write) -> str:
    value, ratio, spread = (
        results.median(figure, peer),
        results.ratio(figure, peer, BARE.name),
        results.spread(figure, peer),
    )
    if value is None:
        return NOT_MEASURED
    return write(value) + (f" ({ratio:.2f})" if ratio else "") + (f" ±{spread * 50:.0f} %" if spread else "")


def goals(results: Results) -> str:
    """Every goal, what was measured, and whether it is met."""
    rows = []
    for goal in GOALS:
        value, unit = goal.measured(results), f" {goal.unit}" if goal.unit else ""
        bound = f"{goal.sign} {goal.bound:,.0f}{unit}" if goal.unit else f"{goal.sign} {goal.bound:.2f}"
        said = NOT_MEASURED if value is None else f"{_short(value)}{unit}"
        verdict = "not measured" if value is None else "**met**" if goal.is_met(value) else "not met"
        rows.append([goal.name, bound, said, verdict])
    return table(["goal", "bound", "measured", ""], rows)


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:.2f}"


def first_answers(results: Results) -> str:
    columns = [(f"connected, {era}", connected(era)) for era in ERAS]
    columns += [(f"first result, {era}", first_result(era)) for era in ERAS]
    return by_peer(results, columns, milliseconds)


def times(results: Results) -> str:
    columns = [(f"{name}, {era}", figure(era)) for era in ERAS for name, figure in (("p50", p50), ("p95", p95))]
    return by_peer(results, columns, milliseconds)


def memory(results: Results) -> str:
    return by_peer(results, [(kind, steady(kind)) for kind in MEMORY], mib)


def rates(results: Results, era: str, pause: float) -> str:
    """One table for an era and an upstream."""
    figures = [each for each in results.figures("calls per second") if (each.era, each.pause) == (era, pause)]
    columns = [(f"{each.clients} client{'s' * (each.clients > 1)}", each) for each in figures]
    return by_peer(results, columns, whole) if columns else ""


def all_rates(results: Results) -> dict[tuple[str, float], str]:
    """Every such table, by era and pause."""
    kinds = dict.fromkeys((each.era, each.pause) for each in results.figures(calls_per_second(MODERN, 1).name))
    return {(era, pause): rates(results, era, pause) for era, pause in kinds}


def many_calls(results: Results) -> str:
    """MiB after each tenth of the calls."""
    rows = []
    head: list[str] = []
    for transport in TRANSPORTS:
        figures = results.figures(memory_after(transport, 0).name)
        head = head or [whole(figure.calls) for figure in figures]
        for name in ALL_TITLES:
            values = [results.median(figure, name) for figure in figures]
            if any(value is not None for value in values):
                rows.append([f"{ALL_TITLES[name]}, {transport}", *(_or_dash(value, mib) for value in values)])
    return table(["calls", *head], rows)


def tools(results: Results) -> str:
    return by_peer(results, [("characters of the list of tools", TOOLS)], whole)


def answers(results: Results) -> str:
    """Characters of an answer, by number of lines: text and structured content."""

    def row(title: str, peer: str, detail: str = "") -> list[str]:
        cells = []
        for lines in LINES:
            values = [results.median(characters(channel, lines, detail), peer) for channel in CHANNELS]
            cells.append(" + ".join(_or_dash(value, whole) for value in values))
        return [title, *cells]

    rows = [row(f"{TITLES[OURS.name]}, {detail}", OURS.name, detail) for detail in DETAILS]
    rows += [row(title, name) for name, title in TITLES.items() if name not in (OURS.name, FLOOR)]
    return table(["text + structured", *_line_heads()], [each for each in rows if set("".join(each[1:])) - set("–+ ")])


def growth(results: Results) -> str:
    return _by_lines(results, time_of, milliseconds, "ms")


def memory_growth(results: Results) -> str:
    return _by_lines(results, memory_with, mib, "MiB")


def _by_lines(results: Results, figure: Callable[[int, str], Figure], write: Write, unit: str) -> str:
    whom = [(f"{TITLES[OURS.name]}, {detail}", OURS.name, detail) for detail in DETAILS]
    whom += [(TITLES[name], name, "") for name in (BARE.name, LOWLEVEL.name)]
    whom += [("(e) httpx2 alone, with the body parsed as JSON", FLOOR, "")]
    rows = []
    for title, peer, detail in whom:
        values = [results.median(figure(lines, detail), peer) for lines in LINES]
        if any(value is not None for value in values):
            rows.append([title, *(_or_dash(value, write) for value in values)])
    return table([unit, *_line_heads()], rows)


def disturbance(results: Results) -> str:
    columns = [("p95 alone, ms", ALONE), ("p95 beside long orders, ms", DISTURBED)]
    return by_peer(results, columns, milliseconds)


def _line_heads() -> list[str]:
    return [f"{lines:,} line{'s' * (lines > 1)}" for lines in LINES]


def _or_dash(value: float | None, write: Write) -> str:
    return NOT_MEASURED if value is None else write(value)
