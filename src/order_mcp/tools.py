"""What can be asked: one row per tool, with its arguments, its record and its words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .arguments import Arguments, CartArguments, OrderArguments
from .models import Cart, Noun, Order, Record


@dataclass(frozen=True, slots=True)
class Tool:
    """One thing that can be asked. Everything that offers it derives from its row."""

    arguments: type[Arguments]
    record: type[Record]
    label: str
    """What one of them is called."""
    what: str
    """What it looks up, in words."""
    answers: str
    """What an answer holds."""
    question: str
    """When to use it."""
    no_id: str
    """What people hold instead of an id."""
    caution: str
    """What an agent should not conclude, where it could."""
    names_every_provider: bool
    """Whether also those are named that nobody set up."""

    @property
    def noun(self) -> Noun:
        return self.arguments.noun

    @property
    def name(self) -> str:
        return f"get_{self.noun}"

    @property
    def title(self) -> str:
        return f"Get {self.noun}"

    def description(self, id_kinds: Mapping[str, str]) -> str:
        """When to use it and what it needs, for an agent. `id_kinds`: what ids look like, by provider."""
        kinds = "; ".join(f"{title}: {kind}" for title, kind in id_kinds.items())
        sentences = (
            f"Look up {self.what} by id: {self.answers}.",
            f"Use it when somebody asks {self.question}.",
            f"It needs the provider's own {self.noun} id{kinds and f' ({kinds})'}, not the number printed on an e-mail "
            f"or invoice: {self.no_id} is not one.",
            "The levels summary and standard leave out addresses, contact details and notes even where they exist.",
            self.caution,
            "Errors end with a JSON line whose next_step says what to do.",
        )
        return " ".join(filter(None, sentences))


ORDER_TOOL = Tool(
    OrderArguments,
    Order,
    label="An order",
    what="one order",
    answers="status, what is outstanding, items, totals, dates, tracking",
    question="where an order is or how it stands",
    no_id="an order number, e-mail address or name",
    caution="An unknown status is reported as unknown: do not guess.",
    names_every_provider=False,
)
CART_TOOL = Tool(
    CartArguments,
    Cart,
    label="A cart",
    what="one cart (a basket that is not an order yet)",
    answers="items, rent, buyer",
    question="what is in a cart",
    no_id="an e-mail address or name",
    caution="",
    names_every_provider=True,  # only few providers have carts
)
TOOLS = {tool.name: tool for tool in (ORDER_TOOL, CART_TOOL)}


def input_schema(tool: Tool, providers: Sequence[str]) -> dict[str, Any]:
    """The schema to publish: flat, with the providers that are worth naming here."""
    properties = tool.arguments.properties(providers)
    return {
        "type": "object",
        "properties": properties,
        "required": [next(iter(properties))],
        "additionalProperties": False,
    }
