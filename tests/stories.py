"""The golden stories of the tree: those of the built-in providers, and those of several providers at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dev.stories import DESK, read_stories
from order_mcp.testing.stories import Story, story_of


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
    or_find: str = ""
    """What is said instead to whoever can find orders by what a customer holds, where that is something else."""
    expect_error: Mapping[str, Any] | None = None
    """The whole error object; None where something is found."""
    expect_warnings: list[Any] | None = None
    """What is warned of, where something is found."""
    variables: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.name


def desk_stories() -> list[DeskStory]:
    """The stories of the desk, in the order of their file names."""
    return [DeskStory(name=file.stem, **story) for file, story in read_stories(DESK)]


def stories(provider: str) -> list[Story]:
    """A provider's stories, in the order of their file names."""
    return [story_of(provider, file.stem, story) for file, story in read_stories(provider)]
