"""`order-mcp config`: what to paste into a host's configuration to start this very program, and into which file."""

import shlex
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..config import all_variables, hosting_variables, provider_variables, read_config, read_environment
from ..environment import is_set
from ..hosted import HOSTED
from .hosts import Host
from .installation import NAME, this_program

SANDBOX = "It answers from the sandbox. For the real thing set the variables of your providers and run this again."


@dataclass(frozen=True, slots=True)
class Plan:
    """How the server is to be started, whatever the host."""

    arguments: Sequence[str] = ("--sandbox",)
    env: Mapping[str, str] = field(default_factory=dict)
    kept_back: Mapping[str, str] = field(default_factory=dict)
    """The secrets in `env` that are not to be shown, with their descriptions."""
    why_sandbox: str = SANDBOX
    """What is said where it answers from the sandbox."""
    problems: Sequence[str] = ()
    """What is still wrong with the providers that somebody began to set up."""


def plan(env_file: str | None, *, sandbox: bool, with_secrets: bool) -> Plan:
    """A start that works when it is pasted, from the variables of this process and of a file."""
    given = _set_variables(env_file)
    config = read_config(given)
    if sandbox or not any(each.setup.begun for each in config.accounts.values()):
        # With nothing configured it answers from the sandbox: better than a form of placeholders that does nothing.
        empty = f"{env_file} sets up no provider yet. " if env_file and not sandbox else ""
        return Plan(env=_ours(given.keys() - provider_variables(), given), why_sandbox=f"{empty}{SANDBOX}")
    problems = [p for each in config.accounts.values() if each.setup.begun for p in each.setup.problems]
    if with_secrets:
        return Plan((), _ours(given, given), problems=problems)
    arguments: list[str] = []
    if env_file:
        # The file is named, not copied: nothing is left to fill in, and every secret stays where it is.
        arguments, given = ["--env-file", _full_path(env_file)], _set_variables(None)
    secrets = _secrets()
    kept_back = {name: description for name, description in secrets.items() if name in given}
    return Plan(arguments, _ours(given, given), kept_back, problems=problems)


def _set_variables(env_file: str | None) -> dict[str, str]:
    return {name: value for name, value in read_environment(env_file).items() if is_set(value)}


def _full_path(path: str) -> str:
    """Hosts start servers inside arbitrary folders. Links stay links, since somebody may have meant them to move."""
    absolute = Path(path).absolute()
    return str(absolute.resolve() if ".." in absolute.parts else absolute)


def _ours(names: Collection[str], given: Mapping[str, str]) -> dict[str, str]:
    """Of these variables those that are ours, in the order of the documentation."""
    ours: dict[str, str] = {}
    for variable in all_variables():
        # An address with a user in it is malformed anyway, and would show a password.
        if variable.name in names and not (variable.name.endswith("_BASE_URL") and "@" in given[variable.name]):
            ours[variable.name] = given[variable.name]
        if variable.secret and (file_name := variable.file_name) in names:
            # The name of a file is no secret.
            ours[file_name] = _full_path(given[file_name])
    # Whoever verifies customers, or has accounts in a file, means that for this server, too.
    for name in hosting_variables():
        if name in names:
            ours[name] = _full_path(given[name]) if name.endswith("_FILE") else given[name]
    return ours


def _secrets() -> dict[str, str]:
    """What each secret is, by its name."""
    known = {variable.name: variable.description for variable in all_variables() if variable.secret}
    return known | {variable.name: variable.description for variable in HOSTED if variable.secret}


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
    lines = [
        f"For {host.title}. Add it to this file. Keep what is there; if there is {host.key} already, add only our part:"
    ]
    lines += [f"  {system:<8} {path}" for system, path in host.files().items()]
    if host.project:
        lines.append(f"  or, for one project only, {host.project} in its folder")
    lines.append(host.then)
    in_plain_sight = _secrets().keys() & (plan.env.keys() - plan.kept_back.keys())
    if host.add and not in_plain_sight:
        lines.append(f"Or let it write the entry: {_add_command(host, plan)}")
    if host.asks_first:
        lines.append(host.asks_first)
    if "--sandbox" in plan.arguments:
        lines.append(plan.why_sandbox)
    if plan.kept_back:
        names = ", ".join(plan.kept_back)
        lines.append(f"{host.title} asks for {names}." if host.asks else f"Replace the placeholder of {names}.")
    if this_program()[0] == "uvx":
        lines.append("uvx comes with uv, which has to be installed. If the host does not find it, write its full path.")
    lines.append(f"If it does not connect: {host.logs}")
    return "\n".join([*lines, *(f"Not ready yet: {problem}" for problem in plan.problems)])


def _add_command(host: Host, plan: Plan) -> str:
    env = {**plan.env, **{name: f"<{name}>" for name in plan.kept_back}}
    variables = [word for name, value in env.items() for word in ("--env", f"{name}={value}")]
    # Options that take several values would also take the name of the server.
    first, rest = list(host.add[:3]), list(host.add[3:])
    return shlex.join([*first, *variables, *rest, NAME, "--", *this_program(), *plan.arguments])
