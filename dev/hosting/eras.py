"""Both protocol eras through nginx, asked by the SDK's own client and as bytes; what nginx passes on, and what not."""

import asyncio
from collections import Counter

import httpx2
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client

from bench.messages import LEGACY, MODERN

from .load import Load, clients, fresh_ids
from .processes import PATIENCE
from .server import KEY, PUBLIC_HOST, status
from .site import REPLICAS, Site, expect

MODES = {"auto": MODERN, "legacy": LEGACY}
CLIENTS, SECONDS = 8, 3.0
LEAST_SHARE = 0.4
METADATA = "/.well-known/oauth-protected-resource/mcp"
# A path, the host that a client names, and the status that it gets without a key.
PASSED_ON = {
    ("/mcp", PUBLIC_HOST): 401,
    ("/mcp", "somebody-else.example.com"): 421,  # the server sees which host was named
    (METADATA, PUBLIC_HOST): 200,
}
NOT_PASSED_ON = ("/", "/healthz", "/readyz", "/mcp/", "/mcp/../healthz", "/.well-known/openid-configuration")


def check(site: Site) -> list[str]:
    with site.replicas() as servers, site.behind_nginx(servers) as port:
        for (path, host), expected in PASSED_ON.items():
            got = status(port, path, Host=host)
            expect(got == expected, f"{path} for {host}: {got} and not {expected}")
        for path in NOT_PASSED_ON:
            expect(status(port, path, Host=PUBLIC_HOST) == 404, f"{path} is passed on")
        for mode, era in MODES.items():
            asyncio.run(_sdk(port, mode, era))
        asked = len(site.provider.record())
        load = asyncio.run(_load(port))
        shares = Counter(each.by for each in site.provider.record(since=asked))
    expect(not load.failed, f"{len(load.failed)} of {len(load.answers)} calls failed, such as {load.failed[:1]}")
    least = min(shares[name] for name in REPLICAS) / shares.total()
    expect(least >= LEAST_SHARE, f"not in turn: {dict(shares)}")
    return [f"{len(load.answers)} calls as bytes; the replicas were asked {shares['one']} and {shares['two']} times"]


async def _sdk(port: int, mode: str, era: str) -> None:
    headers = {"Authorization": f"Bearer {KEY}", "Host": PUBLIC_HOST}
    async with (
        asyncio.timeout(PATIENCE),
        httpx2.AsyncClient(headers=headers, timeout=PATIENCE, trust_env=False) as http,
        Client(streamable_http_client(f"http://127.0.0.1:{port}/mcp", http_client=http), mode=mode) as client,
    ):
        expect(client.protocol_version == era, f"{mode}: {client.protocol_version}")
        tools = [tool.name for tool in (await client.list_tools()).tools]
        expect("get_order" in tools, f"{era}: {tools}")
        for id in (f"ord_{era}_1", f"ord_{era}_2"):
            result = await client.call_tool("get_order", {"order_id": id})
            said = result.structured_content or {}
            expect(said.get("id") == id and not result.is_error, f"{era}: {result}")


async def _load(port: int) -> Load:
    load = Load()
    async with clients(load, {port: CLIENTS}, fresh_ids()):
        await asyncio.sleep(SECONDS)
    return load
