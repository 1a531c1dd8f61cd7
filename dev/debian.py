"""Debian's packages: installed where that is allowed, and nothing that they bring is started."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

# Distributions put servers where an ordinary user's PATH does not lead.
PLACES = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin"])
INSTALL_LIMIT = 300
# Debian asks this program whether a package may start its service. 101 is no.
POLICY = Path("/usr/sbin/policy-rc.d")
REFUSES = "#!/bin/sh\nexit 101\n"


def install(packages: Sequence[str]) -> str:
    """Install these packages, which have a service of the same name each; what kept it from being done."""
    if shutil.which("apt-get") is None:
        return "it is not installed, and there is no apt-get to install it with"
    if os.geteuid() != 0:
        return "it is not installed, and only root may install it"
    print(f"Installing {' and '.join(packages)} (once)", flush=True)
    command = ["apt-get", "install", "--yes", "--no-install-recommends", *packages]
    with _no_service_starts():
        # The lists of packages may be missing, or older than the packages.
        done = _run(command) or (_run(["apt-get", "update"]) and _run(command))
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
