"""Of every field of the vocabulary it is said what kind of text it is and who may see it; nothing slips through."""

from collections.abc import Iterator
from typing import Any, get_args

import pytest
from mcp.client import Client
from pydantic import BaseModel, create_model

from order_mcp.answer.privacy import PUBLIC, RULES, undecided
from order_mcp.cleaning import Cleaner
from order_mcp.models import Cart, LineItem, Order, Part, TextKind

from .bodies import FLEXPORTAL_EXTENSION, POLINATE_ORDER, Documented, replaced
from .conftest import connected, environment, found
from .stub import Reply, Stub


def parts() -> list[type[BaseModel]]:
    return Part.__subclasses__()


def mentions(annotation: Any, wanted: Any) -> bool:
    return annotation is wanted or any(mentions(inner, wanted) for inner in get_args(annotation))


def marks(annotation: Any) -> Iterator[Any]:
    yield from getattr(annotation, "__metadata__", ())
    for inner in get_args(annotation):
        yield from marks(inner)


@pytest.mark.parametrize("part", parts(), ids=lambda part: part.__name__)
def test_every_text_says_what_kind_it_is(part: type[BaseModel]) -> None:
    for name, field in part.model_fields.items():
        if mentions(field.annotation, str) and not mentions(field.annotation, bool):  # but for what a provider named
            kinds = [*field.metadata, *marks(field.annotation)]
            assert any(isinstance(kind, TextKind) for kind in kinds), f"{part.__name__}.{name}"


def test_of_every_field_it_is_said_who_may_see_it() -> None:
    assert undecided(Order, Cart, LineItem) == set()


def test_a_field_that_nobody_decided_on_is_found() -> None:
    inner = create_model("Inner", __base__=Part, secret_word=(str, ""))
    grown = create_model("Grown", __base__=Order, shoe_size=(str, ""), customer=(inner, None))
    assert undecided(grown) == {"shoe_size", "customer.secret_word"}


def test_nothing_is_both_public_and_ruled() -> None:
    assert not PUBLIC & {rule.path for rule in RULES}


def test_every_kind_of_text_keeps_its_limit() -> None:
    cleaner = Cleaner()
    for kind, shown in ((TextKind.PLAIN, 120), (TextKind.NOTE, 500), (TextKind.STATUS_WORD, 60)):
        model = create_model("One", text=(str, ...))
        model.model_fields["text"].metadata.append(kind)
        assert len(cleaner.clean({"text": "x" * 900}, model).value["text"]) == shown


COLLIDING = {"value": "two  spaces <b>", "id": "two  spaces <b>", "notes": "n" * 300, "provider_status": "s" * 100}


@pytest.mark.parametrize(
    ("of", "key", "shown"),
    [(POLINATE_ORDER, "properties", "properties"), (FLEXPORTAL_EXTENSION, "customFields", "custom_fields")],
    ids=["polinate", "flexportal"],
)
async def test_keys_that_a_provider_chose_never_meet_rules_made_for_ours(
    of: Documented, key: str, shown: str, stub: Stub
) -> None:
    stub.reply = Reply(json=replaced(of.body, (key,), COLLIDING))
    async with connected(environment(stub.origin, of.provider, ORDER_MCP_AUDIENCE="internal")) as client:
        seen = found(await ask(client, of))
    assert seen[shown] == {
        "value": "two spaces ‹b›",
        "id": "two spaces ‹b›",
        "notes": "n" * 119 + "…",
        "provider_status": "s" * 100,
    }
    assert "warnings" not in seen


async def ask(client: Client, of: Documented) -> Any:
    return await client.call_tool(of.tool, of.arguments(detail="full"))
