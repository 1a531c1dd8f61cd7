"""MCP hosts, one row each: which file their configuration is in, what they ask, and where they log.

Facts are from the hosts' own pages and change logs, read November 2026; no desktop host was started for them.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_NOT_ASCII = re.compile(r"[^ -~]")
HOME = {"macOS": "~", "Windows": "%USERPROFILE%", "Linux": "~"}
# Where desktop programs keep what belongs to the user.
SETTINGS = {"macOS": "~/Library/Application Support", "Windows": "%APPDATA%", "Linux": "~/.config"}


def _as_json(document: Mapping[str, Any]) -> str:
    # ASCII only, so that the output can be sent into a file whatever the terminal's code page is.
    return json.dumps(document, indent=2)


def _as_toml(document: Mapping[str, Any]) -> str:
    return "\n".join(line for key, table in document.items() for line in _toml_table(key, table)).lstrip()


def _toml_table(path: str, table: Mapping[str, Any]) -> Iterator[str]:
    plain = {key: value for key, value in table.items() if not isinstance(value, Mapping)}
    if plain:
        yield from ("", f"[{path}]", *(f"{key} = {_toml_value(value)}" for key, value in plain.items()))
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _toml_table(f"{path}.{key}", value)


def _toml_value(value: str | Sequence[str]) -> str:
    """A string or a list of strings: JSON's notation is TOML's too, but for characters beyond ASCII."""
    return _NOT_ASCII.sub(lambda character: f"\\U{ord(character[0]):08x}", json.dumps(value, ensure_ascii=False))


@dataclass(frozen=True, slots=True)
class Host:
    """How one host wants to be told about a server."""

    title: str
    folder: Mapping[str, str]
    """Where the user's own configuration is, per system."""
    file: str
    project: str | None
    """The same for one project only, from the project's folder, where the host has that."""
    then: str
    """What the user does next."""
    logs: str
    """Where to look when it does not connect."""
    asks_first: str = ""
    """What it asks the user before it starts a server."""
    add: Sequence[str] = ()
    """The command that writes the entry, for hosts that have one; `--env NAME=VALUE` and the name follow."""
    key: str = "mcpServers"
    extra: Mapping[str, str] = field(default_factory=dict)
    """What an entry says besides the command."""
    placeholder: str = "<NAME>"
    """What stands in the place of the secret NAME."""
    asks: bool = False
    """Whether the host asks the user for what a placeholder stands for, and keeps it safe."""
    write: Callable[[Mapping[str, Any]], str] = _as_json

    def files(self) -> dict[str, str]:
        """The user's own configuration file on each system."""
        paths = {system: f"{folder}/{self.file}" for system, folder in self.folder.items()}
        return paths | {"Windows": paths["Windows"].replace("/", "\\")}


HOSTS = {
    # https://modelcontextprotocol.io/docs/develop/connect-local-servers; Linux: as the beta for it does.
    "claude-desktop": Host(
        title="Claude Desktop",
        folder=SETTINGS,
        file="Claude/claude_desktop_config.json",
        project=None,
        then="Settings > Developer > Edit Config opens it. Restart Claude Desktop afterwards.",
        logs="Its log is mcp-server-order-mcp.log in ~/Library/Logs/Claude (macOS), %APPDATA%\\Claude\\logs (Windows) "
        "or ~/.config/Claude/logs (Linux).",
    ),
    # https://code.claude.com/docs/en/mcp
    "claude-code": Host(
        title="Claude Code",
        folder=HOME,
        file=".claude.json",
        project=".mcp.json",
        then="The project's file is meant to be committed: keep secrets out of it. /mcp shows the server.",
        logs="`claude mcp list` says whether it connects; after `claude --debug` the file "
        "~/.claude/debug/latest has what the server wrote.",
        asks_first="It asks once before it starts a server of a project's .mcp.json; "
        "`claude mcp reset-project-choices` makes it ask again.",
        add=("claude", "mcp", "add", "--scope", "user", "--transport", "stdio"),
    ),
    # https://cursor.com/docs/mcp
    "cursor": Host(
        title="Cursor",
        folder=HOME,
        file=".cursor/mcp.json",
        project=".cursor/mcp.json",
        then="Then switch the server on in Cursor's MCP settings.",
        logs="View > Output, channel MCP, has what the server writes.",
    ),
    # https://code.visualstudio.com/docs/copilot/reference/mcp-configuration; the folder of the default profile:
    # https://code.visualstudio.com/docs/configure/settings
    "vscode": Host(
        title="VS Code",
        folder=SETTINGS,
        file="Code/User/mcp.json",
        project=".vscode/mcp.json",
        then="The command “MCP: Open User Configuration” opens it.",
        key="servers",
        extra={"type": "stdio"},
        placeholder="${input:NAME}",
        asks=True,
        logs="“MCP: List Servers”, then the server, then “Show Output” has what it writes.",
        asks_first="It asks whether you trust the server when it first starts it.",
    ),
    # https://developers.openai.com/codex/mcp
    "codex": Host(
        title="Codex",
        folder=HOME,
        file=".codex/config.toml",
        project=".codex/config.toml",
        then="The command line, the app and the IDE extension share it. /mcp shows the server.",
        key="mcp_servers",
        write=_as_toml,
        logs="`codex mcp list` shows the entry; `codex -c log_dir=FOLDER` writes codex-tui.log there.",
        asks_first="A project's file counts only in a project that Codex trusts.",
        add=("codex", "mcp", "add"),
    ),
    # https://geminicli.com/docs/tools/mcp-server
    "gemini": Host(
        title="Gemini CLI",
        folder=HOME,
        file=".gemini/settings.json",
        project=".gemini/settings.json",
        then="Restart Gemini CLI afterwards. /mcp shows the server.",
        logs="`gemini mcp list` says whether it connects; `gemini --debug` shows more.",
        asks_first="In a folder that it does not trust it starts no server; trust it when asked, or with /permissions.",
    ),
}
