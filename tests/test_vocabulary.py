"""Of every field of the vocabulary it is said what kind of text it is and who may see it; nothing slips through."""

from collections.abc import Iterator
from typing import Annotated, Any, get_args

import pytest
from mcp.client import Client
from pydantic import BaseModel, create_model

from order_mcp.answer.privacy import LINE_PUBLIC, LINE_RULES, PUBLIC, RULES, undecided, withhold
from order_mcp.cleaning import Cleaner
from order_mcp.models import (
    Audience,
    Buyer,
    Cart,
    Customer,
    Fulfillment,
    LineItem,
    Order,
    OrderWarning,
    Part,
    Plain,
    Progress,
    Record,
    Reference,
    TextKind,
)
from order_mcp.testing.places import replaced
from order_mcp.testing.stub import Reply, Stub

from .bodies import FLEXPORTAL_EXTENSION, POLINATE_ORDER, Documented
from .conftest import connected, environment, found


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


@pytest.mark.parametrize("model", [*get_args(Record), LineItem], ids=lambda model: model.__name__)
def test_every_field_has_an_audience(model: type[BaseModel]) -> None:
    assert undecided(model) == set()


def grown(model: type[Part], **fields: Any) -> type[Part]:
    return create_model(f"Grown{model.__name__}", __base__=model, **fields)


# A field at each depth, in each kind of place, that nobody has decided on.
NEW = {
    "shoe_size": grown(Order, shoe_size=(Plain, "x")),
    "notes": grown(LineItem, notes=(Plain, "x")),
    "customer.shoe_size": grown(Order, customer=(grown(Customer, shoe_size=(Plain, "x")), None)),
    "references.label": grown(Order, references=(list[grown(Reference, label=(Plain, "x"))], [])),
    "warnings.label": grown(Order, warnings=(list[grown(OrderWarning, label=(Plain, "x"))], [])),
    "buyer.iban": grown(Cart, buyer=(grown(Buyer, iban=(Plain, "x")), None)),
    "fulfillment.progress.by": grown(
        Order, fulfillment=(grown(Fulfillment, progress=(grown(Progress, by=(Plain, "x")), None)), None)
    ),
}


@pytest.mark.parametrize("path", NEW)
def test_a_field_that_nobody_decided_on_is_found_and_shown_to_internal_only(path: str) -> None:
    model = NEW[path]
    assert undecided(model) == {path}
    *way, last = path.split(".")
    for audience in (Audience.CUSTOMER, Audience.AGENT):
        shown: Any = {last: "secret", "type": "external"}
        for step in reversed(way):
            shown = {step: [shown] if step in ("references", "warnings") else shown}
        withhold(shown, model, audience)
        assert "secret" not in str(shown)


def test_nothing_is_both_public_and_ruled() -> None:
    assert not PUBLIC & {rule.path for rule in RULES}
    assert not LINE_PUBLIC & {rule.path for rule in LINE_RULES}


def test_a_text_that_says_no_kind_is_not_shown_by_accident() -> None:
    with pytest.raises(TypeError):
        Cleaner().clean({"word": "x"}, create_model("Careless", word=(str | None, None)))


def test_every_kind_of_text_keeps_its_limit() -> None:
    cleaner = Cleaner()
    for kind, shown in ((TextKind.PLAIN, 120), (TextKind.NOTE, 500), (TextKind.STATUS_WORD, 60)):
        model = create_model("One", text=(Annotated[str, kind], ...))
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
