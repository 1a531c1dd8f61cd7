"""How real hosts start a server, as recorded in public: `host_starts.json`, a row per host, its source beside it."""

import json
from pathlib import Path
from typing import Any, NamedTuple

from .processes import MODERN


class HostStart(NamedTuple):
    """One host's first messages, and the era that it settles on."""

    host: str
    source: str
    era: str
    messages: list[dict[str, Any]]
    note: str = ""

    def then(self, id: int, method: str, **params: Any) -> dict[str, Any]:
        """What it asks next, in its era."""
        envelope = {"_meta": self.messages[0]["params"]["_meta"]} if self.era == MODERN else {}
        return {"jsonrpc": "2.0", "id": id, "method": method, "params": params | envelope}


HOST_STARTS = [HostStart(**row) for row in json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))]
