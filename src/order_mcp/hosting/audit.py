"""The record of who asked what when, without personal data: one JSON line for each tool call."""

import hmac
import json
import logging
import secrets
import sys
from datetime import UTC, datetime
from hashlib import sha256
from logging.handlers import WatchedFileHandler

from ..environment import ConfigurationError
from ..finding import folded
from ..oversight import Call

STDERR = "-"
HASH_CHARS = 32


class AuditLog:
    """Writes a line for each call. A hash tells the same id from another one, and nobody the id."""

    def __init__(self, where: str, key: str | None) -> None:
        """
        Raises:
            ConfigurationError: the file cannot be written.
        """
        self._key = (key or secrets.token_hex(32)).encode()
        # A logger of its own, outside the tree of loggers, so that no level or handler of others touches it.
        self._log = logging.Logger("order_mcp.audit")
        try:
            # The file may be moved away while it is written, as programs that rotate logs do.
            handler = (
                logging.StreamHandler(sys.stderr) if where == STDERR else WatchedFileHandler(where, encoding="utf-8")
            )
        except OSError:
            raise ConfigurationError("ORDER_MCP_AUDIT_LOG must name a file that can be written, or be -.") from None
        self._log.addHandler(handler)

    def write(self, call: Call) -> None:
        line = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "caller": call.caller.name if call.caller.is_listed else self.hashed(call.caller.name),
            "tool": call.tool,
            "account": call.account,
            "outcome": call.outcome,
            "milliseconds": round(call.seconds * 1000),
            "withheld": list(call.withheld),
            "id_hash": self.hashed(folded(call.id).removeprefix("#")) if call.id else None,
        }
        self._log.info("%s", json.dumps(line, separators=(",", ":")))

    def hashed(self, text: str) -> str:
        """The same for the same text and key; the text cannot be had back from it, nor tried out without the key."""
        return hmac.new(self._key, text.encode("utf-8", "surrogatepass"), sha256).hexdigest()[:HASH_CHARS]

    def close(self) -> None:
        for handler in self._log.handlers:
            handler.close()
