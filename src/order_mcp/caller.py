"""Who asks, and what that caller may do. Over stdio there is one, made from the configuration."""

from dataclasses import dataclass, replace

from .models import Audience, Noun

# What a caller may be allowed to do, as a token or a file says it.
READ_ORDERS, READ_CARTS, FIND_ORDERS = "orders:read", "carts:read", "orders:find"
SCOPES = (READ_ORDERS, READ_CARTS, FIND_ORDERS)
CUSTOMER_SCOPE = "customer"
"""Says that a token belongs to a customer, and that its e-mail address is that customer's own."""
SCOPE_OF = {Noun.ORDER: READ_ORDERS, Noun.CART: READ_CARTS}
_WIDTH = {Audience.CUSTOMER: 0, Audience.AGENT: 1, Audience.INTERNAL: 2}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks."""

    name: str
    audience: Audience
    accounts: tuple[str, ...]
    """The names of the accounts that it may use."""
    scopes: frozenset[str] = frozenset(SCOPES)
    """What it may do."""
    email: str | None = None
    """The customer's own address, where an authorization server vouches for it."""
    is_listed: bool = True
    """Whether the operator gave it its name; otherwise the name is made of a token, and is nobody's business."""

    @property
    def rights(self) -> "Caller":
        """What decides about the tools that it is offered, without who it is."""
        return replace(self, name="", email=None, is_listed=True)


def narrower(one: Audience, other: Audience) -> Audience:
    """The audience that sees less."""
    return min(one, other, key=_WIDTH.__getitem__)
