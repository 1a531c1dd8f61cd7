"""No MCP at all: the same GET with httpx2 in a loop, which is the floor under every Python peer.

`python -m bench.servers.fetch_only ORDER_ID CLIENTS WARM_UP SECONDS [read]` prints one line of JSON: the calls, and the
milliseconds of each. With `read` it also parses the body as JSON.
"""

import asyncio
import json
import sys
import time

from .upstream_client import upstream_client


async def measure(order_id: str, clients: int, warm_up: float, seconds: float, reads: bool) -> list[float]:
    """Milliseconds of every call that ended inside the window."""
    spent: list[float] = []
    begins = time.perf_counter() + warm_up
    ends = begins + seconds
    async with upstream_client() as upstream:

        async def ask() -> None:
            while (began := time.perf_counter()) < ends:
                response = await upstream.get(f"/v1/orders/{order_id}")
                assert response.status_code == 200 and order_id in response.text
                if reads:
                    json.loads(response.content)
                if begins < (now := time.perf_counter()) <= ends:
                    spent.append((now - began) * 1000)

        await asyncio.gather(*(ask() for _ in range(clients)))
    return spent


if __name__ == "__main__":
    id, clients, warm_up, seconds, *reads = sys.argv[1:]
    print(json.dumps(asyncio.run(measure(id, int(clients), float(warm_up), float(seconds), bool(reads)))))
