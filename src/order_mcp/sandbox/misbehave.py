"""Ids that misbehave on purpose, the same at every provider: what goes wrong with HTTP in real life.

A misbehaviour is a list of turns, played over and over: "503 twice, then fine" is three turns.
"""

import asyncio
import zlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import cache

from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from .answers import Entry, delayed, encode, reply

SLOW_SECONDS = 30.0
MIB = b" " * 1024 * 1024  # white space: the body stays valid JSON, and only its size is wrong
HUGE_MIB = 6
BOMB_MIB = 65
ELSEWHERE = "/elsewhere"  # in the sandbox's own record, so that a test can see who followed


@dataclass(frozen=True, slots=True)
class Occasion:
    """A request for an id that misbehaves, with the provider's means to answer it."""

    id: str
    example: Callable[[str, str], Entry]
    refuse: Callable[[int, str | None], Response]

    @property
    def good(self) -> Entry:
        return self.example(self.id, "")

    @property
    def body(self) -> bytes:
        return encode(self.good.body)


Turn = Callable[[Occasion], ASGIApp]


@dataclass(frozen=True, slots=True)
class Misbehaviour:
    """An id, in words and (for a provider that wants those) in digits, with how it is answered turn by turn."""

    id: str
    number: str
    description: str
    turns: tuple[Turn, ...]


def fine(asked: Occasion) -> ASGIApp:
    return reply(asked.body, asked.good.status)


def slow(asked: Occasion) -> ASGIApp:
    return delayed(fine(asked), SLOW_SECONDS)


def refusing(status: int, retry_after: str | None = None) -> Turn:
    return lambda asked: asked.refuse(status, retry_after)


def web_page(status: int, title: str) -> Turn:
    return lambda asked: HTMLResponse(f"<!doctype html><title>{title}</title><h1>{title}</h1>", status)


def cut_off(asked: Occasion) -> ASGIApp:
    return reply(asked.body[: len(asked.body) // 2], asked.good.status)


def another_id(asked: Occasion) -> ASGIApp:
    return reply(asked.example(f"{asked.id}0", "").body, asked.good.status)


def huge(asked: Occasion) -> ASGIApp:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(HUGE_MIB):
            yield MIB
            await asyncio.sleep(0)  # the moment in which the server notices that the client has had enough
        yield asked.body

    return StreamingResponse(chunks(), asked.good.status, media_type="application/json")


def gzip_bomb(asked: Occasion) -> ASGIApp:
    return reply(_bomb(asked.body), asked.good.status, {"Content-Encoding": "gzip"})


@cache
def _bomb(body: bytes) -> bytes:
    gzip = zlib.compressobj(wbits=31)
    return b"".join([*(gzip.compress(MIB) for _ in range(BOMB_MIB)), gzip.compress(body), gzip.flush()])


def broken_off(asked: Occasion) -> ASGIApp:
    """Promise a body and return: the server closes a connection whose answer was begun and not finished."""

    async def hang_up(scope: Scope, receive: Receive, send: Send) -> None:
        length = str(len(asked.body)).encode()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", length)]})

    return hang_up


def redirect(asked: Occasion) -> ASGIApp:
    return RedirectResponse(ELSEWHERE, 302)


def lone_surrogate(asked: Occasion) -> ASGIApp:
    return reply(asked.example(asked.id, "\ud800").body, asked.good.status)


def array(asked: Occasion) -> ASGIApp:
    return reply([asked.good.body], asked.good.status)


MISBEHAVIOURS = (
    Misbehaviour("bad_slow", "9001", f"answers after {SLOW_SECONDS:g} seconds", (slow,)),
    Misbehaviour("bad_429_12", "9002", "429 with Retry-After: 12", (refusing(429, "12"),)),
    Misbehaviour("bad_429", "9003", "429 without Retry-After", (refusing(429),)),
    Misbehaviour("bad_503_then_ok", "9004", "503 twice, then fine", (refusing(503), refusing(503), fine)),
    Misbehaviour("bad_503", "9005", "503 every time", (refusing(503),)),
    Misbehaviour("bad_500", "9006", "500 with the text of an exception", (refusing(500),)),
    Misbehaviour("bad_html", "9007", "200 with a web page", (web_page(200, "Scheduled maintenance"),)),
    Misbehaviour("bad_cut", "9008", "JSON that ends half-way", (cut_off,)),
    Misbehaviour("bad_other_id", "9009", "another one than the one asked for", (another_id,)),
    Misbehaviour("bad_huge", "9010", f"a body of {HUGE_MIB} MiB", (huge,)),
    Misbehaviour("bad_gzip", "9011", f"a small body that decompresses to {BOMB_MIB} MiB", (gzip_bomb,)),
    Misbehaviour("bad_reset", "9012", "a connection that breaks before the body", (broken_off,)),
    Misbehaviour("bad_redirect", "9013", "302 to somewhere else", (redirect,)),
    Misbehaviour("bad_404", "9014", "404 with some web page", (web_page(404, "Not Found"),)),
    Misbehaviour("bad_surrogate", "9015", "half a surrogate pair in a text", (lone_surrogate,)),
    Misbehaviour("bad_array", "9016", "a JSON array instead of an object", (array,)),
    Misbehaviour("bad_429_then_ok", "9017", "429 with Retry-After: 1, then fine", (refusing(429, "1"), fine)),
)
