"""Ids and addresses: an id goes out exactly as it was given, to its own place in the path, or not at all."""

from typing import Any

import pytest

from ..models import Noun
from .asking import address_of, connected, error_of, found
from .failures import call, refusal
from .subject import Part, around_id, asks_for

NO_ID: list[Any] = [
    *("", " ", ".", "..", " .. ", "#", "#..", "# .", "../42", "42/..", "a b", "a\nb", "a\tb", "a\0b", "\0"),
    *("42\0", "a\x7fb", "a\x85b"),
    *("a\u2028b", "a\u200bb", "\u202e42", "a\u00a0b", "\ue000", "x" * 129, "#" + "x" * 129, "٢" * 129),
    # What could not be shown as it is: an id is shown exactly or not at all.
    *("<b>", "http://127.0.0.1/", "www.a", "](x", "a\u0301", "a\ufe0f", "\u115f"),
    *(True, [], ["42"], {}, {"id": "42"}, 4.5, 10**128, 1e23),
]
ODD_IDS = [
    *("a/b", "/", "//", "%2f", "%2e%2e", "..%2f", "%00", "%", "a?b", "?", "a#b", "a##", "a&b=c"),
    *("\\", "..\\", "@host", ":80", "...", "~", "é", "4٢", "٤٢", "４２", "日本", "𝄞"),
    *("042", "0", "-1", "+42", "4.0", "4e2", "0x2a", "4_2", "42n", "null", "*", "{id}", "'", '"', "x" * 128),
]


class Ids(Part):
    """What may be an id, and where it goes."""

    @pytest.mark.asyncio
    async def test_what_cannot_be_an_id_is_refused_without_a_request(self) -> None:
        async with connected(self.subject.environment(self.stub.origin)) as client:
            for noun in Noun:
                told = {ascii(id): error_of(await call(client, self.subject, id, noun)) for id in NO_ID}
                codes = {id: error["code"] for id, error in told.items()}
                assert codes == {ascii(id): "invalid_input" for id in NO_ID}
        assert self.stub.asked == [], "nothing is asked for"

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

    @pytest.mark.asyncio
    async def test_white_space_and_one_number_sign_around_an_id_are_dropped(self) -> None:
        story = self.subject.example()
        self.stub.reply = story.reply
        written = [f" {story.id} ", f"#{story.id}", f"\t# {story.id}\n", f"{story.id}\n"]
        async with connected(self.subject.environment(self.stub.origin, story)) as client:
            assert [found(await call(client, self.subject, id))["id"] for id in written] == [story.id] * len(written)
        assert [asked.path for asked in self.stub.asked] == [story.request["path"]] * len(written)

    @pytest.mark.asyncio
    @pytest.mark.parametrize("below", ["/", "/deep/er/"])
    async def test_a_trailing_slash_in_the_base_address_means_nothing(self, below: str) -> None:
        story = self.subject.example()
        self.stub.reply = story.reply
        variables = self.subject.environment(self.stub.origin, story)
        async with connected({**variables, address_of(self.subject.kind): f"{self.stub.origin}{below}"}) as client:
            assert found(await call(client, self.subject, story.id))["id"] == story.id
        assert [asked.path for asked in self.stub.asked] == [f"{below.rstrip('/')}{story.request['path']}"]
