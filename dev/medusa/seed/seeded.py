"""What stands in a seeded database, by name; and how it comes there."""

import json
from dataclasses import asdict, dataclass
from typing import Self

from ..server import Admin
from .opening import opened
from .shop import Keys
from .states import CARTS, ORDERS


@dataclass(frozen=True, slots=True)
class Seeded:
    """Keys, and ids by the names of the states."""

    keys: Keys
    orders: dict[str, str]
    carts: dict[str, str]

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Self:
        kept = json.loads(text)
        return cls(**kept | {"keys": Keys(**kept["keys"])})


def seed(address: str, owner: Admin) -> Seeded:
    """Fill a Medusa that has nothing yet."""
    with opened(address, owner) as shop:
        orders = {name: bring_about(shop) for name, bring_about in ORDERS.items()}
        carts = {name: bring_about(shop) for name, bring_about in CARTS.items()}
        return Seeded(shop.keys, orders, carts)
