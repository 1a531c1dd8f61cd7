"""What every emulated API shares: sign-in first, then ids that misbehave, then ids it knows, then its own 404.

A provider file declares one subclass of `Emulator`; the sandbox finds it there.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import cycle
from typing import Any, ClassVar, Literal
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from .answers import Entry, reply
from .misbehave import MISBEHAVIOURS, Occasion

Tool = Literal["get_order", "get_cart"]


@dataclass(frozen=True, slots=True)
class Resource:
    """One kind of thing that can be looked up."""

    tool: Tool
    path: str
    entries: Sequence[Entry]
    example: Callable[[str, str], Entry]
    """A good answer for an id of one's own choice; the second argument becomes the end of a text in it."""
    missing: Any = None
    """The body for an id that is not there, where it is another one than the provider's usual 404."""

    def find(self, id: str) -> Entry | None:
        return next((entry for entry in self.entries if entry.id == id), None)


class Emulator(ABC):
    """One provider's API."""

    name: ClassVar[str]
    resources: ClassVar[tuple[Resource, ...]]
    refusals: ClassVar[Mapping[int, Any]]
    """The provider's own body for each status that refuses."""
    numeric_ids: ClassVar[bool] = False

    def __init__(self) -> None:
        self.misbehaving = {row.number if self.numeric_ids else row.id: row for row in MISBEHAVIOURS}
        self._turns = {id: cycle(row.turns) for id, row in self.misbehaving.items()}

    @abstractmethod
    def environment(self, address: str) -> dict[str, str]:
        """The variables that point at this emulator, served at `address`."""

    @abstractmethod
    def refused(self, request: Request, id: str) -> int | None:
        """The status that refuses a request before anything is looked up, or None where it may go on."""

    def routes(self) -> list[BaseRoute]:
        """The paths that exist. Anything else is not this provider's to answer."""
        return [Route(resource.path, partial(self._look_up, resource)) for resource in self.resources]

    def refuse(self, status: int, retry_after: str | None = None) -> Response:
        """Refuse in the provider's own words."""
        return reply(self.refusals[status], status, {"Retry-After": retry_after} if retry_after else None)

    async def _look_up(self, resource: Resource, request: Request) -> ASGIApp:
        id = unquote(request.path_params["id"])
        if status := self.refused(request, id):
            return self.refuse(status)
        if turns := self._turns.get(id):
            return next(turns)(Occasion(id, resource.example, self.refuse))
        if entry := resource.find(id):
            return reply(entry.body, entry.status)
        return reply(resource.missing or self.refusals[404], 404)


def bearer(request: Request) -> str:
    """The token of a bearer authorization, or nothing."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token if scheme == "Bearer" else ""
