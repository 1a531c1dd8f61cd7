"""Senmo foundry platform (senmo.io): orders of vouchers. Orders only.

https://docs.senmo.io/foundry-platform/orders/get-order and https://docs.senmo.io/foundry-platform/authentication, read
November 2026. Signs in with a short-lived id token (not the access token), which it gets from a refresh token or from
user name and password. Quirks: no host name is published; there is no schema, only an example; a success is titled
201 and says 200 in its body; the status words, the currency, `receivedAmount` and `realAmount` are not documented.
"""

import re
from typing import Any

from pydantic import SecretStr

from ..errors import Unauthorized
from ..models import Noun, Order, OrderStatus, StatusNote, Told, Totals
from ..wording import NO_STATUS
from .addresses import path_of
from .base import Provider
from .channel import RETRY_STATUS, Channel, Retried
from .reader import Reader, filled, only, reference, said
from .responses import Response
from .settings import BaseUrl, Password, ProviderSettings, SecretHeader, Text, revealed, secret, variable
from .signin import Lease, TokenSource
from .wire import TooMuch, Wire, decode


class SenmoSettings(ProviderSettings):
    needs = (
        "SENMO_BASE_URL",
        "SENMO_ID_TOKEN or SENMO_REFRESH_TOKEN or SENMO_USERNAME and SENMO_PASSWORD",
    )

    base_url: BaseUrl | None = variable("SENMO_BASE_URL", "Address of Senmo's API; Senmo publishes none, so ask them")
    id_token: SecretHeader | None = secret("SENMO_ID_TOKEN", "Senmo id token; it expires and is not renewed")
    refresh_token: SecretHeader | None = secret("SENMO_REFRESH_TOKEN", "Senmo refresh token")
    username: Text | None = variable("SENMO_USERNAME", "Senmo user name or e-mail")
    password: Password | None = secret("SENMO_PASSWORD", "Senmo password")


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
    idToken: str | None = None
    refreshToken: str | None = None


class TokensBody(Wire):
    tokens: Tokens


# No status is documented, so every word stays itself and means `unknown`. The one that has a note is also what a newly
# created order answers (https://docs.senmo.io/foundry-platform/orders/create-order): "issued", not "there is an issue".
# What comments on documentation is for colleagues; what reassures is for customers, too.
STATUS_NOTE = "The status is the provider's own label; its meaning is not documented."
NOTES = {
    "Issue": StatusNote(
        Told(
            f"{STATUS_NOTE} It is also the status of a newly created order, so it is not by itself a problem.",
            "That I cannot see its status is by itself no bad sign.",
        )
    )
}
ANY_OTHER_NOTE = StatusNote(Told(STATUS_NOTE, ""))
# What can stand behind "Bearer ".
TOKEN = re.compile(r"[!-~]+")
NOT_FOUND = "Order not found or does not belong to you"


def to_order(body: OrderBody, read: Reader) -> Order:
    wire = body.order
    word = said(wire.status)
    if word is None:
        read.warn(NO_STATUS)
    return Order(
        id=wire.id,
        status=OrderStatus.UNKNOWN,
        provider_status=word,
        status_note=NOTES.get(word, ANY_OTHER_NOTE) if word else None,
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
    key_from = (
        "user name and password are those of your Senmo account, or the id or refresh token that signing in gave you; "
        "Senmo publishes no address of its API: ask Senmo for yours"
    )
    key_right = "its documentation names no rights to choose from"
    key_sources = ("https://docs.senmo.io/foundry-platform/authentication",)
    support = "from its documentation of November 2026; no live account tried yet"
    rate_limit = "25/second"  # of its sandbox; production allows four times that
    privacy_policy = "https://www.senmo.io/legal/privacy-policy"
    not_found_hint = {Noun.ORDER: "Or it belongs to another account: Senmo says the same of both."}

    def __init__(self, account: str, settings: SenmoSettings, channel: Channel) -> None:
        super().__init__(account, settings, channel)
        self._refresh_token = settings.refresh_token
        can_renew = settings.refresh_token is not None or settings.password is not None
        sign_in = self._sign_in if can_renew else None
        self._tokens = TokenSource(revealed(settings.id_token), sign_in, channel.start)

    def secrets(self) -> set[str]:
        held = {self._tokens.held, revealed(self._refresh_token)}
        return super().secrets() | {token for token in held if token is not None}

    def status(self, response: Response, body: Any) -> int:
        # A success is "201" with 200 inside; a failure inside a success is believed.
        stated = body.get("statusCode") if isinstance(body, dict) else None
        if 200 <= response.status < 300 and isinstance(stated, str) and stated.isascii() and stated.isdigit():
            return int(stated[:4]) if int(stated[:4]) >= 400 else response.status
        return response.status

    def is_missing(self, body: Any) -> bool:
        return isinstance(body, dict) and (body.get("statusCode") == "404" or body.get("statusMessage") == NOT_FOUND)

    async def get(self, path: str, *, retried: Retried = RETRY_STATUS) -> Response:
        lease = await self._tokens.current()
        response = await self._get(path, lease, retried)
        if self._stated(response) != 401 or (renewed := await self._tokens.replace(lease)) is None:
            return response
        response = await self._get(path, renewed, retried)
        if self._stated(response) == 401:
            raise Unauthorized(
                "{provider} accepted the sign-in and refused this {noun}. The operator has to check what may be seen "
                "with it."
            )
        return response

    async def _get(self, path: str, lease: Lease, retried: Retried) -> Response:
        # The content type is documented even for GET.
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {lease.token}"}
        return await self.channel.request("GET", path, headers=headers, retried=retried)

    def _stated(self, response: Response) -> int:
        try:
            return self.status(response, decode(response.body))
        except (ValueError, RecursionError, TooMuch):
            return response.status

    async def get_order(self, order_id: str) -> Order:
        return await self.fetch(OrderBody, to_order, "v1", "order", order_id)

    async def _sign_in(self) -> str:
        username, password = self.settings.username, revealed(self.settings.password)
        with self.channel.deadline():
            if self._refresh_token is not None:
                try:
                    # All lower case in the request, camel case in the response.
                    return await self._ask_for_tokens("refreshtoken", refreshtoken=revealed(self._refresh_token))
                except Unauthorized:
                    if username is None or password is None:
                        raise
            return await self._ask_for_tokens(username=username, password=password)

    async def _ask_for_tokens(self, *below_auth: str, **credentials: str | None) -> str:
        path = path_of("v1", "auth", *below_auth)
        response = await self.channel.request("POST", path, headers={}, json=credentials)
        stated = self._stated(response)
        if stated in (400, 401, 403, 422):
            raise Unauthorized(
                "Senmo refused the sign-in; it is not tried again for five minutes. The operator has to check the "
                "Senmo credential."
            )
        if stated == 404:  # never "no such order", because no order was asked for yet
            raise self.bad_response("did not answer like its API: this address does not look like {provider}'s API")
        body, _ = self.read(TokensBody, response)
        # Kept even if the rest is unusable, because the old refresh token may no longer be valid.
        if body.tokens.refreshToken:
            self._refresh_token = SecretStr(body.tokens.refreshToken)
        token = body.tokens.idToken
        if token is None or not TOKEN.fullmatch(token):
            raise self.bad_response("sent a token that cannot be used")
        return token


PROVIDER = Senmo
