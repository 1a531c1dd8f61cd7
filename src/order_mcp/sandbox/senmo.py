"""Senmo: vouchers behind a sign-in, `POST /v1/auth`, `POST /v1/auth/refreshtoken`, `GET /v1/order/{id}`.

An order comes with HTTP 201 and a body that says 200. Tests steer the sign-in through attributes.
"""

import json
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from .answers import Entry, Number, delayed, reply
from .emulator import Emulator, Resource, bearer

USERNAME = "sandbox@example.com"
PASSWORD = "senmo-sandbox-password"


def order(
    id: str,
    description: str,
    status: str,
    amounts: tuple[str, str, str],
    *,
    code: str,
    product: str = "PS",
    created: str = "2026-10-20T12:30:31.995Z",
    updated: str = "2026-10-20T15:55:28.459Z",
    documented: bool = True,
) -> Entry:
    amount, received, real = amounts
    body = {
        "statusCode": 200,
        "statusMessage": "OK",
        "order": {
            "id": id,
            "code": code,
            "amount": amount,
            "receivedAmount": received,
            "realAmount": real,
            "product": product,
            "status": status,
            "createdAt": created,
            "updatedAt": updated,
        },
    }
    return Entry(id, description, body, 201, documented)


def example(id: str, tail: str) -> Entry:
    return order(id, "an example", f"Issue{tail}", ("60", "54", "27"), code="5QTR-91ZX-7PLM")


MISSING = {"statusCode": 404, "statusMessage": "Order not found or does not belong to you"}

ORDERS = (
    order(
        "issue-1",
        "the document's own example",
        "Issue",
        ("100", "90", "45"),
        code="4JA...",
        created="2024-10-20T12:30:31.995Z",
        updated="2024-10-20T15:55:28.459Z",
    ),
    order(
        "redeemed-1",
        "another word for a status",
        "Redeemed",
        ("25.00", "22.50", "11.25"),
        code="7B5V-K2QM-9XTR",
    ),
    order(
        "expired-1",
        "another word, another product",
        "Expired",
        ("250", "225", "0"),
        code="M3HD-88WQ",
        product="XB",
    ),
    order(
        "pending-1",
        "nothing received so far",
        "Pending",
        ("40.50", "0", "0"),
        code="QX2R-5DNE-1VCA",
        product="NS",
    ),
    order(
        "numeric-1",
        "amounts as numbers, which only another endpoint documents",
        "Issue",
        (Number("100"), Number("90.00"), Number("45.5")),
        code="9PLK-3MJN-6HBG",
        documented=False,
    ),
    order("4711", "an id that every provider has", "Issue", ("15", "13.50", "6.75"), code="2WSX-4RFV-6YHN"),
    Entry("gone-1", "not found, said under HTTP 200", MISSING, 200, documented=False),
)


class Senmo(Emulator):
    name = "senmo"
    resources = (Resource("get_order", "/v1/order/{id}", ORDERS, example),)
    refusals = {
        400: {"statusCode": 400, "statusMessage": "Order ID is required"},
        401: {"message": "Unauthorized"},
        404: MISSING,
        429: {"statusCode": 429, "statusMessage": "Too Many Requests"},
        500: {
            "statusCode": 500,
            "statusMessage": "Internal Server Error",
            "error": "Cannot destructure property 'id' of 'body' as it is null.",
        },
        503: {"statusCode": 503, "statusMessage": "Service Unavailable"},
    }

    def __init__(self) -> None:
        super().__init__()
        self.token_seconds = 3600.0
        """How long an id token lives that is issued from now on."""
        self.sign_in_delay = 0.0
        """Seconds before either auth route answers."""
        self.refuse_sign_in = False
        """Whether both auth routes answer 401."""
        self.down = False
        """Whether both auth routes answer 503."""
        self.sign_ins = 0
        """Requests to sign in, whatever came of them."""
        self.renewals = 0
        """Requests to renew, whatever came of them."""
        self._expiry: dict[str, float] = {}
        self._refresh_tokens: set[str] = set()

    def environment(self, address: str) -> dict[str, str]:
        return {"SENMO_BASE_URL": address, "SENMO_USERNAME": USERNAME, "SENMO_PASSWORD": PASSWORD}

    def refused(self, request: Request, id: str) -> int | None:
        return None if time.time() < self._expiry.get(bearer(request), 0) else 401

    def routes(self) -> list[BaseRoute]:
        return [
            *super().routes(),
            Route("/v1/order/", self._no_id),
            Route("/v1/auth", self._sign_in, methods=["POST"]),
            Route("/v1/auth/refreshtoken", self._renew, methods=["POST"]),
        ]

    def issue(self) -> dict[str, str]:
        """New tokens, as if somebody had signed in."""
        now = time.time()
        tokens = {
            "idToken": _jwt(token_use="id", iat=int(now), exp=int(now + self.token_seconds)),
            "accessToken": _jwt(token_use="access", iat=int(now), exp=int(now + self.token_seconds)),
            "refreshToken": secrets.token_urlsafe(48),
        }
        self._expiry[tokens["idToken"]] = now + self.token_seconds
        self._refresh_tokens.add(tokens["refreshToken"])
        return tokens

    def revoke_all(self) -> None:
        """Forget every id token; refresh tokens stay good."""
        self._expiry.clear()

    async def _no_id(self, request: Request) -> Response:
        return self.refuse(self.refused(request, "") or 400)

    async def _sign_in(self, request: Request) -> ASGIApp:
        self.sign_ins += 1
        return await self._tokens(request, lambda sent: sent == {"username": USERNAME, "password": PASSWORD})

    async def _renew(self, request: Request) -> ASGIApp:
        self.renewals += 1
        return await self._tokens(request, lambda sent: sent.get("refreshtoken") in self._refresh_tokens)

    async def _tokens(self, request: Request, accepts: Callable[[dict[str, Any]], bool]) -> ASGIApp:
        try:
            sent = await request.json()
        except ValueError:
            sent = None
        if self.down:
            answer = self.refuse(503)
        elif self.refuse_sign_in or not isinstance(sent, dict) or not accepts(sent):
            answer = self.refuse(401)
        else:
            answer = reply({"statusCode": 200, "statusMessage": "OK", "tokens": self.issue()}, 200)
        return delayed(answer, self.sign_in_delay)


def _jwt(**claims: Any) -> str:
    """Something that looks like a token; the signature is noise, which nobody but Senmo could tell."""
    header = {"kid": "KODsandboxsandboxsandbox", "alg": "RS256"}
    payload = {"sub": "sandbox", "jti": secrets.token_hex(16), **claims}
    parts = [json.dumps(part, separators=(",", ":")).encode() for part in (header, payload)]
    return ".".join(_base64(part) for part in [*parts, secrets.token_bytes(256)])


def _base64(part: bytes) -> str:
    return urlsafe_b64encode(part).rstrip(b"=").decode()
