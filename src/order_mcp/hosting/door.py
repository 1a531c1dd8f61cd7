"""What happens to an HTTP request before the SDK sees it: is it meant for this server, and is the server alive.

`Door` stands around the application, `Admission` (in its own file) inside the SDK's authentication.
"""

import json
import re
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import urlsplit

PATH = "/mcp"
ALIVE, READY = "/healthz", "/readyz"
_THIS_MACHINE = re.compile(rb"(127\.0\.0\.1|localhost|\[::1\])(:[0-9]{1,5})?", re.IGNORECASE)
_PORTS = {"https": 443, "http": 80}


class Public(NamedTuple):
    """The address that clients use, as requests name it."""

    hosts: frozenset[bytes] = frozenset()
    origins: frozenset[bytes] = frozenset()

    @classmethod
    def of(cls, url: str | None) -> "Public":
        if url is None:
            return cls()
        parts = urlsplit(url.lower())
        bare = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
        usual = _PORTS[parts.scheme]
        # Whether a client writes the usual port out is its own business.
        names = {f"{bare}:{parts.port or usual}", *([bare] if parts.port in (None, usual) else [])}
        return cls(
            frozenset(str(name).encode() for name in names),
            frozenset(f"{parts.scheme}://{name}".encode() for name in names),
        )


class Door:
    """The outermost layer: answers for the server's own health, refuses what is meant for others."""

    def __init__(self, app: Any, public: Public, key_headers: frozenset[str], is_ready: Callable[[], bool]) -> None:
        self._app = app
        self._public = public
        self._key_headers = frozenset(name.encode() for name in key_headers)
        self._is_ready = is_ready

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif scope["path"] in (ALIVE, READY):
            # Whoever watches over containers asks by address, and shows no key.
            is_fine = scope["path"] == ALIVE or self._is_ready()
            await reply(send, 200 if is_fine else 503, {"status": "ok" if is_fine else "not ready"})
        elif refused := self._refused(scope):
            await reply(send, *refused)
        else:
            # A slash at the end is no reason to send anybody elsewhere: behind a proxy, that would be without TLS.
            path = PATH if scope["path"] == f"{PATH}/" else scope["path"]
            await self._app({**self._with_key(scope), "path": path}, receive, _held(send))

    def _refused(self, scope: Any) -> tuple[int, dict[str, str]] | None:
        """What refuses a request, or None where it may go on."""
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        origins = [value for name, value in scope["headers"] if name == b"origin"]
        # A page of somebody else that a browser shows must not reach the server under a name of its own.
        if len(hosts) != 1 or not (_THIS_MACHINE.fullmatch(hosts[0]) or hosts[0].lower() in self._public.hosts):
            return 421, {"error": "this server does not answer for this host"}
        for origin in origins:
            is_own = _THIS_MACHINE.fullmatch(origin.removeprefix(b"http://")) is not None
            if not (is_own or origin.lower() in self._public.origins):
                return 403, {"error": "this origin may not call"}
        if sum(name == b"authorization" for name, _ in scope["headers"]) > 1:
            return 400, {"error": "more than one Authorization header"}
        return None

    def _with_key(self, scope: Any) -> Any:
        """The request with its key where the SDK looks for one."""
        headers = scope["headers"]
        keys = [value for name, value in headers if name in self._key_headers]
        if len(keys) != 1 or any(name == b"authorization" for name, _ in headers):
            return scope
        return {**scope, "headers": [*headers, (b"authorization", b"Bearer " + keys[0])]}


def _held(send: Any) -> Any:
    """Sends the head of an answer together with what follows it.

    The SDK would send it at once. A proxy that has seen it can ask nobody else any more, should this process die.
    """
    heads: list[Any] = []

    async def sending(message: Any) -> None:
        if message["type"] == "http.response.start":
            heads.append(message)
            return
        while heads:
            await send(heads.pop())
        await send(message)

    return sending


async def reply(send: Any, status: int, body: dict[str, Any], *headers: tuple[bytes, bytes]) -> None:
    """A short answer without MCP."""
    content = json.dumps(body).encode()
    about = [(b"content-type", b"application/json"), (b"content-length", str(len(content)).encode()), *headers]
    await send({"type": "http.response.start", "status": status, "headers": about})
    await send({"type": "http.response.body", "body": content})
