"""Settings and accounts, read from the environment once at start-up.

A provider's variables belong to its own file; this module holds the server's, and finds the rest by discovery.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from .account_config import AccountConfig, from_environment, from_file, rate_variable
from .caller import FIND_ORDERS, Caller
from .environment import OURS, ConfigurationError, check_names, is_placeholder, is_set, labelled, read_file, read_text
from .finding import Held, Limits
from .hosted import NOT_HOSTED, Hosted, hosted_names, read_hosted
from .models import Audience, Noun
from .providers.packages import Unfit
from .providers.registry import registry
from .providers.settings import Setup, Variable, choices_of, variable, variables
from .rules import (
    AUDIENCES,
    DEADLINE,
    DEFAULT_SECONDS,
    FIND_DAYS,
    FIND_PAGES,
    LOG_LEVELS,
    RULES,
    TIMEOUT,
    too_long,
)


class ServerSettings(BaseModel):
    """The server's own variables."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    audience: Annotated[Audience, BeforeValidator(RULES["ORDER_MCP_AUDIENCE"])] = variable(
        "ORDER_MCP_AUDIENCE", "Who reads the answers", default=Audience.AGENT, choices=AUDIENCES
    )
    default_provider: Annotated[str, BeforeValidator(str.lower), BeforeValidator(str.strip)] | None = variable(
        "ORDER_MCP_DEFAULT_PROVIDER",
        "Whom a call asks that names no provider; blank: all of them",
    )
    timeout_seconds: Annotated[float, BeforeValidator(RULES[TIMEOUT])] = Field(
        DEFAULT_SECONDS[TIMEOUT], alias="ORDER_MCP_TIMEOUT_SECONDS", description="Limit of one attempt, body included"
    )
    deadline_seconds: Annotated[float, BeforeValidator(RULES[DEADLINE])] = Field(
        DEFAULT_SECONDS[DEADLINE],
        alias="ORDER_MCP_DEADLINE_SECONDS",
        description="Limit of one whole look-up with retries",
    )
    log_level: Annotated[str, BeforeValidator(RULES["ORDER_MCP_LOG_LEVEL"])] = variable(
        "ORDER_MCP_LOG_LEVEL", "How much is logged, on stderr", default="WARNING", choices=LOG_LEVELS
    )
    find_pages: Annotated[int, BeforeValidator(RULES[FIND_PAGES])] = Field(
        5,
        alias="ORDER_MCP_FIND_PAGES",
        description="Pages of 100 orders that find_orders reads where a provider has no filter, 0 to 50; 0 = none",
    )
    find_days: Annotated[int, BeforeValidator(RULES[FIND_DAYS])] = Field(
        365,
        alias="ORDER_MCP_FIND_DAYS",
        description="How many days back it reads, 1 to 3650, where a provider can limit by date",
    )
    sandbox: Annotated[bool, BeforeValidator(RULES["ORDER_MCP_SANDBOX"])] = Field(
        False, alias="ORDER_MCP_SANDBOX", description="1 = use the emulated APIs instead of the real ones"
    )


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that was read from the environment."""

    server: ServerSettings
    accounts: Mapping[str, AccountConfig]
    hosted: Hosted = NOT_HOSTED
    unknown: Sequence[str] = ()
    """Names that look like ours and mean nothing."""
    unfit: Sequence[Unfit] = ()
    """What packages have that cannot be used."""
    problem: str | None = None
    """What keeps the server from working at all: a sentence that every call says."""

    @property
    def audience(self) -> Audience:
        """Who reads the answers. An order that only its customer may see is told as to a customer."""
        return Audience.CUSTOMER if self.hosted.verify else self.server.audience

    @property
    def caller(self) -> Caller:
        """Who asks where nobody has to say who it is: whoever has the pipe, or reaches the port."""
        return Caller("local", self.audience, tuple(self.usable))

    @property
    def usable(self) -> list[str]:
        """The accounts that may be asked at all: where customers are verified, those that can tell by what."""
        return [name for name, account in self.accounts.items() if account.kind.verifies_by or not self.hosted.verify]

    def offered(self, caller: Caller, noun: Noun, *, every: bool) -> list[str]:
        """The accounts to name to a caller: those with a variable set (all while none is), or simply every one."""
        able = [name for name in caller.accounts if self.accounts[name].kind.has(noun)]
        return able if every else [name for name in able if self.accounts[name].setup.begun] or able

    @property
    def limits(self) -> Limits:
        """How far a scan may go."""
        return Limits(self.server.find_pages, self.server.find_days)

    def finders(self, caller: Caller) -> dict[Held, list[str]]:
        """The accounts that are set up here and can be searched, by what; a customer searches nobody's orders."""
        if caller.audience is Audience.CUSTOMER or FIND_ORDERS not in caller.scopes:
            return {}
        ready = [name for name in caller.accounts if self.accounts[name].setup.settings is not None]
        found_by = {held: [name for name in ready if self.accounts[name].can_find(held, self.limits)] for held in Held}
        return {held: names for held, names in found_by.items() if names}

    def titles(self, names: Sequence[str]) -> list[str]:
        """What people call these accounts."""
        return [self.accounts[name].title for name in names]

    def id_kinds(self, names: Sequence[str]) -> dict[str, str]:
        """What ids look like at the providers of these accounts, by title, where that is known."""
        kinds = [self.accounts[name].kind for name in names]
        return {kind.title: kind.id_kind for kind in kinds if kind.id_kind}


def read_environment(env_file: str | None = None) -> dict[str, str]:
    """The variables of this process and, where it has none, of a file.

    Raises:
        ConfigurationError: the file, or a line of it, cannot be read.
    """
    process = {name: value for name, value in os.environ.items() if is_set(value)}
    values = {} if env_file is None else _from_file(env_file)
    # A forgotten placeholder counts as not set. It is kept, so that `doctor` can call it that.
    forgotten = {name: value for name, value in os.environ.items() if is_placeholder(value)}
    return forgotten | values | process


def _from_file(path: str) -> dict[str, str]:
    folder = Path(path).absolute().parent
    files = {v.file_name for v in all_variables() if v.secret} | {name for name in hosted_names() if "_FILE" in name}
    # A file is named as seen from the file that names it: hosts start servers inside arbitrary folders.
    return {
        name: str(folder / value) if name in files else value
        for name, value in read_file(path).items()
        if is_set(value) or is_placeholder(value)
    }


def read_config(environment: Mapping[str, str], labels: Mapping[str, str] | None = None) -> Config:
    """Read every variable. What is wrong with a provider's is told in the words of `labels`, where it has a label.

    Raises:
        ConfigurationError: a server variable is malformed, or misspelled. Provider variables never raise: what is
            wrong with them is in `Config.accounts`.
    """
    given = {name: value for name, value in environment.items() if is_set(value)}
    names = [*(variable.name for variable in server_variables()), *hosted_names()]
    unknown = [*check_names(given, names), *_unread(given)]
    server, hosted = _read_server(given), read_hosted(given, read_text)
    forgotten = {name for name, value in environment.items() if is_placeholder(value)}
    accounts = from_environment(given, forgotten, sandbox=server.sandbox)
    # In the sandbox no real account is asked.
    if hosted.accounts_file and not server.sandbox:
        accounts |= from_file(hosted.accounts_file)
    if server.default_provider not in (None, *accounts):
        raise ConfigurationError(f"ORDER_MCP_DEFAULT_PROVIDER must be one of {', '.join(accounts)}.")
    return Config(
        server,
        {name: _labelled(account, labels or {}) for name, account in accounts.items()},
        hosted,
        unknown,
        registry().unfit,
    )


def _unread(given: Iterable[str]) -> list[str]:
    """The names that begin like a provider's variables, and are none."""
    known = {name for each in all_variables() for name in (each.name, each.file_name)} | {*hosting_variables()}
    begins = tuple(f"{name.upper()}_" for name in registry().kinds)
    return [name for name in given if name.startswith(begins) and name not in known]


def _labelled(account: AccountConfig, labels: Mapping[str, str]) -> AccountConfig:
    problems = tuple(labelled(problem, labels) for problem in account.setup.problems)
    return replace(account, setup=replace(account.setup, problems=problems))


def broken_config(environment: Mapping[str, str], problem: str) -> Config:
    """A configuration that works with nothing: for a server whose host was answered before the problem was found."""
    audience, verify = (
        environment.get(name, "").strip().lower() for name in ("ORDER_MCP_AUDIENCE", "ORDER_MCP_VERIFY")
    )
    # Of what is broken, a customer reads no more than of anything else.
    is_for_customers = audience == Audience.CUSTOMER or verify in ("1", "true")
    server = ServerSettings.model_validate({"ORDER_MCP_AUDIENCE": Audience.CUSTOMER} if is_for_customers else {})
    nothing = {name: AccountConfig(kind, Setup(None), kind.title) for name, kind in registry().kinds.items()}
    return Config(server, nothing, problem=problem)


def provider_variables() -> set[str]:
    """The names of all variables that belong to providers, files of secrets included."""
    return {name for v in all_variables() if not v.name.startswith(OURS) for name in (v.name, v.file_name)}


def hosting_variables() -> list[str]:
    """The names of the variables of a server that others reach, files of secrets and rates of accounts included."""
    return [*hosted_names(), *map(rate_variable, registry().kinds)]


def server_variables() -> list[Variable]:
    """The server's own variables, for documentation and the registry file."""
    return [
        Variable(
            name=str(field.alias),
            description=field.description or "",
            secret=False,
            default=None if field.default is None else _written(field.default),
            choices=tuple(registry().kinds) if name == "default_provider" else choices_of(field),
        )
        for name, field in ServerSettings.model_fields.items()
    ]


def all_variables() -> list[Variable]:
    """Every variable: the providers' in their order, then the server's."""
    return [v for provider in registry().kinds.values() for v in variables(provider.Settings)] + server_variables()


def _written(default: Any) -> str:
    return f"{default:g}" if isinstance(default, float) else str(int(default) if isinstance(default, bool) else default)


def _read_server(given: Mapping[str, str]) -> ServerSettings:
    try:
        server = ServerSettings.model_validate(dict(given))
    except ValidationError as invalid:
        error = invalid.errors(include_input=False)[0]
        raise ConfigurationError(f"{error['loc'][0]} {error.get('ctx', {}).get('error', 'is malformed')}.") from None
    if server.timeout_seconds > server.deadline_seconds:
        if "timeout_seconds" not in server.model_fields_set:
            # Only the deadline was chosen, and it is shorter than the default attempt: it stands.
            return server.model_copy(update={"timeout_seconds": server.deadline_seconds})
        raise ConfigurationError(too_long(server.timeout_seconds, server.deadline_seconds))
    return server
