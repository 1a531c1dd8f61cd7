"""How each account is set up: the ones from the environment, named after their provider, and those of a file."""

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .bugs import log_bug
from .environment import ConfigurationError, is_set, read_text
from .finding import Held, How, Limits
from .models import AUTO
from .providers.fitness import AnyProvider
from .providers.packages import Unfit
from .providers.registry import registry
from .providers.settings import Setup, read_setup, variables
from .rules import rate
from .wording import listed

_AT_LINE = re.compile(r"at line ([0-9]{1,9})")
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_NAME_RULE = "an account's name must be at most 40 small letters, digits, - and _, and begin with a letter"


@dataclass(frozen=True, slots=True)
class AccountConfig:
    """One account as it is set up."""

    kind: type[AnyProvider]
    setup: Setup
    title: str
    """What people call it."""
    rate_limit: str | None = None
    """How often it may be asked, where the operator said that."""

    def can_find(self, held: Held, limits: Limits) -> bool:
        """Whether it can be searched by this, as it is set up and as far as scans are allowed."""
        try:
            how = self.kind.finds_by(self.setup.settings).get(held)
        except Exception as bug:  # of a package: then nothing is found there, and everything else goes on
            log_bug(bug)
            return False
        return self.setup.possible and (how is How.FILTER or (how is How.SCAN and limits.pages > 0))


def rate_variable(provider: str) -> str:
    """The variable that says how often an account of this provider may be asked."""
    return f"{provider.upper()}_RATE_LIMIT"


def from_environment(
    given: Mapping[str, str], forgotten: Collection[str], *, sandbox: bool
) -> dict[str, AccountConfig]:
    """An account for every provider, named after it.

    Raises:
        ConfigurationError: a rate is malformed.
    """
    accounts = {}
    for name, kind in registry().kinds.items():
        setup = read_setup(kind.Settings, given, read_text, forgotten)
        if sandbox and not setup.begun:  # every emulated API comes with its variables
            why = f"{kind.title} has no emulated API, so it is not part of the sandbox."
            setup = Setup(None, (why,), possible=False)
        accounts[name] = AccountConfig(kind, setup, kind.title, _rate(rate_variable(name), given))
    return accounts | _of_unfit(given)


def _of_unfit(given: Collection[str]) -> dict[str, AccountConfig]:
    """An account for what a package has and cannot be used, so that whoever asks there is told why."""
    return {
        each.name: AccountConfig(each.kind, _unusable(each, _is_begun(each.name, given)), each.name)
        for each in registry().unfit
        if each.is_free
    }


def _is_begun(name: str, given: Collection[str]) -> bool:
    return any(variable.startswith(f"{name.upper()}_") for variable in given)


def _unusable(unfit: Unfit, begun: bool) -> Setup:
    return Setup(None, (unfit.problem,), begun, remedy="mend or uninstall it and restart the server")


def from_file(path: str) -> dict[str, AccountConfig]:
    """The accounts of a file. What is wrong with one's settings is told by its calls, as it is for the others.

    Raises:
        ConfigurationError: the file cannot be read, or names what is not known.
    """
    tables = read_tables("ORDER_MCP_ACCOUNTS_FILE", path, "accounts")
    return {name: _account(name, table, Path(path).absolute().parent) for name, table in tables.items()}


def read_tables(variable: str, path: str, heading: str) -> dict[str, dict[str, Any]]:
    """The tables `[heading.NAME]` of a TOML file.

    Raises:
        ConfigurationError: there is no such file, or something else stands in it. Its text is never repeated: it may
            hold a secret.
    """
    try:
        document = tomllib.loads(read_text(path))
    except (OSError, ValueError, RecursionError) as failure:
        at = _AT_LINE.search(str(failure)) if isinstance(failure, tomllib.TOMLDecodeError) else None
        why = "cannot be read as a TOML file" if Path(path).exists() else "does not exist"
        raise ConfigurationError(f"{variable} {path!r} {why}{f': look at line {at[1]}' if at else ''}.") from None
    tables = document.get(heading, {})
    if set(document) - {heading} or not isinstance(tables, dict) or not all(map(_is_table, tables.values())):
        raise ConfigurationError(f"{variable} {path!r} must hold nothing but tables such as [{heading}.NAME].")
    return tables


def _is_table(value: object) -> bool:
    return isinstance(value, dict)


def _account(name: str, table: Mapping[str, Any], folder: Path) -> AccountConfig:
    if not _NAME.fullmatch(name):
        raise ConfigurationError(f"ORDER_MCP_ACCOUNTS_FILE: {_NAME_RULE}.")
    where = f"ORDER_MCP_ACCOUNTS_FILE, [accounts.{name}]:"
    kinds = registry().kinds
    if name in (AUTO, *kinds):
        raise ConfigurationError(f"{where} this name is taken; choose another one.")
    provider = table.get("provider")
    if unfit := next((each for each in registry().unfit if each.is_free and each.name == provider), None):
        return AccountConfig(unfit.kind, _unusable(unfit, begun=True), f"{unfit.name} ({name})")
    if not isinstance(provider, str) or provider not in kinds:
        raise ConfigurationError(f"{where} provider must be one of {', '.join(kinds)}.")
    kind = kinds[provider]
    known = {"provider", rate_variable(provider), *_names(kind)}
    for key, value in table.items():
        if key not in known:
            raise ConfigurationError(f"{where} {key} is none of {listed(sorted(known), 'and')}.")
        if not isinstance(value, str):
            raise ConfigurationError(f"{where} {key} must be a text in quotation marks.")
    said = {key: value for key, value in table.items() if is_set(value)}
    files = {variable.file_name for variable in variables(kind.Settings) if variable.secret}
    setup = read_setup(
        kind.Settings, {key: str(folder / value) if key in files else value for key, value in said.items()}, read_text
    )
    return AccountConfig(kind, setup, f"{kind.title} ({name})", _rate(rate_variable(provider), said, where))


def _names(kind: type[AnyProvider]) -> Iterator[str]:
    for variable in variables(kind.Settings):
        yield variable.name
        if variable.secret:
            yield variable.file_name


def _rate(variable: str, given: Mapping[str, str], where: str = "") -> str | None:
    try:
        return str(rate(given[variable])) if variable in given else None
    except ValueError as broken:
        raise ConfigurationError(f"{where} {variable} {broken}.".strip()) from None
