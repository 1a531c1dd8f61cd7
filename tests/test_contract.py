"""What holds for every built-in provider: the kit of `order_mcp.testing`, and one suite class for each.

They are found by discovery: a fifth one is under test the moment its file exists. What is peculiar to one provider
stands in its stories and in `test_providers`.
"""

from typing import Any

import pytest

from dev.stories import DESK, FIXTURES
from order_mcp.models import Noun
from order_mcp.providers.registry import built_in
from order_mcp.testing import ProviderSuite, Stub
from order_mcp.testing.failures import call, problem, refusal
from order_mcp.testing.subject import subject_of

from .conftest import CREDENTIALS, connected, error_of, found, sentence_of

PROVIDERS = built_in()

every_provider = pytest.mark.parametrize("name", PROVIDERS)
SUITES: dict[str, Any] = {}

for name, kind in PROVIDERS.items():
    members = {"__module__": __name__, "provider": kind, "stories": f"fixtures/{name}", "variables": CREDENTIALS[name]}
    SUITES[name] = globals()[f"Test{name.title()}"] = type(f"Test{name.title()}", (ProviderSuite,), members)


@pytest.mark.parametrize("folder", [path.name for path in FIXTURES.iterdir() if path.is_dir()])
def test_every_folder_of_stories_has_its_provider(folder: str) -> None:
    known = {*PROVIDERS, DESK, "cost"}
    assert folder in known, (
        f"tests/fixtures/{folder} has stories of a provider that src/order_mcp/providers does not have"
    )


# What the server does before it asks any provider ------------------------------------------------------------------

NO_ID: list[Any] = [
    *("", " ", ".", "..", " .. ", "#", "#..", "# .", "../42", "42/..", "a b", "a\nb", "a\tb", "a\0b", "\0"),
    *("42\0", "a\x7fb", "a\x85b"),
    *("a\u2028b", "a\u200bb", "\u202e42", "a\u00a0b", "\ue000", "x" * 129, "#" + "x" * 129, "٢" * 129),
    # What could not be shown as it is: an id is shown exactly or not at all.
    *("<b>", "http://127.0.0.1/", "www.a", "](x", "a\u0301", "a\ufe0f", "\u115f"),
    *(True, [], ["42"], {}, {"id": "42"}, 4.5, 10**128, 1e23),
]


@every_provider
async def test_what_cannot_be_an_id_is_refused_without_a_request(stub: Stub, name: str) -> None:
    subject = subject_of(SUITES[name])
    async with connected(subject.environment(stub.origin)) as client:
        for noun in Noun:
            told = {ascii(id): error_of(await call(client, subject, id, noun)) for id in NO_ID}
            assert {id: error["code"] for id, error in told.items()} == {ascii(id): "invalid_input" for id in NO_ID}
    assert stub.asked == []


@every_provider
async def test_white_space_and_one_number_sign_around_an_id_are_dropped(stub: Stub, name: str) -> None:
    subject = subject_of(SUITES[name])
    story = subject.example()
    stub.reply = story.reply
    written = [f" {story.id} ", f"#{story.id}", f"\t# {story.id}\n", f"{story.id}\n"]
    async with connected(subject.environment(stub.origin)) as client:
        assert [found(await call(client, subject, id))["id"] for id in written] == [story.id] * len(written)
    assert [asked.path for asked in stub.asked] == [story.request["path"]] * len(written)


@every_provider
async def test_what_a_provider_does_not_have_is_said_without_a_request(stub: Stub, name: str) -> None:
    subject = subject_of(SUITES[name])
    async with connected(subject.environment(stub.origin)) as client:
        for noun in set(Noun) - set(subject.nouns):
            result = await call(client, subject, "42", noun)
            assert refusal(result, subject) == problem(name, "unsupported_operation", "tell_user")
            assert f"{subject.kind.title} has no {noun}s" in sentence_of(result)
    assert stub.asked == []


@every_provider
@pytest.mark.parametrize("below", ["/", "/deep/er/"])
async def test_a_trailing_slash_in_the_base_address_means_nothing(stub: Stub, name: str, below: str) -> None:
    subject = subject_of(SUITES[name])
    story = subject.example()
    stub.reply = story.reply
    async with connected(subject.environment(f"{stub.origin}{below}")) as client:
        assert found(await call(client, subject, story.id))["id"] == story.id
    assert [asked.path for asked in stub.asked] == [f"{below.rstrip('/')}{story.request['path']}"]
