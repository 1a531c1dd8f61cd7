"""A relay in front of the server. It notes what arrives there, and it can refuse in the server's place."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import httpx2

LIMIT = 30
# These are about one connection, and the relay has two.
OF_THE_CONNECTION = {"host", "connection", "content-length", "accept-encoding"}


@dataclass(frozen=True, slots=True)
class Arrival:
    """One request as it came."""

    method: str
    """The MCP method."""
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Refusal:
    """The status and the headers that answer every tool call."""

    status: int
    headers: Mapping[str, str]


@dataclass(slots=True)
class Relay:
    """Where the relay is, what it noted, and whether it refuses."""

    address: str
    arrived: list[Arrival] = field(default_factory=list)
    refusal: Refusal | None = None


@contextmanager
def relaying(server: str) -> Iterator[Relay]:
    """A relay to the server at this address, on a free port."""
    with httpx2.Client(timeout=LIMIT, trust_env=False) as client:
        relay = Relay("")
        with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, relay, partial(client.post, server))) as listener:
            relay.address = f"http://127.0.0.1:{listener.server_port}/mcp"
            Thread(target=listener.serve_forever, daemon=True).start()
            try:
                yield relay
            finally:
                listener.shutdown()


class _Handler(BaseHTTPRequestHandler):
    def __init__(self, relay: Relay, ask: Callable[..., httpx2.Response], *connection: Any) -> None:
        self._relay, self._ask = relay, ask
        super().__init__(*connection)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        method = json.loads(body)["method"]
        self._relay.arrived.append(Arrival(method, headers))
        if method == "tools/call" and (refusal := self._relay.refusal):
            self._answer(refusal.status, refusal.headers, b"")
            return
        passed_on = {name: value for name, value in headers.items() if name not in OF_THE_CONNECTION}
        answer = self._ask(content=body, headers=passed_on)
        kind = answer.headers.get("content-type")
        self._answer(answer.status_code, {"content-type": kind} if kind else {}, answer.content)

    def _answer(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass
