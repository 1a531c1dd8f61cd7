"""nginx and Redis: found on this machine, or installed from Debian's packages where that is allowed."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

# Distributions put servers where an ordinary user's PATH does not lead.
PLACES = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin"])
NGINX, REDIS = "nginx", "redis-server"
"""Programs that are needed, and the packages that have them: Debian calls both the same."""
INSTALL_LIMIT = 300
# Debian asks this program whether a package may start its service. 101 is no.
POLICY = Path("/usr/sbin/policy-rc.d")
REFUSES = "#!/bin/sh\nexit 101\n"


def found(program: str) -> Path | None:
    """Where a program is, if anywhere."""
    place = shutil.which(program, path=PLACES)
    return Path(place) if place else None


def provide() -> dict[str, str]:
    """See to it that all programs are there; for each that is not, why."""
    missing = [program for program in (NGINX, REDIS) if found(program) is None]
    why = (_why_not() or _install(missing)) if missing else ""
    return {program: why for program in missing if found(program) is None}


def _why_not() -> str:
    """Why nothing can be installed here; nothing where it can."""
    if shutil.which("apt-get") is None:
        return "it is not installed, and there is no apt-get to install it with"
    return "" if os.geteuid() == 0 else "it is not installed, and only root may install it"


def _install(packages: list[str]) -> str:
    """Install Debian's packages, and start none of their services; what went wrong."""
    print(f"Installing {' and '.join(packages)} (once)", flush=True)
    install = ["apt-get", "install", "--yes", "--no-install-recommends", *packages]
    with _no_service_starts():
        # The lists of packages may be missing, or older than the packages.
        done = _run(install) or (_run(["apt-get", "update"]) and _run(install))
    for package in packages:
        _run(["update-rc.d", package, "disable"])  # nor when the machine starts again
    return "" if done else "apt-get could not install it"


@contextmanager
def _no_service_starts() -> Iterator[None]:
    if POLICY.exists():  # whoever has one has decided that already
        yield
        return
    POLICY.write_text(REFUSES)
    try:
        POLICY.chmod(0o755)
        yield
    finally:
        POLICY.unlink()


def _run(command: list[str]) -> bool:
    with suppress(OSError, subprocess.SubprocessError):
        quiet = {"DEBIAN_FRONTEND": "noninteractive", "PATH": PLACES}
        subprocess.run(command, env=os.environ | quiet, capture_output=True, timeout=INSTALL_LIMIT, check=True)
        return True
    return False
