"""The kit as a package uses it: a provider, a folder of stories and a few lines; and that every check can fail.

The package is made of `tests/fifth_provider/`, without being registered or installed. Then it is made faulty in one way
after the other: each test of the suite turns red for at least one fault, and says what is wrong.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import mcp_types as types
import pytest

from order_mcp.models import Audience
from order_mcp.testing import ProviderSuite
from order_mcp.testing.audiences import Audiences

GIVEN = Path(__file__).parent / "fifth_provider"
LIMIT = 300
"""Seconds: many times what is needed, so that a busy machine fails nothing."""
PROVIDER = re.sub(
    r"^PROVIDER = .*\n",
    "",
    (GIVEN / "lendwell.py")
    .read_text(encoding="utf-8")
    .replace("from ..", "from order_mcp.")
    .replace("from .", "from order_mcp.providers."),
    flags=re.MULTILINE,
)
STORIES: dict[str, Any] = {
    file.stem: json.loads(file.read_text(encoding="utf-8")) for file in sorted((GIVEN / "stories").iterdir())
}
CONFTEST = 'pytest_plugins = ["order_mcp.testing"]\n'
LINES = """
from order_mcp.testing import ProviderSuite
from {module} import Lendwell

class Test{name}(ProviderSuite):
    provider = Lendwell
    stories = "{stories}"  # a folder beside this file
"""

Change = Callable[[dict[str, Any]], Any]


def nothing(stories: dict[str, Any]) -> None:
    """The stories as they are."""


@dataclass(frozen=True)
class Fault:
    """What is wrong with a package, and what is said of that by which tests."""

    red: dict[str, str]
    """Tests that fail, and a part of what they say."""
    code: dict[str, str] = field(default_factory=dict)
    """What stands in the provider file, and what stands there instead."""
    stories: Change = nothing
    """What happens to the stories."""


def method(text: str) -> dict[str, str]:
    """A method more in the class."""
    body = "".join(f"    {line}\n" for line in text.strip("\n").splitlines())
    return {"    def is_missing(": f"{body}\n    def is_missing("}


def with_note(text: str) -> dict[str, str]:
    """A note at the status, for agents and customers alike."""
    return {
        "OrderStatus, Totals": "OrderStatus, StatusNote, Told, Totals",
        "provider_status=word,": f"provider_status=word, status_note=StatusNote(Told({text}, {text})),",
    }


def changed(name: str, **more: Any) -> Change:
    return lambda stories: stories[name].update(more)


def only(*names: str) -> Change:
    return lambda stories: [stories.pop(name) for name in list(stories) if name not in names]


def get_cart(stories: dict[str, Any]) -> None:
    cart = json.loads(json.dumps(stories["only_id"]).replace("order_id", "cart_id").replace("get_order", "get_cart"))
    stories["cart"] = cart


def with_exchanges(*exchanges: dict[str, Any]) -> Change:
    def change(stories: dict[str, Any]) -> None:
        told = stories["only_id"]
        del told["request"], told["response"]
        told["exchanges"] = list(exchanges)

    return change


def with_extra(stories: dict[str, Any]) -> None:
    stories["documented"]["response"]["json"]["extra"] = {"shelf": "A4"}


FINDS = """
@classmethod
def finds_by(cls, settings):
    return {Held.NUMBER: How.FILTER}

async def find_orders(self, search):
    search.compared = "number"
"""
FINDING = {"from order_mcp.wording": "from order_mcp.finding import Held, How\nfrom order_mcp.wording"}


def finding(stories: dict[str, Any]) -> None:
    told = stories["only_id"]
    call = {"tool": "find_orders", "arguments": {"order_number": "17", "provider": "lendwell"}}
    stories["find"] = {**told, "call": call, "says": "One order has this number at Lendwell ()."}
    del stories["find"]["to_customer"]


HOSTILE_ALL = {
    "test_hostile_text_in_every_field_at_once_comes_out_harmless": "came through as it was sent",
    "test_hostile_text_in_any_single_field_comes_out_harmless": "order-mcp itself failed",
    "test_lone_surrogates_in_raw_json_never_reach_a_result": "",
}
A_STORY = "test_a_story_comes_true"
SHOWN = "test_stories_show_what_every_provider_must_show"
FOUND_BY = "test_stories_show_what_orders_can_be_found_by"
WIRE = "test_wire_models_take_null_for_whatever_is_not_indispensable_and_no_endless_list"
SAME_CODE = "test_a_failure_has_the_same_code_at_every_provider"
THREE_TIMES = "test_a_failure_that_may_pass_is_tried_three_times"
CUSTOMER = "test_a_customer_is_told_the_story_in_words_of_its_own"
PUBLISHED = "test_what_is_found_is_as_published_for_every_audience"
AUDIENCES = "test_no_audience_sees_what_is_not_for_it"
ANY_BODY = {
    "test_any_change_to_a_body_gives_an_answer_or_a_typed_error": "internal: a bug",
    "test_the_other_audiences_get_answers_of_the_same_kind": "internal: a bug",
    "test_whatever_its_wire_models_read_gives_an_answer_or_a_typed_error": "internal: a bug",
}

FAULTS: dict[str, Fault] = {
    "ALieToAgents": Fault(
        {A_STORY: "Lendwell order ln-1 has an unknown status."}, stories=changed("only_id", says="It has arrived.")
    ),
    "ALieInJson": Fault({A_STORY: "'unknown'"}, stories=lambda s: s["only_id"]["expect"].update(status="shipped")),
    "ALieToCustomers": Fault(
        {CUSTOMER: "I found your order ln-1."}, stories=changed("only_id", to_customer="It has arrived.")
    ),
    "AnotherPath": Fault({A_STORY: "what is asked for"}, stories=lambda s: s["only_id"]["request"].update(path="/x")),
    "AHeaderNotSent": Fault({A_STORY: "the headers of /orders/ln-1"}, code={'"X-Lendwell-Key"': '"X-Key"'}),
    "NoSource": Fault(
        {"test_a_story_says_where_it_is_from_and_tells_one_ending": "lendwell/only_id: `source` has the address"},
        stories=changed("only_id", source="I know"),
    ),
    "NothingFound": Fault(
        {SHOWN: "NothingFound_stories/ has no story in which get_order finds something"}, stories=only("not_found")
    ),
    "NothingMissing": Fault(
        {SHOWN: "NothingMissing_stories/ has no story of a look-up that ends in not_found"},
        stories=only("documented", "only_id"),
    ),
    "AStoryOfWhatItHasNot": Fault({SHOWN: "Lendwell has no get_cart, and a story of it"}, stories=get_cart),
    "NoStatusVerbatim": Fault(
        {"test_a_status_that_is_in_no_table_survives_verbatim": "no story of a status that is in no table"},
        stories=only("documented", "only_id", "not_found"),
    ),
    "FindsWithoutStories": Fault(
        {FOUND_BY: "has no story in which find_orders finds an order by order_number"},
        code={**method(FINDS), **FINDING},
    ),
    "DecidesByItself": Fault(
        {"test_what_is_not_what_was_asked_for_is_nobody_s_hit": "let the search compare"},
        code={**method(f"{FINDS}    search.add(await self.get_order('ln-1'), 'order_number')"), **FINDING},
        stories=finding,
    ),
    "SaysNotWhatItCompared": Fault(
        {"test_a_search_says_what_it_compared": "lendwell/find: set search.compared"},
        code={**method(FINDS), **FINDING},
        stories=finding,
    ),
    "NoIntroduction": Fault(
        {"test_a_provider_file_introduces_itself": "has to begin with “Lendwell (site): what it is.”"},
        code={'"""Lendwell (lendwell.example): rented': '"""Rented'},
    ),
    "AListWithoutEnd": Fault({WIRE: "OrderBody.lines in "}, code={"Members[Line] | None": "list[Line] | None"}),
    "NoNull": Fault({WIRE: "OrderBody.tracking in "}, code={"tracking: str | None = None": 'tracking: str = ""'}),
    "AVariableNotDescribed": Fault(
        {"test_a_provider_declares_its_variables_under_its_name_with_a_description": "each variable is described"},
        code={'"Lendwell API key"': '""'},
    ),
    "APublicMethod": Fault(
        {"test_a_provider_has_no_public_methods_of_its_own": "what Provider does not have begins with _"},
        code=method("def more(self): ..."),
    ),
    "AnyMissing": Fault(
        {SAME_CODE: "somebody else's 404 in JSON is {'code': 'not_found', "},
        code={'return isinstance(body, dict) and body.get("code") == "order_unknown"': "return True"},
    ),
    "ARedirectUnsaid": Fault(
        {"test_a_redirect_is_said_to_be_one": "answered with a redirect"},
        code=method(
            "def error_for(self, response, body):\n"
            "    return self.bad_response('moved') if response.status == 302 else super().error_for(response, body)"
        ),
    ),
    "ReadingOfItsOwn": Fault(
        {
            "test_a_damaged_answer_is_a_bad_response": "taken for lendwell's order, and should be errors: ['NaN', ",
            "test_an_odd_member_that_nobody_reads_harms_nothing": "this should be an answer, and is an error",
        },
        code={
            **method(
                "def read(self, model, response):\n"
                "    import json\n"
                "    try:\n"
                "        body = json.loads(response.body)\n"
                "    except (ValueError, RecursionError):\n"
                "        raise self.bad_response('sent no JSON') from None\n"
                "    body = {key: value if isinstance(value, list) or value is None else str(value)\n"
                "            for key, value in body.items()}\n"
                "    body['lines'] = None\n"
                "    return model.model_validate(body), Reader()"
            )
        },
    ),
    "AnotherOnesOrder": Fault(
        {"test_another_ones_answer_is_a_bad_response": "it shows ln-2077 as the answer"},
        code=method(
            "async def fetch(self, model, translate, *segments):\n"
            "    response = await self.get('/' + '/'.join(segments))\n"
            "    return translate(*self.read(model, response))"
        ),
    ),
    "NotTriedAgain": Fault(
        {THREE_TIMES: "after how many requests", "test_a_second_attempt_that_succeeds_is_an_answer": ""},
        code=method(
            "async def get(self, path, *, retried=frozenset()):\n"
            "    return await super().get(path, retried=frozenset())"
        ),
    ),
    "NoWaitTold": Fault(
        {
            "test_a_wait_that_is_too_long_to_sleep_is_told_and_not_slept": "",
            "test_a_request_id_is_passed_on_only_when_it_looks_like_one": "req_8f.2-A",
        },
        code=method(
            "def error_for(self, response, body):\n"
            "    from order_mcp.providers.refusals import refusal\n"
            "    return refusal(response.status, None, None) or super().error_for(response, body)"
        ),
    ),
    "NobodyThereIsNotFound": Fault(
        {"test_an_address_where_nobody_listens_is_unreachable": "unreachable"},
        code=method(
            "async def get(self, path, **more):\n"
            "    from order_mcp.errors import NotFound, Unreachable\n"
            "    try:\n"
            "        return await super().get(path, **more)\n"
            "    except Unreachable:\n"
            "        raise NotFound('{provider} has no such {noun}.') from None"
        ),
    ),
    "AnIdThatLeaves": Fault(
        {"test_an_id_cannot_leave_its_endpoint": "percent-encoded as a whole"},
        code=method(
            "async def get(self, path, **more):\n"
            "    from urllib.parse import unquote\n"
            "    path = unquote(path)\n"
            "    return await super().get(path if path.isascii() and path.isprintable() else '/', **more)"
        ),
    ),
    "MoreThanAnIdNeeded": Fault(
        {
            "test_only_the_id_is_indispensable": "with something else at",
            "test_every_member_but_the_id_may_be_absent": "without ('state',)",
        },
        code={"state: str | None = None": "state: str"},
    ),
    "ItsNameToCustomers": Fault(
        {PUBLISHED: "no words for customers", CUSTOMER: ""}, code=with_note('"Lendwell packs it."')
    ),
    "AWordOfItsOwnInANote": Fault(
        {AUDIENCES: "no sentence of ours holds a provider's text", **HOSTILE_ALL}, code=with_note('f"It is {word}."')
    ),
    "KeysInANote": Fault(
        {"test_hostile_object_keys_come_out_harmless": "came through as it was sent"},
        code={
            **with_note('" ".join(wire.extra or {"none": 1})'),
            "number: str | None = None": "number: str | None = None\n    extra: dict[str, Any] | None = None",
        },
        stories=with_extra,
    ),
    "ABug": Fault(
        ANY_BODY,
        code={
            "word = said(wire.state)": "word = said(wire.state)\n"
            "    if wire.lines is not None and len(wire.lines) != 2:\n"
            "        raise RuntimeError"
        },
    ),
    "WhateverComesIsAnOrder": Fault(
        {"test_any_bytes_at_any_status_give_a_typed_error": "what is no order is taken for one"},
        code=method(
            "async def fetch(self, model, translate, *segments):\n"
            "    try:\n"
            "        return await super().fetch(model, translate, *segments)\n"
            "    except Exception:\n"
            "        return Order(id=segments[-1], status=OrderStatus.UNKNOWN)"
        ),
    ),
}
# What makes it no suite at all is one sentence, before any test.
REFUSED: dict[str, Fault] = {
    "NotAllSaid": Fault({"": "Lendwell lacks title."}, code={'    title = "Lendwell"\n': ""}),
    "AStoryThatIsNone": Fault(
        {"": "AStoryThatIsNone_stories/only_id.json lacks says; it needs source, "},
        stories=lambda stories: stories["only_id"].pop("says"),
    ),
    "AnAnswerThatIsNone": Fault(
        {"": "lendwell/only_id finds something, and the provider's answer in it is no JSON."},
        stories=lambda stories: stories["only_id"].update(response={"status": 200, "body": "{"}),
    ),
    "ExchangesBesideARequest": Fault(
        {"": "ExchangesBesideARequest_stories/only_id.json has exchanges beside request or response"},
        stories=changed("only_id", exchanges=[]),
    ),
    "NoExchanges": Fault(
        {"": "NoExchanges_stories/only_id.json has exchanges that are no list of objects"},
        stories=with_exchanges(),
    ),
    "AnExchangeWithoutAResponse": Fault(
        {"": "AnExchangeWithoutAResponse_stories/only_id.json lacks response.status; it needs source, "},
        stories=with_exchanges({"request": {"path": "/", "headers": {}}}),
    ),
    "SettingsThatAreNone": Fault(
        {"": "TestSettingsThatAreNone.variables has to set Lendwell up: LENDWELL_API_KEY must be a number."},
        code={
            "api_key: SecretHeader | None": "api_key: Annotated[SecretHeader, AfterValidator(no)] | None",
            "class LendwellSettings": "def no(value):\n"
            "    raise ValueError('must be a number')\n\n\n"
            "class LendwellSettings",
            "from typing import Any": "from typing import Annotated, Any\n\nfrom pydantic import AfterValidator",
        },
    ),
}


def package(folder: Path, name: str, fault: Fault) -> None:
    """A provider's package in a folder: its module, its stories, and the few lines."""
    text = PROVIDER
    for stands, instead in fault.code.items():
        assert stands in text, f"{name}: {stands}"
        text = text.replace(stands, instead, 1)
    (folder / f"{name.lower()}.py").write_text(text, encoding="utf-8")
    stories = json.loads(json.dumps(STORIES))
    fault.stories(stories)
    tests = folder / "tests"
    (tests / f"{name}_stories").mkdir(parents=True)
    for story, told in stories.items():
        (tests / f"{name}_stories" / f"{story}.json").write_text(json.dumps(told), encoding="utf-8")
    (tests / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    lines = LINES.format(module=name.lower(), name=name, stories=f"{name}_stories")
    (tests / f"test_{name.lower()}.py").write_text(lines, encoding="utf-8")


def pytest_in(folder: Path, *arguments: str) -> tuple[int, dict[tuple[str, str], str | None]]:
    """How pytest ends in a package, and of each test class and test what was wrong; None where nothing was."""
    path = os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH")]))
    environment = {**os.environ, "PYTHONPATH": path}
    for name in [name for name in environment if name.startswith("PYTEST_")]:
        del environment[name]  # of the test run that this is a part of
    ended = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "--junitxml",
            "report.xml",
            "--continue-on-collection-errors",
            *arguments,
        ],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=LIMIT,
    )
    assert (folder / "report.xml").exists(), ended.stdout + ended.stderr
    told: dict[tuple[str, str], str | None] = {}
    for case in ElementTree.parse(folder / "report.xml").iter("testcase"):
        test = (case.get("classname", "").rpartition(".")[2], case.get("name", "").partition("[")[0])
        wrong = [f"{each.get('message')}\n{each.text}" for each in case if each.tag in ("failure", "error")]
        told[test] = "\n".join([told.get(test) or "", *wrong]) if wrong else told.get(test)
    return ended.returncode, told


def names_of_the_suite() -> set[str]:
    return {name for name in dir(ProviderSuite) if name.startswith("test_")}


# Nothing is wrong with a provider that asks with a query and headers of the request's own, and has ids of one form.
IN_ANOTHER_WAY = Fault(
    {},
    code=method(
        "@classmethod\n"
        "def why_refused(cls, id):\n"
        "    import re\n"
        "    return None if re.fullmatch(r'ln-[0-9]{1,4}', id, re.ASCII) else 'its ids are ln- and a number'\n"
        "\n"
        "async def get(self, path, **more):\n"
        "    return await super().get(f'{path}?fields=*lines&of=ln', **more)"
    ),
    stories=lambda stories: [
        story["request"].update(path=f"{story['request']['path']}?fields=*lines&of=ln") for story in stories.values()
    ],
)


def test_a_package_passes_with_a_folder_of_stories_and_a_few_lines(tmp_path: Path) -> None:
    package(tmp_path, "Whole", Fault({}))
    package(tmp_path, "InAnotherWay", IN_ANOTHER_WAY)
    # As somebody runs it who takes every warning for an error.
    ended, told = pytest_in(tmp_path, "-W", "error")
    assert (ended, {test: wrong for test, wrong in told.items() if wrong}) == (0, {})
    classes = ("TestWhole", "TestInAnotherWay")
    assert set(told) == {(suite, test) for suite in classes for test in names_of_the_suite()}


def test_every_test_of_the_suite_turns_red_for_some_fault() -> None:
    assert {test for fault in FAULTS.values() for test in fault.red} == names_of_the_suite()


def test_a_fault_is_told_by_the_tests_that_are_for_it(tmp_path: Path) -> None:
    for name, fault in FAULTS.items():
        package(tmp_path, name, fault)
    nodes = [
        f"tests/test_{name.lower()}.py::Test{name}::{test}" for name, fault in FAULTS.items() for test in fault.red
    ]
    _, told = pytest_in(tmp_path, *nodes)
    unsaid = {
        (name, test): told.get((f"Test{name}", test), "not run")
        for name, fault in FAULTS.items()
        for test, said in fault.red.items()
        if said not in (told.get((f"Test{name}", test)) or "green")
    }
    assert not unsaid, "\n\n".join(f"{key}: {str(value)[:2_000]}" for key, value in unsaid.items())
    green = [key for key, value in told.items() if value is None]
    assert not green


# An answer as a customer would get it, if the rules of the server were not kept.
KEPT_BACK = {
    "what the rules keep back": ({"created_by": "Mq1zx"}, "reaches the customer, from whom the rules keep back"),
    "a provider's own word": ({"provider_status": "Mq1zx"}, "is told to a customer, and is the provider's own word"),
}


@pytest.mark.parametrize("case", KEPT_BACK)
def test_what_an_audience_may_not_see_is_noticed(case: str) -> None:
    shown, said = KEPT_BACK[case]
    summary = "It says “Mq1zx”."
    blocks = [types.TextContent(text=text) for text in (summary, json.dumps(shown, separators=(",", ":")))]
    result = types.CallToolResult(content=blocks, structured_content={"summary": summary, **shown})
    with pytest.raises(AssertionError, match=re.escape(said)):
        Audiences().keeps_back(dict.fromkeys(reversed(Audience), result), "Mq1zx", "it")


def test_what_is_no_suite_is_one_sentence(tmp_path: Path) -> None:
    for name, fault in REFUSED.items():
        package(tmp_path, name, fault)
    _, told = pytest_in(tmp_path)
    said = "\n".join(value or "" for value in told.values())
    for name, fault in REFUSED.items():
        assert fault.red[""] in said, f"{name}: {said}"
    assert len(told) == len(REFUSED), "no test is run"
