"""chart.svg: order-mcp beside its peers in small bar charts. Drawn by hand, so that it needs no library."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from .messages import MODERN
from .peers import OURS
from .results import Figure, Results
from .sections.first_answer import connected, first_result
from .sections.latency import p50, steady
from .sections.throughput import calls_per_second

NAMES = {
    OURS.name: "order-mcp",
    "a": "Python SDK, MCPServer",
    "b": "Python SDK, low level",
    "c": "FastMCP from_openapi",
    "d": "TypeScript SDK v2",
}
TITLE = "order-mcp beside other MCP servers that do the same look-up"
NOTE = "The others pass the provider's JSON on as it is; order-mcp reads, checks, cleans and summarizes it."
WIDTH, MARGIN, NAME_WIDTH, VALUE_WIDTH = 860, 24, 190, 90
BAR, STEP, HEAD = 14, 20, 34
# Both schemes keep a contrast of 4.5 to 1 between text and ground; the reader's own setting chooses.
STYLE = """
text { font-family: Helvetica, Arial, 'Liberation Sans', sans-serif; font-size: 13px; fill: #1f2328 }
.ground { fill: #ffffff; stroke: #d0d7de }
.title { font-size: 17px; font-weight: bold }
.panel { font-weight: bold }
.quiet { fill: #57606a }
.ours { fill: #0b57d0 }
.theirs { fill: #b6bfca }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 }
  .ground { fill: #0d1117; stroke: #30363d }
  .quiet { fill: #9198a1 }
  .ours { fill: #4c8dff }
  .theirs { fill: #57606a }
}
"""


@dataclass(frozen=True, slots=True)
class Panel:
    """One small chart: what it shows, which way is better, and how its values are written."""

    title: str
    better: str
    figure: Figure
    write: Callable[[float], str]


PANELS = (
    Panel("Connected over stdio", "less is better", connected(MODERN), lambda value: f"{value:,.0f} ms"),
    Panel("First tool result over stdio", "less is better", first_result(MODERN), lambda value: f"{value:,.0f} ms"),
    Panel("Time per call over stdio, p50", "less is better", p50(MODERN), lambda value: f"{value:.2f} ms"),
    Panel("Calls per second over HTTP, 1 client", "more is better", calls_per_second(MODERN, 1), "{:,.0f}".format),
    Panel("Calls per second over HTTP, 32 clients", "more is better", calls_per_second(MODERN, 32), "{:,.0f}".format),
    Panel("Memory", "less is better", steady("RSS"), lambda value: f"{value:.0f} MiB"),
)


def chart(results: Results) -> str:
    """The picture. A panel that nobody was measured for is left out."""
    drawn: list[str] = []
    y = 76
    for panel in PANELS:
        values = [(name, results.median(panel.figure, name)) for name in NAMES]
        known = [(name, value) for name, value in values if value is not None]
        if known:
            drawn += _panel(panel, known, y)
            y += HEAD + STEP * len(known) + 12
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y + 12}" width="{WIDTH}" height="{y + 12}" '
        f'role="img" aria-label="{TITLE}">'
    )
    return "\n".join(
        [
            head,
            f"<title>{TITLE}</title>",
            f"<style>{STYLE}</style>",
            f'<rect class="ground" x="0.5" y="0.5" width="{WIDTH - 1}" height="{y + 11}" rx="12"/>',
            f'<text class="title" x="{MARGIN}" y="36">{TITLE}</text>',
            f'<text class="quiet" x="{MARGIN}" y="58">{escape(NOTE)}</text>',
            *drawn,
            "</svg>",
            "",
        ]
    )


def _panel(panel: Panel, known: Sequence[tuple[str, float]], y: int) -> list[str]:
    left, room = MARGIN + NAME_WIDTH, WIDTH - 2 * MARGIN - NAME_WIDTH - VALUE_WIDTH
    longest = max(value for _, value in known)
    drawn = [
        f'<text x="{MARGIN}" y="{y + 20}"><tspan class="panel">{escape(panel.title)}</tspan>'
        f'<tspan class="quiet" dx="8">{panel.better}</tspan></text>'
    ]
    for number, (name, value) in enumerate(known):
        top = y + HEAD + STEP * number
        kind, weight = ("ours", ' class="panel"') if name == OURS.name else ("theirs", "")
        width = max(2, round(room * value / longest)) if longest else 2
        drawn += [
            f'<text{weight} x="{MARGIN}" y="{top + 11}">{escape(NAMES[name])}</text>',
            f'<rect class="{kind}" x="{left}" y="{top}" width="{width}" height="{BAR}" rx="2"/>',
            f'<text{weight} x="{left + width + 6}" y="{top + 11}">{escape(panel.write(value))}</text>',
        ]
    return drawn
