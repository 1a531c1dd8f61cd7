"""Whatever goes wrong goes wrong in the same way everywhere: the code, what to do next, how often is tried again."""

import asyncio
import socket
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import mcp_types as types
import pytest
from mcp.client import Client

from ..models import Noun
from ..providers.base import Provider
from .asking import connected, error_of, found, sentence_of, text_of
from .stub import Reply, serving
from .subject import Part, Subject, another_id

MARKER = "UPSTREAM-SAYS-SO"
TELLTALE = {"error": MARKER, "message": MARKER, "statusMessage": MARKER, "requestId": f"{MARKER} !"}
HTML = f"<!doctype html><title>{MARKER}</title>"
NESTED = 100_000

FAILURES: dict[str, tuple[Reply, str, str]] = {
    "a wrong credential": (Reply(401, json=TELLTALE), "unauthorized", "tell_operator"),
    "a wrong credential in HTML": (Reply(401, body=HTML), "unauthorized", "tell_operator"),
    "a missing right": (Reply(403, json=TELLTALE), "forbidden", "tell_operator"),
    "an id refused with 400": (Reply(400, json=TELLTALE), "invalid_input", "fix_arguments"),
    "an id refused with 422": (Reply(422, json=TELLTALE), "invalid_input", "fix_arguments"),
    "somebody else's 404 in HTML": (Reply(404, body=HTML), "bad_response", "tell_operator"),
    "somebody else's 404 in JSON": (Reply(404, json={"message": MARKER}), "bad_response", "tell_operator"),
    "an empty object under 404": (Reply(404, json={}), "bad_response", "tell_operator"),
    "an empty 404": (Reply(404, body=b""), "bad_response", "tell_operator"),
    "a list under 404": (Reply(404, json=[TELLTALE]), "bad_response", "tell_operator"),
    "a 500": (Reply(500, json=TELLTALE), "upstream_error", "retry_later"),
    "a 501 in HTML": (Reply(501, body=HTML), "upstream_error", "retry_later"),
    "a redirect": (Reply(302, body=HTML, headers={"Location": "/elsewhere"}), "bad_response", "tell_operator"),
    "a permanent redirect": (Reply(308, body=b"", headers={"Location": "/elsewhere"}), "bad_response", "tell_operator"),
    "a 304": (Reply(304, body=b""), "bad_response", "tell_operator"),
    "a 409": (Reply(409, json=TELLTALE), "bad_response", "tell_operator"),
    "a 418": (Reply(418, json=TELLTALE), "bad_response", "tell_operator"),
    "a 204": (Reply(204, body=b""), "bad_response", "tell_operator"),
    "an empty body": (Reply(200, body=b""), "bad_response", "tell_operator"),
    "HTML under 200": (Reply(200, body=HTML), "bad_response", "tell_operator"),
    "JSON null": (Reply(200, body="null"), "bad_response", "tell_operator"),
    "a JSON list": (Reply(200, json=[TELLTALE]), "bad_response", "tell_operator"),
    "an empty JSON list": (Reply(200, json=[]), "bad_response", "tell_operator"),
    "a JSON string": (Reply(200, json=MARKER), "bad_response", "tell_operator"),
    "a JSON number": (Reply(200, body="42"), "bad_response", "tell_operator"),
    "a JSON object without an order": (Reply(200, json=TELLTALE), "bad_response", "tell_operator"),
    "lists nested too deeply": (Reply(200, body="[" * NESTED + "]" * NESTED), "bad_response", "tell_operator"),
    "objects nested too deeply": (Reply(200, body='{"a":' * NESTED), "bad_response", "tell_operator"),
    "lists nested deeply": (Reply(200, body='{"a":' + "[" * 900 + "]" * 900 + "}"), "bad_response", "tell_operator"),
    "a refusal nested too deeply": (Reply(403, body="[" * NESTED), "forbidden", "tell_operator"),
}  # fmt: skip


def with_member(text: str, member: str | bytes) -> bytes:
    """The JSON of an object with one member more, whatever that is."""
    member = member.encode() if isinstance(member, str) else member
    return text.encode().replace(b"{", b"{" + member + b",", 1)


DAMAGE: dict[str, Any] = {
    "cut off": lambda text: text[:-1],
    "followed by more": lambda text: f"{text}{text}",
    "NaN": lambda text: with_member(text, '"x":NaN'),
    "Infinity": lambda text: with_member(text, '"x":-Infinity'),
    "invalid UTF-8": lambda text: with_member(text, b'"x":"\xff\xfe"'),
    "UTF-16": lambda text: text.encode("utf-16"),
    "a comment": lambda text: f"{text} // {MARKER}",
    "single quotes": lambda text: text.replace('"', "'"),
    "nesting without end": lambda text: with_member(text, '"x":' + "[" * NESTED + "]" * NESTED),
}
ODDITIES = {
    "a number beyond all floats": '"x":1e400',
    "a number of 5,000 digits": '"x":' + "9" * 5_000,
    "half a character": '"x":"\\ud800"',
    "half a character in a name": '"\\udfff":1',
    "a character beyond 16 bits": '"x":"𝄞"',
    "much nesting": '"x":' + "[" * 300 + "]" * 300,
    "the same name twice": '"x":null,"x":[{}]',
}


async def call(client: Client, subject: Subject, id: object, noun: Noun | None = None) -> types.CallToolResult:
    """Look something up at the provider."""
    noun = noun or subject.nouns[0]
    return await client.call_tool(f"get_{noun}", {f"{noun}_id": id, "provider": subject.name})


def refusal(result: types.CallToolResult, subject: Subject) -> dict[str, Any]:
    """An error object, after checking that nothing of the provider's and none of our secrets is in it."""
    error = error_of(result)
    text = text_of(result)
    assert MARKER not in text and "elsewhere" not in text, "an error holds nothing that the provider sent"
    assert not [secret for secret in subject.credentials.values() if secret in text], "an error holds no credential"
    assert error["provider"] == subject.name
    return error


def refusals(results: Mapping[str, types.CallToolResult], subject: Subject) -> dict[str, dict[str, Any]]:
    """The error objects of several cases."""
    answered = [case for case, result in results.items() if not result.is_error]
    assert not answered, f"taken for {subject.name}'s order, and should be errors: {answered}"
    return {case: refusal(result, subject) for case, result in results.items()}


def same_codes(told: Mapping[str, dict[str, Any]], expected: Mapping[str, dict[str, Any]]) -> None:
    """Each case makes the error that it makes everywhere."""
    odd = [f"{case} is {told[case]} instead of {error}" for case, error in expected.items() if told[case] != error]
    assert not odd, "; ".join(odd)


def problem(name: str, code: str, next_step: str, **known: Any) -> dict[str, Any]:
    """The error object that this code and next step make."""
    retryable = next_step == "retry_later"
    return {"code": code, "provider": name, "retryable": retryable, **known, "next_step": next_step}


class Failures(Part):
    """One answer of the provider, and what is made of it."""

    async def ask(self, replies: Mapping[str, Reply]) -> dict[str, types.CallToolResult]:
        """What each answer to the example's id makes of the call. Each may be asked for once."""
        results, story = {}, self.subject.example()
        async with connected(self.subject.environment(self.stub.origin, story)) as client:
            for case, reply in replies.items():
                self.stub.reply = reply
                self.stub.asked.clear()
                results[case] = await call(client, self.subject, story.id)
                assert len(self.stub.asked) == 1, f"{case}: neither tried again nor followed elsewhere"
        return results

    async def ask_at_once(self, replies: Mapping[str, Reply]) -> dict[str, tuple[dict[str, Any], int]]:
        """The error that each answer makes, and after how many requests; each has a server of its own."""

        async def ask(reply: Reply) -> tuple[dict[str, Any], int]:
            with serving() as stub:
                stub.reply = reply
                async with connected(self.subject.environment(stub.origin, story)) as client:
                    return refusal(await call(client, self.subject, story.id), self.subject), len(stub.asked)

        story = self.subject.example()
        told = await asyncio.gather(*map(ask, replies.values()))
        return dict(zip(replies, told, strict=True))

    @pytest.mark.asyncio
    async def test_a_failure_has_the_same_code_at_every_provider(self) -> None:
        results = await self.ask({failure: reply for failure, (reply, _, _) in FAILURES.items()})
        name = self.subject.name
        expected = {failure: problem(name, code, next_step) for failure, (_, code, next_step) in FAILURES.items()}
        same_codes(refusals(results, self.subject), expected)

    @pytest.mark.asyncio
    async def test_a_redirect_is_said_to_be_one(self) -> None:
        redirect, *_ = FAILURES["a redirect"]
        results = await self.ask({"a redirect": redirect})
        assert "answered with a redirect" in sentence_of(results["a redirect"])

    @pytest.mark.asyncio
    async def test_a_damaged_answer_is_a_bad_response(self) -> None:
        text = self.subject.example().reply.content.decode()
        results = await self.ask({case: Reply(200, body=damage(text)) for case, damage in DAMAGE.items()})
        bad_response = problem(self.subject.name, "bad_response", "tell_operator")
        same_codes(refusals(results, self.subject), dict.fromkeys(DAMAGE, bad_response))

    @pytest.mark.asyncio
    async def test_an_odd_member_that_nobody_reads_harms_nothing(self) -> None:
        story = self.subject.example()
        text = story.reply.content.decode()
        results = await self.ask({case: Reply(200, body=with_member(text, odd)) for case, odd in ODDITIES.items()})
        assert {case: found(result)["id"] for case, result in results.items()} == dict.fromkeys(ODDITIES, story.id)

    @pytest.mark.asyncio
    async def test_another_ones_answer_is_a_bad_response(self, noun: Noun) -> None:
        story = self.subject.example(noun)
        self.stub.reply = story.reply
        other = another_id(self.subject, story.id)
        async with connected(self.subject.environment(self.stub.origin, story)) as client:
            assert found(await call(client, self.subject, story.id, noun))["id"] == story.id
            result = await call(client, self.subject, other, noun)
        assert result.is_error, f"asked for {other}, it shows {story.id} as the answer; fetch(…) compares the two"
        error = refusal(result, self.subject)
        assert (error["code"], error["retryable"]) == ("bad_response", False)

    @pytest.mark.asyncio
    async def test_a_failure_that_may_pass_is_tried_three_times(self) -> None:
        name = self.subject.name
        long_ago = format_datetime(datetime.now(UTC) - timedelta(days=1), usegmt=True)
        waits = {"": None, "soon": None, "-5": None, "nan": None, "0": 0, "0.05": 1, long_ago: 0}
        replies = {str(status): Reply(status, body=HTML) for status in (502, 503, 504)}
        replies |= {wait: Reply(429, json=TELLTALE, headers={"Retry-After": wait} if wait else {}) for wait in waits}
        expected = {str(status): (problem(name, "upstream_error", "retry_later"), 3) for status in (502, 503, 504)}
        for wait, seconds in waits.items():
            known = {} if seconds is None else {"retry_after_seconds": seconds}
            expected[wait] = (problem(name, "rate_limited", "retry_later", **known), 3)
        assert await self.ask_at_once(replies) == expected, "the error, and after how many requests"

    @pytest.mark.asyncio
    async def test_a_wait_that_is_too_long_to_sleep_is_told_and_not_slept(self) -> None:
        in_an_hour = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
        waits = {"12": (12, 12), "3.2": (4, 4), in_an_hour: (3570, 3600), "9" * 30: (86_400, 86_400)}
        for status, code in ((429, "rate_limited"), (503, "upstream_error")):
            replies = {wait: Reply(status, json=TELLTALE, headers={"Retry-After": wait}) for wait in waits}
            for wait, (error, requests) in (await self.ask_at_once(replies)).items():
                seconds = error.get("retry_after_seconds", 0)
                least, most = waits[wait]
                assert least <= seconds <= most
                assert error == problem(self.subject.name, code, "retry_later", retry_after_seconds=seconds)
                assert requests == 1, "it is not tried again"

    @pytest.mark.asyncio
    async def test_a_second_attempt_that_succeeds_is_an_answer(self) -> None:
        story = self.subject.example()
        self.stub.reply = lambda _: Reply(503, body=HTML) if len(self.stub.asked) == 1 else story.reply
        async with connected(self.subject.environment(self.stub.origin, story)) as client:
            assert found(await call(client, self.subject, story.id))["id"] == story.id
        assert len(self.stub.asked) == 2

    @pytest.mark.asyncio
    async def test_an_address_where_nobody_listens_is_unreachable(self) -> None:
        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))  # bound and not listening: connections are refused, and nobody else takes it
            origin = f"http://127.0.0.1:{nobody.getsockname()[1]}"
            async with connected(self.subject.environment(origin)) as client:
                result = await call(client, self.subject, self.subject.example().id)
        assert refusal(result, self.subject) == problem(self.subject.name, "unreachable", "retry_later")

    @pytest.mark.asyncio
    async def test_a_request_id_is_passed_on_only_when_it_looks_like_one(self) -> None:
        passed = ["req_8f.2-A", "a" * 64]
        held_back = ["a" * 65, "a b", "a\n", "", "é", None, True, ["req_1"], {"id": "req_1"}]
        replies = {ascii(id): Reply(401, json={**TELLTALE, "requestId": id}) for id in [*passed, *held_back]}
        told = refusals(await self.ask(replies), self.subject)
        # A provider may read it elsewhere.
        is_ours = self.subject.kind.request_id is Provider.request_id
        assert {case: error["request_id"] for case, error in told.items() if "request_id" in error} == (
            {ascii(id): id for id in passed} if is_ours else {}
        )
