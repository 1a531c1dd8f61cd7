"""How each account is set up: the ones from the environment, named after their provider, and those of a file."""

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .environment import ConfigurationError, is_set, read_text
from .finding import Held, How, Limits
from .models import AUTO
from .providers.registry import PROVIDERS, AnyProvider
from .providers.settings import Setup, read_setup, variables
from .rules import rate
from .wording import listed

_AT_LINE = re.compile(r"at line ([0-9]{1,9})")
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_NAME_RULE = "an account's name must be at most 40 small letters, digits, - and _, and begin with a letter"


@dataclass(frozen=True, slots=True)
class AccountConfig:
    """One account as it is set up."""

    provider: str
    setup: Setup
    title: str
    """What people call it."""
    rate_limit: str | None = None
    """How often it may be asked, where the operator said that."""

    @property
    def kind(self) -> type[AnyProvider]:
        return PROVIDERS[self.provider]

    def can_find(self, held: Held, limits: Limits) -> bool:
        """Whether it can be searched by this, as it is set up and as far as scans are allowed."""
        how = self.kind.finds_by(self.setup.settings).get(held)
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
    for name, kind in PROVIDERS.items():
        setup = read_setup(kind.Settings, given, read_text, forgotten)
        if sandbox and not setup.begun:  # every emulated API comes with its variables
            why = f"{kind.title} has no emulated API, so it is not part of the sandbox."
            setup = Setup(None, (why,), possible=False)
        accounts[name] = AccountConfig(name, setup, kind.title, _rate(rate_variable(name), given))
    return accounts


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
    if name in (AUTO, *PROVIDERS):
        raise ConfigurationError(f"{where} this name is taken; choose another one.")
    provider = table.get("provider")
    if not isinstance(provider, str) or provider not in PROVIDERS:
        raise ConfigurationError(f"{where} provider must be one of {', '.join(PROVIDERS)}.")
    kind = PROVIDERS[provider]
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
    return AccountConfig(provider, setup, f"{kind.title} ({name})", _rate(rate_variable(provider), said, where))


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
