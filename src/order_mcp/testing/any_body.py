"""Whatever a provider sends: an answer that keeps its promises, or an error from the table."""

import json
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .asking import Caller, calling
from .bodies import FEW, JSON_VALUES, mutated, objects_of, words_in
from .places import Path, ids_in, member, planted, replaced
from .stories import Story
from .stub import Reply
from .subject import body_of
from .wires import WithWires

DETAILS = st.fixed_dictionaries(
    {"detail": st.sampled_from(["summary", "standard", "full"])}, optional={"item_offset": st.integers(0, 100)}
)
STATUSES = st.sampled_from([200, 201, 204, 301, 400, 401, 403, 404, 409, 418, 422, 500])


def put_into(body: Any, at: Path, id: Path, made: Any) -> Any:
    """A body with an object of the provider's in its place, which keeps the id."""
    return planted(replaced(body, at, made), id, member(body, id))


class AnyBody(WithWires):
    """Bodies that Hypothesis makes, the same ones in every run."""

    def any_of(self, story: Story, bodies: st.SearchStrategy[Any], audience: str = "internal") -> set[bool]:
        """Ask for a story's order with each of these bodies; whether there were errors, and answers."""
        outcomes: set[bool] = set()
        variables = self.subject.environment(self.stub.origin, story, ORDER_MCP_AUDIENCE=audience)
        with calling(variables) as caller:

            @FEW
            @given(body=bodies, view=DETAILS)
            def check(body: Any, view: dict[str, Any]) -> None:
                self.stub.reply = Reply(json=body)
                outcomes.add(bool(self.asserted(caller, story, view).is_error))

            check()
        return outcomes

    def asserted(self, caller: Caller, story: Story, view: dict[str, Any]) -> Any:
        """What comes of it, which keeps the promises of every result."""
        id = {f"{story.tool.removeprefix('get_')}_id": story.id, "provider": self.subject.name}
        return caller.asserted(story.tool, {**id, **view})

    def test_any_change_to_a_body_gives_an_answer_or_a_typed_error(self, example: Story) -> None:
        body = body_of(example)
        outcomes = self.any_of(example, mutated(body, ids_in(body, example.id)))
        assert False in outcomes, "not errors all the way"

    @pytest.mark.parametrize("audience", ["customer", "agent"])
    def test_the_other_audiences_get_answers_of_the_same_kind(self, audience: str) -> None:
        for story in self.examples:
            body = body_of(story)
            self.any_of(story, mutated(body, ids_in(body, story.id)), audience)

    @pytest.mark.parametrize("audience", ["customer", "internal"])
    def test_whatever_its_wire_models_read_gives_an_answer_or_a_typed_error(self, audience: str) -> None:
        words = words_in([body_of(story) for story in self.subject.found])
        for story in self.examples:
            body, read = body_of(story), self.reads(story)
            [id, *_] = ids_in(body, story.id)
            put = partial(put_into, body, read.at, id)
            outcomes = self.any_of(story, objects_of(read.model, words).map(put), audience)
            assert False in outcomes, f"{story}: not errors all the way"

    def test_any_bytes_at_any_status_give_a_typed_error(self) -> None:
        story = self.subject.example()
        with calling(self.subject.environment(self.stub.origin, story)) as caller:

            @FEW
            @given(
                body=st.binary(max_size=50) | JSON_VALUES.map(lambda value: json.dumps(value).encode()),
                status=STATUSES,
                view=DETAILS,
            )
            def check(body: bytes, status: int, view: dict[str, Any]) -> None:
                self.stub.reply = Reply(status, body=b"" if status in (204, 304) else body)
                assert self.asserted(caller, story, view).is_error, "what is no order is taken for one"

            check()
