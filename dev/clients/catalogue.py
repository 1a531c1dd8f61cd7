"""Which clients there are: one row each."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..environments import node, node_project, python

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Client:
    """A program that walks through the plan with one client library."""

    title: str
    program: str
    """A file in `python/` or `node/`."""
    environment: str
    """What it needs: a lock in requirements/, or `node`."""

    def command(self) -> list[str]:
        """What runs it, its environment made first."""
        return [str(part) for part in RUNTIMES[self.environment](self.program)]


def _with_python(environment: str) -> Callable[[str], list[Path]]:
    return lambda program: [python(environment), HERE / "python" / program]


RUNTIMES: dict[str, Callable[[str], list[Path]]] = {
    "clients-v1": _with_python("clients-v1"),
    "clients-v2": _with_python("clients-v2"),
    "node": lambda program: [node(), node_project(HERE / "node") / program],
}

CLIENTS = (
    Client("Python SDK v1", "sdk_v1.py", "clients-v1"),
    Client("Python SDK v2", "sdk_v2.py", "clients-v2"),
    Client("TypeScript SDK v1", "sdk-v1.mjs", "node"),
    Client("TypeScript SDK v2", "sdk-v2.mjs", "node"),
    Client("FastMCP client", "with_fastmcp.py", "clients-v2"),
    Client("MCP Inspector (command line)", "inspector.mjs", "node"),
    Client("pydantic-ai", "with_pydantic_ai.py", "clients-v2"),
    Client("LangChain MCP adapters", "with_langchain.py", "clients-v1"),
)
