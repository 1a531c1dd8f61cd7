"""What is derived from the code: the README's tables, the registry's server.json and the bundle's manifest.json."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

from order_mcp import __version__
from order_mcp.config import ServerSettings, all_variables
from order_mcp.errors import all_errors
from order_mcp.models import Noun
from order_mcp.providers.registry import PROVIDERS
from order_mcp.providers.settings import Variable
from order_mcp.tools import TOOLS
from order_mcp.wording import listed

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
SERVER_JSON = ROOT / "server.json"
MANIFEST = ROOT / "release" / "mcpb" / "manifest.json"
# Who owns this GitHub name may publish under the server's name; see docs/releasing.md.
REPOSITORY = "https://github.com/order-mcp/order-mcp"
TITLE = "Order desk"
NAMED = f"Where is my order? get_order and get_cart at {listed([each.title for each in PROVIDERS.values()], 'and')}."
# The registry takes 100 characters.
PITCH = (
    NAMED if len(NAMED) <= 100 else f"Where is my order? get_order and get_cart at {len(PROVIDERS)} commerce back ends."
)
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
    return _as_file(_registry_entry())


def manifest_json() -> str:
    """The manifest of the Claude Desktop bundle."""
    return _as_file(_manifest())


def _as_file(document: dict[str, Any]) -> str:
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


# Words of variable names that are not written in lower case.
SPELLING = {"api": "API", "url": "URL"}
# The kinds of form field that are not text. The seconds have no default in the form: an attempt that is longer than
# the deadline is refused where both were given, and is shortened where only the deadline was.
FIELDS: dict[Any, dict[str, Any]] = {
    float: {"type": "number", "min": 0.1, "max": 120},
    bool: {
        "type": "boolean",
        "default": False,
        "description": "Answer with made-up orders from emulated APIs; needs nothing else",
    },
}


def _manifest() -> dict[str, Any]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    variables = all_variables()
    return {
        "manifest_version": "0.4",
        "name": project["name"],
        "display_name": TITLE,
        "version": __version__,
        "description": PITCH,
        "long_description": "Read only. Fill in the provider you use and leave the rest blank; with the sandbox "
        "switched on it answers with made-up orders and needs nothing at all.",
        "author": {"name": "The order-mcp maintainers", "url": REPOSITORY},
        "repository": {"type": "git", "url": REPOSITORY},
        "documentation": f"{REPOSITORY}#readme",
        "support": f"{REPOSITORY}/issues",
        "license": project["license"],
        "keywords": project["keywords"],
        "privacy_policies": [provider.privacy_policy for provider in PROVIDERS.values() if provider.privacy_policy],
        "server": {
            "type": "uv",
            "entry_point": "server.py",
            "mcp_config": {
                "command": "uv",
                "args": ["run", "--directory", "${__dirname}", "server.py"],
                "env": {variable.name: f"${{user_config.{variable.name.lower()}}}" for variable in variables},
            },
        },
        "tools": [
            {"name": name, "description": tool.description({}).partition(". ")[0] + "."} for name, tool in TOOLS.items()
        ],
        "compatibility": {
            "platforms": ["darwin", "win32", "linux"],
            "runtimes": {"python": project["requires-python"]},
        },
        "user_config": {variable.name.lower(): _form_field(variable) for variable in variables},
    }


def _form_field(variable: Variable) -> dict[str, Any]:
    """One setting as the desktop host asks for it. None is required: blank means not set."""
    owner, _, words = variable.name.removeprefix("ORDER_").lower().partition("_")
    title = " ".join([*(p.title for p in PROVIDERS.values() if p.name == owner), *map(_spelt, words.split("_"))])
    hints = [
        f"one of {', '.join(variable.choices)}" if variable.choices else "",
        f"default {variable.default}" if variable.default else "",
    ]
    hint = ", ".join(filter(None, hints))
    kinds = {str(field.alias): field.annotation for field in ServerSettings.model_fields.values()}
    return {
        "title": title[0].upper() + title[1:],
        "description": variable.description + (f" ({hint})" if hint else ""),
        "required": False,
        **({"sensitive": True} if variable.secret else {}),
        # The server's own default is only told: a provider with its address given would count as begun.
        **FIELDS.get(kinds.get(variable.name), {"type": "string", "default": ""}),
    }


def _spelt(word: str) -> str:
    return SPELLING.get(word, word)
