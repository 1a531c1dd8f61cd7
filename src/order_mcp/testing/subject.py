"""What a suite is about: a provider class, its stories, and what sets it up; and what all parts of a suite share."""

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote

import pytest

from ..config import read_config
from ..models import Noun
from ..providers.base import Provider
from ..providers.registry import registered
from .asking import address_of, credentials_of
from .places import shape_of
from .stories import Story, stories_in
from .stub import Reply, Stub, serving


@dataclass(frozen=True)
class Subject:
    """One provider under test."""

    kind: type[Provider[Any]]
    stories: tuple[Story, ...]
    folder: str
    """What the folder of the stories is called in the suite class."""
    credentials: Mapping[str, str]

    @property
    def name(self) -> str:
        return self.kind.name

    @property
    def nouns(self) -> list[Noun]:
        """What it has."""
        return [noun for noun in Noun if self.kind.has(noun)]

    def environment(self, origin: str, story: Story | None = None, **more: str) -> dict[str, str]:
        """The variables that set it up at this address, as a story may want it, but for the story's audience."""
        own = {} if story is None else {k: v for k, v in story.variables.items() if k != "ORDER_MCP_AUDIENCE"}
        return {**self.credentials, address_of(self.kind): origin, **own, **more}

    @cached_property
    def found(self) -> list[Story]:
        """The stories in which a look-up finds something."""
        return [story for story in self.stories if story.expect is not None and not story.is_search]

    def example(self, noun: Noun | None = None) -> Story:
        """The richest story of something found with one request: of this kind, or of the first that there is."""
        noun = noun or self.nouns[0]
        able = [story for story in self.found if story.tool == f"get_{noun}"]
        if not able:
            pytest.fail(f"{self.folder}/ has no story in which get_{noun} finds something", pytrace=False)
        simple = [story for story in able if len(story.exchanges) == 1]
        if not simple:
            pytest.skip(f"in {self.folder}/ every get_{noun} that finds something asks more than once")
        return max(simple, key=lambda story: len(story.reply.content))

    @cached_property
    def examples(self) -> list[Story]:
        """Stories that together have every key of all that are found with one request, the richest first."""
        chosen: list[Story] = []
        for noun in self.nouns:
            able = [story for story in self.found if story.tool == f"get_{noun}" and len(story.exchanges) == 1]
            seen: set[Any] = set()
            for story in sorted(able, key=lambda story: len(story.reply.content), reverse=True):
                if shape := shape_of(body_of(story)) - seen:
                    seen |= shape
                    chosen.append(story)
        return chosen


def body_of(story: Story) -> Any:
    """What the provider answers in the end, as JSON.

    Raises:
        ValueError: it is none. The sentence names the story.
    """
    try:
        return json.loads(story.reply.content)
    except ValueError:
        raise ValueError(f"{story} finds something, and the provider's answer in it is no JSON.") from None


def around_id(story: Story) -> tuple[str, str]:
    """What stands before and behind the id in the path that a story asks for."""
    path, id = str(story.request["path"]), quote(story.id, safe="")
    above, _, _ = path.partition("?")
    at = above.rfind(id) if id in above else path.rfind(id)
    assert id and at >= 0, f"{story}: request.path has to hold the id {id}, percent-encoded"
    return path[:at], path[at + len(id) :]


def asks_for(story: Story, id: str) -> str:
    """The path that asks for another id: this one stands where the story's own stood, percent-encoded as a whole."""
    before, behind = around_id(story)
    return f"{before}{quote(id, safe='')}{behind}"


def another_id(subject: Subject, id: str) -> str:
    """An id of the same kind, which the provider could have."""
    changed = (f"{id[:at]}{c}{id[at + 1 :]}" for at in reversed(range(len(id))) for c in "1234567890abcdefxyzABCXYZ")
    for other in (f"{id}1", *changed):
        if other != id and subject.kind.why_refused(other) is None:
            return other
    pytest.fail(f"why_refused takes no other id that looks like {id}", pytrace=False)


class Part:
    """What every part of a suite has. A suite class says the first two or three."""

    provider: ClassVar[type[Provider[Any]]]
    """The class under test."""
    stories: ClassVar[str] = "stories"
    """The folder of its stories, as seen from the file of the suite class."""
    variables: ClassVar[Mapping[str, str] | None] = None
    """What sets it up, but for its address; without this, made-up values of the first way that its needs name."""

    stub: Stub
    """The provider's API, which answers as a test tells it to. Each test has its own."""

    @property
    def subject(self) -> Subject:
        suite: Any = type(self)
        subject: Subject = subject_of(suite)
        return subject

    @pytest.fixture(autouse=True)
    def _ready(self) -> Iterator[None]:
        """The class is registered, and its API is there."""
        with registered(self.subject.kind), serving() as stub:
            self.stub = stub
            yield

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Parametrize by what the suite is about; what makes it no suite at all is said in one sentence."""
        try:
            subject = self.subject
            ways: dict[str, list[Any]] = {
                "story": list(subject.stories),
                "found_story": subject.found,
                "search_story": [story for story in subject.stories if story.is_search],
                "customer_story": [story for story in subject.stories if story.to_customer is not None],
                "example": subject.examples,
                "noun": subject.nouns,
            }
        except (TypeError, ValueError) as problem:
            raise pytest.Collector.CollectError(str(problem)) from None
        for name in ways.keys() & set(metafunc.fixturenames):
            metafunc.parametrize(name, ways[name], ids=str)

    @property
    def examples(self) -> list[Story]:
        """The subject's examples, of which there have to be some."""
        if not self.subject.examples:
            pytest.skip(f"{self.subject.folder}/ has no story in which something is found with one request")
        return self.subject.examples

    def tells(self, story: Story) -> None:
        """Have the API answer as a story tells; whoever asks more often than it tells gets a 404."""
        replies = [exchange.reply for exchange in story.exchanges]
        nothing = Reply(404, body="the story has no more exchanges")
        self.stub.asked.clear()
        self.stub.reply = lambda _: (
            replies[len(self.stub.asked) - 1] if len(self.stub.asked) <= len(replies) else nothing
        )


@cache
def subject_of(suite: type[Part]) -> Subject:
    """What a suite class is about.

    Raises:
        TypeError, ValueError: it is no suite. The sentence says why.
    """
    kind = getattr(suite, "provider", None)
    if not (isinstance(kind, type) and issubclass(kind, Provider)):
        raise TypeError(f"{suite.__name__} has to say provider = …, a subclass of Provider.")
    with registered(kind):
        credentials = credentials_of(kind) if suite.variables is None else dict(suite.variables)
        config = read_config({**credentials, address_of(kind): "http://127.0.0.1:1"})
        problems = config.accounts[kind.name].setup.problems
    if problems:
        raise ValueError(f"{suite.__name__}.variables has to set {kind.title} up: {' '.join(problems)}")
    file = sys.modules[suite.__module__].__file__ or ""
    folder = Path(file).parent / suite.stories
    if not folder.is_dir():
        raise ValueError(f"{suite.__name__} needs a folder {suite.stories}/ with stories beside {Path(file).name}.")
    return Subject(kind, tuple(stories_in(folder, suite.stories, kind.name)), suite.stories, credentials)
