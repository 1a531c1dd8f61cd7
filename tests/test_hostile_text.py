"""Provider text is data: whatever a stranger writes into any field, nothing of it can act where it is read."""

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from mcp.client import Client

from order_mcp import cleaning
from order_mcp.cleaning import Cleaner, clean_text
from order_mcp.models import LineItem
from order_mcp.testing.harmless import EXACT, HOSTILE, assert_harmless, strings, wrong_with
from order_mcp.testing.places import Path, replaced
from order_mcp.testing.stub import Reply, Stub, serving

from .bodies import (
    BODIES,
    FLEXPORTAL_EXTENSION,
    POLINATE_ORDER,
    Documented,
)
from .conftest import connected, environment, found


async def ask(client: Client, stub: Stub, of: Documented, body: Any, **arguments: Any) -> dict[str, Any]:
    stub.reply = Reply(json=body)
    return assert_harmless(await client.call_tool(of.tool, of.arguments(**arguments)))


async def test_a_text_loses_the_half_character_and_nothing_else() -> None:
    body = replaced(FLEXPORTAL_EXTENSION.body, ("items", 0, "productName"), "a\ud800b\U0001f600")
    with serving() as stub:
        async with connected(environment(stub.origin)) as client:
            seen = await ask(client, stub, FLEXPORTAL_EXTENSION, body)
    assert [line["title"] for line in seen["line_items"]] == ["ab\U0001f600", "Thunderbolt dock"]
    assert "warnings" not in seen


# Ids, skus and numbers: exactly, or not at all -----------------------------------------------------------------------

_LINE = ("orderItems", 0)
IDENTIFIERS: dict[str, tuple[Path, ...]] = {
    "fleet-order": (("data", "order_number"), ("data", "contract_number")),
    "fleet-cart": (("data", "purchaser_id"), ("data", "devices", 0, "id"), ("data", "devices", 0, "product_id")),
    "flexportal-extension": (
        *(("items", 0, key) for key in ("sku", "productId", "variantId")),
        *(("items", 0, "rentalIds", 0), ("rentalIds", 0), ("customer", "customerId"), ("billingGroupId",)),
        *(("trackingNumber",), ("createdBy",), ("payment", "transactionId"), ("extensionDetails", "originalOrderId")),
    ),
    "flexportal-upgrade": (("upgradeDetails", "previousSerialNumber"), ("upgradeDetails", "previousRentalId")),
    "senmo-order": (("order", "code"), ("order", "product")),
    "polinate-order": (
        *(("internalReference",), ("externalReference",), ("partnershipId",), (*_LINE, "id")),
        *((*_LINE, "itemListEntry", "itemVariantId"), (*_LINE, "itemListEntry", "itemVariant", "itemId")),
    ),
}


@pytest.mark.parametrize("of", BODIES, ids=lambda of: of.name)
async def test_an_identifier_is_shown_exactly_or_left_out_with_a_warning(of: Documented) -> None:
    exact = ["K" * 128, 'a"b\\c', "Ü-7", "A B", "_x_*y*"]
    inexact = ["K" * 129, "A\u200bB", "A<B www.x", "a://b", "A\nB", "e\u0301", "[a](b)"]
    with serving() as stub:
        async with connected(environment(stub.origin, ORDER_MCP_AUDIENCE="internal")) as client:
            for path in IDENTIFIERS[of.name]:
                for text in exact:
                    seen = await ask(client, stub, of, replaced(of.body, path, text), detail="full")
                    assert text in [said for key, said in strings(seen) if key in EXACT], path
                    assert "warnings" not in seen
                before = {said for key, said in strings(found_before(seen)) if key in EXACT}
                for text in inexact:
                    seen = await ask(client, stub, of, replaced(of.body, path, text), detail="full")
                    assert [warning["code"] for warning in seen["warnings"]] == ["dropped_value"], (path, text)
                    after = {said for key, said in strings(seen) if key in EXACT}
                    assert after <= before, (path, text)


def found_before(seen: dict[str, Any]) -> dict[str, Any]:
    """What was seen, without the identifier that was planted last."""
    planted = "_x_*y*"
    return json.loads(json.dumps(seen).replace(json.dumps(planted), '""'))  # type: ignore[no-any-return]


async def test_long_texts_end_in_an_ellipsis_at_their_limit() -> None:
    flexportal, polinate = FLEXPORTAL_EXTENSION, POLINATE_ORDER
    body = flexportal.body
    for path in (("notes",), ("extensionDetails", "reason"), ("status",), ("items", 0, "productName")):
        body = replaced(body, path, "word " * 1000)
    body = replaced(body, ("shippingAddress", "streetAddress"), "L" * 121)
    body = replaced(body, ("billingAddress", "streetAddress"), "L" * 120)
    with serving() as stub:
        async with connected(environment(stub.origin, ORDER_MCP_AUDIENCE="internal")) as client:
            seen = await ask(client, stub, flexportal, body, detail="full")
            address = replaced(polinate.body, ("deliveryAddress",), "L" * 121)
            formatted = (await ask(client, stub, polinate, address, detail="full"))["shipping_address"]["formatted"]
    assert 490 < len(seen["notes"]) <= 500 and seen["notes"].endswith("word…")
    assert 490 < len(seen["related"]["reason"]) <= 500 and seen["related"]["reason"].endswith("…")
    assert 50 < len(seen["provider_status"]) <= 60 and seen["provider_status"].endswith("…")
    assert 110 < len(seen["line_items"][0]["title"]) <= 120 and seen["line_items"][0]["title"].endswith("…")
    assert seen["shipping_address"]["street_address"] == "L" * 119 + "…" == formatted
    assert seen["billing_address"]["street_address"] == "L" * 120


async def test_the_summary_quotes_a_providers_words_without_their_markup() -> None:
    body = replaced(FLEXPORTAL_EXTENSION.body, ("items", 0, "productName"), "`a` *b* _c_ |d| [e] (f) “g”")
    with serving() as stub:
        async with connected(environment(stub.origin)) as client:
            seen = await ask(client, stub, FLEXPORTAL_EXTENSION, body)
    assert "“a b c d e (f) g”" in seen["summary"]
    assert seen["line_items"][0]["title"] == "`a` *b* _c_ |d| [e] (f) “g”"


# Cleaning itself ----------------------------------------------------------------------------------------------------

_PIECES = st.sampled_from([*"<>:/w.]()[ “”\u0338\u0301\u200b\u00ad\ufe0f\u3164\u2028\x00", "://", "www.", "](", "ww"])
_TEXTS = st.lists(_PIECES | st.characters() | st.text(), max_size=40).map("".join) | st.text(max_size=300)


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(text=_TEXTS | st.sampled_from(list(HOSTILE.values())), limit=st.sampled_from([40, 60, 120, 500]))
def test_cleaning_is_thorough_and_idempotent(text: str, limit: int) -> None:
    once = clean_text(text, limit)
    assert not wrong_with(once)
    assert len(once) <= limit
    assert clean_text(once, limit) == once


_LATIN = st.lists(st.characters(min_codepoint=0x20, max_codepoint=0x24F) | _PIECES, max_size=80).map("".join)


@settings(max_examples=500, deadline=None, derandomize=True, database=None)
@given(text=_LATIN, field=st.sampled_from(["id", "title", "unit", "monthly_price", "subscription_ids"]))
@example(text="", field="title")
@example(text=" x", field="title")
@example(text="x ", field="title")
@example(text="x\u00ad", field="id")
@example(text="Bürostuhl, 160 × 80 cm", field="title")
@example(text='16" ', field="title")
@example(text="e\u0301", field="unit")
@example(text="x" * 129, field="id")
@example(text="a  b", field="title")
@example(text="\x7f", field="unit")
@example(text="Www.a", field="unit")
@example(text="abc-XYZ", field="title")
@example(text='x a"b"c"d y', field="title")
@example(text="x a'b'c'd y", field="title")
def test_what_is_left_alone_at_a_look_is_what_cleaning_would_leave_alone(text: str, field: str) -> None:
    shown = {"sku": "MBP-16", "variant_id": "var_1", field: [text] if field == "subscription_ids" else text}
    cleaner = Cleaner(["ab-cXYZ", 'a"b"c"d'])
    at_a_look = cleaner.clean(dict(shown), LineItem)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cleaning, "_is_plain", lambda text: False)
        assert at_a_look == cleaner.clean(dict(shown), LineItem)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("MacBook Pro 16\" M3 – 日本語 Ünal & Söhne, 12'", "MacBook Pro 16\" M3 – 日本語 Ünal & Söhne, 12'"),
        ("e\u0301", "é"),
        ("a\r\n\tb\u2028c", "a b c"),
        ("http://x", "http: //x"),
        ("<b>", "‹b›"),
        ("[a](b)", "[a] (b)"),
        ("WWW.x", "WWW .x"),
        ("fi\u0301n \u200d", "fín"),
        ("\u3164\u200b\ufeff", ""),
    ],
)
def test_cleaning_keeps_what_people_write_and_breaks_what_acts(written: str, shown: str) -> None:
    assert clean_text(written, 120) == shown


@pytest.mark.parametrize(
    ("secret", "echoed"),
    [
        ("Tr0ub4dor<3", "Tr0ub4dor<3"),
        ("two  spaces pw", "two  spaces pw"),
        ("www.My-secret1", "say www.My-secret1 again"),
        ("plainpass99", "plain\u200bpass99"),
        ("SECRETidtok0005", "SECRETidtok*0005"),
    ],
)
async def test_a_credential_that_a_provider_echoes_is_never_shown(stub: Stub, secret: str, echoed: str) -> None:
    variables = {"POLINATE_BUSINESS_ID": "biz", "POLINATE_API_KEY": secret, "POLINATE_BASE_URL": stub.origin}
    body = {"id": "x", "phase": echoed, "notes": f"key {echoed}", "orderItems": [{"unitOfMeasure": echoed}]}
    stub.reply = Reply(json=body)
    async with connected(variables | {"ORDER_MCP_AUDIENCE": "internal"}) as client:
        answer = found(await client.call_tool("get_order", {"order_id": "x", "detail": "full"}))
    core = "".join(c for c in secret if c.isalnum())
    assert core not in "".join(c for c in json.dumps(answer) if c.isalnum())
