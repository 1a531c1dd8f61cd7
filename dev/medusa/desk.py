"""The server with the package beside it, as users install it, and a real MCP client that asks it over stdio."""

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import mcp_types as types
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from ..documents import ROOT
from ..hosting.processes import KEPT, Failed
from .site import Site

PACKAGE = ROOT / "packages" / "order-mcp-medusa"
LIMIT = 120


@dataclass(frozen=True, slots=True)
class Installed:
    """A server that has the package, and the Medusa that it is set up for."""

    site: Site
    folder: Path

    @property
    def settings(self) -> dict[str, str]:
        """What sets it up for orders and for carts."""
        keys = self.site.seeded.keys
        return {
            "MEDUSA_BASE_URL": self.site.address,
            "MEDUSA_SECRET_KEY": keys.secret,
            "MEDUSA_PUBLISHABLE_KEY": keys.publishable,
        }

    def variables(self, **more: str) -> dict[str, str]:
        """The environment of a process that finds the package."""
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        return kept | self.settings | {"PYTHONPATH": str(self.folder)} | more

    def run(self, *arguments: str, variables: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        """One command of the server."""
        return subprocess.run(
            [sys.executable, "-m", "order_mcp", *arguments],
            env=dict(variables),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=LIMIT,
            check=False,
        )

    @asynccontextmanager
    async def asking(self, **more: str) -> AsyncIterator["Desk"]:
        """A client of a server of its own, with these settings besides."""
        server = StdioServerParameters(
            command=sys.executable, args=["-m", "order_mcp"], env={**self.variables(), **more}
        )
        async with Client(stdio_client(server)) as client:
            yield Desk(client)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a call: the sentence, and the object or the error."""

    sentence: str
    shown: Mapping[str, Any]
    error: Mapping[str, Any]

    @property
    def code(self) -> str:
        """What went wrong; blank where something was found."""
        return str(self.error.get("code", ""))


class Desk:
    """Calls to the tools."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def order(self, id: str, **more: Any) -> Answer:
        return await self._call("get_order", order_id=id, **more)

    async def cart(self, id: str, **more: Any) -> Answer:
        return await self._call("get_cart", cart_id=id, **more)

    async def find(self, **held: Any) -> Answer:
        return await self._call("find_orders", **held)

    async def _call(self, tool: str, **arguments: Any) -> Answer:
        result = await self._client.call_tool(tool, {"provider": "medusa", **arguments})
        first = result.content[0]
        assert isinstance(first, types.TextContent), "the first block is text"
        sentence, _, line = first.text.rpartition("\n")
        if result.is_error:
            return Answer(sentence, {}, json.loads(line)["error"])
        return Answer(first.text, result.structured_content or {}, {})


@contextmanager
def installed(site: Site) -> Iterator[Installed]:
    """Build the wheel, and lay it where a server finds it, until the end of the block."""
    with TemporaryDirectory() as folder:
        build = [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", folder, str(PACKAGE)]
        done = subprocess.run(build, capture_output=True, encoding="utf-8", timeout=LIMIT, check=False)
        if done.returncode:
            raise Failed(f"the package cannot be built:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        [wheel] = Path(folder).glob("*.whl")
        zipfile.ZipFile(wheel).extractall(Path(folder) / "installed")
        yield Installed(site, Path(folder) / "installed")
