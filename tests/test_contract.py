"""What holds for every provider, found by discovery: a fifth one is under test the moment its file exists.

Every story comes true through a real MCP client and a real socket; and whatever goes wrong goes wrong in the same way
everywhere. What is peculiar to one provider stands in its stories and in `test_providers`.
"""

import asyncio
import copy
import inspect
import json
import re
import socket
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from importlib import import_module
from typing import Any, get_args, get_origin
from urllib.parse import quote

import mcp_types as types
import pytest
from jsonschema import Draft202012Validator
from mcp.client import Client
from pydantic import TypeAdapter

from dev.stories import DESK, FIXTURES
from order_mcp.models import Noun
from order_mcp.providers.base import Provider
from order_mcp.providers.introduction import Introduction
from order_mcp.providers.registry import built_in
from order_mcp.providers.settings import variables
from order_mcp.providers.wire import Wire

from .conftest import CREDENTIALS, connected, environment, error_of, found, sentence_of
from .stories import Story, stories
from .stub import Reply, Stub

PROVIDERS = built_in()

NAMES = list(PROVIDERS)
STORIES = [story for name in NAMES for story in stories(name)]

MARKER = "UPSTREAM-SAYS-SO"
TELLTALE = {"error": MARKER, "message": MARKER, "statusMessage": MARKER, "requestId": f"{MARKER} !"}
HTML = f"<!doctype html><title>{MARKER}</title>"
NESTED = 100_000

every_provider = pytest.mark.parametrize("name", NAMES)


def example(name: str, noun: Noun = Noun.ORDER) -> Story:
    """The provider's richest story of something found."""
    able = [story for story in stories(name) if story.expect is not None and story.tool == f"get_{noun}"]
    if not able:
        pytest.fail(f"tests/fixtures/{name} has no story in which get_{noun} finds something")
    return max(able, key=lambda story: len(story.reply.content))


async def call(client: Client, name: str, id: object, noun: Noun = Noun.ORDER, **more: object) -> types.CallToolResult:
    return await client.call_tool(f"get_{noun}", {f"{noun}_id": id, "provider": name, **more})


async def ask(stub: Stub, name: str, replies: Mapping[str, Reply]) -> dict[str, types.CallToolResult]:
    """What each answer to the example's id makes of the call. Each may be asked for once."""
    results = {}
    async with connected(environment(stub.origin, name)) as client:
        for case, reply in replies.items():
            stub.reply = reply
            stub.asked.clear()
            results[case] = await call(client, name, example(name).id)
            assert len(stub.asked) == 1, f"{case}: neither tried again nor followed elsewhere"
    return results


def refusal(result: types.CallToolResult, name: str) -> dict[str, Any]:
    """An error object, after checking that nothing of the provider's and none of our secrets is in it."""
    error = error_of(result)
    text = result.model_dump_json()
    assert MARKER not in text and "elsewhere" not in text
    assert not [secret for secret in CREDENTIALS[name].values() if secret in text]
    assert error["provider"] == name
    return error


def problem(name: str, code: str, next_step: str, **known: Any) -> dict[str, Any]:
    """The error object that this code and next step make."""
    retryable = next_step == "retry_later"
    return {"code": code, "provider": name, "retryable": retryable, **known, "next_step": next_step}


# Stories --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("story", STORIES, ids=str)
async def test_a_story_comes_true(stub: Stub, story: Story) -> None:
    stub.reply = story.reply
    async with connected(environment(stub.origin, story.provider, **story.variables)) as client:
        result = await client.call_tool(story.tool, dict(story.call["arguments"]))
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    [asked] = stub.asked
    assert (asked.method, asked.path, asked.body) == ("GET", story.request["path"], b"")
    assert story.request["headers"].items() <= asked.headers.items()
    assert sentence_of(result) == story.says
    if story.expect_error is not None:
        assert error_of(result) == story.expect_error
        return
    structured = found(result)
    Draft202012Validator(tools[story.tool].output_schema or {}).validate(structured)
    assert {key: value for key, value in structured.items() if key not in ("as_of", "summary")} == story.expect
    assert abs(datetime.fromisoformat(structured["as_of"]) - datetime.now(UTC)) < timedelta(minutes=1)
    assert re.fullmatch(r"[0-9T:-]{19}Z", structured["as_of"])


@pytest.mark.parametrize("story", [story for story in STORIES if story.to_customer is not None], ids=str)
async def test_a_customer_is_told_the_story_in_words_of_its_own(stub: Stub, story: Story) -> None:
    stub.reply = story.reply
    variables = {**story.variables, "ORDER_MCP_AUDIENCE": "customer"}
    async with connected(environment(stub.origin, story.provider, **variables)) as client:
        result = await client.call_tool(story.tool, dict(story.call["arguments"]))
    assert sentence_of(result) == story.to_customer


@every_provider
def test_stories_show_what_every_provider_must_show(name: str) -> None:
    told = stories(name)
    for noun in Noun:
        shown = [story for story in told if story.tool == f"get_{noun}" and story.expect is not None]
        assert not PROVIDERS[name].has(noun) or shown, f"tests/fixtures/{name} has no story in which get_{noun} finds"
        assert PROVIDERS[name].has(noun) or not shown, f"{PROVIDERS[name].title} has no get_{noun}, and a story of it"
    missing = any((story.expect_error or {}).get("code") == "not_found" for story in told)
    assert missing, f"tests/fixtures/{name} has no story that ends in not_found"


@every_provider
def test_a_status_that_is_in_no_table_survives_verbatim(name: str) -> None:
    def survives(shown: Mapping[str, Any], story: Story) -> bool:
        word = shown.get("provider_status", "")
        sent = story.reply.content.decode()
        verbatim = word in story.says and all(f'"{part}"' in sent for part in word.split("/"))
        return shown.get("status") == "unknown" and bool(word) and verbatim

    survivors = [story for story in stories(name) if story.expect and survives(story.expect, story)]
    assert survivors, f"tests/fixtures/{name} has no story of a status that is in no table and is shown as it is"


@pytest.mark.parametrize("story", STORIES, ids=str)
def test_a_story_says_where_it_is_from_and_tells_one_ending(story: Story) -> None:
    assert "https://" in story.source, "`source` has the address of a page"
    assert (story.expect is None) is not (story.expect_error is None), "either `expect` or `expect_error`"
    has_audience = "ORDER_MCP_AUDIENCE" in story.variables
    assert (story.to_customer is None) is has_audience, "either `to_customer` or an audience of its own"
    arguments = story.call["arguments"]
    assert arguments.get("provider") == story.provider, f"`call.arguments` has `provider`, which is {story.provider}"
    assert f"{story.tool.removeprefix('get_')}_id" in arguments, f"`call.arguments` has the id that {story.tool} takes"


@pytest.mark.parametrize("folder", [path.name for path in FIXTURES.iterdir() if path.is_dir()])
def test_every_folder_of_stories_has_its_provider(folder: str) -> None:
    known = {*PROVIDERS, DESK, "cost"}
    assert folder in known, (
        f"tests/fixtures/{folder} has stories of a provider that src/order_mcp/providers does not have"
    )


# The provider file ----------------------------------------------------------------------------------------------------


@every_provider
def test_a_provider_file_introduces_itself(name: str) -> None:
    # The registry has seen to it that nothing is missing.
    provider = PROVIDERS[name]
    docstring = import_module(provider.__module__).__doc__ or ""
    assert re.match(r".+ \(\S+\): .+", docstring), f"{name}.py has to begin with “{provider.title} (site): what it is.”"
    assert "https://" in docstring, f"the docstring of {name}.py has to have the documentation's address"
    addresses = {*provider.key_sources, provider.privacy_policy or "https://"}
    assert all(address.startswith("https://") for address in addresses), "key_sources and privacy_policy are addresses"


@every_provider
def test_wire_models_take_null_for_whatever_is_not_indispensable_and_no_endless_list(name: str) -> None:
    models = [each for each in vars(import_module(PROVIDERS[name].__module__)).values() if inspect.isclass(each)]
    wires = [each for each in models if issubclass(each, Wire) and each is not Wire]
    assert wires, f"{name}.py has no wire model"
    for wire in wires:
        for field, declared in wire.model_fields.items():
            takes = TypeAdapter(declared.annotation)
            where = f"{wire.__name__}.{field} in {name}.py"
            if not declared.is_required():
                assert takes.validate_python(None) is None, f"{where} has to end with | None"
            is_list = any(get_origin(each) is list for each in (declared.annotation, *get_args(declared.annotation)))
            # What stands around a required list is told apart from it.
            assert not is_list or any(getattr(each, "max_length", None) for each in declared.metadata), (
                f"{where} has to be Members[…] instead of list[…]"
            )


@every_provider
def test_a_provider_declares_its_variables_under_its_name_with_a_description(name: str) -> None:
    # The registry has seen to it that what is needed is declared.
    declared = variables(PROVIDERS[name].Settings)
    begun = f"{name.upper()}_"
    assert all(v.name.startswith(begun) and v.description for v in declared), f"each is described and begins {begun}"
    assert any(v.secret for v in declared), "the credential is declared with secret(…)"
    assert f"{begun}BASE_URL" in {v.name for v in declared}, f"the variable of base_url is {begun}BASE_URL"


@every_provider
def test_a_provider_has_no_public_methods_of_its_own(name: str) -> None:
    own = {member for member in vars(PROVIDERS[name]) if not member.startswith("_")}
    assert own <= set(dir(Provider)) | set(Introduction.__annotations__)


# Failures: the same everywhere ----------------------------------------------------------------------------------------

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
    "a refusal nested too deeply": (Reply(403, body="[" * NESTED), "forbidden", "tell_operator"),
}  # fmt: skip


@every_provider
async def test_a_failure_has_the_same_code_at_every_provider(stub: Stub, name: str) -> None:
    results = await ask(stub, name, {failure: reply for failure, (reply, _, _) in FAILURES.items()})
    assert {failure: refusal(result, name) for failure, result in results.items()} == {
        failure: problem(name, code, next_step) for failure, (_, code, next_step) in FAILURES.items()
    }


async def test_a_redirect_is_said_to_be_one(stub: Stub) -> None:
    redirect, *_ = FAILURES["a redirect"]
    results = await ask(stub, "fleet", {"a redirect": redirect})
    assert "answered with a redirect" in sentence_of(results["a redirect"])


def with_member(text: str, member: str | bytes) -> bytes:
    """A JSON object with one member more, whatever that is."""
    member = member.encode() if isinstance(member, str) else member
    return b"{" + member + b"," + text.lstrip()[1:].encode()


DAMAGE: dict[str, Any] = {
    "cut off": lambda text: text[:-1],
    "followed by more": lambda text: f"{text}{text}",
    "NaN": lambda text: with_member(text, '"x":NaN'),
    "Infinity": lambda text: with_member(text, '"x":-Infinity'),
    "invalid UTF-8": lambda text: with_member(text, b'"x":"\xff\xfe"'),
    "a comment": lambda text: f"{text} // {MARKER}",
    "single quotes": lambda text: text.replace('"', "'"),
    "nesting without end": lambda text: with_member(text, '"x":' + "[" * NESTED + "]" * NESTED),
}


@every_provider
async def test_a_damaged_answer_is_a_bad_response(stub: Stub, name: str) -> None:
    text = example(name).reply.content.decode()
    results = await ask(stub, name, {case: Reply(200, body=damage(text)) for case, damage in DAMAGE.items()})
    assert {case: refusal(result, name) for case, result in results.items()} == {
        case: problem(name, "bad_response", "tell_operator") for case in DAMAGE
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


@every_provider
async def test_an_odd_member_that_nobody_reads_harms_nothing(stub: Stub, name: str) -> None:
    story = example(name)
    text = story.reply.content.decode()
    results = await ask(stub, name, {case: Reply(200, body=with_member(text, odd)) for case, odd in ODDITIES.items()})
    assert {case: found(result)["id"] for case, result in results.items()} == dict.fromkeys(ODDITIES, story.id)


@every_provider
async def test_another_ones_answer_is_a_bad_response(stub: Stub, name: str) -> None:
    for noun in Noun:
        if PROVIDERS[name].has(noun):
            story = example(name, noun)
            stub.reply = story.reply
            async with connected(environment(stub.origin, name)) as client:
                assert found(await call(client, name, story.id, noun))["id"] == story.id
                error = refusal(await call(client, name, f"{story.id}1", noun), name)
            assert (error["code"], error["retryable"]) == ("bad_response", False)


async def ask_at_once(stub: Stub, name: str, replies: Mapping[str, Reply]) -> dict[str, tuple[dict[str, Any], int]]:
    """The error that each answer makes, and after how many requests; each has an id of its own."""
    cases = {f"{example(name).id}{number}": case for number, case in enumerate(replies, 11)}
    stub.reply = lambda asked: replies[cases[asked.path.rpartition("/")[2]]]
    async with connected(environment(stub.origin, name)) as client:
        results = await asyncio.gather(*(call(client, name, id) for id in cases))
    requests = Counter(cases[asked.path.rpartition("/")[2]] for asked in stub.asked)
    told = [refusal(result, name) for result in results]
    return {case: (error, requests[case]) for case, error in zip(replies, told, strict=True)}


@every_provider
async def test_a_failure_that_may_pass_is_tried_three_times(stub: Stub, name: str) -> None:
    long_ago = format_datetime(datetime.now(UTC) - timedelta(days=1), usegmt=True)
    waits = {"": None, "soon": None, "-5": None, "nan": None, "0": 0, "0.05": 1, long_ago: 0}
    replies = {str(status): Reply(status, body=HTML) for status in (502, 503, 504)}
    replies |= {wait: Reply(429, json=TELLTALE, headers={"Retry-After": wait} if wait else {}) for wait in waits}
    expected = {str(status): (problem(name, "upstream_error", "retry_later"), 3) for status in (502, 503, 504)}
    for wait, seconds in waits.items():
        known = {} if seconds is None else {"retry_after_seconds": seconds}
        expected[wait] = (problem(name, "rate_limited", "retry_later", **known), 3)
    assert await ask_at_once(stub, name, replies) == expected


@every_provider
async def test_a_wait_that_is_too_long_to_sleep_is_told_and_not_slept(stub: Stub, name: str) -> None:
    in_an_hour = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    waits = {"12": (12, 12), "3.2": (4, 4), in_an_hour: (3570, 3600), "9" * 30: (86_400, 86_400)}
    for status, code in ((429, "rate_limited"), (503, "upstream_error")):
        replies = {wait: Reply(status, json=TELLTALE, headers={"Retry-After": wait}) for wait in waits}
        for wait, (error, requests) in (await ask_at_once(stub, name, replies)).items():
            seconds = error["retry_after_seconds"]
            least, most = waits[wait]
            assert least <= seconds <= most
            assert error == problem(name, code, "retry_later", retry_after_seconds=seconds)
            assert requests == 1
        stub.asked.clear()


@every_provider
async def test_a_second_attempt_that_succeeds_is_an_answer(stub: Stub, name: str) -> None:
    story = example(name)
    stub.reply = lambda _: Reply(503, body=HTML) if len(stub.asked) == 1 else story.reply
    async with connected(environment(stub.origin, name)) as client:
        assert found(await call(client, name, story.id))["id"] == story.id
    assert len(stub.asked) == 2


async def test_an_address_where_nobody_listens_is_unreachable_for_every_provider() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # bound and not listening: connections are refused, and nobody else takes it
        origin = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        async with connected(environment(origin, *NAMES)) as client:
            results = await asyncio.gather(*(call(client, name, example(name).id) for name in NAMES))
    for name, result in zip(NAMES, results, strict=True):
        assert refusal(result, name) == problem(name, "unreachable", "retry_later")


@every_provider
async def test_a_request_id_is_passed_on_only_when_it_looks_like_one(stub: Stub, name: str) -> None:
    passed = ["req_8f.2-A", "a" * 64]
    held_back = ["a" * 65, "a b", "a\n", "", "é", None, True, ["req_1"], {"id": "req_1"}]
    replies = {ascii(id): Reply(401, json={**TELLTALE, "requestId": id}) for id in [*passed, *held_back]}
    told = {case: refusal(result, name) for case, result in (await ask(stub, name, replies)).items()}
    assert {case: error["request_id"] for case, error in told.items() if "request_id" in error} == {
        ascii(id): id for id in passed
    }


# Ids and addresses ----------------------------------------------------------------------------------------------------

NO_ID: list[Any] = [
    *(
        "",
        " ",
        ".",
        "..",
        " .. ",
        "#",
        "#..",
        "# .",
        "../42",
        "42/..",
        "a b",
        "a\nb",
        "a\tb",
        "a\0b",
        "\0",
        "42\0",
        "a\x7fb",
        "a\x85b",
    ),
    *("a\u2028b", "a\u200bb", "\u202e42", "a\u00a0b", "\ue000", "x" * 129, "#" + "x" * 129, "٢" * 129),
    # What could not be shown as it is: an id is shown exactly or not at all.
    *("<b>", "http://127.0.0.1/", "www.a", "](x", "a\u0301", "a\ufe0f", "\u115f"),
    *(True, [], ["42"], {}, {"id": "42"}, 4.5, 10**128, 1e23),
]


@every_provider
async def test_what_cannot_be_an_id_is_refused_without_a_request(stub: Stub, name: str) -> None:
    async with connected(environment(stub.origin, name)) as client:
        for noun in Noun:
            told = {ascii(id): error_of(await call(client, name, id, noun)) for id in NO_ID}
            assert {id: error["code"] for id, error in told.items()} == {ascii(id): "invalid_input" for id in NO_ID}
    assert stub.asked == []


ODD_IDS = [
    *("a/b", "/", "//", "%2f", "%2e%2e", "..%2f", "%00", "%", "a?b", "?", "a#b", "a##", "a&b=c"),
    *("\\", "..\\", "@host", ":80", "...", "~", "é", "4٢", "٤٢", "４２", "日本", "𝄞"),
    *("042", "0", "-1", "+42", "4.0", "4e2", "0x2a", "4_2", "42n", "null", "*", "{id}", "'", '"', "x" * 128),
]


@every_provider
async def test_an_id_cannot_leave_its_endpoint(stub: Stub, name: str) -> None:
    story = example(name)
    endpoint = story.request["path"].removesuffix(quote(story.id, safe=""))
    wanted = {id: [] if PROVIDERS[name].why_refused(id) else [f"{endpoint}{quote(id, safe='')}"] for id in ODD_IDS}
    seen = {}
    async with connected(environment(stub.origin, name)) as client:
        for id in ODD_IDS:
            stub.asked.clear()
            error = refusal(await call(client, name, id), name)
            seen[id] = [asked.path for asked in stub.asked]
            # The stub's answer to whatever is asked is a 404 that is not the provider's.
            assert error["code"] == ("bad_response" if seen[id] else "invalid_input")
    assert seen == wanted
    assert not any("/" in path.removeprefix(endpoint) for paths in seen.values() for path in paths)


@every_provider
async def test_white_space_and_one_number_sign_around_an_id_are_dropped(stub: Stub, name: str) -> None:
    story = example(name)
    stub.reply = story.reply
    written = [f" {story.id} ", f"#{story.id}", f"\t# {story.id}\n", f"{story.id}\n"]
    async with connected(environment(stub.origin, name)) as client:
        assert [found(await call(client, name, id))["id"] for id in written] == [story.id] * len(written)
    assert [asked.path for asked in stub.asked] == [story.request["path"]] * len(written)


@every_provider
@pytest.mark.parametrize("below", ["/", "/deep/er/"])
async def test_a_trailing_slash_in_the_base_address_means_nothing(stub: Stub, name: str, below: str) -> None:
    story = example(name)
    stub.reply = story.reply
    variables = environment(stub.origin, name) | {f"{name.upper()}_BASE_URL": f"{stub.origin}{below}"}
    async with connected(variables) as client:
        assert found(await call(client, name, story.id))["id"] == story.id
    assert [asked.path for asked in stub.asked] == [f"{below.rstrip('/')}{story.request['path']}"]


@every_provider
async def test_what_a_provider_does_not_have_is_said_without_a_request(stub: Stub, name: str) -> None:
    async with connected(environment(stub.origin, name)) as client:
        for noun in Noun:
            if not PROVIDERS[name].has(noun):
                result = await call(client, name, "42", noun)
                assert refusal(result, name) == problem(name, "unsupported_operation", "tell_user")
                assert f"{PROVIDERS[name].title} has no {noun}s" in sentence_of(result)
    assert stub.asked == []


# Shapes ---------------------------------------------------------------------------------------------------------------

Place = tuple[str | int, ...]
OTHER_KINDS: list[Any] = [None, True, 5, -0.5, "x", "", "\ud800", [], {}, [1], [None], [[]], {"a": 1}]


def places(value: Any, at: Place = ()) -> Iterator[Place]:
    """Every place in a body, the body itself included."""
    yield at
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in members:
        yield from places(member, (*at, key))


def member(body: Any, place: Place) -> Any:
    for key in place:
        body = body[key]
    return body


def replaced(body: Any, value: Any, *at: Place) -> Any:
    """The body with this value in these places."""
    if at == ((),):
        return value
    body = copy.deepcopy(body)
    for place in at:
        member(body, place[:-1])[place[-1]] = value
    return body


def own_places(body: Any, id: str) -> list[Place]:
    """The place of the body's own id, and all that it lies in."""
    at = min((at for at in places(body) if str(member(body, at)) == id), key=len)
    return [at[:length] for length in range(len(at) + 1)]


@every_provider
@pytest.mark.parametrize("noun", Noun)
async def test_only_the_id_is_indispensable(stub: Stub, name: str, noun: Noun) -> None:
    if not PROVIDERS[name].has(noun):
        return
    story = example(name, noun)
    body = json.loads(story.reply.content)
    indispensable = own_places(body, story.id)
    others = [at for at in places(body) if at not in indispensable]
    fatal = {(at, ascii(value)): replaced(body, value, at) for at in indispensable for value in OTHER_KINDS}
    leaves = [at for at in others if not isinstance(member(body, at), dict | list)]
    harmless: dict[Any, Any] = {at: replaced(body, {"a": 1} if at in leaves else "x", at) for at in others}
    harmless |= {("every leaf", ascii(value)): replaced(body, value, *leaves) for value in OTHER_KINDS}
    async with connected(environment(stub.origin, name)) as client:
        for case, reply in fatal.items():
            stub.reply = Reply(200, json=reply)
            assert refusal(await call(client, name, story.id, noun), name)["code"] == "bad_response", case
        for case, reply in harmless.items():
            stub.reply = Reply(200, json=reply)
            # The client itself holds what is found against the published schema.
            assert not (await call(client, name, story.id, noun, detail="full")).is_error, case


@every_provider
async def test_every_member_but_the_id_may_be_absent(stub: Stub, name: str) -> None:
    story = example(name)
    body = json.loads(story.reply.content)
    indispensable = own_places(body, story.id)
    async with connected(environment(stub.origin, name)) as client:
        for place in places(body):
            if place not in indispensable and isinstance(place[-1], str):
                less = copy.deepcopy(body)
                del member(less, place[:-1])[place[-1]]
                stub.reply = Reply(200, json=less)
                assert not (await call(client, name, story.id, detail="full")).is_error, place
