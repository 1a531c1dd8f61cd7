"""The shop that all orders are placed in."""

from dataclasses import dataclass

from ..client import Client, with_publishable_key


@dataclass(frozen=True, slots=True)
class Keys:
    """What programs show when they ask."""

    secret: str
    publishable: str
    sales_channel: str


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop that can be bought from."""

    address: str
    keys: Keys
    admin: Client
    store: Client
    regions: dict[str, str]
    """The region's id of each currency."""
    variants: dict[str, str]
    """The id of each thing that is sold, by its SKU."""
    location: str
    """Where parcels are packed."""
    shipping_option: str
    return_option: str

    def signed_in(self, token: str) -> Client:
        """The web page after a customer has signed in."""
        return with_publishable_key(self.address, self.keys.publishable, token)
