"""Reads variables from this process and from one file. A doubtful line or name stops the start.

A line that was skipped, or a name that was misspelled, could be the one that keeps something from being shown.
"""

import os
import re
from collections.abc import Collection, Iterable, Mapping
from difflib import SequenceMatcher, get_close_matches
from io import StringIO
from typing import Any

OURS = "ORDER_MCP_"
# Far more than is needed. Some files never end.
MAX_FILE_BYTES, MAX_SECRET_BYTES = 256 * 1024, 64 * 1024
# What a shell hands over as `<(command)`.
_OPEN_ALREADY = ("/dev/fd/", "/proc/self/fd/")
# How alike two names have to be to count as a misspelling.
NEAR_NAME, NEAR_WHOLE_NAME = 0.75, 0.93

# What Kubernetes tells every container about a service called order-mcp, or order-mcp-something
# (https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables).
_KUBERNETES = re.compile(
    r"ORDER_MCP(_[A-Z0-9_]+)?_(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT(_[0-9]+_(TCP|UDP|SCTP)(_(ADDR|PORT|PROTO))?)?)"
)
_NAME = re.compile("[A-Z_]+")
# A variable of ours inside another one's value: a line of its own, or with a sign behind it that gives it a value.
_HOLDS_OURS = re.compile(r"order[_-]mcp[_-][a-z_-]{1,40}(['\"]?[ \t]{0,40}[=:]|[ \t]+[a-z])", re.IGNORECASE)


class ConfigurationError(Exception):
    """A server variable is malformed, or a file of variables unreadable. The message names it and the rule."""


def is_set(name: str, value: str) -> bool:
    """Whether a variable says anything."""
    # Desktop hosts pass blank optional fields as an empty string or as the literal placeholder; `<NAME>` is what
    # `order-mcp config` prints for a secret, and better reported as missing than tried and refused.
    return value.strip() not in ("", f"<{name}>") and not value.strip().startswith("${user_config.")


def labelled(text: str, labels: Mapping[str, str]) -> str:
    """The text with every variable called by its label, for a person who fills in a form and sees no variables."""
    return _NAME.sub(lambda name: labels.get(name[0], name[0]), text)


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
        if _HOLDS_OURS.search(line.value):
            raise _unreadable(
                path,
                line.original,
                f"its value holds a second variable, {OURS}…; a quotation mark before it may not be closed",
            )
        if line.key.startswith(OURS) and values.get(line.key, line.value) != line.value:
            raise _unreadable(path, line.original, f"{line.key} has another value already")
        values[line.key] = line.value
    return values


def check_names(given: Iterable[str], known: Collection[str]) -> list[str]:
    """The names that begin like ours and are unknown. They have no effect.

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


def read_text(path: str, most: int = MAX_SECRET_BYTES) -> str:
    """A text file of at most so many bytes.

    Raises:
        OSError, ValueError: it is none. A pipe without a writer, or a device, would be waited for without end.
    """
    if not os.path.isfile(path) and not path.startswith(_OPEN_ALREADY):
        raise OSError
    with open(path, "rb") as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise ValueError
    return content.decode("utf-8-sig")


def _text_of(path: str) -> str:
    try:
        return read_text(path, MAX_FILE_BYTES)
    except (OSError, ValueError):
        raise ConfigurationError(
            f"--env-file {path!r} cannot be read as a text file of at most {MAX_FILE_BYTES // 1024} KiB."
        ) from None


def _unreadable(path: str, original: Any, rule: str) -> ConfigurationError:
    skipped = original.string[: len(original.string) - len(original.string.lstrip())].count("\n")
    return ConfigurationError(f"--env-file {path!r}, line {original.line + skipped} cannot be read: {rule}.")


def _meant(name: str, known: Collection[str]) -> str | None:
    """The variable of ours that somebody may have meant."""
    if name in known:
        return name
    if not name.startswith(OURS):
        like_ours = "MCP" in name or "ORDER" in name
        return next((ours for ours in known if _is_slip(name, ours)), None) if like_ours else None
    end = name.removeprefix(OURS)
    ends = {ours.removeprefix(OURS): ours for ours in known}
    for theirs, ours in ends.items():
        if end and (theirs.startswith(f"{end}_") or theirs.endswith(f"_{end}") or end.startswith(theirs)):
            return ours
    return next((ends[near] for near in get_close_matches(end, ends, n=1, cutoff=NEAR_NAME)), None)


def _is_slip(name: str, ours: str) -> bool:
    return SequenceMatcher(a=name, b=ours).ratio() >= NEAR_WHOLE_NAME
