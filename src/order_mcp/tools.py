"""What can be asked: one row per tool, with its arguments, its record and its words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from .arguments import Arguments, CartArguments, FindArguments, OrderArguments
from .finding import Held, OrderHits
from .given import MAX_ID
from .models import Cart, Noun, Order


@dataclass(frozen=True, slots=True)
class Tool:
    """One thing that can be asked. Everything that offers it derives from its row."""

    arguments: type[Arguments]
    record: type[BaseModel]
    """What an answer shows."""
    noun: Noun
    title: str
    label: str
    """What one of them is called."""
    sentences: tuple[str, ...]
    """When to use it and what it needs, for an agent."""
    names_every_provider: bool = False
    """Whether also those are named that nobody set up."""

    @property
    def name(self) -> str:
        return self.arguments.tool

    def held(self, given: Mapping[str, Any]) -> str | None:
        """The id or number that was asked for; an e-mail address is none."""
        held = next((given[name] for name in self.arguments.held if name in given), None)
        return str(held)[:MAX_ID] if isinstance(held, str | int) else None

    @property
    def brief(self) -> str:
        """What it does, in a few words."""
        return self.sentences[0].partition(":")[0].partition(" (")[0]

    def description(self, id_kinds: Mapping[str, str], finders: Mapping[Held, Sequence[str]]) -> str:
        """Its sentences. `id_kinds`: what ids look like, by provider; `finders`: who can be searched by what."""
        kinds = "; ".join(f"{title}: {kind}" for title, kind in id_kinds.items())
        words = {
            "kinds": kinds and f" ({kinds})",
            "finder": f"; find_orders finds the id by {' or '.join(held.words for held in finders)}" if finders else "",
            "by_number": ", ".join(finders.get(Held.NUMBER, ())) or "nobody here",
            "by_email": ", ".join(finders.get(Held.EMAIL, ())) or "nobody here",
        }
        return " ".join(self.sentences).format_map(words)


_LEVELS = "The levels summary and standard leave out addresses, contact details and notes even where they exist."
ERRORS = "Errors end with a JSON line whose next_step says what to do."

ORDER_TOOL = Tool(
    OrderArguments,
    Order,
    Noun.ORDER,
    title="Get order",
    label="An order",
    sentences=(
        "Look up one order by id: status, what is outstanding, items, totals, dates, tracking.",
        "Use it when somebody asks where an order is or how it stands.",
        "It needs the provider's own order id{kinds}, not the number printed on an e-mail or invoice: an order number, "
        "e-mail address or name is not one{finder}.",
        _LEVELS,
        "An unknown status is reported as unknown: do not guess.",
        ERRORS,
    ),
)
CART_TOOL = Tool(
    CartArguments,
    Cart,
    Noun.CART,
    title="Get cart",
    label="A cart",
    sentences=(
        "Look up one cart (a basket that is not an order yet) by id: items, amounts, buyer.",
        "Use it when somebody asks what is in a cart.",
        "It needs the provider's own cart id{kinds}, not the number printed on an e-mail or invoice: an e-mail address "
        "or name is not one.",
        _LEVELS,
        ERRORS,
    ),
    names_every_provider=True,  # only few providers have carts
)
FIND_TOOL = Tool(
    FindArguments,
    OrderHits,
    Noun.ORDER,
    title="Find orders",
    label="Orders",
    sentences=(
        "Find the ids of orders by what a customer holds: a number from an e-mail, invoice, contract or purchase order "
        "(order_number; searched at: {by_number}), or the customer's e-mail address (email; at: {by_email}).",
        "Give exactly one of the two. Then use get_order with id and provider of the hit; of several, ask which.",
        "Where complete is false, there may be orders that were not looked at.",
        ERRORS,
    ),
)
LOOK_UPS = {tool.name: tool for tool in (ORDER_TOOL, CART_TOOL)}
"""The tools that take an id."""
TOOLS = {**LOOK_UPS, FIND_TOOL.name: FIND_TOOL}


def input_schema(tool: Tool, providers: Sequence[str]) -> dict[str, Any]:
    """The schema to publish: flat, with the providers that are worth naming here."""
    return {
        "type": "object",
        "properties": tool.arguments.properties(providers),
        **({"required": list(tool.arguments.required)} if tool.arguments.required else {}),
        "additionalProperties": False,
    }
