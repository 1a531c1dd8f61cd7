"""nginx and Redis: found on this machine, or installed from Debian's packages where that is allowed."""

import shutil
from pathlib import Path

from ..debian import PLACES, install

NGINX, REDIS = "nginx", "redis-server"
"""Programs that are needed, and the packages that have them: Debian calls both the same."""


def found(program: str) -> Path | None:
    """Where a program is, if anywhere."""
    place = shutil.which(program, path=PLACES)
    return Path(place) if place else None


def provide() -> dict[str, str]:
    """See to it that all programs are there; for each that is not, why."""
    missing = [program for program in (NGINX, REDIS) if found(program) is None]
    why = install(missing) if missing else ""
    return {program: why for program in missing if found(program) is None}
