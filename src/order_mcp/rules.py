"""The rules of the server's own variables, in one place: the early start and the configuration both read them.

Standard library only, because the early start must not wait for anything.
"""

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


RULES: dict[str, Rule] = {
    "ORDER_MCP_AUDIENCE": one_of(*AUDIENCES),
    "ORDER_MCP_DEFAULT_PROVIDER": str,  # one of the providers, whose files are not loaded yet when this is read
    TIMEOUT: _seconds,
    DEADLINE: _seconds,
    FIND_PAGES: _whole(0, 50),
    FIND_DAYS: _whole(1, 3650),
    "ORDER_MCP_LOG_LEVEL": one_of(*LOG_LEVELS),
    "ORDER_MCP_SANDBOX": _switch,
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
