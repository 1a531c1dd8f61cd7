"""Ids: each goes out exactly as it was given, to its own place in the path, or not at all."""

import pytest

from ..models import Noun
from .asking import connected
from .failures import call, refusal
from .subject import Part, around_id, asks_for

ODD_IDS = [
    *("a/b", "/", "//", "%2f", "%2e%2e", "..%2f", "%00", "%", "a?b", "?", "a#b", "a##", "a&b=c"),
    *("\\", "..\\", "@host", ":80", "...", "~", "é", "4٢", "٤٢", "４２", "日本", "𝄞"),
    *("042", "0", "-1", "+42", "4.0", "4e2", "0x2a", "4_2", "42n", "null", "*", "{id}", "'", '"', "x" * 128),
]


class Ids(Part):
    """Where an id goes."""

    @pytest.mark.asyncio
    async def test_an_id_cannot_leave_its_endpoint(self, noun: Noun) -> None:
        story, why_refused = self.subject.example(noun), self.subject.kind.why_refused
        before, behind = around_id(story)
        wanted = {id: [] if why_refused(id) else [asks_for(story, id)] for id in ODD_IDS}
        seen = {}
        async with connected(self.subject.environment(self.stub.origin, story)) as client:
            for id in ODD_IDS:
                self.stub.asked.clear()
                error = refusal(await call(client, self.subject, id, noun), self.subject)
                seen[id] = [asked.path for asked in self.stub.asked]
                # The stub's answer to whatever is asked is a 404 that is not the provider's.
                assert error["code"] == ("bad_response" if seen[id] else "invalid_input"), f"the id {id!r}"
        assert seen == wanted, "each id stands percent-encoded as a whole where the story's id stands"
        asked_ids = [path.removeprefix(before).removesuffix(behind) for paths in seen.values() for path in paths]
        assert not [id for id in asked_ids if "/" in id or "?" in id or "&" in id]
