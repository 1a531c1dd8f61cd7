"""What a golden story holds, and how its file is read: for the tests, docs/answers.md and docs/providers.md."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from order_mcp.config import read_config
from order_mcp.wording import listed

FIXTURES = Path(__file__).parent.parent / "tests" / "fixtures"
DESK = "desk"
"""The folder of the stories that no provider has alone."""


class Shape(NamedTuple):
    """The keys of one kind of story and what they hold. Behind a dot stands a key inside another one."""

    needed: dict[str, str]
    optional: dict[str, str]


STORY = Shape(
    {
        "source": "the address of the page that shows it, a colon, and what happens",
        "call.tool": "`get_order` or `get_cart`",
        "call.arguments": "`order_id` or `cart_id`, and `provider`; `detail` or `item_offset` where it matters",
        "request.path": "the path that the provider is asked for, below its base address",
        "request.headers": "the headers that sign in, with names in lower case and the value `NAME-test-secret`",
        "response.status": "the HTTP status of the provider's answer",
        "expect or expect_error": "the JSON that we answer, whole but for `as_of` and `summary`; or that of our error",
        "says": "the sentence that an agent is told",
    },
    {
        "response.json or response.body": "what the provider answers; `body` is text, where 89.00 must not become 89.0",
        "response.headers": "headers of that answer that matter",
        "to_customer": "the sentence that a customer is told; needed where `variables` names no audience",
        "variables": "environment variables beyond the credential and the address",
    },
)
DESK_STORY = Shape(
    {
        "about": "what happens",
        "call.tool": "`get_order` or `get_cart`",
        "call.arguments": "what it is given",
        "answers": "what each provider answers",
        "expect_error or expect_warnings": "the JSON of our error; or the warnings of our answer",
        "says": "the sentence that an agent is told",
        "to_customer": "the sentence that a customer is told",
    },
    {
        "or_find": "what is said instead to whoever can find orders by what a customer holds",
        "variables": "environment variables beyond those that set the providers up",
    },
)


def read_stories(folder: str) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The stories of a provider, or of the desk, in the order of their file names.

    Raises:
        ValueError: a file cannot be read as a story. The sentence names it and says why.
    """
    shape = DESK_STORY if folder == DESK else STORY
    for file in sorted((FIXTURES / folder).glob("*.json")):
        try:
            yield file, _read(file.read_text(encoding="utf-8"), shape)
        except ValueError as problem:
            raise ValueError(f"{file.relative_to(FIXTURES.parent.parent).as_posix()} {problem}.") from None


def with_what_is_missing(story: str) -> str:
    """The text of a story; `{what_is_missing}` in it stands for what every provider needs, which grows with each."""
    accounts = read_config({}).accounts.values()
    missing = " ".join(f"{each.title}: {' '.join(each.setup.problems)}" for each in accounts)
    return story.replace("{what_is_missing}", missing)


def _read(text: str, shape: Shape) -> dict[str, Any]:
    try:
        story: dict[str, Any] = dict(json.loads(with_what_is_missing(text)))
    except (TypeError, ValueError) as error:
        raise ValueError(f"is no JSON object: {error}") from None
    known = [key for ways in (*shape.needed, *shape.optional) for key in ways.split(" or ")]
    given = set(_keys(story, {key.partition(".")[0] for key in known if "." in key}))
    problems = {
        "lacks": [ways for ways in shape.needed if not given & set(ways.split(" or "))],
        "has an unknown": sorted(given - set(known)),
    }
    if told := [f"{problem} {listed(keys, 'and')}" for problem, keys in problems.items() if keys]:
        optional = listed(list(shape.optional), "and")
        raise ValueError(f"{' and '.join(told)}; it needs {listed(list(shape.needed), 'and')}, and may have {optional}")
    return story


def _keys(story: dict[str, Any], parted: set[str]) -> Iterator[str]:
    for key, value in story.items():
        yield from [f"{key}.{inner}" for inner in value] if key in parted and isinstance(value, dict) else [key]
