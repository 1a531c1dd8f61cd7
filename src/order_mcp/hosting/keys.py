"""The keys of an authorization server: found by its own metadata, kept, and fetched again for a key that is new."""

import asyncio
import json
import logging
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import anyio
import httpx2
from jwt import PyJWK, PyJWTError

from ..rules import address as read_address

FETCH_SECONDS = 5.0
AGAIN_AFTER_SECONDS = 60.0
"""How long nothing is fetched again, whatever unknown keys tokens name."""
FIRST_AGAIN_SECONDS = 5.0
"""The same as long as there is no key at all."""
KEPT_SECONDS = 600.0
"""How old the keys may be before they are fetched again, so that one that was withdrawn is not taken for long."""
OUTLIVES_SECONDS = 24 * 3600.0
"""How long keys go on while their server does not answer."""
MOST_BYTES = 256 * 1024
MOST_KEYS = 100
LEAST_RSA_BITS = 2048
MISNAMED = "its metadata names the issuer {other}, and ORDER_MCP_OAUTH_ISSUER has to be exactly that"
log = logging.getLogger("order_mcp")
FAILURES = (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError, RecursionError)
# What a key of a kind signs with here. The token's own word for it is only compared with this.
ALGORITHMS = {("RSA", None): "RS256", ("EC", "P-256"): "ES256", ("OKP", "Ed25519"): "EdDSA"}


class NoKeys(Exception):
    """The keys cannot be had, so nobody knows whether a token is right."""


class Misnamed(Exception):
    """The metadata is that of another issuer, by its own words."""


class Key:
    """A public key, and the one algorithm that it is used with."""

    def __init__(self, jwk: PyJWK, algorithm: str) -> None:
        self.jwk = jwk
        self.algorithm = algorithm


class Keys:
    """The keys of one issuer."""

    def __init__(self, issuer: str) -> None:
        self._issuer = issuer
        self._keys: dict[str | None, Key] = {}
        self._fetched_at = -KEPT_SECONDS
        self._tried_at = -AGAIN_AFTER_SECONDS
        self._turn = anyio.Lock()
        self._in_background: asyncio.Task[None] | None = None
        self.trouble = ""
        """Why they could not be fetched the last time."""

    async def key(self, id: str | None) -> Key | None:
        """The key with this id, or None where there is none. A token without an id means the only key.

        Raises:
            NoKeys: there are no keys yet, and they cannot be had.
        """
        if time.monotonic() - self._fetched_at > OUTLIVES_SECONDS:
            self._keys = {}
        known = self._find(id)
        if known is None:
            await self._refresh()
        elif time.monotonic() - self._fetched_at >= KEPT_SECONDS:
            self._in_background = asyncio.create_task(self._refresh())  # nobody waits for it
        if not self._keys:
            raise NoKeys
        return known or self._find(id)

    async def count(self) -> int:
        """How many there are.

        Raises:
            NoKeys: there are none, and they cannot be had.
        """
        await self.key(None)
        return len(self._keys)

    def _find(self, id: str | None) -> Key | None:
        if id is None:
            return next(iter(self._keys.values())) if len(self._keys) == 1 else None
        return self._keys.get(id)

    async def _refresh(self) -> None:
        """Fetch the keys, if that was not tried just now. Where it fails, those that are known go on."""
        async with self._turn:
            if time.monotonic() - self._tried_at < (AGAIN_AFTER_SECONDS if self._keys else FIRST_AGAIN_SECONDS):
                return
            self._tried_at = time.monotonic()
            keys: dict[str | None, Key] = {}
            trouble = f"it did not answer within {FETCH_SECONDS:g} seconds"
            # However slow its parts are, the whole has an end; and it goes on when whoever asked first leaves.
            with anyio.CancelScope(shield=True), anyio.move_on_after(FETCH_SECONDS):
                try:
                    keys = await _fetched(self._issuer)
                    trouble = "" if keys else "it names no key that can be used"
                except Misnamed as other:
                    trouble = str(other)
                except FAILURES as failure:
                    trouble = f"its metadata or its keys cannot be read ({type(failure).__name__})"
            if trouble and not self.trouble:
                log.warning("the keys of %s cannot be had: %s", self._issuer, trouble)
            self.trouble = trouble
            # Whoever waited for this does not try once more: each of them would wait for all before.
            self._tried_at = time.monotonic()
            if keys:
                self._keys, self._fetched_at = keys, self._tried_at


async def _fetched(issuer: str) -> dict[str | None, Key]:
    others: list[object] = []
    async with httpx2.AsyncClient(timeout=FETCH_SECONDS, follow_redirects=False) as client:
        for address in metadata_addresses(issuer):
            document = await _json(client, address)
            # Metadata of somebody else must not lend its keys to this issuer (RFC 8414, 3.3).
            if document is not None and document.get("issuer") == issuer:
                return _usable(await _json(client, _checked(document.get("jwks_uri"))) or {})
            others += [document["issuer"]] if document is not None and "issuer" in document else []
    if others and isinstance(others[0], str) and others[0].isascii() and others[0].isprintable():
        raise Misnamed(MISNAMED.format(other=others[0][:200]))
    raise ValueError("no metadata")


def metadata_addresses(issuer: str) -> list[str]:
    """Where an issuer's metadata may be: RFC 8414, else OpenID Connect discovery, in both places that are in use."""
    parts = urlsplit(issuer)
    origin, path = f"{parts.scheme}://{parts.netloc}", parts.path.rstrip("/")
    return [
        f"{origin}/.well-known/oauth-authorization-server{path}",
        f"{origin}{path}/.well-known/openid-configuration",
        f"{origin}/.well-known/openid-configuration{path}",
    ]


def _checked(address: object) -> str:
    """An address that may be fetched: https, or http on this machine. Some issuers name their policy in a query."""
    if not isinstance(address, str) or not (address.isascii() and address.isprintable()) or " " in address:
        raise ValueError("no address")
    path, question, query = address.partition("?")
    return read_address(path) + question + query


async def _json(client: httpx2.AsyncClient, address: str) -> dict[str, Any] | None:
    """A JSON object; None where there is none at this address. Some answer whatever they do not know with a page."""
    async with client.stream("GET", address, headers={"Accept": "application/json"}) as response:
        if response.status_code != 200:
            return None
        body = b""
        async for piece in response.aiter_bytes():
            body += piece
            if len(body) > MOST_BYTES:
                return None
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _usable(document: Mapping[str, Any]) -> dict[str | None, Key]:
    listed = document.get("keys")
    keys: dict[str | None, Key] = {}
    for each in listed[:MOST_KEYS] if isinstance(listed, list) else []:
        if isinstance(each, dict) and (key := _key(each)) is not None:
            id = each.get("kid")
            keys[id if isinstance(id, str) else None] = key
    return keys


def _key(said: dict[str, Any]) -> Key | None:
    """A key that signs tokens; None for any other."""
    algorithm = ALGORITHMS.get((said.get("kty", ""), said.get("crv"))) if _is_text(said) else None
    if algorithm is None or said.get("use", "sig") != "sig" or said.get("alg", algorithm) != algorithm:
        return None
    if "key_ops" in said and "verify" not in (said["key_ops"] if isinstance(said["key_ops"], list) else []):
        return None
    try:
        jwk = PyJWK(said, algorithm)
    except (PyJWTError, ValueError, TypeError):
        return None
    is_weak = algorithm == "RS256" and jwk.key.key_size < LEAST_RSA_BITS
    return None if is_weak or "d" in said else Key(jwk, algorithm)


def _is_text(said: Mapping[str, Any]) -> bool:
    return isinstance(said.get("kty"), str) and isinstance(said.get("crv"), str | None)
