"""What is derived from the code: the tables of the documents, and the registry's server.json."""

import json
import re
import sys
import tomllib
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

from order_mcp import __version__
from order_mcp.account_config import rate_variable
from order_mcp.config import all_variables
from order_mcp.errors import all_errors
from order_mcp.hosted import HOSTED, HostedVariable
from order_mcp.models import Noun
from order_mcp.providers.base import Provider
from order_mcp.providers.registry import built_in
from order_mcp.providers.settings import Variable
from order_mcp.testing.stories import STORY
from order_mcp.wording import listed

from .hosts_table import hosts

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
# The documents that hold a marked table.
TABLED = (
    README,
    *(ROOT / "docs" / f"{name}.md" for name in ("clients", "configuration", "hosting", "providers", "reference")),
)
SERVER_JSON = ROOT / "server.json"
# Who owns the GitHub name in pyproject.toml may publish under the server's name; see docs/releasing.md.
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
REPOSITORY: str = PROJECT["urls"]["Repository"]
TITLE = "Order desk"
NAMED = f"Where is my order? By id or number, at {listed([each.title for each in built_in().values()], 'and')}."
# The registry takes 100 characters.
PITCH = NAMED if len(NAMED) <= 100 else f"Where is my order? By id or number, at {len(built_in())} commerce back ends."
SERVER_NAME = "io.github.order-mcp/order-mcp"
SCHEMA = "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json"


def with_tables(text: str) -> str:
    """A document with every marked table made anew."""
    tables = {
        "providers": _providers(),
        "keys": _keys(),
        "contents": _contents(),
        "story": _story(),
        "errors": _errors(),
        "variables": _variables(),
        "hosted": _hosted(),
        "hosts": hosts(),
    }
    for name, rows in tables.items():
        text = re.sub(
            rf"(<!-- table: {name} -->\n).*?(<!-- /table -->)",
            partial(_filled, rows),
            text,
            flags=re.DOTALL,
        )
    return text


def _filled(rows: Iterable[str], marks: re.Match[str]) -> str:
    return marks[1] + "\n".join(rows) + "\n" + marks[2]


def server_json() -> str:
    """The registry's description of this package."""
    return as_file(_registry_entry())


def as_file(document: dict[str, Any]) -> str:
    """A document as its file holds it."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _providers() -> list[str]:
    rows = ["| provider | what it is | orders | carts | support status |", "|---|---|---|---|---|"]
    for provider in built_in().values():
        orders = "yes" if provider.has(Noun.ORDER) else "no"
        carts = "yes" if provider.has(Noun.CART) else "no"
        rows.append(f"| {_introduced(provider)} | {orders} | {carts} | {provider.support} |")
    return rows


def _introduced(provider: type[Provider[Any]]) -> str:
    """Two cells, name and what it is, from the first line of the provider file."""
    line = (sys.modules[provider.__module__].__doc__ or "").partition("\n")[0]
    # Such as "Fleet (fleet.co): laptop and device leasing for companies. Orders and carts."
    if parts := re.match(r".*?\((\S+)\): ([^.]+)", line):
        return f"**{provider.title}** ([{parts[1]}](https://{parts[1]})) | {parts[2]}"
    return f"**{provider.title}** | {line}"


def _keys() -> list[str]:
    rows = ["| provider | what to set | where it comes from | right it needs | source |", "|---|---|---|---|---|"]
    for provider in built_in().values():
        needs = "; ".join(re.sub(r"\b[A-Z0-9_]{4,}\b", r"`\g<0>`", need) for need in provider.Settings.needs)
        sources = ", ".join(f"[{number}]({source})" for number, source in enumerate(provider.key_sources, 1))
        rows.append(f"| {provider.title} | {needs} | {provider.key_from} | {provider.key_right} | {sources} |")
    return rows


def _contents() -> list[str]:
    rows = ["| provider | name in a call | what an answer tells | signs in with |", "|---|---|---|---|"]
    for provider in built_in().values():
        rows.append(f"| {provider.title} | `{provider.name}` | {provider.tells} | {provider.signs_in_with} |")
    return rows


def _story() -> list[str]:
    keys = {"": STORY.needed, " (optional)": STORY.optional}
    rows = [
        (ways.replace(" or ", "` or `"), which, what) for which, some in keys.items() for ways, what in some.items()
    ]
    return ["| key | what it holds |", "|---|---|", *(f"| `{ways}`{which} | {what} |" for ways, which, what in rows)]


def _errors() -> list[str]:
    rows = ["| code | when | `next_step` | retryable |", "|---|---|---|---|"]
    for error in all_errors():
        varies = error.code == "incomplete"
        step = "`retry_later` or `tell_operator`" if varies else f"`{error.next_step}`"
        retryable = "if any failure is" if varies else "yes" if error.retryable else "no"
        rows.append(f"| `{error.code}` | {error.when} | {step} | {retryable} |")
    return rows


def _variables() -> list[str]:
    rows = ["| variable | meaning | default |", "|---|---|---|"]
    for variable in all_variables():
        choices = f" ({', '.join(f'`{choice}`' for choice in variable.choices)})" if variable.choices else ""
        rows.append(_variable(variable, choices))
    return rows


def _hosted() -> list[str]:
    rows = ["| variable | meaning | default |", "|---|---|---|"]
    rows += map(_variable, HOSTED)
    for name, provider in built_in().items():
        asked = f"How often one {provider.title} account may be asked; none = without end"
        rows.append(f"| `{rate_variable(name)}` | {asked} | `{provider.rate_limit}` |")
    return rows


def _variable(variable: Variable | HostedVariable, more: str = "") -> str:
    secret = " (secret)" if variable.secret else ""
    default = f"`{variable.default}`" if variable.default else ""
    return f"| `{variable.name}`{secret} | {variable.description}{more} | {default} |"


def _registry_entry() -> dict[str, Any]:
    return {
        "$schema": SCHEMA,
        "name": SERVER_NAME,
        "title": TITLE,
        "description": PITCH,
        "repository": {"url": REPOSITORY, "source": "github"},
        "version": __version__,
        "packages": [
            {
                "registryType": "pypi",
                "identifier": "order-mcp",
                "version": __version__,
                "runtimeHint": "uvx",
                "transport": {"type": "stdio"},
                "environmentVariables": [_registry_variable(variable) for variable in all_variables()],
            }
        ],
    }


def _registry_variable(variable: Variable) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "name": variable.name,
        "description": variable.description,
        "isRequired": False,
        "isSecret": variable.secret,
    }
    if variable.default:
        entry["default"] = variable.default
    if variable.choices:
        entry["choices"] = list(variable.choices)
    return entry
