"""Nothing has to be taken back: every doubt is said, first, and nothing that contradicts it is said beside it.

Swept over everything that the sandbox knows, at every level of detail and for every audience.
"""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Any, get_args

import pytest
from mcp.client import Client

from order_mcp.models import OrderStatus, WarningCode
from order_mcp.providers.fleet import CLIENT_STATUS
from order_mcp.sandbox.app import create_sandbox
from order_mcp.sandbox.serving import running
from order_mcp.testing.customers import A_RAW_WORD
from order_mcp.testing.stub import Reply, serving

from .conftest import CREDENTIALS, connected, environment, error_of, found, sentence_of
from .stories import DeskStory, Story, desk_stories, stories
from .test_desk_stories import NOT_FOR_CUSTOMERS

SANDBOX = create_sandbox()
# Ids that misbehave on purpose are slow, and what they answer is an error that other tests read.
MISBEHAVING = {id for emulator in SANDBOX.emulators.values() for id in emulator.misbehaving}
WELL_BEHAVED = [(each.provider, each.tool, each.id) for each in SANDBOX.known() if each.id not in MISBEHAVING]
ENDED = {"returned", "canceled", "rejected", "failed", "archived"}
TOLD: list[Story | DeskStory] = [*desk_stories(), *(story for name in CREDENTIALS for story in stories(name))]


@asynccontextmanager
async def reading(audience: str) -> AsyncIterator[Client]:
    """A client of the sandbox that reads as this audience."""
    with running() as box:
        async with connected({**box.environment, "ORDER_MCP_AUDIENCE": audience}) as client:
            yield client


def day(moment: str) -> str:
    when = date.fromisoformat(moment[:10])
    return f"{when.day} {when:%B %Y}"


@pytest.mark.parametrize("detail", ["summary", "standard", "full"])
@pytest.mark.parametrize("audience", ["customer", "agent", "internal"])
async def test_every_answer_of_the_sandbox_can_be_stood_by(audience: str, detail: str) -> None:
    async with reading(audience) as client:
        for provider, tool, id in WELL_BEHAVED:
            given = {tool.replace("get_", "") + "_id": id, "provider": provider, "detail": detail}
            result = await client.call_tool(tool, given)
            said = sentence_of(result)
            if result.is_error:
                assert error_of(result)["code"] in ("forbidden", "not_found"), id
                assert audience != "customer" or not NOT_FOR_CUSTOMERS.search(said)
                continue
            shown = found(result)
            if audience == "customer":
                reads_like_a_brand(said, shown)
            says_every_doubt(shown, said)
            says_dates_that_agree(shown, said)
            says_what_it_is(shown, said)
            assert len(said) <= 600 and (detail != "summary" or len(said.split()) <= 80)


def says_every_doubt(shown: dict[str, Any], said: str) -> None:
    sentences = [warning["message"] for warning in shown.get("warnings", [])]
    assert all(sentence in said for sentence in sentences), said
    assert said.count("the two disagree") <= 2
    for sentence in re.split(r"(?<=\.) ", said):
        assert said.count(sentence) == 1 or sentence.startswith("Sandbox"), (sentence, said)


def says_dates_that_agree(shown: dict[str, Any], said: str) -> None:
    fulfillment = shown.get("fulfillment", {})
    delivered = fulfillment.get("delivered_at")
    assert not re.search(r"\d{4}-\d\d-\d\d", said.replace(shown["id"], ""))
    if delivered:
        assert day(delivered) in said
    if delivered or shown.get("status") in ENDED:
        assert "xpected" not in said
    if shown.get("status") in ENDED:
        assert not {"expected_at", "progress"} & set(fulfillment)
        assert "without one" not in said and "have a subscription" not in said
    if codes(shown) & {"phase_missing", "phase_status_conflict"}:
        assert not re.search(r"Delivered \d|expected \d|It is expected", said)


def says_what_it_is(shown: dict[str, Any], said: str) -> None:
    first = re.sub(r"^Sandbox data, not a real order\. ", "", said).split(". ")[0]
    kind = shown.get("related", {}).get("kind")
    assert (" extends order " in first) == (kind == "extension")
    assert (" replaces a " in first) == (kind == "upgrade")
    tracking = shown.get("fulfillment", {}).get("tracking_number")
    assert tracking is None or tracking in said
    if shown.get("status") == "shipped" and not tracking:
        assert "No tracking number is given." in said
    if shown.get("provider_status") == "fulfilled":
        assert "delivery is not stated" in said or "whether everything has been delivered" in said
    if shown.get("order_number"):
        assert shown["order_number"] in first and shown["id"] in first


def reads_like_a_brand(said: str, shown: dict[str, Any]) -> None:
    """Without what the customer knows and what it is called: their own numbers and devices."""
    lines = [line.get("title", "") for line in shown.get("line_items", [])]
    related = shown.get("related", {})
    known = [shown["id"], shown.get("order_number"), related.get("order_id"), related.get("previous_device"), *lines]
    known += [shown.get("fulfillment", {}).get("tracking_number"), shown.get("currency")]
    for text in sorted(filter(None, known), key=len, reverse=True):
        said = said.replace(text, "")
    if "line_items" not in shown:
        said = re.sub(r"“[^”]*”", "", said)  # the devices, at a level that does not list them
    assert not NOT_FOR_CUSTOMERS.search(said), said
    assert not A_RAW_WORD.search(said), said
    word = shown.get("provider_status", "none")
    assert f"“{word}”" not in said and word not in said.replace(shown.get("status", ""), "").split()


def codes(shown: dict[str, Any]) -> set[str]:
    return {warning["code"] for warning in shown.get("warnings", [])}


UNREADABLE = ("unreadable_amount", "unreadable_date", "unreadable_currency", "dropped_value")
"""Of these something is missing, and what is shown is not in doubt: they are said last."""


def listed(story: Story | DeskStory) -> list[Any]:
    """The warnings of a story."""
    return (story.expect_warnings if isinstance(story, DeskStory) else (story.expect or {}).get("warnings")) or []


@pytest.mark.parametrize("code", get_args(WarningCode))
def test_every_warning_is_told_in_a_story_behind_the_first_sentence(code: str) -> None:
    def warnings(story: Story | DeskStory) -> list[Any]:
        return [each for each in listed(story) if each["code"] == code]

    telling = [story for story in TOLD if warnings(story)]
    assert any(story.to_customer for story in telling)
    for story in telling:
        rest = story.says.partition(". ")[2]
        doubts = [each for each in listed(story) if each["code"] not in UNREADABLE]
        for each in warnings(story):
            assert each["message"] in rest
            if each in doubts:
                before = rest.partition(each["message"])[0]
                assert not re.sub("|".join(re.escape(doubt["message"]) for doubt in doubts), "", before).strip(), before


# Both of a pair must not be said of one order: a doubt, and the plain statement that it makes doubtful.
PAIRS = {
    "delivery_mismatch": r"has been (shipped|delivered)|[Ee]xpected (on )?\d|Delivered \d",
    "phase_status_conflict": r"is (a draft|pending)\b|[Ee]xpected (on )?\d|Delivered \d|Shipped \d|[Tt]he day of",
    "phase_missing": r"[Ee]xpected (on )?\d|Delivered \d|Shipped \d|[Tt]he day of",
    "fulfillment_mismatch": r"is (active|confirmed|partially fulfilled)|has been canceled|All devices have|without one",
    "count_mismatch": r"holds \d|\d of \d+ devices? ha|devices?, not listed|is for \d|\d × ",
    "tenant_mismatch": r"Your order",
    "provider_not_asked": r"Your order",
}


@pytest.mark.parametrize("code", PAIRS)
def test_nothing_in_doubt_is_stated_plainly_elsewhere(code: str) -> None:
    for story in TOLD:
        if any(each["code"] == code for each in listed(story)):
            for said in (story.says, story.to_customer or ""):
                assert not re.search(PAIRS[code], said), (story.name, said)


async def test_no_count_is_no_disagreement() -> None:
    async with reading("agent") as client:
        shown = found(await client.call_tool("get_order", {"order_id": "1021", "provider": "fleet"}))
    assert "warnings" not in shown and "item_count" not in shown


def test_no_number_on_paper_leads_to_an_id_when_its_digits_are_cut_out() -> None:
    orders = [each for emulator in SANDBOX.emulators.values() for each in emulator.resources[0].entries]
    ids = {id for _, _, id in WELL_BEHAVED if len(id) > 3} | MISBEHAVING
    for entry in orders:
        printed = entry.body.get("data", entry.body) if isinstance(entry.body, dict) else {}
        for key in ("order_number", "contract_number", "internalReference"):
            number = str(printed.get(key) or "")
            for text in (number, re.sub(r"\D", "", number)):
                assert not [id for id in ids if id in text], number


def test_every_word_of_fleet_and_every_status_has_a_story_for_customers() -> None:
    told = [story for story in TOLD if isinstance(story, Story) and story.to_customer and story.expect]
    shown = [story.expect or {} for story in told]
    assert set(CLIENT_STATUS) <= {each.get("provider_status") for each in shown}
    statuses = {each.get("status") for each in shown}
    assert statuses - {None} == set(OrderStatus)


def test_what_asks_the_customer_to_act_says_so_to_the_customer() -> None:
    for word, (_, must_act, note) in CLIENT_STATUS.items():
        assert not must_act or (note and note.told.customer), word


@pytest.mark.parametrize(
    ("audience", "more"), [("agent", "More is in doubt: see warnings."), ("customer", "More about it is uncertain.")]
)
async def test_a_doubt_that_has_no_room_is_not_dropped_without_a_word(audience: str, more: str) -> None:
    doubts = ("tenantId", "bu_other"), ("status", "word " * 6), ("payment", {"status": "odd"}), ("orderType", "upgrade")
    item = {"sku": "S", "quantity": 1, "rentalIds": ["a", "b"], "rentalStatus": "odd"}
    body = {
        **dict(doubts),
        "orderId": "ord_w1",
        "items": [item],
        "totals": {"totalDevices": 3},
        "rentalProgress": {"totalDevices": 4, "rentedDevices": 5},
        "upgradeDetails": {"previousDevice": "one two three four five six"},
    }
    with serving() as stub:
        stub.reply = Reply(json=body)
        async with connected(
            environment(stub.origin, "flexportal", ORDER_MCP_AUDIENCE=audience), sandbox=True
        ) as client:
            result = await client.call_tool("get_order", {"order_id": "ord_w1", "detail": "summary"})
    shown = found(result)
    said = [warning["message"] in shown["summary"] for warning in shown["warnings"]]
    assert shown["summary"].count(more) == 1 and len(shown["summary"].split()) <= 80
    assert said == sorted(said, reverse=True) and any(said) and not all(said)
