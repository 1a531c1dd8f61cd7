"""Medusa (medusajs.com): an open commerce back end that shops run themselves. Orders and carts of version 2.

https://docs.medusajs.com/api/admin and https://docs.medusajs.com/api/store, and a Medusa 2.18.0 of our own, November
2026. Orders are asked for with a secret key (Basic), carts with a publishable key alone. Quirks: what the query asks
for decides what is computed, so a cut list of fields gives wrong totals with 200; unknown filters are ignored, so
`?email=` answers with everybody's orders; amounts are not rounded; the order of lines changes from answer to answer.
"""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from order_mcp.provider_api import (
    PROVIDER_API,
    BaseUrl,
    Cart,
    Header,
    Held,
    How,
    NotConfigured,
    Noun,
    Order,
    OrderMcpError,
    Provider,
    ProviderSettings,
    Response,
    Search,
    SecretHeader,
    Unauthorized,
    revealed,
    secret,
    variable,
)

from . import find
from .translate import to_cart, to_order
from .wire import CART_FIELDS, ORDER_FIELDS, CartBody, OrderBody

CARTS = ("store", "carts")
NO_PUBLISHABLE_KEY = "MEDUSA_PUBLISHABLE_KEY is not set."


class MedusaSettings(ProviderSettings):
    needs = ("MEDUSA_SECRET_KEY", "MEDUSA_BASE_URL")

    secret_key: SecretHeader | None = secret("MEDUSA_SECRET_KEY", "Medusa secret API key, for orders")
    # It stands in the pages of every shop, so it is no secret.
    publishable_key: Header | None = variable(
        "MEDUSA_PUBLISHABLE_KEY", "Medusa publishable API key, without which carts cannot be looked up"
    )
    base_url: BaseUrl | None = variable(
        "MEDUSA_BASE_URL", "Address of the Medusa server, such as https://medusa.example.com"
    )


class Medusa(Provider[MedusaSettings]):
    name = "medusa"
    title = "Medusa"
    provider_api = PROVIDER_API
    Settings = MedusaSettings
    tells = "status, payment, totals, lines with what was shipped and returned, parcels, customer, addresses; carts"
    signs_in_with = "secret API key (basic); for carts a publishable key (header)"
    key_from = (
        "the Medusa Admin: the secret key under Settings → Secret API Keys, the publishable one under Settings → "
        "Publishable API Keys"
    )
    key_right = (
        "a secret key may do whatever the user may who made it; a publishable key needs nothing but to be there, and "
        "opens every cart whose id is known"
    )
    key_sources = (
        "https://docs.medusajs.com/user-guide/settings/developer/secret-api-keys",
        "https://docs.medusajs.com/user-guide/settings/developer/publishable-api-keys",
    )
    support = "run against Medusa 2.18.0 in November 2026"
    verifies_by = ("email", "postal_code")
    id_kind = "begins with order_, of a cart with cart_"
    unproven = "The publishable key stays untried; only carts need it."
    not_found_hint = {
        Noun.ORDER: "Its ids begin with order_; the number on a confirmation is another one.",
        Noun.CART: "Its ids begin with cart_.",
    }

    def headers(self) -> Mapping[str, str]:
        return {"Authorization": f"Basic {self._basic()}"}

    def _basic(self) -> str:
        return b64encode(f"{revealed(self.settings.secret_key)}:".encode()).decode()

    def secrets(self) -> set[str]:
        # What goes over the wire opens as much as the key.
        return super().secrets() | {self._basic()}

    @classmethod
    def why_refused(cls, id: str) -> str | None:
        # An import may have set ids of its own, so only what is a plain number is refused: that is what customers hold.
        return "its ids begin with order_ or cart_" if id.removeprefix("#").isdigit() else None

    def is_missing(self, body: Any) -> bool:
        return isinstance(body, dict) and body.get("type") == "not_found"

    def error_for(self, response: Response, body: Any) -> OrderMcpError | None:
        if response.status == 401:
            return Unauthorized(
                "{provider} refused the secret key. It does the same while its database is down. The operator has to "
                "check both.",
                request_id=self.request_id(body),
            )
        # The store's way of refusing a publishable key; it says 400 to that.
        if response.status == 400 and isinstance(body, dict) and body.get("type") == "not_allowed":
            return Unauthorized(
                "{provider} refused the publishable key. The operator has to check MEDUSA_PUBLISHABLE_KEY.",
                request_id=self.request_id(body),
            )
        return super().error_for(response, body)

    async def get_order(self, order_id: str) -> Order:
        return await self.fetch(OrderBody, to_order, *find.ORDERS, order_id, fields=ORDER_FIELDS)

    async def get_cart(self, cart_id: str) -> Cart:
        key = self.settings.publishable_key
        if key is None:
            raise NotConfigured(
                f"{{provider}} is not set up for carts: {NO_PUBLISHABLE_KEY} The operator has to set it.",
                problems=NO_PUBLISHABLE_KEY,
            )
        headers = {"x-publishable-api-key": key}
        return await self.fetch(CartBody, to_cart, *CARTS, cart_id, headers=headers, fields=CART_FIELDS)

    @classmethod
    def finds_by(cls, settings: MedusaSettings | None) -> Mapping[Held, How]:
        return {Held.NUMBER: How.FILTER, Held.EMAIL: How.SCAN}

    async def find_orders(self, search: Search) -> None:
        await find.find_orders(self, search)
