"""Senmo foundry platform (senmo.io): orders of vouchers. Orders only.

https://docs.senmo.io/foundry-platform/orders/get-order and https://docs.senmo.io/foundry-platform/authentication, read
November 2026. Signs in with a short-lived id token (not the access token), which it gets from a refresh token or from
user name and password. Quirks: no host name is published; there is no schema, only an example; a success is titled
201 and says 200 in its body; the status words, the currency, `receivedAmount` and `realAmount` are not documented.
"""

import re
from collections.abc import Mapping
from typing import Any

from pydantic import SecretStr

from ..errors import Unauthorized
from ..http import Channel
from ..models import Operation, Order, OrderStatus, Totals
from ..responses import Response
from .base import Provider, RecordType, Translation, WireType
from .settings import BaseUrl, Password, ProviderSettings, SecretHeader, Text, variable
from .signin import TokenSource
from .wire import Reader, TooMuch, Wire, decode, filled, only, reference, text


class SenmoSettings(ProviderSettings):
    needs = (
        "SENMO_BASE_URL",
        "SENMO_ID_TOKEN or SENMO_REFRESH_TOKEN or SENMO_USERNAME and SENMO_PASSWORD",
    )

    base_url: BaseUrl | None = variable("SENMO_BASE_URL", "Address of Senmo's API; Senmo publishes none")
    id_token: SecretHeader | None = variable("SENMO_ID_TOKEN", "Senmo id token; it expires and is not renewed")
    refresh_token: SecretHeader | None = variable("SENMO_REFRESH_TOKEN", "Senmo refresh token")
    username: Text | None = variable("SENMO_USERNAME", "Senmo user name or e-mail")
    password: Password | None = variable("SENMO_PASSWORD", "Senmo password")


class WireOrder(Wire):
    id: str
    code: str | None = None
    amount: str | None = None
    receivedAmount: str | None = None
    realAmount: str | None = None
    product: str | None = None
    status: str | None = None
    createdAt: str | None = None
    updatedAt: str | None = None


class OrderBody(Wire):
    order: WireOrder


class Tokens(Wire):
    idToken: str
    refreshToken: str | None = None


class TokensBody(Wire):
    tokens: Tokens


# No status is documented, so every word stays itself and means `unknown`. The one that has a note is also what a newly
# created order answers (https://docs.senmo.io/foundry-platform/orders/create-order): "issued", not "there is an issue".
STATUS_NOTE = "This is the provider's own status label; its meaning is not documented."
STATUS_NOTES = {
    "Issue": f"{STATUS_NOTE} It is also the status of a newly created order, so it is not by itself a problem."
}
# What can stand behind "Bearer ".
TOKEN = re.compile(r"[!-~]+")
NOT_FOUND = "Order not found or does not belong to you"


def to_order(body: OrderBody, read: Reader) -> Order:
    wire = body.order
    word = text(wire.status)
    if word is None:
        read.warn("unrecognized_status")
    return Order(
        provider=Senmo.name,
        id=wire.id,
        status=OrderStatus.UNKNOWN,
        provider_status=word,
        status_note=STATUS_NOTES.get(word, STATUS_NOTE) if word else None,
        references=only([reference("voucher", wire.code), reference("product", wire.product)]),
        totals=filled(
            Totals(
                amount=read.amount(wire.amount),
                received_amount=read.amount(wire.receivedAmount),
                real_amount=read.amount(wire.realAmount),
            )
        ),
        created_at=read.moment(wire.createdAt),
        updated_at=read.moment(wire.updatedAt),
        warnings=read.warnings,
    )


class Senmo(Provider[SenmoSettings]):
    name = "senmo"
    title = "Senmo"
    Settings = SenmoSettings
    tells = "the provider's own status word, amounts without currency, product code, dates"
    signs_in_with = "id token, refresh token, or user name and password"
    privacy_policy = "https://www.senmo.io/legal/privacy-policy"
    not_found_hint = {"get_order": "Senmo says the same of an order that is not yours."}

    def __init__(self, settings: SenmoSettings, channel: Channel) -> None:
        super().__init__(settings, channel)
        self._refresh_token = settings.refresh_token
        can_renew = settings.refresh_token is not None or settings.password is not None
        sign_in = self._sign_in if can_renew else None
        self._tokens = TokenSource(_shown(settings.id_token), sign_in, channel.start)

    async def headers(self) -> Mapping[str, str]:
        # The content type is documented even for GET.
        return {"Content-Type": "application/json", "Authorization": f"Bearer {(await self._tokens.current()).token}"}

    def secrets(self) -> set[str]:
        held = {self._tokens.held, _shown(self._refresh_token)}
        return super().secrets() | {token for token in held if token is not None}

    def status(self, response: Response, body: Any) -> int:
        # A success is "201" with 200 inside; a failure inside a success is believed.
        stated = body.get("statusCode") if isinstance(body, dict) else None
        if 200 <= response.status < 300 and isinstance(stated, str) and stated.isascii() and stated.isdigit():
            return int(stated[:4]) if int(stated[:4]) >= 400 else response.status
        return response.status

    def is_missing(self, body: Any) -> bool:
        return isinstance(body, dict) and (body.get("statusCode") == "404" or body.get("statusMessage") == NOT_FOUND)

    async def fetch(
        self, operation: Operation, model: type[WireType], translate: Translation[WireType, RecordType], *segments: str
    ) -> RecordType:
        lease = await self._tokens.current()
        try:
            return await super().fetch(operation, model, translate, *segments)
        except Unauthorized:
            if not await self._tokens.replace(lease):
                raise
        # Refused once more, it is the order that is refused: nothing is wrong with the sign-in.
        return await super().fetch(operation, model, translate, *segments)

    async def get_order(self, order_id: str) -> Order:
        return await self.fetch("get_order", OrderBody, to_order, "v1", "order", order_id)

    async def _sign_in(self) -> str:
        username, password = self.settings.username, _shown(self.settings.password)
        with self.channel.deadline():
            if self._refresh_token is not None:
                try:
                    # All lower case in the request, camel case in the response.
                    return await self._ask_for_tokens("refreshtoken", refreshtoken=_shown(self._refresh_token))
                except Unauthorized:
                    if username is None or password is None:
                        raise
            return await self._ask_for_tokens(username=username, password=password)

    async def _ask_for_tokens(self, *below_auth: str, **credentials: str | None) -> str:
        url = self.url("v1", "auth", *below_auth)
        response = await self.channel.request("POST", url, headers={}, json=credentials)
        try:
            stated = self.status(response, decode(response.body))
        except (ValueError, RecursionError, TooMuch):
            stated = response.status
        if stated in (400, 401, 403, 422):
            raise Unauthorized(
                "Senmo refused the sign-in; it is not tried again for five minutes. The operator has to check the "
                "Senmo credential.",
                provider=self.name,
            )
        if stated == 404:  # in whatever words: nobody was asked for an order yet
            raise self.bad_response("did not answer like its API: this address does not look like Senmo's API")
        body, _ = self.read("get_order", TokensBody, response)
        token = body.tokens.idToken
        if not TOKEN.fullmatch(token):
            raise self.bad_response("sent a token that cannot be used")
        if body.tokens.refreshToken:
            self._refresh_token = SecretStr(body.tokens.refreshToken)
        return token


def _shown(secret: SecretStr | None) -> str | None:
    return None if secret is None else secret.get_secret_value()


PROVIDER = Senmo
