"""Reads a token that an authorization server issued (RFC 9068, RFC 8725): who sent it, and what it may do."""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import jwt

from ..caller import CUSTOMER_SCOPE
from .keys import ALGORITHMS, Keys

log = logging.getLogger("order_mcp")
MOST_TOKEN_CHARS = 16 * 1024
CLOCKS_DIFFER_SECONDS = 5
TYPES = (None, "jwt", "at+jwt", "application/at+jwt")
"""What a token may say that it is. A logout token of the same issuer, for example, is none of these."""
KEPT = 1024
KEPT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Token:
    """What a token that is right says."""

    subject: str | None
    client: str | None
    scopes: frozenset[str]
    expires_at: int
    email: str | None
    """The customer's own address, where the issuer has verified it and the token is a customer's."""


class Tokens:
    """The tokens of one issuer for one audience."""

    def __init__(self, issuer: str, audience: str, customer_claim: str) -> None:
        self._keys = Keys(issuer)
        self._issuer = issuer
        self._audience = audience
        self._customer_claim = customer_claim
        self._known: dict[bytes, tuple[float, Token]] = {}

    async def read(self, text: str) -> Token | None:
        """What a token says, or None where it is not right.

        Raises:
            NoKeys: nobody knows whether it is right.
        """
        # A signature takes longer to check than the rest of a call's way in. For a minute it is remembered.
        name = sha256(text.encode("utf-8", "surrogatepass")).digest()
        until, token = self._known.get(name, (0.0, None))
        if token is None or until < time.monotonic():
            token = await self._checked(text)
            if token is None:
                return None
            if len(self._known) >= KEPT:
                self._known.clear()
            self._known[name] = (time.monotonic() + KEPT_SECONDS, token)
        return token if token.expires_at + CLOCKS_DIFFER_SECONDS > time.time() else None

    async def _checked(self, text: str) -> Token | None:
        if len(text) > MOST_TOKEN_CHARS:
            return None
        try:
            header = jwt.get_unverified_header(text)
            if not _is_fit(header):
                raise jwt.InvalidTokenError
            key = await self._keys.key(header.get("kid"))
            if key is None or header["alg"] != key.algorithm:
                raise jwt.InvalidKeyError
            claims = jwt.decode(
                text,
                key.jwk.key,
                algorithms=[key.algorithm],
                audience=self._audience,
                issuer=self._issuer,
                leeway=CLOCKS_DIFFER_SECONDS,
                options={"require": ["exp", "iss", "aud"], "verify_iat": False, "verify_jti": False},
            )
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError, OverflowError) as refused:
            # Whoever sent it is not told why; and of the token itself nothing is said to anybody.
            log.info("a token was refused: %s", type(refused).__name__)
            return None
        return self._token(claims)

    def _token(self, claims: Mapping[str, Any]) -> Token | None:
        subject, client = (_text(claims.get(name)) for name in ("sub", "client_id"))
        client = client or _text(claims.get("azp"))
        if subject is None and client is None:
            return None
        scopes = frozenset(_scopes(claims.get("scope")) | _scopes(claims.get("scp")))
        is_customers = CUSTOMER_SCOPE in scopes and claims.get("email_verified") is True
        email = _text(claims.get(self._customer_claim)) if is_customers else None
        return Token(subject, client, scopes, int(claims["exp"]), email)


def _is_fit(header: Mapping[str, Any]) -> bool:
    """Whether a token's header asks for nothing that is not known here."""
    type, id = header.get("typ"), header.get("kid")
    return (
        header.get("alg") in ALGORITHMS.values()
        and "crit" not in header
        and (type.lower() if isinstance(type, str) else type) in TYPES
        and isinstance(id, str | None)
    )


def _scopes(said: object) -> set[str]:
    """A list of scopes, which some write as one text with spaces."""
    words = said.split() if isinstance(said, str) else said if isinstance(said, list) else []
    return {word for word in words if isinstance(word, str)}


def _text(said: object) -> str | None:
    return said if isinstance(said, str) and 0 < len(said) <= 254 else None
