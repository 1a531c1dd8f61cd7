"""What a story holds, and how its file is read: what was asked, what went over the wire, and what is answered."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from ..wording import listed
from .stub import Reply


class Shape(NamedTuple):
    """The keys of one kind of story and what they hold. Behind a dot stands a key inside another one."""

    needed: dict[str, str]
    optional: dict[str, str]


STORY = Shape(
    {
        "source": "the address of the page that shows it, a colon, and what happens",
        "call.tool": "`get_order`, `get_cart` or `find_orders`",
        "call.arguments": "`order_id`, `cart_id`, or one of `order_number` and `email`; and `provider`; `detail` or "
        "`item_offset` where it matters",
        "request.path": "the path that the provider is asked for, below its base address, with its query",
        "request.headers": "the headers that sign in, with names in lower case and the value `NAME-test-secret`",
        "response.status": "the HTTP status of the provider's answer",
        "expect or expect_error": "the JSON that we answer, whole but for `as_of` and `summary`; or that of our error",
        "says": "the sentence that an agent is told",
    },
    {
        "response.json or response.body": "what the provider answers; `body` is text, where 89.00 must not become 89.0",
        "response.headers": "headers of that answer that matter",
        "exchanges": "in place of `request` and `response` a list of such pairs, where the provider is asked more than "
        "once, in that order",
        "to_customer": "the sentence that a customer is told; needed where `variables` names no audience, but for "
        "`find_orders`",
        "variables": "environment variables beyond the credential and the address",
    },
)


@dataclass(frozen=True)
class Exchange:
    """One request, and what the provider answers."""

    request: Mapping[str, Any]
    response: Mapping[str, Any]

    @property
    def reply(self) -> Reply:
        return Reply(**self.response)


@dataclass(frozen=True)
class Story:
    """One question to one provider, and all that follows from it. `STORY` says what each key holds."""

    provider: str
    name: str
    source: str
    call: Mapping[str, Any]
    exchanges: tuple[Exchange, ...]
    says: str
    expect: Mapping[str, Any] | None = None
    expect_error: Mapping[str, Any] | None = None
    to_customer: str | None = None
    variables: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.provider}/{self.name}"

    @property
    def tool(self) -> str:
        return str(self.call["tool"])

    @property
    def arguments(self) -> dict[str, Any]:
        """What the tool is given."""
        return dict(self.call["arguments"])

    @property
    def id(self) -> str:
        """The id that is asked for; blank where none is."""
        return str(self.arguments.get(f"{self.tool.removeprefix('get_')}_id", ""))

    @property
    def is_search(self) -> bool:
        return self.tool == "find_orders"

    @property
    def request(self) -> Mapping[str, Any]:
        """The first request."""
        return self.exchanges[0].request

    @property
    def reply(self) -> Reply:
        """The last answer."""
        return self.exchanges[-1].reply


def stories_in(folder: Path, shown: str, provider: str) -> list[Story]:
    """A provider's stories, in the order of their file names; `shown` is how its author calls the folder.

    Raises:
        ValueError: a file cannot be read as a story. The sentence names it and says why.
    """
    return [story_of(provider, file.stem, told) for file, told in read_stories(folder, shown)]


def story_of(provider: str, name: str, told: Mapping[str, Any]) -> Story:
    """A story from what its file holds."""
    given = dict(told)
    pairs = given.pop("exchanges", None) or [{key: given.pop(key) for key in ("request", "response")}]
    return Story(provider, name, exchanges=tuple(Exchange(**pair) for pair in pairs), **given)


def read_stories(
    folder: Path, shown: str, shape: Shape = STORY, prepared: Callable[[str], str] = str
) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The stories of a folder, in the order of their file names. `prepared` may fill in their text.

    Raises:
        ValueError: a file cannot be read as a story. The sentence names it and says why.
    """
    for file in sorted(folder.glob("*.json")):
        try:
            yield file, _read(prepared(file.read_text(encoding="utf-8")), shape)
        except ValueError as problem:
            raise ValueError(f"{shown}/{file.name} {problem}.") from None


def _read(text: str, shape: Shape) -> dict[str, Any]:
    try:
        story: dict[str, Any] = dict(json.loads(text))
    except (TypeError, ValueError) as error:
        raise ValueError(f"is no JSON object: {error}") from None
    pairs = story.get("exchanges")
    if pairs is None:
        _check(story, shape)
        return story
    if "request" in story or "response" in story:
        raise ValueError("has exchanges beside request or response; it needs either")
    if not isinstance(pairs, list) or not pairs or not all(isinstance(pair, dict) for pair in pairs):
        raise ValueError("has exchanges that are no list of objects, each with request and response")
    for pair in pairs:
        _check({**story, **pair}, shape)
    return story


def _check(story: dict[str, Any], shape: Shape) -> None:
    known = [key for ways in (*shape.needed, *shape.optional) for key in ways.split(" or ")]
    given = set(_keys(story, {key.partition(".")[0] for key in known if "." in key}))
    problems = {
        "lacks": [ways for ways in shape.needed if not given & set(ways.split(" or "))],
        "has an unknown": sorted(given - set(known)),
    }
    if told := [f"{problem} {listed(keys, 'and')}" for problem, keys in problems.items() if keys]:
        optional = listed(list(shape.optional), "and")
        raise ValueError(f"{' and '.join(told)}; it needs {listed(list(shape.needed), 'and')}, and may have {optional}")


def _keys(story: dict[str, Any], parted: set[str]) -> Iterator[str]:
    for key, value in story.items():
        yield from [f"{key}.{inner}" for inner in value] if key in parted and isinstance(value, dict) else [key]
