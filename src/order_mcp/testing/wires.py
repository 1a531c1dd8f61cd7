"""Which wire model reads a body, and where in the body it begins: seen by having a story read."""

from typing import Any, NamedTuple

import pytest

from ..providers.base import Provider
from ..providers.wire import Wire, decode
from .asking import calling, found
from .places import Path, member, places
from .stories import Story
from .subject import Part


class Read(NamedTuple):
    """How a body is read."""

    model: type[Wire]
    at: Path
    """Where the object stands that the model is made of."""


class WithWires(Part):
    """A part that needs to know what a body is read as."""

    def reads(self, story: Story) -> Read:
        """How the provider reads what a story finds."""
        seen: list[Any] = []
        kind, read = self.subject.kind, self.subject.kind.read

        def remembered(provider: Provider[Any], model: Any, response: Any) -> Any:
            seen.append((model, bytes(response.body)))
            return read(provider, model, response)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(kind, "read", remembered)
            self.stub.reply = story.reply
            with calling(self.subject.environment(self.stub.origin, story)) as caller:
                found(caller.call(story.tool, story.arguments))
        if not seen:
            pytest.skip(f"{kind.__name__} reads no body as a wire model, with fetch(…) or read(…)")
        model, body = seen[-1]
        return Read(model, where_it_begins(model, decode(body)))


def where_it_begins(model: type[Wire], body: Any) -> Path:
    """The place of the object itself, where something stands around it."""
    inner = model.unwrapped(body)
    return next((at for at in places(body) if member(body, at) is inner), ())
