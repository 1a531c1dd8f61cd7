"""Who may see what: by the server's own rules, whatever field a provider puts something into."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from typing import Any

import mcp_types as types

from ..answer.privacy import LINE_RULES, RULES, unseen
from ..models import Audience, Cart, LineItem, Order
from .asking import Caller, calling, found, sentence_of, text_of
from .customers import trade_words
from .places import Path, ids_in, replaced, values
from .stories import Story
from .stub import Reply
from .subject import Part, body_of

SENTENCES = ("warnings.message", "status_note")
OUR_WORDS = ("summary", *SENTENCES)
LEAST = 91_000.37
"""Marks that are numbers begin here."""


def marks_in(story: Story) -> Iterator[tuple[Path, Any, str]]:
    """For each text and number of a body but the id: its place, what marks it, and how that is shown."""
    body = body_of(story)
    kept = ids_in(body, story.id)
    for number, (path, value) in enumerate(values(body)):
        if path in kept or isinstance(value, bool | None):
            continue
        mark = f"Mq{number}zx" if isinstance(value, str) else LEAST + number
        yield path, mark, str(mark)


def way(path: Path) -> str:
    """A place as one reads it."""
    return ".".join(map(str, path))


def is_number(mark: str) -> bool:
    """Whether a mark is a number: a doubt may name figures."""
    return mark[0].isdigit()


def shown_at(value: Any, mark: str, at: str = "") -> Iterator[tuple[str, Any]]:
    """Where in an answer a mark is shown, as the rules call it, and the whole text."""
    if isinstance(value, dict):
        for key, inner in value.items():
            # A reference has a rule of its own type.
            name = str(value.get("type")) if at == "references" and key == "value" else key
            yield from shown_at(inner, mark, f"{at}.{name}".removeprefix("."))
    elif isinstance(value, list):
        for inner in value:
            yield from shown_at(inner, mark, at)
    elif mark in str(value):
        yield at, value


def may_see(audience: Audience, at: str, text: Any, mark: str) -> bool:
    """Whether the rules show this audience the mark in this place."""
    is_line = at.startswith("line_items.")
    at = at.removeprefix("line_items.")
    if at in (unseen(LineItem, audience) if is_line else unseen(Order, audience) | unseen(Cart, audience)):
        return False
    for rule in LINE_RULES if is_line else RULES:
        above, _, part = at.partition(".")
        if rule.path == at:
            return mark in str(rule.treatment(audience)(text))
        if rule.path == above and part:
            return mark in str(rule.treatment(audience)({part: text}))
    return True


class Audiences(Part):
    """What each audience reads."""

    def readers(self, story: Story, stack: ExitStack) -> dict[Audience, Caller]:
        """A client for each audience."""
        return {
            audience: stack.enter_context(
                calling(self.subject.environment(self.stub.origin, story, ORDER_MCP_AUDIENCE=audience))
            )
            for audience in Audience
        }

    def test_what_is_found_is_as_published_for_every_audience(self, found_story: Story) -> None:
        story = found_story
        with ExitStack() as stack:
            for audience, caller in self.readers(story, stack).items():
                for detail in ("full", "summary"):
                    self.tells(story)
                    result = caller.asserted(story.tool, {**story.arguments, "detail": detail})
                    seen = found(result)
                    if audience is Audience.CUSTOMER:
                        words = trade_words(sentence_of(result), seen, self.subject.kind)
                        assert not words, f"{story}: no words for customers"

    def test_no_audience_sees_what_is_not_for_it(self, example: Story) -> None:
        body = body_of(example)
        with ExitStack() as stack:
            readers = self.readers(example, stack)
            for path, mark, shown in marks_in(example):
                self.stub.reply = Reply(json=replaced(body, path, mark))
                results = {
                    audience: caller.asserted(example.tool, {**example.arguments, "detail": "full"})
                    for audience, caller in readers.items()
                }
                self.keeps_back(results, shown, f"{example}: what stands at {way(path)} in the body")

    def keeps_back(self, results: Mapping[Audience, types.CallToolResult], mark: str, what: str) -> None:
        """Each audience reads a mark where the rules let it, and nowhere else."""
        where = list(shown_at(found(results[Audience.INTERNAL]), mark))
        fields = [(at, text) for at, text in where if at not in OUR_WORDS]
        names = sorted({at for at, _ in fields})
        for audience, result in results.items():
            seen = found(result)
            spoken = {at for at, _ in shown_at(seen, mark)} & set(SENTENCES)
            assert not spoken or is_number(mark), f"{what} is in {spoken}: no sentence of ours holds a provider's text"
            may = [at for at, text in fields if may_see(audience, at, text, mark)]
            if is_number(mark) and not fields:
                continue
            kept = f"{what} reaches the {audience}, from whom the rules keep back {names or 'what no field shows'}"
            assert may or mark not in text_of(result), kept
        if names == ["provider_status"]:
            said = sentence_of(results[Audience.CUSTOMER])
            assert mark not in said, f"{what} is told to a customer, and is the provider's own word for the status"
