"""How this very program is started again: what a host has to be told, and what works next week, too."""

import json
import os
import re
import shutil
import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from .. import __version__

NAME = "order-mcp"
# Folders of uv's cache, wherever the cache is.
_UV_CACHE = re.compile(r"(archive|environments|builds)-v[0-9]+")


def this_program() -> list[str]:
    """The command that starts this installation: an absolute path where it stays where it is."""
    if is_run_once(Path(sys.prefix)):
        source = _source()
        return ["uvx", "--from", source, NAME] if source else ["uvx", f"{NAME}@{__version__}"]
    # Not resolved: the interpreter of a virtual environment is a link, and what it points to knows no packages.
    beside = Path(sys.executable).with_name(f"{NAME}.exe" if os.name == "nt" else NAME)
    if program := shutil.which(beside):
        return [str(Path(program).absolute())]
    return [str(Path(sys.executable).absolute()), "-m", "order_mcp"]


def is_run_once(prefix: Path) -> bool:
    """Whether an environment is in the cache of `uvx` or `pipx run`, which is cleaned up some day."""
    return any(_UV_CACHE.fullmatch(part) for part in prefix.parts) or {"pipx", ".cache"} <= set(prefix.parts)


def _source() -> str | None:
    """Where it was installed from, as `uvx --from` takes it; None if from the package index.

    Installers write it down as the packaging standards ask for (PEP 610).
    """
    try:
        written = distribution(NAME).read_text("direct_url.json")
    except PackageNotFoundError:
        return None
    if not written:
        return None
    direct = json.loads(written)
    url = str(direct["url"])
    if vcs := direct.get("vcs_info"):
        return f"{vcs['vcs']}+{url}@{vcs['commit_id']}"
    return url
