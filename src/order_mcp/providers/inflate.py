"""Decompresses gzip and deflate piece by piece, up to a limit."""

import zlib
from typing import Any

# A gzip file may have several members, one after the other (RFC 1952, 2.2). An empty one is 20 bytes but costs work.
MAX_MEMBERS = 1_000
GZIP_BEGINS_WITH = 0x1F
# What we ask for in `Accept-Encoding`, and what we can decompress.
ACCEPTED = "gzip, deflate"
UNDONE = ("gzip", "x-gzip", "deflate")


class Undecodable(Exception):
    """The body cannot be decompressed, or has several encodings."""


class Inflater:
    """A decompressor for one body."""

    def __init__(self, encoding: str) -> None:
        self._encoding = encoding
        self._member: Any = None
        self._members = 0
        self._begun = b""
        self.ended = False
        """Whether the compressed data is complete and something else follows it."""

    def feed(self, data: bytes, room: int) -> bytes:
        """Decompress some bytes. Returns at most `room` bytes and drops the rest."""
        out = bytearray()
        data, self._begun = self._begun + data, b""
        try:
            while data and len(out) < room and not self.ended:
                if self._member is None and len(data) < 2:
                    self._begun = data  # two bytes tell what begins here
                    break
                if self._member is None or self._member.eof:
                    self._begin(data)
                else:
                    out += self._member.decompress(data, room - len(out))
                    data = self._member.unused_data
        except zlib.error:
            raise Undecodable from None
        return bytes(out)

    def _begin(self, data: bytes) -> None:
        # Padding after the last member does not belong to the answer.
        self.ended = self._member is not None and (self._encoding == "deflate" or data[0] != GZIP_BEGINS_WITH)
        self._members += 1
        if self._members > MAX_MEMBERS:
            raise Undecodable
        self._member = zlib.decompressobj(_window(self._encoding, data))


def _window(encoding: str, data: bytes) -> int:
    """What tells zlib which of its formats this is."""
    if encoding != "deflate":
        return zlib.MAX_WBITS | 16
    # `deflate` means zlib's format, and some servers send it without the two bytes of zlib's header (RFC 1950, 2.2).
    has_header = data[0] & 15 == zlib.DEFLATED and int.from_bytes(data[:2], "big") % 31 == 0
    return zlib.MAX_WBITS if has_header else -zlib.MAX_WBITS
