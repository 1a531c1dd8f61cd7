"""Golden stories: one file says what was asked, what went over the wire, and what came back, with its source."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from dev.answers import with_what_is_missing

from .stub import Reply

FIXTURES = Path(__file__).parent / "fixtures"


@dataclass(frozen=True)
class Story:
    """One exchange, from tool call to sentence."""

    provider: str
    name: str
    source: str
    """The page or file that shows it, and what it is about."""
    call: Mapping[str, Any]
    """`tool` and `arguments`."""
    request: Mapping[str, Any]
    """`path`, and the `headers` that sign the request in, names in lower case."""
    response: Mapping[str, Any]
    """`status`, then `json`, or `body` where the text itself matters (89.00 is not 89.0); `headers`."""
    says: str
    """The summary, or the sentence of an error."""
    expect: Mapping[str, Any] | None = None
    """The whole structured result, without `as_of` and `summary`."""
    expect_error: Mapping[str, Any] | None = None
    """The whole error object."""
    to_customer: str | None = None
    """What a customer is told of the same; None where the story has an audience of its own."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """Environment beyond the provider's credential and address."""

    def __str__(self) -> str:
        return f"{self.provider}/{self.name}"

    @property
    def tool(self) -> str:
        return str(self.call["tool"])

    @property
    def id(self) -> str:
        """The id that is asked for."""
        return str(self.call["arguments"][f"{self.tool.removeprefix('get_')}_id"])

    @property
    def reply(self) -> Reply:
        return Reply(**self.response)


@dataclass(frozen=True)
class DeskStory:
    """One question to several providers at once, and what an agent and a customer are told."""

    name: str
    about: str
    call: Mapping[str, Any]
    """`tool` and `arguments`."""
    answers: Mapping[str, Any]
    """What each provider that is set up answers: a response, or `silence`, `nobody` (no connection) or `bug` (ours)."""
    says: str
    to_customer: str
    expect_error: Mapping[str, Any] | None = None
    """The whole error object; None where something is found."""
    expect_warnings: list[Any] | None = None
    """What is warned of, where something is found."""
    variables: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.name


StoryType = TypeVar("StoryType", Story, DeskStory)


def desk_stories() -> list[DeskStory]:
    """The stories of the desk, in the order of their file names."""
    files = sorted((FIXTURES / "desk").glob("*.json"))
    return [_read(file, DeskStory) for file in files]


def stories(provider: str) -> list[Story]:
    """A provider's stories, in the order of their file names."""
    files = sorted((FIXTURES / provider).glob("*.json"))
    return [_read(file, partial(Story, provider)) for file in files]


def _read(file: Path, kind: Callable[..., StoryType]) -> StoryType:
    try:
        return kind(name=file.stem, **json.loads(with_what_is_missing(file.read_text(encoding="utf-8"))))
    except (TypeError, ValueError) as error:
        raise ValueError(f"{file} cannot be read as a story: {error}") from None
