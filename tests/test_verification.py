"""Customers are verified: who is wrong learns nothing, neither from the words nor from the time, and cannot try on."""

import json
import statistics
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import anyio
import mcp_types as types
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from mcp import MCPError
from mcp.client import Client

from order_mcp.answer.verify import passes
from order_mcp.commands.cli import main
from order_mcp.commands.oversight import oversight_of
from order_mcp.comparing import Proof, email_form, is_postal_code, postal_code_form
from order_mcp.config import read_config
from order_mcp.hosting import attempts
from order_mcp.models import Address, Customer, Order
from order_mcp.protocol.server import build_server
from order_mcp.testing.stub import Asked, Reply, Stub

from .conftest import environment, error_of, found, sentence_of

ADA = {
    "orderId": "ord_ada",
    "status": "processing",
    "customer": {"customerId": "cus_1", "email": "Ada.B@Example.com", "firstName": "Ada", "lastName": "Byron"},
    "shippingAddress": {"postalCode": "EC1A 1BB", "city": "London"},
    "billingAddress": {"postalCode": "75008", "city": "Paris"},
    "customFields": {"shopNumber": "FL-24-00391"},
}
BARE = {"orderId": "ord_bare", "status": "processing"}
POLINATE = {"id": "42", "status": "RECEIVED", "deliveryAddress": "12 Foundry Lane, Leeds LS1 4AB, 10115"}


def shop(asked: Asked) -> Reply:
    """FlexPortal and Polinate in one: orders by id, and FlexPortal's by a custom field."""
    parts = urlsplit(asked.path)
    id = parts.path.rsplit("/", 1)[-1]
    if parts.path.startswith("/api"):
        known = POLINATE if id == POLINATE["id"] else None
        return Reply(json=known) if known else Reply(404, json={"errorCode": "NOT_FOUND", "message": "no"})
    if parts.path.endswith("/orders"):
        number = parse_qs(parts.query).get("customField_shopNumber", [""])[0]
        orders = [ADA] if number == "FL-24-00391" else []
        return Reply(json={"orders": orders, "count": len(orders), "hasMore": False})
    known = {"ord_ada": ADA, "ord_bare": BARE}.get(id)
    return Reply(json=known) if known else Reply(404, json={"error": {"code": "NOT_FOUND", "message": "no"}})


@pytest.fixture
def box(stub: Stub) -> Stub:
    stub.reply = shop
    return stub


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers leave in small steps here; one test has the real ones."""
    monkeypatch.setattr("order_mcp.verifier.PACE_SECONDS", 0.001)


def variables(stub: Stub, **more: str) -> dict[str, str]:
    return environment(stub.origin, FLEXPORTAL_NUMBER_FIELD="shopNumber", ORDER_MCP_VERIFY="1") | more


@asynccontextmanager
async def verified(stub: Stub, **more: str) -> AsyncIterator[Client]:
    config = read_config(variables(stub, **more))
    async with Client(build_server(config, oversight_of(config))) as client:
        yield client


async def ask(client: Client, order_id: str, **proof: Any) -> types.CallToolResult:
    result = await client.call_tool("get_order", {"order_id": order_id, **proof})
    assert isinstance(result, types.CallToolResult)
    return result


# Who gets an order --------------------------------------------------------------------------------------------------

RIGHT: dict[str, tuple[str, dict[str, Any]]] = {
    "e-mail address": ("ord_ada", {"email": "Ada.B@Example.com"}),
    "in another case": ("ord_ada", {"email": "ADA.b@example.COM"}),
    "with spaces around it": ("ord_ada", {"email": "  ada.b@example.com "}),
    "postal code of delivery": ("ord_ada", {"postal_code": "EC1A 1BB"}),
    "without its space": ("ord_ada", {"postal_code": "ec1a1bb"}),
    "with punctuation": ("ord_ada", {"postal_code": "EC1A-1BB"}),
    "postal code of the invoice": ("ord_ada", {"postal_code": "75008"}),
    "as a number": ("ord_ada", {"postal_code": 75008}),
    "both": ("ord_ada", {"email": "ada.b@example.com", "postal_code": "75008"}),
    "the other one blank": ("ord_ada", {"email": "", "postal_code": "75008"}),
    "the other one unknown": ("ord_ada", {"email": "unknown", "postal_code": "75008"}),
    "the other one null": ("ord_ada", {"email": None, "postal_code": "75008"}),
    "the other one a placeholder": ("ord_ada", {"email": "{{customer.email}}", "postal_code": "75008"}),
    "by number": ("FL-24-00391", {"postal_code": "75008"}),
    "by number with a sign": ("#fl-24-00391", {"postal_code": "75008"}),
    "two words of an address": ("42", {"postal_code": "LS1 4AB"}),
    "one word of an address": ("42", {"postal_code": "10115"}),
    "an address that is no help there": ("42", {"email": "ada.b@example.com", "postal_code": "10115"}),
}


@pytest.mark.parametrize(("order_id", "proof"), RIGHT.values(), ids=RIGHT)
async def test_the_right_answer_shows_the_order_as_to_a_customer(
    box: Stub, order_id: str, proof: dict[str, Any]
) -> None:
    box.reply = _folding
    async with verified(box) as client:
        answer = found(await ask(client, order_id, **proof))
    assert answer["id"] in ("ord_ada", "42")
    assert "Ada.B" not in json.dumps(answer) and "FlexPortal" not in answer["summary"]


def _folding(asked: Asked) -> Reply:
    """The same shop, with a filter that does not tell capital letters from small ones."""
    return shop(Asked(asked.method, asked.path.replace("fl-24", "FL-24"), asked.headers, asked.body))


WRONG: dict[str, tuple[str, dict[str, Any]]] = {
    "another address": ("ord_ada", {"email": "eve@example.com"}),
    "the same without its dot": ("ord_ada", {"email": "adab@example.com"}),
    "at a domain that reads alike": ("ord_ada", {"email": "ada.b@exam.ple.com"}),
    "another postal code": ("ord_ada", {"postal_code": "75009"}),
    "half of one": ("ord_ada", {"postal_code": "EC1A"}),
    "one right, one wrong": ("ord_ada", {"email": "ada.b@example.com", "postal_code": "75009"}),
    "one wrong, one right": ("ord_ada", {"email": "eve@example.com", "postal_code": "75008"}),
    "no such order": ("ord_none", {"email": "ada.b@example.com"}),
    "no such number": ("FL-24-00392", {"postal_code": "75008"}),
    "number of somebody else": ("FL-24-00391", {"postal_code": "75009"}),
    "nothing to compare with": ("ord_bare", {"email": "ada.b@example.com"}),
    "only what it does not know": ("42", {"email": "ada.b@example.com"}),
    "words that are no neighbours": ("42", {"postal_code": "LS1 10115"}),
    "a part of a word": ("42", {"postal_code": "1011"}),
    "a word of the address without a digit": ("42", {"postal_code": "Lane4"}),
    "what no order has": ("a b c 1", {"postal_code": "75008"}),
}


async def test_whoever_is_wrong_gets_the_same_bytes(box: Stub) -> None:
    answers = set()
    for order_id, proof in WRONG.values():
        async with verified(box) as client:  # each with a count of its own
            result = await ask(client, order_id, **proof)
        assert error_of(result)["code"] == "not_found", (order_id, proof)
        answers.add(result.model_dump_json())
    assert len(answers) == 1
    assert sentence_of(result).startswith("No order matches these details.")


async def test_as_much_is_asked_whether_there_is_such_an_order_or_not(box: Stub) -> None:
    requests = []
    for order_id in ("FL-24-00391", "FL-24-00392"):
        box.asked.clear()
        async with verified(box) as client:
            await ask(client, order_id, postal_code="11111")
        requests.append(len(box.asked))
    assert requests[0] == requests[1] > 1


INVALID: dict[str, dict[str, Any]] = {
    "nothing": {},
    "blank": {"email": " ", "postal_code": ""},
    "placeholders": {"email": "${customer.email}", "postal_code": "<postal code>"},
    "what agents write for nothing": {"email": "unknown", "postal_code": "N/A"},
    "no address": {"email": "ada"},
    "a short code": {"postal_code": "123"},
    "a town": {"postal_code": "York"},
    "spaces and three digits": {"postal_code": "1 2 3 - -"},
    "a long code": {"postal_code": "1" * 21},
    "a list": {"postal_code": ["75008"]},
    "a truth": {"postal_code": True},
    "a fraction": {"postal_code": 75008.5},
}


@pytest.mark.parametrize("proof", INVALID.values(), ids=INVALID)
async def test_what_says_too_little_is_refused_before_anything_is_looked_up(box: Stub, proof: dict[str, Any]) -> None:
    async with verified(box) as client:
        error = error_of(result := await ask(client, "ord_ada", **proof))
    assert (error["code"], error["next_step"]) == ("invalid_input", "fix_arguments")
    assert sentence_of(result).endswith(("one of them.", "name@example.com.", "the whole of it."))
    assert box.asked == []


# What is offered -----------------------------------------------------------------------------------------------------


async def test_one_tool_is_left_with_two_more_arguments_and_two_providers(box: Stub) -> None:
    async with verified(box) as client:
        [tool] = (await client.list_tools()).tools
        assert (await client.list_resource_templates()).resource_templates == []
        assert (await client.list_prompts()).prompts == []
    assert tool.name == "get_order"
    properties = tool.input_schema["properties"]
    assert list(properties)[-2:] == ["email", "postal_code"] and tool.input_schema["required"] == ["order_id"]
    assert properties["provider"]["enum"] == ["auto", "flexportal", "polinate"]
    assert "address" not in json.dumps(tool.output_schema["properties"]["customer"])
    assert "email" in (tool.description or "") and "find_orders" not in (tool.description or "")


@pytest.mark.parametrize("name", ["get_cart", "find_orders"])
async def test_the_others_are_no_way_around_it(box: Stub, name: str) -> None:
    async with verified(box) as client:
        with pytest.raises(MCPError) as refused:
            await client.call_tool(name, {"cart_id": "1", "email": "ada.b@example.com"})
    assert refused.value.error.code == types.INVALID_PARAMS
    assert box.asked == []


async def test_neither_is_an_attachment_or_the_prompt(box: Stub) -> None:
    async with verified(box) as client:
        with pytest.raises(MCPError):
            await client.read_resource("order://flexportal/ord_ada")
        with pytest.raises(MCPError):
            await client.get_prompt("order_status_reply", {"order_id": "ord_ada"})
    assert box.asked == []


@pytest.mark.parametrize("provider", ["fleet", "senmo"])
async def test_a_provider_that_knows_nothing_of_its_customers_is_not_asked(box: Stub, provider: str) -> None:
    async with verified(box) as client:
        error = error_of(await ask(client, "12", email="ada.b@example.com", provider=provider))
    assert error["code"] == "invalid_input"
    assert box.asked == []


def test_the_terminal_is_no_way_around_it_either(
    box: Stub, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in variables(box).items():
        monkeypatch.setenv(name, value)
    assert main(["get-order", "ord_ada"]) == 2
    assert main(["get-order", "ord_ada", "--postal-code", "75009"]) == 1
    assert main(["get-order", "ord_ada", "--postal-code", "75008"]) == 0
    assert "ord_ada" in capsys.readouterr().out
    assert main(["get-cart", "12"]) == main(["find", "--number", "FL-24-00391"]) == 3
    main(["doctor"])
    assert "Fleet and Senmo cannot be asked in this mode" in capsys.readouterr().out


async def test_an_audience_that_sees_more_is_narrowed(box: Stub) -> None:
    async with verified(box, ORDER_MCP_AUDIENCE="internal") as client:
        answer = found(await ask(client, "ord_ada", postal_code="75008", detail="full"))
    assert answer["customer"]["name"] == "Ada B." and answer["customer"]["email"] == "A***@Example.com"


async def test_without_a_count_nothing_is_shown(box: Stub) -> None:
    async with Client(build_server(read_config(variables(box)))) as client:
        assert error_of(await ask(client, "ord_ada", postal_code="75008"))["code"] == "internal"
    assert box.asked == []


LOOSE = {"ORD_ADA": ADA, "BROKEN": {"orderId": "broken", "status": ["x"], "customer": 7}}


@pytest.mark.parametrize("order_id", LOOSE)
async def test_an_order_that_answers_with_another_id_or_cannot_be_read_is_none(box: Stub, order_id: str) -> None:
    def reply(asked: Asked) -> Reply:
        id = asked.path.rsplit("/", 1)[-1]
        return Reply(json=LOOSE[id]) if id in LOOSE and asked.path.startswith("/v1") else shop(asked)

    box.reply = reply
    async with verified(box) as client:
        absent = (await ask(client, "ord_none", postal_code="75009")).model_dump_json()
        for _ in range(5):
            assert (await ask(client, order_id, postal_code="75009")).model_dump_json() == absent
        assert error_of(await ask(client, order_id, postal_code="75008"))["next_step"] == "ask_human"


async def test_a_connection_does_not_tell_what_was_found_on_it(box: Stub) -> None:
    """One that was kept after an order, and not after a refusal, would save the next question a handshake."""
    seen: list[str] = []
    box.reply = lambda asked: (seen.append(asked.port), shop(asked))[1]
    async with verified(box) as client:
        for order_id in ("ord_ada", "ord_none", "ord_ada", "FL-24-00391"):
            await ask(client, order_id, postal_code="75009")
    assert len(seen) == len(set(seen)) > 8


async def test_nobody_joins_the_look_up_of_another(box: Stub) -> None:
    def slow(asked: Asked) -> Reply:
        time.sleep(0.05)
        return shop(asked)

    box.reply = slow
    requests = []
    for ids in (["FL-1", "FL-2"], ["FL-1"], ["FL-2"]):
        box.asked.clear()
        async with verified(box) as client, anyio.create_task_group() as group:
            for id in ids:
                group.start_soon(ask_only, client, id)
        requests.append(len(box.asked))
    assert requests[0] == requests[1] + requests[2]


async def ask_only(client: Client, order_id: str) -> None:
    await ask(client, order_id, postal_code="75009")


@pytest.mark.parametrize("text", ["a" + "\u0301\u0316" * 200_000, "a1b2 " * 1_000_000], ids=["accents", "words"])
async def test_no_address_takes_long_to_compare(box: Stub, text: str) -> None:
    odd = POLINATE | {"deliveryAddress": text}
    person = ADA | {"customer": {"email": text[:100_000]}, "shippingAddress": {"postalCode": text[:100_000]}}

    def reply(asked: Asked) -> Reply:
        if asked.path.endswith("/42"):
            return Reply(json=odd if asked.path.startswith("/api") else person | {"orderId": "42"})
        return shop(asked)

    box.reply = reply
    async with verified(box) as client:
        began = time.monotonic()
        await ask(client, "42", postal_code="75009", email="ada@example.com")
        assert time.monotonic() - began < 1.0


@pytest.mark.parametrize("word", ["level1", "Unit 5", "Floor 2", "1st flr", "Street 7"])
def test_a_word_of_an_address_that_anybody_could_guess_opens_nothing(word: str) -> None:
    address = "Acme Pty, Unit 5 Level1, 200 George Street 7, Floor 2, 1st flr, Sydney NSW 2000"
    there = order(shipping_address=Address(formatted=address))
    assert not passes(there, Proof(postal_code=postal_code_form(word)))
    assert passes(there, Proof(postal_code="2000")) and passes(there, Proof(postal_code="nsw2000"))


async def test_where_not_all_could_be_asked_nothing_is_shown_and_nothing_learned(box: Stub) -> None:
    box.reply = lambda asked: Reply(500) if asked.path.startswith("/api") else shop(asked)
    answers = set()
    async with verified(box) as client:
        for _ in range(7):  # nothing is counted, for the order or for the caller
            for order_id, code in (
                ("ord_ada", "75008"),
                ("ord_ada", "75009"),
                ("ord_none", "75008"),
                ("ord_bare", "1a2b"),
            ):
                answers.add((await ask(client, order_id, postal_code=code)).model_dump_json())
        box.reply = shop
        assert found(await ask(client, "ord_ada", postal_code="75008"))
    [answer] = answers
    assert "upstream_error" in answer


async def test_an_account_that_is_half_set_up_takes_no_order_away(box: Stub) -> None:
    given = {name: value for name, value in variables(box).items() if name != "POLINATE_BUSINESS_ID"}
    config = read_config(given)
    async with Client(build_server(config, oversight_of(config))) as client:
        assert found(await ask(client, "ord_ada", postal_code="75008"))
        assert error_of(await ask(client, "ord_ada", postal_code="75009"))["code"] == "not_found"
        assert error_of(await ask(client, "42", postal_code="10115", provider="polinate"))["code"] == "not_configured"


async def test_several_that_pass_are_not_found_and_not_wrong(
    box: Stub, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "accounts.toml"
    own = {name: value for name, value in variables(box).items() if name.startswith("FLEXPORTAL_")}
    file.write_text("[accounts.twin]\nprovider = 'flexportal'\n" + "".join(f"{k} = '{v}'\n" for k, v in own.items()))
    async with verified(box, ORDER_MCP_ACCOUNTS_FILE=str(file)) as client:
        for _ in range(7):
            assert error_of(await ask(client, "ord_ada", postal_code="75008"))["code"] == "not_found"
        assert found(await ask(client, "ord_ada", postal_code="75008", provider="twin"))
    assert "flexportal and twin" in caplog.text


# How often -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order_id", ["ord_ada", "ord_none", "ord_bare", "FL-24-00391"])
async def test_five_wrong_answers_close_an_order_whether_it_exists_or_not(box: Stub, order_id: str) -> None:
    async with verified(box) as client:
        codes = [error_of(await ask(client, order_id, postal_code=f"1000{n}"))["code"] for n in range(7)]
        assert codes == ["not_found"] * 5 + ["rate_limited"] * 2
        asked = len(box.asked)
        closed = await ask(client, order_id, postal_code="75008")
        assert error_of(closed) == {"code": "rate_limited", "retryable": False, "next_step": "ask_human"}
        assert "colleague" in sentence_of(closed)
        assert len(box.asked) == asked
        # Other ways of writing it are no other orders, and other orders are open.
        assert error_of(await ask(client, f" #{order_id.upper()} ", postal_code="75008"))["code"] == "rate_limited"
        assert error_of(await ask(client, "ord_other", postal_code="75008"))["code"] == "not_found"


async def test_thirty_wrong_answers_close_a_caller(box: Stub) -> None:
    async with verified(box) as client:
        for n in range(30):
            assert error_of(await ask(client, f"ord_{n}", postal_code="75008"))["code"] == "not_found"
        assert error_of(await ask(client, "ord_ada", postal_code="75008"))["next_step"] == "ask_human"


async def test_right_answers_are_not_counted(box: Stub) -> None:
    async with verified(box) as client:
        for _ in range(40):
            assert found(await ask(client, "ord_ada", postal_code="75008"))


async def test_at_the_same_moment_nobody_has_more_attempts_than_one_after_another(box: Stub) -> None:
    def slow(asked: Asked) -> Reply:
        time.sleep(0.02)
        return shop(asked)

    box.reply = slow
    codes: list[str] = []

    async def try_one(client: Client, order_id: str, code: str) -> None:
        codes.append(error_of(await ask(client, order_id, postal_code=code))["code"])

    async with verified(box) as client, anyio.create_task_group() as group:
        for n in range(20):
            group.start_soon(try_one, client, "ord_ada", f"2{n:04}")
    assert sorted(codes) == ["not_found"] * 5 + ["rate_limited"] * 15
    codes.clear()
    async with verified(box) as client, anyio.create_task_group() as group:
        for n in range(60):
            group.start_soon(try_one, client, f"ord_{n}", "75009")
    assert sorted(codes) == ["not_found"] * 30 + ["rate_limited"] * 30


async def test_an_order_that_was_closed_opens_after_its_time(box: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    shift = 0.0
    monkeypatch.setattr("time.time", lambda real=time.time: real() + shift)
    async with verified(box) as client:
        for n in range(5):
            await ask(client, "ord_ada", postal_code=f"1000{n}")
        shift = attempts.ORDER.minutes * 60 - 5
        assert error_of(await ask(client, "ord_ada", postal_code="75008"))["code"] == "rate_limited"
        shift = attempts.ORDER.minutes * 60 + 5
        assert found(await ask(client, "ord_ada", postal_code="75008"))


async def test_whoever_leaves_takes_no_attempt_away_and_leaves_none_behind(box: Stub) -> None:
    async with verified(box) as client:
        for _ in range(12):
            with anyio.move_on_after(0.001):
                await ask(client, "ord_ada", postal_code="75009")
        assert found(await ask(client, "ord_ada", postal_code="75008"))


# Time ----------------------------------------------------------------------------------------------------------------


async def test_an_answer_leaves_at_a_whole_quarter_of_a_second(box: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    took: dict[str, list[float]] = {"ord_ada": [], "ord_none": [], "ord_bare": []}

    async def measure(client: Client, order_id: str) -> None:
        began = time.monotonic()
        await ask(client, order_id, postal_code="75009")
        took[order_id].append(time.monotonic() - began)

    async with verified(box) as client:
        for _ in range(4):
            for order_id in took:
                await measure(client, order_id)
    for times in took.values():
        assert all(0.25 <= seconds < 0.3 for seconds in times), took
    medians = [statistics.median(times) for times in took.values()]
    assert max(medians) - min(medians) < 0.02


# What is compared ----------------------------------------------------------------------------------------------------


def order(**members: Any) -> Order:
    return Order(id="1", status="confirmed", **members)


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ("ada@example.com", "ada@exam.ple.com"),
        ("ada.b@example.com", "adab@example.com"),
        ("ada@example.com", "ada@exampIe.com"),
        ("ada@strasse.example", "ada@straße.example"),
        ("kate@example.com", "ſate@example.com"),
    ],
)
def test_addresses_that_read_alike_are_different(known: str, said: str) -> None:
    assert not passes(order(customer=Customer(email=known)), Proof(email=email_form(said)))
    assert passes(
        order(customer=Customer(email=known)), Proof(email=email_form(known.upper() if known.isascii() else known))
    )


@given(st.text(max_size=40))
@example("İ1234")
def test_a_postal_code_is_compared_in_one_form(text: str) -> None:
    form = postal_code_form(text)
    assert postal_code_form(form) == form
    if is_postal_code(form):
        assert passes(order(shipping_address=Address(postal_code=text)), Proof(postal_code=form))
        assert not passes(order(shipping_address=Address(postal_code=text + "9")), Proof(postal_code=form))


@given(st.text(max_size=60), st.text(max_size=8))
def test_an_address_in_one_piece_gives_away_no_part_of_a_word(text: str, code: str) -> None:
    form = postal_code_form(code)
    if is_postal_code(form) and passes(order(shipping_address=Address(formatted=text)), Proof(postal_code=form)):
        assert form in postal_code_form(text)


def test_a_code_that_says_too_little_opens_nothing() -> None:
    assert not passes(order(shipping_address=Address(postal_code="12")), Proof(postal_code="12"))
    assert not passes(order(), Proof(email="a@b.example", postal_code="75008"))
    assert not passes(order(customer=Customer(email="")), Proof(email=""))


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level("DEBUG"):
        yield caplog


async def test_neither_what_was_said_nor_what_is_known_is_logged(box: Stub, logged: pytest.LogCaptureFixture) -> None:
    async with verified(box) as client:
        for proof in ({"email": "eve@evil.example"}, {"postal_code": "99999"}, {"postal_code": "75008"}):
            await ask(client, "ord_ada", **proof)
    said = logged.text.lower()
    assert "not_found" in said
    for secret in ("eve@", "evil.example", "99999", "75008", "ada.b", "ec1a", "ord_ada", "byron"):
        assert secret not in said
