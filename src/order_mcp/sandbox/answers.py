"""Answers written the way the providers write them: JSON bodies, and when they are sent."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send


class Number(str):
    """A JSON number that keeps its literal: `89.00` stays `89.00`, which a float would not."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One id and what is answered to whoever asks for it."""

    id: str
    description: str
    body: Any
    status: int = 200
    documented: bool = True
    """Whether the provider's document has such an answer. Real providers do not always keep to theirs."""


def encode(value: Any) -> bytes:
    """JSON in UTF-8. A lone surrogate, which UTF-8 cannot hold, becomes the JSON escape that means it."""
    return _text(value).encode("utf-8", "backslashreplace")


def _text(value: Any) -> str:
    match value:
        case Number():
            return value
        case dict():
            return "{" + ",".join(f"{_text(key)}:{_text(member)}" for key, member in value.items()) + "}"
        case list() | tuple():
            return "[" + ",".join(map(_text, value)) + "]"
        case _:
            return json.dumps(value, ensure_ascii=False)


def reply(body: Any, status: int, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON answer; bytes are sent as they are."""
    content = body if isinstance(body, bytes) else encode(body)
    return Response(content, status, headers, media_type="application/json")


def delayed(answer: ASGIApp, seconds: float) -> ASGIApp:
    """An answer that takes its time, and is not given where the client does not wait for it."""

    async def wait(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            async with asyncio.timeout(seconds):
                while (await receive())["type"] != "http.disconnect":
                    pass
        except TimeoutError:
            await answer(scope, receive, send)

    return wait
