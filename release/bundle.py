"""The Claude Desktop bundle: `python -m release.bundle` assembles, validates and packs it in dist/."""

import shutil
import subprocess
from pathlib import Path

from dev.documents import ROOT
from dev.environments import node, node_project
from dev.manifest import FOLDER, ICON, MANIFEST
from order_mcp import __version__

DIST = ROOT / "dist"
BUNDLE = DIST / f"order-mcp-{__version__}.mcpb"
# The host makes an environment from pyproject.toml, which names the README and the license.
FILES = (MANIFEST, ICON, FOLDER / "server.py", ROOT / "pyproject.toml", ROOT / "README.md", ROOT / "LICENSE")
LIMIT = 120


def main() -> None:
    """Put the packed bundle into dist/."""
    folder = ROOT / "build" / "mcpb"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ROOT / "src", folder / "src", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    for file in FILES:
        shutil.copy(file, folder)
    mcpb("validate", folder)
    mcpb("pack", folder, BUNDLE)


def mcpb(*arguments: str | Path) -> None:
    """Run the bundle tool; raises where it finds fault."""
    program = node_project(FOLDER) / "node_modules/@anthropic-ai/mcpb/dist/cli/cli.js"
    subprocess.run([node(), program, *arguments], check=True, timeout=LIMIT)


if __name__ == "__main__":
    main()
