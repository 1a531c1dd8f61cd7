"""MCP hosts: what to paste into the configuration of each to start this very program, and into which file."""

import json
import os
import re
import shutil
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..config import all_variables, provider_variables, read_config, read_environment
from ..environment import is_set

NAME = "order-mcp"
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
    ),
    # https://code.claude.com/docs/en/mcp
    "claude-code": Host(
        title="Claude Code",
        folder=HOME,
        file=".claude.json",
        project=".mcp.json",
        then="The project's file is meant to be committed: keep secrets out of it. /mcp shows the server.",
    ),
    # https://cursor.com/docs/mcp
    "cursor": Host(
        title="Cursor",
        folder=HOME,
        file=".cursor/mcp.json",
        project=".cursor/mcp.json",
        then="Then switch the server on in Cursor's MCP settings.",
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
    ),
    # https://geminicli.com/docs/tools/mcp-server
    "gemini": Host(
        title="Gemini CLI",
        folder=HOME,
        file=".gemini/settings.json",
        project=".gemini/settings.json",
        then="Restart Gemini CLI afterwards. /mcp shows the server.",
    ),
}


def this_program() -> list[str]:
    """The command that starts this very installation, with an absolute path."""
    # Not resolved: the interpreter of a virtual environment is a link, and what it points to knows no packages.
    beside = Path(sys.executable).with_name("order-mcp.exe" if os.name == "nt" else "order-mcp")
    if program := shutil.which(beside):
        return [str(Path(program).absolute())]
    return [str(Path(sys.executable).absolute()), "-m", "order_mcp"]


@dataclass(frozen=True, slots=True)
class Plan:
    """How the server is to be started, whatever the host."""

    arguments: Sequence[str] = ("--sandbox",)
    env: Mapping[str, str] = field(default_factory=dict)
    kept_back: Mapping[str, str] = field(default_factory=dict)
    """The secrets in `env` that are not to be shown, with their descriptions."""
    problems: Sequence[str] = ()
    """What is still wrong with the providers that somebody began to set up."""


def plan(env_file: str | None, *, sandbox: bool, with_secrets: bool) -> Plan:
    """A start that works when it is pasted, from the variables of this process and of a file."""
    given = _set_variables(env_file)
    config = read_config(given)
    if sandbox or not any(setup.begun for setup in config.providers.values()):
        # With nothing configured it answers from the sandbox: better than a form of placeholders that does nothing.
        return Plan(env=_ours(given.keys() - provider_variables(), given))
    problems = [problem for setup in config.providers.values() if setup.begun for problem in setup.problems]
    if with_secrets:
        return Plan((), _ours(given, given), problems=problems)
    arguments: list[str] = []
    if env_file:
        # The file is named, not copied: nothing is left to fill in, and every secret stays where it is.
        arguments, given = ["--env-file", str(Path(env_file).absolute())], _set_variables(None)
    secrets = {variable.name: variable.description for variable in all_variables() if variable.secret}
    kept_back = {name: description for name, description in secrets.items() if name in given}
    return Plan(arguments, _ours(given, given), kept_back, problems)


def _set_variables(env_file: str | None) -> dict[str, str]:
    return {name: value for name, value in read_environment(env_file).items() if is_set(name, value)}


def _ours(names: Collection[str], given: Mapping[str, str]) -> dict[str, str]:
    """Of these variables those that are ours, in the order of the documentation."""
    ours: dict[str, str] = {}
    for variable in all_variables():
        # An address with a user in it is malformed anyway, and would show a password.
        if variable.name in names and not (variable.name.endswith("_BASE_URL") and "@" in given[variable.name]):
            ours[variable.name] = given[variable.name]
        if variable.secret and (file_name := variable.file_name) in names:
            # The name of a file is no secret. Absolute, since hosts start servers inside arbitrary folders.
            ours[file_name] = str(Path(given[file_name]).absolute())
    return ours


def configuration(host: Host, plan: Plan) -> str:
    """What to paste."""
    command, *start = this_program()
    entry: dict[str, Any] = {**host.extra, "command": command, "args": [*start, *plan.arguments]}
    if plan.env:
        hidden = {name: host.placeholder.replace("NAME", name) for name in plan.kept_back}
        entry["env"] = {**plan.env, **hidden}
    document: dict[str, Any] = {host.key: {NAME: entry}}
    if host.asks and plan.kept_back:
        document["inputs"] = [
            {"type": "promptString", "id": name, "description": description, "password": True}
            for name, description in plan.kept_back.items()
        ]
    return host.write(document)


def advice(host: Host, plan: Plan) -> str:
    """Where it belongs, and what is left to do."""
    lines = [f"For {host.title}. What is printed belongs in this file, beside what is there already:"]
    lines += [f"  {system:<8} {path}" for system, path in host.files().items()]
    if host.project:
        lines.append(f"  or, for one project only, {host.project} in its folder")
    lines.append(host.then)
    if "--sandbox" in plan.arguments:
        lines.append(
            "It answers from the sandbox. For the real thing set the variables of your providers and run this again."
        )
    if plan.kept_back:
        names = ", ".join(plan.kept_back)
        lines.append(f"{host.title} asks for {names}." if host.asks else f"Replace the placeholder of {names}.")
    return "\n".join([*lines, *plan.problems])
