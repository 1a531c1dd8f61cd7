"""examples/order-mcp.env: every variable as a comment, with where its value comes from. `make regen` writes it."""

import textwrap
from collections.abc import Iterator

from order_mcp.config import server_variables
from order_mcp.providers.registry import built_in
from order_mcp.providers.settings import Variable, variables

from .documents import ROOT

ENV_FILE = ROOT / "examples" / "order-mcp.env"
INTRODUCTION = """\
# Settings of order-mcp. Copy this file to a place that only you can read, and keep it out of version
# control: it is going to hold secrets.
#
# In your copy remove the # before the lines that you need, and write the value behind the =. A
# variable with nothing behind the = counts as not set. Then, in the folder of the clone:
#
#     .venv/bin/order-mcp doctor --env-file /path/to/your/copy
#     .venv/bin/order-mcp config HOST --env-file /path/to/your/copy
#
# What is set in the environment wins over this file. Each secret has a second variable, NAME_FILE,
# for the path of a file that holds the secret. A relative path starts at the folder of the file that
# you are reading. Set one of the two, not both.\
"""


def env_file() -> str:
    """The file."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield INTRODUCTION
    for provider in built_in().values():
        yield from ("", f"# {provider.title}", "#")
        yield from _comment(f"Needed: {'; '.join(provider.Settings.needs)}.")
        yield from _comment(f"Where from: {provider.key_from}.")
        yield from _comment(f"Right: {provider.key_right}.")
        for source in provider.key_sources:
            yield from _comment(f"Source: {source}")
        for variable in variables(provider.Settings):
            yield from _setting(variable)
    yield from ("", "# The server itself. What stands behind the = is the default.")
    for variable in server_variables():
        yield from _setting(variable)


def _setting(variable: Variable) -> Iterator[str]:
    choices = f": {', '.join(variable.choices)}" if variable.choices else ""
    yield ""
    yield from _comment(f"{variable.description}{choices}")
    yield f"#{variable.name}={variable.default or ''}"
    if variable.secret:
        yield f"#{variable.file_name}="


def _comment(text: str) -> list[str]:
    return [f"# {line}" for line in textwrap.wrap(text, 100, break_on_hyphens=False, break_long_words=False)]
