"""Settings and accounts, read from the environment once at start-up.

A provider's variables belong to its own file; this module holds the server's, and finds the rest by discovery.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from .environment import OURS, ConfigurationError, check_names, is_placeholder, is_set, labelled, read_file, read_text
from .finding import Held, How, Limits
from .models import Audience, Noun
from .providers.registry import PROVIDERS, AnyProvider
from .providers.settings import Setup, Variable, choices_of, read_setup, variable, variables
from .rules import (
    AUDIENCES,
    DEADLINE,
    DEFAULT_SECONDS,
    FIND_DAYS,
    FIND_PAGES,
    LOG_LEVELS,
    RULES,
    TIMEOUT,
    one_of,
    too_long,
)


class ServerSettings(BaseModel):
    """The server's own variables."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    audience: Annotated[Audience, BeforeValidator(RULES["ORDER_MCP_AUDIENCE"])] = variable(
        "ORDER_MCP_AUDIENCE", "Who reads the answers", default=Audience.AGENT, choices=AUDIENCES
    )
    default_provider: Annotated[str, BeforeValidator(one_of(*PROVIDERS))] | None = variable(
        "ORDER_MCP_DEFAULT_PROVIDER",
        "Whom a call asks that names no provider; blank: all of them",
        choices=tuple(PROVIDERS),
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
class Caller:
    """Who asks. Over stdio there is one, made from the configuration."""

    name: str
    audience: Audience
    accounts: tuple[str, ...]
    """The names of the accounts that it may use."""


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that was read from the environment."""

    server: ServerSettings
    providers: Mapping[str, Setup]
    unknown: Sequence[str] = ()
    """Names that look like ours and mean nothing."""
    problem: str | None = None
    """What keeps the server from working at all: a sentence that every call says."""

    @property
    def caller(self) -> Caller:
        """The only caller of this process: whoever has its pipe or reaches its port."""
        return Caller("local", self.server.audience, tuple(self.providers))

    def offered(self, caller: Caller, noun: Noun, *, every: bool) -> list[str]:
        """The providers to name to a caller: those with a variable set (all while none is), or simply every one."""
        able = [name for name in caller.accounts if PROVIDERS[name].has(noun)]
        return able if every else [name for name in able if self.providers[name].begun] or able

    @property
    def limits(self) -> Limits:
        """How far a scan may go."""
        return Limits(self.server.find_pages, self.server.find_days)

    def finders(self, caller: Caller) -> dict[Held, list[str]]:
        """The providers that are set up here and can be searched, by what; a customer searches nobody's orders."""
        if caller.audience is Audience.CUSTOMER:
            return {}
        ready = [name for name in caller.accounts if self.providers[name].settings is not None]
        found_by = {
            held: [name for name in ready if can_find(PROVIDERS[name], self.providers[name], held, self.limits)]
            for held in Held
        }
        return {held: names for held, names in found_by.items() if names}

    def titles(self, names: Sequence[str]) -> list[str]:
        """What people call these providers."""
        return [PROVIDERS[name].title for name in names]

    def id_kinds(self, names: Sequence[str]) -> dict[str, str]:
        """What ids look like at these providers, by title, where that is known."""
        return {PROVIDERS[name].title: PROVIDERS[name].id_kind for name in names if PROVIDERS[name].id_kind}


def can_find(kind: type[AnyProvider], setup: Setup, held: Held, limits: Limits) -> bool:
    """Whether a provider can be searched by this, as it is set up and as far as scans are allowed."""
    how = kind.finds_by(setup.settings).get(held)
    return how is How.FILTER or (how is How.SCAN and limits.pages > 0)


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
    files = {variable.file_name for variable in all_variables() if variable.secret}
    # A secret's file is named as seen from the file that names it: hosts start servers inside arbitrary folders.
    return {
        name: str(folder / value) if name in files else value
        for name, value in read_file(path).items()
        if is_set(value) or is_placeholder(value)
    }


def read_config(environment: Mapping[str, str], labels: Mapping[str, str] | None = None) -> Config:
    """Read every variable. What is wrong with a provider's is told in the words of `labels`, where it has a label.

    Raises:
        ConfigurationError: a server variable is malformed, or misspelled. Provider variables never raise: what is
            wrong with them is in `Config.providers`.
    """
    given = {name: value for name, value in environment.items() if is_set(value)}
    unknown = [*check_names(given, [variable.name for variable in server_variables()]), *_unread(given)]
    server = _read_server(given)
    forgotten = {name for name, value in environment.items() if is_placeholder(value)}
    setups = {name: read_setup(provider.Settings, given, read_text, forgotten) for name, provider in PROVIDERS.items()}
    if server.sandbox:
        # Every emulated API comes with its variables.
        setups = {name: setup if setup.begun else _not_emulated(name) for name, setup in setups.items()}
    return Config(server, {name: _labelled(setup, labels or {}) for name, setup in setups.items()}, unknown)


def _unread(given: Iterable[str]) -> list[str]:
    """The names that begin like a provider's variables, and are none."""
    known = {name for each in all_variables() for name in (each.name, each.file_name)}
    begins = tuple(f"{name.upper()}_" for name in PROVIDERS)
    return [name for name in given if name.startswith(begins) and name not in known]


def _not_emulated(name: str) -> Setup:
    why = f"{PROVIDERS[name].title} has no emulated API, so it is not part of the sandbox."
    return Setup(None, (why,), possible=False)


def _labelled(setup: Setup, labels: Mapping[str, str]) -> Setup:
    return replace(setup, problems=tuple(labelled(problem, labels) for problem in setup.problems))


def broken_config(environment: Mapping[str, str], problem: str) -> Config:
    """A configuration that works with nothing: for a server whose host was answered before the problem was found."""
    audience = environment.get("ORDER_MCP_AUDIENCE", "")
    # Of what is broken, a customer reads no more than of anything else.
    is_for_customers = audience.strip().lower() == Audience.CUSTOMER
    server = ServerSettings.model_validate({"ORDER_MCP_AUDIENCE": Audience.CUSTOMER} if is_for_customers else {})
    return Config(server, dict.fromkeys(PROVIDERS, Setup(None)), problem=problem)


def provider_variables() -> set[str]:
    """The names of all variables that belong to providers, files of secrets included."""
    return {name for v in all_variables() if not v.name.startswith(OURS) for name in (v.name, v.file_name)}


def server_variables() -> list[Variable]:
    """The server's own variables, for documentation and the registry file."""
    return [
        Variable(
            name=str(field.alias),
            description=field.description or "",
            secret=False,
            default=None if field.default is None else _written(field.default),
            choices=choices_of(field),
        )
        for field in ServerSettings.model_fields.values()
    ]


def all_variables() -> list[Variable]:
    """Every variable: the providers' in their order, then the server's."""
    return [v for provider in PROVIDERS.values() for v in variables(provider.Settings)] + server_variables()


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
