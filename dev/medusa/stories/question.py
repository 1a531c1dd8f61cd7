"""What a story asks, of which seeded order or cart, and how."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

DOCS = "https://docs.medusajs.com"
ORDER, ORDERS = f"{DOCS}/api/admin#orders_getordersid", f"{DOCS}/api/admin#orders_getorders"
CART, SIGNING = f"{DOCS}/api/store#carts_getcartsid", f"{DOCS}/api/admin#authentication"
TYPES = f"{DOCS}/resources/references/types/HttpTypes/interfaces/types.HttpTypes.AdminOrder"


class Way(Enum):
    """How Medusa is asked."""

    RIGHT = auto()
    WRONG_KEY = auto()
    WRONG_ADDRESS = auto()


@dataclass(frozen=True, slots=True)
class Question:
    """One story before it is told."""

    what: str
    """What happens, in one sentence."""
    page: str
    """The page that documents what is asked for."""
    tool: str
    arguments: Mapping[str, Any]
    variables: Mapping[str, str] = field(default_factory=dict)
    way: Way = Way.RIGHT
    instead: Mapping[str, Any] = field(default_factory=dict)
    """Members of the recorded order that are other ones here, because Medusa was not seen to say this."""
