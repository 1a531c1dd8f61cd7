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

from order_mcp.models import WarningCode
from order_mcp.providers.fleet import CLIENT_STATUS
from order_mcp.sandbox.app import create_sandbox
from order_mcp.sandbox.serving import running

from .conftest import connected, error_of, found, sentence_of
from .stories import DeskStory, Story, desk_stories, stories
from .test_desk_stories import A_RAW_WORD, NOT_FOR_CUSTOMERS

PROVIDERS = ("fleet", "flexportal", "polinate", "senmo")
# Ids that misbehave on purpose are slow, and what they answer is an error that other tests read.
WELL_BEHAVED = [
    (each.provider, each.tool, each.id)
    for each in create_sandbox().known()
    if each.id not in {row for emulator in create_sandbox().emulators.values() for row in emulator.misbehaving}
]
ENDED = {"returned", "canceled", "rejected", "failed", "archived"}
TOLD: list[Story | DeskStory] = [*desk_stories(), *(story for name in PROVIDERS for story in stories(name))]


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
            if audience == "customer":
                reads_like_a_brand(said, id)
            if result.is_error:
                assert error_of(result)["code"] in ("forbidden", "not_found"), id
                continue
            shown = found(result)
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


def reads_like_a_brand(said: str, id: str) -> None:
    ours = re.sub(r"“[^”]*”", "", said.replace("Sandbox data, not a real order.", "")).replace(id, "")
    ours = ours.replace("ord_fulfilled", "")  # the order that is extended
    assert not NOT_FOR_CUSTOMERS.search(ours), said
    assert not A_RAW_WORD.search(re.sub(r"\b[A-Z0-9]{10,}\b", "", ours)), said  # but for tracking numbers


def codes(shown: dict[str, Any]) -> set[str]:
    return {warning["code"] for warning in shown.get("warnings", [])}


@pytest.mark.parametrize("code", get_args(WarningCode))
def test_every_warning_is_told_in_a_story_behind_the_first_sentence(code: str) -> None:
    def warnings(story: Story | DeskStory) -> list[Any]:
        listed = story.expect_warnings if isinstance(story, DeskStory) else (story.expect or {}).get("warnings")
        return [each for each in listed or [] if each["code"] == code]

    telling = [story for story in TOLD if warnings(story)]
    assert telling
    for story in telling:
        assert all(each["message"] in story.says for each in warnings(story)) or "More is in doubt" in story.says
    assert any(story.to_customer for story in telling)


# Both of a pair must not be said of one order: a doubt, and the plain statement that it makes doubtful.
PAIRS = {
    "delivery_mismatch": r"has been (shipped|delivered)|expected \d|Delivered \d",
    "phase_status_conflict": r"is (a draft|pending)\b|expected \d|Delivered \d|Shipped \d",
    "phase_missing": r"expected \d|Delivered \d|Shipped \d",
    "fulfillment_mismatch": r"is (active|confirmed|partially fulfilled)|has been canceled|All devices have",
    "count_mismatch": r"holds \d|^\d of \d",
    "tenant_mismatch": r"Your order",
    "provider_not_asked": r"Your order",
}


@pytest.mark.parametrize("code", PAIRS)
def test_nothing_in_doubt_is_stated_plainly_elsewhere(code: str) -> None:
    for story in TOLD:
        listed = story.expect_warnings if isinstance(story, DeskStory) else (story.expect or {}).get("warnings")
        if any(each["code"] == code for each in listed or []):
            for said in (story.says, story.to_customer or ""):
                assert not re.search(PAIRS[code], said), (story.name, said)


async def test_no_count_is_no_disagreement() -> None:
    async with reading("agent") as client:
        shown = found(await client.call_tool("get_order", {"order_id": "1021", "provider": "fleet"}))
    assert "warnings" not in shown and "item_count" not in shown


def test_no_number_on_paper_leads_to_an_id_when_its_digits_are_cut_out() -> None:
    orders = [each for emulator in create_sandbox().emulators.values() for each in emulator.resources[0].entries]
    ids = {entry.id for entry in orders}
    for entry in orders:
        printed = entry.body.get("data", entry.body) if isinstance(entry.body, dict) else {}
        for key in ("order_number", "contract_number", "internalReference"):
            number = str(printed.get(key) or "")
            runs = {*re.findall(r"\d+", number), re.sub(r"\D", "", number)}
            assert not {run.lstrip("0") for run in runs} & ids, number
            assert entry.id not in number


def test_every_word_of_fleet_and_every_status_has_a_story_for_customers() -> None:
    told = [story for story in TOLD if isinstance(story, Story) and story.to_customer and story.expect]
    shown = [story.expect or {} for story in told]
    assert set(CLIENT_STATUS) <= {each.get("provider_status") for each in shown}
    statuses = {each.get("status") for each in shown}
    assert len(statuses - {None}) == 14


def test_what_asks_the_customer_to_act_says_so_to_the_customer() -> None:
    for word, (_, must_act, note) in CLIENT_STATUS.items():
        assert not must_act or (note and note.customer), word
