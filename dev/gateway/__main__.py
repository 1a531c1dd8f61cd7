"""What a client sees through the gateway, in both of its modes, compared with what it sees without; see expected.py."""

import signal
import sys
from importlib.metadata import version

import anyio

from ..http_server import serving_http
from .contextforge import running
from .expected import EXPECTED, complaints
from .relay import relaying
from .sightings import ANSWERED, REFUSALS, REFUSED, TOOLS, Way, look, unanswered

KEY = "a-key-of-the-server"
NAMES = {"cache": "orders", "direct_proxy": "orders-direct"}


def main() -> int:
    """Compare; returns 1 if anything is not as it should be."""
    # Whoever stops this check stops the programs that it started, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with serving_http() as server, relaying(server) as relay, running() as gateway:
        print(f"{gateway.versions}, asked by a client with mcp {version('mcp')}")
        direct, alone = anyio.run(look, Way(relay.address, {"Authorization": f"Bearer {KEY}"}, KEY), relay)
        print(f"{len(direct)} things compared: {len(TOOLS)} tools, {len(ANSWERED | REFUSED)} answers, ", end="")
        print(f"{len(REFUSALS)} HTTP errors, what the server says of itself, and what arrives at it")
        findings = {"without the gateway": [f"no answer to: {what}" for what in unanswered(direct)]}
        for mode, expected in EXPECTED.items():
            # It takes the same server twice only with different keys.
            way = gateway.register(NAMES[mode], relay.address, f"{KEY}-{mode}", mode)
            saw, seconds = anyio.run(look, way, relay)
            title = f"{mode}, where {len(expected)} differences are expected; {seconds * 1000:.0f} ms a call"
            findings[f"{title}, {alone * 1000:.0f} ms without it"] = complaints(direct, saw, expected)
    for what, wrong in findings.items():
        print("FAILED" if wrong else "ok    ", what, *(f"\n       {complaint}" for complaint in wrong))
    failed = sum(map(bool, findings.values()))
    print(f"{len(findings) - failed} passed, {failed} failed")
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main())
