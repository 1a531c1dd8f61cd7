"""Where variables come from: this process, and one file that the operator names. What is in doubt stops the start.

A line that was skipped, or a name that was misspelled, could be the one that keeps something from being shown.
"""

import re
from collections.abc import Collection, Iterable
from difflib import SequenceMatcher, get_close_matches
from io import StringIO
from typing import Any

OURS = "ORDER_MCP_"
MAX_FILE_BYTES = 256 * 1024  # far more than all variables need; some files never end
# Below these a name is rather another word than a slip of the pen.
NEAR_NAME, NEAR_WHOLE_NAME = 0.75, 0.93

# What Kubernetes tells every container about a service called order-mcp
# (https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables).
_KUBERNETES = re.compile(
    r"ORDER_MCP_(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT(_[0-9]+_(TCP|UDP|SCTP)(_(ADDR|PORT|PROTO))?)?)"
)
_ASSIGNS_OURS = re.compile(r"(^|\s)ORDER_MCP_[A-Z_]+\s?[=:]")


class ConfigurationError(Exception):
    """A server variable is malformed, or a file of variables unreadable. The message names it and the rule."""


def is_set(name: str, value: str) -> bool:
    """Whether a variable says anything."""
    # Desktop hosts pass blank optional fields as an empty string or as the literal placeholder; `<NAME>` is what
    # `order-mcp config` prints for a secret, and better reported as missing than tried and refused.
    return value.strip() not in ("", f"<{name}>") and not value.strip().startswith("${user_config.")


def read_file(path: str) -> dict[str, str]:
    """The variables of a file of `NAME=value` lines.

    Raises:
        ConfigurationError: the file, or a line of it, cannot be read. The line is named by its number: it may hold a
            secret.
    """
    from dotenv.parser import parse_stream

    values: dict[str, str] = {}
    for line in parse_stream(StringIO(_text_of(path))):
        if not line.original.string.strip() or (line.key is None and not line.error):
            continue  # blank, or a comment
        if line.error or line.key is None or line.value is None:
            raise _unreadable(path, line.original, "write NAME=value, with both quotation marks or none")
        if _ASSIGNS_OURS.search(line.value):
            raise _unreadable(
                path,
                line.original,
                f"its value holds a second variable, {OURS}…; a quotation mark before it may not be closed",
            )
        values[line.key] = line.value
    return values


def check_names(given: Iterable[str], known: Collection[str]) -> list[str]:
    """The names that look like ours, are not, and are like none of ours; they mean nothing.

    Raises:
        ConfigurationError: a name is nearly one of ours.
    """
    unknown = []
    for name in given:
        if name in known or _KUBERNETES.fullmatch(name):
            continue
        if meant := _meant(name.upper().replace("-", "_"), known):
            raise ConfigurationError(f"{name} is not a variable of order-mcp. Was {meant} meant?")
        if name.startswith(OURS):
            unknown.append(name)
    return unknown


def _text_of(path: str) -> str:
    try:
        with open(path, "rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
        text = content.decode("utf-8-sig")
    except (OSError, ValueError):
        raise ConfigurationError(f"--env-file {path!r} cannot be read as a text file.") from None
    if len(content) > MAX_FILE_BYTES:
        raise ConfigurationError(f"--env-file {path!r} is longer than {MAX_FILE_BYTES // 1024} KiB.")
    return text


def _unreadable(path: str, original: Any, rule: str) -> ConfigurationError:
    skipped = original.string[: len(original.string) - len(original.string.lstrip())].count("\n")
    return ConfigurationError(f"--env-file {path!r}, line {original.line + skipped} cannot be read: {rule}.")


def _meant(name: str, known: Collection[str]) -> str | None:
    """The variable of ours that somebody may have meant."""
    if name in known:
        return name
    if not name.startswith(OURS):
        return next((ours for ours in known if _is_slip(name, ours)), None) if "MCP" in name else None
    end = name.removeprefix(OURS)
    ends = {ours.removeprefix(OURS): ours for ours in known}
    for theirs, ours in ends.items():
        if end and (theirs.startswith(f"{end}_") or theirs.endswith(f"_{end}") or end.startswith(theirs)):
            return ours
    return next((ends[near] for near in get_close_matches(end, ends, n=1, cutoff=NEAR_NAME)), None)


def _is_slip(name: str, ours: str) -> bool:
    return SequenceMatcher(a=name, b=ours).ratio() >= NEAR_WHOLE_NAME
