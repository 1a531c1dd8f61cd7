"""What a look-up and a start may cost, counted and not timed: counts are the same on a busy machine.

`python -m bench.budget` compares with budget.json and says what grew; with `--write` it writes today's counts there.
Counted are the calls that our own code makes and answers in one look-up, module by module, and the modules that a start
loads, package by package. Counts differ between versions of Python, so they are compared in the one that CI has.
"""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from types import FrameType
from typing import Any

import anyio

import order_mcp
from order_mcp.config import read_config
from order_mcp.desk import Desk, open_desk
from order_mcp.tools import TOOLS

from .orders import order_id
from .upstream import running

BUDGET = Path(__file__).with_name("budget.json")
PYTHON = (3, 11)
ROOM = 1.03
"""A little more than the budget is no growth: a word in a sentence more, a field more."""
FEWEST_MORE = 5
LOOK_UPS = {"5 lines, standard": (5, "standard"), "100 lines, full": (100, "full")}
TIMES = 20
HOME = str(Path(order_mcp.__file__).parent)
# What `order-mcp` loads before it serves over stdio.
START = "import sys, order_mcp.commands.cli, order_mcp.commands.serve, order_mcp.protocol.stdio; print(*sys.modules)"

Counts = dict[str, dict[str, int]]


def counted() -> Counts:
    """Today's counts."""
    with running("asyncio", 0.0, None) as upstream:
        calls = anyio.run(_calls, upstream.variables)
    return {f"calls of a look-up, {name}": counts for name, counts in calls.items()} | {
        "modules of a start": _modules()
    }


async def _calls(variables: Mapping[str, str]) -> Counts:
    config = read_config(variables)
    async with open_desk(config) as desk:
        return {name: await _least(desk, *asked) for name, asked in LOOK_UPS.items()}


async def _least(desk: Desk, lines: int, detail: str) -> dict[str, int]:
    """The calls of one look-up. An answer may come in one piece or in two, so the least of several counts."""
    tool, given = TOOLS["get_order"], {"order_id": order_id(lines), "detail": detail}
    seen: list[Counter[str]] = []
    for _ in range(TIMES):
        calls: Counter[str] = Counter()

        def note(frame: FrameType, event: str, _: Any, calls: Counter[str] = calls) -> None:
            if event not in ("call", "c_call"):
                return
            # A call of ours, or one of somebody else's that ours makes.
            for each in (frame, frame.f_back):
                if each is not None and (file := each.f_code.co_filename).startswith(HOME):
                    calls[file.removeprefix(HOME).removesuffix(".py").strip("/\\").replace("\\", "/")] += 1
                    return

        sys.setprofile(note)
        try:
            await desk.answer(desk.config.caller, tool, dict(given))
        finally:
            sys.setprofile(None)
        seen.append(calls)
    return dict(sorted(min(seen, key=Counter.total).items()))


def _modules() -> dict[str, int]:
    command = [sys.executable, "-I", "-c", START]
    loaded = subprocess.run(command, capture_output=True, encoding="utf-8", check=True).stdout.split()
    packages = Counter(name.partition(".")[0] for name in loaded)
    # What begins with an underscore belongs to the machine or to another package.
    named = {name: count for name, count in sorted(packages.items()) if not name.startswith("_")}
    ours = {name: count for name, count in named.items() if name not in sys.stdlib_module_names}
    return ours | {"the standard library": sum(named.values()) - sum(ours.values())}


def complaints(counts: Counts, budget: Counts) -> list[str]:
    """What grew, a sentence each; the biggest growth first."""
    grown = [
        (count - budget.get(what, {}).get(where, 0), what, where, count)
        for what, parts in counts.items()
        for where, count in parts.items()
        if count > max(budget.get(what, {}).get(where, 0) * ROOM, budget.get(what, {}).get(where, 0) + FEWEST_MORE)
    ]
    return [
        f"{what}: {where} has {count}, {count - more} are budgeted" for more, what, where, count in sorted(grown)[::-1]
    ]


def main() -> int:
    counts = counted()
    if "--write" in sys.argv:
        BUDGET.write_text(json.dumps(counts, indent=2) + "\n", encoding="utf-8")
        return 0
    for complaint in (found := complaints(counts, json.loads(BUDGET.read_text(encoding="utf-8")))):
        print(complaint)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
