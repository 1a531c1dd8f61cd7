"""Whatever of a body is missing or of another kind: only the id is indispensable."""

import json
from typing import Any

import pytest

from ..models import Noun
from .asking import connected
from .failures import call, refusal
from .places import Path, ids_in, member, places, replaced, without
from .stories import Story
from .stub import Reply
from .subject import Part, body_of

OTHER_KINDS: list[Any] = [None, True, 5, -0.5, "x", "", "\ud800", [], {}, [1], [None], [[]], {"a": 1}]


def own_places(story: Story) -> list[Path]:
    """The place of the body's own id, and all that it lies in."""
    ids = ids_in(body_of(story), story.id)
    assert ids, f"{story}: the id {story.id} stands nowhere in the provider's answer"
    return [ids[0][:length] for length in range(len(ids[0]) + 1)]


def all_replaced(body: Any, value: Any, at: list[Path]) -> Any:
    """A copy of the body with this value in all these places."""
    body = json.loads(json.dumps(body))
    for place in at:
        member(body, place[:-1])[place[-1]] = value
    return body


class Shapes(Part):
    """Bodies that nobody documented."""

    @pytest.mark.asyncio
    async def test_only_the_id_is_indispensable(self, noun: Noun) -> None:
        story = self.subject.example(noun)
        body, indispensable = body_of(story), own_places(story)
        others = [at for at in places(body) if at not in indispensable]
        fatal = {(at, ascii(value)): replaced(body, at, value) for at in indispensable for value in OTHER_KINDS}
        leaves = [at for at in others if not isinstance(member(body, at), dict | list)]
        harmless: dict[Any, Any] = {at: replaced(body, at, {"a": 1} if at in leaves else "x") for at in others}
        harmless |= {("every leaf", ascii(value)): all_replaced(body, value, leaves) for value in OTHER_KINDS}
        async with connected(self.subject.environment(self.stub.origin, story)) as client:
            for case, reply in fatal.items():
                self.stub.reply = Reply(200, json=reply)
                result = await call(client, self.subject, story.id, noun)
                assert result.is_error, f"without its own id, at {case[0]}, it is taken for the order: {case}"
                assert refusal(result, self.subject)["code"] == "bad_response", case
            for case, reply in harmless.items():
                self.stub.reply = Reply(200, json=reply)
                # The client itself holds what is found against the published schema.
                result = await client.call_tool(story.tool, self.full(story))
                assert not result.is_error, f"with something else at {case}: {result.content}"

    @pytest.mark.asyncio
    async def test_every_member_but_the_id_may_be_absent(self, noun: Noun) -> None:
        story = self.subject.example(noun)
        body, indispensable = body_of(story), own_places(story)
        async with connected(self.subject.environment(self.stub.origin, story)) as client:
            for place in places(body):
                if place not in indispensable and isinstance(place[-1], str):
                    self.stub.reply = Reply(200, json=without(body, place))
                    result = await client.call_tool(story.tool, self.full(story))
                    assert not result.is_error, f"without {place}: {result.content}"

    def full(self, story: Story) -> dict[str, Any]:
        """The arguments that ask for all of what a story finds."""
        return {f"{story.tool.removeprefix('get_')}_id": story.id, "provider": self.subject.name, "detail": "full"}
