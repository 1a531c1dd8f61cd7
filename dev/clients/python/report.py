"""What the Python programs share: the plan comes in on standard input, what was seen goes out on standard output."""

import json
import sys
from collections.abc import Awaitable, Callable
from importlib.metadata import version
from typing import Any

import anyio

Plan = dict[str, Any]
Sighting = dict[str, Any]


def report(package: str, talk: Callable[[Plan], Awaitable[dict[str, Any]]]) -> None:
    """Talk to the server as planned and print what was seen."""
    saw = anyio.run(talk, json.load(sys.stdin))
    json.dump({"version": version(package)} | saw, sys.stdout)


async def walk(plan: Plan, ask: Callable[[str, dict[str, Any]], Awaitable[Sighting]]) -> dict[str, Sighting]:
    """Take every step; an exception is a sighting too."""
    steps = {}
    for name, step in plan["steps"].items():
        try:
            steps[name] = await ask(step["tool"], step["arguments"])
        except Exception as error:
            steps[name] = {"shape": f"raises `{type(error).__name__}`", "text": [str(error)]}
    return steps
