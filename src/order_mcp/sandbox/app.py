"""The sandbox itself: every emulator found in this package, below its own name, with a record of the wire."""

import inspect
import pkgutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Literal, NamedTuple

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount, Router
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .emulator import Emulator, Tool


class Known(NamedTuple):
    """An id that the sandbox has something to say about."""

    provider: str
    tool: Tool
    id: str
    description: str


@dataclass(slots=True)
class Exchange:
    """One request as it came over the wire, and how it ended."""

    provider: str
    """The first segment of the path: a provider's name, unless somebody is lost."""
    method: str
    path: str
    """As received, percent-encoding and query included."""
    headers: Mapping[str, str]
    """By lower-case name."""
    started: float
    """On the monotonic clock."""
    ended: Literal["answered", "disconnected"] | None = None
    """`disconnected` where the client left first; None while it waits, and where the sandbox hung up."""


class Sandbox:
    """The emulated provider APIs, their state, and what they were asked."""

    def __init__(self, emulators: Mapping[str, Emulator]) -> None:
        self.emulators = emulators
        self.requests: list[Exchange] = []
        self.app = Starlette(
            routes=[
                Mount(f"/{name}", Router(emulator.routes(), redirect_slashes=False))
                for name, emulator in emulators.items()
            ],
            middleware=[Middleware(_Recorder, self.requests)],
        )
        self.app.router.redirect_slashes = False

    def environment(self, origin: str) -> dict[str, str]:
        """The variables that point order-mcp at this sandbox, served at `origin`."""
        return {
            variable: value
            for name, emulator in self.emulators.items()
            for variable, value in emulator.environment(f"{origin}/{name}").items()
        }

    def known(self) -> list[Known]:
        """Every id with a meaning: first those answered as they should be, then those that misbehave."""
        pairs = [(each, resource) for each in self.emulators.values() for resource in each.resources]
        good = [
            Known(emulator.name, resource.tool, entry.id, entry.description)
            for emulator, resource in pairs
            for entry in resource.entries
        ]
        bad = [
            Known(emulator.name, resource.tool, id, row.description)
            for emulator, resource in pairs
            for id, row in emulator.misbehaving.items()
        ]
        return good + bad


class _Recorder:
    """Notes every request, and routes by the path as it was sent: an encoded slash does not part segments."""

    def __init__(self, app: ASGIApp, requests: list[Exchange]) -> None:
        self._app = app
        self._requests = requests

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        path = scope["raw_path"].decode("ascii")
        query = scope["query_string"].decode("ascii")
        exchange = Exchange(
            provider=path.split("/")[1],
            method=scope["method"],
            path=f"{path}?{query}" if query else path,
            headers={name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]},
            started=time.monotonic(),
        )
        self._requests.append(exchange)

        async def note_leaving() -> Message:
            message = await receive()
            if message["type"] == "http.disconnect":
                exchange.ended = exchange.ended or "disconnected"
            return message

        async def note_answer(message: Message) -> None:
            if message["type"] == "http.response.body" and not message.get("more_body", False):
                exchange.ended = exchange.ended or "answered"
            await send(message)

        await self._app({**scope, "path": path}, note_leaving, note_answer)


def create_sandbox() -> Sandbox:
    """A sandbox with every emulator that has a file in this package."""
    package = import_module(__name__.rpartition(".")[0])
    files = pkgutil.iter_modules(package.__path__, f"{package.__name__}.")
    emulators = [
        member()
        for file in files
        for member in vars(import_module(file.name)).values()
        if inspect.isclass(member) and issubclass(member, Emulator) and not inspect.isabstract(member)
    ]
    return Sandbox({emulator.name: emulator for emulator in emulators})
