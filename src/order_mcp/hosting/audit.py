"""The record of who asked what when, without personal data: one JSON line for each tool call."""

import hmac
import json
import os
import sys
import time
from datetime import UTC, datetime
from io import FileIO
from secrets import token_bytes

from ..comparing import folded
from ..environment import ConfigurationError
from ..oversight import Call

STDERR = "-"
HASH_CHARS = 32
LOOKS_EVERY_SECONDS = 1.0


class AuditLog:
    """Writes a line for each call. A hash tells the same id from another one, and nobody the id."""

    def __init__(self, where: str, key: str | None) -> None:
        """
        Raises:
            ConfigurationError: the file cannot be written.
        """
        self._key = key.encode() if key else token_bytes(32)
        self._path = None if where == STDERR else where
        try:
            self._file = self._opened()
        except OSError:
            raise ConfigurationError("ORDER_MCP_AUDIT_LOG must name a file that can be written, or be -.") from None
        self._looked_at = time.monotonic()

    def write(self, call: Call) -> None:
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = {
            "time": now.replace("+00:00", "Z"),
            "caller": call.caller.name if call.caller.is_listed else self.hashed(call.caller.name),
            "tool": call.tool,
            "account": call.account,
            "outcome": call.outcome,
            "milliseconds": round(call.seconds * 1000),
            "withheld": list(call.withheld),
            "id_hash": self.hashed(folded(call.id).removeprefix("#")) if call.id else None,
        }
        if self._path is not None and time.monotonic() - self._looked_at > LOOKS_EVERY_SECONDS:
            self._look()
        # One write for a line, so that lines of several processes do not mix.
        self._file.write(json.dumps(line, separators=(",", ":")).encode() + b"\n")

    def hashed(self, text: str) -> str:
        """The same for the same text and key; the text cannot be had back from it, nor tried out without the key."""
        return hmac.digest(self._key, text.encode("utf-8", "surrogatepass"), "sha256").hex()[:HASH_CHARS]

    def close(self) -> None:
        if self._path is not None:
            self._file.close()

    def _opened(self) -> FileIO:
        if self._path is None:
            return FileIO(sys.stderr.fileno(), "a", closefd=False)
        return FileIO(self._path, "a")

    def _look(self) -> None:
        """Open the file anew where it was moved away, as programs that rotate logs do."""
        self._looked_at = time.monotonic()
        try:
            is_there = os.path.samestat(os.stat(self._path or ""), os.fstat(self._file.fileno()))
        except FileNotFoundError:
            is_there = False
        if not is_there:
            moved, self._file = self._file, self._opened()
            moved.close()
