"""Where the golden stories are, and how their files are read: for the tests, docs/answers.md and docs/providers.md."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from order_mcp.config import read_config
from order_mcp.testing import stories as testing
from order_mcp.testing.stories import STORY, Shape

FIXTURES = Path(__file__).parent.parent / "tests" / "fixtures"
DESK = "desk"
"""The folder of the stories that no provider has alone."""


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
    return testing.read_stories(FIXTURES / folder, f"tests/fixtures/{folder}", shape, with_what_is_missing)


def with_what_is_missing(story: str) -> str:
    """The text of a story; `{what_is_missing}` in it stands for what every provider needs, which grows with each."""
    accounts = read_config({}).accounts.values()
    missing = " ".join(f"{each.title}: {' '.join(each.setup.problems)}" for each in accounts)
    return story.replace("{what_is_missing}", missing)
