"""The rules of the server's own variables, in one place: the early start and the configuration both read them.

Standard library only, because the early start must not wait for anything.
"""

import re
from collections.abc import Callable, Mapping

Rule = Callable[[str], object]
"""Makes a value of the text of a variable. Raises ValueError with the rule, as what follows the variable's name."""

TIMEOUT, DEADLINE = "ORDER_MCP_TIMEOUT_SECONDS", "ORDER_MCP_DEADLINE_SECONDS"
FIND_PAGES, FIND_DAYS = "ORDER_MCP_FIND_PAGES", "ORDER_MCP_FIND_DAYS"
DEFAULT_SECONDS = {TIMEOUT: 8.0, DEADLINE: 20.0}
AUDIENCES = ("agent", "customer", "internal")
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
SECONDS_RULE = "must be a number of seconds from 0.1 to 120"


def one_of(*words: str) -> Rule:
    """One of these words, in any case."""
    known = {word.lower(): word for word in words}

    def read(value: str) -> str:
        if value.strip().lower() not in known:
            raise ValueError(f"must be one of {', '.join(words)}")
        return known[value.strip().lower()]

    return read


def _seconds(value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        seconds = 0.0
    if not 0.1 <= seconds <= 120:
        raise ValueError(SECONDS_RULE)
    return seconds


def _whole(least: int, most: int) -> Rule:
    def read(value: str) -> int:
        text = value.strip()
        if not (text.isascii() and text.isdigit() and len(text) <= 9 and least <= int(text) <= most):
            raise ValueError(f"must be a whole number from {least} to {most:,}")
        return int(text)

    return read


def _switch(value: str) -> bool:
    return one_of("1", "true", "0", "false")(value) in ("1", "true")


def matching(form: re.Pattern[str], rule: str) -> Rule:
    """A text without blanks around it that has this form."""

    def read(value: str) -> str:
        if not form.fullmatch(value.strip()):
            raise ValueError(rule)
        return value.strip()

    return read


# A user, a query or a fragment would make two spellings of one address.
_ADDRESS = re.compile(
    r"(https://(\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?)"
    r"|http://(127\.0\.0\.1|localhost|\[::1\]))(:[0-9]{1,5})?(/[A-Za-z0-9._~%/-]*)?"
)
_STORAGE = re.compile(r"memory://|rediss?://([!-\"$-.0->@-~]{0,300}@)?[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?(/[0-9]{0,3})?")
_RATE = re.compile(
    r"[1-9][0-9]{0,8} ?(?:/|per) ?(?:[1-9][0-9]{0,3} ?)?(second|minute|hour|day)s?|none", re.ASCII | re.IGNORECASE
)
_ADDRESS_RULE = (
    "must be an address such as https://orders.example.com/mcp, without user, query or fragment (http:// only on this "
    "machine)"
)
_spelled = matching(_ADDRESS, _ADDRESS_RULE)
rate = matching(_RATE, "must be a rate such as 120/minute, or none")
"""A rate such as `120/minute`: how many, in how long; or `none`."""
_storage = matching(
    _STORAGE,
    "must be memory:// or an address such as redis://redis.example.com:6379/0 (write # / ? in a password as %23 %2F "
    "%3F)",
)


def address(value: str) -> str:
    """An address that there can be, as it is written."""
    from ipaddress import ip_address  # hardly anybody has one to read
    from urllib.parse import urlsplit

    text = str(_spelled(value))
    try:
        parts = urlsplit(text)
        if ":" in (parts.hostname or ""):
            ip_address(parts.hostname or "")
        if parts.port == 0:
            raise ValueError
    except ValueError:
        raise ValueError(_ADDRESS_RULE) from None
    return text


def _public_address(value: str) -> str:
    """An address as clients write it when they ask for a token for it: small letters, and no port that goes unsaid."""
    scheme, _, rest = address(value).partition("://")
    host, slash, path = rest.partition("/")
    usual = {"https": ":443", "http": ":80"}[scheme]
    return f"{scheme}://{host.lower().removesuffix(usual)}{slash}{path}"


RULES: dict[str, Rule] = {
    "ORDER_MCP_AUDIENCE": one_of(*AUDIENCES),
    "ORDER_MCP_DEFAULT_PROVIDER": str,  # one of the providers, whose files are not loaded yet when this is read
    TIMEOUT: _seconds,
    DEADLINE: _seconds,
    FIND_PAGES: _whole(0, 50),
    FIND_DAYS: _whole(1, 3650),
    "ORDER_MCP_LOG_LEVEL": one_of(*LOG_LEVELS),
    "ORDER_MCP_SANDBOX": _switch,
    # Of a server that others reach. A person who has it alone needs none of them.
    "ORDER_MCP_PUBLIC_URL": _public_address,
    "ORDER_MCP_OAUTH_ISSUER": address,
    "ORDER_MCP_OAUTH_AUDIENCE": str.strip,
    "ORDER_MCP_CALLERS_FILE": str,
    "ORDER_MCP_ACCOUNTS_FILE": str,
    "ORDER_MCP_RATE_LIMIT": rate,
    "ORDER_MCP_STORAGE": _storage,
    "ORDER_MCP_STORAGE_FILE": str,
    "ORDER_MCP_VERIFY": _switch,
    "ORDER_MCP_CUSTOMER_CLAIM": str.strip,
    "ORDER_MCP_AUDIT_LOG": str,
    "ORDER_MCP_AUDIT_KEY": str,
    "ORDER_MCP_AUDIT_KEY_FILE": str,
}


def broken_rule(given: Mapping[str, str], defaults: Mapping[str, float]) -> str | None:
    """The first variable that breaks its rule, as a sentence, or that two of them do not go together; None if none.

    `defaults` are `DEFAULT_SECONDS`, or nothing where a variable may be set that is not among those given.
    """
    values: dict[str, object] = {}
    for name in [name for name in RULES if name in given]:
        try:
            values[name] = RULES[name](given[name])
        except ValueError as rule:
            return f"{name} {rule}."
    return too_long(values.get(TIMEOUT), values.get(DEADLINE, defaults.get(DEADLINE)))


def too_long(timeout: object, deadline: object) -> str | None:
    """That one attempt may take longer than the whole look-up, where both are known."""
    if isinstance(timeout, float) and isinstance(deadline, float) and timeout > deadline:
        return f"{TIMEOUT} ({timeout:g}) must not be more than {DEADLINE} ({deadline:g})."
    return None
