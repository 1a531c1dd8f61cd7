"""The settings of a server that others reach: who may call, how often, what is written down.

A person who has the server alone needs none of them, so they stand apart from the server's other settings.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from .environment import ConfigurationError
from .rules import RULES

MEMORY = "memory://"


@dataclass(frozen=True, slots=True)
class HostedVariable:
    """One variable, as documentation describes it and as it is read."""

    name: str
    member: str
    description: str
    default: str | None = None
    secret: bool = False

    @property
    def file_name(self) -> str:
        """The variable that may name a file instead, where this one is a secret."""
        return f"{self.name}_FILE"


HOSTED = (
    HostedVariable(
        "ORDER_MCP_PUBLIC_URL", "public_url", "The address that clients use, such as https://orders.example.com/mcp"
    ),
    HostedVariable("ORDER_MCP_OAUTH_ISSUER", "issuer", "The authorization server whose tokens are taken"),
    HostedVariable(
        "ORDER_MCP_OAUTH_AUDIENCE", "oauth_audience", "For whom tokens have to be made; blank: the public address"
    ),
    HostedVariable("ORDER_MCP_CALLERS_FILE", "callers_file", "A TOML file of callers: static keys, limits, gateways"),
    HostedVariable(
        "ORDER_MCP_ACCOUNTS_FILE", "accounts_file", "A TOML file of further accounts, several for a provider"
    ),
    HostedVariable(
        "ORDER_MCP_RATE_LIMIT", "rate_limit", "How often one caller may ask; none = without end", "120/minute"
    ),
    HostedVariable(
        "ORDER_MCP_STORAGE",
        "storage",
        "Where calls are counted; redis://… for all processes together",
        MEMORY,
        secret=True,
    ),
    HostedVariable(
        "ORDER_MCP_VERIFY",
        "verify",
        "1 = an order is shown only to whoever knows its e-mail address or postal code",
        "0",
    ),
    HostedVariable(
        "ORDER_MCP_CUSTOMER_CLAIM", "customer_claim", "What of a token is the customer's own e-mail address", "email"
    ),
    HostedVariable(
        "ORDER_MCP_AUDIT_LOG", "audit_log", "A file with one line for each call, without personal data; - = stderr"
    ),
    HostedVariable(
        "ORDER_MCP_AUDIT_KEY",
        "audit_key",
        "The key of the hash that stands there for an id; blank: a new one at each start",
        secret=True,
    ),
)


@dataclass(frozen=True, slots=True)
class Hosted:
    """What they say. None is not set."""

    public_url: str | None = None
    issuer: str | None = None
    oauth_audience: str | None = None
    callers_file: str | None = None
    accounts_file: str | None = None
    rate_limit: str | None = None
    storage: str | None = field(default=None, repr=False)  # its address may hold a password
    verify: bool = False
    customer_claim: str = "email"
    audit_log: str | None = None
    audit_key: str | None = field(default=None, repr=False)

    @property
    def authenticates(self) -> bool:
        """Whether callers have to say who they are."""
        return bool(self.issuer or self.callers_file)

    @property
    def counts_alone(self) -> bool:
        """Whether each process counts by itself."""
        return self.storage in (None, MEMORY)

    @property
    def audience(self) -> str | None:
        """For whom a token has to be made."""
        return self.oauth_audience or self.public_url


NOT_HOSTED = Hosted()


def hosted_names() -> list[str]:
    """The names of all these variables, files of secrets included."""
    return [name for each in HOSTED for name in ([each.name, each.file_name] if each.secret else [each.name])]


def read_hosted(given: Mapping[str, str], read_text: Callable[[str], str]) -> Hosted:
    """Read these variables, and the files of secrets with `read_text`, which raises OSError or ValueError.

    Raises:
        ConfigurationError: one is malformed, or they do not go together.
    """
    values = {each.member: value for each in HOSTED if (value := _value(each, given, read_text)) is not None}
    hosted = Hosted(**values)  # type: ignore[arg-type]  # the rules make what the members take
    if hosted.issuer and not hosted.audience:
        raise ConfigurationError(
            "ORDER_MCP_OAUTH_ISSUER needs ORDER_MCP_PUBLIC_URL or ORDER_MCP_OAUTH_AUDIENCE: a token that was made for "
            "another server must not be taken."
        )
    return hosted


def _value(variable: HostedVariable, given: Mapping[str, str], read_text: Callable[[str], str]) -> object:
    text, name = given.get(variable.name), variable.name
    if variable.secret and variable.file_name in given:
        if text is not None:
            raise ConfigurationError(f"{name} and {variable.file_name} are both set; keep one.")
        name = variable.file_name
        try:
            text = read_text(given[name]).strip()
        except (OSError, ValueError):
            text = ""
        if not text:
            raise ConfigurationError(f"{name} must name a readable text file with the value in it.")
    if text is None:
        return None
    try:
        return RULES[variable.name](text)
    except ValueError as rule:
        raise ConfigurationError(f"{name} {rule}.") from None
