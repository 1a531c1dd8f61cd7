"""PostgreSQL's programs: found on this machine, or installed from Debian's packages where that is allowed."""

import os
import pwd
import re
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path

from ..debian import install
from ..hosting.processes import Failed

PACKAGE, USER = "postgresql", "postgres"
"""What Debian calls it, and the user that it brings along."""
NEEDED = ("initdb", "postgres", "pg_isready", "createdb", "pg_dump", "pg_restore")
# Debian keeps each version in a folder of its own, outside the PATH.
DEBIAN = Path("/usr/lib/postgresql")


class Missing(Failed):
    """PostgreSQL cannot be had here, and this is why."""


def provide() -> Path:
    """The folder of PostgreSQL's programs.

    Raises:
        Missing: there is none, and none can be installed.
    """
    why = "" if _found() else install([PACKAGE])
    folder = _found()
    if folder is None:
        raise Missing(f"PostgreSQL: {why or 'it was installed, and its programs are not where they should be'}")
    if (user := runs_as()) and not _is_known(user):
        raise Missing(f"PostgreSQL: it refuses to run as root, and there is no user {user}")
    return folder


def runs_as() -> str | None:
    """The user that PostgreSQL runs as, if not as whoever runs this: it refuses to be root."""
    return USER if os.geteuid() == 0 else None


def version(programs: Path) -> str:
    """Which PostgreSQL this is, as far as its dumps are concerned."""
    printed = subprocess.check_output([programs / "postgres", "--version"], encoding="utf-8", timeout=60)
    number = re.search(r"\d+", printed)
    return number[0] if number else printed


def _found() -> Path | None:
    """The newest one that has all programs."""
    versions = sorted(DEBIAN.glob("*/bin"), key=lambda folder: _number(folder.parent.name), reverse=True)
    elsewhere = shutil.which("initdb")
    places = [*versions, *([Path(elsewhere).resolve().parent] if elsewhere else [])]
    return next((place for place in places if all(os.access(place / program, os.X_OK) for program in NEEDED)), None)


def _is_known(user: str) -> bool:
    with suppress(KeyError):
        pwd.getpwnam(user)
        return True
    return False


def _number(version: str) -> float:
    try:
        return float(version)
    except ValueError:
        return 0
