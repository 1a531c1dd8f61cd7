"""What came back over HTTP: status, body and `Retry-After`, read within limits."""

import math
import re
import time
from collections.abc import AsyncIterable, Iterable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

import anyio
import httpcore2

from .inflate import UNDONE, Inflater, Undecodable

# Counted before and after decompression.
MAX_BODY_BYTES = 5 * 1024 * 1024
VERY_LONG_BYTES = 1024 * 1024
# A body in millions of one-byte chunks would take a lot of processor time.
MAX_CHUNKS = 20_000
MAX_RETRY_AFTER = 86_400  # a longer wait is reported as one day
MAX_RETRY_AFTER_SLEEP = 3.0  # a longer sleep looks like a hang, so the caller is told the wait instead
_SECONDS = re.compile(r"[0-9]+(\.[0-9]+)?")


class TooLarge(Exception):
    """More bytes than any order has, on the wire or after decompression."""


@dataclass(frozen=True, slots=True)
class Response:
    """What came back: HTTP status, body, the seconds that `Retry-After` asked for, and the connection."""

    status: int
    body: bytes
    retry_after: float | None = None
    stream: httpcore2.AsyncNetworkStream | None = None
    """The connection that it came over."""

    async def drop(self) -> None:
        """Close the connection that it came over, so that nobody uses it again."""
        if self.stream is not None:
            await self.stream.aclose()

    @property
    def retry_after_seconds(self) -> int | None:
        """Whole seconds, rounded up; None where the provider gave none that can be read."""
        return None if self.retry_after is None else math.ceil(self.retry_after)


def retry_after_of(headers: list[tuple[bytes, bytes]]) -> float | None:
    """`Retry-After` in seconds from now: a number or an HTTP date (RFC 9110 section 10.2.3)."""
    given = next((value for name, value in headers if name.lower() == b"retry-after"), b"")
    value = given.decode("latin-1").strip()
    if not value.isascii() or len(value) > 100:
        return None
    if _SECONDS.fullmatch(value):
        return min(float(value), MAX_RETRY_AFTER)
    try:
        seconds = parsedate_to_datetime(value).timestamp() - time.time()
    except (ValueError, OverflowError):
        return None
    return min(max(seconds, 0.0), MAX_RETRY_AFTER)


def encoding_of(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """The content encoding to undo, or a blank string.

    Raises:
        Undecodable: several, one inside the other. A few bytes of them can be a gigabyte on the way.
    """
    values = b",".join(value for name, value in headers if name.lower() == b"content-encoding")
    encodings = [part.strip().lower() for part in values.decode("latin-1").split(",")]
    named = [encoding for encoding in encodings if encoding not in ("", "identity")]
    if len(named) > 1:
        raise Undecodable
    # An unknown word is ignored, because some servers write a character set here.
    return named[0] if named and named[0] in UNDONE else ""


async def read_body(chunks: AsyncIterable[bytes], encoding: str, very_long: anyio.Semaphore) -> bytes:
    """Read the whole body. Beyond `VERY_LONG_BYTES` it first waits for the semaphore.

    Raises:
        TooLarge: more than `MAX_BODY_BYTES` in either form, or in too many pieces.
        Undecodable: it is not what its encoding says.
    """
    inflater = Inflater(encoding) if encoding else None
    body, received, count = bytearray(), 0, 0
    async with AsyncExitStack() as stack:
        is_very_long = False
        async for chunk in chunks:
            received, count = received + len(chunk), count + 1
            body += inflater.feed(chunk, MAX_BODY_BYTES + 1 - len(body)) if inflater else chunk
            if received > MAX_BODY_BYTES or len(body) > MAX_BODY_BYTES or count > MAX_CHUNKS:
                raise TooLarge
            if not is_very_long and len(body) > VERY_LONG_BYTES:
                is_very_long = True
                await stack.enter_async_context(very_long)
            if inflater and inflater.ended:
                break
    return bytes(body)


def ends_cleanly(raw: httpcore2.Response) -> bool:
    """Whether no bytes follow the response on its connection. The next caller would read them as its own answer."""
    # The library has no public way to ask, so its types do not know these members. If they change, connections are
    # not reused: slow, but safe.
    with suppress(AttributeError):
        behind, _ = raw.stream._stream._connection._h11_state.trailing_data  # type: ignore[union-attr]
        return not behind
    return False


def pause_after(response: Response, backoff: float) -> float | None:
    """How many seconds to wait before another attempt, as the provider asks; None if there is no time for that."""
    wait = backoff if response.retry_after is None else response.retry_after
    time_left = anyio.current_effective_deadline() - anyio.current_time()
    return wait if wait <= min(MAX_RETRY_AFTER_SLEEP, time_left) else None
