"""Reads variables from this process and from one file. A doubtful line or name stops the start.

A line that was skipped, or a name that was misspelled, could be the one that keeps something from being shown.
"""

import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from io import StringIO
from itertools import takewhile
from typing import NamedTuple

from .rules import DEFAULT_SECONDS, RULES, broken_rule

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
# What stands before the = in a line of a file; and behind it, where a quoted text ends in its own line.
_KEY = re.compile(r"[^#\s]+")
_QUOTED = re.compile(r"""(?:'([^'\\]*)'|"([^"\\]*)")\s*(?:#[^\n]*)?""")
_COMMENT = re.compile(r"\s#")
_NAME = re.compile("[A-Z0-9_]+")
# What examples and templates put where a value belongs. No key, id or address looks like that.
_PLACEHOLDER = re.compile(
    r"<[^<>]+>|\$\{(?!user_config\.)[^{}]+\}|(your|my)[-_ ][a-z_ -]{0,40}(key|token|secret|password|id)|change[-_ ]?me",
    re.IGNORECASE,
)
# A variable of ours inside another one's value: a line of its own, or with a sign behind it that gives it a value.
_HOLDS_OURS = re.compile(r"order[_-]mcp[_-][a-z_-]{1,40}(['\"]?[ \t]{0,40}[=:]|[ \t]+[a-z])", re.IGNORECASE)


class ConfigurationError(Exception):
    """A server variable is malformed, or a file of variables unreadable. The message names it and the rule."""


class Line(NamedTuple):
    """A line of a file. It has a name and a value, or cannot be read."""

    number: int
    name: str | None
    value: str | None


def problem_at_start(process: Mapping[str, str], env_file: str | None) -> str | None:
    """What can be known to be wrong with the standard library alone, before a host is answered; None if nothing.

    A file is read up to a quoted text that may go over several lines; the rest of it when everything is loaded.
    """
    path = env_file or ""
    try:
        lines = [_bare(line) for line in _lines_of(_text_of(path))] if env_file is not None else []
        plain = list(takewhile(_ends_here, lines))
        numbered = (_plain_line(number, line) for number, line in enumerate(plain, 1) if line and line[0] != "#")
        file = _values(path, numbered)
        given = {name: value for name, value in (*file.items(), *process.items()) if is_set(value)}
        check_names(given, RULES)
    except ConfigurationError as problem:
        return str(problem)
    # What was not read may set what would otherwise have its default.
    return broken_rule(given, DEFAULT_SECONDS if plain == lines else {})


def is_placeholder(value: str) -> bool:
    """Whether it stands for a value that somebody has yet to fill in, as `order-mcp config` prints it and others do."""
    return _PLACEHOLDER.fullmatch(value.strip()) is not None


def is_set(value: str) -> bool:
    """Whether a variable says anything."""
    # Desktop hosts pass blank optional fields as an empty string or as the literal placeholder.
    is_blank = not value.strip() or value.strip().startswith("${user_config.")
    return not is_blank and not is_placeholder(value)


def labelled(text: str, labels: Mapping[str, str]) -> str:
    """The text with every variable called by its label, for a person who fills in a form and sees no variables."""
    return _NAME.sub(lambda name: labels.get(name[0], name[0]), text)


def read_file(path: str) -> dict[str, str]:
    """The variables of a file of `NAME=value` lines.

    Raises:
        ConfigurationError: the file, or a line of it, cannot be read. The line is named by its number: it may hold a
            secret.
    """
    return _values(path, _all_lines(_text_of(path)))


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
        return read_text(path, MAX_FILE_BYTES).lstrip("\ufeff")
    except (OSError, ValueError):
        raise ConfigurationError(f"--env-file {path!r} {_why_unreadable(path)}.") from None


def _why_unreadable(path: str) -> str:
    if os.path.isdir(path):
        return "is a folder; name the file in it"
    if os.path.exists(path):
        return f"cannot be read as a text file of at most {MAX_FILE_BYTES // 1024} KiB"
    if path.startswith("~"):
        return "does not exist; only a shell knows what ~ is, so write the whole path"
    return "does not exist"


def _all_lines(text: str) -> Iterator[Line]:
    """The lines that are neither blank nor a comment, as python-dotenv reads them."""
    from dotenv.parser import parse_stream

    for line in parse_stream(StringIO(text)):
        written = line.original.string
        if written.strip() and (line.key is not None or line.error):
            skipped = written[: len(written) - len(written.lstrip())].count("\n")
            yield Line(line.original.line + skipped, line.key, line.value)


def _lines_of(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _bare(line: str) -> str:
    """A line without what means nothing: blanks around it, and the word with which a shell exports a variable."""
    words = line.split(maxsplit=1)
    return words[1].rstrip() if len(words) > 1 and words[0] == "export" else line.strip()


def _ends_here(line: str) -> bool:
    """Whether all that begins in a bare line surely ends in it: no quoted text goes over to the next one."""
    value = line.partition("=")[2].lstrip()
    is_open = value.startswith(("'", '"')) and not _QUOTED.fullmatch(value)
    return line.startswith("#") or not (is_open or line.startswith("'"))


def _plain_line(number: int, line: str) -> Line:
    """What python-dotenv makes of a bare line that ends where it seems to, and is neither blank nor a comment."""
    key, equals, value = line.partition("=")
    if not equals or not _KEY.fullmatch(key.rstrip()):
        return Line(number, None, None)
    quoted = _QUOTED.fullmatch(value.lstrip())
    return Line(
        number,
        key.rstrip(),
        quoted[1] or quoted[2] or "" if quoted else _COMMENT.split(value, maxsplit=1)[0].strip(),
    )


def _values(path: str, lines: Iterable[Line]) -> dict[str, str]:
    """The variables of these lines. Raises ConfigurationError for one that cannot be read."""
    values: dict[str, str] = {}
    for number, name, value in lines:
        if name is None or value is None:
            raise _unreadable(path, number, "write NAME=value, with both quotation marks or none")
        if _HOLDS_OURS.search(value):
            rule = f"its value holds a second variable, {OURS}…; a quotation mark before it may not be closed"
            raise _unreadable(path, number, rule)
        if name.startswith(OURS) and values.get(name, value) != value:
            raise _unreadable(path, number, f"{name} has another value already")
        values[name] = value
    return values


def _unreadable(path: str, number: int, rule: str) -> ConfigurationError:
    return ConfigurationError(f"--env-file {path!r}, line {number} cannot be read: {rule}.")


def _meant(name: str, known: Collection[str]) -> str | None:
    """The variable of ours that somebody may have meant."""
    if name in known:
        return name
    if not name.startswith(OURS):
        like_ours = "MCP" in name or "ORDER" in name
        return next((ours for ours in known if _is_slip(name, ours)), None) if like_ours else None
    from difflib import get_close_matches  # loaded only where there is something to compare

    end = name.removeprefix(OURS)
    ends = {ours.removeprefix(OURS): ours for ours in known}
    for theirs, ours in ends.items():
        if end and (theirs.startswith(f"{end}_") or theirs.endswith(f"_{end}") or end.startswith(theirs)):
            return ours
    return next((ends[near] for near in get_close_matches(end, ends, n=1, cutoff=NEAR_NAME)), None)


def _is_slip(name: str, ours: str) -> bool:
    from difflib import SequenceMatcher

    return SequenceMatcher(a=name, b=ours).ratio() >= NEAR_WHOLE_NAME
