"""The server that others reach, served by the test process itself; and an authorization server whose word it takes."""

import json
import socket
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import Any, Self

import httpx2
import uvicorn
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import get_default_algorithms
from jwt.utils import base64url_encode

from order_mcp.config import read_config
from order_mcp.hosting.app import http_app
from order_mcp.hosting.process import listen, url_of
from order_mcp.testing.stub import Asked, Reply, Stub

from .processes import ENVELOPE, MODERN, PATIENCE

ACCEPT = {"Accept": "application/json, text/event-stream"}
Headers = Sequence[tuple[str, str]]

# Requests ------------------------------------------------------------------------------------------------------------


def message(method: str, era: str = MODERN, **params: Any) -> tuple[dict[str, Any], dict[str, str]]:
    """A request of one era, with its headers."""
    headers = ACCEPT | {"MCP-Protocol-Version": era}
    if era == MODERN:
        params["_meta"] = ENVELOPE
        headers["Mcp-Method"] = method
        if name := params.get("name") or params.get("uri"):
            headers["Mcp-Name"] = name
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}, headers


def result_of(response: httpx2.Response) -> Any:
    """What a request that went through was answered with: its result, or the error of the protocol."""
    text = response.text
    if response.headers["content-type"].startswith("text/event-stream"):
        [text] = [line.removeprefix("data: ") for line in text.splitlines() if line.startswith("data: ")]
    said = json.loads(text)
    return said["result"] if "result" in said else said["error"]


def found_in(response: httpx2.Response) -> dict[str, Any]:
    """What a tool call found."""
    result = result_of(response)
    assert not result["isError"], result
    found: dict[str, Any] = result["structuredContent"]
    return found


def error_in(response: httpx2.Response) -> dict[str, Any]:
    """The error of a tool call."""
    result = result_of(response)
    assert result["isError"], result
    error: dict[str, Any] = json.loads(result["content"][0]["text"].rsplit("\n", 1)[1])["error"]
    return error


class Client:
    """Sends requests as they are meant, right or wrong."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.origin = url.removesuffix("/mcp")
        # Nothing here speaks TLS, and reading all certificates takes a while.
        self._http = httpx2.Client(timeout=PATIENCE, trust_env=False, verify=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self._http.close()

    def ask(
        self, method: str, headers: Headers | str = (), /, *, era: str = MODERN, url: str = "", **params: Any
    ) -> httpx2.Response:
        """One request; a text in the place of headers is a token."""
        body, usual = message(method, era, **params)
        given = [("Authorization", f"Bearer {headers}")] if isinstance(headers, str) else headers
        return self._http.post(url or self.url, json=body, headers=_on_the_wire([*usual.items(), *given]))

    def tools(self, headers: Headers | str = (), /, **more: Any) -> httpx2.Response:
        """What can be called. Nobody's orders are looked up for it, and it is not counted."""
        return self.ask("tools/list", headers, **more)

    def call(
        self, tool: str, headers: Headers | str = (), /, *, era: str = MODERN, **arguments: Any
    ) -> httpx2.Response:
        return self.ask("tools/call", headers, era=era, name=tool, arguments=arguments)

    def get(self, path: str, headers: Headers = ()) -> httpx2.Response:
        return self._http.get(self.origin + path, headers=_on_the_wire(headers))

    def send(self, method: str, path: str, headers: Headers = (), content: bytes = b"") -> httpx2.Response:
        return self._http.request(method, self.origin + path, headers=_on_the_wire(headers), content=content)

    def raw(self, headers: bytes) -> int:
        """The status of a request with these header lines, which no library would write."""
        host, port = self.origin.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=PATIENCE) as connection:
            connection.sendall(b"POST /mcp HTTP/1.1\r\nContent-Length: 0\r\n" + headers + b"\r\n\r\n")
            return int(connection.recv(65536).split()[1])


def _on_the_wire(headers: Headers) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode("latin-1")) for name, value in headers]


# The server ----------------------------------------------------------------------------------------------------------


@contextmanager
def hosting(variables: Mapping[str, str] | Callable[[str], Mapping[str, str]]) -> Iterator[Client]:
    """The hosted server on a free port of this process, with these variables, which may depend on its address."""
    with listen("127.0.0.1", 0) as listener:
        url = url_of("127.0.0.1", listener)
        server = uvicorn.Server(
            uvicorn.Config(
                http_app(read_config(variables(url) if callable(variables) else variables)),
                loop="asyncio",
                http="h11",
                ws="none",
                log_config=None,
                log_level="critical",
                access_log=False,
                timeout_graceful_shutdown=1,
            )
        )
        thread = Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        try:
            with Client(url) as client:
                yield client
        finally:
            server.should_exit = True
            thread.join(PATIENCE)


def hashed(key: str) -> str:
    """What a file of callers says of a key."""
    return sha256(key.encode()).hexdigest()


def written(heading: str, rows: Mapping[str, Mapping[str, Any]]) -> str:
    """Rows as TOML."""
    lines = []
    for name, row in rows.items():
        # What stands in these files is written in JSON as it is in TOML.
        lines += [f"[{heading}.{name}]", *(f"{key} = {json.dumps(value)}" for key, value in row.items())]
    return "\n".join(lines)


def file_of(folder: Path, text: str, name: str = "callers.toml") -> str:
    """A file with this text, and where it is."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


class Clock:
    """Stands in for the module `time` where a test does not want to wait."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def monotonic(self) -> float:
        return time.monotonic() + self.ahead

    def time(self) -> float:
        return time.time() + self.ahead


# The authorization server --------------------------------------------------------------------------------------------

Private = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


@dataclass(frozen=True)
class Signer:
    """A private key, and how a key server speaks of its public half."""

    id: str | None
    algorithm: str
    private: Private = field(repr=False)
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def jwk(self) -> dict[str, Any]:
        return self._written(self.private.public_key())

    @property
    def leaked(self) -> dict[str, Any]:
        """The same with its private half."""
        return self._written(self.private)

    def _written(self, key: Any) -> dict[str, Any]:
        algorithm: Any = get_default_algorithms()[self.algorithm]
        named = {} if self.id is None else {"kid": self.id}
        return {**algorithm.to_jwk(key, as_dict=True), **named, **self.more}


@cache
def signer(id: str | None, algorithm: str = "RS256", bits: int = 2048, **more: Any) -> Signer:
    """The key of this id; the same again for the same words."""
    kinds: dict[str, Callable[[], Private]] = {
        "RS256": lambda: rsa.generate_private_key(public_exponent=65537, key_size=bits),
        "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
        "ES384": lambda: ec.generate_private_key(ec.SECP384R1()),
        "EdDSA": ed25519.Ed25519PrivateKey.generate,
    }
    return Signer(id, algorithm, kinds[algorithm](), more)


def encoded(value: object) -> str:
    """A part of a token: JSON, or a text as it stands."""
    text = value if isinstance(value, str) else json.dumps(value)
    return base64url_encode(text.encode()).decode()


def jws(header: object, payload: object, sign: Callable[[bytes], bytes]) -> str:
    """A token of whatever parts."""
    signed = f"{encoded(header)}.{encoded(payload)}"
    return f"{signed}.{base64url_encode(sign(signed.encode())).decode()}"


class Issuer:
    """An authorization server: says where its keys are and which, and issues what a test wants."""

    def __init__(self, stub: Stub, audience: str, path: str = "") -> None:
        self.stub = stub
        self.audience = audience
        self.address = stub.origin + path
        self.where = "/.well-known/oauth-authorization-server" + path
        """The path of its metadata."""
        self.mend()
        stub.reply = self._reply

    def mend(self) -> None:
        """All is as it should be."""
        self.metadata: dict[str, Any] = {"issuer": self.address, "jwks_uri": f"{self.stub.origin}/keys"}
        self.signers: list[Signer] = [signer("one")]
        self.also: list[Any] = []
        """What stands among its keys besides."""
        self.instead: dict[str, Reply] = {}
        """What it answers instead, by path; `*` is every path."""
        self.thinks_seconds = 0.0

    def _reply(self, asked: Asked) -> Reply:
        time.sleep(self.thinks_seconds)
        if instead := self.instead.get(asked.path, self.instead.get("*")):
            return instead
        if asked.path == self.where:
            return Reply(json=self.metadata)
        if asked.path.partition("?")[0] == "/keys":
            return Reply(json={"keys": [*(each.jwk for each in self.signers), *self.also]})
        return Reply(404, json={})

    @property
    def fetched(self) -> int:
        """How often its keys were asked for."""
        return sum(asked.path == "/keys" for asked in self.stub.asked)

    def claims(self, **other: Any) -> dict[str, Any]:
        """What an access token says; None leaves a claim out."""
        usual = {
            "iss": self.address,
            "aud": self.audience,
            "sub": "ada",
            "exp": int(time.time()) + 600,
            "scope": "orders:read carts:read orders:find",
        }
        return {name: value for name, value in (usual | other).items() if value is not None}

    def token(self, by: Signer | None = None, *, header: Mapping[str, Any] | None = None, **claims: Any) -> str:
        """A token with other claims, another header (None leaves a part out), or by another key."""
        by = by or self.signers[0]
        head = {"alg": by.algorithm, "typ": "at+jwt", "kid": by.id} | dict(header or {})
        return self.sign({name: value for name, value in head.items() if value is not None}, self.claims(**claims), by)

    def sign(self, header: object, payload: object, by: Signer | None = None) -> str:
        """A token of whatever parts, rightly signed."""
        by = by or self.signers[0]
        algorithm: Any = get_default_algorithms()[by.algorithm]
        return jws(header, payload, lambda text: bytes(algorithm.sign(text, by.private)))
