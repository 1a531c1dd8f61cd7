"""Who may call: rows of a file, and tokens. A row gives a caller a name and narrows what it may do."""

import hmac
import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from ..account_config import read_tables
from ..caller import CUSTOMER_SCOPE, SCOPES, Caller, narrower
from ..config import Config
from ..environment import ConfigurationError
from ..models import Audience
from ..rules import matching, rate
from ..wording import listed
from .tokens import Token

KEYS = ("token_sha256", "header", "subject", "scopes", "accounts", "audience", "rate_limit", "gateway")
log = logging.getLogger("order_mcp")
_HASH = re.compile(r"[0-9a-f]{64}")
_OF_NOTHING = sha256(b"").hexdigest()  # what a shell makes of a variable that is not set
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_HEADER = re.compile(r"[A-Za-z0-9-]{1,64}")
_NAME_RULE = "a caller's name must be at most 64 letters, digits, ., - and _, and begin with a letter or a digit"
_header_name = matching(_HEADER, "header must be the name of a header, such as X-API-Key")


@dataclass(frozen=True, slots=True)
class Row:
    """One caller of the file."""

    caller: Caller
    rate: str
    hashes: tuple[str, ...] = ()
    header: str | None = None
    subject: str | None = None
    is_gateway: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """Who sent a request, how often it may, and whether it may speak for others."""

    caller: Caller
    rate: str
    is_gateway: bool = False


class Callers:
    """Everybody who may call."""

    def __init__(self, config: Config, usual_rate: str) -> None:
        """
        Raises:
            ConfigurationError: the file cannot be read, or a row of it is not right.
        """
        self._config = config
        self._rate = usual_rate
        path = config.hosted.callers_file
        tables = read_tables("ORDER_MCP_CALLERS_FILE", path, "callers") if path else {}
        self._rows = {name: self._row(name, table) for name, table in tables.items()}
        if path and not self._rows:
            raise ConfigurationError(f"ORDER_MCP_CALLERS_FILE {path!r} names no caller.")
        self._by_subject = {row.subject: row for row in self._rows.values() if row.subject}
        self._hashes = [(hash, row) for row in self._rows.values() for hash in row.hashes]
        # Of two rows that are meant for one caller, the narrower one might be the one that does not count.
        self._refuse_twice("subject", [row.subject for row in self._rows.values() if row.subject])
        self._refuse_twice("token_sha256", [hash for hash, _ in self._hashes])

    @property
    def count(self) -> int:
        """How many the file names."""
        return len(self._rows)

    @property
    def headers(self) -> frozenset[str]:
        """The headers, in small letters, in which keys come besides `Authorization`."""
        return frozenset(row.header.lower() for row in self._rows.values() if row.header)

    def with_key(self, key: str) -> Known | None:
        """The caller that has this key. Every hash is compared, so that time does not tell which was nearly right."""
        hash = sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
        found = [row for known, row in self._hashes if hmac.compare_digest(known, hash)]
        if any(key == known for known, _ in self._hashes):
            log.warning("somebody sent what stands in token_sha256; there has to stand the SHA-256 of the key instead")
        return Known(found[0].caller, found[0].rate, found[0].is_gateway) if found else None

    def with_token(self, token: Token) -> Known:
        """The caller that a token names. A row of the file narrows it; without one it may do what its scopes say."""
        row = self._by_subject.get(token.subject or "") or self._by_subject.get(token.client or "")
        allowed = token.scopes
        if CUSTOMER_SCOPE in allowed and not self._config.hosted.verify:
            allowed = frozenset()  # it would open every order to a customer
        if row is not None:
            caller = replace(row.caller, scopes=row.caller.scopes & allowed, email=token.email)
            return Known(caller, row.rate, row.is_gateway)
        # Its subject may be a person, so it is not called by it.
        name = sha256(f"{token.client}\n{token.subject}".encode("utf-8", "surrogatepass")).hexdigest()[:32]
        # What is offered is remembered for each set of rights, so scopes that mean nothing here are left out.
        rights = replace(self._config.caller, scopes=allowed & set(SCOPES), is_listed=False)
        return Known(replace(rights, name=f"token:{name}", email=token.email), self._rate)

    def spoken_for(self, gateway: Caller, name: str) -> Known | None:
        """The caller that a gateway names, which can do no more than the gateway; None where nobody has it."""
        if (row := self._rows.get(name)) is None:
            return None
        theirs = row.caller
        caller = replace(
            theirs,
            audience=narrower(theirs.audience, gateway.audience),
            accounts=tuple(account for account in theirs.accounts if account in gateway.accounts),
            scopes=theirs.scopes & gateway.scopes,
        )
        return Known(caller, row.rate)

    def _refuse_twice(self, key: str, values: Sequence[str]) -> None:
        if len(set(values)) < len(values):
            raise ConfigurationError(f"ORDER_MCP_CALLERS_FILE: two rows have the same {key}.")

    def _row(self, name: str, table: Mapping[str, Any]) -> Row:
        if not _NAME.fullmatch(name):
            raise ConfigurationError(f"ORDER_MCP_CALLERS_FILE: {_NAME_RULE}.")
        try:
            return self._read(name, table)
        except ValueError as rule:
            raise ConfigurationError(f"ORDER_MCP_CALLERS_FILE, [callers.{name}]: {rule}.") from None

    def _read(self, name: str, table: Mapping[str, Any]) -> Row:
        """A row. Raises ValueError with what is wrong; a value is never repeated, because it may be a key."""
        for key in table:
            if key not in KEYS:
                raise ValueError(f"{key} is none of {listed(list(KEYS), 'and')}")
        hashes = tuple(_texts(table, "token_sha256", one_will_do=True))
        if not all(map(_HASH.fullmatch, hashes)):
            raise ValueError("token_sha256 must be the SHA-256 of the key, as 64 digits and small letters a to f")
        if _OF_NOTHING in hashes:
            raise ValueError("token_sha256 is the SHA-256 of an empty key")
        subject = _text(table, "subject")
        if bool(hashes) == bool(subject):
            raise ValueError("it needs token_sha256 or subject, and not both")
        header = _text(table, "header")
        if header is not None and not hashes:
            raise ValueError("header goes with token_sha256 only")
        everything = self._config.caller
        usable = everything.accounts
        accounts = tuple(_chosen(table, "accounts", tuple(self._config.accounts))) if "accounts" in table else usable
        audience = _text(table, "audience")
        if audience not in (None, *Audience):
            raise ValueError(f"audience takes {listed(list(Audience), 'or')}")
        limit = _text(table, "rate_limit")
        if not isinstance(table.get("gateway", False), bool):
            raise ValueError("gateway must be true or false")
        return Row(
            Caller(
                name,
                narrower(everything.audience, Audience(audience)) if audience else everything.audience,
                tuple(account for account in usable if account in accounts),
                frozenset(_chosen(table, "scopes", SCOPES)) if "scopes" in table else frozenset(SCOPES),
            ),
            rate=self._rate if limit is None else _rate(limit),
            hashes=hashes,
            header=None if header is None else str(_header_name(header)),
            subject=subject,
            is_gateway=table.get("gateway", False),
        )


def _text(table: Mapping[str, Any], key: str) -> str | None:
    """One text. Of a list, all but one would silently not count."""
    if key not in table:
        return None
    if not isinstance(table[key], str) or not table[key].strip():
        raise ValueError(f"{key} must be a text in quotation marks")
    return str(table[key])


def _texts(table: Mapping[str, Any], key: str, *, one_will_do: bool = False) -> Iterator[str]:
    value = table.get(key, [])
    values = [value] if one_will_do and isinstance(value, str) else value
    if not isinstance(values, list) or not all(isinstance(each, str) and each.strip() for each in values):
        raise ValueError(f"{key} must be {'a text or ' if one_will_do else ''}a list of texts in quotation marks")
    yield from values


def _rate(limit: str) -> str:
    try:
        return str(rate(limit))
    except ValueError as rule:
        raise ValueError(f"rate_limit {rule}") from None


def _chosen(table: Mapping[str, Any], key: str, known: Sequence[str]) -> Iterator[str]:
    for each in _texts(table, key):
        if each not in known:
            raise ValueError(f"{key} takes {listed(list(known), 'and')}")
        yield each
