"""What is derived from the code: the README's tables and the registry's server.json. The bundle has `manifest`."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

from order_mcp import __version__
from order_mcp.config import all_variables
from order_mcp.errors import all_errors
from order_mcp.models import Noun
from order_mcp.providers.registry import PROVIDERS
from order_mcp.providers.settings import Variable

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
SERVER_JSON = ROOT / "server.json"
# Who owns the GitHub name in pyproject.toml may publish under the server's name; see docs/releasing.md.
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
REPOSITORY: str = PROJECT["urls"]["Repository"]
TITLE = "Order desk"
PITCH = "Where is my order? get_order and get_cart at Fleet, FlexPortal, Senmo and Polinate."
SERVER_NAME = "io.github.order-mcp/order-mcp"
SCHEMA = "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json"


def readme(text: str) -> str:
    """The README with every marked table made anew."""
    tables = {"providers": _providers(), "errors": _errors(), "variables": _variables()}
    for name, rows in tables.items():
        text = re.sub(
            rf"(<!-- table: {name} -->\n).*?(<!-- /table -->)",
            lambda marks, rows=rows: marks[1] + "\n".join(rows) + "\n" + marks[2],
            text,
            flags=re.DOTALL,
        )
    return text


def server_json() -> str:
    """The registry's description of this package."""
    return as_file(_registry_entry())


def as_file(document: dict[str, Any]) -> str:
    """A document as its file holds it."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _providers() -> list[str]:
    rows = ["| provider | orders | carts | what it tells | signs in with |", "|---|---|---|---|---|"]
    for provider in PROVIDERS.values():
        orders = "yes" if provider.has(Noun.ORDER) else "no"
        carts = "yes" if provider.has(Noun.CART) else "no"
        name = f"{provider.title} (`{provider.name}`)"
        rows.append(f"| {name} | {orders} | {carts} | {provider.tells} | {provider.signs_in_with} |")
    return rows


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
        secret = " (secret)" if variable.secret else ""
        default = f"`{variable.default}`" if variable.default else ""
        rows.append(f"| `{variable.name}`{secret} | {variable.description}{choices} | {default} |")
    return rows


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
