"""A provider's text is data: whatever a stranger writes into any field, nothing of it can act where it is read."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from .asking import Caller, calling
from .bodies import filled
from .harmless import A_BIT_OF_ALL, HOSTILE, LONG, assert_harmless
from .places import Path, ids_in, member, places, planted, replaced, texts
from .stories import Story
from .stub import Reply
from .subject import body_of
from .wires import WithWires

VIEWS = tuple(
    (audience, detail) for audience in ("customer", "agent", "internal") for detail in ("summary", "standard", "full")
)
MANY = 50


def sown(value: Any, text: str) -> Any:
    """A body in which every object has one member more, of which key and value are this text."""
    if isinstance(value, dict):
        return {key: sown(inner, text) for key, inner in value.items()} | {text: text}
    return [sown(inner, text) for inner in value] if isinstance(value, list) else value


def own_texts(story: Story) -> list[Path]:
    """Every text of the body but the id, which has to be the one that was asked for."""
    body = body_of(story)
    kept = ids_in(body, story.id)
    return [path for path in texts(body) if path not in kept]


class HostileTexts(WithWires):
    """Hostile texts in every field, and in every key."""

    @contextmanager
    def asking(self, story: Story, audience: str) -> Iterator[Caller]:
        """A client for this audience."""
        with calling(self.subject.environment(self.stub.origin, story, ORDER_MCP_AUDIENCE=audience)) as caller:
            yield caller

    def comes_out_harmless(self, caller: Caller, story: Story, body: Any, detail: str = "full") -> None:
        """Ask for an order of which this is the body, or this is its text."""
        id = {f"{story.tool.removeprefix('get_')}_id": story.id, "provider": self.subject.name}
        self.stub.reply = Reply(body=body) if isinstance(body, str) else Reply(json=body)
        assert_harmless(caller.call(story.tool, {**id, "detail": detail}))

    def full_of(self, story: Story, text: str) -> list[Any]:
        """The story's body, and all that its wire model reads, with this text wherever a text can be."""
        body, read = body_of(story), self.reads(story)
        ids = ids_in(body, story.id)
        own = body
        for path in own_texts(story):
            own = replaced(own, path, text)
        most = replaced(body, read.at, filled(read.model, text))
        for path in ids:
            most = planted(most, path, story.id)
        return [own, most]

    @pytest.mark.parametrize("view", VIEWS, ids="-".join)
    def test_hostile_text_in_every_field_at_once_comes_out_harmless(self, view: tuple[str, str]) -> None:
        audience, detail = view
        for story in self.examples:
            bodies = [
                body
                for whole in (HOSTILE.values() if view == ("internal", "full") else (A_BIT_OF_ALL, *LONG))
                for body in self.full_of(story, whole[:5_000])  # 40 times 100,000 would be too much for an answer
            ]
            with self.asking(story, audience) as caller:
                for body in bodies:
                    self.comes_out_harmless(caller, story, body, detail)

    def test_hostile_text_in_any_single_field_comes_out_harmless(self, example: Story) -> None:
        body, ways = body_of(example), own_texts(example)
        for audience in ("internal", "customer"):
            with self.asking(example, audience) as caller:
                for path in ways:
                    for text in (A_BIT_OF_ALL, *(LONG if audience == "internal" else ())):
                        self.comes_out_harmless(caller, example, replaced(body, path, text))

    def sown(self, story: Story, text: str) -> Any:
        """The story's body with a member more in every object that its wire model reads."""
        body, read = body_of(story), self.reads(story)
        return replaced(body, read.at, sown(member(body, read.at), text))

    def test_hostile_object_keys_come_out_harmless(self, example: Story) -> None:
        body = body_of(example)
        objects = [at for at in places(body) if at and isinstance(member(body, at), dict)]
        many = {f"{n}{HOSTILE['long and escaped'][:300]}": A_BIT_OF_ALL * 2 for n in range(MANY)}
        with self.asking(example, "internal") as caller:
            for text in HOSTILE.values():
                self.comes_out_harmless(caller, example, self.sown(example, text[:5_000]))
            for at in objects:
                kept = {key: value for key, value in member(body, at).items() if str(value) == example.id}
                if not any(path[: len(at)] == at and len(path) > len(at) + 1 for path in ids_in(body, example.id)):
                    self.comes_out_harmless(caller, example, replaced(body, at, {**many, **kept}))

    def test_lone_surrogates_in_raw_json_never_reach_a_result(self, example: Story) -> None:
        body = body_of(example)
        marked = [replaced(body, path, "MARK") for path in own_texts(example)] + [self.sown(example, "MARK")]
        with self.asking(example, "internal") as caller:
            for each in marked:
                raw = json.dumps(each).replace("MARK", r"a\ud800b\uDFFF\ud83d\ude00\udc00")
                self.comes_out_harmless(caller, example, raw)
