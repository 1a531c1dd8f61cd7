"""The manifest of the Claude Desktop bundle: what the host shows, and the form that a person fills in.

The format (0.4) has neither a field with a choice of words nor groups of fields: the words stand in the description,
and the titles of a group begin alike.
"""

import re
from typing import Any

from order_mcp import __version__
from order_mcp.config import all_variables
from order_mcp.environment import labelled
from order_mcp.protocol.prompts import ARGUMENTS, DESCRIPTION, LOOK_UP, NAME, TEXT
from order_mcp.providers.fitness import AnyProvider
from order_mcp.providers.registry import built_in
from order_mcp.providers.settings import Variable, variables
from order_mcp.tools import TOOLS

from .documents import PITCH, PROJECT, REPOSITORY, ROOT, TITLE, as_file

FOLDER = ROOT / "release" / "mcpb"
MANIFEST = FOLDER / "manifest.json"
ICON = FOLDER / "icon.png"
# Words of variable names, as a form writes them.
SPELLING = {"api": "API", "base url": "address", "username": "user name"}
# The server's own fields: title and explanation. They stand in this order, the first one before the providers' fields.
GENERAL = {
    "ORDER_MCP_SANDBOX": (
        "Sandbox",
        "Switch it on to try everything without an account: no provider is asked, every answer is made up, and no "
        "other field has to be filled in.",
    ),
    "ORDER_MCP_AUDIENCE": (
        "General: audience",
        "Who reads the answers. A customer is shown the least, internal staff the most.",
    ),
    "ORDER_MCP_DEFAULT_PROVIDER": (
        "General: default provider",
        "Whom to ask when nobody says which provider has the order. Blank means all that are filled in.",
    ),
    "ORDER_MCP_TIMEOUT_SECONDS": (
        "General: seconds per attempt",
        "How long a provider may take for one answer, from 0.1 to 120.",
    ),
    "ORDER_MCP_DEADLINE_SECONDS": (
        "General: seconds per look-up",
        "How long a look-up may take with all its attempts, from 0.1 to 120.",
    ),
    "ORDER_MCP_FIND_PAGES": (
        "General: pages read to find an order",
        "How many pages of 100 orders are read where a provider cannot search by number, from 0 to 50.",
    ),
    "ORDER_MCP_FIND_DAYS": (
        "General: days read to find an order",
        "How many days back they are read, where a provider can limit by date, from 1 to 3650.",
    ),
    "ORDER_MCP_LOG_LEVEL": ("General: log level", "How much is written to the log."),
}
# The kinds of field that are not text. The seconds have no default in the form: an attempt that is longer than the
# deadline is refused where both were given, and is shortened where only the deadline was.
SECONDS = {"type": "number", "min": 0.1, "max": 120}
KINDS: dict[str, dict[str, Any]] = {
    "ORDER_MCP_SANDBOX": {"type": "boolean", "default": False},
    "ORDER_MCP_TIMEOUT_SECONDS": SECONDS,
    "ORDER_MCP_DEADLINE_SECONDS": SECONDS,
    "ORDER_MCP_FIND_PAGES": {"type": "number", "min": 0, "max": 50},
    "ORDER_MCP_FIND_DAYS": {"type": "number", "min": 1, "max": 3650},
}
# The server's own default is only told: a provider with its address given would count as begun.
TEXT_FIELD = {"type": "string", "default": ""}


def manifest_json() -> str:
    """The manifest of the Claude Desktop bundle."""
    return as_file(_manifest())


def _manifest() -> dict[str, Any]:
    return {
        "manifest_version": "0.4",
        "name": PROJECT["name"],
        "display_name": TITLE,
        "version": __version__,
        "description": PITCH,
        "long_description": "Read only. Fill in the fields of the provider that you use and leave the rest blank. To "
        "try it first, switch on the sandbox: it answers with made-up orders and needs nothing at all.",
        "author": {"name": PROJECT["authors"][0]["name"], "url": REPOSITORY},
        "repository": {"type": "git", "url": REPOSITORY},
        "homepage": PROJECT["urls"]["Homepage"],
        "documentation": f"{REPOSITORY}#readme",
        "support": PROJECT["urls"]["Issues"],
        "icon": ICON.name,
        "license": PROJECT["license"],
        "keywords": PROJECT["keywords"],
        "privacy_policies": [provider.privacy_policy for provider in built_in().values() if provider.privacy_policy],
        "server": {
            "type": "uv",
            "entry_point": "server.py",
            "mcp_config": {
                "command": "uv",
                "args": ["run", "--directory", "${__dirname}", "server.py"],
                "env": {variable.name: f"${{user_config.{variable.name.lower()}}}" for variable in all_variables()},
            },
        },
        "tools": [{"name": name, "description": f"{tool.brief}."} for name, tool in TOOLS.items()],
        "prompts": [
            {
                "name": NAME,
                "description": DESCRIPTION,
                "arguments": [argument.name for argument in ARGUMENTS],
                "text": (LOOK_UP + TEXT).format_map(
                    {argument.name: f"${{arguments.{argument.name}}}" for argument in ARGUMENTS}
                ),
            }
        ],
        "compatibility": {
            "platforms": ["darwin", "win32", "linux"],
            "runtimes": {"python": PROJECT["requires-python"]},
        },
        "user_config": _form(),
    }


def _form() -> dict[str, Any]:
    """Every setting as a field: the sandbox, then provider by provider, then what is general."""
    general = {variable.name: variable for variable in all_variables() if variable.name in GENERAL}
    sandbox, *rest = (_field(general[name], *GENERAL[name]) for name in GENERAL)
    providers = (
        _field(variable, _title(provider, variable), _explained(provider, variable))
        for provider in built_in().values()
        for variable in variables(provider.Settings)
    )
    return dict([sandbox, *providers, *rest])


def _field(variable: Variable, title: str, explained: str) -> tuple[str, dict[str, Any]]:
    """One field, under its key. None is required: blank means not set."""
    kind = KINDS.get(variable.name, TEXT_FIELD)
    starts_blank = kind.get("default", "") == ""
    hints = [
        f"Write one of: {', '.join(variable.choices)}." if variable.choices else "",
        f"Blank means {variable.default}." if variable.default and starts_blank else "",
    ]
    return variable.name.lower(), {
        "title": title,
        "description": " ".join([explained, *filter(None, hints)]),
        "required": False,
        **({"sensitive": True} if variable.secret else {}),
        **kind,
    }


def _title(provider: type[AnyProvider], variable: Variable) -> str:
    """`FLEET_API_KEY` is "Fleet: API key"."""
    words = variable.name.lower().removeprefix(f"{provider.name}_").replace("_", " ")
    for word, written in SPELLING.items():
        words = words.replace(word, written)
    return f"{provider.title}: {words}"


def _explained(provider: type[AnyProvider], variable: Variable) -> str:
    """What a provider's field is, and whether the provider can do without it."""
    titles = {each.name: f"“{_title(provider, each)}”" for each in variables(provider.Settings)}
    needs = [need for need in provider.Settings.needs if variable.name in re.findall("[A-Z0-9_]+", need)]
    ways = [f"{provider.title} needs {labelled(need, titles)}." for need in needs if need != variable.name]
    needed = ways or ([f"{provider.title} needs it."] if needs else ["Usually left blank."])
    return " ".join([f"{variable.description}.", *needed])
