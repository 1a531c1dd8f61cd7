"""Who sends a request, and whether it may go on: the layer behind the SDK's authentication."""

import json
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken

from ..caller import SCOPES
from ..protocol.callers import CALLER, scope_of
from .callers import Callers, Known
from .counts import Counts
from .door import PATH, reply
from .keys import NoKeys
from .tokens import Tokens

EVERYTHING = frozenset(SCOPES)
REMEMBERED = 1024
"""How many callers are remembered, so that a call does not put together again what the call before did."""
SPEAKS_FOR = b"x-forwarded-user"
KEYS_AGAIN = 5
"""After how many seconds the keys of an authorization server may be there."""
MOST_BYTES = 64 * 1024
"""Of a longer request nothing is read here. The longest one that makes sense is a small part of it."""
NOBODY_SPOKEN_FOR = "the gateway speaks for nobody who is known here"
SCOPE_MISSING = "the scope does not allow this"
CALL = "tools/call"
LOOK_UPS = (CALL, "resources/read")
"""What a caller's rate counts. A client lists and greets as often as it likes: behind some gateways that is three
requests for each call."""


class Asked(NamedTuple):
    """What a request asks for, as far as it decides about admission."""

    looks_up: bool
    scope: str | None


class Refusal(NamedTuple):
    """A short answer that ends a request."""

    status: int
    body: dict[str, Any]
    header: tuple[bytes, bytes]


NOTHING = Asked(looks_up=False, scope=None)


class Presented(AccessToken):
    """What somebody presented, as the SDK carries it from its authentication to the admission."""

    known: Any = None
    """Who it is; None where nobody knows whether the token is right."""


class Verifier:
    """The SDK's hook: whom a bearer token belongs to."""

    def __init__(self, callers: Callers, tokens: Tokens | None) -> None:
        self._callers = callers
        self._tokens = tokens
        self._with_token = lru_cache(REMEMBERED)(callers.with_token)

    async def verify_token(self, token: str) -> AccessToken | None:
        known = self._callers.with_key(token)
        try:
            if known is None and self._tokens is not None and (said := await self._tokens.read(token)):
                known = self._with_token(said)
        except NoKeys:
            return _presented(None)
        return _presented(known) if known else None


@lru_cache(REMEMBERED)
def _presented(known: Known | None) -> Presented:
    # The token itself goes no further.
    return Presented(token="", client_id=known.caller.name if known else "", scopes=[], known=known)


class Admission:
    """Finds the caller, counts its requests, and stops what its scopes do not allow."""

    def __init__(
        self, app: Any, *, callers: Callers, counts: Counts, anybody: Known | None, metadata: str | None
    ) -> None:
        """`anybody` asks where nobody has to say who it is; `metadata` is the address that a refusal names."""
        self._app = app
        self._callers = callers
        self._counts = counts
        self._anybody = anybody
        self._metadata = metadata

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["path"] != PATH:
            await self._app(scope, receive, send)
            return
        sender = self._anybody or self._sender(scope)
        if sender is None:
            await self._app(scope, receive, self._with_challenge(send))  # the SDK refuses it
            return
        if isinstance(sender, Known):
            refusal, receive = await self._refusal(sender, scope["method"], receive)
            if refusal is None:
                scope[CALLER] = sender.caller
                await self._app(scope, receive, send)
                return
            sender = refusal
        await reply(send, *sender)

    def _sender(self, scope: Any) -> Known | Refusal | None:
        """Who sent it; why that is not known; or None where nobody showed anything that is right."""
        user = scope.get("user")
        if not isinstance(user, AuthenticatedUser):
            return None
        if (known := getattr(user.access_token, "known", None)) is None:
            return Refusal(503, {"error": "the authorization server's keys cannot be had"}, _retry(KEYS_AGAIN))
        return self._speaking(known, scope["headers"]) or self._forbidden(NOBODY_SPOKEN_FOR, SCOPES)

    async def _refusal(self, sender: Known, method: str, receive: Any) -> tuple[Refusal | None, Any]:
        """Why a request may not go on, or None; and the request to be read once more, because it was read here."""
        # To a GET of the 2025 era the SDK would open a stream here that never says anything and never ends.
        if method != "POST":
            return Refusal(405, {"error": "use POST"}, (b"allow", b"POST")), receive
        scopes, asked = sender.caller.scopes, NOTHING
        if sender.rate != "none" or not scopes >= EVERYTHING:
            receive, asked = await _asked(receive)
        if asked.looks_up and (wait := await self._counts.take(sender.rate, "caller", sender.caller.name)):
            return Refusal(429, {"error": "too many requests"}, _retry(wait)), receive
        if asked.scope not in (None, *scopes) or scopes.isdisjoint(SCOPES):
            return self._forbidden(SCOPE_MISSING, [asked.scope] if asked.scope else SCOPES), receive
        return None, receive

    def _speaking(self, known: Known, headers: list[tuple[bytes, bytes]]) -> Known | None:
        """Whom the sender speaks for; itself, unless it is a gateway and names somebody."""
        names = [value for name, value in headers if name == SPEAKS_FOR]
        if not (known.is_gateway and names):
            return known
        return self._callers.spoken_for(known.caller, names[0].decode("latin-1")) if len(names) == 1 else None

    def _forbidden(self, why: str, scopes: Iterable[str]) -> Refusal:
        challenge = f'Bearer error="insufficient_scope", error_description="{why}"{self._hints(scopes)}'
        return Refusal(403, {"error": "insufficient_scope"}, (b"www-authenticate", challenge.encode()))

    def _with_challenge(self, send: Any) -> Any:
        """Adds to the SDK's refusal what it leaves out: the scopes, and where the metadata is."""

        async def challenging(message: Any) -> None:
            if message["type"] == "http.response.start" and message["status"] == 401:
                hints = self._hints(SCOPES).encode()
                message["headers"] = [
                    (name, value + hints if name == b"www-authenticate" else value)
                    for name, value in message["headers"]
                ]
            await send(message)

        return challenging

    def _hints(self, scopes: Iterable[str]) -> str:
        metadata = f', resource_metadata="{self._metadata}"' if self._metadata else ""
        return f', scope="{" ".join(scopes)}"{metadata}'


def _retry(seconds: int) -> tuple[bytes, bytes]:
    return b"retry-after", str(seconds).encode()


async def _asked(receive: Any) -> tuple[Any, Asked]:
    """What a request asks for, and the request to be read once more."""
    messages, body = [], b""
    while True:
        message = await receive()
        messages.append(message)
        body += message.get("body", b"")
        if message["type"] != "http.request" or not message.get("more_body") or len(body) > MOST_BYTES:
            break

    async def again() -> Any:
        return messages.pop(0) if messages else await receive()

    try:
        said = json.loads(body) if len(body) <= MOST_BYTES else None
    except (ValueError, RecursionError):
        said = None
    method, name = (said.get("method"), said.get("params")) if isinstance(said, dict) else (None, None)
    name = name.get("name") if isinstance(name, dict) else None
    # What is no single message with a method is refused further on; it is counted all the same.
    looks_up = method in LOOK_UPS or not isinstance(method, str)
    return again, Asked(looks_up, scope_of(name) if method == CALL and isinstance(name, str) else None)
