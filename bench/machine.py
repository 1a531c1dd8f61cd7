"""What the results depend on: versions of everything, and the machine."""

import datetime
import importlib.metadata
import json
import os
import platform
import subprocess
from collections.abc import Sequence
from pathlib import Path

from dev.documents import ROOT
from dev.environments import node, node_project, python

from .peers import ENVIRONMENT, TYPESCRIPT
from .upstream import nginx_version

OURS = ("mcp", "httpx2", "httpcore2", "pydantic", "anyio", "starlette", "uvicorn")
# A faster event loop or HTTP parser that uvicorn takes by itself where it is installed.
FASTER = ("uvloop", "httptools")
IN_THEIRS = (
    "import importlib.metadata as m; print(*(f'{n} {m.version(n)}' for n in ('fastmcp', 'mcp', 'httpx2')), sep=', ')"
)
TYPESCRIPT_PACKAGES = ("server", "node")


def facts(names: Sequence[str]) -> dict[str, str]:
    """What to write beside the results, for the peers that took part."""
    rows = {
        "date": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d"),
        "order-mcp": f"{importlib.metadata.version('order-mcp')}, commit {_commit()}",
        "processor": f"{_processor()}, {os.cpu_count()} cores",
        "memory": _memory(),
        "system": f"{platform.system()} {platform.release()}, {platform.machine()}",
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        "packages": ", ".join(f"{name} {importlib.metadata.version(name)}" for name in OURS),
        "uvloop, httptools": ", ".join(_version_if_any(name) for name in FASTER),
        "nginx": nginx_version() or "not installed",
    }
    if "c" in names:
        rows["(c)"] = _output([str(python(ENVIRONMENT)), "-c", IN_THEIRS])
    if "d" in names:
        packages = ", ".join(_node_package(name) for name in TYPESCRIPT_PACKAGES)
        rows["(d)"] = f"Node.js {_output([str(node()), '--version'])}, {packages}"
    return rows


def _output(command: Sequence[str]) -> str:
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=True, cwd=ROOT).stdout.strip()


def _commit() -> str:
    """The commit that was measured. An archive of the source has none."""
    try:
        changed = _output(["git", "status", "--porcelain", "--", "src", "requirements"])
        return _output(["git", "rev-parse", "--short", "HEAD"]) + (" with changes" if changed else "")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def _version_if_any(name: str) -> str:
    try:
        return f"{name} {importlib.metadata.version(name)}"
    except importlib.metadata.PackageNotFoundError:
        return f"no {name}"


def _node_package(name: str) -> str:
    file = node_project(TYPESCRIPT) / "node_modules" / "@modelcontextprotocol" / name / "package.json"
    return f"@modelcontextprotocol/{name} {json.loads(file.read_text(encoding='utf-8'))['version']}"


def _processor() -> str:
    return _proc_line("/proc/cpuinfo", "model name") or platform.processor() or "unknown"


def _memory() -> str:
    total = _proc_line("/proc/meminfo", "MemTotal")
    return f"{int(total.split()[0]) / 1024**2:.1f} GiB" if total else "unknown"


def _proc_line(path: str, key: str) -> str:
    """A value of one of Linux's tables; nothing on other systems."""
    file = Path(path)
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(key)), "")
